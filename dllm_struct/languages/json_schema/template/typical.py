"""Typical members of the languages of strings and numbers, to see where a tokenizer cuts them."""

from __future__ import annotations

import json
from collections import deque
from functools import lru_cache

import numpy as np

from dllm_struct.automata.algebra import intersection
from dllm_struct.automata.dfa import DFA
from dllm_struct.languages.regex import regex

MOST = 3
"""Texts of one language."""

_FREE_TEXT = "the second report"  # a language without it is one of codes, dates, addresses …
_WORDS = ("Anna Berg", _FREE_TEXT, "x", "Berlin", "AB-1234", "red", "2024", "a1b2c3")
_FORMATTED = (
    "2024-03-17",
    "1998-11-02",
    "2024-03-17T09:30:00Z",
    "1998-11-02T18:05:59+02:00",
    "09:30:00Z",
    "18:05:59+02:00",
    "anna.berg@example.com",
    "info@acme.org",
    "www.example.com",
    "localhost",
    "192.168.0.1",
    "8.8.8.8",
    "2001:db8::1",
    "fe80::1",
    "https://www.example.com/a?b=1",
    "mailto:info@acme.org",
    "3f2b8c1e-9d47-4a6b-8e21-5c0f7d9a1b34",
    "00000000-0000-4000-8000-000000000001",
    "P1DT2H",
    "/a/b",
)
_WHOLES = ("7", "42", "2024", "100", "3", "1", "0", "15", "60", "-5")
_DECIMALS = ("19.99", "0.5", "42", "3.0", "0.25", "1", "0", "-1.5")
_NAMES = ("name", "total", "a1", "2024")
_FRACTION = b"0.5", b"19.99", b"-1.5"

_PLAIN = r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]*[1-9])?"
_FEW = 500
_LOOKED_AT = 3_000


@lru_cache(maxsize=4096)
def string_texts(strings: DFA) -> tuple[str, ...]:
    """The JSON literals of up to `MOST` typical strings of a language."""
    free = strings.matches(_FREE_TEXT.encode())
    usual = _WORDS if free else (*_FORMATTED, *_WORDS)
    found = [text for text in usual if strings.matches(text.encode())][:MOST]
    found = found or [member.decode() for member in members(strings, MOST)]
    return tuple(json.dumps(text, ensure_ascii=False) for text in found)


@lru_cache(maxsize=4096)
def number_texts(numbers: DFA) -> tuple[str, ...]:
    """Up to `MOST` typical texts of numbers."""
    fractions = any(numbers.matches(text) for text in _FRACTION)
    usual = _DECIMALS if fractions else _WHOLES
    found = [text for text in usual if numbers.matches(text.encode())][:MOST]
    return tuple(found or [member.decode() for member in members(numbers, MOST)])


@lru_cache(maxsize=1024)
def names(keys: DFA, most: int) -> tuple[str, ...]:
    """Up to so many typical property names of a language; at least one unless there is none."""
    usual = [name for name in _NAMES if keys.matches(name.encode())]
    others = [] if len(usual) >= most else [name.decode() for name in members(keys, most)]
    return tuple(dict.fromkeys((*usual, *others)))[:most]


def members(dfa: DFA, most: int) -> list[bytes]:
    """Up to so many members, the shortest first; at least one unless there is none."""
    shortest = dfa.shortest()
    if shortest is None:
        return []
    bytes_of = [np.flatnonzero(dfa.byte_class == k)[:most] for k in range(dfa.num_classes)]
    edges = [
        [(int(b), int(target)) for k, target in enumerate(row) if target for b in bytes_of[k]]
        for row in dfa.transitions[:_LOOKED_AT]
    ]
    found: list[bytes] = []
    queue = deque([(dfa.start, b"")])
    for _ in range(_LOOKED_AT):
        if not queue or len(found) == most:
            break
        state, text = queue.popleft()
        if dfa.accepting[state]:
            found.append(text)
        if state < len(edges):
            queue.extend((target, text + bytes([byte])) for byte, target in edges[state])
    return found or [shortest]


@lru_cache(maxsize=1024)
def one_spelling(numbers: DFA) -> DFA:
    """Numbers without zeros at the end of fractions, where they are few: 1.5 and not 1.50."""
    if numbers.num_states > _FEW:
        return numbers
    plain = intersection(numbers, regex(_PLAIN).dfa)
    return numbers if plain.is_empty or only_members(plain, _FEW) is None else plain


def only_members(dfa: DFA, most: int) -> list[bytes] | None:
    """All members, when there are at most so many; None otherwise."""
    if dfa.num_states > _LOOKED_AT:
        return None
    rows, accepting = dfa.transitions[:, dfa.byte_class], dfa.accepting
    found: list[bytes] = []
    stack = [] if dfa.is_empty else [(dfa.start, b"")]
    while stack:
        state, text = stack.pop()
        if accepting[state]:
            found.append(text)
        targets = np.flatnonzero(rows[state])
        if len(found) > most or len(stack) + len(targets) > most or len(text) > dfa.num_states:
            return None
        stack += [(int(rows[state, byte]), text + bytes([byte])) for byte in targets.tolist()]
    return sorted(found)
