"""Objects while they are written."""

from __future__ import annotations

from collections.abc import Iterator

from dllm_struct.languages.json_schema.machine.frames import Returns
from dllm_struct.languages.json_schema.machine.keys import Key
from dllm_struct.languages.json_schema.machine.memory import Chain
from dllm_struct.languages.json_schema.machine.object_endings import ObjectEndings, fresh_key
from dllm_struct.languages.json_schema.machine.objects import ObjectRules, Written
from dllm_struct.languages.json_schema.machine.places import Places
from dllm_struct.languages.json_schema.machine.spelling import decoded
from dllm_struct.languages.json_schema.machine.values import Values
from dllm_struct.languages.json_schema.shapes import ObjectShape, Place

Pairs = Chain[tuple[str, int]]
_BRACE = ord("}")


class ObjectPlan:
    """All open objects of one shape.

    Attributes:
        rules: what the shape allows.
        endings: short ends of its objects.
    """

    def __init__(self, places: Places, shape: ObjectShape) -> None:
        self.rules = ObjectRules(places, shape)
        self.endings = ObjectEndings(self.rules)
        self._frames: dict[object, ObjectFrame] = {}

    def forget(self) -> None:
        """Drop the frames, and the keys begun in them."""
        self._frames.clear()
        self.rules.forget()

    def opened(self, returns: Returns) -> ObjectFrame:
        """An object of which nothing is written yet."""
        pairs: Pairs | None = Chain() if returns.wants else None
        return self.frame(returns, self.rules.start, pairs, None)

    def frame(
        self, returns: Returns, written: Written, pairs: Pairs | None, name: str | None
    ) -> ObjectFrame:
        """The one frame with certain contents."""
        contents = (returns, written, pairs, name)
        found = self._frames.get(contents)
        if found is None:
            found = self._frames[contents] = ObjectFrame(self, *contents)
        return found


class ObjectFrame:
    """An open object.

    Attributes:
        plan: makes frames of its shape.
        returns: the frames that wait for it.
        written: what is written of it.
        wants: whether its values have to be known.
    """

    __slots__ = (
        "_allowed",
        "_ended",
        "_finish",
        "_key",
        "_name",
        "_pairs",
        "plan",
        "returns",
        "wants",
        "written",
    )

    def __init__(
        self,
        plan: ObjectPlan,
        returns: Returns,
        written: Written,
        pairs: Pairs | None,
        name: str | None,
    ) -> None:
        self.plan = plan
        self.returns = returns
        self.written = written
        self.wants = pairs is not None
        self._name = name
        self._pairs = pairs
        self._finish: bytes | None = None
        self._key: Key | None = None
        self._ended: tuple[Key, list[tuple[Place, ObjectFrame]]] | None = None
        self._allowed: dict[int, bool] = {}

    @property
    def contents(self) -> object:
        """Everything but the frames that wait."""
        return self.plan, self.written, self._pairs, self._name

    def with_returns(self, returns: Returns) -> ObjectFrame:
        """The same contents in other frames."""
        return self.plan.frame(returns, self.written, self._pairs, self._name)

    def received(self, value: int | None) -> ObjectFrame:
        """The frame after the value of its last property."""
        if self._pairs is None:
            return self
        assert self._name is not None and value is not None
        pairs = self._pairs.adding((self._name, value))
        return self.plan.frame(self.returns, self.written, pairs, None)

    def value(self, values: Values) -> int | None:
        """The object, if it is wanted."""
        return None if self._pairs is None else values.object(self._pairs.elements())

    def closed_by(self) -> int:
        """The closing brace."""
        return _BRACE

    def closable(self) -> bool:
        """Whether the closing brace may follow."""
        return self.plan.rules.complete(self.written)

    def key(self) -> Key | None:
        """The start of the next key, or None when no property may follow."""
        if self._key is None:
            self._key = self.plan.rules.key(self.written)
        return self._key if self.alive(self._key) else None

    def alive(self, key: Key) -> bool:
        """Whether a key begun may become one that is allowed here."""
        for keys, state in key.unnamed:
            if keys.literal.endless(state):
                return True
        if key.node is not None:
            low, high = self.plan.rules.naming.span(self.written.progress)
            if key.named(low, high, self._may_come) is not None:
                return True
        used = self.written.used
        return any(
            fresh_key(keys, state, key.text, used) is not None for keys, state in key.unnamed
        )

    def _may_come(self, i: int) -> bool:
        allowed = self._allowed.get(i)
        if allowed is None:
            allowed = self._allowed[i] = self.plan.rules.allowed(self.written, i)
        return allowed

    def ended(self, key: Key) -> list[tuple[Place, ObjectFrame]]:
        """After the closing quote of a key: the value that follows, and the frame that waits."""
        if self._ended is None or self._ended[0] is not key:  # several tokens begin with the quote
            self._ended = key, list(self._ways(key))
        return self._ended[1]

    def _ways(self, key: Key) -> Iterator[tuple[Place, ObjectFrame]]:
        rules = self.plan.rules
        i = key.node.ends if key.node is not None and not key.pending else None
        if i is not None and self._may_come(i):
            after = rules.named(self.written, i)
            yield self._waiting(rules.naming.names[i], rules.shape.properties[i].value, after)
        for keys, state in key.unnamed:
            if keys.literal.accepting(state):
                name = decoded(key.text)[0]
                for way in rules.unnamed(self.written, keys.others, name):
                    yield self._waiting(name, *way)

    def _waiting(self, name: str, value: Place, after: Written) -> tuple[Place, ObjectFrame]:
        known = name if self.wants else None
        return value, self.plan.frame(self.returns, after, self._pairs, known)

    def finish(self) -> bytes | None:
        """A short text from behind a property to the closing brace."""
        if self._finish is None:
            self._finish = self.plan.endings.after_property(self.written)
        return self._finish

    def key_finish(self, key: Key) -> bytes | None:
        """A short text from inside a key to the closing brace."""
        return self.plan.endings.in_key(self.written, key, self._may_come)
