"""Distances and completions against every filling of small documents."""

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from dllm_struct.languages.grammar.cfg import Cfg, Rule, Terminal
from dllm_struct.languages.grammar.earley import EarleyReader
from dllm_struct.languages.grammar.guide import Guide
from dllm_struct.languages.grammar.reader import Reader
from dllm_struct.languages.regex import regex

LETTERS = b"ab"
LONGEST = 7

Rules = list[tuple[int, tuple[int, ...]]]
"""Origin (0 is the start) and symbols: letters by byte, nonterminals by number."""


def cfg(rules: Rules, texts: list[str] | None = None) -> Cfg:
    """A grammar whose terminals are letters, or the given patterns."""
    patterns = texts or [chr(letter) for letter in LETTERS]
    terminals = tuple(
        Terminal(f"T{k}", regex(pattern).dfa, order=k) for k, pattern in enumerate(patterns)
    )
    count = 1 + max(origin for origin, _ in rules)
    offset = len(terminals)

    def symbol(one: int) -> int:
        return one - LETTERS[0] if one >= LETTERS[0] else offset + one

    found = tuple(
        Rule(offset + origin, tuple(symbol(one) for one in symbols)) for origin, symbols in rules
    )
    names = tuple(f"n{k}" for k in range(count))
    return Cfg(terminals, names, found, start=offset, scannerless=True)


def members(rules: Rules, texts: list[str] | None = None) -> frozenset[bytes]:
    """All members of at most `LONGEST` bytes."""
    known: dict[int, set[bytes]] = {origin: set() for origin, _ in rules}

    def of(symbol: int) -> set[bytes]:
        if symbol < LETTERS[0]:
            return known.get(symbol, set())
        text = texts[symbol - LETTERS[0]] if texts else chr(symbol)
        if texts is None:
            return {text.encode()}
        automaton = regex(text).automaton
        return {
            bytes(one)
            for length in range(1, 4)
            for one in product(LETTERS, repeat=length)
            if automaton.matches(bytes(one))
        }

    changed = True
    while changed:
        changed = False
        for origin, symbols in rules:
            made = {b""}
            for symbol in symbols:
                tails = of(symbol)
                made = {a + b for a in made for b in tails if len(a) + len(b) <= LONGEST}
            if not made <= known[origin]:
                known[origin] |= made
                changed = True
    return frozenset(known[0])


symbols = st.sampled_from([*LETTERS, *LETTERS, 0, 1, 2])
grammars = st.lists(
    st.tuples(st.integers(0, 2), st.lists(symbols, max_size=3).map(tuple)), min_size=3, max_size=8
).map(lambda rules: [(0, (1,)), (1, (LETTERS[0],)), (2, (LETTERS[1],)), *rules])
pieces = st.text("ab", max_size=3).map(str.encode)
documents = st.lists(pieces, min_size=2, max_size=4)


def fillings(
    language: frozenset[bytes], pieces: list[bytes], longest: int
) -> list[tuple[bytes, ...]]:
    """Texts for the gaps between pieces that make a member."""
    texts = [bytes(one) for n in range(longest + 1) for one in product(LETTERS, repeat=n)]
    found = []
    for choice in product(texts, repeat=len(pieces) - 1):
        whole = pieces[0] + b"".join(u + p for u, p in zip(choice, pieces[1:], strict=True))
        if whole in language:
            found.append(choice)
    return found


def check_completion(guide: Guide, reader: Reader, config: int, language: frozenset[bytes]) -> None:
    """Completions of all gaps, one after the other, make a member."""
    for gap, text in enumerate(guide.segments):
        found = guide.completion(config, gap)
        assert found is not None
        config = reader.read(config, found + text)
        assert config
    assert reader.accepting(config)


@given(grammars, documents)
@settings(max_examples=100, deadline=None)
def test_distances_of_letters_are_exact(rules: Rules, document: list[bytes]) -> None:
    reader = EarleyReader(cfg(rules))
    guide = Guide(reader, document[1:])
    language = members(rules)
    longest = min(3, (LONGEST - sum(map(len, document))) // (len(document) - 1))
    found = fillings(language, document, longest) if longest >= 0 else []
    config = reader.read(reader.start, document[0])
    distance = guide.distance(config, 0) if config else None
    if found:
        assert distance is not None
        assert distance <= min(len(first) for first, *_ in found)
    if len(document) == 2 and distance is not None and distance <= longest:
        assert found
        assert distance == min(len(first) for (first,) in found)
    if distance is not None:
        check_completion(guide, reader, config, language)
        first = guide.completion(config, 0)
        assert first is not None
        assert len(first) == distance


PATTERNS = ["a|aab?", "ab|b+"]


@given(grammars, documents)
@settings(max_examples=100, deadline=None)
def test_terminals_across_borders(rules: Rules, document: list[bytes]) -> None:
    reader = EarleyReader(cfg(rules, PATTERNS))
    guide = Guide(reader, document[1:])
    language = members(rules, PATTERNS)
    longest = min(3, (LONGEST - sum(map(len, document))) // (len(document) - 1))
    found = fillings(language, document, longest) if longest >= 0 else []
    config = reader.read(reader.start, document[0])
    distance = guide.distance(config, 0) if config else None
    if found:
        assert distance is not None
        assert distance <= min(len(first) for first, *_ in found)
    if distance is not None:
        check_completion(guide, reader, config, language)
