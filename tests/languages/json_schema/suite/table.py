"""Tables of what a keyword means: a schema, documents that it takes and documents that it does not.

`jsonschema` judges every document too, so that a table cannot be wrong.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from jsonschema import (
    Draft4Validator,
    Draft6Validator,
    Draft7Validator,
    Draft201909Validator,
    Draft202012Validator,
)

from dllm_struct.languages.json_schema import json_schema

DRAFTS: dict[str, Any] = {
    "draft-04": Draft4Validator,
    "draft-06": Draft6Validator,
    "draft-07": Draft7Validator,
    "2019-09": Draft201909Validator,
    "2020-12": Draft202012Validator,
}
NAMES = tuple(DRAFTS)


def drafts(first: str = NAMES[0], last: str = NAMES[-1]) -> tuple[str, ...]:
    """The drafts from one to another."""
    return NAMES[NAMES.index(first) : NAMES.index(last) + 1]


@dataclass(frozen=True)
class Row:
    """One line of a table.

    Attributes:
        name: what is shown.
        schema: a schema without ``$schema``.
        valid: members; their properties are in the schema's order.
        invalid: documents that are none.
        drafts: the drafts in which it holds.
    """

    name: str
    schema: Any
    valid: Sequence[Any] = ()
    invalid: Sequence[Any] = ()
    drafts: tuple[str, ...] = NAMES


def every(rows: Sequence[Row]) -> pytest.MarkDecorator:
    """Run a test with ``row`` and ``draft`` for every row in each of its drafts."""
    cases = [(row, draft) for row in rows for draft in row.drafts]
    ids = [f"{row.name}, {draft}" for row, draft in cases]
    return pytest.mark.parametrize(("row", "draft"), cases, ids=ids)


def check(row: Row, draft: str, judge: bool = True) -> None:
    """Assert that documents are judged as the table says, by us and by `jsonschema`.

    Args:
        row: the line of the table.
        draft: the draft that the schema says it is written in.
        judge: whether `jsonschema` is asked.
    """
    validator = DRAFTS[draft]
    schema = row.schema
    if isinstance(schema, dict):
        schema = {"$schema": validator.META_SCHEMA.get("$schema"), **schema}
    language = json_schema(schema)
    oracle = validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    if judge:
        validator.check_schema(schema)
    for expected, values in ((True, row.valid), (False, row.invalid)):
        for value in values:
            text = json.dumps(value)
            if judge:
                assert oracle.is_valid(value) == expected, f"the table is wrong: {text}"
            assert language.matches(text) == expected, text
