"""The case, the constants of the policy, the calendars: what a ruleset reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from steelyard.model.keys import AnyOf, KeyRule, Needs, OneOf
from steelyard.model.scalars import Count, Expression, Flag, Interval, Literal, NameText, PlainText, TypeText, Weekday
from steelyard.model.section import Described, Sourced


class FieldBase(Described):
    """What a value may be, apart from its type."""

    key_rules: ClassVar[tuple[KeyRule, ...]] = (OneOf(("values", "ordered")),)

    column: PlainText | None = None
    """The heading of its column in files, where it differs from the name."""
    values: tuple[Literal, ...] | None = None
    """The only texts that it may be; in a table's output also their priority, highest first."""
    ordered: tuple[Literal, ...] | None = None
    """The only texts that it may be, lowest first; `>=` then compares them."""
    range: Interval | None = None
    """The interval that its values lie in; a row outside is rejected."""
    optional: Flag | None = None
    """Whether it may be missing."""
    open: Flag | None = None
    """For a datetime: missing means not ended yet, later than every instant."""
    not_before: NameText | None = None
    """The earlier milestone; a case that has them the other way round is rejected."""


class InputField(FieldBase):
    """An input of the case, a field of a relation, an output of a table; a bare text is its type."""

    short_form: ClassVar[tuple[str, ...]] = ("type",)

    type: TypeText
    """Its type."""


class Parameter(FieldBase):
    """A constant of the policy; one without a value must be given. A bare text is its type."""

    short_form: ClassVar[tuple[str, ...]] = ("type",)
    key_rules: ClassVar[tuple[KeyRule, ...]] = (*FieldBase.key_rules, AnyOf(("type", "value")))

    type: TypeText | None = None
    """Its type; may be left out where the value shows it."""
    value: Literal | None = None
    """Its value, unless another one is set."""


class Case(Sourced):
    """What is known of a case."""

    key: NameText
    """The input that tells cases apart."""
    reference_date: NameText | None = None
    """The input whose day decides which version of the ruleset applies."""
    inputs: Mapping[NameText, InputField]
    """The inputs, by name."""


class Calendar(Described):
    """Working days and hours."""

    key_rules: ClassVar[tuple[KeyRule, ...]] = (Needs("years", "weekend"),)

    holidays: PlainText
    """The country or state whose holidays are kept, e.g. `CN`, `US-TX`; `none`: weekends only."""
    hours: PlainText | None = None
    """The working hours of a working day, e.g. "09:00-12:00, 13:00-17:30"."""
    weekend: tuple[Weekday, ...] | None = None
    """The days off of each week, where they are not the country's own."""
    closed: tuple[Literal, ...] = ()
    """Further days off, e.g. `2024-02-09`."""
    open: tuple[Literal, ...] = ()
    """Further working days, e.g. a Saturday."""
    years: tuple[Count, ...] = ()
    """Years for which this ruleset itself lists the days off, whatever is known of the country."""


class Definition(Described):
    """A named value; a bare text is its expression."""

    short_form: ClassVar[tuple[str, ...]] = ("value",)

    value: Expression
    """The expression."""
