"""Parquet files that are joined hold the rows of their parts, without the last column; footers are kept as they are."""

from __future__ import annotations

import io
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from steelyard.diagnostics import InternalError
from steelyard.engines.sql.parquet_footer import read_footer, write_footer
from steelyard.engines.sql.parquet_parts import Joined

COLUMNS = """
SELECT CASE WHEN i % 7 <> 0 THEN 'claim ' || i END AS key, 'always the same text' AS same,
       CAST((i % 5)::VARCHAR AS ENUM ('0', '1', '2', '3', '4')) AS kind, (i * 0.01)::DECIMAL(18, 2) AS score,
       i::BIGINT AS measure,
       CASE WHEN i % 3 = 0 THEN [] WHEN i % 3 = 1 THEN ['a', 'b'] END::VARCHAR[] AS reasons,
       [{{'row': 'r' || i, 'points': i}}] AS family, make_timestamptz(i * 1000000) AS moment, i % 2 = 0 AS sure,
       i AS _case
FROM range({low}, {high}) AS t(i)
"""


@pytest.fixture(scope="module")
def connection():
    with duckdb.connect() as found:
        found.execute("SET disabled_optimizers = 'statistics_propagation'")
        yield found


def part(connection, path: Path, low: int, high: int, columns: str = COLUMNS) -> Path:
    query = columns.format(low=low, high=high)
    connection.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet, ROW_GROUP_SIZE 2048)")
    return path


def join(path: Path, parts: list[Path]) -> Joined:
    joined = Joined(path, {"steelyard": "pending", "空": "“文本”"})
    for one in parts:
        joined.add(one)
    joined.close()
    return joined


@pytest.mark.parametrize("ends", [(0,), (1,), (0, 5, 5, 9), (5000, 12000, 12001), (0, 0, 3000)])
def test_rows_are_those_of_the_parts(connection, tmp_path: Path, ends: tuple[int, ...]) -> None:
    starts = (0, *ends)
    parts = [
        part(connection, tmp_path / f"{n}", low, high) for n, (low, high) in enumerate(zip(starts, ends, strict=False))
    ]
    found = join(tmp_path / "all.parquet", parts)

    expected = pa.concat_tables(map(pq.read_table, parts)).drop_columns("_case")
    file = pq.ParquetFile(tmp_path / "all.parquet")
    assert expected.equals(file.read())
    assert (ends[-1], ends[-1]) == (found.rows, file.metadata.num_rows)
    read = connection.sql(f"SELECT * FROM read_parquet('{tmp_path / 'all.parquet'}')").to_arrow_table()
    assert [expected["score"].to_pylist(), expected["reasons"].to_pylist()] == [
        read["score"].to_pylist(),
        read["reasons"].to_pylist(),
    ]
    assert {b"steelyard": b"pending", "空".encode(): "“文本”".encode()} == file.metadata.metadata


def test_a_filter_finds_the_rows_by_statistics_and_bloom_filters(connection, tmp_path: Path) -> None:
    parts = [part(connection, tmp_path / f"{n}", n * 5000, n * 5000 + 5000) for n in range(3)]
    join(tmp_path / "all.parquet", parts)
    read = f"FROM read_parquet('{tmp_path / 'all.parquet'}')"

    for number in (1, 4999, 5000, 9001, 14998):
        expected = [] if number % 7 == 0 else [(number,)]
        assert expected == connection.execute(f"SELECT measure {read} WHERE key = 'claim {number}'").fetchall()
        assert [(number,)] == connection.execute(f"SELECT measure {read} WHERE measure = {number}").fetchall()


def test_what_is_left_out_takes_no_room(connection, tmp_path: Path) -> None:
    one = part(connection, tmp_path / "a", 0, 50_000)
    join(tmp_path / "all.parquet", [one])
    without = COLUMNS.replace(",\n       i AS _case", "")
    alone = part(connection, tmp_path / "b", 0, 50_000, without)

    assert abs((tmp_path / "all.parquet").stat().st_size - alone.stat().st_size) < 200


def test_parts_of_other_columns_are_refused(connection, tmp_path: Path) -> None:
    joined = Joined(tmp_path / "all.parquet", {})
    joined.add(part(connection, tmp_path / "a", 0, 5))
    with pytest.raises(InternalError, match="other columns"):
        joined.add(part(connection, tmp_path / "b", 0, 5, COLUMNS.replace("AS key", "AS id")))
    joined.close()


@given(
    st.lists(st.one_of(st.none(), st.integers(-(2**63), 2**63 - 1)), max_size=40),
    st.dictionaries(st.text(min_size=1), st.text(), max_size=20),
    st.integers(1, 50),
)
def test_a_footer_is_written_as_it_was_read(numbers: list[int | None], texts: dict[str, str], size: int) -> None:
    table = pa.table({"n": pa.array(numbers, pa.int64()), "t": list(map(str, numbers))}, metadata=None)
    buffer = io.BytesIO()
    with pq.ParquetWriter(buffer, table.schema, write_page_index=True, write_page_checksum=True) as writer:
        try:
            writer.add_key_value_metadata(texts)
        except UnicodeEncodeError:
            return
        writer.write_table(table, row_group_size=size)
    content = buffer.getvalue()

    footer, start = read_footer(io.BytesIO(content))
    again = io.BytesIO()
    write_footer(again, footer)
    assert content[start:] == again.getvalue()
