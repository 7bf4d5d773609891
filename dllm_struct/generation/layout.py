"""A text on the slots of its template: which bytes, and which tokens, each slot holds."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from dllm_struct.canvas.binding import BoundSlot
from dllm_struct.constraint import Constraint
from dllm_struct.decoding.settings import Structure
from dllm_struct.errors import InvalidInput, NotInLanguage
from dllm_struct.generation.splitting import split
from dllm_struct.generation.target import TYPICAL_TEXT, WHOLE, Target, as_it_is, target
from dllm_struct.languages.base import any_text
from dllm_struct.template import Slot, Template
from dllm_struct.vocabulary.codec import Codec

Range = tuple[int, int]
Place = tuple[str, int]


@dataclass(frozen=True)
class Laid:
    """A text on the slots of a template.

    Attributes:
        text: the whole of it.
        goal: what the text is.
        constraint: its template, bound.
        tokens: of each slot, by slot id.
        starts: byte offset of each slot in the text.
    """

    text: str
    goal: Target
    constraint: Constraint
    tokens: dict[str, list[int]]
    starts: dict[str, int]


def lay_out(
    text: str,
    output_type: Any,
    structure: Structure,
    bind: Callable[[Template], Constraint],
    codec: Codec,
) -> Laid:
    """Put a text on the slots of its template, or on one slot.

    Args:
        text: a member of the output type.
        output_type: as for `Model.generate`; None: any text.
        structure: ``free``: one slot.
        bind: makes constraints of templates.
        codec: the tokenizer.

    Raises:
        NotInLanguage: the text is no member.
        InvalidInput: a slot of the text is longer or shorter than the slot's own limits.
    """
    *first, last = _targets(output_type, structure)
    for goal in first:
        try:
            return _laid(text, goal, bind(goal.template), codec)
        except NotInLanguage:
            continue  # another form of the same value: the whole language decides
    return _laid(text, last, bind(last.template), codec)


def _targets(output_type: Any, structure: Structure) -> list[Target]:
    if output_type is None:
        text = Slot(WHOLE, any_text(), samples=TYPICAL_TEXT)
        return [Target(Template((text,)), as_it_is)]
    wanted = target(output_type, structure)
    if structure == "free" or isinstance(output_type, Template):
        return [wanted]
    return [wanted, target(output_type, "free")]


def _laid(text: str, goal: Target, constraint: Constraint, codec: Codec) -> Laid:
    codec.exact(text)  # refuses what is no text
    data = text.encode()
    outer = goal.template.language
    ranges = split(constraint.parts, data, codec.vocabulary)
    if outer is not None and not outer.matches(data):
        raise NotInLanguage(
            f"the text is not {outer.description}",
            position=len(data),
            hint="pass a text in the language of the template",
        )
    slots = {
        part.slot.id: place
        for part, place in zip(constraint.parts, ranges, strict=True)
        if isinstance(part, BoundSlot)
    }
    tokens = {slot: _tokens(text, place, codec) for slot, place in slots.items()}
    check_slots(tokens, constraint)
    return Laid(text, goal, constraint, tokens, {slot: start for slot, (start, _) in slots.items()})


def check_slots(tokens: Mapping[str, Sequence[int]], constraint: Constraint) -> None:
    """Refuse tokens that are too many or too few for their slots.

    Raises:
        InvalidInput: naming the slot.
    """
    for slot, own in tokens.items():
        limits = constraint.slots[slot].slot
        if not limits.min_tokens <= len(own) <= (limits.max_tokens or len(own)):
            raise InvalidInput(
                f"slot '{slot}' of the text takes {len(own)} tokens, outside its limits",
                hint="widen the slot's min_tokens and max_tokens",
            )


def _tokens(text: str, place: Range, codec: Codec) -> list[int]:
    """The tokens of a byte range: those it has in the text, unless one reaches across an end."""
    start, stop = place
    tokens = codec.exact(text)
    offsets = [*accumulate((len(codec.decode([token])) for token in tokens), initial=0)]
    if start in offsets and stop in offsets:
        return tokens[offsets.index(start) : offsets.index(stop)] if start < stop else []
    return codec.spell(text.encode()[start:stop])


def ranges(laid: Laid, places: Collection[Place], codec: Codec) -> list[Range]:
    """Return the characters that tokens stand for.

    Args:
        laid: a text.
        places: slot and index of each token.
        codec: the tokenizer.

    Returns:
        Ranges in the order of the text, which do not touch; a character of which a token is but a
        part belongs to its range.
    """
    data = laid.text.encode()
    found: list[Range] = []
    for slot, tokens in laid.tokens.items():
        end = laid.starts[slot]
        for index, token in enumerate(tokens):
            start, end = end, end + len(codec.decode([token]))
            if (slot, index) in places:
                first = len(data[:start].decode(errors="ignore"))
                last = len(laid.text) - len(data[end:].decode(errors="ignore"))
                if found and first <= found[-1][1]:
                    first = found.pop()[0]
                found.append((first, last))
    return found
