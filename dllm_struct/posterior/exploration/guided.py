"""A first witness where much is committed already: what follows every run of masks is known.

Machines of documents with holes can say, for any fixed texts and gaps, how far a state is from
reading on (`Machine.refined`). Committed tokens become fixed texts, and runs of masks become gaps.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from dllm_struct.automata.machine import Refined
from dllm_struct.posterior.exploration.automaton import LazyAutomaton
from dllm_struct.posterior.exploration.filling import Filling, Run
from dllm_struct.posterior.exploration.question import ANY, Question

SHORT = 500
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


def guided(automaton: LazyAutomaton, question: Question) -> Iterator[Filling] | None:
    """Searches that have ended; None where the machine has nothing to guide them by.

    Two short ones that rank nodes differently, then a long one: what misleads the one seldom
    misleads the other.
    """
    runs = runs_of(automaton, question)
    refined = automaton.machine.refined([run.after for run in runs]) if runs else None
    return None if refined is None else _guided(automaton, question, runs, refined)


def _guided(
    automaton: LazyAutomaton, question: Question, runs: Sequence[Run], refined: Refined
) -> Iterator[Filling]:
    short = SHORT * sum(run.stop - run.start for run in runs)
    for takes_turns in (True, False):
        yield _ended(Filling(automaton, question, runs, refined, short, takes_turns=takes_turns))
    yield _ended(Filling(automaton, question, runs, refined))


def unguided(automaton: LazyAutomaton, question: Question, most_effort: int) -> Filling:
    """The same search where nothing but the way to the machine's end is known."""
    runs = runs_of(automaton, question)
    return _ended(Filling(automaton, question, runs, None, most_effort))


def _ended(filling: Filling) -> Filling:
    filling.run()
    return filling
