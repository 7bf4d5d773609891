"""Formats against their RFCs, the standard library's parsers, and `jsonschema`."""

from __future__ import annotations

import datetime
import ipaddress
import itertools
import random
import re
import uuid
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dllm_struct.automata.algebra import difference
from dllm_struct.languages.json_schema.scalars import FORMATS, format_text
from tests.languages.json_documents import is_valid, member

LABEL = "x" * 63
CASES: dict[str, tuple[list[str], list[str]]] = {
    "date": (
        ["2024-02-29", "0001-01-01", "1582-10-10"],
        ["2023-02-29", "2024-02-30", "20240101", "2024-W01", "0000-01-01",
         "2024-1-01", "\u09e71-01"],
    ),
    "time": (
        ["00:00:00Z", "23:59:59.123456789012345+23:59", "12:00:00z", "12:00:00-00:00",
         "23:59:60Z", "23:59:60.5+00:00", "01:29:60+01:30", "00:29:60-23:30", "15:59:60-08:00"],
        ["24:00:00Z", "12:60:00Z", "12:00:60Z", "12:00Z", "12:00:00", "12:00:00.Z",
         "12:00:00+24:00", "23:59:60+01:00", "23:58:60Z", "22:59:60Z", "23:59:61Z"],
    ),
    "date-time": (
        ["2024-02-29T12:00:00Z", "1998-12-31t23:59:59.5+01:00", "1998-12-31T23:59:60Z"],
        ["2023-02-29T12:00:00Z", "2024-01-01 12:00:00Z", "2024-01-01T12:00:00", "2024-01-01",
         "2024-01-01T12:00:00Z\n", "1998-12-31T22:59:60Z"],
    ),
    "duration": (
        ["P4DT12H30M5S", "P4Y", "PT0S", "P1M", "PT36H", "P2W", "P1Y2M3DT4H5M6S", "P01D"],
        ["P", "PT", "P1YT", "P1Y2W", "P2D1Y", "P1D2H", "P2S", "PT1D", "P1Y2D", "PT1H2S", "P1",
         "PT0.5S", "-P1D", "P1D ", "4DT12H", ""],
    ),
    "email": (
        ["a@b", "anna.berg+x@mail.example.org", "x" * 64 + "@a.b", "~{}!#$%&'*+/=?^_`|@a-b.c",
         '"joe bloggs"@example.com', '"a@b"@c', '"\\""@c', "a@[127.0.0.1]", "a@[IPv6:::1]"],
        ["@b", "a@", "a b@c", "a..b@c", ".a@b", "a.@b", "a@-b", "a@b_c", "x" * 65 + "@a.b", "a@b@c",
         "a@[127.0.0.300]", "a@b, c@d", "é@b"],
    ),
    "idn-email": (
        ["실례@실례.테스트", "δοκιμή@example.com", '"δοκιμή"@example.com', "a@b.c"],
        ["2962", "@a", ".é@a"],
    ),
    "hostname": (
        ["localhost", "a.b-c.d1", "1.example", LABEL, "a--b", f"{LABEL}.com", f"{LABEL}.{LABEL}.x",
         ".".join(["abc"] * 15)],
        ["", "-a", "a-", "a..b", ".a", "a.", "a_b", "x" * 64, "é.de", "x" * 64 + ".com",
         ".".join([LABEL] * 4), "a\uff0eb", "xn--X", "ab--c"],
    ),
    "idn-hostname": (
        ["실례.테스트", "bücher.example", "例え。テスト", "xn-a", "straße"],
        ["", "-ü", "ü-", "a..b", "〮실례", "ab--ü", "א", "·l", "ü_"],
    ),
    "ipv4": (
        ["0.0.0.0", "255.255.255.255", "10.1.99.100"],
        ["256.1.1.1", "01.1.1.1", "1.1.1", "1.1.1.1.1"],
    ),
    "ipv6": (
        ["::", "::1", "2001:db8::1", "1:2:3:4:5:6:7:8", "::ffff:1.2.3.4", "1::", "fe80::A"],
        ["1:2:3", ":::", "1::2::3", "12345::", "fe80::1%eth0", "1:2:3:4:5:6:7:8:9", "::1.2.3",
         ":1::"],
    ),
    "uri": (
        ["https://a.b/c?d=e#f", "mailto:x@y.z", "urn:isbn:1", "http://[::1]:80/", "a:",
         "http://u:p@h:1/%20", "http://-.~_!$&'()*+,;=:%40:80%2f::::::@example.com"],
        ["", "//a/b", "a b:c", "http://a b", "1a:b", "http://[::1", "http://%zz", "/path",
         "http://é", "http://a/{b}", "http:/[::1]", "http://a:x/"],
    ),
    "uri-reference": (
        ["", "/abc", "abc", "#f", "?q", "//a", "./a:b", "https://a.b/c"],
        ["\\\\a\\b", "#a\\b", "/é", "1:b", "//a:x/p", "/%zz", "//a@b@c/"],
    ),
    "iri": (
        ["http://ƒøø.ßår/?∂éœ=πîx#πîüx", "http://a/\U00010300", "urn:a", "http://[::1]/"],
        ["/é", "\\\\a", "http://2001:db8::7:x/é", "âππ"],
    ),
    "iri-reference": (
        ["/âππ", "âππ", "#ƒrägmênt", "http://ƒøø.ßår/"],
        ["\\\\é", "#é\\"],
    ),
    "uuid": (
        ["123e4567-e89b-12d3-a456-426614174000", "ABCDEF01-0000-0000-0000-000000000000"],
        ["123e4567e89b12d3a456426614174000", "123e4567-e89b-12d3-a456-42661417400", "g" * 36],
    ),
    "uri-template": (
        ["http://a/{b:1}/{c}", "", "a%41b", "{+v}", "{x,y}", "{a.b}", "{v*}", "{v:1000}", "a'b"],
        ["{", "{}", "{a,,b}", "{v:0}", "{v:10000}", "a}b", "a b", "{a,}", "{v=d}", "{,+v}"],
    ),
    "json-pointer": (
        ["", "/", "/foo//bar", "/a~1b~0", '/k"l', "/ ", "/😎"],
        ["a", "#", "/~", "/~2", "/a/~", "0"],
    ),
    "relative-json-pointer": (
        ["0", "1", "0#", "120/foo", "2/0/baz", "0//"],
        ["", "/a", "-1/a", "+1", "0##", "01/a", "01#", "0/~2", "1#/a", "1\n"],
    ),
    "regex": (
        ["", "([abc])+\\s+$", "^a{2,3}?$", "[^a-z\\]-]", "(?=a)(?:b|c)*", "\\u00e9", "a|b",
         "[0-9.]+", "^\\d{3}-\\d{4}$", "((a))"],
        ["^(abc]", "a**", "*", "[z-a]", "(", ")", "a{3,2}", "\\", "[", "(?<n", "\\a"],
    ),
}  # fmt: skip


