"""What the constraint adds to a step, in time and in memory, on a vocabulary of 151,000 tokens.

    python benchmarks/step.py [VOCABULARY] [--gpu] [--compile] [--canvas 256 1024]
                              [--batch 1 8 64] [--runs 3] [--structure free]
                              [--parts floor network memory stages]

VOCABULARY is a tiktoken file; without one, words are made up. The output is a JSON object with as
many fields as fill the canvas: a slot for every value, or (free) one slot for everything. All of it
is masked: the first step, which is the dearest. Everything but the forward pass counts as the
constraint: witness, choice, commits, event. With one thread on a CPU, seconds are the processor's.

1. Time of a step beside one read of the same logits (the floor). On a CPU all rows of a batch read
   one table of logits, since 64 x 1024 rows of them take 40 GB.
2. The same beside the forward pass of a real network: the bundled model on a CPU, with its own
   vocabulary; a random network of LLaDA-8B's shape in bfloat16 on a GPU.
3. Peak memory of a step beside the forward pass and an argmax alone, with a tiny network; `all`:
   when that pass computes every row of logits, `wanted`: only those of the canvas.
4. The posterior of all slots alone: what is told to the device, then the class sums as well, then
   everything that a step fetches. On a GPU in plain torch and by the kernels.

With --gpu everything is on a CUDA device and timed by its events; --compile has the network's
forward pass compiled. DLLM_STRUCT_ENGINE names the engine of the first three parts.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import torch
from common import print_table
from step_setting import PROMPT, Setting, made_up, tokens_of
from step_stages import by_stages
from step_timing import MEBIBYTE, SECOND, peak, seconds
from torch import Tensor
from transformers import LlamaConfig, LlamaForCausalLM

import dllm_struct as ds
from dllm_struct.decoding.batch import advance
from dllm_struct.decoding.signals import View
from dllm_struct.logit_rows import LogitRows
from dllm_struct.models.network import Forward
from dllm_struct.posterior.device import chosen_engine

LLADA_8B = {
    "hidden_size": 4096,
    "intermediate_size": 12288,
    "num_hidden_layers": 32,
    "num_attention_heads": 32,
    "num_key_value_heads": 32,
}
TINY = {
    "hidden_size": 32,
    "intermediate_size": 32,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "num_key_value_heads": 2,
}


@dataclass
class Timed:
    """A forward pass that notes how long it took."""

    forward: Callable[[Sequence[View]], Sequence[LogitRows]]
    device: str
    took: float = 0.0

    def __call__(self, views: Sequence[View]) -> Sequence[LogitRows]:
        """Read some inputs."""
        found: list[Sequence[LogitRows]] = []
        self.took = seconds(lambda: found.append(self.forward(views)), self.device)
        return found[0]


def step_times(
    setting: Setting,
    batch: int,
    forward: Callable[[Sequence[View]], Sequence[LogitRows]],
    runs: int,
    device: str,
) -> tuple[float, float]:
    """Median seconds of the forward pass of a first step, and of all that follows it."""
    found: list[tuple[float, float]] = []
    for _ in range(runs + 1):
        timed, rows = Timed(forward, device), setting.rows(batch)
        whole = seconds(partial(advance, rows, timed), device)
        found.append((timed.took, whole - timed.took))
    passes, rest = zip(*found[1:], strict=True)
    return median(passes), median(rest)


def against_the_floor(options: argparse.Namespace, positions: int) -> Iterator[list[str]]:
    """Rows of the first table."""
    setting = made_up(options, positions)
    positions = setting.positions
    device, width = options.device, len(setting.codec.vocabulary)
    dtype = torch.float32 if device == "cpu" else torch.bfloat16
    for batch in options.batch:
        tables = [
            3 * torch.randn(positions, width, device=device, dtype=dtype)
            for _ in range(1 if device == "cpu" else batch)
        ]
        answers = [LogitRows(tables[index % len(tables)]) for index in range(batch)]

        def read(answers: Sequence[LogitRows] = answers) -> None:
            for answer in answers:
                answer.values.sum()

        def forward(
            views: Sequence[View], answers: Sequence[LogitRows] = answers
        ) -> Sequence[LogitRows]:
            return answers

        floor = median(seconds(read, device) for _ in range(options.runs + 1))
        _, own = step_times(setting, batch, forward, options.runs, device)
        yield [
            f"{positions}",
            f"{batch}",
            f"{SECOND * floor:.1f}",
            f"{SECOND * own:.1f}",
            f"{own / floor:.1f}",
        ]


def random_network(shape: Mapping[str, Any], width: int, device: str, dtype: torch.dtype) -> Any:
    """A Llama with random weights that sees both sides."""
    both_ways = {"vocab_size": width, "is_causal": False, "use_cache": False}
    config = LlamaConfig(**{**shape, **both_ways})
    with torch.device(device):
        network: torch.nn.Module = LlamaForCausalLM(config)
    return network.to(dtype).eval()


def against_a_network(options: argparse.Namespace, positions: int) -> Iterator[list[str]]:
    """Rows of the second table."""
    if options.device == "cpu":
        model = ds.load("bundled", device="cpu")
        network, family, vocabulary = model.network, model.family, model.tokenizer
    else:
        words = tokens_of(options.vocabulary)
        family = ds.Family(mask_token_id=len(words), null_token_id=len(words) + 1)
        vocabulary = ds.Vocabulary([*words, None, None])
        width = len(vocabulary)
        network = random_network(LLADA_8B, width, options.device, torch.bfloat16)
    setting = Setting.of(vocabulary, family, positions, options.structure)
    positions = setting.positions
    forward = Forward(network, family, ds.Compilation() if options.compile else None)
    for batch in options.batch:
        if options.device == "cpu" and batch * positions > options.most_positions:
            continue
        passed, own = step_times(setting, batch, forward, options.runs, options.device)
        share = f"{own / passed:.1%}"
        yield [
            f"{positions}",
            f"{batch}",
            f"{SECOND * passed:.1f}",
            f"{SECOND * own:.1f}",
            share,
        ]


def memory(options: argparse.Namespace, positions: int) -> Iterator[list[str]]:
    """Rows of the third table."""
    setting = made_up(options, positions)
    positions = setting.positions
    width, device = len(setting.codec.vocabulary), options.device
    network = random_network(TINY, width, device, torch.float32)
    forward = Forward(network, setting.family)
    keep = torch.arange(PROMPT, PROMPT + positions, device=device)
    for batch in options.batch if device != "cpu" else [1]:
        ids = torch.full((batch, PROMPT + positions), setting.family.filler, device=device)
        rows = partial(setting.rows, batch)
        advance(rows(), forward)  # compiles what is compiled
        alone = [peak(partial(plain, network, ids, kept), device) for kept in (0, keep)]
        own = peak(partial(advance, rows(), forward), device)
        logits = batch * positions * width * 4 / MEBIBYTE
        yield [
            f"{positions}",
            f"{batch}",
            f"{logits:.0f}",
            *(f"{value:.0f}" for value in alone),
            f"{own:.0f}",
            *(f"{own / value:.2f}" for value in alone),
        ]


@torch.inference_mode()
def plain(network: Any, ids: Tensor, keep: Tensor | int) -> None:
    """A step without a constraint: every position's favourite."""
    network(input_ids=ids, logits_to_keep=keep).logits.argmax(-1)


