"""Lark's notation: what lark makes of a grammar is what we make of it."""

from __future__ import annotations

import builtins
from pathlib import Path
from typing import Any

import lark
import pytest
from lark import Lark
from lark.indenter import PythonIndenter
from lark.lexer import BasicLexer

from dllm_struct.errors import (
    BudgetExceeded,
    DllmStructError,
    EmptyLanguage,
    InvalidGrammar,
    InvalidInput,
    UnsupportedGrammar,
)
from dllm_struct.languages.grammar.cfg import Cfg
from dllm_struct.languages.grammar.notation import read
from dllm_struct.languages.grammar.notation.lark_notation import loaded

LIBRARY = Path(lark.__file__).parent / "grammars"
PYTHON = (LIBRARY / "python.lark").read_text()

JSON = r"""
    ?start: value
    ?value: object | array | ESCAPED_STRING | SIGNED_NUMBER
          | "true" -> true | "false" -> false | "null" -> null
    array: "[" [value ("," value)*] "]"
    object: "{" [pair ("," pair)*] "}"
    pair: ESCAPED_STRING ":" value
    %import common (ESCAPED_STRING, SIGNED_NUMBER, WS)
    %ignore WS
"""
EVERYTHING = r"""
    start: _list{item} (A | B)~2..3 word~60 "#"i? [word] item~0..1
    _list{x}: x ("," x)* | "(" _list{x} ")"
    !item: NAME "if"? | /[0-9]+/ -> number | "\"" "\u00e9" "\n"
    word.2: ("x" | "yz")+ | "<" ".." ">"
    NAME.3: ("a".."f") /\w/*
    A: "if"i
    B: "a" | "ab" | /a[bc]{2}/x
    UNUSED: "unused"
    unused: UNUSED
    %ignore /[ \t]+/
    %ignore COMMENT
    COMMENT: "//" /[^\n]*/
"""
EXTENDED = r"""
    start: NUMBER word
    word: "a"
    %import common.INT -> NUMBER
    %extend word: "b"
    %override NUMBER: /[1-9]+/
"""
GRAMMARS = {"json": JSON, "everything": EVERYTHING, "extended": EXTENDED}


def names(cfg: Cfg) -> list[tuple[str, tuple[str, ...]]]:
    return [(cfg.name(r.origin), tuple(map(cfg.name, r.expansion))) for r in cfg.rules]


@pytest.mark.parametrize("name", GRAMMARS)
def test_rules_and_terminals_are_those_of_lark(name: str) -> None:
    cfg, peer = read(GRAMMARS[name]), Lark(GRAMMARS[name], parser="earley")
    assert names(cfg) == [(r.origin.name, tuple(s.name for s in r.expansion)) for r in peer.rules]
    assert [t.name for t in cfg.terminals] == [t.name for t in peer.terminals]
    assert [t.priority for t in cfg.terminals] == [t.priority for t in peer.terminals]
    assert {cfg.name(symbol) for symbol in cfg.ignored} == set(peer.ignore_tokens)
    tried = sorted(cfg.terminals, key=lambda terminal: terminal.order)
    assert [t.name for t in tried] == [t.name for t in BasicLexer(peer.lexer_conf).terminals]
    assert cfg.name(cfg.start) == "start"
    assert not cfg.scannerless


def test_python_as_lark_ships_it() -> None:
    grammar = loaded(PYTHON, "file_input")
    peer = Lark(PYTHON, parser="lalr", start="file_input", postlex=PythonIndenter())
    assert list(grammar.rules) == list(peer.rules)
    assert [d.name for d in grammar.definitions] == [t.name for t in peer.terminals]
    cfg = grammar.cfg
    tried = sorted(cfg.terminals[: len(grammar.definitions)], key=lambda terminal: terminal.order)
    assert [t.name for t in tried] == [t.name for t in BasicLexer(peer.lexer_conf).terminals]
    made = cfg.indentation
    assert made is not None
    assert [cfg.name(t) for t in (made.newline, made.indent, made.dedent)] == [
        "_NEWLINE",
        "_INDENT",
        "_DEDENT",
    ]
    assert {cfg.name(t) for t in made.opening} == {"LPAR", "LSQB", "LBRACE"}
    assert {cfg.name(t) for t in made.closing} == {"RPAR", "RSQB", "RBRACE"}
    assert made.tab == 8
    assert [t.name for t in cfg.terminals if t.dfa is None] == ["_INDENT", "_DEDENT"]
    assert [t.name for t in cfg.terminals if t.guards] == ["STRING", "DEC_NUMBER"]


