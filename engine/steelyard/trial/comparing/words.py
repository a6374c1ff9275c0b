"""Says each difference between two rulesets in the reader's words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from fractions import Fraction
from typing import cast

from steelyard.analysis.pretty import part
from steelyard.diagnostics import msg
from steelyard.diagnostics.catalogue import LANGUAGES
from steelyard.explain.terms import Name, Text, share_text, show
from steelyard.ir import types
from steelyard.ir.canonical import canonical, policy_digest
from steelyard.ir.expressions import Expr, Node, Parameter, Scale
from steelyard.ir.forms import FORMS
from steelyard.ir.indicators import Grant
from steelyard.ir.ruleset import (
    Better,
    Effect,
    Grade,
    Group,
    Indicator,
    Limit,
    Named,
    ParameterDeclaration,
    PointsRule,
    Ruleset,
    Score,
    Table,
    TableInput,
    TableOutput,
    TableRow,
)
from steelyard.trial.comparing.changes import Change, Pair, Shared, Turn, turned
from steelyard.trial.comparing.properties import PROPERTIES
from steelyard.trial.comparing.readers import CALENDAR
from steelyard.trial.comparing.values import Side, row_in_words, value_in_words
from steelyard.trial.comparing.walk import Difference, Kind, Sort, differences

_PARTS = (Named, Grade, TableInput, TableOutput)
"""What has a label of its own, within something else."""
_LISTS = frozenset({"closed", "open", "years", "half_days", "weekday_hours", "members", "lifts"})
"""Lists of which only the items are shown that one side has."""
_SHOWN = 4
"""So many readers of a changed part are named."""


def compare(old: Ruleset, new: Ruleset) -> Pair:
    """Compare two rulesets."""
    sides = Side(old), Side(new)
    told = _Telling(*sides)
    changes = tuple(told.change(one) for one in differences(old, new))
    said = tuple(one for one in changes if not _unsaid(one))
    if any(one.sort is Sort.MEANING for one in said):
        changes = said
    else:  # no words tell them apart, so the text of the digest does
        changes = tuple(_as_digested(one) if _unsaid(one) else one for one in changes)
    return Pair(old, new, (policy_digest(old), policy_digest(new)), changes, tuple(_shares(*sides)))


def _shares(old: Side, new: Side) -> Iterator[Shared]:
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
    old: Side
    new: Side

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
        elif isinstance(own, Grant):
            places.append(PROPERTIES["grants"])
        elif isinstance(own, TableRow):
            side = self.old if one.new is None else self.new
            table = cast("Table", one.parents[-1][0 if one.new is None else 1])
            places.append(row_in_words(table, own, side.ruleset))
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
            yield msg("order of {what}", what=PROPERTIES.get(attribute, f"`{attribute}`"))
        elif parent is not None and not hasattr(parent, attribute):  # the key of a mapping, or a place in a list
            yield PROPERTIES.get(one.path[-2], f"`{one.path[-2]}`")
            yield self.new.words.name(attribute)
        else:
            yield PROPERTIES.get(attribute, f"`{attribute}`")

    def _said(self, side: Side, one: Difference, value: object, *, before: bool) -> Text:
        parent = one.parents[-1][0 if before else 1] if one.parents else None
        if one.kind is Kind.MOVED:
            return self._order(side, parent, value)
        return value_in_words(value, parent, one.path[-1] if one.path else "", side)

    def _order(self, side: Side, parent: object, value: object) -> Text:
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
        if (
            one.kind not in (Kind.ADDED, Kind.REMOVED)
            or type(own) not in FORMS
            or isinstance(own, TableRow | Node | Grant)
        ):
            return
        usual = {each.name: each.default for each in fields(type(own))}  # pyright: ignore[reportArgumentType] - in FORMS
        for attribute in FORMS[type(own)].fields:
            value = getattr(own, attribute)
            if attribute in {"id", "carried"} or value in (
                None,
                (),
                {},
                False,
                usual.get(attribute),
                getattr(own, "id", ""),
            ):
                continue
            if attribute == "range" and value == types.default_range(getattr(own, "type", types.Boolean())):
                continue
            what = PROPERTIES.get(attribute, f"`{attribute}`")
            yield msg("{what}: {part}", what=what, part=value_in_words(value, own, attribute, side))

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


def _unsaid(change: Change) -> bool:
    """Whether nothing that a reader sees differs: it follows from another change, e.g. of the values of an input."""
    if change.sort is not Sort.MEANING or change.kind is not Kind.CHANGED or change.old is None or change.new is None:
        return False
    return all(show(change.old, lang) == show(change.new, lang) for lang in LANGUAGES)


def _as_digested(change: Change) -> Change:
    found = change.difference
    return replace(change, old=canonical(found.old), new=canonical(found.new))


def _apart(one: Difference) -> Difference:
    """Of two long lists only the items that one of them has."""
    lists: tuple[object, object] = one.old, one.new
    if not one.path or one.path[-1] not in _LISTS or not all(isinstance(each, tuple) for each in lists):
        return one
    old, new = cast("tuple[tuple[object, ...], tuple[object, ...]]", lists)
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
