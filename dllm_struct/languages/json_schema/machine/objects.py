"""What the shape of an object allows: which names may come, which have to, how many, which once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from dllm_struct.automata.algebra import intersection
from dllm_struct.automata.dfa import DFA
from dllm_struct.languages.json_schema.machine.keys import Kept, Key, Name, Unnamed
from dllm_struct.languages.json_schema.machine.memory import Remembered
from dllm_struct.languages.json_schema.machine.naming import Naming, Progress, Used
from dllm_struct.languages.json_schema.machine.places import Places
from dllm_struct.languages.json_schema.shapes import ObjectShape, Others, Place

UNLIMITED = 1 << 60
_NOTHING_USED: Used = Remembered()


class Written(NamedTuple):
    """What is written of an object.

    Attributes:
        progress: which named properties may still come.
        due: how many required ones are missing.
        size: properties written, as far as it matters.
        unmet: bit i for each of the shape's `some` that is not met yet.
        used: the keys written whose order says nothing: unnamed ones above all.
    """

    progress: Progress
    due: int
    size: int
    unmet: int
    used: Used


@dataclass(frozen=True)
class Addition:
    """An unnamed property to be written.

    Attributes:
        keys: its key is one of these.
        value: its place.
        met: bits of the `some` that it meets.
    """

    keys: DFA
    value: Place
    met: int


class ObjectRules:
    """What one shape of objects allows, whatever frames such an object stands in."""

    def __init__(self, places: Places, shape: ObjectShape) -> None:
        self.places = places
        self.shape = shape
        self.naming = Naming(shape, places.style.order)
        self.high = UNLIMITED if shape.max_properties is None else shape.max_properties
        self.low = shape.min_properties
        self._enough = self.low if shape.max_properties is None else self.high
        self._additions: dict[int, tuple[Addition, ...]] = {}
        self._covers: dict[tuple[int, Used], tuple[Addition, ...] | None] = {}
        self._keys: dict[tuple[bool, bool, int], Key] = {}
        unmet = (1 << len(shape.some)) - 1
        naming = self.naming
        self.start = Written(naming.start, naming.num_required, 0, unmet, _NOTHING_USED)

    def forget(self) -> None:
        """Drop what is known of single objects and keys."""
        self._covers.clear()
        self._keys.clear()

    @cached_property
    def possible(self) -> bool:
        """Whether there is such an object at all."""
        due = (i for i, required in enumerate(self.naming.required) if required)
        return self.low <= self.high and all(map(self.usable, due)) and self.feasible(self.start)

    @cached_property
    def others(self) -> list[Others]:
        """The unnamed properties that can be written."""
        return [others for others in self.shape.others if self.places.inhabited(others.value)]

    def usable(self, i: int) -> bool:
        """Whether a named property can be written at all."""
        return self._readable(i) and self.places.inhabited(self.shape.properties[i].value)

    def _readable(self, i: int) -> bool:
        """Whether a name is text: half a surrogate pair is not."""
        try:
            self.naming.names[i].encode()
        except UnicodeEncodeError:
            return False
        return True

    @property
    def is_free(self) -> bool:
        """Whether no unnamed property has to be there, so that ends do not look at their keys."""
        return not (self.shape.some or self.low)

    # How much has to be written, and how much may be

    def feasible(self, written: Written) -> bool:
        """Whether an object can be completed."""
        cover = self.cover(written)
        if cover is None:
            return False
        need = written.size + written.due + len(cover)
        if need > self.high:
            return False
        return need >= self.low or self._has_more(written, self.low - need)

    def _has_more(self, written: Written, count: int) -> bool:
        """Whether so many properties can be written beyond those that have to be."""
        if self._endless:
            return True
        count -= len(self.optional(written))
        return count <= 0 or self._has_unnamed(written.used, count)

    @cached_property
    def _endless(self) -> bool:
        """Whether there are infinitely many unnamed keys."""
        return any(self.places.explored(o.keys).endless(o.keys.start) for o in self.others)

    def optional(self, written: Written) -> list[int]:
        """The named properties that may be written but need not be."""
        naming = self.naming
        left = naming.left(written.progress, written.used)
        return [i for i in left if not naming.required[i] and self.usable(i)]

    def _has_unnamed(self, used: Used, count: int) -> bool:
        """Whether so many unnamed properties can be written."""
        for others in self.others:
            members = self.places.explored(others.keys).members(others.keys.start)
            if members.has(count + used.size):
                return True
            count -= sum(member.decode() not in used for member in members)
        return count <= 0

    def cover(self, written: Written) -> tuple[Addition, ...] | None:
        """Fewest unnamed properties that meet all that is unmet; None when nothing does."""
        if not written.unmet:
            return ()
        key = (written.unmet, written.used)
        if key not in self._covers:
            self._covers[key] = self._cover(written)
        return self._covers[key]

    def _cover(self, written: Written) -> tuple[Addition, ...] | None:
        best: tuple[Addition, ...] | None = None
        lowest = written.unmet & -written.unmet
        for addition in self._meeting(written.unmet):
            if not addition.met & lowest or self.fresh(addition.keys, written.used) is None:
                continue
            rest = self.cover(written._replace(unmet=written.unmet & ~addition.met))
            if rest is not None and (best is None or len(rest) + 1 < len(best)):
                best = (addition, *rest)
        return best

    def _meeting(self, unmet: int) -> tuple[Addition, ...]:
        """Unnamed properties that meet something."""
        found = self._additions.get(unmet)
        if found is None:
            every = (
                self._addition(others, met) for met in subsets(unmet) for others in self.others
            )
            found = tuple(addition for addition in every if addition is not None)
            self._additions[unmet] = found
        return found

    def _addition(self, others: Others, met: int) -> Addition | None:
        chosen = [others, *(some for i, some in enumerate(self.shape.some) if met >> i & 1)]
        keys = intersection(*(each.keys for each in chosen))
        if keys.is_empty:
            return None
        value = self.places.meet([each.value for each in chosen])
        return Addition(keys, value, met) if self.places.inhabited(value) else None

    def fresh(self, keys: DFA, used: Used) -> str | None:
        """A short key that is not used yet."""
        members = self.places.explored(keys).members(keys.start)
        return next((key for m in members if (key := m.decode()) not in used), None)

    # What may come next

    def complete(self, written: Written) -> bool:
        """Whether the closing brace may follow."""
        return not written.due and not written.unmet and written.size >= self.low

    def slack(self, written: Written) -> int:
        """How many properties may be written beyond those that have to be."""
        return self.high - written.size - written.due - len(self.cover(written) or ())

    def allowed(self, written: Written, i: int) -> bool:
        """Whether a named property may come next."""
        naming = self.naming
        return (
            naming.allowed(written.progress, written.used, i)
            and (naming.required[i] or self.slack(written) > 0)
            and self.usable(i)
            and (not self.low or self.feasible(self.named(written, i)))
        )

    def named(self, written: Written, i: int) -> Written:
        """What is written after a named property."""
        naming = self.naming
        used = written.used
        if naming.stands_alone(i):
            used = used.adding(naming.names[i])
        return Written(
            naming.after(written.progress, i),
            written.due - naming.required[i],
            min(written.size + 1, self._enough),
            written.unmet,
            used,
        )

    def unnamed(
        self, written: Written, others: Others, key: str
    ) -> Iterator[tuple[Place, Written]]:
        """The ways to take an unnamed property: its value, and what is written then."""
        if key in written.used:
            return
        free, _ = self._unnamed(written)
        after = self.after_unnamed(written)
        if not self.places.style.forgetful:
            after = after._replace(used=written.used.adding(key))
        if self.is_free:
            if free:
                yield others.value, after
            return
        matching = self._matching(written, key)
        for met in [*subsets(matching), *([0] if free else [])]:
            asked = [some.value for i, some in enumerate(self.shape.some) if met >> i & 1]
            value = self.places.meet([others.value, *asked])
            way = after._replace(unmet=after.unmet & ~met)
            if self.places.inhabited(value) and self.feasible(way):
                yield value, way

    def _matching(self, written: Written, key: str) -> int:
        """Bits of the `some` that are not met and have such a key."""
        if self.places.style.forgetful:
            return written.unmet
        data = key.encode()
        return sum(
            1 << i
            for i, some in enumerate(self.shape.some)
            if written.unmet >> i & 1 and some.keys.matches(data)
        )

    def after_unnamed(self, written: Written) -> Written:
        """What is written after an unnamed property, but for its key."""
        in_order = self.places.style.order == "schema"
        return written._replace(
            progress=self.naming.end if in_order else written.progress,
            size=min(written.size + 1, self._enough),
        )

    def _unnamed(self, written: Written) -> tuple[bool, int]:
        """Whether any unnamed property may come, and those of `some` that one may come for."""
        style = self.places.style
        if not self.others or (style.order == "schema" and written.due):
            return False, 0
        if self.slack(written) < 1:
            return False, written.unmet
        if not style.closed:
            return True, 0
        needed = self.low - written.size - written.due - len(self.cover(written) or ())
        return needed > 0 and needed > len(self.optional(written)), written.unmet

    def key(self, written: Written) -> Key:
        """The start of the next key, named or not."""
        free, unmet = self._unnamed(written)
        named = next(self.naming.left(written.progress, written.used), None) is not None
        variant = (named, free, unmet)
        if variant not in self._keys:
            unnamed = tuple(self._languages(free, unmet))
            node = self._trie if named else None
            kept: Kept | None = {} if self.places.style.forgetful else None
            self._keys[variant] = Key(node, unnamed, self.places.style.spelling, kept=kept)
        return self._keys[variant]

    def _languages(self, free: bool, unmet: int) -> Iterator[tuple[Unnamed, int]]:
        for others in self.others:
            languages = [others.keys] if free else []
            if not free:
                found = (self._addition(others, met) for met in _groups(unmet))
                languages = [addition.keys for addition in found if addition is not None]
            for keys in dict.fromkeys(languages):
                literal = self.places.literals(keys)
                if not keys.is_empty:
                    unnamed = Unnamed(others, self.places.explored(keys), literal)
                    yield unnamed, literal.start

    @cached_property
    def _trie(self) -> Name:
        readable = filter(self._readable, range(self.naming.size))
        return Name(self.naming.names, readable, 0, self.places.style.spelling)


def subsets(mask: int) -> Iterator[int]:
    """The non-empty subsets of a set of bits."""
    subset = mask
    while subset:
        yield subset
        subset = (subset - 1) & mask


_MOST_GROUPED = 6


def _groups(mask: int) -> Iterator[int]:
    """Sets of bits that one property may meet together; of many bits only one each, or all."""
    if mask.bit_count() <= _MOST_GROUPED:
        yield from subsets(mask)
        return
    yield mask
    yield from (1 << i for i in range(mask.bit_length()) if mask >> i & 1)