class Blocks(PythonIndenter):
    NL_type = "NL"
    INDENT_type = "IN"
    DEDENT_type = "OUT"
    OPEN_PAREN_types = ["OPEN", "LPAR"]  # noqa: RUF012
    tab_len = 3


def test_an_indenter_says_what_makes_indents() -> None:
    text = 'start: "x" NL (IN start OUT)?\nNL: /\\n */\nOPEN: "("\n%declare IN OUT'
    for indenter in (Blocks, Blocks()):
        cfg = read(text, indenter=indenter)
        assert cfg.indentation is not None
        assert cfg.indentation.tab == 3
        assert cfg.indentation.opening == frozenset(), "OPEN is in no rule, LPAR nowhere"
    assert read(text, indenter=None).indentation is None
    assert read(text).indentation is None, "these are not the names that Python's indenter has"
    with pytest.raises(InvalidGrammar, match="terminal NL"):
        read('start: "x"', indenter=Blocks)
    with pytest.raises(InvalidGrammar, match="no indenter"):
        read(text, indenter="python")


def test_the_newline_is_kept_though_no_rule_uses_it() -> None:
    text = 'start: "x" _INDENT start _DEDENT | "y"\n_NEWLINE: /\\n */\n%declare _INDENT _DEDENT'
    cfg = read(text)
    assert cfg.indentation is not None
    assert cfg.name(cfg.indentation.newline) == "_NEWLINE"


def test_indents_count_though_no_rule_uses_them() -> None:
    """After ``1`` a line that is indented further is an indent, which nothing takes."""
    cfg = read(PYTHON, "eval_input")
    assert cfg.indentation is not None
    assert cfg.name(cfg.indentation.indent) == "_INDENT"


def test_terminals_that_nothing_makes() -> None:
    cfg = read('start: "a" X?\n%declare X Y\n%ignore Y')
    assert [(t.name, t.dfa is None) for t in cfg.terminals] == [
        ("A", False),
        ("X", True),
        ("Y", True),
    ]


@pytest.mark.parametrize(
    ("text", "start", "found"),
    [
        ('a: "a" start\nstart: "b"', None, "start"),
        ('a: "a" start\nstart: "b"', "a", "a"),
        ('// start: no\nA: "a"\nb: A c\nc: "c"', None, "b"),
        ('list{x}: x\nb: list{A}\nA: "a"', "b", "b"),
        ('?b.2: "b"', None, "b"),
    ],
)
def test_where_a_grammar_starts(text: str, start: str | None, found: str) -> None:
    cfg = read(text, start)
    assert cfg.name(cfg.start) == found


def test_literals_are_strings() -> None:
    cfg = read('start: "if"i "a" | /b/ | A ~ 2\nA: "x" "y"')
    assert {t.name: t.literal for t in cfg.terminals} == {
        "A": None,
        "IF": "if",
        "__ANON_0": "a",
        "__ANON_1": None,
    }
    assert [t.dfa and t.dfa.matches(b"If") for t in cfg.terminals if t.name == "IF"] == [True]


