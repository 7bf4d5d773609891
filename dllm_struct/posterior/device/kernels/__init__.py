"""Triton kernels of the posterior: class sums, the sweeps over automata, samples.

No kernel adds with atomics, so a result is the same at every call. Each reads what it needs of a
slot, a position and an automaton from three arrays (`arrays`); results go to arrays that the caller
made. Logits are read in their own type, classes are summed in float32 and all else in float64.
"""
