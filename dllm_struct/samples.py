"""Typical members of languages: they show where a tokenizer cuts, and how much room to give."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from dllm_struct.languages.base import Language
from dllm_struct.languages.choice import Choice
from dllm_struct.template import Template

MOST_SAMPLES = 4


@runtime_checkable
class HasTemplate(Protocol):
    """A language that has a template form: what every member shares is invariant."""

    def template(self) -> Template:
        """Return the template."""
        ...


def samples(language: Language) -> tuple[str, ...]:
    """Return typical members, as far as a language tells."""
    if isinstance(language, Choice):
        return language.options[:MOST_SAMPLES]
    if not isinstance(language, HasTemplate):
        return ()
    template = language.template()
    if not all(slot.samples for slot in template.slots):
        return ()
    turns = range(max((len(slot.samples) for slot in template.slots), default=1))
    return tuple(
        template.render({s.id: s.samples[turn % len(s.samples)] for s in template.slots})
        for turn in turns
    )
