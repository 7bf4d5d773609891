r"""From the strings of a language to the JSON literals that spell them.

An automaton reads the UTF-8 of a decoded string. The literal's automaton has the same states, and
an escape that decodes to bytes b leads from q to δ*(q, b), through states for the characters of the
escape. Escapes with equal outcomes share those states: ``\uXXXX`` is a trie of hexadecimal digits,
and its levels line up with the bits of UTF-8,

    U+0800 ..  hhhh xxxx xxyy yyyy  →  1110hhhh 10xxxxxx 10yyyyyy

so the trie is built from the last digit backwards, each level one table over all states at once,
equal rows once. (An inverse homomorphism; Hopcroft & Ullman, "Introduction to Automata Theory".)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from dllm_struct.automata.dfa import DEAD, DFA, NUM_BYTES, empty, from_edges

Spelling = Literal["any", "canonical"]
"""Every spelling that JSON allows, or the one that ``json.dumps(…, ensure_ascii=False)`` writes."""

Ints = NDArray[np.int32]

_HEX = tuple(f"{digit:x}{digit:X}" if digit > 9 else str(digit) for digit in range(16))
_SHORT = {'"': '"', "\\": "\\", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_CONTROLS = 0x20
_NO_SHORT = [c for c in range(_CONTROLS) if chr(c) not in _SHORT.values()]


def escaped(dfa: DFA, spelling: Spelling) -> DFA:
    """The characters between the quotes of the JSON literals of a language's strings.

    Args:
        dfa: a language of well-formed UTF-8.
        spelling: which spellings of each string to accept.
    """
    if dfa.is_empty:
        return empty()
    byte_class = _refined(dfa.byte_class)
    table = dfa.transitions[:, dfa.byte_class]  # [S, 256]
    builder = _Builder(dfa.num_states, byte_class)
    targets = [table[:, ord(decoded)] for decoded in _SHORT.values()]
    symbols = list(_SHORT)
    if spelling == "any":
        targets += [table[:, ord("/")], _unicode_escapes(table, builder)]
        symbols += ["/", "u"]
    else:
        targets.append(_control_escapes(table, builder))
        symbols.append("u")
    escape = builder.nodes(np.stack(targets, axis=1), symbols)  # [S]
    raw = table.copy()
    raw[:, :_CONTROLS] = DEAD
    raw[:, ord('"')] = DEAD
    raw[:, ord("\\")] = escape
    builder.raw(raw)
    return builder.finish(dfa)


class _Builder:
    """Edges of the literal's automaton; its first S states are those of the decoded strings."""

    def __init__(self, num_states: int, byte_class: NDArray[np.uint8]) -> None:
        self._byte_class = byte_class
        self._count = num_states
        self._edges: list[tuple[Ints, Ints, Ints]] = []

    def nodes(self, children: Ints, symbols: Sequence[str]) -> Ints:
        """States with given successors.

        Args:
            children: int32 [..., W], the state after each symbol, `DEAD` for none.
            symbols: W texts; each character of the i-th leads to the i-th child.

        Returns:
            int32 [...]: one state for each row, shared by equal rows; `DEAD` without successor.
        """
        rows = children.reshape(-1, children.shape[-1])
        distinct, inverse = _distinct(rows)
        alive = distinct.any(axis=1)
        number = np.zeros(len(distinct), np.int32)
        number[alive] = np.arange(self._count, self._count + alive.sum(), dtype=np.int32)
        self._count += int(alive.sum())
        for column, characters in enumerate(symbols):
            heads = distinct[:, column]
            kept = heads != DEAD
            for character in characters:
                label = np.full(kept.sum(), self._byte_class[ord(character)], np.int32)
                self._edges.append((number[kept], label, heads[kept]))
        return number[inverse].reshape(children.shape[:-1])

    def raw(self, table: Ints) -> None:
        """The transitions [S, 256] of the first S states."""
        _, first = np.unique(self._byte_class, return_index=True)
        columns = table[:, first]
        tails, labels = np.nonzero(columns)
        heads = columns[tails, labels]
        self._edges.append((tails.astype(np.int32), labels.astype(np.int32), heads))

    def finish(self, dfa: DFA) -> DFA:
        tails, labels, heads = (np.concatenate(parts) for parts in zip(*self._edges, strict=True))
        accepting = np.zeros(self._count, np.bool_)
        accepting[: dfa.num_states] = dfa.accepting
        return from_edges(tails, labels, heads, dfa.start, accepting, self._byte_class)


