"""The lookarounds of a pattern as automata: what text follows, what text stands before."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dllm_struct.automata.alphabet import Alphabet, alphabet
from dllm_struct.automata.utf8 import AtomDFA
from dllm_struct.errors import UnsupportedRegex
from dllm_struct.languages.grammar.notation.matching.program import Program
from dllm_struct.languages.regex.alternating import determinise_guarded
from dllm_struct.languages.regex.subsets import determinise
from dllm_struct.languages.regex.thompson import CharNFA
from dllm_struct.languages.regex.tree import (
    ANY_TEXT,
    Alternation,
    Chars,
    Concat,
    Look,
    Node,
    Repeat,
    concat,
    has_look,
)


@dataclass(frozen=True, eq=False, slots=True)
class Looks:
    """The lookarounds of a program, by number.

    Attributes:
        letters: the alphabet of the program and of all of them.
        ahead: for a lookahead, the automaton of the texts (to the end) that it holds before.
        behind: for a lookbehind, the automaton of the texts (from the start) that it holds after.
        certain: for a lookahead, bool [S]: the states from which every text is accepted.
    """

    letters: Alphabet
    ahead: dict[int, AtomDFA]
    behind: dict[int, AtomDFA]
    certain: dict[int, NDArray[np.bool_]]


def looks_of(program: Program) -> Looks:
    """The lookarounds of a program, over an alphabet that tells apart what any of them does.

    Raises:
        UnsupportedRegex: one of them is beyond what is handled.
    """
    nfa = CharNFA(sets=dict(program.sets))
    bounds = {}
    for (body, ahead), number in program.looks.items():
        _check(body, ahead=ahead)
        start = nfa.state()
        end = nfa.add(concat(body, ANY_TEXT) if ahead else concat(ANY_TEXT, body), start)
        bounds[number] = (body, ahead, start, end)
    letters = alphabet(tuple(nfa.sets))
    found = Looks(letters, {}, {}, {})
    for number, (body, ahead, start, end) in bounds.items():
        construct = determinise_guarded if has_look(body) else determinise
        automaton = construct(nfa, start, end, letters)
        (found.ahead if ahead else found.behind)[number] = automaton
        if ahead:
            own = np.arange(len(automaton.accepting))[:, None]
            found.certain[number] = automaton.accepting & (automaton.transitions == own).all(1)
    return found


def _check(body: Node, *, ahead: bool) -> None:
    if not ahead and has_look(body):
        raise UnsupportedRegex(
            "a lookaround inside a lookbehind", hint="write the lookbehind without it"
        )
    if ahead and _sees_back(body, 0):
        raise UnsupportedRegex(
            "a lookbehind or \\b at the start of a lookahead",
            hint="a lookahead may only look back at what it has read itself; drop it",
        )


def _sees_back(node: Node, read: int) -> bool:
    """Whether a lookbehind in ``node`` can see further back than ``read`` characters."""
    match node:
        case Chars():
            return False
        case Look(item=item, ahead=ahead):
            left = read if ahead else read - _least(item)
            return left < 0 or _sees_back(item, left)
        case Repeat(item=item):
            return _sees_back(item, read)
        case Alternation(options=options):
            return any(_sees_back(option, read) for option in options)
        case Concat(items=items):
            for item in items:
                if _sees_back(item, read):
                    return True
                read += _least(item)
            return False


def _least(node: Node) -> int:
    """The least number of characters that a tree matches; lookbehinds have only one number."""
    match node:
        case Chars():
            return 1
        case Look():
            return 0
        case Repeat(item=item, low=low):
            return low * _least(item)
        case Alternation(options=options):
            return min(map(_least, options), default=0)
        case Concat(items=items):
            return sum(map(_least, items))
