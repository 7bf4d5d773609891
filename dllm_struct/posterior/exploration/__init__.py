"""The posterior over an automaton that is expanded lazily.

A machine (a recursive schema, a grammar) has no end of states, so the lattice of positions and
states is explored, not enumerated: from each state the likely tokens, all tokens where the language
leaves few, and the way to a shortest end. The sums run over the explored part (a lower bound of the
evidence); a witness is in it whenever there is one.
"""
