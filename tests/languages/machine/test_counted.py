"""Strings with lengths counted apart, against the one automaton that counts itself."""

from __future__ import annotations

from random import Random

import pytest

from dllm_struct.languages.json_schema.machine.counted import Counted
from dllm_struct.languages.json_schema.scalars.text import Text, both, counted, either, text_of
from dllm_struct.languages.regex import regex


def pattern(text: str) -> Text:
    return text_of(regex(text).dfa)


TEXTS = {
    "any three": counted(3, 3),
    "from two": counted(2, None),
    "of even length": both(pattern("(aé)*"), counted(3, 7)),
    "either": either(
        both(pattern("[a-cé😀]*"), counted(2, 3)), both(pattern("[b-d]*"), counted(5, None))
    ),
    "none is too long": both(pattern("(abc)*"), counted(4, 20)),
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_the_same_strings(text: Text) -> None:
    whole, tested = text.dfa(), Counted(text)
    r = Random(0)
    todo = [(whole.start, tested.start)]
    known = set(todo)
    for _ in range(200):
        if not todo:
            break
        expected, state = todo.pop(r.randrange(len(todo)))
        assert tested.accepting(state) == whole.accepting[expected]
        assert whole.accepting[whole.run(tested.completion(state), expected)]
        row = tested.row(state)
        after = whole.transitions[expected][whole.byte_class]
        assert ((row > 0) == (after > 0)).all()
        assert [tested.step(state, byte) for byte in range(256)] == row.tolist()
        fresh = {pair for pair in zip(after.tolist(), row.tolist(), strict=True) if all(pair)}
        todo += sorted(fresh - known)
        known |= fresh


def test_lengths_that_no_automaton_could_count() -> None:
    tested = Counted(both(pattern("[ab]*"), counted(10_000, 1_000_000)))
    assert len(tested.completion(tested.start)) == 10_000
    state = tested.run(b"ab" * 5_000, tested.start)
    assert tested.accepting(state)
    assert not tested.endless(state)
    assert not tested.accepting(tested.run(b"a" * 9_999, tested.start))


def test_no_string_of_such_a_length() -> None:
    assert not Counted(both(pattern("(ab)*"), counted(3, 3))).start
