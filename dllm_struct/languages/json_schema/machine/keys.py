"""Property names while they are written: a trie of the named ones, automata of the unnamed ones.

Names are found by decoded characters; a character that is written as an escape is a detour between
two nodes. One trie serves all objects of a shape: which of its names may still come is an interval
of their order, and a node knows the places of the names below it in that order.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence

from dllm_struct.automata.dfa import DEAD
from dllm_struct.languages.json_schema.escapes import Spelling
from dllm_struct.languages.json_schema.machine.literals import Literals
from dllm_struct.languages.json_schema.machine.members import Explored
from dllm_struct.languages.json_schema.machine.spelling import (
    decoded,
    extended,
    spelled,
    spellings,
)
from dllm_struct.languages.json_schema.shapes import Others


class Name:
    """A node of the trie: the names that begin with certain characters.

    Attributes:
        places: the places of the names below in the order of all names, ascending.
        ends: the place of the name that ends here, or None.
    """

    __slots__ = ("_depth", "_names", "_spelling", "_ways", "ends", "places")

    def __init__(
        self, names: Sequence[str], places: Iterable[int], depth: int, spelling: Spelling
    ) -> None:
        self.places = list(places)
        self._names = names
        self._depth = depth
        self._spelling = spelling
        self._ways: dict[bytes, list[Name]] | None = None
        self.ends = next((i for i in self.places if len(names[i]) == depth), None)

    def ways(self) -> dict[bytes, list[Name]]:
        """The nodes one character on by what is written of it: one node when it is complete."""
        if self._ways is None:
            self._ways = {}
            below: dict[str, list[int]] = {}
            for i in self.places:
                name = self._names[i]
                if len(name) > self._depth:
                    below.setdefault(name[self._depth], []).append(i)
            for character, places in below.items():
                node = Name(self._names, places, self._depth + 1, self._spelling)
                for written in spellings(character, self._spelling):
                    for end in range(1, len(written) + 1):
                        self._ways.setdefault(written[:end], []).append(node)
        return self._ways

    def complete(self, pending: bytes) -> bool:
        """Whether what is written of a character is all of it."""
        return decoded(pending)[1] == b""

    def within(self, low: int, high: int, usable: Callable[[int], bool]) -> int | None:
        """The first usable name below that lies in an interval of places, or None."""
        at = bisect_left(self.places, low)
        while at < len(self.places) and self.places[at] <= high:
            if usable(self.places[at]):
                return self.places[at]
            at += 1
        return None

    def rest(self, place: int) -> bytes:
        """The body of a name's literal from this node on."""
        return spelled(self._names[place][self._depth :])


class Unnamed:
    """Keys of unnamed properties.

    Attributes:
        others: which of the shape's they are.
        content: their UTF-8.
        literal: the bodies of their literals.
    """

    __slots__ = ("content", "literal", "others")

    def __init__(self, others: Others, content: Explored, literal: Literals) -> None:
        self.others = others
        self.content = content
        self.literal = literal


class Key:
    """A key begun.

    Attributes:
        node: where it is in the trie, or None when it is the start of no name.
        pending: what is written of the next character.
        unnamed: the unnamed keys that it may become, with the states of their literals.

    Args:
        node: as above.
        unnamed: as above.
        spelling: of its characters.
        pending: as above.
        before: the key that it goes on from.
        written: what is written since.
        kept: one key of all that may become the same, whatever their beginnings are; None: each
            is remembered.
    """

    __slots__ = (
        "_after",
        "_before",
        "_kept",
        "_spelling",
        "_text",
        "_written",
        "node",
        "pending",
        "unnamed",
    )

    def __init__(
        self,
        node: Name | None,
        unnamed: tuple[tuple[Unnamed, int], ...],
        spelling: Spelling,
        pending: bytes = b"",
        before: Key | None = None,
        written: bytes = b"",
        kept: Kept | None = None,
    ) -> None:
        self.node = node
        self.pending = pending
        self.unnamed = unnamed
        self._spelling = spelling
        self._before = before
        self._written = written
        self._kept = kept
        self._text: bytes | None = None
        self._after: dict[bytes, Key | None] | None = None

    @property
    def text(self) -> bytes:
        """All that is written of it."""
        if self._text is None:
            parts: list[bytes] = []
            key = self
            while key._text is None and key._before is not None:
                parts.append(key._written)
                key = key._before
            self._text = (key._text or b"") + b"".join(reversed(parts))
        return self._text

    def after(self, data: bytes) -> Key | None:
        """The key with some more bytes; None when no key begins so."""
        if self._after is None:
            self._after = {}
        if data not in self._after:
            self._after[data] = self._read(data)
        return self._after[data]

    def _read(self, data: bytes) -> Key | None:
        unnamed = tuple(
            (keys, after)
            for keys, state in self.unnamed
            if (after := keys.literal.run(state, data)) != DEAD
        )
        if unnamed == self.unnamed:  # nearly always; one tuple is kept
            unnamed = self.unnamed
        node, pending = self._named_after(data)
        if node is None and not unnamed:
            return None
        key = Key(node, unnamed, self._spelling, pending, self, data, self._kept)
        return key if self._kept is None else self._kept.setdefault((node, pending, unnamed), key)

    def _named_after(self, data: bytes) -> tuple[Name | None, bytes]:
        """Where some more bytes lead in the trie, and what is written of the next character."""
        node, pending = self.node, self.pending
        for byte in data:
            if node is None:
                break
            pending = extended(pending, byte, self._spelling)
            nodes = node.ways().get(pending)
            if nodes is None:
                node, pending = None, b""
            elif len(nodes) == 1 and node.complete(pending):
                node, pending = nodes[0], b""
        return node, pending

    def next_bytes(self) -> bytes:
        """Bytes that may come next, the closing quote apart; some of them twice."""
        found = b"".join(keys.literal.next_bytes(state) for keys, state in self.unnamed)
        if self.node is not None:
            size = len(self.pending)
            for written in self.node.ways():
                if len(written) == size + 1 and written.startswith(self.pending):
                    found += written[size:] + written[size:].upper()
        return found

    def named(self, low: int, high: int, usable: Callable[[int], bool]) -> int | None:
        """The first usable name in an interval of places that this may become."""
        if self.node is None:
            return None
        if not self.pending:
            return self.node.within(low, high, usable)
        found = (n.within(low, high, usable) for n in self.node.ways()[self.pending])
        return next((place for place in found if place is not None), None)

    def rest(self, place: int) -> bytes:
        """What is missing of a name."""
        assert self.node is not None
        if not self.pending:
            return self.node.rest(place)
        for written, nodes in self.node.ways().items():
            complete = written.startswith(self.pending) and self.node.complete(written)
            if complete and place in nodes[0].places:
                return written[len(self.pending) :] + nodes[0].rest(place)
        raise AssertionError("a name below is written somehow")


Kept = dict[tuple[Name | None, bytes, tuple[tuple[Unnamed, int], ...]], Key]
"""Keys by what they may become."""
