"""Compile every kernel for a Hopper GPU, with none at hand; print the names of those that pass."""

from __future__ import annotations

import os
from typing import Any

os.environ.pop("TRITON_INTERPRET", None)  # read when triton is first imported

import torch
import triton
from triton.backends.compiler import GPUTarget
from triton.compiler import ASTSource

from dllm_struct.posterior import MASKED, Problem
from dllm_struct.posterior.device.fused import FusedBatch
from tests.posterior.test_posterior import TOKENS, random_case

TYPES = {
    torch.float64: "*fp64",
    torch.float32: "*fp32",
    torch.int64: "*i64",
    torch.int32: "*i32",
}


class Compiled(FusedBatch):
    """Compiles what it should launch."""

    def _launch(self, kernel: Any, programs: int, *arrays: Any, **options: Any) -> None:
        warps = options.pop("num_warps")
        kinds = [TYPES[a.dtype] if isinstance(a, torch.Tensor) else "i32" for a in arrays]
        signature = dict(zip(kernel.arg_names, kinds, strict=False))
        signature |= dict.fromkeys(options, "constexpr")
        source = ASTSource(fn=kernel, signature=signature, constexprs=options)
        triton.compile(source, target=GPUTarget("cuda", 90, 32), options={"num_warps": warps})
        print(kernel.__name__)


if __name__ == "__main__":
    case = random_case(0, 1.0)
    assert case is not None
    logits = torch.zeros(3, len(TOKENS), dtype=torch.bfloat16)
    batch = Compiled([Problem(case.automaton, logits, [MASKED] * 3)])
    assert len(batch.report.tokens) == 3
    batch.draw(0, torch.zeros(1, 3, 3, dtype=torch.float64))
