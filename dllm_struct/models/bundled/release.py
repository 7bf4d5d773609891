"""Turn a checkpoint into the folder that users load: averaged weights, config, tokenizer."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated, Any

import torch
import typer

from dllm_struct.models.bundled import WEIGHTS
from dllm_struct.models.bundled.network import network
from dllm_struct.models.bundled.tokenizer import PAD, Encoder, save


def averaged(checkpoint: Path, encoder: Encoder, width: int, layers: int) -> Any:
    """Return the network with the averaged weights of a checkpoint."""
    state = torch.load(checkpoint, weights_only=True)
    model: Any = network(encoder.tokenizer.get_vocab_size(), encoder.special[PAD], width, layers)
    torch._foreach_copy_([p.data for p in model.parameters()], state["average"])
    return model.eval()


def release(
    checkpoint: Path,
    tokenizer: Path,
    width: int = 192,
    layers: int = 6,
    target: Annotated[Path, typer.Option(help="Folder to write.")] = WEIGHTS,
) -> None:
    """Write the files, then move each into place, so that no reader finds half a file."""
    encoder = Encoder.load(tokenizer)
    model = averaged(checkpoint, encoder, width, layers)
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as name:
        folder = Path(name)
        model.save_pretrained(name)
        save(encoder.tokenizer, folder)
        (folder / "generation_config.json").unlink(missing_ok=True)
        for path in sorted(folder.iterdir()):
            path.chmod(0o644)
            path.replace(target / path.name)
            typer.echo(f"{target / path.name}: {(target / path.name).stat().st_size:,} bytes")


if __name__ == "__main__":
    typer.run(release)
