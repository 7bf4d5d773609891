"""The syntax tree of a regular expression, the same for every dialect.

Anchors and word boundaries are lookarounds here: ``^`` is "no character before", ``$`` (at the
very end) "no character after". The constructors `concat`, `alternation`, `repeat` and `look`
simplify what costs nothing to simplify, and are the way to make a tree.
"""

from __future__ import annotations

from dataclasses import dataclass

from dllm_struct.languages.regex.charset import ANY, CharSet


@dataclass(frozen=True, slots=True)
class Chars:
    """One character out of a set."""

    chars: CharSet


@dataclass(frozen=True, slots=True)
class Concat:
    """One after the other; without items, the empty string."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Alternation:
    """Any of the options; without options, nothing matches."""

    options: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """From ``low`` to ``high`` times the item; ``high`` None is unbounded."""

    item: Node
    low: int
    high: int | None


@dataclass(frozen=True, slots=True)
class Look:
    """True where the item matches just ahead (or just behind), or, negated, where it does not."""

    item: Node
    ahead: bool
    negated: bool


Node = Chars | Concat | Alternation | Repeat | Look

EMPTY = Concat(())
NEVER = Alternation(())
ANY_CHAR = Chars(ANY)
ANY_TEXT = Repeat(ANY_CHAR, 0, None)
START = Look(ANY_CHAR, ahead=False, negated=True)
END = Look(ANY_CHAR, ahead=True, negated=True)


def char_class(chars: CharSet) -> Node:
    """One character out of ``chars``."""
    return Chars(chars) if chars.ranges else NEVER


def concat(*items: Node) -> Node:
    """Concatenation, flattened."""
    flat: list[Node] = []
    for item in items:
        if isinstance(item, Concat):
            flat += item.items
        elif item == NEVER:
            return NEVER
        else:
            flat.append(item)
    return flat[0] if len(flat) == 1 else Concat(tuple(flat))


def alternation(*options: Node) -> Node:
    """Alternation, flattened; single characters are merged into one set."""
    flat: list[Node] = []
    for option in options:
        flat += option.options if isinstance(option, Alternation) else (option,)
    sets = [option.chars for option in flat if isinstance(option, Chars)]
    if len(sets) > 1:
        merged = CharSet.of(*(pair for chars in sets for pair in chars.ranges))
        flat = [Chars(merged), *(option for option in flat if not isinstance(option, Chars))]
    return flat[0] if len(flat) == 1 else Alternation(tuple(flat))


def repeat(item: Node, low: int, high: int | None) -> Node:
    """Repetition; nested ones are multiplied out where that is exact."""
    if high == 0 or item == EMPTY:
        return EMPTY
    if item == NEVER:
        return EMPTY if low == 0 else NEVER
    if isinstance(item, Look):  # reads nothing: once is as good as often
        return EMPTY if low == 0 else item
    if low == high == 1:
        return item
    if isinstance(item, Repeat) and (item.low <= 1 or low == high):
        most = None if high is None or item.high is None else high * item.high
        return Repeat(item.item, low * item.low, most)
    return Repeat(item, low, high)


def look(item: Node, *, ahead: bool, negated: bool) -> Node:
    """A lookaround; one whose truth is plain is decided."""
    if item == NEVER:
        return EMPTY if negated else NEVER
    if item == EMPTY:
        return NEVER if negated else EMPTY
    return Look(item, ahead, negated)


def word_boundary(word: CharSet) -> Node:
    """Between a character of ``word`` and one that is none, or an end of the text."""
    inside = Chars(word)
    after = concat(look(inside, ahead=False, negated=False), look(inside, ahead=True, negated=True))
    before = concat(
        look(inside, ahead=False, negated=True), look(inside, ahead=True, negated=False)
    )
    return alternation(after, before)


def not_word_boundary(word: CharSet) -> Node:
    """Where `word_boundary` is not."""
    inside = Chars(word)
    return alternation(
        *(
            concat(
                look(inside, ahead=False, negated=negated),
                look(inside, ahead=True, negated=negated),
            )
            for negated in (False, True)
        )
    )


def has_look(node: Node) -> bool:
    """Whether a lookaround occurs anywhere in the tree."""
    match node:
        case Chars():
            return False
        case Look():
            return True
        case Repeat(item=item):
            return has_look(item)
        case Concat(items=parts) | Alternation(options=parts):
            return any(has_look(part) for part in parts)
