"""Template files: literal text with slots that name a language and limits, in Jinja2's syntax.

``{{ name | regex("[a-z_]+") | max_tokens(8) }}`` is a slot; its filters are constraints. Jinja2
itself only parses: nothing of a template is run (`parsing`). What is read (`reading`) becomes a
`Template` of invariants and slots (`building`, `slots`, `languages`).
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

from dllm_struct.errors import InvalidInput
from dllm_struct.files import read_text
from dllm_struct.shipped import names, shipped
from dllm_struct.template import Template
from dllm_struct.templating.building import build
from dllm_struct.templating.reading import read

__all__ = ["read_template"]

SUFFIX: Final = ".jinja"
FOLDER: Final = "templates"

_NAME: Final = re.compile(r"[\w./-]+")


def read_template(name_or_text: str | Path, /, **values: Any) -> Template:
    """Read an infilling template.

    Args:
        name_or_text: the name of a shipped template (``tool_call``), the text of one, or the path
            of a file. The line break at the end of a file is not part of it.
        **values: by name: a text or number that takes the place of a slot (it has to be in the
            slot's language), or a language or output type that the slot must be of as well.

    Returns:
        Invariants and slots. A schema without limits is laid out with one slot for each value.

    Raises:
        InvalidTemplate: the template is malformed, or uses what has no meaning; with its line.
        InvalidInput: no template has this name, the file cannot be read, or a value has no place
            or does not fit.
        EmptyLanguage: nothing is in all languages of a slot.
    """
    if isinstance(name_or_text, Path):
        text = read_text(name_or_text, hint="check the path of the template")
        return build(read(_without_end(text)), values, name_or_text.parent)
    if not _NAME.fullmatch(name_or_text):
        return build(read(name_or_text), values, None)
    known = names(FOLDER, SUFFIX)
    if name_or_text not in known:
        raise InvalidInput(
            f"no template is called '{name_or_text}'",
            hint=f"shipped are {', '.join(known)}; give a file as a Path",
        )
    text = (shipped(FOLDER) / f"{name_or_text}{SUFFIX}").read_text("utf-8")
    return build(read(_without_end(text)), values, None)


def _without_end(text: str) -> str:
    return re.sub(r"(?:\r\n|\r|\n)\Z", "", text)
