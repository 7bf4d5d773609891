"""Places of which the same is written, wherever they stand and whatever is said besides.

Two places are alike when they look alike and their children are alike in turn. A pair that is being
compared is taken for alike until something tells it apart, so recursion ends (Hopcroft and Karp
1971).
"""

from __future__ import annotations

from dllm_struct.automata.dfa import DFA
from dllm_struct.languages.json_schema.shapes import (
    ArrayShape,
    ObjectShape,
    Place,
    Shapes,
)
from dllm_struct.languages.json_schema.template.written import Written

MOST_COMPARED = 32
"""Places that look like one, and that it is compared with."""

MOST_PAIRS = 1_000
"""Pairs of places that one comparison looks at; with more, places are not taken for alike."""

Look = tuple[object, ...]


class Alike:
    """Finds the first of the places that are alike.

    Args:
        view: the places.
    """

    def __init__(self, view: Written) -> None:
        self._view = view
        self._first: dict[Place, Place] = {}
        self._looks: dict[Place, tuple[int, list[Place]]] = {}
        self._numbers: dict[Look, int] = {}
        self._groups: dict[int, list[Place]] = {}

    def first(self, place: Place) -> Place:
        """The first place asked about of which the same is written."""
        if place not in self._first:
            group = self._groups.setdefault(self._seen(place)[0], [])
            known = (other for other in group if self._are_alike(other, place))
            found = self._first[place] = next(known, place)
            if found == place and len(group) < MOST_COMPARED:
                group.append(place)
        return self._first[place]

    def _are_alike(self, one: Place, other: Place) -> bool:
        todo, pairs = [(one, other)], set[tuple[Place, Place]]()
        while todo:
            pair = todo.pop()
            (look, children), (other_look, others) = map(self._seen, pair)
            if look != other_look or len(pairs) > MOST_PAIRS:
                return False
            pairs.add(pair)
            below = (
                (self._known(a), self._known(b)) for a, b in zip(children, others, strict=True)
            )
            todo += [(a, b) for a, b in below if a != b and (a, b) not in pairs]
        return True

    def _known(self, place: Place) -> Place:
        return self._first.get(place, place)

    def _seen(self, place: Place) -> tuple[int, list[Place]]:
        """The number of a place's look, and its children."""
        if place not in self._looks:
            children: list[Place] = []
            look = _look(self._view.expand(place), bool(self._view.texts(place)), children)
            if look is None:
                look, children = (place,), []
            number = self._numbers.setdefault(look, len(self._numbers))
            self._looks[place] = number, children
        return self._looks[place]


def _look(shapes: Shapes, has_value: bool, children: list[Place]) -> Look | None:
    """Everything but the children, which are added to a list; None when no other looks so.

    Children that are met with others say more than what is written of them alone.
    """
    arrays = [_array(shape, children) for shape in shapes.arrays]
    objects = [_object(shape, children) for shape in shapes.objects]
    if None in arrays or None in objects:
        return None
    scalars: tuple[DFA, ...] = (
        shapes.numbers,
        shapes.strings,
        shapes.agreed_numbers,
        shapes.written_numbers,
        shapes.written_strings,
    )
    rest = (shapes.literals, shapes.implied, shapes.long_strings, has_value)
    return (*rest, scalars, tuple(arrays), tuple(objects))


def _array(shape: ArrayShape, children: list[Place]) -> Look | None:
    if shape.counts or (shape.prefix and shape.unique is not None):
        return None
    children += [*shape.prefix, shape.rest]
    return len(shape.prefix), shape.min_items, shape.max_items, shape.unique


def _object(shape: ObjectShape, children: list[Place]) -> Look | None:
    if shape.some:
        return None
    children += [named.value for named in shape.properties]
    children += [others.value for others in shape.others]
    names = tuple((named.name, named.required) for named in shape.properties)
    keys = tuple(others.keys for others in shape.others)
    return names, keys, shape.min_properties, shape.max_properties, shape.orders
