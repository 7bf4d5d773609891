"""What the command line is given: prompts, texts, constraints; unreadable ones are refused."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import dllm_struct as ds
from dllm_struct.cli.options import Asked, Whitespace
from dllm_struct.errors import InvalidInput
from dllm_struct.files import decoded, read_bytes, read_json, read_text

STANDARD_INPUT = "-"


def read_prompt(argument: str) -> str:
    """Return the prompt: the argument itself, ``-`` for standard input, ``@FILE`` for a file."""
    if argument == STANDARD_INPUT:
        return decoded(sys.stdin.buffer.read(), "standard input")
    if argument.startswith("@"):
        hint = "to begin a prompt with '@', give it on standard input"
        return read_text(Path(argument[1:]), hint)
    return argument


def read_document(argument: str) -> str:
    """Return the text of a file, or of standard input for ``-``; every byte of it counts."""
    is_file = argument != STANDARD_INPUT
    data = read_bytes(Path(argument), "check the path") if is_file else sys.stdin.buffer.read()
    return decoded(data, argument if is_file else "standard input", keep_mark=True)


def read_constraint(asked: Asked) -> ds.Language | ds.Template:
    """Return the language or template that a command asks for.

    Raises:
        InvalidInput: there is none, or more than one, or a file cannot be read.
        DllmStructError: it is malformed, or cannot be guaranteed.
    """
    given = (asked.schema, asked.regex, asked.grammar, asked.template)
    count = sum(option is not None for option in given)
    if count != 1:
        raise InvalidInput(
            "there is no constraint" if count == 0 else "there are two constraints",
            hint="give one of --schema FILE, --regex PATTERN, --grammar G and --template T",
        )
    _check_companions(asked)
    if asked.template is not None:
        return read_template(asked.template, asked.values or ())
    if asked.grammar is not None:
        return read_grammar(asked.grammar, asked.start)
    found = read_language(asked.schema, asked.regex, asked.whitespace)
    assert found is not None
    return found


def read_language(
    schema: Path | None, pattern: str | None, whitespace: Whitespace
) -> ds.Language | None:
    """Return the language of a schema file, or of a pattern; None where neither is given.

    Raises:
        InvalidInput: both are given, or the file cannot be read as JSON.
    """
    if schema is not None and pattern is not None:
        raise InvalidInput(
            "there are two constraints", hint="give one of --schema FILE and --regex PATTERN"
        )
    if schema is not None:
        return ds.json_schema(read_json(schema), whitespace=whitespace)
    return None if pattern is None else ds.regex(pattern)


def read_grammar(name_or_file: str, start: str | None) -> ds.Language:
    """Return the language of a shipped grammar, or of a file in Lark's notation or GBNF."""
    path = Path(name_or_file)
    is_file = bool(path.suffix) or path.is_file()
    text = read_text(path, "check the path of the grammar") if is_file else name_or_file
    return ds.grammar(text, start)


def read_outer(grammar: str | None, start: str | None) -> ds.Language | None:
    """Return the language around holes; None where no grammar is given.

    Raises:
        InvalidInput: there is a start rule without a grammar.
    """
    _check_companions(Asked(grammar=grammar, start=start))
    return None if grammar is None else read_grammar(grammar, start)


def read_whole(
    grammar: str | None, start: str | None, schema: Path | None, pattern: str | None
) -> Any:
    """Return what a text to edit has to be in the end; None where nothing is given.

    A schema is returned as it was read, so that the text may have any layout.

    Raises:
        InvalidInput: there are two of them, or a start rule without a grammar.
    """
    if sum(option is not None for option in (grammar, schema, pattern)) > 1:
        raise InvalidInput(
            "there are two constraints",
            hint="give one of --grammar G, --schema FILE and --regex PATTERN",
        )
    if schema is not None:
        _check_companions(Asked(start=start))
        return read_json(schema)
    return read_outer(grammar, start) if pattern is None else ds.regex(pattern)


def read_template(name_or_file: str, values: Iterable[str]) -> ds.Template:
    """Return a shipped template, or that of a file, with values for its names."""
    path = Path(name_or_file)
    is_file = bool(path.suffix) or path.is_file()
    return ds.read_template(path if is_file else name_or_file, **dict(map(_assignment, values)))


def read_vocabulary(model: str) -> ds.Vocabulary:
    """Return the vocabulary of a model."""
    return ds.Vocabulary.from_tokenizer(ds.load(model).tokenizer)


def _check_companions(asked: Asked) -> None:
    for option, main, is_stray in (
        ("--start", "--grammar", asked.start is not None and asked.grammar is None),
        ("--set", "--template", bool(asked.values) and asked.template is None),
    ):
        if is_stray:
            raise InvalidInput(f"{option} is of no use here", hint=f"it goes with {main}")


def _assignment(argument: str) -> tuple[str, str]:
    name, equals, text = argument.partition("=")
    if not equals or not name:
        raise InvalidInput(f"'{argument}' sets nothing", hint="write --set NAME=TEXT")
    return name, text
