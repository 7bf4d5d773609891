"""What both sides of a pipe have, and do not send: tokenizer, vocabularies, the network's facts."""

from __future__ import annotations

import io
import pickle
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from typing_extensions import override

from dllm_struct.errors import InvalidInput
from dllm_struct.generation import Model
from dllm_struct.models.family import Family
from dllm_struct.vocabulary import Vocabulary
from dllm_struct.vocabulary.codec import Codec

NETWORK = ("network", None)
FACTS = ("config", "name_or_path")
EMBEDDINGS = "get_input_embeddings"


@dataclass(frozen=True)
class Parts:
    """What a model without its network is made of.

    Attributes:
        facts: of the network, as far as strategies ask for them.
        tokenizer: as the model has it.
        family: likewise.
    """

    facts: dict[str, Any]
    tokenizer: Any
    family: Family

    @classmethod
    def of(cls, model: Model) -> Parts:
        """Return the parts of a model.

        Raises:
            InvalidInput: they cannot be sent to another process.
        """
        network = model.network
        facts = {name: getattr(network, name) for name in FACTS if hasattr(network, name)}
        if hasattr(network, EMBEDDINGS):
            facts[EMBEDDINGS] = None
        parts = cls(facts, model.tokenizer, model.family)
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
        stand_in: Any = SimpleNamespace(**self.facts)
        return Model(stand_in, self.tokenizer, self.family)


class Sharing:
    """Pickles values for the other side, which has a model of the same parts.

    Args:
        model: of this side.
    """

    def __init__(self, model: Model) -> None:
        self._model = model

    def dumps(self, value: Any) -> bytes:
        """Return a value as bytes."""
        file = io.BytesIO()
        _Pickler(file, self._model).dump(value)
        return file.getvalue()

    def loads(self, data: bytes) -> Any:
        """Return the value of bytes that the other side has written."""
        return _Unpickler(io.BytesIO(data), self._model).load()


class _Pickler(pickle.Pickler):
    def __init__(self, file: io.BytesIO, model: Model) -> None:
        super().__init__(file, pickle.HIGHEST_PROTOCOL)
        self._model = model

    @override
    def persistent_id(self, obj: Any) -> tuple[str, int | None] | None:
        if obj is self._model.network:
            return NETWORK
        if isinstance(obj, Codec | Vocabulary):
            for null in (None, self._model.family.tail_token_id):
                codec = self._model.codec(null)
                if obj is codec:
                    return ("codec", null)
                if obj is codec.vocabulary:
                    return ("vocabulary", null)
        return None


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: io.BytesIO, model: Model) -> None:
        super().__init__(file)
        self._model = model

    @override
    def persistent_load(self, pid: Any) -> Any:
        name, null = pid
        if pid == NETWORK:
            return self._model.network
        codec = self._model.codec(null)
        return codec if name == "codec" else codec.vocabulary
