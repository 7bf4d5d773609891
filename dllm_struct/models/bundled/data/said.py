"""One fact of a document: its value, and its words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Said:
    """One fact: the value, and how the document words it."""

    value: Any
    text: str
    forms: Mapping[str, str] = field(default_factory=dict)
    """Further wordings, for placeholders such as ``{items:lines}``."""
