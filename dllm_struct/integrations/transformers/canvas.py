"""A constraint for canvas models: a logits processor whose argmax is always in the language.

The stock loop of DiffusionGemma denoises one canvas after the other. At every step it hands a
logits processor the text before the canvas and the logits of the whole canvas, takes the argmax as
the output so far, and may stop after any step. So every call returns logits whose argmax is a
witness w: the most likely canvas in the language, after what earlier canvases wrote and such that
it can end within those that follow.

    p(x) proportional to the product of exp(logits[i, x_i]), for x in the language     (posterior)
    out[i, w_i] = log odds of w_i under p + log sum of exp(logits[i, v]) over possible v != w_i
    out[i, v]   = logits[i, v] where some canvas in the language has v at i, else -inf

So softmax gives a token of the witness its posterior probability (or just above the next best
token, where that is more), and the other possible tokens keep their odds against each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor
from transformers import LogitsProcessor

from dllm_struct.errors import InvalidInput, NonFiniteLogits
from dllm_struct.integrations.transformers.history import History
from dllm_struct.integrations.transformers.tail import Tail
from dllm_struct.integrations.transformers.targets import Targets, token_ids
from dllm_struct.posterior import MASKED, Posterior, Problem, solve

MARGIN = 2.0**-6
"""Nats by which a witness's token is above all others, at least."""

SURE = 80.0
"""Log odds of a token that nothing speaks against."""


class CanvasConstraint(LogitsProcessor):
    """Keeps every canvas of a stock ``generate(logits_processor=[...])`` in a language.

    For one generation at a time; the next one may have other prompts. Texts that are shorter than
    the canvases end with the EOS token, which then fills the rest.

    Args:
        output_type: a language, a JSON Schema, a Python type (see `dllm_struct.Model.generate`);
            the text is its free form. A list: one for each sequence of the batch.
        tokenizer: a Hugging Face fast tokenizer, or a `Vocabulary`.
        max_new_tokens: most tokens of a text; give ``generate`` the same number. With fewer there
            it may stop between two canvases, before a text has ended.
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
        max_new_tokens: int = 256,
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
        self._drafts: dict[int, list[int]] = {}

    def __call__(self, input_ids: Tensor, scores: Tensor) -> Tensor:
        """Return the logits to go on with.

        Args:
            input_ids: int64 [B, m], the prompts and the canvases that are finished.
            scores: float [B, n, V], of the present canvases; not changed.

        Returns:
            float32 [B, n, V].

        Raises:
            NonFiniteLogits: NaN or +inf, or -inf for everything that could fit.
            InvalidInput: shapes that do not fit the tokenizer or the number of output types, or a
                text before the canvas that no member begins with.
        """
        self._targets.check_width(scores)
        if self._history.follow(input_ids):
            self._drafts = {}
        logits, ends = self._tail.joined(scores)
        problems = self._problems(self._history.written(input_ids), logits)
        readings = dict(zip(problems, _read([*problems.values()]), strict=True))
        for row, own in enumerate(logits):
            if row in readings:
                _project(own, readings[row])
            else:  # its text has ended before this canvas
                own.fill_(-torch.inf)[:, self._tail.end] = 0.0
        self._drafts = {row: reading.witness.tolist() for row, reading in readings.items()}
        return self._tail.spread(logits, ends)

    def _problems(self, written: Sequence[Sequence[int]], logits: Tensor) -> dict[int, Problem]:
        """What is asked of the rows whose texts have not ended yet.

        Args:
            written: tokens of the earlier canvases.
            logits: float32 [B, n, V].
        """
        n, end = logits.shape[1], self._tail.end
        compiled = self._targets.of_rows(len(logits))
        found = {}
        for row, before in enumerate(written):
            if not self._tail.is_in(before):
                left = self.max_new_tokens - len(before)
                open_ = max(0, min(n, left))
                found[row] = Problem(
                    automaton=compiled[row].automaton,
                    logits=logits[row],
                    committed=[MASKED] * open_ + [end] * (n - open_),
                    null_token_id=end,
                    witness=self._drafts.get(row),
                    before=before,
                    room=max(0, left - n),
                )
        return found


@dataclass(frozen=True)
class _Reading:
    """What the posterior of one canvas says.

    Attributes:
        witness: int64 [n], the most likely canvas.
        log_share: float32 [n], log posterior probability of its tokens.
        support: bool [n, V], the tokens that some canvas in the language has.
    """

    witness: Tensor
    log_share: Tensor
    support: Tensor


def _read(problems: Sequence[Problem]) -> list[_Reading]:
    return [
        _reading(problem, posterior if posterior.has_member else _thorough(problem))
        for problem, posterior in zip(problems, solve(problems), strict=True)
    ]


def _reading(problem: Problem, posterior: Posterior) -> _Reading:
    n, witness = len(problem.committed), posterior.map()
    return _Reading(witness[:n], posterior.log_probability(witness)[:n], posterior.support[:n])


def _thorough(problem: Problem) -> Posterior:
    """The posterior over this canvas and further ones, about which the model says nothing yet.

    Not every beginning of a tight end is known beforehand; here one is searched for.

    Raises:
        NonFiniteLogits: everything that could fit has the logit -inf.
        InvalidInput: nothing can fit.
    """
    width = problem.logits.shape[1]
    posterior, flat = solve(
        [
            replace(
                problem,
                logits=torch.cat((logits, logits.new_zeros(problem.room, width))),
                committed=[*problem.committed, *[MASKED] * problem.room],
                witness=None,
                room=0,
            )
            for logits in (problem.logits, torch.zeros_like(problem.logits))
        ]
    )
    if posterior.has_member:
        return posterior
    if flat.has_member:
        raise NonFiniteLogits(
            "the model gives every canvas in the language the logit -inf",
            hint="check its number format, and what other logits processors forbid",
        )
    raise InvalidInput(
        "no member of the language goes on after the text before this canvas",
        hint="call reset() before another generation, or give generate the same max_new_tokens",
    )


def _project(logits: Tensor, reading: _Reading) -> None:
    """Make the witness the argmax, in place; see above.

    Args:
        logits: float32 [n, V].
        reading: of these logits.
    """
    rows, witness = torch.arange(len(logits), device=logits.device), reading.witness
    logits.masked_fill_(~reading.support, -torch.inf)
    logits[rows, witness] = -torch.inf
    top = logits.amax(-1)
    has_others = top > -torch.inf
    logits -= torch.where(has_others, top, 0.0)[:, None]
    log_p = reading.log_share.clamp_max(0.0)
    log_odds = (log_p - (-torch.expm1(log_p)).log()).nan_to_num(-SURE).clamp(-SURE, SURE)
    value = (logits.logsumexp(-1) + log_odds).clamp_min(MARGIN)
    logits[rows, witness] = torch.where(has_others, value, 0.0)
