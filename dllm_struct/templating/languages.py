"""The filters that name a language: what a slot may hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final, cast, get_args

from dllm_struct.errors import InvalidInput
from dllm_struct.files import read_json
from dllm_struct.languages import choice as choices
from dllm_struct.languages.base import Language, Regular, any_text
from dllm_struct.languages.grammar.language import grammar as grammars
from dllm_struct.languages.json_schema import JsonSchema, Whitespace
from dllm_struct.languages.json_schema.lengths import lengths
from dllm_struct.languages.json_schema.scalars.formats import FORMATS, format_text
from dllm_struct.languages.regex import regex as regexes

Maker = Callable[..., Language]
"""Makes a language of literals; annotated with the types that it takes."""

LONGEST: Final = 10_000
"""Characters that a length can ask for."""

TYPES: Final = ("array", "boolean", "integer", "null", "number", "object", "string")

_IDENTIFIER: Final = r"[A-Za-z_][A-Za-z0-9_]*"
_SPACE: Final = r"\u0020\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
_CONTROL: Final = r"\u0000-\u001f\u007f-\u009f\u2028\u2029\ufffe\uffff"
_EDGE: Final = f"[^{_SPACE}{_CONTROL}]"
_LINE: Final = f"{_EDGE}(?:[^{_CONTROL}]*{_EDGE})?"
_TEXT: Final = rf"{_EDGE}(?:(?:[^{_CONTROL}]|[\t\n])*{_EDGE})?"


def makers(folder: Path | None) -> Mapping[str, Maker]:
    """The language filters by name.

    Args:
        folder: where files that a template names lie; None: it may name none.
    """
    return {**_MAKERS, "json_schema": partial(_json_schema, folder)}


def line() -> Language:
    """One line of text: no control character, no white space at its ends, not empty."""
    return Regular("a line", regexes(_LINE).dfa)


def _regex(pattern: str) -> Language:
    return regexes(pattern)


def _choice(*options: str) -> Language:
    return choices.choice(options)


def _text() -> Language:
    return Regular("a text", regexes(_TEXT).dfa)


def _identifier() -> Language:
    return Regular("an identifier", regexes(_IDENTIFIER).dfa)


def _format(name: str) -> Language:
    if name not in FORMATS:
        raise InvalidInput(
            f"no format is called {name!r}", hint=f"use {', '.join(sorted(FORMATS))}"
        )
    return Regular(name, format_text(name, "canonical"))


def _integer(minimum: int | None = None, maximum: int | None = None) -> Language:
    return _between("integer", minimum, maximum)


def _number(minimum: float | None = None, maximum: float | None = None) -> Language:
    return _between("number", minimum, maximum)


def _between(kind: str, minimum: float | None, maximum: float | None) -> Language:
    bounds = {"minimum": minimum, "maximum": maximum}
    return JsonSchema({"type": kind, **{k: v for k, v in bounds.items() if v is not None}})


def _boolean() -> Language:
    return JsonSchema({"type": "boolean"})


def _json(type: str | None = None) -> Language:
    if type is not None and type not in TYPES:
        raise InvalidInput(f"no JSON type is called {type!r}", hint=f"use {', '.join(TYPES)}")
    return JsonSchema(True if type is None else {"type": type}, additional_properties=True)


def _json_schema(
    folder: Path | None,
    schema: dict[str, Any] | bool | str,
    whitespace: str = "canonical",
    additional_properties: bool = False,
) -> Language:
    if whitespace not in (spaces := get_args(Whitespace)):
        raise InvalidInput(f"unknown whitespace {whitespace!r}", hint=f"use {' or '.join(spaces)}")
    found = read_json(_inside(folder, schema)) if isinstance(schema, str) else schema
    return JsonSchema(
        found, cast("Whitespace", whitespace), additional_properties=additional_properties
    )


def _inside(folder: Path | None, name: str) -> Path:
    """The path of a file that a template names: in the template's folder, or below."""
    if folder is None:
        raise InvalidInput(
            f"the template names the file '{name}', but lies in no folder itself",
            hint="write the schema into the template, or give the template as a path",
        )
    path = Path(name)
    if path.is_absolute() or path.drive or ".." in path.parts:
        raise InvalidInput(
            f"the file '{name}' is not in the template's folder",
            hint="name it relative to the template, without '..'",
        )
    return folder / path


def _grammar(name_or_text: str, start: str | None = None) -> Language:
    return grammars(name_or_text, start)


def _min_length(count: int) -> Language:
    return Regular(f"{count} characters or more", lengths(_natural(count), None))


def _max_length(count: int) -> Language:
    return Regular(f"{count} characters or fewer", lengths(0, _natural(count)))


def _natural(count: int) -> int:
    if not 0 <= count <= LONGEST:
        raise InvalidInput(f"{count} is no length", hint=f"use a number from 0 to {LONGEST}")
    return count


_MAKERS: Final[Mapping[str, Maker]] = {
    "boolean": _boolean,
    "choice": _choice,
    "format": _format,
    "grammar": _grammar,
    "identifier": _identifier,
    "integer": _integer,
    "json": _json,
    "line": line,
    "max_length": _max_length,
    "min_length": _min_length,
    "number": _number,
    "regex": _regex,
    "string": any_text,
    "text": _text,
}
