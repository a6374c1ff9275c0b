"""What DuckDB, Spark and Postgres do that the SQL engine has to step around, and that what the dialects write does.

Each test shows the trap first: where a new version behaves otherwise, it fails and the dialect can be made simpler.
"""

# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sqlglot import exp, parse_one

from servers import NotInstalledError, Server, duckdb_memory, postgres, spark_session
from steelyard.engines.sql.dialects import Dialect, dialect
from steelyard.engines.sql.optimizers import switch_off

BIG = 2**63 - 1
NINES = 10**38 - 1
DUCKDB_VERSION = tuple(int(part) for part in duckdb.__version__.split(".")[:2])
DUCKDB, SPARK, POSTGRES = dialect("duckdb"), dialect("spark"), dialect("postgres")


@pytest.fixture(scope="module")
def duck() -> Iterator[Server]:
    with duckdb_memory() as server:
        yield server


@pytest.fixture(scope="module")
def spark() -> Iterator[Server]:
    try:
        with spark_session() as server:
            yield server
    except NotInstalledError as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="module")
def pg() -> Iterator[Server]:
    try:
        with postgres() as server:
            yield server
    except NotInstalledError as missing:
        pytest.skip(str(missing))


def one(server: Server, sql: str) -> Any:
    ((value,),) = server.run(sql)
    return value


def answer(server: Server, d: Dialect, e: exp.Expr, table: str = "") -> Any:
    """What a dialect's expression gives, of a table of one row."""
    return one(server, f"SELECT {d.sql(e, pretty=False)}{table and ' FROM ' + table}")


def read(d: Dialect, sql: str) -> exp.Expr:
    return parse_one(sql, dialect=d.sqlglot)


