"""Further wordings of every kind of document, which only training sees."""

from __future__ import annotations

from collections.abc import Mapping

from dllm_struct.models.bundled.data.wordings.business import BUSINESS
from dllm_struct.models.bundled.data.wordings.home import HOME
from dllm_struct.models.bundled.data.wordings.people import PEOPLE
from dllm_struct.models.bundled.data.wordings.support import SUPPORT
from dllm_struct.models.bundled.data.wordings.trade import TRADE
from dllm_struct.models.bundled.data.wordings.types import Wordings

WORDINGS: Mapping[str, Wordings] = {**PEOPLE, **BUSINESS, **TRADE, **SUPPORT, **HOME}

__all__ = ["WORDINGS", "Wordings"]
