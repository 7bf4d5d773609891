"""The languages of a template's slots: finite automata where they are small, machines elsewhere."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cached_property, lru_cache

from dllm_struct.automata.algebra import concatenation, literal, strings, union
from dllm_struct.automata.dfa import DFA
from dllm_struct.automata.machine import Machine
from dllm_struct.automata.wrapping import Affixed, Inside
from dllm_struct.errors import InvalidInput
from dllm_struct.languages.base import Language
from dllm_struct.languages.json_schema.machine import JsonMachine
from dllm_struct.languages.json_schema.shapes import Place, Property
from dllm_struct.languages.json_schema.template.written import Written
from dllm_struct.languages.json_schema.texts import TextWriter, body

Recipe = Callable[..., DFA | Machine]
"""From a view, one of its places and some texts to what a slot may hold."""


class Fragment(Language):
    """What one slot of a schema's template may hold; its automaton is made on first use.

    Args:
        description: short and human.
        key: equal for equal fragments of equal schemas; None: equal to itself alone.
        recipe: makes the automaton.
        arguments: of the recipe.
    """

    def __init__(
        self, description: str, key: str | None, recipe: Recipe, *arguments: object
    ) -> None:
        self.description = description
        self._key = key
        self._recipe = (recipe, arguments)

    @cached_property
    def automaton(self) -> DFA | Machine:
        """The automaton of this language."""
        recipe, arguments = self._recipe
        return recipe(*arguments)

    @property
    def fingerprint(self) -> str | None:
        """Of the automaton when it is finite, and else of schema and slot."""
        return self.automaton.fingerprint if isinstance(self.automaton, DFA) else self._key

    def _build(self) -> DFA:
        if isinstance(self.automaton, DFA):
            return self.automaton
        raise InvalidInput(
            f"{self.description} is not regular: it has no finite automaton",
            hint="use the language's automaton, which makes its states on demand",
        )


def body_text(view: Written, place: Place) -> DFA:
    """The characters between the quotes of a place's strings."""
    return body(view.expand(place).written_strings, "canonical")


def value_text(view: Written, place: Place) -> DFA | Machine:
    """The texts of a place's values."""
    shapes = view.expand(place)
    if not (shapes.arrays or shapes.objects):
        return _scalars(shapes.literals, shapes.written_numbers, shapes.written_strings)
    return _or(TextWriter(view).value(place), lambda: machine(view, place))


@lru_cache(maxsize=1024)
def _scalars(literals: frozenset[str], numbers: DFA, content: DFA) -> DFA:
    """The canonical texts of scalars."""
    quote = literal(b'"')
    parts = [strings(text.encode() for text in literals), numbers]
    if not content.is_empty:
        parts.append(concatenation(quote, body(content, "canonical"), quote))
    return union(*(part for part in parts if not part.is_empty))


def optional_text(view: Written, place: Place, before: str, name: str, after: str) -> DFA | Machine:
    """A property with a comma before or after it, or nothing."""
    named = Property(name, place)
    start = f"{before}{quoted(name)}: ".encode()
    return _or(
        TextWriter(view).property(before, named, after),
        lambda: Affixed(machine(view, place), start, after.encode(), optional=True),
    )


def members_text(view: Written, place: Place) -> DFA | Machine:
    """What is between the braces of the objects of a place of one shape."""
    (shape,) = view.expand(place).objects
    return _or(TextWriter(view).members(shape), lambda: _inside(view, place))


def extras_text(view: Written, place: Place) -> Machine:
    """Unnamed properties, each after a comma, or nothing."""
    return Affixed(_inside(view, view.extras(place)), b", ", b"", optional=True)


def machine(view: Written, place: Place) -> Machine:
    """The machine of the canonical texts of a place's values."""
    return JsonMachine(view, place=place, spelling="canonical")


def quoted(name: str) -> str:
    """The JSON literal of a string."""
    return json.dumps(name, ensure_ascii=False)


def _inside(view: Written, place: Place) -> Machine:
    return Inside(machine(view, place), ord("{"), ord("}"))


def _or(dfa: DFA | None, otherwise: Callable[[], Machine]) -> DFA | Machine:
    return otherwise() if dfa is None else dfa
