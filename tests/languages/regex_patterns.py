"""Random patterns of Python's `re` dialect, and texts that are near them."""

from __future__ import annotations

import re
from itertools import product

from hypothesis import strategies as st

CHARACTERS = "ab01 _-\n.é漢😀ſsKkİıiµμΣςσ𐐀𐐨"  # noqa: RUF001 - the special cases of IGNORECASE
ALPHABETS = ("ab\n", "a b", "aé漢", "b_ ", "sſk", "Kkİ", "iıa", "0a-", "σςa", "𐐨𐐀b")  # noqa: RUF001

characters = st.sampled_from(CHARACTERS)
escapes = st.sampled_from([r"\d", r"\D", r"\w", r"\W", r"\s", r"\S"])
spelled = st.sampled_from(
    [r"\x61", r"\u00e9", r"\U0001f600", r"\n", r"\t", r"\N{MICRO SIGN}", r"\142"]
)
anchors = st.sampled_from(["^", "$", r"\A", r"\Z", r"\b", r"\B"])
ranges = st.sampled_from(["a-b", "0-9", "A-Z", "a-z", "é-漢", "𐐀-𐐨", " -~", "k-s", "\\x00-é"])
quantifiers = st.sampled_from(
    [
        "*",
        "+",
        "?",
        "{2}",
        "{0,2}",
        "{1,3}",
        "{2,}",
        "{,2}",
        "{0}",
        "{1}",
        "*?",
        "+?",
        "??",
        "{1,2}?",
    ]
)


@st.composite
def classes(draw: st.DrawFn) -> str:
    members = draw(
        st.lists(st.one_of(characters.map(re.escape), ranges, escapes), min_size=1, max_size=4)
    )
    return f"[{draw(st.sampled_from(['', '^']))}{''.join(members)}]"


units = st.one_of(characters.map(re.escape), st.just("."), escapes, spelled, classes())


def fixed_width(width: int) -> st.SearchStrategy[str]:
    """Bodies for lookbehinds: every alternative reads ``width`` characters."""
    zero = st.one_of(anchors, st.just(""), units.map("(?={})".format), units.map("(?!{})".format))
    sequence = st.lists(st.tuples(zero, units), min_size=width, max_size=width).map(
        lambda parts: "".join(a + b for a, b in parts)
    )
    ended = st.tuples(sequence, zero).map("".join)
    return st.lists(ended, min_size=1, max_size=2).map("|".join)


lookbehinds = st.tuples(
    st.sampled_from(["(?<={})", "(?<!{})"]), st.integers(0, 2).flatmap(fixed_width)
).map(lambda pair: pair[0].format(pair[1]))


def grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    groups = st.sampled_from(
        [
            "({})",
            "(?:{})",
            "(?i:{})",
            "(?s-i:{})",
            "(?m:{})",
            "(?a:{})",
            "(?={})",
            "(?!{})",
            "(?:{}|)",
        ]
    )
    sequences = st.lists(inner, min_size=1, max_size=4).map("".join)
    alternatives = st.lists(sequences, min_size=1, max_size=3).map("|".join)
    grouped = st.tuples(groups, alternatives).map(lambda pair: pair[0].format(pair[1]))
    repeated = st.tuples(st.one_of(grouped, units), quantifiers).map("".join)
    return st.one_of(grouped, repeated, lookbehinds)


patterns = st.lists(
    st.recursive(st.one_of(units, anchors), grown, max_leaves=8), min_size=1, max_size=4
).map("".join)
flags = st.lists(
    st.sampled_from([re.IGNORECASE, re.MULTILINE, re.DOTALL, re.ASCII]), max_size=2, unique=True
).map(lambda chosen: sum(int(flag) for flag in chosen))


def every_text(alphabet: str, longest: int) -> list[str]:
    """All texts over an alphabet up to a length."""
    return [
        "".join(letters)
        for length in range(longest + 1)
        for letters in product(alphabet, repeat=length)
    ]


@st.composite
def texts(draw: st.DrawFn) -> list[str]:
    """All short texts over a small alphabet, and some longer ones."""
    longer = draw(st.lists(st.text(characters, max_size=8), max_size=6))
    return every_text(draw(st.sampled_from(ALPHABETS)), 4) + longer
