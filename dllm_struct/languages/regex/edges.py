"""Lookarounds at the edges of a pattern, which cost nothing or little.

What stands at the very start or end of the whole text can often be decided: ``^`` holds at the
start, whatever looks behind it finds nothing. A lookahead that remains in front of everything else
is a condition on the whole text, so (?=X)R is the intersection of X·anything with R; likewise a
lookbehind after everything else. Only lookarounds in the middle need the general construction.
"""

from __future__ import annotations

from collections.abc import Iterable

from dllm_struct.languages.regex.tree import (
    ANY_TEXT,
    EMPTY,
    END,
    NEVER,
    START,
    Alternation,
    Chars,
    Concat,
    Look,
    Node,
    Repeat,
    alternation,
    concat,
    repeat,
)

Condition = tuple[Node, bool]
"""A pattern for the whole text, and whether the text must *not* match it."""


def without_edge_anchors(tree: Node) -> Node:
    """An equal pattern for whole texts, in which the lookarounds that see an edge are decided."""
    return _settled(_settled(tree, at_start=True), at_start=False)


def edge_conditions(tree: Node) -> tuple[Node, list[Condition]]:
    """Split off lookaheads in front and lookbehinds at the end.

    Returns:
        The rest of the pattern, and the conditions; a text matches when it meets all of them.
    """
    items = list(tree.items) if isinstance(tree, Concat) else [tree]
    conditions: list[Condition] = []
    while items and isinstance(first := items[0], Look) and first.ahead:
        conditions.append((concat(first.item, ANY_TEXT), first.negated))
        items.pop(0)
    while items and isinstance(last := items[-1], Look) and not last.ahead:
        conditions.append((concat(ANY_TEXT, last.item), last.negated))
        items.pop()
    return concat(*items), conditions


def anywhere(tree: Node) -> Node:
    """The pattern of the texts in which ``tree`` matches somewhere.

    What is repeated at an open end is repeated as often as it must be: any text may stand there.
    """
    if isinstance(tree, Alternation):
        return alternation(*map(anywhere, tree.options))
    items: list[Node] = list(tree.items) if isinstance(tree, Concat) else [tree]
    before = EMPTY if items and items[0] == START else ANY_TEXT
    after = EMPTY if items and items[-1] == END else ANY_TEXT
    for end, side in ((0, before), (-1, after)):
        while side == ANY_TEXT and items and (least := _least(items[end])) != items[end]:
            items[end : end + 1 or None] = [] if least == EMPTY else [least]
    return concat(before, *items, after)


def _least(node: Node) -> Node:
    """A repetition cut down to its lower bound."""
    return repeat(node.item, node.low, node.low) if isinstance(node, Repeat) else node


def _settled(node: Node, *, at_start: bool) -> Node:
    """Decide lookarounds of ``node``, which stands at the start (or end) of the text."""
    match node:
        case Look(item=item, ahead=ahead, negated=negated):
            if ahead == at_start:
                return node
            truth = _matches_nothing(item, at_start=at_start)
            if truth is None:
                return node
            return NEVER if truth == negated else EMPTY
        case Alternation(options=options):
            return alternation(*(_settled(option, at_start=at_start) for option in options))
        case Concat(items=items):
            return _settled_sequence(list(items), at_start=at_start)
    return node


def _settled_sequence(items: list[Node], *, at_start: bool) -> Node:
    order = range(len(items)) if at_start else range(len(items) - 1, -1, -1)
    for i in order:
        items[i] = _settled(items[i], at_start=at_start)
        if items[i] == NEVER:
            return NEVER
        if not isinstance(items[i], Look) and items[i] != EMPTY:
            break
    return concat(*items)


def _matches_nothing(node: Node, *, at_start: bool) -> bool | None:
    """Whether ``node`` matches the empty text at the start (or end); None: it depends."""
    match node:
        case Chars():
            return False
        case Repeat(item=item, low=low):
            return True if low == 0 else _matches_nothing(item, at_start=at_start)
        case Look(item=item, ahead=ahead, negated=negated):
            if ahead == at_start:
                return None
            truth = _matches_nothing(item, at_start=at_start)
            return None if truth is None else truth != negated
        case Concat(items=items):
            return _all(_matches_nothing(item, at_start=at_start) for item in items)
        case Alternation(options=options):
            truth = _all(
                None if truth is None else not truth
                for truth in (_matches_nothing(option, at_start=at_start) for option in options)
            )
            return None if truth is None else not truth


def _all(truths: Iterable[bool | None]) -> bool | None:
    """Conjunction in three values."""
    known: bool | None = True
    for truth in truths:
        if truth is False:
            return False
        if truth is None:
            known = None
    return known
