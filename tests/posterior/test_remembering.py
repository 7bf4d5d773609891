"""Exploring texts that are remembered: keys that may not come twice, items that have to differ."""

from __future__ import annotations

import json
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

import dllm_struct as ds
from dllm_struct.automata.machine import DEAD, UNMADE
from dllm_struct.errors import BudgetExceeded
from dllm_struct.posterior import MASKED, Problem, solve
from dllm_struct.posterior.exploration.automaton import LazyAutomaton
from dllm_struct.posterior.exploration.filling import READ
from dllm_struct.posterior.exploration.memory import (
    NOT_ASKED,
    empty_memory,
    place_of,
    with_token,
)
from dllm_struct.posterior.exploration.proving import nothing_fits
from dllm_struct.posterior.exploration.question import unasked
from dllm_struct.posterior.exploration.search import find_trail
from dllm_struct.posterior.exploration.shelf import Shelf
from tests.machines import Brackets

LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"
PAIRS = [a + b for a in LETTERS[:26] for b in LETTERS[:26]]
WORDS = ['"}', '": ', ', "', '{"', '": "', '", "', '["', '"]', "0, ", "\\u00", "\\n", "aa\\"]
TOKENS = [*(bytes([b]) for b in range(256)), *(text.encode() for text in (*PAIRS, *WORDS))]
VOCABULARY = ds.Vocabulary([*TOKENS, None])
NULL = len(TOKENS)
KEYS = {
    "patternProperties": {"^[a-zA-Z0-8_]+$": {"type": "integer"}},
    "type": "object",
    "additionalProperties": False,
}
SCHEMAS: dict[str, dict[str, Any]] = {
    "keys of many characters": KEYS,
    "any keys": {
        "type": "object",
        "properties": {"name": {"type": "string"}},
        "required": ["name"],
        "minProperties": 2,
    },
    "items that differ": {"type": "array", "items": {"type": "string"}, "uniqueItems": True},
}


def read(text: str) -> Any:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        assert len(dict(pairs)) == len(pairs)
        return dict(pairs)

    return json.loads(text, object_pairs_hook=once)


@pytest.mark.parametrize("name", SCHEMAS)
@settings(max_examples=12)
@given(seed=st.integers(0, 10**6), n=st.integers(16, 40))
def test_witnesses_stay_valid_while_they_are_committed(name: str, seed: int, n: int) -> None:
    schema = SCHEMAS[name]
    compiled = ds.compile(ds.json_schema(schema), VOCABULARY)
    generator = torch.Generator().manual_seed(seed)
    kept = torch.zeros(n, dtype=torch.bool)
    witness = torch.full((n,), MASKED)
    for _ in range(3):
        logits = 4 * torch.randn(n, len(VOCABULARY), generator=generator)
        committed = torch.where(kept, witness, MASKED)
        problem = Problem(compiled.automaton, logits, committed.tolist(), NULL, witness.tolist())
        found = solve([problem])[0].map()
        assert torch.equal(found[kept], witness[kept])
        text = b"".join(VOCABULARY.tokens[t] or b"" for t in found.tolist()).decode()
        Draft202012Validator(schema).validate(read(text))
        witness, kept = found, kept | (torch.rand(n, generator=generator) < 0.3)


def committed_to(row: str) -> list[int]:
    """Tokens between blanks, ``.`` where masked; backslashes are read as in a Python string."""
    texts = [text.encode().decode("unicode_escape").encode("latin-1") for text in row.split(" ")]
    texts = [text.replace(b"~", b" ") for text in texts]
    return [MASKED if text == b"." else TOKENS.index(text) for text in texts]


HALF_COMMITTED = (
    '. . . ":~" . . gq cx . tr gv dp . . . . . \\xa2 \\xa6 ",~" lb L jc . rw aq za ue . lh . ml '
    '. . . ":~" .'
)


def test_a_key_that_has_to_come_first_is_found_behind_committed_tokens() -> None:
    """Every first key is a state of its own, and only one of them leaves room for the others."""
    committed = committed_to(HALF_COMMITTED)
    compiled = ds.compile(ds.json_schema(SCHEMAS["any keys"]), VOCABULARY)
    logits = torch.randn(len(committed), len(VOCABULARY), generator=torch.Generator())
    found = solve([Problem(compiled.automaton, logits, committed, NULL)])[0].map().tolist()
    assert all(token in (MASKED, own) for token, own in zip(committed, found, strict=True))
    text = b"".join(VOCABULARY.tokens[token] or b"" for token in found).decode()
    Draft202012Validator(SCHEMAS["any keys"]).validate(read(text))


def test_what_remembered_keys_cost_is_counted() -> None:
    automaton = LazyAutomaton(ds.json_schema(SCHEMAS["any keys"]), VOCABULARY)
    question = unasked(committed_to(". . . . e . . . . . . . . . x"), None, automaton.start)
    with pytest.raises(BudgetExceeded):
        find_trail(automaton, question, 2000 * READ)
    assert automaton.num_states < 10_000


