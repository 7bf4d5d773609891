"""What an outer language knows about a document with gaps."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray


class Context(ABC):
    """An outer language, read byte by byte, and the fixed texts of one document.

    Configurations are positive integers; 0 is dead. Gaps are counted from 0; after each stands a
    fixed text, which may be empty.

    Attributes:
        start: after the text before the first gap; 0 when no member begins so.
        segments: the fixed text after each gap.
        literals: keywords and signs of the outer language, as far as it has some.
    """

    start: int
    segments: tuple[bytes, ...]
    literals: frozenset[bytes] = frozenset()

    @abstractmethod
    def step(self, config: int, byte: int) -> int:
        """The configuration after one more byte."""

    @abstractmethod
    def row(self, config: int) -> NDArray[np.int32]:
        """What is known of the configurations after each byte, int32 [256], as for a `Machine`."""

    @abstractmethod
    def accepting(self, config: int) -> bool:
        """Whether the text read so far is a member."""

    @abstractmethod
    def distance(self, config: int, gap: int) -> int | None:
        """At least so many bytes have to be written in this gap; None: nothing can follow.

        A number does not promise that the document can be completed; None says that it cannot.
        """

    @abstractmethod
    def completion(self, config: int, gap: int) -> bytes | None:
        """A short text that completes this gap: what follows can be read and goes on being alive.

        None when there is none.
        """

    @abstractmethod
    def refined(self, segments: tuple[bytes, ...]) -> Context:
        """The same language, read from the same configurations, with other texts after the gaps."""


@runtime_checkable
class HasContext(Protocol):
    """A language that is not regular and can still be the one around holes."""

    def context(self, before: bytes, segments: tuple[bytes, ...]) -> Context:
        """The language in a document with gaps.

        Args:
            before: the text before the first gap.
            segments: the fixed text after each gap.
        """
        ...
