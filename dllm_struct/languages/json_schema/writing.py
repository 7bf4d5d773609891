"""From nodes to the automaton of their JSON texts.

One nondeterministic automaton takes the whole document: syntax as edges, strings and numbers as
embedded automata. It is nearly deterministic already, so making it so costs little.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from dllm_struct.automata.dfa import DFA
from dllm_struct.automata.nfa import MAX_STATES, NFA
from dllm_struct.errors import BudgetExceeded
from dllm_struct.languages.json_schema.escapes import Spelling
from dllm_struct.languages.json_schema.nodes import (
    Array,
    Node,
    Number,
    Object,
    String,
    Typed,
    Values,
    items_of,
)
from dllm_struct.languages.json_schema.numbers import number_text
from dllm_struct.languages.json_schema.strings import literal_body

Whitespace = Literal["canonical", "flexible"]

_SPACES = b" \t\n\r"
_SHARED_COPIES = 2  # beyond these, an item is compiled once and copied


@dataclass(frozen=True)
class Style:
    """How values are written.

    Attributes:
        spelling: of strings; ``canonical`` is one spelling for each string.
        whitespace: ``canonical`` is what ``json.dumps`` writes, ``flexible`` any between tokens.
    """

    spelling: Spelling = "any"
    whitespace: Whitespace = "canonical"


CANONICAL = Style("canonical", "canonical")
"""What ``json.dumps(value, ensure_ascii=False)`` writes: the style of slots."""


@lru_cache(maxsize=64)
def text_of(node: Node, style: Style) -> DFA:
    """The JSON texts of a settled node.

    Raises:
        BudgetExceeded: when they need too many states.
    """
    return Writer(style).document(node)


class Writer:
    """Builds the automaton of a JSON text from left to right.

    Every method continues from a state that the text so far leads to, and returns the state that
    the text written leads to.
    """

    def __init__(self, style: Style) -> None:
        self._style = style
        self._nfa = NFA()

    def document(self, node: Node) -> DFA:
        """A whole text."""
        start = self._nfa.state()
        end = self.space(self.value(self.space(start), node))
        return self._nfa.determinise([start], [end])

    def value_text(self, node: Node) -> DFA:
        """A value inside a text."""
        start = self._nfa.state()
        return self._nfa.determinise([start], [self.value(start, node)])

    def property_text(self, before: str, name: str, node: Node, after: str) -> DFA:
        """A property with separators around it, or nothing at all."""
        start = self._nfa.state()
        end = self.text(self._property(self.text(start, before), name, node), after)
        return self._nfa.determinise([start], [start, end])

    def members_text(self, constraint: Object) -> DFA:
        """What is between the braces of an object."""
        start = self._nfa.state()
        return self._nfa.determinise([start], self._members(start, constraint))

    def text(self, state: int, text: str) -> int:
        """Fixed text."""
        for byte in text.encode():
            after = self._nfa.state()
            self._nfa.edge(state, byte, byte, after)
            state = after
        return state

    def space(self, state: int) -> int:
        """Whitespace, where it is free."""
        if self._style.whitespace == "canonical":
            return state
        loop = self._nfa.state()
        self._nfa.epsilon(state, loop)
        for byte in _SPACES:
            self._nfa.edge(loop, byte, byte, loop)
        return loop

    def value(self, state: int, node: Node) -> int:
        """Any value of a node."""
        self._check_size()
        return self._merge(self._typed(state, typed) for typed in node.spoken)

    def _merge(self, ends: Iterable[int]) -> int:
        merged = self._nfa.state()
        for end in ends:
            self._nfa.epsilon(end, merged)
        return merged

    def _typed(self, state: int, typed: Typed) -> int:
        match typed:
            case Number():
                return self._embed(state, number_text(typed))
            case String():
                body = literal_body(typed, self._style.spelling)
                return self.text(self._embed(self.text(state, '"'), body), '"')
            case Array():
                return self._array(state, typed)
            case Object():
                return self._object(state, typed)
            case Values(texts):
                return self._merge(self._json(state, json.loads(text)) for text in texts)

    def _check_size(self) -> None:
        if self._nfa.num_states > MAX_STATES:
            raise BudgetExceeded(
                f"the schema needs an automaton of more than {MAX_STATES} states",
                hint="lower maxItems and maxLength, or split the schema",
            )

    def _embed(self, state: int, dfa: DFA) -> int:
        self._check_size()
        start, accepting = self._nfa.embed(dfa)
        self._nfa.epsilon(state, start)
        return self._merge(accepting)

    def _comma(self, state: int) -> int:
        if self._style.whitespace == "canonical":
            return self.text(state, ", ")
        return self.space(self.text(self.space(state), ","))

    def _name(self, state: int, name: str) -> int:
        """A property name, colon included."""
        state = self._string(state, name)
        if self._style.whitespace == "canonical":
            return self.text(state, ": ")
        return self.space(self.text(self.space(state), ":"))

    def _property(self, state: int, name: str, node: Node) -> int:
        return self.value(self._name(state, name), node)

    def _string(self, state: int, value: str) -> int:
        """A given string, as ``json.dumps`` spells it."""
        spellings = [json.dumps(value, ensure_ascii=False)]
        if self._style.spelling == "any":
            spellings.append(json.dumps(value))
        return self._merge(self.text(state, text) for text in dict.fromkeys(spellings))

    def _json(self, state: int, value: Any) -> int:
        """A given JSON value."""
        match value:
            case str():
                return self._string(state, value)
            case list():
                state = self.space(self.text(state, "["))
                for i, item in enumerate(value):
                    state = self._json(self._comma(state) if i else state, item)
                return self.text(self.space(state), "]")
            case dict():
                state = self.space(self.text(state, "{"))
                for i, (name, item) in enumerate(value.items()):
                    state = self._json(self._name(self._comma(state) if i else state, name), item)
                return self.text(self.space(state), "}")
        return self.text(state, json.dumps(value))

    def _object(self, state: int, constraint: Object) -> int:
        state = self.space(self.text(state, "{"))
        return self.text(self.space(self._merge(self._members(state, constraint))), "}")

    def _members(self, state: int, constraint: Object) -> list[int]:
        """Properties in order, each at most once, with commas between; the states at the end.

        Two states go along: ``first`` while nothing is written yet, ``later`` when a comma is due.
        """
        first: int | None = state
        later: int | None = None
        for name, node in constraint.properties:
            begin = self._nfa.state()
            if first is not None:
                self._nfa.epsilon(first, begin)
            if later is not None:
                self._nfa.epsilon(self._comma(later), begin)
            end = self._property(begin, name, node)
            if name in constraint.required:
                first, later = None, end
            else:
                later = end if later is None else self._merge([later, end])
        return [end for end in (first, later) if end is not None]

    def _array(self, state: int, array: Array) -> int:
        state = self.space(self.text(state, "["))
        ends = [state] if array.min_items == 0 else []
        repeated = (
            max(array.min_items, len(array.prefix))
            if array.max_items is None
            else (array.max_items)
        )
        items = self._copies(array, repeated)
        for i in range(repeated):
            state = self._item(self._comma(state) if i else state, array, i, items)
            if i + 1 >= array.min_items:
                ends.append(state)
        if array.max_items is None:
            ends.append(self._endless(state, array, first=repeated == 0))
        return self.text(self.space(self._merge(ends)), "]")

    def _copies(self, array: Array, repeated: int) -> DFA | None:
        """The automaton of one item, when it will be copied often."""
        if repeated - len(array.prefix) <= _SHARED_COPIES:
            return None
        return Writer(self._style).value_text(items_of(array))

    def _item(self, state: int, array: Array, position: int, items: DFA | None) -> int:
        if position < len(array.prefix):
            return self.value(state, array.prefix[position])
        return self.value(state, items_of(array)) if items is None else self._embed(state, items)

    def _endless(self, state: int, array: Array, *, first: bool) -> int:
        """Any number of further items; the state after each of them."""
        begin = self._nfa.state()
        self._nfa.epsilon(state if first else self._comma(state), begin)
        end = self.value(begin, items_of(array))
        self._nfa.epsilon(self._comma(end), begin)
        return end
