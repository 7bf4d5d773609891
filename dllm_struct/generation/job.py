"""A prepared job: everything is checked and laid out, and no pass has been made.

Whoever has one may run it on its own (`Job.start`), or denoise its rows together with those of
other jobs (`decoding.batch`) and finish each when it is done, or earlier.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dllm_struct.decoding.batch import denoise
from dllm_struct.decoding.loop import Forward
from dllm_struct.decoding.row import Row
from dllm_struct.generation.stream import Output, Stream
from dllm_struct.generation.target import Target
from dllm_struct.trace import Trace
from dllm_struct.witness import find_flat_witness


@dataclass(frozen=True, eq=False)
class Job:
    """Rows to denoise, and what each becomes.

    Attributes:
        rows: one for every output, numbered from 0 (`Row.sequence`); nothing is committed yet.
        targets: what each is to be, in the same order.
    """

    rows: Sequence[Row]
    targets: Sequence[Target]

    def start(self, forward: Forward) -> Stream:
        """Denoise the rows by themselves."""
        return Stream(self.rows, denoise(self.rows, forward), self.finish)

    def is_over(self, row: Row) -> bool:
        """Whether the output of a row is written."""
        return row.is_done

    def finish(self, row: Row, trace: Trace) -> Output:
        """Return the output of a row, at any time: its latest witness is a valid one.

        Args:
            row: of this job.
            trace: its events.
        """
        if row.draft is None:  # stopped before its first step
            row.propose(find_flat_witness(row.constraint, row.canvas))
        goal = self.targets[row.sequence]
        slots = {
            slot: data[len(row.constraint.slots[slot].lead) :].decode(errors="replace")
            for slot, data in row.draft or ()
            if slot is not None
        }
        text = row.text if goal.answer is None else slots[goal.answer]
        return Output(text, goal.parse(text), slots, trace, row.stats, goal.value)
