"""Short ends of objects."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from dllm_struct.languages.json_schema.machine.keys import Key, Unnamed
from dllm_struct.languages.json_schema.machine.naming import Used
from dllm_struct.languages.json_schema.machine.objects import ObjectRules, Written
from dllm_struct.languages.json_schema.machine.spelling import decoded, fresh_string, spelled
from dllm_struct.languages.json_schema.machine.style import COLON, COMMA
from dllm_struct.languages.json_schema.shapes import Place


class ObjectEndings:
    """Short ends of the objects of one shape."""

    def __init__(self, rules: ObjectRules) -> None:
        self._rules = rules
        self._named_texts: dict[int, bytes] = {}
        self._required: dict[Written, bytes] = {}

    def after_property(self, written: Written) -> bytes | None:
        """From behind a property to the closing brace; None when there is no way."""
        rules = self._rules
        cover = rules.cover(written)
        if cover is None:
            return None
        extra = rules.low - written.size - written.due - len(cover)
        if extra <= 0 and not cover:
            return self._only_required(written)
        parts = [self._named(i) for i in self._chosen(written, extra)]
        used = written.used
        for addition in cover:
            key = rules.fresh(addition.keys, used)
            if key is None:
                return None
            used = used.adding(key)
            parts.append(self._text(key, addition.value))
        missing = rules.low - written.size - len(parts)
        fillers = list(self._fillers(used, missing))
        parts += [self._text(key, value) for key, value in fillers]
        return b"".join(parts) + b"}" if missing <= len(fillers) else None

    def _only_required(self, written: Written) -> bytes:
        if not written.due:
            return b"}"
        plain = written._replace(size=0)
        found = self._required.get(plain)
        if found is None:
            parts = [self._named(i) for i in self._chosen(written, 0)]
            found = self._required[plain] = b"".join(parts) + b"}"
        return found

    def _chosen(self, written: Written, extra: int) -> Iterator[int]:
        """The required properties that are due, and so many others."""
        rules = self._rules
        for i in rules.naming.left(written.progress, written.used):
            if rules.naming.required[i]:
                yield i
            elif extra > 0 and rules.usable(i):
                extra -= 1
                yield i

    def _fillers(self, used: Used, count: int) -> Iterator[tuple[str, Place]]:
        """So many unnamed properties, if there are."""
        for others in self._rules.others if count > 0 else ():
            for member in self._rules.places.explored(others.keys).members(others.keys.start):
                if count <= 0:
                    return
                key = member.decode()
                if key not in used:
                    count -= 1
                    yield key, others.value

    def _text(self, key: str, value: Place) -> bytes:
        return b'%s"%s"%s%s' % (COMMA, spelled(key), COLON, self._rules.places.text(value))

    def _named(self, i: int) -> bytes:
        found = self._named_texts.get(i)
        if found is None:
            prop = self._rules.shape.properties[i]
            found = self._named_texts[i] = self._text(prop.name, prop.value)
        return found

    def in_key(self, written: Written, key: Key, allowed: Callable[[int], bool]) -> bytes | None:
        """From inside a key to the closing brace; None when there is no way."""
        rules = self._rules
        span = rules.naming.span(written.progress)
        i = key.named(*span, lambda i: rules.naming.required[i] and allowed(i))
        if i is None:
            i = key.named(*span, allowed)
        if i is not None:
            value = rules.shape.properties[i].value
            return self._with_value(key.rest(i), value, rules.named(written, i))
        ways = (self._unnamed(written, key, *each) for each in key.unnamed)
        return min((way for way in ways if way is not None), key=len, default=None)

    def _unnamed(self, written: Written, key: Key, keys: Unnamed, state: int) -> bytes | None:
        rest = fresh_key(keys, state, key.text, written.used)
        if rest is None:
            return None
        rules = self._rules
        if rules.is_free:
            return self._with_value(rest, keys.others.value, rules.after_unnamed(written))
        name = decoded(key.text + rest)[0]
        ways = (self._with_value(rest, *way) for way in rules.unnamed(written, keys.others, name))
        return min((way for way in ways if way is not None), key=len, default=None)

    def _with_value(self, rest: bytes, value: Place, after: Written) -> bytes | None:
        finish = self.after_property(after)
        if finish is None:
            return None
        return b'%s"%s%s%s' % (rest, COLON, self._rules.places.text(value), finish)


def fresh_key(keys: Unnamed, state: int, text: bytes, used: Used) -> bytes | None:
    """The rest of a key's literal such that the key is not used; None when all are."""
    if not used.size:
        return keys.literal.completion(state)
    return fresh_string(keys.literal, state, keys.content, text, used.__contains__)
