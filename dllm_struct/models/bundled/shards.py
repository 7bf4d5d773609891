"""Rows made ahead of time by another process, so that training never waits for them."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np
import numpy.typing as npt

from dllm_struct.models.bundled.data.mix import mix_at, rows
from dllm_struct.models.bundled.peers import Peers
from dllm_struct.models.bundled.tokenizer import Encoder

SHARD_ROWS = 6_000
AHEAD = 5
"""Shards that may lie in the folder, the one that is being read among them."""

BUCKET = 16
"""Rows of a batch have the same length, rounded up to this."""

Ids = npt.NDArray[np.int64]
Batch = tuple[Ids, Ids]
"""Token ids and slot numbers, [B, n] each; padding has slot number -1."""


def start_maker(folder: Path, tokenizer: Path, first: int, longest: int) -> None:
    """Start the process that writes shards from the given number on."""
    folder.mkdir(parents=True, exist_ok=True)
    arguments = (folder, tokenizer, first, longest)
    multiprocessing.get_context("spawn").Process(target=make, args=arguments, daemon=True).start()


def make(folder: Path, tokenizer: Path, first: int, longest: int) -> None:
    """Write shards without end, waiting while enough of them are unread."""
    encoder = Encoder.load(tokenizer)
    number = first
    while True:
        if len(list(folder.glob("*.npz"))) >= AHEAD:
            time.sleep(1.0)
            continue
        write(folder / f"{number:06}.npz", encoder, number, longest)
        number += 1


def write(path: Path, encoder: Encoder, number: int, longest: int) -> None:
    """Write one shard; its number is its seed and decides its mix."""
    mix = mix_at(number * SHARD_ROWS)
    made = list(islice(rows(encoder, number, mix, longest), SHARD_ROWS))
    temporary = path.with_suffix(".part")
    with temporary.open("wb") as file:
        np.savez(
            file,
            lengths=np.array([len(row.ids) for row in made], np.int32),
            ids=np.concatenate([np.array(row.ids, np.uint16) for row in made]),
            slots=np.concatenate([np.array(row.slots, np.uint8) for row in made]),
        )
    temporary.rename(path)


def batches(
    folder: Path, first: int, tokens: int, pad: int, peers: Peers
) -> Iterator[tuple[int, Batch]]:
    """Yield (shard number, batch) from shards as they appear; shards before it are deleted.

    Args:
        folder: where the maker writes.
        first: number of the first shard.
        tokens: of a batch, padding included, at most.
        pad: id of the padding token.
        peers: who share the batches; each gets as many.
    """
    number = first
    while True:
        path = folder / f"{number:06}.npz"
        while not path.exists():
            time.sleep(0.05)
        with np.load(path) as shard:
            lengths, ids, slots = shard["lengths"], shard["ids"], shard["slots"]
        (folder / f"{number - 1:06}.npz").unlink(missing_ok=True)
        groups = _grouped(lengths, tokens, np.random.default_rng(number))
        for chosen in groups[peers.rank : len(groups) // peers.size * peers.size : peers.size]:
            yield number, _padded(chosen, lengths, ids, slots, pad)
        number += 1


def _grouped(
    lengths: npt.NDArray[np.int32], tokens: int, rng: np.random.Generator
) -> list[npt.NDArray[np.intp]]:
    """Split a shard's rows into batches of like length, in random order."""
    buckets = -(-lengths // BUCKET)
    groups: list[npt.NDArray[np.intp]] = []
    for bucket in np.unique(buckets):
        members = rng.permutation(np.flatnonzero(buckets == bucket))
        size = max(1, tokens // (int(bucket) * BUCKET))
        groups += [members[i : i + size] for i in range(0, len(members), size)]
    whole = [group for group in groups if len(group) >= 8]
    return [whole[i] for i in rng.permutation(len(whole))]


def _padded(
    chosen: npt.NDArray[np.intp],
    lengths: npt.NDArray[np.int32],
    ids: npt.NDArray[np.uint16],
    slots: npt.NDArray[np.uint8],
    pad: int,
) -> Batch:
    starts = np.concatenate([[0], np.cumsum(lengths)])
    width = -(-int(lengths[chosen].max()) // BUCKET) * BUCKET
    batch_ids = np.full((len(chosen), width), pad, np.int64)
    batch_slots = np.full((len(chosen), width), -1, np.int64)
    for row, index in enumerate(chosen):
        span = slice(starts[index], starts[index + 1])
        batch_ids[row, : lengths[index]] = ids[span]
        batch_slots[row, : lengths[index]] = slots[span]
    return batch_ids, batch_slots
