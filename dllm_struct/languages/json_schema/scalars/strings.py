"""Patterns and lengths of decoded strings."""

from __future__ import annotations

import re
from functools import lru_cache

from dllm_struct.automata.algebra import intersection, repeat
from dllm_struct.automata.dfa import DFA
from dllm_struct.automata.utf8 import code_points
from dllm_struct.errors import BudgetExceeded, InvalidRegex, UnsupportedRegex
from dllm_struct.languages.json_schema.lengths import lengths
from dllm_struct.languages.regex import ecma_search, regex
from dllm_struct.languages.regex.charset import ANY, CharSet, united
from dllm_struct.languages.regex.ecma_escapes import DIGIT, LINE_ENDS, SPACE, WORD
from dllm_struct.languages.regex.python_chars import category

MAX_LENGTH = 20_000
"""Largest length that `length_text` counts to; a `Text` counts to any."""

_CLASSES = re.compile(r"\\[dDwWsSbB]")
_NEGATIONS = re.compile(r"\\[DWSsbB]|\[\^|\(\?!|\(\?<!")
_LOOKAROUNDS = re.compile(r"\(\?!|\(\?<!")


def pattern_text(pattern: str) -> DFA:
    """The UTF-8 of the strings in which an ECMA-262 pattern is found.

    Raises:
        InvalidRegex: the pattern is malformed.
        UnsupportedRegex: it is not regular.
        BudgetExceeded: its automaton is too large.
    """
    return ecma_search(pattern)


@lru_cache(maxsize=1024)
def python_pattern_text(pattern: str) -> DFA:
    r"""Strings in which a pattern is found under ECMA-262 and by Python's `re` as well.

    Validators written in Python read ``\D``, ``\W``, ``\S`` and their kin with Unicode in mind,
    ECMA-262 with ASCII, and they take other characters for ends of lines. What is written for
    others to check has none of the characters that are read differently; only if there is no such
    string, it is what both find.

    Raises:
        InvalidRegex: the pattern is malformed.
        UnsupportedRegex: it is not regular.
        BudgetExceeded: its automaton is too large.
    """
    found = pattern_text(pattern)
    disputed = _disputed(pattern)
    if not disputed.ranges:
        return found
    agreed = repeat(code_points((ANY - disputed).ranges), 0, None)
    written = intersection(found, agreed)
    if not written.is_empty:
        return written
    try:
        return intersection(found, regex(rf"(?s:.*)(?:{pattern})(?s:.*)").dfa)
    except (InvalidRegex, UnsupportedRegex):  # not a pattern for Python at all
        return found


def _disputed(pattern: str) -> CharSet:
    """Characters that make a difference to whether ECMA-262 and Python find a pattern."""
    sets = []
    if _NEGATIONS.search(pattern):
        classes = "".join(_CLASSES.findall(pattern)).lower()
        for letters, name, own in (("d", r"\d", DIGIT), ("wb", r"\w", WORD), ("s", r"\s", SPACE)):
            if any(letter in classes for letter in letters):
                other = category(name, ascii_only=False)
                sets.append((own - other) | (other - own))
    if _LOOKAROUNDS.search(pattern) and ("." in pattern or "$" in pattern):
        sets.append(LINE_ENDS)
    return united(sets)


def length_text(low: int, high: int | None) -> DFA:
    """The UTF-8 of the strings of ``low`` to ``high`` code points; None is unbounded.

    Raises:
        BudgetExceeded: it would have to count beyond `MAX_LENGTH`.
    """
    if max(low, high or 0) > MAX_LENGTH:
        raise BudgetExceeded(
            f"counting to {max(low, high or 0)} characters needs too large an automaton",
            hint=f"use lengths of at most {MAX_LENGTH}",
        )
    return lengths(low, high)
