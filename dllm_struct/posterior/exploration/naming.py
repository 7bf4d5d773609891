"""Tokens that are made of the words and signs that a language names."""

from __future__ import annotations

import re
from collections.abc import Set
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from dllm_struct.vocabulary import Vocabulary

LETTER = re.compile(rb"[A-Za-z]")


@lru_cache(maxsize=16)
def naming_tokens(vocabulary: Vocabulary, literals: Set[bytes]) -> NDArray[np.int32]:
    """Tokens that are literals in a row with blanks between, in either case, one with a letter.

    Args:
        vocabulary: the tokens.
        literals: keywords and signs, hashable.

    Returns:
        int32 [k], ascending.
    """
    longest_first = sorted(literals, key=lambda text: (-len(text), text))
    parts = b"|".join([rb"[ \t\r\n]", *map(re.escape, longest_first)])
    whole = re.compile(b"(?:" + parts + b")+", re.IGNORECASE)
    found = [
        token
        for token, text in enumerate(vocabulary.tokens)
        if text and whole.fullmatch(text) and LETTER.search(text)
    ]
    return np.array(found, np.int32)
