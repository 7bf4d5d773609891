"""The known families.

Ids are those of the published checkpoints; a configuration or tokenizer that says otherwise wins.
Masks are what the families' own generation code passes to their networks.
"""

from __future__ import annotations

from typing import Any

from dllm_struct.models.families.base import Chat, Known, Tokens
from dllm_struct.models.family import Call, Mask

HEADERS = Chat(
    "{{ '<|startoftext|>' }}{% for message in messages %}"
    "{{ '<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n' }}"
    "{{ message['content'] | trim + '<|eot_id|>' }}{% endfor %}"
    "{% if add_generation_prompt %}"
    "{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}",
    needs="<|start_header_id|>",
)
"""Llama 3's headers, which LLaDA kept."""

CHATML = Chat(
    "{% for message in messages %}"
    "{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}",
    needs="<|im_start|>",
)
"""Qwen's format, which Dream and SDAR kept."""

LLADA = Known(
    name="llada",
    architectures=("LLaDAModelLM",),
    mask=Tokens("mask_token_id", ("<|mdm_mask|>",), 126336),
    eos=Tokens("eos_token_id", ("<|endoftext|>",), 126081),
    end_of_turn=Tokens("eot_token_id", ("<|eot_id|>",), 126348),
    call=Call(Mask.NONE, pads=False),  # revisions differ: some ignore masks, some add causal ones
    chat=HEADERS,
)

LLADA_MOE = Known(
    name="llada-moe",
    architectures=("LLaDAMoEModelLM", "LLaDAMoEModel", "LLaDAMoeModelLM"),
    mask=Tokens("mask_token_id", ("<|mask|>",), 156895),
    eos=Tokens("eos_token_id", ("<|endoftext|>",), 156892),
    end_of_turn=Tokens("eot_token_id", ("<|role_end|>",)),
    call=Call(Mask.NONE, pads=False, spares=False),
)

LLADA2 = Known(
    name="llada2",
    architectures=("LLaDA2MoeModelLM",),
    mask=Tokens("mask_token_id", ("<|mask|>",), 156895),
    eos=Tokens("eos_token_id", ("<|endoftext|>",), 156892),
    end_of_turn=Tokens("eot_token_id", ("<|role_end|>",)),
    block_length=32,
    call=Call(Mask.ADDITIVE, positions=True),
)

DREAM = Known(
    name="dream",  # and Dream-Coder, DiffuCoder, DreamOn
    architectures=("DreamModel",),
    mask=Tokens("mask_token_id", ("<|mask|>",), 151666),
    eos=Tokens("eos_token_id", ("<|endoftext|>",), 151643),
    end_of_turn=Tokens("eot_token_id", ("<|im_end|>",), 151645),
    expand=Tokens("expand_token_id", ("<|expand|>",)),
    logits_shift=True,
    call=Call(Mask.ADDITIVE, full="full", positions=True),
    chat=CHATML,
    tokenizer="Qwen2TokenizerFast",
)

SDAR = Known(
    name="sdar",
    architectures=("SDARForCausalLM", "SDARMoeForCausalLM"),
    mask=Tokens("mask_token_id", ("<|MASK|>", "<|mask|>"), 151669),
    eos=Tokens("eos_token_id", ("<|endoftext|>",), 151643),
    end_of_turn=Tokens("eot_token_id", ("<|im_end|>",), 151645),
    block_length=4,
    call=Call(Mask.BOOLEAN, positions=True, stores="store_kv"),
    chat=CHATML,
)

KNOWN = (LLADA, LLADA_MOE, LLADA2, DREAM, SDAR)
"""Families with networks of their own; bidirectional networks of transformers need no entry."""


def known(config: Any) -> Known | None:
    """Return the family whose network class a configuration names, if it is a known one.

    Args:
        config: of transformers; ``architectures`` is read, and ``auto_map`` where that is empty.
    """
    names = list(getattr(config, "architectures", None) or ())
    references = (getattr(config, "auto_map", None) or {}).values()
    names += [str(reference).rpartition(".")[2] for reference in references]
    return next(
        (family for name in names for family in KNOWN if name in family.architectures), None
    )
