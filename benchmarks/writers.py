"""A model that answers at random writes a document for a schema; `jsonschema` judges it."""

from __future__ import annotations

import json
from time import perf_counter
from typing import Any

from documents import validator
from random_network import RandomNetwork

import dllm_struct as ds


class Writer:
    """Writes one document after the other.

    Args:
        vocabulary: text tokens, then a mask and a null token.
        positions: most positions of a canvas; None: as the library likes.
        steps: forward passes for a document.
    """

    def __init__(self, vocabulary: ds.Vocabulary, positions: int | None, steps: int) -> None:
        size = len(vocabulary)
        family = ds.Family(mask_token_id=size - 2, null_token_id=size - 1)
        self.network = RandomNetwork(size)
        self.model = ds.Model(self.network, vocabulary, family)
        self.positions = positions
        self.steps = steps

    def write(self, item: dict[str, Any]) -> dict[str, Any]:
        """Return what became of a document: ``written`` or ``failed``.

        Args:
            item: the ``schema``, the ``structure`` (template or free) and the ``seed``.
        """
        schema, seed = item["schema"], item["seed"]
        decoding = ds.Decoding(structure=item["structure"], steps=self.steps)
        self.network.generator.manual_seed(seed)
        start = perf_counter()
        try:
            out = self.model.generate(
                "x", schema, decoding=decoding, max_tokens=self.positions, seed=seed
            )
        except MemoryError:
            raise
        except Exception as error:  # what is counted here is that there is none
            return {"status": "failed", "kind": type(error).__name__, "reason": str(error)}
        took = 1000 * (perf_counter() - start)
        return {"status": "written", "ms": took, "text": out.text, "nfe": out.stats.nfe}


def judged(item: dict[str, Any]) -> dict[str, Any]:
    """Return the status of a text, and why when it is not valid.

    Args:
        item: the ``schema`` and the ``text``.
    """
    schema, text = item["schema"], item["text"]
    try:
        value = json.loads(text, object_pairs_hook=_without_repetition)
        error = next(validator(schema).iter_errors(value), None)
    except ValueError as mistake:
        return {"status": "invalid", "reason": str(mistake)}
    except Exception as mistake:  # patterns that Python cannot read, numbers beyond its floats
        return {"status": "not judged", "reason": f"{type(mistake).__name__}: {mistake}"}
    if error is None:
        return {"status": "valid"}
    path = "/".join(map(str, error.absolute_path))
    return {"status": "invalid", "reason": f"at '/{path}': {error.message}"[:300]}


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a property twice")
    return found
