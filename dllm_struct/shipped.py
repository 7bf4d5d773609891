"""Files that ship with the package: ``grammars/`` and ``templates/``.

In a wheel they lie inside the package, in a checkout beside it.
"""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Literal


def shipped(folder: Literal["grammars", "templates"]) -> Traversable:
    """The folder with this name."""
    inside = files("dllm_struct") / folder
    return inside if inside.is_dir() else Path(__file__).parents[1] / folder


def names(folder: Literal["grammars", "templates"], *suffixes: str) -> list[str]:
    """Names, without suffix, of the shipped files with one of these suffixes, sorted."""
    found = (file.name for file in shipped(folder).iterdir())
    return sorted(name.rpartition(".")[0] for name in found if name.endswith(suffixes))
