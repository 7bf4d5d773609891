"""The automaton of the JSON texts of a place, where there is a small one.

One nondeterministic automaton takes the whole text: syntax as edges, scalars as embedded automata.
It is nearly deterministic already, so making it so costs little. What needs memory (recursion,
unnamed properties, distinct items) or too many states is told by a look at the shapes alone, before
anything is built.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache

from dllm_struct.automata.algebra import strings
from dllm_struct.automata.dfa import DFA
from dllm_struct.automata.nfa import NFA
from dllm_struct.errors import BudgetExceeded
from dllm_struct.languages.json_schema.escapes import Spelling, escaped
from dllm_struct.languages.json_schema.machine.style import FREE, SPACES, Style
from dllm_struct.languages.json_schema.shapes import (
    ArrayShape,
    Graph,
    ObjectShape,
    Place,
    Property,
    Shapes,
)
from dllm_struct.languages.json_schema.sizes import Sizes, TooLarge, listed, scalars_of, span
from dllm_struct.languages.json_schema.template.written import Written

CANONICAL = Style(spelling="canonical")
"""What ``json.dumps(value, ensure_ascii=False)`` writes: the style of slots."""

MAX_TEXT_STATES = 4_000
"""States beyond which a machine is made instead."""

_SHARED_COPIES = 2  # beyond these, an item is compiled once and copied


def text_of(
    graph: Graph,
    place: Place,
    style: Style = CANONICAL,
    *,
    closed: bool = False,
    max_states: int = MAX_TEXT_STATES,
) -> DFA | None:
    """The JSON documents of a place's values, properties in the graph's order.

    Args:
        graph: the places.
        place: one of them.
        style: how values are written.
        closed: leave out what only `Written` leaves out: unnamed properties above all.
        max_states: most states of the automaton.

    Returns:
        The automaton; None when it is not finite, or would be larger.
    """
    if closed:
        graph, place = Written.narrowed(graph, place)
    return TextWriter(graph, style, max_states).document(place)


@lru_cache(maxsize=1024)
def body(content: DFA, spelling: Spelling) -> DFA:
    """The characters between the quotes of the JSON literals of decoded strings."""
    return escaped(content, spelling)


class TextWriter:
    """Makes automata of values and of parts of objects.

    Args:
        graph: the places.
        style: how values are written.
        max_states: most states of one automaton.
    """

    def __init__(
        self, graph: Graph, style: Style = CANONICAL, max_states: int = MAX_TEXT_STATES
    ) -> None:
        self._graph, self._style, self._most = graph, style, max_states
        self._sizes = Sizes(graph, style, max_states)

    def document(self, place: Place) -> DFA | None:
        """The texts of a place's values with whitespace around them, where it is free."""
        return self._built(
            lambda: self._sizes.of_place(place),
            lambda b: [b.space(b.value(b.space(0), place))],
        )

    def value(self, place: Place) -> DFA | None:
        """The texts of a place's values; None when there is no small automaton."""
        return self._built(lambda: self._sizes.of_place(place), lambda b: [b.value(0, place)])

    def property(self, before: str, named: Property, after: str) -> DFA | None:
        """A property with separators around it, or nothing at all."""
        return self._built(
            lambda: self._sizes.of_place(named.value),
            lambda b: [0, b.text(b.property(b.text(0, before), named), after)],
        )

    def members(self, shape: ObjectShape) -> DFA | None:
        """What is between the braces of an object."""
        return self._built(lambda: self._sizes.of_object(shape), lambda b: b.members(0, shape))

    def _built(self, size: Callable[[], int], write: Callable[[_Builder], list[int]]) -> DFA | None:
        try:
            size()
            builder = _Builder(self._graph, self._style)
            ends = write(builder)
            return builder.nfa.determinise([0], ends, self._most)
        except (TooLarge, BudgetExceeded, RecursionError):
            return None


