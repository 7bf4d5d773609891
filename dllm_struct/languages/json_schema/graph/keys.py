"""Sets of property names."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

from dllm_struct.automata.algebra import difference, strings, union
from dllm_struct.automata.dfa import DFA
from dllm_struct.languages.json_schema.scalars import length_text, pattern_text


@dataclass(frozen=True)
class Keys:
    """Names that are listed, match a pattern or are strings of some language; or all others.

    Attributes:
        names: listed names.
        patterns: ECMA-262 patterns, each found somewhere in the name.
        languages: languages of decoded names.
        outside: whether the names that are in none of these are meant.
    """

    names: frozenset[str] = frozenset()
    patterns: tuple[str, ...] = ()
    languages: tuple[DFA, ...] = ()
    outside: bool = False

    @property
    def single(self) -> str | None:
        """The one name of the set, or None."""
        if self.outside or self.patterns or self.languages or len(self.names) != 1:
            return None
        return next(iter(self.names))

    @property
    def complement(self) -> Keys:
        """All other names."""
        return replace(self, outside=not self.outside)

    def __contains__(self, name: str) -> bool:
        inside = name in self.names or _matches(self.patterns, self.languages, name)
        return inside != self.outside

    def dfa(self) -> DFA:
        """The UTF-8 of the decoded names."""
        inside = union(
            strings(name.encode() for name in sorted(self.names)),
            *(pattern_text(pattern) for pattern in self.patterns),
            *self.languages,
        )
        return difference(length_text(0, None), inside) if self.outside else inside


@lru_cache(maxsize=4096)
def _matches(patterns: tuple[str, ...], languages: tuple[DFA, ...], name: str) -> bool:
    data = name.encode()
    return any(pattern_text(pattern).matches(data) for pattern in patterns) or any(
        language.matches(data) for language in languages
    )


def one(name: str) -> Keys:
    """The set of one name."""
    return Keys(frozenset({name}))


EVERY = Keys(outside=True)
"""Every name."""
