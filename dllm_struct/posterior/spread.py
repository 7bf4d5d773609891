"""How widely the marginals of a posterior are spread: entropy and the two best probabilities.

Within a class the posterior follows the logits, so with P(c) the marginal of class c and H(c) the
entropy of the softmax of its logits

    H = - sum over c of P(c) log P(c) + sum over c of P(c) H(c),

which needs no array over tokens and positions. 0 log 0 counts as 0.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from dllm_struct.automata.jit import jit
from dllm_struct.automata.tokens import Classes
from dllm_struct.posterior.class_sums import LANES, exponentials, gathered, total_of
from dllm_struct.posterior.segments import segment_max
from dllm_struct.posterior.temperature import divided
from dllm_struct.transfer import upload

ROWS_AT_ONCE = 16
"""Positions whose logits are copied at a time on a device."""

LOWEST = -87.0
"""Nats below a class's best token at which a token has no weight left, in float32."""


class Spread(NamedTuple):
    """How widely the marginal of each position is spread.

    Attributes:
        entropy: float64 [n], in nats.
        top: float64 [n, 2], the largest and the second largest probability.
    """

    entropy: Tensor
    top: Tensor


def spread_of(log_marginals: Tensor) -> Spread:
    """The spread of log probabilities [n, V], by its definition; makes arrays of their size."""
    log_p = log_marginals.double()
    p = log_p.exp()
    top = p.topk(min(2, p.shape[1]), dim=-1).values
    missing = 2 - top.shape[1]
    return Spread(torch.special.entr(p).sum(-1), torch.nn.functional.pad(top, (0, missing)))


@jit
def _second(row: NDArray[np.float32], tokens: NDArray[np.int32], best: float) -> Any:
    """How the second largest weight among tokens relates to the largest, exp(``best``)."""
    second, equal = np.float32(-np.inf), 0
    for token in tokens:
        if row[token] < best:
            second = max(second, row[token])
        else:
            equal += 1
    return 1.0 if equal > 1 else np.exp(np.float64(second) - np.float64(best))


@jit
def spread_on_host(
    logits: NDArray[np.float32],
    row_of: NDArray[np.int64],
    committed: NDArray[np.int64],
    classes: Classes,
    log_marginal: NDArray[np.float64],
    best: NDArray[np.float32],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The spread of every position, class by class.

    Args:
        logits: float32 [k, V'], without NaN or +inf.
        row_of: int64 [n], the row of each position.
        committed: int64 [n], a token, or -1 where masked.
        classes: the token classes.
        log_marginal: float64 [n, C], of the classes.
        best: float32 [n, C], largest logit of each class.

    Returns:
        entropy: float64 [n].
        top: float64 [n, 2].
    """
    n, num_classes = log_marginal.shape
    widest = np.diff(classes.start).max()
    values = np.empty(widest, np.float32)
    below = np.empty(widest, np.float32)
    bits = np.empty(widest, np.int32)
    powers = bits.view(np.float32)
    lanes = np.empty(LANES, np.float32)
    entropy = np.zeros(n, np.float64)
    top = np.zeros((n, 2), np.float64)
    for i in range(n):
        if committed[i] >= 0:
            top[i, 0] = 1.0
            continue
        winner = 0
        for c in range(1, num_classes):
            if log_marginal[i, c] == -np.inf:
                continue
            log_p, p = log_marginal[i, c], np.exp(log_marginal[i, c])
            low = classes.start[c]
            count = classes.start[c + 1] - low
            gathered(logits[row_of[i]], classes.tokens, low, count, values, lanes)
            for k in range(count):
                below[k] = max(values[k] - best[i, c], np.float32(LOWEST))
            exponentials(values, bits, count, best[i, c])
            total = total_of(values, powers, count)
            for k in range(count):
                values[k] *= below[k]
            mean = total_of(values, powers, count) / total
            entropy[i] += p * max(np.log(total) - mean, 0.0) - p * log_p
            if p / total > top[i, 0]:
                top[i, 1], top[i, 0] = top[i, 0], p / total
                winner = c
            else:
                top[i, 1] = max(top[i, 1], p / total)
        if winner > 0:
            tokens = classes.tokens[classes.start[winner] : classes.start[winner + 1]]
            share = _second(logits[row_of[i]], tokens, best[i, winner])
            top[i, 1] = max(top[i, 1], top[i, 0] * share)
    return np.maximum(entropy, 0.0), top


def spread_on_device(
    logits: Tensor,
    row_of: NDArray[np.int64],
    masked: NDArray[np.int64],
    temperature: float,
    tokens: Tensor,
    class_lengths: Tensor,
    log_marginal: Tensor,
) -> Spread:
    """The same in plain torch, some positions at a time; nothing waits for the device.

    Args:
        logits: float [k, V'].
        row_of: int64 [n], the row of each position.
        masked: int64 [m], the masked positions; the others are committed, and sure.
        temperature: what the logits are divided by.
        tokens: int64 [T], the tokens sorted by class.
        class_lengths: int64 [C], how many tokens each class has.
        log_marginal: float64 [n, C], of the classes.
    """
    entropy = log_marginal.new_zeros(len(log_marginal))
    top = log_marginal.new_zeros(len(log_marginal), 2)
    top[:, 0] = 1.0
    for start in range(0, len(masked), ROWS_AT_ONCE):
        part = masked[start : start + ROWS_AT_ONCE]
        at, rows = upload(part, logits.device), upload(row_of[part], logits.device)
        values = divided(logits[rows].float(), temperature).T[tokens]  # [T, m]
        entropy[at], top[at] = _spread(values, class_lengths, log_marginal[at].T.exp())
    return Spread(entropy, top)


def _spread(values: Tensor, lengths: Tensor, p: Tensor) -> Spread:
    """The spread of logits [T, m], sorted by class, with class probabilities [C, m]."""
    count = len(values)
    best = segment_max(values, lengths)
    shift = torch.where(best.isfinite(), best, torch.zeros_like(best))
    below = values - shift.repeat_interleave(lengths, dim=0, output_size=count)
    below.clamp_min_(LOWEST)
    weight = below.exp().double()
    total, weighted = (_sums(part, lengths) for part in (weight, weight * below))
    inside = torch.where(p > 0, p * (total.log() - weighted / total), torch.zeros_like(p))
    share = torch.where(p > 0, p / total, torch.zeros_like(p))
    # probabilities of tokens
    weight *= share.repeat_interleave(lengths, dim=0, output_size=count)
    top = weight.topk(min(2, count), dim=0).values.T
    entropy = (inside + torch.special.entr(p)).sum(0).clamp_min(0)
    return Spread(entropy, torch.nn.functional.pad(top, (0, 2 - top.shape[1])))


def _sums(values: Tensor, lengths: Tensor) -> Tensor:
    return torch.segment_reduce(values, "sum", lengths=lengths, axis=0, initial=0.0, unsafe=True)
