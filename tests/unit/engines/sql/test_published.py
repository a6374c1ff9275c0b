"""Texts and lines in SQL are those of `facts.format` and `report.columns`, to the byte."""

# pyright: basic

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any

import duckdb
import pytest

from steelyard.calendars.zones import Zone, zone
from steelyard.engines.sql.published import kind, published
from steelyard.engines.sql.recorded import convert
from steelyard.engines.sql.texts import plain_text
from steelyard.facts.bulk import sql
from steelyard.facts.format import format_value
from steelyard.ir.result_columns import ResultColumn
from steelyard.ir.types import Boolean, Date, DateTime, Days, Duration, Number, Text, Type
from steelyard.report.columns import csv_text, json_value
from steelyard.source.csv_lines import CsvStyle, csv_line, without_formula

MOMENTS = [0, 1, -1, 999_999, -1_000_001, 1_714_528_800_000_000, 1_714_528_800_500_000, -2_000_000_000_000_000]
NUMBERS = [0, 5, -5, 99, -100, 12_345, 10**17, -(10**17) - 1]
LENGTHS = [0, 1, -1, 60_000_000, 3_600_000_000, -3_661_500_000, 90_061_000_001, 59_999_999]
SAMPLES: list[tuple[Type, list[Any]]] = [
    *((Number(scale), NUMBERS) for scale in (0, 1, 2, 6, 18)),
    (Date(), [0, -1, 19_844, -200_000, 2_000_000]),
    (DateTime(), MOMENTS),
    (Duration(), LENGTHS),
    (Days(), [0, -3, 40]),
    (Boolean(), [True, False]),
    (Text(), ["", "a", "北"]),
]


@pytest.mark.parametrize("name", ["UTC", "Asia/Shanghai", "America/New_York", "Asia/Kathmandu", "Africa/Monrovia"])
@pytest.mark.parametrize(("type_", "values"), SAMPLES, ids=lambda one: type(one).__name__)
def test_texts_are_those_of_files(type_: Type, values: list[Any], name: str) -> None:
    here = zone(name)
    with duckdb.connect() as connection:
        query = f"SELECT v, {plain_text('v', type_, here)} FROM (SELECT unnest(?) AS v)"
        found = connection.execute(query, [[*values, None]]).fetchall()
    assert found == [*((value, format_value(value, type_, here)) for value in values), (None, None)]


def test_a_number_of_fewer_digits_takes_more() -> None:
    here = zone("UTC")
    column = published("v", ResultColumn("n", Number(1)), ResultColumn("n", Number(3)), here)
    text = published("v", ResultColumn("n", DateTime()), ResultColumn("n", Text()), here)
    with duckdb.connect() as connection:
        assert str(connection.execute(f"SELECT {column} FROM (SELECT -15 AS v)").fetchone()[0]) == "-1.500"  # type: ignore[index]
        assert connection.execute(f"SELECT {text} FROM (SELECT 0 AS v)").fetchone() == ("1970-01-01T00:00:00+00:00",)


@pytest.mark.parametrize("type_", [Number(0), Number(2), Duration()])
def test_what_does_not_fit_is_refused(type_: Type) -> None:
    column = published("v", ResultColumn("n", type_), ResultColumn("n", type_), zone("UTC"))
    with duckdb.connect() as connection, pytest.raises((duckdb.ConversionException, duckdb.OutOfRangeException)):
        connection.execute(f"SELECT {column} FROM (SELECT CAST('{10**19}' AS HUGEINT) AS v)").fetchall()


FAMILY = (ResultColumn("row", Text()), ResultColumn("score", Number(2)), ResultColumn("done", DateTime()))
COLUMNS = (
    ResultColumn('key, "quoted"', Text()),
    ResultColumn("number", Number(2)),
    ResultColumn("count", Number(0)),
    ResultColumn("moment", DateTime()),
    ResultColumn("length", Duration()),
    ResultColumn("sure", Boolean()),
    ResultColumn("day", Date()),
    ResultColumn("list", Text(), many=True),
    ResultColumn("moments", DateTime(), many=True),
    ResultColumn("family", Text(), many=True, fields=FAMILY),
)
SIGNS = ["a", " ", ",", '"', "'", "\n", "#", "\\", "\t", ";", "\x01", "\x1f", "é", "北", "0", "\u2028", "-", "="]
FORMULAS = ["+", "@", "\r", "＝", "＋", "－", "＠", "\ufeff", "\u3000", "\u200b", "\xa0"]


