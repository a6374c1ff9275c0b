"""Proposes an intake file: looks at files, and says how they seem to be written. Nothing here is used in a run.

`layout` finds encoding, delimiter, sheet, header and headings of a file; `notations` finds how the values of a field
are written; `proposal` puts both together as lines of YAML, with remarks for the person who decides.
"""

from steelyard.facts.proposals.proposal import Proposed, propose

__all__ = ["Proposed", "propose"]
