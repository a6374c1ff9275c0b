"""The strict functions in SQL say what the reference says, run on DuckDB: values, reasons, rejections, intervals."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import exp

from databases import database
from servers import NotInstalledError, postgres, spark_session
from steelyard.calendars import Settings, read_hours
from steelyard.calendars.zones import DAY_US, day_number
from steelyard.diagnostics import Message
from steelyard.engines.sql import build, calendars, expressions, functions
from steelyard.engines.sql.dialects import dialect
from steelyard.engines.sql.frame import Emission, Frame, Names
from steelyard.engines.sql.intervals import Interval
from steelyard.engines.sql.scope import Program, Scope
from steelyard.engines.sql.value import Rejection, Value
from steelyard.facts.case import Case
from steelyard.facts.places import levels, well_formed
from steelyard.ir.expressions import Apply, Expr, Function, Input, Literal, OpenEnd
from steelyard.ir.ruleset import InputField, Ruleset, WorkingCalendar
from steelyard.ir.types import (
    FIRST_DAY,
    FIRST_INSTANT,
    LAST_DAY,
    LAST_INSTANT,
    OPEN,
    Date,
    Range,
    Region,
    Regions,
    Type,
)
from steelyard.semantics import Missing, Rejected, prepare
from steelyard.semantics.env import Env
from unit.semantics.build import (
    BOOLEAN,
    DURATION,
    INSTANT,
    INTEGER,
    OPEN_INSTANT,
    TEXT,
    label,
    lit,
    number,
    open_end,
    read,
    ruleset,
)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DATE = Date()
GB, FIPS, NAME = Region("gb2260"), Region("fips"), Region("name")


@dataclass(frozen=True)
class Said:
    """What an expression says of a row: a value, or the reasons why it is missing, or who rejects the case."""

    value: Any = None
    reasons: frozenset[str] | None = None
    where: str | None = None


def call(function: Function, *arguments: Expr, type_: Type = INTEGER, calendar: str | None = None) -> Apply:
    return Apply(function, arguments, calendar, type=type_)


def instant(text: str) -> int:
    return (datetime.fromisoformat(text) - EPOCH) // timedelta(microseconds=1)


def day(text: str) -> int:
    return day_number(date.fromisoformat(text))


def rules(
    zone: str = "Asia/Shanghai", calendars: Mapping[str, Settings] | None = None, inputs: tuple[InputField, ...] = ()
) -> Ruleset:
    made = (
        WorkingCalendar(id=name, label=label(name), settings=one, digest="") for name, one in (calendars or {}).items()
    )
    return ruleset(timezone=zone, calendars=tuple(made), inputs=inputs)


def field(name: str, type_: Type, low: int, high: int) -> InputField:
    return InputField(id=name, label=label(name), type=type_, column=name, range=Range(low, high), optional=True)


HOUR = 3_600_000_000
HOURS = read_hours("09:00-12:00, 13:00-17:30")
ALL_DAY = read_hours("00:00-24:00")
assert not isinstance(HOURS, Message)
assert not isinstance(ALL_DAY, Message)


class Compiled:
    """Expressions over the columns of one table, compiled and run."""

    def __init__(
        self, rules: Ruleset, columns: Mapping[str, tuple[str, Interval | None]], engine: str = "duckdb"
    ) -> None:
        self.rules = rules
        self.columns = columns
        names = Names()
        self.frame = Frame("cases", self._base, names)
        self.program = Program(rules, dialect(engine), {}, self.frame, names, expressions.value)

    def _base(self, _emission: Emission, _frame: Frame, wanted: Sequence[str]) -> exp.Query:
        return exp.select(build.column("_case"), *(build.column(name) for name in wanted)).from_(build.table("given"))

    def value(self, expr: Expr) -> Value:
        a = self.program.arithmetic
        match expr:
            case Literal(value=tuple() as items):
                return Value(self.program.dialect.list_of([build.text(item) for item in items]))
            case Literal(value=str() as text):
                return Value(build.text(text))
            case Literal(value=int() as known):
                return a.literal(known)
            case Input(name=name):
                sql, interval = self.frame.want(name), self.columns[name][1]
                return Value(sql, interval, self.columns[name][0] == "HUGEINT", {name: build.missing(sql)})
            case OpenEnd(operand=operand):
                inner = self.value(operand)
                interval = Interval(inner.bounds.low, OPEN)
                return Value(build.coalesce(inner.sql, build.integer(OPEN)), interval)
            case Apply(arguments=arguments):
                operands = [self.value(argument) for argument in arguments]
                return functions.apply(expr, operands, self.program, Scope(self.frame))
            case _:
                raise TypeError(expr)

    def run(self, found: Value, rows: Sequence[Mapping[str, Any]]) -> list[Said]:
        with database() as connection:
            kinds = "".join(f", {build.name(name).sql()} {kind}" for name, (kind, _) in self.columns.items())
            connection.execute(f"CREATE TABLE given (_case BIGINT{kinds})")
            cells = [[*range(len(rows))], *([_bound(row.get(name)) for row in rows] for name in self.columns)]
            lists = ", ".join(
                f"unnest(?::{kind}[])" for kind in ("BIGINT", *(kind for kind, _ in self.columns.values()))
            )
            connection.execute(f"INSERT INTO given SELECT {lists}", cells)
            for name, table in self.program.small.items():
                lists = ", ".join(f"unnest(?::BIGINT[]) AS {column}" for column in table.columns)
                lists = lists if table.rows else ", ".join(f"0::BIGINT AS {column}" for column in table.columns)
                cells = [[*column] for column in zip(*table.rows, strict=True)]
                connection.execute(f"CREATE TABLE {name} AS SELECT {lists}", cells)
            said = [found.sql, *found.why.values(), *(one.condition for one in found.rejects)]
            result = connection.execute(self.statement(said, [])).fetchall()
        assert len(result) == len(rows)
        return [self._said(found, row[1:]) for row in result]

    def run_on(self, server: Any, found: Sequence[Value], rows: Sequence[Mapping[str, Any]]) -> list[list[Said]]:
        """Several at once on another engine: for each what it says of each row, which is a part of the statement."""
        made = self.program.dialect
        kinds = {"BIGINT": made.bigint(), "VARCHAR": made.text()}
        columns = [("_case", made.bigint()), *((name, kinds[kind]) for name, (kind, _) in self.columns.items())]
        cells = [[_cell(one) for one in (place, *map(row.get, self.columns))] for place, row in enumerate(rows)]
        said = [[one.sql, *one.why.values(), *(reject.condition for reject in one.rejects)] for one in found]
        tables = [made.values("given", columns, cells), *self.small()]
        text = self.statement([one for several in said for one in several], tables)
        result = [list(row[1:]) for row in server.run(text)]
        answers: list[list[Said]] = []
        for one, several in zip(found, said, strict=True):
            answers.append([self._said(one, row[: len(several)]) for row in result])
            result = [row[len(several) :] for row in result]
        return answers

    def statement(self, said: Sequence[exp.Expression], tables: Sequence[exp.CTE]) -> str:
        emission = Emission(hints=self.program.dialect.name == "duckdb")
        last = emission.last(self.frame)
        query = exp.select(build.column("_case")).from_(build.table(last)).order_by(build.column("_case"))
        for place, one in enumerate(said):
            query = query.select(build.aliased(one.copy(), f"said_{place}"))
        made = self.program.dialect
        if made.name == "postgres":  # it would write a column out wherever it is read, layer upon layer
            for layer in emission.ctes:
                layer.set("materialized", value=True)
        query.set("with_", exp.With(expressions=[*tables, *emission.ctes]))
        return made.sql(query)

    def small(self) -> list[exp.CTE]:
        made = self.program.dialect
        found: list[exp.CTE] = []
        for name, table in self.program.small.items():
            kinds = [(column, made.bigint()) for column in table.columns]
            cells = [[build.integer(cell) for cell in row if isinstance(cell, int)] for row in table.rows]
            found.append(made.values(name, kinds, cells))
        return found

    @staticmethod
    def _said(found: Value, row: Sequence[Any]) -> Said:
        first, *rest = row
        assert all(isinstance(one, bool) for one in rest), "reasons and rejections are never NULL"
        whys, rejects = rest[: len(found.why)], rest[len(found.why) :]
        where = next((one.names[0] for one, holds in zip(found.rejects, rejects, strict=True) if holds), None)
        if where is not None:
            return Said(where=where)
        reasons = frozenset(name for name, holds in zip(found.why, whys, strict=True) if holds)
        if first is None:
            return Said(reasons=reasons)
        assert not reasons, "what is there has no reasons"
        if isinstance(first, int) and not isinstance(first, bool):
            assert found.bounds.low <= first <= found.bounds.high, (first, found.bounds)
        return Said(first)


def _bound(cell: Any) -> Any:
    """A cell as a parameter: the client of DuckDB 1.4 sends an integer of more than 64 bits as a float."""
    return str(cell) if isinstance(cell, int) and abs(cell) >= 2**63 else cell


def _cell(value: int | str | None) -> exp.Expression:
    match value:
        case None:
            return build.null()
        case str():
            return build.text(value)
        case int():
            return build.integer(value)


def meant(rules: Ruleset, expr: Expr, rows: Sequence[Mapping[str, Any]]) -> list[Said]:
    """What the reference says."""
    meaning = prepare(rules).meaning(expr)
    return [_meant(meaning, {name: cell for name, cell in row.items() if cell is not None}) for row in rows]


def _meant(meaning: Callable[[Env], Any], values: Mapping[str, Any]) -> Said:
    stored = {name: tuple(cell) if isinstance(cell, list) else cell for name, cell in values.items()}
    try:
        found = meaning(Env(Case("A", stored), stored, [], [], [], []))
    except Rejected as rejected:
        return Said(where=rejected.where)
    return Said(reasons=found.reasons) if isinstance(found, Missing) else Said(found)


def agree(
    rules: Ruleset, expr: Expr, columns: Mapping[str, tuple[str, Interval | None]], rows: Sequence[Mapping[str, Any]]
) -> list[Said]:
    """Run both, compare them, and give what they say."""
    compiled = Compiled(rules, columns)
    found = compiled.run(compiled.value(expr), rows)
    expected = meant(rules, expr, rows)
    for row, one, other in zip(rows, found, expected, strict=True):
        assert one == other, row
    return found


def bigint(low: int, high: int) -> tuple[str, Interval | None]:
    return "BIGINT", Interval(low, high)


def grid(**values: Sequence[Any]) -> list[dict[str, Any]]:
    return [dict(zip(values, cells, strict=True)) for cells in product(*values.values())]


INSTANTS = bigint(FIRST_INSTANT, LAST_INSTANT)
DAYS = bigint(FIRST_DAY, LAST_DAY)
SMALL = bigint(-100, 100)
SOME = (None, -100, -3, 0, 2, 100)


@pytest.mark.parametrize("function", [Function.MIN, Function.MAX, Function.CLAMP])
def test_extremes_are_strict(function):
    expr = call(function, read("a"), read("b"), read("c"))
    agree(rules(), expr, {"a": SMALL, "b": SMALL, "c": SMALL}, grid(a=SOME, b=SOME, c=SOME))


@pytest.mark.parametrize(
    "expr",
    [
        call(Function.MIN, number(3), number(-2)),
        call(Function.MAX, read("a"), number(7)),
        call(Function.CLAMP, read("a"), number(-1), number(1)),
        call(Function.CLAMP, number(5), number(7), number(1)),
        call(Function.CLAMP, number(5), read("a"), number(50)),
        call(Function.ABS, read("a")),
        call(Function.ABS, number(-4)),
        call(Function.ABS, call(Function.MIN, read("a"), number(-2))),
        call(Function.DAYS, read("a")),
    ],
)
def test_integers_and_constants(expr):
    agree(rules(), expr, {"a": SMALL}, grid(a=SOME))


def test_extremes_of_what_needs_128_bits():
    huge = 10**30
    columns = {"a": ("HUGEINT", Interval(-huge, huge)), "b": SMALL}
    expr = call(Function.MAX, read("a"), call(Function.ABS, read("b")))
    agree(rules(), expr, columns, grid(a=(None, -huge, 0, huge), b=SOME))


AROUND = (-DAY_US, -3_600_000_000, -1, 0, 1, 3_600_000_000, 7_200_000_000, DAY_US)
NEW_YORK = ("2024-03-10T07:00Z", "2024-11-03T06:00Z", "1918-03-31T07:00Z", "2199-11-03T06:00Z", "2007-03-11T07:00Z")
MOMENTS = (
    FIRST_INSTANT,
    LAST_INSTANT,
    0,
    *(instant(text) + more for text in NEW_YORK for more in AROUND),
    *(
        instant(text) + more
        for text in ("2024-02-29T00:00Z", "2024-02-28T16:00Z", "1999-12-31T05:00Z")
        for more in AROUND
    ),
)
ZONES = (
    "UTC",
    "Asia/Shanghai",
    "America/New_York",
    "Europe/London",
    "Africa/Casablanca",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Asia/Kathmandu",
)


@pytest.mark.parametrize("zone", ZONES)
def test_dates_in_zones(zone):
    clocks = rules(zone)
    changes = _changes(clocks)
    moments = {*MOMENTS, *(change + more for change in changes for more in (-1, 0, -DAY_US, DAY_US))}
    rows = grid(t=(None, *sorted(t for t in moments if FIRST_INSTANT <= t <= LAST_INSTANT)))
    agree(clocks, call(Function.DATE, read("t", INSTANT), type_=DATE), {"t": INSTANTS}, rows)


def _changes(clocks: Ruleset) -> tuple[int, ...]:
    from steelyard.calendars import zone
    from steelyard.calendars.offsets import offsets

    return offsets(zone(clocks.timezone), FIRST_INSTANT, LAST_INSTANT).starts


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Shanghai"])
def test_a_narrow_interval_needs_no_table(zone):
    low, high = instant("2024-01-01T00:00Z"), instant("2026-01-01T00:00Z")
    compiled = Compiled(rules(zone), {"t": bigint(low, high)})
    expr = call(Function.DATE, read("t", INSTANT), type_=DATE)
    found = compiled.value(expr)
    rows = grid(t=(None, low, high, *(m for m in MOMENTS if low <= m <= high)))

    assert compiled.run(found, rows) == meant(rules(zone), expr, rows)
    assert not compiled.program.small
    assert found.bounds == Interval(compiled.program.zone.local_date(low), compiled.program.zone.local_date(high))


@pytest.mark.long
def test_instants_beyond_all_years():
    far = 10**18
    rows = grid(t=(None, -far, -far + 1, 0, instant("9998-12-31T00:00Z"), instant("0001-01-01T00:00Z"), far))
    agree(
        rules("America/New_York"), call(Function.DATE, read("t", INSTANT), type_=DATE), {"t": bigint(-far, far)}, rows
    )


CIVIL = (Function.YEAR, Function.MONTH, Function.YEAR_MONTH)
LEAP = ("1900-02-28", "1900-03-01", "2000-02-29", "2000-03-01", "1999-12-31", "2024-02-29", "2100-02-28", "2200-12-31")


@pytest.mark.parametrize("function", CIVIL)
@pytest.mark.parametrize(
    ("low", "high"), [(FIRST_DAY, LAST_DAY), (-800_000, 4_000_000), (day("2024-01-01"), day("2025-12-31"))]
)
def test_years_and_months(function, low, high):
    edges = [low, high, 0, -719_528, -719_529, -719_528 - 366, 2_932_896, 2_932_897, *map(day, LEAP)]
    days = (
        {edge + more for edge in edges for more in (-1, 0, 1)} | set(range(low, high, 997)) | set(range(low, low + 800))
    )
    rows = grid(d=(None, *sorted(one for one in days if low <= one <= high)))
    agree(rules(), call(function, read("d", DATE)), {"d": bigint(low, high)}, rows)


@given(st.integers(-4 * 10**9, 4 * 10**9))
@settings(max_examples=15, deadline=None)
def test_any_day_alone(number_of_day):
    for function in CIVIL:
        agree(
            rules(),
            call(function, read("d", DATE)),
            {"d": bigint(number_of_day, number_of_day)},
            [{"d": number_of_day}, {"d": None}],
        )


def test_the_month_of_an_instant_reads_its_day_once():
    compiled = Compiled(rules("America/New_York"), {"t": INSTANTS})
    when = call(Function.DATE, read("t", INSTANT), type_=DATE)
    for function in CIVIL:
        found = compiled.value(call(function, when))
    columns = [name for layer in compiled.frame.layers for name in layer.columns]

    assert compiled.run(found, [{"t": 0}]) == [Said("1969-12")]
    assert len([name for name in columns if name.startswith("day_of_century")]) == 1


def test_constants_are_computed_at_once():
    shanghai = rules(calendars={"office": Settings("CN", HOURS)})
    compiled = Compiled(shanghai, {})
    when = lit(instant("2024-02-09T16:00Z"), INSTANT)
    on = call(Function.DATE, when, type_=DATE)
    exprs = [
        on,
        *(call(function, on) for function in CIVIL),
        call(Function.ADD_BUSINESS_DAYS, on, number(3), calendar="office"),
        call(Function.ADD_BUSINESS_DAYS, lit(day("2026-12-31"), DATE), number(1), calendar="office"),
        call(Function.BUSINESS_DAYS_BETWEEN, on, lit(day("2024-03-09"), DATE), calendar="office"),
        call(Function.WORKING_TIME, when, lit(instant("2024-02-29T02:30Z"), INSTANT), calendar="office"),
    ]
    for expr in exprs:
        found = compiled.value(expr)
        assert compiled.run(found, [{}]) == meant(shanghai, expr, [{}])
    assert not compiled.program.small


WRITTEN = (
    None,
    "",
    " ",
    "a",
    "Aa",
    "aA ",
    "\u3000浦东 \t",
    "浦东",
    "东",
    "e\u0301",
    "\u0301",
    "\u00a0\U0001f697",
    "\U0001f697",
)
TEXTS = (None, "", "a", "a%", "浦东", "浦东新区", "%", "_东")


def test_prefixes():
    columns = {"a": ("VARCHAR", None), "b": ("VARCHAR", None)}
    agree(
        rules(),
        call(Function.STARTS_WITH, read("a", TEXT), read("b", TEXT), type_=BOOLEAN),
        columns,
        grid(a=TEXTS, b=TEXTS),
    )
    agree(
        rules(), call(Function.STARTS_WITH, read("a", TEXT), lit("浦东", TEXT), type_=BOOLEAN), columns, grid(a=TEXTS)
    )


@pytest.mark.parametrize("function", [Function.ENDS_WITH, Function.CONTAINS, Function.CONCAT])
def test_two_texts(function):
    columns = {"a": ("VARCHAR", None), "b": ("VARCHAR", None)}
    expr = call(function, read("a", TEXT), read("b", TEXT), type_=TEXT if function is Function.CONCAT else BOOLEAN)
    agree(rules(), expr, columns, grid(a=WRITTEN, b=WRITTEN))


@pytest.mark.parametrize("function", [Function.LENGTH, Function.TRIM])
def test_one_text(function):
    expr = call(function, read("a", TEXT), type_=TEXT if function is Function.TRIM else INTEGER)
    agree(rules(), expr, {"a": ("VARCHAR", None)}, grid(a=WRITTEN))


def test_months():
    columns = {"d": DAYS, "e": DAYS, "n": bigint(-(10**15), 10**15)}
    d, e, n = read("d", DATE), read("e", DATE), read("n")
    months = (*SOME, -12, 1, 11, 12_000, 10**15, -(10**15))
    agree(rules(), call(Function.ADD_MONTHS, d, n, type_=DATE), columns, grid(d=FEW_DAYS, n=months))
    agree(rules(), call(Function.MONTHS_BETWEEN, d, e), columns, grid(d=FEW_DAYS, e=FEW_DAYS))
    agree(rules(), call(Function.END_OF_MONTH, d, type_=DATE), columns, grid(d=SOME_DAYS))


PLACES = {
    "gb2260": (
        "000000",
        "310000",
        "310100",
        "310115",
        "310100",
        "320100",
        "429004",
        "429000",
        "420000",
        "110101",
        "001500",
    ),
    "fips": ("00", "00000", "48", "48000", "48201", "01", "01000", "01001", "06037"),
    "name": ("上海", "a", "A", "00", "it's"),
}


@pytest.mark.parametrize("scheme", list(PLACES))
def test_places_cover_places(scheme):
    places = PLACES[scheme]
    columns = {"area": ("VARCHAR", None), "areas": ("VARCHAR[]", None), "place": ("VARCHAR", None)}
    one, many, place = read("area", Region(scheme)), read("areas", Regions(scheme)), read("place", Region(scheme))
    lists = [None, [], *([a] for a in places), *([a, b] for a, b in zip(places, places[3:], strict=False))]

    agree(rules(), call(Function.COVERS, one, place), columns, grid(area=(None, *places), place=(None, *places)))
    agree(rules(), call(Function.COVERS, many, place), columns, grid(areas=lists, place=(None, *places)))
    for known in places:
        here = call(Function.COVERS, one, lit(known, Region(scheme)))
        agree(rules(), here, columns, grid(area=(None, *places)))
        agree(rules(), call(Function.COVERS, many, lit(known, Region(scheme))), columns, grid(areas=lists))
        agree(rules(), call(Function.COVERS, lit(known, Region(scheme)), place), columns, grid(place=(None, *places)))
    for some in [(), *(tuple(one) for one in lists if one)]:
        agree(rules(), call(Function.COVERS, lit(some, Regions(scheme)), place), columns, grid(place=(None, *places)))


@pytest.mark.parametrize("scheme", list(PLACES))
def test_the_levels_of_a_place_are_those_that_a_file_can_hold(scheme):
    compiled = Compiled(rules(), {"place": ("VARCHAR", None)})
    lengths = {"gb2260": (6,), "fips": (2, 5)}.get(scheme)
    texts = functions.covering(scheme, compiled.frame.want("place"), compiled.program)
    for place in filter(lambda place: well_formed(scheme, place), PLACES[scheme]):
        found = {compiled.run(Value(text), [{"place": place}])[0].value for text in texts}
        assert found == {level for level in levels(scheme, place) if lengths is None or len(level) in lengths}
    assert all(compiled.run(Value(text), [{}]) == [Said(reasons=frozenset())] for text in texts)


TIMES = (None, 0, 5, 10)


@pytest.mark.parametrize("function", [Function.OVERLAPS, Function.OVERLAP_TIME])
@pytest.mark.parametrize("opened", [(), (1,), (3,), (1, 3), (0, 1, 2, 3)])
def test_windows(function, opened):
    fields = tuple(field(name, OPEN_INSTANT, 0, 10) for name in "abcd")
    arguments = [
        open_end(read(name, OPEN_INSTANT)) if place in opened else read(name, INSTANT)
        for place, name in enumerate("abcd")
    ]
    columns = {name: bigint(0, 10) for name in "abcd"}
    expr = call(function, *arguments, type_=DURATION)
    said = agree(rules(inputs=fields), expr, columns, grid(a=TIMES, b=TIMES, c=TIMES, d=TIMES))

    if function is Function.OVERLAP_TIME:
        assert Compiled(rules(inputs=fields), columns).value(expr).bounds.high == 10
        assert (Said(reasons=frozenset({"overlap_time"})) in said) is ({1, 3} <= {*opened})


OFFICES = {
    "office": Settings("CN", HOURS),
    "texas": Settings("US-TX", HOURS),
    "shop": Settings("none", ALL_DAY, weekend=(0,), closed=(day("2024-03-07"),), open=(day("2024-03-11"),)),
    "tiny": Settings(
        "none", HOURS, closed=tuple(range(day("2024-02-01"), day("2024-02-20"))), years=(2023, 2024, 2025)
    ),
}
MORNING = ((9 * HOUR, 12 * HOUR),)
OFFICES["week"] = Settings(
    "CN",
    HOURS,
    weekend=(6,),
    weekday_hours=((2, ()), (4, ((8 * HOUR, 8 * HOUR + HOUR // 60),)), (5, MORNING)),
    half_days=((day("2024-02-09"), MORNING), (day("2024-05-07"), ((0, 24 * HOUR),))),
)
OFFICES["night"] = Settings(
    "none", ALL_DAY, weekday_hours=((6, ((HOUR, 5 * HOUR), (22 * HOUR, 24 * HOUR))),), weekend=()
)
OFFICES["idle"] = Settings("US-TX", HOURS, weekend=(5, 6), weekday_hours=tuple((n, ()) for n in range(5)))
CN_FIRST, CN_LAST = day("2004-01-01"), day("2026-12-31")
EDGES = (
    CN_FIRST,
    CN_LAST,
    FIRST_DAY,
    LAST_DAY,
    day("1970-01-01"),
    day("2027-12-31"),
    day("2024-02-10"),
    day("2024-02-20"),
)
SOME_DAYS = sorted(
    {one for edge in EDGES for one in (edge - 1, edge, edge + 1) if FIRST_DAY <= one <= LAST_DAY}
    | {*range(day("2024-01-29"), day("2024-03-14")), *range(CN_FIRST, CN_LAST, 401)}
)
FEW_DAYS = [None, *SOME_DAYS[::5], *(day(text) for text in ("2024-02-09", "2024-02-10", "2024-02-17", "2024-02-18"))]


@pytest.mark.parametrize("calendar", list(OFFICES))
def test_business_days_between(calendar):
    expr = call(Function.BUSINESS_DAYS_BETWEEN, read("a", DATE), read("b", DATE), calendar=calendar)
    said = agree(rules(calendars=OFFICES), expr, {"a": DAYS, "b": DAYS}, grid(a=(None, *SOME_DAYS), b=FEW_DAYS))

    assert any(one.where == calendar for one in said) is (calendar in {"office", "texas", "week", "idle"})
    half = call(Function.BUSINESS_DAYS_BETWEEN, lit(day("2024-02-20"), DATE), read("b", DATE), calendar=calendar)
    agree(rules(calendars=OFFICES), half, {"b": DAYS}, grid(b=FEW_DAYS))


@pytest.mark.parametrize("calendar", list(OFFICES))
def test_added_business_days(calendar):
    steps = (None, -10_000, -6000, -40, -3, -1, 0, 1, 2, 15, 40, 6000, 10**9)
    expr = call(Function.ADD_BUSINESS_DAYS, read("a", DATE), read("n"), type_=DATE, calendar=calendar)
    columns = {"a": DAYS, "n": bigint(-(10**15), 10**15)}
    agree(rules(calendars=OFFICES), expr, columns, grid(a=(None, *SOME_DAYS), n=steps))
    for known in (-2, 0, 1):
        fixed = call(Function.ADD_BUSINESS_DAYS, read("a", DATE), number(known), type_=DATE, calendar=calendar)
        agree(rules(calendars=OFFICES), fixed, columns, grid(a=(None, *SOME_DAYS)))
        fixed = call(Function.ADD_BUSINESS_DAYS, lit(day("2024-02-10"), DATE), read("n"), type_=DATE, calendar=calendar)
        agree(rules(calendars=OFFICES), fixed, columns, grid(n=steps))


def test_business_days_of_what_needs_128_bits():
    columns = {"a": ("HUGEINT", Interval(-(10**30), 10**30)), "n": ("HUGEINT", Interval(-(10**30), 10**30))}
    expr = call(Function.ADD_BUSINESS_DAYS, read("a", DATE), read("n"), type_=DATE, calendar="office")
    numbers = (None, -(10**30), -1, 0, 1, 10**30)
    agree(rules(calendars=OFFICES), expr, columns, grid(a=(*numbers, day("2024-02-10")), n=numbers))


def test_a_calendar_that_is_always_closed():
    closed = {"shut": Settings("none", HOURS, weekend=(0, 1, 2, 3, 4, 5, 6), years=(2024,))}
    columns = {"a": DAYS, "n": SMALL}
    expr = call(Function.ADD_BUSINESS_DAYS, read("a", DATE), read("n"), type_=DATE, calendar="shut")
    agree(rules(calendars=closed), expr, columns, grid(a=FEW_DAYS, n=(None, -1, 0, 1)))


WORKING = [
    *(
        instant(f"{when}+08:00")
        for when in ("2024-02-09T17:30", "2024-02-10T00:00", "2024-02-18T08:59", "2024-02-18T09:01")
    ),
    *(instant(f"{when}+08:00") for when in ("2024-05-06T09:00", "2024-05-07T12:30", "2024-05-07T17:29:59.999999")),
    *(instant(f"{when}Z") for when in ("2024-03-10T06:59", "2024-03-10T07:00", "2024-03-10T12:00", "2024-11-03T05:30")),
    *(instant(f"{when}Z") for when in ("2024-11-03T06:00", "2024-11-03T07:00", "2024-11-04T12:00", "2003-12-31T15:59")),
    *(
        instant(f"{when}Z")
        for when in ("2003-12-31T16:00", "2026-12-31T15:59:59.999999", "2026-12-31T16:00", "2027-06-01T00:00")
    ),
    FIRST_INSTANT,
    LAST_INSTANT,
    0,
]


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/New_York", "Australia/Lord_Howe"])
@pytest.mark.parametrize("calendar", list(OFFICES))
def test_working_time(zone, calendar):
    clocks = rules(zone, OFFICES)
    expr = call(Function.WORKING_TIME, read("a", INSTANT), read("b", INSTANT), type_=DURATION, calendar=calendar)
    rows = grid(a=(None, *WORKING), b=(None, *WORKING))
    said = agree(clocks, expr, {"a": INSTANTS, "b": INSTANTS}, rows)
    assert any((one.value or 0) > 0 for one in said) is (calendar != "idle")

    known = call(
        Function.WORKING_TIME,
        lit(instant("2024-03-11T12:00Z"), INSTANT),
        read("b", INSTANT),
        type_=DURATION,
        calendar=calendar,
    )
    agree(clocks, known, {"b": INSTANTS}, grid(b=(None, *WORKING)))


@given(st.lists(st.tuples(*[st.integers(instant("2023-12-20T00:00Z"), instant("2027-01-10T00:00Z"))] * 2), max_size=20))
@settings(max_examples=10, deadline=None)
def test_any_working_time(pairs):
    rows = [{"a": a, "b": b} for a, b in pairs]
    low, high = instant("2023-12-01T00:00Z"), instant("2027-02-01T00:00Z")
    for calendar in OFFICES:
        expr = call(Function.WORKING_TIME, read("a", INSTANT), read("b", INSTANT), type_=DURATION, calendar=calendar)
        agree(rules("America/New_York", OFFICES), expr, {"a": bigint(low, high), "b": bigint(low, high)}, rows)


def test_a_rejection_says_what_its_operands_say_first():
    inner = call(Function.ADD_BUSINESS_DAYS, read("a", DATE), number(1), type_=DATE, calendar="texas")
    expr = call(Function.BUSINESS_DAYS_BETWEEN, inner, read("b", DATE), calendar="office")
    said = agree(rules(calendars=OFFICES), expr, {"a": DAYS, "b": DAYS}, grid(a=FEW_DAYS, b=FEW_DAYS))

    assert {one.where for one in said} == {None, "texas", "office"}


def test_a_clock_rejects_on_behalf_of_its_indicator():
    compiled = Compiled(rules(calendars=OFFICES), {"a": INSTANTS, "b": INSTANTS})
    a, b = compiled.value(read("a", INSTANT)), compiled.value(read("b", INSTANT))
    rows = grid(a=(None, 0, WORKING[0]), b=(None, WORKING[6]))
    reasons = frozenset
    working = calendars.elapsed(a, b, "office", "payment", compiled.program, compiled.frame)

    assert compiled.run(working, rows) == [
        Said(reasons=reasons({"a", "b"})),
        Said(reasons=reasons({"a"})),
        Said(reasons=reasons({"b"})),
        Said(where="payment"),
        Said(reasons=reasons({"b"})),
        meant(
            compiled.rules,
            call(Function.WORKING_TIME, lit(WORKING[0], INSTANT), lit(WORKING[6], INSTANT), calendar="office"),
            [{}],
        )[0],
    ]
    plain = calendars.elapsed(a, b, None, "payment", compiled.program, compiled.frame)
    assert compiled.run(plain, rows)[-1] == Said(WORKING[6] - WORKING[0])
    assert not plain.rejects


def test_who_rejects_stands_once():
    compiled = Compiled(rules(calendars=OFFICES), {"a": DAYS, "b": bigint(CN_FIRST, CN_LAST)})
    within = call(Function.BUSINESS_DAYS_BETWEEN, read("b", DATE), read("b", DATE), calendar="office")
    beyond = call(Function.BUSINESS_DAYS_BETWEEN, read("a", DATE), read("b", DATE), calendar="office")

    assert compiled.value(within).rejects == ()
    assert [one.names for one in compiled.value(beyond).rejects] == [("office",)]
    assert all(isinstance(one, Rejection) for one in compiled.value(beyond).rejects)


@pytest.mark.long
@pytest.mark.parametrize("engine", [spark_session, postgres])
def test_other_engines(engine):
    """All functions in one statement; DuckDB has every value."""
    fields = tuple(field(name, OPEN_INSTANT, FIRST_INSTANT, LAST_INSTANT) for name in "ab")
    clocks = rules("America/New_York", {name: OFFICES[name] for name in ("office", "texas")}, fields)
    columns = {"a": INSTANTS, "b": INSTANTS, "d": DAYS, "n": SMALL, "x": ("VARCHAR", None), "y": ("VARCHAR", None)}
    columns |= {"s": ("VARCHAR", None), "p": ("VARCHAR", None)}
    a, b, d, n = read("a", INSTANT), read("b", INSTANT), read("d", DATE), read("n")
    on = call(Function.DATE, a, type_=DATE)
    exprs = [
        on,
        *(call(function, day) for function in CIVIL for day in (on, d)),
        call(Function.MIN, n, number(3)),
        call(Function.CLAMP, n, number(-3), read("d")),
        call(Function.ABS, n),
        call(Function.STARTS_WITH, read("x", TEXT), read("y", TEXT)),
        call(Function.ENDS_WITH, read("s", TEXT), read("p", TEXT)),
        call(Function.CONTAINS, read("s", TEXT), read("p", TEXT)),
        call(Function.LENGTH, read("s", TEXT)),
        call(Function.TRIM, read("s", TEXT)),
        call(Function.CONCAT, read("s", TEXT), lit(" ", TEXT), read("p", TEXT)),
        call(Function.ADD_MONTHS, d, n),
        call(Function.MONTHS_BETWEEN, d, on),
        call(Function.END_OF_MONTH, d),
        call(Function.COVERS, read("x", GB), read("y", GB)),
        call(Function.COVERS, lit(("310000", "320100"), Regions("gb2260")), read("y", GB)),
        call(Function.COVERS, lit(("000000", "310000"), Regions("gb2260")), read("y", GB)),
        call(Function.OVERLAPS, a, open_end(b), b, open_end(a)),
        call(Function.OVERLAP_TIME, a, open_end(b), number(0), open_end(a)),
        call(Function.WORKING_TIME, a, b, calendar="office"),
        call(Function.WORKING_TIME, a, b, calendar="texas"),
        call(Function.ADD_BUSINESS_DAYS, d, n, calendar="texas"),
        call(Function.BUSINESS_DAYS_BETWEEN, d, lit(day("2020-02-29"), DATE), calendar="office"),
    ]
    places = (None, *PLACES["gb2260"])
    moments = (None, *WORKING, *MOMENTS)
    rows = [
        {
            "a": moments[place % len(moments)],
            "b": moments[place * 7 % len(moments)],
            "d": FEW_DAYS[place % len(FEW_DAYS)],
            "n": SOME[place % len(SOME)],
            "x": places[place % len(places)],
            "y": places[place * 5 % len(places)],
            "s": WRITTEN[place % len(WRITTEN)],
            "p": WRITTEN[place * 7 // 3 % len(WRITTEN)],
        }
        for place in range(60)
    ]
    with ExitStack() as stack:
        try:
            server = stack.enter_context(engine())
        except NotInstalledError as missing:
            pytest.skip(str(missing))
        compiled = Compiled(clocks, columns, "spark" if engine is spark_session else "postgres")
        for statement in compiled.program.dialect.session_statements():
            server.run(statement)
        said = compiled.run_on(server, [compiled.value(expr) for expr in exprs], rows)
    for expr, found in zip(exprs, said, strict=True):
        assert found == meant(clocks, expr, rows), expr


def test_tables_are_small():
    compiled = Compiled(rules("America/New_York", OFFICES), {"a": INSTANTS, "d": DAYS, "n": SMALL})
    for calendar in OFFICES:
        compiled.value(call(Function.WORKING_TIME, read("a", INSTANT), lit(0, INSTANT), calendar=calendar))
        compiled.value(call(Function.ADD_BUSINESS_DAYS, read("d", DATE), read("n"), calendar=calendar))
    sizes = {name: len(table.rows) for name, table in compiled.program.small.items()}

    assert max(sizes.values()) < 13_000, sizes  # a row a day, where hours differ by day of the week
    assert sizes["office_days"] + sizes["office_business_days"] < 1500
    for table in compiled.program.small.values():
        cells = [cell for row in table.rows for cell in row]
        assert all(isinstance(cell, int) and -(2**63) < cell < 2**63 for cell in cells)
        assert len({row[0] for row in table.rows}) == len(table.rows)
