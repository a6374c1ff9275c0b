"""Every method of a dialect, run on DuckDB, Spark and Postgres with edge values, against Python's own integers.

One query holds many of them: a query takes Spark a third of a second. The last tests read the text of all five dialects
back.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from sqlglot import exp, parse_one

from servers import NotInstalledError, duckdb_memory, postgres, spark_session
from steelyard.engines.sql.dialects import NAMES, Dialect, dialect

RUN = {"duckdb": duckdb_memory, "spark": spark_session, "postgres": postgres}
INT64 = (0, 1, -1, 7, -7, 10**9, -(2**31) - 1, 2**62, -(2**62), 2**63 - 1, -(2**63), None)
DIVISORS = (1, 2, -3, 1000, 2**31, 2**62, 2**63 - 1, -(2**63), None)
WIDE = (0, 1, -7, 2**63, 10**30, -(10**30) - 1, 3 * 10**31, 10**38 - 1, -(10**38) + 1, None)
WIDE_DIVISORS = (1, -1, 7, 2**64, 10**30, -(10**37), None)
TEXTS = (
    "b",
    "a",
    "Z",
    "é",
    "\ue000",
    "\U00010000",
    "",
    "a b",
    "it's",
    "a\\b",
    "${x}",
    'q"',
    "%_",
    "line\nfeed",
    "{{x}}",
)


@pytest.fixture(
    scope="module", params=["duckdb", *(pytest.param(name, marks=pytest.mark.slow) for name in ("postgres", "spark"))]
)
def engine(request) -> Iterator[Engine]:
    with ExitStack() as stack:
        try:
            server = stack.enter_context(RUN[request.param]())
        except NotInstalledError as missing:
            pytest.skip(str(missing))
        found = Engine(dialect(request.param), server)
        for statement in found.d.session_statements():
            server.run(statement)
        yield found


class Engine:
    """A dialect, and a server that speaks it."""

    def __init__(self, d: Dialect, server: Any) -> None:
        self.d, self.server = d, server

    def rows(self, kinds: Mapping[str, exp.DataType], rows: Sequence[Sequence[Any]], asked: Mapping[str, Any]):
        """What is asked, of each row of a table of constants, in order."""
        columns = [("n", self.d.bigint()), *kinds.items()]
        cells = [
            [exp.Literal.number(n), *(self.cell(kind, cell) for kind, cell in zip(kinds.values(), row, strict=True))]
            for n, row in enumerate(rows)
        ]
        select = exp.Select(expressions=[col("n"), *(named(e, name) for name, e in asked.items())])
        select = select.from_(exp.Table(this=exp.to_identifier("t", quoted=True))).order_by(col("n"))
        return [row[1:] for row in self.run(with_table(select, self.d.values("t", columns, cells)))]

    def run(self, statement):
        return self.server.run(self.d.sql(statement))

    def types(self, **asked):
        return dict(zip(asked, self.server.types(self.d.sql(exp.Select(expressions=[*asked.values()]))), strict=True))

    def ask(self, **asked):
        """What is asked, without a table."""
        (row,) = self.run(exp.Select(expressions=[named(e, name) for name, e in asked.items()]))
        return dict(zip(asked, row, strict=True))

    def cell(self, kind, value):
        if value is None:
            return exp.Null()
        if isinstance(value, str):
            return exp.Literal.string(value)
        return self.d.wide_literal(value) if kind == self.d.wide() else narrow(self.d, value)


def narrow(d, value):
    """A constant of 64 bits."""
    return d.cast_narrow(exp.Literal.string(str(value)))


def col(name):
    return exp.column(name, quoted=True)


def named(e, name):
    return exp.alias_(e, name, quoted=True)


def num(value):
    return exp.Literal.number(value)


def text(value):
    return exp.Null() if value is None else exp.Literal.string(value)


def with_table(select, *tables):
    select.set("with_", exp.With(expressions=[*tables]))
    return select


def divided(a, b):
    """Toward zero."""
    if a is None or b is None:
        return None
    found = abs(a) // abs(b)
    return found if (a < 0) == (b < 0) else -found


def left_over(a, b):
    return None if a is None or b is None else a - b * divided(a, b)


def integers(rows):
    """Decimals without digits after the point, as what they are."""
    for row in rows:
        assert not any(isinstance(value, float) for value in row), row
        assert all(value == int(value) for value in row if isinstance(value, Decimal)), row
    return [tuple(int(value) if isinstance(value, Decimal) else value for value in row) for row in rows]


def test_the_session_passes_its_own_checks(engine):
    for check in engine.d.session_checks():
        (row,) = engine.server.run(check.query)

        assert check.expected == str(row[-1]), check


def test_constants_arrive_as_they_are(engine):
    rows = [(n, w, t) for (n, w, t) in zip(INT64, (*WIDE, 2**63, -1), (*TEXTS[:11], None), strict=True)]
    rows += [(None, None, t) for t in TEXTS]
    kinds = {"a": engine.d.bigint(), "w": engine.d.wide(), "t": engine.d.text()}

    assert rows == integers(engine.rows(kinds, rows, {name: col(name) for name in kinds}))


def test_a_table_of_no_rows_has_its_types(engine):
    d = engine.d
    table = d.values("t", [("a", d.bigint()), ("b", d.text())], [])

    assert engine.run(with_table(exp.select(col("a"), col("b")).from_("t"), table)) == []


def test_narrow_division_truncates_and_is_exact(engine):
    rows = [(a, b) for a, b in product(INT64, DIVISORS)]
    a, b = col("a"), col("b")
    asked = {"q": engine.d.quotient(a, b, wide=False), "r": engine.d.remainder(a, b, wide=False)}
    kinds = {"a": engine.d.bigint(), "b": engine.d.bigint()}

    assert [(divided(a, b), left_over(a, b)) for a, b in rows] == integers(engine.rows(kinds, rows, asked))


def test_wide_division_truncates_and_is_exact_below_10_to_the_32(engine):
    rows = [(a, b) for a, b in product(WIDE, WIDE_DIVISORS) if abs(divided(a, b) or 0) < 10**32]
    a, b = col("a"), col("b")
    asked = {"q": engine.d.quotient(a, b, wide=True), "r": engine.d.remainder(a, b, wide=True)}
    kinds = {"a": engine.d.wide(), "b": engine.d.wide()}

    assert [(divided(a, b), left_over(a, b)) for a, b in rows] == integers(engine.rows(kinds, rows, asked))


def test_widening_keeps_products_and_narrowing_refuses_what_does_not_fit(engine):
    d, a = engine.d, col("a")
    product_ = exp.Mul(this=d.cast_wide(a), expression=d.cast_wide(a))
    rows = [(a,) for a in INT64]
    kinds = {"a": d.bigint()}
    expected = [(None if a is None else a * a, a) for (a,) in rows]

    assert expected == integers(engine.rows(kinds, rows, {"square": product_, "back": d.cast_narrow(d.cast_wide(a))}))
    with pytest.raises(Exception, match=r"(?i)range|overflow"):
        engine.ask(x=d.cast_narrow(d.wide_literal(2**63)))


@pytest.mark.parametrize("scale", [0, 1, 2, 6, 12, 18])
def test_decimals_are_exact_for_18_digits_and_back(engine, scale):
    d, a = engine.d, col("a")
    rows = [(v,) for v in (0, 1, -1, 99, -100, 123456789012345678, -999999999999999999, 999999999999999999, None)]
    made = d.decimal(a, scale)
    found = engine.rows({"a": d.bigint()}, rows, {"made": made, "back": d.units_of(made, scale)})
    (kind,) = engine.types(made=d.decimal(narrow(d, 5), scale)).values()

    assert [(None if a is None else Decimal(a).scaleb(-scale), a) for (a,) in rows] == found
    assert kind.lower().replace("numeric", "decimal") in {f"decimal(18,{scale})", f"decimal(18, {scale})"}


def test_integers_of_every_kind_have_the_type_they_should(engine):
    d = engine.d
    one, wide = narrow(d, 1), d.wide_literal(1)
    found = engine.types(
        narrow=one,
        quotient=d.quotient(one, one, wide=False),
        remainder=d.remainder(one, one, wide=False),
        length=d.length(text("a")),
        size=d.size(d.list_of([text("a")])),
        back=d.cast_narrow(wide),
        count=d.count_if(exp.true()),
        units=d.units_of(d.decimal(one, 2), 2),
    )

    assert set(found.values()) <= {"BIGINT", "bigint", "int8"}, found


def test_aggregates_ignore_what_is_unknown_and_never_overflow(engine):
    d, a, c, w = engine.d, col("a"), col("c"), col("w")
    values = [2**63 - 1, 2**63 - 1, -5, None, 7]
    kept = [True, True, None, True, False]
    wides = [10**37, 10**37, 10**37, None, 1]
    kinds = {"a": d.bigint(), "c": d.boolean(), "w": d.wide(), "i": d.bigint()}
    table = d.values(
        "t",
        [*kinds.items()],
        [
            [
                engine.cell(kinds["a"], x),
                exp.Null() if k is None else exp.convert(k),
                engine.cell(kinds["w"], y),
                num(i),
            ]
            for i, (x, k, y) in enumerate(zip(values, kept, wides, strict=True))
        ],
    )
    nothing = exp.Paren(this=exp.LT(this=col("i"), expression=num(0)))
    small = exp.Paren(this=exp.LT(this=a, expression=num(100)))
    asked = {
        "sum": (d.sum_wide(a), 2 * (2**63 - 1) + 2),
        "sum_where": (d.sum_wide(a, c), 2 * (2**63 - 1)),
        "sum_wides": (d.sum_wide(w), 3 * 10**37 + 1),
        "sum_nothing": (d.sum_wide(a, nothing), None),
        "least": (d.least(a), -5),
        "least_where": (d.least(a, c), 2**63 - 1),
        "greatest": (d.greatest(a), 2**63 - 1),
        "greatest_where": (d.greatest(a, small), 7),
        "greatest_nothing": (d.greatest(a, nothing), None),
        "count": (d.count_if(c), 3),
        "count_nothing": (d.count_if(nothing), 0),
        "or": (d.bool_or(c), True),
        "or_null": (d.bool_or(exp.Paren(this=exp.EQ(this=a, expression=exp.Null()))), False),
        "or_small": (d.bool_or(small), True),
    }
    select = exp.Select(expressions=[named(e, name) for name, (e, _) in asked.items()]).from_("t")
    (row,) = engine.run(with_table(select, table))

    assert {name: expected for name, (_, expected) in asked.items()} == dict(
        zip(asked, integers([row])[0], strict=True)
    )


def test_aggregates_over_no_row_are_never_unknown(engine):
    d, a = engine.d, col("a")
    table = d.values("t", [("a", d.bigint()), ("x", d.text())], [])
    yes = exp.Paren(this=exp.EQ(this=a, expression=a))
    asked = {
        "or": (d.bool_or(yes), False),
        "count": (d.count_if(yes), 0),
        "texts": (d.collect_sorted(col("x")), []),
        "structs": (d.collect_structs({"a": a}, [a]), []),
    }
    select = exp.Select(expressions=[named(e, name) for name, (e, _) in asked.items()]).from_("t")
    (row,) = engine.run(with_table(select, table))

    assert {name: expected for name, (_, expected) in asked.items()} == dict(zip(asked, row, strict=True))


def test_lists_of_text(engine):
    d = engine.d
    some = d.list_of([text("b"), text(None), text("a"), text("b"), text(None)])
    none, empty = d.list_of([text(None), text(None)]), d.empty_list()
    found = engine.ask(
        some=some,
        none=none,
        empty=empty,
        no_items=d.list_of([]),
        joined=d.join_list(some, ";"),
        joined_empty=d.join_list(empty, ";"),
        both=d.concat(some, d.list_of([text("z")])),
        with_empty=d.concat(empty, some),
        distinct=d.distinct_in_order(some),
        distinct_empty=d.distinct_in_order(none),
        tails=d.sorted_tails(d.list_of([text(one) for one in ("1b", "0z", "1a", "2", "0\U00010000", "0é")]), 1),
        no_tails=d.sorted_tails(empty, 3),
        first=d.first_items(some, 2),
        first_of_few=d.first_items(some, 9),
        first_none=d.first_items(some, 0),
        size=d.size(some),
        size_empty=d.size(empty),
        has=d.contains(some, text("a")),
        has_not=d.contains(some, text("A")),
        has_in_empty=d.contains(empty, text("a")),
    )

    assert found == {
        "some": ["b", "a", "b"],
        "none": [],
        "empty": [],
        "no_items": [],
        "joined": "b;a;b",
        "joined_empty": "",
        "both": ["b", "a", "b", "z"],
        "with_empty": ["b", "a", "b"],
        "distinct": ["b", "a"],
        "distinct_empty": [],
        "tails": ["z", "é", "\U00010000", "a", "b", ""],
        "no_tails": [],
        "first": ["b", "a"],
        "first_of_few": ["b", "a", "b"],
        "first_none": [],
        "size": 3,
        "size_empty": 0,
        "has": True,
        "has_not": False,
        "has_in_empty": False,
    }


def test_texts_are_collected_and_ordered_by_code_point(engine):
    d, x, i = engine.d, col("x"), col("i")
    texts = [*TEXTS, None, "b"]
    kinds = [("x", d.text()), ("i", d.bigint())]
    table = d.values("t", kinds, [[text(value), num(n)] for n, value in enumerate(texts)])
    early = exp.Paren(this=exp.LT(this=i, expression=num(3)))
    unknown = exp.Paren(this=exp.EQ(this=i, expression=exp.Null()))
    (row,) = engine.run(
        with_table(
            exp.Select(
                expressions=[d.collect_sorted(x), d.collect_sorted(x, early), d.collect_sorted(x, unknown)]
            ).from_("t"),
            table,
        )
    )
    ordered = engine.run(
        with_table(
            exp.select(x).from_("t").where(exp.Not(this=exp.Paren(this=exp.Is(this=x, expression=exp.Null()))))
            .order_by(d.by_code_point(x)),
            table,
        )
    )  # fmt: skip
    expected = sorted(value for value in texts if value is not None)

    assert (expected, ["Z", "a", "b"], []) == row
    assert [(value,) for value in expected] == ordered


def test_texts_are_compared_and_cut_by_code_point(engine):
    d = engine.d
    word = text("a😀é%_b")
    found = engine.ask(
        length=d.length(word),
        length_empty=d.length(text("")),
        cut=d.substring(word, 2, 2),
        cut_over=d.substring(word, 5, 9),
        cut_after=d.substring(word, 9, 2),
        starts=d.starts_with(word, text("a😀")),
        starts_empty=d.starts_with(word, text("")),
        no_wildcard=d.starts_with(word, text("%")),
        no_underscore=d.starts_with(word, text("_")),
        not_case=d.starts_with(word, text("A")),
        below=exp.LT(this=d.by_code_point(text("B")), expression=d.by_code_point(text("a"))),
        astral=exp.LT(this=d.by_code_point(text("\ue000")), expression=d.by_code_point(text("\U00010000"))),
        same=exp.EQ(this=text("a"), expression=text("A")),
        padded=exp.EQ(this=text("a"), expression=text("a ")),
        combined=exp.EQ(this=text("e\u0301"), expression=text("\u00e9")),
    )

    assert found == {
        "length": 6,
        "length_empty": 0,
        "cut": "😀é",
        "cut_over": "_b",
        "cut_after": "",
        "starts": True,
        "starts_empty": True,
        "no_wildcard": False,
        "no_underscore": False,
        "not_case": False,
        "below": True,
        "astral": True,
        "same": False,
        "padded": False,
        "combined": False,
    }


def test_a_list_becomes_rows_and_an_empty_one_none(engine):
    d = engine.d
    table = exp.CTE(
        this=exp.union(
            exp.select(named(num(1), "n"), named(d.list_of([text("x"), text("y")]), "l")),
            exp.select(named(num(2), "n"), named(d.empty_list(), "l")),
            distinct=False,
        ),
        alias=exp.TableAlias(this=exp.to_identifier("t", quoted=True)),
    )
    rows = d.unnest(exp.column("l", table="t", quoted=True), "item of l")
    select = exp.select(col("n"), named(rows.value, "v")).from_(exp.to_table("t"))
    select.append("joins", rows.join)

    assert [(1, "x"), (1, "y")] == sorted(engine.run(with_table(select, table)))


def ranked(points):
    return [i for p, i in sorted((-p, i) for i, p in points if p is not None and p > 0)]


POINTS = [(5, 5, 9), (0, 0, 0), (-1, None, 3), (2**62, 2**63 - 1, 1), (1, 2, 3), (None, None, None), (7, 0, 7)]


@pytest.mark.parametrize("bound", [None, 2**63 - 1, 10**6])
def test_reason_codes_are_ranked_by_points_then_index(engine, bound):
    d = engine.d
    rows = [row for row in POINTS if bound is None or all((p or 0) <= bound for p in row)]
    kinds = {name: d.bigint() for name in "pqr"}
    places = (4, 0, 2)
    items = [(col(name), place) for name, place in zip("pqr", places, strict=True)]
    indexes = d.ranked(items, bound)
    codes = ["A", "-", "B", "-", "C"]
    found = engine.rows(
        kinds, rows, {"i": indexes, "c": d.codes_of(indexes, codes), "two": d.codes_of(indexes, codes, 2)}
    )
    ranks = [ranked(zip(places, row, strict=True)) for row in rows]
    texts = [[codes[i] for i in rank] for rank in ranks]

    assert [(rank, text, text[:2]) for rank, text in zip(ranks, texts, strict=True)] == found


def test_points_of_literals_are_64_bits(engine):
    d = engine.d
    condition = exp.Paren(this=exp.EQ(this=num(1), expression=num(1)))
    points = exp.Case(ifs=[exp.If(this=condition, true=num(2**31 - 1))], default=num(0))

    assert engine.ask(i=d.ranked([(points, 0), (points, 3)], 2**31)) == {"i": [0, 3]}


def test_a_code_is_listed_once_where_it_stands_first(engine):
    d = engine.d
    points = [num(n) for n in (1, 2, 3, 4)]
    indexes = d.ranked([(p, i) for i, p in enumerate(points)], 10)
    codes = ["A", "B", "A", "B"]
    found = engine.ask(
        all=d.codes_of(indexes, codes),
        one=d.codes_of(indexes, codes, 1),
        none=d.codes_of(d.ranked([]), []),
        no_points=d.codes_of(d.ranked([(num(0), 0)], 10), ["A"], 3),
    )

    assert found == {"all": ["B", "A"], "one": ["B"], "none": [], "no_points": []}


def test_reasons_are_the_codes_of_the_ranks(engine):
    d = engine.d
    kinds = {name: d.bigint() for name in "pqrs"}
    rows = [(1, 2, 3, 4), (4, 3, 2, 1), (0, None, 0, 0), (5, 5, 5, 5), (None, 7, None, 7), (2**62, 1, 0, -1)]
    names = ["A", "B", "A", "C"]
    items = [(col(name), code) for name, code in zip(kinds, names, strict=True)]
    found = engine.rows(kinds, rows, {"all": d.reasons(items), "two": d.reasons(items, 2, 2**62)})
    codes = [[*dict.fromkeys(names[i] for i in ranked(enumerate(row)))] for row in rows]

    assert [(all_, all_[:2]) for all_ in codes] == found
    assert engine.ask(none=d.reasons([])) == {"none": []}


def test_long_operands_are_divided_alike(engine):
    """DuckDB divides short operands in 64 bits where they fit; long ones it does not repeat."""
    d = engine.d
    a = col("a")
    for _ in range(70):
        a = exp.Paren(this=exp.Add(this=a, expression=num(0)))
    rows = [(v,) for v in (2**63, -(2**63), 10**30, -7, 2**63 - 1, 1 - 2**63, None)]
    kinds = {"a": d.wide()}
    found = integers(
        engine.rows(
            kinds,
            rows,
            {
                "q": d.quotient(a, num(-1), wide=True),
                "r": d.remainder(a, num(-3), wide=True),
                "short": d.quotient(col("a"), num(-1), wide=True),
            },
        )
    )

    assert [(divided(v, -1), left_over(v, -3), divided(v, -1)) for (v,) in rows] == found


def plain(value):
    """Rows and documents as dictionaries."""
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, str):
        return json.loads(value)
    return value.asDict() if hasattr(value, "asDict") else value


def test_structures_keep_their_values(engine):
    d, a, x = engine.d, col("a"), col("x")
    kinds = {"a": d.bigint(), "x": d.text()}
    rows = [(2**62, "ß"), (-5, None), (None, "it's")]
    one = d.struct({"points": a, "the text": x})
    kept = engine.rows(kinds, rows, {"a": d.field(one, "points", d.bigint()), "x": d.field(one, "the text", d.text())})
    table = d.values(
        "t", [*kinds.items()], [[engine.cell(k, v) for k, v in zip(kinds.values(), r, strict=True)] for r in rows]
    )
    there = exp.Paren(this=exp.Not(this=exp.Paren(this=exp.Is(this=a, expression=exp.Null()))))
    fields = {"points": a, "the text": x}
    asked = [
        d.collect_structs(fields, [a], there),
        d.collect_structs(fields, [], exp.Paren(this=exp.EQ(this=a, expression=num(-5)))),
    ]
    (row,) = engine.run(with_table(exp.Select(expressions=asked).from_("t"), table))

    assert rows == kept
    assert [{"points": -5, "the text": None}, {"points": 2**62, "the text": "ß"}] == plain(row[0])
    assert [{"points": -5, "the text": None}] == plain(row[1])


def test_unknown_truth_is_neither_true_nor_false(engine):
    unknown = exp.Paren(this=exp.EQ(this=exp.Cast(this=exp.Null(), to=engine.d.bigint()), expression=num(1)))
    yes = exp.Paren(this=exp.EQ(this=num(1), expression=num(1)))
    found = engine.ask(
        true=exp.Is(this=unknown, expression=exp.true()),
        false=exp.Is(this=unknown, expression=exp.false()),
        not_true=exp.Not(this=exp.Paren(this=exp.Is(this=unknown, expression=exp.true()))),
        yes=exp.Is(this=yes, expression=exp.true()),
        both=exp.NullSafeEQ(this=unknown, expression=unknown),
        one=exp.NullSafeEQ(this=unknown, expression=yes),
        differ=exp.NullSafeNEQ(this=unknown, expression=yes),
        conj=exp.And(this=unknown, expression=yes),
        disj=exp.Or(this=unknown, expression=yes),
    )

    assert found == {
        "true": False,
        "false": False,
        "not_true": True,
        "yes": True,
        "both": True,
        "one": False,
        "differ": True,
        "conj": None,
        "disj": True,
    }


def everything(d: Dialect) -> dict[str, exp.Expr]:
    """One of each."""
    a, b, c, x = col("a"), col("b"), exp.Paren(this=exp.GT(this=col("a"), expression=num(1))), col("x")
    ranked_ = d.ranked([(a, 0), (b, 1)], 100)
    return {
        "narrow": narrow(d, -(2**63)),
        "wide": d.wide_literal(-(10**30)),
        "cast_narrow": d.cast_narrow(a),
        "cast_wide": d.cast_wide(a),
        "quotient": d.quotient(a, exp.Nullif(this=b, expression=num(0)), wide=False),
        "quotient_wide": d.quotient(a, b, wide=True),
        "quotient_of_sum": d.quotient(exp.Paren(this=exp.Add(this=a, expression=b)), b, wide=False),
        "remainder": d.remainder(a, b, wide=False),
        "remainder_wide": d.remainder(a, b, wide=True),
        "reasons": d.reasons([(a, "A"), (b, "B"), (col("c"), "A")], 2, 100),
        "decimal": d.decimal(a, 2),
        "decimal_0": d.decimal(a, 0),
        "decimal_12": d.decimal(a, 12),
        "units": d.units_of(a, 2),
        "sum": d.sum_wide(a, c),
        "least": d.least(a, c),
        "greatest": d.greatest(a),
        "count": d.count_if(c),
        "or": d.bool_or(c),
        "empty": d.empty_list(),
        "list": d.list_of([text("it's \\ ${x}"), exp.Case(ifs=[exp.If(this=c, true=text("b"))])]),
        "sorted": d.collect_sorted(x, c),
        "concat": d.concat(x, x),
        "distinct": d.distinct_in_order(x),
        "first": d.first_items(x, 3),
        "tails": d.sorted_tails(x, 7),
        "joined": d.join_list(x, ";"),
        "size": d.size(x),
        "contains": d.contains(x, text("a")),
        "item": d.unnest(x, "u").value,
        "ranked": ranked_,
        "ranked_wide": d.ranked([(a, 0), (b, 1)]),
        "codes": d.codes_of(ranked_, ["A", "B"], 2),
        "codes_again": d.codes_of(ranked_, ["A", "A"], 2),
        "starts": d.starts_with(x, text("a")),
        "length": d.length(x),
        "substring": d.substring(x, 1, 2),
        "by_code_point": d.by_code_point(x),
        "struct": d.struct({"a": a, "b": x}),
        "field": d.field(d.struct({"a": a}), "a", d.bigint()),
        "structs": d.collect_structs({"a": a, "b": x}, [a], c),
        "true": exp.Is(this=c, expression=exp.true()),
        "not_false": exp.Not(this=exp.Paren(this=exp.Is(this=c, expression=exp.false()))),
        "same": exp.NullSafeEQ(this=a, expression=b),
        "differs": exp.NullSafeNEQ(this=a, expression=b),
    }


@pytest.mark.parametrize("name", NAMES)
def test_what_is_written_reads_back_the_same(name):
    d = dialect(name)
    table = d.values("table", [("a", d.bigint()), ("b", d.text())], [[num(1), text("x")], [num(2), exp.Null()]])
    for what, e in everything(d).items():
        select = with_table(exp.Select(expressions=[named(e, "e")]).from_("table"), table.copy())
        if what == "item":
            select.append("joins", d.unnest(col("x"), "u").join)
        written = d.sql(select)
        read = parse_one(written, dialect=d.sqlglot)

        assert written == d.sql(read), what


@pytest.mark.parametrize("name", NAMES)
def test_every_answer_is_an_operand(name):
    """A product of each reads back as a product of it: no operator of an answer meets one outside."""
    d = dialect(name)
    for what, e in everything(d).items():
        if what in {"true", "not_false", "same", "differs"}:
            continue  # the compiler's own, which it wraps
        written = d.sql(exp.Mul(this=e.copy(), expression=num(2)), pretty=False)
        read = parse_one(written, dialect=d.sqlglot)

        assert isinstance(read, exp.Mul), (what, written)
        assert d.sql(e, pretty=False) == d.sql(read.this, pretty=False), what


def test_snowflake_is_asked_for_truth_by_coalesce():
    """SQLGlot writes `x IS TRUE` for it as a bare `x`, which is NULL where x is."""
    d = dialect("snowflake")

    assert exp.Is(this=col("x"), expression=exp.true()).sql("snowflake") == '"x"'
    assert d.sql(exp.Is(this=col("x"), expression=exp.true())) == 'COALESCE("x", FALSE)'
    assert d.sql(exp.Is(this=col("x"), expression=exp.false())) == 'COALESCE(NOT (\n  "x"\n), FALSE)'


def test_there_is_no_other_dialect():
    with pytest.raises(KeyError):
        dialect("oracle")
    assert {name: dialect(name).name for name in NAMES} == {name: name for name in NAMES}


def test_points_beyond_38_digits_are_refused():
    with pytest.raises(ValueError, match="38 digits"):
        dialect("duckdb").ranked([(col("a"), 5)], 10**38)
