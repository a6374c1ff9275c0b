"""Converts tables of natural types to stored values, and finds the rows that intake would reject.

It checks the rules of LANGUAGE.md section 12 that a typed table can violate: required values exist, are in range, are
among the listed values, are not before an earlier milestone; keys are unique. A bad row of a relation rejects its case;
without the key of a case it rejects every case; a bad row of a feed is left out, as when files are read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlglot import exp, parse_one

from steelyard.calendars.offsets import offsets
from steelyard.calendars.zones import DAY_US, Zone, zone
from steelyard.diagnostics import Message, Span, msg
from steelyard.engines.counting import key_column
from steelyard.engines.sql import build
from steelyard.engines.sql.build import E
from steelyard.engines.sql.dialects import Dialect
from steelyard.engines.sql.dialects.natural import Natural, natural
from steelyard.facts.bulk import clocks
from steelyard.ir.notation import Twice
from steelyard.ir.ruleset import InputField, Recurring, Relation, Ruleset
from steelyard.ir.types import (
    FIRST_INSTANT,
    LAST_INSTANT,
    Boolean,
    Date,
    DateTime,
    Days,
    Duration,
    Number,
    Range,
    Region,
    Regions,
    Text,
    Type,
    default_range,
)

REJECT_AT = "reject_at"
"""The column at fault in a rejected row; NULL in a good one."""
_TWO = "([1-9][0-9]|0[1-9])"
_PLACES = {
    "gb2260": f"000000|{_TWO}(0000|{_TWO}[0-9][0-9])",
    "fips": f"00(000)?|{_TWO}([0-9][0-9][0-9])?",
    "name": "[^;]+",
}


class UnfitError(Exception):
    """Raised for a ruleset that cannot be written as one statement.

    Attributes:
        message: what, and why.
        span: the part of the ruleset that is at fault; None where there is none.
    """

    def __init__(self, message: Message, span: Span | None = None) -> None:
        super().__init__(str(message))
        self.message, self.span = message, span


@dataclass(frozen=True, slots=True)
class Received:
    """Tables as rules read them.

    Attributes:
        ctes: common table expressions, each after those that it reads.
        cases: name of the CTE of good cases.
        read: name of the CTE of all cases, with `reject_at`.
        relations: by relation, the name of the CTE of its good rows, also where its rows are yet to be derived.
    """

    ctes: tuple[exp.CTE, ...]
    cases: str
    read: str
    relations: Mapping[str, str]


def names_of(ruleset: Ruleset) -> tuple[str, Mapping[str, str]]:
    """The names of the common table expressions of good cases and of each relation's good rows."""
    return "cases_kept", {one.id: f"{one.id}_rows" for one in ruleset.relations}


def received(
    ruleset: Ruleset,
    dialect: Dialect,
    cases: str,
    tables: Mapping[str, str],
    *,
    places: bool,
    groups: Sequence[str] = (),
) -> Received:
    """Read the tables.

    Args:
        ruleset: declares the columns, by their ids.
        dialect: the dialect to write.
        cases: the table of cases.
        tables: the table of each relation; one without a table is derived from the cases (`derived_steps`), or recurs.
        places: whether the rules read the position of a row, or its id.
        groups: names of inputs, `month` or `version`: the CTE `read` has a column for each (`key_column`), as it is
            stored, NULL where the row has no such value or it cannot be read.

    Raises:
        UnfitError: a column has a type that cannot identify rows, or a notation that typed tables do not have.
    """
    for one in (*ruleset.inputs, *(field for relation in ruleset.relations for field in relation.fields)):
        _check_notation(one)
    read = tuple(one for one in ruleset.relations if one.id in tables)
    reader, here = _Reader(ruleset, read, dialect, groups), zone(ruleset.timezone)
    kept, rows = names_of(ruleset)
    ctes: list[exp.CTE] = []
    for relation in ruleset.relations:
        if relation.recurring is not None:
            ctes.append(_recurring(relation, relation.recurring, rows[relation.id], dialect, here))
        elif relation in read:
            ctes += reader.relation(relation, tables[relation.id], rows[relation.id], places=places)
    ctes += reader.cases(cases, kept)
    return Received(tuple(ctes), kept, "cases_read", rows)


