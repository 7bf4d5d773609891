"""Engines that turn a JSON Schema into a constraint over a vocabulary: ours and its peers.

Each compiles a schema and then tells of a text whether it is a member: peers with their own
matchers, token by token or byte by byte. A peer that is not installed is left out.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import dllm_struct as ds

Check = Callable[[str], bool]


class Refused(Exception):
    """An engine says that it does not take a schema."""

    def __init__(self, kind: str, reason: str) -> None:
        super().__init__(f"{kind}: {reason}")
        self.kind = kind
        self.reason = reason


class Engine:
    """A name and a way to compile.

    Args:
        tokens: the bytes of every token.
    """

    name = ""
    module = ""

    def __init__(self, tokens: Sequence[bytes]) -> None:
        raise NotImplementedError

    def compile(self, schema: Any) -> Check:
        """Return what tells members.

        Raises:
            Refused: the schema is not taken.
        """
        raise NotImplementedError


class Ours(Engine):
    """This library, free form: the whole document."""

    name, module = "dllm-struct", "dllm_struct"

    def __init__(self, tokens: Sequence[bytes]) -> None:
        # Mask and null come after the tokens of the file.
        self.vocabulary = ds.Vocabulary([*tokens, None, None])

    def compile(self, schema: Any) -> Check:
        """Compile, or refuse."""
        try:
            language = ds.json_schema(schema)
            ds.compile(language, self.vocabulary)
        except ds.DllmStructError as error:
            raise _refusal(error) from error
        return self._matches(language)

    def _matches(self, language: ds.Language) -> Check:
        def check(text: str) -> bool:
            try:
                return language.matches(text)
            except ds.DllmStructError as error:
                raise _refusal(error) from error

        return check


def _refusal(error: ds.DllmStructError) -> Refused:
    reason = getattr(error, "keyword", None) or error.message
    return Refused(type(error).__name__, str(reason))


class LLGuidance(Engine):
    """llguidance, its defaults: what it does not know is refused."""

    name, module = "llguidance", "llguidance"
    options: dict[str, Any] = {}  # noqa: RUF012 - a constant

    def __init__(self, tokens: Sequence[bytes]) -> None:
        llguidance = import_module(self.module)

        class Tokenizer:
            eos_token_id = len(tokens)
            bos_token_id = None
            special_token_ids = (len(tokens),)

            def __init__(self) -> None:
                self.tokens = [*tokens, b"<end>"]

            def __call__(self, text: str) -> list[int]:
                return []  # texts are cut by LLTokenizer itself

        wrapper = llguidance.TokenizerWrapper(Tokenizer())
        self.tokenizer = llguidance.LLTokenizer(wrapper)
        self.matcher = llguidance.LLMatcher

    def compile(self, schema: Any) -> Check:
        """Compile, or refuse."""
        text = json.dumps(schema)
        grammar = self.matcher.grammar_from_json_schema(text, overrides=self.options)
        compiled = self.matcher(self.tokenizer, grammar, log_level=0)
        if compiled.is_error():
            raise Refused("error", compiled.get_error())

        def check(document: str) -> bool:
            matcher = compiled.deep_copy()
            ids = self.tokenizer.greedy_tokenize(document)
            return bool(matcher.consume_tokens(ids) and matcher.is_accepting())

        return check


class LLGuidanceLenient(LLGuidance):
    """llguidance, unknown keywords ignored."""

    name = "llguidance, lenient"
    options = {"lenient": True}  # noqa: RUF012 - a constant


class XGrammar(Engine):
    """xgrammar, its defaults: what a schema does not name is not written."""

    name, module = "xgrammar", "xgrammar"
    strict = True

    def __init__(self, tokens: Sequence[bytes]) -> None:
        xgrammar = import_module(self.module)
        stop = len(tokens)
        kind = xgrammar.VocabType.RAW
        info = xgrammar.TokenizerInfo([*tokens, b"<end>"], kind, stop_token_ids=[stop])
        self.compiler = xgrammar.GrammarCompiler(info, max_threads=1)
        self.matcher = xgrammar.GrammarMatcher

    def compile(self, schema: Any) -> Check:
        """Compile, or refuse."""
        try:
            compiled = self.compiler.compile_json_schema(
                json.dumps(schema), strict_mode=self.strict
            )
        except (RuntimeError, ValueError) as error:
            raise Refused(type(error).__name__, str(error)) from error

        def check(document: str) -> bool:
            matcher = self.matcher(compiled)
            return bool(matcher.accept_string(document) and matcher.is_completed())

        return check


class XGrammarOpen(XGrammar):
    """xgrammar, additional properties and items allowed."""

    name = "xgrammar, not strict"
    strict = False


class OutlinesCore(Engine):
    """outlines-core: a regular expression, then an index."""

    name, module = "outlines-core", "outlines_core"

    def __init__(self, tokens: Sequence[bytes]) -> None:
        outlines_core = import_module(self.module)
        ids: dict[bytes, list[int]] = {}
        for i, token in enumerate(tokens):
            ids.setdefault(token, []).append(i)
        self.bytes = [ids[bytes([value])][0] for value in range(256)]
        self.vocabulary = outlines_core.Vocabulary(len(tokens), ids)
        self.index = outlines_core.Index
        self.regex = import_module("outlines_core.json_schema").build_regex_from_schema

    def compile(self, schema: Any) -> Check:
        """Compile, or refuse."""
        try:
            index = self.index(self.regex(json.dumps(schema)), self.vocabulary)
        except (RuntimeError, ValueError, TypeError) as error:
            raise Refused(type(error).__name__, str(error)) from error

        def check(document: str) -> bool:
            state = index.get_initial_state()
            for value in document.encode():
                state = index.get_next_state(state, self.bytes[value])
                if state is None:
                    return False
            return bool(index.is_final_state(state))

        return check


PEERS = (LLGuidance, LLGuidanceLenient, XGrammar, XGrammarOpen, OutlinesCore)


def peers(wanted: Sequence[str]) -> list[type[Engine]]:
    """Return the peers that are wanted and installed; say which are not installed."""
    found = [kind for kind in PEERS if not wanted or kind.name in wanted or kind.module in wanted]
    for module in dict.fromkeys(kind.module for kind in found if not find_spec(kind.module)):
        print(f"{module} is not installed: left out")
    return [kind for kind in found if find_spec(kind.module)]
