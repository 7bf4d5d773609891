"""Limits and shares of slots, and the witness of a step."""

from __future__ import annotations

import itertools
import math
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from dllm_struct.automata import algebra
from dllm_struct.canvas import MASKED, Canvas
from dllm_struct.canvas.capacity import ROOMY, share
from dllm_struct.constraint import Constraint
from dllm_struct.drawing import Drawing
from dllm_struct.errors import EmptyLanguage, InvalidInput, LimitTooSmall, NonFiniteLogits
from dllm_struct.languages.base import Regular
from dllm_struct.logit_rows import LogitRows
from dllm_struct.template import Invariant, Slot, Template
from dllm_struct.vocabulary import Vocabulary
from dllm_struct.vocabulary.codec import Codec
from dllm_struct.witness import Reading, find_flat_witness, find_witnesses
from tests.tiny import BOOLEAN, CODEC, NULL, PAIRS, SIZE, TEMPLATE, WORD

BYTES = Codec(Vocabulary([*(bytes([b]) for b in range(256)), None, None]))
BYTES_NULL = 257


def one(language: Regular, **limits: Any) -> Template:
    return Template((Invariant("<"), Slot("s", language, **limits), Invariant(">")))


def capacity(
    template: Template, null: int | None, initial: int = 16, limit: int | None = None
) -> int:
    return len(Constraint(template, BYTES, null).canvas(initial, limit).slot("s"))


def repeated(low: int, high: int | None) -> Regular:
    return Regular("x's", algebra.repeat(algebra.literal(b"x"), low, high))


@pytest.mark.parametrize(
    ("language", "with_null", "exact"),
    [
        (repeated(0, None), 16, 16),  # nothing is known: the initial capacity
        (repeated(0, 3), 3, 3),  # never more than the longest member
        (repeated(12, None), 24, 16),  # twice the shortest member
        (repeated(12, 14), 14, 12),
        (repeated(30, None), 60, 30),
    ],
)
def test_initial_capacity(language: Regular, with_null: int, exact: int) -> None:
    assert capacity(one(language), BYTES_NULL) == with_null
    assert capacity(one(language), None) == exact


def test_samples_tell_a_typical_length() -> None:
    sample = "abcdefghijklm"
    template = Template((Invariant("<"), Slot("s", WORD, samples=(sample, "ab")), Invariant(">")))
    assert capacity(template, BYTES_NULL) == 2 * len(sample)
    assert capacity(template, None) == len(sample)


def test_without_null_a_capacity_is_one_that_a_member_fills() -> None:
    assert capacity(one(PAIRS), None, initial=7) == 6
    assert capacity(one(BOOLEAN), None) == 4  # bounded: what its shortest member takes
    assert capacity(one(BOOLEAN, samples=("false",)), None) == 5


def test_limits_of_a_slot() -> None:
    assert capacity(one(repeated(0, None), max_tokens=5), BYTES_NULL) == 5
    assert capacity(one(repeated(0, None), min_tokens=20), BYTES_NULL) == 40
    with pytest.raises(LimitTooSmall) as caught:
        capacity(one(BOOLEAN, max_tokens=3), BYTES_NULL)
    assert (caught.value.needed, caught.value.limit) == (4, 3)
    with pytest.raises(EmptyLanguage):
        capacity(one(BOOLEAN, min_tokens=6), BYTES_NULL)


def test_a_canvas_needs_room_for_the_shortest_members() -> None:
    constraint = Constraint(one(BOOLEAN), BYTES, BYTES_NULL)
    assert len(constraint.canvas(16, 6)) == constraint.shortest == 6
    with pytest.raises(LimitTooSmall) as caught:
        constraint.canvas(16, 5)
    assert (caught.value.needed, caught.value.limit) == (6, 5)


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 30)), max_size=6),
    st.integers(0, 120) | st.none(),
)
def test_shares_are_within_what_is_needed_wanted_and_there(
    slots: list[tuple[int, int]], spare: int | None
) -> None:
    fewest = {str(i): low for i, (low, _) in enumerate(slots)}
    wanted = {str(i): low + more for i, (low, more) in enumerate(slots)}
    room = None if spare is None else sum(fewest.values()) + spare
    shares = share(wanted, fewest, room)
    assert all(fewest[slot] <= shares[slot] <= wanted[slot] for slot in wanted)
    everything = sum(wanted.values())
    assert sum(shares.values()) == (everything if room is None else min(everything, room))


# --- witnesses ------------------------------------------------------------------------------

SMALL = Codec(Vocabulary([b"a", b"b", b"ab", b"c", None]))
SMALL_NULL = 4
SMALL_LANGUAGE = Regular(
    "a, b, then c", algebra.concatenation(PAIRS.dfa, algebra.optional(algebra.literal(b"c")))
)


def members(length: int) -> list[tuple[int, ...]]:
    """Every token sequence of a length whose text is a member, nulls last."""
    found = []
    for tokens in itertools.product(range(5), repeat=length):
        text_length = next((i for i, t in enumerate(tokens) if t == SMALL_NULL), length)
        nulls_last = all(token == SMALL_NULL for token in tokens[text_length:])
        if nulls_last and SMALL_LANGUAGE.matches(SMALL.decode(tokens)):
            found.append(tokens)
    return found


def small_canvas(length: int) -> tuple[Constraint, Canvas]:
    template = Template((Slot("s", SMALL_LANGUAGE),))
    constraint = Constraint(template, SMALL, SMALL_NULL)
    return constraint, Canvas(constraint.parts, {"s": length})


