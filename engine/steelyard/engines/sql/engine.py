"""Reports where a ruleset cannot be compiled."""

from __future__ import annotations

from steelyard.diagnostics import Diagnostics, Span, msg
from steelyard.engines.sql.arithmetic import TooWideError
from steelyard.ir.ruleset import Ruleset


def report_too_wide(error: TooWideError, ruleset: Ruleset, diagnostics: Diagnostics) -> None:
    """Report B201 at the expression that is too wide; where that is unknown, at the file."""
    diagnostics.add(
        "B201",
        error.span or Span(ruleset.file, 0, 0, 0, 0),
        msg(
            "a number of this ruleset may need more than 128 bits: it has up to {digits} digits",
            digits=len(str(error.interval.magnitude)),
        ),
        help=msg("declare a `range` for what it is computed from (inputs, fields, defines), and `rows` for relations"),
    )
