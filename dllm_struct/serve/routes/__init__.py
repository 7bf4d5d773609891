"""The endpoints, by kind."""
