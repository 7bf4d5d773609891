"""The full language of a schema as an automaton whose states are made on demand."""

from dllm_struct.languages.json_schema.machine.machine import JsonMachine
from dllm_struct.languages.json_schema.machine.values import Values, equal

__all__ = ["JsonMachine", "Values", "equal"]
