"""What the rows of a batch have to be: languages, compiled without the tokens that end texts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from torch import Tensor

from dllm_struct.compiled import Compiled, compile
from dllm_struct.errors import BudgetExceeded, InvalidInput, LimitTooSmall
from dllm_struct.languages.python_types import as_language
from dllm_struct.vocabulary.codec import Codec


class Targets:
    """One language for every sequence, or one for all.

    Args:
        output_type: what `dllm_struct.Model.generate` takes, except templates; a list: one for
            each sequence.
        tokenizer: a Hugging Face fast tokenizer, or a `Vocabulary`.
        max_new_tokens: most tokens of a text.
        ends: tokens that end a text.
        fillers: tokens that may follow the end, and are no part of a text.

    Raises:
        InvalidInput: no token ends a text.
        LimitTooSmall: the shortest member of a language has more than ``max_new_tokens``.
        DllmStructError: as `dllm_struct.Model.generate` for an output type.
    """

    def __init__(
        self,
        output_type: Any,
        tokenizer: Any,
        max_new_tokens: int,
        ends: Sequence[int],
        fillers: Collection[int],
    ) -> None:
        self.codec = Codec(tokenizer, {*ends, *fillers})
        if not ends or max(ends) >= len(self.codec.vocabulary):
            raise InvalidInput(
                "no token of the vocabulary ends a text",
                hint="pass eos_token_id, the token that the model ends with",
            )
        types = output_type if isinstance(output_type, list) else [output_type]
        languages = [as_language(kind).language for kind in types]
        self.all = [compile(language, self.codec.vocabulary) for language in languages]
        for compiled in self.all:
            _check_room(compiled, max_new_tokens, ends[0])

    def of_rows(self, count: int) -> list[Compiled]:
        """Return the language of each row of a batch; beams of one sequence are neighbours.

        Raises:
            InvalidInput: the batch has another number of sequences.
        """
        if count % len(self.all):
            raise InvalidInput(
                f"{len(self.all)} output types for {count} rows",
                hint="pass one output type, or one for each sequence of the batch",
            )
        return [self.all[row * len(self.all) // count] for row in range(count)]

    def check_width(self, scores: Tensor) -> None:
        """Refuse logits (float [..., V]) that are narrower than the vocabulary.

        Raises:
            InvalidInput: they are.
        """
        if scores.shape[-1] < len(self.codec.vocabulary):
            raise InvalidInput(
                f"{scores.shape[-1]} logits for {len(self.codec.vocabulary)} tokens",
                hint="the model must score every token of the tokenizer",
            )


def token_ids(given: int | Sequence[int] | None, known: int | None) -> tuple[int, ...]:
    """Return token ids: those that are given, else the one that the tokenizer knows."""
    found = known if given is None else given
    if found is None:
        return ()
    return (found,) if isinstance(found, int) else tuple(found)


def _check_room(compiled: Compiled, limit: int, end: int) -> None:
    if compiled.min_tokens <= limit:
        return
    try:  # a lazy automaton may know a short member only, not the shortest
        fits = compiled.completable([-1] * limit, end)
    except BudgetExceeded:
        fits = False
    if not fits:
        raise LimitTooSmall(
            f"the shortest output takes {compiled.min_tokens} tokens, more than {limit}",
            needed=compiled.min_tokens,
            limit=limit,
            hint=f"set max_new_tokens to {compiled.min_tokens} or more",
        )
