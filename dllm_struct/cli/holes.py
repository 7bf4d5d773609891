"""A text with marks in it becomes a template: what stands between the marks never changes."""

from __future__ import annotations

import dllm_struct as ds
from dllm_struct.errors import InvalidInput

HOLE = "<FILL>"
"""Marks a hole, unless the user has another mark."""

ANY_TEXT = "(?s:.*)"


def with_holes(
    text: str, mark: str, outer: ds.Language | None, inner: ds.Language | None
) -> ds.Template:
    """Return the template of a text with holes, which are called ``hole1``, ``hole2`` ….

    Args:
        text: with a mark for every hole.
        mark: what a hole looks like.
        outer: the language of the whole text; None: any.
        inner: the language of every hole; None: whatever ``outer`` allows, or any text.

    Raises:
        InvalidInput: there is no mark in the text.
    """
    first, *rest = text.split(mark) if mark else [text]
    if not rest:
        raise InvalidInput(
            f"the text has no hole: '{mark}' is not in it",
            hint=f"write {HOLE} where something is missing, or say what marks a hole with --hole",
        )
    language = ds.regex(ANY_TEXT) if inner is None else inner
    parts: list[ds.Invariant | ds.Slot] = [ds.Invariant(first)]
    for number, after in enumerate(rest, 1):
        parts += [ds.Slot(f"hole{number}", language), ds.Invariant(after)]
    return ds.Template(tuple(parts), outer)
