"""Text and JSON files that users name; what cannot be read is refused with a reason."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NoReturn

from dllm_struct.errors import InvalidInput


def read_text(path: Path, hint: str) -> str:
    """Return the text of a file in UTF-8, without a byte order mark.

    Args:
        path: of the file.
        hint: what to do when it cannot be read.

    Raises:
        InvalidInput: it cannot be read, or is not UTF-8.
    """
    return decoded(read_bytes(path, hint), str(path))


def read_bytes(path: Path, hint: str) -> bytes:
    """Return the bytes of a file.

    Args:
        path: of the file.
        hint: what to do when it cannot be read.

    Raises:
        InvalidInput: it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        reason = (error.strerror or "cannot be read").lower()
        raise InvalidInput(f"cannot read '{path}': {reason}", hint=hint) from None
    except ValueError:  # a null byte in the path
        raise InvalidInput(f"{str(path)!r} is no path", hint=hint) from None


def read_json(path: Path) -> Any:
    """Return the value in a JSON file.

    Raises:
        InvalidInput: the file cannot be read, or is not JSON; with line and column.
    """

    def once(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
        members: dict[str, Any] = {}
        for key, value in pairs:
            if key in members:
                raise InvalidInput(
                    f"{path}: the key '{key}' is there twice in one object",
                    hint="keep one of the two",
                )
            members[key] = value
        return members

    def no_constant(name: str) -> NoReturn:
        raise InvalidInput(f"{path}: {name} is not JSON", hint="JSON has finite numbers only")

    text = read_text(path, "check the path")
    try:
        return json.loads(text, object_pairs_hook=once, parse_constant=no_constant)
    except json.JSONDecodeError as error:
        raise InvalidInput(
            f"{path} is not valid JSON: {error.msg} at line {error.lineno}, column {error.colno}",
            hint="correct the file",
        ) from None
    except RecursionError:
        raise InvalidInput(f"{path} is nested too deeply", hint="flatten the file") from None


def decoded(data: bytes, source: str, *, keep_mark: bool = False) -> str:
    """Return UTF-8 as text.

    Args:
        data: the bytes.
        source: what messages call them.
        keep_mark: whether a byte order mark at the start is text.

    Raises:
        InvalidInput: it is not UTF-8.
    """
    try:
        return data.decode("utf-8" if keep_mark else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput(
            f"{source} is not UTF-8: byte {error.start} cannot be read", hint="convert it to UTF-8"
        ) from None
