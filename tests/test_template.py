from __future__ import annotations

import pytest

from dllm_struct.automata.algebra import all_bytes
from dllm_struct.errors import InvalidTemplate
from dllm_struct.languages.base import Regular
from dllm_struct.template import Invariant, Slot, Template

ANY = Regular("anything", all_bytes())


def test_adjacent_invariants_merge_and_empty_ones_go() -> None:
    template = Template(
        (Invariant("a"), Invariant(""), Invariant("b"), Slot("x", ANY), Invariant(""))
    )
    assert template.parts == (Invariant("ab"), Slot("x", ANY))


def test_slots_in_order() -> None:
    template = Template((Slot("b", ANY), Invariant(", "), Slot("a", ANY)))
    assert [slot.id for slot in template.slots] == ["b", "a"]
    assert template.render({"a": "1", "b": "2"}) == "2, 1"


def test_ids_are_unique() -> None:
    with pytest.raises(InvalidTemplate, match="'x'"):
        Template((Slot("x", ANY), Slot("x", ANY)))


@pytest.mark.parametrize("contents", [{}, {"x": "", "y": ""}])
def test_render_wants_each_slot(contents: dict[str, str]) -> None:
    with pytest.raises(InvalidTemplate):
        Template((Slot("x", ANY),)).render(contents)


@pytest.mark.parametrize(("low", "high"), [(-1, None), (3, 2)])
def test_limits_of_slots(low: int, high: int | None) -> None:
    with pytest.raises(InvalidTemplate):
        Slot("x", ANY, min_tokens=low, max_tokens=high)
