"""Constraints as requests write them: checked data here, languages when a thread compiles them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, Literal

from pydantic import Field

from dllm_struct.errors import InvalidInput
from dllm_struct.languages.base import Language
from dllm_struct.languages.choice import choice
from dllm_struct.languages.grammar.language import grammar
from dllm_struct.languages.json_schema import JsonSchema
from dllm_struct.languages.regex import regex
from dllm_struct.serve.errors import RequestError
from dllm_struct.serve.limits import Limits
from dllm_struct.template import Template
from dllm_struct.templating import read_template

Kind = Literal["json_schema", "regex", "grammar", "choice", "template"]
KINDS: tuple[Kind, ...] = ("json_schema", "regex", "grammar", "choice", "template")

SCHEMAS = 64
"""Schemas that are kept, with all that was worked out about them."""

NOTES = ("$schema", "$id", "$comment", "title", "description", "examples", "default")

Schema = dict[str, Any] | bool
Options = Annotated[list[str], Field(min_length=1)]


@dataclass(frozen=True)
class Constraint:
    """What an output has to be, as data.

    Attributes:
        kind: of the constraint.
        value: schema, pattern, grammar (name or text), options, or template (name or text).
        param: what the request calls it.
    """

    kind: Kind
    value: Any
    param: str

    def check(self, limits: Limits) -> None:
        """Refuse what is too large to be looked at.

        Raises:
            RequestError: naming the part of the request.
        """
        size = len(json.dumps(self.value))
        if size > limits.constraint:
            raise RequestError(
                f"the constraint has {size} characters, more than {limits.constraint}",
                code="constraint_too_large",
                param=self.param,
            )

    def compile(self) -> Language | Template:
        """Return the language or the template.

        Raises:
            DllmStructError: it cannot be guaranteed.
        """
        match self.kind:
            case "json_schema":
                return _schema(json.dumps(self.value))
            case "regex":
                return regex(self.value)
            case "grammar":
                return grammar(self.value)
            case "choice":
                return choice(self.value)
            case "template":
                return self.compile_template()

    def compile_template(self) -> Template:
        """Return the template; only the kind ``template`` has one.

        Raises:
            DllmStructError: it is malformed, or nobody knows its name.
        """
        return read_template(self.value)

    def language(self) -> Language:
        """Return the language; a template has none.

        Raises:
            InvalidInput: it is a template.
        """
        found = self.compile()
        if isinstance(found, Template):
            raise InvalidInput(
                "a template cannot stand inside a text", hint="make it the whole output"
            )
        return found


def _names_nothing(schema: Schema) -> bool:
    """Whether a schema asks for an object and names none of its properties.

    The template form writes the named ones, so it would always be ``{}``.
    """
    return isinstance(schema, dict) and schema.keys() <= {*NOTES, "type", "additionalProperties"}


@lru_cache(SCHEMAS)
def _schema(text: str) -> JsonSchema:
    schema = json.loads(text)
    return JsonSchema(schema, additional_properties=_names_nothing(schema))


def one_of(given: Mapping[str, Any], param: str) -> Constraint | None:
    """Return the constraint of a mapping from kinds to values, None where it is not given.

    Raises:
        RequestError: there are two, or one that nobody knows.
    """
    named = {kind: value for kind, value in given.items() if value is not None}
    unknown = named.keys() - set(KINDS)
    if unknown or len(named) > 1:
        what = f"unknown constraint '{min(unknown)}'" if unknown else "there are two constraints"
        raise RequestError(f"{what}; give one of {', '.join(KINDS)}", param=param)
    for kind in KINDS:
        if kind in named:
            return Constraint(kind, named[kind], param)
    return None
