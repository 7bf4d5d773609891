"""Sentences about other people, days and sums than those that are asked for."""

from __future__ import annotations

import re
from collections.abc import Mapping

from dllm_struct.models.bundled.data import pools
from dllm_struct.models.bundled.data.draw import Draw
from dllm_struct.models.bundled.data.names import city, company, email, first_name, person, thing
from dllm_struct.models.bundled.data.types import Maker
from dllm_struct.models.bundled.data.values import clock, copied, day, money, whole

OTHER: Mapping[str, Maker] = {
    "person": person,
    "first": first_name,
    "day": day,
    "clock": clock,
    "money": money(2, 900),
    "count": whole(2, 300, spelled=0.3),
    "city": city,
    "firm": company,
    "mail": email,
    "code": copied("@@-###", "####", "@##", "##-###"),
}

DISTRACTORS = (
    "My neighbour {person} says hello.",
    "{first} from next door had no time.",
    "This page was printed on {day}.",
    "We will be on holiday until {day}.",
    "The canteen closes at {clock}.",
    "My bus goes at {clock}.",
    "A coffee here costs {money}.",
    "By the way, I found {money} in the street.",
    "There were {count} birds on the roof.",
    "My aunt has {count} plants.",
    "It never rains in {city}.",
    "My brother now lives in {city}.",
    "This mail was checked by {firm}.",
    "The printer is a gift from {firm}.",
    "For complaints about this list: {mail}.",
    "Page {count}.",
    "Internal mark {code}.",
    "Form {code}, do not change.",
    "Yesterday I read a poem by {person}.",
    "{person} and {person} got married in {city} on {day}.",
    "I dreamt of a {thing}.",
    "Someone left a {thing} in the kitchen.",
    "Last winter it snowed on {day}.",
    "{first} and {first} send their love.",
    "Our old office in {city} was colder.",
    "It is {clock} now and I am tired.",
    "The radio plays a song called {code}.",
    "Copy sent to {first}.",
    "P.S. {first} lost {money} at cards.",
    "No, this has nothing to do with {firm}.",
)

PLACEHOLDER = re.compile(r"\{(\w+)\}")


def distractor(draw: Draw) -> str:
    """Return a sentence that answers no question about the document."""

    def word(match: re.Match[str]) -> str:
        return thing(draw) if match[1] == "thing" else OTHER[match[1]](draw).text

    return PLACEHOLDER.sub(word, draw.pick(DISTRACTORS))


def aside(draw: Draw) -> str:
    """Return a sentence that says nothing of interest."""
    return distractor(draw) if draw.chance(0.35) else draw.pick(pools.FILLERS)
