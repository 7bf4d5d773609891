"""What an edit is asked for: its parts, and what the whole text has to be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from dllm_struct.editing.spans import Span
from dllm_struct.errors import InvalidInput
from dllm_struct.generation.target import as_it_is
from dllm_struct.languages.base import Language, any_text
from dllm_struct.languages.json_schema import JsonSchema
from dllm_struct.languages.python_types import OutputType, as_language
from dllm_struct.template import Template
from dllm_struct.vocabulary.codec import Prompt

Spans = Sequence[Span | tuple[int, int]] | Literal["auto"]


@dataclass(frozen=True)
class Request:
    """What `Model.edit` is asked for; its arguments, apart from how to denoise."""

    text: str
    spans: Spans | None = None
    instruction: str | None = None
    output_type: Any = None
    cursor: int | None = None
    window: int | tuple[int, int] | None = None
    fraction: float | None = None
    prompt: Prompt | None = None

    def __post_init__(self) -> None:
        chosen = self.spans == "auto" or (self.spans is None and self.fraction is not None)
        given = not chosen and self.spans is not None
        has_cursor = self.cursor is not None and not self.is_marked
        if given + chosen + has_cursor != 1:
            raise InvalidInput(
                "it is unclear what to edit",
                hint='pass spans, spans="auto" with a fraction, or a cursor; one of the three, '
                "or one span with the cursor in it",
            )
        for name, value, goes_with, is_stray in (
            ("fraction", self.fraction, 'spans="auto"', not chosen),
            ("window", self.window, "a cursor without spans", self.cursor is None or given),
        ):
            if value is not None and is_stray:
                raise InvalidInput(f"{name} is of no use here", hint=f"it goes with {goes_with}")
        if isinstance(self.output_type, Template):
            raise InvalidInput(
                "a template cannot be the type of a text that is edited",
                hint="use Model.refine, or give each span a language of its own",
            )

    @property
    def is_marked(self) -> bool:
        """Whether there is one span, and a cursor in it."""
        given = self.spans if self.spans != "auto" else None
        return self.cursor is not None and given is not None and len(given) == 1

    @property
    def is_next(self) -> bool:
        """Whether it is the next edit that is wanted: the model may say that none is needed."""
        return self.window is not None or self.is_marked

    def wanted(self) -> list[Whole]:
        """What the whole text may be, the first of these that has a member around the spans.

        A schema given as a dict or a type says nothing about white space: JSON as ``json.dumps``
        writes it, or else of any layout.
        """
        if self.output_type is None or self.output_type is str:
            return [Whole(None, as_it_is, None)]
        own = as_language(self.output_type)
        if isinstance(self.output_type, Language) or not isinstance(own.language, JsonSchema):
            return [Whole.of(own)]
        flexible = JsonSchema(own.language.schema, "flexible")
        is_type = not isinstance(self.output_type, dict | bool)
        loose = OutputType(flexible, own.parse) if is_type else as_language(flexible)
        return [Whole.of(own), Whole.of(loose)]


@dataclass(frozen=True)
class Whole:
    """What the whole text may be.

    Attributes:
        language: around the spans; None: any text.
        parse: from the text to its value.
        type: the language that the text is laid out in, to be scored; None: any text.
    """

    language: Language | None
    parse: Callable[[str], Any]
    type: Language | None

    @classmethod
    def of(cls, wanted: OutputType) -> Whole:
        """Return the language around spans: that of a schema with the properties that it names."""
        own = None if wanted.language == any_text() else wanted.language
        named = own.named if isinstance(own, JsonSchema) else None
        return cls(named or own, wanted.parse, own)
