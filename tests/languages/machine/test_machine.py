from __future__ import annotations

import json
import pickle
from random import Random
from typing import Any

import numpy as np
import pytest

from dllm_struct.automata.algebra import difference
from dllm_struct.automata.machine import DEAD, UNMADE
from dllm_struct.languages.json_schema.machine import JsonMachine
from dllm_struct.languages.json_schema.shapes import (
    ArrayShape,
    Count,
    ObjectShape,
    Others,
    Place,
    Property,
    Shapes,
)
from dllm_struct.languages.regex import regex
from tests.languages.machine.graphs import (
    ANYTHING,
    BOOLEAN,
    INTEGER,
    INTEGERS,
    NOTHING,
    ROOT,
    STRING,
    TEXT,
    WrittenGraph,
    shapes,
    words,
)
from tests.languages.machine.walks import run, walk

PERSON = (Property("name", STRING, required=True), Property("né", INTEGER), Property("n", INTEGER))
ONE, TWO = Place(ROOT), Place(ROOT + 1)


def machine(*places: Shapes, **style: Any) -> JsonMachine:
    return JsonMachine(WrittenGraph(*places), **style)


def others(value: Place, *names: str) -> Others:
    """Unnamed properties with any other name."""
    return Others(difference(TEXT, words(*names)), value)


PERSONS = ObjectShape(PERSON, orders=(("name", "né", "n"),))
OPEN = ObjectShape(PERSON, (others(BOOLEAN, "name", "né", "n"),), orders=(("name", "né", "n"),))
VALUES = ("a", "b", 1)


@pytest.mark.parametrize(
    ("shape", "style", "members", "others"),
    [
        pytest.param(
            PERSONS,
            {},
            ['{"name": ""}', '{"name": "é", "né": 1}', '{"n\\u0061me": "\\ud83d\\uDE00", "n": -1}'],
            [
                "{}",
                '{"n": 1, "name": ""}',
                '{"name":""}',
                '{"name": "", }',
                '{"name": "", "nn": 1}',
            ],
            id="named",
        ),
        pytest.param(
            PERSONS,
            {"whitespace": "flexible"},
            ['{"name":""}', ' {\n\t"name" :"" , "n":1\r} '],
            ['{"na me":""}', '{"name":"" "n":1}', '{"name":"",}', '{"name":"","n":- 1}'],
            id="flexible",
        ),
        pytest.param(
            PERSONS,
            {"whitespace": "flexible", "max_space": 2},
            ['  {  "name":  ""  }  '],
            ['   {"name":""}', '{"name":   ""}', '{"name":""}   '],
            id="bounded whitespace",
        ),
        pytest.param(
            PERSONS,
            {"spelling": "canonical"},
            ['{"name": "é", "né": 1}', '{"name": "\\n"}'],
            ['{"n\\u0061me": ""}', '{"name": "\\u0061"}', '{"name": "", "n\\u00e9": 1}'],
            id="canonical spelling",
        ),
        pytest.param(
            OPEN,
            {},
            ['{"name": "", "x": true}', '{"name": "", "n": 1, "na": true, "né2": false}'],
            ['{"x": true, "name": ""}', '{"name": "", "x": true, "\\u0078": true}', '{"x": true}'],
            id="open",
        ),
        pytest.param(
            OPEN,
            {"order": "lenient"},
            ['{"x": true, "name": ""}', '{"name": "", "x": true, "n": 1}'],
            ['{"n": 1, "name": ""}', '{"x": true, "name": "", "x": true}', '{"x": true}'],
            id="lenient",
        ),
        pytest.param(
            OPEN, {"closed": True}, ['{"name": ""}'], ['{"name": "", "x": true}'], id="closed"
        ),
        pytest.param(
            ObjectShape(PERSON, orders=(("name", "n"), ("né",))),
            {"order": "lenient"},
            ['{"né": 1, "name": "", "n": 1}', '{"name": "", "né": 1, "n": 1}'],
            ['{"n": 1, "né": 1, "name": ""}', '{"né": 1, "name": "", "né": 1}'],
            id="several orders",
        ),
        pytest.param(
            ObjectShape(PERSON),
            {"order": "lenient"},
            ['{"n": 1, "name": ""}', '{"name": "", "n": 1, "né": 1}'],
            ['{"n": 1, "n": 1, "name": ""}', '{"n": 1}'],
            id="no order",
        ),
        pytest.param(
            ObjectShape(PERSON, (others(BOOLEAN, "name", "né", "n"),), 2, 3),
            {},
            ['{"name": "", "n": 1}', '{"name": "", "a": true, "b": true}'],
            ['{"name": ""}', '{"name": "", "né": 1, "n": 1, "b": true}'],
            id="number of properties",
        ),
        pytest.param(
            ObjectShape(
                PERSON,
                (others(ANYTHING, "name", "né", "n"),),
                some=(Others(regex("x+").dfa, INTEGER),),
            ),
            {"closed": True},
            ['{"name": "", "xx": 1}'],
            ['{"name": ""}', '{"name": "", "xx": ""}', '{"name": "", "y": 1}'],
            id="some",
        ),
        pytest.param(
            ObjectShape((), (Others(regex("x|y").dfa, BOOLEAN),), min_properties=2),
            {},
            ['{"x": true, "y": true}', '{"y": true, "x": true}'],
            ['{"x": true}', '{"x": true, "x": true}'],
            id="as many keys as there are",
        ),
        pytest.param(
            ArrayShape((STRING, INTEGER), BOOLEAN, 1, 4),
            {},
            ['[""]', '["", 1, true]', '["", 1, true, true]'],
            ["[]", '["", ""]', '["", 1, true, true, true]', '["" , 1]', '["",1]'],
            id="array",
        ),
        pytest.param(
            ArrayShape((STRING,), NOTHING), {}, ["[]", '[""]'], ['["", 1]'], id="closed tuple"
        ),
        pytest.param(
            ArrayShape((), ANYTHING, counts=(Count(INTEGER, STRING, 1, 2),)),
            {},
            ["[1]", '["", 1, "", 2]'],
            ["[]", '[""]', "[1, 2, 3]", "[1, true]"],
            id="counts",
        ),
        pytest.param(
            ArrayShape((), ANYTHING, counts=(Count(INTEGER, NOTHING, 0, 0, start=1),)),
            {},
            ["[]", "[true]"],
            ["[true, 1]", "[true, true]"],
            id="counts from a position on",
        ),
        pytest.param(
            ArrayShape((), ANYTHING, unique=True),
            {"spelling": "any"},
            ['["a", "b"]', "[[1], [1, 1], []]", '[1, true, "1", 10]'],
            ['["a", "\\u0061"]', "[[1, [2]], [1, [2]]]", "[1, 2, 1]", "[null, null]"],
            id="different items",
        ),
        pytest.param(
            ArrayShape((), ANYTHING, unique=False),
            {},
            ["[1, 1]", '["a", 2, "\\u0061"]', "[[1], 0, [1], 5]"],
            ["[]", "[1]", "[1, 2]", "[[1], [2]]"],
            id="equal items",
        ),
    ],
)
def test_members(
    shape: ObjectShape | ArrayShape, style: Any, members: list[str], others: list[str]
) -> None:
    tested = machine(shapes(shape), **style)
    assert [text for text in members if not tested.matches(text.encode())] == []
    assert [text for text in others if tested.matches(text.encode())] == []
    for seed in range(10):
        walk(Random(seed), tested, seed)


