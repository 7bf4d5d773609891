"""The syntax tree of a GBNF rule."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dllm_struct.languages.regex.tree import Chars


@dataclass(frozen=True, slots=True)
class Ref:
    """Another rule; `at` is where in the grammar it is named."""

    name: str
    at: int


@dataclass(frozen=True, slots=True)
class Series:
    """One after the other; without items, the empty text."""

    items: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """Any of the options."""

    options: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Times:
    """From ``low`` to ``high`` times the item; ``high`` None is unbounded."""

    item: Part
    low: int
    high: int | None


Part = Chars | Ref | Series | Choice | Times

NOTHING = Series(())


def references(part: Part) -> Iterator[Ref]:
    """The rules that a part names."""
    match part:
        case Ref():
            yield part
        case Series(items=parts) | Choice(options=parts):
            for each in parts:
                yield from references(each)
        case Times(item=item):
            yield from references(item)
