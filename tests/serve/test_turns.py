"""Who is next: at a worker, in a pass, and how large a pass may be."""

from __future__ import annotations

import math
from dataclasses import dataclass
from threading import Thread
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dllm_struct.serve.ask import Ask
from dllm_struct.serve.constraints import Constraint
from dllm_struct.serve.isolation.turns import Turn, Turns
from dllm_struct.serve.pace import Pace
from dllm_struct.serve.requests.base import Writing
from dllm_struct.serve.runner import turn
from dllm_struct.serve.tickets import Ticket


def ticket(name: str) -> Ticket:
    """A request whose constraint is called so."""
    asked = Ask("a", Writing(Constraint("regex", name, "test")))
    return Ticket(asked, lambda item: None, math.inf)


def learn(turns: Turns, *names: str) -> None:
    """Let a worker find out that some are heavy."""
    for name in names:
        turns.put(ticket(name))
        turns.done(taken(turns), 0.0, was_heavy=True)


def taken(turns: Turns) -> Turn:
    found = turns.take()
    assert found is not None
    return found


def name(of: Turn) -> str:
    prepare = of.ticket.ask.prepare
    assert isinstance(prepare, Writing) and prepare.constraint is not None
    return str(prepare.constraint.value)


def test_one_worker_is_kept_free_of_what_is_heavy() -> None:
    turns = Turns(3)
    learn(turns, "heavy")
    for each in ("heavy", "heavy", "heavy", "light", "light"):
        turns.put(ticket(each))
    found = [taken(turns) for _ in range(4)]
    assert [name(one) for one in found].count("heavy") == 2
    found = [one for one in found if one.is_heavy]
    turns.done(found[0], 5.0, was_heavy=True)
    assert name(taken(turns)) == "heavy"


@pytest.mark.parametrize("workers", [1, 2])
def test_neither_line_waits_for_ever(workers: int) -> None:
    """Of the time of a worker, each line gets half as long as both wait."""
    turns, used = Turns(workers), {"heavy": 0.0, "light": 0.0}
    learn(turns, "heavy")
    for _ in range(1000):
        turns.put(ticket("heavy"))
        turns.put(ticket("light"))
    for _ in range(500):
        one = taken(turns)
        cost = 3.0 if one.is_heavy else 0.25
        used[name(one)] += cost
        turns.done(one, cost, was_heavy=one.is_heavy)
    assert abs(used["heavy"] - used["light"]) <= 3.0


def test_time_is_not_saved_up() -> None:
    """A line that was empty for long does not hold up the other one for as long."""
    turns = Turns(1)
    learn(turns, "heavy")
    for _ in range(100):
        turns.put(ticket("light"))
        turns.done(taken(turns), 1.0, was_heavy=False)
    for _ in range(4):
        turns.put(ticket("heavy"))
        turns.put(ticket("light"))
    found = []
    for _ in range(4):
        one = taken(turns)
        found.append(name(one))
        turns.done(one, 1.0, was_heavy=one.is_heavy)
    assert sorted(found) == ["heavy", "heavy", "light", "light"]


def test_what_turns_out_light_is_light() -> None:
    turns = Turns(2)
    learn(turns, "it")
    turns.put(ticket("it"))
    one = taken(turns)
    assert one.is_heavy
    turns.done(one, 0.0, was_heavy=False)
    turns.put(ticket("it"))
    assert not taken(turns).is_heavy


def test_closing_wakes_who_waits_and_returns_who_is_left() -> None:
    turns = Turns(2)
    found: list[Turn | None] = []
    waiting = Thread(target=lambda: found.append(turns.take()))
    waiting.start()
    assert turns.close() == []
    waiting.join()
    assert found == [None]
    turns = Turns(2)
    left = [ticket("a"), ticket("b")]
    for one in left:
        turns.put(one)
    assert turns.close() == left and not turns.is_open


@dataclass(eq=False)
class Place:
    """A seat, as far as taking turns goes."""

    size: int
    served: int = 0


@given(
    st.lists(st.builds(Place, st.integers(1, 50), st.integers(0, 200)), min_size=1, max_size=12),
    st.floats(0, 200),
    st.integers(2, 12),
)
def test_turns_in_a_pass(seats: Any, room: float, count: int) -> None:
    chosen = turn(seats, room, count)
    assert len(chosen) <= count
    assert chosen == [seat for seat in seats if seat in chosen]
    assert seats[0] in chosen  # who came first
    least = min(seat.served for seat in seats)
    assert any(seat.served == least for seat in chosen) or room / 2 < min(s.size for s in seats)
    assert sum(seat.size for seat in chosen) <= room + 2 * max(seat.size for seat in seats)
    assert turn(seats, math.inf, 12) == list(seats)
    assert turn(seats, room, 1) == seats[:1]


def test_what_is_short_overtakes_and_what_is_long_ends() -> None:
    """Everything is served in the end, however much comes after it."""
    first = Place(100)
    seats: list[Any] = [first, *(Place(90) for _ in range(20))]
    for _ in range(30):
        seats.append(Place(5))
        for seat in turn(seats, 100):
            seat.served += seat.size
    assert first.served == 3000
    assert all(seat.served for seat in seats[21:-1])


@pytest.mark.parametrize(("start", "slope"), [(0.0, 0.001), (0.02, 0.0005)])
def test_the_pace_is_found_out(start: float, slope: float) -> None:
    pace = Pace(0.25)
    assert pace.room == math.inf
    for positions in (100, 400, 30, 900, 250):
        pace.saw(positions, start + slope * positions)
    assert pace.room == pytest.approx((0.25 - start) / slope)


def test_where_size_does_not_matter_everything_has_room() -> None:
    pace = Pace(0.01)
    for positions in (100, 400, 30):
        pace.saw(positions, 0.05)
    assert pace.room == math.inf
    pace = Pace(0.01)
    for _ in range(50):  # passes of one size say nothing of others
        pace.saw(100, 0.05)
    assert pace.room == math.inf
