"""From a tokenizer to bytes: the bytes of every token, and their trie."""

from dllm_struct.vocabulary.trie import Trie
from dllm_struct.vocabulary.vocabulary import Vocabulary

__all__ = ["Trie", "Vocabulary"]
