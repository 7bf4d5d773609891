"""Python's `re` dialect: from the standard library's parse to our syntax tree."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, Final

from dllm_struct.errors import BudgetExceeded, InvalidRegex, UnsupportedRegex
from dllm_struct.languages.regex.charset import ANY, NEWLINE, NOTHING, CharSet, united
from dllm_struct.languages.regex.position import locate
from dllm_struct.languages.regex.python_chars import category, class_body, ignoring_case
from dllm_struct.languages.regex.sre import CODES, Item, combined, parse
from dllm_struct.languages.regex.tree import (
    ANY_CHAR,
    END,
    NEVER,
    START,
    Chars,
    Node,
    alternation,
    char_class,
    concat,
    look,
    not_word_boundary,
    repeat,
    word_boundary,
)

_CATEGORIES: Final = {
    CODES.CATEGORY_DIGIT: (r"\d", False),
    CODES.CATEGORY_NOT_DIGIT: (r"\d", True),
    CODES.CATEGORY_SPACE: (r"\s", False),
    CODES.CATEGORY_NOT_SPACE: (r"\s", True),
    CODES.CATEGORY_WORD: (r"\w", False),
    CODES.CATEGORY_NOT_WORD: (r"\w", True),
}
_ONE_CHARACTER: Final = frozenset({CODES.LITERAL, CODES.NOT_LITERAL, CODES.IN, CODES.ANY})
_REFUSED: Final = {
    CODES.GROUPREF: "a backreference",
    CODES.GROUPREF_EXISTS: "a conditional group",
    CODES.ATOMIC_GROUP: "an atomic group",
    CODES.POSSESSIVE_REPEAT: "a possessive quantifier",
}
_HINTS: Final = {
    "a backreference": "it remembers text, which no automaton can; spell out the alternatives",
    "a conditional group": "write both cases as alternatives",
    "an atomic group": "use (?:...), if matching the same strings greedily is what is meant",
    "a possessive quantifier": "drop the last +, if matching the same strings is what is meant",
}

# Plain integers: the enumeration's own operators are slow.
_ASCII, _DOTALL, _IGNORECASE, _MULTILINE, _VERBOSE = map(
    int, (re.ASCII, re.DOTALL, re.IGNORECASE, re.MULTILINE, re.VERBOSE)
)

# Whether `\B` holds in the empty text; Python changed its mind in 3.14.
_EMPTY_IS_NO_BOUNDARY: Final = re.search(r"\B", "") is not None
_NOT_LINE_FEED: Final = Chars(~NEWLINE)
# `$` holds at the very end, and before the line feed that ends the text.
_PAST_END: Final = alternation(_NOT_LINE_FEED, concat(Chars(NEWLINE), ANY_CHAR))
_TEXT_ANCHORS: Final = {
    CODES.AT_BEGINNING: START,
    CODES.AT_BEGINNING_STRING: START,
    CODES.AT_END: look(_PAST_END, ahead=True, negated=True),
    CODES.AT_END_STRING: END,
}
_LINE_ANCHORS: Final = {
    CODES.AT_BEGINNING: look(_NOT_LINE_FEED, ahead=False, negated=True),
    CODES.AT_END: look(_NOT_LINE_FEED, ahead=True, negated=True),
}


def parse_python(pattern: str, flags: int) -> Node:
    """Parse a pattern of Python's `re`.

    Args:
        pattern: the pattern.
        flags: as for `re.compile`.

    Raises:
        InvalidRegex: `re` would not compile it.
        UnsupportedRegex: it is not regular, or its language cannot be known.
        BudgetExceeded: it is nested too deeply.
    """
    try:
        parsed = parse(pattern, flags)
        flags = parsed.state.flags
        return Translator(pattern, bool(flags & _VERBOSE)).sequence(parsed, flags)
    except re.error as error:
        raise InvalidRegex(
            error.msg, position=error.pos, hint="the pattern must be valid for Python's re module"
        ) from error
    except (OverflowError, ValueError) as error:  # too large a repetition, contradicting flags
        raise InvalidRegex(str(error), hint="Python's re module refuses this pattern") from error
    except RecursionError as error:
        raise BudgetExceeded(
            "the pattern is nested too deeply", hint="use fewer nested groups"
        ) from error


class Translator:
    """Turns the standard library's tree of a pattern into ours.

    Args:
        pattern: the pattern, for error messages.
        verbose: whether it is read with the VERBOSE flag.
    """

    def __init__(self, pattern: str, verbose: bool) -> None:
        self.pattern = pattern
        self.verbose = verbose
        self._translations: dict[Any, Callable[[Any, int], Node]] = {
            CODES.MAX_REPEAT: self.repetition,
            CODES.MIN_REPEAT: self.repetition,
            CODES.SUBPATTERN: self.group,
            CODES.BRANCH: self.branch,
            CODES.ASSERT: self.lookaround,
            CODES.ASSERT_NOT: partial(self.lookaround, negated=True),
            CODES.AT: _anchor,
            CODES.FAILURE: lambda argument, flags: NEVER,
        }

    def sequence(self, parsed: Iterable[Item], flags: int) -> Node:
        """The tree of opcodes, one after the other."""
        return concat(*(self.item(code, argument, flags) for code, argument in parsed))

    def item(self, code: Any, argument: Any, flags: int) -> Node:
        """The tree of one opcode."""
        if code in _ONE_CHARACTER:
            return char_class(_character(code, argument, flags))
        translate = self._translations.get(code)
        if translate is None:
            raise self.refusal(_REFUSED.get(code, f"the construct {code}"))
        return translate(argument, flags)

    def repetition(self, argument: Any, flags: int) -> Node:
        """The tree of a repetition."""
        low, high, body = argument
        most = None if high == CODES.MAXREPEAT else int(high)
        return repeat(self.sequence(body, flags), int(low), most)

    def group(self, argument: Any, flags: int) -> Node:
        """The tree of a group."""
        _, added, removed, body = argument
        return self.sequence(body, combined(flags, added, removed))

    def branch(self, argument: Any, flags: int) -> Node:
        """The tree of alternatives."""
        return alternation(*(self.sequence(option, flags) for option in argument[1]))

    def lookaround(self, argument: Any, flags: int, *, negated: bool = False) -> Node:
        """The tree of a lookahead or lookbehind."""
        direction, body = argument
        ahead = direction > 0
        shortest, longest = body.getwidth()
        if not ahead and shortest != longest:
            raise InvalidRegex(
                "look-behind requires fixed-width pattern",
                hint="Python's re module refuses this pattern",
            )
        return look(self.sequence(body, flags), ahead=ahead, negated=negated)

    def refusal(self, construct: str) -> UnsupportedRegex:
        """The error for a construct that is not regular."""
        return UnsupportedRegex(
            construct,
            position=locate(self.pattern, construct, verbose=self.verbose),
            hint=_HINTS.get(construct, "rewrite the pattern without it"),
        )


def _character(code: Any, argument: Any, flags: int) -> CharSet:
    """The set of an opcode that matches one character."""
    if code is CODES.ANY:
        return ANY if flags & _DOTALL else ~NEWLINE
    if code is not CODES.IN:
        chars, source = CharSet.of((argument, argument)), f"\\U{argument:08x}"
        if code is CODES.NOT_LITERAL:
            chars, source = ~chars, f"[^{source}]"
    else:
        parts, negated = argument, argument[0][0] is CODES.NEGATE
        if negated:
            parts = argument[1:]
        chars = united(_class_part(code, value, flags) for code, value in parts)
        source = f"[{'^' * negated}{''.join(_class_source(*part) for part in parts)}]"
        if negated:
            chars = ~chars
    if not flags & _IGNORECASE:
        return chars
    return ignoring_case(source, chars, ascii_only=bool(flags & _ASCII))


def _class_part(code: Any, argument: Any, flags: int) -> CharSet:
    match code:
        case CODES.LITERAL:
            return CharSet.of((argument, argument))
        case CODES.RANGE:
            return CharSet.of(argument)
        case CODES.CATEGORY:
            escape, negated = _CATEGORIES[argument]
            chars = category(escape, bool(flags & _ASCII))
            return ~chars if negated else chars
    return NOTHING


def _class_source(code: Any, argument: Any) -> str:
    match code:
        case CODES.LITERAL:
            return f"\\U{argument:08x}"
        case CODES.RANGE:
            return class_body(CharSet.of(argument))
        case _:
            escape, negated = _CATEGORIES[argument]
            return escape.upper() if negated else escape


def _anchor(code: Any, flags: int) -> Node:
    if flags & _MULTILINE and code in _LINE_ANCHORS:
        return _LINE_ANCHORS[code]
    if code in _TEXT_ANCHORS:
        return _TEXT_ANCHORS[code]
    word = category(r"\w", bool(flags & _ASCII))
    if code is CODES.AT_BOUNDARY:
        return word_boundary(word)
    if _EMPTY_IS_NO_BOUNDARY:
        return not_word_boundary(word)
    something = (look(ANY_CHAR, ahead=ahead, negated=False) for ahead in (False, True))
    return concat(alternation(*something), not_word_boundary(word))
