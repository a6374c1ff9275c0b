"""Findings about a ruleset and texts for people: Span, Message, Diagnostic, the registry of codes, renderers.

First in the pipeline: every package may import it, it imports none. A pass takes a `Diagnostics`,
adds what it finds and goes on; renderers (text, json) are peers and compute nothing.
"""

from steelyard.diagnostics.diagnostic import Diagnostic, InternalError, Label, PolicyError, Severity, SteelyardError
from steelyard.diagnostics.message import Message, msg
from steelyard.diagnostics.sink import Diagnostics
from steelyard.diagnostics.span import Span
from steelyard.diagnostics.value_regions import Extent, Interval, ValueRegion, ValueRegions

__all__ = [
    "Diagnostic",
    "Diagnostics",
    "Extent",
    "InternalError",
    "Interval",
    "Label",
    "Message",
    "PolicyError",
    "Severity",
    "Span",
    "SteelyardError",
    "ValueRegion",
    "ValueRegions",
    "msg",
]
