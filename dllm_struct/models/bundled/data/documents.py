"""Documents from phrasings: choose among the alternatives, then word the facts."""

from __future__ import annotations

import re

from dllm_struct.models.bundled.data import pools
from dllm_struct.models.bundled.data.draw import Draw, expand
from dllm_struct.models.bundled.data.said import Said
from dllm_struct.models.bundled.data.types import Document, Kind
from dllm_struct.models.bundled.data.wordings import WORDINGS
from dllm_struct.models.bundled.data.wordings.compose import composed, extended, with_unknown_words
from dllm_struct.models.bundled.data.wordings.distractors import aside

PLACEHOLDER = re.compile(r"\{(\w+)(?::(\w+))?\}")

LABELLED_SHARE, COMPOSED_SHARE, EXTENDED_SHARE = 0.12, 0.4, 0.25
FILLER_SHARE = 0.25
TYPO_SHARE = 0.04
UNKNOWN_SHARE = 0.12


def document(draw: Draw, kind: Kind) -> Document:
    """Draw a document of a kind: its phrasing, then its facts."""
    if draw.chance(LABELLED_SHARE):
        pattern = _labelled(draw, kind)
    elif draw.held_out:
        pattern = expand(draw, draw.pick(kind.held_out))
    else:
        pattern = _worded(draw, kind)
    pattern = _typos(draw, _filled(draw, pattern[:1].upper() + pattern[1:].rstrip()))
    draw.facts = {}

    def word(match: re.Match[str]) -> str:
        name, form = match[1], match[2]
        if name not in draw.facts:
            draw.facts[name] = kind.fields[name].make(draw)
        said = draw.facts[name]
        return said.forms[form] if form else said.text

    text = PLACEHOLDER.sub(word, pattern)
    facts: dict[str, Said] = dict(draw.facts)
    return Document(kind, text, facts)


def _worded(draw: Draw, kind: Kind) -> str:
    """Return a pattern of the training world: single sentences, a phrasing, or both."""
    wordings = WORDINGS[kind.name]
    if draw.chance(COMPOSED_SHARE):
        pattern = composed(draw, wordings.clauses)
    else:
        pattern = expand(draw, draw.pick((*kind.phrasings, *wordings.phrasings)))
        if draw.chance(EXTENDED_SHARE):
            pattern = extended(draw, pattern, wordings.clauses)
    return with_unknown_words(draw, pattern) if draw.chance(UNKNOWN_SHARE) else pattern


def _labelled(draw: Draw, kind: Kind) -> str:
    """Word some fields as a form: one label and value a line."""
    names = draw.rng.sample(list(kind.fields), min(len(kind.fields), draw.between(2, 6)))
    equals = draw.pick((": ", ": ", " - ", " = ", ":\t"))
    style = draw.rng.random()
    lines = []
    for name in names:
        label = draw.pick(kind.fields[name].keys).replace("_", " ")
        label = label.capitalize() if style < 0.6 else label.upper() if style < 0.7 else label
        lines.append(f"{label}{equals}{{{name}}}")
    return draw.pick(("\n", "\n", "\n", "; ", " | ")).join(lines)


def _filled(draw: Draw, pattern: str) -> str:
    """Add a sentence that says nothing, at times."""
    if not draw.chance(FILLER_SHARE):
        return pattern
    filler = draw.pick(pools.HELD_OUT_FILLERS) if draw.held_out else aside(draw)
    gap = "\n" if "\n" in pattern else " "
    return gap.join((pattern, filler) if draw.chance(0.7) else (filler, pattern))


def _typos(draw: Draw, pattern: str) -> str:
    """Swap two letters of a word of the phrasing (never of a fact), rarely."""
    if not draw.chance(TYPO_SHARE):
        return pattern
    spots = [m.start() for m in re.finditer(r"(?<![{\w:])[a-z]{4,}(?![\w}:])", pattern)]
    if not spots:
        return pattern
    at = draw.pick(spots) + 1
    return pattern[:at] + pattern[at + 1] + pattern[at] + pattern[at + 2 :]
