"""The one doorway to the standard library's own parser of regular expressions.

It is private there (``re._parser``), has had this shape since Python 3.11, and gives exactly the
dialect, flags and errors of `re`. Everything that depends on it is imported from here.
"""

from __future__ import annotations

import re
from importlib import import_module
from typing import Any

Item = tuple[Any, Any]
"""An opcode and its argument."""

CODES: Any = import_module("re._constants")
_parser: Any = import_module("re._parser")
_TYPE_FLAGS: int = _parser.TYPE_FLAGS


def parse(pattern: str, flags: int) -> Any:
    """Parse to the standard library's tree; the flags in force are ``.state.flags``.

    Raises:
        re.error: the pattern is malformed.
    """
    return _parser.parse(pattern, flags & ~re.DEBUG)


def combined(flags: int, added: int, removed: int) -> int:
    """The flags inside ``(?added-removed:...)``."""
    if added & _TYPE_FLAGS:
        flags &= ~_TYPE_FLAGS
    return (flags | added) & ~removed