def test_objects_are_equal_whatever_their_order() -> None:
    pair = ObjectShape((), (Others(TEXT, ANYTHING),))
    tested = machine(shapes(pair), shapes(ArrayShape((), ONE, unique=True)))
    assert tested.matches(b'[{"a": 1, "b": 2}, {"a": 2, "b": 1}]')
    assert not tested.matches(b'[{"a": 1, "b": 2}, {"b": 2, "a": 1}]')


def test_no_state_leads_to_values_that_are_used_up() -> None:
    few = shapes(text=words("one", "two"), literals="null")
    tested = machine(few, shapes(ArrayShape((), ONE, unique=True)))
    state = run(tested, b'["one", "tw')
    assert tested.row(run(tested, b'["one", "'))[ord("o")] == UNMADE
    assert tested.step(run(tested, b'["one", "'), ord("o")) == DEAD
    assert tested.completion(state) == b'o"]'
    full = run(tested, b'["one", "two", null')
    assert tested.step(full, ord(",")) == DEAD
    assert not machine(few, shapes(ArrayShape((), ONE, min_items=4, unique=True))).start


def test_items_that_have_to_be_equal_and_different_have_no_array() -> None:
    twice = Count(ONE, ANYTHING, low=2)
    constant = shapes(text=words("x"))
    tested = machine(
        constant, shapes(ArrayShape((), ANYTHING, counts=(twice,), unique=True), numbers=INTEGERS)
    )
    assert tested.step(tested.start, ord("[")) == DEAD
    assert tested.matches(b"1")


def test_items_differ_after_a_detour() -> None:
    pair = ArrayShape((BOOLEAN, BOOLEAN), NOTHING, min_items=2, unique=True)
    tested = machine(shapes(pair), shapes(ArrayShape((), ONE, unique=True)))
    state = run(tested, b"[[true, false], [")
    assert tested.completion(state) == b"false, true]]"


def test_no_state_leads_to_keys_that_are_used_up() -> None:
    tested = machine(shapes(ObjectShape((), (Others(words("aa", "ab"), INTEGER),))))
    assert tested.step(run(tested, b'{"aa": 1, "a'), ord("a")) == DEAD
    assert tested.step(run(tested, b'{"aa": 1, "\\u00'), ord("6")) != DEAD
    assert tested.step(run(tested, b'{"aa": 1, "\\u006'), ord("2")) == DEAD
    assert tested.step(run(tested, b'{"aa": 1, "ab": 1'), ord(",")) == DEAD


