"""Texts of the training world from single sentences: in any order, joined in many ways."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dllm_struct.models.bundled.data.draw import Draw, expand
from dllm_struct.models.bundled.data.wordings.distractors import aside

CONNECTIVES = (
    "Also, ",
    "And ",
    "Besides, ",
    "Then ",
    "Well, ",
    "Moreover, ",
    "By the way, ",
    "In addition, ",
    "So ",
    "Next, ",
    "Oh, and ",
    "As we know, ",
    "It seems ",
    "I think ",
    "Please note that ",
    "Furthermore, ",
    "Of course ",
)
CONNECTIVE_SHARE, ASIDE_SHARE = 0.14, 0.06

GAPS = (" ", " ", " ", " ", " ", "\n", "\n", "\n\n", "; ", " - ", " / ", " | ")

WORD = re.compile(r"(?<![{\w:])[a-z]{4,}(?![\w}:])")


def composed(draw: Draw, clauses: Sequence[str]) -> str:
    """Word some fields in a sentence each, in any order."""
    chosen = draw.rng.sample(clauses, draw.between(2, 6))
    return _joined(draw, [expand(draw, clause) for clause in chosen])


def extended(draw: Draw, pattern: str, clauses: Sequence[str]) -> str:
    """Add a sentence or two before or after a text."""
    added = [expand(draw, clause) for clause in draw.rng.sample(clauses, draw.between(1, 2))]
    parts = [pattern, *added] if draw.chance(0.7) else [*added, pattern]
    return ("\n" if "\n" in pattern else " ").join(part.strip() for part in parts)


def _joined(draw: Draw, sentences: list[str]) -> str:
    gap = draw.pick(GAPS)
    if len(gap) > 1 and gap != "\n\n":
        return gap.join(sentence.rstrip(".") for sentence in sentences)
    parts = sentences[:1]
    for sentence in sentences[1:]:
        if draw.chance(ASIDE_SHARE):
            parts.append(aside(draw))
        parts.append(_connected(draw, sentence) if draw.chance(CONNECTIVE_SHARE) else sentence)
    return gap.join(parts)


def _connected(draw: Draw, sentence: str) -> str:
    """Put a connective before a sentence that starts with an ordinary word."""
    plain = sentence[:1].isupper() and sentence[1:2].islower() and ":" not in sentence[:24]
    if not plain:
        return sentence
    return draw.pick(CONNECTIVES) + sentence[:1].lower() + sentence[1:]


def with_unknown_words(draw: Draw, pattern: str) -> str:
    """Replace a word or two of the wording by made-up ones, so that the others must do."""
    for _ in range(draw.between(1, 2)):
        spots = list(WORD.finditer(pattern))
        if spots:
            start, end = draw.pick(spots).span()
            pattern = pattern[:start] + draw.made_up().lower() + pattern[end:]
    return pattern
