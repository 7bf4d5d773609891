"""Whether anything satisfies a node: to tell the branches of ``oneOf`` apart.

Formats are left out of account: validators may take them for annotations, and ours are narrower
than the RFCs, so they cannot show that two strings differ.
"""

from __future__ import annotations

from dataclasses import replace

from dllm_struct.languages.json_schema.nodes import (
    Array,
    Node,
    Number,
    Object,
    String,
    Typed,
    Values,
    item_at,
)
from dllm_struct.languages.json_schema.numbers import is_empty_range
from dllm_struct.languages.json_schema.strings import content


def is_nothing(node: Node) -> bool:
    """Whether surely nothing satisfies the node: False when it cannot tell (formats, multiples)."""
    return all(_is_empty(typed) for typed in node.typed)


def _is_empty(typed: Typed) -> bool:
    match typed:
        case Values(texts):
            return not texts
        case Number():
            return is_empty_range(typed)
        case String():
            return content(replace(typed, formats=())).is_empty
        case Array():
            return _is_empty_array(typed)
        case Object():
            return _is_empty_object(typed)


def _is_empty_array(array: Array) -> bool:
    if array.max_items is not None and array.max_items < array.min_items:
        return True
    needed = (item_at(array, i) for i in range(min(array.min_items, len(array.prefix) + 1)))
    return any(item is not None and is_nothing(item) for item in needed)


def _is_empty_object(constraint: Object) -> bool:
    known = dict(constraint.properties)
    return any(
        is_nothing(known[name]) if name in known else constraint.closed
        for name in constraint.required
    )
