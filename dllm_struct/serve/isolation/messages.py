"""What the two sides of a pipe say to each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dllm_struct.decoding.signals import View
from dllm_struct.serve.ask import Ask
from dllm_struct.serve.tickets import Item


@dataclass(frozen=True)
class Work:
    """To a worker: prepare this, and denoise it if it is heavy."""

    ask: Ask


@dataclass(frozen=True)
class Logits:
    """To a worker: what the network says.

    Attributes:
        tables: for every view, float32 [k, V], and the row of each position, int64 [n]; None: row i
            is that of position i. See `LogitRows`.
        is_late: whether the time limit has passed: the latest witness is the output now.
    """

    tables: Sequence[tuple[NDArray[np.float32], NDArray[np.int64] | None]]
    is_late: bool


@dataclass(frozen=True)
class GiveUp:
    """To a worker, in place of logits: nobody waits any more, or the pass has failed."""

    error: Exception


@dataclass(frozen=True)
class Light:
    """From a worker: the job, to be denoised with all others."""

    job: bytes


@dataclass(frozen=True)
class Look:
    """From a worker: it needs a forward pass."""

    views: Sequence[View]


@dataclass(frozen=True)
class Heard:
    """From a worker: something for the client."""

    item: Item


@dataclass(frozen=True)
class Idle:
    """From a worker: it is ready for the next request.

    Attributes:
        is_spent: it keeps too much memory to go on, and ends.
    """

    is_spent: bool = False


ToParent = Light | Look | Heard | Idle
ToWorker = Work | Logits | GiveUp
