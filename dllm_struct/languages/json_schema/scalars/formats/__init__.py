"""String formats as regular languages, each by the RFC that defines it.

Each has two: the strings that are members, and those to write, which every validator takes. Where a
language is narrower than its RFC, its module says so; it is never wider.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from dllm_struct.automata.algebra import concatenation, intersection, literal
from dllm_struct.automata.dfa import DFA
from dllm_struct.languages.json_schema.escapes import Spelling
from dllm_struct.languages.json_schema.lengths import lengths
from dllm_struct.languages.json_schema.scalars.formats import (
    hosts,
    identifiers,
    patterns,
    times,
)
from dllm_struct.languages.regex import regex

_PATTERNS: Final = {
    "date": (times.DATE, times.DATE),
    "date-time": (times.DATE_TIME, times.WRITTEN_DATE_TIME),
    "duration": (times.DURATION, times.WRITTEN_DURATION),
    "hostname": (hosts.HOSTNAME, hosts.WRITTEN_HOSTNAME),
    "idn-hostname": (hosts.IDN_HOSTNAME, hosts.WRITTEN_IDN_HOSTNAME),
    "ipv4": (hosts.IPV4, hosts.IPV4),
    "ipv6": (hosts.IPV6, hosts.IPV6),
    "iri": (identifiers.IRI, identifiers.WRITTEN_URI),
    "iri-reference": (identifiers.IRI_REFERENCE, identifiers.WRITTEN_REFERENCE),
    "json-pointer": (identifiers.POINTER, identifiers.WRITTEN_POINTER),
    "regex": (patterns.EXPRESSION, patterns.WRITTEN_EXPRESSION),
    "relative-json-pointer": (identifiers.RELATIVE_POINTER, identifiers.WRITTEN_RELATIVE_POINTER),
    "time": (times.TIME, times.WRITTEN_TIME),
    "uri": (identifiers.URI, identifiers.WRITTEN_URI),
    "uri-reference": (identifiers.URI_REFERENCE, identifiers.WRITTEN_REFERENCE),
    "uri-template": (identifiers.URI_TEMPLATE, identifiers.WRITTEN_URI_TEMPLATE),
    "uuid": (identifiers.UUID, identifiers.UUID),
}
_MAILBOXES: Final = {
    "email": (hosts.LOCAL_PART, hosts.DOMAIN),
    "idn-email": (hosts.IDN_LOCAL_PART, hosts.IDN_DOMAIN),
}
FORMATS: Final = frozenset({*_PATTERNS, *_MAILBOXES})
"""The formats of draft 2020-12."""


@lru_cache(maxsize=64)
def format_text(name: str, spelling: Spelling = "any") -> DFA:
    """The strings of a format.

    Args:
        name: one of `FORMATS`.
        spelling: ``canonical`` for those that should be written.
    """
    if name in _MAILBOXES:
        return regex(hosts.WRITTEN_EMAIL).dfa if spelling == "canonical" else _mailbox(name)
    full, written = _PATTERNS[name]
    return regex(written if spelling == "canonical" else full).dfa


def _mailbox(name: str) -> DFA:
    local, domain = (regex(part).dfa for part in _MAILBOXES[name])
    local = intersection(local, lengths(1, hosts.LONGEST_LOCAL_PART))
    return concatenation(local, literal(b"@"), domain)
