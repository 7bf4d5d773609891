r"""Strings and numbers under a sub-schema, as automata.

Two things keep a complement from being the opposite of a set. Some texts are judged differently by
different readers (Python reads ``\W`` with Unicode in mind, and numbers become doubles), and some
numbers are spelled in ways that no automaton compares with a bound. So a set is known by two
automata, what is surely `Known.inside` and what is surely `Known.outside`; denying swaps them. And
each set comes twice: by the standard, and with only what all validators agree on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, partial, reduce

from dllm_struct.automata.algebra import difference, intersection, strings, union
from dllm_struct.automata.dfa import DFA, empty
from dllm_struct.languages.json_schema.graph.assertions import (
    Limit,
    bounds,
    enumerated,
    format_of,
    length_bounds,
    multiple_of,
    named_types,
)
from dllm_struct.languages.json_schema.graph.equality import kind_of
from dllm_struct.languages.json_schema.graph.meaning import Algebra
from dllm_struct.languages.json_schema.graph.subs import Sub
from dllm_struct.languages.json_schema.scalars import (
    all_numbers,
    at_least,
    at_most,
    equal_to,
    format_text,
    integers,
    length_text,
    multiples_of,
    non_integers,
    not_multiples_of,
    other_than,
    pattern_text,
    python_pattern_text,
)

Make = Callable[[], DFA]


class Known:
    """What is surely in a set and what is surely not; each made when it is asked for."""

    def __init__(self, inside: Make, outside: Make) -> None:
        self._inside = inside
        self._outside = outside

    @cached_property
    def inside(self) -> DFA:
        """Texts that are in the set."""
        return self._inside()

    @cached_property
    def outside(self) -> DFA:
        """Texts that are not."""
        return self._outside()

    def __and__(self, other: Known) -> Known:
        return Known(
            lambda: intersection(self.inside, other.inside),
            lambda: union(self.outside, other.outside),
        )

    def __invert__(self) -> Known:
        return Known(lambda: self.outside, lambda: self.inside)


@dataclass(frozen=True, eq=False)
class Sets:
    """A set by the standard, and the part of it that validators agree on.

    Attributes:
        full: by the standard.
        sure: what to write.
    """

    full: Known
    sure: Known

    @classmethod
    def of(cls, inside: Make, outside: Make) -> Sets:
        """A set that everybody agrees on."""
        known = Known(inside, outside)
        return cls(known, known)


class _Regular(Algebra[Sets]):
    """Sets of texts within a universe."""

    def __init__(self, universe: DFA) -> None:
        self._universe = universe
        self.everything = Sets.of(lambda: universe, empty)
        self.nothing = Sets.of(empty, lambda: universe)

    def both(self, a: Sets, b: Sets) -> Sets:
        """Conjunction."""
        if a is self.everything or b is self.nothing:
            return b
        if b is self.everything or a is self.nothing:
            return a
        full = a.full & b.full
        same = a.sure is a.full and b.sure is b.full
        return Sets(full, full if same else a.sure & b.sure)

    def either(self, a: Sets, b: Sets) -> Sets:
        """Disjunction."""
        return self.negated(self.both(self.negated(a), self.negated(b)))

    def negated(self, a: Sets) -> Sets:
        """Opposite."""
        if a is self.everything or a is self.nothing:
            return self.nothing if a is self.everything else self.everything
        full = ~a.full
        return Sets(full, full if a.sure is a.full else ~a.sure)

    def only(self, dfa: DFA) -> Sets:
        """The texts of an automaton and no others."""
        return self._plain(lambda: dfa)

    def is_all_outside(self, a: Sets) -> bool:
        """Whether every text of the universe is surely outside of a set."""
        return difference(self._universe, a.full.outside).is_empty

    def _complement(self, make: Make) -> Make:
        return lambda: difference(self._universe, make())

    def _plain(self, inside: Make) -> Sets:
        """A set whose opposite is all the rest."""
        return Sets.of(inside, self._complement(inside))


class Strings(_Regular):
    """UTF-8 of decoded strings."""

    def __init__(self) -> None:
        super().__init__(length_text(0, None))

    def own(self, sub: Sub) -> Sets:
        """What its keywords say."""
        types = named_types(sub)
        if types is not None and "string" not in types:
            return self.nothing
        parts = []
        values = enumerated(sub)
        if values is not None:
            listed = [value.encode() for value in values if isinstance(value, str)]
            if not listed:
                return self.nothing
            parts.append(self._plain(partial(strings, listed)))
        low, high = length_bounds(sub)
        if low or high is not None:
            parts.append(self._plain(partial(length_text, low, high)))
        if "pattern" in sub:
            parts.append(self._pattern(sub["pattern"]))
        name = format_of(sub)
        if name is not None:
            parts.append(self._format(name))
        return reduce(self.both, parts, self.everything)

    def _pattern(self, pattern: str) -> Sets:
        full = self._plain(partial(pattern_text, pattern)).full
        python = partial(python_pattern_text, pattern)
        sure = Known(python, lambda: difference(full.outside, python()))
        return Sets(full, sure)

    def _format(self, name: str) -> Sets:
        full = self._plain(partial(format_text, name)).full
        return Sets(full, Known(partial(format_text, name, "canonical"), lambda: full.outside))


class Numbers(_Regular):
    """Texts of numbers."""

    def __init__(self) -> None:
        super().__init__(all_numbers())

    def own(self, sub: Sub) -> Sets:
        """What its keywords say."""
        types = named_types(sub)
        if types is not None and not {"number", "integer"} & set(types):
            return self.nothing
        parts = []
        values = enumerated(sub)
        if values is not None:
            equal = [value for value in values if kind_of(value) == "number"]
            if not equal:
                return self.nothing
            parts.append(self._listed(equal))
        if types is not None and "number" not in types:
            draft4 = not sub.dialect.whole_numbers_are_integers
            whole, broken = partial(integers, draft4=draft4), partial(non_integers, draft4=draft4)
            parts.append(Sets.of(whole, broken))
        parts += [_bounded(limit) for limit in bounds(sub)]
        divisor = multiple_of(sub)
        if divisor is not None:
            parts.append(_multiples(divisor))
        return reduce(self.both, parts, self.everything)

    def _listed(self, values: list[int | float]) -> Sets:
        parts = [Sets.of(partial(equal_to, value), partial(other_than, value)) for value in values]
        return reduce(self.either, parts)


def _bounded(limit: Limit) -> Sets:
    inside, outside = (at_least, at_most) if limit.lower else (at_most, at_least)
    return Sets.of(
        partial(inside, limit.value, limit.exclusive),
        partial(outside, limit.value, not limit.exclusive),
    )


def _multiples(divisor: Fraction) -> Sets:
    return Sets.of(partial(multiples_of, divisor), partial(not_multiples_of, divisor))


STRINGS = Strings()
NUMBERS = Numbers()
