"""Sets of code points, as sorted ranges."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from dllm_struct.automata.alphabet import MAX_CODE_POINT, Ranges, normalised


@dataclass(frozen=True, slots=True)
class CharSet:
    """A set of code points.

    Attributes:
        ranges: inclusive, ascending, neither overlapping nor touching.
    """

    ranges: Ranges

    @classmethod
    def of(cls, *ranges: tuple[int, int]) -> CharSet:
        """The union of inclusive ranges, in any order."""
        return cls(normalised(ranges))

    @classmethod
    def single(cls, *characters: str) -> CharSet:
        """The set of these characters."""
        return cls.of(*((ord(c), ord(c)) for c in characters))

    def __or__(self, other: CharSet) -> CharSet:
        return CharSet(normalised(self.ranges + other.ranges))

    def __invert__(self) -> CharSet:
        """The complement, surrogates included."""
        gaps, next_free = [], 0
        for low, high in self.ranges:
            if next_free < low:
                gaps.append((next_free, low - 1))
            next_free = high + 1
        if next_free <= MAX_CODE_POINT:
            gaps.append((next_free, MAX_CODE_POINT))
        return CharSet(tuple(gaps))

    def __and__(self, other: CharSet) -> CharSet:
        return ~(~self | ~other)

    def __sub__(self, other: CharSet) -> CharSet:
        return ~(~self | other)


def united(sets: Iterable[CharSet]) -> CharSet:
    """The union of any number of sets."""
    return CharSet(normalised(pair for chars in sets for pair in chars.ranges))


ANY = CharSet.of((0, MAX_CODE_POINT))
NOTHING = CharSet(())
NEWLINE = CharSet.single("\n")
