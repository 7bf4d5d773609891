"""Traces, outputs and edits for people: in a notebook as HTML, in a terminal as coloured text."""
