"""What the LALR reader says of where a parse stands: readings, items, and stacks above items."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lark import Token

from dllm_struct.languages.grammar.cfg import Cfg
from dllm_struct.languages.grammar.lalr import LalrReader, NotLalr, is_lalr
from dllm_struct.languages.grammar.notation import read
from dllm_struct.languages.grammar.reader import FINISHED
from tests.languages.grammar.lalr_cases import CASES, Case, parser, parses, reader

every_case = pytest.mark.parametrize("case", CASES, ids=str)


def nullable(cfg: Cfg) -> set[int]:
    """The symbols that derive the empty text."""
    found: set[int] = set()
    while True:
        more = {r.origin for r in cfg.rules if found.issuperset(r.expansion)} - found
        if not more:
            return found
        found |= more


def can_finish(ours: LalrReader, stack: int) -> bool:
    """Whether rules that are complete lead from a stack to the end of the start symbol."""
    empty = nullable(ours.cfg)
    waiting, seen = [stack], {stack}
    while waiting:
        for rule, dot in ours.items(last := waiting.pop()):
            if empty.issuperset(ours.cfg.rules[rule].expansion[dot:]):
                above = ours.above(last, rule, dot)
                if FINISHED in above:
                    return True
                waiting += set(above) - seen
                seen.update(above)
    return False


def after(ours: LalrReader, stacks: Sequence[int], terminals: Sequence[int]) -> Sequence[int]:
    """The stacks after terminals."""
    for terminal in terminals:
        stacks = [above for stack in stacks for above in ours.shifted(stack, terminal)]
    return stacks


def continuations(
    ours: LalrReader, config: int, data: bytes, at: int, tokens: Sequence[tuple[int, int, int]]
) -> Iterator[Sequence[int]]:
    """Where the readings after ``data[:at]`` get with the tokens (start, end, terminal) left."""
    later = [terminal for start, _, terminal in tokens if start >= at]
    inside = {t: start for start, end, t in tokens if start < at <= end and start < end}
    for stack, pending in ours.readings(config):
        if not pending:
            yield after(ours, [stack], later)
        for terminal, state in pending:
            start = inside.get(terminal)
            dfa = ours.cfg.terminals[terminal].dfa
            assert dfa is not None
            if start is not None and dfa.run(data[start:at]) == state:
                yield after(ours, [stack], [terminal, *later])
            yield after(ours, [stack], later)  # it will be ignored


@lru_cache
def members(case: Case) -> tuple[str, ...]:
    """Members that random pieces lead to, as long as they lead somewhere."""
    random, ours, found = Random(0), reader(case), {""}
    for _ in range(400):
        text, config = "", ours.start
        for piece in random.choices(case.pieces, k=20):
            if further := ours.read(config, piece.encode()):
                text, config = text + piece, further
                if ours.accepting(config):
                    found.add(text)
    return tuple(sorted(text for text in found if parses(parser(case), text)))


@every_case
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_the_rest_of_a_member_can_be_read_from_a_reading(case: Case, data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(members(case)))
    lark, ours = parser(case), reader(case)
    numbers = {terminal.name: n for n, terminal in enumerate(ours.cfg.terminals)}
    tokens = [
        (*_span(text, token), numbers[token.type])
        for token in lark.parse_interactive(text).exhaust_lexer()
    ]
    whole = text.encode()
    for at in range(len(whole) + 1):
        config = ours.read(ours.start, whole[:at])
        ends = continuations(ours, config, whole, at, tokens)
        assert any(can_finish(ours, stack) for stacks in ends for stack in stacks), whole[:at]


def _span(text: str, token: Token) -> tuple[int, int]:
    """The bytes of a token; indents and dedents have none, behind their newline."""
    assert token.start_pos is not None and token.end_pos is not None
    start = token.end_pos if token.type in ("_INDENT", "_DEDENT") else token.start_pos
    return len(text[:start].encode()), len(text[: token.end_pos].encode())


@every_case
def test_the_first_stack_is_at_the_start_symbol(case: Case) -> None:
    ours = reader(case)
    ((stack, pending),) = ours.readings(ours.start)
    assert pending == ()
    assert ours.items(stack)
    for rule, dot in ours.items(stack):
        assert dot == 0
        assert ours.cfg.rules[rule].origin == ours.cfg.start
        assert FINISHED in ours.above(stack, rule, dot)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('start: x | y\nx: "a"\ny: "a"', False),
        ('start: x | y\nx.1: "a"\ny: "a"', True),
        ('start: "i" start | "i" start "e" start | "x"', True),  # shifting goes first
        ('start: "a" start "a" | "b" start "b" | ', True),  # likewise, whatever that reads
    ],
)
def test_which_grammars_are_lalr(text: str, expected: bool) -> None:
    cfg = read(text, "start", notation="lark")
    assert is_lalr(cfg) == expected
    if not expected:
        with pytest.raises(NotLalr, match="priority"):
            LalrReader(cfg)
