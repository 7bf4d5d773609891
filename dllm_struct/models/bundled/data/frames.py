"""Random keys and values in sentences of many forms: which value belongs to which key."""

from __future__ import annotations

import re

from dllm_struct.models.bundled.data.copying import KEYS, key_value
from dllm_struct.models.bundled.data.draw import Draw, expand
from dllm_struct.models.bundled.data.pose import Claim, pose
from dllm_struct.models.bundled.data.said import Said
from dllm_struct.models.bundled.data.types import Example, Schema
from dllm_struct.models.bundled.data.values import (
    COUNT,
    DATE,
    STRING,
    TIME,
    array,
    clock,
    day,
    listed,
    record,
)
from dllm_struct.models.bundled.data.wordings.distractors import aside

ONE = (
    "The {k} <is|was|will be|remains|should be> {v}.",
    "{v} is the {k}.",
    "<Its|Our|My|Their|Your> {k}: {v}.",
    "<Our|Their|My|His|Her> {k} is {v}.",
    "As <a|the> {k} <we chose|they took|I use|she wants> {v}.",
    "<They|We|You> use {v} as <the|a> {k}.",
    "{v} <serves|acts|works|counts> as the {k}.",
    "For the {k}, <take|use|see|write> {v}.",
    "{k}? {v}.",
    "What is the {k}? <It is {v}.|{v}.|I heard {v}.>",
    "Ask for the {k} and <they say|you hear> {v}.",
    "{v} ({k}) <is fine|is here|will do>.",
    "This one ({k} {v}) <is new|is sold|is fine>.",
    "The {k}, {v}, <is known|was found|is correct>.",
    "<I set|Please set|We changed> the {k} to {v}.",
    "The {k} <has been changed|was set|was moved> to {v}.",
    "<We call {v} the {k}.|They named {v} as the {k}.>",
    "{v} was <given|named|noted|entered> as the {k}.",
    "{v}, <our|the|my> {k}, <is well known|was here>.",
    "<Nobody knew|Everyone knows|I think|We hear> that the {k} <is|was> {v}.",
    "<Write|Put|Enter> {v} under {k}.",
    "<In the field|Next to|Under|Behind> {k} <you find|it says|there is> {v}.",
    "The form has {v} for <the |>{k}.",
    "Let the {k} be {v}.",
    "With {v} <as its|for a|as the> {k}, <it works|all is well|we go on>.",
    "It has {v} as <its|a> {k}.",
    "<When they asked|Asked> about the {k}, <she|he> said {v}.",
    "<A|One> {k} <of|called|named> {v} <is listed|was seen>.",
    "The {k} <turned out to be|reads|comes out as|stands at> {v}.",
    "The {k} <was {w}, but now it is|is not {w} but> {v}.",
    "Not {w} but {v} is the {k}.",
    "<Once|Before> it was {w}; today the {k} is {v}.",
    "<Instead of|Unlike> {w}, {v} is <now |>the {k}.",
    "<Remember|Note|Please note>: {k} {v}.",
    "{k}: {v}.",
    "{k} = {v}",
    "{k} - {v}",
    "{v} <holds the place of|is marked as|belongs to the> {k}.",
    "<You will find|They found|We have> {v} listed as {k}.",
    "<Since|Because> the {k} is {v}, <nothing changes|we can start>.",
)
"""One key ``{k}``, its value ``{v}`` and at times another value ``{w}``."""

TWO = (
    "{v1} is the {k1} and {v2} the {k2}.",
    "The {k1} is {v1}<, the| and the|; the> {k2} {v2}.",
    "The {k1} and the {k2} are {v1} and {v2}.",
    "{v1} and {v2} are the {k1} and the {k2}.",
    "While the {k1} is {v1}, {v2} is the {k2}.",
    "The {k2} of {v1}, which is the {k1}, is {v2}.",
    "From the {k1} {v1} to the {k2} {v2}.",
    "{v1} (the {k1}) <meets|beats|follows> {v2} (the {k2}).",
    "{k1} {v1}, {k2} {v2}",
    "{v1}, {k1}, and {v2}, {k2}, were <noted|seen>.",
)
"""Two keys and their values."""

PLACEHOLDER = re.compile(r"\{(\w+)\}")
LIST_SHARE, DAY_SHARE, CLOCK_SHARE, RECORDS_SHARE = 0.12, 0.08, 0.05, 0.08
TWO_SHARE, ASIDE_SHARE = 0.3, 0.1


def framed(draw: Draw, free_form: bool) -> Example:
    """Return sentences about random keys and a request for some of them."""
    names = draw.rng.sample(KEYS, draw.between(2, 5))
    claims = [_claim(draw, name) for name in names]
    text = draw.pick((" ", " ", " ", "\n")).join(_sentences(draw, claims))
    return pose(draw, "pairs", text, claims, {}, free_form)


def _claim(draw: Draw, name: str) -> Claim:
    schema, said = _fact(draw)
    if draw.chance(0.3):
        name = f"{draw.pick(KEYS)}_{name}"
    return Claim(name, (name,), schema, said)


def _fact(draw: Draw) -> tuple[Schema, Said]:
    kind = draw.rng.random()
    if kind < LIST_SHARE:
        values = [str(key_value(draw).value) for _ in range(draw.between(1, 4))]
        return array(STRING), Said(values, listed(draw, values))
    if kind < LIST_SHARE + DAY_SHARE:
        return DATE, day(draw)
    if kind < LIST_SHARE + DAY_SHARE + CLOCK_SHARE:
        return TIME, clock(draw)
    if kind > 1 - RECORDS_SHARE:
        return _records(draw)
    said = key_value(draw)
    return {"type": "integer" if isinstance(said.value, int) else "string"}, said


def _records(draw: Draw) -> tuple[Schema, Said]:
    """Return a list of things and their numbers."""
    thing, number = draw.rng.sample(KEYS, 2)
    form = draw.pick(("{n} {t}", "{n} x {t}", "{t} ({n})", "{t}: {n}", "{t} {n}", "{t} with {n}"))
    values = [
        {thing: draw.made_up().lower(), number: draw.between(1, 10 ** draw.between(1, 3))}
        for _ in range(draw.between(1, 4))
    ]
    if draw.chance(0.5):
        values = [{number: value[number], thing: value[thing]} for value in values]
    texts = [form.format(n=value[number], t=value[thing]) for value in values]
    schema: Schema = {thing: STRING, number: COUNT}
    return array(record(**{key: schema[key] for key in values[0]})), Said(
        values, listed(draw, texts)
    )


def _sentences(draw: Draw, claims: list[Claim]) -> list[str]:
    sentences, left = [], list(claims)
    while left:
        if len(left) > 1 and draw.chance(TWO_SHARE):
            sentences.append(_worded(draw, draw.pick(TWO), [left.pop(), left.pop()]))
        else:
            sentences.append(_worded(draw, draw.pick(ONE), [left.pop()]))
        if draw.chance(ASIDE_SHARE):
            sentences.append(aside(draw))
    return sentences


def _worded(draw: Draw, frame: str, claims: list[Claim]) -> str:
    parts = {"w": key_value(draw).text}
    for number, claim in enumerate(claims, 1):
        name, text = claim.field.replace("_", " "), claim.said.text if claim.said else ""
        parts |= {f"k{number}": name, f"v{number}": text, "k": name, "v": text}
    sentence = PLACEHOLDER.sub(lambda match: parts[match[1]], expand(draw, frame))
    return sentence[:1].upper() + sentence[1:] if frame.startswith("{k") else sentence
