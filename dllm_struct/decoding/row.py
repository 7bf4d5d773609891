"""One sequence while it is being denoised: its canvas, its limits, and what happened to it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from time import perf_counter

import torch

from dllm_struct.canvas import MASKED, Canvas, State
from dllm_struct.constraint import Constraint
from dllm_struct.decoding.blocks import Window
from dllm_struct.decoding.length import SlotLength
from dllm_struct.trace import Edit, Event, Snapshot
from dllm_struct.vocabulary.codec import Codec
from dllm_struct.witness import SlotWitness, Witness

MILLISECONDS = 1e3


@dataclass
class Stats:
    """What one output took.

    Attributes:
        nfe: forward passes.
        committed: positions that the sampler chose.
        forced: positions that the constraint left no choice about, committed without a pass.
        grown: positions inserted.
        shrunk: positions deleted.
        seconds: wall time from the first pass to the last commit.
    """

    nfe: int = 0
    committed: int = 0
    forced: int = 0
    grown: int = 0
    shrunk: int = 0
    seconds: float = 0.0


@dataclass
class Row:
    """One sequence of a batch.

    Attributes:
        sequence: its index in the batch.
        prompt: token ids before the canvas.
        constraint: what the output must be.
        canvas: the output so far.
        codec: the tokenizer.
        limit: most positions of the canvas; None: no limit.
        steps: most forward passes; None: no limit.
        generator: its source of randomness, on the CPU.
        window: the block strategy's latest window.
        is_extending: whether the length policy still works before denoising.
        closed: slots whose tail was deleted; they do not grow again.
        draft: what the latest witness writes into every span: a complete output, in its language.
        stats: counters.
    """

    sequence: int
    prompt: tuple[int, ...]
    constraint: Constraint
    canvas: Canvas
    codec: Codec
    limit: int | None
    steps: int | None
    generator: torch.Generator
    window: Window | None = None
    is_extending: bool = True
    closed: set[str] = field(default_factory=set)
    draft: tuple[tuple[str | None, bytes], ...] | None = None
    stats: Stats = field(default_factory=Stats)
    _clock: float = field(default_factory=perf_counter)

    @property
    def is_done(self) -> bool:
        """Whether everything is committed."""
        return MASKED not in self.canvas.tokens

    @property
    def steps_left(self) -> int | None:
        """Forward passes left, the one being worked on included; None: no limit."""
        return None if self.steps is None else max(1, self.steps - self.stats.nfe + 1)

    @property
    def text(self) -> str:
        """The draft as text."""
        return b"".join(data for _, data in self.draft or ()).decode(errors="replace")

    def propose(self, witness: Witness) -> None:
        """Write a witness on the canvas, and take it as the draft."""
        for slot in witness:
            tokens, confidence = slot.tokens.tolist(), slot.log_confidence.exp().tolist()
            for index in slot.masked:
                self.canvas.propose(slot.slot, index, tokens[index], confidence[index])
        self.draft = tuple(
            (span.slot, self.codec.decode(span.witness)) for span in self.canvas.spans
        )

    def commit(self, places: Iterable[tuple[str, int]]) -> None:
        """Commit the witness's tokens at (slot, index)."""
        for slot, index in places:
            self.canvas.commit(slot, index)
            self.stats.committed += 1

    def settle(self) -> list[tuple[str, int]]:
        """Commit every position that the constraint leaves no choice about."""
        settled = self.constraint.forced(self.canvas)
        for slot, index, token in settled:
            self.canvas.propose(slot, index, token, 1.0)
            self.canvas.commit(slot, index, State.FORCED)
        self.stats.forced += len(settled)
        if self.is_done and self.draft is None:
            self.propose(())  # settled without a pass
        return [(slot, index) for slot, index, _ in settled]

    def delete_null_tails(self) -> list[Edit]:
        """Delete the committed null tokens that end slots."""
        edits = []
        for slot in self.canvas.slots:
            count = self.canvas.null_tail(slot, self.constraint.null_token_id)
            if count:
                index = len(self.canvas.slot(slot)) - count
                self.canvas.delete(slot, index, count)
                edits.append(Edit(slot, index, count))
        self.closed |= {edit.slot for edit in edits}
        self.stats.shrunk += sum(edit.count for edit in edits)
        return edits

    def insert(self, edits: Sequence[Edit]) -> list[Edit]:
        """Insert masks where limits allow it and the canvas can still be completed."""
        done = []
        for edit in edits:
            slot, index = edit.slot, edit.index
            count = min(edit.count, self.constraint.room(self.canvas, slot, self.limit))
            if count > 0 and self.constraint.can_insert(self.canvas, slot, index, count):
                self.canvas.insert(slot, index, count)
                done.append(Edit(slot, index, count))
        self.stats.grown += sum(edit.count for edit in done)
        return done

    def lengths(self, witness: Witness) -> list[SlotLength]:
        """Return what a length policy may see: slots that have masks and no deleted tail."""
        return [
            self._length(slot)
            for slot in witness
            if slot.slot not in self.closed and self.canvas.is_masked(slot.slot)
        ]

    def _length(self, slot: SlotWitness) -> SlotLength:
        null = self.constraint.null_token_id
        tokens = self.canvas.slot(slot.slot)
        return SlotLength(
            slot=slot.slot,
            masked=[index for index, token in enumerate(tokens) if token == MASKED],
            confidence=slot.log_confidence.exp(),
            room=self.constraint.room(self.canvas, slot.slot, self.limit),
            read_null=lambda: slot.token_confidence(null),
        )

    def event(
        self,
        committed: Sequence[int] = (),
        forced: Sequence[int] = (),
        deleted: Sequence[Edit] = (),
        inserted: Sequence[Edit] = (),
    ) -> Event:
        """Record the step that just ended."""
        now = perf_counter()
        elapsed, self._clock = now - self._clock, now
        self.stats.seconds += elapsed
        return Event(
            sequence=self.sequence,
            step=self.stats.nfe,
            committed=tuple(committed),
            forced=tuple(forced),
            deleted=tuple(deleted),
            inserted=tuple(inserted),
            canvas=Snapshot.of(self.canvas),
            text=self.text,
            ms=elapsed * MILLISECONDS,
            decode=self.codec.decode,
        )
