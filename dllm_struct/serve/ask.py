"""The one internal form of a request, whatever endpoint it came to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from dllm_struct.decoding.settings import Decoding
from dllm_struct.generation import Model
from dllm_struct.generation.job import Job
from dllm_struct.vocabulary.codec import Prompt


class Prepare(Protocol):
    """Compiles what is asked for and lays it out."""

    @property
    def key(self) -> str:
        """What is compiled: requests with the same key take alike long."""
        ...

    def __call__(self, ask: Ask, model: Model) -> Job:
        """Return the job; may take long, and is not called in the event loop's thread."""
        ...


@dataclass(frozen=True)
class Ask:
    """What is to be written, and how.

    Attributes:
        prompt: what the model reads first; None: nothing.
        prepare: makes the job.
        decoding: how to denoise.
        max_tokens: most positions of an output; None: as the model's context allows.
        seed: makes the result reproducible; None: none was given.
        count: how many outputs.
        seconds: time limit.
        best_effort: at the time limit the latest witness is the output, where there is one.
        candidates: how many candidates to show for a position; 0: none.
        logprobs: how many of the likeliest tokens to tell for every token of the answer; None: not
            even how likely that is.
        stop: the text ends before the first of these; of unconstrained text alone.
        answer: the slot that holds the answer; None: the whole text is the answer.
        params: what the request calls the parts that an error may be about: ``constraint``,
            ``prompt``, ``max_tokens``, ``decoding``.
    """

    prompt: Prompt | None
    prepare: Prepare = field(repr=False)
    decoding: Decoding = field(default_factory=Decoding)
    max_tokens: int | None = None
    seed: int | None = None
    count: int = 1
    seconds: float = 60.0
    best_effort: bool = False
    candidates: int = 0
    logprobs: int | None = None
    stop: tuple[str, ...] = ()
    answer: str | None = None
    params: Mapping[str, str] = field(default_factory=dict)
