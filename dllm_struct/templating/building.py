"""From a template as read, and the caller's values, to invariants and slots."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from dllm_struct.errors import DllmStructError, InvalidInput, InvalidTemplate
from dllm_struct.languages.base import Language, any_text
from dllm_struct.languages.json_schema import JsonSchema
from dllm_struct.languages.python_types import as_language
from dllm_struct.template import Invariant, Slot, Template
from dllm_struct.templating.languages import line
from dllm_struct.templating.reading import Source, Text, Use, is_text
from dllm_struct.templating.slots import Wanted, language_of, wanted

Part = Invariant | Slot


def build(source: Source, values: Mapping[str, Any], folder: Path | None) -> Template:
    """Lay a template out.

    Args:
        source: the template.
        values: by name, or by slot id: a text or number that stands in place of the slot, or a
            language or output type that the slot must be of as well.
        folder: where files that the template names lie; None: it may name none.

    Raises:
        InvalidTemplate: the template asks for what cannot be.
        InvalidInput: a value has no place, or does not fit its place.
        EmptyLanguage: a slot can hold nothing.
    """
    builder = _Builder(values, folder, outer=_outer(source, folder))
    parts = tuple(part for piece in source.pieces for part in builder.parts(piece))
    builder.check_values(source)
    if any(isinstance(part, Slot) for part in parts):
        return Template(parts, builder.outer)
    return _without_slots(Template(parts), builder.outer)


def _without_slots(template: Template, outer: Language | None) -> Template:
    """A template with nothing left to write, if its text is in the language it asks for."""
    if outer is not None and not outer.matches(template.render({})):
        raise InvalidInput(
            f"the text, which has no slot, is not in {outer.description}",
            hint="give values that fit, or leave a slot",
        )
    return template


def _outer(source: Source, folder: Path | None) -> Language | None:
    named = source.language
    if named is None:
        return None
    try:
        return language_of(named, folder)
    except InvalidTemplate:
        raise
    except DllmStructError as error:
        raise InvalidTemplate(error.message, line=named.line, hint=error.hint) from error


class _Builder:
    """Turns pieces into parts; remembers where each slot stands."""

    def __init__(
        self, values: Mapping[str, Any], folder: Path | None, outer: Language | None
    ) -> None:
        self.outer = outer
        self._values, self._folder = values, folder
        self._lines: dict[str, int] = {}

    def parts(self, piece: Text | Use) -> Iterator[Part]:
        if isinstance(piece, Text):
            yield Invariant(_spelled(piece.text, None))
            return
        value = self._value(piece)
        if is_text(value):
            found = wanted(piece, self._folder)
            yield Invariant(_fitting(piece, str(value), found))
        else:
            self._check_new(piece)
            default = line() if self.outer is None else any_text()
            found = wanted(piece, self._folder, _language(piece, value), default)
            yield from self._slots(piece, found)

    def check_values(self, source: Source) -> None:
        """Refuse values that have no place."""
        uses = [piece for piece in source.pieces if isinstance(piece, Use) and piece.item is None]
        names = {use.name for use in uses} | {use.id for use in uses}
        unknown = sorted(self._values.keys() - names)
        if unknown:
            raise InvalidInput(
                f"the template has no '{unknown[0]}'",
                hint=f"it has {', '.join(sorted(names))}" if names else "it has no names at all",
            )

    def _value(self, use: Use) -> Any:
        if use.item is not None:
            return use.item
        return self._values.get(use.id, self._values.get(use.name))

    def _check_new(self, use: Use) -> None:
        if use.id in self._lines:
            raise InvalidTemplate(
                f"'{use.id}' is a slot already, on line {self._lines[use.id]}",
                line=use.line,
                hint="give every slot a name of its own; only a value that the caller gives may "
                "stand in several places",
            )
        self._lines[use.id] = use.line

    def _slots(self, use: Use, found: Wanted) -> Iterator[Part]:
        language = found.language
        assert language is not None
        if isinstance(language, JsonSchema) and found.is_plain and self.outer is None:
            yield from _laid_out(use.id, language)
            return
        try:
            low, high = found.min_tokens or 0, found.max_tokens
            yield Slot(use.id, language, low, high, found.samples)
        except InvalidTemplate as error:
            raise InvalidTemplate(error.message, line=use.line, hint=error.hint) from error


def _laid_out(name: str, language: JsonSchema) -> Iterator[Part]:
    """The template form of a schema: a slot for every value, called by its JSON pointer."""
    for part in language.template().parts:
        if isinstance(part, Slot):
            yield replace(part, id=name + part.id)
        else:
            yield part


def _language(use: Use, value: Any) -> Language | None:
    if value is None:
        return None
    try:
        if isinstance(value, bool | list | tuple):
            raise InvalidInput(
                f"{value!r} is neither a text nor a language",
                hint="give a text, a number, a language, a JSON Schema as a dict, or a type",
            )
        return as_language(value).language
    except DllmStructError as error:
        raise InvalidInput(f"the value of '{use.name}': {error.message}", hint=error.hint) from None


def _fitting(use: Use, text: str, found: Wanted) -> str:
    """A given text, if it is what the filters of its place ask for."""
    if found.language is not None and not found.language.matches(text):
        raise InvalidInput(
            f"the value of '{use.name}', {text!r}, is not {found.language.description}",
            hint=f"line {use.line} of the template asks for it",
        )
    return _spelled(text, use)


def _spelled(text: str, use: Use | None) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        problem = "a lone surrogate, which UTF-8 cannot spell"
        hint = "replace it, for example by U+FFFD"
        if use is None:
            raise InvalidTemplate(f"the template has {problem}", hint=hint) from None
        raise InvalidInput(f"the value of '{use.name}' has {problem}", hint=hint) from None
    return text
