"""Sub-schemas, and the literals that assert or deny them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dllm_struct.languages.json_schema.graph.dialects import Dialect

ALWAYS = 1
"""The number of the sub-schema ``true``."""

NEVER = -ALWAYS
"""Denying it: no value satisfies this."""


@dataclass(frozen=True, eq=False, slots=True)
class Sub:
    """A sub-schema.

    Attributes:
        number: by which literals refer to it; sub-schemas of a document count in its order.
        schema: the sub-schema itself.
        resolver: resolves references in it.
        dialect: the draft it is written in.
        pointer: JSON pointer in its document, for errors.
    """

    number: int
    schema: Any
    resolver: Any  # referencing's Resolver is private
    dialect: Dialect
    pointer: str

    def __contains__(self, keyword: str) -> bool:
        """Whether the keyword stands here and means something."""
        if not isinstance(self.schema, dict) or keyword not in self.schema:
            return False
        if self.dialect.reference_stands_alone and "$ref" in self.schema:
            return keyword == "$ref"
        return self.dialect.has(keyword)

    def __getitem__(self, keyword: str) -> Any:
        return self.schema[keyword]

    def get(self, keyword: str, default: Any = None) -> Any:
        """The value of a keyword, or ``default`` where it does not stand or means nothing."""
        return self.schema[keyword] if keyword in self else default


def literal(sub: Sub, *, asserted: bool = True) -> int:
    """A sub-schema that is asserted or denied, as a signed number."""
    number = NEVER if sub.schema is False else sub.number
    return number if asserted else -number
