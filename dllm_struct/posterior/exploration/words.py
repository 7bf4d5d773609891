"""What depends on the vocabulary alone: its trie and its tokens' bytes, for compiled loops."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dllm_struct.automata.jit import jit
from dllm_struct.vocabulary import Vocabulary

VOCABULARIES_KEPT = 16
NEVER = 2**30
"""More tokens than anything takes."""


class Words(NamedTuple):
    """A vocabulary's trie (see `Trie`) and the bytes of its tokens.

    Attributes:
        byte: uint8 [N], the byte on the edge into each node.
        depth: int32 [N].
        end: int32 [N], just past the node's subtree.
        token_start: int32 [N + 1], offsets into `tokens`.
        tokens: int32 [T].
        root: int32 [256], the node of each first byte, or -1.
        text: uint8, the bytes of all tokens, one after the other.
        offset: int64 [V + 1], where each token's bytes begin; it has none where the next one's do.
        deepest: bytes of the longest token.
    """

    byte: NDArray[np.uint8]
    depth: NDArray[np.int32]
    end: NDArray[np.int32]
    token_start: NDArray[np.int32]
    tokens: NDArray[np.int32]
    root: NDArray[np.int32]
    text: NDArray[np.uint8]
    offset: NDArray[np.int64]
    deepest: int


@lru_cache(VOCABULARIES_KEPT)
def words_of(vocabulary: Vocabulary) -> Words:
    """The tables of a vocabulary, computed once."""
    trie = vocabulary.trie
    lengths = [len(token or b"") for token in vocabulary.tokens]
    root = np.full(256, -1, np.int32)
    first = np.flatnonzero(trie.depth == 1)
    root[trie.byte[first]] = first
    return Words(
        trie.byte,
        trie.depth,
        trie.end,
        trie.token_start,
        trie.tokens,
        root,
        np.frombuffer(b"".join(token for token in vocabulary.tokens if token), np.uint8),
        np.concatenate(([0], np.cumsum(lengths))).astype(np.int64),
        max(lengths),
    )


@jit
def occurrences(data: NDArray[np.uint8], words: Words) -> Any:
    """Every token that occurs in a text.

    Returns:
        int32 [k, 3], sorted by offset and length: offset, length, and the smallest token id with
        these bytes.
    """
    found = np.empty((16, 3), np.int32)
    count = 0
    for offset in range(len(data)):
        node = words.root[data[offset]]
        length = 1
        while node >= 0:
            if words.token_start[node] < words.token_start[node + 1]:
                if count == len(found):
                    longer = np.empty((2 * count, 3), np.int32)
                    longer[:count] = found
                    found = longer
                found[count, 0] = offset
                found[count, 1] = length
                found[count, 2] = words.tokens[words.token_start[node]]
                count += 1
            if offset + length == len(data):
                break
            node = _child(node, data[offset + length], words)
            length += 1
    return found[:count]


@jit
def _child(node: Any, byte: Any, words: Any) -> Any:
    """The child of a node by a byte, or -1."""
    child, stop = node + 1, words.end[node]
    while child < stop:
        if words.byte[child] == byte:
            return child
        child = words.end[child]
    return -1


@jit
def spelled(data: NDArray[np.uint8], words: Words) -> NDArray[np.int32]:
    """The fewest tokens whose bytes are ``data``, the longest first among equals.

    Returns:
        int32 [k]; one entry, -1, when the vocabulary cannot write them.
    """
    found = occurrences(data, words)
    fewest = np.full(len(data) + 1, NEVER, np.int32)
    chosen = np.full(len(data) + 1, -1, np.int32)
    fewest[len(data)] = 0
    for j in range(len(found) - 1, -1, -1):
        start, stop = found[j, 0], found[j, 0] + found[j, 1]
        if fewest[stop] + 1 < fewest[start]:
            fewest[start] = fewest[stop] + 1
            chosen[start] = j
    if fewest[0] >= NEVER:
        return np.full(1, -1, np.int32)
    tokens = np.empty(fewest[0], np.int32)
    offset = 0
    for k in range(len(tokens)):
        tokens[k] = found[chosen[offset], 2]
        offset += found[chosen[offset], 1]
    return tokens


class Counting:
    """Fewest tokens of one text after the other; an end shared with the last one is not cut anew.

    Args:
        words: the vocabulary.
    """

    def __init__(self, words: Words) -> None:
        self._words = words
        self._data = np.zeros(0, np.uint8)
        self._fewest = np.zeros(1, np.int32)

    def fewest(self, data: bytes) -> int:
        """As many tokens as `spelled` gives; `NEVER` when the vocabulary cannot write the text."""
        own = np.frombuffer(data, np.uint8)
        self._fewest = _fewest_from(own, self._data, self._fewest, self._words)
        self._data = own
        return int(self._fewest[0])


@jit
def _fewest_from(data: Any, known: Any, of_known: Any, words: Any) -> Any:
    """Fewest tokens from every offset on, int32 [n + 1], given those of another text."""
    most, shared = min(len(data), len(known)), 0
    while shared < most and data[len(data) - 1 - shared] == known[len(known) - 1 - shared]:
        shared += 1
    fewest = np.full(len(data) + 1, NEVER, np.int32)
    fewest[len(data) - shared :] = of_known[len(known) - shared :]
    for start in range(len(data) - shared - 1, -1, -1):
        node, stop = words.root[data[start]], start + 1
        while node >= 0:
            if words.token_start[node] < words.token_start[node + 1]:
                fewest[start] = min(fewest[start], fewest[stop] + 1)
            if stop == len(data):
                break
            node = _child(node, data[stop], words)
            stop += 1
    return fewest


class Spelling:
    """All the numbers of tokens that a text can be cut into.

    Args:
        data: the text.
        words: the vocabulary.
    """

    def __init__(self, data: bytes, words: Words) -> None:
        self._size = len(data)
        self._found: list[list[tuple[int, int]]] = [[] for _ in data]
        for offset, length, token in occurrences(np.frombuffer(data, np.uint8), words).tolist():
            self._found[offset].append((length, token))
        counts = [*[0] * len(data), 1]  # bit k: the rest takes k tokens
        for offset in range(len(data) - 1, -1, -1):
            for length, _ in self._found[offset]:
                counts[offset] |= counts[offset + length] << 1
        self._counts = counts

    @property
    def counts(self) -> int:
        """Bit k is set when the text can be cut into k tokens."""
        return self._counts[0]

    def cut(self, count: int) -> list[int]:
        """The tokens of a cut into ``count``, the longest first where there is a choice."""
        tokens, offset = [], 0
        for left in range(count - 1, -1, -1):
            length, token = next(
                (length, token)
                for length, token in reversed(self._found[offset])
                if self._counts[offset + length] >> left & 1
            )
            tokens.append(token)
            offset += length
        return tokens
