"""What both sides of a pipe have, and do not send: tokenizer, vocabularies, the network's facts."""

from __future__ import annotations

import io
import pickle
from dataclasses import dataclass
from itertools import count
from typing import Any
from weakref import WeakKeyDictionary

from torch import Tensor
from typing_extensions import override

from dllm_struct.decoding.caches import Kept
from dllm_struct.errors import InvalidDecoding, InvalidInput
from dllm_struct.generation import Model
from dllm_struct.models.caching.probing import require_cache
from dllm_struct.models.family import Family
from dllm_struct.vocabulary import Vocabulary
from dllm_struct.vocabulary.codec import Codec

NETWORK = ("network", None)
FACTS = ("config", "name_or_path")
EMBEDDINGS = "get_input_embeddings"


class StandIn:
    """What a worker has in place of the network.

    Args:
        facts: by the names of the network's attributes.
        refusal: why it takes no cache; None: it does.
    """

    def __init__(self, facts: dict[str, Any], refusal: InvalidDecoding | None = None) -> None:
        vars(self).update(facts)
        self._refusal = refusal

    def require_cache(self) -> None:
        """Refuse a network that takes no cache.

        Raises:
            InvalidDecoding: as the network itself was refused.
        """
        if self._refusal is not None:
            raise self._refusal

    def __call__(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Passes are made elsewhere."""
        raise NotImplementedError("a worker has no network")


@dataclass(frozen=True)
class Parts:
    """What a model without its network is made of.

    Attributes:
        network: stands for the network, as far as strategies ask for facts of it.
        tokenizer: as the model has it.
        family: likewise.
    """

    network: StandIn
    tokenizer: Any
    family: Family

    @classmethod
    def of(cls, model: Model) -> Parts:
        """Return the parts of a model.

        Raises:
            InvalidInput: they cannot be sent to another process.
        """
        parts = cls(_stand_in(model), model.tokenizer, model.family)
        try:
            pickle.dumps(parts)
        except (AttributeError, TypeError, pickle.PicklingError) as error:
            raise InvalidInput(
                f"the tokenizer cannot be sent to another process: {error}",
                hint="serve with isolation='threads'",
            ) from error
        return parts

    def model(self) -> Model:
        """Return a model that prepares the same jobs, but cannot make a pass."""
        return Model(self.network, self.tokenizer, self.family)


def _stand_in(model: Model) -> StandIn:
    network = model.network
    facts = {name: getattr(network, name) for name in FACTS if hasattr(network, name)}
    if hasattr(network, EMBEDDINGS):
        facts[EMBEDDINGS] = None
    try:
        require_cache(network, model.family)
    except InvalidDecoding as error:
        return StandIn(facts, error)
    return StandIn(facts)


class Sharing:
    """Pickles values for the other side, which has a model of the same parts.

    What a cache keeps stays on the side of the network: the other one sends a number for it.

    Args:
        model: of this side.
    """

    def __init__(self, model: Model) -> None:
        self._model = model
        self._numbers: WeakKeyDictionary[Kept, int] = WeakKeyDictionary()
        self._next = count()
        self._kept: dict[int, Kept] = {}

    def forget(self) -> None:
        """Let go of what caches keep."""
        self._kept.clear()

    def number(self, kept: Kept) -> int:
        """Return the number under which a cache is sent."""
        return self._numbers.setdefault(kept, next(self._next))

    def kept(self, number: int) -> Kept:
        """Return the cache that was sent as a number."""
        return self._kept.setdefault(number, Kept())

    def dumps(self, value: Any) -> bytes:
        """Return a value as bytes."""
        file = io.BytesIO()
        _Pickler(file, self._model, self).dump(value)
        return file.getvalue()

    def loads(self, data: bytes) -> Any:
        """Return the value of bytes that the other side has written."""
        return _Unpickler(io.BytesIO(data), self._model, self).load()


class _Pickler(pickle.Pickler):
    def __init__(self, file: io.BytesIO, model: Model, sharing: Sharing) -> None:
        super().__init__(file, pickle.HIGHEST_PROTOCOL)
        self._model, self._sharing = model, sharing

    @override
    def persistent_id(self, obj: Any) -> tuple[str, int | None] | None:
        if obj is self._model.network:
            return NETWORK
        if isinstance(obj, Kept):
            return ("kept", self._sharing.number(obj))
        if isinstance(obj, Codec | Vocabulary):
            for null in (None, self._model.family.tail_token_id):
                codec = self._model.codec(null)
                if obj is codec:
                    return ("codec", null)
                if obj is codec.vocabulary:
                    return ("vocabulary", null)
        return None


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: io.BytesIO, model: Model, sharing: Sharing) -> None:
        super().__init__(file)
        self._model, self._sharing = model, sharing

    @override
    def persistent_load(self, pid: Any) -> Any:
        name, null = pid
        if pid == NETWORK:
            return self._model.network
        if name == "kept":
            return self._sharing.kept(null)
        codec = self._model.codec(null)
        return codec if name == "codec" else codec.vocabulary
