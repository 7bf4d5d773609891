"""A document in a grammar: the reader says what it has read, the guide what can still follow."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dllm_struct.languages.grammar.guide import Guide
from dllm_struct.languages.grammar.reader import Reader
from dllm_struct.languages.holes.context import Context


class GrammarContext(Context):
    """A document whose text must be in a grammar's language.

    Args:
        reader: the grammar's.
        before: the text before the first gap.
        segments: the fixed text after each gap.
    """

    def __init__(self, reader: Reader, before: bytes, segments: tuple[bytes, ...]) -> None:
        self._reader, self._before, self.segments = reader, before, segments
        self._guide = Guide(reader, segments)
        named = (terminal.literal for terminal in reader.cfg.terminals)
        self.literals = frozenset(text.encode() for text in named if text)
        start = reader.read(reader.start, before)
        self.start = start if start and self._guide.distance(start, 0) is not None else 0

    def __reduce__(self) -> tuple[object, ...]:
        return GrammarContext, (self._reader, self._before, self.segments)

    def step(self, config: int, byte: int) -> int:
        """The configuration after one more byte."""
        return self._reader.step(config, byte)

    def row(self, config: int) -> NDArray[np.int32]:
        """What is known of the configurations after each byte."""
        return self._reader.row(config)

    def accepting(self, config: int) -> bool:
        """Whether the text read so far is a member."""
        return self._reader.accepting(config)

    def distance(self, config: int, gap: int) -> int | None:
        """A lower bound of the bytes to be written in a gap; None: nothing can follow."""
        return self._guide.distance(config, gap)

    def completion(self, config: int, gap: int) -> bytes | None:
        """A short text that completes a gap."""
        return self._guide.completion(config, gap)

    def refined(self, segments: tuple[bytes, ...]) -> GrammarContext:
        """The same grammar with other texts after the gaps."""
        return GrammarContext(self._reader, self._before, segments)
