"""From the text of a template to literal texts and uses of names, loops written out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from jinja2 import nodes

from dllm_struct.errors import InvalidTemplate
from dllm_struct.templating.parsing import literal, parse, refuse

MOST_ROUNDS: Final = 10_000
"""Rounds of all loops of a template together."""


@dataclass(frozen=True)
class Filter:
    """``| name(arguments, options)``.

    Attributes:
        name: of the filter.
        arguments: literals, by position.
        options: literals, by name.
        line: where it stands, from 1.
    """

    name: str
    arguments: tuple[Any, ...]
    options: dict[str, Any]
    line: int


@dataclass(frozen=True)
class Text:
    """Literal text."""

    text: str


@dataclass(frozen=True)
class Use:
    """``{{ name | filters }}``.

    Attributes:
        name: as written.
        id: the name, with the number of the round when it stands in a loop: ``item2``.
        filters: in order.
        line: where it stands, from 1.
        item: what a loop's own variable stands for; None for any other name.
    """

    name: str
    id: str
    filters: tuple[Filter, ...]
    line: int
    item: str | int | float | None = None


@dataclass(frozen=True)
class Source:
    """A template as read.

    Attributes:
        language: of ``{% set language = … %}``; None where there is none.
        pieces: texts and uses of names, in order.
    """

    language: Filter | None
    pieces: tuple[Text | Use, ...]


def read(text: str) -> Source:
    """Read a template.

    Raises:
        InvalidTemplate: it is malformed, or uses what has no meaning here; with its line.
    """
    tree = parse(text)
    body = list(tree.body)
    language = None
    if body and isinstance(body[0], nodes.Assign):
        language = _language(body.pop(0))
    return Source(language, tuple(_Pieces().of(body, _Scope())))


def _language(node: nodes.Node) -> Filter:
    match node:
        case nodes.Assign(
            target=nodes.Name(name="language"), node=nodes.Call(node=nodes.Name() as kind) as call
        ):
            return _filter(kind.name, call)
        case nodes.Assign(target=nodes.Name(name="language")):
            raise InvalidTemplate(
                "the language of a template is written like a filter",
                line=node.lineno,
                hint='for example {% set language = grammar("python") %}',
            )
    refuse(node)


def _filter(name: str, node: nodes.Filter | nodes.Call) -> Filter:
    for unpacked in (node.dyn_args, node.dyn_kwargs):
        if unpacked is not None:
            raise InvalidTemplate(
                f"arguments of '{name}' are unpacked with '*'",
                line=node.lineno,
                hint="write every argument out",
            )
    options = {str(pair.key): literal(pair.value) for pair in node.kwargs}
    return Filter(name, tuple(map(literal, node.args)), options, node.lineno)


@dataclass(frozen=True)
class _Scope:
    """Where a piece stands: loop variables and their items, and the round of every loop."""

    items: dict[str, str | int | float] = field(default_factory=dict)
    rounds: tuple[int, ...] = ()

    def inside(self, variable: str, item: str | int | float, number: int) -> _Scope:
        return _Scope({**self.items, variable: item}, (*self.rounds, number))

    def id(self, name: str) -> str:
        return name + "_".join(map(str, self.rounds))


class _Pieces:
    """Flattens statements; counts the rounds of loops."""

    def __init__(self) -> None:
        self._rounds = 0

    def of(self, body: Sequence[nodes.Node], scope: _Scope) -> Iterator[Text | Use]:
        for node in body:
            if isinstance(node, nodes.Output):
                yield from (_piece(expression, scope) for expression in node.nodes)
            elif isinstance(node, nodes.For):
                yield from self._loop(node, scope)
            elif _sets_language(node):
                raise InvalidTemplate(
                    "the language of a template is set after its first text",
                    line=node.lineno,
                    hint="put {% set language = … %} at the top; only comments may stand above",
                )
            else:
                refuse(node)

    def _loop(self, node: nodes.For, scope: _Scope) -> Iterator[Text | Use]:
        if node.else_ or node.test is not None or node.recursive:
            raise InvalidTemplate(
                "a loop has an 'else', an 'if' or is recursive",
                line=node.lineno,
                hint="write {% for i in range(3) %} … {% endfor %}",
            )
        if not isinstance(node.target, nodes.Name):
            refuse(node.target, "as the variable of a loop")
        for number, item in enumerate(_items(node.iter), 1):
            self._rounds += 1
            if self._rounds > MOST_ROUNDS:
                raise InvalidTemplate(
                    f"loops have more than {MOST_ROUNDS} rounds",
                    line=node.lineno,
                    hint="write fewer rounds",
                )
            yield from self.of(node.body, scope.inside(node.target.name, item, number))


def is_text(value: object) -> bool:
    """Whether a value is a text or a number, which stands for the text that ``str`` makes of it."""
    return isinstance(value, str | int | float) and not isinstance(value, bool)


def _sets_language(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Assign) and getattr(node.target, "name", "") == "language"


def _items(node: nodes.Node) -> Iterable[str | int | float]:
    match node:
        case nodes.List(items=items):
            found = [literal(item) for item in items]
            if all(map(is_text, found)):
                return found
        case nodes.Call(node=nodes.Name(name="range")):
            call = _filter("range", node)
            try:
                return range(*call.arguments, **call.options)
            except (TypeError, ValueError) as error:
                raise InvalidTemplate(
                    str(error), line=node.lineno, hint="write range(3), or range(1, 4)"
                ) from None
    raise InvalidTemplate(
        "a loop runs over what is not known here",
        line=node.lineno,
        hint='write range(3), or a list of texts and numbers such as ["a", "b"]',
    )


def _piece(node: nodes.Node, scope: _Scope) -> Text | Use:
    if isinstance(node, nodes.TemplateData):
        return Text(node.data)
    if isinstance(node, nodes.Const) and is_text(node.value):
        return Text(str(node.value))
    filters: list[Filter] = []
    line = node.lineno
    while isinstance(node, nodes.Filter) and node.node is not None:
        filters.append(_filter(node.name, node))
        node = node.node
    if not isinstance(node, nodes.Name):
        refuse(node, "in {{ … }}")
    item = scope.items.get(node.name)
    return Use(node.name, scope.id(node.name), tuple(reversed(filters)), line, item)
