"""Reports exemptions without effect: no grant, or grants that are never milder."""

from __future__ import annotations

from typing import assert_never

from steelyard.analysis.subject import Subject
from steelyard.diagnostics import Diagnostics, msg
from steelyard.ir.expressions import Add, Expr, OwnTarget, Subtract
from steelyard.ir.ruleset import (
    AtLeastGrant,
    Better,
    Exemption,
    Grant,
    Indicator,
    PauseGrant,
    Ruleset,
    TargetGrant,
    WaiveGrant,
)
from steelyard.ir.types import Range
from steelyard.ir.walk import nodes


def check_exemptions(subject: Subject, diagnostics: Diagnostics) -> None:
    """Report exemptions that can never help."""
    ruleset = subject.ruleset
    for exemption in ruleset.exemptions:
        if not exemption.grants and not exemption.lifts:
            diagnostics.add(
                "L122",
                exemption.span,
                msg("the exemption `{name}` grants nothing", name=exemption.id),
                help=msg("name an indicator, or a group with members, under `grants`"),
            )
            continue
        for grant in exemption.grants:
            if not _helps(subject, ruleset, grant):
                _report(exemption, grant, diagnostics)


def _report(exemption: Exemption, grant: Grant, diagnostics: Diagnostics) -> None:
    headline = msg("the exemption `{name}` can never help `{indicator}`", name=exemption.id, indicator=grant.indicator)
    diagnostics.add(
        "L122",
        exemption.span,
        headline,
        help=msg("a target must become milder, e.g. `target + 24h` where lower is better; `at_least` must be above 0"),
    )


def _helps(subject: Subject, ruleset: Ruleset, grant: Grant) -> bool:
    """Return whether a grant can change a score; may return True where it cannot, never the reverse."""
    match grant:
        case PauseGrant() | WaiveGrant():
            return True
        case AtLeastGrant(points=points):
            high = subject.knower.value_range(points).high
            return high is None or high > 0
        case TargetGrant(indicator=name, target=target):
            indicator = next(one for one in ruleset.indicators if one.id == name)
            return _milder(subject, indicator, target)
        case _:
            assert_never(grant)


def _milder(subject: Subject, indicator: Indicator, target: Expr) -> bool:
    difference = _difference(subject, target)
    if difference is None and indicator.target is not None and not _reads_target(target):
        base, asked = subject.knower.value_range(indicator.target), subject.knower.value_range(target)
        difference = Range(
            None if asked.low is None or base.high is None else asked.low - base.high,
            None if asked.high is None or base.low is None else asked.high - base.low,
        )
    if difference is None:
        return True
    if indicator.better is Better.HIGHER:
        return difference.low is None or difference.low < 0
    return difference.high is None or difference.high > 0


def _difference(subject: Subject, target: Expr) -> Range | None:
    """Return the change of a target that is written as a change of `target`; None for any other form."""
    match target:
        case OwnTarget():
            return Range(0, 0)
        case Add(left=OwnTarget(), right=extra) | Add(left=extra, right=OwnTarget()):
            return subject.knower.value_range(extra)
        case Subtract(left=OwnTarget(), right=less):
            found = subject.knower.value_range(less)
            low = None if found.high is None else -found.high
            return Range(low, None if found.low is None else -found.low)
        case _:  # not written as a change of the target
            return None


def _reads_target(expr: Expr) -> bool:
    return any(isinstance(node, OwnTarget) for node in nodes(expr))
