"""What a constraint becomes: its template, and for every slot its language, automaton and sizes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from itertools import count, islice
from time import perf_counter
from typing import Any

from dllm_struct.automata.dfa import DFA
from dllm_struct.automata.utf8 import utf8_text
from dllm_struct.compiled import compile
from dllm_struct.errors import DllmStructError
from dllm_struct.languages.base import Language, Regular
from dllm_struct.languages.json_schema import JsonSchema
from dllm_struct.languages.json_schema.shapes import Place, Shapes
from dllm_struct.languages.python_types import as_language
from dllm_struct.template import Invariant, Slot, Template
from dllm_struct.vocabulary import Vocabulary

FREE_FORM = "free form"
"""Id of the whole output as one slot."""

_LOOKED_AT = 500  # places of a schema that are searched for properties that can never occur


@dataclass(frozen=True)
class ExplainedSlot:
    """What one slot is compiled to.

    Attributes:
        id: of the slot; `FREE_FORM` for the whole output as one slot.
        language: what it may hold, in a few words.
        engine: ``automaton`` where all states are made at once, ``machine`` where on demand.
        states: states of the automaton (over tokens, with a vocabulary; those made so far, of a
            machine); None for a machine without a vocabulary.
        classes: token classes; None without a vocabulary and for a machine.
        min_tokens: fewest tokens of a member; None without a vocabulary.
        max_tokens: most tokens of a member; None where there is no bound or it is not known.
        seconds: time to compile.
    """

    id: str
    language: str
    engine: str
    states: int | None
    classes: int | None
    min_tokens: int | None
    max_tokens: int | None
    seconds: float


@dataclass(frozen=True)
class Explanation:
    """What a constraint becomes.

    Attributes:
        description: the constraint in a few words.
        parts: (``invariant``, its text) or (``slot``, its id), in order.
        slots: of the template, in order; after them the free form, where it is another.
        warnings: (JSON pointer, text) of what a schema says without effect.
        seconds: time for everything.
    """

    description: str
    parts: tuple[tuple[str, str], ...]
    slots: tuple[ExplainedSlot, ...]
    warnings: tuple[tuple[str, str], ...]
    seconds: float

    @property
    def outline(self) -> str:
        """The template as text: invariants as they are, slots by their ids."""
        return "".join(
            text if kind == "invariant" else f"⟨{text or '/'}⟩" for kind, text in self.parts
        )

    def to_dict(self) -> dict[str, Any]:
        """The same as JSON has it."""
        return asdict(self) | {
            "parts": [{kind: text} for kind, text in self.parts],
            "warnings": [{"pointer": pointer, "text": text} for pointer, text in self.warnings],
        }

    def __str__(self) -> str:
        lines = [f"template  {self.outline}"]
        lines += [_line(slot) for slot in self.slots]
        lines += [f"warning   {pointer or '/'}: {text}" for pointer, text in self.warnings]
        return "\n".join(lines)


def explain(constraint: Any, vocabulary: Vocabulary | None = None) -> Explanation:
    """Say what a constraint becomes.

    Args:
        constraint: a template, a language, a JSON Schema as a dict, or an output type.
        vocabulary: of the model that will write it; without one there are no tokens to count.

    Raises:
        InvalidSchema, UnsupportedSchema, UnsupportedType: the constraint cannot be guaranteed.
        EmptyLanguage: a slot has no member that the vocabulary can write.
        BudgetExceeded: a slot needs too many states.
    """
    begin = perf_counter()
    is_template = isinstance(constraint, Template)
    language = None if is_template else as_language(constraint).language
    template = constraint if language is None else _template_of(language)
    if vocabulary is not None:
        with suppress(DllmStructError):  # so that no time below includes the vocabulary's
            compile(Regular("one character", utf8_text()), vocabulary)
    slots = [_slot(slot.id, slot.language, vocabulary) for slot in template.slots]
    if language is not None and template.slots != (Slot("", language),):
        slots.append(_slot(FREE_FORM, language, vocabulary))
    warnings = tuple(_warnings(language)) if isinstance(language, JsonSchema) else ()
    parts = tuple(
        ("invariant", part.text) if isinstance(part, Invariant) else ("slot", part.id)
        for part in template.parts
    )
    elapsed = perf_counter() - begin
    return Explanation(_description(template, language), parts, tuple(slots), warnings, elapsed)


def _template_of(language: Language) -> Template:
    """The template form of a schema; one slot for any other language."""
    if isinstance(language, JsonSchema):
        return language.template()
    return Template((Slot("", language),))


def _description(template: Template, language: Language | None) -> str:
    if language is not None:
        return language.description
    outer = template.language
    return "template" if outer is None else f"template in {outer.description}"


def _slot(name: str, language: Language, vocabulary: Vocabulary | None) -> ExplainedSlot:
    begin = perf_counter()
    automaton = language.automaton
    finite = isinstance(automaton, DFA)
    states = automaton.num_states if isinstance(automaton, DFA) else None
    classes = fewest = most = None
    if vocabulary is not None:
        compiled = compile(language, vocabulary)
        states, classes = compiled.num_states or None, compiled.num_classes
        fewest, most = compiled.min_tokens, compiled.max_tokens
    return ExplainedSlot(
        name,
        language.description,
        "automaton" if finite else "machine",
        states,
        classes,
        fewest,
        most,
        perf_counter() - begin,
    )


def _line(slot: ExplainedSlot) -> str:
    sizes = [f"{slot.states} states" if slot.states is not None else "states on demand"]
    if slot.classes is not None:
        sizes.append(f"{slot.classes} classes")
    if slot.min_tokens is not None:
        most = "…" if slot.max_tokens is None else slot.max_tokens
        sizes.append(f"{slot.min_tokens}–{most} tokens")
    sizes.append(f"{1000 * slot.seconds:.1f} ms")
    return f"{slot.id or '/'}  {slot.language}  ({slot.engine}, {', '.join(sizes)})"


def _warnings(language: JsonSchema) -> Iterator[tuple[str, str]]:
    yield from language.warnings
    yield from _impossible(language)


def _impossible(language: JsonSchema) -> Iterator[tuple[str, str]]:
    """Properties that can never occur, in the part of a schema that is looked at."""
    graph = language.graph
    possible: dict[str, set[str]] = {}
    places, seen = [graph.root], {graph.root}
    for place in islice(_growing(places), _LOOKED_AT):
        shapes = graph.expand(place)
        if shapes.objects and place != graph.anything:
            named = {named.name for shape in shapes.objects for named in shape.properties}
            possible.setdefault(graph.pointer(place), set()).update(named)
        fresh = [child for child in _children(shapes) if child not in seen]
        places += fresh
        seen.update(fresh)
    for pointer, names in possible.items():
        never = [name for name in _names(language.schema, pointer) if name not in names]
        yield from ((pointer, f"the property '{name}' can never occur") for name in never)


def _names(schema: Any, pointer: str) -> Iterable[str]:
    """The names under ``properties`` of a sub-schema."""
    for token in pointer.split("/")[1:]:
        key = token.replace("~1", "/").replace("~0", "~")
        if isinstance(schema, dict):
            schema = schema.get(key)
        elif isinstance(schema, list) and key.isdigit():
            schema = dict(enumerate(schema)).get(int(key))
    properties = schema.get("properties") if isinstance(schema, dict) else None
    return properties if isinstance(properties, dict) else ()


def _growing(places: list[Place]) -> Iterator[Place]:
    """The items of a list to which more are added meanwhile."""
    for i in count():
        if i == len(places):
            return
        yield places[i]


def _children(shapes: Shapes) -> list[Place]:
    found = [named.value for shape in shapes.objects for named in shape.properties]
    found += [others.value for shape in shapes.objects for others in shape.others]
    found += [place for shape in shapes.arrays for place in (*shape.prefix, shape.rest)]
    return list(dict.fromkeys(found))
