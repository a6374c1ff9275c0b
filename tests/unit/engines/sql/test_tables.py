"""Decision tables in SQL say what the reference says: every hit policy, whatever is missing, in every dialect's text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import duckdb
import pytest
from conformance.harness import load_ruleset
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlglot import exp

from steelyard.engines.sql import build, expressions, table_lookup, tables
from steelyard.engines.sql.dialects import dialect
from steelyard.engines.sql.frame import Emission, Frame, Names
from steelyard.engines.sql.scope import Program
from steelyard.engines.sql.value import Value
from steelyard.facts.case import Case
from steelyard.ir.expressions import (
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
from steelyard.semantics.scope import Scope as Reference
from steelyard.semantics.tables import LISTS
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
        self.program = Program(ruleset, dialect(name), {}, self.frame, names)

    def value(self, expr: Expr) -> Value:
        if isinstance(expr, TableCall) and self.program.decision_tables[expr.table].hit in LISTS:
            arguments = [expressions.value(one, self.program, self.program.case_scope) for one in expr.arguments]
            return tables.listed(expr, arguments, self.program, self.program.case_scope)
        return expressions.value(expr, self.program, self.program.case_scope)

    def query(self, values: Sequence[Value]) -> exp.Select:
        """For each value: itself, each of its reasons, each of its rejections."""
        emission = Emission(hints=True)
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
    rejects = [(cells.pop(0)[0], one.where) for one in value.rejects]
    assert not {None} & {*why.values(), *(one for one, _ in rejects)}
    if isinstance(expr.type, Number) and not kind.endswith("[]"):
        assert kind == ("HUGEINT" if value.wide else "BIGINT") or value.known is not None
        assert found is None or value.lies.low <= found <= value.lies.high
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
        if table.hit in LISTS:
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
)


@st.composite
def drawn(draw: st.DrawFn, hit: HitPolicy, most_rows: int = 5) -> tuple[Table, tuple[Expr, ...]]:
    arguments = tuple(draw(st.lists(st.sampled_from(ASKED), min_size=1, max_size=2)))
    folded = hit.value.startswith("collect_")
    kinds = OUTPUTS[:3] if folded and hit is not HitPolicy.COLLECT_COUNT else OUTPUTS
    outputs = draw(st.lists(st.sampled_from(kinds), min_size=1, max_size=1 if folded else 2))
    values = st.tuples(*(st.sampled_from(found) for _, found in outputs))
    row = st.builds(TableRow, st.tuples(*(cells(one.type, i) for i, one in enumerate(arguments))), values)
    default = values if hit is not HitPolicy.COLLECT_COUNT else st.tuples(st.sampled_from((0, 1, 2, None)))
    return Table(
        id="t",
        label=LABEL,
        hit=hit,
        inputs=tuple(TableInput(f"i{i}", one.type, LABEL) for i, one in enumerate(arguments)),
        outputs=tuple(
            TableOutput(f"o{i}", kind, LABEL, tuple(dict.fromkeys(v for v in found if v is not None)))
            for i, (kind, found) in enumerate(outputs)
        ),
        rows=tuple(draw(st.lists(row, max_size=most_rows))),
        default=draw(st.one_of(st.none(), default)),
    ), arguments


@pytest.mark.parametrize("hit", HitPolicy, ids=lambda hit: hit.value)
@settings(max_examples=120)
@given(data=st.data())
def test_a_drawn_table_says_what_the_reference_says(connection, hit, data) -> None:
    table, arguments = data.draw(drawn(hit))
    compare(connection, table, arguments, cases_of(arguments))


@pytest.mark.parametrize("hit", HitPolicy, ids=lambda hit: hit.value)
@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_table_that_is_looked_up_says_what_the_reference_says(connection, monkeypatch, hit, data) -> None:
    """The road of large tables, taken by small ones."""
    monkeypatch.setattr(table_lookup, "LARGE", 0)
    monkeypatch.setattr(table_lookup, "FEW", data.draw(st.sampled_from((0, 1, 2, 16))))
    table, arguments = data.draw(drawn(hit))
    compare(connection, table, arguments, cases_of(arguments))
