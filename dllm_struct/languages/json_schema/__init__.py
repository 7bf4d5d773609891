"""JSON Schema as a language of JSON texts: drafts 4, 6, 7, 2019-09 and 2020-12.

A schema is read into a graph of places (`graph`), from which two things are made: the automaton of
the whole language, finite where it can be (`texts`) and made on demand otherwise (`machine`), and a
template with one slot per value (`template`). Every keyword is understood exactly or refused with
its JSON pointer.
"""

from __future__ import annotations

import json
from functools import cached_property
from types import NoneType
from typing import Any

from referencing import Registry

from dllm_struct.automata.dfa import DFA, empty
from dllm_struct.automata.machine import Machine
from dllm_struct.errors import InvalidInput
from dllm_struct.languages.base import MACHINES, Language, Regular
from dllm_struct.languages.json_schema.agreed import Agreed
from dllm_struct.languages.json_schema.graph import SchemaGraph
from dllm_struct.languages.json_schema.limits import bounded_nesting
from dllm_struct.languages.json_schema.machine import JsonMachine
from dllm_struct.languages.json_schema.machine.style import Style, Whitespace
from dllm_struct.languages.json_schema.template.layout import template_of
from dllm_struct.languages.json_schema.texts import text_of
from dllm_struct.languages.json_schema.types import as_schema
from dllm_struct.template import Template

__all__ = ["JsonSchema", "Whitespace", "json_schema"]

LONGEST_SPACE = 66
"""Longest run of whitespace that is generated: two line ends and 64 columns."""

_JSON = (dict, list, str, bool, int, float, NoneType)  # a schema, or a malformed one


class JsonSchema(Language):
    """The JSON texts that are valid under a schema.

    Attributes:
        schema: the schema, as it was given.
        whitespace: ``canonical`` or ``flexible``.
        additional_properties: whether the template form writes properties without a name of their
            own.
        graph: the places of the schema.
    """

    def __init__(
        self,
        schema: Any,
        whitespace: Whitespace = "canonical",
        *,
        additional_properties: bool = False,
        registry: Registry[Any] | None = None,
    ) -> None:
        if whitespace not in ("canonical", "flexible"):
            raise InvalidInput(
                f"unknown whitespace {whitespace!r}", hint="use 'canonical' or 'flexible'"
            )
        self.schema = schema
        self.whitespace: Whitespace = whitespace
        self.additional_properties = additional_properties
        self._registry = registry
        with bounded_nesting():
            self.graph = SchemaGraph(schema, registry)
            self.graph.check()
        self.description = f"JSON: {self.graph.note(self.graph.root)}"

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuilt, (
            self.schema,
            self.whitespace,
            self.additional_properties,
            self._registry,
        )

    @property
    def warnings(self) -> tuple[tuple[str, str], ...]:
        """(JSON pointer, text) of what the schema says without effect."""
        return self.graph.warnings

    @cached_property
    def automaton(self) -> DFA | Machine:
        """The texts, properties in the schema's order and unnamed ones last."""
        with bounded_nesting(), MACHINES:
            if self.graph.shortest(self.graph.root) is None:
                return empty()
            agreed = Agreed(self.graph)
            found = text_of(agreed, agreed.root, Style(self.whitespace, max_space=LONGEST_SPACE))
            if found is not None:
                return found
            return JsonMachine(agreed, whitespace=self.whitespace, max_space=LONGEST_SPACE)

    @cached_property
    def named(self) -> Language | None:
        """The same with a finite automaton: without properties that the schema does not name.

        None where there is none: the schema is recursive, or its automaton would be too large.
        """
        automaton = self.automaton
        if isinstance(automaton, DFA):
            return self
        with bounded_nesting(), MACHINES:
            style = Style(self.whitespace, max_space=LONGEST_SPACE)
            agreed = Agreed(self.graph)
            found = text_of(agreed, agreed.root, style, closed=True)
        return None if found is None else Regular(f"{self.description}, named properties", found)

    @property
    def fingerprint(self) -> str | None:
        """Equal for equal languages if they are regular, else for equal schemas and settings."""
        automaton = self.automaton
        return automaton.fingerprint if isinstance(automaton, DFA) else self._key

    @cached_property
    def _key(self) -> str | None:
        if self._registry is not None:
            return None
        return f"JSON Schema {self.whitespace} {json.dumps(self.schema)}"

    def matches(self, text: str | bytes) -> bool:
        """Whether ``text`` is a valid document, its named properties in the schema's order.

        Unnamed properties may stand anywhere among the named ones.
        """
        try:
            data = text.encode() if isinstance(text, str) else text
        except UnicodeEncodeError:
            return False
        with MACHINES:
            return self._acceptor.matches(data)

    @cached_property
    def _acceptor(self) -> JsonMachine:
        with bounded_nesting():
            return JsonMachine(self.graph, whitespace=self.whitespace, order="lenient")

    def _build(self) -> DFA:
        automaton = self.automaton
        if isinstance(automaton, DFA):
            return automaton
        raise InvalidInput(
            "the schema has no finite automaton",
            hint="use the language's automaton, which makes its states on demand",
        )

    def template(self) -> Template:
        """The template form: invariants, and one slot for each value."""
        return self._template

    @cached_property
    def _template(self) -> Template:
        with bounded_nesting(), MACHINES:
            return template_of(
                self.graph,
                additional_properties=self.additional_properties,
                key=self._key,
            )


def _rebuilt(
    schema: Any, whitespace: Whitespace, additional_properties: bool, registry: Registry[Any] | None
) -> JsonSchema:
    return JsonSchema(
        schema, whitespace, additional_properties=additional_properties, registry=registry
    )


def json_schema(
    schema: Any,
    whitespace: Whitespace = "canonical",
    *,
    additional_properties: bool = False,
    registry: Registry[Any] | None = None,
) -> JsonSchema:
    """The language of the JSON texts that are valid under a schema.

    `JsonSchema.matches` and the free form follow the schema in full. The template form writes the
    properties that the schema names, and others only when asked.

    Args:
        schema: a JSON Schema as a dict (draft 2020-12, or the draft that its ``$schema`` names),
            or a type that has one (a Pydantic model, dataclass, TypedDict, Enum, …).
        whitespace: ``canonical`` is what ``json.dumps`` writes by default, ``flexible`` allows any
            JSON whitespace between tokens.
        additional_properties: whether the template form writes properties that the schema does not
            name, where it allows them.
        registry: documents that a ``$ref`` may lead to; nothing is ever fetched.

    Raises:
        InvalidSchema: when the schema is malformed.
        UnsupportedSchema: when it uses what cannot be guaranteed.
        BudgetExceeded: when it is nested too deeply, or its parts multiply.
        UnsupportedType: when a type has no JSON Schema.
    """
    if not isinstance(schema, _JSON):
        schema, _ = as_schema(schema)
    return JsonSchema(
        schema, whitespace, additional_properties=additional_properties, registry=registry
    )