class _Builder:
    """Builds the automaton of a JSON text from left to right, beginning at state 0.

    Every method continues from a state that the text so far leads to, and returns the state that
    the text written leads to.
    """

    def __init__(self, graph: Graph, style: Style) -> None:
        self._graph, self._style = graph, style
        self.nfa = NFA()
        self.nfa.state()

    def text(self, state: int, text: str) -> int:
        """Fixed text."""
        for byte in text.encode():
            after = self.nfa.state()
            self.nfa.edge(state, byte, byte, after)
            state = after
        return state

    def value(self, state: int, place: Place) -> int:
        """Any value of a place."""
        shapes = self._graph.expand(place)
        ends = [*self._scalars(state, shapes)]
        ends += [self._array(state, shape) for shape in shapes.arrays]
        ends += [self._object(state, shape) for shape in shapes.objects]
        return self._merge(ends)

    def property(self, state: int, named: Property) -> int:
        """A property with its name."""
        return self.value(self._name(state, named.name), named.value)

    def members(self, state: int, shape: ObjectShape) -> list[int]:
        """Properties in order, each at most once, with commas between; the states at the end.

        One state goes along for every number of properties written, as far as it matters.
        """
        low, high, top = span(shape)
        ends = {0: state}
        for named in shape.properties:
            if not named.required and self._graph.shortest(named.value) is None:
                continue
            begins: dict[int, list[int]] = {}
            for count, end in ends.items():
                if high is None or count < high:
                    begin = self._comma(end) if count else end
                    begins.setdefault(min(count + 1, top), []).append(begin)
            written = {
                count: [self.property(self._merge(states), named)]
                for count, states in begins.items()
            }
            if not named.required:
                for count, end in ends.items():
                    written.setdefault(count, []).append(end)
            ends = {count: self._merge(states) for count, states in written.items()}
        return [end for count, end in ends.items() if count >= low]

    def _scalars(self, state: int, shapes: Shapes) -> list[int]:
        ends = [self.text(state, text) for text in sorted(shapes.literals)]
        numbers, content = scalars_of(shapes, self._style)
        if not numbers.is_empty:
            ends.append(self._embed(state, numbers))
        if not content.is_empty:
            inner = body(content, self._style.spelling)
            ends.append(self.text(self._embed(self.text(state, '"'), inner), '"'))
        return ends

    def _object(self, state: int, shape: ObjectShape) -> int:
        state = self.space(self.text(state, "{"))
        return self.text(self.space(self._merge(self.members(state, shape))), "}")

    def _array(self, state: int, shape: ArrayShape) -> int:
        state = self.space(self.text(state, "["))
        ends = [state] if shape.min_items == 0 else []
        length = listed(shape) if shape.max_items is None else shape.max_items
        shared = self._shared(shape, length)
        for i in range(length):
            item = shape.prefix[i] if i < len(shape.prefix) else shape.rest
            if self._graph.shortest(item) is None:
                break
            begin = self._comma(state) if i else state
            if shared is not None and i >= len(shape.prefix):
                state = self._embed(begin, shared)
            else:
                state = self.value(begin, item)
            if i + 1 >= shape.min_items:
                ends.append(state)
        else:
            if shape.max_items is None and self._graph.shortest(shape.rest) is not None:
                ends.append(self._endless(state, shape.rest, first=length == 0))
        return self.text(self.space(self._merge(ends)), "]")

    def _shared(self, shape: ArrayShape, length: int) -> DFA | None:
        """The automaton of one item after the prefix, when it will be copied often."""
        if length - len(shape.prefix) <= _SHARED_COPIES:
            return None
        return TextWriter(self._graph, self._style).value(shape.rest)

    def _endless(self, state: int, item: Place, *, first: bool) -> int:
        """Any number of further items; the state after each of them."""
        begin = self.nfa.state()
        self.nfa.epsilon(state if first else self._comma(state), begin)
        end = self.value(begin, item)
        self.nfa.epsilon(self._comma(end), begin)
        return end

    def _name(self, state: int, name: str) -> int:
        """A property name, colon included."""
        inner = body(strings([name.encode()]), self._style.spelling)
        state = self.text(self._embed(self.text(state, '"'), inner), '"')
        if self._style.whitespace == "canonical":
            return self.text(state, ": ")
        return self.space(self.text(self.space(state), ":"))

    def _comma(self, state: int) -> int:
        if self._style.whitespace == "canonical":
            return self.text(state, ", ")
        return self.space(self.text(self.space(state), ","))

    def space(self, state: int) -> int:
        """Whitespace, where it is free."""
        if self._style.room != FREE:
            return self._bounded_space(state, self._style.room)
        loop = self.nfa.state()
        self.nfa.epsilon(state, loop)
        for byte in SPACES:
            self.nfa.edge(loop, byte, byte, loop)
        return loop

    def _bounded_space(self, state: int, most: int) -> int:
        ends = [state]
        for _ in range(most):
            after = self.nfa.state()
            for byte in SPACES:
                self.nfa.edge(ends[-1], byte, byte, after)
            ends.append(after)
        return self._merge(ends)

    def _merge(self, ends: Iterable[int]) -> int:
        states = list(ends)
        if len(states) == 1:
            return states[0]
        merged = self.nfa.state()
        for end in states:
            self.nfa.epsilon(end, merged)
        return merged

    def _embed(self, state: int, dfa: DFA) -> int:
        start, accepting = self.nfa.embed(dfa)
        self.nfa.epsilon(state, start)
        return self._merge(accepting)
