"""Counters for Prometheus; each application has its own."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

PREFIX = "dllm_struct_"
SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
ROWS = (1, 2, 4, 8, 16, 32, 64)


class Metrics:
    """What is counted.

    Attributes:
        requests: answered, by path and status.
        seconds: from request to the end of its answer, by path.
        load: outputs that are being compiled, waiting, or written.
        rows_of_pass: inputs of a forward pass.
        outputs: written, by whether they were denoised to the end.
        tokens: of outputs.
        hang_ups: requests whose client was gone before the answer.
    """

    def __init__(self) -> None:
        own = CollectorRegistry()
        self.registry = own
        self.requests = Counter(
            f"{PREFIX}requests", "Requests answered.", ["path", "status"], registry=own
        )
        self.seconds = Histogram(
            f"{PREFIX}request_seconds",
            "Time of a request.",
            ["path"],
            buckets=SECONDS,
            registry=own,
        )
        self.load = Gauge(f"{PREFIX}load", "Outputs compiled, waiting or written.", registry=own)
        self.rows_of_pass = Histogram(
            f"{PREFIX}pass_rows", "Inputs of a forward pass.", buckets=ROWS, registry=own
        )
        self.outputs = Counter(f"{PREFIX}outputs", "Outputs written.", ["complete"], registry=own)
        self.tokens = Counter(f"{PREFIX}tokens", "Tokens of outputs.", registry=own)
        self.hang_ups = Counter(f"{PREFIX}hang_ups", "Clients that did not wait.", registry=own)

    def text(self) -> bytes:
        """Return everything in Prometheus's text format."""
        return generate_latest(self.registry)
