"""Server-sent events."""

from __future__ import annotations

import json
from typing import Any

DONE = b"data: [DONE]\n\n"
"""Ends a stream, as OpenAI's clients expect it."""

HEADERS = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
"""So that nobody on the way holds frames back."""


def dumped(value: Any) -> bytes:
    """Return a value as JSON in UTF-8; what UTF-8 cannot write becomes a question mark."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode("utf-8", "replace")


def frame(value: Any, event: str | None = None) -> bytes:
    """Return one frame.

    Args:
        value: plain JSON data.
        event: what it is called; None: it has no name.
    """
    name = b"" if event is None else f"event: {event}\n".encode()
    return name + b"data: " + dumped(value) + b"\n\n"
