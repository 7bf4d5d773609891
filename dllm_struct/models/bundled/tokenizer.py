"""A small byte-level BPE whose pieces never cross a border of JSON structure.

The pre-tokeniser cuts text into single digits, runs of letters, single spaces, line breaks with
their indentation, runs of JSON structure, and single other characters. So a word has the same
tokens in a text and inside a JSON string, and copying is copying of tokens; and the tokens of a
JSON text are those of its slots and invariants put together.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

PAD, MASK, NULL = "<|pad|>", "<|mask|>", "<|null|>"
SYSTEM, USER, ASSISTANT = "<|system|>", "<|user|>", "<|assistant|>"
SPECIAL = (PAD, MASK, NULL, SYSTEM, USER, ASSISTANT)

PIECES = "|".join(
    (
        r"\p{N}",
        r"\p{L}+",
        r"\n *",
        r"\}, \{\"",  # between the objects of an array
        r"\}\]",
        r"\"\]",
        r"\[\{\"",
        r"\[\"",
        r"\{\"",
        r"\": ",  # after a key: the space belongs to the invariant
        r", \"",
        r"\[\]",
        r"\{\}",
        r", ",
        r": ",
        r" ",
        r".",
    )
)

CHAT_TEMPLATE = (
    "{% for message in messages %}{{ '<|' + message['role'] + '|>' + message['content'] }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}"
)


class Encoder:
    """Text to token ids, with a cache of nothing and no special tokens in text."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        """Wrap a trained tokenizer."""
        self.tokenizer = tokenizer
        self.special: dict[str, int] = {
            token: _known(tokenizer.token_to_id(token)) for token in SPECIAL
        }

    @classmethod
    def load(cls, folder: Path) -> Encoder:
        """Read ``tokenizer.json`` from a folder."""
        return cls(Tokenizer.from_file(str(folder / "tokenizer.json")))

    def encode(self, text: str) -> list[int]:
        """Return the token ids of a text."""
        ids: list[int] = self.tokenizer.encode(text, add_special_tokens=False).ids
        return ids

    def decode(self, ids: list[int]) -> str:
        """Return the text of token ids, special tokens left out."""
        text: str = self.tokenizer.decode(ids, skip_special_tokens=True)
        return text


def _known(token_id: int | None) -> int:
    if token_id is None:
        raise ValueError("the tokenizer lacks a special token of the bundled model")
    return token_id


def train(texts: Iterable[str], vocabulary_size: int) -> Tokenizer:
    """Train the tokenizer on texts.

    Args:
        texts: what it should write briefly.
        vocabulary_size: number of tokens, the special ones and all 256 bytes among them.

    Returns:
        The tokenizer.
    """
    tokenizer: Any = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(PIECES), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary_size,
        special_tokens=list(SPECIAL),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer=trainer)
    return Tokenizer.from_str(tokenizer.to_str())


def save(tokenizer: Tokenizer, folder: Path) -> None:
    """Write the tokenizer as transformers reads it, with its chat template."""
    fast: Any = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer,
        pad_token=PAD,
        mask_token=MASK,
        additional_special_tokens=[NULL, SYSTEM, USER, ASSISTANT],
        clean_up_tokenization_spaces=False,
        padding_side="right",
        model_input_names=["input_ids", "attention_mask"],
    )
    fast.chat_template = CHAT_TEMPLATE
    fast.save_pretrained(str(folder), save_jinja_files=False)
