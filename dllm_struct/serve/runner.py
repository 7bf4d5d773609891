"""A thread that denoises rows together, while rows come and go."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from threading import Condition, Thread

from dllm_struct.decoding.batch import attempt, begin
from dllm_struct.decoding.row import Row
from dllm_struct.serve.candidates import candidates
from dllm_struct.serve.errors import TimeLimit
from dllm_struct.serve.passes import Passes
from dllm_struct.serve.settled import cut, draft_text, settled_text
from dllm_struct.serve.tickets import Seat, Step
from dllm_struct.trace import Event
from dllm_struct.witness import Reading, Witness


class Line:
    """Outputs that wait for a place, first come, first served."""

    def __init__(self) -> None:
        self._waiting: deque[Seat] = deque()
        self._changed = Condition()
        self._open = True

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def is_open(self) -> bool:
        """Whether it still moves."""
        return self._open

    def put(self, seat: Seat) -> None:
        """Put one at the end."""
        with self._changed:
            self._waiting.append(seat)
            self._changed.notify()

    def take(self, most: int, waits: bool) -> list[Seat]:
        """Take from the front.

        Args:
            most: how many at most.
            waits: whether to wait for the first.
        """
        with self._changed:
            while waits and self._open and not self._waiting:
                self._changed.wait()
            return [self._waiting.popleft() for _ in range(min(most, len(self._waiting)))]

    def close(self) -> None:
        """Let nobody through any more."""
        with self._changed:
            self._open = False
            self._changed.notify_all()


class Runner:
    """Denoises up to so many outputs together.

    Args:
        line: where they come from.
        passes: the network.
        places: how many at a time.
        clock: seconds, for time limits.
        left: called for every output that leaves, finished or not.
    """

    def __init__(
        self,
        line: Line,
        passes: Passes,
        places: int,
        clock: Callable[[], float],
        left: Callable[[Seat], None],
    ) -> None:
        self._line, self._passes, self._places = line, passes, places
        self._clock, self._left = clock, left
        self._seats: list[Seat] = []
        self._thread = Thread(target=self._run, name="dllm-runner", daemon=True)
        self._thread.start()

    def __len__(self) -> int:
        return len(self._seats)

    def join(self) -> None:
        """Wait for the end; the line has to be closed."""
        self._thread.join()

    def _run(self) -> None:
        while self._line.is_open:
            free = self._places - len(self._seats)
            taken = self._line.take(free, waits=not self._seats)
            self._keep([*self._seats, *filter(self._begins, taken)])
            if self._seats:
                self._step()
                self._keep(self._seats)

    def _keep(self, seats: Sequence[Seat]) -> None:
        self._seats = [seat for seat in seats if self._stays(seat)]

    def _begins(self, seat: Seat) -> bool:
        """Whether an output can begin; it may be done without a pass."""
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
        is_done = seat.row.is_done or seat.has_stopped
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

    def _step(self) -> None:
        seats = self._seats
        outcomes = self._attempts([seat.row for seat in seats])
        for seat, outcome in zip(seats, outcomes, strict=True):
            if isinstance(outcome, Exception):
                seat.ticket.fail(outcome)
            else:
                self._tell(seat, outcome)

    def _attempts(self, rows: Sequence[Row]) -> list[Event | Exception]:
        """One step of every row; where a shared pass fails, each makes one of its own."""
        try:
            return attempt(rows, self._passes, self._watch)
        except Exception as error:
            if len(rows) == 1:
                return [error]
            return [outcome for row in rows for outcome in self._attempts([row])]

    def _watch(self, row: Row, reading: Reading, witness: Witness) -> None:
        for seat in self._seats:
            if seat.row is row and seat.ticket.ask.candidates:
                seat.seen = candidates(row, reading, witness, seat.ticket.ask.candidates)

    def _tell(self, seat: Seat, event: Event) -> None:
        ask = seat.ticket.ask
        seat.events.append(event)
        settled = settled_text(seat.row, ask.answer)
        seat.has_stopped = cut(settled, ask.stop) != settled
        draft = draft_text(seat.row, ask.answer)
        seat.ticket.tell(Step(event, settled, draft, seat.seen))
