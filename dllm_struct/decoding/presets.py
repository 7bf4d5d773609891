"""Named settings, chosen by measurement with the bundled model.

`benchmarks/decoding.py` prints the measurement; `docs/reference/measurements.md` has it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

PRESETS: Mapping[str, Mapping[str, Any]] = {
    "fast": {"sampler": "threshold", "threshold": 0.7},
    "balanced": {"sampler": "threshold", "threshold": 0.9},
    "quality": {"sampler": "entropy-bounded"},
}
"""Name to settings of `Decoding`; whatever is not named is the default."""
