"""Length policies: each rule by hand, and what the loop makes of it."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

import dllm_struct as ds
from dllm_struct.decoding.length import SlotLength
from dllm_struct.decoding.length.daedal import Daedal
from dllm_struct.decoding.length.expand_delete import ExpandDelete
from dllm_struct.decoding.length.posterior import PosteriorLength
from dllm_struct.decoding.length.s3 import S3
from dllm_struct.errors import InvalidDecoding, InvalidInput
from dllm_struct.trace import Edit
from dllm_struct.vocabulary.codec import Codec
from tests.tiny import (
    CODEC,
    DELETE,
    EXPAND,
    MASK,
    NULL,
    SIZE,
    WITH_EDITS,
    WITH_NULL,
    WITHOUT_NULL,
    Network,
    model,
)

EDITS = ExpandDelete(expand_token_id=EXPAND, delete_token_id=DELETE)
WORD_IN_BRACKETS = ds.Template(
    (ds.Invariant("<"), ds.Slot("s", ds.regex("[a-z]*")), ds.Invariant(">"))
)


def slot(
    null: list[float],
    best: list[tuple[int, float]] = (),  # type: ignore[assignment]
    masked: list[int] | None = None,
    **settings: Any,
) -> SlotLength:
    n = len(null)
    return SlotLength(
        slot="s",
        masked=[*range(n)] if masked is None else masked,
        confidence=torch.full((n,), 0.5),
        room=settings.pop("room", 100),
        read_null=lambda: torch.tensor(null),
        read_best=lambda: (
            torch.tensor([token for token, _ in best]),
            torch.tensor([share for _, share in best]),
        ),
        null_token_id=NULL,
        **settings,
    )


def test_the_lengths_of_a_slot_are_differences_of_null() -> None:
    assert slot([0.1, 0.4, 0.9]).length.tolist() == pytest.approx([0.1, 0.3, 0.5, 0.1])


# The end as DAEDAL publishes it


@pytest.mark.parametrize(
    ("best", "window", "expected"),
    [
        ([(7, 0.9), (NULL, 0.8), (7, 0.7), (NULL, 0.6)], 2, (0.8 + 0.6) / 2),
        ([(7, 0.9), (NULL, 0.8), (7, 0.7), (NULL, 0.6)], 32, (0.8 + 0.6) / 32),
        ([(NULL, 1.0), (NULL, 0.8), (NULL, 0.6), (7, 1.0)], 2, (0.8 + 0.6) / 2),
        ([(7, 1.0)] * 4, 2, 0.0),
    ],
)
def test_the_published_end_is_a_sum_of_favourite_nulls_by_the_window(
    best: list[tuple[int, float]], window: int, expected: float
) -> None:
    seen = slot([0.0] * 4, best)
    at = Daedal(window=window, end="published", tau_eos=min(1.0, expected + 1e-4))
    below = Daedal(window=window, end="published", tau_eos=max(0.0, expected - 1e-4))
    assert at.extend([seen]) == [Edit("s", 4, 8)]
    assert below.extend([seen]) == []


def test_an_expansion_near_the_maximum_takes_what_is_left_and_cuts_nothing() -> None:
    seen = slot([0.0] * 5)
    assert Daedal(initial=5, maximum=8, low=0.6).grow([seen]) == [Edit("s", 0, 3)]
    assert Daedal(initial=5, maximum=5, low=0.6).grow([seen]) == []

    def network(input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        logits = torch.zeros(*input_ids.shape, SIZE)
        logits[:, -1, ord(">")] = 30.0
        return logits

    decoding = ds.Decoding(length=Daedal(initial=6, maximum=9))
    output = model(network).generate("", WORD_IN_BRACKETS, decoding, seed=0)
    assert output.text[0] + output.text[-1] == "<>"
    assert max(dict(event.canvas.spans)["s"] for event in output.trace) == 9


# S3


def test_s3_gives_sixteen_masks_and_inserts_none() -> None:
    seen: list[int] = []

    def network(input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        seen.append(int((input_ids == MASK).sum()))
        return torch.zeros(*input_ids.shape, SIZE)

    output = model(network).generate("", WORD_IN_BRACKETS, ds.Decoding(length="s3"), seed=0)
    assert seen[0] == 16
    assert output.stats.grown == 0


def favouring_null_after(letters: int, null: int, prompts: list[bytes]) -> Network:
    """The canvas starts after the last "<"."""

    def network(input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        ids = input_ids[0].tolist()
        start = len(ids) - 1 - ids[::-1].index(ord("<"))
        prompts.append(CODEC.decode(ids[:start]))
        logits = torch.zeros(*input_ids.shape, SIZE)
        logits[:, start + 1 : start + 1 + letters, ord("b")] = 20.0
        logits[:, start + 1 + letters :, null] = 20.0
        return logits

    return network


def test_any_token_can_be_the_null_token_of_a_model_that_has_none() -> None:
    prompts: list[bytes] = []
    network = favouring_null_after(3, ord("z"), prompts)
    tested = ds.Model(network, CODEC.vocabulary, WITHOUT_NULL)
    output = tested.generate("go", WORD_IN_BRACKETS, ds.Decoding(length=S3(null="z")), seed=0)
    assert output.text == "<bbb>"  # its nulls are cut off, and it is no letter any more
    assert output.stats.shrunk == 13
    assert prompts[0].startswith(b"go\n\n")
    assert b'"z"' in prompts[0]
    chat = [{"role": "system", "content": "be brief"}, {"role": "user", "content": "go"}]
    assert tested.generate(chat, WORD_IN_BRACKETS, ds.Decoding(length=S3(null="z"))).text == "<bbb>"
    assert prompts[-1].startswith(b"be brief\ngo\n\n")
    other = tested.generate("go", WORD_IN_BRACKETS, ds.Decoding(length="fixed"), seed=0)
    assert "z" in other.text  # elsewhere it is a letter
    assert prompts[-1] == b"go"


def test_the_null_token_of_s3_has_to_be_one_token_of_a_model_without_one() -> None:
    for family, null in ((WITHOUT_NULL, "not one token"), (WITH_NULL, "z"), (WITHOUT_NULL, None)):
        tested = ds.Model(favouring_null_after(3, NULL, []), CODEC.vocabulary, family)
        with pytest.raises(InvalidDecoding):
            tested.generate("go", WORD_IN_BRACKETS, ds.Decoding(length=S3(null=null)))


def test_a_models_own_null_token_needs_no_explanation() -> None:
    prompts: list[bytes] = []
    tested = ds.Model(favouring_null_after(3, NULL, prompts), CODEC.vocabulary, WITH_NULL)
    assert tested.generate("go", WORD_IN_BRACKETS, ds.Decoding(length="s3")).text == "<bbb>"
    assert prompts[0] == b"go"


# Expand and delete tokens


def test_favourites_expand_and_delete() -> None:
    best = [(EXPAND, 0.4), (7, 0.9), (DELETE, 0.8), (EXPAND, 0.3), (EXPAND, 0.9)]
    seen = slot([0.0] * 5, best, masked=[0, 1, 2, 3])
    assert EDITS.grow([seen]) == EDITS.extend([seen]) == [Edit("s", 0, 1), Edit("s", 3, 1)]
    assert EDITS.shrink([seen]) == [Edit("s", 2, 1)]
    assert EDITS.holds(seen) == [0, 3, 2]
    tight = slot([0.0] * 5, best, masked=[0, 1, 2, 3], room=1)
    assert EDITS.grow([tight]) == [Edit("s", 0, 1)]
    spent = slot([0.0] * 5, best, masked=[0, 1, 2, 3], grown=512)
    assert EDITS.grow([spent]) == []
    assert EDITS.holds(spent) == [2]


def wishing(word: bytes) -> Network:
    """Wants the slot of "<...>" to be as long as a word, then writes it; knows no null."""

    def network(input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        ids = input_ids[0].tolist()
        logits = torch.zeros(1, len(ids), SIZE)
        excess = len(ids) - 2 - len(word)
        for index in range(1, len(ids) - 1):
            wanted = word[index - 1] if index <= len(word) else ord("x")
            if excess < 0 and index <= -excess:
                wanted = EXPAND
            elif excess > 0 and index >= len(ids) - 1 - excess:
                wanted = DELETE
            logits[0, index, wanted] = 20.0
        return logits

    return network


@pytest.mark.parametrize("initial", [1, 3, 8, 20])
@pytest.mark.parametrize("word", [b"a", b"word", b"extraordinary"])
def test_slots_become_as_long_as_the_model_asks(word: bytes, initial: int) -> None:
    family = ds.Family(mask_token_id=MASK, expand_token_id=EXPAND, delete_token_id=DELETE)
    decoding = ds.Decoding(length=ExpandDelete(initial=initial))
    tested = ds.Model(wishing(word), CODEC.vocabulary, family)
    output = tested.generate("", WORD_IN_BRACKETS, decoding, seed=0)
    assert output.text == f"<{word.decode()}>"
    assert output.stats.grown == max(0, len(word) - initial)
    assert output.stats.shrunk == max(0, initial - len(word))


def test_expanding_and_deleting_without_end_ends() -> None:
    """One mask expands, two are deleted, and so on."""

    def network(input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        logits = torch.zeros(*input_ids.shape, SIZE)
        few = int((input_ids == MASK).sum()) < 2
        logits[..., EXPAND if few else DELETE] = 20.0
        return logits

    wanted = ds.Template((ds.Slot("s", ds.regex("[a-z]+")), ds.Invariant(">")))
    decoding = ds.Decoding(length=ExpandDelete(initial=1, budget=40))
    tested = model(network, WITH_EDITS)
    for settings in ({}, {"steps": 6}):
        output = tested.generate("", wanted, decoding.replace(**settings), seed=0)
        assert output.stats.grown <= 40
        assert output.stats.nfe <= settings.get("steps", 200)


def test_a_family_without_expand_and_delete_tokens_is_refused() -> None:
    tested = ds.Model(wishing(b"a"), CODEC.vocabulary, WITHOUT_NULL)
    with pytest.raises(InvalidDecoding):
        tested.generate("", WORD_IN_BRACKETS, ds.Decoding(length="expand-delete"))


@pytest.mark.parametrize(
    "ids",
    [
        {"expand_token_id": MASK},
        {"delete_token_id": MASK},
        {"expand_token_id": 5, "delete_token_id": 5},
        {"expand_token_id": -1},
        {"expand_token_id": 4, "eos_token_id": 4},
    ],
)
def test_one_token_cannot_mean_two_things(ids: dict[str, int]) -> None:
    with pytest.raises(InvalidInput):
        ds.Family(mask_token_id=MASK, **ids)


def test_expand_and_delete_tokens_are_no_text() -> None:
    family = ds.Family(mask_token_id=MASK, expand_token_id=4, delete_token_id=5, eos_token_id=5)
    assert family.special == {MASK, 4, 5}
    assert Codec(CODEC.vocabulary, family.special).decode([4, 5, 65]) == b"A"


# Lengths from the posterior


def test_a_slot_grows_while_its_text_may_be_cut_short() -> None:
    """P(more than n - 2 tokens) = 1 - P(position n - 2 is null)."""
    full, roomy = slot([0.0, 0.2, 0.8, 0.9]), slot([0.0, 0.2, 0.95, 1.0])
    policy = PosteriorLength(full=0.1)
    assert policy.grow([full, roomy]) == [Edit("s", 4, 8)]
    assert policy.holds(full) == [0, 1, 2, 3]
    assert policy.holds(roomy) == []
    assert policy.grow([slot([0.0] * 3, room=2)]) == [Edit("s", 3, 2)]
    assert PosteriorLength(initial=4, maximum=4).grow([full]) == []
    ended = slot([0.0, 0.0, 0.0, 0.0], masked=[0, 1])  # the last position is committed
    assert policy.grow([ended]) == []


def test_masks_that_no_text_reaches_are_deleted() -> None:
    null = [0.0, 0.5, 0.9995, 1.0, 1.0, 1.0, 1.0, 1.0]
    seen = slot(null)  # P(more than 2 tokens) = 0.0005: six masks to spare, two of them stay
    assert PosteriorLength().shrink([seen]) == [Edit("s", 4, 4)]
    assert PosteriorLength(tail=1e-4).shrink([seen]) == [Edit("s", 5, 3)]
    assert PosteriorLength(tail=0.0).shrink([seen]) == []
    assert PosteriorLength().shrink([slot(null, masked=[0, 1, 2, 3])]) == []


def test_growing_and_shrinking_do_not_undo_each_other() -> None:
    policy = PosteriorLength()
    for null in ([0.0, 0.5, 0.9995, 1.0, 1.0, 1.0], [0.9995] * 5, [0.0] * 4 + [1.0] * 4):
        for edit in policy.shrink([slot(null)]):
            assert policy.grow([slot(null[: len(null) - edit.count])]) == []


@pytest.mark.parametrize("steps", [None, 4])
def test_the_posterior_makes_room_for_what_the_model_wants(steps: int | None) -> None:
    def network(input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        logits = torch.zeros(*input_ids.shape, SIZE)
        logits[:, :31, ord("b")] = 20.0
        logits[:, 31:, NULL] = 20.0
        return logits

    decoding = ds.Decoding(length="posterior", sampler="threshold", steps=steps)
    output = model(network).generate("", WORD_IN_BRACKETS, decoding, max_tokens=80, seed=0)
    if steps is None:
        assert output.text == f"<{'b' * 30}>"
        assert output.stats.grown == 16  # 20, 28, 36: two more than 30 are enough
    assert ds.regex("<[a-z]*>").matches(output.text)
    assert output.stats.nfe <= (steps or 9)


@pytest.mark.parametrize(
    "length",
    [
        "posterior(margin=0)",
        "posterior(expansion=0)",
        "posterior(full=1.5)",
        "posterior(tail=0.2)",
        "posterior(initial=0)",
        "s3(initial=0)",
        "expand-delete(budget=-1)",
        "daedal(end='guessed')",
    ],
)
def test_impossible_parameters_are_refused(length: str) -> None:
    with pytest.raises(InvalidDecoding):
        ds.Decoding(length=length)
