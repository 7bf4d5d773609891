"""Regular expressions as languages: Python's `re` dialect, and ECMA-262 for JSON Schema.

A pattern becomes a syntax tree, the tree an automaton over characters, that one over bytes.
Backreferences and other constructs that are not regular are refused by name.
"""

from __future__ import annotations

import re
from functools import lru_cache

from dllm_struct.automata.dfa import DFA
from dllm_struct.errors import InvalidRegex
from dllm_struct.languages.base import Language
from dllm_struct.languages.regex.compiler import compile_tree
from dllm_struct.languages.regex.ecma_dialect import parse_ecma
from dllm_struct.languages.regex.edges import anywhere
from dllm_struct.languages.regex.python_dialect import parse_python

__all__ = ["Regex", "ecma_search", "regex"]


class Regex(Language):
    """The texts that a pattern of Python's `re` matches as a whole.

    Attributes:
        pattern: the pattern.
        flags: the flags of `re` it is read with.
    """

    def __init__(self, pattern: str, flags: int = 0) -> None:
        self.pattern = pattern
        self.flags = int(flags)
        self.description = f"regex {pattern}"
        self._tree = parse_python(pattern, self.flags)

    def _build(self) -> DFA:
        return compile_tree(self._tree)


def regex(pattern: str | re.Pattern[str], flags: int = 0) -> Language:
    """The language of a regular expression in the dialect of Python's `re`.

    A text is a member exactly when `re.fullmatch` matches it, anchors, word boundaries and
    lookarounds included.

    Args:
        pattern: the pattern, or a compiled one with its flags.
        flags: flags of `re`: IGNORECASE, MULTILINE, DOTALL, VERBOSE, ASCII.

    Raises:
        InvalidRegex: `re` would not compile the pattern.
        UnsupportedRegex: the pattern is not regular: a backreference, a conditional or atomic
            group, a possessive quantifier.
    """
    if isinstance(pattern, re.Pattern):
        if flags:
            raise InvalidRegex(
                "flags cannot be given with a compiled pattern", hint="compile it with the flags"
            )
        return regex(pattern.pattern, pattern.flags)
    if not isinstance(pattern, str):
        raise InvalidRegex("a pattern must be a string", hint="decode bytes first")
    return _regex(pattern, int(flags))


@lru_cache(maxsize=256)
def _regex(pattern: str, flags: int) -> Language:
    return Regex(pattern, flags)


@lru_cache(maxsize=256)
def ecma_search(pattern: str) -> DFA:
    """The texts in which an ECMA-262 pattern (flag u) matches somewhere, as JSON Schema asks.

    Args:
        pattern: the value of a schema's ``pattern``.

    Returns:
        An automaton over the UTF-8 of the whole text.

    Raises:
        InvalidRegex: the pattern is malformed.
        UnsupportedRegex: it is not regular, or not of this dialect.
        BudgetExceeded: its automaton is too large.
    """
    return compile_tree(anywhere(parse_ecma(pattern)))
