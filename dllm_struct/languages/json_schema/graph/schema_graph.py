"""A schema as a graph of places: what a value has to satisfy, wherever one may stand.

A *place* is a set of literals: sub-schemas, each asserted or denied, that a value satisfies
together. Places are interned, and a schema has finitely many sub-schemas, so recursion leads back
to a place that is known. Expanding a place removes every boolean operator: strings and numbers
become automata by their boolean algebra, objects and arrays become alternatives by disjunctive
normal form (`formulas`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from referencing import Registry

from dllm_struct.automata.dfa import DFA, empty
from dllm_struct.errors import BudgetExceeded
from dllm_struct.languages.json_schema.graph.array_shapes import ArrayTheory, array_shapes
from dllm_struct.languages.json_schema.graph.arrays import Arrays
from dllm_struct.languages.json_schema.graph.assertions import enumerated
from dllm_struct.languages.json_schema.graph.documents import Documents
from dllm_struct.languages.json_schema.graph.formulas import (
    FALSE,
    All,
    Either,
    Formula,
    branches,
    conjunction,
)
from dllm_struct.languages.json_schema.graph.inhabitants import Inhabitants
from dllm_struct.languages.json_schema.graph.keys import Keys
from dllm_struct.languages.json_schema.graph.mentions import Mentions
from dllm_struct.languages.json_schema.graph.notes import note
from dllm_struct.languages.json_schema.graph.object_shapes import ObjectTheory, object_shapes
from dllm_struct.languages.json_schema.graph.objects import Objects
from dllm_struct.languages.json_schema.graph.scalars import ScalarPlaces
from dllm_struct.languages.json_schema.graph.shaping import ArrayShaping, ObjectShaping, Shaping
from dllm_struct.languages.json_schema.graph.subs import ALWAYS, NEVER, Sub
from dllm_struct.languages.json_schema.graph.walk import check
from dllm_struct.languages.json_schema.shapes import (
    ArrayShape,
    ObjectShape,
    Place,
    Shapes,
)

MAX_PLACES = 50_000
"""Places of one schema."""

_NOTHING = Shapes(frozenset(), empty(), empty(), empty(), empty(), empty())


class SchemaGraph:
    """The places of one schema.

    Attributes:
        root: the place of a whole document.
        anything: the place of every value.
        warnings: (JSON pointer, text) of what the schema says without effect.
    """

    def __init__(self, schema: Any, registry: Registry[Any] | None = None) -> None:
        """Read a schema.

        Raises:
            InvalidSchema: when it is malformed.
            UnsupportedSchema: when it says what cannot be guaranteed.
        """
        self._prepare(schema, registry)

    def _prepare(self, schema: Any, registry: Registry[Any] | None) -> None:
        self._source = schema, registry
        self._documents = Documents(schema, registry)
        self.warnings = check(self._documents)
        self._literals: list[frozenset[int]] = []
        self._known: dict[frozenset[int], Place] = {}
        self._shapes: dict[Place, Shapes] = {}
        self._empty: dict[tuple[Place, bool], bool] = {}
        self._scalars = ScalarPlaces(self._documents)
        self._objects = ObjectShaping(self._documents, _NamedObjects(self))
        self._arrays = ArrayShaping(self._documents, Arrays(self._documents))
        self._mentions = Mentions(self._documents)
        self._inhabitants = Inhabitants(self)
        self.anything = self.place(frozenset())
        self.root = self.place(frozenset({_literal_of(self._documents.root)}))

    def __getstate__(self) -> tuple[Any, ...]:
        return self._source, self._documents.recipes, self._literals

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        """Places keep their numbers; everything else is made anew."""
        source, recipes, literals = state
        self._prepare(*source)
        self._documents.replay(recipes)
        for each in literals:
            self.place(each)

    def check(self) -> None:
        """Expand every place that a value can lead to, so that what is refused is refused now.

        Raises:
            BudgetExceeded: there are too many places, or the branches of one multiply.
        """
        seen = {self.root}
        todo = [self.root]
        while todo:
            for place in self._children(self.expand(todo.pop())):
                if place not in seen:
                    seen.add(place)
                    todo.append(place)
            if len(seen) > MAX_PLACES:
                raise BudgetExceeded(
                    f"the schema has more than {MAX_PLACES} different places",
                    hint="split the schema into parts",
                )

    def _children(self, shapes: Shapes) -> Iterator[Place]:
        """Places that the values inside a value may have."""
        for shape in shapes.objects:
            yield from (prop.value for prop in shape.properties)
            for others in shape.others:
                yield others.value
                yield from (self.meet(others.value, some.value) for some in shape.some)
        for array in shapes.arrays:
            for place in (*array.prefix, array.rest):
                yield place
                for count in array.counts:
                    yield self.meet(place, count.inside)
                    yield self.meet(place, count.outside)

    def place(self, literals: frozenset[int]) -> Place:
        """The place of some literals."""
        literals = literals - {ALWAYS}
        if NEVER in literals or any(-literal in literals for literal in literals):
            literals = frozenset({NEVER})
        if literals not in self._known:
            self._known[literals] = Place(len(self._literals))
            self._literals.append(literals)
        return self._known[literals]

    def meet(self, *places: Place) -> Place:
        """The place that satisfies them all."""
        return self.place(frozenset().union(*(self._literals[place] for place in places)))

    def shortest(self, place: Place) -> bytes | None:
        """A short canonical text of a value, or None when the place has no value at all."""
        return self._inhabitants.shortest(place)

    def several(self, place: Place, count: int) -> list[bytes]:
        """Up to so many short canonical texts of different values."""
        return self._inhabitants.several(place, count)

    def expand(self, place: Place) -> Shapes:
        """The shapes of a place, kept."""
        if place not in self._shapes:
            self._shapes[place] = self._expanded(place)
        return self._shapes[place]

    def pointer(self, place: Place) -> str:
        """The JSON pointer of a sub-schema that led to the place."""
        subs = self._subs(place)
        return subs[0].pointer if subs else ""

    def note(self, place: Place) -> str:
        """A short description of a place."""
        return note([sub for sub in self._subs(place) if isinstance(sub.schema, dict)])

    def plainly_empty(self, place: Place) -> bool:
        """Whether no value is surely there, as far as one look tells."""
        return self._looks_empty(place, certain=False)

    def certainly_empty(self, place: Place) -> bool:
        """Whether surely no value is there, as far as one look tells."""
        return self._looks_empty(place, certain=True)

    def is_listed(self, literal: int) -> bool:
        """Whether a literal is about a short list of values."""
        values = enumerated(self._documents.subs[abs(literal) - 1])
        return values is not None and not any(isinstance(value, list | dict) for value in values)

    def _looks_empty(self, place: Place, *, certain: bool) -> bool:
        key = (place, certain)
        if key not in self._empty:
            self._empty[key] = False  # while looking, for recursion
            self._empty[key] = self._is_empty(self._literals[place], certain=certain)
        return self._empty[key]

    def _subs(self, place: Place) -> list[Sub]:
        return [self._documents.subs[n - 1] for n in sorted(self._literals[place]) if n > 0]

    def _is_empty(self, literals: frozenset[int], *, certain: bool) -> bool:
        if NEVER in literals:
            return True
        if not literals:
            return False
        if self._lists_contradict(literals):
            return True
        if self._scalars.has_literal(literals):
            return False
        return (
            self._is_impossible(self._objects, literals, ObjectTheory(self, certain=certain))
            and self._is_impossible(self._arrays, literals, ArrayTheory(self, certain=certain))
            and self._scalars.of(literals).is_empty(certain=certain)
        )

    def _lists_contradict(self, literals: frozenset[int]) -> bool:
        """Whether no value is in all the lists that are asserted."""
        common: frozenset[str] | None = None
        for n in literals:
            listed = self._documents.listed(self._documents.subs[n - 1]) if n > 0 else None
            if listed is not None:
                common = listed if common is None else common & listed
        return common is not None and not common

    def _is_impossible(
        self, shaping: Shaping, literals: frozenset[int], theory: ObjectTheory | ArrayTheory
    ) -> bool:
        formula = self._formula(shaping, literals)
        if formula == FALSE:
            return True
        parts = formula.parts if isinstance(formula, All) else (formula,)
        return theory.impossible({part: None for part in parts if not isinstance(part, Either)})

    def _formula(self, shaping: Shaping, literals: frozenset[int]) -> Formula:
        return conjunction(
            shaping.of(self._documents.subs[n - 1])
            if n > 0
            else shaping.of(self._documents.subs[-n - 1]).negated()
            for n in sorted(literals, key=abs)
        )

    def _expanded(self, place: Place) -> Shapes:
        literals = self._literals[place]
        if NEVER in literals:
            return _NOTHING
        scalars = self._scalars.of(literals)
        shapes = Shapes(
            self._scalars.texts(literals),
            scalars.numbers.full.inside,
            scalars.some_strings,
            scalars.agreed_numbers,
            scalars.written_numbers,
            scalars.written_strings,
            tuple(self._array_shapes(literals)),
            tuple(self._object_shapes(literals)),
            long_strings=scalars.long_strings,
        )
        return _with_implied(shapes, self._mentions.kinds(self._subs(place)))

    def _object_shapes(self, literals: frozenset[int]) -> Iterator[ObjectShape]:
        formula = self._formula(self._objects, literals)
        if formula == FALSE:
            return
        names = self._mentions.names(literals)
        for branch in branches(formula, ObjectTheory(self, certain=False)):
            yield from object_shapes(
                branch,
                self,
                lambda name: names.get(name, len(names)),
                self._mentions.orders(literals),
            )

    def _array_shapes(self, literals: frozenset[int]) -> Iterator[ArrayShape]:
        formula = self._formula(self._arrays, literals)
        if formula == FALSE:
            return
        for branch in branches(formula, ArrayTheory(self, certain=False)):
            yield from array_shapes(branch, self, self.anything)

    def strings_of(self, sub: Sub) -> DFA:
        """The strings that satisfy a sub-schema."""
        return self._scalars.of(frozenset({_literal_of(sub)})).strings.full.inside.dfa()


class _NamedObjects(Objects):
    """Objects whose names may be bound to a sub-schema."""

    def __init__(self, graph: SchemaGraph) -> None:
        super().__init__(graph._documents)
        self._graph = graph

    def named_outside(self, sub: Sub) -> Keys:
        return Keys(languages=(self._graph.strings_of(sub),), outside=True)


def _literal_of(sub: Sub) -> int:
    return NEVER if sub.schema is False else sub.number


def _with_implied(shapes: Shapes, spoken: frozenset[str]) -> Shapes:
    """Mark the kinds that no keyword speaks of, unless no kind is spoken of at all."""
    present = frozenset(_kinds(shapes))
    implied = present - spoken
    if implied == present:
        return shapes
    return replace(shapes, implied=implied)


def _kinds(shapes: Shapes) -> Iterator[str]:
    if "null" in shapes.literals:
        yield "null"
    if shapes.literals & {"true", "false"}:
        yield "boolean"
    if not shapes.numbers.is_empty:
        yield "number"
    if not shapes.strings.is_empty:
        yield "string"
    if shapes.arrays:
        yield "array"
    if shapes.objects:
        yield "object"
