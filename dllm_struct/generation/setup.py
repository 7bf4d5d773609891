"""From prompts and targets to rows that the loop can denoise."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import torch

from dllm_struct.constraint import Constraint
from dllm_struct.decoding.length import LengthPolicy
from dllm_struct.decoding.row import Row
from dllm_struct.errors import InvalidInput, PromptTooLong
from dllm_struct.generation.plan import Plan
from dllm_struct.generation.prompting import explained
from dllm_struct.generation.target import Target
from dllm_struct.models.family import Family
from dllm_struct.template import Template
from dllm_struct.vocabulary.codec import Codec, Prompt

CONSTRAINT_CACHE = 16
CODEC_CACHE = 2


class Setup:
    """Makes rows for one model; keeps the constraints of the latest templates.

    Args:
        network: for strategies that need something of it.
        tokenizer: a Hugging Face fast tokenizer, or a `Vocabulary`.
        family: token ids and habits.

    Raises:
        InvalidInput: a token of the family is not in the vocabulary.
    """

    def __init__(self, network: object, tokenizer: Any, family: Family) -> None:
        self.network = network
        self.tokenizer = tokenizer
        self.family = family
        self.codec = Codec(tokenizer, family.special, family.chat_template)
        self.codec_of = lru_cache(CODEC_CACHE)(self._without)
        self.constraint = lru_cache(CONSTRAINT_CACHE)(self._bind)
        self._check_family()

    def rows(
        self, prompts: Sequence[Prompt | None], targets: Sequence[Target], plan: Plan
    ) -> list[Row]:
        """Return one row for every prompt and its target.

        Args:
            prompts: texts or messages; None: nothing before the canvas.
            targets: what to write.
            plan: how.

        Raises:
            DllmStructError: what cannot be promised is refused.
        """
        explanation = self._length(plan).explanation()
        told = [explained(prompt, explanation) for prompt in prompts]
        ids = [[] if prompt is None else self.codec.prompt(prompt) for prompt in told]
        seed = torch.Generator().seed() if plan.seed is None else plan.seed
        return [
            self._row(index, prompt, plan.target(goal), plan, seed + index)
            for index, (prompt, goal) in enumerate(zip(ids, targets, strict=True))
        ]

    def null(self, plan: Plan) -> int | None:
        """Return the token that fills unused tails under a plan."""
        return self._length(plan).null_token(self.family, self.codec)

    def _length(self, plan: Plan) -> LengthPolicy:
        strategies = plan.decoding.strategies()
        return strategies.bound(self.family, self.codec, self.network).length

    def _row(self, index: int, prompt: list[int], goal: Target, plan: Plan, seed: int) -> Row:
        null = self.null(plan)
        stages = plan.stages(self.family, self.codec, self.network, goal)
        constraint = self.constraint(goal.template, null, goal.preface)
        limit = self._limit(len(prompt), constraint, plan.max_tokens)
        initial = self._length(plan).initial
        return Row(
            sequence=index,
            prompt=tuple(prompt),
            constraint=constraint,
            canvas=constraint.canvas(initial, limit, plan.capacities),
            codec=self.codec_of(null),
            limit=limit,
            stages=stages,
            generator=torch.Generator().manual_seed(seed % 2**63),
        )

    def _bind(self, template: Template, null: int | None, preface: Template | None) -> Constraint:
        return Constraint(template, self.codec_of(null), null, preface)

    def _without(self, null: int | None) -> Codec:
        """The tokenizer for outputs, to which the null token has no text."""
        if null is None or null in self.family.special:
            return self.codec
        special = self.family.special | {null}
        return Codec(self.tokenizer, special, self.family.chat_template)

    def _limit(self, prompt: int, constraint: Constraint, max_tokens: int | None) -> int | None:
        """Return the most positions of a text, after checking that the context has room."""
        if self.family.max_length is None:
            return max_tokens
        taken = prompt + constraint.longest_preface
        room = self.family.max_length - taken
        if room < constraint.shortest:
            thinking = f" and the thinking up to {taken - prompt}" if taken > prompt else ""
            raise PromptTooLong(
                f"the prompt takes {prompt}{thinking} of {self.family.max_length} positions; "
                f"the shortest output needs {constraint.shortest}",
                hint="shorten the prompt, or use a model with a longer context",
            )
        return room if max_tokens is None else min(room, max_tokens)

    def _check_family(self) -> None:
        tail = self.family.tail_token_id
        if tail is not None and tail >= len(self.codec.vocabulary):
            raise InvalidInput(
                f"token {tail} is not in the tokenizer's vocabulary",
                hint="check null_token_id and eos_token_id of the family",
            )
