"""Short ends of a text, from the frames that are open.

Where nobody has to know the values, the end is that of the top and one piece for each open frame,
and both are looked up. Where items have to differ, it is found container by container: what is to
come depends on what has been written.
"""

from __future__ import annotations

from dllm_struct.languages.json_schema.machine.frames import Frame, Returns
from dllm_struct.languages.json_schema.machine.open_arrays import ArrayFrame
from dllm_struct.languages.json_schema.machine.open_objects import ObjectFrame
from dllm_struct.languages.json_schema.machine.reading import OpenFrame, Plans, Thread
from dllm_struct.languages.json_schema.machine.style import COLON, COMMA, ONE
from dllm_struct.languages.json_schema.machine.threads import (
    After,
    AfterKey,
    Before,
    BeforeKey,
    End,
    InKey,
    Leaf,
    Opened,
)
from dllm_struct.languages.json_schema.shapes import Place

_BLANK = b" "
_QUOTE = b'"'


def tail(returns: Returns) -> tuple[int, Frame]:
    """Bytes from behind a value to the document's end, and the frame that they begin in."""
    todo = [returns]
    while todo:
        at = todo[-1]
        below = [f.returns for f in at.frames if f.returns is not None and f.returns.tail is None]
        if at.tail is None and not below:
            at.tail = _shortest_tail(at)
        if at.tail is not None:
            todo.pop()
        todo += below
    assert returns.tail is not None
    return returns.tail


_NO_WAY = 1 << 60


def _shortest_tail(returns: Returns) -> tuple[int, Frame]:
    best: tuple[int, Frame] | None = None
    for frame in returns.frames:
        finish = frame.finish()
        beyond = (0, frame) if frame.returns is None else frame.returns.tail
        assert beyond is not None
        length = _NO_WAY if finish is None else min(_NO_WAY, len(finish) + beyond[0])
        if best is None or length < best[0]:
            best = (length, frame)
    assert best is not None
    return best


def tail_text(returns: Returns | None) -> bytes:
    """The text from behind a value to the document's end, equal items or not."""
    parts = []
    while returns is not None:
        _, frame = tail(returns)
        parts.append(frame.finish() or b"")
        returns = frame.returns
    return b"".join(parts)


def wanted(thread: Thread) -> bool:
    """Whether a frame around the thread has to know values."""
    match thread:
        case Before() | Leaf():
            return thread.returns.wants
        case AfterKey() | InKey() | BeforeKey() | After() | Opened():
            return thread.frame.wants
    return False


def ends(thread: Thread, plans: Plans) -> list[tuple[int, bytes, Returns | None]]:
    """Ways to go on: total length, the text up to a closing bracket, the frames beyond it."""
    return [
        (len(text) + (0 if returns is None else tail(returns)[0]), text, returns)
        for text, returns in _ends(thread, plans)
    ]


def _ends(thread: Thread, plans: Plans) -> list[tuple[bytes, Returns | None]]:
    frame: OpenFrame
    match thread:
        case End():
            return [(b"", None)]
        case Before():
            return _before(thread, plans)
        case Leaf():
            return _leaf(thread, plans)
        case InKey():
            frame = thread.frame
            text = thread.frame.key_finish(thread.key)
        case AfterKey():
            frame = thread.frame
            text = _joined(COLON + plans.places.text(thread.place), frame.finish())
        case Opened() | BeforeKey():
            frame = thread.frame
            text = _opened(thread.frame, thread)
        case After():
            frame = thread.frame
            text = frame.finish()
    return [] if text is None else [(text, frame.returns)]


def _joined(start: bytes, finish: bytes | None) -> bytes | None:
    return None if finish is None else start + finish


def _opened(frame: Frame, thread: Opened | BeforeKey) -> bytes | None:
    """Without the comma, which only a property or an item before would need."""
    finish = frame.finish()
    if isinstance(thread, BeforeKey) and (finish is None or not finish.startswith(COMMA)):
        assert isinstance(frame, ObjectFrame)
        finish = _with_property(frame)
    if finish is None or not finish.startswith(COMMA):
        return finish
    return finish[len(COMMA) :] if thread.room != ONE else _BLANK + finish[len(COMMA) :]


def _with_property(frame: ObjectFrame) -> bytes | None:
    """One more property, though none is needed, and the rest."""
    key = frame.key()
    text = None if key is None else frame.key_finish(key)
    return None if text is None else COMMA + _QUOTE + text


def _before(thread: Before, plans: Plans) -> list[tuple[bytes, Returns | None]]:
    blank = _BLANK if thread.room == ONE else b""
    found: list[tuple[bytes, Returns | None]] = []
    for frame in thread.returns.frames:
        text = _value(thread.place, frame, plans)
        if text is not None:
            found.append((blank + text, frame.returns))
    return found


def _value(place: Place, frame: Frame, plans: Plans) -> bytes | None:
    """A value and the end of the frame that waits for it."""
    if not frame.wants:
        return _joined(plans.places.text(place), frame.finish())
    if isinstance(frame, ArrayFrame) and frame.seen is not None:
        fresh = next(frame.fresh(place), None)
        if fresh is None:
            return None
        text, value = fresh
    else:
        text = plans.places.text(place)
        value = plans.values.text(text)
    after = frame.received(value)
    return None if after is None else _joined(text, after.finish())


def _leaf(thread: Leaf, plans: Plans) -> list[tuple[bytes, Returns | None]]:
    found: list[tuple[bytes, Returns | None]] = []
    for frame in thread.returns.frames:
        text = thread.fresh(frame, plans.values)
        if text is None:
            continue
        after: Frame | None = frame
        if frame.wants:
            assert thread.text is not None
            after = frame.received(plans.values.scalar(thread.text + text))
        whole = None if after is None else _joined(text, after.finish())
        if whole is not None:
            found.append((whole, frame.returns))
    return found
