"""Says in the reader's words what was changed in a ruleset."""

from __future__ import annotations

from fractions import Fraction
from typing import cast

from steelyard.diagnostics import msg
from steelyard.explain.phrases import phrase
from steelyard.explain.terms import Name, Text, decimal_text
from steelyard.ir.expressions import Expr, Node
from steelyard.ir.ruleset import (
    SCORE_DIGITS,
    AtLeastGrant,
    Grade,
    Group,
    Indicator,
    Limit,
    Named,
    RelativeStep,
    Ruleset,
    Score,
    Table,
    TableRow,
    TargetGrant,
)
from steelyard.trial.comparing.properties import PROPERTIES
from steelyard.trial.comparing.values import Side, TableWords, row_in_words, value_in_words
from steelyard.trial.mutating.edits import Edit
from steelyard.trial.mutating.records import Survivor


class Telling:
    """Says changes of one ruleset."""

    def __init__(self, ruleset: Ruleset) -> None:
        self._ruleset = ruleset
        self._side = Side(ruleset)

    def survivor(self, edit: Edit) -> Survivor:
        """Say a change."""
        around: list[object] = [one for one in edit.around if isinstance(one, Named | Group | Limit | Grade | TableRow)]
        gone: object = edit.old if edit.new is None else None
        owner: object = around[0] if around else gone
        spans = [getattr(one, "span", None) for one in around[::-1]]
        return Survivor(
            version=self._ruleset.version,
            id=self._id(owner),
            rule=self._name(owner),
            what=self._what(edit, owner),
            old="" if gone is not None and gone is owner else self._said(edit, edit.old),
            new=None if edit.new is None else self._said(edit, edit.new),
            span=next((one for one in (edit.span, *spans) if one is not None), None),
        )

    def _id(self, owner: object) -> str:
        return owner.group if isinstance(owner, Limit) else owner.id if isinstance(owner, Named | Group) else ""

    def _name(self, owner: object) -> Text:
        match owner:
            case Score():
                return self._side.words.score(owner.id)
            case Named() | Group():
                return Name(owner.id, owner.label)
            case Limit(group=group):
                return self._side.words.name(group)
            case _:  # the ruleset itself
                return ""

    def _what(self, edit: Edit, owner: object) -> Text:
        """The property that was changed; empty where the whole is dropped."""
        if owner is edit.old:
            return ""
        places: list[Text] = []
        for one in edit.around:
            if isinstance(one, Grade) or (isinstance(one, Named) and one is not owner):
                places.append(Name(one.id, one.label))
            elif isinstance(one, TargetGrant | AtLeastGrant):
                places.append(self._side.words.name(one.indicator))
            elif isinstance(one, TableRow) and isinstance(edit.parent, Table):
                places.append(row_in_words(edit.parent, one, self._ruleset))
        if edit.attribute and not (isinstance(edit.parent, Table) and edit.attribute == "rows"):
            places.append(PROPERTIES.get(edit.attribute, f"`{edit.attribute}`"))
        if edit.key:
            places.append(self._side.words.name(edit.key))
        said: Text = places[0] if places else ""
        for place in places[1:]:
            said = msg("{what}: {part}", what=said, part=place)
        return said

    def _said(self, edit: Edit, value: object) -> Text:
        match value:
            case Node() if isinstance(edit.parent, Table):
                return phrase(cast("Expr", value), TableWords(self._ruleset, edit.parent))
            case str() if edit.attribute == "lifts":
                return self._side.words.name(value)
            case RelativeStep(units=units, scale=scale):
                return msg("{percent}% of the target", percent=decimal_text(Fraction(units * 100, 10**scale)))
            case tuple() if isinstance(edit.parent, Indicator):  # one point of a curve
                return self._point(edit.parent, cast("tuple[int, int]", value))
            case _:  # as a comparison of two rulesets says it
                return value_in_words(value, edit.parent, edit.attribute, self._side)

    def _point(self, indicator: Indicator, point: tuple[int, int]) -> Text:
        measure = self._side.words.value(point[0], indicator.measure_type)
        points = decimal_text(Fraction(point[1], 10**SCORE_DIGITS))
        return msg("{points} points at {measure}", points=points, measure=measure)
