"""The kinds of documents, one module per walk of life."""

from dllm_struct.models.bundled.data.kinds.business import BUSINESS
from dllm_struct.models.bundled.data.kinds.home import HOME
from dllm_struct.models.bundled.data.kinds.people import PEOPLE
from dllm_struct.models.bundled.data.kinds.support import SUPPORT
from dllm_struct.models.bundled.data.kinds.trade import TRADE

KINDS = (*PEOPLE, *BUSINESS, *TRADE, *SUPPORT, *HOME)

__all__ = ["KINDS"]
