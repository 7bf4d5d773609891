"""What a machine asks about the places of a graph, remembered."""

from __future__ import annotations

from dataclasses import replace

from dllm_struct.automata.dfa import DEAD, DFA
from dllm_struct.languages.json_schema.machine.counted import Counted
from dllm_struct.languages.json_schema.machine.literals import Literals
from dllm_struct.languages.json_schema.machine.members import Explored
from dllm_struct.languages.json_schema.machine.scalars import Scalars, plain_numbers
from dllm_struct.languages.json_schema.machine.spoken import Spoken
from dllm_struct.languages.json_schema.machine.style import Style
from dllm_struct.languages.json_schema.scalars.text import Text
from dllm_struct.languages.json_schema.shapes import Graph, Place, Shapes


class Places:
    """The places of a graph, as a style shows them.

    Args:
        graph: the places.
        style: how values are written.
        plain: whether each number is written in one way only.
    """

    def __init__(self, graph: Graph, style: Style, *, plain: bool = False) -> None:
        self.graph = graph
        self.style = style
        self._source = Spoken(graph) if style.closed else graph
        self._plain = plain
        self._shapes: dict[Place, Shapes] = {}
        self._scalars: dict[Place, Scalars | None] = {}
        self._shortest: dict[Place, bytes | None] = {}
        self._explored: dict[DFA, Explored] = {}
        self._by_kinds: dict[tuple[frozenset[str], DFA, DFA | Text], Scalars] = {}
        self._literals: dict[DFA, Literals] = {}

    def shapes(self, place: Place) -> Shapes:
        """The shapes of a place that are written."""
        found = self._shapes.get(place)
        if found is None:
            found = self._source.expand(place)
            if self.style.spelling == "canonical":
                numbers, strings = found.written_numbers, found.written_strings
                found = replace(found, numbers=numbers, strings=strings)
            if self._plain:
                found = replace(found, numbers=plain_numbers(found.numbers))
            if self.style.forgetful:
                arrays = (replace(shape, unique=None) for shape in found.arrays)
                found = replace(found, arrays=tuple(arrays))
            self._shapes[place] = found
        return found

    def scalars(self, place: Place) -> Scalars | None:
        """The scalars of a place, or None when it has none."""
        if place not in self._scalars:
            shapes = self.shapes(place)
            strings: DFA | Text = shapes.strings
            if self.style.spelling == "any" and shapes.long_strings is not None:
                strings = shapes.long_strings
            key = (shapes.literals, shapes.numbers, strings)
            if key not in self._by_kinds:
                content = Counted(strings) if isinstance(strings, Text) else self.explored(strings)
                self._by_kinds[key] = Scalars(
                    shapes.literals, shapes.numbers, content, self.style.spelling
                )
            found = self._by_kinds[key]
            self._scalars[place] = found if found.start != DEAD else None
        return self._scalars[place]

    def explored(self, dfa: DFA) -> Explored:
        """An automaton with its distances, one for equal automata."""
        found = self._explored.get(dfa)
        if found is None:
            found = self._explored[dfa] = Explored(dfa)
        return found

    def literals(self, content: DFA) -> Literals:
        """Reads the bodies of the literals of decoded strings."""
        found = self._literals.get(content)
        if found is None:
            found = Literals(self.explored(content), self.style.spelling, closed=False)
            self._literals[content] = found
        return found

    def shortest(self, place: Place) -> bytes | None:
        """A short text of a value, or None when there is none."""
        if place not in self._shortest:
            self._shortest[place] = self._source.shortest(place)
        return self._shortest[place]

    def several(self, place: Place, count: int) -> list[bytes]:
        """Short texts of up to so many different values."""
        return self._source.several(place, count)

    def text(self, place: Place) -> bytes:
        """A short text of a value of a place that has one."""
        found = self.shortest(place)
        assert found is not None
        return found

    def inhabited(self, place: Place) -> bool:
        """Whether a place has a value."""
        return self.shortest(place) is not None

    def meet(self, places: list[Place]) -> Place:
        """The place that satisfies them all."""
        distinct = list(dict.fromkeys(p for p in places if p != self.graph.anything))
        match distinct:
            case []:
                return self.graph.anything
            case [place]:
                return place
        return self.graph.meet(*distinct)