class TestDuckDB:
    def test_it_writes_hugeint_to_parquet_as_double(self, duck: Server, tmp_path: Path) -> None:
        path = tmp_path / "t.parquet"
        units = DUCKDB.decimal(DUCKDB.cast_narrow(read(DUCKDB, "CAST(12345678901234567 AS HUGEINT)")), 2)
        duck.run(f"COPY (SELECT 12345678901234567890123::HUGEINT AS h, {DUCKDB.sql(units)} AS d) TO '{path}'")

        assert pq.read_schema(path).field("h").type == pa.float64()
        assert one(duck, f"SELECT h FROM '{path}'") != 12345678901234567890123
        assert pq.read_schema(path).field("d").type == pa.decimal128(18, 2)
        assert one(duck, f"SELECT d FROM '{path}'") == Decimal("123456789012345.67")

    def test_sums_and_some_counts_are_hugeint_by_themselves(self, duck: Server) -> None:
        """No column of a result may be: `cast_narrow` comes last."""
        rows = "(VALUES (1::BIGINT)) AS t(x)"

        assert duck.types(f"SELECT sum(x), count_if(x > 0), avg(x), 3 / 2 FROM {rows}") == [
            "HUGEINT",
            "HUGEINT",
            "DOUBLE",
            "DOUBLE",
        ]
        assert duck.types(f"SELECT {DUCKDB.sql(DUCKDB.count_if(read(DUCKDB, '(x > 0)')))} FROM {rows}") == ["BIGINT"]
        assert duck.types(f"SELECT {DUCKDB.sql(DUCKDB.cast_narrow(DUCKDB.sum_wide(exp.column('x'))))} FROM {rows}") == [
            "BIGINT"
        ]

    def test_a_bare_constant_has_32_bits(self, duck: Server) -> None:
        with pytest.raises(Exception, match="INT32"):
            duck.run("SELECT CASE WHEN TRUE THEN 2147483647 ELSE 0 END * 2")

        one = DUCKDB.cast_narrow(exp.convert(2**31 - 1))
        assert answer(duck, DUCKDB, exp.Mul(this=one, expression=exp.convert(2))) == 2**32 - 2

    def test_a_constant_beyond_128_bits_is_no_integer_of_ours(self, duck: Server) -> None:
        assert duck.types(f"SELECT {2**127}") == ["UHUGEINT"]
        assert answer(duck, DUCKDB, DUCKDB.wide_literal(-NINES)) == -NINES

    def test_division_by_zero_is_an_error_and_and_is_no_guard(self, duck: Server) -> None:
        """From 2.0 on; before, the quotient was NULL."""
        for condition in ("a <> 0 AND 1 // a = 1", "1 // a = 1 AND a <> 0"):
            sql = f"SELECT {condition} FROM (VALUES (0), (1)) AS t(a)"
            if DUCKDB_VERSION < (2, 0):
                assert duck.run(sql) == [(False,), (True,)]
            else:
                with pytest.raises(Exception, match="Division by zero"):
                    duck.run(sql)

        safe = DUCKDB.quotient(exp.convert(1), read(DUCKDB, "NULLIF(a, 0)"), wide=False)
        assert duck.run(f"SELECT {DUCKDB.sql(safe)} FROM (VALUES (0), (1)) AS t(a)") == [(None,), (1,)]

    def test_case_is_a_guard(self, duck: Server) -> None:
        """The short way of wide divisions stands on it: a branch is computed for its rows alone."""
        sql = "SELECT CASE WHEN a <> 0 THEN 10 // a WHEN b > 0 THEN CAST(b AS BIGINT) ELSE -1 END FROM t"
        table = f"WITH t(a, b) AS (VALUES (0, {2**100}::HUGEINT - {2**100}::HUGEINT + 5), (2, {2**100}::HUGEINT))"

        assert duck.run(f"{table} {sql}") == [(5,), (5,)]

    def test_wide_division_of_what_just_fits_64_bits(self, duck: Server) -> None:
        rows = f"(VALUES ({-(2**63)}::HUGEINT, (-1)::HUGEINT), ({BIG}::HUGEINT, (-1)::HUGEINT)) AS t(a, b)"
        e = DUCKDB.quotient(exp.column("a"), exp.column("b"), wide=True)

        with pytest.raises(Exception, match=r"(?i)overflow"):
            duck.run(f"SELECT a::BIGINT // b::BIGINT FROM {rows}")
        assert duck.run(f"SELECT {DUCKDB.sql(e)} FROM {rows}") == [(2**63,), (-BIG,)]

    def test_decimals_of_18_digits_multiply_in_64_bits(self, duck: Server) -> None:
        with pytest.raises(Exception, match=r"DECIMAL\(18\)"):
            duck.run("SELECT CAST('1234567890123456.78' AS DECIMAL(18, 2)) * 100")

        value = read(DUCKDB, "CAST('1234567890123456.78' AS DECIMAL(18, 2))")
        assert answer(duck, DUCKDB, DUCKDB.units_of(value, 2)) == 123456789012345678

    def test_the_arrow_of_a_lambda_is_refused(self, duck: Server) -> None:
        """From 2.0 on; what is written instead is understood by all."""
        arrow = "SELECT list_filter(['a', NULL], x -> x IS NOT NULL)"
        if DUCKDB_VERSION < (2, 0):
            assert one(duck, arrow) == ["a"]
        else:
            with pytest.raises(Exception, match="lambda"):
                duck.run(arrow)

        assert answer(duck, DUCKDB, DUCKDB.list_of([exp.convert("a"), exp.null()])) == ["a"]

    def test_an_empty_list_is_joined_to_an_empty_text(self, duck: Server) -> None:
        """DuckDB itself gives NULL before 1.5."""
        before = "SELECT array_to_string(CAST([] AS TEXT[]), ';')"

        assert one(duck, before) == (None if DUCKDB_VERSION < (1, 5) else "")
        assert answer(duck, DUCKDB, DUCKDB.join_list(DUCKDB.empty_list(), ";")) == ""

    def test_lists_of_nothing_and_lists_without_order(self, duck: Server) -> None:
        assert duck.run("SELECT list('a') FILTER (WHERE FALSE), list(NULL::TEXT), string_split('', ';')") == [
            (None, [None], [""])
        ]
        letters = [f"{n:02}" for n in range(40, 0, -1)]
        shuffled = f"{letters} || {letters}"
        assert one(duck, f"SELECT list_distinct({shuffled})") != letters
        assert answer(duck, DUCKDB, DUCKDB.distinct_in_order(read(DUCKDB, f"({shuffled})"))) == letters

    def test_a_text_is_compared_with_a_case_that_is_always_null(self) -> None:
        """2.0.0 raises an error, as long as the optimizer at fault is on."""
        sql = "SELECT a = CASE WHEN b IS NOT NULL THEN '000000' END FROM t"
        with duckdb.connect() as connection:
            connection.execute("CREATE TABLE t AS SELECT * FROM (VALUES ('110101', CAST(NULL AS TEXT))) AS t(a, b)")
            if duckdb.__version__ == "2.0.0":
                with pytest.raises(duckdb.InvalidInputException, match="BoundFunctionExpression"):
                    connection.execute(sql)
            switch_off(connection, ())
            assert connection.execute(sql).fetchall() == [(None,)]

    def test_a_long_chain_is_too_deep(self, duck: Server) -> None:
        """Chains are balanced trees."""
        with pytest.raises(Exception, match=r"(?i)depth"):
            duck.run(f"SELECT {' + '.join('a' for _ in range(2000))} FROM (SELECT 1 AS a)")

    def test_cells_are_parsed_generously(self, duck: Server, tmp_path: Path) -> None:
        """Hence all arrives as text, and one grammar of ours decides."""
        found = duck.run("SELECT '1e2'::BIGINT, '1_000'::BIGINT, ' 12 '::BIGINT, '2.5'::BIGINT, '0x1F'::BIGINT")
        ragged = tmp_path / "ragged.csv"
        ragged.write_text("a,b\n1,2\n1,2,3\n4\n")
        numbers = tmp_path / "n.json"
        numbers.write_text('{"a": 12345678901234567890.123456789}\n')

        assert found == [(100, 1000, 12, 3, 31)]
        assert duck.run(f"SELECT * FROM read_csv('{ragged}')") == [("1,2",), ("1,2,3",), ("4",)]
        assert (
            one(duck, f"SELECT a FROM read_json('{numbers}', columns = {{a: 'VARCHAR'}})") == "1.2345678901234567e+19"
        )


