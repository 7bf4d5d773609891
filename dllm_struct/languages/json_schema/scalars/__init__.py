"""Numbers and strings of JSON Schema as exact automata."""

from __future__ import annotations

from dllm_struct.languages.json_schema.scalars.agreement import written_multiples
from dllm_struct.languages.json_schema.scalars.formats import FORMATS, format_text
from dllm_struct.languages.json_schema.scalars.multiples import multiples_of
from dllm_struct.languages.json_schema.scalars.numbers import (
    all_numbers,
    at_least,
    at_most,
    canonical_numbers,
    equal_to,
    integers,
    non_integers,
    not_multiples_of,
    other_than,
)
from dllm_struct.languages.json_schema.scalars.strings import (
    length_text,
    pattern_text,
    python_pattern_text,
)

__all__ = [
    "FORMATS",
    "all_numbers",
    "at_least",
    "at_most",
    "canonical_numbers",
    "equal_to",
    "format_text",
    "integers",
    "length_text",
    "multiples_of",
    "non_integers",
    "not_multiples_of",
    "other_than",
    "pattern_text",
    "python_pattern_text",
    "written_multiples",
]
