"""How probable the model finds it that an output is in the language at all."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from dllm_struct.canvas import MASKED
from dllm_struct.logit_rows import LogitRows
from dllm_struct.posterior import Posterior
from dllm_struct.posterior.class_sums import sum_rows
from dllm_struct.posterior.parallel import over_positions
from dllm_struct.witness import Witness

ROWS = 16
"""Positions whose logits are summed at a time: their rows may have to be copied."""


def log_evidence(witness: Witness) -> float:
    """Return the log of the probability that the model gives to all members together, in nats.

    That is log Z of the posterior minus the log of the prediction's own sum, over masked positions:
    the chance that tokens drawn from the model one by one, at the decoding's temperature, make an
    output of the language. For a grammar it is a lower bound: sums run over the explored part.
    """
    posteriors = {id(slot.posterior): slot.posterior for slot in witness}
    return sum(_log_share(posterior) for posterior in posteriors.values())


def _log_share(posterior: Posterior) -> float:
    problem = posterior.problem
    masked = [i for i, token in enumerate(problem.committed) if token == MASKED]
    rows, starts = LogitRows(problem.logits, problem.rows), range(0, len(masked), ROWS)
    parts = [_log_sums(rows.at(masked[start : start + ROWS])).sum() for start in starts]
    return min(0.0, posterior.log_evidence - float(sum(parts)))


def _log_sums(logits: Tensor) -> Tensor:
    """Log of the sum of exponentials of every row, float64 [n]."""
    if logits.device.type == "cpu":
        values = logits.detach().float().numpy()
        is_read = np.ones(len(values), np.bool_)
        parts = over_positions(lambda part: sum_rows(values[part]), is_read, values.shape[1])
        return torch.from_numpy(np.concatenate(parts))
    return logits.float().logsumexp(-1).double()
