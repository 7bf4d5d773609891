"""How often each token of a vocabulary stands in a background corpus, and the file that holds it.

The file is one JSON object:

    {"format": "dllm-struct token frequencies 1",
     "vocabulary": fingerprint of the vocabulary (see `Vocabulary.fingerprint`),
     "total": number of tokens counted,
     "counts": {token id: how often it was counted, ...}}      tokens that were never seen left out

The frequency of a token is count / total. Tokens without text (null, mask and other special ones)
are no part of a corpus; they get frequency 1: they carry nothing.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from dllm_struct.errors import InvalidInput
from dllm_struct.files import read_json
from dllm_struct.vocabulary import Vocabulary
from dllm_struct.vocabulary.codec import Codec

FORMAT = "dllm-struct token frequencies 1"


@dataclass(frozen=True)
class Frequencies:
    """Counts of tokens.

    Attributes:
        vocabulary: fingerprint of the tokenizer's vocabulary.
        total: how many tokens were counted, at least 1.
        counts: token id to how often it was counted.
    """

    vocabulary: str
    total: int
    counts: Mapping[int, int]

    @classmethod
    def count(
        cls, texts: Iterable[str], tokenizer: Any, special: Collection[int] = ()
    ) -> Frequencies:
        """Count the tokens of texts.

        Args:
            texts: the background corpus.
            tokenizer: of the model, as for `Model`.
            special: the special tokens of its family.

        Raises:
            InvalidInput: there is no token in them.
            EmptyLanguage: a text cannot be written with the tokenizer.
        """
        codec = Codec(tokenizer, special)
        counts = Counter(token for text in texts for token in codec.exact(text))
        if not counts:
            raise InvalidInput("the texts hold no token", hint="give texts that are not empty")
        return cls(codec.whole.fingerprint, counts.total(), dict(sorted(counts.items())))

    @classmethod
    def load(cls, path: Path) -> Frequencies:
        """Read a file.

        Raises:
            InvalidInput: it cannot be read, or holds something else.
        """
        data = read_json(path)
        if not _is_table(data):
            raise InvalidInput(
                f"{path} holds no token frequencies", hint="make it with dllm-struct frequencies"
            )
        counts = {int(token): count for token, count in data["counts"].items()}
        return cls(data["vocabulary"], data["total"], counts)

    def save(self, path: Path) -> None:
        """Write a file."""
        counts = {str(token): count for token, count in self.counts.items()}
        data = {"format": FORMAT, "vocabulary": self.vocabulary, "total": self.total}
        text = json.dumps({**data, "counts": counts}, separators=(",", ":"))
        path.write_text(f"{text}\n", encoding="utf-8")

    def of(self, vocabulary: Vocabulary) -> Tensor:
        """Frequency of every token of the vocabulary, float64 [V]; 1 for tokens without text."""
        found = torch.zeros(len(vocabulary), dtype=torch.float64)
        for token, count in self.counts.items():
            found[token] = count / self.total
        silent = [token is None for token in vocabulary.tokens]
        return found.masked_fill(torch.tensor(silent), 1.0)


def _is_table(data: Any) -> bool:
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        return False
    counts, total = data.get("counts"), data.get("total")
    return (
        isinstance(data.get("vocabulary"), str)
        and isinstance(counts, dict)
        and type(total) is int
        and total > 0
        and all(token.isdecimal() and type(n) is int and n > 0 for token, n in counts.items())
    )
