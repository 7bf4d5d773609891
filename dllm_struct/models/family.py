"""A model family as data: what a network needs to be driven as a masked diffusion model."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from dllm_struct.errors import InvalidInput


class Mask(StrEnum):
    """How a network is told which positions see which."""

    NONE = "none"
    """Not at all: everything sees everything."""

    PADDING = "padding"
    """int64 [B, n]: 1 where there is a token, 0 where a row is padded."""

    ADDITIVE = "additive"
    """[B, 1, n, n] in the network's dtype, added to the attention's scores: 0, or very low.

    The only form of a mask of pairs that every attention of transformers reads alike: under
    ``eager`` a boolean one is added to the scores, which hides nothing.
    """

    BOOLEAN = "boolean"
    """bool [B, 1, n, n]: true where a position (third axis) sees another one (fourth axis)."""


OF_PAIRS = (Mask.ADDITIVE, Mask.BOOLEAN)


@dataclass(frozen=True)
class Call:
    """How a family's network is called.

    Attributes:
        mask: the form of ``attention_mask``.
        full: what is passed instead of a mask where every position sees every other one, such as
            Dream's ``"full"``; None: a mask all the same.
        positions: whether ``position_ids`` [B, n] are passed.
        pads: whether rows of unequal length may share a pass. Off for networks that ignore masks
            or read them in their own way: there, only rows of one length go together.
        stores: an argument that has to be true for keys and values to be kept, such as SDAR's
            ``"store_kv"``; None: ``use_cache`` is enough.
        spares: whether the logits of the prompt are left out, where the network takes
            ``logits_to_keep`` or ``num_logits_to_keep``. Off for those that take and refuse it.
    """

    mask: Mask = Mask.PADDING
    full: str | None = None
    positions: bool = False
    pads: bool = True
    stores: str | None = None
    spares: bool = True

    def __post_init__(self) -> None:
        if self.mask is Mask.NONE and self.pads:
            raise InvalidInput(
                "rows cannot be padded without a mask", hint="pass Call(mask='none', pads=False)"
            )


@dataclass(frozen=True)
class Family:
    """Token ids and habits of a masked diffusion model.

    Attributes:
        mask_token_id: stands at masked positions; None: the model was trained on noise instead, any
            token may stand there (DiffusionGemma). Decoding is then ``remasking="uniform"``.
        null_token_id: fills the unused tail of a slot, if the model was trained with one.
        name: for messages.
        eos_token_id: takes the part of the null token where there is none: models that pad their
            answers with it have learnt where texts end. None as well: the length of every slot is
            chosen before denoising, and filled exactly.
        logits_shift: the logits at a position predict the next one (Dream).
        max_length: most positions of prompt and canvas together; None: unknown.
        expand_token_id: predicted where a masked position should become two (DreamOn), if the
            model was trained with such a token.
        delete_token_id: predicted where a masked position should go (DreamOn: its EOS token).
        end_of_turn_token_id: ends a turn of a chat; never part of a text.
        block_length: positions see their own block and the blocks before it; blocks begin at
            multiples of this, counted from the first token of the prompt. None: every position
            sees every other one.
        call: how the network is called.
        chat_template: Jinja template for chat messages, where the tokenizer brings none.
    """

    mask_token_id: int | None
    null_token_id: int | None = None
    name: str = "custom"
    eos_token_id: int | None = None
    logits_shift: bool = False
    max_length: int | None = None
    expand_token_id: int | None = None
    delete_token_id: int | None = None
    end_of_turn_token_id: int | None = None
    block_length: int | None = None
    call: Call = field(default_factory=Call)
    chat_template: str | None = None

    def __post_init__(self) -> None:
        ids = (*self._ids, self.eos_token_id)
        if any(token is not None and token < 0 for token in ids):
            raise InvalidInput(
                f"family '{self.name}' has a negative token id", hint="token ids start at 0"
            )
        if self.mask_token_id is not None and self.mask_token_id == self.tail_token_id:
            raise InvalidInput(
                f"family '{self.name}' uses token {self.mask_token_id} for mask and null",
                hint="leave null_token_id out if the model has no null token",
            )
        others = {self.mask_token_id, self.tail_token_id, self.delete_token_id} - {None}
        if self.expand_token_id in others or self.delete_token_id in {self.mask_token_id} - {None}:
            raise InvalidInput(
                f"family '{self.name}' uses one token for two things",
                hint="only null (or EOS) and delete may be the same token",
            )
        self._check_blocks()

    def _check_blocks(self) -> None:
        if self.block_length is None:
            return
        if self.block_length < 1:
            raise InvalidInput(
                f"family '{self.name}' has blocks of {self.block_length} positions",
                hint="a block has at least one position; leave block_length out for full attention",
            )
        if self.call.mask not in OF_PAIRS:
            raise InvalidInput(
                f"family '{self.name}' has blocks, and a mask that cannot show them",
                hint="pass call=Call(mask=Mask.ADDITIVE)",
            )

    @property
    def _ids(self) -> tuple[int | None, ...]:
        turn = self.end_of_turn_token_id
        return (self.mask_token_id, self.tail_token_id, *self.edits, turn)

    @property
    def edits(self) -> tuple[int | None, int | None]:
        """The tokens that ask for more and for fewer positions."""
        return self.expand_token_id, self.delete_token_id

    @property
    def filler(self) -> int:
        """A token for places that nobody reads: the mask, or one without a meaning of its own."""
        if self.mask_token_id is not None:
            return self.mask_token_id
        return next(token for token in range(len(self.special) + 1) if token not in self.special)

    @property
    def special(self) -> frozenset[int]:
        """Tokens that are never part of a text."""
        return frozenset(token for token in self._ids if token is not None)

    @property
    def tail_token_id(self) -> int | None:
        """The token that fills the unused tail of a slot: null, else EOS."""
        return self.eos_token_id if self.null_token_id is None else self.null_token_id
