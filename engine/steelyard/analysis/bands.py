"""Checks bands and curves: measures covered by two bands or by none; curves that give worse measures more points."""

from __future__ import annotations

from itertools import combinations, pairwise
from typing import assert_never

from steelyard.analysis.axes import Axis
from steelyard.analysis.compared_axes import extents
from steelyard.analysis.subject import Subject
from steelyard.diagnostics import Diagnostics, Label, ValueRegion, ValueRegions, msg
from steelyard.ir.knowledge import asked_range
from steelyard.ir.ruleset import (
    AsMeasure,
    Bands,
    Better,
    Clock,
    Curve,
    Indicator,
    Met,
    PointsExpression,
    Proportion,
    Steps,
)
from steelyard.ir.types import Range


def check_bands(subject: Subject, diagnostics: Diagnostics) -> None:
    """Check bands and curves of all indicators."""
    for indicator in subject.ruleset.indicators:
        match indicator.way:
            case Bands() as bands:
                _bands(subject, indicator, bands, diagnostics)
            case Curve() as curve:
                _curve(indicator, curve, diagnostics)
            case Met() | Proportion() | Steps() | AsMeasure() | PointsExpression():
                pass
            case _:
                assert_never(indicator.way)


def _bands(subject: Subject, indicator: Indicator, bands: Bands, diagnostics: Diagnostics) -> None:
    kind = indicator.measure_type
    tests = tuple(band.test for band in bands.bands)
    axis = subject.axis("measure", kind, _measured(subject, indicator), tests)
    for one, other in combinations(range(len(tests)), 2):
        both = axis.sure.rows[one] & axis.sure.rows[other]
        if both:
            first = bands.bands[one].span
            diagnostics.add(
                "H121",
                bands.bands[other].span or indicator.span,
                msg(
                    "two bands of `{name}` hold where the measure is {value}",
                    name=indicator.id,
                    value=axis.words(both),
                ),
                help=msg("let one begin where the other ends: `<= 24h` and `> 24h`"),
                labels=() if first is None else (Label(first, msg("this one too")),),
                regions=_region(axis, both, (one + 1, other + 1)),
            )
    missed = axis.every
    for row in axis.sure.rows:
        missed &= ~row
    if not missed:
        return
    value = axis.words(missed)
    if indicator.missing is None:
        diagnostics.add(
            "H122",
            indicator.span,
            msg("no band of `{name}` holds where the measure is {value}", name=indicator.id, value=value),
            help=msg("close the gap with a band"),
            regions=_region(axis, missed),
        )
    else:
        diagnostics.add(
            "H123",
            indicator.span,
            msg(
                "where the measure is {value} no band of `{name}` holds and its score is missing",
                name=indicator.id,
                value=value,
            ),
            help=msg("close the gap with a band"),
            regions=_region(axis, missed),
        )


def _region(axis: Axis, atoms: int, rows: tuple[int, ...] = ()) -> ValueRegions:
    return ValueRegions((ValueRegion(extents((axis,), (atoms,)), rows),))


def _measured(subject: Subject, indicator: Indicator) -> Range | None:
    kind = indicator.measure_type
    if isinstance(indicator.measure, Clock):
        return asked_range(kind, Range(0, None))
    return asked_range(kind, subject.knower.value_range(indicator.measure))


def _curve(indicator: Indicator, curve: Curve, diagnostics: Diagnostics) -> None:
    """Report a curve that gives a worse measure more points."""
    sign = {Better.LOWER: 1, Better.HIGHER: -1, None: 0}[indicator.better]
    if any(sign * (after[1] - before[1]) > 0 for before, after in pairwise(curve.points)):
        diagnostics.add(
            "L125",
            indicator.span,
            msg("the curve of `{name}` gives a worse measure more points", name=indicator.id),
            help=msg(
                "check its points against `better: {better}`", better=indicator.better.value if indicator.better else ""
            ),
        )
