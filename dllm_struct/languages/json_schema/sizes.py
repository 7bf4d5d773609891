"""How large the automaton of a place's texts would be, from a look at its shapes alone."""

from __future__ import annotations

from collections.abc import Iterable

from dllm_struct.automata.dfa import DFA
from dllm_struct.languages.json_schema.machine.style import Style
from dllm_struct.languages.json_schema.shapes import (
    ArrayShape,
    Graph,
    ObjectShape,
    Others,
    Place,
    Shapes,
)

_SYNTAX = 4  # states for the brackets, quotes and commas of one part
_EXPANSION = 8  # states of a literal for each of its decoded string, in any spelling
_SLACK = 2  # an estimate may be this much larger than what is allowed


class TooLarge(Exception):
    """There is no finite automaton of the texts, or none of the size allowed."""


class Sizes:
    """Estimates numbers of states, and remembers them.

    Args:
        graph: the places.
        style: how values are written.
        most: states that are allowed.
    """

    def __init__(self, graph: Graph, style: Style, most: int) -> None:
        self._graph, self._style = graph, style
        self._most = _SLACK * most
        self._sizes: dict[Place, int | None] = {}

    def of_place(self, place: Place) -> int:
        """States for the values of a place, roughly.

        Raises:
            TooLarge: when they are not regular, or need more states than allowed.
        """
        if place not in self._sizes:
            self._sizes[place] = None  # met again below: recursion; or too large, found before
            self._sizes[place] = self._of_shapes(self._graph.expand(place))
        size = self._sizes[place]
        if size is None:
            raise TooLarge
        return size

    def of_object(self, shape: ObjectShape) -> int:
        """States for the objects of a shape, roughly.

        Raises:
            TooLarge: when they are not regular, or need more states than allowed.
        """
        if shape.some or any(self._inhabited(others.value) for others in unnamed(shape)):
            raise TooLarge
        return self._sum(self._properties(shape))

    def _properties(self, shape: ObjectShape) -> Iterable[int]:
        """For each property, after every one that it may follow."""
        _, high, top = span(shape)
        copies = top if high is not None or top > 1 else 1
        waiting = 1  # places of the text at which this property's name may begin
        for named in shape.properties:
            yield waiting * (len(named.name) + _SYNTAX)
            if named.required or self._inhabited(named.value):
                yield copies * (self.of_place(named.value) + _SYNTAX)
            waiting = 1 if named.required else waiting + 1

    def _of_shapes(self, shapes: Shapes) -> int:
        numbers, strings = scalars_of(shapes, self._style)
        factor = _EXPANSION if self._style.spelling == "any" else 1
        scalars = _SYNTAX + numbers.num_states + factor * strings.num_states
        arrays = (self._of_array(shape) for shape in shapes.arrays)
        return self._sum((scalars, *arrays, *map(self.of_object, shapes.objects)))

    def _of_array(self, shape: ArrayShape) -> int:
        if shape.counts or shape.unique is False:
            raise TooLarge
        if shape.unique and (shape.max_items is None or shape.max_items > 1):
            raise TooLarge
        most = shape.max_items
        prefix = shape.prefix if most is None else shape.prefix[:most]
        copies = (listed(shape) + 1 if most is None else most) - len(prefix)
        inner = [self.of_place(place) for place in prefix if self._inhabited(place)]
        if copies > 0 and self._inhabited(shape.rest):
            inner.append(copies * self.of_place(shape.rest))
        return self._sum((_SYNTAX, *inner, _SYNTAX * len(inner)))

    def _inhabited(self, place: Place) -> bool:
        return self._graph.shortest(place) is not None

    def _sum(self, parts: Iterable[int]) -> int:
        total = 0
        for part in parts:
            total += part
            if total > self._most:
                raise TooLarge
        return total


def unnamed(shape: ObjectShape) -> tuple[Others, ...]:
    """The unnamed properties for which the required ones leave room."""
    required = sum(named.required for named in shape.properties)
    full = shape.max_properties is not None and shape.max_properties <= required
    return () if full else shape.others


def span(shape: ObjectShape) -> tuple[int, int | None, int]:
    """Fewest and most properties, as far as they matter, and the number from which all are alike.

    Returns:
        The fewest, 0 when the required ones are enough; the most, None when all together are not
        too many; the number of properties up to which it has to be counted.
    """
    required = sum(named.required for named in shape.properties)
    low = shape.min_properties if shape.min_properties > required else 0
    most = shape.max_properties
    high = None if most is None or most >= len(shape.properties) else most
    return low, high, max(1, low) if high is None else max(low, high, 1)


def listed(shape: ArrayShape) -> int:
    """Items up to which an array's positions differ."""
    return max(shape.min_items, len(shape.prefix))


def scalars_of(shapes: Shapes, style: Style) -> tuple[DFA, DFA]:
    """The texts of the numbers and the decoded strings that a style writes."""
    if style.spelling == "canonical":
        return shapes.written_numbers, shapes.written_strings
    return shapes.numbers, shapes.strings
