"""A schema as a graph of places: what a value has to satisfy, wherever one may stand."""

from dllm_struct.languages.json_schema.graph.schema_graph import SchemaGraph

__all__ = ["SchemaGraph"]