@pytest.mark.parametrize(("suffix", "safe"), [(".csv", False), (".csv", True), (".jsonl", True)])
def test_lines_are_those_of_single_cells(suffix: str, safe: bool, tmp_path: Path) -> None:
    texts = ["".join(one) for size in (1, 2) for one in product(SIGNS + FORMULAS, repeat=size)]
    rows: list[tuple[Any, ...]] = [
        (text, -5, 7, 1_714_528_800_500_000, 3_661_000_000, True, 19_844, (text, "b"), (0, 1), ((text, 105, None),))
        for text in texts
    ]
    rows += [(None,) * len(COLUMNS), ("x", 0, 0, 0, 0, False, 0, (), (), ()), ("", *rows[0][1:7], ("",), (0,), ())]
    names = [target.name for target in COLUMNS]
    expected, said, stored = (tmp_path / f"{name}{suffix}" for name in ("expected", "said", "stored"))
    here = zone("Asia/Shanghai")
    expected.write_bytes(_lines([dict(zip(names, row, strict=True)) for row in rows], suffix, here, safe=safe).encode())
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        fields = ", ".join(
            f'"{name}" {type_}' for name, type_ in (("row", "VARCHAR"), ("score", "BIGINT"), ("done", "BIGINT"))
        )
        types = ("VARCHAR", *["BIGINT"] * 4, "BOOLEAN", "BIGINT", "VARCHAR[]", "BIGINT[]", f"STRUCT({fields})[]")
        connection.execute(f"CREATE TABLE t ({', '.join(f'c{place} {type_}' for place, type_ in enumerate(types))})")
        connection.executemany(f"INSERT INTO t VALUES ({', '.join('?' * len(types))})", [_bound(row) for row in rows])
        columns = ", ".join(
            published(f"c{place}", target, target, here) + ' AS "' + target.name.replace('"', '""') + '"'
            for place, target in enumerate(COLUMNS)
        )
        connection.execute(f"COPY (SELECT {columns} FROM t) TO '{stored}' (FORMAT parquet)")
        convert(connection, sql.parquet(stored), said, COLUMNS, here, style=CsvStyle(safe=safe))
    assert said.read_bytes() == expected.read_bytes()


def _lines(rows: Sequence[Mapping[str, Any]], suffix: str, here: Zone, *, safe: bool) -> str:
    """What a file holds, by the texts of single cells."""
    if suffix == ".csv":
        marked = {one.name for one in COLUMNS if safe and one.is_text}
        texts = ([(one.name, csv_text(one, row[one.name], here)) for one in COLUMNS] for row in rows)
        lines = (csv_line(without_formula(text) if name in marked else text for name, text in row) for row in texts)
        return csv_line(column.name for column in COLUMNS) + "".join(lines)
    return "".join(
        json.dumps({one.name: json_value(one, row[one.name], here) for one in COLUMNS}, ensure_ascii=False) + "\n"
        for row in rows
    )


def _bound(row: tuple[Any, ...]) -> list[Any]:
    family = row[-1]
    items = None if family is None else [dict(zip(("row", "score", "done"), one, strict=True)) for one in family]
    return [*(list(one) if isinstance(one, tuple) else one for one in row[:-1]), items]


def test_carriage_returns_are_quoted(tmp_path: Path) -> None:
    stored, said = tmp_path / "stored", tmp_path / "said.csv"
    with duckdb.connect() as connection:
        connection.execute(f"COPY (SELECT 'a' || chr(13) || 'b' AS k) TO '{stored}' (FORMAT parquet)")
        convert(connection, sql.parquet(stored), said, (ResultColumn("k", Text()),), zone("UTC"))
    assert list(csv.reader(io.StringIO(said.read_bytes().decode(), newline=""))) == [["k"], ["a\rb"]]


def test_no_type_is_a_double_or_of_128_bits() -> None:
    assert [kind(target) for target in COLUMNS[:4]] == ["VARCHAR", "DECIMAL(18, 2)", "BIGINT", "TIMESTAMPTZ"]
    assert kind(ResultColumn("n", Number(19))) == "VARCHAR"
