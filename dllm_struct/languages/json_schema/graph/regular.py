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
from typing import Generic, Protocol, TypeVar

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
    multiples_of,
    non_integers,
    not_multiples_of,
    other_than,
    pattern_text,
    python_pattern_text,
    written_multiples,
)
from dllm_struct.languages.json_schema.scalars.text import (
    Text,
    any_text,
    both,
    counted,
    either,
    nothing,
    text_of,
    without,
)


class Emptiable(Protocol):
    """A language: an automaton or a `Text`."""

    @property
    def is_empty(self) -> bool:
        """Whether it has no member."""


Language = TypeVar("Language", bound=Emptiable)


class Known(Generic[Language]):
    """What is surely in a set and what is surely not; each made when it is asked for."""

    def __init__(self, inside: Callable[[], Language], outside: Callable[[], Language]) -> None:
        self._inside = inside
        self._outside = outside

    @cached_property
    def inside(self) -> Language:
        """Texts that are in the set."""
        return self._inside()

    @cached_property
    def outside(self) -> Language:
        """Texts that are not."""
        return self._outside()

    def __invert__(self) -> Known[Language]:
        return Known(lambda: self.outside, lambda: self.inside)


@dataclass(frozen=True, eq=False)
class Sets(Generic[Language]):
    """A set by the standard, and the part of it that validators agree on.

    Attributes:
        full: by the standard.
        sure: what to write.
    """

    full: Known[Language]
    sure: Known[Language]

    @classmethod
    def of(cls, inside: Callable[[], Language], outside: Callable[[], Language]) -> Sets[Language]:
        """A set that everybody agrees on."""
        known = Known(inside, outside)
        return cls(known, known)


@dataclass(frozen=True)
class _Operations(Generic[Language]):
    """How languages are combined."""

    meet: Callable[[Language, Language], Language]
    join: Callable[[Language, Language], Language]
    minus: Callable[[Language, Language], Language]


class _Regular(Algebra[Sets[Language]]):
    """Sets of texts within a universe."""

    def __init__(
        self, universe: Language, none: Language, operations: _Operations[Language]
    ) -> None:
        self._universe = universe
        self._do = operations
        self.everything = Sets.of(lambda: universe, lambda: none)
        self.nothing = Sets.of(lambda: none, lambda: universe)

    def both(self, a: Sets[Language], b: Sets[Language]) -> Sets[Language]:
        """Conjunction."""
        if a is self.everything or b is self.nothing:
            return b
        if b is self.everything or a is self.nothing:
            return a
        full = self._and(a.full, b.full)
        same = a.sure is a.full and b.sure is b.full
        return Sets(full, full if same else self._and(a.sure, b.sure))

    def _and(self, a: Known[Language], b: Known[Language]) -> Known[Language]:
        return Known(
            lambda: self._do.meet(a.inside, b.inside), lambda: self._do.join(a.outside, b.outside)
        )

    def either(self, a: Sets[Language], b: Sets[Language]) -> Sets[Language]:
        """Disjunction."""
        return self.negated(self.both(self.negated(a), self.negated(b)))

    def negated(self, a: Sets[Language]) -> Sets[Language]:
        """Opposite."""
        if a is self.everything or a is self.nothing:
            return self.nothing if a is self.everything else self.everything
        full = ~a.full
        return Sets(full, full if a.sure is a.full else ~a.sure)

    def only(self, language: Language) -> Sets[Language]:
        """The texts of a language and no others."""
        return self._plain(lambda: language)

    def is_all_outside(self, a: Sets[Language]) -> bool:
        """Whether every text of the universe is surely outside of a set."""
        return self._do.minus(self._universe, a.full.outside).is_empty

    def _plain(self, inside: Callable[[], Language]) -> Sets[Language]:
        """A set whose opposite is all the rest."""
        known: Known[Language] = Known(inside, lambda: self._do.minus(self._universe, known.inside))
        return Sets(known, known)


class Strings(_Regular[Text]):
    """Decoded strings."""

    def __init__(self) -> None:
        super().__init__(any_text(), nothing(), _Operations(both, either, without))

    def own(self, sub: Sub) -> Sets[Text]:
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
            parts.append(self._plain(lambda: text_of(strings(listed))))
        low, high = length_bounds(sub)
        if low or high is not None:
            parts.append(self._plain(partial(counted, low, high)))
        if "pattern" in sub:
            parts.append(self._pattern(sub["pattern"]))
        name = format_of(sub)
        if name is not None:
            parts.append(self._format(name))
        return reduce(self.both, parts, self.everything)

    def _pattern(self, pattern: str) -> Sets[Text]:
        full = self._plain(lambda: text_of(pattern_text(pattern))).full
        if python_pattern_text(pattern) == pattern_text(pattern):
            return Sets(full, full)
        agreed = Known(
            lambda: text_of(python_pattern_text(pattern)),
            lambda: without(full.outside, text_of(python_pattern_text(pattern))),
        )
        return Sets(full, agreed)

    def _format(self, name: str) -> Sets[Text]:
        full = self._plain(lambda: text_of(format_text(name))).full
        agreed = Known(lambda: text_of(format_text(name, "canonical")), lambda: full.outside)
        return Sets(full, agreed)


class Numbers(_Regular[DFA]):
    """Texts of numbers."""

    def __init__(self) -> None:
        super().__init__(all_numbers(), empty(), _Operations(intersection, union, difference))

    def own(self, sub: Sub) -> Sets[DFA]:
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

    def _listed(self, values: list[int | float]) -> Sets[DFA]:
        parts = [Sets.of(partial(equal_to, value), partial(other_than, value)) for value in values]
        return reduce(self.either, parts)


def _bounded(limit: Limit) -> Sets[DFA]:
    inside, outside = (at_least, at_most) if limit.lower else (at_most, at_least)
    return Sets.of(
        partial(inside, limit.value, limit.exclusive),
        partial(outside, limit.value, not limit.exclusive),
    )


def _multiples(divisor: Fraction) -> Sets[DFA]:
    outside = partial(not_multiples_of, divisor)
    full = Known(partial(multiples_of, divisor), outside)
    return Sets(full, Known(partial(written_multiples, divisor), outside))


STRINGS = Strings()
NUMBERS = Numbers()
