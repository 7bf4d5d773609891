# ruff: noqa: SIM905  (word lists read better as prose)
"""Random words of two worlds: those that training sees and those that are held out.

A word belongs to the held-out world when the CRC of its lower-case spelling is divisible by
`HELD_OUT_SHARE`; so the split needs no list and no new word can cross it.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeVar
from zlib import crc32

from dllm_struct.models.bundled.data.said import Said

T = TypeVar("T")

HELD_OUT_SHARE = 6

ONSETS = (
    "b br c ch cl d dr f fr g gr h j k kl l m n p pr qu r s sch sh sl st t th tr v w y z".split()
)
VOWELS = "a a a a e e e e i i i o o o u u ai ee ie ou".split()
CODAS = ["", "", "", "", "", "", *"l ll m n n nd nn r r rd rk s ss st t tt x ck".split()]
ENDINGS = (
    "a a o e i er en el in son sen berg mann ski ova ez ini etti ard well ton ley ford man is us"
).split()


ACCENTED = {
    "a": "áàâäãå",
    "c": "çćč",
    "e": "éèêë",
    "g": "ğ",
    "i": "íîï",
    "l": "ł",
    "n": "ñń",
    "o": "óôöõø",
    "s": "šş",
    "u": "úùûü",
    "y": "ý",
    "z": "žż",
}
ACCENT_SHARE = 0.03
"""Share of training's names that get an accent, so that all letters are copied, seen or not."""

UNWANTED = (
    "fuc shit cun nig dic coc slu tit rap fag nazi kik pus whor arse ass pis porn sex".split()
)


ALTERNATIVES = re.compile(r"<([^<>]*)>")


def is_held_out(word: str) -> bool:
    """Whether a word is kept from training."""
    return crc32(word.lower().encode()) % HELD_OUT_SHARE == 0


@dataclass
class Draw:
    """A source of random choices in one of the two worlds.

    Attributes:
        rng: the only source of randomness.
        held_out: which world the open-ended words (names, codes) come from.
        facts: what the document at hand has said so far, so that an e-mail address can follow
            the name.
    """

    rng: random.Random
    held_out: bool = False
    facts: dict[str, Said] = field(default_factory=dict)

    def pick(self, options: Sequence[T]) -> T:
        """Return one of the options."""
        return options[int(self.rng.random() * len(options))]

    def chance(self, probability: float) -> bool:
        """Return True with this probability."""
        return self.rng.random() < probability

    def between(self, low: int, high: int) -> int:
        """Return an integer of low..high, both included."""
        return low + int(self.rng.random() * (high - low + 1))

    def name_from(self, pool: Sequence[str]) -> str:
        """Return a word of this draw's world: from the pool, or made up one time in three."""
        for _ in range(40):
            word = self.pick(pool) if self.chance(0.65) else self.made_up()
            if not self.held_out and self.chance(ACCENT_SHARE):
                word = self._with_accent(word)
            if is_held_out(word) == self.held_out:
                return word
        return self.made_up()

    def made_up(self) -> str:
        """Return an invented capitalised word of this draw's world."""
        while True:
            word = self._made_up()
            rude = any(part in word.lower() for part in UNWANTED)
            if is_held_out(word) == self.held_out and not rude:
                return word

    def _made_up(self) -> str:
        syllables = 1 + (self.rng.random() < 0.45)
        parts = [self.pick(ONSETS) + self.pick(VOWELS) + self.pick(CODAS) for _ in range(syllables)]
        if self.rng.random() < 0.6:
            parts.append(self.pick(ENDINGS))
        return "".join(parts).capitalize()

    def _with_accent(self, word: str) -> str:
        """Put an accent on a small letter that can have one."""
        spots = [index for index, letter in enumerate(word) if letter in ACCENTED]
        if not spots:
            return word
        at = self.pick(spots)
        return word[:at] + self.pick(ACCENTED[word[at]]) + word[at + 1 :]

    def digits(self, count: int) -> str:
        """Return a string of decimal digits."""
        return "".join(self.pick("0123456789") for _ in range(count))

    def letters(self, count: int) -> str:
        """Return a string of capital letters."""
        return "".join(self.pick("ABCDEFGHJKLMNPRSTUVWXYZ") for _ in range(count))


def expand(draw: Draw, phrasing: str) -> str:
    """Choose one of each ``<this|that>``, innermost first."""
    while "<" in phrasing:
        phrasing = ALTERNATIVES.sub(lambda match: draw.pick(match[1].split("|")), phrasing)
    return phrasing
