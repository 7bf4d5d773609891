"""Any context-free grammar byte by byte, against lark and against enumeration."""

from __future__ import annotations

import pickle
from collections.abc import Mapping, Sequence

import lark
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dllm_struct.automata.machine import UNMADE
from dllm_struct.errors import UnsupportedGrammar
from dllm_struct.languages.grammar.cfg import Cfg, Indentation
from dllm_struct.languages.grammar.earley import EarleyReader
from tests.languages.grammar.small_grammars import Enumeration, Rules, grammar, texts

TERMINALS: dict[str, Sequence[str]] = {"A": ["a"], "B": ["b"], "AB": ["ab"], "R": ["a", "aa", "ba"]}
LONGEST = 6
EVERY = texts("ab", LONGEST)


@st.composite
def rule_sets(draw: st.DrawFn) -> Rules:
    """Rules that are ambiguous, cyclic, nullable, recursive on any side, unproductive."""
    names = ["s", "t", "u"][: draw(st.integers(1, 3))]
    symbol = st.sampled_from([*names, *names, *TERMINALS])
    expansion = st.lists(symbol, max_size=3)
    return {name: draw(st.lists(expansion, min_size=1, max_size=3)) for name in names}


def read(reader: EarleyReader, text: str) -> int:
    return reader.read(reader.start, text.encode())


def is_member(reader: EarleyReader, text: str) -> bool:
    config = read(reader, text)
    return config != 0 and reader.accepting(config)


@settings(deadline=None, max_examples=300)
@given(rules=rule_sets(), ignored=st.sampled_from([[], ["B"], ["AB"], ["R"]]))
def test_members_and_beginnings_are_those_of_an_enumeration(
    rules: Rules, ignored: list[str]
) -> None:
    reader = EarleyReader(grammar(rules, TERMINALS, ignored))
    known = Enumeration(rules, TERMINALS, ignored, LONGEST)
    assert {text for text in EVERY if read(reader, text)} == known.viable
    assert {text for text in EVERY if is_member(reader, text)} == known.members


def in_lark(
    rules: Rules, terminals: Mapping[str, Sequence[str]], ignored: Sequence[str]
) -> lark.Lark:
    lines = [
        f"{name}: " + " | ".join(" ".join(expansion) for expansion in dict.fromkeys(map(tuple, es)))
        for name, es in rules.items()
    ]
    for name, words in terminals.items():
        longest_first = sorted(words, key=len, reverse=True)
        lines.append(f"{name}: /{'|'.join(longest_first)}/")
    lines += [f"%ignore {name}" for name in ignored]
    start = next(iter(rules))
    return lark.Lark("\n".join(lines), start=start, parser="earley", lexer="dynamic_complete")


@settings(deadline=None, max_examples=60)
@given(rules=rule_sets(), ignored=st.sampled_from([[], ["B"], ["AB"], ["A", "AB"]]))
def test_members_are_those_of_lark(rules: Rules, ignored: list[str]) -> None:
    parser = in_lark(rules, TERMINALS, ignored)
    reader = EarleyReader(grammar(rules, TERMINALS, ignored))
    for text in texts("ab", 5):
        try:
            parser.parse(text)
        except lark.exceptions.UnexpectedInput:
            assert not is_member(reader, text)
        except RuntimeError as error:  # read, and in two ways that lark should have merged
            assert "multiple start symbol items" in str(error)
            assert is_member(reader, text)
        else:
            assert is_member(reader, text)


def spoken(reader: EarleyReader, config: int, known: Enumeration, *, whole: bool) -> set[str]:
    """The texts that complete a configuration, by what the reader tells a guide.

    Either rule by rule (``whole``), or terminal by terminal.
    """
    cfg, found = reader.cfg, set[str]()
    todo: list[tuple[int, str]] = []
    for handle, pending in reader.readings(config):
        todo += [(handle, "")] if not pending else []
        for terminal, state in pending:
            dfa = cfg.terminals[terminal].dfa
            assert dfa is not None
            rests = [
                text for text in texts("ab", 2) if dfa.accepting[dfa.run(text.encode(), state)]
            ]
            todo += [(h, rest) for h in reader.shifted(handle, terminal) for rest in rests]
    seen = set(todo)
    while todo:
        handle, text = todo.pop()
        if handle == -1:
            found |= known.joined({text}, known.blank)
            continue
        after: list[tuple[int, set[str]]] = []
        for rule, dot in reader.items(handle):
            rest = [cfg.name(symbol) for symbol in cfg.rules[rule].expansion[dot:]]
            row = known.row(rest)
            after += [(h, row if whole else row & {""}) for h in reader.above(handle, rule, dot)]
        if not whole:
            for terminal, _ in enumerate(cfg.terminals):
                words = known.row([cfg.name(terminal)])
                after += [(h, words) for h in reader.shifted(handle, terminal)]
        new = {(h, more) for h, words in after for more in known.joined({text}, words)} - seen
        seen |= new
        todo += new
    return found


