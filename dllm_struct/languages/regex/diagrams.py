"""Boolean functions as reduced ordered decision diagrams: equal functions are equal integers.

Bryant, "Graph-based algorithms for Boolean function manipulation", IEEE Transactions on Computers
C-35(8), 1986.
"""

from __future__ import annotations

from typing import Final

FALSE: Final = 0
TRUE: Final = 1


class Diagrams:
    """A shared store of diagrams over variables 0, 1, 2, ...; a function is a node number.

    Attributes:
        variable_of: the variable that each node tests.
        low: the node for that variable being false.
        high: the node for that variable being true.
    """

    def __init__(self) -> None:
        self.variable_of = [-1, -1]
        self.low = [FALSE, TRUE]
        self.high = [FALSE, TRUE]
        self._nodes: dict[tuple[int, int, int], int] = {}
        self._choices: dict[tuple[int, int, int], int] = {}

    def __len__(self) -> int:
        return len(self.low)

    def variable(self, number: int) -> int:
        """The function that is true when a variable is."""
        return self._node(number, FALSE, TRUE)

    def both(self, f: int, g: int) -> int:
        """Conjunction."""
        return self.choice(f, g, FALSE) if f < g else self.choice(g, f, FALSE)

    def either(self, f: int, g: int) -> int:
        """Disjunction."""
        return self.choice(f, TRUE, g) if f < g else self.choice(g, TRUE, f)

    def choice(self, f: int, g: int, h: int) -> int:
        """If ``f`` then ``g`` else ``h``."""
        if f == TRUE or g == h:
            return g
        if f == FALSE:
            return h
        if g == TRUE and h == FALSE:
            return f
        key = (f, g, h)
        known = self._choices.get(key)
        if known is not None:
            return known
        top = min(self.variable_of[k] for k in key if k > TRUE)
        low, high = (
            self.choice(*(self._cofactor(k, top, value) for k in key)) for value in (False, True)
        )
        result = self._choices[key] = self._node(top, low, high)
        return result

    def _cofactor(self, f: int, variable: int, value: bool) -> int:
        if self.variable_of[f] != variable:
            return f
        return self.high[f] if value else self.low[f]

    def _node(self, variable: int, low: int, high: int) -> int:
        if low == high:
            return low
        key = (variable, low, high)
        node = self._nodes.get(key)
        if node is None:
            node = self._nodes[key] = len(self.low)
            self.variable_of.append(variable)
            self.low.append(low)
            self.high.append(high)
        return node
