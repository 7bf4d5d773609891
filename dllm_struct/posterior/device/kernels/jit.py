"""One typed doorway to Triton's compiler."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import triton


def kernel(function: Callable[..., Any]) -> Any:
    """Compile ``function`` for a device when it is first launched, ``kernel[grid](...)``."""
    return triton.jit(function)
