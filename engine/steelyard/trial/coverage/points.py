"""Lists what there is to try in a version of a ruleset."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from steelyard.diagnostics import Message, Span, msg
from steelyard.explain.phrases import band_text, phrase
from steelyard.explain.terms import Name, Text
from steelyard.explain.words import Words
from steelyard.ir.expressions import And, Expr, Field
from steelyard.ir.resolved import knower
from steelyard.ir.ruleset import (
    AtLeastGrant,
    Bands,
    ChosenCalendar,
    Clock,
    Exemption,
    Grant,
    Indicator,
    InputField,
    Method,
    OnMissing,
    PauseGrant,
    PointsExpression,
    PointsRule,
    Ruleset,
    Score,
    Steps,
    Table,
    TargetGrant,
    WaiveGrant,
)
from steelyard.ir.types import DateTime
from steelyard.ir.types import Text as TextType
from steelyard.semantics.outcome import Status
from steelyard.trial.coverage.conditions import Condition, conditions
from steelyard.trial.coverage.records import Key, Kind, Point


def points(ruleset: Ruleset) -> Iterator[Point]:
    """Everything that there is to try, in the order of the ruleset; parameters need no value."""
    return _Lister(ruleset).points()


class _Lister:
    def __init__(self, ruleset: Ruleset) -> None:
        self._ruleset = ruleset
        self._words = Words(ruleset)
        self._knower = knower(ruleset)
        self._indicators = {one.id: one for one in ruleset.indicators}
        self._conditions: dict[str, list[Condition]] = {}
        for one in conditions(ruleset):
            self._conditions.setdefault(one.of, []).append(one)

    def points(self) -> Iterator[Point]:
        ruleset = self._ruleset
        for table in ruleset.tables:
            yield from self._table(table)
        for indicator in ruleset.indicators:
            yield from self._indicator(indicator)
        for exemption in ruleset.exemptions:
            yield from self._rule(exemption.id, exemption.span, fails=exemption.for_each is not None)
            yield from self._grants(exemption)
        for rule in (*ruleset.weights.adjustments, *ruleset.unscored):
            yield from self._rule(rule.id, rule.span)
        for score in ruleset.scores:
            yield from self._score(score)
        for rule in ruleset.points:
            yield from self._rule(rule.id, rule.span, fails=rule.for_each is not None)
        yield from self._statuses()

    def _point(self, kind: Kind, of: str, text: Text, span: Span | None, place: int = 0) -> Point:
        return Point(Key(self._ruleset.version, kind, of, place), self._words.name(of), text, span)

    def _rule(self, of: str, span: Span | None, *, fails: bool = False) -> Iterator[Point]:
        """A rule; `fails`: whether it can fail to fire even if its condition is always true."""
        yield self._point(Kind.FIRED, of, msg("it fires"), span)
        if fails or not all(one.is_constant for one in self._conditions[of]):
            yield self._point(Kind.NOT_FIRED, of, msg("it does not fire"), span)
        yield from self._of_conditions(of, self._words.name(of), span)

    def _of_conditions(self, of: str, name: Text, span: Span | None) -> Iterator[Point]:
        for one in self._conditions.get(of, ()):
            if one.is_constant:
                continue
            member = self._words.name(one.member)

            def point(kind: Kind, text: Text, at: Expr, place: int = 0, member: str = one.member) -> Point:
                return Point(Key(self._ruleset.version, kind, of, place, member), name, text, at.span or span)

            if one.member:
                both = (
                    msg("the condition of {member} is true", member=member),
                    msg("the condition of {member} is false", member=member),
                )
            else:
                both = msg("its condition is true"), msg("its condition is false")
            yield point(Kind.CONDITION_TRUE, both[0], one.when)
            yield point(Kind.CONDITION_FALSE, both[1], one.when)
            for place in one.deciding:
                atom = phrase(one.atoms[place], self._words)
                at = one.atoms[place] if one.atoms[place].span else one.when
                yield point(Kind.ATOM_TRUE, msg("“{atom}” alone decides, being true", atom=atom), at, place)
                yield point(Kind.ATOM_FALSE, msg("“{atom}” alone decides, being false", atom=atom), at, place)

    def _table(self, table: Table) -> Iterator[Point]:
        for place, row in enumerate(table.rows):
            text = msg("the answer of row {number}", number=place + 1)
            if row.note is not None:
                text = msg("the answer of row {number} ({note})", number=place + 1, note=Name("", row.note))
            yield self._point(Kind.ROW, table.id, text, row.span or table.span, place)
        if table.default is not None:
            yield self._point(Kind.DEFAULT, table.id, msg("its default, as no row hits"), table.span)

    def _indicator(self, indicator: Indicator) -> Iterator[Point]:
        yield from self._of_conditions(indicator.id, self._words.name(indicator.id), indicator.span)
        if isinstance(indicator.way, Bands):
            for place, band in enumerate(indicator.way.bands):
                text = msg("its band: {band}", band=band_text(band.test, self._words))
                yield self._point(Kind.BAND, indicator.id, text, band.span or indicator.span, place)
        if indicator.missing is not None and self._lacks(indicator):
            yield self._point(Kind.MISSING, indicator.id, _without(indicator.missing.action), indicator.span)

    def _lacks(self, indicator: Indicator) -> bool:
        """Whether the measure, the target or what the way computes can be missing where the indicator applies."""

        def missing(expr: Expr | None, *, target: bool = False) -> bool:
            return expr is not None and self._knower.missing(expr, target=target, when=indicator.only_if)

        target = missing(indicator.target)
        match indicator.measure:
            case Clock(start, stop, until, calendar):
                chosen = calendar.number if isinstance(calendar, ChosenCalendar) else None
                ended = missing(stop) and (until is None or missing(until))
                measure = missing(start) or ended or missing(chosen)
            case measured:
                measure = missing(measured, target=target)
        match indicator.way:
            case Steps(each=each, deduct=deduct, floor=floor):
                way = missing(each if isinstance(each, Expr) else None) or missing(deduct) or missing(floor)
            case PointsExpression(value):
                way = missing(value)
            case _:  # no other way computes anything that can be missing beside the measure
                way = False
        return target or measure or way

    def _grants(self, exemption: Exemption) -> Iterator[Point]:
        for grant in exemption.grants:
            if not self._refusable(grant, exemption):
                continue
            to, name = self._words.name(grant.indicator), self._words.name(exemption.id)
            given = msg("what it grants to {indicator} is given", indicator=to)
            refused = msg("what it grants to {indicator} is refused, as a value is missing", indicator=to)
            for kind, text in ((Kind.GRANTED, given), (Kind.REFUSED, refused)):
                key = Key(self._ruleset.version, kind, exemption.id, member=grant.indicator)
                yield Point(key, name, text, exemption.span)

    def _refusable(self, grant: Grant, exemption: Exemption) -> bool:
        """Whether a value that a grant needs can be missing where its exemption fires and the indicator applies."""
        to, when = self._indicators[grant.indicator], exemption.when
        if to.only_if is not None:
            when = And((when, to.only_if), type=when.type)

        def missing(expr: Expr, *, target: bool = False) -> bool:
            return self._knower.missing(expr, target=target, when=when)

        match grant:
            case WaiveGrant():
                return False
            case AtLeastGrant(points=value):
                return missing(value)
            case TargetGrant(target=target):
                lacks = to.target is not None and missing(to.target)
                return lacks or missing(target, target=lacks)
            case PauseGrant():
                relation = next(one for one in self._ruleset.relations if one.id == exemption.for_each)
                types = {one.id: one.type for one in relation.fields} | {d.id: d.value.type for d in relation.defines}
                if relation.window is None:
                    return False
                start, end = (
                    Field(relation.id, name, type=types[name]) for name in (relation.window.start, relation.window.end)
                )
                open_end = isinstance(end.type, DateTime) and end.type.open
                return missing(start) or (not open_end and missing(end))
            case _:
                assert_never(grant)

    def _score(self, score: Score) -> Iterator[Point]:
        name = self._words.score(score.id)
        yield from self._of_conditions(score.id, name, score.span)
        for place, grade in enumerate(score.grades):
            label = Name(grade.id, grade.label)
            text = msg("grade {grade}", grade=label)
            if {grade.label.en, grade.label.zh} != {grade.id}:
                text = msg("grade {grade} ({label})", grade=grade.id, label=label)
            yield Point(Key(self._ruleset.version, Kind.GRADE, score.id, place), name, text, score.span)

    def _statuses(self) -> Iterator[Point]:
        ruleset = self._ruleset
        name = Name(ruleset.id, ruleset.title)
        possible = [Status.SCORED] if ruleset.scores else [Status.DECIDED]
        if ruleset.scores and (
            any(one.on is None for one in ruleset.unscored) or all(map(self._unscorable, ruleset.scores))
        ):
            possible.append(Status.UNSCORED)
        if ruleset.relations_to_give or any(one.id != ruleset.key or _refuses(one) for one in ruleset.inputs):
            possible.append(Status.REJECTED)
        for status in possible:
            yield Point(
                Key(ruleset.version, Kind.STATUS, status.value),
                name,
                msg("status `{status}`", status=status.value),
                Span(ruleset.file, 0, 0, 0, 0) if ruleset.file else None,
            )

    def _unscorable(self, score: Score) -> bool:
        """Whether a case can be without this score."""
        if any(one.on == score.id for one in self._ruleset.unscored):
            return True
        if score.value is not None and self._knower.missing(score.value):
            return True
        rules = (one for one in self._ruleset.points if one.on == score.id)
        if any(map(self._amount_lacks, rules)):
            return True
        minimum = score.minimum_present
        if isinstance(minimum, Expr):
            return True
        least = minimum or 0
        if score.method not in {Method.VALUE, Method.START}:
            least = max(least, 1)
        return sum(self._always_scored(member, score) for member in score.members) < least

    def _amount_lacks(self, rule: PointsRule) -> bool:
        amounts = [rule.amount] if rule.cap is None else [rule.amount, rule.cap]
        return any(self._knower.missing(one, when=rule.when) for one in amounts)

    def _always_scored(self, member: str, score: Score) -> bool:
        """Whether a member counts in every case that is not rejected."""
        one = self._indicators[member]
        waived = one.missing is not None and one.missing.action is OnMissing.WAIVE and self._lacks(one)
        granted = any(
            isinstance(grant, WaiveGrant) and grant.indicator == member
            for exemption in self._ruleset.exemptions
            for grant in exemption.grants
        )
        conditional = one.only_if is not None or member in (score.only_if or {})
        return one.family is None and not waived and not granted and not conditional


def _without(action: OnMissing) -> Message:
    match action:
        case OnMissing.WAIVE:
            return msg("it is waived, as a value is missing")
        case OnMissing.REJECT:
            return msg("it rejects the case, as a value is missing")
        case OnMissing.SCORE:
            return msg("it has the score that is for a missing value")
        case _:
            assert_never(action)


def _refuses(one: InputField) -> bool:
    """Whether there are texts that intake does not take as a value."""
    return not isinstance(one.type, TextType) or bool(one.type.values)
