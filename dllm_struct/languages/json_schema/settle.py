"""From what a schema allows to what is written: the last look before automata are built.

Three choices narrow a schema, never widen it: an object has no properties but those it names, an
array that lists its first items has no others unless it says what they are, and a schema without
``type`` is read as the types that its keywords speak of. Branches that nothing satisfies go away.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from dllm_struct.errors import BudgetExceeded, UnsupportedSchema
from dllm_struct.languages.json_schema.limits import MAX_NODES, check_count
from dllm_struct.languages.json_schema.nodes import Array, Node, Number, Object, Typed, Values


def settle(node: Node) -> Node:
    """Drop what is not written and what cannot be satisfied.

    Returns:
        A node without implied types, all the way down. Every required property is among the
        properties, every item of an array has a node, and closed or not no longer matters.

    Raises:
        UnsupportedSchema: when a value is needed of which the schema says nothing.
        BudgetExceeded: when there are more than `MAX_NODES`, or ``minItems`` is too large.
    """
    return _Settler().settle(node)


def values_of(node: Node) -> list[Any]:
    """The values of a node that allows finitely many listed ones; [] for any other."""
    if len(node.spoken) != 1 or not isinstance(node.spoken[0], Values):
        return []
    return [json.loads(text) for text in node.spoken[0].texts]


class _Settler:
    def __init__(self) -> None:
        self._left = MAX_NODES

    def settle(self, node: Node) -> Node:
        self._left -= 1
        if self._left < 0:
            raise BudgetExceeded(
                f"the schema has more than {MAX_NODES} parts once its references are written out",
                hint="refer less often to large definitions",
            )
        if node.implied and not node.spoken:
            raise UnsupportedSchema(
                "a schema that allows any JSON value",
                pointer=node.pointer,
                hint="give it a type, enum or const",
            )
        settled = [self._typed(typed, node.pointer) for typed in node.spoken]
        return Node(tuple(_tidied([typed for typed in settled if typed])), (), node.pointer)

    def _typed(self, typed: Typed, pointer: str) -> Typed | None:
        match typed:
            case Object():
                return self._object(typed, pointer)
            case Array():
                return self._array(typed, pointer)
            case Values():
                return typed if typed.texts else None
        return typed

    def _object(self, constraint: Object, pointer: str) -> Object | None:
        known = {name: self.settle(node) for name, node in constraint.properties}
        for name in constraint.required:
            if name not in known and not constraint.closed:
                raise UnsupportedSchema(
                    f"required property '{name}' without a schema",
                    pointer=f"{pointer}/required",
                    hint=f"describe '{name}' under properties",
                )
            if name not in known or not known[name].spoken:
                return None
        possible = tuple((name, node) for name, node in known.items() if node.spoken)
        return Object(possible, constraint.required, closed=True)

    def _array(self, array: Array, pointer: str) -> Array | None:
        check_count(array.min_items, "minItems")
        prefix = array.prefix if array.max_items is None else array.prefix[: array.max_items]
        nodes = [self.settle(node) for node in prefix]
        items = self._items(array, pointer)
        possible = next((i for i, node in enumerate(nodes) if not node.spoken), len(nodes))
        high = array.max_items
        if possible < len(nodes) or not items.spoken:
            high = possible
        if high is not None and array.min_items > high:
            return None
        return Array(tuple(nodes[:possible]), items, array.min_items, high)

    def _items(self, array: Array, pointer: str) -> Node:
        """What the items after the prefix are; nothing when there are none."""
        listed = len(array.prefix)
        if array.max_items is not None and array.max_items <= listed:
            return Node(pointer=pointer)
        if array.items is not None:
            return self.settle(array.items)
        if array.min_items > listed or not listed:
            raise UnsupportedSchema(
                "array whose items have no schema",
                pointer=pointer,
                hint="describe them with items or prefixItems",
            )
        return Node(pointer=pointer)


def _tidied(typed: list[Typed]) -> list[Typed]:
    """Gather all finite values into one constraint, and drop integers beside all numbers."""
    texts = [text for each in typed if isinstance(each, Values) for text in each.texts]
    others = [each for each in dict.fromkeys(typed) if not isinstance(each, Values)]
    wholes = [
        replace(each, integer=True)
        for each in others
        if isinstance(each, Number) and not each.integer
    ]
    kept: list[Typed] = [each for each in others if each not in wholes]
    return [Values(tuple(dict.fromkeys(texts))), *kept] if texts else kept
