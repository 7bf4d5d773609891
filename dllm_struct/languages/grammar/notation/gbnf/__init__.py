"""GBNF, the notation of llama.cpp, as its guide describes it (``grammars/README.md`` there)."""

from dllm_struct.languages.grammar.notation.gbnf.lowering import gbnf

__all__ = ["gbnf"]
