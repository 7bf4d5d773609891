"""The conjunction of two nodes: what satisfies both.

JSON Schema's sibling keywords, ``allOf`` and ``$ref`` with siblings all mean "and". Types are
disjoint, so the conjunction of unions is the union of the conjunctions of equal types, and each of
those is again a constraint of that type.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from math import lcm

from dllm_struct.errors import BudgetExceeded
from dllm_struct.languages.json_schema.limits import MAX_BRANCHES
from dllm_struct.languages.json_schema.membership import admits_typed
from dllm_struct.languages.json_schema.nodes import (
    Array,
    Bound,
    Node,
    Number,
    Object,
    String,
    Typed,
    Values,
    item_at,
    nothing,
)


def meet(a: Node, b: Node) -> Node:
    """What satisfies both; a type is implied when it is implied on both sides."""
    spoken = [
        typed
        for left, right in ((a.spoken, b.spoken), (a.spoken, b.implied), (a.implied, b.spoken))
        for typed in _pairs(left, right)
    ]
    implied = _pairs(a.implied, b.implied)
    if len(spoken) > MAX_BRANCHES:
        raise BudgetExceeded(
            f"the schema at '{b.pointer or '/'}' combines into more than {MAX_BRANCHES} branches",
            hint="write fewer anyOf next to each other",
        )
    return Node(tuple(dict.fromkeys(spoken)), tuple(dict.fromkeys(implied)), b.pointer)


def join(nodes: Iterable[Node], pointer: str) -> Node:
    """What satisfies any of them."""
    listed = list(nodes)
    spoken = dict.fromkeys(typed for node in listed for typed in node.spoken)
    implied = dict.fromkeys(typed for node in listed for typed in node.implied)
    return Node(tuple(spoken), tuple(implied), pointer)


def tightest(low: Iterable[Bound], high: Iterable[Bound]) -> tuple[Bound | None, Bound | None]:
    """The largest of some lower bounds and the smallest of some upper bounds."""
    return (
        max(low, key=lambda bound: (bound.value, bound.exclusive), default=None),
        min(high, key=lambda bound: (bound.value, not bound.exclusive), default=None),
    )


def _pairs(left: Iterable[Typed], right: Iterable[Typed]) -> Iterator[Typed]:
    others = list(right)
    for a in left:
        for b in others:
            both = _meet_typed(a, b)
            if both is not None:
                yield both


def _meet_typed(a: Typed, b: Typed) -> Typed | None:
    match a, b:
        case (Values() as values, other) | (other, Values() as values):
            return _filtered(values, other)
        case Number(), Number():
            return _meet_numbers(a, b)
        case String(), String():
            return _meet_strings(a, b)
        case Array(), Array():
            return _meet_arrays(a, b)
        case Object(), Object():
            return _meet_objects(a, b)
    return None


def _filtered(values: Values, other: Typed) -> Values | None:
    kept = tuple(text for text in values.texts if admits_typed(other, json.loads(text)))
    return Values(kept) if kept else None


def _meet_numbers(a: Number, b: Number) -> Number:
    low, high = tightest(
        (bound for bound in (a.low, b.low) if bound),
        (bound for bound in (a.high, b.high) if bound),
    )
    return Number(a.integer or b.integer, low, high, lcm(a.multiple_of, b.multiple_of))


def _meet_strings(a: String, b: String) -> String:
    return String(
        max(a.min_length, b.min_length),
        _least(a.max_length, b.max_length),
        tuple(dict.fromkeys(a.patterns + b.patterns)),
        tuple(dict.fromkeys(a.formats + b.formats)),
    )


def _meet_arrays(a: Array, b: Array) -> Array:
    length = max(len(a.prefix), len(b.prefix))
    prefix = [_meet_items(item_at(a, i), item_at(b, i)) for i in range(length)]
    return Array(
        tuple(item for item in prefix if item is not None),  # one of the two has a node
        _meet_items(a.items, b.items),
        max(a.min_items, b.min_items),
        _least(a.max_items, b.max_items),
    )


def _meet_items(a: Node | None, b: Node | None) -> Node | None:
    return meet(a, b) if a is not None and b is not None else a or b


def _meet_objects(a: Object, b: Object) -> Object:
    of_a, of_b = dict(a.properties), dict(b.properties)
    merged: dict[str, Node] = {}
    for name in dict.fromkeys((*of_a, *of_b)):
        if name in of_a and name in of_b:
            merged[name] = meet(of_a[name], of_b[name])
        elif (a if name in of_b else b).closed:
            merged[name] = nothing((of_a | of_b)[name].pointer)
        else:
            merged[name] = (of_a | of_b)[name]
    required = tuple(dict.fromkeys(a.required + b.required))
    return Object(tuple(merged.items()), required, a.closed or b.closed)


def _least(a: int | None, b: int | None) -> int | None:
    return min((n for n in (a, b) if n is not None), default=None)
