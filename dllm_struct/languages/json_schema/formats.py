"""String formats as regular languages, each by the RFC that defines it.

Narrower than the RFC, never wider: no year 0000 and no leap seconds (calendars and validators do
not take them), at most nine fraction digits of a second, host names of at most 63 characters
(counting to 63 in each label and to 253 over all of them would take 28,000 states), and of e-mail
addresses those without quoted local parts and address literals.
"""

from __future__ import annotations

from functools import lru_cache

from dllm_struct.automata.algebra import concatenation, intersection, literal
from dllm_struct.automata.dfa import DFA
from dllm_struct.languages.json_schema.escapes import Spelling
from dllm_struct.languages.json_schema.lengths import lengths
from dllm_struct.languages.regex import regex

# RFC 3339, section 5.6; the calendar of datetime.date
_YEAR = "(?:[0-9]{3}[1-9]|[0-9]{2}[1-9]0|[0-9][1-9]00|[1-9]000)"
_LEAP_YEAR = "(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:0[48]|[2468][048]|[13579][26])00)"
_DAY_OF_YEAR = (
    "(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
    "|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
    "|02-(?:0[1-9]|1[0-9]|2[0-8]))"
)
DATE = f"(?:{_YEAR}-{_DAY_OF_YEAR}|{_LEAP_YEAR}-02-29)"
_HOUR, _SIXTY = "(?:[01][0-9]|2[0-3])", "[0-5][0-9]"
TIME = f"{_HOUR}:{_SIXTY}:{_SIXTY}(?:[.][0-9]{{1,9}})?(?:[Zz]|[+-]{_HOUR}:{_SIXTY})"
DATE_TIME = f"{DATE}[Tt]{TIME}"

# RFC 4122, section 3
_HEX = "[0-9A-Fa-f]"
UUID = f"{_HEX}{{8}}(?:-{_HEX}{{4}}){{3}}-{_HEX}{{12}}"

# RFC 2673, section 3.2, and RFC 4291, section 2.2, in the grammar of RFC 3986
_OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
IPV4 = f"{_OCTET}(?:[.]{_OCTET}){{3}}"
_GROUP = f"{_HEX}{{1,4}}"
_LAST_32 = f"(?:{_GROUP}:{_GROUP}|{IPV4})"
IPV6 = "(?:" + "|".join((
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

# RFC 1123, section 2.1
_LABEL = "[0-9A-Za-z](?:[0-9A-Za-z-]*[0-9A-Za-z])?"
_LONGEST_NAME = 63

# RFC 5321, section 4.1.2
_ATOM = "[0-9A-Za-z!#$%&'*+/=?^_`{|}~-]+"
_LOCAL_PART = 64

# RFC 3986, appendix A
_PERCENT = f"%{_HEX}{{2}}"
_PLAIN = "-0-9A-Za-z._~!$&'()*+,;="
_PCHAR = f"(?:[{_PLAIN}:@]|{_PERCENT})"
_HOST = rf"(?:\[(?:{IPV6}|v{_HEX}+[.][{_PLAIN}:]+)\]|(?:[{_PLAIN}]|{_PERCENT})*)"
_AUTHORITY = f"(?:(?:[{_PLAIN}:]|{_PERCENT})*@)?{_HOST}(?::[0-9]*)?"
_SEGMENTS = f"(?:/{_PCHAR}*)*"
_HIERARCHY = f"(?://{_AUTHORITY}{_SEGMENTS}|/(?:{_PCHAR}+{_SEGMENTS})?|{_PCHAR}+{_SEGMENTS})?"
_TAIL = f"(?:{_PCHAR}|[/?])*"
URI = f"[A-Za-z][0-9A-Za-z+.-]*:{_HIERARCHY}(?:[?]{_TAIL})?(?:#{_TAIL})?"

FORMATS = frozenset({
    "date", "date-time", "email", "hostname", "ipv4", "ipv6", "time", "uri", "uuid",
})  # fmt: skip
_PATTERNS = {
    "date": DATE,
    "date-time": DATE_TIME,
    "time": TIME,
    "uuid": UUID,
    "ipv4": IPV4,
    "ipv6": IPV6,
    "uri": URI,
}


@lru_cache(maxsize=64)
def format_text(name: str, spelling: Spelling = "any") -> DFA:
    """The strings of a format.

    Args:
        name: one of `FORMATS`.
        spelling: ``canonical`` leaves out the letters T and Z of a time in lower case, which are
            allowed but should not be written.
    """
    if name == "hostname":
        return _hostname()
    if name == "email":
        return _email()
    dfa = regex(_PATTERNS[name]).dfa
    if spelling == "canonical" and name in ("date-time", "time"):
        return intersection(dfa, regex("[^tz]*").dfa)
    return dfa


def _hostname() -> DFA:
    return intersection(regex(f"{_LABEL}(?:[.]{_LABEL})*").dfa, lengths(1, _LONGEST_NAME))


def _email() -> DFA:
    local = intersection(regex(f"{_ATOM}(?:[.]{_ATOM})*").dfa, lengths(1, _LOCAL_PART))
    return concatenation(local, literal(b"@"), _hostname())
