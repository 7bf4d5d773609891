"""S3: every field gets the same masks, and a null token says that room is not used.

Xiong et al. 2025, "Unveiling the Potential of Diffusion Large Language Model in Controllable
Generation" (self-adaptive schema scaffolding, arXiv 2507.04504): 16 masks a field, and the prompt
explains a null token and asks to repeat it where room is left. Nothing grows. The paper denoises in
16 steps (``steps=16``) and leaves the null tokens in the text; here they are cut off.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dllm_struct.decoding.length.base import LENGTHS, LengthPolicy, check_initial
from dllm_struct.errors import EmptyLanguage, check
from dllm_struct.models.family import Family
from dllm_struct.vocabulary.codec import Codec

EXPLANATION = (
    "Every field has a fixed number of places. When a value needs fewer of them, write the word "
    '"{}" in each place that is left at its end.'
)


@LENGTHS.register("s3")
@dataclass(frozen=True)
class S3(LengthPolicy):
    """Never inserts; any token can be the null token.

    Attributes:
        initial: fewest positions that a slot begins with whose language sets no bound.
        null: text of a token of the vocabulary that serves as the null token of a model that was
            not trained with one; it is explained in the prompt, and is never part of an output.
            None: the model's own null (or EOS) token.
    """

    initial: int = 16
    null: str | None = None
    needs_null: ClassVar[bool] = True
    grows: ClassVar[bool] = False

    def __post_init__(self) -> None:
        check_initial(self.initial)

    def bound(self, family: Family) -> LengthPolicy:
        """See `LengthPolicy.bound`."""
        check(
            self.null is None or family.null_token_id is None,
            f"family '{family.name}' has a null token, it needs no other",
            hint="leave null out",
        )
        return self

    def null_token(self, family: Family, codec: Codec) -> int | None:
        """See `LengthPolicy.null_token`."""
        if self.null is None:
            return family.tail_token_id
        try:
            tokens = codec.exact(self.null)
        except EmptyLanguage:
            tokens = []
        check(
            len(tokens) == 1,
            f"{self.null!r} is not one token of the vocabulary",
            hint="choose a text that the tokenizer does not cut, such as ' null'",
        )
        return tokens[0]

    def explanation(self) -> str | None:
        """See `LengthPolicy.explanation`."""
        return None if self.null is None else EXPLANATION.format(self.null.strip() or self.null)
