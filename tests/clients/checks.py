"""What the scripts for Python's clients share: named checks, one after another, one line for each.

Every script reads the server's address and key from its environment. This module needs nothing but
the standard library, so that it runs in every client's environment.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable
from typing import Any

URL = os.environ["DLLM_STRUCT_URL"]
"""Of the server, without a path."""

KEY = os.environ["DLLM_STRUCT_KEY"]
MODEL = "bundled"

MAIL = (
    "From: Ada Lovelace <ada@example.org>\n\nPlease send 3 boxes of pencils. Ada is 36 years old."
)
PERSON: dict[str, Any] = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "minLength": 1, "maxLength": 20},
        "age": {"type": "integer", "minimum": 0, "maximum": 150},
    },
    "required": ["name", "age"],
    "additionalProperties": False,
}

Check = Callable[[], None]
_checks: list[Check] = []


def check(function: Check) -> Check:
    """Register a check; its name says what it shows."""
    _checks.append(function)
    return function


def is_person(value: Any) -> bool:
    """Whether a value satisfies `PERSON`."""
    return (
        isinstance(value, dict)
        and value.keys() == {"name", "age"}
        and isinstance(value["name"], str)
        and 1 <= len(value["name"]) <= 20
        and type(value["age"]) is int
        and 0 <= value["age"] <= 150
    )


def main() -> None:
    """Run all checks, print ``ok NAME`` or ``failed NAME``, and exit with the outcome."""
    failed = 0
    for function in _checks:
        try:
            function()
        except Exception:
            traceback.print_exc()
            failed += 1
            print(f"failed {function.__name__}", flush=True)
        else:
            print(f"ok {function.__name__}", flush=True)
    sys.exit(failed > 0)
