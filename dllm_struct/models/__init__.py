"""Models: families as data, loading, and calling networks."""
