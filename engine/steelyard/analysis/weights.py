"""Checks weights as written: weights above 0, shares between 0 and 1, the declared total."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from steelyard.analysis.subject import Subject
from steelyard.diagnostics import Diagnostics, Label, Message, Span, msg
from steelyard.ir.expressions import Expr, Parameter
from steelyard.ir.ruleset import Indicator, Method, Ruleset, Score
from steelyard.ir.walk import nodes
from steelyard.semantics.scope import RulesetScope
from steelyard.semantics.weights import constant_number


def check_weights(subject: Subject, diagnostics: Diagnostics) -> None:
    """Check every constant of the weights, and their total."""
    ruleset = subject.ruleset
    if not constants_known(ruleset):
        return
    scope = RulesetScope(ruleset)
    for indicator in ruleset.indicators:
        if indicator.weight is not None and indicator.family is None:
            _above_zero(
                indicator.weight, msg("the weight of `{name}`", name=indicator.id), indicator.span, scope, diagnostics
            )
    for adjustment in ruleset.weights.adjustments:
        for name, factor in adjustment.multiply.items():
            _above_zero(factor, msg("the factor of `{name}`", name=name), adjustment.span, scope, diagnostics)
        for name, share in adjustment.set.items():
            _share(share, msg("the share set for `{name}`", name=name), adjustment.span, scope, diagnostics)
    for limit in ruleset.weights.limits:
        for bound in (limit.at_least, limit.at_most):
            if bound is not None:
                _share(bound, msg("the limit of `{name}`", name=limit.group), limit.span, scope, diagnostics)
        if limit.at_least is not None and limit.at_most is not None:
            low, high = constant_number(limit.at_least, scope), constant_number(limit.at_most, scope)
            if low > high:
                headline = msg("the limits of `{name}` exclude each other", name=limit.group)
                diagnostics.add("H203", limit.at_least.span or limit.span, headline)
    for score in ruleset.scores:
        _total(ruleset, score, scope, diagnostics)


def constants_known(ruleset: Ruleset) -> bool:
    """Return whether all parameters that weights read have a value, which computing weights requires."""
    unknown = {parameter.id for parameter in ruleset.parameters if parameter.value is None}
    read = (node for expr in _constants(ruleset) for node in nodes(expr))
    return not any(isinstance(node, Parameter) and node.name in unknown for node in read)


def percent(value: Fraction) -> str:
    """Write an exact share as a percentage, or as a fraction where it is no finite decimal.

    >>> percent(Fraction(11, 10)), percent(Fraction(1, 8)), percent(Fraction(1, 3))
    ('110%', '12.5%', '1/3')
    """
    units = value * 100
    return f"{decimal(units)}%" if decimal(units) != str(units) or units.denominator == 1 else str(value)


def decimal(value: Fraction) -> str:
    """Write an exact number as a decimal, or as a fraction where it is no finite decimal."""
    for digits in range(19):
        scaled = value * 10**digits
        if scaled.denominator == 1:
            sign, text = "-" if scaled < 0 else "", str(abs(scaled.numerator)).rjust(digits + 1, "0")
            return sign + (f"{text[:-digits]}.{text[-digits:]}" if digits else text)
    return str(value)


def _constants(ruleset: Ruleset) -> Iterator[Expr]:
    weights = ruleset.weights
    optional = [indicator.weight for indicator in ruleset.indicators if indicator.family is None] + [weights.total]
    optional += [bound for limit in weights.limits for bound in (limit.at_least, limit.at_most)]
    yield from (expr for expr in optional if expr is not None)
    for adjustment in weights.adjustments:
        yield from (*adjustment.multiply.values(), *adjustment.set.values())


def _above_zero(expr: Expr, what: Message, span: Span | None, scope: RulesetScope, diagnostics: Diagnostics) -> None:
    value = constant_number(expr, scope)
    if value <= 0:
        diagnostics.add(
            "H202",
            expr.span or span,
            msg("{what} is {value}", what=what, value=decimal(value)),
            help=msg("write a number above 0; what shall not count leaves by `only_if` or a waiver"),
        )


def _share(expr: Expr, what: Message, span: Span | None, scope: RulesetScope, diagnostics: Diagnostics) -> None:
    value = constant_number(expr, scope)
    if not 0 <= value <= 1:
        diagnostics.add(
            "H203",
            expr.span or span,
            msg("{what} is {value}", what=what, value=percent(value)),
            help=msg("a share lies between 0% and 100%: write e.g. `30%` or `0.3`"),
        )


def _total(ruleset: Ruleset, score: Score, scope: RulesetScope, diagnostics: Diagnostics) -> None:
    """Check that weights add up to the declared total. Families are not counted; their rows have their own weights."""
    total = ruleset.weights.total
    if total is None or score.method is not Method.WEIGHTED_MEAN:
        return
    wanted = constant_number(total, scope)
    counted = [one for one in ruleset.indicators if one.id in score.members and one.family is None]
    weights = [(one, constant_number(one.weight, scope)) for one in counted if one.weight is not None]
    found = sum((weight for _, weight in weights), Fraction(0))
    if found == wanted or not weights:
        return
    show = percent if wanted <= 1 else decimal
    diagnostics.add(
        "H201",
        total.span,
        msg("the weights add up to {found}, not {wanted}", found=show(found), wanted=show(wanted)),
        help=msg("correct a weight, or leave `total` out: then only the ratios of the weights count"),
        labels=tuple(_weight_label(one, show(weight)) for one, weight in weights if one.span is not None),
        notes=(msg("{weights} make {found}", weights=_terms(weights, show is percent), found=show(found)),),
    )


def _weight_label(indicator: Indicator, weight: str) -> Label:
    span = indicator.weight.span if indicator.weight is not None else None
    place = span or indicator.span or Span("", 0, 0, 0, 0)
    return Label(place, msg("`{name}`: {weight}", name=indicator.id, weight=weight))


def _terms(weights: list[tuple[Indicator, Fraction]], in_percent: bool) -> tuple[Message, ...]:
    show = percent if in_percent else decimal
    return tuple(msg("`{name}` {weight}", name=one.id, weight=show(weight)) for one, weight in weights)
