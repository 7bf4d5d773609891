"""Requests are denoised together, and none of them can hold up or break another."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import pairwise
from queue import SimpleQueue
from threading import Event
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

import dllm_struct as ds
from dllm_struct.decoding.signals.verifier import Verifier
from dllm_struct.errors import NonFiniteLogits
from dllm_struct.serve.ask import Ask
from dllm_struct.serve.constraints import Constraint
from dllm_struct.serve.errors import Busy, ShuttingDown, TimeLimit
from dllm_struct.serve.limits import Limits
from dllm_struct.serve.metrics import Metrics
from dllm_struct.serve.passes import SPREAD, grouped
from dllm_struct.serve.requests.base import Filling, Writing
from dllm_struct.serve.scheduler import Scheduler
from dllm_struct.serve.tickets import Failed, Finished, Item, Started, Step, Ticket
from tests.conftest import TOKENS
from tests.serve.conftest import noise_model
from tests.tiny import random_network

WORD = "[a-z]{6}"

noise = random_network(size=len(TOKENS))
"""Noise that is a function of each row alone, whoever shares its pass."""


@contextmanager
def scheduling(
    network: Any = noise,
    clock: Callable[[], float] = lambda: 0.0,
    **limits: Any,
) -> Iterator[Scheduler]:
    scheduler = Scheduler(noise_model(network), Limits(**limits), Metrics(), "threads", clock)
    try:
        yield scheduler
    finally:
        scheduler.close()


def ask(pattern: str = WORD, **more: Any) -> Ask:
    return Ask("hello", Writing(Constraint("regex", pattern, "test")), seed=0, **more)


class Heard:
    """What is heard of one request."""

    def __init__(self, scheduler: Scheduler, asked: Ask) -> None:
        self.items: list[Item] = []
        self._queue: SimpleQueue[Item] = SimpleQueue()
        self.ticket: Ticket = scheduler.submit(asked, self._queue.put)
        self._left = asked.count

    def next(self) -> Item:
        item = self._queue.get(timeout=60)
        self.items.append(item)
        return item

    def end(self) -> Finished | Failed:
        """Wait for the last item."""
        while True:
            item = self.next()
            if isinstance(item, Finished):
                self._left -= 1
                if not self._left:
                    return item
            if isinstance(item, Failed):
                return item

    def text(self) -> str:
        item = self.end()
        assert isinstance(item, Finished), item
        return item.output.text

    def error(self) -> Exception:
        item = self.end()
        assert isinstance(item, Failed), item
        return item.error


def idle(scheduler: Scheduler) -> bool:
    """Whether every place is free again; places are given back right after the last item."""
    for _ in range(1000):
        if not scheduler.load:
            return True
        Event().wait(0.01)
    return False


def test_outputs() -> None:
    with scheduling() as scheduler:
        heard = Heard(scheduler, ask())
        assert re.fullmatch(WORD, heard.text())
        assert isinstance(heard.items[0], Started)
        assert isinstance(heard.items[1], Step)
        assert idle(scheduler)


@pytest.mark.parametrize("pattern", [WORD, "(ab)*", "[0-9]{2,4}"])
def test_same_as_alone(pattern: str) -> None:
    alone = noise_model(noise).generate("hello", ds.regex(pattern), seed=0).text
    with scheduling() as scheduler:
        others = [Heard(scheduler, ask(f"x{{{n}}}[a-z]*")) for n in range(3)]
        assert Heard(scheduler, ask(pattern)).text() == alone
        for other in others:
            other.end()


def test_passes_are_shared() -> None:
    """While a pass is held, requests come together; the next pass has all of them."""
    sizes: list[int] = []
    entered, free = Event(), Event()

    def network(input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        sizes.append(len(input_ids))
        entered.set()
        assert free.wait(60)
        return noise(input_ids, attention_mask)

    with scheduling(network) as scheduler:
        first = Heard(scheduler, ask())
        assert entered.wait(60)
        others = [Heard(scheduler, ask(f"[{letter}z]{{6}}")) for letter in "abc"]
        for other in others:
            assert isinstance(other.next(), Started)
        free.set()
        for heard in (first, *others):
            heard.end()
    assert sizes[0] == 1 and max(sizes) == 4


def test_joins_a_running_batch() -> None:
    """A row joins between two steps of another one, and passes have both."""
    sizes: list[int] = []

    def network(input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        sizes.append(len(input_ids))
        return noise(input_ids, attention_mask)

    with scheduling(network) as scheduler:
        long = Heard(scheduler, ask("[a-z]{90}"))
        while not isinstance(long.next(), Step):
            pass
        Heard(scheduler, ask("[a-z]{80}")).end()
        long.end()
    assert sizes[0] == 1 and 2 in sizes


def poisoned(input_ids: Tensor, attention_mask: Tensor) -> Tensor:
    """NaN for rows whose prompt has a capital Z, noise for all others."""
    logits = noise(input_ids, attention_mask)
    logits[(input_ids == ord("Z")).any(1)] = torch.nan
    return logits


def failing(input_ids: Tensor, attention_mask: Tensor) -> Tensor:
    """An error where any row has a capital Z."""
    if bool((input_ids == ord("Z")).any()):
        raise RuntimeError("out of memory")
    return noise(input_ids, attention_mask)


@pytest.mark.parametrize(
    ("network", "error"), [(poisoned, NonFiniteLogits), (failing, RuntimeError)]
)
def test_one_bad_row(network: Any, error: type[Exception]) -> None:
    bad = replace(ask(), prompt="Z")
    with scheduling(network) as scheduler:
        heard = [Heard(scheduler, asked) for asked in (ask(), bad, ask("[0-9]{9}"), bad, ask())]
        ends = [one.end() for one in heard]
        assert idle(scheduler)
    for end, is_bad in zip(ends, (False, True, False, True, False), strict=True):
        assert isinstance(end, Failed) == is_bad
        if isinstance(end, Failed):
            assert isinstance(end.error, error)


def test_one_bad_row_changes_nothing_for_others() -> None:
    alone = noise_model(noise).generate("hello", ds.regex(WORD), seed=0)
    with scheduling(poisoned) as scheduler:
        bad = [Heard(scheduler, replace(ask(), prompt="Z")) for _ in range(3)]
        end = Heard(scheduler, ask()).end()
        for one in bad:
            assert isinstance(one.error(), NonFiniteLogits)
    assert isinstance(end, Finished)
    assert (end.output.text, end.output.stats.nfe) == (alone.text, alone.stats.nfe)


def test_errors_of_compiling() -> None:
    with scheduling() as scheduler:
        assert "cannot be compiled" in str(Heard(scheduler, ask(r"(a)\1")).error())
        assert idle(scheduler)


def test_slow_compiling_holds_up_nobody() -> None:
    free = Event()

    def slow(asked: Ask, model: ds.Model) -> Any:
        assert free.wait(60)
        return Writing(None)(asked, model)

    with scheduling(workers=2) as scheduler:
        held = Heard(scheduler, replace(ask(), prepare=slow, max_tokens=4))
        for _ in range(3):
            assert re.fullmatch(WORD, Heard(scheduler, ask()).text())
        free.set()
        held.end()


def test_slow_exploring_holds_up_nobody() -> None:
    """A step under a lazily expanded language that takes long; others go on meanwhile."""
    free, entered = Event(), Event()

    def judge(texts: Sequence[str]) -> list[float]:
        entered.set()
        assert free.wait(60)
        return [0.0] * len(texts)

    slow = ds.Decoding(guidance=Verifier(judge, candidates=2))
    grammar = Writing(Constraint("grammar", 'start: "a"+ "b"', "test"))
    with scheduling() as scheduler:
        held = Heard(scheduler, replace(ask(), prepare=grammar, decoding=slow, max_tokens=8))
        assert entered.wait(60)
        for _ in range(3):
            assert re.fullmatch(WORD, Heard(scheduler, ask()).text())
        free.set()
        assert re.fullmatch("a+b", held.text())


def test_cancelled_while_compiling() -> None:
    free, entered = Event(), Event()

    def slow(asked: Ask, model: ds.Model) -> Any:
        entered.set()
        assert free.wait(60)
        return Writing(None)(asked, model)

    with scheduling() as scheduler:
        held = Heard(scheduler, replace(ask(), prepare=slow))
        assert entered.wait(60)
        held.ticket.cancel()
        free.set()
        assert idle(scheduler)
    assert not held.items


def test_cancelled_while_running() -> None:
    with scheduling() as scheduler:
        long = Heard(scheduler, ask("[a-z]{200}"))
        while not isinstance(long.next(), Step):
            pass
        long.ticket.cancel()
        assert idle(scheduler)
        assert re.fullmatch(WORD, Heard(scheduler, ask()).text())


def test_queue_is_bounded() -> None:
    free = Event()

    def slow(asked: Ask, model: ds.Model) -> Any:
        assert free.wait(60)
        return Writing(None)(asked, model)

    held = replace(ask(), prepare=slow, max_tokens=4)
    with scheduling(batch=2, queue=1) as scheduler:
        heard = [Heard(scheduler, held) for _ in range(3)]
        with pytest.raises(Busy) as refusal:
            scheduler.submit(ask(), heard.append)  # type: ignore[arg-type]
        assert refusal.value.status == 429 and int(refusal.value.headers["Retry-After"]) > 0
        free.set()
        for one in heard:
            one.end()
        assert idle(scheduler)
        Heard(scheduler, ask()).text()


class Clock:
    """Stands still until it is told the time."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_time_limit() -> None:
    clock = Clock()
    with scheduling(clock=clock) as scheduler:
        long = Heard(scheduler, ask("[a-z]{200}", seconds=5))
        while not isinstance(long.next(), Step):
            pass
        clock.now = 6.0
        error = long.error()
        assert isinstance(error, TimeLimit)
        assert error.status == 503 and int(error.headers["Retry-After"]) > 0
        assert idle(scheduler)


