"""The ledger: a closed sum from the opening to the final score (LANGUAGE.md section 11).

The opening (the sum of n * baseline / D) minus the points lost per indicator, each published with 6 digits, equals the
base up to rounding. The rounding line closes the sum. It is checked to contain rounding only: at most half a unit of
the base's last digit plus half a millionth each for the opening, every indicator and the clamp. On numerators the
identity is exact.
"""

from __future__ import annotations

from steelyard.diagnostics import InternalError
from steelyard.ir.ruleset import LEDGER_DIGITS, SCORE_DIGITS, Better, Score
from steelyard.semantics.outcome import Fixed, Line, LineKind
from steelyard.semantics.records import Contribution, Result, Scored
from steelyard.semantics.values import divide

_TO_LEDGER = 10 ** (LEDGER_DIGITS - SCORE_DIGITS)


def contribute(score: Score, scored: Scored, shares: list[int], denominator: int) -> None:
    """Compute what every present member contributes: its share of D and the points it loses; and the exact base."""
    sign = -1 if score.better is Better.LOWER else 1
    total = lost_total = opening = 0
    for result, share in zip(scored.present, shares, strict=True):
        points, baseline = _points(result), result.indicator.baseline
        total += share * points
        opening += share * baseline
        lost_total += share * (baseline - points)
        lost = divide(sign * share * (baseline - points) * _TO_LEDGER, denominator)
        scored.contributions.append(Contribution(result, share, lost))
    if opening - lost_total != total:  # pragma: no cover - cannot happen: the identity is algebraic
        raise InternalError(f"the ledger of `{score.id}` does not balance on numerators")
    scored.denominator = denominator
    scored.exact = total, denominator * 10**SCORE_DIGITS
    scored.opening = opening, denominator * 10**SCORE_DIGITS


def begin_with(scored: Scored, numerator: int, denominator: int) -> None:
    """Add points to the opening and to the exact base, which no indicator loses."""
    if scored.exact is None or scored.opening is None:
        raise InternalError(f"`{scored.id}` has no exact base")
    (base, unit), (opening, _) = scored.exact, scored.opening
    scored.exact = base * denominator + numerator * unit, unit * denominator
    scored.opening = opening * denominator + numerator * unit, unit * denominator


def open_ledger(score: Score, scored: Scored) -> list[Line]:
    """Clamp and round the exact base, and return the ledger's lines from the opening to the base.

    Raises:
        InternalError: the rounding line is larger than rounding allows.
    """
    if scored.exact is None or scored.opening is None:
        raise InternalError(f"`{score.id}` has no exact base")
    digits = max(score.digits, LEDGER_DIGITS)
    unit = 10**digits
    sign = 1 if score.better is Better.LOWER else -1
    opening = divide(scored.opening[0] * 10**LEDGER_DIGITS, scored.opening[1]) * 10 ** (digits - LEDGER_DIGITS)
    lines = [Line(LineKind.OPENING, Fixed(opening, digits))]
    running = opening
    for result, _, lost in scored.contributions:
        amount = sign * lost * 10 ** (digits - LEDGER_DIGITS)
        running += amount
        lines.append(Line(LineKind.LOST, Fixed(amount, digits), result.indicator.id, result.row_id))
    base, clamped = _clamped_base(score, scored.exact)
    if clamped is not None:
        amount = divide(clamped[0] * unit, clamped[1])
        running += amount
        lines.append(Line(LineKind.CLAMP, Fixed(amount, digits)))
    rounding = base * 10 ** (digits - score.digits) - running
    # INVARIANT: half a unit of the base, and half a millionth for the opening, each indicator and the clamp.
    parts = len(scored.contributions) + 1 + (clamped is not None)
    if 2 * abs(rounding) > 10 ** (digits - score.digits) + parts * 10 ** (digits - LEDGER_DIGITS):
        raise InternalError(f"the rounding line of `{score.id}` is more than rounding")
    lines.append(Line(LineKind.ROUNDING, Fixed(rounding, digits)))
    scored.base = Fixed(base, score.digits)
    lines.append(Line(LineKind.BASE, scored.base))
    return lines


def _clamped_base(score: Score, exact: tuple[int, int]) -> tuple[int, tuple[int, int] | None]:
    """Return the rounded base, and the exact change made by the clamp; None where the clamp changed nothing."""
    numerator, denominator = exact
    scale = 10**score.digits
    for bound, side in ((score.clamp.low, 1), (score.clamp.high, -1)):
        if bound is not None:
            brought = bound * denominator - numerator * scale
            if brought * side > 0:
                return bound, (brought, denominator * scale)
    return divide(numerator * scale, denominator), None


def _points(result: Result) -> int:
    if result.score is None:
        raise InternalError(f"`{result.indicator.id}` is waived and has no points")
    return result.score
