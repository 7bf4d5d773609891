"""From the filters of a name to what its slot may hold, and how much of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import partial, reduce
from pathlib import Path
from typing import Any, Final

from dllm_struct.automata.algebra import intersection
from dllm_struct.automata.dfa import DFA
from dllm_struct.errors import DllmStructError, EmptyLanguage, InvalidInput, InvalidTemplate
from dllm_struct.languages.base import Language, Regular, any_text
from dllm_struct.languages.json_schema import JsonSchema
from dllm_struct.languages.json_schema.template.typical import string_texts
from dllm_struct.samples import samples
from dllm_struct.templating.arguments import applied
from dllm_struct.templating.languages import makers
from dllm_struct.templating.reading import Filter, Use


@dataclass(frozen=True)
class Wanted:
    """What the filters of a name say.

    Attributes:
        language: the languages of all of them, intersected; None where none names a language.
        min_tokens: fewest tokens; None where no filter says so.
        max_tokens: most tokens; None where no filter says so.
        examples: typical contents; None where no filter gives any.
    """

    language: Language | None = None
    min_tokens: int | None = None
    max_tokens: int | None = None
    examples: tuple[str, ...] | None = None

    @property
    def is_plain(self) -> bool:
        """Whether there is neither a limit nor an example."""
        return (self.min_tokens, self.max_tokens, self.examples) == (None, None, None)

    @property
    def samples(self) -> tuple[str, ...]:
        """The examples, or typical members of the language."""
        if self.examples is not None:
            return self.examples
        return () if self.language is None else _typical(self.language)


def wanted(
    use: Use,
    folder: Path | None,
    more: Language | None = None,
    default: Language | None = None,
) -> Wanted:
    """Read the filters of a name.

    Args:
        use: the name with its filters.
        folder: where files that a filter names lie; None: it may name none.
        more: a language that the slot must be of as well.
        default: the language where nothing names one.

    Raises:
        InvalidTemplate: a filter is unknown, is there twice, or does not take its arguments.
        EmptyLanguage: nothing is in all languages.
    """
    languages = [] if more is None else [more]
    found = Wanted()
    for filter_ in use.filters:
        try:
            if filter_.name in _LIMITS:
                found = applied(partial(_LIMITS[filter_.name], found), filter_)
            else:
                languages.append(language_of(filter_, folder))
        except InvalidTemplate:
            raise
        except DllmStructError as error:
            raise _at(error, filter_.line, use.id) from error
    try:
        language = reduce(_both, languages) if languages else default
        return _checked(replace(found, language=language))
    except EmptyLanguage as error:
        message = f"line {use.line}: slot '{use.id}': {error.message}"
        raise EmptyLanguage(message, hint=error.hint) from error
    except DllmStructError as error:
        raise _at(error, use.line, use.id) from error


def language_of(filter_: Filter, folder: Path | None) -> Language:
    """The language that a filter names.

    Raises:
        InvalidTemplate: no filter has this name.
        DllmStructError: it does not take these arguments.
    """
    known = makers(folder)
    if filter_.name in known:
        return applied(known[filter_.name], filter_)
    names = sorted([*known, *_LIMITS])
    near = get_close_matches(filter_.name, names, 1)
    raise InvalidTemplate(
        f"there is no filter '{filter_.name}'",
        line=filter_.line,
        hint=f"did you mean {near[0]}?" if near else f"there are {', '.join(names)}",
    )


def _at(error: DllmStructError, line: int, slot: str) -> InvalidTemplate:
    return InvalidTemplate(f"slot '{slot}': {error.message}", line=line, hint=error.hint)


def _min_tokens(found: Wanted, count: int) -> Wanted:
    return replace(found, min_tokens=_once(found.min_tokens, count))


def _max_tokens(found: Wanted, count: int) -> Wanted:
    return replace(found, max_tokens=_once(found.max_tokens, count))


def _examples(found: Wanted, *texts: str) -> Wanted:
    return replace(found, examples=(*(found.examples or ()), *texts))


_LIMITS: Final[Mapping[str, Callable[..., Wanted]]] = {
    "examples": _examples,
    "max_tokens": _max_tokens,
    "min_tokens": _min_tokens,
}


def _once(before: int | None, count: int) -> int:
    if before is not None:
        raise InvalidInput(f"the limit is there twice, {before} and {count}", hint="keep one")
    if count < 0:
        raise InvalidInput(f"the limit {count} is negative", hint="count from 0")
    return count


def _both(a: Language, b: Language) -> Language:
    """The intersection of two languages."""
    if isinstance(a, JsonSchema) and isinstance(b, JsonSchema):
        return _both_schemas(a, b)
    left, right = a.automaton, b.automaton
    if isinstance(left, DFA) and isinstance(right, DFA):
        return Regular(f"{a.description} and {b.description}", intersection(left, right))
    odd = b if isinstance(left, DFA) else a
    raise InvalidInput(
        f"'{a.description}' and '{b.description}' cannot both be asked for: "
        f"'{odd.description}' is not regular",
        hint="keep one of the two",
    )


def _both_schemas(a: JsonSchema, b: JsonSchema) -> JsonSchema:
    whitespace = a.whitespace if a.whitespace == b.whitespace else "canonical"
    both = {"allOf": [_own(a.schema, "a"), _own(b.schema, "b")]}
    more = a.additional_properties and b.additional_properties
    return JsonSchema(both, whitespace, additional_properties=more)


def _own(schema: Any, name: str) -> Any:
    """A schema as a document of its own, whose references lead into itself."""
    return {"$id": f"urn:template:{name}", **schema} if isinstance(schema, dict) else schema


def _checked(found: Wanted) -> Wanted:
    language = found.language
    if isinstance(language, Regular) and language.dfa.is_empty:
        raise EmptyLanguage(f"nothing is {language.description}", hint="drop one of the filters")
    for text in found.examples or ():
        if language is not None and not language.matches(text):
            raise InvalidInput(
                f"the example {text!r} is not {language.description}",
                hint="give examples that the slot may hold",
            )
    return found


def _typical(language: Language) -> tuple[str, ...]:
    found = samples(language)
    if found or language == any_text():
        return found
    automaton = language.automaton
    if not isinstance(automaton, DFA) or automaton.is_empty:
        return ()
    return tuple(json.loads(text) for text in string_texts(automaton))
