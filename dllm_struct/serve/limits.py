"""What a request may cost."""

from __future__ import annotations

from dataclasses import dataclass, fields

from dllm_struct.errors import InvalidInput


@dataclass(frozen=True)
class Limits:
    """Bounds on one request, and on all of them together.

    Attributes:
        batch: most outputs in one forward pass; where there are more they take turns.
        queue: most outputs that wait, those being compiled included; further requests get 429.
        workers: processes that compile constraints, and denoise what is heavy: each works on one
            request at a time, and ends with it when that takes too long. One of them is kept free
            of what is known to be heavy.
        seconds: longest time for one request; after it the answer is 503.
        pass_seconds: how long a forward pass should take at most; outputs take turns where it would
            take longer with all of them.
        compile_seconds: longest time for compiling a constraint; after it the request is refused.
        step_seconds: longest time for one step of a heavy request, likewise.
        memory: most bytes that a worker may need for a request.
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
    queue: int = 64
    workers: int = 4
    seconds: float = 60.0
    pass_seconds: float = 0.25
    compile_seconds: float = 10.0
    step_seconds: float = 10.0
    memory: int = 2 << 30
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
