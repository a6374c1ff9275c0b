"""Explains the outcome of a case: why it got its score, line by line, and why rules did not fire.

Comes after semantics in the pipeline and uses no engine. Whichever engine scored a case, the explanation comes from
evaluating the case again with the reference semantics. `explain` turns an `Evaluation` into an `Explanation`, which
is pure data: every sentence is an untranslated message, every number has exactly the digits that the evaluation used.
Layout belongs to the report package.

Invariants: the lines of a ledger add up exactly to its base and its final score; a rule that did not fire says what
was false or unknown; the number of rows examined is bounded, and rows left out are counted.
"""
