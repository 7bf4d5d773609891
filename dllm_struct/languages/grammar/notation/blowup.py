"""Lark grammars that would never finish compiling, found before lark compiles them.

Lark writes out every choice inside an alternative, so ``("a" | "b")~30`` is a milliard of
alternatives; and it makes a rule for every use of a template, so a template that uses itself with
ever larger arguments has no end of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import Any, Final

from lark import Tree
from lark.load_grammar import REPEAT_BREAK_THRESHOLD, Grammar

from dllm_struct.errors import UnsupportedGrammar
from dllm_struct.languages.grammar.notation import positions

MAX_ALTERNATIVES: Final = 50_000
"""Most alternatives of a rule, choices inside them written out."""


def refuse_blowups(grammar: Grammar, text: str) -> None:
    """Check rules and templates.

    Args:
        grammar: as lark has read it.
        text: its text, for positions.

    Raises:
        UnsupportedGrammar: compiling it would take too long, or for ever.
    """
    for name, _, tree, _ in grammar.rule_defs:
        if tree is not None and _alternatives(tree) > MAX_ALTERNATIVES:
            raise _refusal(
                f"rule {name}: choices inside its alternatives make over {MAX_ALTERNATIVES} of "
                "them when written out",
                text,
                str(name),
                "give what is chosen or repeated a rule of its own",
            )
    endless = _endless(grammar)
    if endless is not None:
        raise _refusal(
            f"template {endless}: it uses itself with ever larger arguments",
            text,
            endless,
            "write the recursion with rules that have no parameters",
        )


def _refusal(message: str, text: str, name: str, hint: str) -> UnsupportedGrammar:
    line, column = next(iter(positions.definitions(text, name)), (None, None))
    return UnsupportedGrammar(message, line=line, column=column, hint=hint)


def _alternatives(node: Any) -> int:
    """How many alternatives lark makes of a part of a rule; cut off above the limit."""
    if not isinstance(node, Tree):
        return 1
    match node.data:
        case "expansions":
            count = sum(map(_alternatives, node.children))
        case "expr":
            count = _repeated(*node.children)
        case "maybe":
            count = 1 + sum(map(_alternatives, node.children))
        case "expansion" | "alias":
            count = prod(map(_alternatives, node.children))
        case _:
            count = 1
    return min(count, MAX_ALTERNATIVES + 1)


def _repeated(inner: Any, operator: Any, *bounds: Any) -> int:
    count = _alternatives(inner)
    if count > MAX_ALTERNATIVES or operator == "?":
        return count + 1
    if operator != "~":  # a rule of its own, or that rule and nothing
        return 2
    low, high = int(bounds[0]), int(bounds[-1])
    if high < REPEAT_BREAK_THRESHOLD:
        return sum(min(count**times, MAX_ALTERNATIVES + 1) for times in range(low, high + 1))
    return min(count**5, MAX_ALTERNATIVES + 1)  # lark cuts long ones into handfuls


def _endless(grammar: Grammar) -> str | None:
    """A template that leads back to itself with an argument that contains a template."""
    edges: dict[str, set[str]] = {}
    growing: set[tuple[str, str]] = set()
    for name, parameters, tree, _ in grammar.rule_defs:
        if not parameters:
            continue
        for usage in tree.find_data("template_usage"):
            callee = str(getattr(usage.children[0], "name", ""))
            edges.setdefault(str(name), set()).add(callee)
            if any(_has_template(argument) for argument in usage.children[1:]):
                growing.add((str(name), callee))
    return next((name for name, callee in growing if name in _reached(edges, callee)), None)


def _has_template(argument: Any) -> bool:
    return isinstance(argument, Tree) and any(argument.find_data("template_usage"))


def _reached(edges: dict[str, set[str]], first: str) -> Iterator[str]:
    """Templates that a template leads to, itself included."""
    seen, queue = {first}, [first]
    for name in queue:
        yield name
        fresh = edges.get(name, set()) - seen
        seen |= fresh
        queue += fresh
