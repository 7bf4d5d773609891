"""What replies have in common."""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from dllm_struct.serve.ask import Ask
from dllm_struct.serve.logprobs import TokenProbability
from dllm_struct.serve.settled import cut, safe
from dllm_struct.serve.tickets import Finished, Step


@dataclass(frozen=True)
class Head:
    """What every part of one reply says of itself.

    Attributes:
        id: of the reply.
        created: seconds since 1970.
        model: its name.
    """

    id: str
    created: int
    model: str

    @classmethod
    def new(cls, kind: str, model: str) -> Head:
        """Return a head of its own; ``kind`` begins its id."""
        return cls(f"{kind}-{uuid.uuid4().hex}", int(time.time()), model)

    def of(self, kind: str, **fields: Any) -> dict[str, Any]:
        """Return an object of a kind with this head."""
        return {"id": self.id, "object": kind, "created": self.created, "model": self.model} | (
            fields
        )


def answer_of(item: Finished, ask: Ask) -> str:
    """Return the text that an output answers with."""
    output = item.output
    text = output.text if ask.answer is None else output.slots[ask.answer]
    return cut(text, ask.stop)


def usage(items: Sequence[Finished]) -> dict[str, Any]:
    """Return what a reply took, in tokens; the prompt counts once."""
    prompt = max((item.prompt_tokens for item in items), default=0)
    written = sum(item.tokens for item in items)
    return {
        "prompt_tokens": prompt,
        "completion_tokens": written,
        "total_tokens": prompt + written,
    }


def stats(item: Finished) -> dict[str, Any]:
    """Return what an output took, and whether it was denoised to the end."""
    return asdict(item.output.stats) | {"complete": item.is_complete}


def draft(step: Step) -> dict[str, Any]:
    """Return the unfinished answer, for the extra field of a chunk."""
    return {"step": step.event.step, "masked": step.event.masked, "text": step.draft}


def reason(item: Finished, ask: Ask) -> str:
    """Return why a text ends: ``length`` where free text has no room left, else ``stop``."""
    is_cut = answer_of(item, ask) != answer_of(item, replace(ask, stop=()))
    return "length" if item.is_full and not is_cut else "stop"


def told_logprobs(item: Finished, ask: Ask) -> list[TokenProbability]:
    """Return the tokens of an answer up to its end: a stop string ends it."""
    left, found = len(answer_of(item, ask).encode()), []
    for token in item.logprobs or ():
        if left <= 0:
            break
        found.append(token)
        left -= len(token.data)
    return found


def event_of(step: Step) -> dict[str, Any]:
    """Return a step with everything about it."""
    return step.event.as_dict() | {"settled": step.settled, "candidates": step.candidates or []}


class Deltas:
    """Of every output, what is new of its text from step to step.

    Args:
        ask: the request.
    """

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._sent: dict[int, str] = {}

    def of_step(self, step: Step) -> str:
        """Return the text that has been settled since the last call."""
        return self._new(step.event.sequence, safe(step.settled, self._ask.stop))

    def of_output(self, item: Finished) -> str:
        """Return the rest."""
        return self._new(item.sequence, answer_of(item, self._ask))

    def _new(self, sequence: int, text: str) -> str:
        before = self._sent.get(sequence, "")
        assert text.startswith(before), "settled text has changed"
        self._sent[sequence] = text
        return text[len(before) :]
