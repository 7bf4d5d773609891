"""What the command line is given: prompts, schemas, patterns; unreadable ones are refused."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal, NoReturn

import dllm_struct as ds
from dllm_struct.errors import InvalidInput

Whitespace = Literal["canonical", "flexible"]


def read_prompt(argument: str) -> str:
    """Return the prompt: the argument itself, ``-`` for standard input, ``@FILE`` for a file."""
    if argument == "-":
        return _decoded(sys.stdin.buffer.read(), "standard input")
    if argument.startswith("@"):
        return _read(Path(argument[1:]), "to begin a prompt with '@', give it on standard input")
    return argument


def read_language(schema: Path | None, pattern: str | None, whitespace: Whitespace) -> ds.Language:
    """Return the language that the command asks for: of a schema file, or of a pattern.

    Raises:
        InvalidInput: none or both are given, or the file cannot be read as JSON.
    """
    if (schema is None) == (pattern is None):
        raise InvalidInput(
            "there is no constraint" if schema is None else "there are two constraints",
            hint="give one of --schema FILE and --regex PATTERN",
        )
    if pattern is not None:
        return ds.regex(pattern)
    assert schema is not None
    return ds.json_schema(read_json(schema), whitespace=whitespace)


def read_vocabulary(model: str) -> ds.Vocabulary:
    """Return the vocabulary of a model."""
    return ds.Vocabulary.from_tokenizer(ds.load(model).tokenizer)


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

    text = _read(path, "check the path")
    try:
        return json.loads(text, object_pairs_hook=once, parse_constant=no_constant)
    except json.JSONDecodeError as error:
        raise InvalidInput(
            f"{path} is not valid JSON: {error.msg} at line {error.lineno}, column {error.colno}",
            hint="correct the file",
        ) from None
    except RecursionError:
        raise InvalidInput(f"{path} is nested too deeply", hint="flatten the file") from None


def _read(path: Path, hint: str) -> str:
    try:
        return _decoded(path.read_bytes(), str(path))
    except OSError as error:
        reason = (error.strerror or "cannot be read").lower()
        raise InvalidInput(f"cannot read '{path}': {reason}", hint=hint) from None
    except ValueError:  # a null byte in the path
        raise InvalidInput(f"{str(path)!r} is no path", hint=hint) from None


def _decoded(data: bytes, source: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput(
            f"{source} is not UTF-8: byte {error.start} cannot be read", hint="convert it to UTF-8"
        ) from None
