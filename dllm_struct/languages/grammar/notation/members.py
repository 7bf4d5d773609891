"""Whether a grammar derives anything."""

from __future__ import annotations

from dllm_struct.errors import EmptyLanguage
from dllm_struct.languages.grammar.cfg import Cfg


def require_member(cfg: Cfg) -> Cfg:
    """The grammar itself.

    Raises:
        EmptyLanguage: its start symbol derives no text.
    """
    if cfg.start not in productive(cfg):
        name = cfg.name(cfg.start)
        raise EmptyLanguage(
            f"rule {name} has no member",
            hint="every way to write it needs something that never ends, or a terminal that "
            "nothing makes; add an alternative that can end",
        )
    return cfg


def productive(cfg: Cfg) -> frozenset[int]:
    """The symbols that derive some text."""
    made = cfg.indentation
    found = {made.indent, made.dedent} if made else set()
    for number, terminal in enumerate(cfg.terminals):
        if terminal.dfa is not None and not terminal.dfa.is_empty:
            found.add(number)
    waiting: dict[int, list[int]] = {}
    missing = [len(set(rule.expansion) - found) for rule in cfg.rules]
    for index, rule in enumerate(cfg.rules):
        for symbol in set(rule.expansion) - found:
            waiting.setdefault(symbol, []).append(index)
    queue = [index for index, count in enumerate(missing) if count == 0]
    for index in queue:
        origin = cfg.rules[index].origin
        if origin in found:
            continue
        found.add(origin)
        for user in waiting.get(origin, ()):
            missing[user] -= 1
            if missing[user] == 0:
                queue.append(user)
    return frozenset(found)
