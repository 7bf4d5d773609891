"""What the model reads before the text: the instruction, and the text as it stands, with marks.

The marks are those that Inception's edit endpoint and editors such as Zed and Continue use. On the
canvas the parts to rewrite are masked, so the prompt is where the model reads what stood there.
"""

from __future__ import annotations

from collections.abc import Sequence

from dllm_struct.editing.spans import Span

REWRITE = "Rewrite the part between the marks if it should be changed."
"""The instruction of a next edit that comes without one."""

EDIT, KEEP = "edit", "keep"
"""What the model answers when it is asked whether an edit is needed."""

ASK = f'First answer "{EDIT}", or "{KEEP}" if the text should stay as it is; then write the text.'

FILE, PART, CURSOR = "current_file_content", "code_to_edit", "<|cursor|>"


def told(
    instruction: str, text: str, spans: Sequence[Span], cursor: int | None, asked: bool
) -> str:
    """Return what the model is told.

    Args:
        instruction: what to do.
        text: as it stands.
        spans: what is to be rewritten, in order.
        cursor: characters before the cursor, which is in one of the spans; None: there is none.
        asked: whether the model says first if an edit is needed.
    """
    question = f"\n{ASK}" if asked else ""
    return f"{instruction}{question}\n\n<|{FILE}|>\n{marked(text, spans, cursor)}\n<|/{FILE}|>"


def marked(text: str, spans: Sequence[Span], cursor: int | None) -> str:
    """Return a text with marks around the parts to rewrite, and where the cursor is."""
    pieces, at = [], 0
    for span in spans:
        own = text[span.start : span.end]
        if cursor is not None:
            before = cursor - span.start
            own = f"{own[:before]}{CURSOR}{own[before:]}"
        pieces += [text[at : span.start], f"<|{PART}|>{own}<|/{PART}|>"]
        at = span.end
    return "".join([*pieces, text[at:]])
