"""Decision tables in SQL say what the reference says, under every hit policy, whatever is missing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import duckdb
import pytest
import sqlglot
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlglot import exp

from conformance.harness import load_ruleset
from steelyard.engines.sql import build, expressions, table_lookup, tables
from steelyard.engines.sql.dialects import NAMES, dialect
from steelyard.engines.sql.frame import Emission, Frame, Names
from steelyard.engines.sql.scope import Program
from steelyard.engines.sql.value import Value, resolved
from steelyard.facts.case import Case
from steelyard.ir.expressions import (
    Add,
    Aggregation,
    And,
    Argument,
    Coalesce,
    Comparator,
    Compare,
    Divide,
    Expr,
    Input,
    IsMissing,
    Literal,
    Multiply,
    Not,
    OneOf,
    Or,
    Rank,
    Rounding,
    TableAggregate,
    TableCall,
    Within,
)
from steelyard.ir.ruleset import HitPolicy, Label, Ruleset, Table, TableInput, TableOutput, TableRow
from steelyard.ir.types import Boolean, Number, Text, Type
from steelyard.semantics.env import Env
from steelyard.semantics.meaning import meaning
from steelyard.semantics.scope import RulesetScope as Reference
from steelyard.semantics.values import Missing, Rejected

RULESET = load_ruleset("""
steelyard: 1
ruleset: tables
version: 1
case:
  key: id
  inputs:
    id: text
    n: {type: integer, optional: true, range: "[-2..4]"}
    k: {type: integer, range: "[0..3]"}
    level: {type: text, ordered: [low, middle, high], optional: true}
    word: {type: text, optional: true}
    flag: {type: boolean, optional: true}
score: {start: 100, round: 0}
""")
INTEGER, TRUTH, WORD = Number(0), Boolean(), Text()
LEVEL = Text(("low", "middle", "high"), ordered=True)
LABEL = Label("", "")
GIVEN: dict[str, tuple[Any, ...]] = {
    "n": (None, -2, 0, 1, 3, 4),
    "k": (0, 1, 3),
    "level": (None, "low", "middle", "high"),
    "word": (None, "a", "b", "c"),
    "flag": (None, True, False),
}
N, K = Input("n", type=INTEGER), Input("k", type=INTEGER)
ASKED: tuple[Expr, ...] = (
    N,
    K,
    Divide(N, K, 0, 0, Rounding.HALF_UP, type=INTEGER),
    Coalesce((N, K), type=INTEGER),
    Input("level", type=LEVEL),
    Input("word", type=WORD),
    Input("flag", type=TRUTH),
    Literal(None, type=INTEGER),
    Literal(2, type=INTEGER),
)


@dataclass(frozen=True)
class Answer:
    """What SQL says of one expression in one case."""

    value: Any
    reasons: frozenset[str]
    rejected: str | None


def enumerate_cases() -> Iterator[tuple[Any, ...]]:
    for number, values in enumerate(product(*GIVEN.values())):
        yield number, *values


NUMBERS = {values: number for number, *values_ in enumerate_cases() for values in [tuple(values_)]}


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"threads": 1}) as made:
        made.execute("SET TimeZone = 'UTC'")
        made.execute("CREATE TABLE given (number BIGINT, n BIGINT, k BIGINT, level TEXT, word TEXT, flag BOOLEAN)")
        made.executemany("INSERT INTO given VALUES (?, ?, ?, ?, ?, ?)", list(enumerate_cases()))
        yield made


def base(_: Emission, frame: Frame, wanted: Sequence[str]) -> exp.Select:
    return exp.select(*(build.column(one) for one in wanted), build.column("number")).from_(build.table("given"))


class Statement:
    """A ruleset's expressions, compiled side by side."""

    def __init__(self, ruleset: Ruleset, name: str = "duckdb") -> None:
        names = Names()
        self.frame = Frame("cases", base, names)
        self.program = Program(ruleset, dialect(name), {}, self.frame, names, expressions.value)

    def value(self, expr: Expr) -> Value:
        if isinstance(expr, TableCall) and self.program.decision_tables[expr.table].hit.gives_list:
            arguments = [expressions.value(one, self.program, self.program.case_scope) for one in expr.arguments]
            found = tables.listed(expr, arguments, self.program, self.program.case_scope)
        else:
            found = expressions.value(expr, self.program, self.program.case_scope)
        why = resolved({name: [one] for name, one in found.why.items()}, self.program.cases)
        return replace(found, why=why)

    def query(self, values: Sequence[Value]) -> exp.Select:
        """For each value: itself, each of its reasons, each of its rejections."""
        emission = Emission(hints=self.program.dialect.name in {"duckdb", "postgres"})
        for name, small in self.program.small.items():
            text, integer = self.program.dialect.text(), self.program.dialect.bigint()
            kinds = [
                text if any(isinstance(row[place], str) for row in small.rows) else integer
                for place in range(len(small.columns))
            ]
            rows = [[_constant(one) for one in row] for row in small.rows]
            columns = list(zip(small.columns, kinds, strict=True))
            emission.ctes.append(self.program.dialect.values(name, columns, rows))
        last = emission.last(self.frame)
        asked: list[exp.Expression] = []
        for value in values:
            asked += [value.sql, *value.why.values(), *(one.condition for one in value.rejects)]
        query = exp.select(*(build.aliased(one, f"c{i}") for i, one in enumerate(asked))).from_(build.table(last))
        query.order_by(build.column("number"), copy=False)
        query.set("with_", exp.With(expressions=emission.ctes))
        return query


