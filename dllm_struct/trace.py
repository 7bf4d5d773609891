"""The trace: what happened to one canvas, one event per step.

Recording copies a few short lists; everything for display is worked out when it is asked for. The
same events feed the terminal, a web page and JSONL files.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from dllm_struct.canvas import MASKED, Canvas, State
from dllm_struct.errors import InvalidInput
from dllm_struct.files import read_text
from dllm_struct.rendering.html import of_trace
from dllm_struct.rendering.terminal import picture

Decode = Callable[[Sequence[int]], bytes]
"""Token ids to bytes."""


@dataclass(frozen=True, slots=True)
class Edit:
    """Positions inserted into, or deleted from, a slot at an index."""

    slot: str
    index: int
    count: int


@dataclass(frozen=True, slots=True)
class Cell:
    """One position, ready for display.

    Attributes:
        text: of its token; of the witness's token where masked; empty for a null token.
        state: ``"invariant"``, ``"masked"``, ``"committed"``, ``"forced"``, or ``"null"`` for a
            committed null token.
        slot: id of its slot, None in an invariant.
        confidence: posterior probability of the token, when committed or as of this step.
    """

    text: str
    state: str
    slot: str | None
    confidence: float


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A canvas at one moment, and the witness that fills its masks.

    Attributes:
        tokens: token ids, `MASKED` where masked.
        witness: token ids of the step's witness; `MASKED` where a mask was inserted after it.
        states: state of every position.
        confidence: probability of every position's (witness) token.
        ids: a number for every position that stays its own from step to step.
        spans: slot id (None: invariant) and length of every span, in order.
    """

    tokens: tuple[int, ...]
    witness: tuple[int, ...]
    states: tuple[State, ...]
    confidence: tuple[float, ...]
    ids: tuple[int, ...]
    spans: tuple[tuple[str | None, int], ...]

    @classmethod
    def of(cls, canvas: Canvas) -> Snapshot:
        """Record a canvas."""
        spans = canvas.spans
        return cls(
            tokens=tuple(canvas.tokens),
            witness=tuple(canvas.witness),
            states=tuple(state for span in spans for state in span.states),
            confidence=tuple(value for span in spans for value in span.confidence),
            ids=tuple(canvas.ids),
            spans=tuple((span.slot, len(span.tokens)) for span in spans),
        )


@dataclass(frozen=True, slots=True)
class Event:
    """One step of one sequence.

    Attributes:
        sequence: index in the batch.
        step: 1 for the first forward pass of this sequence.
        committed: positions that the sampler chose, on the canvas as the network saw it.
        committed_confidence: posterior probability of the token at each of them.
        block: which block was open, counted from 0 in the order of opening.
        forced: positions committed free of charge, likewise.
        replaced: committed positions that got another token, likewise.
        remasked: committed positions that were masked again, likewise.
        deleted: positions removed after the commits: null tails, mostly.
        inserted: masks added after the deletions.
        seen: the lasting numbers (`Snapshot.ids`) of the positions as the network saw them.
        canvas: the canvas after all of it.
        text: the step's witness as text: a complete output, in its language.
        ms: wall time since the previous event of this sequence, in milliseconds.
    """

    sequence: int
    step: int
    committed: tuple[int, ...]
    committed_confidence: tuple[float, ...]
    block: int
    forced: tuple[int, ...]
    replaced: tuple[int, ...]
    remasked: tuple[int, ...]
    deleted: tuple[Edit, ...]
    inserted: tuple[Edit, ...]
    seen: tuple[int, ...]
    canvas: Snapshot
    text: str
    ms: float
    decode: Decode = field(repr=False, compare=False)

    @property
    def masked(self) -> int:
        """How many positions are still masked."""
        return self.canvas.tokens.count(MASKED)

    def cells(self) -> list[Cell]:
        """Return every position for display, in order."""
        owners = [slot for slot, length in self.canvas.spans for _ in range(length)]
        return [
            self._cell(token, state, slot, confidence)
            for token, state, slot, confidence in zip(
                self.canvas.witness, self.canvas.states, owners, self.canvas.confidence, strict=True
            )
        ]

    def _cell(self, token: int, state: State, slot: str | None, confidence: float) -> Cell:
        text = b"" if token == MASKED else self.decode([token])
        is_null = state in (State.COMMITTED, State.FORCED) and not text
        shown = "null" if is_null else state.value
        return Cell(text.decode(errors="replace"), shown, slot, confidence)

    def as_dict(self) -> dict[str, Any]:
        """Return the event as plain JSON data; ``pieces`` are the texts of its cells."""
        return {
            "sequence": self.sequence,
            "step": self.step,
            "masked": self.masked,
            "committed": list(self.committed),
            "committed_confidence": list(self.committed_confidence),
            "block": self.block,
            "forced": list(self.forced),
            "replaced": list(self.replaced),
            "remasked": list(self.remasked),
            "deleted": [asdict(edit) for edit in self.deleted],
            "inserted": [asdict(edit) for edit in self.inserted],
            "seen": list(self.seen),
            "tokens": list(self.canvas.tokens),
            "witness": list(self.canvas.witness),
            "pieces": [cell.text for cell in self.cells()],
            "states": [state.value for state in self.canvas.states],
            "confidence": list(self.canvas.confidence),
            "ids": list(self.canvas.ids),
            "spans": [list(span) for span in self.canvas.spans],
            "text": self.text,
            "ms": self.ms,
        }


