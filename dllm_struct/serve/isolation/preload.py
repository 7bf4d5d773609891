"""Loads what every worker needs before workers are forked: modules, and compiled loops."""

from __future__ import annotations

import torch

from dllm_struct.compiled import compile
from dllm_struct.languages.grammar.language import grammar
from dllm_struct.languages.json_schema import json_schema
from dllm_struct.languages.regex import regex
from dllm_struct.serve.isolation import worker
from dllm_struct.vocabulary import Vocabulary

_LENGTH = 2
_BYTES = Vocabulary([bytes([value]) for value in range(256)])
_LANGUAGES = (regex("[a-z]+"), json_schema({"type": "object"}), grammar('start: "a" start | "b"'))


def load() -> None:
    """Compile and solve something of every kind."""
    assert worker  # it is here to be imported
    torch.set_num_threads(1)  # threads do not survive a fork
    masked = [-1] * _LENGTH
    for language in _LANGUAGES:
        compiled = compile(language, _BYTES)
        posterior = compiled.posterior(torch.zeros(_LENGTH, len(_BYTES)))
        posterior.log_probability(posterior.map())
        compiled.forced(masked)
        compiled.completable(masked)


load()
