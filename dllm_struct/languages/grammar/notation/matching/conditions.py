"""What must hold of the text that follows: Boolean functions of lookaheads.

A variable stands for "the rest of the text is accepted from state q of lookahead k"; reading a
character replaces it by the variable of the next state. Functions are canonical diagrams.
"""

from __future__ import annotations

from dllm_struct.languages.grammar.notation.matching.looks import Looks
from dllm_struct.languages.regex.diagrams import FALSE, TRUE, Diagrams


class Conditions:
    """The conditions that arise for one pattern; each is an integer, `TRUE` and `FALSE` among them.

    Attributes:
        diagrams: where they live.
    """

    def __init__(self, looks: Looks) -> None:
        self.diagrams = Diagrams()
        self._looks = looks
        self._states: list[tuple[int, int]] = []
        self._variables: dict[tuple[int, int], int] = {}
        self._after: dict[tuple[int, int], int] = {}

    def look(self, number: int, *, negated: bool) -> int:
        """That a lookahead holds here, or, negated, does not."""
        truth = self._variable(number, self._looks.ahead[number].start)
        return self.without(TRUE, truth) if negated else truth

    def both(self, f: int, g: int) -> int:
        """Conjunction."""
        return self.diagrams.both(f, g)

    def either(self, f: int, g: int) -> int:
        """Disjunction."""
        return self.diagrams.either(f, g)

    def without(self, f: int, g: int) -> int:
        """``f`` and not ``g``."""
        return self.diagrams.choice(g, FALSE, f)

    def after(self, condition: int, atom: int) -> int:
        """What must hold of the text after its first character."""
        if condition in (FALSE, TRUE):
            return condition
        key = (condition, atom)
        known = self._after.get(key)
        if known is None:
            diagrams = self.diagrams
            number, state = self._states[diagrams.variable_of[condition]]
            target = int(self._looks.ahead[number].transitions[state, atom])
            known = self._after[key] = diagrams.choice(
                self._variable(number, target),
                self.after(diagrams.high[condition], atom),
                self.after(diagrams.low[condition], atom),
            )
        return known

    def at_end(self, condition: int) -> bool:
        """Whether it holds where nothing follows."""
        diagrams = self.diagrams
        while condition not in (FALSE, TRUE):
            number, state = self._states[diagrams.variable_of[condition]]
            holds = self._looks.ahead[number].accepting[state]
            condition = (diagrams.high if holds else diagrams.low)[condition]
        return condition == TRUE

    def _variable(self, number: int, state: int) -> int:
        if state == 0:
            return FALSE
        if self._looks.certain[number][state]:
            return TRUE
        key = (number, state)
        if key not in self._variables:
            self._variables[key] = len(self._states)
            self._states.append(key)
        return self.diagrams.variable(self._variables[key])