def _constant(value: int | str | None) -> exp.Expression:
    if value is None:
        return build.null()
    return build.text(value) if isinstance(value, str) else build.integer(value)


def run(connection, ruleset: Ruleset, asked: Sequence[Expr], cases: Sequence[dict[str, Any]]) -> list[list[Answer]]:
    """The answers by case."""
    statement = Statement(ruleset)
    values = [statement.value(one) for one in asked]
    numbers = [build.integer(NUMBERS[tuple(case.values())]) for case in cases]
    query = statement.query(values).where(build.within(build.column("number"), numbers))
    text = statement.program.dialect.sql(query, pretty=False)
    result = connection.execute(text)
    kinds = [str(one[1]) for one in result.description]
    found: list[list[Answer]] = []
    for row in result.fetchall():
        cells = list(zip(row, kinds, strict=True))
        found.append([_answer(cells, value, one) for value, one in zip(values, asked, strict=True)])
    return found


def _answer(cells: list[tuple[Any, str]], value: Value, expr: Expr) -> Answer:
    """Take the cells of one value off the row."""
    found, kind = cells.pop(0)
    why = {name: cells.pop(0)[0] for name in value.why}
    rejects = [(cells.pop(0)[0], one.names[0]) for one in value.rejects]
    assert not {None} & {*why.values(), *(one for one, _ in rejects)}
    if isinstance(expr.type, Number) and not kind.endswith("[]"):
        assert kind == ("HUGEINT" if value.wide else "BIGINT") or value.known is not None
        assert found is None or value.bounds.low <= found <= value.bounds.high
    reasons = frozenset(name for name, holds in why.items() if holds)
    rejected = next((where for holds, where in rejects if holds), None)
    return Answer(tuple(found) if isinstance(found, list) else found, reasons, rejected)


def expected(reference: Reference, expr: Expr, case: dict[str, Any]) -> Answer:
    values = {name: value for name, value in case.items() if value is not None}
    env = Env(Case("", values), values, [], [], [], [])
    try:
        found = meaning(expr, reference)(env)
    except Rejected as rejected:
        return Answer(None, frozenset(), rejected.where)
    if isinstance(found, Missing):
        return Answer(None, found.reasons, None)
    if isinstance(found, tuple):
        return Answer(tuple(None if isinstance(one, Missing) else one for one in found), frozenset(), None)
    return Answer(found, frozenset(), None)


