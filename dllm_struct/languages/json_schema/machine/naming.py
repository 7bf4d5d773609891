"""The order of named properties: which of them may come next."""

from __future__ import annotations

from collections.abc import Iterator

from dllm_struct.languages.json_schema.machine.memory import Remembered
from dllm_struct.languages.json_schema.machine.style import Order
from dllm_struct.languages.json_schema.shapes import ObjectShape

Used = Remembered[str]
Progress = tuple[int, ...]
"""For each sequence of names, the first that may still come."""


class Naming:
    """The named properties of a shape.

    In schema order all names are one sequence. In lenient order there is a sequence for each
    mapping of the schema, the names of different ones may interleave, and a name in no sequence
    may stand anywhere. Nobody may pass over a required name.

    Attributes:
        names: decoded, in the schema's order.
        size: how many there are.
        required: whether every member has it.
        num_required: how many are required.
    """

    def __init__(self, shape: ObjectShape, order: Order) -> None:
        self.names = [p.name for p in shape.properties]
        self.size = len(self.names)
        self.required = [p.required for p in shape.properties]
        self.num_required = sum(self.required)
        sequences = [list(range(self.size))]
        if order == "lenient":
            index = {name: i for i, name in enumerate(self.names)}
            sequences = [[index[n] for n in names if n in index] for names in shape.orders]
        self._single = sequences == [list(range(self.size))]
        self._next_required = [self._stops(sequence) for sequence in sequences]
        self._where: list[list[tuple[int, int]]] = [[] for _ in self.names]
        for k, sequence in enumerate(sequences):
            for at, i in enumerate(sequence):
                self._where[i].append((k, at))
        self.start: Progress = (0,) * len(sequences)
        self.end: Progress = tuple(len(sequence) for sequence in sequences)

    def _stops(self, sequence: list[int]) -> list[int]:
        """For each place of a sequence, that of the next required name."""
        stops = [len(sequence)] * (len(sequence) + 1)
        for at in reversed(range(len(sequence))):
            stops[at] = at if self.required[sequence[at]] else stops[at + 1]
        return stops

    def span(self, progress: Progress) -> tuple[int, int]:
        """First and last of the names that may come next, some between them perhaps not."""
        if self._single:
            return progress[0], min(self._next_required[0][progress[0]], self.size - 1)
        return 0, self.size - 1

    def allowed(self, progress: Progress, used: Used, i: int) -> bool:
        """Whether a name may come next."""
        where = self._where[i]
        if not where:
            return self.names[i] not in used
        return all(progress[k] <= at <= self._next_required[k][progress[k]] for k, at in where)

    def left(self, progress: Progress, used: Used) -> Iterator[int]:
        """The names that may come at some time, in order: the required ones among them are due."""
        if self._single:
            yield from range(progress[0], self.size)
            return
        for i, where in enumerate(self._where):
            if all(progress[k] <= at for k, at in where) if where else self.names[i] not in used:
                yield i

    def after(self, progress: Progress, i: int) -> Progress:
        """What may come after a name."""
        if self._single:
            return (i + 1,)
        changed = list(progress)
        for k, at in self._where[i]:
            changed[k] = at + 1
        return tuple(changed)

    def stands_alone(self, i: int) -> bool:
        """Whether a name is in no sequence, so that it has to be remembered as used."""
        return not self._where[i]