def _check_notation(field: InputField) -> None:
    """Refuse what intake would change in a column that has a type already; how texts are written does not matter."""
    written = field.notation
    changed = (
        ("missing", bool(written.missing)),
        ("unit", written.unit is not None),
        ("normalise", bool(written.normalise)),
        ("ambiguous", written.ambiguous is not Twice.REJECT),
    )
    for key, declared in changed:
        if declared:
            said = msg(
                "`{name}` declares `{key}`, but the statement takes columns of tables as they are",
                name=field.id,
                key=key,
            )
            raise UnfitError(said, field.span)


class _Reader:
    """Writes the first common table expressions of a statement."""

    def __init__(
        self, ruleset: Ruleset, relations: Sequence[Relation], dialect: Dialect, groups: Sequence[str]
    ) -> None:
        self._ruleset = ruleset
        self._relations = relations
        self._groups = groups
        self._dialect = dialect
        self._natural: Natural = natural(dialect.sqlglot)
        self._zone: Zone = zone(ruleset.timezone)

    # tables

    def cases(self, table: str, kept: str) -> list[exp.CTE]:
        """All cases, and the good ones."""
        ruleset = self._ruleset
        key = next(one for one in ruleset.inputs if one.id == ruleset.key)
        count = exp.Window(this=self._dialect.fill("COUNT(*)"), partition_by=[self._value(key)])  # type: ignore[attr-defined]
        twice = build.conj((build.present(self._value(key)), build.greater(count, build.integer(1))))
        faults: list[tuple[E, E]] = [(twice, build.text(key.id))]
        faults += [(condition, build.text(where)) for condition, where in self._dated()]
        needed = [replace(one, optional=False) if one is key else one for one in ruleset.inputs]
        faults += [(condition, build.text(where)) for condition, where in self._faults(needed, "")]
        query = exp.select(copy=False).from_(build.table(table, "t"), copy=False)
        for relation in self._relations:
            if relation.feed is not None:
                continue
            bad = f"{relation.id}_read"
            if relation.of_case is not None:
                query = query.join(
                    self._bad_rows(relation), on=self._same_case(relation, key), join_type="left", copy=False
                )
                found: E = build.column(REJECT_AT, f"{relation.id}_bad")
                faults.append((build.present(found), found))
            unassigned = self._unassigned_fault(relation, bad)
            faults.append((build.present(unassigned), unassigned))
        columns = [build.aliased(self._value(one), one.id) for one in ruleset.inputs]
        columns += [build.aliased(self._grouped(name), key_column(name)) for name in self._groups]
        query = query.select(*columns, build.aliased(build.case(faults, build.null()), REJECT_AT), copy=False)
        return [cte("cases_read", query), good_rows(kept, "cases_read", ruleset.inputs)]

    def relation(self, relation: Relation, table: str, kept: str, *, places: bool) -> list[exp.CTE]:
        """All rows of a relation, and the good ones."""
        columns = [build.aliased(self._bounded(relation, one), one.id) for one in relation.fields]
        if places:
            columns += self._places(relation)
        faults = [
            (condition, build.text(where)) for condition, where in self._faults(relation.fields, f"{relation.id}.")
        ]
        of = next((one for one in relation.fields if one.id == relation.of_case), None)
        own = next((one for one in relation.fields if one.id == relation.row_id), None)
        if of is not None:
            faults.append((build.missing(self._value(of)), build.text(f"{relation.id}.{of.id}")))
        if of is not None and own is not None:
            pair = [self._value(of), self._value(own)]
            count = exp.Window(this=self._dialect.fill("COUNT(*)"), partition_by=pair)  # type: ignore[attr-defined]
            both = build.conj([build.present(one) for one in pair])
            twice = build.conj((both, build.greater(count, build.integer(1))))
            faults.append((twice, build.text(f"{relation.id}.{own.id}")))
        fault = build.aliased(build.case(faults, build.null()), REJECT_AT)
        query = exp.select(*columns, fault, copy=False).from_(build.table(table, "t"), copy=False)
        read = f"{relation.id}_read"
        extra = ("_row", "_id") if places else ()
        return [cte(read, query), good_rows(kept, read, relation.fields, extra)]

    def _bad_rows(self, relation: Relation) -> exp.Subquery:
        """The cases with a bad row, each with the first fault in the order of names."""
        of = relation.of_case or ""
        where = exp.Min(this=build.column(REJECT_AT))
        query = exp.select(build.column(of), build.aliased(where, REJECT_AT), copy=False)
        query = query.from_(build.table(f"{relation.id}_read"), copy=False)
        query = query.where(build.present(build.column(REJECT_AT)), copy=False).group_by(build.column(of), copy=False)
        return exp.Subquery(this=query, alias=exp.TableAlias(this=build.name(f"{relation.id}_bad")))

    def _same_case(self, relation: Relation, key: InputField) -> E:
        return build.equal(build.column(relation.of_case or "", f"{relation.id}_bad"), self._value(key))

    @staticmethod
    def _unassigned_fault(relation: Relation, read: str) -> E:
        """The fault of a bad row without the key of a case."""
        query = exp.select(exp.Min(this=build.column(REJECT_AT)), copy=False).from_(build.table(read), copy=False)
        query = query.where(build.present(build.column(REJECT_AT)), copy=False)
        if relation.of_case is not None:
            query = query.where(build.missing(build.column(relation.of_case)), copy=False)
        return exp.Subquery(this=query)

    def _places(self, relation: Relation) -> list[E]:
        """The position of each row by its id and fields, because a table has no order; and the id as text."""
        by_id = sorted(relation.fields, key=lambda one: one.id != relation.row_id)
        columns = [build.column(one.id, "t") for one in by_id if not isinstance(one.type, Regions)]
        order = exp.Order(expressions=[exp.Ordered(this=one) for one in columns])
        number = exp.Window(this=self._dialect.fill("ROW_NUMBER()"), order=order)  # type: ignore[attr-defined]
        own = next((one for one in relation.fields if one.id == relation.row_id), None)
        text = self._dialect.text()
        match None if own is None else own.type:
            case Text() | Region():
                id_: E = build.column(relation.row_id or "", "t")
            case Date() | None | Number(scale=0):
                id_ = exp.Cast(this=number.copy() if own is None else build.column(own.id, "t"), to=text)
            case Number(scale) if own is not None:
                id_ = exp.Cast(this=self._dialect.decimal(self._value(own), scale), to=text)
            case _:  # a time, or several ids
                said = msg("the rows of `{name}` are told apart by a time, which has no text in SQL", name=relation.id)
                raise UnfitError(said, relation.span)
        return [build.aliased(number, "_row"), build.aliased(id_, "_id")]

    # values

    def _bounded(self, relation: Relation, field: InputField) -> E:
        """A column in its stored form; an event that names no end is over after `open_at_most`."""
        value = self._value(field)
        starts = next((one for one in relation.fields if one.id == "starts"), None)
        if relation.open_at_most is None or field.id != "ends" or starts is None:
            return value
        begun, most = self._value(starts), build.integer(relation.open_at_most)
        last = build.integer(LAST_INSTANT)
        late = build.greater(begun, build.integer(LAST_INSTANT - relation.open_at_most))
        return build.coalesce(value, build.case([(late, last)], build.add(begun, most)))

    def _value(self, field: InputField) -> E:
        """A column converted to its stored form."""
        column = build.column(field.id, "t")
        match field.type:
            case Number(scale) if scale > 0:
                return self._dialect.units_of(column, scale)
            case Number() | Duration() | Days():
                return self._dialect.cast_narrow(column)
            case Date():
                return self._natural.to_days(column)
            case DateTime():
                return self._natural.to_micros(column)
            case Text() | Region():
                return exp.Nullif(this=column, expression=build.text(""))
            case Regions():
                return build.where(build.greater(self._dialect.size(column), build.integer(0)), column)
            case Boolean():
                return column

    def _grouped(self, name: str) -> E:
        """What a row is grouped by, as far as it can be read."""
        inputs = {one.id: one for one in self._ruleset.inputs}
        reference = inputs.get(self._ruleset.reference_date or "")
        if name in inputs:
            field = inputs[name]
            value = self._readable(field, self._value(field))
            return self._dialect.join_list(value, ";") if isinstance(field.type, Regions) else value
        if name == "version":
            undated = [condition for condition, _ in self._dated()]
            return build.case([(build.disj(undated), build.null())], build.text(self._ruleset.version))
        if name != "month" or reference is None:
            return exp.Cast(this=build.null(), to=self._dialect.text())
        day = self._value(reference)
        if isinstance(reference.type, DateTime):
            day = self._local_day(day, reference.range)
        month = self._dialect.year_month(build.wrapped(day))
        return build.null() if month is None else self._readable(reference, month)

    def _readable(self, field: InputField, value: E) -> E:
        """A value that comes of a field, NULL where that is at fault."""
        wrong = self._wrong(field)
        return build.case([(build.disj(wrong), build.null())], value) if wrong else value

    # faults

    def _dated(self) -> list[tuple[E, str]]:
        """Conditions that the reference date exists, is in range, and is a day of this version."""
        ruleset = self._ruleset
        field = next((one for one in ruleset.inputs if one.id == ruleset.reference_date), None)
        if field is None:
            return []
        found = self._faults([replace(field, optional=False, not_before=None)], "")
        days = ruleset.effective
        if days.low is None and days.high is None:
            return found
        value = self._value(field)
        if isinstance(field.type, DateTime):
            inside = _over(clocks.on_days('"at"', self._zone, days), value)
        else:
            inside = build.conj(_inside(value, days))
        return [*found, (build.not_(inside), field.id)]

    def _faults(self, fields: Sequence[InputField], prefix: str) -> list[tuple[E, str]]:
        """The conditions under which a field is at fault, in the order of intake."""
        found: list[tuple[E, str]] = []
        for field in fields:
            condition = build.disj([*self._missing(field), *self._wrong(field)])
            if not build.is_false(condition):
                found.append((condition, f"{prefix}{field.id}"))
        by_id = {field.id: field for field in fields}
        for field in fields:
            earlier = by_id.get(field.not_before or "")
            if earlier is not None:
                found.append((self._earlier(field, earlier), f"{prefix}{field.id}"))
        return found

    def _missing(self, field: InputField) -> list[E]:
        return [build.missing(self._value(field))] if not field.can_be_missing else []

    def _wrong(self, field: InputField) -> list[E]:
        value, column, dialect = self._value(field), build.column(field.id, "t"), self._dialect
        found: list[E] = []
        match field.type:
            case Number(scale) if scale > 0:
                rounded = exp.Round(this=column, decimals=build.integer(scale))
                found.append(build.unequal(rounded, column))
            case Number() | Duration() | Days():
                found.append(build.unequal(value, column))
            case Text(values=values) if values:
                found.append(build.not_(build.within(value, [build.text(one) for one in values])))
            case Region(scheme) if scheme != "name":
                found.append(build.not_(self._natural.is_like(value, _PLACES[scheme])))
            case Regions(scheme):
                one = _PLACES[scheme]
                text = dialect.join_list(column, ";")
                some = build.greater(dialect.size(column), build.integer(0))
                like = self._natural.is_like(text, f"({one})(;({one}))*")
                found.append(build.conj((some, build.not_(like))))
            case _:  # the column's type holds nothing else
                pass
        range_ = field.range or default_range(field.type)
        if range_ is not None:
            inside = _inside(value, range_)
            if inside:
                found.append(build.not_(build.conj(inside)))
        return found

    def _earlier(self, field: InputField, earlier: InputField) -> E:
        """Whether a milestone is before the one that it must not precede; unknown where one is missing."""
        first, second = self._value(earlier), self._value(field)
        if isinstance(earlier.type, Date) and isinstance(field.type, DateTime):
            second = self._local_day(second, field.range)
        elif isinstance(earlier.type, DateTime) and isinstance(field.type, Date):
            first = self._local_day(first, earlier.range)
        return build.less(second, first)

    def _local_day(self, instant: E, range_: Range | None) -> E:
        """The day of an instant in the zone of the ruleset."""
        low = FIRST_INSTANT if range_ is None or range_.low is None else range_.low
        high = LAST_INSTANT if range_ is None or range_.high is None else range_.high
        known = offsets(self._zone, low, high)
        whens = [
            (build.less(instant, build.integer(start)), build.integer(offset))
            for start, offset in zip(known.starts[1:], known.offsets, strict=False)
        ]
        local = build.wrapped(build.add(instant, build.case(whens, build.integer(known.offsets[-1]))))
        day, dialect = build.integer(DAY_US), self._dialect
        rest = dialect.remainder(build.wrapped(build.add(dialect.remainder(local, day), day)), day)
        return dialect.quotient(build.wrapped(build.subtract(local, rest)), day, wide=False)


