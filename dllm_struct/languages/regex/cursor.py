"""A place in a pattern being read by hand."""

from __future__ import annotations

import re

from dllm_struct.errors import InvalidRegex, UnsupportedRegex


class Cursor:
    """Reads a pattern from left to right.

    Attributes:
        text: the pattern.
        at: index of the next character.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    @property
    def done(self) -> bool:
        """Whether everything has been read."""
        return self.at >= len(self.text)

    def peek(self, count: int = 1) -> str:
        """The next characters, unread."""
        return self.text[self.at : self.at + count]

    def take(self, count: int = 1) -> str:
        """Read characters; fewer at the end."""
        taken = self.peek(count)
        self.at += len(taken)
        return taken

    def accept(self, literal: str) -> bool:
        """Read ``literal`` if it is next."""
        found = self.text.startswith(literal, self.at)
        if found:
            self.at += len(literal)
        return found

    def match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Read what ``pattern`` matches here, if it does."""
        found = pattern.match(self.text, self.at)
        if found:
            self.at = found.end()
        return found

    def invalid(self, message: str, at: int, hint: str) -> InvalidRegex:
        """The error for a malformed pattern."""
        return InvalidRegex(message, position=at, hint=hint)

    def unsupported(self, construct: str, at: int, hint: str) -> UnsupportedRegex:
        """The error for a construct that is refused."""
        return UnsupportedRegex(construct, position=at, hint=hint)
