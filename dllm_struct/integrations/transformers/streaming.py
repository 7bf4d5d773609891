"""Streamers of transformers watch our loop.

``put`` takes what is final, first the prompt; ``put_draft``, where a streamer has it, takes the
whole output as it would be after each step, and ``end`` closes: the convention of
``TextDiffusionStreamer``.
"""

from __future__ import annotations

from typing import Protocol

import torch
from torch import Tensor

from dllm_struct.errors import InvalidInput
from dllm_struct.generation import Output, Stream


class Streamer(Protocol):
    """What every streamer of transformers has."""

    def put(self, value: Tensor) -> object:
        """Take final tokens, int64 [1, n]."""
        ...

    def end(self) -> object:
        """Take note that nothing follows."""
        ...


def stream_to(stream: Stream, streamer: Streamer) -> Output:
    """Run a generation to its end while a streamer watches.

    Args:
        stream: of one sequence, not begun (`dllm_struct.Model.stream`).
        streamer: gets token ids, int64 [1, n], those without text left out of outputs.

    Returns:
        The output.

    Raises:
        InvalidInput: there are several sequences, or the streamer wants logits.
    """
    if len(stream.prompts) != 1:
        raise InvalidInput(
            f"a streamer cannot watch {len(stream.prompts)} sequences",
            hint="stream them one by one",
        )
    if getattr(streamer, "_takes_logits", False):
        raise InvalidInput(
            "the streamer takes logits of drafts", hint="pass one that takes token ids"
        )
    put_draft = getattr(streamer, "put_draft", None)
    streamer.put(_tensor(stream.prompts[0]))
    for item in stream:
        if isinstance(item, Output):
            streamer.put(_tensor(stream.tokens[0]))
            streamer.end()
            return item
        if put_draft is not None:
            put_draft(_tensor(stream.tokens[0]))
    raise InvalidInput("the stream has ended before", hint="pass a fresh one")


def _tensor(tokens: tuple[int, ...]) -> Tensor:
    return torch.tensor([tokens], dtype=torch.int64)
