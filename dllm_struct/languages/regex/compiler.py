"""From a syntax tree to its byte automaton."""

from __future__ import annotations

from collections.abc import Iterator

from dllm_struct.automata.alphabet import alphabet
from dllm_struct.automata.dfa import DFA
from dllm_struct.automata.utf8 import AtomDFA, spell
from dllm_struct.errors import BudgetExceeded
from dllm_struct.languages.regex.alternating import determinise_guarded
from dllm_struct.languages.regex.edges import Condition, edge_conditions, without_edge_anchors
from dllm_struct.languages.regex.subsets import determinise
from dllm_struct.languages.regex.thompson import CharNFA
from dllm_struct.languages.regex.tree import Node, has_look


def compile_tree(tree: Node) -> DFA:
    """The canonical byte automaton of the texts that ``tree`` matches as a whole.

    Raises:
        BudgetExceeded: the automaton, or the way to it, is too large.
    """
    try:
        return _compiled(list(_conditions(tree)))
    except RecursionError as error:
        raise BudgetExceeded(
            "the pattern is nested too deeply", hint="use fewer nested groups or lookarounds"
        ) from error


def _conditions(tree: Node) -> Iterator[Condition]:
    """Patterns that a text must match (the first one) or must not match, all of them."""
    rest, conditions = edge_conditions(without_edge_anchors(tree))
    yield rest, False
    for condition, negated in conditions:
        if negated:
            yield without_edge_anchors(condition), True
        else:
            yield from _conditions(condition)


def _compiled(conditions: list[Condition]) -> DFA:
    nfa = CharNFA()  # shared, so that all have the same alphabet
    ends = []
    for tree, _ in conditions:
        start = nfa.state()
        ends.append((start, nfa.add(tree, start)))
    letters = alphabet(tuple(nfa.sets))
    result: AtomDFA | None = None
    for (tree, negated), (start, end) in zip(conditions, ends, strict=True):
        construct = determinise_guarded if has_look(tree) else determinise
        automaton = construct(nfa, start, end, letters)
        result = automaton if result is None else result.restricted(automaton, negated=negated)
    assert result is not None
    return spell(result, letters)
