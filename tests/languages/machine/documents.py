"""Random schemas and texts near their members, and the judges: `json` and `jsonschema`."""

from __future__ import annotations

import json
import re
from random import Random
from typing import Any

from jsonschema import Draft202012Validator

NAMES = ("a", "ab", "b", "é")
KEYS = (*NAMES, "x_1", "x_2", "z", "zz")  # in this order they fit every schema below
SCALARS = (None, True, False, 0, 1, 2, 3, -1, 1.0, 2.5, "", "a", "b", "ab", 'é"\n', "😀")
LOOSE = 'untab0129.eE-+"\\,:{}[] '
STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
EXPONENT = re.compile("[0-9.][eE]")
MISPLACED = re.compile(r"[,:](?! [^ ])|(?<![,:]) |[\n\t\r]")


class Repeated(ValueError):
    """A key that stands twice."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) < len(pairs):
        raise Repeated
    return dict(pairs)


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def read(text: str) -> Any:
    """A JSON text without repeated keys and without halves of surrogate pairs."""
    found = json.loads(text, object_pairs_hook=_once, parse_constant=_refuse)
    json.dumps(found, ensure_ascii=False).encode()
    return found


def is_member(schema: Any, text: str, *, canonical: bool) -> bool:
    """Whether a text is written well and valid; the order of keys is not looked at."""
    if canonical and MISPLACED.search(STRING.sub('""', text)):
        return False
    try:
        value = read(text)
    except ValueError:
        return False
    return bool(Draft202012Validator(schema).is_valid(value))


def has_exponent(text: str) -> bool:
    """Whether a number has one: readers disagree on what is left of a huge one."""
    return EXPONENT.search(STRING.sub('""', text)) is not None


def value(r: Random, depth: int = 2) -> Any:
    kind = r.random()
    if depth == 0 or kind < 0.65:
        return r.choice(SCALARS)
    if kind < 0.82:
        return [value(r, depth - 1) for _ in range(r.randrange(4))]
    return {key: value(r, depth - 1) for key in sorted(r.sample(KEYS, r.randrange(4)))}


def written(r: Random, document: Any, *, canonical: bool) -> str:
    """A value in any spelling, with or without whitespace anywhere."""

    def space() -> str:
        return "" if canonical else "".join(r.choices(" \n\t\r", k=r.choice((0, 0, 1, 2))))

    blank = " " if canonical else ""
    match document:
        case str():
            text = '"' + "".join(_spelled(r, character) for character in document) + '"'
        case list():
            items = (written(r, item, canonical=canonical) for item in document)
            text = "[" + (("," + blank).join(items) or space()) + "]"
        case dict():
            pairs = (
                f"{written(r, key, canonical=canonical)}:{blank}"
                f"{written(r, item, canonical=canonical)}"
                for key, item in document.items()
            )
            text = "{" + (("," + blank).join(pairs) or space()) + "}"
        case _:
            text = json.dumps(document)
    return space() + text + space()


def _spelled(r: Random, character: str) -> str:
    if r.random() < 0.8:
        return json.dumps(character, ensure_ascii=False)[1:-1]
    units = character.encode("utf-16-be").hex()
    units = units.upper() if r.random() < 0.5 else units
    return "".join(f"\\u{units[i : i + 4]}" for i in range(0, len(units), 4))


def changed(r: Random, text: str) -> str:
    """A text with a character or two removed, added or replaced."""
    characters = list(text)
    for _ in range(r.randrange(1, 3)):
        at = r.randrange(len(characters) + 1)
        characters[at : at + r.randrange(2)] = r.choices(LOOSE, k=r.randrange(2))
    return "".join(characters)


def schema(r: Random, depth: int) -> Any:
    """A schema of all kinds; numbers stay where every reader agrees on them."""
    kind = r.random()
    if kind < 0.12:
        return r.choice((True, {}, False, {"$ref": "#"}))
    if kind < 0.3:
        return {"enum": [value(r, 1) for _ in range(r.randrange(1, 5))]}
    if kind < 0.4 or depth == 0:
        types = ("null", "boolean", "integer", "number", "string", ["string", "integer"])
        return {"type": r.choice(types)}
    if kind < 0.46:
        low = r.randrange(2)
        return r.choice(
            (
                {"type": "integer", "minimum": -low, "maximum": 3},
                {"type": "string", "minLength": low, "maxLength": 2},
            )
        )
    if kind < 0.62:
        return _combined(r, depth - 1)
    return _array(r, depth - 1) if kind < 0.81 else _object(r, depth - 1)


def _combined(r: Random, depth: int) -> Any:
    parts = [schema(r, depth) for _ in range(3)]
    match r.choice(("anyOf", "oneOf", "allOf", "not", "if")):
        case "not":
            return {"not": parts[0]}
        case "if":
            return dict(zip(("if", "then", "else"), parts, strict=True))
        case name:
            return {name: parts[:2]}


def _some(r: Random, chances: dict[str, tuple[float, Any]]) -> dict[str, Any]:
    """Keywords, each with its chance."""
    return {name: make() for name, (chance, make) in chances.items() if r.random() < chance}


def _array(r: Random, depth: int) -> Any:
    counts = _some(
        r, {"minContains": (0.4, lambda: r.randrange(3)), "maxContains": (0.4, lambda: 2)}
    )
    found = _some(
        r,
        {
            "type": (0.8, lambda: "array"),
            "items": (0.6, lambda: schema(r, depth)),
            "prefixItems": (0.25, lambda: [schema(r, depth) for _ in range(2)]),
            "uniqueItems": (0.35, lambda: True),
            "contains": (0.25, lambda: schema(r, depth)),
            "minItems": (0.3, lambda: r.randrange(3)),
            "maxItems": (0.3, lambda: r.randrange(1, 4)),
        },
    )
    return found | counts if "contains" in found else found


def _object(r: Random, depth: int) -> Any:
    names = sorted(r.sample(NAMES, r.randrange(1, 4)))
    return _some(
        r,
        {
            "type": (0.8, lambda: "object"),
            "properties": (0.8, lambda: {name: schema(r, depth) for name in names}),
            "required": (0.5, lambda: sorted(r.sample(KEYS, r.randrange(1, 3)))),
            "additionalProperties": (0.5, lambda: r.choice((False, schema(r, depth)))),
            "patternProperties": (0.25, lambda: {"^x_": schema(r, depth)}),
            "propertyNames": (0.15, lambda: {"maxLength": r.randrange(1, 3)}),
            "minProperties": (0.2, lambda: r.randrange(3)),
            "maxProperties": (0.2, lambda: r.randrange(1, 4)),
        },
    )