def compare(connection, table: Table, arguments: tuple[Expr, ...], cases: Sequence[dict[str, Any]]) -> None:
    ruleset = replace(RULESET, tables=(table,))
    asked: list[Expr] = []
    for output in table.outputs:
        kind = INTEGER if table.hit is HitPolicy.COLLECT_COUNT else output.type
        call = TableCall(table.id, output.id, arguments, type=kind)
        asked.append(call)
        if table.hit.gives_list:
            asked += _aggregates(call)
    reference = Reference(ruleset)
    for case, answers in zip(cases, run(connection, ruleset, asked, cases), strict=True):
        for expr, answer in zip(asked, answers, strict=True):
            wanted = expected(reference, expr, case)
            if wanted.rejected is not None:
                answer = Answer(None, frozenset(), answer.rejected)  # noqa: PLW2901
            assert answer == wanted, (case, expr)


def _aggregates(call: TableCall) -> list[Expr]:
    kinds: dict[Aggregation, Type] = {Aggregation.COUNT: INTEGER}
    match call.type:
        case Number():
            kinds |= dict.fromkeys((Aggregation.SUM, Aggregation.MIN, Aggregation.MAX), INTEGER)
            kinds[Aggregation.MEAN] = Number(2)
        case Boolean():
            kinds |= dict.fromkeys((Aggregation.ANY, Aggregation.ALL), TRUTH)
        case _:
            pass
    return [TableAggregate(aggregation, call, type=kind) for aggregation, kind in kinds.items()]


def cases_of(arguments: tuple[Expr, ...]) -> list[dict[str, Any]]:
    """Every combination of what the arguments read."""
    text = repr(arguments)
    read = [name for name in GIVEN if f"name='{name}'" in text]
    first = {name: values[-1] for name, values in GIVEN.items()}
    found = [first | dict(zip(read, values, strict=True)) for values in product(*(GIVEN[name] for name in read))]
    return sorted(found, key=lambda case: NUMBERS[tuple(case.values())])


def cells(kind: Type, place: int) -> st.SearchStrategy[Expr | None]:
    tested = Argument(place, type=kind)

    def compared(comparators: Sequence[Comparator], values: st.SearchStrategy[Any]) -> st.SearchStrategy[Expr]:
        return st.builds(
            lambda c, v: Compare(c, tested, Literal(v, type=kind), type=TRUTH), st.sampled_from(comparators), values
        )

    match kind:
        case Number():
            values: st.SearchStrategy[Any] = st.integers(-2, 4)
            tests = st.one_of(compared(list(Comparator), values), st.builds(_interval, st.just(tested), values, values))
        case Text(ordered=True):
            rank, levels = Rank(tested, LEVEL.values, type=INTEGER), st.integers(0, 2)
            tests = st.builds(
                lambda c, v: Compare(c, rank, Literal(v, type=INTEGER), type=TRUTH),
                st.sampled_from(list(Comparator)),
                levels,
            )
            values = st.sampled_from(LEVEL.values)
        case Text():
            values = st.sampled_from("abx")
            tests = compared([Comparator.EQ, Comparator.NE], values)
        case _:
            values = st.booleans()
            tests = st.one_of(compared([Comparator.EQ], values), st.just(tested))
    several = st.lists(compared([Comparator.EQ], values), min_size=2, max_size=3, unique=True)
    negated = st.lists(compared([Comparator.NE], values), min_size=2, max_size=3, unique=True)
    items = st.lists(values, min_size=1, max_size=2).map(lambda found: tuple(Literal(one, type=kind) for one in found))
    return st.one_of(
        st.none(),
        tests,
        several.map(lambda found: Or(tuple(found), type=TRUTH)),
        negated.map(lambda found: And(tuple(found), type=TRUTH)),
        items.map(lambda found: OneOf(tested, found, type=TRUTH)),
        items.map(lambda found: Not(OneOf(tested, found, type=TRUTH), type=TRUTH)),
    )


