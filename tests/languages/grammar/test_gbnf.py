"""GBNF, against enumeration and against `re`."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dllm_struct.errors import EmptyLanguage, InvalidGrammar, UnsupportedGrammar
from dllm_struct.languages.grammar.cfg import Cfg
from dllm_struct.languages.grammar.notation import read
from tests.languages.regex_patterns import every_text

Spans = set[tuple[int, int]]


def matches(cfg: Cfg, text: str) -> bool:
    """Whether a grammar derives a text, by the least solution of what each symbol spans."""
    data = text.encode()
    places = range(len(data) + 1)
    spans: list[Spans] = [
        {(i, j) for i in places for j in range(i + 1, len(data) + 1) if t.dfa.matches(data[i:j])}
        for t in cfg.terminals
        if t.dfa is not None
    ]
    spans += [set() for _ in cfg.nonterminals]
    changed = True
    while changed:
        changed = False
        for rule in cfg.rules:
            found: Spans = {(i, i) for i in places}
            for symbol in rule.expansion:
                found = {(i, k) for i, j in found for j_, k in spans[symbol] if j == j_}
            changed = changed or not found <= spans[rule.origin]
            spans[rule.origin] |= found
    return (0, len(data)) in spans[cfg.start]


@pytest.mark.parametrize(
    ("grammar", "pattern", "alphabet"),
    [
        ('root ::= "a" | "ab" "b"?', "a|abb?", "ab"),
        ('root ::= ("a" | "b"+){2,3} # twice or more', "(a|b+){2,3}", "ab"),
        ("root ::= [^a]* [ab-]{0,2} [^\\]-]", r"[^a]*[ab-]{0,2}[^\]-]", "ab-]"),
        ('root ::= . "é" | "\\x61\\u00e9" | "\\U0001F600"', "(?s:.)é|aé|😀", "aé😀\n"),
        ('root ::= ws "a" ws\nws ::= [ \\t] ws | ""', "[ \t]*a[ \t]*", "a \t"),
        ("root ::=\n  x |\n  x y\nx ::= [0-9]\ny ::= (\nx x\n)", "[0-9]([0-9]{2})?", "05a"),
        ('root ::= "\\"" "\\\\" "\\n"', '"\\\\\n', '"\\\n'),
        ('root ::= "a" "" (| "b")', "ab?", "ab"),
        ('root ::= x?*+{2}\nx ::= "ab"', "(ab)*", "ab"),
        ('root ::= "a"{2} "b"{1,} "a"{,}'.replace(' "a"{,}', ""), "a{2}b+", "ab"),
        ('root ::= a_b\na_b ::= A-1\nA-1 ::= "x"{0} "b"', "b", "bx"),
        ('root ::= "a" ("b" root)? | "b" root', "b*a(b+a)*", "ab"),
    ],
)
def test_regular_grammars(grammar: str, pattern: str, alphabet: str) -> None:
    cfg = read(grammar)
    assert cfg.scannerless
    for text in every_text(alphabet, 5):
        assert matches(cfg, text) == bool(re.fullmatch(pattern, text)), text


def test_a_regular_grammar_is_one_terminal() -> None:
    cfg = read('root ::= ws word{1,9} end\nws ::= " " ws | ""\nword ::= [a-z]+ ws\nend ::= "."')
    assert (len(cfg.terminals), len(cfg.rules)) == (1, 1)


@pytest.mark.parametrize("low", [0, 1, 2, 5])
@pytest.mark.parametrize("high", [None, 5, 6, 7, 8, 13])
def test_repetitions_of_what_is_not_regular(low: int, high: int | None) -> None:
    cfg = read(f'root ::= x{{{low},{"" if high is None else high}}}\nx ::= "a" x "b" | "c"')
    for count in range(16):
        text = "".join("acb" if i % 3 == 1 else "c" for i in range(count))
        assert matches(cfg, text) == (low <= count and (high is None or count <= high))


def test_large_repetitions_do_not_explode() -> None:
    cfg = read('root ::= x{0,100000}\nx ::= "(" x* ")"')
    assert len(cfg.rules) < 500


@st.composite
def parts(draw: st.DrawFn, depth: int = 3) -> str:
    if depth == 0 or draw(st.integers(0, 3)) == 0:
        return draw(st.sampled_from(['"a"', '"b"', "[ab]", '""', "r0", "r1", "r2", '"ab"']))
    inner = draw(st.lists(parts(depth - 1), min_size=1, max_size=3))
    match draw(st.integers(0, 2)):
        case 0:
            return " ".join(inner)
        case 1:
            return f"({' | '.join(inner)})"
        case _:
            times = draw(st.sampled_from(["*", "+", "?", "{2}", "{1,3}", "{0,2}", "{2,}"]))
            return f"({' '.join(inner)}){times}"


LONGEST = 4


def enumerated(rules: list[str]) -> list[set[str]]:
    """Members of every rule up to a length, by the least solution over finite sets."""
    known: list[set[str]] = [set() for _ in rules]
    while True:
        found = [before | _members(rule, known) for before, rule in zip(known, rules, strict=True)]
        if found == known:
            return known
        known = found


def _members(rule: str, known: list[set[str]]) -> set[str]:
    """Evaluate the right-hand side of a rule over sets of texts."""
    tokens = re.findall(r'"[ab]*"|\[ab\]|r\d|[()|*+?]|\{\d,?\d?\}', rule)
    value, rest = _choice(tokens, known)
    assert not rest
    return value


def _choice(tokens: list[str], known: list[set[str]]) -> tuple[set[str], list[str]]:
    value, tokens = _series(tokens, known)
    while tokens and tokens[0] == "|":
        other, tokens = _series(tokens[1:], known)
        value = value | other
    return value, tokens


def _series(tokens: list[str], known: list[set[str]]) -> tuple[set[str], list[str]]:
    value = {""}
    while tokens and tokens[0] not in ")|":
        item, tokens = _item(tokens, known)
        value = _joined(value, item)
    return value, tokens


def _item(tokens: list[str], known: list[set[str]]) -> tuple[set[str], list[str]]:
    first, tokens = tokens[0], tokens[1:]
    if first == "(":
        value, tokens = _choice(tokens, known)
        tokens = tokens[1:]
    elif first.startswith("r"):
        value = known[int(first[1])]
    else:
        value = {"a", "b"} if first == "[ab]" else {first.strip('"')}
    if tokens and tokens[0][0] in "*+?{":
        low, high = {"*": (0, 9), "+": (1, 9), "?": (0, 1)}.get(tokens[0], (-1, -1))
        if low < 0:
            bounds = tokens[0].strip("{}").split(",")
            low, high = int(bounds[0]), int(bounds[-1] or 9)
        power, total = {""}, set()
        for count in range(high + 1):
            total |= power if count >= low else set()
            power = _joined(power, value)
        value, tokens = total, tokens[1:]
    return value, tokens


def _joined(left: set[str], right: set[str]) -> set[str]:
    return {a + b for a in left for b in right if len(a + b) <= LONGEST}


@settings(max_examples=150)
@given(st.lists(parts(), min_size=3, max_size=3))
def test_agrees_with_enumeration(rules: list[str]) -> None:
    text = "\n".join(f"r{number} ::= {rule}" for number, rule in enumerate(rules))
    members = enumerated(rules)[0]
    try:
        cfg = read(text, "r0")
    except EmptyLanguage:
        assert not members
        return
    for word in every_text("ab", LONGEST):
        assert matches(cfg, word) == (word in members), word


JSON = r"""
root   ::= object
value  ::= object | array | string | number | ("true" | "false" | "null") ws
object ::=
  "{" ws (
            string ":" ws value
    ("," ws string ":" ws value)*
  )? "}" ws
