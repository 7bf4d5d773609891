"""What tests share: Hypothesis without a clock, and a model that answers at random."""

from __future__ import annotations

import os

import pytest
import torch
from hypothesis import HealthCheck, settings
from torch import Tensor

import dllm_struct as ds

if not torch.cuda.is_available():
    os.environ.setdefault("TRITON_INTERPRET", "1")  # read when triton is first imported

settings.register_profile(
    "any speed",
    deadline=None,
    derandomize="CI" in os.environ,  # a red build is the change's doing; at home, explore
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("any speed")
torch.set_num_threads(1)  # the models are small: threads that wait for each other only cost time

WORDS = (b"the", b" the", b"name", b'": "', b'{"', b'"}', b"12", b"true", "é".encode())
TOKENS = (*(bytes([byte]) for byte in range(256)), *WORDS, None, None)  # the mask, the null token


def noise(input_ids: Tensor, attention_mask: Tensor) -> Tensor:
    """Gaussian logits, the same at every step."""
    generator = torch.Generator().manual_seed(0)
    return 3 * torch.randn(*input_ids.shape, len(TOKENS), generator=generator)


@pytest.fixture
def noise_model() -> ds.Model:
    """Every byte and some words; it answers at random, whatever it reads."""
    mask, null = len(TOKENS) - 2, len(TOKENS) - 1
    family = ds.Family(mask_token_id=mask, null_token_id=null, max_length=512)
    return ds.Model(noise, ds.Vocabulary(TOKENS), family)
