"""Addresses, names of hosts, and e-mail addresses.

IPv4: RFC 2673, section 3.2. IPv6: RFC 4291, section 2.2, in the grammar of RFC 3986. Names: RFC
1123, section 2.1; those outside of ASCII: RFC 5890. E-mail: RFC 5321, section 4.1.2, and RFC 6531.

Names have labels of at most 63 characters and 253 in all. Counting both takes an automaton of
28,000 states, so the language is a little narrower: see `_NAMES`. Left out as well are labels with
hyphens in the third and fourth place: whether what follows ``xn--`` is the encoding of a label is
not regular. Labels outside of ASCII are those of common scripts written from left to right, with at
most `_SHORT_LABEL` characters, so that the encoding of none is too long; the rules for characters
that depend on their neighbours are not needed then.
"""

from __future__ import annotations

from typing import Final

_HEX = "[0-9A-Fa-f]"
_OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
IPV4: Final = f"{_OCTET}(?:[.]{_OCTET}){{3}}"
_GROUP = f"{_HEX}{{1,4}}"
_LAST_32 = f"(?:{_GROUP}:{_GROUP}|{IPV4})"
IPV6: Final = "(?:" + "|".join((
    f"(?:{_GROUP}:){{6}}{_LAST_32}",
    f"::(?:{_GROUP}:){{5}}{_LAST_32}",
    f"(?:{_GROUP})?::(?:{_GROUP}:){{4}}{_LAST_32}",
    f"(?:(?:{_GROUP}:){{0,1}}{_GROUP})?::(?:{_GROUP}:){{3}}{_LAST_32}",
    f"(?:(?:{_GROUP}:){{0,2}}{_GROUP})?::(?:{_GROUP}:){{2}}{_LAST_32}",
    f"(?:(?:{_GROUP}:){{0,3}}{_GROUP})?::{_GROUP}:{_LAST_32}",
    f"(?:(?:{_GROUP}:){{0,4}}{_GROUP})?::{_LAST_32}",
    f"(?:(?:{_GROUP}:){{0,5}}{_GROUP})?::{_GROUP}",
    f"(?:(?:{_GROUP}:){{0,6}}{_GROUP})?::",
)) + ")"  # fmt: skip

_NAMES = ((4, 61), (15, 15))
"""Names of at most so many labels, each of at most so many characters; labels of 62 and 63 may be
among three. All of them have at most 253 characters."""

_PLAIN = "0-9A-Za-z"
_LONGEST_LABEL = 63
_SHORT_LABEL = 10
# lower case letters, ideographs and syllables
_LETTERS = (
    "a-z0-9\u00df-\u00f6\u00f8-\u00ff\u0101\u0103\u0105\u0107\u010d\u010f\u0111\u0113\u0117\u0119"
    "\u011b\u011f\u0131\u013a\u013e\u0142\u0144\u0148\u0151\u0153\u0155\u0159\u015b\u015f\u0161"
    "\u0165\u016f\u0171\u017a\u017c\u017e\u03ac-\u03c1\u03c3-\u03ce\u0430-\u045f\u0491"
    "\u0561-\u0586\u0904-\u0939\u0e01-\u0e30\u10d0-\u10f0"
    "\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fa5\uac00-\ud7a3"
)


def _label(plain: str, most: int) -> str:
    """A label: no hyphen at its ends, and none in both the third and the fourth place."""
    end, inner = f"[{plain}]", f"[{plain}-]"
    if most < 5:
        return f"{end}(?:{inner}{{0,{most - 2}}}{end})?"
    long = f"{inner}(?:{end}{inner}|-{end}){inner}{{0,{most - 5}}}{end}"
    return f"{end}(?:{inner}{{0,2}}{end}|{long})?"


def _listed(label: str, most: int) -> str:
    return f"{label}(?:[.]{label}){{0,{most - 1}}}"


_FULL = _label(_PLAIN, _LONGEST_LABEL)
_OPTIONS = [_listed(_FULL, 3), *(_listed(_label(_PLAIN, size), count) for count, size in _NAMES)]
HOSTNAME: Final = f"(?:{'|'.join(_OPTIONS)})"
WRITTEN_HOSTNAME: Final = _listed(_label(_PLAIN, 15), 4)

_ANY_SHORT = f"(?:{_label(_LETTERS, _SHORT_LABEL)}|{_label(_PLAIN, 30)})"
_DOTS = "[.\u3002\uff0e\uff61]"
IDN_HOSTNAME: Final = f"(?:{HOSTNAME}|{_ANY_SHORT}(?:{_DOTS}{_ANY_SHORT}){{0,3}})"
WRITTEN_IDN_HOSTNAME: Final = _listed(_label(_LETTERS, _SHORT_LABEL), 4)

_ADDRESS = rf"\[(?:{IPV4}|[Ii][Pp][Vv]6:{IPV6})\]"
_ATOM = "-0-9A-Za-z!#$%&'*+/=?^_`{|}~"
LONGEST_LOCAL_PART: Final = 64


def _local_part(beyond: str) -> str:
    """What stands before the @: dotted or quoted; ``beyond`` are characters outside of ASCII."""
    atom = f"[{_ATOM}{beyond}]"
    return rf'{atom}+(?:[.]{atom}+)*|"(?:[ !#-\[\]-~{beyond}]|\\[ -~])*"'


LOCAL_PART: Final = _local_part("")
DOMAIN: Final = f"{HOSTNAME}|{_ADDRESS}"
IDN_LOCAL_PART: Final = _local_part("\u00a0-\ud7ff\ue000-\U0010ffff")
IDN_DOMAIN: Final = f"{IDN_HOSTNAME}|{_ADDRESS}"
WRITTEN_EMAIL: Final = (
    f"[0-9A-Za-z_+-]{{1,20}}(?:[.][0-9A-Za-z_+-]{{1,20}}){{0,2}}@{WRITTEN_HOSTNAME}"
)
