"""A model family as data: what a network needs to be driven as a masked diffusion model."""

from __future__ import annotations

from dataclasses import dataclass

from dllm_struct.errors import InvalidInput


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
    """

    mask_token_id: int | None
    null_token_id: int | None = None
    name: str = "custom"
    eos_token_id: int | None = None
    logits_shift: bool = False
    max_length: int | None = None
    expand_token_id: int | None = None
    delete_token_id: int | None = None

    def __post_init__(self) -> None:
        ids = (self.null_token_id, self.eos_token_id, *self.edits, self.mask_token_id)
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

    @property
    def edits(self) -> tuple[int | None, int | None]:
        """The tokens that ask for more and for fewer positions."""
        return self.expand_token_id, self.delete_token_id

    @property
    def special(self) -> frozenset[int]:
        """Tokens that are never part of a text."""
        ids = (self.mask_token_id, self.tail_token_id, *self.edits)
        return frozenset(token for token in ids if token is not None)

    @property
    def tail_token_id(self) -> int | None:
        """The token that fills the unused tail of a slot: null, else EOS."""
        return self.eos_token_id if self.null_token_id is None else self.null_token_id
