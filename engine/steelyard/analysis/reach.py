"""Reports what no value reaches: targets outside the range of the measure, points that a clamp cuts off, grades."""

from __future__ import annotations

from steelyard.analysis.subject import Subject
from steelyard.diagnostics import Diagnostics, Message, Span, msg
from steelyard.facts.format import format_units
from steelyard.ir.indicators import SCORE_DIGITS
from steelyard.ir.ruleset import (
    AtLeastGrant,
    Bands,
    Better,
    Clock,
    Curve,
    Effect,
    Indicator,
    Met,
    Proportion,
    Score,
    Steps,
)
from steelyard.ir.score_ranges import at_digits, combined_range
from steelyard.ir.types import Number, Range

_PERCENT = 100


def check_reach(subject: Subject, diagnostics: Diagnostics) -> None:
    """Check targets, points and grades by the ranges that declarations give."""
    for indicator in subject.ruleset.indicators:
        _target(subject, indicator, diagnostics)
        _points(indicator, diagnostics)
    raised = {
        grant.indicator for one in subject.ruleset.exemptions for grant in one.grants if isinstance(grant, AtLeastGrant)
    }
    for score in subject.ruleset.scores:
        _grades(subject, score, raised, diagnostics)


def _target(subject: Subject, indicator: Indicator, diagnostics: Diagnostics) -> None:
    """Report a target that lies outside the range of the measure: it is always met, or never."""
    target, measure = indicator.target, indicator.measure
    if target is None or isinstance(measure, Clock) or not isinstance(indicator.way, Met | Proportion | Steps):
        return
    wanted, reach = subject.knower.value_range(target), subject.knower.value_range(measure)
    above = wanted.low is not None and reach.high is not None and wanted.low > reach.high
    below = wanted.high is not None and reach.low is not None and wanted.high < reach.low
    if not (above or below) or reach.low is None or reach.high is None:
        return
    value = wanted.low if above else wanted.high
    words = {
        "name": indicator.id,
        "target": "" if value is None else subject.shown(value, indicator.measure_type),
        "low": subject.shown(reach.low, indicator.measure_type),
        "high": subject.shown(reach.high, indicator.measure_type),
    }
    never = above is (indicator.better is Better.HIGHER)
    diagnostics.add(
        "L131",
        target.span or indicator.span,
        msg("no case can meet the target {target} of `{name}`: its measure is from {low} to {high}", **words)
        if never
        else msg("every case meets the target {target} of `{name}`: its measure is from {low} to {high}", **words),
        help=_advice(value, reach, indicator),
    )


def _advice(value: int | None, reach: Range, indicator: Indicator) -> Message:
    kind = indicator.measure_type
    if isinstance(kind, Number) and value is not None and reach.high == (one := 10**kind.scale):
        whole, rest = divmod(value, one)
        if not rest and (reach.low or 0) * _PERCENT <= value <= one * _PERCENT:
            return msg("did you mean `{near}`?", near=f"{whole}%")
    return msg("correct the target, or the `range` of what is measured")


def _points(indicator: Indicator, diagnostics: Diagnostics) -> None:
    """Report points of bands and curves that the indicator's clamp cuts off."""
    clamp = indicator.clamp
    match indicator.way:
        case Bands(bands=bands):
            written: list[tuple[int, Span | None]] = [(band.points, band.span) for band in bands]
        case Curve(points=corners):
            written = [(points, indicator.span) for _, points in corners]
        case _:  # writes no points as constants
            return
    if clamp is None:
        return
    low = min([points for points, _ in written], default=0)
    high = max([points for points, _ in written], default=0)
    wide = [low if clamp.low is None else min(low, clamp.low), high if clamp.high is None else max(high, clamp.high)]
    for points, span in written:
        cut = clamp.low if clamp.low is not None and points < clamp.low else clamp.high
        if cut is None or (points <= cut and (clamp.low is None or points >= clamp.low)):
            continue
        diagnostics.add(
            "L129",
            span or indicator.span,
            msg(
                "`{name}` never scores {points}: its clamp makes {cut} of it",
                name=indicator.id,
                points=_plain(points),
                cut=_plain(cut),
            ),
            help=msg(
                "write `{line}` at `{name}`", line=f'clamp: "[{_plain(wide[0])}..{_plain(wide[1])}]"', name=indicator.id
            ),
        )


def _grades(subject: Subject, score: Score, raised: set[str], diagnostics: Diagnostics) -> None:
    """Report grades that no score gets."""
    low, high = _final(subject, score, raised)
    for grade in score.grades:
        above = high is not None and grade.low is not None and grade.low > high
        below = low is not None and grade.high is not None and grade.high < low
        if above or below:
            end = format_units((high if above else low) or 0, score.digits)
            headline = (
                msg("no score gets the grade `{name}`: none is above {end}", name=grade.id, end=end)
                if above
                else msg("no score gets the grade `{name}`: none is below {end}", name=grade.id, end=end)
            )
            span = next((key.span for key in subject.file.grades if str(key) == grade.id), score.span)
            diagnostics.add("L130", span, headline, help=msg("correct the bounds of the grade, or remove it"))


def _final(subject: Subject, score: Score, raised: set[str]) -> tuple[int | None, int | None]:
    """The range of the final score, in units of its last digit."""
    known = subject.knower.value_range
    chosen = [one for one in subject.ruleset.indicators if one.id in score.members]
    open_ended = not chosen and score.value is None
    base = Range(None, None) if open_ended else combined_range(score, chosen, known, raised)
    effects = {rule.effect for rule in subject.ruleset.points if rule.on == score.id}
    lowering, raising = {Effect.DEDUCT, Effect.ADJUST, Effect.AT_MOST}, {Effect.ADD, Effect.ADJUST, Effect.AT_LEAST}
    low = None if base.low is None or effects & lowering else at_digits(base.low, score.digits)
    high = None if base.high is None or effects & raising else at_digits(base.high, score.digits)
    if score.clamp.low is not None:
        low = score.clamp.low if low is None else max(low, score.clamp.low)
    if score.clamp.high is not None:
        high = score.clamp.high if high is None else min(high, score.clamp.high)
    return low, high


def _plain(hundredths: int) -> str:
    text = format_units(hundredths, SCORE_DIGITS)
    return text.rstrip("0").rstrip(".")
