"""Processes that do what a request could make expensive, so that it can be ended.

A worker compiles a constraint. What is light is handed back and denoised with all others; what is
heavy (languages that are expanded lazily, large automata) stays in the worker, which asks for
forward passes. One request at a time has a worker; when it takes too long, or too much memory, the
worker is ended and replaced, and nobody else notices.
"""