@pytest.mark.parametrize(
    "row",
    [
        ". . . . e . . . . . . . . . . . . . . . . u . .",
        '{" . . . . . . . e . . . . . . . u . .',
        '{" . . . . . . . . . . . . . . . . . . ",~" .',
    ],
)
def test_that_nothing_fits_is_known_where_keys_are_remembered(row: str) -> None:
    """What is left of the row has no room for the value and the brace."""
    committed = committed_to(row)
    compiled = ds.compile(ds.json_schema(KEYS), VOCABULARY)
    logits = torch.randn(len(committed), len(VOCABULARY), generator=torch.Generator())
    found = solve([Problem(compiled.automaton, logits, committed, None)])[0]
    assert not found.has_member and found.log_evidence == -torch.inf
    assert not compiled.completable(committed)


@pytest.mark.parametrize("name", SCHEMAS)
@settings(max_examples=20)
@given(seed=st.integers(0, 10**6), n=st.integers(12, 30), share=st.floats(0, 1))
def test_what_fits_is_never_disproved(name: str, seed: int, n: int, share: float) -> None:
    automaton = LazyAutomaton(ds.json_schema(SCHEMAS[name]), VOCABULARY)
    generator = torch.Generator().manual_seed(seed)
    logits = 4 * torch.randn(n, len(VOCABULARY), generator=generator)
    member = solve([Problem(automaton, logits, [MASKED] * n, NULL)])[0].map().tolist()
    kept = (torch.rand(n, generator=generator) < share).tolist()
    committed = [token if keep else MASKED for token, keep in zip(member, kept, strict=True)]
    question = unasked(committed, NULL, automaton.start)
    assert not nothing_fits(automaton, question, 10**8)


def test_keys_of_many_characters_are_explored_sparingly() -> None:
    automaton = LazyAutomaton(ds.json_schema(KEYS), VOCABULARY)
    compiled = ds.Compiled(automaton.language, VOCABULARY, automaton)
    n = 40
    compiled.posterior(torch.randn(n, len(VOCABULARY), generator=torch.Generator().manual_seed(0)))
    assert automaton.size < 256 * n


def test_logits_in_a_view_with_rows_far_apart() -> None:
    n = 25
    wide = torch.randn(2 * n, len(VOCABULARY), generator=torch.Generator().manual_seed(1))
    compiled = ds.compile(ds.json_schema(KEYS), VOCABULARY)
    apart, together = (
        compiled.posterior(logits, NULL) for logits in (wide[::2], wide[::2].contiguous())
    )
    assert apart.log_evidence == together.log_evidence
    assert torch.equal(apart.map(), together.map())
    turned = wide[::2].T.contiguous().T
    assert torch.equal(compiled.posterior(turned, NULL).map(), together.map())


@given(
    st.dictionaries(
        st.tuples(st.integers(1, 2**31 - 1), st.integers(0, 2**20)),
        st.integers(0, 2**31 - 1),
        max_size=600,
    )
)
def test_tokens_read_are_found_again(reads: dict[tuple[int, int], int]) -> None:
    memory = empty_memory()
    for count, ((state, token), target) in enumerate(reads.items()):
        assert memory.read_target[place_of(state, token, memory.read_key)] == UNMADE
        memory = with_token(memory, state, token, target, count)
    for (state, token), target in reads.items():
        assert memory.read_target[place_of(state, token, memory.read_key)] == target
    assert int((memory.read_key != NOT_ASKED).sum()) == len(reads)


def test_automata_explored_long_ago_forget() -> None:
    text = b'{"a": 1}'

    def explored() -> LazyAutomaton:
        automaton = LazyAutomaton(ds.json_schema(KEYS), VOCABULARY)
        for i in range(300):
            state = automaton.start
            for byte in b'{"%d' % (i % 7 * 10**6 + i):
                state = automaton.read(state, byte)
        return automaton

    first, second, third = explored(), explored(), explored()
    shelf = Shelf(most=first.size + second.size)
    shelf.put(first)
    shelf.put(second)
    shelf.put(first)
    sizes = first.size
    shelf.put(third)
    assert first.size == third.size == sizes
    assert second.size < sizes
    state = second.start
    for byte in text:
        state = second.read(state, byte)
        assert state != DEAD
    assert second.accepts(state)


def test_machines_without_states_are_the_same() -> None:
    machine = Brackets()
    machine.matches(b"([])")
    assert machine.fresh().matches(b"([])")
    assert machine.unshared() is machine
    language = ds.json_schema(KEYS)
    automaton = LazyAutomaton(language, VOCABULARY)
    assert automaton.machine is not language.automaton
