"""Strategies by name: one registry for each choice that `Decoding` offers.

A strategy is a frozen dataclass whose fields are its parameters. Registering it under a name makes
it selectable; a registry finds every module of its package by itself, so a new strategy is one new
file.
"""

from __future__ import annotations

import ast
import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import fields
from functools import cache
from typing import Any, Generic, TypeAlias, TypeVar

from dllm_struct.decoding.parameter_types import check_types, missing
from dllm_struct.errors import InvalidDecoding, check

T = TypeVar("T")
S = TypeVar("S")

Choice: TypeAlias = str | Mapping[str, object] | T
"""How a strategy is chosen: by name, by name with parameters, or as an object."""


class Registry(Generic[T]):
    """Names of strategies of one kind.

    Args:
        kind: what they are called in messages: ``sampler``.
        contract: the runtime-checkable protocol they fulfil.
        package: the package whose modules register them.
    """

    def __init__(self, kind: str, contract: type[Any], package: str) -> None:
        self.kind = kind
        self._contract = contract
        self._package = package
        self._strategies: dict[str, Callable[..., T]] = {}

    def register(self, *names: str) -> Callable[[type[S]], type[S]]:
        """Return a class decorator that makes a strategy selectable by each of some names."""

        def decorate(strategy: type[S]) -> type[S]:
            self._strategies |= dict.fromkeys(names, strategy)  # type: ignore[arg-type]
            return strategy

        return decorate

    @property
    def names(self) -> list[str]:
        """Every name, sorted."""
        return sorted(self._known())

    @property
    def main_names(self) -> list[str]:
        """One name of every strategy, the first under which it was registered."""
        first = {strategy: name for name, strategy in reversed(self._known().items())}
        return sorted(first.values())

    def make(self, choice: Choice[T], **shared: object) -> T:
        """Return a strategy.

        Args:
            choice: its name; its name with parameters, as ``"threshold(threshold=0.8)"`` or
                ``{"name": "threshold", "threshold": 0.8}``; or the strategy itself.
            shared: parameters that are given beside the choice; None: not given.

        Raises:
            InvalidDecoding: the name or a parameter is unknown, a value is impossible, or the
                object is no strategy of this kind.
        """
        given = {key: value for key, value in shared.items() if value is not None}
        if isinstance(choice, str):
            name, parameters = parse_call(choice)
            return self._named(name, parameters, given)
        if isinstance(choice, Mapping):
            parameters = dict(choice)
            return self._named(str(parameters.pop("name", "")), parameters, given)
        check(
            isinstance(choice, self._contract) and not isinstance(choice, type),
            f"{choice!r} is no {self.kind}",
            hint=f"pass one of {', '.join(self.names)}, or an object with the same methods",
        )
        check(
            not given,
            f"{', '.join(given)} beside a {self.kind} that is an object",
            hint="give the object its parameters when it is made",
        )
        check_types(choice, f"the {self.kind}")
        return choice

    def _named(self, name: str, own: dict[str, object], given: dict[str, object]) -> T:
        known = self._known()
        key = name.replace("_", "-").lower()
        check(
            key in known,
            f"unknown {self.kind} '{name}'",
            hint=f"known are {', '.join(self.names)}",
        )
        strategy = known[key]
        names = {f.name for f in fields(strategy) if f.init}  # type: ignore[arg-type]
        unknown = [parameter for parameter in (*own, *given) if parameter not in names]
        check(
            not unknown,
            f"{self.kind} '{key}' has no parameter {', '.join(unknown)}",
            hint=f"it has {', '.join(sorted(names)) or 'none'}",
        )
        twice = [parameter for parameter in own if parameter in given]
        check(
            not twice,
            f"{', '.join(twice)} of {self.kind} '{key}' is given twice",
            hint="leave one of them out",
        )
        lacking = missing({**own, **given}, strategy)  # type: ignore[arg-type]
        check(
            not lacking,
            f"{self.kind} '{key}' needs {', '.join(lacking)}",
            hint=f"write {{'name': '{key}', {', '.join(f'{name!r}: ...' for name in lacking)}}}",
        )
        try:
            made = strategy(**own, **given)
        except TypeError as error:
            raise InvalidDecoding(
                f"{self.kind} '{key}': {error}", hint="check the types of its parameters"
            ) from error
        check_types(made, f"{self.kind} '{key}'")
        return made

    def _known(self) -> dict[str, Callable[..., T]]:
        _import_modules(self._package)
        return self._strategies


def parse_call(text: str) -> tuple[str, dict[str, object]]:
    """Return name and parameters of ``name`` or ``name(key=value, ...)`` with literal values.

    Raises:
        InvalidDecoding: it is neither.
    """
    name, bracket, _ = text.partition("(")
    if not bracket:
        return text.strip(), {}
    try:
        call = ast.parse(f"_{text[len(name) :].strip()}", mode="eval").body
        names = [keyword.arg for keyword in call.keywords] if isinstance(call, ast.Call) else []
        if not isinstance(call, ast.Call) or call.args or len({*names}) < len(names):
            raise ValueError
        return name.strip(), {str(k.arg): ast.literal_eval(k.value) for k in call.keywords}
    except (SyntaxError, ValueError) as error:
        raise InvalidDecoding(
            f"cannot read the strategy {text!r}",
            hint="write a name, or name(key=value, ...) with plain values, each key once",
        ) from error


@cache
def _import_modules(package: str) -> None:
    for module in pkgutil.iter_modules(importlib.import_module(package).__path__):
        importlib.import_module(f"{package}.{module.name}")
