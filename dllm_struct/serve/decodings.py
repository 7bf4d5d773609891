"""Decoding settings as requests write them: a preset's name, or the fields of `Decoding`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any, get_type_hints

from pydantic import ConfigDict, TypeAdapter, ValidationError

from dllm_struct.decoding.registry import parse_call
from dllm_struct.decoding.settings import Decoding
from dllm_struct.serve.errors import RequestError
from dllm_struct.serve.limits import Limits

FILES = frozenset({"profile", "frequencies"})
"""Parameters of strategies that name files; no request may."""

LARGEST = 64
"""Largest number that a sampler or a signal takes: of samples, drafts, and the like."""

NAMED = ("sampler", "schedule", "blocks", "length", "remasking", "cache", "guidance")


def decoding_of(given: str | Mapping[str, Any] | None, param: str, limits: Limits) -> Decoding:
    """Return the settings that a request asks for.

    Args:
        given: a preset's name, or some fields of `Decoding`; None: the default.
        param: what the request calls it.
        limits: of steps and positions.

    Raises:
        InvalidDecoding: a name or a value is unknown, or two settings contradict each other.
        RequestError: a value has the wrong type, is too large, or names a file.
    """
    if given is None:
        return Decoding()
    if isinstance(given, str):
        return Decoding.preset(given)
    known = {field.name for field in fields(Decoding)}
    for name in given:
        if name not in known:
            raise RequestError(f"unknown setting '{name}'", param=f"{param}.{name}")
    for name in NAMED:
        for choice in _choices(given.get(name)):
            _check_choice(choice, f"{param}.{name}")
    decoding = _made(given, param)
    _check_sizes(decoding, param, limits)
    return decoding


def _choices(value: Any) -> Iterator[Any]:
    if isinstance(value, list):
        yield from value
    elif value is not None:
        yield value


def _check_choice(choice: Any, param: str) -> None:
    """Refuse a strategy that is no name, nor a name with plain parameters, or that names a file."""
    if isinstance(choice, str):
        parameters: Mapping[str, Any] = parse_call(choice)[1]
    elif isinstance(choice, Mapping) and isinstance(choice.get("name"), str):
        parameters = choice
    else:
        raise RequestError("a strategy is a name, or an object with a name", param=param)
    for name in FILES & parameters.keys():
        raise RequestError(f"'{name}' names a file, which no request may", param=param)


def _made(given: Mapping[str, Any], param: str) -> Decoding:
    try:
        _check_types(Decoding, given, param)
        decoding = Decoding(**given)
    except (TypeError, ValueError, OverflowError) as error:
        raise RequestError(
            "a value has the wrong type", code="invalid_decoding", param=param
        ) from error
    strategies = decoding.strategies()
    for name in NAMED[:-1]:
        _check_fields(getattr(strategies, name), f"{param}.{name}")
    for signal in strategies.signals:
        _check_fields(signal, f"{param}.guidance")
    return decoding


def _check_fields(strategy: object, param: str) -> None:
    values = _fields(strategy)
    _check_types(type(strategy), values, param)
    if param.endswith(("sampler", "guidance")):
        for name, value in values.items():
            if type(value) in (int, float):
                _check_size(value, LARGEST, f"{param}.{name}")


def _fields(strategy: object) -> dict[str, Any]:
    """The parameters of a strategy."""
    if not is_dataclass(strategy):
        return {}
    return {field.name: getattr(strategy, field.name) for field in fields(strategy) if field.init}


def _check_types(kind: type, values: Mapping[str, Any], param: str) -> None:
    """Refuse values that are not of the type that a field of a dataclass has."""
    hints = get_type_hints(kind)
    for name, value in values.items():
        if name in NAMED:
            continue
        try:
            adapter = TypeAdapter(
                hints[name], config=ConfigDict(strict=True, arbitrary_types_allowed=True)
            )
            adapter.validate_python(value)
        except ValidationError as error:
            raise RequestError(
                f"'{name}' has the wrong type: {error.errors()[0]['msg']}",
                code="invalid_decoding",
                param=f"{param}.{name}",
            ) from error


def _check_sizes(decoding: Decoding, param: str, limits: Limits) -> None:
    for name, most in (
        ("steps", limits.steps),
        ("block_length", limits.tokens),
        ("top_k", 1_000_000),
        ("temperature", 100),
    ):
        value = getattr(decoding, name)
        if value is not None:
            _check_size(value, most, f"{param}.{name}")
    for name, value in _fields(decoding.strategies().length).items():
        if type(value) is int:
            _check_size(value, limits.tokens, f"{param}.length.{name}")


def _check_size(value: float, most: float, param: str) -> None:
    if value > most:
        raise RequestError(f"{value} is more than {most}", code="limit_exceeded", param=param)
