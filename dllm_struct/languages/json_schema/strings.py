"""String constraints as automata: first over decoded text, then over JSON literals."""

from __future__ import annotations

import re
from functools import lru_cache

from dllm_struct.automata.algebra import intersection
from dllm_struct.automata.dfa import DFA
from dllm_struct.errors import InvalidRegex, InvalidSchema, UnsupportedRegex, UnsupportedSchema
from dllm_struct.languages.json_schema.escapes import Spelling, escaped
from dllm_struct.languages.json_schema.formats import format_text
from dllm_struct.languages.json_schema.lengths import lengths
from dllm_struct.languages.json_schema.limits import check_count
from dllm_struct.languages.json_schema.nodes import String
from dllm_struct.languages.regex import ecma_search, regex

LONGEST = 1_000
"""Code points that a string with a larger ``maxLength`` is held to: a state for each is needed."""


_CLASSES = re.compile(r"\\[dDwWsSbB]")
_NEGATIONS = re.compile(r"\\[DWSsbB]|\[\^|\(\?!|\(\?<!")


@lru_cache(maxsize=1024)
def content(string: String, spelling: Spelling = "any") -> DFA:
    """The UTF-8 of the decoded strings.

    Args:
        string: the constraint.
        spelling: ``canonical`` leaves out forms of a format that are allowed but unusual, and
            what a pattern would not match in Python's reading of it.

    Raises:
        BudgetExceeded: when ``min_length`` is too large, or the constraints multiply.
    """
    check_count(string.min_length, "minLength")
    high = string.max_length
    if high is not None:
        high = min(high, max(LONGEST, string.min_length))
    found = python_search if spelling == "canonical" else ecma_search
    return intersection(
        *(found(pattern) for pattern in string.patterns),
        *(format_text(name, spelling) for name in string.formats),
        lengths(string.min_length, high),
    )


@lru_cache(maxsize=1024)
def python_search(pattern: str) -> DFA:
    r"""Strings in which a pattern is found under ECMA-262 and by Python's `re` as well.

    Validators written in Python read ``\D``, ``\W``, ``\S`` and their kin with Unicode in mind,
    ECMA-262 with ASCII: what is written for others to check should satisfy both.
    """
    found = ecma_search(pattern)
    if not (_CLASSES.search(pattern) and _NEGATIONS.search(pattern)):
        return found
    try:
        return intersection(found, regex(rf"(?s:.*)(?:{pattern})(?s:.*)").dfa)
    except (InvalidRegex, UnsupportedRegex):  # not a pattern for Python at all
        return found


@lru_cache(maxsize=1024)
def literal_body(string: String, spelling: Spelling) -> DFA:
    """The characters between the quotes of the JSON literals of the strings."""
    written = content(string, spelling)
    if written.is_empty:  # only unusual forms satisfy the other constraints
        written = content(string)
    return escaped(written, spelling)


def check_pattern(pattern: str, pointer: str) -> None:
    """Compile a pattern for its errors.

    Raises:
        InvalidSchema: when it is no ECMA-262 pattern.
        UnsupportedSchema: when it is not regular.
    """
    try:
        ecma_search(pattern)
    except InvalidRegex as error:
        raise InvalidSchema(error.message, pointer=pointer, hint=error.hint) from error
    except UnsupportedRegex as error:
        raise UnsupportedSchema(error.message, pointer=pointer, hint=error.hint) from error
