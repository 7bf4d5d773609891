"""Literals read through escapes made on demand, against the automaton that has them all."""

from __future__ import annotations

from random import Random

import pytest

from dllm_struct.automata.dfa import DFA
from dllm_struct.automata.utf8 import utf8_text
from dllm_struct.languages.json_schema.escapes import Spelling, escaped
from dllm_struct.languages.json_schema.machine.literals import Literals
from dllm_struct.languages.json_schema.machine.members import Explored
from dllm_struct.languages.json_schema.machine.spelling import decoded, fresh_string, spelled
from dllm_struct.languages.regex import regex
from tests.languages.machine.graphs import words

LANGUAGES = {
    "letters": regex("[a-z]{2,3}").dfa,
    "anything": utf8_text(),
    "short": regex("(?s:.){0,3}").dfa,
    "controls": regex(r"[\x00-\x1f]+").dfa,
    "two bytes": regex("[é-ü]x|😀+").dfa,
    "pairs": regex("[\U0001f600-\U0001f64f][^a]").dfa,
    "beyond the BMP": regex(r"[^\x00-\uffff]").dfa,
    "around the surrogates": regex("[\u0800-\u0fff]|[\ud7f0-\ue100]").dfa,
    "last code points": regex("[\uffff\U0010ffff]").dfa,
    "special": words('"', "\\", "/", "a\\b"),
}


@pytest.mark.parametrize("spelling", ["any", "canonical"])
@pytest.mark.parametrize("content", LANGUAGES.values(), ids=LANGUAGES)
def test_the_same_literals_as_with_all_escapes_written_out(
    content: DFA, spelling: Spelling
) -> None:
    whole = escaped(content, spelling)
    literals = Literals(Explored(content), spelling, closed=False)
    r = Random(0)
    todo = [(whole.start, literals.start)]
    known = set(todo)
    for _ in range(400):
        if not todo:
            break
        expected, state = todo.pop(r.randrange(len(todo)))
        assert literals.accepting(state) == whole.accepting[expected]
        assert whole.accepting[whole.run(literals.completion(state), expected)]
        row = literals.row(state)
        after = whole.transitions[expected][whole.byte_class]
        assert ((row > 0) == (after > 0)).all()
        byte = r.randrange(256)
        assert literals.step(state, byte) == row[byte]
        fresh = {pair for pair in zip(after.tolist(), row.tolist(), strict=True) if all(pair)}
        todo += sorted(fresh - known)
        known |= fresh


def test_closed_literals_end_with_a_quote() -> None:
    literals = Literals(Explored(words("é")), "any", closed=True)
    state = literals.start
    for byte in b"\\u00E9":
        state = literals.step(state, byte)
    assert not literals.accepting(state)
    assert literals.completion(state) == b'"'
    end = literals.step(state, ord('"'))
    assert literals.accepting(end)
    assert literals.final(end)
    assert not literals.row(end).any()


@pytest.mark.parametrize(
    ("text", "value", "rest"),
    [
        (b"", "", b""),
        (b"a\\n", "a\n", b""),
        (b"a\\", "a", b"\\"),
        (b"\\u00E", "", b"\\u00E"),
        (b"\\ud83d", "", b"\\ud83d"),
        (b"\\ud83d\\ude00x", "😀x", b""),
        ("é".encode()[:1], "", b"\xc3"),
        (b"\\\\u", "\\u", b""),
    ],
)
def test_a_literal_half_written(text: bytes, value: str, rest: bytes) -> None:
    assert decoded(text) == (value, rest)


@pytest.mark.parametrize(
    ("text", "taken", "ending"),
    [
        (b"", [], b"a"),
        (b"", ["a"], b"ab"),
        (b"a", ["a", "ab"], b"\\n"),
        (b"a", ["a", "ab", "a\n"], None),
        (b"\\u006", ["a"], b"1b"),
        (b"\\u00", ["a", "ab", "a\n"], b"e9"),
        ("é".encode()[:1], [], b"\xa9"),
        ("é".encode()[:1], ["é"], None),
    ],
)
def test_strings_that_are_not_taken(text: bytes, taken: list[str], ending: bytes | None) -> None:
    content = Explored(words("a", "ab", "a\n", "é"))
    literals = Literals(content, "any", closed=False)
    state = literals.start
    for byte in text:
        state = literals.step(state, byte)
    assert fresh_string(literals, state, content, text, taken.__contains__) == ending


def test_canonical_spelling_of_a_string() -> None:
    assert spelled('é"\u0001/') == 'é\\"\\u0001/'.encode()
