"""The places of a graph without the kinds of values that no keyword speaks of."""

from __future__ import annotations

from dataclasses import replace

from dllm_struct.automata.dfa import empty
from dllm_struct.languages.json_schema.graph.inhabitants import Inhabitants
from dllm_struct.languages.json_schema.shapes import Graph, Place, Shapes


class Spoken:
    """A graph whose places have the kinds that a keyword speaks of, or all where that is nothing.

    {"properties": …} lets numbers through as well; whoever writes it means objects.
    """

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._whole: set[Place] = set()
        self._begin()

    def _begin(self) -> None:
        self._shapes: dict[Place, Shapes] = {}
        self._inhabitants = Inhabitants(self)

    def meet(self, *places: Place) -> Place:
        """The place that satisfies them all."""
        return self._graph.meet(*places)

    def expand(self, place: Place) -> Shapes:
        """The shapes of a place."""
        found = self._shapes.get(place)
        if found is None:
            found = self._graph.expand(place)
            if found.implied and place not in self._whole:
                found = _without_implied(found)
            self._shapes[place] = found
        return found

    def shortest(self, place: Place) -> bytes | None:
        """A short text of a value, or None when the place has no value at all."""
        text = self._inhabitants.shortest(place)
        if text is None and self._graph.shortest(place) is not None:
            # what is spoken of has no end: {"properties": {"a": {"$ref": "#"}}, "required": ["a"]}
            self._whole |= self._shapes.keys()
            self._begin()
            text = self._inhabitants.shortest(place)
        return text

    def several(self, place: Place, count: int) -> list[bytes]:
        """Up to so many different values of a place."""
        return [] if self.shortest(place) is None else self._inhabitants.several(place, count)


def _without_implied(shapes: Shapes) -> Shapes:
    """Without the kinds that no keyword speaks of, if any kind is left."""
    implied = shapes.implied
    hidden = {"null"} if "null" in implied else set[str]()
    if "boolean" in implied:
        hidden |= {"true", "false"}
    strings, numbers = "string" not in implied, "number" not in implied
    spoken = replace(
        shapes,
        literals=shapes.literals - hidden,
        numbers=shapes.numbers if numbers else empty(),
        agreed_numbers=shapes.agreed_numbers if numbers else empty(),
        written_numbers=shapes.written_numbers if numbers else empty(),
        strings=shapes.strings if strings else empty(),
        written_strings=shapes.written_strings if strings else empty(),
        long_strings=shapes.long_strings if strings else None,
        arrays=() if "array" in implied else shapes.arrays,
        objects=() if "object" in implied else shapes.objects,
    )
    return shapes if _is_bare(spoken) else spoken


def _is_bare(shapes: Shapes) -> bool:
    """Whether there is no kind of value at all."""
    return (
        not (shapes.literals or shapes.arrays or shapes.objects)
        and shapes.numbers.is_empty
        and shapes.strings.is_empty
    )