INVALID = {
    "": None,
    'A: "a"': None,
    "start: a": (1, 8),
    'start: "x"\n  | A': (2, 5),
    "start: A\nA: B": (2, 4),
    'start: "a" (\n': (1, 13),
    'start: "a"\nstart: "b"': (2, 1),
    'start "a"': (1, 7),
    "start: A\nA: /a*/": (2, 1),
    "start: /a?/": (1, 8),
    'start: b\n\nb: "x" | /[/': (3, 10),
    "%%%": (1, 1),
    "start: A\nA: B\nB: A": (2, 1),
    "start: b{A}\nA: /x/\nb{x}: x x{A}": None,
    'b{x}: x\nstart: b "a"': (2, 8),
    'start: A\nA: b\nb: "x"': (2, 4),
    'start: "a"~3..2': None,
    'start: "\\xzz"': None,
    'start: "a" | ""': (1, 14),
    "start: \x00": (1, 8),
    'start: "\ud800"': None,
    "%import nowhere.thing\nstart: thing": (1, 9),
    "%import common.NOTHING\nstart: NOTHING": (1, 16),
    "%import .common.WS\nstart: WS\n%import (": None,
    "%ignore MISSING\nstart: /x/": (1, 9),
    '"' * 50: (1, 1),
    "start: (" * 300: (1, 14),
    "start: " + "(" * 3000: None,
}


@pytest.mark.parametrize("text", INVALID, ids=lambda text: repr(text[:30]))
def test_malformed_grammars(text: str) -> None:
    with pytest.raises(InvalidGrammar) as caught:
        read(text, notation="lark")
    assert caught.value.hint
    if INVALID[text] is not None:
        assert (caught.value.line, caught.value.column) == INVALID[text]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (r"start: /(a)\1/", r"a backreference in terminal /(a)\1/"),
        ("start: A\nA: /a(?=b)/", "in terminal A"),
        ("start: A\nA: /^a/", "in terminal A"),
        ('start: ("a" | "b")~30', "rule start"),
        ('start: ("a"? "b"?)~12', "rule start"),
        ('start: t{B}\nB: "b"\nt{a}: "x" t{s{a}} | a\ns{a}: a "y"', "template t"),
    ],
)
def test_what_cannot_be_guaranteed_is_refused_by_name(text: str, named: str) -> None:
    with pytest.raises(UnsupportedGrammar) as caught:
        read(text)
    assert named in caught.value.construct
    assert caught.value.line is not None


@pytest.mark.parametrize(
    "text",
    [
        'start: "a" start',
        'start: a\na: "x" b\nb: a | a b',
        "start: A\n%declare A",
        "start: /a(?!)/",
    ],
)
def test_languages_without_members(text: str) -> None:
    with pytest.raises(EmptyLanguage, match="rule start has no member"):
        read(text)


def test_terminals_that_are_too_large() -> None:
    with pytest.raises(BudgetExceeded, match="terminal A"):
        read('start: A\nA: ("a" | "b")~40000')


def test_imports_read_no_other_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mine.lark").write_text('word: "x"')
    monkeypatch.chdir(tmp_path)
    opened: list[str] = []
    original = builtins.open

    def watched(file: Any, *rest: Any, **more: Any) -> Any:
        opened.append(str(file))
        return original(file, *rest, **more)

    monkeypatch.setattr(builtins, "open", watched)
    for path in ("mine.word", ".mine.word", "etc.passwd.x"):
        with pytest.raises(InvalidGrammar, match="knows no grammar"):
            read(f"start: word\n%import {path}")
    assert not [file for file in opened if "mine" in file]


@pytest.mark.parametrize(
    "text",
    [
        "start: WS_INLINE\n%import unicode.WS_INLINE",
        "%import .common.WORD\nstart: WORD",
        "start: file_input\n%import python (file_input, _NEWLINE, _INDENT, _DEDENT)",
        "start: atom\n%import python.atom",
    ],
)
def test_imports_from_lark(text: str) -> None:
    assert read(text, indenter=None).rules


def test_notations_are_told_apart() -> None:
    assert not read('start: "::=" "x"').scannerless
    assert not read('// root ::= "x"\nstart: "x"').scannerless
    assert read('# start: "x"\nroot ::= "x"').scannerless
    with pytest.raises(InvalidInput, match="notation 'ebnf'"):
        read('start: "x"', notation="ebnf")


@pytest.mark.parametrize("text", ["{", "a b c", "start", "{} : []", "\n\n\n", "a::=b", "%ignore"])
@pytest.mark.parametrize("notation", ["auto", "lark", "gbnf"])
def test_any_text_is_read_or_refused(text: str, notation: str) -> None:
    with pytest.raises(DllmStructError):
        read(text, notation=notation)
