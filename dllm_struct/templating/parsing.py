"""Jinja2's own parser reads a template; nothing of it is ever run.

The syntax tree may hold what this library gives a meaning to, and literals. Everything else is
refused by name, with its line.
"""

from __future__ import annotations

import re
from typing import Any, Final, NoReturn

from jinja2 import Environment, TemplateSyntaxError, nodes

from dllm_struct.errors import InvalidTemplate

# As chat templates are read: a line with nothing but a tag or a comment leaves no line behind.
_SYNTAX: Final = Environment(trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True)

_ESCAPE: Final = re.compile(r"\\(.)", re.DOTALL)
_ESCAPES: Final = "\\'\"nrtxuUN\n"

_CONSTRUCTS: Final[dict[type[nodes.Node], str]] = {
    nodes.Const: "a literal",
    nodes.Getattr: "an attribute",
    nodes.Getitem: "an item in brackets",
    nodes.Call: "a call",
    nodes.CondExpr: "an inline 'if'",
    nodes.Test: "a test with 'is'",
    nodes.Compare: "a comparison",
    nodes.Tuple: "a comma between values",
    nodes.Concat: "'~' between values",
    nodes.FromImport: "{% from %}",
    nodes.AssignBlock: "{% set %} with a body",
    nodes.Assign: "{% set %}",
    nodes.CallBlock: "{% call %}",
    nodes.FilterBlock: "{% filter %}",
    nodes.Scope: "{% autoescape %}",
}

_HINT = "a template holds text, {{ name | filters }}, {# comments #} and {% for %} over a literal"


def parse(text: str) -> nodes.Template:
    """Return the syntax tree of a template.

    Args:
        text: in Jinja2's syntax; every kind of line break becomes a line feed, as in Jinja2.

    Raises:
        InvalidTemplate: the text is malformed.
    """
    try:
        _check_strings(text)
        return _SYNTAX.parse(text)
    except TemplateSyntaxError as error:
        message = (error.message or "malformed").rstrip(".")
        raise InvalidTemplate(message, line=error.lineno, hint=_HINT) from None
    except RecursionError:
        raise InvalidTemplate("the template is nested too deeply", hint=_HINT) from None
    except ValueError:  # more digits than Python converts
        raise InvalidTemplate("a number is too long", hint="use a smaller number") from None


def _check_strings(text: str) -> None:
    for line, kind, value in _SYNTAX.lex(text):
        unknown = [c for c in _ESCAPE.findall(value) if c not in _ESCAPES] * (kind == "string")
        if unknown:
            raise InvalidTemplate(
                f"'\\{unknown[0]}' is no escape in a string",
                line=line,
                hint="write a backslash twice; escapes are \\n \\r \\t \\xHH \\uHHHH \\UHHHHHHHH",
            )


def literal(node: nodes.Node) -> Any:
    """Return the value of a literal: text, number, true, false, none, list or dict of such.

    Raises:
        InvalidTemplate: it is none.
    """
    match node:
        case nodes.Const():
            return node.value
        case nodes.Neg(node=nodes.Const(value=int() | float() as number)) if number is not True:
            return -number
        case nodes.List():
            return [literal(item) for item in node.items]
        case nodes.Dict():
            return {_key(pair.key): literal(pair.value) for pair in node.items}
    refuse(node, "where only literals may stand")


def _key(node: nodes.Node) -> str:
    key = literal(node)
    if isinstance(key, str):
        return key
    raise InvalidTemplate(
        f"the key {key!r} is no text", line=node.lineno, hint="put keys into quotes"
    )


def refuse(node: nodes.Node, where: str = "in a template") -> NoReturn:
    """Refuse a construct by name.

    Raises:
        InvalidTemplate: always.
    """
    kind = type(node)
    name = _CONSTRUCTS.get(kind)
    if isinstance(node, nodes.Name):
        name = f"the name '{node.name}'"
    if name is None and isinstance(node, nodes.Stmt):
        name = f"{{% {kind.__name__.lower()} %}}"
    name = name or f"the expression '{kind.__name__.lower()}'"
    inside = node.lineno, *(child.lineno for child in node.iter_child_nodes())
    line = next((number for number in inside if number), None)
    raise InvalidTemplate(f"{name} cannot stand {where}", line=line, hint=_HINT)
