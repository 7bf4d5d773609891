"""Limits of what a schema may ask for, so that a hostile one ends in an error."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from dllm_struct.errors import BudgetExceeded

MAX_COUNT = 10_000
"""Largest ``minLength`` and ``minItems``: an automaton has states for every one of them."""

MAX_UNROLLED = 64
"""Items of an array of fixed length that get slots of their own."""


def check_count(count: int, keyword: str) -> None:
    """Refuse a lower bound that no automaton of reasonable size can count to.

    Raises:
        BudgetExceeded: when ``count`` is above `MAX_COUNT`.
    """
    if count > MAX_COUNT:
        raise BudgetExceeded(
            f"{keyword} is {count}, which is more than can be counted to",
            hint=f"use a {keyword} of at most {MAX_COUNT}",
        )


@contextmanager
def bounded_nesting() -> Iterator[None]:
    """Turn a recursion that goes too deep into an error of ours.

    Raises:
        BudgetExceeded: when the schema is nested too deeply.
    """
    try:
        yield
    except RecursionError as error:
        raise BudgetExceeded(
            "the schema is nested too deeply", hint="use fewer levels of nesting"
        ) from error
