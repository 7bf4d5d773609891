"""Which grammars ``%import`` may read: those shipped with the package, then lark's own.

No other file is ever opened, whatever a grammar says.
"""

from __future__ import annotations

from typing import Final

from lark.exceptions import GrammarError
from lark.load_grammar import PackageResource, stdlib_loader

from dllm_struct.shipped import shipped

UNKNOWN: Final = "%import knows no grammar"
_PACKAGE: Final = "dllm_struct"


def library(base_path: object, grammar_path: str) -> tuple[PackageResource, str]:
    """A source for lark's grammar builder.

    Args:
        base_path: where the importing grammar lies; only the two libraries are known.
        grammar_path: the name of the grammar, with its suffix.

    Raises:
        GrammarError: neither library has it.
    """
    file = shipped("grammars") / grammar_path
    if "/" not in grammar_path and file.is_file():
        return PackageResource(_PACKAGE, grammar_path), file.read_text("utf-8")
    try:
        found: tuple[PackageResource, str] = stdlib_loader(None, grammar_path)
    except OSError as error:
        name = grammar_path.removesuffix(".lark")
        raise GrammarError(f"{UNKNOWN} '{name}'") from error
    return found
