"""What a ruleset declares: inputs, parameters, calendars, defines, relations, decision tables.

Labels, spans and sources are not compared. `forms` defines what belongs to a digest.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from steelyard.calendars.working import Settings
from steelyard.diagnostics import Span
from steelyard.ir.expressions import Argument, Expr, Stored
from steelyard.ir.notation import AS_THE_GRAMMAR, Notation
from steelyard.ir.types import DateTime, Range, Type


@dataclass(frozen=True, slots=True)
class Label:
    """A bilingual label; where only one language was written, both are the same."""

    zh: str
    en: str

    def in_language(self, lang: str) -> str:
        """The label in `zh` or `en`."""
        return self.zh if lang == "zh" else self.en


@dataclass(frozen=True, slots=True)
class Source:
    """The legal or contractual source of a rule; printed beside every line that the rule causes."""

    title: Label | None = None
    clause: Label | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Base of everything with an id.

    Attributes:
        id: unique in the ruleset; an identifier, except that rule ids may have hyphens.
        label: the label; the id where none is written.
        source: the rule's own source, else its section's, else the ruleset's; None where none is written.
        notes: remarks of the author.
        span: the id's place.
    """

    id: str
    label: Label = field(compare=False)
    source: Source | None = field(default=None, compare=False)
    notes: Label | None = field(default=None, compare=False)
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class InputField(Named):
    """An input of the case, or a field of a relation.

    Attributes:
        type: see types.py; `DateTime(open=True)` for an open one.
        column: the column of the file (the id where none is written).
        range: of stored units; never None for numbers, dates, instants, durations and days.
        optional: whether it may be missing (an open datetime always may).
        not_before: the id of a datetime or date of the same case or row that must not be later.
        notation: how the ruleset says that its values are written in files.
        for_run: how they are written in the files of this run (bind_intake); None: as `notation` says.
        personal: whether it tells of a person, so that messages do not quote its values.
    """

    type: Type
    column: str
    range: Range | None = None
    optional: bool = False
    not_before: str | None = None
    notation: Notation = AS_THE_GRAMMAR
    for_run: Notation | None = None
    personal: bool = field(default=False, compare=False)

    @property
    def written(self) -> Notation:
        """How its values are written."""
        return self.for_run or self.notation

    @property
    def can_be_missing(self) -> bool:
        """Whether the value may be missing; a missing open datetime means not ended yet."""
        return self.optional or (isinstance(self.type, DateTime) and self.type.open)


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterDeclaration(Named):
    """A constant of the policy.

    Attributes:
        type: of its value.
        value: the effective value: the given one (`bind`), else the declared one; None where there is none.
        range: of values that may be given.
        default: the declared value, which is part of the policy; None where a value must be given.
    """

    type: Type
    value: Stored | None
    range: Range | None = None
    default: Stored | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingCalendar(Named):
    """Working days and hours; the first one declared is the default.

    Attributes:
        settings: the checked settings; `calendars.calendar(settings, timezone)` makes the calendar.
        digest: digest of the working days given by settings and holiday data; part of the facts of a run.
    """

    settings: Settings
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition(Named):
    """A named expression: of the case, or of a relation's row."""

    value: Expr


@dataclass(frozen=True, slots=True)
class Window:
    """The two instants of a row between which a pause stops a clock: ids of fields."""

    start: str
    end: str


@dataclass(frozen=True, slots=True)
class Derived:
    """How the rows of a relation follow from the cases of a run (LANGUAGE.md section 9): one row for each group.

    Attributes:
        by: the keys of a group, each a value of the case; a case of which one is missing is in no group.
        values: the other fields, of a group. Only their aggregates read cases: those over `CASES` have arguments and
            conditions of the case, those over a relation run over the rows of all cases of the group.
    """

    by: tuple[Definition, ...]
    values: tuple[Definition, ...]


@dataclass(frozen=True, slots=True)
class Recurring:
    """Windows that recur by a rule, in the local time of the ruleset (LANGUAGE.md section 9).

    Attributes:
        rule: of RFC 5545, in one spelling.
        duration: of each window, in microseconds.
        first: the local time from which on windows begin, in ISO 8601.
        last: the local time until which they begin, inclusive.
        windows: the instants of start and end of each, ascending; what the rest gives in the zone of the ruleset.
    """

    rule: str
    duration: int
    first: str
    last: str
    windows: tuple[tuple[int, int], ...] = field(compare=False, repr=False)


CUT_OFF = "as_of"
"""The parameter that says until when open cases are looked at."""
CASES = "cases"
"""The name under which values of a derived relation aggregate the cases of a group."""


