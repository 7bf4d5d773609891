r"""From the strings of a language to the JSON literals that spell them.

An automaton reads the UTF-8 of a decoded string. The literal's automaton has the same states, and
an escape that decodes to bytes b leads from q to δ*(q, b), through states for the characters of the
escape. Escapes with equal outcomes share those states: ``\uXXXX`` is a trie of hexadecimal digits,
and its levels line up with the bits of UTF-8,

    U+0800 ..  hhhh xxxx xxyy yyyy  →  1110hhhh 10xxxxxx 10yyyyyy

so the trie is built from the last digit backwards, each level one table over all states at once,
equal nodes once; with all spellings the result is minimal as it is. (An inverse homomorphism;
Hopcroft & Ullman, "Introduction to Automata Theory".)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from dllm_struct.automata.dfa import (
    DEAD,
    DFA,
    NUM_BYTES,
    empty,
    minimal,
    trimmed,
)
from dllm_struct.automata.interning import FIRST_SIZE, chain, grown, inserted, place
from dllm_struct.automata.jit import jit

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
    return builder.finish(dfa, is_minimal=spelling == "any")


class _Builder:
    """Transitions of the literal's automaton; its first S states are those of the strings."""

    def __init__(self, num_states: int, byte_class: NDArray[np.uint8]) -> None:
        self._byte_class = byte_class
        self._count = num_states
        self._levels: dict[tuple[str, ...], _Level] = {}
        self._raw = np.zeros((0, 0), np.int32)

    def nodes(self, children: Ints, symbols: Sequence[str]) -> Ints:
        """States with given successors.

        Args:
            children: int32 [..., W], the state after each symbol, `DEAD` for none.
            symbols: W texts; each character of the i-th leads to the i-th child.

        Returns:
            int32 [...]: one state for each row, shared by equal rows; `DEAD` without successor.
        """
        level = self._levels.setdefault(tuple(symbols), _Level(len(symbols)))
        rows = np.ascontiguousarray(children.reshape(-1, children.shape[-1]))
        found, level.rows, level.hashes, level.table, level.count = _numbered_rows(
            rows, level.rows, level.hashes, level.table, level.count
        )
        grown_by = level.count - len(level.states)
        level.states.extend(range(self._count, self._count + grown_by))
        self._count += grown_by
        states = np.array([DEAD, *level.states], np.int32)
        return states[found].reshape(children.shape[:-1])

    def raw(self, table: Ints) -> None:
        """The transitions [S, 256] of the first S states."""
        _, first = np.unique(self._byte_class, return_index=True)
        self._raw = table[:, first]

    def finish(self, dfa: DFA, *, is_minimal: bool) -> DFA:
        """The automaton."""
        table = np.zeros((self._count, self._raw.shape[1]), np.int32)
        table[: dfa.num_states] = self._raw
        for symbols, level in self._levels.items():
            for column, characters in enumerate(symbols):
                for character in characters:
                    table[level.states, self._byte_class[ord(character)]] = level.rows[
                        : level.count, column
                    ]
        accepting = np.zeros(self._count, np.bool_)
        accepting[: dfa.num_states] = dfa.accepting
        finish = trimmed if is_minimal else minimal
        return finish(table, self._byte_class, dfa.start, accepting)


class _Level:
    """States with the same symbols, each with other successors.

    Attributes:
        rows: int32 [n, W], successors.
        states: their numbers in the automaton.
    """

    def __init__(self, width: int) -> None:
        self.rows = np.zeros((FIRST_SIZE, width), np.int32)
        self.hashes = np.zeros(FIRST_SIZE, np.uint64)
        self.table = np.full(FIRST_SIZE, -1, np.int32)
        self.count = 0
        self.states: list[int] = []


@jit
def _numbered_rows(
    given: Any, rows: Any, hashes: Any, table: Any, count: Any
) -> tuple[Ints, Ints, NDArray[np.uint64], Ints, int]:
    """The number of each row, from 1; 0 for a row of zeros. New rows are added."""
    found = np.zeros(len(given), np.int32)
    for i in range(len(given)):
        digest, alive = np.uint64(0), False
        for value in given[i]:
            digest = chain(digest, value)
            alive |= value != DEAD
        if not alive:
            continue
        slot = place(table, hashes, digest)
        while table[slot] >= 0 and not _equal(rows[table[slot]], given[i]):
            digest += np.uint64(1)
            slot = place(table, hashes, digest)
        if table[slot] < 0:
            rows, hashes = grown(rows, count + 1), grown(hashes, count + 1)
            rows[count] = given[i]
            hashes[count] = digest
            table = inserted(table, hashes, slot, count)
            found[i] = count + 1
            count += 1
        else:
            found[i] = table[slot] + 1
    return found, rows, hashes, table, count


