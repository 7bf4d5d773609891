"""From a pattern to the texts that a lexer takes, and what must not follow them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from dllm_struct.automata.dfa import DFA
from dllm_struct.automata.utf8 import AtomDFA, spell
from dllm_struct.languages.grammar.cfg import Guard
from dllm_struct.languages.grammar.notation.matching.follow import Aftermath, Verdict
from dllm_struct.languages.grammar.notation.matching.looks import Looks, looks_of
from dllm_struct.languages.grammar.notation.matching.program import program_of
from dllm_struct.languages.grammar.notation.matching.threads import Race
from dllm_struct.languages.regex.diagrams import FALSE, TRUE


@dataclass(frozen=True, eq=False, slots=True)
class Matching:
    """What `re.match` takes with a pattern.

    For every text, the match that `re` prefers is the longest beginning of the text that is in
    `texts`, and that no guard refuses.

    Attributes:
        texts: over UTF-8 bytes.
        guards: conditions on what follows.
    """

    texts: DFA
    guards: tuple[Guard, ...]


@lru_cache(maxsize=1024)
def matching(pattern: str) -> Matching:
    """What `re.match` takes with a pattern.

    Raises:
        InvalidRegex: `re` would not compile it.
        UnsupportedRegex: it is not regular, or sees what stands before it, or asks for something
            to follow it.
        BudgetExceeded: its automaton is too large.
    """
    program = program_of(pattern)
    looks = looks_of(program)
    race = Race(program, looks)
    taken: list[int] = []
    guarded: dict[DFA, list[int]] = {}
    for state, matched in enumerate(race.matched):
        if matched == TRUE:
            taken.append(state)
        elif matched != FALSE:
            aftermath = Aftermath.of(race, state)
            if aftermath.verdict is not Verdict.NEVER:
                taken.append(state)
            if aftermath.verdict is Verdict.GUARDED:
                guarded.setdefault(aftermath.refused(looks.letters), []).append(state)
    guards = tuple(Guard(_texts(race, looks, at), refused) for refused, at in guarded.items())
    return Matching(_texts(race, looks, taken), guards)


def _texts(race: Race, looks: Looks, accepting: Iterable[int]) -> DFA:
    """The texts that lead to one of these states."""
    table = np.array(race.table, np.int32).reshape(len(race.table), looks.letters.num_atoms)
    flags = np.zeros(len(table), np.bool_)
    flags[list(accepting)] = True
    return spell(AtomDFA(table, race.start, flags).minimised(), looks.letters)
