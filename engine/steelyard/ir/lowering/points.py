"""Deductions, bonuses, corrections, gates (LANGUAGE.md section 9), the unscored rules and outputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from steelyard.diagnostics import Diagnostics, msg
from steelyard.diagnostics.suggestions import closest
from steelyard.ir.describe import describe
from steelyard.ir.expressions import Expr, Literal
from steelyard.ir.lowering.context import Context
from steelyard.ir.lowering.declared_ranges import bounded
from steelyard.ir.lowering.exemptions import for_each
from steelyard.ir.lowering.people import label, maybe_label, source
from steelyard.ir.lowering.told import as_written, naming, reason
from steelyard.ir.ruleset import LEDGER_DIGITS, Effect, OnUnknown, Output, PointsRule, Score, Unscored
from steelyard.ir.scope import NameScope
from steelyard.ir.strata import Level
from steelyard.ir.types import Boolean, Number, Type
from steelyard.model import points as model
from steelyard.source import Text

Scores = Mapping[str, Score]


def points_rules(context: Context, scores: Scores) -> tuple[PointsRule, ...]:
    """All points rules in the order written: deductions, bonuses, corrections, gates.

    The scale of `score` depends on the scales of amounts, which may read `score`. So the rules are lowered again until
    the scale is stable: it only grows, up to the ledger's digits.
    """
    digits = {name: one.digits for name, one in scores.items()}
    found = context.diagnostics
    while True:
        context.diagnostics = Diagnostics()
        rules = _all(context, scores, digits)
        settled = {
            name: min(LEDGER_DIGITS, max([least, *(_digits(rule) for rule in rules if rule.on == name)]))
            for name, least in digits.items()
        }
        if settled == digits:
            found.extend(context.diagnostics.sorted())
            context.diagnostics = found
            return rules
        digits = settled


def _digits(rule: PointsRule) -> int:
    if rule.effect in {Effect.AT_LEAST, Effect.AT_MOST}:
        return 0
    kinds = (rule.amount.type, rule.amount.type if rule.cap is None else rule.cap.type)
    return max(kind.scale if isinstance(kind, Number) else 0 for kind in kinds)


def _all(context: Context, scores: Scores, digits: Mapping[str, int]) -> tuple[PointsRule, ...]:
    file = context.file
    rules = _Rules(context, scores, digits)
    found = [
        *(rules.rule(key, one, Effect.DEDUCT, one.deduct, one.at_most) for key, one in file.deductions.items()),
        *(rules.rule(key, one, Effect.ADD, one.add, one.at_most) for key, one in file.bonuses.items()),
        *(rules.rule(key, one, Effect.ADJUST, one.adjust) for key, one in file.corrections.items()),
    ]
    for key, one in file.gates.items():
        if one.at_most is not None:
            found.append(rules.rule(key, one, Effect.AT_MOST, one.at_most))
        elif one.at_least is not None:
            found.append(rules.rule(key, one, Effect.AT_LEAST, one.at_least))
    return tuple(rule for rule in found if rule is not None)


@dataclass(frozen=True, slots=True)
class _Rules:
    """Lowers points rules; `digits` is the scale of each score while they are applied."""

    context: Context
    scores: Scores
    digits: Mapping[str, int]

    def rule(
        self, key: Text, written: model.PointsRule, effect: Effect, amount_text: Text, cap_text: Text | None = None
    ) -> PointsRule | None:
        """One rule."""
        context = self.context
        on = _on(context, key, written, self.scores)
        row = for_each(context, written.for_each)
        if on is None or (row is None and written.for_each is not None):
            return None
        scope = NameScope(
            context,
            Level.SCORE,
            msg("a points rule"),
            row=None if row is None else row.id,
            scores=((on.id, Number(self.digits[on.id])),),
            own_score=on.id,
        )
        always = Literal(value=True, type=Boolean(), span=key.span)
        when = always if written.when is None else context.condition(written.when, scope)
        amount = _amount(context, amount_text, scope, on if effect in {Effect.AT_MOST, Effect.AT_LEAST} else None)
        cap = None if cap_text is None else _amount(context, cap_text, replace(scope, row=None), None)
        if when is None or amount is None:
            return None
        unknown = None if written.unknown is None else OnUnknown(str(written.unknown))
        joined = row is not None and context.knows.membership_unknown(row.id)
        if unknown is None and (joined or context.knows.missing(when)):
            context.diagnostics.add(
                "T114",
                when.span,
                msg("the condition of `{name}` can be unknown", name=key),
                help=msg("write `unknown: ignore`, `unknown: fire` or `unknown: reject`"),
            )
        return PointsRule(
            id=str(key),
            label=label(written.label, str(key)),
            source=source(written.source, context.file.source),
            notes=maybe_label(written.notes),
            span=key.span,
            effect=effect,
            for_each=None if row is None else row.id,
            when=when,
            amount=amount,
            cap=cap,
            stage=1 if written.stage is None else int(written.stage),
            on=on.id,
            unknown=unknown,
            reason=self._reason(key, written, effect, scope, when),
            naming=naming(context, written.label, scope),
        )

    def _reason(
        self, key: Text, written: model.PointsRule, effect: Effect, scope: NameScope, when: Expr
    ) -> str | Expr | None:
        fires_unknown = written.unknown is not None and written.unknown == OnUnknown.FIRE.value
        found = reason(self.context, key, written.reason, scope, None if fires_unknown else when)
        if isinstance(found, Expr) and scope.row is not None and effect in {Effect.AT_MOST, Effect.AT_LEAST}:
            self.context.diagnostics.add(
                "B101",
                found.span if written.reason is None else written.reason.span,
                msg("the computed reason code of a gate that is judged for each row is not supported"),
                help=msg("compute it from the case: leave `for_each` out and write `when: any(…)`"),
            )
            return None
        return found


def _on(context: Context, key: Text, written: model.PointsRule, scores: Scores) -> Score | None:
    if written.on is None:
        if len(scores) == 1:
            return next(iter(scores.values()))
        context.diagnostics.add(
            "M102",
            key.span,
            msg("`{name}` does not say which score it works on", name=key),
            help=msg("write `on: NAME`"),
        )
        return None
    return _named(context, written.on, scores)


def _named(context: Context, name: Text, scores: Scores) -> Score | None:
    found = scores.get(str(name))
    if found is None:
        near = closest(name, tuple(scores))
        context.diagnostics.add(
            "N101",
            name.span,
            msg("`{name}` is not a score", name=name),
            help=msg("did you mean `{near}`?", near=near) if near else msg("name one under `scores`"),
        )
    return found


def _amount(context: Context, text: Text, scope: NameScope, gate_of: Score | None) -> Expr | None:
    amount = context.expression(text, scope)
    if amount is None:
        return None
    if not isinstance(amount.type, Number):
        context.diagnostics.add("T107", text.span, msg("points are a number, not {kind}", kind=describe(amount.type)))
        return None
    most = LEDGER_DIGITS if gate_of is None else gate_of.digits
    if amount.type.scale > most:
        context.diagnostics.add(
            "T107",
            text.span,
            msg("this has {have} digits after the point, {want} are wanted", have=amount.type.scale, want=most),
            help=msg("round it: `round(x, {want})`", want=most),
        )
        return None
    return amount


def unscored_rules(context: Context, scores: Scores) -> tuple[Unscored, ...]:
    """Lower the rules under which a case has no score, or lacks one."""
    found: list[Unscored] = []
    for key, written in context.file.unscored.items():
        when = context.condition(written.when, NameScope(context, Level.STATUS, msg("an unscored rule")))
        on = None if written.on is None else _named(context, written.on, scores)
        if when is not None:
            found.append(
                Unscored(
                    id=str(key),
                    label=label(written.label, str(key)),
                    source=source(written.source, context.file.source),
                    notes=maybe_label(written.notes),
                    span=key.span,
                    when=when,
                    reason=str(key) if written.reason is None else as_written(context, written.reason),
                    on=None if on is None else on.id,
                )
            )
    return tuple(found)


def outputs(context: Context, scores: Scores) -> tuple[Output, ...]:
    """Lower the outputs, which may read everything and may be a table's list."""
    types: tuple[tuple[str, Type], ...] = tuple((name, Number(one.digits)) for name, one in scores.items())
    single = next(iter(scores)) if len(scores) == 1 else None
    scope = NameScope(context, Level.ALL, msg("an output"), scores=types, own_score=single)
    found: list[Output] = []
    for key, written in context.file.outputs.items():
        value = context.expression(written.value, scope, lists=True)
        if value is not None:
            found.append(
                Output(
                    id=str(key),
                    label=label(written.label, str(key)),
                    source=source(written.source, context.file.source),
                    notes=maybe_label(written.notes),
                    span=key.span,
                    value=bounded(context, value, written.range, str(key)),
                )
            )
    return tuple(found)
