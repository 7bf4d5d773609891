"""Byte automata: the DFA and its algebra, and the lifting from bytes to a model's tokens."""
