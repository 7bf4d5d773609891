"""Dates, times and durations: RFC 3339, sections 5.6 and 5.7 and appendix A.

Narrower than the RFC: no year 0000, which calendars do not know, and a leap second is the last one
of a day in UTC with an offset of whole or half hours. What is written has no leap seconds (few
validators take them), capital letters, and fractions of at most 9 digits.
"""

from __future__ import annotations

from typing import Final

# the calendar of datetime.date
_YEAR = "(?:[0-9]{3}[1-9]|[0-9]{2}[1-9]0|[0-9][1-9]00|[1-9]000)"
_LEAP_YEAR = "(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:0[48]|[2468][048]|[13579][26])00)"
_DAY_OF_YEAR = (
    "(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
    "|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
    "|02-(?:0[1-9]|1[0-9]|2[0-8]))"
)
DATE: Final = f"(?:{_YEAR}-{_DAY_OF_YEAR}|{_LEAP_YEAR}-02-29)"

_HOUR, _SIXTY = "(?:[01][0-9]|2[0-3])", "[0-5][0-9]"
_DAY, _HALF_HOUR = 24 * 60, 30


def _time(fraction: str, utc: str, leap_seconds: tuple[str, ...] = ()) -> str:
    second = f"{_HOUR}:{_SIXTY}:{_SIXTY}{fraction}(?:{utc}|[+-]{_HOUR}:{_SIXTY})"
    return f"(?:{'|'.join((second, *leap_seconds))})"


def _leap_seconds(fraction: str) -> tuple[str, ...]:
    """The end of a day in UTC, by the clocks of every offset of half hours."""
    found = [f"23:59:60{fraction}[Zz]"]
    for offset in range(0, _DAY, _HALF_HOUR):
        written = f"{offset // 60:02}:{offset % 60:02}"
        for sign, minutes in (("[+]", offset - 1), ("-", -offset - 1)):
            clock = minutes % _DAY
            found.append(f"{clock // 60:02}:{clock % 60:02}:60{fraction}{sign}{written}")
    return tuple(found)


_FRACTION = "(?:[.][0-9]+)?"
TIME: Final = _time(_FRACTION, "[Zz]", _leap_seconds(_FRACTION))
WRITTEN_TIME: Final = _time("(?:[.][0-9]{1,9})?", "Z")
DATE_TIME: Final = f"{DATE}[Tt]{TIME}"
WRITTEN_DATE_TIME: Final = f"{DATE}T{WRITTEN_TIME}"


def _duration(digits: str) -> str:
    second, day = f"{digits}S", f"{digits}D"
    minute = f"{digits}M(?:{second})?"
    time = f"T(?:{digits}H(?:{minute})?|{minute}|{second})"
    month = f"{digits}M(?:{day})?"
    date = f"(?:{digits}Y(?:{month})?|{month}|{day})"
    return f"P(?:{date}(?:{time})?|{time}|{digits}W)"


DURATION: Final = _duration("[0-9]+")
WRITTEN_DURATION: Final = _duration("(?:0|[1-9][0-9]{0,3})")
