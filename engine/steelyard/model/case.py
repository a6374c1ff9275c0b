"""The case, the constants of the policy, the calendars: what a ruleset reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

from steelyard.model.keys import AnyOf, KeyRule, Needs, OneOf
from steelyard.model.scalars import (
    WEEKDAYS,
    Count,
    Expression,
    Flag,
    FoldingWord,
    Grouping,
    Interval,
    Literal,
    NameText,
    OneOrMore,
    PlainText,
    Point,
    TimeForm,
    TwiceWord,
    TypeText,
    UnitWord,
    Weekday,
)
from steelyard.model.section import Described, Label, Section, Sourced


class FieldBase(Described):
    """What a value may be, apart from its type."""

    key_rules: ClassVar[tuple[KeyRule, ...]] = (OneOf(("values", "ordered")),)

    column: PlainText | None = None
    """The heading of its column in files, where it differs from the name."""
    values: tuple[Literal, ...] | None = None
    """The only texts that it may be; in a table's output also their priority, highest first."""
    ordered: tuple[Literal, ...] | None = None
    """The only texts that it may be, lowest first; `>=` then compares them."""
    labels: Mapping[PlainText, Label] = {}
    """What people read for a text that it may be, e.g. `accepted: {zh: 接受, en: Accepted}`."""
    range: Interval | None = None
    """The interval that its values lie in; a row outside is rejected."""
    optional: Flag | None = None
    """Whether it may be missing."""
    open: Flag | None = None
    """For a datetime: missing means not ended yet, later than every instant."""
    not_before: NameText | None = None
    """The earlier milestone; a case that has them the other way round is rejected."""


class Notation(Section):
    """How values are written in files, where that is not as the language writes them."""

    key_rules: ClassVar[tuple[KeyRule, ...]] = (Needs("true", "false"), Needs("false", "true"))

    missing: Annotated[tuple[Literal, ...], OneOrMore()] | None = None
    """The texts that mean missing, e.g. `["N/A", "-"]`; `[]` where no text means that."""
    true: Annotated[tuple[Literal, ...], OneOrMore()] = ()
    """What means true, e.g. `Y`; then only this and `false` are read."""
    false: Annotated[tuple[Literal, ...], OneOrMore()] = ()
    """What means false, e.g. `N`."""
    format: Annotated[tuple[TimeForm, ...], OneOrMore()] = ()
    """How dates and times are written, e.g. "%d/%m/%Y %H:%M"."""
    unit: UnitWord | None = None
    """What a plain number counts where a duration is read."""
    decimal: Point | None = None
    """What stands before the fraction of a number."""
    grouping: Grouping | None = None
    """What stands between groups of three digits."""
    normalise: Annotated[tuple[FoldingWord, ...], OneOrMore()] = ()
    """The differences of spelling that are taken away from texts."""
    ambiguous: TwiceWord | None = None
    """Which instant a local time means that the clocks showed twice."""


class DeclaredField(FieldBase):
    """An output of a table; a bare text is its type."""

    short_form: ClassVar[tuple[str, ...]] = ("type",)

    type: TypeText
    """Its type."""


class InputField(DeclaredField, Notation):
    """An input of the case, a field of a relation; a bare text is its type."""

    short_form: ClassVar[tuple[str, ...]] = ("type",)
    key_rules: ClassVar[tuple[KeyRule, ...]] = (*FieldBase.key_rules, *Notation.key_rules)

    personal: Flag | None = None
    """Whether it tells of a person: messages then do not quote its values."""


class RowField(FieldBase, Notation):
    """A field of a relation; a bare text is its type. In a derived relation it has a value instead."""

    short_form: ClassVar[tuple[str, ...]] = ("type",)
    key_rules: ClassVar[tuple[KeyRule, ...]] = (*FieldBase.key_rules, *Notation.key_rules)

    type: TypeText | None = None
    """Its type; in a derived relation the value shows it."""
    value: Expression | None = None
    """In a derived relation: what it is of a group of cases."""
    personal: Flag | None = None
    """Whether it tells of a person: messages then do not quote its values."""


