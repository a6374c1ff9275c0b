"""What is wrong with a ruleset though each of its parts can be read: one file a check.

After the engines in the pipeline, before the explanation. Each check is a pure function of a `Subject`
that adds to a `Diagnostics` sink; `check.CHECKS` gives their order, `check.load` runs the whole road from a
file to a checked ruleset. Checks run only on a ruleset without errors, so they may trust the IR's invariants.
"""
