"""What a lexer that asks Python's `re` takes for a terminal, as automata.

`re` prefers alternatives in the order written and repeats greedily or lazily; the match it prefers
need be neither the longest nor the shortest. But the texts that it prefers to take *whole* are a
regular language, and the match it prefers in any text is the longest beginning that is one of
them. That language is what `matching` computes, with what lookaheads at a pattern's end demand of
the text that follows.
"""

from dllm_struct.languages.grammar.notation.matching.matching import Matching, matching

__all__ = ["Matching", "matching"]
