"""A first witness where much is committed already: what follows every run of masks is known.

Machines of documents with holes can say, for any fixed texts and gaps, how far a state is from
reading on (`Machine.refined`). Committed tokens become fixed texts, and runs of masks become gaps.
"""

from __future__ import annotations

from itertools import groupby

from dllm_struct.posterior.exploration.automaton import LazyAutomaton
from dllm_struct.posterior.exploration.filling import Filling, Run
from dllm_struct.posterior.exploration.question import ANY, Question

SHORT = 1000
"""States for each mask that a short search looks at."""


def runs_of(automaton: LazyAutomaton, question: Question) -> list[Run]:
    """The runs of masks of a row, up to the first position that must be a null."""
    texts = automaton.vocabulary.tokens
    found: list[Run] = []
    for is_masked, group in groupby(range(question.highest), lambda i: question.fixed[i] == ANY):
        own = [*group]
        if is_masked:
            found.append(Run(own[0], own[-1] + 1, b""))
        elif found:
            after = b"".join(texts[int(question.fixed[i])] or b"" for i in own)
            found[-1] = Run(found[-1].start, found[-1].stop, after)
    return found


def guided(automaton: LazyAutomaton, question: Question) -> Filling | None:
    """A search that has ended; None where the machine has nothing to guide it by.

    Two short searches that rank nodes differently are tried before a long one: what misleads the
    one seldom misleads the other.
    """
    runs = runs_of(automaton, question)
    refined = automaton.machine.refined([run.after for run in runs]) if runs else None
    if refined is None:
        return None
    short = SHORT * sum(run.stop - run.start for run in runs)
    for takes_turns in (True, False):
        filling = _ended(
            Filling(automaton, question, runs, refined, short, takes_turns=takes_turns)
        )
        if filling.found is not None or filling.is_complete:
            return filling
    return _ended(Filling(automaton, question, runs, refined))


def unguided(automaton: LazyAutomaton, question: Question, most_effort: int) -> Filling:
    """The same search where nothing but the way to the machine's end is known."""
    runs = runs_of(automaton, question)
    return _ended(Filling(automaton, question, runs, None, most_effort))


def _ended(filling: Filling) -> Filling:
    filling.run()
    return filling
