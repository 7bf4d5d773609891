"""One request on its way through the scheduler, and what is heard of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Any, Protocol

from dllm_struct.decoding.row import Row
from dllm_struct.editing import Edited
from dllm_struct.generation import Output
from dllm_struct.generation.edits import Editing
from dllm_struct.generation.job import Job
from dllm_struct.serve.ask import Ask
from dllm_struct.serve.logprobs import TokenProbability, is_full, token_probabilities
from dllm_struct.serve.settled import cut
from dllm_struct.trace import Event, Trace


@dataclass(frozen=True)
class Started:
    """The constraint is compiled, and the request is going to be denoised."""


@dataclass(frozen=True)
class Step:
    """One step of one output.

    Attributes:
        event: what happened.
        settled: the beginning of the answer that can no longer change.
        draft: the whole answer, as it stands.
        candidates: see `candidates.candidates`; None where they were not asked for.
    """

    event: Event
    settled: str
    draft: str
    candidates: list[dict[str, Any]] | None = None


@dataclass(frozen=True)
class Finished:
    """One output is there.

    Attributes:
        sequence: which one, from 0.
        output: what it is.
        is_complete: whether it was denoised to the end, and not ended at the time limit.
        prompt_tokens: tokens of the prompt.
        tokens: tokens of the output's text.
        edited: for an edit: the text with the output in its spans.
        is_full: whether it is free text that ends because no further token was allowed.
        logprobs: the tokens of the answer, with their probabilities, where they were asked for.
    """

    sequence: int
    output: Output
    is_complete: bool
    prompt_tokens: int
    tokens: int
    edited: Edited | None = None
    is_full: bool = False
    logprobs: tuple[TokenProbability, ...] | None = None


@dataclass(frozen=True)
class Failed:
    """The request ends with an error."""

    error: Exception


Item = Started | Step | Finished | Failed
Deliver = Callable[[Item], None]
"""Takes what is heard of a request; called in threads of the scheduler."""


class Client(Protocol):
    """Whom an output is written for."""

    @property
    def ask(self) -> Ask:
        """The request."""
        ...

    @property
    def deadline(self) -> float:
        """When it is too late, on the clock of whoever writes."""
        ...

    @property
    def is_over(self) -> bool:
        """Whether nothing more is heard of it."""
        ...

    def tell(self, item: Started | Step) -> None:
        """Tell of something on the way."""
        ...

    def finish(self, item: Finished) -> None:
        """Hand over an output."""
        ...

    def fail(self, error: Exception) -> None:
        """End with an error."""
        ...


class Ticket:
    """A request that was accepted; see `Client`.

    Args:
        ask: the request.
        deliver: hears of it.
        deadline: when it is too late, on the scheduler's clock.
    """

    def __init__(self, ask: Ask, deliver: Deliver, deadline: float) -> None:
        self.ask, self.deadline = ask, deadline
        self._deliver = deliver
        self._left = ask.count
        self._over = False
        self._lock = Lock()

    @property
    def is_over(self) -> bool:
        """Whether nothing more is heard of it."""
        return self._over

    def cancel(self) -> None:
        """Give the request up: it frees its places at the next step."""
        with self._lock:
            self._over = True

    def tell(self, item: Started | Step) -> None:
        """Tell of something on the way."""
        with self._lock:
            if not self._over:
                self._deliver(item)

    def finish(self, item: Finished) -> None:
        """Hand over an output."""
        with self._lock:
            if not self._over:
                self._left -= 1
                self._over = not self._left
                self._deliver(item)

    def fail(self, error: Exception) -> None:
        """End with an error."""
        with self._lock:
            if not self._over:
                self._over = True
                self._deliver(Failed(error))


@dataclass(eq=False)
class Seat:
    """An output that is being written.

    Attributes:
        ticket: whom it is written for.
        job: that makes it.
        row: its canvas.
        events: what has happened so far.
        seen: the candidates of the present step.
        has_stopped: whether the answer holds a stop string.
        likeliest: of every position: the likeliest tokens when it was last masked, where they were
            asked for.
        served: positions that the network has read of it.
    """

    ticket: Client
    job: Job
    row: Row
    events: list[Event] = field(default_factory=list)
    seen: list[dict[str, Any]] | None = None
    has_stopped: bool = False
    likeliest: dict[int, list[tuple[bytes, float]]] = field(default_factory=dict)
    served: int = 0

    @property
    def size(self) -> int:
        """Positions that a pass reads of it, at least."""
        return len(self.row.prompt) + len(self.row.canvas)

    def finish(self, is_complete: bool) -> None:
        """Hand the output over: the latest witness, or what is committed."""
        row, ask = self.row, self.ticket.ask
        output = self.job.finish(row, Trace(tuple(self.events)))
        answer, edited = ask.answer, None
        if isinstance(self.job, Editing):
            slots = {slot: cut(content, ask.stop) for slot, content in output.slots.items()}
            edited = self.job.edited(replace(output, slots=slots))
        own = [span for span in row.canvas.spans if answer in (None, span.slot)]
        tokens = sum(1 for span in own for token in span.witness if row.codec.decode([token]))
        self.ticket.finish(
            Finished(
                sequence=row.sequence,
                output=output,
                is_complete=is_complete,
                prompt_tokens=len(row.prompt),
                tokens=tokens,
                edited=edited,
                is_full=is_full(row, answer),
                logprobs=None
                if ask.logprobs is None
                else token_probabilities(row, answer, self.likeliest),
            )
        )
