"""Streamers of transformers see every draft of our loop, then the output."""

from __future__ import annotations

from typing import Any

import pytest
from torch import Tensor
from transformers import TextDiffusionStreamer, TextStreamer
from transformers.generation.streamers import BaseStreamer

import dllm_struct as ds
from dllm_struct.errors import InvalidInput
from dllm_struct.integrations.transformers import stream_to

WORDS = ds.regex("[a-z]{2,9}( [a-z]{2,9})?")


class Keeping(BaseStreamer):
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, Any]] = []

    def put(self, value: Tensor) -> None:
        self.heard.append(("put", value))

    def put_draft(self, value: Tensor) -> None:
        self.heard.append(("draft", value))

    def end(self) -> None:
        self.heard.append(("end", None))


@pytest.mark.parametrize("remasking", ["never", "uniform"])
def test_drafts_then_the_output(remasking: str) -> None:
    model, streamer = ds.load("bundled"), Keeping()
    decoding = ds.Decoding(steps=4, remasking=remasking)
    output = stream_to(model.stream("two words", WORDS, decoding, 12, seed=0), streamer)
    kinds = [kind for kind, _ in streamer.heard]
    assert kinds == ["put", *["draft"] * output.stats.nfe, "put", "end"]
    assert all(value.shape[0] == 1 for kind, value in streamer.heard if kind != "end")
    texts = [model.tokenizer.decode(value[0]) for kind, value in streamer.heard if kind != "end"]
    assert "two words" in texts[0]
    assert all(WORDS.matches(text) for text in texts[1:])
    assert texts[1:-1] == [event.text for event in output.trace]
    assert texts[-1] == output.text


@pytest.mark.parametrize("kind", [TextDiffusionStreamer, TextStreamer])
def test_streamers_of_transformers_print(kind: Any, capsys: pytest.CaptureFixture[str]) -> None:
    model = ds.load("bundled")
    streamer = kind(model.tokenizer, skip_prompt=True)
    output = stream_to(model.stream("two words", WORDS, max_tokens=12, seed=0), streamer)
    printed = capsys.readouterr().out
    assert printed.endswith(f"{output.text}\n")
    assert ("\033[33m" in printed) == (kind is TextDiffusionStreamer)


def test_refusals() -> None:
    model = ds.load("bundled")
    with pytest.raises(InvalidInput, match="2 sequences"):
        stream_to(model.stream(["a", "b"], WORDS), Keeping())
    wants_logits = TextDiffusionStreamer(model.tokenizer)
    wants_logits._takes_logits = True
    with pytest.raises(InvalidInput, match="logits"):
        stream_to(model.stream("a", WORDS), wants_logits)
    stream = model.stream("a", WORDS)
    stream.outputs()
    with pytest.raises(InvalidInput, match="fresh"):
        stream_to(stream, Keeping())
