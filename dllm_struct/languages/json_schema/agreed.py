"""The part of a schema that is generated: what every validator takes for valid."""

from __future__ import annotations

from dataclasses import replace

from dllm_struct.languages.json_schema.shapes import Graph, Place, Shapes


class Agreed:
    r"""A graph whose scalars are those on which validators agree.

    Validators take remainders of doubles, read ``\W`` with Unicode in mind, or know no leap
    seconds: membership follows the standard, generation stays where all of them say yes.
    """

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self.root: Place = graph.root
        self.anything: Place = graph.anything
        self.warnings = graph.warnings
        self._shapes: dict[Place, Shapes] = {}

    def expand(self, place: Place) -> Shapes:
        """The shapes of a place, kept."""
        if place not in self._shapes:
            shapes = self._graph.expand(place)
            self._shapes[place] = replace(
                shapes,
                numbers=shapes.agreed_numbers,
                strings=shapes.written_strings,
                long_strings=None,
            )
        return self._shapes[place]

    def meet(self, *places: Place) -> Place:
        """The place that satisfies them all."""
        return self._graph.meet(*places)

    def shortest(self, place: Place) -> bytes | None:
        """A short canonical text of a value, or None when the place has no value at all."""
        return self._graph.shortest(place)

    def several(self, place: Place, count: int) -> list[bytes]:
        """Up to so many different values of a place."""
        return self._graph.several(place, count)

    def note(self, place: Place) -> str:
        """A short description of a place."""
        return self._graph.note(place)

    def pointer(self, place: Place) -> str:
        """The JSON pointer of a sub-schema that led to the place."""
        return self._graph.pointer(place)
