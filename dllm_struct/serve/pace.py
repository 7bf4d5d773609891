"""How many positions a forward pass may have so that it takes no longer than wanted.

The time of a pass is taken to be a + b times its positions, fitted to the latest ones. On a CPU b
is what counts, and small passes let many outputs take turns; on a GPU a large pass takes hardly
longer than a small one, and everything goes into one.
"""

from __future__ import annotations

import math
from threading import Lock

MEMORY = 0.95
"""What a pass weighs when the next one is seen: some twenty passes count."""


class Pace:
    """The time of passes by their size; used by several threads.

    Args:
        seconds: that a pass should take at most.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._lock = Lock()
        self._weight = self._x = self._y = self._xx = self._xy = 0.0

    def saw(self, positions: int, seconds: float) -> None:
        """Take account of a pass."""
        with self._lock:
            self._weight = MEMORY * self._weight + 1.0
            self._x = MEMORY * self._x + positions
            self._y = MEMORY * self._y + seconds
            self._xx = MEMORY * self._xx + positions * positions
            self._xy = MEMORY * self._xy + positions * seconds

    @property
    def room(self) -> float:
        """Most positions of a pass; infinite where size is not known to matter."""
        with self._lock:
            spread = self._weight * self._xx - self._x * self._x
            if spread <= 1e-6 * self._xx:  # passes of one size say nothing
                return math.inf
            slope = (self._weight * self._xy - self._x * self._y) / spread
            if slope <= 0:
                return math.inf
            start = max(0.0, (self._y - slope * self._x) / self._weight)
            return max(0.0, (self._seconds - start) / slope)
