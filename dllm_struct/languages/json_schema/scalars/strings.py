"""Patterns and lengths of decoded strings."""

from __future__ import annotations

import re
from functools import lru_cache

from dllm_struct.automata.algebra import intersection
from dllm_struct.automata.dfa import DFA
from dllm_struct.errors import BudgetExceeded, InvalidRegex, UnsupportedRegex
from dllm_struct.languages.json_schema.lengths import lengths
from dllm_struct.languages.regex import ecma_search, regex

MAX_LENGTH = 20_000
"""Largest length that `length_text` counts to; a `Text` counts to any."""

_CLASSES = re.compile(r"\\[dDwWsSbB]")
_NEGATIONS = re.compile(r"\\[DWSsbB]|\[\^|\(\?!|\(\?<!")


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
    ECMA-262 with ASCII: what is written for others to check should satisfy both.

    Raises:
        InvalidRegex: the pattern is malformed.
        UnsupportedRegex: it is not regular.
        BudgetExceeded: its automaton is too large.
    """
    found = ecma_search(pattern)
    if not (_CLASSES.search(pattern) and _NEGATIONS.search(pattern)):
        return found
    try:
        return intersection(found, regex(rf"(?s:.*)(?:{pattern})(?s:.*)").dfa)
    except (InvalidRegex, UnsupportedRegex):  # not a pattern for Python at all
        return found


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
