"""A graph that is written down, for shapes that a schema reaches only by detours."""

from __future__ import annotations

from dataclasses import replace

from dllm_struct.automata.algebra import empty, intersection, strings
from dllm_struct.automata.dfa import DFA
from dllm_struct.automata.utf8 import utf8_text
from dllm_struct.languages.json_schema.graph.inhabitants import Inhabitants
from dllm_struct.languages.json_schema.shapes import (
    ArrayShape,
    ObjectShape,
    Place,
    Shapes,
)
from dllm_struct.languages.regex import regex

TEXT = utf8_text()
INTEGERS = regex(r"-?(0|[1-9][0-9]*)").dfa


def shapes(
    *containers: ArrayShape | ObjectShape,
    literals: str = "",
    numbers: DFA | None = None,
    text: DFA | None = None,
    implied: str = "",
) -> Shapes:
    numbers = empty() if numbers is None else numbers
    text = empty() if text is None else text
    return Shapes(
        literals=frozenset(literals.split()),
        numbers=numbers,
        strings=text,
        agreed_numbers=numbers,
        written_numbers=numbers,
        written_strings=text,
        arrays=tuple(shape for shape in containers if isinstance(shape, ArrayShape)),
        objects=tuple(shape for shape in containers if isinstance(shape, ObjectShape)),
        implied=frozenset(implied.split()),
    )


def words(*options: str) -> DFA:
    return strings(option.encode() for option in options)


NOTHING, ANYTHING, INTEGER, STRING, BOOLEAN, ROOT = map(Place, range(6))


class WrittenGraph:
    """Places by number; the last is the root. Only scalars meet."""

    warnings: tuple[tuple[str, str], ...] = ()
    anything = ANYTHING

    def __init__(self, *more: Shapes) -> None:
        rest = ArrayShape((), ANYTHING)
        self._shapes = [
            shapes(),
            shapes(rest, literals="null true false", numbers=INTEGERS, text=TEXT),
            shapes(numbers=INTEGERS),
            shapes(text=TEXT),
            shapes(literals="true false"),
            *more,
        ]
        self.root = Place(len(self._shapes) - 1)
        self._met: dict[frozenset[Place], Place] = {}
        self._inhabitants = Inhabitants(self)

    def expand(self, place: Place) -> Shapes:
        return self._shapes[place]

    def meet(self, *places: Place) -> Place:
        key = frozenset(places) - {ANYTHING}
        if len(key) < 2:
            return next(iter(key), ANYTHING)
        if key not in self._met:
            parts = [self._shapes[place] for place in key]
            self._met[key] = Place(len(self._shapes))
            self._shapes.append(
                replace(
                    parts[0],
                    literals=frozenset.intersection(*(part.literals for part in parts)),
                    numbers=intersection(*(part.numbers for part in parts)),
                    strings=intersection(*(part.strings for part in parts)),
                    written_numbers=intersection(*(part.written_numbers for part in parts)),
                    written_strings=intersection(*(part.written_strings for part in parts)),
                    arrays=(),
                    objects=(),
                )
            )
        return self._met[key]

    def shortest(self, place: Place) -> bytes | None:
        return self._inhabitants.shortest(place)

    def several(self, place: Place, count: int) -> list[bytes]:
        return self._inhabitants.several(place, count)

    def note(self, place: Place) -> str:
        return str(place)

    def pointer(self, place: Place) -> str:
        return f"/{place}"