def _recurring(relation: Relation, recurring: Recurring, name: str, dialect: Dialect, here: Zone) -> exp.CTE:
    """The windows of a recurring relation as constants, as its rows are stored (`facts.recurring`)."""
    number = dialect.bigint()
    kinds = [*((one.id, number) for one in relation.fields), ("_row", number), ("_id", dialect.text())]
    rows = [
        (build.integer(start), build.integer(end), build.integer(place), build.text(here.local_text(start)))
        for place, (start, end) in enumerate(recurring.windows, 1)
    ]
    return dialect.values(name, kinds, rows)


def _inside(value: E, range_: Range) -> list[E]:
    if range_.low is not None and range_.high is not None:
        return [exp.Between(this=value, low=build.integer(range_.low), high=build.integer(range_.high))]
    low = [] if range_.low is None else [build.at_least(value, build.integer(range_.low))]
    return low + ([] if range_.high is None else [build.at_most(value, build.integer(range_.high))])


def _over(text: str, value: E) -> E:
    """Apply a condition on the column `at` to a value."""
    condition = parse_one(text, dialect="duckdb")
    return condition.transform(lambda node: value.copy() if isinstance(node, exp.Column) else node)  # type: ignore[return-value]


def cte(name: str, query: exp.Query) -> exp.CTE:
    """A query as a common table expression."""
    return exp.CTE(this=query, alias=exp.TableAlias(this=build.name(name)))


