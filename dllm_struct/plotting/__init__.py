"""Pictures of runs, with matplotlib (the extra ``plot``).

Importing this package raises `MissingExtra` where matplotlib is not installed.
"""

from dllm_struct.errors import MissingExtra

try:
    from dllm_struct.plotting.curves import quality_curve, slot_lengths
    from dllm_struct.plotting.figures import save
    from dllm_struct.plotting.heatmap import heatmap
    from dllm_struct.plotting.scores import Score, quality_by_passes, read_scores
except ModuleNotFoundError as error:
    raise MissingExtra(
        f"pictures need matplotlib: {error}", hint="install it: pip install 'dllm-struct[plot]'"
    ) from error

__all__ = [
    "Score",
    "heatmap",
    "quality_by_passes",
    "quality_curve",
    "read_scores",
    "save",
    "slot_lengths",
]
