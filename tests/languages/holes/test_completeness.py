"""Promise 4 for grammars: a completion is found exactly when brute force knows one."""

from __future__ import annotations

import itertools

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import dllm_struct as ds
from dllm_struct.errors import EmptyLanguage
from dllm_struct.languages.grammar.language import grammar
from dllm_struct.posterior import MASKED, Problem, solve
from tests.languages.grammar.small_grammars import Enumeration

LONGEST = 8
TOKENS = (b"a", b"b", b"ab", b"ba", None)
NULL = len(TOKENS) - 1
TERMINALS = {"A": ["a"], "B": ["b"], "AB": ["ab"]}
NAMES = ("root", "t", "u")
VOCABULARY = ds.Vocabulary(TOKENS)

symbols = st.sampled_from((*TERMINALS, *NAMES))
expansions = st.lists(symbols, max_size=3)
rules = st.tuples(*(st.lists(expansions, min_size=1, max_size=3) for _ in NAMES)).map(
    lambda own: dict(zip(NAMES, own, strict=True))
)


def gbnf(written: dict[str, list[list[str]]]) -> str:
    """The rules in GBNF."""

    def row(expansion: list[str]) -> str:
        return " ".join(f'"{TERMINALS[s][0]}"' if s in TERMINALS else s for s in expansion) or '""'

    return "\n".join(f"{name} ::= {' | '.join(map(row, own))}" for name, own in written.items())


def spellings(members: set[str], n: int, with_null: bool) -> list[tuple[int, ...]]:
    """All rows of n tokens whose text, without nulls at the end, is a member."""
    found = []
    for k in range(n + 1) if with_null else (n,):
        for row in itertools.product(range(NULL), repeat=k):
            if b"".join(TOKENS[token] or b"" for token in row).decode() in members:
                found.append(row + (NULL,) * (n - k))
    return found


@given(rules, st.data())
@settings(max_examples=60)
def test_a_canvas_is_completed_exactly_when_it_can_be(
    written: dict[str, list[list[str]]], data: st.DataObject
) -> None:
    members = Enumeration(written, TERMINALS, (), LONGEST).members
    n = data.draw(st.integers(0, LONGEST // 2))
    with_null = data.draw(st.booleans())
    null = NULL if with_null else None
    committed = data.draw(
        st.lists(st.sampled_from((MASKED, MASKED, *range(len(TOKENS)))), min_size=n, max_size=n)
    )
    if not with_null:
        committed = [MASKED if token == NULL else token for token in committed]
    fitting = [
        row
        for row in spellings(members, n, with_null)
        if all(c in (MASKED, token) for c, token in zip(committed, row, strict=True))
    ]
    try:
        compiled = ds.compile(grammar(gbnf(written)), VOCABULARY)
    except EmptyLanguage:
        assert not fitting
        return
    assert compiled.completable(committed, null) == bool(fitting)
    logits = torch.randn(n, len(TOKENS))
    (posterior,) = solve([Problem(compiled.automaton, logits, committed, null)])
    assert posterior.has_member == bool(fitting)
    if fitting:
        assert tuple(posterior.map().tolist()) in fitting


@given(rules, st.data())
@settings(max_examples=30)
def test_two_holes_are_completed_exactly_when_they_can_be(
    written: dict[str, list[list[str]]], data: st.DataObject
) -> None:
    """Slots of fixed capacity without null token: the judge tries all their contents."""
    members = Enumeration(written, TERMINALS, (), LONGEST).members
    before, between, after = (data.draw(st.text("ab", max_size=2)) for _ in range(3))
    sizes = [data.draw(st.integers(0, 1)) for _ in range(2)]
    fitting = {
        rows
        for rows in itertools.product(*(spellings_of(size) for size in sizes))
        if before + rows[0] + between + rows[1] + after in members
    }
    try:
        outer = grammar(gbnf(written))
    except EmptyLanguage:
        assert not fitting
        return
    parts = (
        ds.Invariant(before),
        ds.Slot("x", ds.any_text(), min_tokens=sizes[0], max_tokens=sizes[0]),
        ds.Invariant(between),
        ds.Slot("y", ds.any_text(), min_tokens=sizes[1], max_tokens=sizes[1]),
        ds.Invariant(after),
    )

    def network(input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        return torch.randn(*input_ids.shape, len(TOKENS) + 1)

    vocabulary = ds.Vocabulary([*TOKENS, None])
    model = ds.Model(network, vocabulary, ds.Family(mask_token_id=len(TOKENS)))
    try:
        output = model.generate("a", ds.Template(parts, outer), seed=0)
    except ds.DllmStructError as refusal:
        assert not fitting, refusal
        return
    assert (output.slots["x"], output.slots["y"]) in fitting


def spellings_of(size: int) -> list[str]:
    """The texts of rows of so many tokens."""
    rows = itertools.product([t.decode() for t in TOKENS if t], repeat=size)
    return ["".join(row) for row in rows]
