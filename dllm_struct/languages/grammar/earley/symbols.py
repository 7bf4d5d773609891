"""What each symbol of a grammar can derive: some text, the empty text, a text that is not empty."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dllm_struct.languages.grammar.cfg import Cfg, Rule


@dataclass(frozen=True)
class Symbols:
    """Sets of symbols of one grammar.

    Attributes:
        productive: those that derive a text.
        nullable: those that derive the empty text.
        solid: those that derive a text that is not empty.
    """

    productive: frozenset[int]
    nullable: frozenset[int]
    solid: frozenset[int]


def derivable(cfg: Cfg) -> Symbols:
    """What the symbols of a grammar can derive; terminals are never empty."""
    terminals = frozenset(t for t in range(len(cfg.terminals)) if has_text(cfg, t))
    productive = _closed(cfg.rules, terminals)
    rules = [rule for rule in cfg.rules if productive.issuperset(rule.expansion)]
    nullable = _closed(rules, frozenset())
    return Symbols(productive, nullable, _reaching(rules, terminals))


def has_text(cfg: Cfg, terminal: int) -> bool:
    """Whether a terminal has a text that is not empty."""
    dfa = cfg.terminals[terminal].dfa
    return dfa is not None and not dfa.is_empty and bool(dfa.transitions[dfa.start].any())


def _closed(rules: Sequence[Rule], known: frozenset[int]) -> frozenset[int]:
    """``known`` and the origins of rules all of whose symbols are in the set."""
    missing = [len(set(rule.expansion)) for rule in rules]
    users: dict[int, list[int]] = {}
    for index, rule in enumerate(rules):
        for symbol in set(rule.expansion):
            users.setdefault(symbol, []).append(index)
    found = set(known)
    found.update(rule.origin for rule in rules if not rule.expansion)
    todo = list(found)
    while todo:
        for index in users.get(todo.pop(), ()):
            missing[index] -= 1
            origin = rules[index].origin
            if not missing[index] and origin not in found:
                found.add(origin)
                todo.append(origin)
    return frozenset(found)


def _reaching(rules: Sequence[Rule], known: frozenset[int]) -> frozenset[int]:
    """``known`` and the origins of rules with a symbol of the set."""
    users: dict[int, list[int]] = {}
    for rule in rules:
        for symbol in rule.expansion:
            users.setdefault(symbol, []).append(rule.origin)
    found = set(known)
    todo = list(known)
    while todo:
        for origin in users.get(todo.pop(), ()):
            if origin not in found:
                found.add(origin)
                todo.append(origin)
    return frozenset(found)