@pytest.mark.slow
class TestSpark:
    def test_div_of_decimals_wraps(self, spark: Server) -> None:
        nines = f"CAST('{NINES}' AS DECIMAL(38, 0))"
        seven = SPARK.wide_literal(7 * 10**6)

        assert one(spark, f"SELECT {nines} DIV CAST(1 AS DECIMAL(38, 0))") == NINES % 2**64
        assert answer(spark, SPARK, SPARK.quotient(SPARK.wide_literal(NINES), seven, wide=True)) == NINES // (7 * 10**6)

    def test_a_wide_quotient_of_33_digits_is_an_error_and_not_wrong(self, spark: Server) -> None:
        with pytest.raises(Exception, match="OUT_OF_RANGE"):
            answer(spark, SPARK, SPARK.quotient(SPARK.wide_literal(10**32), SPARK.wide_literal(1), wide=True))

    def test_sums_of_bigint_overflow(self, spark: Server) -> None:
        rows = f"VALUES ({BIG}L), ({BIG}L) AS t(x)"
        with pytest.raises(Exception, match="OVERFLOW"):
            spark.run(f"SELECT sum(x) FROM {rows}")

        assert answer(spark, SPARK, SPARK.sum_wide(exp.column("x")), rows) == 2 * BIG

    def test_wide_sums_and_products_are_errors_beyond_38_digits(self, spark: Server) -> None:
        nines = f"CAST('{NINES}' AS DECIMAL(38, 0))"
        for sql in (f"SELECT {nines} * 2", f"SELECT {nines} + 1", f"SELECT sum({nines}) FROM VALUES (1), (2) AS t(x)"):
            with pytest.raises(Exception, match=r"OUT_OF_RANGE|OVERFLOW"):
                spark.run(sql)

    def test_hugeint_is_unknown(self, spark: Server) -> None:
        assert exp.cast(exp.convert(1), "INT128").sql("spark") == "CAST(1 AS INT128)"
        with pytest.raises(Exception, match=r"(?i)parse|int128|syntax"):
            spark.run("SELECT CAST(1 AS INT128)")

        assert spark.types(f"SELECT {SPARK.sql(SPARK.wide_literal(1))}") == ["decimal(38,0)"]

    def test_without_ansi_it_is_silently_wrong_and_the_checks_refuse(self, spark: Server) -> None:
        spark.run("SET spark.sql.ansi.enabled = false")
        try:
            wrong = spark.run(f"SELECT 2147483647 + 1, 1 DIV 0, sum(x) FROM VALUES ({BIG}L), ({BIG}L) AS t(x)")
            refused = [c.query for c in SPARK.session_checks() if str(spark.run(c.query)[0][-1]) != c.expected]
        finally:
            for statement in SPARK.session_statements():
                spark.run(statement)

        assert wrong == [(-(2**31), None, -2)]
        assert "SET spark.sql.ansi.enabled" in refused
        assert all(str(spark.run(c.query)[0][-1]) == c.expected for c in SPARK.session_checks())

    def test_variables_in_a_text_are_replaced(self, spark: Server) -> None:
        spark.run("SET spark.sql.variable.substitute = true")
        try:
            replaced = one(spark, "SELECT '${spark.app.name}'")
        finally:
            for statement in SPARK.session_statements():
                spark.run(statement)

        assert replaced != "${spark.app.name}"
        assert one(spark, f"SELECT {SPARK.sql(exp.convert('${spark.app.name}'))}") == "${spark.app.name}"

    def test_a_bare_constant_and_a_length_have_32_bits(self, spark: Server) -> None:
        with pytest.raises(Exception, match="OVERFLOW"):
            spark.run("SELECT 2147483647 + 1")

        assert spark.types("SELECT length('a'), size(array(1))") == ["int", "int"]
        assert spark.types(f"SELECT {SPARK.sql(SPARK.length(exp.convert('a')))}") == ["bigint"]

    def test_nulls_come_first_and_elsewhere_last(self, spark: Server, duck: Server, pg: Server) -> None:
        """An order says where they stand, or there are none."""
        sql = "SELECT x FROM (VALUES ('b'), (NULL)) AS t(x) ORDER BY x"

        assert [spark.run(sql)[0], duck.run(sql)[0], pg.run(sql)[0]] == [(None,), ("b",), ("b",)]

    def test_a_slash_is_no_integer_division(self, spark: Server, duck: Server, pg: Server) -> None:
        assert [one(server, "SELECT 5 / 2") for server in (spark, duck, pg)] == [2.5, 2.5, 2]

    def test_quotes_in_csv_are_read_differently(self, spark: Server, tmp_path: Path) -> None:
        path = tmp_path / "q.csv"
        path.write_text('a,b\n1,"x""y"\n')

        assert spark.run(f"SELECT _c1 FROM csv.`{path}`")[1] == ('"x""y"',)

    def test_cells_are_parsed_differently(self, spark: Server) -> None:
        assert one(spark, "SELECT CAST(' 12 ' AS BIGINT)") == 12
        for cell in ("1e2", "1_000", "1.5", "0x1F"):
            with pytest.raises(Exception, match="CAST_INVALID_INPUT"):
                spark.run(f"SELECT CAST('{cell}' AS BIGINT)")
        assert one(spark, "SELECT CAST('now' AS TIMESTAMP) IS NOT NULL") is True


