"""The explanation of a case: why this score, line by line, and why not what did not happen.

After the semantics; knows no engine: whatever engine scored a case, it is told by running the reference
again. `explain` turns an `Evaluation` into an `Explanation`: data, every sentence a message in no
language yet, every number with exactly the digits that the evaluation used. Layout is the report's.

Invariants: a ledger's lines re-add exactly to its base and its final score; a rule that did not fire says
what was false or unknown; the number of rows looked at is bounded, and what is left out is counted.
"""

from steelyard.explain.explain import Explainer, explain
from steelyard.explain.records import Explanation, Provenance
from steelyard.explain.terms import Name, Text, show

__all__ = ["Explainer", "Explanation", "Name", "Provenance", "Text", "explain", "show"]
