"""No remasking: what is committed stays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dllm_struct.decoding.remasking.base import REMASKINGS, Remasking


@REMASKINGS.register("never")
@dataclass(frozen=True)
class Never(Remasking):
    """Changes nothing."""

    looks_back: ClassVar[bool] = False