def _refined(byte_class: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Byte classes [256] in which every character of an escape, and the controls, stand alone."""
    own = np.zeros(NUM_BYTES, np.int64)
    own[:_CONTROLS] = 1
    special = b'"\\/bfnrtu' + "".join(_HEX).encode()
    for i, byte in enumerate(sorted(set(special))):
        own[byte] = i + 2
    _, refined = np.unique(own * NUM_BYTES + byte_class, return_inverse=True)
    return np.asarray(refined, np.uint8).reshape(-1)


def _distinct(rows: Ints) -> tuple[Ints, NDArray[np.int64]]:
    """Distinct rows and, for each row, the number of the one it equals."""
    if not rows.any():
        return rows[:1], np.zeros(len(rows), np.int64)
    weights = _WEIGHTS[: rows.shape[1]]
    keys = (rows.astype(np.int64) * weights).sum(axis=1)
    _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
    distinct = rows[first]
    if not np.array_equal(distinct[inverse], rows):  # two rows with one key: the slow, sure way
        distinct, inverse = np.unique(rows, axis=0, return_inverse=True)
    return distinct, inverse.reshape(-1)


_WEIGHTS = np.random.default_rng(20).integers(1, 2**62, NUM_BYTES, np.int64) | 1


def _control_escapes(table: Ints, builder: _Builder) -> Ints:
    r"""States [S] after ``\u`` for the control characters that have no short escape."""
    targets = np.zeros((len(table), 2, 16), np.int32)
    for c in _NO_SHORT:
        targets[:, c >> 4, c & 15] = table[:, c]
    lower = [symbol[0] for symbol in _HEX]
    node: Ints = builder.nodes(builder.nodes(targets, lower), "01")
    for _ in range(2):
        node = builder.nodes(node[:, None], "0")
    return node


def _unicode_escapes(table: Ints, builder: _Builder) -> Ints:
    r"""States [S] after ``\u`` for every code point, as one escape or a surrogate pair."""
    size = len(table)
    cont = table[:, 0x80:0xC0]  # [S, 64]
    # the last digit: [S before the last continuation byte, 4 upper bits of that byte]
    last = builder.nodes(cont.reshape(size, 4, 16), _HEX)
    # the last two digits: [S before the last two continuation bytes, 16 upper bits of the first]
    last_two = builder.nodes(last[cont].reshape(size, 16, 16), _HEX)
    three_bytes = last_two[table[:, 0xE0:0xF0]]  # [S, 16 first digits, 16 second digits]
    three_bytes[:, 0, :8] = _below_800(table, last, builder)
    three_bytes[:, 13, 8:12] = _pairs(table, cont, last_two, builder)
    return builder.nodes(builder.nodes(three_bytes, _HEX), _HEX)


def _below_800(table: Ints, last: Ints, builder: _Builder) -> Ints:
    """States [S, 8] after digits 0 and 0 to 7: code points of one or two bytes."""
    size = len(table)
    third = last[table[:, 0xC0:0xE0]].reshape(size, 128)  # [S, upper 7 of 11 bits]
    third[:, :8] = builder.nodes(table[:, :0x80].reshape(size, 8, 16), _HEX)
    return builder.nodes(third.reshape(size, 8, 16), _HEX)


def _pairs(table: Ints, cont: Ints, last_two: Ints, builder: _Builder) -> Ints:
    r"""States [S, 4] after digits D and 8 to B: the rest of a surrogate pair.

    A code point of four bytes is 11110ppp 10ppwwvv 10ttss.. 10......, where the high surrogate's
    digits end in (p - 1, ww), (vv, tt) and the low surrogate's second digit is C + ss.
    """
    size = len(table)
    low: Ints = builder.nodes(last_two.reshape(size, 4, 4), _HEX[12:])  # [S, tt]
    for characters in ("dD", "u", "\\"):
        low = builder.nodes(low[..., None], [characters])
    fourth = builder.nodes(low[cont].reshape(size, 16, 16), _HEX)  # [S, ppww]
    planes = np.arange(1, 17)
    by_plane = fourth.reshape(size, 4, 4)[table[:, 0xF0 + (planes >> 2)], planes & 3]
    return builder.nodes(by_plane.reshape(size, 4, 16), _HEX)