@jit
def _equal(a: Any, b: Any) -> Any:
    for k in range(len(a)):  # noqa: SIM110 - numba knows no generators
        if a[k] != b[k]:
            return False
    return True


def _refined(byte_class: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Byte classes [256] in which every character of an escape, and the controls, stand alone."""
    own = np.zeros(NUM_BYTES, np.int64)
    own[:_CONTROLS] = 1
    special = b'"\\/bfnrtu' + "".join(_HEX).encode()
    for i, byte in enumerate(sorted(set(special))):
        own[byte] = i + 2
    _, refined = np.unique(own * NUM_BYTES + byte_class, return_inverse=True)
    return np.asarray(refined, np.uint8).reshape(-1)


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
    first = np.flatnonzero(table[:, :0x80].any(axis=1) | table[:, 0xC0:].any(axis=1))  # [F]
    later = np.flatnonzero(table[:, 0x80:0xC0].any(axis=1))  # states within a character, [L]
    cont = table[later, 0x80:0xC0]  # [L, 64]
    # the last digit: [S before the last continuation byte, 4 upper bits of that byte]
    last = np.zeros((len(table), 4), np.int32)
    last[later] = builder.nodes(cont.reshape(-1, 4, 16), _HEX)
    # the last two digits: [S before the last two continuation bytes, 16 upper bits of the first]
    last_two = np.zeros((len(table), 16), np.int32)
    last_two[later] = builder.nodes(last[cont].reshape(-1, 16, 16), _HEX)
    low = np.zeros((len(table), 4), np.int32)
    low[later] = _low_surrogates(last_two[later], builder)
    fourth = np.zeros((len(table), 16), np.int32)
    fourth[later] = builder.nodes(low[cont].reshape(-1, 16, 16), _HEX)  # [S, ppww]

    rows = table[first]
    three_bytes = last_two[rows[:, 0xE0:0xF0]]  # [F, 16 first digits, 16 second digits]
    three_bytes[:, 0, :8] = _below_800(rows, last, builder)
    three_bytes[:, 13, 8:12] = _high_surrogates(rows, fourth, builder)
    escapes = np.zeros(len(table), np.int32)
    escapes[first] = builder.nodes(builder.nodes(three_bytes, _HEX), _HEX)
    return escapes


def _below_800(rows: Ints, last: Ints, builder: _Builder) -> Ints:
    """States [F, 8] after digits 0 and 0 to 7: code points of one or two bytes."""
    third = last[rows[:, 0xC0:0xE0]].reshape(-1, 128)  # [F, upper 7 of 11 bits]
    third[:, :8] = builder.nodes(rows[:, :0x80].reshape(-1, 8, 16), _HEX)
    return builder.nodes(third.reshape(-1, 8, 16), _HEX)


# A code point of four bytes is 11110ppp 10ppwwvv 10ttss.. 10......, where the high surrogate's
# digits end in (p - 1, ww), (vv, tt) and the low surrogate's second digit is C + ss.


def _low_surrogates(last_two: Ints, builder: _Builder) -> Ints:
    """States [L, tt] after a high surrogate, before the backslash of the low one."""
    from_c = np.zeros((len(last_two), 4, 16), np.int32)
    from_c[:, :, 12:] = last_two.reshape(-1, 4, 4)
    low: Ints = builder.nodes(from_c, _HEX)
    for characters in ("dD", "u", "\\"):
        low = builder.nodes(low[..., None], [characters])
    return low


def _high_surrogates(rows: Ints, fourth: Ints, builder: _Builder) -> Ints:
    """States [F, 4] after digits D and 8 to B."""
    planes = np.arange(1, 17)
    by_plane = fourth.reshape(-1, 4, 4)[rows[:, 0xF0 + (planes >> 2)], planes & 3]
    return builder.nodes(by_plane.reshape(-1, 4, 16), _HEX)
