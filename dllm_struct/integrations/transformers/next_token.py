"""A constraint for autoregressive models: a logits processor that masks the next token.

The same compiled language as on a canvas, read prefix by prefix. A token is allowed when a member
is known to be in reach after it within the tokens that are left, so generation never runs into a
dead end and never runs out of tokens; a text may end where it is a member, and nowhere else. See
`dllm_struct.continuation` for what is known of languages that are no finite automata.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from transformers import LogitsProcessor

from dllm_struct.continuation import continuation
from dllm_struct.errors import InvalidInput, NonFiniteLogits
from dllm_struct.integrations.transformers.history import History
from dllm_struct.integrations.transformers.tail import Tail
from dllm_struct.integrations.transformers.targets import Targets, token_ids

Plans = dict[tuple[int, ...], tuple[int, ...]]


class NextTokenConstraint(LogitsProcessor):
    """Keeps a stock ``generate(logits_processor=[...])`` of an autoregressive model in a language.

    For one generation at a time; the next one may have other prompts. Works with greedy search,
    sampling, and beams.

    Args:
        output_type: a language, a JSON Schema, a Python type (see `dllm_struct.Model.generate`);
            the text is its free form. A list: one for each sequence of the batch.
        tokenizer: a Hugging Face fast tokenizer, or a `Vocabulary`.
        max_new_tokens: most tokens of a text; give ``generate`` the same number, or a larger one.
        eos_token_id: the token that ends a text, or several: any of them then may; None: the
            tokenizer's.
        pad_token_id: a token that stands after the end of a text; None: the tokenizer's, if any.

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
        eos_token_id: int | Sequence[int] | None = None,
        pad_token_id: int | None = None,
    ) -> None:
        self.max_new_tokens = max_new_tokens
        ends = token_ids(eos_token_id, getattr(tokenizer, "eos_token_id", None))
        pads = token_ids(pad_token_id, getattr(tokenizer, "pad_token_id", None))
        self._targets = Targets(output_type, tokenizer, max_new_tokens, ends, pads)
        self._tail = Tail(ends, pads)
        self.reset()

    def reset(self) -> None:
        """Forget the generation so far: what comes next is a prompt."""
        self._history = History()
        self._plans: list[Plans] = [{} for _ in self._targets.all]

    def __call__(self, input_ids: Tensor, scores: Tensor) -> Tensor:
        """Return the scores with -inf for every token that must not follow.

        Args:
            input_ids: int64 [B, m], the prompts and what follows them.
            scores: float [B, V]; not changed.

        Raises:
            NonFiniteLogits: all tokens that may follow have the score -inf, or one has NaN.
            InvalidInput: shapes that do not fit the tokenizer or the number of output types, or a
                text that no member begins with.
        """
        self._targets.check_width(scores)
        self._history.follow(input_ids)
        compiled = self._targets.of_rows(len(scores))
        allowed = torch.zeros(scores.shape, dtype=torch.bool)
        plans: list[Plans] = [{} for _ in self._targets.all]
        for row, text in enumerate(map(tuple, self._history.written(input_ids))):
            index = self._targets.all.index(compiled[row])
            if not self._tail.is_in(text):
                plans[index][text] = self._allow(allowed[row], scores[row], text, index)
            else:
                allowed[row, list(self._tail.ends)] = True
        self._plans = plans
        return _masked(scores, allowed.to(scores.device))

    def _allow(
        self, allowed: Tensor, scores: Tensor, text: tuple[int, ...], index: int
    ) -> tuple[int, ...]:
        """Note what may follow a text, bool [V], in place; return a way to a member."""
        before = self._plans[index].get(text[:-1], ()) if text else ()
        plan = before[1:] if before and before[0] == text[-1] else None
        left = max(0, self.max_new_tokens - len(text))
        likely = scores.detach().float().cpu().numpy()
        found = continuation(self._targets.all[index], text, left, self._tail.end, likely, plan)
        if found.plan is None:
            raise InvalidInput(
                "no member of the language goes on after the generated text",
                hint="call reset() before another generation with a longer prompt",
            )
        allowed[: len(found.allowed)] = torch.tensor(found.allowed)
        if found.may_end:
            allowed[list(self._tail.ends)] = True
        return found.plan


def _masked(scores: Tensor, allowed: Tensor) -> Tensor:
    masked = scores.masked_fill(~allowed, -torch.inf)
    best = masked.amax(-1)
    if not bool(best.isfinite().all()):
        raise NonFiniteLogits(
            "the scores of the tokens that may follow are not finite",
            hint="check the model's number format, and what other logits processors forbid",
        )
    return masked
