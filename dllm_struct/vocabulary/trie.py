"""The byte trie of a vocabulary, as flat arrays in preorder.

Tokens are sorted by their bytes. A token that shares its first l bytes with the one before it adds
a chain of nodes for the rest, so the nodes, taken token by token, are already in preorder; a
subtree is then a range of indices and skipping it is one assignment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Trie:
    """N nodes in preorder, without the root; T tokens.

    Attributes:
        byte: uint8 [N], the byte on the edge into the node.
        depth: int32 [N], 1 for children of the root.
        end: int32 [N], the index just past the node's subtree.
        token_start: int32 [N + 1], where the node's tokens begin in `tokens`.
        tokens: int32 [T], token ids; those whose bytes end at node i, in ascending order, are
            ``tokens[token_start[i]:token_start[i + 1]]``.
    """

    byte: NDArray[np.uint8]
    depth: NDArray[np.int32]
    end: NDArray[np.int32]
    token_start: NDArray[np.int32]
    tokens: NDArray[np.int32]


def build_trie(tokens: Sequence[bytes | None]) -> Trie:
    """Build the trie of all tokens that have bytes.

    Args:
        tokens: [V], the bytes of every token id; None or empty for tokens without any.

    Returns:
        The trie; it has no node when no token has bytes.
    """
    texts = [token or b"" for token in tokens]
    order = [i for i, text in enumerate(texts) if text]
    order.sort(key=texts.__getitem__)  # stable: equal tokens by ascending id
    ordered = [texts[i] for i in order]
    text = np.frombuffer(b"".join(ordered), np.uint8)
    length = np.array([len(token) for token in ordered], np.int64)  # [T]
    offset = np.cumsum(length) - length  # [T], where a token's bytes begin in `text`
    shared = _shared_prefix(text, offset, length)  # [T], with the token before
    added = length - shared  # [T], nodes that a token adds
    first = np.cumsum(added) - added  # [T], the first of them

    depth = np.arange(int(added.sum())) - np.repeat(first - shared, added) + 1  # [N]
    byte = text[np.repeat(offset, added) + depth - 1]
    last = first + added - 1  # a token that adds nothing equals the one before it
    return Trie(
        byte=byte,
        depth=depth.astype(np.int32),
        end=_subtree_ends(depth, first, shared).astype(np.int32),
        token_start=np.searchsorted(last, np.arange(len(depth) + 1)).astype(np.int32),
        tokens=np.array(order, np.int32),
    )


def _shared_prefix(
    text: NDArray[np.uint8], offset: NDArray[np.int64], length: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return [T], how many first bytes each sorted token shares with the one before it."""
    shared = np.zeros(len(length), np.int64)
    limit = np.minimum(length[1:], length[:-1])
    equal = np.arange(1, len(length))  # tokens whose first `depth` bytes are shared
    depth = 0
    while len(equal):
        equal = equal[limit[equal - 1] > depth]
        equal = equal[text[offset[equal] + depth] == text[offset[equal - 1] + depth]]
        depth += 1
        shared[equal] = depth
    return shared


def _subtree_ends(
    depth: NDArray[np.int64], first: NDArray[np.int64], shared: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return [N], the end of each node's subtree.

    A node at depth d ends where the next token begins that shares less than d bytes with the one
    before it.
    """
    end = np.empty_like(depth)
    nodes = np.argsort(depth, kind="stable")
    levels = np.searchsorted(depth[nodes], np.arange(int(depth.max(initial=0)) + 2))
    border, border_shared = first, shared
    total = len(depth)
    deepest = int(shared.max(initial=0)) + 1  # from here on every token begins a border
    for d in range(1, len(levels) - 1):
        if d <= deepest:
            border = first[border_shared < d]
        here = nodes[levels[d] : levels[d + 1]]
        following = np.append(border, total)
        end[here] = following[np.searchsorted(following, here, side="right")]
    return end
