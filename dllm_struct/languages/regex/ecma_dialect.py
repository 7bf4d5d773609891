"""The dialect of JSON Schema's ``pattern``: ECMA-262 regular expressions with the flag u.

A recursive-descent parser to our syntax tree. It is lenient where real schemas are: escapes of
punctuation, literal brackets and braces (both as without the flag u), and the spellings of Python
and PCRE that can mean one thing only. What could mean several things is refused by name.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from dllm_struct.errors import BudgetExceeded
from dllm_struct.languages.regex.charset import ANY, CharSet
from dllm_struct.languages.regex.cursor import Cursor
from dllm_struct.languages.regex.ecma_escapes import LINE_ENDS, WORD, read_class, read_escape
from dllm_struct.languages.regex.python_chars import closed_under_case
from dllm_struct.languages.regex.tree import (
    EMPTY,
    END,
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

_BRACES: Final = re.compile(r"\{([0-9]+)(?:(,)([0-9]*))?\}")
_OPEN_BRACES: Final = re.compile(r"\{,[0-9]+\}")
_NAME: Final = re.compile(r"P?<(?!\d)[\w$]+>")
_FLAGS: Final = re.compile(r"([aimnsuxJLUX]*)(?:-([aimnsuxJLUX]+))?([:)])")
_COMMENT: Final = re.compile(r"#[^)]*\)")
_LOOKS: Final = {"=": (True, False), "!": (True, True), "<=": (False, False), "<!": (False, True)}
_REFUSED: Final = {
    ">": ("an atomic group", "use (?:...), if matching the same strings greedily is what is meant"),
    "(": ("a conditional group", "write both cases as alternatives"),
    "|": ("a branch reset group", "use (?:...)"),
    "P=": ("a backreference", "it remembers text, which no automaton can"),
    "P>": ("a recursive group", "write the nesting out to the depth you need"),
    "&": ("a recursive group", "write the nesting out to the depth you need"),
    "R": ("a recursive group", "write the nesting out to the depth you need"),
}
_NOT_LINE_END: Final = Chars(~LINE_ENDS)
_ASSERTIONS: Final = {
    "b": word_boundary(WORD),
    "B": not_word_boundary(WORD),
    "A": START,
    "Z": END,
    "z": END,
}


@dataclass(frozen=True, slots=True)
class _Flags:
    i: bool = False
    m: bool = False
    s: bool = False


def parse_ecma(pattern: str) -> Node:
    """Parse an ECMA-262 pattern.

    Raises:
        InvalidRegex: it is malformed.
        UnsupportedRegex: it is not regular, or its meaning depends on the dialect.
        BudgetExceeded: it is nested too deeply.
    """
    parser = _Parser(pattern)
    try:
        tree = parser.disjunction(parser.leading_flags())
    except RecursionError as error:
        raise BudgetExceeded(
            "the pattern is nested too deeply", hint="use fewer nested groups"
        ) from error
    if not parser.cursor.done:
        hint = "open a group before it, or write \\)"
        raise parser.cursor.invalid("unmatched )", parser.cursor.at, hint)
    return tree


class _Parser:
    def __init__(self, pattern: str) -> None:
        self.cursor = Cursor(pattern)
        self._empty_class_seen = False
        self._readers: dict[str, Callable[[_Flags, int], Node]] = {
            "^": self._line_start,
            "$": self._line_end,
            ".": self._dot,
            "(": self._group,
            "[": self._class,
            "]": self._bracket,
            "{": self._brace,
            "\\": self._escape,
            **dict.fromkeys("*+?", self._stray_quantifier),
        }

    def leading_flags(self) -> _Flags:
        """``(?i)`` and the like, in front of everything."""
        flags, cursor = _Flags(), self.cursor
        while cursor.peek(2) == "(?":
            start = cursor.at
            cursor.take(2)
            found = cursor.match(_FLAGS)
            if found is None or found[3] != ")":
                cursor.at = start
                break
            flags = self._changed(flags, found, start)
        return flags

    def disjunction(self, flags: _Flags) -> Node:
        options = [self._alternative(flags)]
        while self.cursor.accept("|"):
            options.append(self._alternative(flags))
        return alternation(*options)

    def _alternative(self, flags: _Flags) -> Node:
        items = []
        while not self.cursor.done and self.cursor.peek() not in ("|", ")"):
            items.append(self._quantified(self._atom(flags)))
        return concat(*items)

    def _atom(self, flags: _Flags) -> Node:
        start = self.cursor.at
        character = self.cursor.take()
        read = self._readers.get(character)
        if read is not None:
            return read(flags, start)
        return self._literal(CharSet.single(character), flags)

    def _line_start(self, flags: _Flags, start: int) -> Node:
        return look(_NOT_LINE_END, ahead=False, negated=True) if flags.m else START

    def _line_end(self, flags: _Flags, start: int) -> Node:
        return look(_NOT_LINE_END, ahead=True, negated=True) if flags.m else END

    def _dot(self, flags: _Flags, start: int) -> Node:
        return Chars(ANY) if flags.s else _NOT_LINE_END

    def _class(self, flags: _Flags, start: int) -> Node:
        self._empty_class_seen |= self.cursor.peek() == "]" or self.cursor.peek(2) == "^]"
        return char_class(read_class(self.cursor, ignore_case=flags.i))

    def _bracket(self, flags: _Flags, start: int) -> Node:
        if self._empty_class_seen:
            raise self.cursor.unsupported(
                "a ] after an empty class",
                start,
                "[] matches nothing in ECMA-262; write [\\]...] for a class with a bracket",
            )
        return self._literal(CharSet.single("]"), flags)

    def _brace(self, flags: _Flags, start: int) -> Node:
        cursor = self.cursor
        cursor.at = start
        if cursor.match(_BRACES):
            raise cursor.invalid("nothing to repeat", start, "write \\{ for the brace itself")
        if braces := cursor.match(_OPEN_BRACES):
            raise cursor.unsupported(
                f"the quantifier {braces[0]}",
                start,
                "ECMA-262 reads it as text, other dialects as a bound; write {0,n} or \\{,n}",
            )
        return self._literal(CharSet.single(cursor.take()), flags)

    def _stray_quantifier(self, flags: _Flags, start: int) -> Node:
        character = self.cursor.text[start]
        hint = f"write \\{character} for the character itself"
        raise self.cursor.invalid("nothing to repeat", start, hint)

    def _literal(self, chars: CharSet, flags: _Flags) -> Node:
        return char_class(closed_under_case(chars) if flags.i else chars)

    def _escape(self, flags: _Flags, start: int) -> Node:
        cursor = self.cursor
        letter = cursor.peek()
        if letter and letter in "123456789k":
            raise cursor.unsupported(
                "a backreference",
                start,
                "it remembers text, which no automaton can; spell out the alternatives",
            )
        if letter in _ASSERTIONS:
            cursor.take()
            return _ASSERTIONS[letter]
        chars = read_escape(cursor)
        return char_class(chars) if letter in "dDwWsS" else self._literal(chars, flags)

    def _quantified(self, atom: Node) -> Node:
        cursor = self.cursor
        start = cursor.at
        bounds = self._bounds()
        if bounds is None:
            return atom
        cursor.accept("?")  # lazy or greedy: the same strings
        if cursor.peek() == "+":
            hint = "drop the last +, if matching the same strings is what is meant"
            raise cursor.unsupported("a possessive quantifier", start, hint)
        low, high = bounds
        if high is not None and low > high:
            raise cursor.invalid("bounds out of order", start, "write the lower bound first")
        return repeat(atom, low, high)

    def _bounds(self) -> tuple[int, int | None] | None:
        cursor = self.cursor
        simple = {"*": (0, None), "+": (1, None), "?": (0, 1)}.get(cursor.peek())
        if simple is not None:
            cursor.take()
            return simple
        if braces := cursor.match(_BRACES):
            low, comma, high = braces.groups()
            return int(low), (int(high) if high else None) if comma else int(low)
        return None

    def _group(self, flags: _Flags, start: int) -> Node:
        cursor = self.cursor
        if not cursor.accept("?"):
            return self._closed(flags, start)
        for sign, (ahead, negated) in _LOOKS.items():
            if cursor.accept(sign):
                return look(self._closed(flags, start), ahead=ahead, negated=negated)
        for sign, (construct, hint) in _REFUSED.items():
            if cursor.accept(sign):
                raise cursor.unsupported(construct, start, hint)
        if cursor.match(_COMMENT):
            return EMPTY
        if not cursor.match(_NAME):
            flags = self._scoped_flags(flags, start)
        return self._closed(flags, start)

    def _scoped_flags(self, flags: _Flags, start: int) -> _Flags:
        found = self.cursor.match(_FLAGS)
        if found is None:
            hint = "use (...), (?:...), (?<name>...) or a lookaround"
            raise self.cursor.invalid("unknown kind of group", start, hint)
        if found[3] == ")":
            hint = "put it in front of the pattern, or write (?i:...)"
            raise self.cursor.unsupported("a flag in the middle", start, hint)
        return self._changed(flags, found, start)

    def _closed(self, flags: _Flags, start: int) -> Node:
        inside = self.disjunction(flags)
        if not self.cursor.accept(")"):
            raise self.cursor.invalid("unclosed group", start, "close it with ), or write \\(")
        return inside

    def _changed(self, flags: _Flags, found: re.Match[str], start: int) -> _Flags:
        for letters, value in ((found[1], True), (found[2] or "", False)):
            for letter in letters.replace("u", ""):
                if letter not in "ims":
                    hint = "only the flags i, m and s are known"
                    raise self.cursor.unsupported(f"the flag {letter}", start, hint)
                flags = replace(flags, **{letter: value})
        return flags
