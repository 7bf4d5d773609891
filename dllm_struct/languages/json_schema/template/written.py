"""From what a schema allows to what its template form writes: a narrower graph of the same places.

Three choices narrow a place, never widen it. An object has the properties that the schema names,
and no others; one without any named property has those that it describes otherwise (a map). An
array that lists its first items has no others unless it says what they are. A schema without
``type`` is read as the types that its keywords speak of.

Where a choice would leave nothing, it is not made: a place is narrowed only once a value of what
is left has been found (a least fixpoint, so recursion without a base case finds none), and
otherwise stays all that the schema allows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from dllm_struct.automata.dfa import empty
from dllm_struct.languages.json_schema.graph.inhabitants import Inhabitants
from dllm_struct.languages.json_schema.shapes import (
    ArrayShape,
    Graph,
    ObjectShape,
    Place,
    Shapes,
)
from dllm_struct.languages.json_schema.template.narrowing import (
    narrower_arrays,
    narrower_objects,
    undescribed,
    with_places,
    without_implied,
)
from dllm_struct.languages.json_schema.template.typical import one_spelling
from dllm_struct.languages.json_schema.template.witnesses import Texts, Witnesses

_NARROW, _RAW, _EXTRAS = range(3)
_VIEWS = 3


_DEEPEST = 40  # levels that are looked at in one go


class _TooDeepError(Exception):
    """A place is nested too deeply to be looked at now."""

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self.place = place


@dataclass(frozen=True)
class _Settled:
    shapes: Shapes
    texts: Texts


class Written:
    """A `Graph` of what is written.

    Its places are those of the schema's graph in three views: narrowed, as they are, and the
    unnamed properties alone of a narrowed object.

    Args:
        graph: of the schema.
        additional_properties: whether objects have unnamed properties where the schema allows.
    """

    def __init__(self, graph: Graph, additional_properties: bool = False) -> None:
        self._graph = graph
        self._additional = additional_properties
        self._known: dict[Place, _Settled] = {}
        self._failed: dict[Place, None] = {}  # looked at in this attempt, without a value so far
        self._open: list[Place] = []  # being looked at, outermost first
        self._witnesses = Witnesses(self._attempt, self.meet)
        self.root = _seen(graph.root, _NARROW)
        self.anything = _seen(graph.anything, _RAW)
        self.warnings = graph.warnings

    @staticmethod
    def narrowed(graph: Graph, place: Place) -> tuple[Written, Place]:
        """What is written of a place of a schema's graph."""
        return Written(graph), _seen(place, _NARROW)

    def __reduce__(self) -> tuple[object, ...]:
        return Written, (self._graph, self._additional)

    def expand(self, place: Place) -> Shapes:
        """The shapes of a place."""
        return self._settled(place).shapes

    def texts(self, place: Place) -> Texts:
        """Short canonical texts of a few values; () when the place has no value."""
        return self._settled(place).texts

    def meet(self, *places: Place) -> Place:
        """The place that satisfies them all; narrowed when they all are."""
        met = self._graph.meet(*(_origin(place) for place in places))
        narrow = all(_view(place) == _NARROW or place == self.anything for place in places)
        return _seen(met, _NARROW if narrow else _RAW)

    def shortest(self, place: Place) -> bytes | None:
        """A short canonical text of a value, or None when the place has no value at all."""
        texts = self.texts(place)
        return min(texts, key=len).encode() if texts else None

    def several(self, place: Place, count: int) -> list[bytes]:
        """Up to so many short canonical texts of different values."""
        return Inhabitants(self).several(place, count)

    def note(self, place: Place) -> str:
        """A short description of a place."""
        return self._graph.note(_origin(place))

    def pointer(self, place: Place) -> str:
        """The JSON pointer of a sub-schema that led to the place."""
        return self._graph.pointer(_origin(place))

    def extras(self, place: Place) -> Place:
        """Objects of one or more of the unnamed properties of a place of one object shape."""
        return _seen(_origin(place), _EXTRAS)

    def _settled(self, place: Place) -> _Settled:
        """What a place becomes, after as many attempts as bring something new.

        What is nested too deeply to be reached is settled first.
        """
        waiting = [place]
        while waiting:
            if waiting[-1] in self._known:
                waiting.pop()
                continue
            known = len(self._known)
            self._failed = {}
            try:
                self._attempt(waiting[-1])
            except _TooDeepError as error:
                waiting.append(error.place)
                continue
            if len(self._known) == known:
                self._known |= {failed: self._given_up(failed) for failed in self._failed}
        return self._known[place]

    def _attempt(self, place: Place) -> Texts:
        """Texts of a place, as far as they are known; () also while it is being looked at."""
        if place in self._known:
            return self._known[place].texts
        if place in self._failed:
            return ()
        if len(self._open) == _DEEPEST:
            self._open.clear()
            raise _TooDeepError(place)
        self._failed[place] = None
        self._open.append(place)
        settled = self._looked_at(place)
        self._open.pop()
        if settled.texts:
            self._known[place] = settled
        return settled.texts

    def _looked_at(self, place: Place) -> _Settled:
        if _view(place) == _EXTRAS:
            return self._extras_of(place)
        return self._untouched(place) if _view(place) == _RAW else self._narrowed(place)

    def _given_up(self, place: Place) -> _Settled:
        return self._extras_of(place) if _view(place) == _EXTRAS else self._untouched(place)

    def _untouched(self, place: Place) -> _Settled:
        """All that the schema allows, here and below."""
        origin = _origin(place)
        shapes = with_places(self._graph.expand(origin), lambda child: _seen(child, _RAW))
        shortest = self._graph.shortest(origin)
        if shortest is None:
            return _Settled(shapes, ())
        scalars = self._witnesses.of_shapes(replace(shapes, arrays=(), objects=()))
        return _Settled(shapes, scalars or (shortest.decode(),))

    def _extras_of(self, place: Place) -> _Settled:
        (shape,) = self.expand(_seen(_origin(place), _NARROW)).objects
        alone = ObjectShape(others=shape.others, min_properties=1)
        none = empty()
        shapes = Shapes(frozenset(), none, none, none, none, none, objects=(alone,))
        return _Settled(shapes, self._witnesses.of_shapes(shapes))

    def _narrowed(self, place: Place) -> _Settled:
        full = self._graph.expand(_origin(place))
        if undescribed(full, self._graph.anything) or not self._inhabited(place):
            return self._untouched(place)
        mapped = with_places(without_implied(full), lambda child: _seen(child, _NARROW))
        shapes = replace(
            mapped,
            written_numbers=one_spelling(mapped.written_numbers),
            arrays=tuple(self._array(shape) for shape in mapped.arrays),
            objects=tuple(self._object(shape) for shape in mapped.objects),
        )
        return _Settled(shapes, self._witnesses.of_shapes(shapes))

    def _array(self, shape: ArrayShape) -> ArrayShape:
        """The first of its narrower forms of which a value is found, or else the last."""
        forms = list(narrower_arrays(shape, self._inhabited, self._described))
        return next((form for form in forms[:-1] if self._witnesses.of_array(form)), forms[-1])

    def _object(self, shape: ObjectShape) -> ObjectShape:
        """The first of its narrower forms of which a value is found, or else the last."""
        forms = list(narrower_objects(shape, self._inhabited, self._described))
        forms = forms[-1:] if self._additional else forms
        return next((form for form in forms[:-1] if self._witnesses.of_object(form)), forms[-1])

    def _inhabited(self, place: Place) -> bool:
        return self._graph.shortest(_origin(place)) is not None

    def _described(self, place: Place) -> bool:
        return not undescribed(self._graph.expand(_origin(place)), self._graph.anything)


def _seen(origin: Place, view: int) -> Place:
    return Place(_VIEWS * origin + view)


def _origin(place: Place) -> Place:
    return Place(place // _VIEWS)


def _view(place: Place) -> int:
    return place % _VIEWS
