"""Structured output for diffusion language models.

JSON Schemas, regular expressions and templates become exact constraints on a canvas that a masked
diffusion model denoises. Names are imported on first use, so that importing the package is cheap.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dllm_struct import integrations as integrations
    from dllm_struct import plotting as plotting
    from dllm_struct.compiled import Compiled as Compiled
    from dllm_struct.compiled import compile as compile
    from dllm_struct.decoding import Decoding as Decoding
    from dllm_struct.decoding import metrics as metrics
    from dllm_struct.decoding import voting as voting
    from dllm_struct.decoding.samplers.frequencies import Frequencies as Frequencies
    from dllm_struct.decoding.samplers.profile import Profile as Profile
    from dllm_struct.decoding.thinking import Thinking as Thinking
    from dllm_struct.editing import Edit as Edit
    from dllm_struct.editing import Edited as Edited
    from dllm_struct.editing import Span as Span
    from dllm_struct.errors import DllmStructError as DllmStructError
    from dllm_struct.explanation import Explanation as Explanation
    from dllm_struct.explanation import explain as explain
    from dllm_struct.generation import Model as Model
    from dllm_struct.generation import Output as Output
    from dllm_struct.languages.base import Language as Language
    from dllm_struct.languages.base import any_text as any_text
    from dllm_struct.languages.choice import choice as choice
    from dllm_struct.languages.grammar.language import grammar as grammar
    from dllm_struct.languages.json_schema import json_schema as json_schema
    from dllm_struct.languages.outlines_index import from_outlines as from_outlines
    from dllm_struct.languages.regex import regex as regex
    from dllm_struct.models.compilation import Compilation as Compilation
    from dllm_struct.models.family import Family as Family
    from dllm_struct.models.loading import load as load
    from dllm_struct.posterior import Posterior as Posterior
    from dllm_struct.template import Invariant as Invariant
    from dllm_struct.template import Slot as Slot
    from dllm_struct.template import Template as Template
    from dllm_struct.templating import read_template as read_template
    from dllm_struct.trace import Trace as Trace
    from dllm_struct.trace import read_traces as read_traces
    from dllm_struct.vocabulary import Vocabulary as Vocabulary

__version__ = "0.1.0"

_HOME = {
    "Compilation": "models.compilation",
    "Compiled": "compiled",
    "Decoding": "decoding",
    "DllmStructError": "errors",
    "Edit": "editing",
    "Edited": "editing",
    "Explanation": "explanation",
    "Family": "models.family",
    "Frequencies": "decoding.samplers.frequencies",
    "Invariant": "template",
    "Language": "languages.base",
    "Model": "generation",
    "Output": "generation",
    "Posterior": "posterior",
    "Profile": "decoding.samplers.profile",
    "Slot": "template",
    "Span": "editing",
    "Template": "template",
    "Thinking": "decoding.thinking",
    "Trace": "trace",
    "Vocabulary": "vocabulary",
    "any_text": "languages.base",
    "choice": "languages.choice",
    "compile": "compiled",
    "explain": "explanation",
    "from_outlines": "languages.outlines_index",
    "grammar": "languages.grammar.language",
    "json_schema": "languages.json_schema",
    "load": "models.loading",
    "read_template": "templating",
    "read_traces": "trace",
    "regex": "languages.regex",
}

_MODULES = {
    "integrations": "integrations",
    "metrics": "decoding.metrics",
    "plotting": "plotting",
    "voting": "decoding.voting",
}

__all__ = list(_HOME | _MODULES)


def __getattr__(name: str) -> object:
    if name in _HOME:
        value = getattr(import_module(f"dllm_struct.{_HOME[name]}"), name)
    elif name in _MODULES:
        value = import_module(f"dllm_struct.{_MODULES[name]}")
    else:
        raise AttributeError(f"module 'dllm_struct' has no attribute '{name}'")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*__all__, "__version__", "errors"]