def _interval(tested: Expr, low: int, high: int) -> Expr:
    ends = (Literal(min(low, high), type=INTEGER), Literal(max(low, high), type=INTEGER))
    return Within(tested, ends[0], low < 2, ends[1], high < 2, type=TRUTH)


OUTPUTS: tuple[tuple[Type, tuple[Any, ...]], ...] = (
    (INTEGER, (0, 1, 2, -3, None)),
    (INTEGER, (1, 1, 1, None)),
    (INTEGER, (5, 2**62, 3_000_000_000)),
    (TRUTH, (True, False, None)),
    (Text(("red", "blue")), ("red", "blue", None)),
    (LEVEL, ("low", "high", None)),
)
COMPUTED: dict[Type, tuple[tuple[Expr, ...], tuple[Any, ...]]] = {
    INTEGER: ((N, K), tuple(range(-2, 5))),
    TRUTH: ((Input("flag", type=TRUTH),), (True, False)),
    LEVEL: ((Input("level", type=LEVEL),), ("middle",)),
}
"""What cells compute, and what values that gives besides those written."""


@st.composite
def drawn(draw: st.DrawFn, hit: HitPolicy, most_rows: int = 5) -> tuple[Table, tuple[Expr, ...]]:
    arguments = tuple(draw(st.lists(st.sampled_from(ASKED), min_size=1, max_size=2)))
    inputs = len(arguments)
    folded = hit.value.startswith("collect_")
    kinds = OUTPUTS[:3] if folded and hit is not HitPolicy.COLLECT_COUNT else OUTPUTS
    outputs = draw(st.lists(st.sampled_from(kinds), min_size=1, max_size=1 if folded else 2))
    if hit is not HitPolicy.COLLECT_COUNT and draw(st.booleans()):
        computes = [COMPUTED.get(kind, ((), ())) for kind, _ in outputs]
        carried = tuple(dict.fromkeys(expr for exprs, _ in computes for expr in exprs))
        outputs = [
            (kind, (*found, *more, *(Argument(inputs + carried.index(one), type=kind) for one in exprs)))
            for (kind, found), (exprs, more) in zip(outputs, computes, strict=True)
        ]
        arguments += carried
    values = st.tuples(*(st.sampled_from(found) for _, found in outputs))
    row = st.builds(TableRow, st.tuples(*(cells(one.type, i) for i, one in enumerate(arguments[:inputs]))), values)
    default = values if hit is not HitPolicy.COLLECT_COUNT else st.tuples(st.sampled_from((0, 1, 2, None)))
    return Table(
        id="t",
        label=LABEL,
        hit=hit,
        inputs=tuple(TableInput(f"i{i}", one.type, LABEL) for i, one in enumerate(arguments[:inputs])),
        outputs=tuple(
            TableOutput(
                f"o{i}",
                kind,
                LABEL,
                tuple(dict.fromkeys(v for v in found if v is not None and not isinstance(v, Argument))),
            )
            for i, (kind, found) in enumerate(outputs)
        ),
        rows=tuple(draw(st.lists(row, max_size=most_rows))),
        default=draw(st.one_of(st.none(), default)),
        carried=tuple(TableInput(f"c{i}", one.type, LABEL) for i, one in enumerate(arguments[inputs:])),
    ), arguments


@pytest.mark.parametrize("hit", HitPolicy, ids=lambda hit: hit.value)
@settings(max_examples=40)
@given(data=st.data())
def test_a_drawn_table_says_what_the_reference_says(connection, hit, data) -> None:
    table, arguments = data.draw(drawn(hit))
    compare(connection, table, arguments, cases_of(arguments))


