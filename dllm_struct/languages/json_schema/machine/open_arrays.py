"""Arrays while they are written: their items, and which values they have where that matters."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, islice, starmap

from dllm_struct.languages.json_schema.differing import Differing, Way, find_differing
from dllm_struct.languages.json_schema.machine.arrays import ArrayRules, Items
from dllm_struct.languages.json_schema.machine.frames import Returns
from dllm_struct.languages.json_schema.machine.listing import Listing
from dllm_struct.languages.json_schema.machine.memory import Chain, Remembered
from dllm_struct.languages.json_schema.machine.places import Places
from dllm_struct.languages.json_schema.machine.style import COMMA
from dllm_struct.languages.json_schema.machine.values import Values
from dllm_struct.languages.json_schema.repeating import Repeating
from dllm_struct.languages.json_schema.shapes import ArrayShape, Place

Seen = Remembered[int]
Members = Callable[[Place], Listing]
_BRACKET = ord("]")
_COMPARED = 64
"""Arrays and objects of a place that are compared with one that is written."""
NOTHING_SEEN: Seen = Remembered()


@dataclass(frozen=True)
class Ending:
    """Items that complete an array whose items have to differ.

    Attributes:
        ways: the place of each, and what is written after it.
        texts: theirs.
        values: theirs, which are neither equal nor written before.
    """

    ways: tuple[Way[Items], ...]
    texts: tuple[bytes, ...]
    values: tuple[int, ...]

    @cached_property
    def needs(self) -> frozenset[int]:
        """The values."""
        return frozenset(self.values)

    def rest(self) -> Ending:
        """Without the first item."""
        return Ending(self.ways[1:], self.texts[1:], self.values[1:])


class ArrayPlan:
    """All open arrays of one shape.

    Attributes:
        rules: what the shape allows.
        members: the values of a place.
        values: numbers values.
    """

    def __init__(self, places: Places, shape: ArrayShape, members: Members, values: Values) -> None:
        self.rules = ArrayRules(places, shape)
        self.members = members
        self.values = values
        self._frames: dict[object, ArrayFrame] = {}

    def forget(self) -> None:
        """Drop the frames."""
        self._frames.clear()

    def text(self, place: Place, value: int) -> bytes | None:
        """The text of a value; None where a place does not have it, as far as is known."""
        written = self.values.written(value)
        if written is not None:
            scalars = self.rules.places.scalars(place)
            return written if scalars is not None and scalars.has(written) else None
        few = islice(self.members(place), _COMPARED)
        return next((text for text, other in few if other == value), None)

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

    __slots__ = (
        "_ending",
        "_finish",
        "_items",
        "_options",
        "plan",
        "returns",
        "seen",
        "wants",
        "written",
    )

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
        self._ending: Ending | None = None
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
        if seen is None:
            return self.plan.frame(self.returns, self.written, items, None)
        if value not in seen:
            frame = self.plan.frame(self.returns, self.written, items, seen.adding(value))
            if self.differ and not self.is_needed(value):
                frame.take_ending(self.ending())
                return frame
            return frame if frame.finish() is not None else None
        return None if self.differ else self.plan.frame(self.returns, self.written, items, None)

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
            ways = starmap(Way, self.plan.rules.options(self.written))
            self._options = [(way.place, frame) for way in ways if (frame := self._waiting(way))]
        return self._options

    def _waiting(self, way: Way[Items]) -> ArrayFrame | None:
        """The frame that waits for an item; None where too few values are left for it."""
        frame = self.plan.frame(self.returns, way.after, self._items, self.seen)
        if self.seen is None or not self.differ:
            return frame
        if self.plan.members(way.place).lacks(1, self.seen):
            return None
        if not self.plan.rules.complete(way.after):
            known = self.ending()
            found = known if known and known.ways[:1] == (way,) else self._found([way])
            if found is None:
                return None
            frame.take_ending(found.rest())
        return frame

    def is_needed(self, value: int) -> bool:
        """Whether the items of `finish` have a value, where items have to differ."""
        if self.plan.rules.complete(self.written):
            return False
        found = self.ending()
        return found is None or value in found.needs

    def bars(self, value: int) -> bool:
        """Whether an item may not be that, or nothing could end the array then."""
        assert self.seen is not None
        if not self.differ:
            return self.received(value) is None
        if value in self.seen:
            return True
        return self.is_needed(value) and self.received(value) is None

    @property
    def most_barred(self) -> int:
        """No more values than these are barred."""
        assert self.seen is not None
        if not self.differ or self.plan.rules.complete(self.written):
            return self.seen.size
        found = self.ending()
        return self.seen.size + (0 if found is None else len(found.values))

    def fresh(self, place: Place) -> Iterator[tuple[bytes, int]]:
        """Values of a place that the next item may be, with their texts."""
        members: Iterable[tuple[bytes, int]] = self.plan.members(place)
        if not self.differ:
            old = self._again(place)
            again = [] if old is None else [(old, self.plan.values.text(old))]
            members = chain(again, islice(members, _COMPARED))
        return (member for member in members if not self.bars(member[1]))

    def finish(self) -> bytes | None:
        """A short text from behind an item to the closing bracket."""
        if self._finish is None:
            self._finish = self._any_finish()
        return self._finish

    def _any_finish(self) -> bytes | None:
        if self.seen is None:
            return self.plan.rules.finish(self.written)
        if self.differ:
            return self._with_different()
        return self._with_equal()

    def _with_different(self) -> bytes | None:
        """A finish whose items differ from each other and from those written."""
        if self.plan.rules.complete(self.written):
            return b"]"
        found = self.ending()
        return None if found is None else b"".join(COMMA + text for text in found.texts) + b"]"

    def ending(self) -> Ending | None:
        """Items that complete it, where some are missing and all have to differ."""
        if self._ending is None and not self.plan.rules.complete(self.written):
            self._ending = self._found(self._ways(self.written))
        return self._ending

    def take_ending(self, ending: Ending | None) -> None:
        """Know from another frame how it can be completed."""
        if self._ending is None and not self.plan.rules.complete(self.written):
            self._ending = ending

    def _ways(self, written: Items) -> list[Way[Items]]:
        rules = self.plan.rules
        ways = rules.options(written)
        if ways:
            ways = tuple(dict.fromkeys((rules.next_place(written), *ways)))
        return [Way(place, after) for place, after in ways if after != written]

    def _found(self, first: Iterable[Way[Items]]) -> Ending | None:
        assert self.seen is not None
        items = Differing(self.plan.members, self.seen.__contains__)
        ways = find_differing(self._ways, self.plan.rules.complete, first, items)
        return (
            None if ways is None else Ending(tuple(ways), tuple(items.texts), tuple(items.values))
        )

    def _with_equal(self) -> bytes | None:
        """A finish with two equal items at least, one of which may be written."""
        rules = self.plan.rules
        search = Repeating(rules.options, rules.missing, rules.common, self._again)
        texts = search.find(self.written)
        return None if texts is None else b"".join(COMMA + text for text in texts) + b"]"

    def _again(self, place: Place) -> bytes | None:
        """A value that is written already, for another item of a place."""
        return next((text for v in self.seen or () if (text := self.plan.text(place, v))), None)