@dataclass(frozen=True)
class Trace(Sequence[Event]):
    """The events of one sequence, in order."""

    events: tuple[Event, ...] = field(default=(), repr=False)

    def __len__(self) -> int:
        return len(self.events)

    def __getitem__(self, index: Any) -> Any:
        return self.events[index]

    def __iter__(self) -> Iterator[Event]:
        return iter(self.events)

    def _repr_html_(self) -> str | None:
        """Draw the steps in a notebook; None, so that it shows `repr`, where there are none."""
        return of_trace(self.events) if self.events else None

    def __rich__(self) -> RenderableType:
        """Draw the last step in a terminal, with ``rich.print``."""
        return picture(self.events[-1]) if self.events else Text(repr(self))

    def to_jsonl(self, path: str | Path) -> None:
        """Write one JSON object a line."""
        lines = (json.dumps(event.as_dict(), ensure_ascii=False) for event in self.events)
        Path(path).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")

    @classmethod
    def from_jsonl(cls, path: str | Path) -> Trace:
        """Read what `to_jsonl` wrote.

        Raises:
            InvalidInput: the file cannot be read, or does not hold the events of one sequence.
        """
        traces = read_traces(path)
        if len(traces) != 1:
            raise InvalidInput(
                f"{path} holds the events of {len(traces)} sequences, not of one",
                hint="use read_traces for a file of several",
            )
        return traces[0]


def read_traces(path: str | Path) -> list[Trace]:
    """Read the events of one or several sequences, one JSON object a line.

    Args:
        path: what `Trace.to_jsonl` wrote, or several such files one after the other.

    Returns:
        A trace for every sequence, by its index.

    Raises:
        InvalidInput: the file cannot be read, or a line is no event; with its number.
    """
    lines = read_text(Path(path), "check the path").removesuffix("\n").split("\n")
    pieces = _Pieces({})
    events: dict[int, list[Event]] = {}
    for number, line in enumerate(lines, 1):
        try:
            event = _event(json.loads(line), pieces)
        except (KeyError, TypeError, ValueError) as error:
            raise InvalidInput(
                f"{path}, line {number}, is no event of a trace: {type(error).__name__} {error}",
                hint="pass a file that Trace.to_jsonl or --trace has written",
            ) from None
        events.setdefault(event.sequence, []).append(event)
    return [Trace(tuple(own)) for _, own in sorted(events.items())]


@dataclass(frozen=True)
class _Pieces:
    """The texts of the tokens that a recorded trace shows."""

    of_token: dict[int, bytes]

    def __call__(self, tokens: Sequence[int]) -> bytes:
        return b"".join(self.of_token[token] for token in tokens)


def _event(data: dict[str, Any], pieces: _Pieces) -> Event:
    texts = (piece.encode() for piece in data["pieces"])
    pieces.of_token.update(zip(data["witness"], texts, strict=True))
    names = (
        "committed",
        "committed_confidence",
        "forced",
        "replaced",
        "remasked",
        "seen",
    )
    places: dict[str, Any] = {name: tuple(data[name]) for name in names}
    return Event(
        sequence=data["sequence"],
        step=data["step"],
        block=data["block"],
        **places,
        deleted=tuple(Edit(**edit) for edit in data["deleted"]),
        inserted=tuple(Edit(**edit) for edit in data["inserted"]),
        canvas=Snapshot(
            tokens=tuple(data["tokens"]),
            witness=tuple(data["witness"]),
            states=tuple(State(state) for state in data["states"]),
            confidence=tuple(data["confidence"]),
            ids=tuple(data["ids"]),
            spans=tuple((slot, length) for slot, length in data["spans"]),
        ),
        text=data["text"],
        ms=data["ms"],
        decode=pieces,
    )
