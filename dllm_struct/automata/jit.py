"""Compiled inner loops: one typed doorway to numba."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., Any])


def jit(function: Function) -> Function:
    """Compile ``function`` on first call, without the GIL; the machine code is cached on disk."""
    return cast(Function, numba.njit(cache=True, nogil=True)(function))
