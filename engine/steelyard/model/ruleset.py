"""The whole file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from steelyard.model.case import Calendar, Case, Define, Parameter
from steelyard.model.indicators import Exemption, Indicator, Scoring
from steelyard.model.keys import AnyOf, KeyRule, OneOf
from steelyard.model.points import Bonus, Correction, Deduction, Gate, Grade, NamedScore, Score, Unscored
from steelyard.model.relations import Relation
from steelyard.model.scalars import Code, Count, Interval, NameText, PlainText, PropertyText
from steelyard.model.section import Label, Sourced
from steelyard.model.tables import Table
from steelyard.model.weights import Weights


class RulesetFile(Sourced):
    """A ruleset: how the service of an insurance claim is scored, or what is decided about it."""

    key_rules: ClassVar[tuple[KeyRule, ...]] = (OneOf(("score", "scores")), AnyOf(("score", "scores", "outputs")))

    steelyard: Count
    """The version of the file format: 1."""
    ruleset: NameText
    """The name of the ruleset."""
    version: Code
    """The version of the ruleset, e.g. `2024.1`."""
    title: Label | None = None
    """The title for people."""
    effective: Interval | None = None
    """The reference dates that this version is for, e.g. "[2024-01-01..)"."""
    timezone: PlainText | None = None
    """The time zone of local times, e.g. `Asia/Shanghai`."""
    notes: Label | None = None
    """Remarks for people."""
    case: Case
    """What is known of a case."""
    parameters: Mapping[NameText, Parameter] = {}
    """The constants of the policy, by name."""
    groups: Mapping[NameText, Label] = {}
    """The groups of indicators: name and label."""
    calendars: Mapping[NameText, Calendar] = {}
    """Working calendars, by name; the first is the default."""
    relations: Mapping[NameText, Relation] = {}
    """Rows that belong to a case, by name."""
    define: Mapping[NameText, Define] = {}
    """Named values of the case."""
    tables: Mapping[NameText, Table] = {}
    """Decision tables, by name."""
    scoring: Mapping[NameText, Scoring] = {}
    """Named ways to score, so that they are written once."""
    indicators: Mapping[NameText, Indicator] = {}
    """What is measured and scored, by name."""
    exemptions: Mapping[NameText, Exemption] = {}
    """Circumstances that relax what is asked, by id."""
    weights: Weights | None = None
    """How weights become shares."""
    score: Score | None = None
    """How the score comes about."""
    scores: Mapping[NameText, NamedScore] | None = None
    """Several scores, by name."""
    unscored: Mapping[NameText, Unscored] = {}
    """Circumstances in which a case has no score, by id; tried first."""
    deductions: Mapping[NameText, Deduction] = {}
    """Rules that take points, by id."""
    bonuses: Mapping[NameText, Bonus] = {}
    """Rules that add points, by id."""
    corrections: Mapping[NameText, Correction] = {}
    """Rules that take or add points, by id."""
    gates: Mapping[NameText, Gate] = {}
    """Rules that bound the score, by id."""
    grades: Mapping[NameText, Grade] = {}
    """Grades by bound or condition, best first."""
    outputs: Mapping[NameText, Define] = {}
    """Further results, by name; without a score, the decisions."""
    properties: tuple[PropertyText, ...] = ()
    """Claims about every possible case."""
