"""Replies of ``/v1/infill``: text, value, slots; or every step as an event."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

from dllm_struct.serve.replies.base import Deltas, Head, answer_of, event_of, stats, usage
from dllm_struct.serve.requests.infill import Infill
from dllm_struct.serve.service import Work
from dllm_struct.serve.sse import DONE, frame
from dllm_struct.serve.tickets import Finished


def infill_reply(infill: Infill, item: Finished, model: str) -> dict[str, Any]:
    """Return a whole reply."""
    return Head.new("infill", model).of("infill", **_result(infill, item))


async def infill_stream(infill: Infill, work: Work) -> AsyncIterator[bytes]:
    """Yield the frames of a streamed reply: ``step`` or ``delta``, then ``done``."""
    deltas = Deltas(infill.ask)
    async for item in work:
        if isinstance(item, Finished):
            rest = deltas.of_output(item)
            if rest and not infill.events:
                yield frame({"text": rest}, "delta")
            yield frame(_result(infill, item), "done")
        elif infill.events:
            yield frame(event_of(item), "step")
        elif text := deltas.of_step(item):
            yield frame({"text": text}, "delta")
    yield DONE


def _result(infill: Infill, item: Finished) -> dict[str, Any]:
    text, output = answer_of(item, infill.ask), item.output
    is_json = infill.constraint is not None and infill.constraint.kind == "json_schema"
    whole = output.trace[-1].text if output.trace else output.text
    return {
        "text": text,
        "value": json.loads(text) if is_json else text,
        "slots": dict(output.slots),
        "document": output.text if infill.ask.answer is None else whole,
        "stats": stats(item),
        "usage": usage([item]),
    }
