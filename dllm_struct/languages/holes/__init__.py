"""Documents with holes: what the gaps between fixed texts may hold, so that the whole is a member.

An outer language (a grammar, a regular one) says what the whole document is. `Woven` is the
automaton of the gaps' contents, one after the other.
"""

from dllm_struct.languages.holes.context import Context
from dllm_struct.languages.holes.woven import Woven

__all__ = ["Context", "Woven"]
