"""Text to token ids and back, with exact bytes: a tokenizer and its vocabulary.

A tokenizer may normalise, add spaces, or drop what it cannot write. An invariant must keep its
bytes, so every tokenisation is compared with the vocabulary's bytes, and spelled from them (fewest
tokens, longest first) where the tokenizer changed something.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

from dllm_struct.errors import EmptyLanguage, InvalidInput
from dllm_struct.vocabulary import Vocabulary

Message = Mapping[str, str]
"""One chat message: ``{"role": ..., "content": ...}``."""

Prompt = str | Sequence[Message]
"""A text, or chat messages."""


class Codec:
    """Turns prompts and fixed text into token ids, and ids into bytes.

    Args:
        tokenizer: a Hugging Face fast tokenizer, a ``tokenizers.Tokenizer``, or a `Vocabulary`
            alone (then text is spelled with the fewest tokens).
        special: further token ids that are never part of a text, such as a mask that the
            vocabulary knows as an ordinary token.
        chat_template: for chat messages, where a Hugging Face tokenizer brings no template.

    Attributes:
        whole: the tokenizer's vocabulary.
        vocabulary: the same without the special tokens.
    """

    def __init__(
        self, tokenizer: Any, special: Collection[int] = (), chat_template: str | None = None
    ) -> None:
        self.tokenizer = tokenizer
        self._chat_template = chat_template
        is_bare = isinstance(tokenizer, Vocabulary)
        self.whole: Vocabulary = tokenizer if is_bare else Vocabulary.from_tokenizer(tokenizer)
        self.vocabulary: Vocabulary = _without(self.whole, special)

    def prompt(self, prompt: Prompt) -> list[int]:
        """Return the token ids of a prompt.

        A tokenizer with a chat template formats it, a plain text as one user message. Without one,
        the codec's own template formats messages, and plain text stays as it is; with neither, the
        contents of messages are joined by line breaks.

        Raises:
            InvalidInput: the prompt is neither text nor messages, or cannot be written as UTF-8.
        """
        messages = _messages(prompt)
        if getattr(self.tokenizer, "chat_template", None):
            return self._tokenise(self._chat(messages))
        if self._chat_template is not None and not isinstance(prompt, str):
            return self._tokenise(self._chat(messages, chat_template=self._chat_template))
        text = prompt if isinstance(prompt, str) else "\n".join(m["content"] for m in messages)
        try:
            return self._tokenise(text, special=True)
        except EmptyLanguage as error:
            raise InvalidInput(f"the prompt: {error.message}", hint=error.hint) from None

    def _chat(self, messages: list[dict[str, str]], **template: str) -> str:
        text: str = self.tokenizer.apply_chat_template(
            messages, add_generation_prompt=True, tokenize=False, **template
        )
        return text

    def exact(self, text: str) -> list[int]:
        """Return token ids whose bytes are exactly ``text``.

        Raises:
            EmptyLanguage: the vocabulary cannot write the text.
            InvalidInput: the text cannot be written as UTF-8.
        """
        wanted = _utf8(text)
        ids = self._tokenise(text)
        written = self.vocabulary.decode(ids)
        if written == wanted and all(self.vocabulary.tokens[token] for token in ids):
            return ids
        if written == b" " + wanted:  # SentencePiece puts a space before the first word
            first = self.vocabulary.tokens[ids[0]] or b""
            return [*self.spell(first[1:]), *ids[1:]]
        return self.spell(wanted)

    def spell(self, data: bytes) -> list[int]:
        """Return the fewest tokens whose bytes are ``data``; the longest first among equals.

        Raises:
            EmptyLanguage: the vocabulary cannot write the bytes.
        """
        never = len(data) + 1
        fewest = [*[never] * len(data), 0]  # tokens needed from each offset to the end
        choice = [0] * len(data)
        for start in range(len(data) - 1, -1, -1):
            for stop in range(min(len(data), start + self._longest), start, -1):
                if fewest[stop] + 1 < fewest[start] and data[start:stop] in self._id_of:
                    fewest[start], choice[start] = fewest[stop] + 1, stop
        if fewest[0] >= never:
            raise EmptyLanguage(
                f"the vocabulary cannot write {data!r}",
                hint="use a tokenizer that has a token for every byte it needs",
            )
        ids, start = [], 0
        while start < len(data):
            ids.append(self._id_of[data[start : choice[start]]])
            start = choice[start]
        return ids

    def decode(self, ids: Iterable[int]) -> bytes:
        """Return the bytes of token ids; special tokens contribute nothing."""
        return self.vocabulary.decode(ids)

    @cached_property
    def _id_of(self) -> dict[bytes, int]:
        tokens = enumerate(self.vocabulary.tokens)
        return {data: token for token, data in reversed(list(tokens)) if data}

    @cached_property
    def _longest(self) -> int:
        return max(map(len, self._id_of), default=0)

    @cached_property
    def _encode(self) -> Callable[[str, bool], list[int]]:
        if isinstance(self.tokenizer, Vocabulary):
            return lambda text, _: self.spell(_utf8(text))
        if hasattr(self.tokenizer, "encode_batch"):  # a bare ``tokenizers.Tokenizer``
            return lambda text, special: list(
                self.tokenizer.encode(text, add_special_tokens=special).ids
            )
        return lambda text, special: list(self.tokenizer.encode(text, add_special_tokens=special))

    def _tokenise(self, text: str, special: bool = False) -> list[int]:
        _utf8(text)
        return self._encode(text, special)


def _without(vocabulary: Vocabulary, special: Collection[int]) -> Vocabulary:
    known = [token for token in special if token < len(vocabulary)]
    if not any(vocabulary.tokens[token] for token in known):
        return vocabulary
    tokens = list(vocabulary.tokens)
    for token in known:
        tokens[token] = None
    return Vocabulary(tokens)


def _messages(prompt: Prompt) -> list[dict[str, str]]:
    if isinstance(prompt, str):
        return [{"role": "user", "content": prompt}]
    messages = prompt if isinstance(prompt, Sequence) else [None]
    if all(isinstance(m, Mapping) and {"role", "content"} <= m.keys() for m in messages):
        return [dict(message) for message in prompt]
    raise InvalidInput(
        f"a prompt cannot be of type {type(prompt).__name__}",
        hint='pass a string, messages ({"role": ..., "content": ...}), or a list of either',
    )


def _utf8(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise InvalidInput(
            f"the text has a lone surrogate at position {error.start}",
            hint="decode the text as UTF-8 before passing it on",
        ) from None