def main() -> None:
    """Measure and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("vocabulary", type=Path, nargs="?")
    parser.add_argument("--canvas", type=int, nargs="+", default=[256, 1024])
    parser.add_argument("--batch", type=int, nargs="+", default=[1, 8, 64])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--gpu", action="store_const", const="cuda", default="cpu", dest="device")
    parser.add_argument("--compile", action="store_true", help="the network's forward pass")
    parser.add_argument("--most-positions", type=int, default=8192, help="of a bundled batch")
    parser.add_argument("--structure", choices=["template", "free"], default="template")
    parser.add_argument("--parts", nargs="+", choices=[*PARTS], default=[*PARTS])
    options = parser.parse_args()

    print(f"{place(options.device)}, {options.structure}\n")
    for name in options.parts:
        title, header, rows_of = PARTS[name]
        rows = [row for positions in options.canvas for row in rows_of(options, positions)]
        print(f"{title}\n")
        print_table(header, rows)
        print()


def place(device: str) -> str:
    """Where everything runs.

    Raises:
        SystemExit: there is no such place.
    """
    if device == "cpu":
        return f"cpu, {torch.get_num_threads()} threads"
    if not torch.cuda.is_available():
        raise SystemExit("there is no CUDA device")
    return f"{torch.cuda.get_device_name()}, engine {chosen_engine()}"


PARTS: dict[str, tuple[str, tuple[str, ...], Callable[..., Iterator[list[str]]]]] = {
    "floor": (
        "a step beside one read of its logits",
        ("canvas", "batch", "read ms", "constraint ms", "ratio"),
        against_the_floor,
    ),
    "network": (
        "beside a forward pass",
        ("canvas", "batch", "forward ms", "constraint ms", "share of forward"),
        against_a_network,
    ),
    "memory": (
        "peak memory, MiB",
        ("canvas", "batch", "logits", "all", "wanted", "step", "to all", "to wanted"),
        memory,
    ),
    "stages": (
        "the posterior alone, ms",
        ("canvas", "batch", "slots", "engine", "told", "class sums", "report"),
        by_stages,
    ),
}

if __name__ == "__main__":
    main()
