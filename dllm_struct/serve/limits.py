"""What a request may cost."""

from __future__ import annotations

from dataclasses import dataclass, fields

from dllm_struct.errors import InvalidInput


@dataclass(frozen=True)
class Limits:
    """Bounds on one request, and on all of them together.

    Attributes:
        batch: most outputs that are denoised together.
        exploring: how many outputs under languages that are expanded lazily (grammars, recursive
            schemas) are worked on at a time; their steps may be slow, and hold up no others.
        queue: most outputs that wait, those being compiled included; further requests get 429.
        preparing: threads that compile constraints.
        seconds: longest time for one request; after it the answer is 503.
        body: most bytes of a request's body.
        constraint: most characters of a schema, grammar, regex or template, as JSON.
        prompt: most characters of prompt, prefix and suffix together.
        outputs: most outputs of one request (``n``).
        tokens: most positions of one output.
        holes: most holes of a document.
        steps: most forward passes for one output.
        candidates: most candidates shown for a position.
    """

    batch: int = 16
    exploring: int = 2
    queue: int = 64
    preparing: int = 2
    seconds: float = 60.0
    body: int = 1 << 20
    constraint: int = 100_000
    prompt: int = 200_000
    outputs: int = 8
    tokens: int = 2048
    holes: int = 64
    steps: int = 2048
    candidates: int = 10

    def __post_init__(self) -> None:
        for field in fields(self):
            if getattr(self, field.name) <= 0:
                raise InvalidInput(
                    f"the limit '{field.name}' is {getattr(self, field.name)}",
                    hint="a limit is above 0",
                )
