"""Random ECMA-262 patterns, each with an equal one for Python's `re` (under the ASCII flag)."""

from __future__ import annotations

import re

from hypothesis import strategies as st

Pair = tuple[str, str]
"""The same pattern for ECMA-262 and for `re`."""

CHARACTERS = "ab01 _-\n\r\u2028.é漢😀{}/"

literals = st.sampled_from(CHARACTERS).map(
    lambda c: (f"\\{c}" if c in ".-{}/" else c, re.escape(c))
)
escapes = st.sampled_from(
    [
        (r"\d", r"\d"),
        (r"\D", r"\D"),
        (r"\w", r"\w"),
        (r"\W", r"\W"),
        (r"\/", "/"),
        (r"\-", r"\-"),
        (r"\_", "_"),
        (r"\cJ", r"\n"),
        (r"\x00", r"\x00"),
        (r"\x61", "a"),
        (r"\u00e9", "é"),
        (r"\u{62}", "b"),
        (r"\u{1F600}", "😀"),
        (r"\uD83D\uDE00", "😀"),
        (r"\p{Nd}", "[0-9]"),
    ]
)
ranges = st.sampled_from([(r, r) for r in ("a-b", "0-9", " -~", "é-漢", "\\x00-\\x7f")])
anchors = st.sampled_from(
    [
        ("^", r"\A"),
        ("$", r"\Z"),
        (r"\b", r"\b"),
        (r"\B", r"(?:\B|(?<![\s\S])(?![\s\S]))"),  # also in the empty text
    ]
)
wholes = st.sampled_from([(".", "[^\n\r\u2028\u2029]"), ("[^]", r"[\s\S]"), ("[]", "(?!)")])
quantifiers = st.sampled_from(
    ["*", "+", "?", "{2}", "{0,2}", "{1,3}", "{2,}", "{0}", "*?", "{1,2}?"]
)
groups = st.sampled_from(
    [
        ("({})", "({})"),
        ("(?:{})", "(?:{})"),
        ("(?={})", "(?={})"),
        ("(?!{})", "(?!{})"),
        ("(?:{}|)", "(?:{}|)"),
    ]
)


def joined(pairs: list[Pair], between: str = "") -> Pair:
    return between.join(a for a, _ in pairs), between.join(b for _, b in pairs)


def formatted(form: Pair, inside: Pair) -> Pair:
    return form[0].replace("{}", inside[0]), form[1].replace("{}", inside[1])


classes = st.tuples(
    st.sampled_from([("[{}]", "[{}]"), ("[^{}]", "[^{}]")]),
    st.lists(
        st.one_of(literals, ranges, escapes.filter(lambda e: "p{" not in e[0])),
        min_size=1,
        max_size=3,
    ).map(joined),
).map(lambda parts: formatted(*parts))
units = st.one_of(literals, escapes, wholes, classes)
lookbehinds = st.tuples(
    st.sampled_from([("(?<={})", "(?<={})"), ("(?<!{})", "(?<!{})")]),
    st.lists(st.tuples(anchors, classes).map(list).map(joined), min_size=1, max_size=2).map(joined),
).map(lambda parts: formatted(*parts))


def grown(inner: st.SearchStrategy[Pair]) -> st.SearchStrategy[Pair]:
    sequences = st.lists(inner, min_size=1, max_size=4).map(joined)
    alternatives = st.lists(sequences, min_size=1, max_size=3).map(lambda s: joined(s, "|"))
    grouped = st.tuples(groups, alternatives).map(lambda parts: formatted(*parts))
    repeated = st.tuples(st.one_of(grouped, units), quantifiers).map(
        lambda parts: (parts[0][0] + parts[1], f"(?:{parts[0][1]}){parts[1]}")
    )
    return st.one_of(grouped, repeated, lookbehinds)


patterns = st.lists(
    st.recursive(st.one_of(units, anchors), grown, max_leaves=8), min_size=1, max_size=4
).map(joined)
