"""One sequence while it is being denoised: its canvas, its limits, and what happened to it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

import torch
from torch import Tensor

from dllm_struct.canvas import MASKED, Canvas, State
from dllm_struct.constraint import Constraint
from dllm_struct.decoding.blocks import Window
from dllm_struct.decoding.caches import Kept
from dllm_struct.decoding.changes import Changes
from dllm_struct.decoding.settings import Strategies
from dllm_struct.decoding.signals import Situation, View
from dllm_struct.decoding.stage import Stage
from dllm_struct.decoding.stats import Stats
from dllm_struct.logit_rows import LogitRows
from dllm_struct.trace import Edit
from dllm_struct.vocabulary.codec import Codec
from dllm_struct.witness import Reading, Witness, find_witnesses

SMALLEST = 2.0**-149
"""The smallest confidence that is told from 0: logs of confidence stay finite."""


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
        stages: how it is denoised, part after part.
        generator: its source of randomness, on the CPU.
        window: the block strategy's latest window.
        is_extending: whether the length policy still works before denoising.
        closed: slots whose tail was deleted; they do not grow again.
        draft: what the latest witness writes into every span: a complete output, in its language.
        idle: passes of the stage that began without masks.
        rounds: steps of the stage that masked something again.
        steady: passes for which the draft has stayed the same.
        shown: what the network reads at masked positions instead of masks, by lasting number.
        changes: what happened in the present step.
        stats: counters.
        kept: what the network computed of it, for a cache.
        clock: when the latest event was recorded, as `time.perf_counter` counts.
    """

    sequence: int
    prompt: tuple[int, ...]
    constraint: Constraint
    canvas: Canvas
    codec: Codec
    limit: int | None
    stages: tuple[Stage, ...]
    generator: torch.Generator
    window: Window | None = None
    is_extending: bool = True
    closed: set[str] = field(default_factory=set)
    draft: tuple[tuple[str | None, bytes], ...] | None = None
    idle: int = 0
    rounds: int = 0
    steady: int = 0
    shown: dict[int, int] = field(default_factory=dict)
    changes: Changes = field(default_factory=Changes)
    stats: Stats = field(default_factory=Stats)
    kept: Kept = field(default_factory=Kept)
    _memories: dict[tuple[int, int], dict[str, Any]] = field(default_factory=dict)
    _goes_on: bool = False
    _passes_before_stage: int = 0
    clock: float = field(default_factory=perf_counter)

    def copy(self) -> Row:
        """Return a row of its own in the same state, with the same source of randomness."""
        twin = copy(self)
        twin.canvas, twin.closed = self.canvas.copy(), {*self.closed}
        twin.changes, twin.stats = self.changes.copy(), copy(self.stats)
        return twin

    def adopt(self, other: Row) -> None:
        """Take over the state of a copy."""
        self.canvas, self.closed, self.window = other.canvas, other.closed, other.window
        self.changes, self.stats = other.changes, other.stats
        self.draft, self.steady = other.draft, other.steady

    def begin_step(self) -> None:
        """Start a new log of changes."""
        self.changes = Changes(self.canvas.ids)

    def count_pass(self) -> None:
        """Note that the network has read the canvas."""
        self.stats.nfe += 1
        self.idle += not self.masked

    @property
    def stage(self) -> Stage:
        """The part that is being denoised."""
        return self.stages[0]

    @property
    def strategies(self) -> Strategies:
        """How the present stage is denoised."""
        return self.stage.strategies

    @property
    def is_done(self) -> bool:
        """Whether every position is committed and no further pass is wanted."""
        return not (self.masked or self._goes_on or len(self.stages) > 1)

    @property
    def masked(self) -> list[int]:
        """The masked positions of the present stage."""
        slots = self.stage.slots
        return [
            start + index
            for span, start in self.canvas.starts()
            if slots is None or span.slot in slots
            for index, token in enumerate(span.tokens)
            if token == MASKED
        ]

    @property
    def chosen(self) -> list[int]:
        """The positions of the present stage whose tokens a sampler chose."""
        slots = self.stage.slots
        return [
            start + index
            for span, start in self.canvas.starts()
            if slots is None or span.slot in slots
            for index, state in enumerate(span.states)
            if state is State.COMMITTED
        ]

    @property
    def passes(self) -> int:
        """Passes of the stage so far, the one being worked on included."""
        return self.stats.nfe - self._passes_before_stage

    @property
    def further_passes(self) -> int | None:
        """Passes of the stage that may follow the one being worked on; None: no limit."""
        return None if self.stage.steps is None else max(0, self.stage.steps - self.passes)

    @property
    def steps_left(self) -> int | None:
        """Passes in which to commit all masks, the one being worked on included; None: no limit.

        Until something is masked again they are fewer by those that are kept for that.
        """
        steps, further = self.stage.steps, self.further_passes
        if steps is None or further is None:
            return None
        kept = 0 if self.rounds else self.strategies.remasking.reserve(steps)
        return max(1, further + 1 - kept)

    @property
    def may_wait(self) -> bool:
        """Whether commits may wait for lengths: in the first half of a limited number of steps."""
        return self.stage.steps is None or 2 * self.passes <= self.stage.steps

    @property
    def is_open(self) -> bool:
        """Whether the whole canvas is open, whatever the block strategy says."""
        return self.rounds > 0 and self.strategies.remasking.opens_all

    @property
    def is_settled(self) -> bool:
        """Whether the stage may end early: its draft stays the same, and is likely enough."""
        patience = self.stage.patience
        if patience is None or self.steady < patience:
            return False
        slots = self.stage.slots
        own = [span for span in self.canvas.spans if span.slot is not None]
        sure = [c for span in own if slots is None or span.slot in slots for c in span.confidence]
        return sum(sure) >= self.stage.confidence * len(sure)

    @property
    def text(self) -> str:
        """The draft as text, without what stands before the text on the canvas."""
        own = (self.draft or ())[len(self.constraint.preface) :]
        return b"".join(data for _, data in own).decode(errors="replace")

    @property
    def view(self) -> View:
        """What the network reads, without any signal."""
        tokens = self.canvas.tokens
        if self.shown:
            tokens = [
                self.shown.get(number, token) if token == MASKED else token
                for number, token in zip(self.canvas.ids, tokens, strict=True)
            ]
        return View(self.prompt, tuple(tokens))

    def situations(self) -> list[Situation]:
        """What each signal of the present stage may know, with a memory of its own."""
        return [
            Situation(
                view=self.view,
                canvas=self.canvas,
                draft=None if self.draft is None else self.text,
                step=self.stats.nfe,
                memory=self._memories.setdefault((len(self.stages), index), {}),
                generator=self.generator,
                decode=self.codec.decode,
                condition=self._condition,
                steps_left=self.further_passes,  # this one is not counted yet
            )
            for index in range(len(self.strategies.signals))
        ]

    def _condition(self, logits: Tensor) -> Witness:
        return find_witnesses([Reading(self.constraint, self.canvas, LogitRows(logits), None)])[0]

    def propose(self, witness: Witness) -> None:
        """Write a witness on the canvas, and take it as the draft."""
        for slot in witness:
            tokens, confidence = slot.tokens.tolist(), slot.log_confidence.exp().tolist()
            for index in slot.masked:
                self.canvas.propose(slot.slot, index, tokens[index], confidence[index])
        draft = tuple((span.slot, self.codec.decode(span.witness)) for span in self.canvas.spans)
        self.steady = self.steady + 1 if self._of_stage(draft) == self._of_stage(self.draft) else 0
        self.draft = draft

    def _of_stage(self, draft: tuple[tuple[str | None, bytes], ...] | None) -> object:
        slots = self.stage.slots
        return draft and [data for slot, data in draft if slots is None or slot in slots]

    def commit(self, places: Iterable[tuple[str, int]]) -> None:
        """Commit the witness's tokens at (slot, index)."""
        for slot, index in places:
            self.canvas.commit(slot, index)
            number = self.canvas.number(slot, index)
            self.changes.committed.append(number)
            self.changes.confidence[number] = self.canvas.confidence(slot, index)
            self.stats.committed += 1
            self.stats.log_probability += self._log_confidence(slot, index)

    def insert(self, slot: str, index: int, count: int) -> None:
        """Insert masks into a slot."""
        self.canvas.insert(slot, index, count)
        self.changes.inserted.append(Edit(slot, index, count))
        self.stats.grown += count

    def delete(self, slot: str, index: int, count: int) -> None:
        """Delete positions of a slot."""
        self.canvas.delete(slot, index, count)
        self.changes.deleted.append(Edit(slot, index, count))
        self.stats.shrunk += count

    def settle(self, room: Mapping[str, int]) -> None:
        """Commit every position that the constraint leaves no choice about.

        Args:
            room: positions by which slots may still grow, by id.
        """
        settled = self.constraint.forced(self.canvas, room)
        for slot, index, token in settled:
            self.canvas.propose(slot, index, token, 1.0)
            self.canvas.commit(slot, index, State.FORCED)
            self.changes.forced.append(self.canvas.number(slot, index))
        self.stats.forced += len(settled)
        if self.draft is None and MASKED not in self.canvas.tokens:
            self.propose(())  # settled without a pass

    def remask(self, positions: Sequence[int]) -> None:
        """Mask committed positions of slots again."""
        if positions:
            self.rounds += 1
            self.window = None if self.is_open else self.window
        for slot, index in [self.canvas.locate(position) for position in positions]:
            self.stats.log_probability -= self._log_confidence(slot, index)
            self.canvas.remask(slot, index)
            self.changes.remasked.append(self.canvas.number(slot, index))
            self.stats.remasked += 1

    def replace(self, slot: str, index: int, token: int, confidence: float) -> None:
        """Put another token at a committed position; its state stays."""
        self.stats.log_probability -= self._log_confidence(slot, index)
        self.canvas.replace(slot, index, token, confidence)
        self.stats.log_probability += self._log_confidence(slot, index)
        self.changes.replaced.append(self.canvas.number(slot, index))
        self.stats.replaced += 1

    def _log_confidence(self, slot: str, index: int) -> float:
        return math.log(max(self.canvas.confidence(slot, index), SMALLEST))

    def go_on(self) -> None:
        """Decide whether the stage, or the next one, needs another pass."""
        if self.masked:
            self.idle, self._goes_on = 0, False
            return
        wanted = self.strategies.remasking.goes_on(self.idle, len(self.changes.replaced))
        self._goes_on = wanted and self.further_passes != 0 and bool(self.chosen)
        while len(self.stages) > 1 and not (self.masked or self._goes_on):
            self.stages, self.window = self.stages[1:], None
            self.is_extending, self.idle, self.steady, self.rounds = True, 0, 0, 0
            self._passes_before_stage = self.stats.nfe
            self.stats.log_probability = self.stats.log_evidence = 0.0
