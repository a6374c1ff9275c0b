"""The canonical form of each kind of node: its attributes and their names (specified in rulesets/DIGESTS.md).

Left out are texts for people (labels, sources, notes, places), derived values (the type of a node that its operands
determine), values given to parameters, the data of calendars, and claims to be proved.

A new field needs a default under which existing rulesets keep their meaning, and an entry here; a test checks that
there is one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from steelyard.calendars.working import Settings
from steelyard.ir import declared, expressions, indicators, ruleset, scoring, types
from steelyard.ir.declared import HitPolicy
from steelyard.ir.notation import Notation


@dataclass(frozen=True, slots=True)
class Form:
    """The canonical form of a kind of node.

    Attributes:
        tag: the kind's name in the text.
        fields: the name in the text of each attribute that is included.
        unordered: the attributes whose items are sorted because their order has no meaning, or a function that gives
            them.
    """

    tag: str
    fields: Mapping[str, str]
    unordered: Collection[str] | Callable[[Any], Collection[str]]

    def sorted_attributes(self, node: object) -> Collection[str]:
        """The attributes of a node whose items are sorted."""
        return self.unordered(node) if callable(self.unordered) else self.unordered


def _form(tag: str, names: str = "", unordered: str | Callable[[Any], Collection[str]] = "") -> Form:
    """Args: names of attributes, `attribute=name` where the text has another; those without order, or who tells."""
    pairs = (name.partition("=") for name in names.split())
    attributes = {attribute: name or attribute for attribute, _, name in pairs}
    return Form(tag, attributes, frozenset(unordered.split()) if isinstance(unordered, str) else unordered)


_ROWS_WITHOUT_ORDER = frozenset(
    {
        HitPolicy.UNIQUE,
        HitPolicy.ANY,
        HitPolicy.COLLECT_SUM,
        HitPolicy.COLLECT_MIN,
        HitPolicy.COLLECT_MAX,
        HitPolicy.COLLECT_COUNT,
    }
)


def _rows(table: declared.Table) -> Collection[str]:
    return ("rows",) if table.hit in _ROWS_WITHOUT_ORDER else ()


def _values(text: types.Text) -> Collection[str]:
    return () if text.ordered else ("values",)


_RULESET = (
    "id version timezone effective key reference_date inputs parameters groups relations defines tables indicators "
    "exemptions weights scores unscored points outputs calendars"
)
_INDICATOR = "id group family only_if measure measure_type target better way weight missing clamp stack baseline reason"
_SCORE = "id members method value digits=round clamp better minimum_present reasons grades only_if"
_RELATION = (
    "id feed levels severity kinds fields defines row_id=id_field of_case joins one_row window open_at_most derived "
    "rows recurring without_first_day without_last_day"
)

FORMS: dict[type, Form] = {
    # types and ranges
    types.Number: _form("number", "scale=digits"),
    types.Text: _form("text", "values ordered", _values),
    types.Boolean: _form("boolean"),
    types.Date: _form("date"),
    types.DateTime: _form("datetime", "open"),
    types.Duration: _form("duration"),
    types.Days: _form("days"),
    types.Region: _form("region", "scheme"),
    types.Regions: _form("regions", "scheme"),
    types.Range: _form("range", "low high"),
    # declarations
    ruleset.Ruleset: _form(
        "ruleset",
        _RULESET,
        "inputs parameters groups relations defines tables exemptions calendars",
    ),
    declared.InputField: _form("input", "id type column range optional not_before notation"),
    Notation: _form(
        "notation",
        "missing true false formats=format unit point=decimal grouping normalise ambiguous",
        "missing true false formats normalise",
    ),
    declared.ParameterDeclaration: _form("parameter", "id type default range"),
    declared.WorkingCalendar: _form("calendar", "id settings"),
    Settings: _form("settings", "holidays hours weekend closed open years weekday_hours half_days make_up_days"),
    declared.Definition: _form("define", "id value"),
    declared.Derived: _form("derived", "by values", "by values"),
    declared.Recurring: _form("recurring", "rule duration first=from last=until"),
    declared.Window: _form("window", "start=from end=to"),
    declared.Relation: _form("relation", _RELATION, "severity kinds fields defines"),
    declared.Table: _form("table", "id hit inputs outputs rows default carried", _rows),
    declared.TableInput: _form("table_input", "id type"),
    declared.TableOutput: _form("table_output", "id type priority"),
    declared.TableRow: _form("row", "cells outputs"),
    # expressions
    expressions.Literal: _form("literal", "type value"),
    expressions.Input: _form("input_value", "name"),
    expressions.Parameter: _form("parameter_value", "name"),
    expressions.Define: _form("defined", "name"),
    expressions.Field: _form("field", "relation name"),
    expressions.OneRow: _form("one_row", "relation name"),
    expressions.IndicatorPart: _form("indicator_part", "indicator part"),
    expressions.OwnTarget: _form("own_target"),
    expressions.OwnMeasure: _form("own_measure"),
    expressions.ScoreValue: _form("score_value", "name"),
    expressions.Argument: _form("argument", "position"),
    expressions.TableCall: _form("table_call", "table output arguments"),
    expressions.Negate: _form("negate", "operand"),
    expressions.Add: _form("add", "left right"),
    expressions.Subtract: _form("subtract", "left right"),
    expressions.Multiply: _form("multiply", "left right"),
    expressions.Scale: _form("scale", "operand digits"),
    expressions.Divide: _form("divide", "type numerator denominator up down rounding"),
    expressions.Bounded: _form("bounded", "operand range name relation"),
    expressions.Compare: _form("compare", "comparator left right"),
    expressions.Rank: _form("rank", "operand levels"),
    expressions.OpenEnd: _form("open_end", "operand"),
    expressions.Within: _form("within", "operand low low_closed high high_closed"),
    expressions.OneOf: _form("one_of", "operand items", "items"),
    expressions.And: _form("and", "items", "items"),
    expressions.Or: _form("or", "items", "items"),
    expressions.Not: _form("not", "operand"),
    expressions.If: _form("if", "condition yes=then no=else"),
    expressions.Coalesce: _form("coalesce", "items"),
    expressions.IsMissing: _form("is_missing", "operand negated"),
    expressions.Apply: _form("apply", "function arguments calendar"),
    expressions.Aggregate: _form("aggregate", "type aggregation relation argument where"),
    expressions.TableAggregate: _form("table_aggregate", "type aggregation call"),
    # indicators
    indicators.ChosenCalendar: _form("chosen_calendar", "by calendars number"),
    indicators.Clock: _form("clock", "start=from stop=to until calendar range"),
    indicators.Met: _form("met"),
    indicators.Proportion: _form("proportion"),
    indicators.Steps: _form("steps", "each deduct begun_counts floor"),
    indicators.RelativeStep: _form("of_target", "units scale"),
    indicators.Bands: _form("bands", "bands"),
    indicators.Band: _form("band", "test points reason"),
    indicators.Curve: _form("curve", "points"),
    indicators.AsMeasure: _form("as_measure"),
    indicators.PointsExpression: _form("points_expression", "value"),
    indicators.MissingRule: _form("missing", "action score"),
    indicators.Bounds: _form("bounds", "low high"),
    indicators.Family: _form("for_each", "relation row_id=id"),
    indicators.Indicator: _form("indicator", _INDICATOR),
    indicators.Group: _form("group", "id members", "members"),
    indicators.TargetGrant: _form("grant_target", "indicator target"),
    indicators.PauseGrant: _form("grant_pause", "indicator"),
    indicators.AtLeastGrant: _form("grant_at_least", "indicator points"),
    indicators.WaiveGrant: _form("grant_waive", "indicator"),
    indicators.Exemption: _form("exemption", "id for_each when grants lifts", "grants lifts"),
    # weights, scores, points
    scoring.Weights: _form("weights", "waived adjustments limits total", "adjustments limits"),
    scoring.Adjustment: _form("adjustment", "id when multiply set exclusive"),
    scoring.Limit: _form("limit", "group at_least at_most"),
    scoring.Score: _form("score", _SCORE, "grades"),
    scoring.Grade: _form("grade", "id low high"),
    scoring.Unscored: _form("unscored", "id when reason on"),
    scoring.PointsRule: _form("points_rule", "id effect for_each when amount cap stage on unknown reason"),
    scoring.Output: _form("output", "id value"),
}
