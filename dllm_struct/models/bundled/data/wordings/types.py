"""Further wordings of a kind, for training alone."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Wordings:
    """Ways to say what a kind of document says.

    Attributes:
        phrasings: whole texts, written as those of `Kind`.
        clauses: sentences about one to three fields; some of them in any order are a text.
    """

    phrasings: tuple[str, ...]
    clauses: tuple[str, ...]
