"""Grammars that try a contextual scanner, what their texts are made of, and lark's verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from lark import Lark, LarkError
from lark.indenter import Indenter

from dllm_struct.languages.grammar.lalr import LalrReader
from dllm_struct.languages.grammar.notation import read


class Blocks(Indenter):
    """Indentation as small as it can be."""

    NL_type = "_NL"
    OPEN_PAREN_types = ["LPAR"]  # noqa: RUF012
    CLOSE_PAREN_types = ["RPAR"]  # noqa: RUF012
    INDENT_type = "_INDENT"
    DEDENT_type = "_DEDENT"
    tab_len = 2


@dataclass(frozen=True, eq=False)
class Case:
    """A grammar and the pieces that its texts are made of."""

    name: str
    text: str
    pieces: Sequence[str]
    indenter: type[Indenter] | None = None

    def __str__(self) -> str:
        return self.name


ARITHMETIC = r"""
    start: sum
    ?sum: product | sum "+" product | sum "-" product
    ?product: factor | product "*" factor
    ?factor: NUMBER | "(" sum ")" | "-" factor
    NUMBER: /[0-9]+(\.[0-9]+)?(e[0-9]+)?/
    %ignore " "+
"""
JSON = r"""
    ?start: value
    ?value: object | array | ESCAPED_STRING | SIGNED_NUMBER | "true" | "false" | "null"
    array: "[" [value ("," value)*] "]"
    object: "{" [pair ("," pair)*] "}"
    pair: ESCAPED_STRING ":" value
    %import common.ESCAPED_STRING
    %import common.SIGNED_NUMBER
    %import common.WS
    %ignore WS
"""
KEYWORDS = r"""
    start: statement*
    statement: "if" NAME "then" statement | NAME "=" NAME ";" | "end"i
    NAME: /[a-z]+/
    %ignore /[ \n]+/
"""
COMMENTS = r"""
    start: (WORD | "/" | "*" | CHAR)*
    WORD: /\w+/
    CHAR: /'(\\.|[^'\\\n])'/
    COMMENT: "/*" /(.|\n)*?/ "*/" | "//" /[^\n]*/
    %ignore COMMENT
    %ignore /\s/
"""
RANGES = r"""
    start: (A | B | C | DOTS | NUMBER)*
    A: "a"
    B: "ab"
    C: /ab+c/
    DOTS: ".."
    NUMBER: /[0-9]+\.[0-9]+|[0-9]+/
"""
FALLING_BACK = r"""
    start: (A | B | "x")*
    A: "a"
    B: /ax+y/
"""
PRIORITIES = r"""
    start: (WORD | AS | "q" AS | SOME "!")*
    WORD: /[ab]+/
    AS.2: /a+/
    SOME.-1: /[abq]+/
"""
GREED = r"""
    start: (FIRST | LAZY | "b" "c" | OTHER)*
    FIRST: /a|ab|abc/
    LAZY: /"[^x]*?"/
    OTHER: /(b|bc)(d|cd)?/
"""
LOOKING = r'''
    start: (SHORT | LONG | ZERO | NAME "(" ")")*
    SHORT: /"(?!"")[^"]*"/
    LONG: /""".*?"""/s
    ZERO: /0(?:_?0)*(?![1-9])/
    NAME: /[a-z]+/
'''
SPELLINGS = r"""
    start: ("a" "b" | CD "d" | LONG "!")*
    LETTER: /[ab]/
    CD: /[cd]/
    LONG: /a[^;]*;/
    %ignore LETTER
"""
CONTEXT = r"""
    start: (key value)*
    key: KEY ":"
    value: VALUE ";"
    KEY: /[a-z]+/
    VALUE: /[^;]+/
    %ignore " "
"""
DANGLING = r"""
    start: statement
    statement: "i" statement | "i" statement "e" statement | "x"
"""
EMPTY_RULES = r"""
    start: a b a
    a: ("x" | "y" a)?
    b: c c "b"
    c: | "c"
"""
INDENTED = r"""
    start: (_NL | line)*
    line: "x" _NL | "y" _NL _INDENT line+ _DEDENT | LPAR "x"* RPAR _NL
    LPAR: "("
    RPAR: ")"
    _NL: /(\r?\n[ \t]*)+/
    %declare _INDENT _DEDENT
"""

CASES = (
    Case("arithmetic", ARITHMETIC, "0123.e+-*() "),
    Case("json", JSON, [*'{}[],:"\\ \n1.-+eE', "true", "null", "tr", '"a"', "é", "\\u00e9"]),
    Case("keywords", KEYWORDS, ["if", "then", "i", "=", ";", " ", "end", "END", "d", "x", "\n"]),
    Case("comments", COMMENTS, ["/*", "*/", "a", "é", " ", "*", "/", "'", "\\", "//", "\n"]),
    Case("ranges", RANGES, "abc.12"),
    Case("falling back", FALLING_BACK, "axy"),
    Case("priorities", PRIORITIES, "abq!"),
    Case("greed", GREED, 'abcd"x'),
    Case("looking", LOOKING, ['"', '""', '"""', "x", "0", "_", "1", "(", ")", "\n"]),
    Case("spellings", SPELLINGS, "abcd;!"),
    Case("context", CONTEXT, ["a", "b", ":", ";", " ", "1"]),
    Case("dangling", DANGLING, "iex"),
    Case("empty rules", EMPTY_RULES, "xybc"),
    Case("indented", INDENTED, ["x\n", "y\n", " ", "  ", "\t", "x", "(", ")", "\n", "\r"], Blocks),
)


@lru_cache
def parser(case: Case) -> Lark:
    """Lark's parser for a case."""
    postlex = case.indenter() if case.indenter else None
    return Lark(case.text, parser="lalr", lexer="contextual", postlex=postlex)


@lru_cache
def reader(case: Case) -> LalrReader:
    """Ours."""
    return LalrReader(read(case.text, "start", notation="lark", indenter=case.indenter))


def parses(lark: Lark, text: str) -> bool:
    """Whether lark parses a text; an indenter fails in ways of its own."""
    try:
        lark.parse(text)
    except (LarkError, AssertionError, IndexError):
        return False
    return True


def reads(ours: LalrReader, text: str) -> bool:
    """Whether our reader accepts a text."""
    return ours.accepting(ours.read(ours.start, text.encode()))
