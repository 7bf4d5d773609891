"""What constraints are said to become."""

from __future__ import annotations

import json
from typing import Any

import pytest

import dllm_struct as ds
from dllm_struct.errors import EmptyLanguage

BYTES = ds.Vocabulary([bytes([byte]) for byte in range(256)])
TREE = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "maxLength": 3},
        "children": {"type": "array", "items": {"$ref": "#"}},
    },
    "required": ["name", "children"],
}


def test_slots_and_free_form() -> None:
    found = ds.explain(TREE, BYTES)
    assert found.outline == '{"name": "⟨/name⟩", "children": ⟨/children⟩}'
    name, children, free = found.slots
    assert (name.id, name.engine, name.min_tokens) == ("/name", "automaton", 0)
    assert name.max_tokens == 18  # three control characters
    assert name.states is not None
    assert name.classes is not None
    assert (children.id, children.engine, children.max_tokens) == ("/children", "machine", None)
    assert children.min_tokens == 2
    assert (free.id, free.engine) == ("free form", "machine")
    assert found.seconds >= sum(slot.seconds for slot in found.slots)


def test_without_a_vocabulary() -> None:
    found = ds.explain(TREE)
    assert [slot.min_tokens for slot in found.slots] == [None, None, None]
    assert found.slots[0].states == ds.json_schema(TREE).template().slots[0].language.dfa.num_states


@pytest.mark.parametrize("constraint", [ds.regex("ab?"), ds.choice(["a", "b"]), str])
def test_other_languages_are_one_slot(constraint: Any) -> None:
    found = ds.explain(constraint, BYTES)
    assert found.outline == "⟨/⟩"
    assert [slot.id for slot in found.slots] == [""]
    assert found.warnings == ()


@pytest.mark.parametrize(
    ("schema", "pointer", "word"),
    [
        ({"type": "string", "format": "of-my-own"}, "/format", "of-my-own"),
        ({"properties": {"a/b": {"properties": {"c": False}}}}, "/properties/a~1b", "'c'"),
        ({"properties": {"d": {"not": {}}, "e": {"type": "null"}}}, "", "'d'"),
    ],
)
def test_warnings(schema: Any, pointer: str, word: str) -> None:
    (warning,) = ds.explain(schema).warnings
    assert warning[0] == pointer
    assert word in warning[1]
    assert word in str(ds.explain(schema))


def test_as_json_and_as_text() -> None:
    found = ds.explain(TREE, BYTES)
    again = json.loads(json.dumps(found.to_dict()))
    assert again["parts"][:2] == [{"invariant": '{"name": "'}, {"slot": "/name"}]
    assert again["slots"][1]["engine"] == "machine"
    assert [line.split("  ")[0] for line in str(found).splitlines()] == [
        "template",
        "/name",
        "/children",
        "free form",
    ]


def test_what_cannot_be_written_is_refused() -> None:
    with pytest.raises(EmptyLanguage):
        ds.explain({"type": "integer", "minimum": 3, "maximum": 2}, BYTES)
