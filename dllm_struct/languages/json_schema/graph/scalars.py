"""The scalars of a place: literals, numbers and strings that satisfy a set of literals."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import Any

from dllm_struct.automata.algebra import intersection, strings, union
from dllm_struct.automata.dfa import DFA, empty
from dllm_struct.languages.json_schema.graph.assertions import enumerated
from dllm_struct.languages.json_schema.graph.documents import Documents
from dllm_struct.languages.json_schema.graph.equality import kind_of
from dllm_struct.languages.json_schema.graph.meaning import Meaning
from dllm_struct.languages.json_schema.graph.regular import NUMBERS, STRINGS, Language, Sets
from dllm_struct.languages.json_schema.graph.values import satisfies
from dllm_struct.languages.json_schema.scalars import canonical_numbers, equal_to
from dllm_struct.languages.json_schema.scalars.text import FEW, Text, text_of

_MOST_COUNTED = 30_000
"""States times length beyond which lengths are counted apart."""

_LITERALS = {"null": None, "true": True, "false": False}


@dataclass(frozen=True)
class Scalars:
    """The strings and the numbers of a place."""

    strings: Sets[Text]
    numbers: Sets[DFA]

    def is_empty(self, *, certain: bool) -> bool:
        """Whether there are none: none that is surely in, or (``certain``) all are surely out."""
        if certain:
            return STRINGS.is_all_outside(self.strings) and NUMBERS.is_all_outside(self.numbers)
        return self.strings.full.inside.is_empty and self.numbers.full.inside.is_empty

    @property
    def agreed_numbers(self) -> DFA:
        """Numbers on which validators agree, as far as there are any."""
        return _or(self.numbers.sure.inside, self.numbers.full.inside)

    @property
    def written_numbers(self) -> DFA:
        """What to write: plain numbers on which validators agree, as far as there are any."""
        return _or(intersection(self.agreed_numbers, canonical_numbers()), self.agreed_numbers)

    @property
    def written_strings(self) -> DFA:
        """What to write: strings on which validators agree, as far as there are any."""
        sure = self.strings.sure.inside
        return _moderate(self.strings.full.inside if sure.is_empty else sure)

    @property
    def long_strings(self) -> Text | None:
        """All strings, when one automaton of them would be too large."""
        found = self.strings.full.inside
        return found if _is_large(found) else None

    @property
    def some_strings(self) -> DFA:
        """All strings, or those of moderate length when an automaton of all would be too large."""
        return _moderate(self.strings.full.inside)


def _is_large(text: Text) -> bool:
    return any(
        max(piece.low, piece.high or 0) > FEW
        and max(piece.low, piece.high or 0) * piece.dfa.num_states > _MOST_COUNTED
        for piece in text.pieces
    )


def _moderate(text: Text) -> DFA:
    """One automaton of a text, or of its shorter strings when that would be too large.

    Raises:
        BudgetExceeded: even the shortest strings are too long to count to.
    """
    if not _is_large(text):
        return text.dfa()
    states = max(piece.dfa.num_states for piece in text.pieces)
    return text.written(max(_MOST_COUNTED // states, FEW))


def _or(preferred: DFA, otherwise: DFA) -> DFA:
    return otherwise if preferred.is_empty else preferred


class ScalarPlaces:
    """Finds the scalars that satisfy sub-schemas, asserted (positive) or denied (negative)."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents
        self._strings = Meaning(documents, STRINGS)
        self._numbers = Meaning(documents, NUMBERS)

    def has_literal(self, literals: frozenset[int]) -> bool:
        """Whether null, true or false satisfies them."""
        return any(satisfies(self._documents, value, literals) for value in _LITERALS.values())

    def texts(self, literals: frozenset[int]) -> frozenset[str]:
        """Those of null, true and false that satisfy them."""
        return frozenset(
            text for text, value in _LITERALS.items() if satisfies(self._documents, value, literals)
        )

    def of(self, literals: frozenset[int]) -> Scalars:
        """The strings and the numbers that satisfy them."""
        listed = self._listed(literals)
        if listed is None:
            return Scalars(
                self._regular(self._strings, literals), self._regular(self._numbers, literals)
            )
        texts = [value.encode() for value in listed if isinstance(value, str)]
        numbers = [equal_to(value) for value in listed if kind_of(value) == "number"]
        return Scalars(
            STRINGS.only(text_of(strings(texts) if texts else empty())),
            NUMBERS.only(union(*numbers) if numbers else empty()),
        )

    def _regular(
        self, meaning: Meaning[Sets[Language]], literals: frozenset[int]
    ) -> Sets[Language]:
        algebra = meaning.algebra
        subs = self._documents.subs
        parts = (
            meaning.of(subs[n - 1]) if n > 0 else algebra.negated(meaning.of(subs[-n - 1]))
            for n in sorted(literals, key=abs)
        )
        return reduce(algebra.both, parts, algebra.everything)

    def _listed(self, literals: frozenset[int]) -> list[Any] | None:
        """The scalars that are left when a sub-schema lists its values, else None."""
        for n in sorted(literals):
            values = enumerated(self._documents.subs[n - 1]) if n > 0 else None
            if values is not None:
                scalars = (value for value in values if not isinstance(value, list | dict))
                return [v for v in scalars if satisfies(self._documents, v, literals)]
        return None
