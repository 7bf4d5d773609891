"""From a Hugging Face fast tokenizer to the bytes of each token.

A tokenizer turns ids into text by its *decoder*, a pipeline whose steps are known: this module runs
the same steps on one token at a time, over bytes instead of text. What a decoder does at the edges
of a text only (drop the first space, or the last one) is left out, because a token in the middle of
a canvas is not at an edge. A step whose effect on a token depends on its neighbours is refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from dllm_struct.errors import UnsupportedTokenizer

Piece = str | bytes
"""A token on its way through the decoder: text until a step knows the bytes."""

Step = Callable[[Piece], Piece]
Settings = Mapping[str, Any]

HINT = "pass the bytes of every token: Vocabulary(list of bytes, None for special tokens)"

# WordPiece's clean-up of a word that follows a space, in its order.
_CLEAN_UP = (
    (" .", "."),
    (" ?", "?"),
    (" !", "!"),
    (" ,", ","),
    (" ' ", "'"),
    (" n't", "n't"),
    (" 'm", "'m"),
    (" do not", " don't"),
    (" 's", "'s"),
    (" 've", "'ve"),
    (" 're", "'re"),
)


def _byte_letters() -> dict[str, int]:
    """Return byte-level BPE's letter for each byte (GPT-2's encoder, Radford et al. 2019).

    Printable Latin-1 characters stand for themselves; the other bytes, in order, for U+0100 and up.
    """
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    hidden = sorted(set(range(0x100)) - set(printable))
    return {chr(byte): byte for byte in printable} | {
        chr(0x100 + i): byte for i, byte in enumerate(hidden)
    }


BYTE_LETTERS = _byte_letters()
# To Latin-1, which writes a byte as the character of the same number; a character below U+0100 that
# is no letter becomes one that Latin-1 lacks.
_TO_LATIN_1 = {byte: 0x100 for byte in range(0x100) if chr(byte) not in BYTE_LETTERS} | {
    ord(letter): byte for letter, byte in BYTE_LETTERS.items()
}


def text_bytes(piece: Piece) -> bytes:
    """Return the piece as bytes: text is UTF-8."""
    return piece.encode("utf-8", "surrogatepass") if isinstance(piece, str) else piece


def decoding_steps(tokenizer: Any) -> list[Step]:
    """Read how a tokenizer turns one token into bytes.

    Args:
        tokenizer: a `tokenizers.Tokenizer`.

    Returns:
        Functions to apply to the token in order; what they leave as text is UTF-8.

    Raises:
        UnsupportedTokenizer: for a decoder (or the lack of one) whose bytes cannot be known.
    """
    decoder = _settings(tokenizer.decoder)
    if decoder is None:
        decoder = _decoder_of_pre_tokenizer(_settings(tokenizer.pre_tokenizer))
    steps: list[Step] = []
    fused = False
    for settings in _flatten(decoder, "decoders"):
        kind = settings["type"]
        if kind == "Fuse":
            fused = True
        elif fused and kind == "Strip":
            _check_edge(settings)
        elif fused or kind not in _STEPS:
            where = " after Fuse" if fused else ""
            raise UnsupportedTokenizer(f"tokenizer's decoder has a {kind} step{where}", hint=HINT)
        else:
            steps.append(_STEPS[kind](settings))
    return steps


def _settings(component: Any) -> dict[str, Any] | None:
    """Return a tokenizer component's settings as its JSON has them."""
    if component is None:
        return None
    try:
        state = json.loads(component.__getstate__())
    except Exception as error:
        raise UnsupportedTokenizer(
            f"tokenizer has a custom {type(component).__name__}", hint=HINT
        ) from error
    assert isinstance(state, dict)
    return state


def _flatten(settings: dict[str, Any], key: str) -> Iterable[dict[str, Any]]:
    if settings["type"] != "Sequence":
        return [settings]
    return [step for inner in settings[key] for step in _flatten(inner, key)]


def _decoder_of_pre_tokenizer(pre_tokenizer: dict[str, Any] | None) -> dict[str, Any]:
    """Return the decoder that undoes a pre-tokenizer, for a tokenizer that was given none."""
    known = ("ByteLevel", "Metaspace")
    for settings in _flatten(pre_tokenizer, "pretokenizers") if pre_tokenizer else ():
        if settings["type"] in known:
            return settings
    raise UnsupportedTokenizer("tokenizer has no decoder", hint=HINT)


def _check_edge(settings: Settings) -> None:
    """Accept a Strip of the whole text that drops one space at its edges and nothing else."""
    if settings["content"] != " ":
        raise UnsupportedTokenizer(
            f"tokenizer's decoder strips {settings['content']!r} from the text", hint=HINT
        )


def _byte_level(settings: Settings) -> Step:
    def step(piece: Piece) -> Piece:
        if isinstance(piece, bytes):
            return piece
        try:
            return piece.translate(_TO_LATIN_1).encode("latin-1")
        except UnicodeEncodeError:  # not written in byte letters: the decoder takes it as text
            return piece

    return step


def _byte_fallback(settings: Settings) -> Step:
    pattern = re.compile("<0x([0-9A-Fa-f]{2})>")

    def step(piece: Piece) -> Piece:
        match = pattern.fullmatch(piece) if isinstance(piece, str) else None
        return bytes([int(match[1], 16)]) if match else piece

    return step


def _on_text(change: Callable[[str], str]) -> Step:
    return lambda piece: change(piece) if isinstance(piece, str) else piece


def _replace(settings: Settings) -> Step:
    pattern, content = settings["pattern"], settings["content"]
    if "String" not in pattern:
        raise UnsupportedTokenizer("tokenizer's decoder replaces a regex", hint=HINT)
    return _on_text(lambda text: text.replace(pattern["String"], content))


def _metaspace(settings: Settings) -> Step:
    return _on_text(lambda text: text.replace(settings["replacement"], " "))


def _strip(settings: Settings) -> Step:
    content, start, stop = settings["content"], settings["start"], settings["stop"]

    def change(text: str) -> str:
        head = min(start, len(text) - len(text.lstrip(content)))
        tail = min(stop, len(text) - len(text.rstrip(content)))
        return text[head : len(text) - tail]

    return _on_text(change)


def _word_piece(settings: Settings) -> Step:
    prefix, clean = settings["prefix"], settings["cleanup"]

    def change(text: str) -> str:
        word = text.removeprefix(prefix) if text.startswith(prefix) else f" {text}"
        for old, new in _CLEAN_UP if clean else ():
            word = word.replace(old, new)
        return word

    return _on_text(change)


def _word_suffix(settings: Settings) -> Step:
    return _on_text(lambda text: text.replace(settings["suffix"], " "))


_STEPS: dict[str, Callable[[Settings], Step]] = {
    "ByteLevel": _byte_level,
    "ByteFallback": _byte_fallback,
    "Replace": _replace,
    "Metaspace": _metaspace,
    "Strip": _strip,
    "WordPiece": _word_piece,
    "BPEDecoder": _word_suffix,
}
