"""The LALR reader accepts what lark's LALR parser with its contextual lexer accepts."""

from __future__ import annotations

import itertools
import pickle
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lark import Lark
from lark.exceptions import GrammarError, LexError

from dllm_struct.automata.machine import UNMADE
from dllm_struct.errors import DllmStructError
from dllm_struct.languages.grammar.lalr import LalrReader
from dllm_struct.languages.grammar.notation import read
from tests.languages.grammar.lalr_cases import CASES, Case, parser, parses, reader, reads

every_case = pytest.mark.parametrize("case", CASES, ids=str)
MOST = 2_000
"""Texts that are tried one by one."""


@every_case
@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_it_accepts_what_lark_accepts(case: Case, data: st.DataObject) -> None:
    text = "".join(data.draw(st.lists(st.sampled_from(case.pieces), max_size=12)))
    assert reads(reader(case), text) == parses(parser(case), text)


@every_case
def test_everything_that_random_pieces_lead_to(case: Case) -> None:
    random, lark, ours = Random(0), parser(case), reader(case)
    for _ in range(100):
        text, config = "", ours.start
        for piece in random.choices(case.pieces, k=20):
            if further := ours.read(config, piece.encode()):
                text, config = text + piece, further
                assert ours.accepting(config) == parses(lark, text), text


@every_case
def test_short_texts(case: Case) -> None:
    lark, ours = parser(case), reader(case)
    counts = range(len(case.pieces))
    tried = (pieces for n in counts for pieces in itertools.product(case.pieces, repeat=n))
    for pieces in itertools.islice(tried, MOST):
        text = "".join(pieces)
        assert reads(ours, text) == parses(lark, text), text


@every_case
def test_dead_configurations_begin_no_member(case: Case) -> None:
    lark, ours = parser(case), reader(case)
    letters = sorted({letter for piece in case.pieces for letter in piece})[:4]
    texts = ["".join(t) for n in range(6) for t in itertools.product(letters, repeat=n)]
    members = [text for text in texts if parses(lark, text)]
    beginnings = {text[:end] for text in members for end in range(len(text) + 1)}
    assert all(ours.read(ours.start, text.encode()) for text in beginnings)
    assert all(reads(ours, text) for text in members)


@every_case
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_rows_agree_with_steps(case: Case, data: st.DataObject) -> None:
    ours = reader(case)
    config = ours.start
    for piece in data.draw(st.lists(st.sampled_from(case.pieces), max_size=8)):
        config = ours.read(config, piece.encode()) or config
    row = ours.row(config)
    assert row.dtype == np.int32
    steps = np.array([ours.step(config, byte) for byte in range(256)])
    assert (row[row != UNMADE] == steps[row != UNMADE]).all()
    row = ours.row(config)  # what was asked in the meantime changes nothing
    assert (row[row != UNMADE] == steps[row != UNMADE]).all()


@every_case
def test_pickling_keeps_the_language(case: Case) -> None:
    ours = reader(case)
    again = pickle.loads(pickle.dumps(ours))
    for pieces in itertools.product(case.pieces, repeat=2):
        assert reads(again, "".join(pieces)) == reads(ours, "".join(pieces))


PATTERNS = ('"a"', '"ab"', '"b"i', "/a+/", "/[ab]+/", "/a*b/", "/ab?c/", "/c.*?c/", "/b+(?!c)/")
SYMBOLS = ("A", "B", "C", "x", "y")


@st.composite
def grammars(draw: st.DrawFn) -> str:
    """Grammars of three terminals and three rules."""
    lines = []
    for name in SYMBOLS[:3]:
        priority = draw(st.sampled_from(("", "", ".1")))
        lines.append(f"{name}{priority}: {draw(st.sampled_from(PATTERNS))}")
    side = st.lists(st.sampled_from(SYMBOLS), max_size=3).map(" ".join)
    for name in ("start", "x", "y"):
        sides = draw(st.lists(side, min_size=1, max_size=3, unique=True))
        lines.append(f"{name}: {' | '.join(sides)}")
    if draw(st.booleans()):
        lines.append(f"%ignore {draw(st.sampled_from(('C', '/c/', '/b+/')))}")
    return "\n".join(lines)


@settings(max_examples=150, deadline=None)
@given(text=grammars())
def test_random_grammars(text: str) -> None:
    try:
        lark = Lark(text, parser="lalr", lexer="contextual")
    except (GrammarError, LexError):
        lark = None
    try:
        ours = LalrReader(read(text, "start", notation="lark"))
    except DllmStructError:
        ours = None
    if lark is None or ours is None:
        return
    texts = ["".join(t) for n in range(6) for t in itertools.product("abc", repeat=n)]
    members = [t for t in texts if parses(lark, t)]
    assert [t for t in texts if reads(ours, t)] == members
    for member in members:
        assert all(ours.read(ours.start, member[:end].encode()) for end in range(len(member)))
