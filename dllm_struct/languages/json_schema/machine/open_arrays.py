"""Arrays while they are written: their items, and which values they have where that matters."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice

from dllm_struct.languages.json_schema.machine.arrays import ArrayRules, Items
from dllm_struct.languages.json_schema.machine.frames import Returns
from dllm_struct.languages.json_schema.machine.listing import Listing
from dllm_struct.languages.json_schema.machine.memory import Chain, Remembered
from dllm_struct.languages.json_schema.machine.places import Places
from dllm_struct.languages.json_schema.machine.style import COMMA
from dllm_struct.languages.json_schema.machine.values import Values
from dllm_struct.languages.json_schema.shapes import ArrayShape, Place

Seen = Remembered[int]
Members = Callable[[Place], Listing]
_BRACKET = ord("]")
NOTHING_SEEN: Seen = Remembered()


class ArrayPlan:
    """All open arrays of one shape.

    Attributes:
        rules: what the shape allows.
        members: the values of a place.
    """

    def __init__(self, places: Places, shape: ArrayShape, members: Members) -> None:
        self.rules = ArrayRules(places, shape)
        self.members = members
        self._frames: dict[object, ArrayFrame] = {}

    def forget(self) -> None:
        """Drop the frames."""
        self._frames.clear()

    def opened(self, returns: Returns) -> ArrayFrame:
        """An array without items."""
        items: Chain[int] | None = Chain() if returns.wants else None
        seen = None if self.rules.shape.unique is None else NOTHING_SEEN
        return self.frame(returns, self.rules.start, items, seen)

    def frame(
        self, returns: Returns, written: Items, items: Chain[int] | None, seen: Seen | None
    ) -> ArrayFrame:
        """The one frame with certain contents."""
        contents = (returns, written, items, seen)
        found = self._frames.get(contents)
        if found is None:
            found = self._frames[contents] = ArrayFrame(self, *contents)
        return found


class ArrayFrame:
    """An open array.

    Attributes:
        returns: the frames that wait for it.
        wants: whether its items have to be known.
    """

    __slots__ = ("_finish", "_items", "_options", "plan", "returns", "seen", "wants", "written")

    def __init__(
        self,
        plan: ArrayPlan,
        returns: Returns,
        written: Items,
        items: Chain[int] | None,
        seen: Seen | None,
    ) -> None:
        self.plan = plan
        self.returns = returns
        self.written = written
        self.seen = seen
        self.wants = items is not None or seen is not None
        self._items = items
        self._finish: bytes | None = None
        self._options: list[tuple[Place, ArrayFrame]] | None = None

    @property
    def differ(self) -> bool:
        """Whether its items have to differ."""
        return self.plan.rules.shape.unique is True

    @property
    def contents(self) -> object:
        """Everything but the frames that wait."""
        return self.plan, self.written, self._items, self.seen

    def with_returns(self, returns: Returns) -> ArrayFrame:
        """The same contents in other frames."""
        return self.plan.frame(returns, self.written, self._items, self.seen)

    def received(self, value: int | None) -> ArrayFrame | None:
        """The frame after an item; None when the item may not be that."""
        if not self.wants:
            return self
        assert value is not None
        items = None if self._items is None else self._items.adding(value)
        seen = self.seen
        if seen is not None:
            if value not in seen:
                seen = seen.adding(value)
            elif self.differ:
                return None
            else:
                seen = None
        frame = self.plan.frame(self.returns, self.written, items, seen)
        return frame if frame.closable() or frame.options() else None

    def value(self, values: Values) -> int | None:
        """The array, if it is wanted."""
        return None if self._items is None else values.array(self._items.elements())

    def closed_by(self) -> int:
        """The closing bracket."""
        return _BRACKET

    def closable(self) -> bool:
        """Whether the closing bracket may follow."""
        repeated = self.plan.rules.shape.unique is not False or self.seen is None
        return repeated and self.plan.rules.complete(self.written)

    def options(self) -> list[tuple[Place, ArrayFrame]]:
        """The places of a further item, and the frame that waits for it."""
        if self._options is None:
            ways = self.plan.rules.options(self.written)
            self._options = [
                (place, self.plan.frame(self.returns, after, self._items, self.seen))
                for place, after in ways
                if not self.exhausted(place, after)
            ]
        return self._options

    def exhausted(self, place: Place, after: Items) -> bool:
        """Whether too few values are left for items that have to differ."""
        if self.seen is None or not self.differ:
            return False
        needed = 1
        if place == self.plan.rules.shape.rest and after.size < self.plan.rules.low:
            needed += self.plan.rules.low - after.size
        return self.plan.members(place).lacks(needed, self.seen)

    def fresh(self, place: Place) -> Iterator[tuple[bytes, int]]:
        """Values of a place that are not among the items, with their texts."""
        seen = self.seen
        assert seen is not None
        return (member for member in self.plan.members(place) if member[1] not in seen)

    def finish(self) -> bytes | None:
        """A short text from behind an item to the closing bracket."""
        if self._finish is None:
            self._finish = self._any_finish()
        return self._finish

    def _any_finish(self) -> bytes | None:
        if self.seen is None:
            return self.plan.rules.finish(self.written)
        return self._different() if self.differ else self._repeated()

    def _different(self) -> bytes | None:
        """A finish whose items differ from each other and from those written."""
        rules, written, seen, parts = self.plan.rules, self.written, self.seen, []
        assert seen is not None
        while not rules.complete(written):
            if not rules.options(written):
                return None
            place, written = rules.next_place(written)
            found = next((m for m in self.plan.members(place) if m[1] not in seen), None)
            if found is None:
                return None
            seen = seen.adding(found[1])
            parts.append(COMMA + found[0])
        return b"".join(parts) + b"]"

    def _repeated(self) -> bytes | None:
        """A finish with two equal items."""
        rules, written, parts = self.plan.rules, self.written, []
        seen = set(self.seen or ())
        repeated = False
        while not (repeated and rules.complete(written)):
            options = rules.options(written)
            if not options:
                return None
            done = rules.complete(written)
            place, written = options[0] if done else rules.next_place(written)
            members = list(islice(self.plan.members(place), 1 + len(seen)))
            again = next((m for m in members if m[1] in seen), members[0])
            repeated = repeated or again[1] in seen
            seen.add(again[1])
            parts.append(COMMA + again[0])
        return b"".join(parts) + b"]"
