"""The JSON texts of a schema as an automaton whose states are made on demand.

A state is a set of threads (`threads`), each a place in the text's syntax and the frames open
around it. It is the subset construction of a nondeterministic pushdown automaton, made lazily.
There is no limit to nesting: frames are linked, and nothing recurses along the links.
"""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from dataclasses import replace
from functools import partial
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from dllm_struct.automata.machine import DEAD, UNMADE, Machine
from dllm_struct.languages.json_schema.escapes import Spelling
from dllm_struct.languages.json_schema.machine.endings import completed
from dllm_struct.languages.json_schema.machine.frames import Document, Interned, Returns
from dllm_struct.languages.json_schema.machine.listing import Listing, Samples, Search
from dllm_struct.languages.json_schema.machine.open_arrays import ArrayPlan
from dllm_struct.languages.json_schema.machine.open_objects import ObjectPlan
from dllm_struct.languages.json_schema.machine.places import Places
from dllm_struct.languages.json_schema.machine.reading import Thread
from dllm_struct.languages.json_schema.machine.scalars import Scalars
from dllm_struct.languages.json_schema.machine.style import Order, Style, Whitespace
from dllm_struct.languages.json_schema.machine.successors import Successors
from dllm_struct.languages.json_schema.machine.threads import SEPARATORS, Before, Leaf
from dllm_struct.languages.json_schema.machine.values import Values
from dllm_struct.languages.json_schema.shapes import ArrayShape, Graph, ObjectShape, Place

NUM_BYTES = 256
_QUOTE = b'"'
_SEPARATORS = np.frombuffer(SEPARATORS, np.uint8)
MOST_KEPT = 200_000
"""States that `JsonMachine.matches` keeps."""
_DEEPEST_LISTING = 2
"""How deep items that differ are looked for inside items that differ."""
Config = frozenset[Thread]


