"""Matches that stand on condition: whether what follows a text decides if it is taken."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from dllm_struct.automata.alphabet import Alphabet
from dllm_struct.automata.dfa import DFA
from dllm_struct.automata.utf8 import AtomDFA, spell
from dllm_struct.errors import UnsupportedRegex
from dllm_struct.languages.grammar.notation.matching.threads import Race
from dllm_struct.languages.regex.diagrams import FALSE, TRUE

Moment = tuple[int, int, int]
"""A state of the race after some more text, and the conditions (on what follows that) for the
match in question to stand and for no longer one to have stood so far."""


class Verdict(Enum):
    """When a text that can be matched is taken, no longer match being there."""

    ALWAYS = "always"
    NEVER = "never"
    GUARDED = "unless something follows"


@dataclass(slots=True)
class Aftermath:
    """What may follow a match that stands on condition.

    Attributes:
        race: the automaton of the pattern.
        moments: all that can come about, the match itself first.
        after: for each moment, the moment after each atom; -1: a longer match has stood.
    """

    race: Race
    moments: list[Moment]
    after: list[list[int]] = field(default_factory=list)

    @classmethod
    def of(cls, race: Race, state: int) -> Aftermath:
        """The aftermath of the texts that lead to a state."""
        found = cls(race, [(state, race.matched[state], TRUE)])
        number = {found.moments[0]: 0}
        for moment in found.moments:
            row = []
            for atom in range(len(race.table[0])):
                then = found._after(moment, atom)
                if then[2] == FALSE:
                    row.append(-1)
                    continue
                if then not in number:
                    number[then] = len(found.moments)
                    found.moments.append(then)
                row.append(number[then])
            found.after.append(row)
        return found

    def _after(self, moment: Moment, atom: int) -> Moment:
        state, condition, alone = moment
        conditions, target = self.race.conditions, self.race.table[state][atom]
        left = conditions.without(conditions.after(alone, atom), self.race.matched[target])
        return target, conditions.after(condition, atom), left

    @property
    def verdict(self) -> Verdict:
        """Whether the match is taken; only texts without a longer one matter."""
        at_end = self.race.conditions.at_end
        truths = {at_end(condition) for _, condition, alone in self.moments if at_end(alone)}
        if truths == {True, False}:
            return Verdict.GUARDED
        return Verdict.ALWAYS if truths == {True} else Verdict.NEVER

    def refused(self, letters: Alphabet) -> DFA:
        """Texts such that the match is not taken when one of them begins what follows.

        Raises:
            UnsupportedRegex: there are none for it: the match is taken only if something follows.
        """
        failed = np.array([condition == FALSE for _, condition, _ in self.moments])
        if not self._told(failed):
            failed = ~self._hopeful()
        if not self._told(failed):
            raise UnsupportedRegex(
                "a lookahead, $ or \\b at the end that asks for something to follow",
                hint="end with a negative lookahead, or put what must follow into the rules",
            )
        rows = [[0] * letters.num_atoms, [0] * letters.num_atoms]  # dead, refused
        for row in self.after:  # where a longer match has stood, refusing changes nothing
            rows.append([0 if to < 0 else 1 if failed[to] else to + 2 for to in row])
        table = np.array(rows, np.int32).reshape(len(rows), letters.num_atoms)
        accepting = np.zeros(len(rows), np.bool_)
        accepting[1] = True
        return spell(AtomDFA(table, 2, accepting).minimised(), letters)

    def _told(self, failed: NDArray[np.bool_]) -> bool:
        """Whether the match stands wherever a text ends that has not failed, if it matters."""
        at_end = self.race.conditions.at_end
        return all(
            failed[i] or at_end(condition) or not at_end(alone)
            for i, (_, condition, alone) in enumerate(self.moments)
        )

    def _hopeful(self) -> NDArray[np.bool_]:
        """The moments from which a text can end so that the match is taken."""
        at_end = self.race.conditions.at_end
        hopeful = np.array([at_end(c) and at_end(alone) for _, c, alone in self.moments])
        after = np.array(self.after)
        while True:
            reached = hopeful | (hopeful[after] & (after >= 0)).any(axis=1)
            if (reached == hopeful).all():
                return hopeful
            hopeful = reached
