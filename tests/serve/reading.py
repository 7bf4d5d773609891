"""Reading streams."""

from __future__ import annotations

import json
from typing import Any

import httpx

DONE = "[DONE]"


def frames_of(client: httpx.Client, url: str, **body: Any) -> list[tuple[str | None, Any]]:
    """The named frames of a stream; the last one has to be ``[DONE]``."""
    found: list[tuple[str | None, Any]] = []
    with client.stream("POST", url, json={"stream": True, **body}) as reply:
        assert reply.status_code == 200, reply.read()
        assert reply.headers["content-type"].startswith("text/event-stream")
        for block in reply.read().decode().split("\n\n"):
            lines = dict(line.split(": ", 1) for line in block.split("\n") if line)
            if lines:
                found.append((lines.get("event"), lines["data"]))
    assert found.pop()[1] == DONE
    return [(name, json.loads(data)) for name, data in found]


def chunks_of(client: httpx.Client, url: str, **body: Any) -> list[dict[str, Any]]:
    """The chunks of a stream whose frames have no names."""
    frames = frames_of(client, url, **{k: v for k, v in body.items() if v is not None})
    assert all(name is None for name, _ in frames), frames
    return [chunk for _, chunk in frames]