def test_every_format_has_cases() -> None:
    assert CASES.keys() == FORMATS


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_formats(name: str) -> None:
    members, others = CASES[name]
    found = format_text(name)
    assert [text for text in members if not found.matches(text.encode())] == []
    assert [text for text in others if found.matches(text.encode())] == []


def test_dates_are_those_of_the_calendar() -> None:
    dates = format_text("date")
    for year in (1, 4, 100, 1900, 2000, 2023, 2024, 2100, 2400, 9999):
        for month, day in itertools.product(range(14), range(33)):
            text = f"{year:04}-{month:02}-{day:02}"
            try:
                datetime.date.fromisoformat(text)
                real = True
            except ValueError:
                real = False
            assert dates.matches(text.encode()) == real, text


PARSERS: dict[str, Any] = {
    "date": datetime.date.fromisoformat,
    "date-time": lambda text: datetime.datetime.fromisoformat(text.upper()),
    "time": lambda text: datetime.time.fromisoformat(text.upper()),
    "ipv4": ipaddress.IPv4Address,
    "ipv6": ipaddress.IPv6Address,
    "uuid": uuid.UUID,
    "regex": re.compile,
}


@pytest.mark.filterwarnings("ignore:Possible nested set:FutureWarning")
@pytest.mark.parametrize("name", sorted(FORMATS))
def test_members_of_formats_are_valid(name: str) -> None:
    full, written = format_text(name), format_text(name, "canonical")
    assert difference(written, full).is_empty
    for dfa, seed in itertools.product((full, written), range(60)):
        text = member(dfa, random.Random(seed), patience=30).decode()
        if dfa is full and ":60" in text:
            continue  # these parsers know no leap seconds
        assert is_valid({"format": name}, text), text
        PARSERS.get(name, str)(text)


GROUPS = st.lists(
    st.sampled_from(("", "", "1", "ab", "ffff", "12345", "1.2.3.4", "g", "0")),
    min_size=1,
    max_size=9,
)


@settings(deadline=None, max_examples=500)
@given(GROUPS)
def test_ipv6_agrees_with_ipaddress(groups: list[str]) -> None:
    text = ":".join(groups)
    try:
        ipaddress.IPv6Address(text)
        real = True
    except ValueError:
        real = False
    assert format_text("ipv6").matches(text.encode()) == real


@settings(deadline=None, max_examples=200)
@given(st.integers(0, 24 * 60 - 1), st.integers(-47, 47))
def test_leap_seconds_end_a_day_in_utc(clock: int, half_hours: int) -> None:
    offset = (
        f"{'-' if half_hours < 0 else '+'}{abs(half_hours) // 2:02}:{abs(half_hours) % 2 * 30:02}"
    )
    last = (clock - 30 * half_hours) % (24 * 60) == 24 * 60 - 1
    text = f"{clock // 60:02}:{clock % 60:02}:60{offset}"
    assert format_text("time").matches(text.encode()) == last


@settings(deadline=None, max_examples=300)
@given(st.text("ab(|)[]^$.*+?{1,2}-\\dw:=!", max_size=12))
def test_regular_expressions_compile(text: str) -> None:
    if format_text("regex").matches(text.encode()):
        re.compile(text)


def test_times_are_written_in_upper_case() -> None:
    assert format_text("time", "any").matches(b"12:00:00z")
    assert not format_text("time", "canonical").matches(b"12:00:00z")
    assert not format_text("date-time", "canonical").matches(b"2024-01-01t12:00:00Z")
    assert not format_text("date-time", "canonical").matches(b"1998-12-31T23:59:60Z")
