"""Strategies by name: one registry for each choice that `Decoding` offers.

A strategy is a frozen dataclass with one verb. Registering it under a name makes it selectable; a
registry finds every module of its package by itself, so a new strategy is one new file.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import fields
from functools import cache
from typing import Any, Generic, TypeVar

from dllm_struct.errors import InvalidDecoding

T = TypeVar("T")
S = TypeVar("S")


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

    def register(self, name: str) -> Callable[[type[S]], type[S]]:
        """Return a class decorator that makes a strategy selectable by name."""

        def decorate(strategy: type[S]) -> type[S]:
            self._strategies[name] = strategy  # type: ignore[assignment]
            return strategy

        return decorate

    @property
    def names(self) -> list[str]:
        """Every name, sorted."""
        _import_modules(self._package)
        return sorted(self._strategies)

    def make(self, choice: str | T, settings: object) -> T:
        """Return a strategy.

        Args:
            choice: its name, or the strategy itself.
            settings: fields that a named strategy shares with these settings take their values.

        Raises:
            InvalidDecoding: the name is unknown, or the object is no strategy of this kind.
        """
        if isinstance(choice, str):
            return self._named(choice, settings)
        if not isinstance(choice, self._contract) or isinstance(choice, type):
            raise InvalidDecoding(
                f"{choice!r} is no {self.kind}",
                hint=f"pass one of {', '.join(self.names)}, or an object with the same methods",
            )
        chosen: T = choice
        return chosen

    def _named(self, name: str, settings: object) -> T:
        if name not in self.names:
            raise InvalidDecoding(
                f"unknown {self.kind} '{name}'", hint=f"known are {', '.join(self.names)}"
            )
        strategy: Any = self._strategies[name]
        shared = {f.name for f in fields(strategy)} & {f.name for f in fields(settings)}  # type: ignore[arg-type]
        made: T = strategy(**{key: getattr(settings, key) for key in shared})
        return made


@cache
def _import_modules(package: str) -> None:
    for module in pkgutil.iter_modules(importlib.import_module(package).__path__):
        importlib.import_module(f"{package}.{module.name}")


def check(condition: bool, message: str, *, hint: str) -> None:
    """Raise `InvalidDecoding` unless a condition holds."""
    if not condition:
        raise InvalidDecoding(message, hint=hint)
