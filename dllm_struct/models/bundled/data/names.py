"""Makers of open-ended names: people, firms, places, products, addresses on the net."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from dllm_struct.models.bundled.data import pools
from dllm_struct.models.bundled.data.draw import Draw
from dllm_struct.models.bundled.data.said import Said
from dllm_struct.models.bundled.data.types import Maker
from dllm_struct.models.bundled.data.values import bullets, listed


def same(text: str) -> Said:
    """A fact whose value is its wording."""
    return Said(text, text)


def first_name(draw: Draw) -> Said:
    """A given name."""
    return same(draw.name_from(pools.FIRST))


def person_text(draw: Draw) -> str:
    """Return a full name: mostly two words, sometimes three or an initial."""
    first, last = draw.name_from(pools.FIRST), draw.name_from(pools.LAST)
    shape = draw.rng.random()
    if shape < 0.06:
        return f"{first} {draw.letters(1)}. {last}"
    if shape < 0.12:
        return f"{first} {last}-{draw.name_from(pools.LAST)}"
    if shape < 0.16:
        return f"Dr. {first} {last}"
    return f"{first} {last}"


def person(draw: Draw) -> Said:
    """A person's full name."""
    return same(person_text(draw))


def people(draw: Draw) -> Said:
    """One to four people, by full or by first names."""
    full = draw.chance(0.4)
    names = [
        person_text(draw) if full else draw.name_from(pools.FIRST)
        for _ in range(draw.between(1, 4))
    ]
    values = list(dict.fromkeys(names))
    return Said(values, listed(draw, values), {"lines": bullets(draw, values)})


def city(draw: Draw) -> Said:
    """A city."""
    name = draw.name_from(pools.CITIES)
    prefix = draw.pick(("",) * 12 + ("San ", "New ", "Bad ", "Port "))
    return same(prefix + name)


def company(draw: Draw) -> Said:
    """A firm."""
    name = draw.name_from(pools.LAST)
    if draw.chance(0.15):
        return same(f"{name} & {draw.name_from(pools.LAST)}")
    if draw.chance(0.2):
        return same(name)
    return same(f"{name} {draw.pick(pools.COMPANY_ENDS)}")


def brand(draw: Draw) -> Said:
    """A brand, one made-up word."""
    return same(draw.made_up())


def job(draw: Draw) -> Said:
    """An occupation."""
    name = draw.pick(pools.JOBS)
    return same(f"{draw.pick(pools.JOB_ENDS)} {name}" if draw.chance(0.5) else name)


def job_title(draw: Draw) -> Said:
    """An occupation as written in a headline."""
    return same(job(draw).text.title())


def street(draw: Draw) -> Said:
    """A street with a house number."""
    name = draw.name_from(pools.LAST)
    number = draw.between(1, 250)
    if draw.chance(0.25):
        return same(f"{name}{draw.pick(('straße', 'weg', 'gasse', 'platz'))} {number}")
    return same(f"{number} {name} {draw.pick(pools.STREET_ENDS)}")


def postcode(draw: Draw) -> Said:
    """A postcode, as a string."""
    if draw.chance(0.2):
        return same(f"{draw.letters(2)}{draw.digits(1)} {draw.digits(1)}{draw.letters(2)}")
    return same(draw.pick("123456789") + draw.digits(draw.pick((3, 4, 4, 4))))


def _ascii(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.lower()).encode("ascii", "ignore").decode()
    return "".join(c for c in plain if c.isalnum() or c in " -").replace(" ", ".").strip(".")


def email(draw: Draw) -> Said:
    """An e-mail address, half of the time made from the person's name in the document."""
    known = draw.facts.get("name") or draw.facts.get("customer") or draw.facts.get("sender")
    if known and isinstance(known.value, str) and draw.chance(0.6):
        local = _ascii(known.value)
        local = draw.pick((local, local.split(".")[0], local.replace(".", "_")))
    else:
        local = draw.pick((draw.made_up(), draw.name_from(pools.FIRST))).lower()
        local = _ascii(local) + draw.pick(("", "", draw.digits(2), "." + draw.made_up().lower()))
    host = draw.made_up().lower() if draw.chance(0.6) else draw.pick(("mail", "example", "post"))
    return same(f"{local}@{host}.{draw.pick(('com', 'org', 'net', 'de', 'io', 'co.uk'))}")


def phone(draw: Draw) -> Said:
    """A phone number in one of several notations."""
    d = draw.digits
    return same(
        draw.pick(
            (
                f"+{d(2)} {d(3)} {d(6)}",
                f"{d(3)}-{d(3)}-{d(4)}",
                f"({d(3)}) {d(3)}-{d(4)}",
                f"+{d(2)} {d(2)} {d(4)} {d(4)}",
                f"0{d(3)} {d(6)}",
            )
        )
    )


def website(draw: Draw) -> Said:
    """A web address."""
    host = f"{draw.made_up().lower()}.{draw.pick(('com', 'org', 'io', 'de'))}"
    return same(draw.pick(("www.", "https://", "")) + host)


def product(draw: Draw) -> Said:
    """A product, in common words, sometimes with a made-up model name."""
    text = f"{draw.pick(pools.ADJECTIVES)} {draw.pick(pools.THINGS)}"
    shape = draw.rng.random()
    if shape < 0.3:
        return same(f"{draw.made_up()} {text.title()}")
    if shape < 0.5:
        return same(f"{draw.made_up()} {draw.letters(1)}{draw.between(1, 900)}")
    return same(text.title() if shape < 0.7 else text)


def thing(draw: Draw) -> str:
    """Return a short name of a thing for a list."""
    if draw.chance(0.2):
        return draw.made_up().lower()
    name = draw.pick(pools.THINGS)
    return f"{draw.pick(pools.ADJECTIVES)} {name}" if draw.chance(0.4) else name


def event(draw: Draw) -> Said:
    """A meeting's or event's title."""
    head = draw.made_up() if draw.chance(0.25) else draw.pick(pools.TOPICS)
    text = f"{head} {draw.pick(pools.EVENT_ENDS)}"
    return same(text.title() if draw.chance(0.4) else text[0].upper() + text[1:])


def place(draw: Draw) -> Said:
    """Where something takes place."""
    text = draw.pick(pools.PLACES)
    number = draw.pick((str(draw.between(1, 40)), draw.letters(1), str(draw.between(100, 450))))
    return same(text.replace("{n}", number).replace("{name}", draw.made_up()))


def dish(draw: Draw) -> Said:
    """A dish."""
    head = draw.made_up() if draw.chance(0.3) else draw.pick(pools.FOODS)
    text = f"{head} {draw.pick(pools.DISHES)}"
    return same(text.title() if draw.chance(0.5) else text)


def book(draw: Draw) -> Said:
    """A book's title."""
    name = draw.made_up()
    shapes = (f"The {name}", f"A {name} Winter", f"{name} Rising", f"The House of {name}")
    return same(draw.pick((*shapes, f"Return to {name}", f"{name} and {draw.made_up()}")))


def several_of(pool: Sequence[str], low: int, high: int) -> Maker:
    """Return a maker of a list of words, one in six of them made up."""

    def make(draw: Draw) -> Said:
        words = [
            draw.made_up().lower() if draw.chance(0.17) else draw.pick(pool)
            for _ in range(draw.between(low, high))
        ]
        values = list(dict.fromkeys(words))
        return Said(values, listed(draw, values), {"lines": bullets(draw, values)})

    return make
