"""Train the bundled model: ``python -m dllm_struct.models.bundled.train --help``.

Masked diffusion (Nie et al. 2025, LLaDA; Sahoo et al. 2024, MDLM): mask slot positions at a rate
t, predict them all at once. The loss is the plain mean cross-entropy over the masked positions
of a batch, without the weight 1/t; t is stratified over the batch.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import torch
import typer
from torch import Tensor
from torch.nn import functional

from dllm_struct.models.bundled.evaluate import report
from dllm_struct.models.bundled.masking import masked
from dllm_struct.models.bundled.network import network
from dllm_struct.models.bundled.optimisers import Optimisers, Rates
from dllm_struct.models.bundled.peers import Peers
from dllm_struct.models.bundled.shards import Batch, batches, start_maker
from dllm_struct.models.bundled.tokenizer import MASK, PAD, Encoder

AVERAGE = 0.998
"""Decay of the moving average of the weights, which is what is scored and released."""


@dataclass
class Run:
    """What a run is, and where it stands.

    Attributes:
        folder: of checkpoints and shards.
        minutes: wall time of this run; the rate falls to zero at its end.
        warm_up: steps over which the rate rises, again in every run.
        decay: minutes at the end over which the rate falls.
        first: step at which this run started.
        step: optimiser steps so far, earlier runs included.
        shard: next shard to read.
        tokens: read so far, padding included.
        seconds: wall time of earlier runs.
    """

    folder: Path
    minutes: float
    warm_up: int
    decay: float
    first: int = 0
    step: int = 0
    shard: int = 0
    tokens: int = 0
    seconds: float = 0.0
    started: float = field(default_factory=time.monotonic)

    def factor(self) -> float:
        """Return the share of the peak rate: warm-up, stable, decay."""
        left = self.minutes - (time.monotonic() - self.started) / 60
        return max(
            0.0, min(1.0, (self.step - self.first + 1) / self.warm_up, left / max(self.decay, 1e-9))
        )

    def over(self) -> bool:
        """Whether the time is up, or a file ``stop`` lies in the folder."""
        late = (time.monotonic() - self.started) / 60 >= self.minutes
        return late or (self.folder / "stop").exists()


def attention(slots: Tensor) -> Tensor:
    """Return what is added to attention scores to hide padding, [B, 1, 1, n]."""
    hidden = (slots < 0)[:, None, None, :]
    return torch.zeros(hidden.shape, dtype=torch.bfloat16).masked_fill(hidden, -30_000.0)


def loss_of(
    body: Callable[..., Any], model: Any, batch: Batch, hidden: Tensor, mask: int
) -> Tensor:
    """Return the mean cross-entropy over masked positions."""
    ids, slots = torch.from_numpy(batch[0]), torch.from_numpy(batch[1])
    noisy = ids.masked_fill(hidden, mask)
    with torch.autocast("cpu", torch.bfloat16):
        states = body(input_ids=noisy, attention_mask=attention(slots)).last_hidden_state
        logits = model.lm_head(states[hidden])
    return functional.cross_entropy(logits.float(), ids[hidden])


def train(
    run: Run, encoder: Encoder, model: Any, optimisers: Optimisers, options: Options, peers: Peers
) -> None:
    """Train until the time is up, with checkpoints and scores on the way."""
    average = [p.detach().clone() for p in model.parameters()]
    body = torch.compile(model.model, dynamic=True) if options.compiled else model.model
    rng = np.random.default_rng([run.step, peers.rank])
    parameters = list(model.parameters())
    losses: list[float] = []
    clock, tokens_before = time.monotonic(), run.tokens
    pad, mask = encoder.special[PAD], encoder.special[MASK]
    source = batches(run.folder / "shards", run.shard, options.batch_tokens, pad, peers)
    for shard, batch in source:
        run.shard = shard
        hidden = torch.from_numpy(masked(batch[1], rng))
        loss = loss_of(body, model, batch, hidden, mask)
        loss.backward()  # type: ignore[no-untyped-call]
        wishes = [run.factor(), float(run.over()), loss.item(), float(batch[0].size)]
        factor, over, mean_loss, size = peers.averaged(parameters, wishes)
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimisers.step(factor)
        decay = min(AVERAGE, 1 - 10 / (run.step - run.first + 11))
        torch._foreach_lerp_(average, [p.detach() for p in parameters], 1 - decay)
        run.step, run.tokens = run.step + 1, run.tokens + int(size * peers.size)
        losses.append(mean_loss)
        if run.step % 50 == 0 and peers.rank == 0:
            speed = (run.tokens - tokens_before) / (time.monotonic() - clock)
            clock, tokens_before = time.monotonic(), run.tokens
            print(
                f"{time.strftime('%H:%M:%S')} step {run.step} shard {shard} loss "
                f"{np.mean(losses):.3f} rate {factor:.2f} {speed:.0f} tokens/s",
                flush=True,
            )
            losses = []
        if peers.rank == 0 and (run.step % options.save_every == 0 or over > 0):
            save(run, model, optimisers, average)
            scored(run, encoder, model, average, options.scored)
            clock = time.monotonic()
        if over > 0:
            return


def save(run: Run, model: Any, optimisers: Optimisers, average: list[Tensor]) -> None:
    """Write the state that `resume` reads; the one before the decay is kept."""
    state = {
        "model": model.state_dict(),
        "average": average,
        "optimisers": optimisers.state(),
        "step": run.step,
        "shard": run.shard + 1,
        "tokens": run.tokens,
        "seconds": run.seconds + time.monotonic() - run.started,
    }
    names = ["last.pt"] if run.factor() < 1 else ["last.pt", "stable.pt"]
    for name in names:
        torch.save(state, run.folder / f"{name}.part")
        (run.folder / f"{name}.part").rename(run.folder / name)


def scored(run: Run, encoder: Encoder, model: Any, average: list[Tensor], count: int) -> None:
    """Print the scores of the averaged weights on held-out examples."""
    kept = [p.detach().clone() for p in model.parameters()]
    torch._foreach_copy_([p.data for p in model.parameters()], average)
    model.eval()
    with torch.inference_mode():
        print(f"step {run.step}\n{report(model, encoder, count)}", flush=True)
    model.train()
    torch._foreach_copy_([p.data for p in model.parameters()], kept)


def resume(run: Run, model: Any, optimisers: Optimisers, path: Path) -> None:
    """Take up a saved state; the average starts afresh from the weights."""
    state = torch.load(path, weights_only=True)
    model.load_state_dict(state["model"])
    optimisers.restore(state["optimisers"])
    run.first, run.step, run.shard = state["step"], state["step"], state["shard"]
    run.tokens, run.seconds = state["tokens"], state["seconds"]


@dataclass(frozen=True)
class Options:
    """How training runs, apart from the network and its rates."""

    batch_tokens: int
    save_every: int
    scored: int
    compiled: bool


def main(
    folder: Annotated[Path, typer.Option(help="Where checkpoints and shards go.")],
    tokenizer: Annotated[Path, typer.Option(help="Folder with tokenizer.json.")],
    minutes: float = 80.0,
    decay: float = 20.0,
    warm_up: int = 200,
    width: int = 192,
    layers: int = 6,
    muon: bool = True,
    rate: float = 0.004,
    rest_rate: float = 0.004,
    batch_tokens: int = 4096,
    longest: int = 320,
    save_every: int = 1000,
    scored_examples: int = 64,
    checkpoint: Annotated[Path | None, typer.Option(help="Checkpoint to go on from.")] = None,
    compiled: bool = True,
    threads: int = 2,
) -> None:
    """Train, printing the loss every 50 steps and held-out scores at every checkpoint."""
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    encoder = Encoder.load(tokenizer)
    model: Any = network(encoder.tokenizer.get_vocab_size(), encoder.special[PAD], width, layers)
    model.set_attn_implementation("eager")  # its backward pass is faster on a CPU than that of SDPA
    optimisers = Optimisers(model, Rates(rate, rest_rate), muon)
    run = Run(folder, minutes, warm_up, decay)
    if checkpoint is not None:
        resume(run, model, optimisers, checkpoint)
    print(f"{sum(p.numel() for p in model.parameters()):,} parameters", flush=True)
    peers = Peers.join()
    if peers.rank == 0:
        start_maker(folder / "shards", tokenizer, run.shard, longest)
    train(
        run,
        encoder,
        model,
        optimisers,
        Options(batch_tokens, save_every, scored_examples, compiled),
        peers,
    )


if __name__ == "__main__":
    typer.run(main)