@pytest.mark.parametrize("seed", range(5))
def test_the_witness_is_the_most_likely_member_with_its_marginals(seed: int) -> None:
    length = 4
    constraint, canvas = small_canvas(length)
    logits = torch.randn(length, 5, generator=torch.Generator().manual_seed(seed)) * 2
    ((witness,),) = find_witnesses([Reading(constraint, canvas, LogitRows(logits), None)])
    weights = {t: float(logits[range(length), list(t)].sum().exp()) for t in members(length)}
    best = max(weights, key=weights.__getitem__)
    assert tuple(witness.tokens.tolist()) == best
    total = sum(weights.values())
    for index, token in enumerate(best):
        share_of = sum(w for tokens, w in weights.items() if tokens[index] == token) / total
        assert float(witness.log_confidence[index].exp()) == pytest.approx(share_of, rel=1e-4)


def test_a_temperature_samples_from_the_posterior() -> None:
    length, draws = 2, 3000
    constraint, canvas = small_canvas(length)
    logits = torch.tensor([[0.0, 1.0, 0.5, 0.2, 0.0], [1.0, 0.3, 0.0, 0.4, 0.1]])
    generator = torch.Generator().manual_seed(3)
    reading = Reading(constraint, canvas, LogitRows(logits), generator, Drawing(2.0))
    weights = {t: float((logits / 2)[range(length), list(t)].sum().exp()) for t in members(length)}
    counts = dict.fromkeys(weights, 0)
    for _ in range(draws):
        ((witness,),) = find_witnesses([reading])
        counts[tuple(witness.tokens.tolist())] += 1
    total = sum(weights.values())
    chi2 = sum(
        (counts[t] - draws * w / total) ** 2 / (draws * w / total) for t, w in weights.items()
    )
    assert chi2 < 30  # p < 0.001 for up to 10 degrees of freedom


def test_a_tiny_temperature_is_no_trouble() -> None:
    constraint, canvas = small_canvas(3)
    logits = torch.full((3, 5), 3e38)
    generator = torch.Generator().manual_seed(0)
    reading = Reading(constraint, canvas, LogitRows(logits), generator, Drawing(1e-3))
    ((witness,),) = find_witnesses([reading])
    assert tuple(witness.tokens.tolist()) in members(3)


def test_minimum_tokens_hold_back_the_null_token() -> None:
    template = Template((Slot("s", WORD, min_tokens=5),))
    constraint = Constraint(template, CODEC, NULL)
    canvas = constraint.canvas(8, None)
    logits = torch.zeros(len(canvas), SIZE)
    logits[:, NULL] = 50.0
    ((witness,),) = find_witnesses([Reading(constraint, canvas, LogitRows(logits), None)])
    assert witness.tokens.tolist().index(NULL) == 5


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_non_finite_logits_are_refused_where_they_matter(value: float) -> None:
    constraint = Constraint(TEMPLATE, CODEC, NULL)
    canvas = constraint.canvas(8, None)
    logits = torch.zeros(len(canvas), SIZE)
    logits[0, 0] = value  # in an invariant: nobody looks
    find_witnesses([Reading(constraint, canvas, LogitRows(logits), None)])
    logits[canvas.masked[0], 0] = value
    with pytest.raises(NonFiniteLogits):
        find_witnesses([Reading(constraint, canvas, LogitRows(logits), None)])


def test_minus_infinity_for_every_completion_is_refused() -> None:
    constraint = Constraint(TEMPLATE, CODEC, NULL)
    canvas = constraint.canvas(8, None)
    logits = torch.full((len(canvas), SIZE), -math.inf)
    with pytest.raises(NonFiniteLogits):
        find_witnesses([Reading(constraint, canvas, LogitRows(logits), None)])


def test_logits_must_cover_the_vocabulary() -> None:
    constraint = Constraint(TEMPLATE, CODEC, NULL)
    canvas = constraint.canvas(8, None)
    with pytest.raises(InvalidInput):
        find_witnesses([Reading(constraint, canvas, LogitRows(torch.zeros(len(canvas), 9)), None)])


def test_forced_positions_are_those_with_one_token() -> None:
    template = Template((Slot("s", BOOLEAN),))
    constraint = Constraint(template, BYTES, None)
    canvas = Canvas(constraint.parts, {"s": 4})  # only "true" has four bytes
    assert bytes(token for _, _, token in constraint.forced(canvas)) == b"true"
    longer = Canvas(constraint.parts, {"s": 5})
    longer.propose("s", 0, ord("f"), 1.0)
    longer.commit("s", 0)
    assert bytes(token for _, _, token in constraint.forced(longer)) == b"alse"


def test_a_flat_witness_is_a_member() -> None:
    constraint = Constraint(TEMPLATE, CODEC, NULL)
    canvas = constraint.canvas(8, None)
    for slot in find_flat_witness(constraint, canvas):
        text = CODEC.decode(slot.tokens.tolist())
        assert constraint.slots[slot.slot].language.matches(text)


def test_room_is_bounded_by_every_limit() -> None:
    constraint = Constraint(TEMPLATE, CODEC, NULL)
    canvas = constraint.canvas(8, None)
    longest = constraint.compiled["/b"].max_tokens
    assert longest is not None
    assert constraint.room(canvas, "/b", None) == longest - len(canvas.slot("/b"))
    assert constraint.room(canvas, "/name", len(canvas) + 3) == 3
    assert constraint.room(canvas, "/name", None) > 0
    assert MASKED in canvas.slot("/name")


def test_long_samples_do_not_make_a_canvas_of_thousands_of_positions() -> None:
    words = repeated(0, None)
    short, long = (one(words, samples=("a" * size,)) for size in (100, 10_000))
    assert capacity(short, BYTES_NULL) == 200
    assert capacity(long, BYTES_NULL) == capacity(long, None) == ROOMY
    assert capacity(one(repeated(2_000, None), samples=("a" * 3_000,)), BYTES_NULL) == 4_000