MOST_ROWS = 2**31
"""The assumed maximum of rows per case; sums are proved to fit for that many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation(Named):
    """Rows that belong, or are joined, to cases.

    Attributes:
        feed: warnings, declarations or None.
        levels: the feed's levels, lowest first.
        severity: the level of each severity of an alert; None: alerts with this severity are left out.
        kinds: the kind for each name of an event; any other name is its own kind. If any, rules compare with no other.
        labels: what readers see for levels and kinds of the feed.
        open_at_most: the microseconds after which an event of a feed that names no end is over; None: never.
        without_first_day: whether an event given in whole days begins after its first day.
        without_last_day: whether it ends before its last day.
        fields: of a row.
        defines: values of a row, in an order in which each reads only earlier ones.
        row_id: the field that identifies a row (a feed's event_id, declaration_id); None: rows are counted from 1.
        of_case: the field that holds the case's key; None for a joined relation.
        joins: the condition for rows that belong to the case; None: all rows with the case's key (of_case). Both may be
            given. Where it is unknown, the row counts as one whose `where` is unknown.
        one_row: whether a case has at most one row, read as `OneRow`.
        window: the window that `pause` subtracts.
        derived: how its rows follow from the cases of the run; None where they are read.
        rows: declared of the number of rows that belong to a case; another one rejects it.
        recurring: how its rows recur, with the fields `starts` and `ends`; None where they are read.
    """

    feed: str | None = None
    levels: tuple[str, ...] = ()
    severity: tuple[tuple[str, str | None], ...] = ()
    kinds: tuple[tuple[str, str], ...] = ()
    labels: tuple[tuple[str, Label], ...] = field(default=(), compare=False)
    open_at_most: int | None = None
    without_first_day: bool = False
    without_last_day: bool = False
    fields: tuple[InputField, ...]
    defines: tuple[Definition, ...] = ()
    row_id: str | None = None
    of_case: str | None = None
    joins: Expr | None = None
    one_row: bool = False
    window: Window | None = None
    derived: Derived | None = None
    rows: Range | None = None
    recurring: Recurring | None = None

    @property
    def most_rows(self) -> int:
        """The most rows of a case that is not rejected for them."""
        return MOST_ROWS if self.rows is None or self.rows.high is None else min(self.rows.high, MOST_ROWS)


class HitPolicy(Enum):
    """DMN's hit policies, spelled out."""

    UNIQUE = "unique"
    ANY = "any"
    PRIORITY = "priority"
    FIRST = "first"
    RULE_ORDER = "rule_order"
    OUTPUT_ORDER = "output_order"
    COLLECT = "collect"
    COLLECT_SUM = "collect_sum"
    COLLECT_MIN = "collect_min"
    COLLECT_MAX = "collect_max"
    COLLECT_COUNT = "collect_count"

    @property
    def gives_list(self) -> bool:
        """Whether the table's result is a list, of the outputs of all rows that hit."""
        return self in _LIST_POLICIES


_LIST_POLICIES = frozenset({HitPolicy.RULE_ORDER, HitPolicy.OUTPUT_ORDER, HitPolicy.COLLECT})


@dataclass(frozen=True, slots=True)
class TableInput:
    """A column of conditions. The value that it tests is an argument of each `TableCall`."""

    id: str
    type: Type
    label: Label = field(compare=False)


@dataclass(frozen=True, slots=True)
class TableOutput:
    """A column of results.

    Attributes:
        priority: the values, most important first (hit policies priority, output_order); None is a missing output,
            which comes last where it is not among them.
    """

    id: str
    type: Type
    label: Label = field(compare=False)
    priority: tuple[Stored | None, ...] = ()


Said = Stored | Argument | None
"""What an output cell says: a constant, an argument that is carried, or None for `missing`."""


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row: `cells` are boolean expressions over `Argument(position)`, None for `-` (matches even a missing value).

    `outputs` are in the order of the table's outputs; None is `missing`, an `Argument` what a cell computes.
    """

    cells: tuple[Expr | None, ...]
    outputs: tuple[Said, ...]
    span: Span | None = field(default=None, compare=False, repr=False)
    note: Label | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table(Named):
    """A decision table.

    Attributes:
        default: the outputs where no row matches; None: missing.
        carried: what its cells compute or compare with, as arguments after those of the inputs: expressions of the
            place where the table is asked.
    """

    hit: HitPolicy
    inputs: tuple[TableInput, ...]
    outputs: tuple[TableOutput, ...]
    rows: tuple[TableRow, ...]
    default: tuple[Said, ...] | None = None
    carried: tuple[TableInput, ...] = ()