@pytest.mark.parametrize("hit", HitPolicy, ids=lambda hit: hit.value)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_table_that_is_looked_up_says_what_the_reference_says(connection, monkeypatch, hit, data) -> None:
    """The road of large tables, taken by small ones."""
    monkeypatch.setattr(table_lookup, "LARGE", 0)
    monkeypatch.setattr(table_lookup, "FEW", data.draw(st.sampled_from((0, 1, 2, 16))))
    table, arguments = data.draw(drawn(hit))
    compare(connection, table, arguments, cases_of(arguments))


def table_of(hit: HitPolicy, rows: Sequence[TableRow], **changes: Any) -> Table:
    """A table of one number, `o`, over one or two numbers."""
    width = len(rows[0].cells)
    plain = Table(
        id="t",
        label=LABEL,
        hit=hit,
        inputs=tuple(TableInput(f"i{place}", INTEGER, LABEL) for place in range(width)),
        outputs=(TableOutput("o", INTEGER, LABEL),),
        rows=tuple(rows),
    )
    return replace(plain, **changes)


def at_least(place: int, value: int) -> Expr:
    return Compare(Comparator.GE, Argument(place, type=INTEGER), Literal(value, type=INTEGER), type=TRUTH)


def test_cells_may_read_more_than_the_arguments(connection) -> None:
    own = Compare(Comparator.LE, Argument(0, type=INTEGER), K, type=TRUTH)
    lacking = IsMissing(Argument(0, type=INTEGER), type=TRUTH)
    flag = Input("flag", type=TRUTH)
    rows = [TableRow((own, None), (1,)), TableRow((lacking, flag), (2,)), TableRow((None, at_least(1, 3)), (3,))]
    for hit in (HitPolicy.UNIQUE, HitPolicy.ANY, HitPolicy.FIRST, HitPolicy.COLLECT, HitPolicy.COLLECT_SUM):
        compare(connection, table_of(hit, rows), (N, K), cases_of((N, K, flag)))


def test_a_table_that_is_asked_by_a_table_rejects_first(connection) -> None:
    rows = [TableRow((at_least(0, 0),), (1,)), TableRow((at_least(0, 1),), (2,))]
    inner = replace(table_of(HitPolicy.UNIQUE, rows), id="inner")
    outer = replace(table_of(HitPolicy.UNIQUE, [*rows, TableRow((at_least(0, -5),), (3,))]), id="outer")
    ruleset = replace(RULESET, tables=(inner, outer))
    asks = TableCall("outer", "o", (TableCall("inner", "o", (N,), type=INTEGER),), type=INTEGER)
    cell = Compare(Comparator.EQ, Argument(0, type=INTEGER), asks.arguments[0], type=TRUTH)
    reading = replace(table_of(HitPolicy.FIRST, [TableRow((at_least(0, 3), cell), (1,))]), id="reading")
    reading = replace(reading, inputs=reading.inputs[:1] * 2)
    ruleset = replace(ruleset, tables=(*ruleset.tables, reading))
    asked: list[Expr] = [asks, TableCall("reading", "o", (K, N), type=INTEGER)]
    reference, cases = Reference(ruleset), cases_of((N, K))
    found = set[str | None]()
    for case, answers in zip(cases, run(connection, ruleset, asked, cases), strict=True):
        for expr, answer in zip(asked, answers, strict=True):
            wanted = expected(reference, expr, case)
            assert answer.rejected == wanted.rejected, (case, expr)
            assert wanted.rejected is not None or answer == wanted, (case, expr)
            found.add(wanted.rejected)
    assert found == {None, "inner", "outer"}


def test_each_call_of_a_table_has_its_own_answers(connection) -> None:
    rows = [TableRow((at_least(0, 2),), (1,)), TableRow((at_least(0, 1),), (2,))]
    ruleset = replace(RULESET, tables=(table_of(HitPolicy.FIRST, rows),))
    asked = [TableCall("t", "o", (one,), type=INTEGER) for one in (N, K, N)]
    reference, cases = Reference(ruleset), cases_of((N, K))
    for case, answers in zip(cases, run(connection, ruleset, asked, cases), strict=True):
        assert answers == [expected(reference, expr, case) for expr in asked]


