"""Editing a text: which parts are written anew, and how the result is told.

Nothing here runs a model: `Model.edit` does. `Span` says what to rewrite, `Edited` holds the new
text, the edits, and their diff.
"""

from dllm_struct.editing.edited import Edit, Edited, apply
from dllm_struct.editing.spans import Span

__all__ = ["Edit", "Edited", "Span", "apply"]
