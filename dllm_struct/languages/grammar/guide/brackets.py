"""Which terminals may stand inside brackets, where newlines do not count.

No statement stands there: where a newline was passed over, none follows before a bracket closes.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from dllm_struct.languages.grammar.cfg import Cfg, Indentation, Rule
from dllm_struct.languages.grammar.guide.following import ALL


@lru_cache(maxsize=16)
def within_brackets(cfg: Cfg) -> int:
    """The terminals that may stand after an opening bracket and up to its closing one.

    Returns:
        A bit set; `ALL` where nothing is known: without indentation, or where some rule does not
        close the brackets that it opens.
    """
    indentation = cfg.indentation
    if indentation is None or not all(_is_balanced(rule, indentation) for rule in cfg.rules):
        return ALL
    waiting = [symbol for rule in cfg.rules for symbol in _inside(rule, indentation)]
    seen = set(waiting)
    while waiting:
        symbol = waiting.pop()
        if not cfg.is_terminal(symbol):
            more = {part for rule in cfg.rules_of[symbol] for part in cfg.rules[rule].expansion}
            waiting += more - seen
            seen |= more
    return sum(1 << symbol for symbol in seen if cfg.is_terminal(symbol))


def _is_balanced(rule: Rule, indentation: Indentation) -> bool:
    depths = [depth for _, depth in _depths(rule, indentation)]
    return min(depths, default=0) >= 0 and depths[-1:] in ([], [0])


def _inside(rule: Rule, indentation: Indentation) -> Iterator[int]:
    """The symbols of a rule that stand in brackets, closing ones too."""
    for symbol, depth in _depths(rule, indentation):
        if symbol in indentation.closing or depth > (symbol in indentation.opening):
            yield symbol


def _depths(rule: Rule, indentation: Indentation) -> Iterator[tuple[int, int]]:
    """The symbols of a rule, and how many of its brackets are open after each."""
    depth = 0
    for symbol in rule.expansion:
        depth += symbol in indentation.opening
        depth -= symbol in indentation.closing
        yield symbol, depth
