"""Rows that are denoised together: they share forward passes and the posterior call.

Rows may join and leave between two steps. What fails in one row, such as logits that are not
finite, is that row's own: the others go on as if it had not been there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import islice
from time import perf_counter
from typing import TypeVar

from dllm_struct.decoding.choice import states
from dllm_struct.decoding.loop import Forward, look, reach, step
from dllm_struct.decoding.noise import renoise
from dllm_struct.decoding.resizing import tidy
from dllm_struct.decoding.revision import revise
from dllm_struct.decoding.row import Row
from dllm_struct.trace import Event
from dllm_struct.witness import Reading, Witness, find_witnesses

Watch = Callable[[Row, Reading, Witness], None]
"""Sees what the network said of a row, and the witness, before anything is committed."""

T = TypeVar("T")


def denoise(rows: Sequence[Row], forward: Forward) -> Iterator[list[Event]]:
    """Denoise rows until nothing is left to do.

    Args:
        rows: sequences with laid-out canvases; changed in place.
        forward: the network.

    Yields:
        For every forward pass, one event for each row that took part.

    Raises:
        NonFiniteLogits: the network returned NaN or infinity where it matters.
    """
    for row in rows:
        begin(row)
    while active := [row for row in rows if not row.is_done]:
        yield advance(active, forward)


def begin(row: Row) -> None:
    """Commit what is settled before the first pass."""
    tidy(row)
    row.go_on()


def advance(rows: Sequence[Row], forward: Forward) -> list[Event]:
    """Make one forward pass with rows that are not done, and all that follows it.

    Returns:
        One event for each row.

    Raises:
        DllmStructError: the first error of a row.
    """
    events = []
    for outcome in attempt(rows, forward):
        if isinstance(outcome, Exception):
            raise outcome
        events.append(outcome)
    return events


def attempt(
    rows: Sequence[Row], forward: Forward, watch: Watch | None = None
) -> list[Event | Exception]:
    """As `advance`, but an error of one row takes the place of its event, and ends no other row.

    Args:
        rows: not done.
        forward: the network. What it raises is raised: no row has changed then.
        watch: called for every row that has a witness.
    """
    for row in rows:
        row.begin_step()
        renoise(row)
    of_rows = [states(row) for row in rows]
    read = [state for own in of_rows for state in own]
    start = perf_counter()
    readings = look(read, forward)
    seen = perf_counter()
    for state in read:
        state.count_pass()
    found = zip(readings, _conditioned(read, readings), strict=True)
    conditioned = perf_counter()
    outcomes = []
    for row, own in zip(rows, of_rows, strict=True):
        mine = list(islice(found, len(own)))
        outcomes.append(_outcome(partial(_finish, row, own, mine, watch)))
        row.stats.forward_seconds += seen - start
        row.stats.constraint_seconds += conditioned - seen
    return outcomes


def _conditioned(rows: Sequence[Row], readings: Sequence[Reading]) -> list[Witness | Exception]:
    """Revise every state and find its witness; what fails is in the place of its own witness."""
    revised = [_outcome(partial(revise, *pair)) for pair in zip(rows, readings, strict=True)]
    fine = [
        reading
        for reading, error in zip(readings, revised, strict=True)
        if not isinstance(error, Exception)
    ]
    found: Iterator[Witness | Exception] = iter(_witnesses(fine))
    return [error if isinstance(error, Exception) else next(found) for error in revised]


def _witnesses(readings: Sequence[Reading]) -> Sequence[Witness | Exception]:
    together = _outcome(partial(find_witnesses, readings))
    if not isinstance(together, Exception):
        return together
    return [_outcome(partial(_witness, reading)) for reading in readings]


def _witness(reading: Reading) -> Witness:
    return find_witnesses([reading])[0]


def _finish(
    row: Row,
    own: Sequence[Row],
    found: Sequence[tuple[Reading, Witness | Exception]],
    watch: Watch | None,
) -> Event:
    sure = []
    for reading, witness in found:
        if isinstance(witness, Exception):
            raise witness
        sure.append((reading, witness))
    reached = reach(row, own, sure)
    if watch is not None:
        watch(row, *reached)
    return step(row, *reached)


def _outcome(act: Callable[[], T]) -> T | Exception:
    """What comes out of an act, or the error that it ends with; whoever asked decides on it."""
    try:
        return act()
    except Exception as error:
        return error
