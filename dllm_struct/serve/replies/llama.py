"""Replies of llama.cpp's ``/infill``."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from dllm_struct.serve.replies.base import Deltas, answer_of
from dllm_struct.serve.requests.llama import Llama, named_fields
from dllm_struct.serve.service import Work
from dllm_struct.serve.sse import frame
from dllm_struct.serve.tickets import Finished

MILLISECONDS = 1e3


def llama_reply(llama: Llama, item: Finished, model: str) -> dict[str, Any]:
    """Return a whole reply, or those of its fields that are wanted."""
    return named_fields(_reply(answer_of(item, llama.ask), item, model), llama.fields)


async def llama_stream(llama: Llama, work: Work, model: str) -> AsyncIterator[bytes]:
    """Yield the frames of a streamed reply; the last one has ``stop`` true and the timings."""
    deltas = Deltas(llama.ask)
    async for item in work:
        if isinstance(item, Finished):
            last = _reply(deltas.of_output(item), item, model)
            yield frame(named_fields(last, llama.fields))
        elif text := deltas.of_step(item):
            yield frame({"index": 0, "content": text, "tokens": [], "stop": False})


def _reply(text: str, item: Finished, model: str) -> dict[str, Any]:
    return {
        "index": 0,
        "content": text,
        "tokens": [],
        "id_slot": item.sequence,
        "stop": True,
        "model": model,
        "tokens_predicted": item.tokens,
        "tokens_evaluated": item.prompt_tokens,
        "generation_settings": {},
        "prompt": "",
        "has_new_line": "\n" in text,
        "truncated": False,
        "stop_type": "limit" if item.is_full else "eos",
        "stopping_word": "",
        "tokens_cached": 0,
        "timings": _timings(item),
    }


def _timings(item: Finished) -> dict[str, Any]:
    """What llama.cpp says of its speed; reading and writing are the same passes here."""
    seconds = item.output.stats.seconds
    each = seconds / item.tokens if item.tokens else 0.0
    return {
        "prompt_n": item.prompt_tokens,
        "prompt_ms": 0.0,
        "prompt_per_token_ms": 0.0,
        "prompt_per_second": 0.0,
        "predicted_n": item.tokens,
        "predicted_ms": seconds * MILLISECONDS,
        "predicted_per_token_ms": each * MILLISECONDS,
        "predicted_per_second": 1 / each if each else 0.0,
    }
