# ruff: noqa: SIM905  (word lists read better as prose)
"""Values and the ways in which people write them: numbers, money, dates, times, choices."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from dllm_struct.models.bundled.data.draw import Draw
from dllm_struct.models.bundled.data.said import Said
from dllm_struct.models.bundled.data.types import Maker, Schema

STRING: Schema = {"type": "string"}
EMAIL: Schema = {"type": "string", "format": "email"}
DATE: Schema = {"type": "string", "format": "date"}
TIME: Schema = {"type": "string", "pattern": "^[0-2][0-9]:[0-5][0-9]$"}
NUMBER: Schema = {"type": "number", "minimum": 0}
COUNT: Schema = {"type": "integer", "minimum": 0}
BOOLEAN: Schema = {"type": "boolean"}

WORDS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen twenty"
).split()

MONTHS = (
    "January February March April May June July August September October November December"
).split()

SUFFIXES = {1: "st", 2: "nd", 3: "rd"}

SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£"}


def enum(*values: str) -> Schema:
    """Return the schema of a choice of strings."""
    return {"type": "string", "enum": list(values)}


def array(items: Schema) -> Schema:
    """Return the schema of a list."""
    return {"type": "array", "items": items}


def record(**properties: Schema) -> Schema:
    """Return the schema of an object that has all of these properties."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def choice(wordings: dict[str, Sequence[str]]) -> Maker:
    """Return a maker of an enumerated value worded in one of several ways."""

    def make(draw: Draw) -> Said:
        value = draw.pick(list(wordings))
        return Said(value, draw.pick(wordings[value]))

    return make


def yes_no(yes: Sequence[str], no: Sequence[str]) -> Maker:
    """Return a maker of a boolean worded in one of several ways."""

    def make(draw: Draw) -> Said:
        value = draw.chance(0.5)
        return Said(value, draw.pick(yes if value else no))

    return make


def whole(low: int, high: int, spelled: float = 0.0) -> Maker:
    """Return a maker of an integer, spelled out at this rate when it is at most twenty."""

    def make(draw: Draw) -> Said:
        value = draw.between(low, high)
        if value <= 20 and draw.chance(spelled):
            return Said(value, WORDS[value])
        text = f"{value:,}" if value >= 1000 and draw.chance(0.4) else str(value)
        return Said(value, text)

    return make


def copied(*patterns: str) -> Maker:
    """Return a maker of a code: in the pattern, ``#`` is a digit and ``@`` a capital letter."""

    def make(draw: Draw) -> Said:
        text = "".join(
            draw.digits(1) if c == "#" else draw.letters(1) if c == "@" else c
            for c in draw.pick(patterns)
        )
        return Said(text, text)

    return make


def amount(draw: Draw, low: int, high: int) -> float | int:
    """Return an amount: whole, or with cents."""
    units = draw.between(low, high)
    if draw.chance(0.45):
        return units
    cents = draw.pick((50, 99, 95, 25, draw.between(1, 99)))
    value = round(units + cents / 100, 2)
    return value


def decimals(value: float) -> str:
    """Write an amount with thousands commas sometimes needed and two decimals if any."""
    return f"{value:,.2f}" if value != int(value) else f"{value:,}"


def money(low: int, high: int) -> Maker:
    """Return a maker of an amount with a currency: ``$1,299.50`` says 1299.5."""

    def make(draw: Draw) -> Said:
        value = amount(draw, low, high)
        return Said(value, money_text(draw, value))

    return make


def money_text(draw: Draw, value: float) -> str:
    """Word an amount of money."""
    plain = decimals(value)
    if draw.chance(0.35):
        plain = plain.replace(",", "")
    if value == int(value) and draw.chance(0.15):
        plain += ".00"
    currency = draw.pick(list(SYMBOLS))
    style = draw.rng.random()
    if style < 0.6:
        return SYMBOLS[currency] + plain
    if style < 0.85:
        return f"{plain} {currency}"
    return f"{plain} {draw.pick(('euros', 'dollars', 'pounds'))}"


def kilograms(draw: Draw) -> Said:
    """A weight in kilograms, whole or with one decimal."""
    value: float = draw.pick((draw.between(1, 40), draw.between(1, 300) / 10))
    value = int(value) if value == int(value) else value
    return Said(value, f"{value}{draw.pick((' kg', 'kg', ' kilos'))}")


def day(draw: Draw) -> Said:
    """A date in one of many notations; its value is ISO 8601."""
    when = date(2019, 1, 1) + timedelta(days=draw.between(0, 3650))
    return Said(when.isoformat(), draw.pick(_dates(when)))


def _dates(when: date) -> tuple[str, ...]:
    month, short = MONTHS[when.month - 1], MONTHS[when.month - 1][:3]
    d, m, y = when.day, when.month, when.year
    return (
        when.isoformat(),
        when.isoformat(),
        f"{month} {d}, {y}",
        f"{month} {d}, {y}",
        f"{month} {_ordinal(d)}, {y}",
        f"{d} {month} {y}",
        f"{d} {short} {y}",
        f"{short} {d}, {y}",
        f"the {_ordinal(d)} of {month} {y}",
        f"{d}.{m}.{y}",
        f"{d:02}.{m:02}.{y}",
        f"{y}/{m:02}/{d:02}",
    )


def _ordinal(number: int) -> str:
    if number % 100 in (11, 12, 13):
        return f"{number}th"
    return f"{number}{SUFFIXES.get(number % 10, 'th')}"


def clock(draw: Draw) -> Said:
    """A time of day; its value is ``HH:MM`` on the 24-hour clock."""
    hour = draw.pick((draw.between(7, 21), draw.between(0, 23)))
    minute = draw.pick((0, 0, 15, 30, 45, draw.between(0, 59)))
    value = f"{hour:02}:{minute:02}"
    half, twelve = ("am", "pm")[hour >= 12], (hour - 1) % 12 + 1
    short = f"{twelve}{f':{minute:02}' if minute else ''}"
    texts = [value, value, f"{short}{half}", f"{short} {half}", f"{short} {half.upper()}"]
    if hour == 12 and minute == 0:
        texts.append("noon")
    if hour >= 10 or draw.chance(0.5):
        texts.append(f"{hour}:{minute:02}")
    return Said(value, draw.pick(texts))


def listed(draw: Draw, texts: Sequence[str]) -> str:
    """Word a list in a sentence: a, b and c."""
    if len(texts) == 1:
        return texts[0]
    last = draw.pick((" and ", " and ", ", ", ", and " if len(texts) > 2 else " and "))
    return ", ".join(texts[:-1]) + last + texts[-1]


def bullets(draw: Draw, texts: Sequence[str]) -> str:
    """Word a list as lines."""
    mark = draw.pick(("- ", "* ", "", "  - "))
    return "".join(f"\n{mark}{text}" for text in texts)


def several(draw: Draw, pool: Sequence[str], low: int, high: int) -> Said:
    """Some different words of a pool, as a list."""
    values = draw.rng.sample(list(pool), draw.between(low, high))
    return Said(values, listed(draw, values), {"lines": bullets(draw, values)})
