"""Local references: JSON pointers into the same document (RFC 6901)."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from dllm_struct.errors import InvalidSchema, UnsupportedSchema
from dllm_struct.languages.json_schema.nodes import escape_pointer


def resolve(root: Any, reference: str, pointer: str) -> tuple[str, Any]:
    """What a ``$ref`` points at.

    Args:
        root: the whole document.
        reference: the value of ``$ref``: a fragment, or the document's own ``$id`` and a fragment.
        pointer: where the reference stands.

    Returns:
        The target's JSON pointer and the target.

    Raises:
        UnsupportedSchema: for another document, or a fragment that is no JSON pointer.
        InvalidSchema: when there is nothing at the pointer.
    """
    document, _, fragment = reference.partition("#")
    own = str(root.get("$id", "")).partition("#")[0]
    if document not in ("", own):
        raise UnsupportedSchema(
            f"$ref to another document, '{document}'",
            pointer=pointer,
            hint="copy its definitions under $defs; nothing is ever fetched",
        )
    if fragment and not fragment.startswith("/"):
        raise UnsupportedSchema(
            f"$ref to the anchor '{fragment}'", pointer=pointer, hint="refer by JSON pointer"
        )
    found, path = root, ""
    for token in unquote(fragment).split("/")[1:]:
        key = token.replace("~1", "/").replace("~0", "~")
        found = _step(found, key)
        path += escape_pointer(key)
        if found is _MISSING:
            raise InvalidSchema(
                f"nothing is at '{reference}'", pointer=pointer, hint="correct the reference"
            )
    return path, found


_MISSING = object()


def _step(value: Any, key: str) -> Any:
    if isinstance(value, dict):
        return value.get(key, _MISSING)
    if isinstance(value, list) and key.isascii() and key.isdigit() and int(key) < len(value):
        return value[int(key)]
    return _MISSING
