"""Rules of a GBNF grammar that are regular: those that never come back to themselves.

A rule that comes back to itself only at its own end is regular too, a loop: ``ws ::= " " ws | ""``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from dllm_struct.languages.grammar.notation.gbnf.parts import (
    NOTHING,
    Choice,
    Part,
    Ref,
    Series,
    Times,
    references,
)
from dllm_struct.languages.regex.tree import Chars, Node, alternation, concat, repeat

MAX_SIZE: Final = 20_000
"""Most characters in a regular part, repetitions written out, for one automaton to be made."""


@dataclass(frozen=True, slots=True)
class Regular:
    """A part without references: its tree, and how many characters it is long written out."""

    tree: Node
    size: int


def regular_rules(rules: Mapping[str, Part]) -> dict[str, Regular]:
    """The rules that are regular and not too large."""
    found: dict[str, Regular] = {}
    for name in _bottom_up(rules):
        part = unrolled(name, rules[name])
        regular = None if part is None else regular_part(part, found)
        if regular is not None:
            found[name] = regular
    return found


def regular_part(part: Part, known: Mapping[str, Regular]) -> Regular | None:
    """A part as a regular expression; None when it is none, or too large."""
    regular = _regular(part, known)
    return regular if regular is not None and regular.size <= MAX_SIZE else None


def _regular(part: Part, known: Mapping[str, Regular]) -> Regular | None:
    match part:
        case Chars():
            return Regular(part, 1)
        case Ref(name=name):
            return known.get(name)
        case Times(item=item, low=low, high=high):
            inner = regular_part(item, known)
            if inner is None:
                return None
            return Regular(repeat(inner.tree, low, high), inner.size * max(low, high or 1, 1))
        case Series(items=parts) | Choice(options=parts):
            inside = [regular_part(each, known) for each in parts]
            trees = [each.tree for each in inside if each is not None]
            if len(trees) < len(inside):
                return None
            join = concat if isinstance(part, Series) else alternation
            return Regular(join(*trees), sum(each.size for each in inside if each is not None))


def unrolled(name: str, part: Part) -> Part | None:
    """A rule without references to itself; None when they stand elsewhere than at its end."""
    loops: list[Part] = []
    exits: list[Part] = []
    for prefix, again in _tails(name, part):
        if any(reference.name == name for reference in references(prefix)):
            return None
        (loops if again else exits).append(prefix)
    if not loops:
        return part
    return Series((Times(Choice(tuple(loops)), 0, None), Choice(tuple(exits))))


def _tails(name: str, part: Part) -> Iterator[tuple[Part, bool]]:
    """Ways to go through a part: what comes first, and whether the rule itself comes then."""
    match part:
        case Ref() if part.name == name:
            yield NOTHING, True
        case Choice(options=options):
            for option in options:
                yield from _tails(name, option)
        case Times(item=item, low=0, high=1):
            yield NOTHING, False
            yield from _tails(name, item)
        case Series(items=items) if items:
            for last, again in _tails(name, items[-1]):
                yield Series((*items[:-1], last)), again
        case _:
            yield part, False


def _bottom_up(rules: Mapping[str, Part]) -> Iterator[str]:
    """Rule names, those that a rule needs before it where that is possible."""
    done: set[str] = set()
    for first in rules:
        stack = [(first, iter(references(rules[first])))] if first not in done else []
        done.add(first)
        while stack:
            name, rest = stack[-1]
            for reference in rest:
                if reference.name not in done:
                    done.add(reference.name)
                    stack.append((reference.name, iter(references(rules[reference.name]))))
                    break
            else:
                stack.pop()
                yield name
