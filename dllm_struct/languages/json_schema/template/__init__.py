"""The template form of a schema: invariants and slots, inside the schema but narrower."""
