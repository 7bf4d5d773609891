"""From a configuration and a tokenizer to a family."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from dllm_struct.errors import UnknownModel
from dllm_struct.models.families.base import Chat, Known, Tokens
from dllm_struct.models.families.diffusion_gemma import family_of, is_diffusion_gemma
from dllm_struct.models.families.table import known
from dllm_struct.models.family import Family

NULL_TOKENS = ("<|null|>",)
MASK = Tokens("mask_token_id", ("<|mask|>", "[MASK]", "<mask>", "<|MASK|>", "<|mdm_mask|>"))
LENGTHS = ("max_sequence_length", "max_position_embeddings")
BLOCKS = ("block_length", "block_size")
HINT = "pass its token ids: load(name, family=Family(mask_token_id=..., ...))"


def recognise(name: str, config: Any, tokenizer: Any) -> Family:
    """Return the family of a checkpoint.

    Args:
        name: of the checkpoint, for messages.
        config: of transformers.
        tokenizer: of transformers.

    Raises:
        UnknownModel: it has no mask token, and its network was not trained without one.
    """
    if is_diffusion_gemma(config):
        return family_of(config, tokenizer)
    table = known(config)
    sources = _Sources(config, tokenizer)
    return _bidirectional(name, sources) if table is None else _of_table(name, table, sources)


def stated_length(config: Any) -> int | None:
    """Return how many positions a configuration says its network can take."""
    found = (getattr(config, name, None) for name in LENGTHS)
    return next((length for length in found if isinstance(length, int)), None)


class _Sources:
    """Where ids are looked up: a configuration, and what the tokenizer calls its tokens."""

    def __init__(self, config: Any, tokenizer: Any) -> None:
        self.config = config
        self.tokenizer = tokenizer
        self.ids: Mapping[str, int] = tokenizer.get_vocab()

    def find(self, tokens: Tokens, *taken: int | None) -> int | None:
        """Return a token's id: the first stated one that the tokenizer has and that is free."""
        return self._first(tokens, max(self.ids.values(), default=-1), taken)

    def find_mask(self, tokens: Tokens, *taken: int | None) -> int | None:
        """Return the mask's id, which only the network has to know."""
        last = max(self.ids.values(), default=-1)
        return self._first(
            tokens, max((getattr(self.config, "vocab_size", 0) or 0) - 1, last), taken
        )

    def _first(self, tokens: Tokens, last: int, taken: Collection[int | None]) -> int | None:
        own = getattr(self.tokenizer, tokens.name, None)
        written = [self.ids[text] for text in tokens.texts if text in self.ids]
        stated = [_single(getattr(self.config, tokens.name, None)), *written, own, tokens.id]
        fitting = (token for token in stated if token is not None and 0 <= token <= last)
        return next((token for token in fitting if token not in taken), None)


def _of_table(name: str, table: Known, sources: _Sources) -> Family:
    eos = sources.find(table.eos)
    mask = sources.find_mask(table.mask, eos)
    if mask is None:
        raise UnknownModel(f"'{name}' ({table.name}) has no mask token", hint=HINT)
    expand = sources.find(table.expand, eos, mask)
    return Family(
        mask_token_id=mask,
        name=table.name,
        eos_token_id=eos,
        logits_shift=table.logits_shift,
        max_length=stated_length(sources.config),
        expand_token_id=expand,
        delete_token_id=None if expand is None else eos,
        end_of_turn_token_id=sources.find(table.end_of_turn, mask, expand),
        block_length=table.block_length and _block_length(table.block_length, sources.config),
        call=table.call,
        chat_template=_template(table.chat, sources.ids),
    )


def _bidirectional(name: str, sources: _Sources) -> Family:
    """Return the family of a network of transformers that sees both sides.

    Raises:
        UnknownModel: the tokenizer has no mask token.
    """
    eos = sources.tokenizer.eos_token_id
    mask = sources.tokenizer.mask_token_id
    if mask is None:
        mask = sources.find_mask(MASK, eos)
    if mask is None:
        raise UnknownModel(f"the tokenizer of '{name}' has no mask token", hint=HINT)
    null = next((sources.ids[text] for text in NULL_TOKENS if text in sources.ids), None)
    return Family(
        mask_token_id=mask,
        null_token_id=null,
        name=str(sources.config.model_type),
        eos_token_id=eos,
        max_length=stated_length(sources.config),
    )


def _single(token: Any) -> int | None:
    """Return an id of a configuration, the first where it lists several."""
    first = token[0] if isinstance(token, list) and token else token
    return first if isinstance(first, int) else None


def _block_length(usual: int, config: Any) -> int:
    found = (getattr(config, name, None) for name in BLOCKS)
    return next((length for length in found if isinstance(length, int) and length > 0), usual)


def _template(chat: Chat | None, ids: Mapping[str, int]) -> str | None:
    return chat.template if chat is not None and chat.needs in ids else None
