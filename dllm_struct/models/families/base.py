"""What is known of a family before a checkpoint of it is at hand."""

from __future__ import annotations

from dataclasses import dataclass, field

from dllm_struct.models.family import Call


@dataclass(frozen=True)
class Tokens:
    """Where a token's id is found: in the configuration, else in the tokenizer, else here.

    Attributes:
        name: of the field of a configuration, such as ``mask_token_id``.
        texts: how the token is written in tokenizers, the surest first.
        id: in the published checkpoints; None: the family has no such token.
    """

    name: str
    texts: tuple[str, ...] = ()
    id: int | None = None


@dataclass(frozen=True)
class Chat:
    """How chat messages are written for tokenizers that bring no template.

    Attributes:
        template: in Jinja2's syntax, as tokenizers keep it.
        needs: a token that the tokenizer must know for the template to make sense.
    """

    template: str
    needs: str


@dataclass(frozen=True)
class Known:
    """A family of checkpoints.

    Attributes:
        name: of the family.
        architectures: names of its network classes.
        mask, eos, end_of_turn: its tokens.
        expand: the token that asks for one more position; if a checkpoint has it, its EOS token
            asks for one position less.
        logits_shift: the logits at a position predict the next one.
        block_length: of block-causal attention; None: full attention.
        call: how its networks are called.
        chat: for tokenizers without a template.
        tokenizer: a class of transformers that reads its vocabulary files as a fast tokenizer,
            where checkpoints come with a slow one.
    """

    name: str
    architectures: tuple[str, ...]
    mask: Tokens
    eos: Tokens
    end_of_turn: Tokens
    expand: Tokens = Tokens("expand_token_id")
    logits_shift: bool = False
    block_length: int | None = None
    call: Call = field(default_factory=Call)
    chat: Chat | None = None
    tokenizer: str | None = None
