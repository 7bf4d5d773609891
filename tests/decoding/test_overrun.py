"""Values that do not fit: the mass of texts that run over the end of a slot, and what follows."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch import Tensor

import dllm_struct as ds
from dllm_struct.canvas import MASKED
from dllm_struct.constraint import Constraint
from dllm_struct.decoding.length import LENGTHS, SlotLength
from dllm_struct.decoding.length.daedal import Daedal
from dllm_struct.decoding.length.posterior import PosteriorLength
from dllm_struct.logit_rows import LogitRows
from dllm_struct.trace import Edit
from dllm_struct.vocabulary.codec import Codec
from dllm_struct.witness import Reading, find_witnesses

MASK, NULL = 256, 257
BYTES = ds.Vocabulary([*(bytes([value]) for value in range(256)), None, None])
FAMILY = ds.Family(MASK, NULL)


def overrun(
    words: Sequence[str], positions: int, logits: Tensor, room: int, committed: str = ""
) -> float:
    """What the witness of one slot says, its text one of some words."""
    template = ds.Template((ds.Slot("s", ds.choice(list(words))),))
    constraint = Constraint(template, Codec(BYTES, FAMILY.special), NULL)
    canvas = constraint.canvas(positions, None)
    canvas.delete("s", 0, len(canvas.slot("s")) - positions)
    for index, byte in enumerate(committed.encode()):
        canvas.propose("s", index, byte, 1.0)
        canvas.commit("s", index)
    ((slot,),) = find_witnesses([Reading(constraint, canvas, LogitRows(logits), None)])
    assert MASKED in canvas.slot("s")
    return slot.overrun(room)


def expected(
    words: Sequence[str], positions: int, logits: Tensor, room: int, committed: str
) -> float:
    """The same by adding up everything that may stand in the slot, one by one."""

    def weight(text: str) -> float:
        ids = [*text.encode(), *[NULL] * (positions - len(text))]
        free = range(len(committed), positions)
        return math.exp(sum(float(logits[i, ids[i]]) for i in free))

    own = [word for word in words if word.startswith(committed)]
    fitting = {word for word in own if len(word) <= positions}
    beginnings = {w[:positions] for w in own if positions < len(w) <= positions + room}
    cut = sum(weight(text) for text in beginnings - fitting)
    return cut / (cut + sum(weight(text) for text in fitting))


@settings(deadline=None, max_examples=60)
@given(
    words=st.lists(st.text("ab", min_size=1, max_size=7), min_size=2, max_size=6, unique=True),
    extra=st.integers(0, 3),
    room=st.integers(0, 5),
    seed=st.integers(0, 99),
    taken=st.integers(0, 1),
)
def test_it_is_the_share_of_beginnings_among_all_that_may_stand_there(
    words: list[str], extra: int, room: int, seed: int, taken: int
) -> None:
    shortest = min(words, key=len)
    positions = min(len(shortest) + extra, max(map(len, words)))
    committed = shortest[: min(taken, positions - 1)]
    logits = torch.randn(positions, 258, generator=torch.Generator().manual_seed(seed))
    found = overrun(words, positions, logits, room, committed)
    assert found == pytest.approx(expected(words, positions, logits, room, committed), abs=1e-5)


@settings(deadline=None, max_examples=60)
@given(
    words=st.lists(st.text("ab", min_size=1, max_size=6), min_size=1, max_size=5, unique=True),
    positions=st.integers(1, 6),
    room=st.integers(0, 4),
)
def test_forced_is_what_all_that_may_stand_there_have_in_common(
    words: list[str], positions: int, room: int
) -> None:
    rows = [
        [*word.encode()[:positions], *[NULL] * (positions - len(word))]
        for word in words
        if len(word) <= positions + room
    ]
    assume(any(len(word) <= positions for word in words))
    common = [column[0] if len({*column}) == 1 else -1 for column in zip(*rows, strict=True)]
    compiled = ds.compile(ds.choice(words), BYTES)
    assert compiled.forced([MASKED] * positions, NULL, room) == common


def test_the_end_of_a_slot_is_no_surer_than_that_the_text_fits() -> None:
    slot = SlotLength(
        slot="s",
        masked=[0, 1, 2, 3],
        confidence=torch.full((4,), 0.5),
        room=100,
        read_null=lambda: torch.tensor([0.0, 1.0, 1.0, 1.0]),
        read_best=lambda: (torch.zeros(4), torch.zeros(4)),
        read_overrun=lambda: 0.4,
    )
    assert slot.end_confidence.tolist() == pytest.approx([0.0, 0.6, 0.6, 0.6])
    assert PosteriorLength(full=0.3).grow([slot]) == [Edit("s", 4, 8)]
    assert PosteriorLength(full=0.5).grow([slot]) == []
    assert Daedal(tau_eos=0.46).extend([slot]) == [Edit("s", 4, 8)]  # the mean is 0.45
    assert Daedal(tau_eos=0.44).extend([slot]) == []


def wanting(text: bytes) -> ds.Model:
    """Sees this text at the beginning of its canvas, and nulls behind it."""

    def network(input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        logits = torch.zeros(*input_ids.shape, len(BYTES))
        for index in range(input_ids.shape[1]):
            logits[:, index, text[index] if index < len(text) else NULL] = 12.0
        return logits

    return ds.Model(network, BYTES, FAMILY)


@pytest.mark.parametrize("length", [n for n in LENGTHS.main_names if n != "expand-delete"])
def test_a_long_text_is_not_given_up_for_a_short_one_that_fits(length: str) -> None:
    """With null as the value all that fits is null, as sure as can be; the model wants a name."""
    name = b'"Ada Lovelace"'
    value = ds.regex(r'null|"[A-Za-z ]{9,}"')
    template = ds.Template((ds.Slot("s", value, samples=("null",)), ds.Invariant(".")))
    decoding = ds.Decoding("threshold", length=f"{length}(initial=6)")
    out = wanting(name).generate("", template, decoding, max_tokens=60, seed=0)
    grows = length in ("daedal", "posterior")
    assert out.text == (f"{name.decode()}." if grows else "null.")
    assert (out.stats.grown > 0) == grows


def test_slots_that_are_tied_together_or_explored_are_not_asked() -> None:
    python = ds.grammar("python")
    tied = ds.Template((ds.Invariant("x = "), ds.Slot("s", ds.any_text())), python)
    recursive = {
        "type": "object",
        "properties": {"a": {"$ref": "#"}},
        "additionalProperties": False,
    }
    for wanted in (tied, recursive):
        out = wanting(b"x = 1\n").generate(
            "", wanted, ds.Decoding(length="posterior", steps=6), max_tokens=30, seed=0
        )
        assert out.text


# DAEDAL with blocks


def test_daedal_splits_positions_of_the_open_block_alone() -> None:
    slot = SlotLength(
        slot="s",
        masked=[0, 1, 2, 3],
        open=[2, 3],
        confidence=torch.tensor([0.01, 0.02, 0.08, 0.05]),
        room=100,
        read_null=lambda: torch.zeros(4),
        read_best=lambda: (torch.zeros(4), torch.zeros(4)),
    )
    assert Daedal().grow([slot]) == [Edit("s", 3, 7)]


@pytest.mark.parametrize("block_length", [None, 8])
def test_the_loop_says_which_block_is_open(block_length: int | None) -> None:
    """The least sure position is the last but one; only without blocks it is split at once."""

    def network(input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        logits = torch.zeros(*input_ids.shape, len(BYTES))
        logits[:, :, ord("a")] = 7.0
        logits[:, 18:] = 0.0
        logits[:, 19:, NULL] = 5.0
        return logits

    length = Daedal(initial=20, tau_eos=0.0)
    decoding = ds.Decoding("threshold", block_length=block_length, length=length)
    template = ds.Template((ds.Slot("s", ds.regex("[a-z]*")), ds.Invariant(".")))
    tested = ds.Model(network, BYTES, FAMILY)
    out = tested.generate("", template, decoding, max_tokens=60, seed=0)
    first = [edit.index for edit in out.trace[0].inserted]
    assert first == ([] if block_length else [18])
    for event in out.trace:
        open_ = max(event.committed) // 8 * 8 + 8 if block_length and event.committed else 60
        assert all(edit.index < open_ for edit in event.inserted)
