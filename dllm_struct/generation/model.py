"""`Model`: what users call. Prompt and output type in, a valid output out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import replace
from typing import Any, overload

from dllm_struct.decoding.loop import Forward
from dllm_struct.decoding.settings import Decoding
from dllm_struct.decoding.stats import Stats
from dllm_struct.decoding.thinking import Thinking
from dllm_struct.editing import Edited
from dllm_struct.generation.edits import Editing, prepare
from dllm_struct.generation.inputs import is_batch, output_types
from dllm_struct.generation.job import Job
from dllm_struct.generation.layout import lay_out
from dllm_struct.generation.plan import Plan
from dllm_struct.generation.prompting import require_prompts
from dllm_struct.generation.refinement import check_request, mask_again
from dllm_struct.generation.requests import Request, Spans
from dllm_struct.generation.setup import Setup
from dllm_struct.generation.stream import Output, Stream
from dllm_struct.generation.target import Target, infilling, target
from dllm_struct.models.caching.forward import CachingForward
from dllm_struct.models.compilation import Compilation
from dllm_struct.models.diffusion_gemma import forward_for
from dllm_struct.models.families import stated_length
from dllm_struct.models.family import Family
from dllm_struct.models.network import Network
from dllm_struct.template import Template
from dllm_struct.trace import Event
from dllm_struct.vocabulary.codec import Codec, Message, Prompt

__all__ = ["Model", "Output", "Stats", "Stream"]


class Model:
    """A masked diffusion model whose outputs are always in the language asked for.

    Args:
        network: ``(input_ids [B, n], attention_mask [B, n]) -> logits [B, n, V]``, or one whose
            result has such ``.logits``.
        tokenizer: a Hugging Face fast tokenizer, or a `Vocabulary`.
        family: token ids and habits.
        compilation: how the forward pass is compiled; None: not at all.

    Attributes:
        forward: one forward pass, as `Job.start` takes it.
    """

    def __init__(
        self,
        network: Network,
        tokenizer: Any,
        family: Family,
        compilation: Compilation | None = None,
    ) -> None:
        self.network = network
        self.tokenizer = tokenizer
        self.family = _with_context(family, network)
        self._setup = Setup(network, tokenizer, self.family)
        forward = forward_for(network, self.family, compilation)
        self.forward: Forward = CachingForward(forward, network, self.family)

    @overload
    def generate(
        self,
        prompt: str | Sequence[Message],
        output_type: Any,
        decoding: Decoding | str = ...,
        max_tokens: int | None = ...,
        seed: int | None = ...,
        stop: Callable[[Event], bool] | None = ...,
        thinking: Thinking | None = ...,
    ) -> Output: ...
    @overload
    def generate(
        self,
        prompt: Sequence[Prompt],
        output_type: Any,
        decoding: Decoding | str = ...,
        max_tokens: int | None = ...,
        seed: int | None = ...,
        stop: Callable[[Event], bool] | None = ...,
        thinking: Thinking | None = ...,
    ) -> list[Output]: ...
    def generate(
        self,
        prompt: Prompt | Sequence[Prompt],
        output_type: Any,
        decoding: Decoding | str = Decoding(),  # noqa: B008 - a frozen value
        max_tokens: int | None = None,
        seed: int | None = None,
        stop: Callable[[Event], bool] | None = None,
        thinking: Thinking | None = None,
    ) -> Output | list[Output]:
        """Write an output of a type.

        Args:
            prompt: a text, chat messages, or a list of either, which are denoised together.
            output_type: a language, a dict (JSON Schema), a Pydantic model, dataclass, TypedDict,
                Enum, Literal, int, float, bool, str, or a template; for a list of prompts also a
                list, one for each.
            decoding: how to denoise; or the name of a preset.
            max_tokens: most positions of one text, invariants included; None: as the model's
                context allows.
            seed: makes the result reproducible; sequence i of a batch uses ``seed + i``.
            stop: called with every event; a true answer ends the generation after that pass, with
                the latest witness of every sequence as its output.
            thinking: room to think before the output. Text and value are the output alone;
                ``out.slots`` has the thinking.

        Returns:
            One output, or a list for a list of prompts.

        Raises:
            DllmStructError: what cannot be promised is refused before the first pass:
                `UnsupportedSchema`, `EmptyLanguage`, `LimitTooSmall`, `PromptTooLong`, ....
        """
        stream = self.stream(prompt, output_type, decoding, max_tokens, seed, thinking)
        outputs = stream.outputs(stop)
        return outputs if is_batch(prompt) else outputs[0]

    def stream(
        self,
        prompt: Prompt | Sequence[Prompt],
        output_type: Any,
        decoding: Decoding | str = Decoding(),  # noqa: B008 - a frozen value
        max_tokens: int | None = None,
        seed: int | None = None,
        thinking: Thinking | None = None,
    ) -> Stream:
        """Like `generate`, step by step: an `Event` for every step, finally every `Output`."""
        return self.prepare(prompt, output_type, decoding, max_tokens, seed, thinking).start(
            self.forward
        )

    def prepare(
        self,
        prompt: Prompt | Sequence[Prompt],
        output_type: Any,
        decoding: Decoding | str = Decoding(),  # noqa: B008 - a frozen value
        max_tokens: int | None = None,
        seed: int | None = None,
        thinking: Thinking | None = None,
    ) -> Job:
        """Do all of `generate` that comes before the first pass; see `Job`."""
        prompts: Sequence[Any] = prompt if is_batch(prompt) else [prompt]
        wanted = output_types(output_type, prompts, is_batch(prompt))
        require_prompts(prompts)
        plan = Plan.of(decoding, max_tokens, seed, thinking)
        targets = [target(kind, plan.decoding.structure) for kind in wanted]
        return self._job(prompts, targets, plan)

    def infill(
        self,
        prefix: str | Template,
        suffix: str = "",
        output_type: Any = None,
        decoding: Decoding | str = Decoding(),  # noqa: B008 - a frozen value
        max_tokens: int | None = None,
        seed: int | None = None,
        prompt: Prompt | None = None,
        stop: Callable[[Event], bool] | None = None,
    ) -> Output:
        """Fill the hole between two texts, or the slots of a template.

        Args:
            prefix: the text before the hole, or a template.
            suffix: the text after the hole.
            output_type: what the hole may hold; a grammar says what prefix, hole and suffix
                together have to be. None: any text.
            decoding: how to denoise; or the name of a preset.
            max_tokens: most positions of prefix, hole and suffix together.
            seed: makes the result reproducible.
            prompt: what the model reads before the canvas; None: nothing.
            stop: as for `generate`.

        Returns:
            The output; its text is the hole's content, or the whole text for a template.
        """
        job = self.prepare_infill(prefix, suffix, output_type, decoding, max_tokens, seed, [prompt])
        return job.start(self.forward).outputs(stop)[0]

    def prepare_infill(
        self,
        prefix: str | Template,
        suffix: str = "",
        output_type: Any = None,
        decoding: Decoding | str = Decoding(),  # noqa: B008 - a frozen value
        max_tokens: int | None = None,
        seed: int | None = None,
        prompts: Sequence[Prompt | None] = (None,),
    ) -> Job:
        """Do all of `infill` that comes before the first pass, once for every prompt."""
        goal = (
            target(prefix, "template")
            if isinstance(prefix, Template)
            else infilling(prefix, suffix, output_type)
        )
        return self._job(prompts, [goal] * len(prompts), Plan.of(decoding, max_tokens, seed))

    def edit(
        self,
        text: str,
        spans: Spans | None = None,
        instruction: str | None = None,
        output_type: Any = None,
        *,
        cursor: int | None = None,
        window: int | tuple[int, int] | None = None,
        fraction: float | None = None,
        decoding: Decoding | str = Decoding(),  # noqa: B008 - a frozen value
        max_tokens: int | None = None,
        seed: int | None = None,
        prompt: Prompt | None = None,
        stop: Callable[[Event], bool] | None = None,
    ) -> Edited:
        """Rewrite parts of a text; the rest stays byte for byte.

        Args:
            text: the text as it stands; it need not be a member of the output type yet.
            spans: the parts, each a `Span` or (start, end) in characters; an empty one inserts.
                ``"auto"``: the tokens that the model believes in least.
            instruction: what to do. The model reads it, and the text with marks around the parts,
                before the text.
            output_type: what the whole text has to be in the end: a grammar, a schema, a pattern,
                a type; None: any text.
            cursor: in place of spans: characters before the place where something is inserted.
                With one span: the place in it where the user is.
            window: with a cursor: the lines around it are rewritten instead; so many before and
                after, or one number for both. With a window, or a cursor in a span, the model may
                say that no edit is needed, where the text is in the output type already.
            fraction: how many of all tokens ``"auto"`` chooses; 0.25 by default.
            decoding: how to denoise; or the name of a preset.
            max_tokens: most positions of the whole text.
            seed: makes the result reproducible.
            prompt: what the model reads before the instruction; None: nothing.
            stop: as for `generate`.

        Raises:
            NotInLanguage: what is around the spans cannot be part of a member; or, for ``"auto"``,
                the text is none.
            InvalidInput: spans overlap or reach beyond the text, or it is unclear what to edit.
        """
        request = Request(text, spans, instruction, output_type, cursor, window, fraction, prompt)
        editing = self.prepare_edit(request, decoding, max_tokens, seed)

        def stops(event: Event) -> bool:
            return (stop is not None and stop(event)) or editing.is_declined

        return editing.edited(editing.start(self.forward).outputs(stops)[0])

    def prepare_edit(
        self,
        request: Request,
        decoding: Decoding | str = Decoding(),  # noqa: B008 - a frozen value
        max_tokens: int | None = None,
        seed: int | None = None,
    ) -> Editing:
        """Do all of `edit` that comes before the first pass, and the pass that finds spans."""
        plan = Plan.of(decoding, max_tokens, seed)
        return prepare(request, plan, self._setup, self.forward)

    def refine(
        self,
        text: str,
        output_type: Any = None,
        spans: Sequence[tuple[int, int]] | None = None,
        fraction: float | None = None,
        prompt: Prompt | None = None,
        decoding: Decoding | str = Decoding(),  # noqa: B008 - a frozen value
        seed: int | None = None,
    ) -> Output:
        """Write parts of a text anew; the rest stays byte for byte.

        Args:
            text: a member of the output type.
            output_type: as for `generate`; None: any text.
            spans: the parts, each from a character to before another one. They keep their number
                of tokens unless the length policy inserts some; where a span ends its slot, the
                slot also gets the policy's initial positions, and a null token ends it.
            fraction: in place of spans: the tokens that the model believes in least, so many of
                all tokens outside fixed text; one further pass finds them.
            prompt: what the model reads before the text; None: nothing.
            decoding: how to denoise; or the name of a preset.
            seed: makes the result reproducible.

        Raises:
            NotInLanguage: the text is no member of the output type.
            InvalidInput: a span reaches beyond the text, or it is unclear what to refine.
        """
        plan = Plan.of(decoding, None, seed)
        check_request(spans, fraction, plan.decoding.steps)
        setup, null = self._setup, self._setup.null(plan)
        laid = lay_out(
            text,
            output_type,
            plan.decoding.structure,
            lambda template: setup.constraint(template, null, None),
            setup.codec_of(null),
        )
        job = self._job([prompt], [laid.goal], plan)
        mask_again(job.rows[0], laid, spans, fraction, self.forward)
        return job.start(self.forward).outputs()[0]

    def codec(self, null_token_id: int | None) -> Codec:
        """Return the tokenizer as outputs are written with it.

        Args:
            null_token_id: fills unused tails, and has no text; None: none does.
        """
        return self._setup.codec_of(null_token_id)

    def through(self, forward: Forward) -> Model:
        """Return the same model, whose passes go another way.

        Args:
            forward: makes a pass.
        """
        other = copy(self)
        other.forward = forward
        return other

    def _job(self, prompts: Sequence[Prompt | None], targets: Sequence[Target], plan: Plan) -> Job:
        return Job(self._setup.rows(prompts, targets, plan), targets)


def _with_context(family: Family, network: Network) -> Family:
    """Take the longest context from a transformers configuration where the family is silent."""
    known = stated_length(getattr(network, "config", None))
    if family.max_length is None and known is not None:
        return replace(family, max_length=known)
    return family
