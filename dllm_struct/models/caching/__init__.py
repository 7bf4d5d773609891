"""Passes over kept keys and values: one pass of some positions, and whether a network can do it."""
