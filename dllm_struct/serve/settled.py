"""The beginning of an answer that can no longer change, while the rest is still being denoised."""

from __future__ import annotations

import codecs
from collections.abc import Sequence
from itertools import takewhile

from dllm_struct.canvas import MASKED
from dllm_struct.decoding.remasking.never import Never
from dllm_struct.decoding.row import Row


def settled_text(row: Row, answer: str | None) -> str:
    """Return the longest beginning of the answer that stays, cut before an unfinished character.

    Positions are only inserted and deleted at masks, so what stands before the first mask stays
    where it is; under a remasking strategy only fixed text does.

    Args:
        row: after a step.
        answer: the slot that holds the answer; None: the whole text is the answer.
    """
    keeps = all(isinstance(stage.strategies.remasking, Never) for stage in row.stages)
    data = bytearray()
    for span in row.canvas.spans[len(row.constraint.preface) :]:
        if answer not in (None, span.slot):
            continue
        tokens = _committed(span.tokens) if keeps or span.slot is None or row.is_done else []
        data += row.codec.decode(tokens)
        if len(tokens) < len(span.tokens):
            break
    lead = b"" if answer is None else row.constraint.slots[answer].lead
    return _whole_characters(bytes(data[len(lead) :]))


def draft_text(row: Row, answer: str | None) -> str:
    """Return the answer as the latest witness has it: a complete one, which may still change.

    Args:
        row: after a step.
        answer: the slot that holds the answer; None: the whole text is the answer.
    """
    if answer is None:
        return row.text
    data = dict(row.draft or ())[answer]
    return data[len(row.constraint.slots[answer].lead) :].decode(errors="replace")


def _committed(tokens: Sequence[int]) -> list[int]:
    return list(takewhile(lambda token: token != MASKED, tokens))


def _whole_characters(data: bytes) -> str:
    return codecs.getincrementaldecoder("utf-8")("replace").decode(data)


def cut(text: str, stops: Sequence[str]) -> str:
    """Return a text up to the first stop string in it."""
    found = [at for stop in stops if (at := text.find(stop)) >= 0]
    return text[: min(found)] if found else text


def safe(text: str, stops: Sequence[str]) -> str:
    """Return the part of an unfinished text that no stop string can reach any more."""
    cut_off = cut(text, stops)
    if cut_off != text:
        return cut_off
    held = max((_held(text, stop) for stop in stops), default=0)
    return text[: len(text) - held]


def _held(text: str, stop: str) -> int:
    """How many characters at the end of a text begin a stop string."""
    longest = range(min(len(stop) - 1, len(text)), 0, -1)
    return next((length for length in longest if stop.startswith(text[-length:])), 0)
