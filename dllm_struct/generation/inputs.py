"""What callers of a model pass: one prompt or several, an output type or one for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dllm_struct.errors import InvalidInput
from dllm_struct.vocabulary.codec import Prompt


def is_batch(prompt: Prompt | Sequence[Prompt]) -> bool:
    """Whether a prompt is a list of prompts; a list of messages is one prompt."""
    if isinstance(prompt, str) or not isinstance(prompt, Sequence):
        return False
    return not all(isinstance(item, Mapping) for item in prompt) or not prompt


def output_types(output_type: Any, prompts: Sequence[Any], batch: bool) -> Sequence[Any]:
    """Return the output type of every prompt.

    Args:
        output_type: one for all of them, or a list of one for each.
        prompts: all of them.
        batch: whether they came as a list.

    Raises:
        InvalidInput: there are more or fewer output types than prompts.
    """
    if not (batch and isinstance(output_type, list)):
        return [output_type] * len(prompts)
    if len(output_type) != len(prompts):
        raise InvalidInput(
            f"{len(output_type)} output types for {len(prompts)} prompts",
            hint="pass one output type, or one for each prompt",
        )
    return output_type