class TestPostgres:
    def test_text_is_ordered_by_a_language(self, pg: Server) -> None:
        a, b = exp.convert("a"), exp.convert("B")
        ordered = exp.LT(this=POSTGRES.by_code_point(a), expression=POSTGRES.by_code_point(b))

        assert one(pg, "SELECT 'a' < 'B'") is True
        assert answer(pg, POSTGRES, ordered) is False
        assert answer(pg, POSTGRES, POSTGRES.collect_sorted(exp.column("x")), "(VALUES ('a'), ('B')) AS t(x)") == [
            "B",
            "a",
        ]

    def test_lengths_and_constants_have_32_bits(self, pg: Server) -> None:
        with pytest.raises(Exception, match="out of range"):
            pg.run("SELECT 2147483647 + 1")

        assert pg.types("SELECT length('a'), cardinality(ARRAY[1])") == ["int4", "int4"]
        assert pg.types(f"SELECT {POSTGRES.sql(POSTGRES.size(POSTGRES.empty_list()))}") == ["int8"]

    def test_the_length_of_an_empty_list_is_unknown(self, pg: Server) -> None:
        assert one(pg, "SELECT array_length(CAST(ARRAY[] AS TEXT[]), 1)") is None
        assert answer(pg, POSTGRES, POSTGRES.size(POSTGRES.empty_list())) == 0

    def test_division_of_numerics_rounds(self, pg: Server) -> None:
        wide = POSTGRES.quotient(POSTGRES.wide_literal(NINES), POSTGRES.wide_literal(7), wide=True)

        assert one(pg, f"SELECT CAST({NINES} AS NUMERIC) / 2") != NINES // 2
        assert answer(pg, POSTGRES, wide) == NINES // 7

    def test_names_are_cut_at_63_bytes(self, pg: Server) -> None:
        """A result of Postgres needs shorter names, or two columns may become one."""
        name = "x" * 70

        assert list(pg.run(f'SELECT to_jsonb(t) FROM (SELECT 1 AS "{name}") AS t')[0][0]) == ["x" * 63]

    def test_a_time_of_24_hours_is_the_next_day(self, pg: Server) -> None:
        assert str(one(pg, "SELECT CAST('2024-01-01 24:00:00' AS TIMESTAMP)")) == "2024-01-02 00:00:00"


