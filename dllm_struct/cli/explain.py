"""What a schema or a pattern becomes: invariants, slots, automata and their sizes."""

from __future__ import annotations

from contextlib import suppress
from time import perf_counter

from rich.console import Console
from rich.table import Table
from rich.text import Text

import dllm_struct as ds

RIGHT = ("states", "classes", "tokens", "ms")


def explain(language: ds.Language, vocabulary: ds.Vocabulary, console: Console) -> None:
    """Print the template of a language and what each slot compiles to.

    Args:
        language: of a schema or a pattern.
        vocabulary: of the model that will write it.
        console: where to print.

    Raises:
        EmptyLanguage: a slot has no member that the vocabulary can write.
        BudgetExceeded: a slot needs too many states.
    """
    template = template_of(language)
    console.print(_outline(template), soft_wrap=True)
    console.print()
    console.print(_sizes(language, template, vocabulary))


def template_of(language: ds.Language) -> ds.Template:
    """Return the template form of a schema; one slot for any other language."""
    make = getattr(language, "template", None)
    template = make() if make is not None else ds.Template((ds.Slot("", language),))
    assert isinstance(template, ds.Template)
    return template


def _outline(template: ds.Template) -> Text:
    """Return the template as text: invariants as they are, slots by their ids."""
    text = Text("template  ", "bold")
    for part in template.parts:
        if isinstance(part, ds.Invariant):
            text.append(part.text)
        else:
            text.append(f"⟨{part.id or '/'}⟩", "cyan")
    return text


def _sizes(language: ds.Language, template: ds.Template, vocabulary: ds.Vocabulary) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("slot", "language", *RIGHT):
        table.add_column(name, justify="right" if name in RIGHT else "left", overflow="fold")
    with suppress(ds.DllmStructError):
        ds.compile(ds.regex("."), vocabulary)  # so that no time below includes the vocabulary's
    for slot in template.slots:
        _add_row(table, slot.id or "/", slot.language, vocabulary)
    if template.slots != (ds.Slot("", language),):
        _add_row(table, "free form", language, vocabulary)
    return table


def _add_row(table: Table, name: str, language: ds.Language, vocabulary: ds.Vocabulary) -> None:
    start = perf_counter()
    compiled = ds.compile(language, vocabulary)
    elapsed = 1000 * (perf_counter() - start)
    most = "…" if compiled.max_tokens is None else str(compiled.max_tokens)
    table.add_row(
        name,
        language.description,
        str(compiled.num_states),
        str(compiled.num_classes),
        f"{compiled.min_tokens}–{most}",
        f"{elapsed:.1f}",
    )
