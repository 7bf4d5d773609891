"""Sets of code points become the automata of their UTF-8 spellings."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dllm_struct.automata.algebra import concatenation, intersection, literal, repeat, union
from dllm_struct.automata.alphabet import alphabet, normalised
from dllm_struct.automata.dfa import DFA
from dllm_struct.automata.utf8 import code_points, utf8_text

EDGES = [0, 0x7F, 0x80, 0x7FF, 0x800, 0xFFF, 0x1000, 0xD7FF, 0xE000, 0xFFFF, 0x10000, 0x10FFFF]
points = st.integers(0, 0x10FFFF) | st.sampled_from(EDGES) | st.integers(0x40, 0x90)
ranges = st.lists(st.tuples(points, points).map(lambda pair: (min(pair), max(pair))), max_size=5)


def is_surrogate(code: int) -> bool:
    return 0xD800 <= code <= 0xDFFF


@settings(max_examples=150, deadline=None)
@given(ranges, st.lists(points, max_size=20))
@example([(0xD7FF, 0xE000)], [0xD7FF, 0xD800, 0xDFFF, 0xE000])
def test_exactly_one_code_point_of_the_set(ranges: list[tuple[int, int]], more: list[int]) -> None:
    dfa = code_points(ranges)
    near = [code + step for pair in ranges for code in pair for step in (-1, 0, 1)]
    for code in {min(max(code, 0), 0x10FFFF) for code in [*near, *more, *EDGES]}:
        spelled = chr(code).encode("utf-8", "surrogatepass")
        inside = any(low <= code <= high for low, high in ranges) and not is_surrogate(code)
        assert dfa.matches(spelled) == inside
        assert not dfa.matches(spelled + b"a")
        assert not dfa.matches(spelled[:-1])


def test_against_a_union_of_literals() -> None:
    characters = "az\x7f\x80é߿ࠀ漢\ud7ff\ue000\uffff𐀀😀\U0010ffff"
    spelled = union(*(literal(character.encode()) for character in characters))
    assert code_points((ord(c), ord(c)) for c in characters) == spelled


def test_empty_sets() -> None:
    assert code_points([]).is_empty
    assert code_points([(0xD800, 0xDFFF)]).is_empty


def test_text_is_any_number_of_code_points() -> None:
    one = code_points([(0, 0x10FFFF)])
    assert utf8_text() == repeat(one, 0, None)
    assert intersection(utf8_text(), concatenation(one, one)) == repeat(one, 2, 2)


@settings(max_examples=300, deadline=None)
@given(
    st.binary(max_size=6) | st.text(max_size=4).map(lambda t: t.encode("utf-8", "surrogatepass"))
)
@example(b"\xc0\x80")
@example(b"\xed\xa0\x80")
@example(b"\xf4\x90\x80\x80")
@example(b"\xe0\x80\x80")
def test_text_is_what_python_decodes(data: bytes) -> None:
    try:
        data.decode()
    except UnicodeDecodeError:
        assert not utf8_text().matches(data)
    else:
        assert utf8_text().matches(data)


@settings(max_examples=100, deadline=None)
@given(st.lists(ranges, max_size=4), st.lists(points, min_size=1, max_size=20))
def test_atoms_tell_apart_what_the_sets_do(
    sets: list[list[tuple[int, int]]], codes: list[int]
) -> None:
    clean = [normalised(ranges) for ranges in sets]
    letters = alphabet(tuple(clean))
    for code in codes:
        atom = _atom(code, letters.num_atoms, tuple(clean))
        for ranges, members in zip(clean, letters.members, strict=True):
            inside = any(low <= code <= high for low, high in ranges) and not is_surrogate(code)
            assert (atom in members) == inside


def _atom(code: int, num_atoms: int, sets: tuple[tuple[tuple[int, int], ...], ...]) -> int:
    """Walk the spelling of ``code`` down to its atom; -1 for none."""
    letters = alphabet(sets)
    columns = [letters.root]
    first_node = letters.num_atoms
    tables = {}
    for table in letters.nodes:
        tables.update({first_node + i: row for i, row in enumerate(table)})
        first_node += len(table)
    row = columns[0]
    for byte in chr(code).encode("utf-8", "surrogatepass"):
        column = int(row[letters.byte_class[byte]])
        if column < num_atoms:
            return column
        if column not in tables:
            return -1
        row = tables[column]
    raise AssertionError("a spelling ends in an atom or fails")


@pytest.mark.parametrize(
    ("given_ranges", "expected"),
    [
        ([], ()),
        ([(3, 4), (1, 2)], ((1, 4),)),
        ([(1, 9), (2, 3)], ((1, 9),)),
        ([(5, 5), (1, 3)], ((1, 3), (5, 5))),
    ],
)
def test_ranges_are_normalised(given_ranges: list[tuple[int, int]], expected: object) -> None:
    assert normalised(given_ranges) == expected


def test_unicode_word_class_stays_compact() -> None:
    dfa: DFA = code_points((c, c) for c in range(0x110000) if chr(c).isalnum())
    assert dfa.num_states < 400
