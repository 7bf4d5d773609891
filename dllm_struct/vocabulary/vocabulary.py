"""The bytes of every token of a model."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from dllm_struct.errors import InvalidInput, UnsupportedTokenizer
from dllm_struct.vocabulary.self_check import check
from dllm_struct.vocabulary.token_bytes import HINT, decoding_steps, text_bytes
from dllm_struct.vocabulary.trie import Trie, build_trie


class Vocabulary:
    """Token id → bytes; immutable, picklable, equal and hashed by content.

    Args:
        tokens: [V], the bytes of each token id; None for tokens that are no part of any text
            (special and added tokens, unused ids). Empty bytes count as None.

    Raises:
        InvalidInput: if an entry is neither bytes nor None, or no token has bytes.
    """

    def __init__(self, tokens: Sequence[bytes | None]) -> None:
        for i, token in enumerate(tokens):
            if token is not None and not isinstance(token, bytes):
                raise InvalidInput(
                    f"token {i} of the vocabulary is {type(token).__name__}, not bytes",
                    hint="give bytes, or None for a token without text",
                )
        self.tokens: tuple[bytes | None, ...] = tuple(token or None for token in tokens)
        if not any(self.tokens):
            raise InvalidInput(
                "no token of the vocabulary has bytes", hint="give the bytes of the text tokens"
            )

    @classmethod
    def from_tokenizer(cls, tokenizer: Any) -> Vocabulary:
        """Read the bytes of every token from a Hugging Face fast tokenizer.

        Special and added tokens and the unknown token have none. A token of a SentencePiece
        vocabulary that begins with ``▁``, and a WordPiece token without ``##``, begins with a
        space: `decode` keeps that space also where the tokenizer's own decode drops it, at the
        beginning of a text.

        Args:
            tokenizer: a `transformers.PreTrainedTokenizerFast` or a `tokenizers.Tokenizer`; a
                vocabulary is returned as it is.

        Returns:
            The vocabulary, with one entry for every id up to the largest one in use.

        Raises:
            UnsupportedTokenizer: if the bytes of its tokens cannot be known.
        """
        if isinstance(tokenizer, Vocabulary):
            return tokenizer
        backend = getattr(tokenizer, "backend_tokenizer", tokenizer)
        if not hasattr(backend, "decoder") or not hasattr(backend, "get_added_tokens_decoder"):
            raise UnsupportedTokenizer(
                f"{type(tokenizer).__name__} is not a fast tokenizer",
                hint=f"load it with use_fast=True, or {HINT}",
            )
        steps = decoding_steps(backend)
        silent = _ids_without_text(backend) | set(getattr(tokenizer, "all_special_ids", ()))
        ids = backend.get_vocab(with_added_tokens=True)
        tokens: list[bytes | None] = [None] * (max(ids.values(), default=-1) + 1)
        for token, i in ids.items():
            if i not in silent:
                piece = token
                for step in steps:
                    piece = step(piece)
                tokens[i] = text_bytes(piece)
        check(backend, tokens)
        return cls(tokens)

    def decode(self, ids: Iterable[int]) -> bytes:
        """Join the bytes of token ids; ids without bytes contribute nothing."""
        return b"".join(self.tokens[i] or b"" for i in ids)

    @cached_property
    def trie(self) -> Trie:
        """The byte trie of all tokens that have bytes."""
        return build_trie(self.tokens)

    @cached_property
    def fingerprint(self) -> str:
        """A hash of the content: equal for equal vocabularies, in every process."""
        lengths = np.array([len(token or b"") for token in self.tokens], "<u4")
        content = hashlib.sha256(lengths.tobytes())
        content.update(b"".join(token for token in self.tokens if token))
        return content.hexdigest()

    def __len__(self) -> int:
        """The number of token ids, those without bytes included."""
        return len(self.tokens)

    def __eq__(self, other: object) -> bool:
        """Whether both have the same bytes for the same ids."""
        return isinstance(other, Vocabulary) and self.fingerprint == other.fingerprint

    def __hash__(self) -> int:
        """The hash of the content."""
        return hash(self.fingerprint)

    def __repr__(self) -> str:
        """A short description."""
        return f"Vocabulary({len(self)} tokens, {self.fingerprint[:8]})"

    def __reduce__(self) -> tuple[type[Vocabulary], tuple[tuple[bytes | None, ...]]]:
        return Vocabulary, (self.tokens,)


def _ids_without_text(backend: Any) -> set[int]:
    """Return the ids of added tokens (special or not) and of the unknown token."""
    ids = set(backend.get_added_tokens_decoder())
    unknown = getattr(backend.model, "unk_token", None)
    if unknown is not None:
        ids.add(backend.token_to_id(unknown))
    elif type(backend.model).__name__ == "Unigram":
        ids.add(json.loads(backend.model.__getstate__())["unk_id"])
    return ids
