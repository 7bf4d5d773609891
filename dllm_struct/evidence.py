"""How probable the model finds it that an output is in the language at all."""

from __future__ import annotations

from dllm_struct.posterior import Posterior
from dllm_struct.witness import Witness


def log_evidence(witness: Witness) -> float:
    """Return the log of the probability that the model gives to all members together, in nats.

    That is log Z of the posterior minus the log of the prediction's own sum, over masked positions:
    the chance that tokens drawn from the model one by one, at the decoding's temperature, make an
    output of the language. For a grammar it is a lower bound: sums run over the explored part.
    """
    posteriors = {id(slot.posterior): slot.posterior for slot in witness}
    return sum(_log_share(posterior) for posterior in posteriors.values())


def _log_share(posterior: Posterior) -> float:
    return min(0.0, posterior.log_evidence - posterior.log_prediction)
