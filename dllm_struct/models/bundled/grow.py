"""Make a trained network wider and deeper without changing what it computes, or hardly.

New rows that read the residual stream start at random, new columns that write to it start at
zero, and an added block writes nothing at first; so training goes on from the old loss (Chen et
al. 2016, Net2Net). The norms are scaled, since their mean is taken over more channels.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import torch
import typer
from torch import Tensor

from dllm_struct.models.bundled.network import network
from dllm_struct.models.bundled.optimisers import Optimisers, Rates
from dllm_struct.models.bundled.tokenizer import PAD, Encoder

WRITERS = ("o_proj", "down_proj")
FRESH, FAINT = 0.03, 0.01
"""Standard deviations of new units and of their marks on what was there before."""


def grown(old: Tensor, new: Tensor, name: str) -> Tensor:
    """Return a parameter of the new shape that does the work of the old one.

    Args:
        old: trained values.
        new: initial values of the larger parameter, for its shape alone.
        name: of the parameter.
    """
    if old.ndim == 1:
        scale = (len(old) / len(new)) ** 0.5
        vector: Tensor = torch.cat([old, old.mean().expand(len(new) - len(old))]) * scale
        return vector
    rows, columns = old.shape
    result: Tensor = torch.randn_like(new) * FRESH
    if name.split(".")[-2] in WRITERS:
        result[rows:] *= FAINT / FRESH
        result[:rows, columns:] = 0.0
    else:
        result[:rows, columns:] *= FAINT / FRESH
    result[:rows, :columns] = old
    return result


def origins(old_layers: int, new_layers: int) -> list[int | None]:
    """Return for every new block the old one that it continues; added blocks go to the middle."""
    half = (old_layers + 1) // 2
    added: list[int | None] = [None] * (new_layers - old_layers)
    return [*range(half), *added, *range(half, old_layers)]


def grow(old: dict[str, Tensor], model: Any, old_layers: int) -> None:
    """Load the parameters of a smaller network into a larger one."""
    sources = origins(old_layers, len(model.model.layers))
    state = model.state_dict()
    for name, value in state.items():
        parts = name.split(".")
        if parts[1] == "layers":
            source = sources[int(parts[2])]
            if source is None:
                if parts[-2] in WRITERS:
                    value.zero_()
                continue
            parts[2] = str(source)
        value.copy_(grown(old[".".join(parts)], value, name))


def main(
    checkpoint: Path,
    target: Path,
    tokenizer: Annotated[Path, typer.Option(help="Folder with tokenizer.json.")],
    old_layers: int = 5,
    width: int = 192,
    layers: int = 6,
) -> None:
    """Write a checkpoint of a larger network that ``train --checkpoint`` goes on from."""
    torch.manual_seed(0)
    encoder = Encoder.load(tokenizer)
    state = torch.load(checkpoint, weights_only=True)
    model: Any = network(encoder.tokenizer.get_vocab_size(), encoder.special[PAD], width, layers)
    grow(state["model"], model, old_layers)
    state["model"] = model.state_dict()
    state["average"] = [p.detach() for p in model.parameters()]
    state["optimisers"] = Optimisers(model, Rates(1.0, 1.0), muon=True).state()
    torch.save(state, target)


if __name__ == "__main__":
    typer.run(main)
