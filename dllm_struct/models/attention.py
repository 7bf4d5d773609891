"""Which positions of padded rows see which, in the forms that networks read.

Rows are padded on the right. With blocks of k positions, position i sees position j of its row if
``j // k <= i // k``; without, it sees the whole row. A padded position sees itself as well, so that
no row of the mask is empty and no NaN arises in it.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from dllm_struct.models.family import OF_PAIRS, Family, Mask
from dllm_struct.transfer import upload


def attention_mask(
    family: Family, lengths: Sequence[int], width: int, dtype: torch.dtype, device: torch.device
) -> Tensor | str | None:
    """Return what a family's network is told about rows of these lengths.

    Args:
        family: whose network it is.
        lengths: of the rows, [B].
        width: n, the longest of them or more.
        dtype: of additive masks.
        device: where the network is.

    Returns:
        A mask in the form of ``family.call.mask``; the family's word for full attention; or None:
        nothing is passed.
    """
    call = family.call
    if call.mask is Mask.NONE:
        return None
    is_full = family.block_length is None and {*lengths} == {width}
    if is_full and call.full is not None:
        return call.full
    present = torch.arange(width) < torch.tensor(lengths)[:, None]  # [B, n]
    if call.mask not in OF_PAIRS:
        return upload(present.long(), device)
    sees = upload(_pairs(present, family.block_length), device)
    return sees if call.mask is Mask.BOOLEAN else _additive(sees, dtype)


def _pairs(present: Tensor, block_length: int | None) -> Tensor:
    """Return who sees whom, bool [B, 1, n, n].

    Args:
        present: bool [B, n].
        block_length: positions of a block; None: one block holds all.
    """
    width = present.shape[1]
    block = torch.arange(width) // (block_length or width)
    earlier = block[:, None] >= block  # [n, n]
    itself = torch.eye(width, dtype=torch.bool)
    return (present[:, None, None, :] & earlier) | itself


def _additive(sees: Tensor, dtype: torch.dtype) -> Tensor:
    low = torch.finfo(dtype).min
    return torch.zeros(sees.shape, dtype=dtype, device=sees.device).masked_fill_(~sees, low)
