"""Any context-free grammar read byte by byte, a text cut into terminals in every way.

Earley (1970), "An efficient context-free parsing algorithm", with columns that are interned.
"""

from dllm_struct.languages.grammar.earley.reader import EarleyReader

__all__ = ["EarleyReader"]
