"""From a document with gaps to languages: of one gap, or of all of them woven together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dllm_struct.automata.dfa import DFA
from dllm_struct.automata.machine import DEAD
from dllm_struct.errors import InvalidInput, NotInLanguage
from dllm_struct.languages.base import MACHINES, Language, Lazy
from dllm_struct.languages.holes.context import Context, HasContext
from dllm_struct.languages.holes.regular import RegularContext
from dllm_struct.languages.holes.woven import Woven

SHOWN = 20
"""Bytes of the offending text that an error quotes."""


@dataclass(frozen=True)
class Document:
    """Fixed texts and gaps in turn; the whole is a member of a language.

    Attributes:
        outer: a grammar or a regular language.
        before: the text before the first gap.
        segments: the fixed text after each gap, at least one.
    """

    outer: Language
    before: bytes
    segments: tuple[bytes, ...]

    def contents(self, own: Sequence[Language | None], *, has_null: bool) -> Language:
        """The language of what the gaps hold, one after the other.

        Args:
            own: a language for each gap, or None where the outer one decides alone.
            has_null: whether the tail of a gap may be null marks.

        Raises:
            NotInLanguage: the fixed texts cannot be part of a member, whatever the gaps hold.
            InvalidInput: the outer language is neither a grammar nor regular.
        """
        with MACHINES:
            context = self._context(self.before, self.segments)
            if context.start == DEAD:
                raise self._refusal()
            automata = [None if language is None else language.automaton for language in own]
            machine = Woven(context, automata, has_null=has_null)
        names = {language.description for language in own if language is not None}
        inside = f", {', '.join(sorted(names))}" if names else ""
        return Lazy(f"what fits {self.outer.description}{inside}", machine)

    def _context(self, before: bytes, segments: tuple[bytes, ...]) -> Context:
        if isinstance(self.outer, HasContext):
            return self.outer.context(before, segments)
        automaton = self.outer.automaton
        if isinstance(automaton, DFA):
            return RegularContext(automaton, before, segments)
        raise InvalidInput(
            f"{self.outer.description} cannot be the language around holes",
            hint="use a grammar, a regex, or a schema without recursion and unnamed properties",
        )

    def _refusal(self) -> NotInLanguage:
        """Name the first byte after which nothing helps."""
        texts = [self.before, *self.segments]
        ends = [sum(map(len, texts[: i + 1])) for i in range(len(texts))]
        low, high = 0, ends[-1]  # alive with `low` bytes of fixed text, dead with `high`
        while high - low > 1:
            middle = (low + high) // 2
            cut = [
                text[: max(0, middle - end + len(text))]
                for text, end in zip(texts, ends, strict=True)
            ]
            kept = max(
                1, sum(end - len(text) < middle for text, end in zip(texts, ends, strict=True))
            )
            is_alive = self._context(cut[0], (*cut[1:kept], b"")).start != DEAD
            low, high = (middle, high) if is_alive else (low, middle)
        whole = b"".join(texts)
        at = whole[max(0, high - 1 - SHOWN) : high - 1].decode(errors="replace")
        byte = whole[high - 1 : high - 1 + SHOWN].decode(errors="replace")
        if low == ends[-1] - 1 and self._context(texts[0], (*texts[1:], b"")).start != DEAD:
            return NotInLanguage(
                f"the text ends too early for {self.outer.description}, whatever the holes hold",
                position=ends[-1],
                hint="complete the text after the last hole",
            )
        return NotInLanguage(
            f"no member of {self.outer.description} can go on with {byte!r} after {at!r} "
            f"(byte {high - 1} of the fixed text)",
            position=high - 1,
            hint="correct the text around the holes, or use another grammar or start rule",
        )
