"""Does a tokenizer agree with the bytes read from it?

The bytes of tokens are compared with the tokenizer's own encode and decode, on a few texts and on
tokens from the whole vocabulary. Spaces at the edges of a text are not compared: there decoders
drop one, and bytes in the middle of a canvas must not.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dllm_struct.errors import UnsupportedTokenizer
from dllm_struct.vocabulary.token_bytes import HINT

PROBES = (
    "Hello, world! It's 12:30, and the year is 2024.",
    '{"name": "Zoë", "tags": ["a-b", 3.5e-2], "ok": true}',
    "def area(r):\n    return 3.14 * r ** 2  # naïve\n",
    "日本語 и русский 🙂",
)

SAMPLE = 512
"""How many tokens of the vocabulary are decoded one by one."""


def check(backend: Any, tokens: Sequence[bytes | None]) -> None:
    """Compare bytes with what the tokenizer itself encodes and decodes.

    Args:
        backend: a `tokenizers.Tokenizer`.
        tokens: [V], the bytes read from it.

    Raises:
        UnsupportedTokenizer: at the first text or token on which they differ.
    """
    for probe in PROBES:
        _check_text(backend, tokens, probe)
    if backend.decoder is not None:
        _check_tokens(backend, tokens)


def _check_text(backend: Any, tokens: Sequence[bytes | None], probe: str) -> None:
    """Compare the bytes of an encoded text with the text, also as normalised or decoded again."""
    ids = backend.encode(probe, add_special_tokens=False).ids
    if any(tokens[i] is None for i in ids):
        return  # unknown to the tokenizer, or written with added tokens
    expected = [probe]
    if backend.normalizer is not None:
        expected.append(backend.normalizer.normalize_str(probe))
    if backend.decoder is not None:
        expected.append(backend.decode(ids))
    found = _text(tokens, ids)
    if found.strip(" ") not in [text.strip(" ") for text in expected]:
        raise UnsupportedTokenizer(
            f"the tokens of {probe!r} have the bytes of {found!r}", hint=HINT
        )


def _check_tokens(backend: Any, tokens: Sequence[bytes | None]) -> None:
    """Compare tokens from the whole vocabulary, each decoded after a plain word."""
    known = [i for i, token in enumerate(tokens) if token]
    words = (i for i in known if (tokens[i] or b"").strip(b" ").isalpha())
    anchor = next(words, None)
    if anchor is None:
        return
    for i in known[:: max(1, len(known) // SAMPLE)]:
        expected = backend.decode([anchor, i], skip_special_tokens=False)
        found = _text(tokens, [anchor, i])
        if "\N{REPLACEMENT CHARACTER}" in expected:
            continue  # a part of a character: the decoder has no text for it
        if found.strip(" ") != expected.strip(" "):
            raise UnsupportedTokenizer(
                f"token {i} reads {expected!r} where its bytes read {found!r}", hint=HINT
            )


def _text(tokens: Sequence[bytes | None], ids: Sequence[int]) -> str:
    return b"".join(tokens[i] or b"" for i in ids).decode("utf-8", "replace")
