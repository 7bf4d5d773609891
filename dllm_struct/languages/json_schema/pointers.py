"""JSON pointers (RFC 6901)."""

from __future__ import annotations


def escape_pointer(key: str | int) -> str:
    """One reference token, slash included."""
    return "/" + str(key).replace("~", "~0").replace("/", "~1")
