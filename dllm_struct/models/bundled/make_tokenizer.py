"""Train the tokenizer: ``python -m dllm_struct.models.bundled.make_tokenizer FOLDER``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import typer

from dllm_struct.models.bundled.data import training
from dllm_struct.models.bundled.data.python_code import functions
from dllm_struct.models.bundled.data.template import canonical
from dllm_struct.models.bundled.tokenizer import save, train

EXAMPLES = 20_000
FUNCTION_SHARE = 8


def corpus(seed: int = 0) -> Iterator[str]:
    """Yield generated texts with their JSON, and one Python function in eight."""
    for example in training(EXAMPLES, seed):
        yield example.prompt
        yield canonical(example.value)
    yield from functions()[::FUNCTION_SHARE]


def main(folder: Path, vocabulary_size: int = 1200) -> None:
    """Train the tokenizer and write it to a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    save(train(corpus(), vocabulary_size), folder)


if __name__ == "__main__":
    typer.run(main)
