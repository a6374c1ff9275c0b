"""Which cases of a scored file are checked again."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from steelyard.engines.sql.portfolio import RULED_OUT
from steelyard.engines.sql.recorded import rows_of, sample

ROWS = 3000


@pytest.fixture
def scored(tmp_path: Path):
    """Rows in several row groups; two rare ones, and two cases that a rule rejects."""
    path = tmp_path / "scored.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            f"CREATE TEMP TABLE {RULED_OUT} AS FROM (VALUES ('R2', 'old'), ('R1', 'old')) AS r(k, \"where\")"
        )
        connection.execute(
            f"""COPY (
                SELECT 'K' || n AS id, CASE WHEN n >= 1500 THEN '2' ELSE '1' END AS version,
                       CASE WHEN n = 2777 THEN 'unscored' ELSE 'scored' END AS status,
                       CASE WHEN n = 1234 THEN ['often', 'seldom'] WHEN n % 3 = 0 THEN ['often'] ELSE [] END AS fired
                FROM range({ROWS}) AS t(n)
            ) TO '{path}' (FORMAT parquet, ROW_GROUP_SIZE 2048)"""
        )
        yield connection, path


def test_every_status_and_every_rule_of_each_version_is_there(scored) -> None:
    connection, path = scored
    chosen = sample(connection, path, "id", "seed", 1)

    assert {"K0": 0, "K1234": 1234, "K1500": 1500, "K2777": 2777, "R1": None} == chosen


def test_the_others_depend_on_the_seed(scored) -> None:
    connection, path = scored
    one, again, other = (sample(connection, path, "id", seed, 50) for seed in ("a", "a", "b"))

    assert one == again
    assert 50 == len(one) == len(other)
    assert one != other


def test_no_more_cases_than_there_are_and_rejected_ones_last(scored) -> None:
    connection, path = scored
    chosen = sample(connection, path, "id", "seed", 10 * ROWS)

    assert {*(f"K{n}" for n in range(ROWS)), "R1", "R2"} == set(chosen)
    assert "R2" == list(chosen)[-1]


def test_the_rows_are_those_of_the_keys(scored) -> None:
    connection, path = scored

    assert {
        "K1234": {"id": "K1234", "version": "1", "status": "scored", "fired": ["often", "seldom"]},
        "K2777": {"id": "K2777", "version": "2", "status": "unscored", "fired": []},
    } == rows_of(connection, path, "id", [2777, 1234])
    assert {} == rows_of(connection, path, "id", [])