def test_nothing_is_offered_that_has_no_value() -> None:
    tested = machine(shapes(ObjectShape((Property("a", NOTHING), Property("b", INTEGER)))))
    assert tested.step(run(tested, b'{"'), ord("a")) == DEAD
    assert tested.matches(b'{"b": 1}')
    assert not machine(shapes(ObjectShape((Property("a", NOTHING, required=True),)))).start


def test_required_properties_are_not_passed_over() -> None:
    names = ("a", "b", "c")
    shape = ObjectShape(tuple(Property(name, INTEGER, name == "b") for name in names))
    tested = machine(shapes(shape))
    state = run(tested, b'{"')
    assert [chr(byte) for byte in range(128) if tested.step(state, byte)] == ["\\", "a", "b"]


def test_alternatives_do_not_multiply_with_depth() -> None:
    def either(name: str) -> ObjectShape:
        return ObjectShape((Property("next", ONE), Property(name, INTEGER, required=True)))

    tested = machine(shapes(either("a"), either("b"), literals="null"))
    depth = 200
    text = b'{"next": ' * depth + b"null" + b', "a": 1}, "b": 2}' * (depth // 2)
    state = tested.start
    for byte in text:
        state = tested.step(state, byte)
        assert state != DEAD
        assert len(tested.threads(state)) < 5
    assert tested.accepting(state)


@pytest.mark.parametrize(
    ("depth", "unique"),
    [(20_000, None), (5_000, True), pytest.param(100_000, None, marks=pytest.mark.slow)],
)
def test_nesting_has_no_limit(depth: int, unique: bool | None) -> None:
    tested = machine(shapes(ArrayShape((), ONE, unique=unique), literals="null"))
    assert tested.completion(run(tested, b"[" * depth)) == b"]" * depth
    assert tested.matches(b"[" * depth + b"]" * depth)
    assert not tested.matches(b"[" * depth + b"]" * (depth - 1))


def test_a_thousand_properties() -> None:
    names = [f"property {i}" for i in range(1000)]
    properties = tuple(Property(name, INTEGER, i % 2 == 0) for i, name in enumerate(names))
    tested = machine(shapes(ObjectShape(properties)))
    assert tested.matches(json.dumps({name: 0 for name in names}).encode())
    assert tested.completion(tested.start) == json.dumps({name: 0 for name in names[::2]}).encode()


def test_rows_inside_strings_are_complete() -> None:
    tested = machine(shapes(text=TEXT))
    state = run(tested, b'"a')
    row = tested.row(state)
    assert UNMADE not in row
    assert row[ord("b")] == state
    assert [tested.step(state, byte) for byte in range(256)] == row.tolist()


def test_one_kind_of_state_for_a_long_list() -> None:
    tested = machine(shapes(ArrayShape((), INTEGER)))
    assert run(tested, b"[1, 2, ") == run(tested, b"[1, ")


def test_pickling_leaves_states_behind() -> None:
    tested = machine(shapes(OPEN))
    run(tested, b'{"name": "x')
    copy = pickle.loads(pickle.dumps(tested))
    assert copy.matches(b'{"name": "", "x": true}')
    assert copy.completion(copy.start) == tested.completion(tested.start)


def test_long_texts_leave_no_heap_of_states_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dllm_struct.languages.json_schema.machine.machine.MOST_KEPT", 50)
    tested = machine(shapes(OPEN), shapes(ArrayShape((), ONE)))
    text = json.dumps([{"name": str(i), f"key {i}": True} for i in range(50)]).encode()
    assert tested.matches(text)
    assert not tested.matches(text[:-1])
    assert not tested.matches(text.replace(b"key 49", b"name"))
    assert tested.num_states < 100


def test_numbers_end_at_separators() -> None:
    tested = machine(shapes(ArrayShape((), INTEGER), numbers=INTEGERS))
    assert tested.matches(b"12")
    assert tested.matches(b"[12, -1]")
    assert not tested.matches(b"[1 2]")
    assert not tested.matches(b"[-]")
    assert tested.completion(run(tested, b"[-")) == b"0]"
    assert np.flatnonzero(tested.row(run(tested, b"[0"))).tolist() != []


def test_kinds_that_are_only_implied_are_left_out_when_closed() -> None:
    place = shapes(ArrayShape((), NOTHING), numbers=INTEGERS, implied="number")
    assert machine(place).matches(b"1")
    assert not machine(place, closed=True).matches(b"1")
    assert machine(shapes(numbers=INTEGERS, implied="number"), closed=True).matches(b"1")


def test_two_kinds_of_value_under_one_key() -> None:
    first = ObjectShape((Property("kind", ONE, True), Property("value", INTEGER, True)))
    second = ObjectShape((Property("kind", TWO, True), Property("value", STRING, True)))
    tested = machine(shapes(text=words("int")), shapes(text=words("text")), shapes(first, second))
    assert tested.matches(b'{"kind": "int", "value": 1}')
    assert tested.matches(b'{"kind": "text", "value": ""}')
    assert not tested.matches(b'{"kind": "text", "value": 1}')
    assert tested.completion(run(tested, b'{"kind": "t')) == b'ext", "value": ""}'
