"""Checks of whole rulesets whose parts have no errors: one file per check.

After the engines in the pipeline, before the explanation. Each check is a pure function of a `Subject`
that adds to a `Diagnostics` sink; `check.CHECKS` gives their order, `check.load` runs all passes from a file to a
checked ruleset. Checks run only on a ruleset without errors, so they may rely on the IR's invariants.
"""
