"""Arguments of a filter, checked against the signature of the function that stands for it."""

from __future__ import annotations

from collections.abc import Callable
from inspect import Parameter, Signature, signature
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin

from dllm_struct.errors import InvalidInput
from dllm_struct.templating.reading import Filter

T = TypeVar("T")

_NAMES: dict[Any, str] = {
    bool: "true or false",
    dict: "a dict",
    float: "a number",
    int: "a whole number",
    str: "a text in quotes",
}


def applied(function: Callable[..., T], filter_: Filter) -> T:
    """Call the function that stands for a filter.

    Args:
        function: annotated with plain types, or unions of them.
        filter_: with its arguments.

    Raises:
        InvalidInput: the arguments do not fit.
        DllmStructError: what the function raises.
    """
    known = signature(function, eval_str=True)
    usage = f"write {filter_.name}({_usage(known)})" if known.parameters else "give it none"
    try:
        bound = known.bind(*filter_.arguments, **filter_.options)
    except TypeError as error:
        raise InvalidInput(f"'{filter_.name}' has {error}", hint=usage) from None
    for name, value in bound.arguments.items():
        parameter = known.parameters[name]
        values = value if parameter.kind is Parameter.VAR_POSITIONAL else (value,)
        for item in values:
            if not _fits(item, parameter.annotation):
                raise InvalidInput(
                    f"'{filter_.name}' takes {_described(parameter.annotation)}, not {item!r}",
                    hint=usage,
                )
    return function(*bound.args, **bound.kwargs)


def _types(annotation: Any) -> list[Any]:
    options = get_args(annotation) if isinstance(annotation, UnionType) else (annotation,)
    return [get_origin(option) or option for option in options]


def _fits(value: object, annotation: Any) -> bool:
    types = _types(annotation)
    return type(value) in types or (type(value) is int and float in types)


def _described(annotation: Any) -> str:
    return " or ".join(_NAMES[kind] for kind in _types(annotation) if kind is not NoneType)


def _usage(known: Signature) -> str:
    return ", ".join(
        f"{name}, …"
        if parameter.kind is Parameter.VAR_POSITIONAL
        else name
        if parameter.default is Parameter.empty
        else f"{name}={parameter.default!r}"
        for name, parameter in known.parameters.items()
    )