class TestAll:
    @pytest.fixture(params=["duck", "spark", "pg"])
    def server(self, request: pytest.FixtureRequest) -> Server:
        return request.getfixturevalue(request.param)

    def test_division_truncates_and_the_rest_has_the_sign_of_the_dividend(self, server: Server) -> None:
        sql = "SELECT -7 % 2, 7 % -2"

        assert server.run(sql) == [(-1, 1)]

    def test_greatest_least_and_bool_or_pass_over_nulls(self, server: Server) -> None:
        sql = "SELECT greatest(0, least(100, CAST(NULL AS INT))), bool_or(x) FROM (VALUES (FALSE), (NULL)) AS t(x)"

        assert server.run(sql) == [(100, False)]

    def test_case_takes_else_where_the_condition_is_unknown(self, server: Server) -> None:
        assert one(server, "SELECT CASE WHEN CAST(NULL AS BOOLEAN) THEN 1 ELSE 2 END") == 2

    def test_in_is_unknown_among_nulls(self, server: Server) -> None:
        assert server.run("SELECT 'a' IN ('b', NULL), 'a' IN ('a', NULL)") == [(None, True)]

    def test_the_second_of_an_and_may_be_computed_first(self, server: Server, request: pytest.FixtureRequest) -> None:
        """Nothing shows it in DuckDB before 2.0, where the remainder is NULL."""
        unsafe = "SELECT (1 % a = 1) AND a <> 0 FROM (VALUES (0)) AS t(a)"
        if request.node.callspec.params["server"] == "duck" and DUCKDB_VERSION < (2, 0):
            assert server.run(unsafe) == [(False,)]
        else:
            with pytest.raises(Exception, match=r"(?i)division.by.zero|remainder_by_zero"):
                server.run(unsafe)

        safe = "SELECT (1 % NULLIF(a, 0) = 1) AND a <> 0 FROM (VALUES (0)) AS t(a)"
        assert server.run(safe) == [(False,)]

    def test_a_prefix_is_no_place_above(self, server: Server) -> None:
        """Regions are compared level by level."""
        assert one(server, "SELECT left('CN-110', 5) = 'CN-11'") is True

    def test_letters_that_look_alike_are_not_equal(self, server: Server) -> None:
        assert server.run("SELECT 'a' = 'A', 'a' = 'a ', 'e\u0301' = '\u00e9'") == [(False, False, False)]


def test_the_engines_disagree_on_a_time_that_comes_twice(duck: Server, spark: Server, pg: Server) -> None:
    """Hence zones are converted by a table of offsets made from one source."""
    local = "2024-11-03 01:30:00"
    second = one(pg, f"SELECT CAST(extract(epoch FROM TIMESTAMP '{local}' AT TIME ZONE 'America/New_York') AS BIGINT)")
    first = one(spark, f"SELECT unix_seconds(to_utc_timestamp(TIMESTAMP '{local}', 'America/New_York'))")

    assert second - first == 3600