def good_rows(name: str, read: str, fields: Sequence[InputField], extra: Sequence[str] = ()) -> exp.CTE:
    """The rows of a common table expression that nothing is wrong with: fields, and other columns."""
    columns = [build.column(one) for one in (*(field.id for field in fields), *extra)]
    query = exp.select(*columns, copy=False).from_(build.table(read), copy=False)
    return cte(name, query.where(build.missing(build.column(REJECT_AT)), copy=False))


def described(type_: Type, dialect: Dialect) -> str:
    """Describe the type of a column, with its unit."""
    words = natural(dialect.sqlglot)
    match type_:
        case Number(scale) if scale > 0:
            return words.decimal(scale)
        case Number():
            return words.integer_type
        case Duration():
            return f"{words.integer_type}, microseconds"
        case Days():
            return f"{words.integer_type}, days"
        case Date():
            return "DATE"
        case DateTime():
            return f"{words.instant_type}; without a zone in UTC"
        case Boolean():
            return "BOOLEAN"
        case Text(values=values) if values:
            return f"{words.text_type}, one of {', '.join(values)}"
        case Text():
            return words.text_type
        case Region(scheme):
            return f"{words.text_type}, a place ({scheme})"
        case Regions(scheme):
            return f"{words.list_type}, places ({scheme}), none of them NULL"
