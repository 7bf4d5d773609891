"""LALR(1) parsing with a contextual scanner, byte by byte."""

from dllm_struct.languages.grammar.lalr.reader import LalrReader
from dllm_struct.languages.grammar.lalr.tables import NotLalr, is_lalr

__all__ = ["LalrReader", "NotLalr", "is_lalr"]
