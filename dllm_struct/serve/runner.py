"""Rows that are denoised together while they come and go, and a thread that does so."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from threading import Thread

from dllm_struct.decoding.batch import attempt, begin
from dllm_struct.decoding.loop import Forward
from dllm_struct.decoding.row import Row
from dllm_struct.serve.candidates import candidates
from dllm_struct.serve.errors import TimeLimit
from dllm_struct.serve.lines import Line
from dllm_struct.serve.logprobs import likeliest
from dllm_struct.serve.settled import cut, draft_text, settled_text
from dllm_struct.serve.tickets import Seat, Step
from dllm_struct.trace import Event
from dllm_struct.witness import Reading, Witness


class Batch:
    """Outputs that are written together.

    Args:
        forward: the network.
        clock: seconds, for time limits.
        left: called for every output that leaves, finished or not.
        room: says how many positions a pass may have.
        most: outputs of a pass.
    """

    def __init__(
        self,
        forward: Forward,
        clock: Callable[[], float],
        left: Callable[[Seat], None],
        room: Callable[[], float] = lambda: math.inf,
        most: float = math.inf,
    ) -> None:
        self._most = most
        self._forward, self._clock, self._left, self._room = forward, clock, left, room
        self._seats: list[Seat] = []

    def __len__(self) -> int:
        return len(self._seats)

    def add(self, seats: Iterable[Seat]) -> None:
        """Let outputs join; what needs no pass leaves at once."""
        self._keep([*self._seats, *filter(self._begins, seats)])

    def step(self) -> None:
        """Make one step of all that have their turn; what is done, failed or given up leaves."""
        seats = turn(self._admitted(), self._room(), self._most)
        for seat in seats:
            seat.served += seat.size
        outcomes = self._attempts([seat.row for seat in seats])
        for seat, outcome in zip(seats, outcomes, strict=True):
            if isinstance(outcome, Exception):
                seat.ticket.fail(outcome)
            else:
                self._tell(seat, outcome)
        self._keep(self._seats)

    def _admitted(self) -> list[Seat]:
        """The outputs that may have a turn: of those with a cache no more than fit into a pass."""
        places, found = self._most, []
        for seat in self._seats:
            keeps = seat.row.strategies.cache.keeps
            if not keeps or places > 0:
                found.append(seat)
            places -= keeps
        return found

    def _keep(self, seats: Sequence[Seat]) -> None:
        self._seats = [seat for seat in seats if self._stays(seat)]

    def _begins(self, seat: Seat) -> bool:
        """Whether an output can begin."""
        if not seat.ticket.is_over:
            try:
                begin(seat.row)
            except Exception as error:
                self._fail(seat, error)
                return False
        return True

    def _stays(self, seat: Seat) -> bool:
        """Whether an output goes on; if not, it gets its end."""
        ticket = seat.ticket
        if ticket.is_over:
            self._left(seat)
            return False
        is_done = seat.job.is_over(seat.row) or seat.has_stopped
        is_late = self._clock() > ticket.deadline
        if not (is_done or is_late):
            return True
        if not is_done and not ticket.ask.best_effort:
            self._fail(seat, TimeLimit())
            return False
        try:
            seat.finish(is_done)
        except Exception as error:
            ticket.fail(error)
        self._left(seat)
        return False

    def _fail(self, seat: Seat, error: Exception) -> None:
        seat.ticket.fail(error)
        self._left(seat)

    def _attempts(self, rows: Sequence[Row]) -> list[Event | Exception]:
        """One step of every row; where a shared pass fails, each makes one of its own."""
        try:
            return attempt(rows, self._forward, self._watch)
        except Exception as error:
            if len(rows) == 1:
                return [error]
            return [outcome for row in rows for outcome in self._attempts([row])]

    def _watch(self, row: Row, reading: Reading, witness: Witness) -> None:
        for seat in self._seats:
            ask = seat.ticket.ask
            if seat.row is row and ask.candidates:
                seat.seen = candidates(row, reading, witness, ask.candidates)
            if seat.row is row and ask.logprobs:
                seat.likeliest |= likeliest(row, witness, ask.logprobs)

    def _tell(self, seat: Seat, event: Event) -> None:
        ask = seat.ticket.ask
        seat.events.append(event)
        settled = settled_text(seat.row, ask.answer)
        seat.has_stopped = cut(settled, ask.stop) != settled
        draft = draft_text(seat.row, ask.answer)
        seat.ticket.tell(Step(event, settled, draft, seat.seen))


def turn(seats: Sequence[Seat], room: float, count: float = math.inf) -> list[Seat]:
    """Return the outputs that take part in the next pass.

    Half of the room is for those that the network has read least of, so that what is short is done
    soon; the rest for those that have waited longest, so that nothing waits for ever.

    Args:
        seats: in the order in which they came.
        room: positions; who came first takes part whatever its size.
        count: most outputs; 1: one after the other.
    """
    if count < 2:
        return list(seats[:1])
    chosen: dict[Seat, None] = {}
    taken = 0
    by_need = sorted(seats, key=lambda seat: seat.served)
    for order, most, places in ((by_need, room / 2, count / 2), (seats, room, count)):
        for seat in order:
            if seat in chosen or (chosen and len(chosen) >= places):
                continue
            if taken + seat.size <= most or not chosen or seat is seats[0]:
                chosen[seat] = None
                taken += seat.size
    return [seat for seat in seats if seat in chosen]


class Runner:
    """A thread that runs a batch.

    Args:
        batch: what it runs.
        line: where outputs come from.
        places: how many at a time; None: all that come, which take turns.
    """

    def __init__(self, batch: Batch, line: Line[Seat], places: int | None) -> None:
        self._batch, self._line, self._places = batch, line, places
        self._thread = Thread(target=self._run, name="dllm-runner", daemon=True)
        self._thread.start()

    def join(self) -> None:
        """Wait for the end; the line has to be closed."""
        self._thread.join()

    def _run(self) -> None:
        batch = self._batch
        while self._line.is_open:
            free = None if self._places is None else self._places - len(batch)
            batch.add(self._line.take(free, waits=not len(batch)))
            if len(batch):
                batch.step()
