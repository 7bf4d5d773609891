"""Reading the text of a GBNF grammar."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, NoReturn

from dllm_struct.automata.alphabet import MAX_CODE_POINT, SURROGATES
from dllm_struct.errors import InvalidGrammar, UnsupportedGrammar
from dllm_struct.languages.grammar.notation.gbnf.parts import (
    NOTHING,
    Choice,
    Part,
    Ref,
    Series,
    Times,
    references,
)
from dllm_struct.languages.grammar.notation.positions import position
from dllm_struct.languages.regex.charset import ANY, CharSet
from dllm_struct.languages.regex.tree import Chars

_NAME: Final = re.compile(r"[A-Za-z0-9_-]+")
_BLANK: Final = re.compile(r"(?:[ \t]|#[^\r\n]*)*")
_BLANK_LINES: Final = re.compile(r"(?:[ \t\r\n]|#[^\r\n]*)*")
_BOUNDS: Final = re.compile(r"\{\s*(?P<low>\d+)\s*(?P<comma>,\s*(?P<high>\d+)?\s*)?\}", re.ASCII)
_ESCAPES: Final = {"t": "\t", "r": "\r", "n": "\n"} | {c: c for c in '\\"[]-^'}
_HEX: Final = {"x": 2, "u": 4, "U": 8}
_TIMES: Final[Mapping[str, tuple[int, int | None]]] = {"*": (0, None), "+": (1, None), "?": (0, 1)}
_RULE_HINT: Final = (
    "write name ::= ...; a rule goes on in the next line only after | or inside parentheses"
)
_DEFINES: Final = "::="


def parse(text: str) -> dict[str, Part]:
    """The rules of a grammar by name.

    Raises:
        InvalidGrammar: it is malformed, or names a rule that it does not have.
        UnsupportedGrammar: it uses tokens of a vocabulary (``<...>``).
    """
    rules = _Source(text).rules()
    for part in rules.values():
        for reference in references(part):
            if reference.name not in rules:
                line, column = position(text, reference.at)
                raise InvalidGrammar(
                    f"rule {reference.name!r} is used but not defined",
                    line=line,
                    column=column,
                    hint="define it, or put it in quotes if it is meant as text",
                )
    return rules


class _Source:
    """Reads a grammar from left to right; `at` is the index of the next character."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def rules(self) -> dict[str, Part]:
        """The whole grammar."""
        found: dict[str, Part] = {}
        self._skip(_BLANK_LINES)
        while self.at < len(self.text):
            begin = self.at
            name = self._name(_RULE_HINT)
            if name in found:
                self._fail(f"rule {name!r} is defined twice", "rename one of them", begin)
            self._skip(_BLANK)
            if not self._take(_DEFINES):
                self._fail(f"::= expected after the name {name!r}", "write name ::= ...")
            self._skip(_BLANK_LINES)
            found[name] = self._choice(nested=False)
            if self.at < len(self.text) and self.text[self.at] not in "\r\n":
                self._fail(
                    f"unexpected {self.text[self.at]!r}",
                    "put text in double quotes; every rule begins on a new line",
                )
            self._skip(_BLANK_LINES)
        return found

    def _choice(self, *, nested: bool) -> Part:
        options = [self._series(nested=nested)]
        while self._take("|"):
            self._skip(_BLANK_LINES)
            options.append(self._series(nested=nested))
        return options[0] if len(options) == 1 else Choice(tuple(options))

    def _series(self, *, nested: bool) -> Part:
        items: list[Part] = []
        blank = _BLANK_LINES if nested else _BLANK
        while (item := self._item()) is not None:
            self._skip(blank)
            while (bounds := self._bounds()) is not None:
                item = Times(item, *bounds) if bounds != (0, 0) else NOTHING
                self._skip(blank)
            items.append(item)
        return items[0] if len(items) == 1 else Series(tuple(items))

    def _item(self) -> Part | None:
        """One element, without what repeats it; None where there is none."""
        begin, first = self.at, self.text[self.at : self.at + 1]
        if _NAME.match(self.text, self.at):
            return Ref(self._name(""), begin)
        if first in ("<", "!"):
            line, column = position(self.text, self.at)
            raise UnsupportedGrammar(
                f"the token {self.text[self.at :].partition('>')[0]}>",
                line=line,
                column=column,
                hint="write the text in double quotes; a grammar here is about text, not tokens",
            )
        if first and first in '"[.(':
            self.at += 1
            match first:
                case '"':
                    return self._string(begin)
                case "[":
                    return self._class(begin)
                case ".":
                    return Chars(ANY)
            return self._group(begin)
        return None

    def _string(self, begin: int) -> Part:
        codes = []
        while not self._take('"'):
            codes.append(self._character(begin, "this string never ends", "close it with a quote"))
        items = tuple(Chars(CharSet.of((code, code))) for code in codes)
        return items[0] if len(items) == 1 else Series(items)

    def _class(self, begin: int) -> Part:
        negated = self._take("^")
        ranges = []
        never = ("this character class never ends", "close it with ]")
        while not self._take("]"):
            low = high = self._character(begin, *never)
            if self.text.startswith("-", self.at) and not self.text.startswith("-]", self.at):
                self.at += 1
                high = self._character(begin, *never)
            if low > high:
                self._fail("a range runs backwards", "put the smaller character first", begin)
            ranges.append((low, high))
        if not ranges:
            self._fail("a character class is empty", "name at least one character", begin)
        chars = CharSet.of(*ranges)
        return Chars(~chars if negated else chars)

    def _group(self, begin: int) -> Part:
        self._skip(_BLANK_LINES)
        inside = self._choice(nested=True)
        if not self._take(")"):
            if self.at < len(self.text):
                self._fail(f"unexpected {self.text[self.at]!r}", "put text in double quotes")
            self._fail("this parenthesis is never closed", "close it with )", begin)
        return inside

    def _bounds(self) -> tuple[int, int | None] | None:
        """How often the element before is repeated; None where nothing says so."""
        first = self.text[self.at : self.at + 1]
        if first in _TIMES:
            self.at += 1
            return _TIMES[first]
        if first != "{":
            return None
        found = _BOUNDS.match(self.text, self.at)
        if not found:
            self._fail("malformed repetition", "write {m}, {m,} or {m,n}")
        low = int(found["low"])
        high = low if not found["comma"] else int(found["high"]) if found["high"] else None
        if high is not None and high < low:
            self._fail("a repetition's bounds are reversed", "put the smaller number first")
        self.at = found.end()
        return low, high

    def _character(self, begin: int, message: str, hint: str) -> int:
        """A code point, plain or escaped."""
        if self.at >= len(self.text):
            self._fail(message, hint, begin)
        at, first = self.at, self.text[self.at]
        self.at += 1
        if first != "\\":
            return self._checked(ord(first), at)
        escape = self.text[self.at : self.at + 1]
        self.at += 1
        if escape in _HEX:
            digits = self.text[self.at : self.at + _HEX[escape]]
            if not re.fullmatch(rf"[0-9a-fA-F]{{{_HEX[escape]}}}", digits):
                self._fail(f"\\{escape} needs {_HEX[escape]} hexadecimal digits", "add them", at)
            self.at += len(digits)
            return self._checked(int(digits, 16), at)
        if escape not in _ESCAPES or not escape:
            self._fail(f"unknown escape \\{escape}", "for a backslash write \\\\", at)
        return ord(_ESCAPES[escape])

    def _checked(self, code: int, at: int) -> int:
        if code > MAX_CODE_POINT or SURROGATES[0] <= code <= SURROGATES[1]:
            self._fail(f"U+{code:X} is no character", "write a code point that UTF-8 can spell", at)
        return code

    def _name(self, hint: str) -> str:
        found = _NAME.match(self.text, self.at)
        if not found:
            self._fail("the name of a rule expected", hint)
        self.at = found.end()
        return found[0]

    def _skip(self, blank: re.Pattern[str]) -> None:
        found = blank.match(self.text, self.at)
        self.at = found.end() if found else self.at

    def _take(self, literal: str) -> bool:
        found = self.text.startswith(literal, self.at)
        self.at += len(literal) * found
        return found

    def _fail(self, message: str, hint: str, at: int | None = None) -> NoReturn:
        line, column = position(self.text, self.at if at is None else at)
        raise InvalidGrammar(message, line=line, column=column, hint=hint)