def test_best_effort() -> None:
    clock = Clock()
    with scheduling(clock=clock) as scheduler:
        long = Heard(scheduler, ask("[a-z]{200}", seconds=5, best_effort=True))
        while not isinstance(long.next(), Step):
            pass
        clock.now = 6.0
        end = long.end()
        assert isinstance(end, Finished) and not end.is_complete
        assert re.fullmatch("[a-z]{200}", end.output.text)


def test_best_effort_before_the_first_step() -> None:
    clock = Clock()
    with scheduling(clock=clock) as scheduler:
        late = Heard(scheduler, ask(seconds=-1, best_effort=True))
        end = late.end()
        assert isinstance(end, Finished) and re.fullmatch(WORD, end.output.text)


def test_shutting_down_tells_everybody() -> None:
    free, entered = Event(), Event()

    def network(input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        entered.set()
        assert free.wait(60)
        return noise(input_ids, attention_mask)

    with scheduling(network) as scheduler:
        running = Heard(scheduler, ask())
        assert entered.wait(60)
        waiting = Heard(scheduler, ask())
        free.set()
    assert isinstance(running.end(), (Failed, Finished))
    assert isinstance(waiting.end(), (Failed, Finished))
    with pytest.raises(ShuttingDown):
        scheduler.submit(ask(), print)


def test_several_outputs_are_one_request() -> None:
    with scheduling() as scheduler:
        heard = Heard(scheduler, ask(count=3, decoding=ds.Decoding(temperature=2.0)))
        heard.end()
        found = [item for item in heard.items if isinstance(item, Finished)]
        assert {item.sequence for item in found} == {0, 1, 2}
        assert len({item.output.text for item in found}) == 3
        assert idle(scheduler)


def test_stop_ends_early() -> None:
    whole = ask(max_tokens=40)
    free = replace(whole, prepare=Filling("", "", None, 40), answer="infill")
    with scheduling() as scheduler:
        text = Heard(scheduler, free).end()
        assert isinstance(text, Finished)
        stop = text.output.slots["infill"][:1]
        stopped = Heard(scheduler, replace(free, stop=(stop,))).end()
        assert isinstance(stopped, Finished)
        assert stop in stopped.output.slots["infill"]
        assert stopped.output.stats.nfe <= text.output.stats.nfe


@given(st.lists(st.integers(1, 4000), max_size=40))
def test_groups_of_similar_lengths(lengths: list[int]) -> None:
    groups = grouped(lengths)
    assert sorted(index for group in groups for index in group) == list(range(len(lengths)))
    for group in groups:
        own = [lengths[index] for index in group]
        assert max(own) <= SPREAD * min(own)
    for shorter, longer in pairwise(groups):
        assert lengths[longer[0]] > SPREAD * lengths[shorter[0]]
