"""Typed columns of Parquet, each read as every type, by arithmetic; what DuckDB reads otherwise than we do."""

# ruff: noqa: E501 - pools of cells read best as they are

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steelyard.diagnostics import Diagnostics
from steelyard.facts.bulk import load
from steelyard.facts.bulk.sources import parquet_source
from steelyard.ir.versions import versions_of

DAY = 86_400_000_000
INTEGERS = [0, 1, -1, 2, 15, 20240501, 310115, 48, 48201, 127]
WIDE = [*INTEGERS, 10**15, 10**15 + 1, -(10**15), -(10**15) - 1, 10**14, 10**11, 10**11 + 1, 2**63 - 1, -(2**63)]
INSTANTS = [
    0, 1, -1, 999_999, DAY, -DAY, 1714528800000000, 1714492800000000, 1714528800500000, 515527200000000, 515527200000001,
    515530800000000, 515534400000000, 526950000000000, 526953600000000, -2208988800000000, -2208988800000001,
    7289654399999999, 7289654400000000, -62135596800000000, -62135596800000001, 253402300799999999, 253402300800000000,
    2**63 - 1, -(2**63) + 1, -(2**63),
]  # fmt: skip
DOUBLES = [
    0.0, -0.0, 1.0, -1.0, 0.1, 0.15, 0.1 + 0.2, 1 / 3, 98.5, 0.985, 1e15, 1e15 - 1, -1e15, 1e16, 1e22, 1e300, -1e300, 5e-324,
    float("inf"), float("-inf"), float("nan"), 2.0**53, 2.0**50, 2.0**51 + 0.5, 99999999999.9999, 123456.7891, 310115.0,
    0.00005, 0.99995, 1e-5, 15.0, 48201.0, 4.35, 4.350000000000001, 2.675,
]  # fmt: skip
COLUMNS = {
    "int8": pa.array(INTEGERS[:5], pa.int8()),
    "int32": pa.array(INTEGERS, pa.int32()),
    "int64": pa.array(WIDE, pa.int64()),
    "uint16": pa.array([0, 1, 65535], pa.uint16()),
    "uint64": pa.array([0, 1, 15, 310115, 10**15, 10**15 + 1, 2**63, 2**64 - 1], pa.uint64()),
    "bool": pa.array([True, False]),
    "dec0": pa.array([Decimal(n) for n in (0, 1, -1, 15, 310115)], pa.decimal128(9, 0)),
    "dec2": pa.array([Decimal(n) for n in ("0.00", "1.00", "-0.05", "9999999999.99")], pa.decimal128(12, 2)),
    "dec4": pa.array([Decimal(n) for n in ("0.9850", "1.0000", "-0.5000")], pa.decimal128(5, 4)),
    "dec55": pa.array([Decimal(n) for n in ("0.98500", "-0.50000")], pa.decimal128(5, 5)),
    "dec44": pa.array([Decimal(n) for n in ("0.9850", "-0.5000")], pa.decimal128(4, 4)),
    "dec38": pa.array([Decimal(n) for n in ("1.0", "9" * 37 + ".0", "-99999999999.9")], pa.decimal128(38, 1)),
    "double": pa.array(DOUBLES, pa.float64()),
    "single": pa.array([*DOUBLES, 2.0**24 - 1, 2.0**24, 9_999_999.0, 10_000_000.0], pa.float32()),
    "day": pa.array([0, 1, -1, 19844, -25567, -25568, 84370, 84371, -719162, 2932896], pa.int32()).cast(pa.date32()),
    "far_day": pa.array([-719163, 2932897, 3_000_000, 2**31 - 1, -(2**31) + 1, -(2**31), 5], pa.int32()).cast(
        pa.date32()
    ),
    "day64": pa.array([date(2024, 5, 1)], pa.date64()),
    "far_day64": pa.array([0, 10**15, -(10**15), 86_400_000 * 19844, 1], pa.int64()).view(pa.date64()),
    "local_us": pa.array(INSTANTS, pa.int64()).cast(pa.timestamp("us")),
    "local_ms": pa.array([us // 1000 for us in INSTANTS], pa.int64()).cast(pa.timestamp("ms")),
    "local_ns": pa.array([us * 1000 for us in INSTANTS if abs(us) < 2**53] + [1, 1001, -1], pa.int64()).cast(
        pa.timestamp("ns")
    ),
    "aware_us": pa.array(INSTANTS, pa.int64()).cast(pa.timestamp("us", "UTC")),
    "aware_ms": pa.array([us // 1000 for us in INSTANTS], pa.int64()).cast(pa.timestamp("ms", "Asia/Tokyo")),
    "aware_ns": pa.array([0, 1, 1000, -1000, -1], pa.int64()).cast(pa.timestamp("ns", "UTC")),
    "texts": pa.array(
        [[], ["310115"], ["310115", "310000"], ["a;b"], [""], ["a", None], ["上海", "北京"], ["a\0"], [" a"]]
    ),
    "large_texts": pa.array([["310115"], ["x"]], pa.large_list(pa.large_string())),
    "large": pa.array(["1", "x", "2024-05-01", ""], pa.large_string()),
    "dictionary": pa.array(["1", "red", "310115"]).dictionary_encode(),
    "nothing": pa.nulls(2),
}
REFUSED = {"float16": pa.array([1.0], pa.float16()), "time": pa.array([1], pa.time64("us")), "blob": pa.array([b"x"])}


def write(path: Path, column, *, name="cell", **more) -> Path:
    """The column, a missing cell after it, and a key."""
    with_none = pa.chunked_array(
        [column.chunk(0) if isinstance(column, pa.ChunkedArray) else column, pa.nulls(1, column.type)]
    )
    keys = [f"K{n}" for n in range(len(with_none))]
    pq.write_table(pa.table({"key": keys, name: with_none}), path, **more)
    return path


def write_apart(path: Path, column: pa.Array, names: list[str]) -> Path:
    """A column of each name, each cell in a row of its own, so that no fault of one hides what another is read as."""
    size, table = len(column), {"key": [f"K{n}" for n in range(len(column) * len(names) + 1)]}
    for place, name in enumerate(names):
        parts = (
            pa.nulls(place * size, column.type),
            column,
            pa.nulls((len(names) - 1 - place) * size + 1, column.type),
        )
        table[name] = pa.chunked_array(parts)
    pq.write_table(pa.table(table), path)
    return path


@pytest.mark.parametrize("kind", COLUMNS)
def test_a_column_read_as_every_type(agree, shapes, connection, tmp_path, kind) -> None:
    path = write_apart(tmp_path / "all.parquet", COLUMNS[kind], list(shapes.types))
    direct = {name for name in shapes.types if parquet_source(connection, path, shapes.optional(name)) is not None}

    for some in (direct, shapes.types.keys() - direct):  # one column that Python must read has it read all of them
        path = write_apart(tmp_path / "some.parquet", COLUMNS[kind], sorted(some))
        if some:
            assert agree(shapes.ruleset(shapes.key(), *shapes.optional(*some)), path) is not None


@pytest.mark.parametrize("kind", REFUSED)
def test_a_column_that_has_no_exact_meaning(agree, shapes, tmp_path, kind) -> None:
    rules = shapes.ruleset(shapes.key(), shapes.field("v", shapes.types["rate"], column="cell", optional=True))

    assert agree(rules, write(tmp_path / "c.parquet", REFUSED[kind])) is None


def test_floats_of_32_bits_are_the_one_decimal_that_they_are_nearest_to(agree, shapes, tmp_path) -> None:
    """0.1 of 32 bits is 0.100000001490116, and so is every decimal of nine digits from 0.099999998 to 0.100000004."""
    numbers = [0.1, 4.6, 123456.7, 16777215.0, 1 / 3, 1234567.89, 16777216.0, float("nan")]
    table = pa.table({"key": list("abcdefgh"), "tenths": pa.array(numbers, pa.float32())})
    table = table.append_column("whole", table.column("tenths"))
    pq.write_table(table, tmp_path / "c.parquet")

    def read(name: str):
        log = shapes.relation("log", shapes.key(), *shapes.optional(name), of_case="key")
        rules = shapes.ruleset(shapes.key(), *shapes.optional(name), relations=[log])
        return agree(rules, tmp_path / "c.parquet", {"log": tmp_path / "c.parquet"})

    tenths, whole = read("tenths"), read("whole")

    assert [("a", 1), ("b", 46), ("c", 1_234_567), ("f", 12_345_679)] == [
        (case.key, case.values["tenths"]) for case in tenths.cases
    ]
    refused = {"d": "16777215", "e": "0.33333334", "g": "16777216", "h": "nan"}
    assert refused == {one.key: one.value for one in tenths.rejects}
    assert "a float of 32 bits keeps about 7 digits" in str(tenths.rejects[0].hint)
    assert [("d", 16_777_215)] == [(case.key, case.values["whole"]) for case in whole.cases]
    assert [16_777_215] == [row.values["whole"] for case in whole.cases for row in case.rows["log"]]


@pytest.mark.parametrize("timezone", ["America/New_York", "Pacific/Apia", "Australia/Lord_Howe"])
def test_local_times_of_a_year(agree, shapes, tmp_path, timezone) -> None:
    start = 1293840000000000  # 2011
    column = pa.array(range(start, start + 366 * DAY, 900_000_000), pa.int64()).cast(pa.timestamp("us"))
    rules = shapes.ruleset(shapes.key(), shapes.field("cell", shapes.types["at"]), timezone=timezone)

    portfolio = agree(rules, write(tmp_path / "c.parquet", column))

    assert 1 < len(portfolio.rejects) < 200


def test_instants_of_the_old_spark(agree, shapes, tmp_path) -> None:
    column = pa.array([0, 1000, 1714528800000000000], pa.int64()).cast(pa.timestamp("ns"))
    path = write(tmp_path / "c.parquet", column, use_deprecated_int96_timestamps=True)

    agree(shapes.ruleset(shapes.key(), shapes.field("cell", shapes.types["at"], optional=True)), path)


@pytest.mark.parametrize(
    "names", [("Key", "key"), ("file_row_number", "filename"), ("c0", "c1"), ("", "t"), ('a"b', "it's")]
)
def test_names_of_columns_that_are_in_the_way(agree, shapes, tmp_path, names) -> None:
    path = tmp_path / "it's a [file].parquet"
    others = {name: ["other"] for name in names if name != "key"}
    pq.write_table(pa.table({**others, "key": ["K"], "word": ["w"]}), path)
    more = [shapes.field(f"i{n}", shapes.types["word"], column=name) for n, name in enumerate(others) if name]

    portfolio = agree(shapes.ruleset(shapes.key(), *shapes.optional("word"), *more), path)

    assert portfolio.cases[0].values["word"] == "w"


def test_files_of_other_orders_and_types(agree, shapes, tmp_path) -> None:
    tables = [
        {"key": ["a", "b"], "whole": [1, 2]},
        {"key": ["c", "d"], "whole": [3, 4]},
        {"whole": [5, 6], "key": ["e", "b"]},
        {"key": ["f"], "whole": ["7"]},
        {"key": ["g"], "whole": [1.5]},
        {"key": ["h"]},
        {"key": pa.array([], pa.string()), "whole": pa.array([], pa.int64())},
    ]
    files = [tmp_path / f"{number}.parquet" for number in range(len(tables))]
    for path, table in zip(files, tables, strict=True):
        pq.write_table(pa.table(table), path)

    portfolio = agree(shapes.ruleset(shapes.key(), *shapes.optional("whole")), files)

    assert [case.key for case in portfolio.cases] == list("acdefh")
    assert [reject.key for reject in portfolio.rejects] == list("bbg")


def test_keys_of_any_type(agree, shapes, tmp_path) -> None:
    moments = [datetime(2024, 5, 1, 10, tzinfo=UTC) + timedelta(hours=n // 2) for n in range(6)]
    for number, (kind, cells) in enumerate(
        {"whole": [1, 2, 2, 3, -1, 10**16], "day": [date(2024, 5, n // 2 + 1) for n in range(6)], "at": moments}.items()
    ):
        path = tmp_path / f"{number}.parquet"
        pq.write_table(pa.table({"key": cells}), path)

        assert agree(shapes.ruleset(shapes.key(shapes.types[kind])), path).rejects


def test_rows_in_many_groups(agree, shapes, tmp_path) -> None:
    count = 30_000
    path = tmp_path / "c.parquet"
    whole = [n if n % 7 else None for n in range(count)]
    table = pa.table({"key": [f"K{n - (n % 1000 == 999)}" for n in range(count)], "whole": whole})
    pq.write_table(table, path, row_group_size=700)

    portfolio = agree(shapes.ruleset(shapes.key(), shapes.field("whole", shapes.types["whole"])), path)

    assert len(portfolio.rejects) > 4000


@settings(max_examples=8, deadline=None)
@given(
    doubles=st.lists(
        st.one_of(
            st.floats(),
            st.floats(-1e12, 1e12),
            st.integers(-(10**15), 10**15).map(lambda n: n / 10**4),
            st.integers(-(2**51), 2**51).map(lambda n: n / 10),
            st.integers(-(10**7), 10**7).map(lambda n: n / 10**4 * (1 + 2**-52)),
        ),
        min_size=200,
        max_size=400,
    )
)
def test_drawn_doubles(agree, shapes, doubles) -> None:
    names = ["whole", "tenths", "rate"]
    with TemporaryDirectory() as folder:
        path = write_apart(Path(folder, "c.parquet"), pa.array(doubles, pa.float64()), names)

        agree(shapes.ruleset(shapes.key(), *shapes.optional(*names)), path)


def test_a_wide_range_of_doubles_is_read_exactly(agree, shapes, tmp_path) -> None:
    from steelyard.ir.types import Number, Range

    wide = shapes.field("cell", Number(0), range=Range(-(10**18), 10**18), optional=True)
    cells = [2.0**53, 2.0**53 + 2, 2.0**53 + 4, 2.0**54 + 4, 1e17, 2.0**50, 2.0**52 + 1]

    agree(shapes.ruleset(shapes.key(), wide), write(tmp_path / "c.parquet", pa.array(cells, pa.float64())))


HOSTILE = ["q*.parquet", "[ab].parquet", "a?.parquet", "s3:x.parquet", "http:x.parquet", "~.parquet", "file:[.parquet"]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_is_neither_a_pattern_nor_an_address(agree, shapes, tmp_path, monkeypatch, name) -> None:
    monkeypatch.chdir(tmp_path)
    for number, other in enumerate(("q-other.parquet", "a.parquet", "ab.parquet", "x.parquet")):
        pq.write_table(pa.table({"key": [f"other {number}"]}), other)
    pq.write_table(pa.table({"key": ["mine"]}), tmp_path / name)

    found = agree(shapes.ruleset(shapes.key()), Path(name))

    assert ["mine"] == [case.key for case in found.cases]
    assert [name] == [file.name for file in found.provenance.files]


def test_a_pattern_stands_for_all_files_that_match(agree, shapes, tmp_path) -> None:
    for name in ("q2.parquet", "q1.parquet", "r.parquet"):
        pq.write_table(pa.table({"key": [name]}), tmp_path / name)

    found = agree(shapes.ruleset(shapes.key()), [str(tmp_path / "q*.parquet")])

    assert ["q1.parquet", "q2.parquet"] == [case.key for case in found.cases]


def test_a_folder_that_is_named_as_a_partition_adds_no_column(agree, shapes, tmp_path) -> None:
    folder = tmp_path / "whole=7" / "a*b"
    folder.mkdir(parents=True)
    pq.write_table(pa.table({"key": ["K"]}), folder / "c.parquet")

    found = agree(shapes.ruleset(shapes.key(), *shapes.optional("whole")), folder / "c.parquet")

    assert {"key": "K"} == dict(found.cases[0].values)


def test_a_damaged_file(agree, shapes, tmp_path) -> None:
    path = tmp_path / "c.parquet"
    path.write_bytes(b"PAR1 nothing PAR1")

    assert agree(shapes.ruleset(shapes.key()), path) is None


@pytest.mark.parametrize("column", ["key", "whole"])
def test_a_file_that_is_damaged_far_inside(connection, shapes, tmp_path, column) -> None:
    path = tmp_path / "c.parquet"
    table = pa.table({"key": [f"K{n}" for n in range(40_000)], "whole": list(range(40_000))})
    pq.write_table(table, path, row_group_size=20_000, use_dictionary=False, compression="zstd")
    place = pq.ParquetFile(path).metadata.row_group(1).column(table.column_names.index(column))
    content = bytearray(path.read_bytes())
    start, size = place.data_page_offset, place.total_compressed_size
    content[start : start + size] = b"\xff" * size
    path.write_bytes(content)
    diagnostics = Diagnostics()

    loaded = load(
        connection, versions_of(shapes.ruleset(shapes.key(), *shapes.optional("whole"))), [path], {}, diagnostics
    )
    if loaded is not None:
        with pytest.raises(duckdb.Error):
            connection.execute(f"SELECT max(whole) FROM {loaded.cases['1']}").fetchall()
        assert loaded.report_damaged()

    assert [one.code for one in diagnostics.sorted()] == ["E118"]


def test_duckdb_of_itself() -> None:
    """What our expressions keep away from; if this fails, DuckDB has changed, and they may become simpler."""
    (row,) = duckdb.execute(
        r"""SELECT CAST('1e2' AS INTEGER), CAST('1_000' AS INTEGER), CAST(' 12 ' AS INTEGER),
        CAST(0.5::DECIMAL(2, 2) AS VARCHAR), CAST('2024-05-01 24:00:00' AS TIMESTAMP) IS NOT NULL,
        epoch_us('infinity'::TIMESTAMP) IS NULL, CAST(2.5::DOUBLE AS INTEGER), 'nan'::DOUBLE > 1e300"""
    ).fetchall()

    assert row == (100, 1000, 12, ".50", True, True, 2, True)
