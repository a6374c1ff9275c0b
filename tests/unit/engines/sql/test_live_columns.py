"""Columns that no later step reads are left out; everything that is read stays."""

from __future__ import annotations

import re

import duckdb
import pytest
from sqlglot import exp, parse_one

from steelyard.engines.sql.live_columns import trim

CHAIN = """
WITH a AS (SELECT 1 AS k, 2 AS x, 3 AS "Y"), b AS (SELECT it.*, it.x + 1 AS z FROM a AS it),
c AS (SELECT it.*, it.z * 2 AS w FROM b AS it)
"""


def trimmed(text: str) -> str:
    query = parse_one(text, read="duckdb")
    assert isinstance(query, exp.Select)
    return trim(query).sql("duckdb")


@pytest.mark.parametrize(
    ("read", "left_out"),
    [
        ("SELECT w FROM c", 3),
        ("SELECT w, k FROM c", 3),
        ('SELECT w, x, "Y", k, z FROM c', 0),
        ("SELECT * FROM c", 0),
        ("SELECT count(*) AS n, max(w) AS w FROM c", 3),
        ("SELECT c.w, b.x FROM c JOIN b ON c.k = b.k", 2),
        ("SELECT w FROM c WHERE EXISTS (SELECT 1 FROM a WHERE a.x = c.z)", 2),
    ],
)
def test_a_trimmed_statement_gives_the_same_rows(read: str, left_out: int) -> None:
    text = trimmed(CHAIN + read)

    with duckdb.connect() as connection:
        expected, found = connection.execute(CHAIN + read).fetchall(), connection.execute(text).fetchall()
    assert expected == found
    assert left_out == sum(one.count(",") + 1 for one in re.findall(r"EXCLUDE \((.*?)\)", text))


@pytest.mark.parametrize(
    "step", ["SELECT DISTINCT it.* FROM a AS it", "SELECT it.* FROM a AS it UNION SELECT * FROM a"]
)
def test_steps_whose_rows_depend_on_all_columns_keep_them(step: str) -> None:
    text = f"WITH a AS (FROM (VALUES (1, 2), (1, 3)) AS v(k, x)), b AS ({step}) SELECT k FROM b"

    assert "EXCLUDE" not in trimmed(text)
