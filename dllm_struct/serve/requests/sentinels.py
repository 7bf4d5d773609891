"""Fill-in-the-middle marks inside a plain prompt, for clients that send no suffix.

Each family of code models has marks of its own; they say which part of the prompt stands before the
hole and which after it. What stands before the first mark is context.
"""

from __future__ import annotations

from dataclasses import dataclass

EMPTY_SUFFIXES = ("<|endoftext|>", "<|end_of_text|>", "</s>")
"""What clients send in place of an empty suffix."""


@dataclass(frozen=True)
class Parts:
    """A text with a hole.

    Attributes:
        prefix: before the hole.
        suffix: after it.
        context: what is read first, and is not part of the text.
    """

    prefix: str
    suffix: str
    context: str = ""


@dataclass(frozen=True)
class Marks:
    """The marks of one family.

    Attributes:
        prefix: stands before the prefix.
        suffix: stands before the suffix.
        middle: stands before the hole; empty where the prompt ends without a mark.
        blanks: what the family puts around its marks, and is no part of the texts.
    """

    prefix: str
    suffix: str
    middle: str = ""
    blanks: str = ""

    def split(self, prompt: str) -> Parts | None:
        """Return the parts of a prompt; None where the marks are not in it, each of them once."""
        marks = [mark for mark in (self.prefix, self.suffix, self.middle) if mark]
        if any(prompt.count(mark) != 1 for mark in marks):
            return None
        places = sorted((prompt.index(mark), mark) for mark in marks)
        if self.middle and places[-1][1] != self.middle:
            return None
        context = prompt[: places[0][0]]
        ends = [*(at for at, _ in places[1:]), len(prompt)]
        texts = {
            mark: prompt[at + len(mark) : end] for (at, mark), end in zip(places, ends, strict=True)
        }
        begun = texts.get(self.middle, "") if self.middle else ""
        prefix = self._bare(texts[self.prefix]) + self._bare(begun)
        return Parts(prefix, self._bare(texts[self.suffix]), context)

    def _bare(self, text: str) -> str:
        if not self.blanks:
            return text
        return text.removeprefix(self.blanks).removesuffix(self.blanks)


FAMILIES = (
    Marks("<fim_prefix>", "<fim_suffix>", "<fim_middle>"),  # StarCoder, Granite
    Marks("<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>"),  # Qwen, CodeGemma
    Marks("<PRE>", "<SUF>", "<MID>", " "),  # CodeLlama
    Marks("<｜fim▁begin｜>", "<｜fim▁hole｜>", "<｜fim▁end｜>"),  # noqa: RUF001 - DeepSeek's own
    Marks("[PREFIX]", "[SUFFIX]"),  # Codestral
)


def parts_of(prompt: str, suffix: str | None) -> Parts | None:
    """Return the text with a hole that a request asks to fill; None where it has no suffix.

    Args:
        prompt: the text before the hole, or both texts with marks.
        suffix: the text after it.
    """
    if suffix in EMPTY_SUFFIXES:
        suffix = ""
    if suffix is not None:
        return Parts(prompt, suffix)
    found = (marks.split(prompt) for marks in FAMILIES)
    return next((parts for parts in found if parts is not None), None)
