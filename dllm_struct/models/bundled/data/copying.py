# ruff: noqa: SIM905  (word lists read better as prose)
"""Random key–value texts: a curriculum that only copying can solve."""

from __future__ import annotations

from dllm_struct.models.bundled.data import names
from dllm_struct.models.bundled.data.draw import Draw
from dllm_struct.models.bundled.data.pose import Claim, pose
from dllm_struct.models.bundled.data.said import Said
from dllm_struct.models.bundled.data.types import Example, Maker
from dllm_struct.models.bundled.data.values import copied

KEYS = (
    "name code city color owner title label team group place size model brand user host path "
    "status type unit rate area level stage topic theme author editor branch region sector "
    "address street country language mode format version serial batch shelf room floor gate "
    "seat row zone plan tier grade source target parent child first last left right start end "
    "value count total price weight height width length age year month day note subject item"
).split()

MAKERS: tuple[Maker, ...] = (
    names.person,
    names.person,
    names.city,
    names.company,
    names.street,
    names.postcode,
    names.email,
    names.phone,
    names.website,
    names.product,
    names.event,
    names.place,
    names.dish,
    names.book,
    names.job,
    copied("978-#-##-######-#", "##########", "@@#######", "##.#.#", "@@ ###", "#####"),
)

SEPARATORS = ("\n", "; ", ", ", ". ", " | ")
EQUALS = (": ", " = ", " is ", " - ", "=", " -> ")


def easy_pairs(draw: Draw) -> Example:
    """Return the first lesson: a few pairs of single words, all but one asked for."""
    keys = draw.rng.sample(KEYS, draw.between(2, 4))
    pairs = {key: draw.made_up() if draw.chance(0.7) else draw.digits(3) for key in keys}
    equals, separator = draw.pick(EQUALS), draw.pick(SEPARATORS)
    text = separator.join(f"{name}{equals}{value}" for name, value in pairs.items())
    asked = draw.rng.sample(keys, len(keys) - 1)
    schema = {
        "type": "object",
        "properties": {name: {"type": "string"} for name in asked},
        "required": asked,
        "additionalProperties": False,
    }
    value = {name: pairs[name] for name in asked}
    return Example("easy pairs", text, schema, value, self_contained=False)


def copying(draw: Draw, free_form: bool) -> Example:
    """Return a text of random pairs and a request for some of them."""
    keys = draw.rng.sample(KEYS, draw.between(2, 5))
    if draw.chance(0.25):
        keys[0] = draw.made_up().lower()
    values = [key_value(draw) for _ in keys]
    equals = draw.pick(EQUALS)
    pairs = [f"{name}{equals}{said.text}" for name, said in zip(keys, values, strict=True)]
    text = draw.pick(SEPARATORS).join(pairs)
    available = [
        Claim(name, (name,), {"type": _type(said)}, said)
        for name, said in zip(keys, values, strict=True)
    ]
    return pose(draw, "pairs", text, available, {}, free_form)


def _type(said: Said) -> str:
    return "integer" if isinstance(said.value, int) else "string"


def key_value(draw: Draw) -> Said:
    """Return a made-up value: words, a code, a number, or something else that texts hold."""
    shape = draw.rng.random()
    if shape < 0.35:
        text = " ".join(draw.made_up() for _ in range(draw.between(1, 3)))
        text = text if draw.chance(0.6) else text.lower()
    elif shape < 0.43:
        text = draw.letters(draw.between(1, 3)) + "-" + draw.digits(draw.between(2, 6))
    elif shape < 0.58:
        return _number(draw)
    elif shape < 0.62:
        text = f"{draw.made_up()}.{draw.made_up()}@{draw.made_up()}.com".lower()
    elif shape < 0.67:
        text = f"{draw.made_up()} {draw.between(1, 99)}"
    else:
        text = draw.pick(MAKERS)(draw).text
    return Said(text, text)


def _number(draw: Draw) -> Said:
    value = draw.between(1, 10 ** draw.between(1, 5))
    return Said(value, f"{value:,}" if draw.chance(0.15) else str(value))
