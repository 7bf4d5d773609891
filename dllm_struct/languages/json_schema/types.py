"""JSON Schemas of Python types, by Pydantic."""

from __future__ import annotations

import inspect
import json
import typing
from collections.abc import Callable
from functools import reduce
from operator import or_
from types import UnionType
from typing import Any

import typing_extensions
from pydantic import TypeAdapter
from pydantic.errors import PydanticSchemaGenerationError, PydanticUserError

from dllm_struct.errors import UnsupportedType

Schema = dict[str, Any]
Parse = Callable[[Any], Any]


def as_schema(tp: Any) -> tuple[Schema, Parse]:
    """The JSON Schema of a type, and the way back from a JSON value to a value of the type.

    Args:
        tp: a Pydantic model, dataclass, TypedDict, Enum, Literal, int, float, bool, str, None,
            list[…], tuple[…], Optional, Union, or Annotated with `pydantic.Field`.

    Returns:
        The schema, and a function that validates a parsed JSON value into the type; it raises
        `pydantic.ValidationError` when the type asks for more than its schema says.

    Raises:
        UnsupportedType: when Pydantic has no JSON Schema for it.
    """
    if isinstance(tp, str) or inspect.isroutine(tp):
        raise _unsupported(tp)
    try:
        adapter: TypeAdapter[Any] = TypeAdapter(_portable(tp))
        schema = adapter.json_schema()
    except (PydanticSchemaGenerationError, PydanticUserError, NameError, TypeError) as error:
        raise _unsupported(tp) from error

    def parse(value: Any) -> Any:
        return adapter.validate_json(json.dumps(value))

    return _without_discriminators(schema), parse


def _unsupported(tp: Any) -> UnsupportedType:
    return UnsupportedType(
        f"{tp!r} has no JSON Schema",
        hint="use a Pydantic model, dataclass, TypedDict, Enum, Literal, int, float, bool, str, "
        "list[…] or a JSON Schema as a dict",
    )


def _portable(tp: Any) -> Any:
    """The type with every `typing.TypedDict` rebuilt, which Pydantic refuses before Python 3.12."""
    if typing.is_typeddict(tp):
        hints = typing_extensions.get_type_hints(tp, include_extras=True)
        fields = {
            name: _portable(hint)
            if name in tp.__required_keys__
            else typing_extensions.NotRequired[_portable(hint)]
            for name, hint in hints.items()
        }
        return typing_extensions.TypedDict(tp.__name__, fields)  # type: ignore[operator]
    origin, arguments = typing.get_origin(tp), typing.get_args(tp)
    if origin is typing.Annotated:
        return typing.Annotated[(_portable(arguments[0]), *arguments[1:])]
    if origin in (typing.Union, UnionType):
        return reduce(or_, (_portable(argument) for argument in arguments))
    if origin in (list, tuple):
        return origin[tuple(_portable(argument) for argument in arguments)]
    return tp


def _without_discriminators(schema: Any) -> Any:
    """Drop OpenAPI's ``discriminator``: a hint for readers that says nothing beside its oneOf."""
    if isinstance(schema, list):
        return [_without_discriminators(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: _without_discriminators(value)
        for key, value in schema.items()
        if not (key == "discriminator" and "oneOf" in schema)
    }