class Parameter(FieldBase):
    """A constant of the policy; one without a value must be given. A bare text is its type."""

    short_form: ClassVar[tuple[str, ...]] = ("type",)
    key_rules: ClassVar[tuple[KeyRule, ...]] = (*FieldBase.key_rules, AnyOf(("type", "value")))

    type: TypeText | None = None
    """Its type; may be left out where the value shows it."""
    value: Literal | None = None
    """Its value, unless another one is set."""


class Roles(Section):
    """Which inputs say whose case it is: they stand in the head of its page, and change no score."""

    key_rules: ClassVar[tuple[KeyRule, ...]] = (AnyOf(("branch", "handler")),)

    branch: NameText | None = None
    """The input that says which branch served the case."""
    handler: NameText | None = None
    """The input that says who handled it."""


class Case(Sourced):
    """What is known of a case."""

    key: NameText
    """The input that tells cases apart."""
    reference_date: NameText | None = None
    """The input whose day decides which version of the ruleset applies."""
    roles: Roles | None = None
    """Which inputs are the branch and the handler."""
    inputs: Mapping[NameText, InputField]
    """The inputs, by name."""


class Hours(Section):
    """The working hours of working days, by day of the week; a bare text is those of every day."""

    short_form: ClassVar[tuple[str, ...]] = ("otherwise",)
    key_rules: ClassVar[tuple[KeyRule, ...]] = (AnyOf(("otherwise", *WEEKDAYS)),)

    mon: PlainText | None = None
    """Those of Mondays, e.g. "09:00-17:30"; `none` where no working time passes on them."""
    tue: PlainText | None = None
    """Those of Tuesdays."""
    wed: PlainText | None = None
    """Those of Wednesdays."""
    thu: PlainText | None = None
    """Those of Thursdays."""
    fri: PlainText | None = None
    """Those of Fridays."""
    sat: PlainText | None = None
    """Those of Saturdays, e.g. "09:00-12:00"."""
    sun: PlainText | None = None
    """Those of Sundays."""
    otherwise: PlainText | None = None
    """Those of all other days."""


class Calendar(Described):
    """Working days and hours."""

    key_rules: ClassVar[tuple[KeyRule, ...]] = (Needs("years", "weekend"), Needs("half_days", "hours"))

    holidays: PlainText
    """The country or state whose holidays are kept, e.g. `CN`, `US-TX`; `none`: weekends only; `listed`: the days under
    `closed` in the `years` of this ruleset; or another calendar, to which `closed` and `open` add."""
    hours: Hours | None = None
    """The working hours of a working day, e.g. "09:00-12:00, 13:00-17:30", or by day of the week."""
    half_days: Mapping[PlainText, PlainText] = {}
    """Working days with hours of their own, e.g. `2024-12-24: "09:00-12:00"`."""
    weekend: tuple[Weekday, ...] | None = None
    """The days off of each week, where they are not the country's own."""
    make_up_days: Flag | None = None
    """`false`: the days that the country works in exchange for others, such as Saturdays in China, stay off."""
    closed: tuple[Literal, ...] = ()
    """Further days off, e.g. `2024-02-09`, or for all `years` a yearly rule: `FREQ=YEARLY;BYMONTH=7;BYMONTHDAY=4`."""
    open: tuple[Literal, ...] = ()
    """Further working days, e.g. a Saturday."""
    years: tuple[Count, ...] = ()
    """Years for which this ruleset itself lists the days off, whatever is known of the country."""


class Definition(Described):
    """A named value; a bare text is its expression."""

    short_form: ClassVar[tuple[str, ...]] = ("value",)

    value: Expression
    """The expression."""


class Define(Definition):
    """A named value of a case or row; a bare text is its expression."""

    short_form: ClassVar[tuple[str, ...]] = ("value",)

    range: Interval | None = None
    """The interval that its values lie in; a case outside is rejected."""