class JsonMachine(Machine):
    """The JSON texts of the values at a place.

    Args:
        graph: the places of a schema.
        whitespace: ``canonical`` is what ``json.dumps`` writes, ``flexible`` any between tokens.
        spelling: of strings and keys; ``canonical`` is one spelling for each.
        order: ``schema`` puts unnamed properties behind the named ones, ``lenient`` anywhere.
        closed: write unnamed properties, and kinds that no keyword speaks of, only where the
            schema leaves no other way.
        place: which place; the root by default.
        max_space: longest run of whitespace when it is flexible (one at least); None for any.
    """

    def __init__(
        self,
        graph: Graph,
        *,
        whitespace: Whitespace = "canonical",
        spelling: Spelling = "any",
        order: Order = "schema",
        closed: bool = False,
        place: Place | None = None,
        max_space: int | None = None,
    ) -> None:
        if max_space is not None and max_space < 1:
            raise ValueError("runs of whitespace have to allow one blank at least")
        style = Style(whitespace, spelling, order, closed, max_space)
        self._prepare(graph, style, graph.root if place is None else place, plain=0)

    def _prepare(self, graph: Graph, style: Style, place: Place, *, plain: int) -> None:
        self.style = style
        self.graph = graph
        self.place = place
        self._plain = plain
        self.places = Places(graph, style, plain=plain > 0)
        self.values = Values()
        self._objects: dict[Place, list[ObjectPlan]] = {}
        self._arrays: dict[Place, list[ArrayPlan]] = {}
        self._object_plans: dict[ObjectShape, ObjectPlan] = {}
        self._array_plans: dict[ArrayShape, ArrayPlan] = {}
        self._listings: dict[Place, Listing] = {}
        self._is_explored = self._is_trying = False
        self._forget()

    def _forget(self) -> None:
        """Begin without states."""
        self.interned = Interned()
        for objects in self._object_plans.values():
            objects.forget()
        for arrays in self._array_plans.values():
            arrays.forget()
        self._number_of: dict[Config, int] = {frozenset(): DEAD}
        self._configs: list[Config] = [frozenset()]
        self._next: dict[int, int] = {}
        self._completions: dict[int, bytes | None] = {}
        self._bands: dict[tuple[Scalars, Returns], NDArray[np.int32]] = {}
        self.start = self._first()

    def _first(self) -> int:
        if not self.places.inhabited(self.place):
            return DEAD
        returns = self.interned.returns([Document()])
        return self._number(frozenset([Before(self.place, returns, self.style.room)]))

    def fresh(self) -> Self:
        """The same without states, for the same graph."""
        return copy(self)

    def unshared(self) -> Self:
        """The graph, which takes long to make, is shared."""
        return self.fresh()

    def forgetful(self) -> JsonMachine:
        """Texts whose keys may come twice, and whose items may be equal or not."""
        machine = JsonMachine.__new__(JsonMachine)
        style = replace(self.style, forgetful=True)
        machine._prepare(self.graph, style, self.place, plain=self._plain)
        return machine

    def __getstate__(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in ("graph", "style", "place", "_plain")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self._prepare(state["graph"], state["style"], state["place"], plain=state["_plain"])

    # What threads ask for

    def objects(self, place: Place) -> list[ObjectPlan]:
        """The shapes of objects of a place that have members."""
        found = self._objects.get(place)
        if found is None:
            found = [self._object(shape) for shape in self.places.shapes(place).objects]
            found = self._objects[place] = [plan for plan in found if plan.rules.possible]
        return found

    def _object(self, shape: ObjectShape) -> ObjectPlan:
        if shape not in self._object_plans:
            self._object_plans[shape] = ObjectPlan(self.places, shape)
        return self._object_plans[shape]

    def arrays(self, place: Place) -> list[ArrayPlan]:
        """The shapes of arrays of a place that have members."""
        found = self._arrays.get(place)
        if found is None:
            found = [self._array(shape) for shape in self.places.shapes(place).arrays]
            found = [plan for plan in found if plan.rules.possible]
            if not self._is_trying:
                found = self._arrays[place] = [plan for plan in found if self._has_members(plan)]
        return found

    def _array(self, shape: ArrayShape) -> ArrayPlan:
        if shape not in self._array_plans:
            self._array_plans[shape] = ArrayPlan(self.places, shape, self.listing, self.values)
        return self._array_plans[shape]

    def _has_members(self, plan: ArrayPlan) -> bool:
        """Whether items that have to differ, or not to, can be found."""
        rules = plan.rules
        if rules.shape.unique is None or not (rules.shape.counts or rules.low > 1):
            return True
        after = Successors(self)
        after.open(plan, self.interned.returns([Document()]))
        is_explored, self._is_trying = self._is_explored, True
        try:
            return completed(self, self._number(after.threads())) is not None
        finally:
            self._is_explored, self._is_trying = is_explored, False

    def listing(self, place: Place) -> Listing:
        """The values of a place, short ones first."""
        if place not in self._listings:
            self._listings[place] = Listing(self._texts(place), self.values)
        return self._listings[place]

    def _texts(self, place: Place) -> Iterable[bytes]:
        """Texts of the values of a place, nearly one for each."""
        style = replace(self.style, whitespace="canonical", spelling="canonical", order="schema")
        plain = Places(self.graph, style, plain=True)
        scalars = plain.scalars(place)
        shapes = plain.shapes(place)
        simple = not (shapes.arrays or shapes.objects)
        if scalars is not None and (simple or scalars.are_endless):
            return scalars.texts()
        if self._plain >= _DEEPEST_LISTING:
            return Samples(partial(plain.several, place))
        machine = JsonMachine.__new__(JsonMachine)
        machine._prepare(self.graph, style, place, plain=self._plain + 1)
        return Search(machine)

    # States

    def _number(self, config: Config) -> int:
        number = self._number_of.get(config)
        if number is None:
            number = self._number_of[config] = len(self._configs)
            self._configs.append(config)
        return number

    def step(self, state: int, byte: int) -> int:
        """The state after one more byte."""
        key = state << 8 | byte
        found = self._next.get(key)
        if found is None:
            found = self._next[key] = self._made(state, byte)
        return found

    def _made(self, state: int, byte: int) -> int:
        return self._number(self._after(self._configs[state], byte))

    def _after(self, config: Config, byte: int) -> Config:
        after = Successors(self)
        for thread in config:
            thread.step(byte, after)
        return after.threads()

    def read(self, state: int, data: bytes) -> int:
        """The state after several bytes; within a text that is remembered in one go."""
        if len(data) == 1 or not self.remembers(state):
            return super().read(state, data)
        inside, quote, rest = data.partition(_QUOTE)
        config = self._configs[state]
        after = Successors(self)
        if not inside:
            pass
        elif all(thread.skim(inside, after) for thread in config):
            state = self._number(after.threads())
        else:
            for byte in inside:
                config = self._after(config, byte)
            state = self._number(config)
        return super().read(state, quote + rest)

    @property
    def num_states(self) -> int:
        """States made so far, the dead one included."""
        return len(self._configs)

    def threads(self, state: int) -> Config:
        """The threads that a state stands for."""
        return self._configs[state]

    def row(self, state: int) -> NDArray[np.int32]:
        """What is known of the states after each byte, int32 [256]."""
        self._is_explored = True
        config = self._configs[state]
        if len(config) == 1:
            (thread,) = config
            if isinstance(thread, Leaf) and thread.text is None:
                return self._leaf_row(thread)
        row = np.zeros(NUM_BYTES, np.int32)
        for thread in config:
            row[np.frombuffer(bytes(thread.next_bytes(self)), np.uint8)] = UNMADE
        return row

    def _leaf_row(self, leaf: Leaf) -> NDArray[np.int32]:
        targets = leaf.scalars.row(leaf.state)
        band = self._band(leaf)
        row = band[targets]
        if (row == UNMADE).any():
            for target in np.unique(targets[row == UNMADE]).tolist():
                after = Successors(self)
                after.scalar(leaf.scalars, target, leaf.returns, None)
                band[target] = self._number(after.threads())
            row = band[targets]
        if leaf.scalars.accepting(leaf.state):
            row[_SEPARATORS] = UNMADE
        return row

    def _band(self, leaf: Leaf) -> NDArray[np.int32]:
        """The states of a scalar automaton where certain frames wait, `UNMADE` where not made."""
        key = (leaf.scalars, leaf.returns)
        band = self._bands.get(key)
        size = leaf.scalars.num_states
        if band is None or len(band) < size:
            grown = np.full(2 * size, UNMADE, np.int32)
            grown[DEAD] = DEAD
            if band is not None:
                grown[: len(band)] = band
            band = self._bands[key] = grown
        return band

    def accepting(self, state: int) -> bool:
        """Whether the bytes read so far are a member."""
        return any(thread.accepting() for thread in self._configs[state])

    def remembers(self, state: int) -> bool:
        """Whether it is inside a key, or a value that is compared with others, without end."""
        return any(thread.remembers() for thread in self._configs[state])

    def matches(self, data: bytes) -> bool:
        """Whether ``data`` is a member.

        As long as nobody asked for rows or completions, states are forgotten when they are many.
        """
        state = self.start
        for byte in data:
            state = self.step(state, byte)
            if state == DEAD:
                return False
            if len(self._configs) > MOST_KEPT and not self._is_explored:
                config = self._configs[state]
                self._forget()
                state = self._number(config)
        return state != DEAD and self.accepting(state)

    # Completions

    def completion(self, state: int) -> bytes | None:
        """A short text after which the bytes read are a member."""
        self._is_explored = True
        if state not in self._completions:
            self._completions[state] = completed(self, state)
        return self._completions[state]
