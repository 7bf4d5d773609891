"""What an edit gives: the new text, and what was replaced by what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rich.console import RenderableType

from dllm_struct.editing.diff import unified
from dllm_struct.editing.positions import position_of
from dllm_struct.rendering.html import of_diff
from dllm_struct.rendering.terminal import drawn_diff

if TYPE_CHECKING:
    from dllm_struct.generation.stream import Output


@dataclass(frozen=True)
class Edit:
    """One replacement in the original text.

    Attributes:
        start: the first character that is replaced.
        end: the character after the last one; equal to ``start``: an insertion.
        replacement: what stands there now.
    """

    start: int
    end: int
    replacement: str


@dataclass(frozen=True)
class Edited:
    """An edited text.

    Attributes:
        text: the new text; outside the spans it is the original, character for character.
        original: the text before.
        edits: what was replaced, in the order of the text; a span that was written as it stood
            before is not among them.
        output: the run of the model: its text is the new text, its slots what the spans hold.
        declined: whether the model was asked if an edit is needed, and said no.
    """

    text: str
    original: str = field(repr=False)
    edits: tuple[Edit, ...]
    output: Output = field(repr=False)
    declined: bool = False

    @property
    def value(self) -> Any:
        """The text parsed, and validated where a Python type was asked for."""
        return self.output.value

    @property
    def diff(self) -> str:
        """The unified diff; empty when nothing changed."""
        return self.unified()

    def unified(self, path: str = "text", context: int = 3) -> str:
        """Return a unified diff that ``patch -p1`` and ``git apply`` read.

        Args:
            path: how the file is called.
            context: lines shown around a change.
        """
        return unified(self.original, self.text, path, context)

    @property
    def text_edits(self) -> list[dict[str, Any]]:
        """The edits as ``TextEdit`` of the Language Server Protocol: lines and UTF-16 columns."""
        return [
            {
                "range": {
                    "start": position_of(self.original, edit.start),
                    "end": position_of(self.original, edit.end),
                },
                "newText": edit.replacement,
            }
            for edit in self.edits
        ]

    def _repr_html_(self) -> str:
        """Draw the diff in a notebook, and the run below it."""
        trace = self.output.trace._repr_html_()
        return of_diff(self.diff) + (trace or "")

    def __rich__(self) -> RenderableType:
        """Draw the diff in a terminal, with ``rich.print``."""
        return drawn_diff(self.diff)


def apply(text: str, edits: Sequence[Edit]) -> str:
    """Return a text with edits made.

    Args:
        text: the original.
        edits: in the order of the text.
    """
    pieces, at = [], 0
    for edit in edits:
        pieces += [text[at : edit.start], edit.replacement]
        at = edit.end
    return "".join([*pieces, text[at:]])
