"""Reports rules without effect on points, and `unknown:` where nothing can be unknown."""

from __future__ import annotations

from steelyard.analysis.subject import Subject
from steelyard.diagnostics import Diagnostics, Message, Span, msg
from steelyard.ir.expressions import Expr
from steelyard.ir.ruleset import Effect, Steps
from steelyard.ir.types import Range


def check_idle(subject: Subject, diagnostics: Diagnostics) -> None:
    """Report steps, deductions, bonuses and corrections of 0 points, and `unknown:` where nothing can be unknown."""

    def never_more_than_nothing(expr: Expr | None) -> bool:
        if expr is None:
            return False
        high = subject.knower.value_range(expr).high
        return high is not None and high <= 0

    def report(what: Message, span: Span | None) -> None:
        headline = msg("{what} never changes a score: its points are 0 at most", what=what)
        diagnostics.add("L123", span, headline, help=msg("write points above 0, or remove the rule"))

    for indicator in subject.ruleset.indicators:
        if isinstance(indicator.way, Steps) and never_more_than_nothing(indicator.way.deduct):
            report(msg("a step of `{name}`", name=indicator.id), indicator.way.deduct.span or indicator.span)
    for rule in subject.ruleset.points:
        amounts = (rule.amount, rule.cap) if rule.effect in {Effect.DEDUCT, Effect.ADD} else ()
        idle = rule.effect is Effect.ADJUST and subject.knower.value_range(rule.amount) == Range(0, 0)
        if idle or any(never_more_than_nothing(amount) for amount in amounts):
            report(msg("the rule `{name}`", name=rule.id), rule.span)
        unknowable = subject.knower.missing(rule.when) or (
            rule.for_each is not None and subject.knower.membership_unknown(rule.for_each)
        )
        if rule.unknown is not None and not unknowable:
            diagnostics.add(
                "L124",
                rule.span,
                msg("`unknown` of `{name}` has no effect: its condition is always known", name=rule.id),
                help=msg("leave it out"),
            )
