"""The sub-schemas of a document and of those it refers to, each known by a number.

References, identifiers, anchors and dynamic scopes are resolved by the `referencing` library.
Nothing is ever fetched.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema_specifications import REGISTRY
from referencing import Registry, Resource
from referencing.exceptions import (
    NoSuchAnchor,
    NoSuchResource,
    PointerToNowhere,
    Unresolvable,
    Unretrievable,
)
from referencing.jsonschema import lookup_recursive_ref

from dllm_struct.errors import BudgetExceeded, UnsupportedSchema
from dllm_struct.languages.json_schema.graph.assertions import enumerated
from dllm_struct.languages.json_schema.graph.dialects import LATEST, Dialect, dialect_of
from dllm_struct.languages.json_schema.graph.equality import equality_key
from dllm_struct.languages.json_schema.graph.subs import Sub
from dllm_struct.languages.json_schema.keywords import invalid
from dllm_struct.languages.json_schema.pointers import escape_pointer

MAX_SIZE = 30_000_000
"""Values, and characters of strings, in a schema written out."""

Recipe = tuple[Any, ...]
"""How a sub-schema was come by, so that a copy can number its own in the same way."""

_DYNAMIC = frozenset({"$dynamicRef", "$recursiveRef"})
_UNKNOWN = -1


class Documents:
    """Makes and numbers sub-schemas.

    Attributes:
        root: the whole schema.
        subs: all made so far; number n is at n - 1.
        recipes: how each of them was made.
    """

    def __init__(self, schema: Any, registry: Registry[Any] | None = None) -> None:
        self.subs: list[Sub] = []
        self.recipes: list[Recipe] = []
        self._known: dict[tuple[object, ...], Sub] = {}
        self._constants: dict[str, Sub] = {}
        self._listed: dict[int, frozenset[str] | None] = {}
        self._targets: dict[tuple[int, str], Sub] = {}
        _require_schema(schema, "")
        dialect = self._named_dialect(schema, "") or LATEST
        resource = dialect.specification.create_resource(schema)
        self._own = _identifier(resource)
        known = REGISTRY if registry is None else registry.combine(REGISTRY)
        resolver = known.with_resource(self._own, resource).resolver(self._own)
        size, dynamic = _scan(schema)
        if size > MAX_SIZE:
            raise BudgetExceeded(
                f"a schema of {size} values and characters", hint=f"use at most {MAX_SIZE} of them"
            )
        self._dynamic = registry is not None or dynamic
        self._make(True, resolver, dialect, "", ())
        self.root = self._sub(schema, resolver, dialect, "", ())

    def replay(self, recipes: list[Recipe]) -> None:
        """Make the sub-schemas that another instance for the same document has made."""
        for recipe in recipes[len(self.subs) :]:
            match recipe:
                case ("child", number, *path):
                    self.child(self.subs[number - 1], *path)
                case ("target", number, keyword):
                    self.target(self.subs[number - 1], keyword)
                case ("constant", number, value):
                    self.constant(value, self.subs[number - 1])
                case ("any_of", *numbers):
                    self.any_of([self.subs[number - 1] for number in numbers])

    def listed(self, sub: Sub) -> frozenset[str] | None:
        """The keys (`equality_key`) of the values that a sub-schema lists, or None."""
        if sub.number not in self._listed:
            values = enumerated(sub)
            keys = None if values is None else frozenset(map(equality_key, values))
            self._listed[sub.number] = keys
        return self._listed[sub.number]

    def child(self, sub: Sub, *path: str | int) -> Sub:
        """The sub-schema below a sub-schema."""
        schema, pointer = sub.schema, sub.pointer
        for key in path:
            schema = schema[key]
            pointer += escape_pointer(key)
        dialect = self._named_dialect(schema, pointer) or sub.dialect
        resolver = sub.resolver
        if isinstance(schema, dict) and ("$id" in schema or "id" in schema):
            resource = dialect.specification.create_resource(schema)
            if _identifier(resource):
                resolver = resolver.in_subresource(resource)
        return self._sub(schema, resolver, dialect, pointer, ("child", sub.number, *path))

    def constant(self, value: Any, near: Sub) -> Sub:
        """The schema of one value."""
        key = json.dumps(value, sort_keys=True)
        if key not in self._constants:
            schema = {"const": value}
            recipe = ("constant", near.number, value)
            self._constants[key] = self._make(schema, near.resolver, LATEST, near.pointer, recipe)
        return self._constants[key]

    def any_of(self, subs: list[Sub]) -> Sub:
        """A schema that stands in no document: any of some sub-schemas."""
        key = ("anyOf", *(sub.number for sub in subs))
        if key not in self._known:
            near = subs[0]
            schema = {"anyOf": [sub.schema for sub in subs]}
            recipe = ("any_of", *(sub.number for sub in subs))
            self._known[key] = self._make(schema, near.resolver, LATEST, near.pointer, recipe)
        return self._known[key]

    def target(self, sub: Sub, keyword: str) -> Sub:
        """What a ``$ref``, ``$dynamicRef`` or ``$recursiveRef`` points at.

        Raises:
            InvalidSchema: when there is nothing.
            UnsupportedSchema: when it is in a document that is not known.
        """
        key = (sub.number, keyword)
        if key not in self._targets:
            self._targets[key] = self._resolve(sub, keyword)
        return self._targets[key]

    def _resolve(self, sub: Sub, keyword: str) -> Sub:
        here = f"{sub.pointer}/{keyword}"
        reference = sub[keyword]
        if not isinstance(reference, str):
            raise invalid(f"{reference!r} is not a reference", here, "write a string")
        try:
            if keyword == "$recursiveRef":
                found = lookup_recursive_ref(sub.resolver)
            else:
                found = sub.resolver.lookup(reference)
        except (NoSuchResource, Unretrievable, Unresolvable, ValueError) as error:
            raise self._unresolved(reference, here, error) from error
        except (AttributeError, TypeError, KeyError) as error:
            raise invalid(f"nothing is at '{reference}'", here, "correct the reference") from error
        document, _, fragment = reference.partition("#")
        if document and not document.startswith(self._own or "\0"):
            self._dynamic = True
        schema = found.contents
        if not isinstance(schema, bool | Mapping):
            raise invalid(f"no schema is at '{reference}'", here, "correct the reference")
        pointer = fragment if fragment.startswith("/") and not document else ""
        dialect = self._named_dialect(schema, pointer or here) or sub.dialect
        recipe = ("target", sub.number, keyword)
        return self._sub(schema, found.resolver, dialect, pointer or here, recipe)

    def _unresolved(self, reference: str, here: str, error: Exception) -> Exception:
        document = reference.partition("#")[0]
        if document and isinstance(error, Unresolvable) and _cause_is_unknown(error):
            return UnsupportedSchema(
                f"$ref to another document, '{document}'",
                pointer=here,
                hint="pass a registry that holds it, or copy its definitions under $defs; "
                "nothing is ever fetched",
            )
        return invalid(f"nothing is at '{reference}'", here, "correct the reference")

    def _named_dialect(self, schema: Any, pointer: str) -> Dialect | None:
        """The dialect that a sub-schema names.

        Raises:
            UnsupportedSchema: when it is not one of the drafts from 4 on.
        """
        if not isinstance(schema, dict) or not isinstance(schema.get("$schema"), str):
            return None
        named = dialect_of(schema["$schema"])
        if named is None:
            raise UnsupportedSchema(
                f"the dialect '{schema['$schema']}'",
                pointer=f"{pointer}/$schema",
                hint="use draft 4, 6, 7, 2019-09 or 2020-12",
            )
        return named

    def _sub(
        self, schema: Any, resolver: Any, dialect: Dialect, pointer: str, recipe: Recipe
    ) -> Sub:
        if schema is True or schema == {}:
            return self.subs[0]
        _require_schema(schema, pointer)
        scope = tuple(dict.fromkeys(_scope(resolver))) if self._dynamic else ()
        key = ("false",) if schema is False else (id(schema), scope)
        if key not in self._known:
            self._known[key] = self._make(schema, resolver, dialect, pointer, recipe)
        return self._known[key]

    def _make(
        self, schema: Any, resolver: Any, dialect: Dialect, pointer: str, recipe: Recipe
    ) -> Sub:
        sub = Sub(len(self.subs) + 1, schema, resolver, dialect, pointer)
        self.subs.append(sub)
        self.recipes.append(recipe)
        return sub


def _require_schema(schema: Any, pointer: str) -> None:
    if not isinstance(schema, bool | dict):
        hint = "a schema is an object, true or false"
        raise invalid(f"{schema!r} is not a schema", pointer, hint)


def _identifier(resource: Resource[Any]) -> str:
    """The URI that a resource gives itself; fragments are anchors, not documents."""
    found = resource.id()
    return found.partition("#")[0] if isinstance(found, str) else ""


def _scope(resolver: Any) -> Iterator[str]:
    yield from (uri for uri, _ in resolver.dynamic_scope())


def _scan(schema: Any) -> tuple[int, bool]:
    """Size of a schema written out, and whether references in it follow the dynamic scope.

    Parts that stand at several places are looked at once, and counted as often as they stand.

    Raises:
        InvalidSchema: when it contains itself.
    """
    sizes: dict[int, int] = {}
    dynamic = False
    todo: list[Any] = [schema]
    while todo:
        part = todo[-1]
        if _size(part, sizes) != _UNKNOWN:
            todo.pop()
            continue
        children = list(part.values()) if isinstance(part, dict) else part
        if id(part) in sizes:  # all children are done
            sizes[id(part)] = len(part) + sum(_size(child, sizes) for child in children)
            continue
        sizes[id(part)] = _UNKNOWN
        dynamic |= isinstance(part, dict) and not _DYNAMIC.isdisjoint(part)
        if any(sizes.get(id(child)) == _UNKNOWN for child in children):
            raise invalid("the schema contains itself", "", "refer to its parts by $ref")
        todo += children
    return _size(schema, sizes), dynamic


def _size(part: Any, sizes: dict[int, int]) -> int:
    if isinstance(part, dict | list):
        return sizes.get(id(part), _UNKNOWN)
    return len(part) if isinstance(part, str) else 1


def _cause_is_unknown(error: BaseException) -> bool:
    return not isinstance(error, NoSuchAnchor | PointerToNowhere)
