"""Different values for places: the search against every assignment there is."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import hypothesis.strategies as st
from hypothesis import given, settings

from dllm_struct.languages.json_schema.differing import Differing, Way, find_differing
from dllm_struct.languages.json_schema.shapes import Place

VALUES = st.lists(st.integers(0, 4), max_size=4, unique=True)


@settings(deadline=None)
@given(st.lists(VALUES, max_size=5))
def test_finds_different_values_where_there_are_any(choices: list[list[int]]) -> None:
    exists = any(len(set(picked)) == len(choices) for picked in product(*choices))
    items = Differing(lambda place: ((b"%d" % value, value) for value in choices[place]))
    assert all(items.push(Place(i)) for i in range(len(choices))) == exists
    if exists:
        assert len(set(items.values)) == len(choices)
        assert all(v in choice for v, choice in zip(items.values, choices, strict=True))
        assert items.texts == [b"%d" % value for value in items.values]


@settings(deadline=None)
@given(st.lists(VALUES, min_size=3, max_size=3), st.integers(1, 4))
def test_finds_places_where_there_are_any(choices: list[list[int]], size: int) -> None:
    """Each item is of one of three places, and no place has more than two items."""

    def ways(written: tuple[int, ...]) -> list[Way[tuple[int, ...]]]:
        return [
            Way(Place(i), (*written[:i], count + 1, *written[i + 1 :]))
            for i, count in enumerate(written)
            if count < 2
        ]

    routes = (r for r in product(range(3), repeat=size) if max(map(r.count, range(3))) <= 2)
    exists = any(
        len(set(picked)) == size
        for route in routes
        for picked in product(*(choices[i] for i in route))
    )
    items = Differing(lambda place: ((b"", value) for value in choices[place]))
    found = find_differing(ways, lambda written: sum(written) == size, ways((0, 0, 0)), items)
    assert (found is not None) == exists
    if found is not None:
        assert sum(found[-1].after) == len(set(items.values)) == size


def test_takes_values_without_end() -> None:
    def members(place: Place) -> Iterator[tuple[bytes, int]]:
        value = 0
        while True:
            yield b"%d" % value, value
            value += 1

    items = Differing(members, lambda value: value % 2 == 0)
    assert all(items.push(Place(0)) for _ in range(500))
    items.pop()
    assert items.push(Place(1))
    assert len(set(items.values)) == 500
    assert all(value % 2 for value in items.values)
