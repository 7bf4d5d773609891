"""Documents from phrasings: choose among the alternatives, then word the facts."""

from __future__ import annotations

import re

from dllm_struct.models.bundled.data import pools
from dllm_struct.models.bundled.data.draw import Draw
from dllm_struct.models.bundled.data.kinds.clauses import CLAUSES
from dllm_struct.models.bundled.data.said import Said
from dllm_struct.models.bundled.data.types import Document, Kind

ALTERNATIVES = re.compile(r"<([^<>]*)>")
PLACEHOLDER = re.compile(r"\{(\w+)(?::(\w+))?\}")

LABELLED_SHARE, COMPOSED_SHARE = 0.12, 0.35
FILLER_SHARE = 0.25
TYPO_SHARE = 0.04


def expand(draw: Draw, phrasing: str) -> str:
    """Choose one of each ``<this|that>``, innermost first."""
    while "<" in phrasing:
        phrasing = ALTERNATIVES.sub(lambda match: draw.pick(match[1].split("|")), phrasing)
    return phrasing


def document(draw: Draw, kind: Kind) -> Document:
    """Draw a document of a kind: its phrasing, then its facts."""
    if draw.chance(LABELLED_SHARE):
        pattern = _labelled(draw, kind)
    elif not draw.held_out and draw.chance(COMPOSED_SHARE):
        pattern = _composed(draw, kind)
    else:
        pattern = expand(draw, draw.pick(kind.held_out if draw.held_out else kind.phrasings))
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


def _composed(draw: Draw, kind: Kind) -> str:
    """Word some fields in a sentence each, in any order; never in the held-out world."""
    clauses = CLAUSES[kind.name]
    chosen = draw.rng.sample(clauses, draw.between(2, 6))
    gap = draw.pick((" ", " ", " ", "\n"))
    return gap.join(expand(draw, clause) for clause in chosen)


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
    filler = draw.pick(pools.HELD_OUT_FILLERS if draw.held_out else pools.FILLERS)
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