array  ::= "[" ws ( value ("," ws value)* )? "]" ws
string ::= "\"" ( [^"\\\x7F\x00-\x1F] | "\\" (["\\bfnrt] | "u" [0-9a-fA-F]{4}) )* "\"" ws
number ::= ("-"? ([0-9] | [1-9] [0-9]{0,15})) ("." [0-9]+)? ([eE] [-+]? [0-9] [1-9]{0,15})? ws
ws ::= | " " | "\n" [ \t]{0,20}
"""


@pytest.mark.parametrize(
    ("text", "member"),
    [
        ('{"a": [1, -2.5e3, {"é": null}], "b": "\\u00e9"}', True),
        ("{}", True),
        ('{"a": }', False),
        ('{"a": 01}', False),
        ('{"a": tru}', False),
    ],
)
def test_the_json_grammar_of_the_guide(text: str, member: bool) -> None:
    assert matches(read(JSON), text) is member


INVALID = {
    'root ::= "a': (1, 10),
    "root ::= [a-": (1, 10),
    "root ::= [z-a]": (1, 10),
    "root ::= []": (1, 10),
    'root ::= "a"\nroot ::= "b"': (2, 1),
    'root ::= (b\n"c")': (1, 11),
    'root ::= ("a"': (1, 10),
    'root ::= "a" )': (1, 14),
    'root ::= "a" b': (1, 14),
    'root ::= "a" "b"\n"c"': (2, 1),
    'root ::= "\\q"': (1, 11),
    'root ::= "\\x1g"': (1, 11),
    'root ::= "\\uD800"': (1, 11),
    'root ::= "\\UFFFFFFFF"': (1, 11),
    'root ::= "a"{3,1}': (1, 13),
    'root ::= "a"{a}': (1, 13),
    'root "a"': (1, 6),
    'root ::= * "a"': (1, 10),
    'a ::= "x"': None,
    "": None,
}


@pytest.mark.parametrize("text", INVALID)
def test_malformed_grammars(text: str) -> None:
    with pytest.raises(InvalidGrammar) as caught:
        read(text, notation="gbnf")
    assert caught.value.hint
    if INVALID[text] is not None:
        assert (caught.value.line, caught.value.column) == INVALID[text]


@pytest.mark.parametrize("token", ["<think>", "<[1000]>", "!<think>", "!<[7]>"])
def test_tokens_are_refused(token: str) -> None:
    with pytest.raises(UnsupportedGrammar, match=re.escape(f"the token {token}")) as caught:
        read(f'root ::= "a"\n  | {token}'.replace("\n  |", " |\n "))
    assert caught.value.line == 2


@pytest.mark.parametrize(
    "text",
    [
        "root ::= root",
        'root ::= "a" root',
        'root ::= x "a" x\nx ::= "(" x ")"',
        "root ::= [^\\x00-\\U0010FFFF]",
    ],
)
def test_languages_without_members(text: str) -> None:
    with pytest.raises(EmptyLanguage, match="rule root has no member"):
        read(text)


def test_another_rule_may_be_the_start() -> None:
    cfg = read('root ::= "(" root ")" | item\nitem ::= "a" | "b"', "item")
    assert matches(cfg, "a")
    assert not matches(cfg, "(a)")


def test_symbols_are_numbered_without_gaps() -> None:
    cfg = read(JSON)
    used = sorted({symbol for rule in cfg.rules for symbol in (rule.origin, *rule.expansion)})
    assert used == list(range(len(cfg.terminals) + len(cfg.nonterminals)))
    assert all(b - a == 1 for a, b in pairwise(used))
    assert [terminal.order for terminal in cfg.terminals] == list(range(len(cfg.terminals)))
