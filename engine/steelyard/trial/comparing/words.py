"""Says each difference between two rulesets in the reader's words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from fractions import Fraction
from functools import cached_property
from typing import cast

from steelyard.analysis.pretty import part
from steelyard.calendars import hours_text
from steelyard.calendars.hours import Hours
from steelyard.calendars.zones import day_of
from steelyard.diagnostics import InternalError, Message, msg
from steelyard.explain.phrases import phrase
from steelyard.explain.terms import Name, Text, decimal_text, duration_text, share_text
from steelyard.explain.words import Words
from steelyard.facts.format import format_units
from steelyard.ir import types
from steelyard.ir.canonical import policy_digest
from steelyard.ir.describe import describe
from steelyard.ir.expressions import Argument, Expr, Literal, Node, Parameter, Scale
from steelyard.ir.forms import FORMS
from steelyard.ir.indicators import Bounds, Clock
from steelyard.ir.ruleset import (
    SCORE_DIGITS,
    Better,
    Effect,
    Grade,
    Group,
    Indicator,
    InputField,
    Label,
    Limit,
    Named,
    ParameterDeclaration,
    PointsRule,
    Recurring,
    Ruleset,
    Score,
    Table,
    TableInput,
    TableOutput,
    TableRow,
)
from steelyard.ir.ruleset import Source as Origin
from steelyard.ir.types import DateTime, Duration, Number
from steelyard.ir.types import Text as TextType
from steelyard.model.scalars import WEEKDAYS
from steelyard.semantics.scope import RulesetScope
from steelyard.semantics.situations import Circumstances, Situation
from steelyard.semantics.weights import Weighing
from steelyard.trial.comparing.changes import Change, Pair, Shared, Turn, turned
from steelyard.trial.comparing.readers import CALENDAR, Readers
from steelyard.trial.comparing.walk import Difference, Kind, Sort, conditions, differences

_PARTS = (Named, Grade, TableInput, TableOutput)
"""What has a label of its own, within something else."""
_LISTS = frozenset({"closed", "open", "years", "half_days", "weekday_hours", "members", "lifts"})
"""Lists of which only the items are shown that one side has."""
_SHOWN = 4
"""So many readers of a changed part are named."""
_HUNDREDTHS = frozenset({"baseline", "points", "score"})
"""Whole numbers of this name are hundredths of points."""


def compare(old: Ruleset, new: Ruleset) -> Pair:
    """Compare two rulesets."""
    sides = _Side(old), _Side(new)
    told = _Telling(*sides)
    changes = tuple(told.change(one) for one in differences(old, new))
    return Pair(old, new, (policy_digest(old), policy_digest(new)), changes, tuple(_shares(*sides)))


@dataclass(frozen=True)
class _Side:
    """One of the two rulesets."""

    ruleset: Ruleset

    @cached_property
    def words(self) -> Words:
        return Words(self.ruleset)

    @cached_property
    def readers(self) -> Readers:
        return Readers(self.ruleset)

    @cached_property
    def indicators(self) -> Mapping[str, Indicator]:
        return {one.id: one for one in self.ruleset.indicators}

    def constant(self, expr: object) -> Fraction | None:
        """The value of a constant, or of a parameter; None where it depends on the case or has no value."""
        match expr:
            case Literal(value=int() as value):
                stored, kind = value, expr.type
            case Scale(operand=operand):
                return self.constant(operand)
            case Parameter(name=name):
                own = next((one for one in self.ruleset.parameters if one.id == name), None)
                if own is None or not isinstance(own.value, int):
                    return None
                stored, kind = own.value, own.type
            case _:  # it may depend on the case
                return None
        return Fraction(stored, 10**kind.scale) if isinstance(kind, Number) else Fraction(stored)

    def base_shares(self, score: Score) -> dict[str, Fraction]:
        """The shares in the base situation; none where they cannot be resolved without a case."""
        members = [self.indicators[one] for one in score.members]
        if not all(one.family is None and self.constant(one.weight) is not None for one in members):
            return {}
        try:
            situation = Weighing(self.ruleset, score, RulesetScope(self.ruleset)).resolve(Circumstances())
        except InternalError:  # a constant reads a parameter without a value
            return {}
        if not isinstance(situation, Situation):
            return {}
        return {unit: Fraction(n, situation.denominator) for (unit, _), n in situation.by_member.items()}


def _shares(old: _Side, new: _Side) -> Iterator[Shared]:
    befores = {one.id: one for one in old.ruleset.scores}
    for score in new.ruleset.scores:
        before = old.base_shares(befores[score.id]) if score.id in befores else {}
        after = new.base_shares(score)
        if not before or not after:
            continue
        for unit in dict.fromkeys((*before, *after)):
            if before.get(unit) != after.get(unit):
                words = new.words if unit in after else old.words
                yield Shared(new.words.score(score.id), words.name(unit), before.get(unit), after.get(unit))


@dataclass(frozen=True)
class _Telling:
    old: _Side
    new: _Side

    def change(self, one: Difference) -> Change:
        """Say a difference."""
        one, whole = _apart(one), one
        owner = self._owner(one)
        change = Change(
            kind=one.kind,
            sort=one.sort,
            section=one.path[0] if owner is not None else "",
            id=_id(owner),
            name=_called(owner, one, self),
            path=".".join(one.path),
            what=self._what(one, owner)
            if one is whole
            else msg("{what}, where they differ", what=self._what(one, owner)),
            old=None if one.kind is Kind.ADDED else self._said(self.old, one, one.old, before=True),
            new=None if one.kind is Kind.REMOVED else self._said(self.new, one, one.new, before=False),
            difference=whole,
        )
        change = self._spelt(change, one)
        if one.sort is not Sort.MEANING:
            return change
        targets = tuple(self._targets(one))
        notes = (*self._weight(one), *self._parts(one), *self._read_by(one, targets))
        return replace(change, targets=targets, turn=self._turn(one), notes=notes)

    def _owner(self, one: Difference) -> object:
        """What the difference is about: the outermost part of the ruleset that has a name; None: the ruleset."""
        around = [after if after is not None else before for before, after in one.parents[1:]]
        own = one.old if one.new is None else one.new
        candidates = (*around, own) if type(own) in FORMS else around
        return next((each for each in candidates if isinstance(each, Named | Group | Limit)), None)

    def _what(self, one: Difference, owner: object) -> Text:
        """What property of the owner differs."""
        inner = [pair[1] if pair[1] is not None else pair[0] for pair in one.parents[1:]]
        own = one.old if one.new is None else one.new
        if own is owner:
            return ""
        within = inner[inner.index(owner) + 1 :] if owner in inner else inner
        places: list[Text] = [Name(each.id, each.label) for each in within if isinstance(each, _PARTS)]
        if isinstance(own, _PARTS):
            places.append(Name(own.id, own.label))
        elif isinstance(own, TableRow):
            side = self.old if one.new is None else self.new
            table = cast("Table", one.parents[-1][0 if one.new is None else 1])
            places.append(_conditions(table, own, side.ruleset))
        else:
            places += self._last(one)
        said: Text = places[0] if places else ""
        for place in places[1:]:
            said = msg("{what}: {part}", what=said, part=place)
        return said

    def _last(self, one: Difference) -> Iterator[Text]:
        attribute = one.path[-1]
        parent = one.parents[-1][1] if one.parents else None
        if one.kind is Kind.MOVED:
            yield msg("order of {what}", what=_ATTRIBUTES.get(attribute, f"`{attribute}`"))
        elif parent is not None and not hasattr(parent, attribute):  # the key of a mapping, or a place in a list
            yield _ATTRIBUTES.get(one.path[-2], f"`{one.path[-2]}`")
            yield self.new.words.name(attribute)
        else:
            yield _ATTRIBUTES.get(attribute, f"`{attribute}`")

    def _said(self, side: _Side, one: Difference, value: object, *, before: bool) -> Text:
        parent = one.parents[-1][0 if before else 1] if one.parents else None
        if one.kind is Kind.MOVED:
            return self._order(side, parent, value)
        return _value(value, parent, one.path[-1] if one.path else "", side)

    def _order(self, side: _Side, parent: object, value: object) -> Text:
        items = cast("tuple[object, ...]", value)
        if isinstance(parent, Table) and all(isinstance(item, TableRow) for item in items):
            numbers = [str(number) for item in items for number, row in enumerate(parent.rows, 1) if row is item]
            return msg("{items}", items=tuple(numbers))
        return msg("{items}", items=tuple(side.words.name(str(item)) for item in items))

    def _spelt(self, change: Change, one: Difference) -> Change:
        """Where the words are the same, as the language writes it."""
        if change.old is None or change.new is None or str(change.old) != str(change.new):
            return change
        old, new = part(one.old, self.old.ruleset), part(one.new, self.new.ruleset)
        return replace(change, old=old, new=new) if old != new else change

    def _targets(self, one: Difference) -> Iterator[tuple[Name, Turn]]:
        """The indicators whose constant target moves by a difference: of their own, or of a parameter."""
        parent = one.parents[-1][1] if one.parents else None
        for id_, after in self.new.indicators.items():
            before = self.old.indicators.get(id_)
            if before is None or after.better is None:
                continue
            own = parent is after and one.path[-1] == "target"
            given = one.path[-1] == "default"
            by_it = given and isinstance(parent, ParameterDeclaration) and _reads(after.target, parent.id)
            if own or (by_it and before.target == after.target):
                values = self.old.constant(before.target), self.new.constant(after.target)
                if values[0] is None or values[1] is None:
                    continue
                turn = turned(values[0], values[1], more_is_looser=after.better is Better.LOWER)
                if turn is not None:
                    yield self.new.words.name(id_), turn

    def _turn(self, one: Difference) -> Turn | None:
        """Which way points or grade bounds move."""
        parent = one.parents[-1][1] if one.parents else None
        if isinstance(parent, Grade) and one.path[-1] == "low":
            score = next((each[1] for each in one.parents if isinstance(each[1], Score)), None)
            if isinstance(one.old, int) and isinstance(one.new, int) and score is not None:
                lower = score.better is Better.HIGHER
                return turned(Fraction(one.old), Fraction(one.new), more_is_looser=not lower)
        if isinstance(parent, PointsRule) and one.path[-1] in {"amount", "cap"}:
            old, new = self.old.constant(one.old), self.new.constant(one.new)
            if old is not None and new is not None:
                return turned(old, new, more_is_looser=parent.effect is not Effect.DEDUCT)
        return None

    def _weight(self, one: Difference) -> Iterator[Text]:
        """The share in the base situation, before and after."""
        parent = one.parents[-1][1] if one.parents else None
        if not isinstance(parent, Indicator) or one.path[-1] != "weight":
            return
        befores = {each.id: each for each in self.old.ruleset.scores}
        for score in self.new.ruleset.scores:
            if score.id not in befores:
                continue
            before, after = self.old.base_shares(befores[score.id]), self.new.base_shares(score)
            if parent.id in before and parent.id in after:
                old, new = share_text(before[parent.id]), share_text(after[parent.id])
                yield msg("share in the base situation: {old} → {new}", old=old, new=new)

    def _parts(self, one: Difference) -> Iterator[Text]:
        """What something new, or gone, says."""
        own, side = (one.old, self.old) if one.new is None else (one.new, self.new)
        if one.kind not in (Kind.ADDED, Kind.REMOVED) or type(own) not in FORMS or isinstance(own, TableRow | Node):
            return
        usual = {each.name: each.default for each in fields(type(own))}  # pyright: ignore[reportArgumentType] - in FORMS
        for attribute in FORMS[type(own)].fields:
            value = getattr(own, attribute)
            if attribute == "id" or value in (None, (), {}, False, usual.get(attribute), getattr(own, "id", "")):
                continue
            if attribute == "range" and value == types.default_range(getattr(own, "type", types.Boolean())):
                continue
            what = _ATTRIBUTES.get(attribute, f"`{attribute}`")
            yield msg("{what}: {part}", what=what, part=_value(value, own, attribute, side))

    def _read_by(self, one: Difference, targets: tuple[tuple[Name, Turn], ...]) -> Iterator[Text]:
        """What reads a part that decides nothing by itself."""
        owner = self._owner(one)
        if not isinstance(owner, Named) or isinstance(owner, Indicator | PointsRule | Score):
            return
        side = self.old if one.kind is Kind.REMOVED and owner is one.old else self.new
        key = f"{CALENDAR}{owner.id}" if one.path[0] == "calendars" else owner.id
        moved = {name.id for name, _ in targets}
        found = [Name(each.id, each.label) for each in side.readers.directly(key) if each.id not in moved]
        if not found:
            return
        names, more = tuple(found[:_SHOWN]), len(found) - _SHOWN
        yield (
            msg("read by {items}", items=names)
            if more <= 0
            else msg("read by {items} and {count} more", items=names, count=more)
        )


def _apart(one: Difference) -> Difference:
    """Of two long lists only the items that one of them has."""
    if one.path[-1:] not in [(name,) for name in _LISTS] or not (
        isinstance(one.old, tuple) and isinstance(one.new, tuple)
    ):
        return one
    old, new = cast("tuple[object, ...]", one.old), cast("tuple[object, ...]", one.new)
    gone, come = tuple(item for item in old if item not in new), tuple(item for item in new if item not in old)
    return replace(one, old=gone, new=come) if (gone or come) and len(gone) + len(come) < len(old) + len(new) else one


def _reads(expr: Expr | None, parameter: str) -> bool:
    while isinstance(expr, Scale):
        expr = expr.operand
    return isinstance(expr, Parameter) and expr.name == parameter


def _id(owner: object) -> str:
    return owner.group if isinstance(owner, Limit) else owner.id if isinstance(owner, Named | Group) else ""


def _called(owner: object, one: Difference, telling: _Telling) -> Text:
    side = telling.old if one.new is None and one.kind is Kind.REMOVED else telling.new
    match owner:
        case Score():
            return side.words.score(owner.id) if owner in side.ruleset.scores else Name(owner.id, owner.label)
        case Named() | Group():
            return Name(owner.id, owner.label)
        case Limit(group=group):
            return side.words.name(group)
        case _:  # the ruleset itself
            return ""


class _TableWords(Words):
    """The words of a ruleset, with the columns of a table by `TABLE.COLUMN`."""

    def __init__(self, ruleset: Ruleset, table: Table) -> None:
        super().__init__(ruleset)
        columns = (*table.inputs, *table.carried)
        self._columns = {f"{table.id}.{one.id}": Name(one.id, one.label) for one in columns}

    def name(self, id: str) -> Name:  # noqa: A002 - the word
        """Return the label of a column, or of something in the ruleset."""
        return self._columns.get(id) or super().name(id)


def _conditions(table: Table, row: TableRow, ruleset: Ruleset) -> Text:
    words = _TableWords(ruleset, table)
    cells = tuple(phrase(one, words) for one in conditions(table, row))
    return msg("row {items}", items=cells) if cells else msg("row for any other case")


def _outputs(table: Table, values: tuple[object, ...], side: _Side) -> Text:
    columns = (*table.inputs, *table.carried)
    said: list[Text] = []
    for output, value in zip(table.outputs, values, strict=True):
        match value:
            case None:
                shown: Text = msg("nothing")
            case Argument(position=position):
                shown = Name(columns[position].id, columns[position].label)
            case _:  # a value that is written
                shown = side.words.value(cast("int | str | bool | tuple[str, ...]", value), output.type)
        said.append(
            shown if len(table.outputs) == 1 else msg("{name} {value}", name=Name("", output.label), value=shown)
        )
    return msg("{items}", items=tuple(said))


def _value(value: object, parent: object, attribute: str, side: _Side) -> Text:  # noqa: C901 - a case a kind
    """A value in words, as a property of its parent."""
    words = side.words
    match value:
        case None:
            return msg("nothing")
        case bool():
            return msg("yes") if value else msg("no")
        case Node():
            return phrase(cast("Expr", value), words)
        case Clock():
            return _clock(value, words)
        case Label() if value.zh == value.en:
            return value.en
        case Label():
            return Name("", value)
        case Origin(title=title, clause=clause, url=url):
            parts = [Name("", one) for one in (title, clause) if one is not None]
            return msg("{items}", items=(*parts, *(() if url is None else (url,))))
        case Named() | Group():
            return Name(value.id, value.label)
        case TableRow(outputs=outputs) if isinstance(parent, Table):
            return _outputs(parent, outputs, side)
        case tuple() if isinstance(parent, Table) and attribute == "default":
            return _outputs(parent, cast("tuple[object, ...]", value), side)
        case TextType(values=values) if values:
            listed = tuple(words.value(one, value) for one in values)
            return msg("one of {items}", items=listed)
        case types.Number() | TextType() | types.Boolean() | types.Date() | DateTime() | Duration():
            return describe(value)
        case types.Days() | types.Region() | types.Regions():
            return describe(value)
        case types.Range(low=low, high=high):
            return _interval(low, high, parent, attribute, side)
        case Bounds(low=low, high=high) | Grade(low=low, high=high):
            scale = parent.digits if isinstance(parent, Score) else SCORE_DIGITS
            ends = [None if end is None else format_units(end, scale) for end in (low, high)]
            return f"[{ends[0] or ''}..{ends[1] or ''}]"
        case int():
            return _number(value, parent, attribute, side)
        case str():
            return words.value(value, parent.type) if isinstance(parent, ParameterDeclaration) else value
        case tuple() if attribute in {"closed", "open"}:
            return _list(tuple(str(day_of(cast("int", one))) for one in cast("tuple[object, ...]", value)))
        case tuple() if attribute == "years":
            return _list(tuple(str(one) for one in cast("tuple[object, ...]", value)))
        case tuple() if attribute == "weekend":
            return _list(tuple(WEEKDAYS[one] for one in cast("tuple[int, ...]", value)))
        case tuple() if attribute in {"weekday_hours", "half_days"}:
            days = cast("tuple[tuple[int, Hours], ...]", value)
            names = [WEEKDAYS[day] if attribute == "weekday_hours" else str(day_of(day)) for day, _ in days]
            return _list(
                tuple(
                    msg("{name} {value}", name=name, value=hours_text(hours) or msg("nothing"))
                    for name, (_, hours) in zip(names, days, strict=True)
                )
            )
        case tuple() if attribute == "hours":
            return hours_text(cast("tuple[tuple[int, int], ...]", value)) or msg("nothing")
        case tuple() if all(isinstance(one, str) for one in cast("tuple[object, ...]", value)):
            return _list(tuple(words.name(one) for one in cast("tuple[str, ...]", value)))
        case tuple() if all(isinstance(one, Named | Group) for one in cast("tuple[object, ...]", value)):
            named = cast("tuple[Named | Group, ...]", value)
            return _list(tuple(Name(one.id, one.label) for one in named))
        case Mapping():
            items = cast("Mapping[str, object]", value)
            shown = ((words.name(key), _value(one, items, key, side)) for key, one in items.items())
            return _list(tuple(msg("{name} {value}", name=name, value=one) for name, one in shown))
        case _:  # as the language writes it
            return part(value, side.ruleset)


def _list(items: tuple[Text, ...]) -> Text:
    return msg("{items}", items=items) if items else msg("nothing")


def _clock(clock: Clock, words: Words) -> Message:
    start, stop = phrase(clock.start, words), phrase(clock.stop, words)
    if clock.until is None:
        return msg("the time from {start} to {stop}", start=start, stop=stop)
    until = phrase(clock.until, words)
    return msg(
        "the time from {start} to {stop}, or to {until} where it is missing", start=start, stop=stop, until=until
    )


def _number(value: int, parent: object, attribute: str, side: _Side) -> Text:
    match parent:
        case ParameterDeclaration(type=kind) if attribute == "default":
            return side.words.value(value, kind)
        case Grade():
            digits = next((each.digits for each in side.ruleset.scores if parent in each.grades), SCORE_DIGITS)
            return format_units(value, digits)
        case Recurring() if attribute == "duration":
            return duration_text(value)
        case _ if attribute == "open_at_most":
            return duration_text(value)
        case _ if attribute in _HUNDREDTHS or isinstance(parent, Bounds):
            return decimal_text(Fraction(value, 10**SCORE_DIGITS))
        case _:  # a count
            return str(value)


def _interval(low: int | None, high: int | None, parent: object, attribute: str, side: _Side) -> Text:
    if attribute == "effective":
        ends: list[Text | None] = [None if end is None else str(day_of(end)) for end in (low, high)]
    elif isinstance(parent, InputField | ParameterDeclaration):
        ends = [None if end is None else side.words.value(end, parent.type) for end in (low, high)]
    elif isinstance(parent, Clock):
        ends = [None if end is None else duration_text(end) for end in (low, high)]
    else:
        ends = [None if end is None else str(end) for end in (low, high)]
    return msg("[{low} to {high}]", low=ends[0] or "…", high=ends[1] or "…")


_ATTRIBUTES: Mapping[str, Text] = {
    "adjustments": msg("adjustments of weights"),
    "amount": msg("points"),
    "at_least": msg("at least"),
    "at_most": msg("at most"),
    "bands": msg("bands"),
    "baseline": msg("the score at which nothing is lost"),
    "better": msg("what is better"),
    "by": msg("grouped by"),
    "calendar": msg("calendar"),
    "calendars": msg("calendars"),
    "cap": msg("points in all at most"),
    "clamp": msg("limits"),
    "clause": msg("source"),
    "closed": msg("days off"),
    "column": msg("column in files"),
    "condition": msg("condition"),
    "deduct": msg("points off for each step"),
    "default": msg("value"),
    "defines": msg("defines"),
    "digits": msg("digits"),
    "each": msg("step"),
    "effect": msg("effect"),
    "effective": msg("in force"),
    "exemptions": msg("exemptions"),
    "family": msg("for each row of"),
    "fields": msg("fields"),
    "floor": msg("least points"),
    "for_each": msg("for each row of"),
    "grades": msg("grades"),
    "grants": msg("grants"),
    "group": msg("group"),
    "groups": msg("groups"),
    "half_days": msg("days with other hours"),
    "high": msg("to"),
    "hit": msg("hit policy"),
    "holidays": msg("public holidays"),
    "hours": msg("working hours"),
    "id": msg("id"),
    "indicators": msg("indicators"),
    "inputs": msg("inputs"),
    "joins": msg("which rows belong to a case"),
    "key": msg("key"),
    "label": msg("label"),
    "labels": msg("labels"),
    "levels": msg("levels"),
    "kinds": msg("kinds"),
    "lifts": msg("rules that do not apply"),
    "limits": msg("limits of groups"),
    "low": msg("from"),
    "make_up_days": msg("make-up days are worked"),
    "measure": msg("what is measured"),
    "measure_type": msg("type"),
    "members": msg("indicators"),
    "method": msg("how it is computed"),
    "minimum_present": msg("fewest indicators"),
    "missing": msg("where a value is missing"),
    "multiply": msg("factor of the weight"),
    "naming": msg("label"),
    "not_before": msg("not before"),
    "notation": msg("how values are written"),
    "note": msg("remark"),
    "notes": msg("remark"),
    "on": msg("score"),
    "only_if": msg("counts only where"),
    "open": msg("further working days"),
    "optional": msg("may be missing"),
    "outputs": msg("outputs"),
    "parameters": msg("parameters"),
    "personal": msg("tells of a person"),
    "points": msg("points"),
    "properties": msg("claims to be proved"),
    "range": msg("range"),
    "reason": msg("reason code"),
    "reasons": msg("most reason codes"),
    "reference_date": msg("reference date"),
    "relations": msg("relations"),
    "roles": msg("roles"),
    "rows": msg("rows"),
    "rule": msg("rule of recurrence"),
    "score": msg("score"),
    "scores": msg("scores"),
    "set": msg("share set"),
    "settings": msg("settings"),
    "severity": msg("levels of severities"),
    "source": msg("source"),
    "stack": msg("longer targets add up"),
    "stage": msg("stage"),
    "start": msg("from"),
    "stop": msg("to"),
    "tables": msg("decision tables"),
    "target": msg("target"),
    "test": msg("values"),
    "timezone": msg("time zone"),
    "title": msg("title"),
    "total": msg("sum of the weights"),
    "type": msg("type"),
    "unknown": msg("where the condition is unknown"),
    "unscored": msg("rules for cases without a score"),
    "until": msg("until, where it is missing"),
    "value": msg("value"),
    "values": msg("values"),
    "version": msg("version"),
    "waived": msg("weight of what is waived"),
    "way": msg("how points are given"),
    "weekday_hours": msg("hours of days of the week"),
    "weekend": msg("weekend"),
    "weight": msg("weight"),
    "when": msg("condition"),
    "window": msg("window"),
    "written": msg("how the bound is written"),
    "years": msg("years that are listed"),
}
"""What properties are called."""
