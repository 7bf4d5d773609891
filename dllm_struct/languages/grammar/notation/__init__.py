"""Notations for context-free grammars: Lark's and GBNF."""

from dllm_struct.languages.grammar.notation.reading import read

__all__ = ["read"]