def test_rows_that_exclude_each_other_over_known_values_are_one_case() -> None:
    below = Compare(Comparator.LT, Argument(0, type=INTEGER), Literal(2, type=INTEGER), type=TRUTH)
    table = table_of(HitPolicy.UNIQUE, [TableRow((below,), (1,)), TableRow((at_least(0, 2),), (2,))])
    statement = Statement(replace(RULESET, tables=(table,)))
    value = statement.value(TableCall("t", "o", (K,), type=INTEGER))
    assert statement.program.dialect.sql(value.sql, pretty=False) == (
        'CAST(CASE WHEN "k" < 2 THEN 1 WHEN "k" >= 2 THEN 2 ELSE NULL END AS BIGINT)'
    )
    assert (value.why, value.rejects, statement.frame.depth) == ({}, (), 0)


def test_outputs_of_one_call_share_what_is_asked() -> None:
    rows = [TableRow((at_least(0, value),), (value, -value)) for value in (2, 1, 0)]
    outputs = tuple(TableOutput(name, INTEGER, LABEL) for name in "op")
    statement = Statement(replace(RULESET, tables=(table_of(HitPolicy.FIRST, rows, outputs=outputs),)))
    statement.value(TableCall("t", "o", (N,), type=INTEGER))
    before = dict(statement.frame.depths)
    statement.value(TableCall("t", "p", (N,), type=INTEGER))
    assert statement.frame.depths.keys() - before.keys() == {"t__p"}


@pytest.mark.parametrize("hit", [HitPolicy.UNIQUE, HitPolicy.FIRST, HitPolicy.COLLECT, HitPolicy.COLLECT_COUNT])
def test_a_large_table_is_looked_up(connection, hit) -> None:
    def band(place: int, low: int, high: int) -> Expr:
        ends = [Literal(end, type=INTEGER) for end in (low, high)]
        return Within(Argument(place, type=INTEGER), ends[0], True, ends[1], False, type=TRUTH)

    scaled = (
        Multiply(N, Literal(15, type=INTEGER), type=INTEGER),
        Add(Multiply(K, Literal(7, type=INTEGER), type=INTEGER), K, type=INTEGER),
    )
    rows = [TableRow((band(0, 5 * i - 40, 5 * i - 35), band(1, 3 * j, 3 * j + 3)), (i * 10 + j,)) for i, j in PAIRS]
    table = table_of(hit, rows, default=(-1,))
    compare(connection, table, scaled, cases_of(scaled))
    statement = Statement(replace(RULESET, tables=(table,)))
    call = TableCall("t", "o", scaled, type=INTEGER)
    statement.value(call if not hit.gives_list else TableAggregate(Aggregation.SUM, call, type=INTEGER))
    assert list(statement.program.small) == ["t_answers"] or len(statement.program.small) == 2
    assert len(statement.frame.depths) < len(PAIRS)


PAIRS = [(i, j) for i in range(21) for j in range(8)]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("large", [0, 64])
def test_every_dialect_can_say_it(name, large, monkeypatch) -> None:
    monkeypatch.setattr(table_lookup, "LARGE", large)
    rows = [TableRow((at_least(0, 1), at_least(1, 2)), (1,)), TableRow((at_least(0, 2), None), (None,))]
    for hit in HitPolicy:
        outputs = (TableOutput("o", INTEGER, LABEL, (1,)),)
        statement = Statement(replace(RULESET, tables=(table_of(hit, rows, outputs=outputs),)), name)
        values = [statement.value(TableCall("t", "o", (N, K), type=INTEGER))]
        said = statement.program.dialect
        text = said.sql(statement.query(values))
        assert sqlglot.parse_one(text, dialect=said.sqlglot).sql(said.sqlglot, pretty=True) == text
