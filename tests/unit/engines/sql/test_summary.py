"""Counting results by SQL: by hand, and where SQL has ways of its own."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from steelyard.engines.counting import Count, LostColumn, Measure, ScoreColumn, SummaryColumns
from steelyard.engines.sql.summary import summarise

NOTHING = SummaryColumns((), ())


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"threads": 2}) as made:
        made.execute("SET TimeZone = 'UTC'")
        yield made


def table(connection: duckdb.DuckDBPyConnection, columns: str, rows: str) -> None:
    names = ", ".join(["status", "fired", "reasons", *columns.replace("'", "").split()])
    connection.execute(f"CREATE TABLE results AS SELECT * FROM (VALUES {rows}) AS t({names})")


def added(counts: list[Count]) -> dict[tuple[tuple[str, ...], Measure, str, str], int]:
    found: dict[tuple[tuple[str, ...], Measure, str, str], int] = {}
    for *what, value in counts:
        found[tuple(what)] = found.get(tuple(what), 0) + value
    return found


def test_null_and_the_empty_text_are_one_group_and_the_whole_is_not(connection) -> None:
    rows = ", ".join(
        f"('scored', []::VARCHAR[], []::VARCHAR[], {branch}, {score}::DECIMAL(18, 2), NULL::VARCHAR)"
        for branch, score in (("NULL", 3), ("''", 1), ("NULL", 2), ("''", 4), ("'b'", 9))
    )
    table(connection, "branch score grade", rows)
    columns = SummaryColumns((ScoreColumn("score", "score", "grade"),), ())
    found = added(summarise(connection, "results", columns, ["branch"]))

    def items(key: tuple[str, ...]) -> dict[str, int]:
        return {
            item: value for (own, measure, _, item), value in found.items() if (own, measure) == (key, Measure.SCORE)
        }

    assert {
        "count": 4,
        "total": 1000,
        "minimum": 100,
        "p10": 100,
        "p25": 100,
        "median": 200,
        "p75": 300,
        "p90": 400,
    } == items(("",))
    assert {
        "count": 5,
        "total": 1900,
        "minimum": 100,
        "p10": 100,
        "p25": 200,
        "median": 300,
        "p75": 400,
        "p90": 900,
    } == items(())
    assert 9_00 == items(("b",))["median"]


def test_no_group_is_the_whole(connection) -> None:
    table(connection, "x", "('unscored', []::VARCHAR[], ['U1'], 1), ('scored', ['a', 'b'], ['R', 'S'], 1)")
    found = added(summarise(connection, "results", NOTHING))

    assert {
        (Measure.STATUS, "scored"): 1,
        (Measure.STATUS, "unscored"): 1,
        (Measure.UNSCORED, "U1"): 1,
        (Measure.REASON, "U1"): 1,
        (Measure.REASON, "R"): 1,
        (Measure.REASON, "S"): 1,
        (Measure.FIRED, "a"): 1,
        (Measure.FIRED, "b"): 1,
    } == {(measure, item): value for (_, measure, _, item), value in found.items() if value}


def test_sums_pass_64_bits(connection) -> None:
    """9,999,999,999,999,999.99 twenty times is 2·10^19 units: more than 2^63."""
    connection.execute(
        "CREATE TABLE results AS SELECT 'scored' AS status, []::VARCHAR[] AS fired, []::VARCHAR[] AS reasons, "
        "9999999999999999.99::DECIMAL(18, 2) AS score, NULL::VARCHAR AS grade, "
        '-999999999999.999999::DECIMAL(18, 6) AS "x.lost" FROM range(20)'
    )
    columns = SummaryColumns((ScoreColumn("score", "score", "grade"),), (LostColumn("score", "x", "x.lost"),))
    found = added(summarise(connection, "results", columns))

    assert 20 * (10**18 - 1) == found[(), Measure.SCORE, "score", "total"]
    assert 10**18 - 1 == found[(), Measure.SCORE, "score", "median"]
    assert -20 * (10**18 - 1) == found[(), Measure.LOST, "score", "x"]
    assert 0 == found[(), Measure.LOSING, "score", "x"]


def test_scores_of_more_digits_than_64_bits_are_text(connection) -> None:
    rows = ", ".join(
        f"('scored', []::VARCHAR[], []::VARCHAR[], '{score}', NULL::VARCHAR)"
        for score in ("-0.00000000000000000005", "100.00000000000000000000", "9.00000000000000000001")
    )
    table(connection, "score grade", rows)
    columns = SummaryColumns((ScoreColumn("score", "score", "grade", textual=True),), ())
    found = added(summarise(connection, "results", columns))

    assert -5 == found[(), Measure.SCORE, "score", "minimum"]
    assert 9 * 10**20 + 1 == found[(), Measure.SCORE, "score", "median"]
    assert 109 * 10**20 - 4 == found[(), Measure.SCORE, "score", "total"]


def test_a_family_s_rows_are_taken_together(connection) -> None:
    connection.execute(
        "CREATE TABLE results AS SELECT 'scored' AS status, []::VARCHAR[] AS fired, []::VARCHAR[] AS reasons, "
        "1::DECIMAL(18, 2) AS \"score.a'b\", 'A' AS \"grade.a'b\", each FROM (VALUES "
        "([{'row': 'P', 'lost.a''b': 1.5::DECIMAL(18, 6)}, {'row': 'Q', 'lost.a''b': -2.5}]), "
        "([{'row': 'P', 'lost.a''b': 0.000001}, {'row': 'Q', 'lost.a''b': NULL}]), ([]), (NULL)) AS t(each)"
    )
    columns = SummaryColumns(
        (ScoreColumn("a'b", "score.a'b", "grade.a'b"),), (LostColumn("a'b", "each", "each", "lost.a'b"),)
    )
    found = added(summarise(connection, "results", columns))

    assert -999_999 == found[(), Measure.LOST, "a'b", "each"]
    assert 1 == found[(), Measure.LOSING, "a'b", "each"], "a gain in one row outweighs the other"
    assert 4 == found[(), Measure.GRADE, "a'b", "A"]


def test_names_are_quoted_and_keys_may_be_of_any_stored_type(connection) -> None:
    connection.execute(
        'CREATE TABLE "my ""results" AS SELECT \'scored\' AS status, []::VARCHAR[] AS fired, '
        '[]::VARCHAR[] AS reasons, true AS "group", -5::BIGINT AS "a ""b"'
    )
    found = added(summarise(connection, 'my "results', NOTHING, ["group", 'a "b']))

    assert 1 == found[("true", "-5"), Measure.STATUS, "", "scored"]


def test_rejects_stand_where_their_key_could_be_read(connection) -> None:
    table(connection, "branch", "('scored', []::VARCHAR[], []::VARCHAR[], 'b')")
    connection.execute(
        "CREATE TABLE bad AS SELECT * FROM (VALUES ('b', 'paid'), (NULL, 'paid'), ('', 'rule'), ('c', 'rule')) "
        't(branch, "where")'
    )
    found = added(summarise(connection, "results", NOTHING, ["branch"], "bad"))
    rejected = {key: value for (key, measure, _, item), value in found.items() if item == "rejected" and value}

    assert {("b",): 1, ("",): 2, ("c",): 1, (): 4} == rejected
    assert 2 == found[(), Measure.WHERE, "", "paid"] == found[(), Measure.WHERE, "", "rule"]
    assert 1 == found[(), Measure.STATUS, "", "scored"]
    whole = added(summarise(connection, "results", NOTHING, [], "bad"))
    assert (4, 2) == (whole[(), Measure.STATUS, "", "rejected"], whole[(), Measure.WHERE, "", "paid"])
