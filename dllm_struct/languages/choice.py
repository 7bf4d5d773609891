"""One of a list of strings."""

from __future__ import annotations

from collections.abc import Iterable

from dllm_struct.automata.algebra import strings
from dllm_struct.automata.dfa import DFA
from dllm_struct.errors import EmptyLanguage, InvalidInput
from dllm_struct.languages.base import Language

_SHOWN = 3


class Choice(Language):
    """Exactly the given strings.

    Attributes:
        options: the strings, in the order given, without duplicates.
    """

    def __init__(self, options: Iterable[str]) -> None:
        self.options = tuple(dict.fromkeys(options))
        shown = " | ".join(map(repr, self.options[:_SHOWN]))
        more = len(self.options) - _SHOWN
        self.description = f"choice {shown}" + (f" | ... {more} more" if more > 0 else "")
        self._encoded = [_utf8(option) for option in self.options]

    def _build(self) -> DFA:
        return strings(self._encoded)


def choice(options: Iterable[str]) -> Language:
    """The language of exactly the given strings.

    Args:
        options: at least one string; duplicates do no harm.

    Raises:
        EmptyLanguage: no options are given.
        InvalidInput: an option is not a string, or has a lone surrogate.
    """
    if isinstance(options, str):
        raise InvalidInput(
            "choice needs a list of strings, not one string", hint=f"write choice([{options!r}])"
        )
    language = Choice(options)
    if not language.options:
        raise EmptyLanguage("a choice without options", hint="give at least one string")
    return language


def _utf8(option: object) -> bytes:
    if not isinstance(option, str):
        raise InvalidInput(f"the option {option!r} is not a string", hint="convert it with str()")
    try:
        return option.encode()
    except UnicodeEncodeError as error:
        raise InvalidInput(
            f"the option {option!r} has a lone surrogate, which UTF-8 cannot spell",
            hint="replace it, for example by U+FFFD",
        ) from error
