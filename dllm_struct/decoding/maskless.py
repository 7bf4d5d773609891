"""What goes together with uniform noise, and with models that have no mask token."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dllm_struct.decoding.blocks.whole import Whole
from dllm_struct.decoding.remasking.never import Never
from dllm_struct.decoding.remasking.uniform import Uniform
from dllm_struct.decoding.self_conditioning import SelfConditioning, is_self_conditioned
from dllm_struct.decoding.speculation import Speculative
from dllm_struct.errors import check

if TYPE_CHECKING:
    from dllm_struct.decoding.settings import Strategies


def check_noise(strategies: Strategies) -> None:
    """Refuse what makes no sense when nothing is committed before the end.

    Raises:
        InvalidDecoding: naming the setting.
    """
    if not isinstance(strategies.remasking, Uniform):
        return
    obstacles = {
        "blocks": not isinstance(strategies.blocks, Whole),
        "self-speculation": isinstance(strategies.sampler, Speculative),
        "a cache": strategies.cache.keeps,
        "mixtures of embeddings": any(signal.feeds_back for signal in strategies.signals),
    }
    named = [name for name, is_there in obstacles.items() if is_there]
    check(
        not named,
        f"uniform noise and {', '.join(named)} contradict each other",
        hint="every step works on the whole canvas and shows no masks; leave the other out",
    )


def without_mask(strategies: Strategies, network: object) -> Strategies:
    """Return strategies for a model without a mask token: uniform noise, if nothing is asked for.

    A network that reads its own latest prediction gets it.

    Raises:
        InvalidDecoding: one of them needs a mask token.
    """
    remasking = strategies.remasking
    check(
        isinstance(remasking, (Never, Uniform)),
        f"remasking {remasking} needs a model with a mask token",
        hint="use remasking='uniform'",
    )
    named = [str(signal) for signal in strategies.signals if signal.needs_mask]
    check(
        not named,
        f"guidance {', '.join(named)} needs a model with a mask token",
        hint="leave it out for this model",
    )
    chosen = remasking if isinstance(remasking, Uniform) else Uniform()
    own = (SelfConditioning(),) if is_self_conditioned(network) else ()
    noisy = replace(strategies, remasking=chosen, signals=(*strategies.signals, *own))
    check_noise(noisy)
    return noisy
