"""What the constraint adds to a step, in time and in memory, on a vocabulary of 151,000 tokens.

    python benchmarks/step.py [VOCABULARY] [--canvas 256 1024] [--batch 1 8 64] [--runs 3]
                              [--structure free] [--device cuda] [--parts floor network memory]

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
"""

from __future__ import annotations

import argparse
import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import torch
from common import now, print_table
from step_setting import PROMPT, Setting, made_up, tokens_of
from torch import Tensor
from transformers import LlamaConfig, LlamaForCausalLM

import dllm_struct as ds
from dllm_struct.decoding.batch import advance
from dllm_struct.decoding.signals import View
from dllm_struct.logit_rows import LogitRows
from dllm_struct.models.network import Forward

SECOND, MEBIBYTE = 1e3, 2**20
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


def wait(device: str) -> None:
    """Wait until a device has done all it was told."""
    if device != "cpu":
        torch.cuda.synchronize()


def seconds(run: Callable[[], object], device: str) -> float:
    """Return how long a call takes."""
    wait(device)
    start = now()
    run()
    wait(device)
    return now() - start


@dataclass
class Timed:
    """A forward pass that notes how long it took."""

    forward: Callable[[Sequence[View]], Sequence[LogitRows]]
    device: str
    took: float = 0.0

    def __call__(self, views: Sequence[View]) -> Sequence[LogitRows]:
        """Read some inputs."""
        wait(self.device)
        start = now()
        found = self.forward(views)
        wait(self.device)
        self.took = now() - start
        return found


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
    forward = Forward(network, family)
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


def peak(run: Callable[[], object], device: str) -> float:
    """Most memory that a call takes beyond what is in use before, in MiB."""
    gc.collect()
    if device != "cpu":
        torch.cuda.synchronize()
        before: float = torch.cuda.memory_allocated()
        torch.cuda.reset_peak_memory_stats()
        run()
        return (torch.cuda.max_memory_allocated() - before) / MEBIBYTE
    Path("/proc/self/clear_refs").write_text("5")  # the peak becomes what is in use now
    before = _resident("VmRSS")
    run()
    return (_resident("VmHWM") - before) / 1024


def _resident(name: str) -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith(name))


def memory(options: argparse.Namespace, positions: int) -> Iterator[list[str]]:
    """Rows of the third table."""
    setting = made_up(options, positions)
    positions = setting.positions
    width, device = len(setting.codec.vocabulary), options.device
    network = random_network(TINY, width, device, torch.float32)
    forward = Forward(network, setting.family)
    ids = torch.full((1, PROMPT + positions), setting.family.filler, device=device)

    @torch.inference_mode()
    def plain(keep: Tensor | int) -> None:
        network(input_ids=ids, logits_to_keep=keep).logits.argmax(-1)

    wanted = torch.arange(PROMPT, PROMPT + positions, device=device)
    with torch.inference_mode():
        advance(setting.rows(1), forward)  # compiles what is compiled
    alone = [peak(partial(plain, keep), device) for keep in (0, wanted)]
    own = peak(partial(advance, setting.rows(1), forward), device)
    logits = positions * width * 4 / MEBIBYTE
    yield [
        f"{positions}",
        f"{logits:.0f}",
        *(f"{value:.0f}" for value in alone),
        f"{own:.0f}",
        *(f"{own / value:.2f}" for value in alone),
    ]


def main() -> None:
    """Measure and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("vocabulary", type=Path, nargs="?")
    parser.add_argument("--canvas", type=int, nargs="+", default=[256, 1024])
    parser.add_argument("--batch", type=int, nargs="+", default=[1, 8, 64])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--most-positions", type=int, default=8192, help="of a bundled batch")
    parser.add_argument("--structure", choices=["template", "free"], default="template")
    parser.add_argument("--parts", nargs="+", choices=[*PARTS], default=[*PARTS])
    options = parser.parse_args()

    print(f"{options.device}, {torch.get_num_threads()} threads, {options.structure}\n")
    for name in options.parts:
        title, header, rows_of = PARTS[name]
        rows = [row for positions in options.canvas for row in rows_of(options, positions)]
        print(f"{title}\n")
        print_table(header, rows)
        print()


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
        ("canvas", "logits", "all", "wanted", "step", "to all", "to wanted"),
        memory,
    ),
}

if __name__ == "__main__":
    main()
