"""What the kernels are told: columns of the arrays, and reductions that they share."""

from __future__ import annotations

import triton.language as tl

from dllm_struct.posterior.device.kernels.jit import kernel
from dllm_struct.posterior.device.tables import SIZES, TABLES
from dllm_struct.posterior.temperature import LARGEST_LOGIT

SLOT_COLUMNS = (
    "tables",  # address of the automaton's array
    "logits",  # address of the logits
    "stride",  # elements from one row of the logits to the next
    "step",  # elements from one column to the next
    "extent",  # columns
    "length",  # positions
    "classes",  # where the slot's [n, C] values begin
    "groups",  # where its [n, G] values begin
    "states",  # where its [n + 1, S] values begin
    "parts",  # where its scratch for pieces of edges begins
    "flows",  # where its [n, flowing] values begin
    "first",  # its first position among all
    "temperature",  # the bits of a float64
)
POSITION_COLUMNS = (
    "slot",
    "index",  # within the slot
    "row",  # of the logits
    "committed",  # token, -1 where masked
    "rank",  # among the masked positions of all slots
    "pieces",  # where the scratch for its pieces of classes begins
)


# Triton reads a module's numbers by name: those of the columns, in the order above.
(
    SLOT_TABLES,
    SLOT_LOGITS,
    SLOT_STRIDE,
    SLOT_STEP,
    SLOT_EXTENT,
    SLOT_LENGTH,
    SLOT_CLASSES,
    SLOT_GROUPS,
    SLOT_STATES,
    SLOT_PARTS,
    SLOT_FLOWS,
    SLOT_FIRST,
    SLOT_TEMPERATURE,
) = map(tl.constexpr, range(len(SLOT_COLUMNS)))
(
    AT_SLOT,
    AT_INDEX,
    AT_ROW,
    AT_COMMITTED,
    AT_RANK,
    AT_PIECES,
) = map(tl.constexpr, range(len(POSITION_COLUMNS)))
(
    STATES,
    CLASSES,
    GROUPS,
    START,
    PIECES,
    LEAVING,
    ENTERING,
    FLOWING,
    ACCEPTING,
    OF_TOKEN,
    CLASS_START,
    TOKENS,
    PIECE_LOW,
    PIECE_END,
    CLASS_PIECE,
    GROUP_START,
    GROUP_CLASS,
    CLASS_PAIR,
    PAIR_GROUP,
    OUT_START,
    OUT_GROUP,
    OUT_TARGET,
    OUT_LOW,
    OUT_END,
    STATE_OUT,
    IN_SOURCE,
    IN_GROUP,
    IN_TARGET,
    IN_LOW,
    IN_END,
    STATE_IN,
    FLOW_SOURCE,
    FLOW_TARGET,
    FLOW_LOW,
    FLOW_END,
    FLOW_GROUP,
    GROUP_FLOW,
) = map(tl.constexpr, range(len((*SIZES, *TABLES))))
SLOT_WIDTH = tl.constexpr(len(SLOT_COLUMNS))
POSITION_WIDTH = tl.constexpr(len(POSITION_COLUMNS))
NOTHING = tl.constexpr(float("-inf"))
# What is taken out before summing exponentials is never less: -inf minus it is -inf.
LEAST = tl.constexpr(-1.7976931348623157e308)
LEAST_LOGIT = tl.constexpr(-3.4028234663852886e38)
LARGEST = tl.constexpr(LARGEST_LOGIT)
FAR = tl.constexpr(2**31 - 1)


@kernel
def log_or_nothing(total: tl.tensor) -> tl.tensor:
    """Log of a sum, -inf where it is 0."""
    return tl.where(total > 0, tl.log(tl.where(total > 0, total, 1.0)), NOTHING)


@kernel
def divided(logits: tl.tensor, temperature: tl.tensor) -> tl.tensor:
    """Logits over a temperature, in float32; see `dllm_struct.posterior.temperature`."""
    scaled = tl.minimum(tl.maximum(logits / temperature, -LARGEST), LARGEST)
    scaled = tl.where(logits > NOTHING, scaled, logits)
    return tl.where(temperature == 1.0, logits, scaled)


@kernel
def sure(values: tl.tensor) -> tl.tensor:
    """Logs of probabilities: where a difference is that of nothing and nothing, there is no way."""
    is_number = values == values  # noqa: PLR0124 - NaN is not
    return tl.where(is_number, values, NOTHING)


@kernel
def merged_largest(
    maxima: tl.tensor,
    low: tl.tensor,
    end: tl.tensor,
    most: tl.tensor,
    ROWS: tl.constexpr,
    WIDTH: tl.constexpr,
) -> tl.tensor:
    """Largest of each row's pieces, float64 [ROWS].

    Args:
        maxima: of the pieces.
        low: [ROWS], where each row's pieces begin.
        end: [ROWS], where they end.
        most: pieces of the longest row.
        ROWS: how many rows.
        WIDTH: pieces of each that are read at a time.
    """
    largest = tl.full([ROWS], NOTHING, tl.float64)
    for j in range(0, most, WIDTH):
        at = low[:, None] + j + tl.arange(0, WIDTH)[None, :]
        values = tl.load(maxima + at, mask=at < end[:, None], other=NOTHING).to(tl.float64)
        largest = tl.maximum(largest, tl.max(values, 1))
    return largest


@kernel
def merged_total(
    maxima: tl.tensor,
    totals: tl.tensor,
    shift: tl.tensor,
    low: tl.tensor,
    end: tl.tensor,
    most: tl.tensor,
    ROWS: tl.constexpr,
    WIDTH: tl.constexpr,
) -> tl.tensor:
    """Sum of each row's pieces relative to ``shift``; the pieces are relative to their maxima."""
    total = tl.zeros([ROWS], tl.float64)
    for j in range(0, most, WIDTH):
        at = low[:, None] + j + tl.arange(0, WIDTH)[None, :]
        inside = at < end[:, None]
        values = tl.load(maxima + at, mask=inside, other=NOTHING).to(tl.float64)
        parts = tl.load(totals + at, mask=inside, other=0.0).to(tl.float64)
        total += tl.sum(parts * tl.exp(values - shift[:, None]), 1)
    return total
