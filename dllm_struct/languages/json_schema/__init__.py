"""JSON Schema (draft 2020-12) as a language of JSON texts.

A schema is read into nodes (`reader`), narrowed to what is written (`settle`), and becomes both
one automaton for the whole document (`writing`) and a template with one slot per value (`layout`).
Every keyword is understood exactly or refused with its JSON pointer.
"""

from __future__ import annotations

from functools import cached_property
from types import NoneType
from typing import Any

from dllm_struct.automata.dfa import DFA
from dllm_struct.errors import InvalidInput
from dllm_struct.languages.base import Language
from dllm_struct.languages.json_schema.describe import describe
from dllm_struct.languages.json_schema.layout import template_of
from dllm_struct.languages.json_schema.limits import bounded_nesting
from dllm_struct.languages.json_schema.reader import read
from dllm_struct.languages.json_schema.settle import settle
from dllm_struct.languages.json_schema.types import as_schema
from dllm_struct.languages.json_schema.writing import Style, Whitespace, text_of
from dllm_struct.template import Template

__all__ = ["JsonSchema", "Whitespace", "json_schema"]

_JSON = (dict, list, str, bool, int, float, NoneType)  # a schema, or a malformed one


class JsonSchema(Language):
    """The JSON texts that are valid under a schema.

    Attributes:
        schema: the schema, as it was given.
        whitespace: ``canonical`` or ``flexible``.
    """

    def __init__(self, schema: Any, whitespace: Whitespace = "canonical") -> None:
        if whitespace not in ("canonical", "flexible"):
            raise InvalidInput(
                f"unknown whitespace {whitespace!r}", hint="use 'canonical' or 'flexible'"
            )
        self.schema = schema
        self.whitespace: Whitespace = whitespace
        with bounded_nesting():
            self._node = settle(read(schema))
        self.description = f"JSON: {describe(self._node)}"

    def _build(self) -> DFA:
        with bounded_nesting():
            return text_of(self._node, Style("any", self.whitespace))

    def template(self) -> Template:
        """The template form: invariants, and one slot for each value."""
        return self._template

    @cached_property
    def _template(self) -> Template:
        with bounded_nesting():
            return template_of(self._node)


def json_schema(schema: Any, whitespace: Whitespace = "canonical") -> JsonSchema:
    """The language of the JSON texts that are valid under a schema.

    Objects hold the properties that the schema names, in its order, and no others. Strings may be
    spelled with any escapes in the free form; template slots hold the canonical spelling.

    Args:
        schema: a JSON Schema (draft 2020-12) as a dict, or a type that has one (a Pydantic model,
            dataclass, TypedDict, Enum, …).
        whitespace: ``canonical`` is what ``json.dumps`` writes by default, ``flexible`` allows any
            JSON whitespace between tokens.

    Raises:
        InvalidSchema: when the schema is malformed.
        UnsupportedSchema: when it uses what cannot be guaranteed.
        BudgetExceeded: when it is nested too deeply, or its parts multiply.
        UnsupportedType: when a type has no JSON Schema.
    """
    if not isinstance(schema, _JSON):
        schema, _ = as_schema(schema)
    return JsonSchema(schema, whitespace)