@settings(deadline=None, max_examples=100)
@given(
    rules=rule_sets(),
    ignored=st.sampled_from([[], ["B"], ["R"]]),
    prefix=st.text("ab", max_size=3),
    whole=st.booleans(),
)
def test_a_guide_hears_what_may_follow(
    rules: Rules, ignored: list[str], prefix: str, whole: bool
) -> None:
    terminals = {name: words for name, words in TERMINALS.items() if name != "AB"}
    rules = {n: [[s for s in e if s != "AB"] for e in es] for n, es in rules.items()}
    reader = EarleyReader(grammar(rules, terminals, ignored))
    known = Enumeration(rules, terminals, ignored, 5)
    config = read(reader, prefix)
    if config:
        follow = {m[len(prefix) :] for m in known.members if m.startswith(prefix)}
        room = 5 - len(prefix)
        heard = spoken(reader, config, known, whole=whole)
        assert {text for text in heard if len(text) <= room} == follow


def visited(reader: EarleyReader, alphabet: str, most: int) -> int:
    """How many configurations there are, but no more than ``most``."""
    seen, todo = {reader.start}, [reader.start]
    while todo and len(seen) < most:
        config = todo.pop()
        new = {reader.step(config, byte) for byte in alphabet.encode()} - {0} - seen
        seen |= new
        todo += new
    return len(seen)


ITEM = {"ITEM": ["a", "b"], "COMMA": [","], "PLUS": ["+"], "TIMES": ["*"], "OPEN": ["("]}
FINITE: dict[str, Rules] = {
    "left": {"s": [["ITEM"], ["s", "COMMA", "ITEM"]]},
    "right": {"s": [["ITEM"], ["ITEM", "COMMA", "s"]]},
    "right of two": {"s": [["t"], ["t", "COMMA", "s"]], "t": [["ITEM"], ["ITEM", "PLUS", "t"]]},
    "both": {"s": [["ITEM"], ["s", "PLUS", "s"], ["s", "TIMES", "s"]]},
    "both through a rule": {"s": [["ITEM"], ["t"]], "t": [["s", "PLUS", "s"]]},
    "levels": {
        "s": [["t"], ["s", "PLUS", "t"]],
        "t": [["u"], ["t", "TIMES", "u"]],
        "u": [["ITEM"]],
    },
    "a prefix": {"s": [["ITEM"], ["OPEN", "s"], ["s", "PLUS", "s"]]},
    "cyclic": {"s": [["t"], ["ITEM"]], "t": [["s"], ["t", "t"], []]},
}


@pytest.mark.parametrize("rules", FINITE.values(), ids=FINITE)
def test_what_is_regular_has_few_configurations(rules: Rules) -> None:
    assert visited(EarleyReader(grammar(rules, ITEM)), "ab,+*(", 40) < 20


def test_rows_agree_with_steps() -> None:
    rules = {"s": [["OPEN", "s", "CLOSE"], ["WORD"], ["s", "s"]]}
    letters = [chr(code) for code in range(ord("a"), ord("z") + 1)]
    terminals = {"OPEN": ["("], "CLOSE": [")"], "WORD": [*letters, "abc"]}
    reader = EarleyReader(grammar(rules, terminals))
    for text in ("", "(", "(a", "ab", "(a)("):
        config = read(reader, text)
        row = reader.row(config)
        assert (row[ord("d") : ord("z")] != UNMADE).all()
        assert all(
            after in (UNMADE, reader.step(config, byte)) for byte, after in enumerate(row.tolist())
        )
        steps = [reader.step(config, byte) for byte in range(256)]
        assert reader.row(config).tolist() == steps


def test_a_grammar_without_members_has_no_start() -> None:
    assert EarleyReader(grammar({"s": [["s", "A"]]}, TERMINALS)).start == 0
    assert EarleyReader(grammar({"s": [["NONE"]]}, {"NONE": []})).start == 0


def test_the_empty_text_alone() -> None:
    reader = EarleyReader(grammar({"s": [["t", "t"]], "t": [[], ["s"]]}, TERMINALS, ["B"]))
    assert is_member(reader, "") and is_member(reader, "bb") and not read(reader, "a")


def test_a_pickled_reader_reads_the_same() -> None:
    reader = EarleyReader(grammar(FINITE["levels"], ITEM))
    config = read(reader, "a+b")
    again = pickle.loads(pickle.dumps(reader))
    assert again.num_configs < reader.num_configs
    assert read(again, "a+b") and config
    assert is_member(again, "a+b*a") and not read(again, "a++")


def test_lines_whose_columns_matter_are_refused() -> None:
    cfg = grammar(FINITE["left"], ITEM)
    indentation = Indentation(0, 1, 2, frozenset(), frozenset(), 8)
    refused = Cfg(cfg.terminals, cfg.nonterminals, cfg.rules, cfg.start, indentation=indentation)
    with pytest.raises(UnsupportedGrammar, match="indentation"):
        EarleyReader(refused)
