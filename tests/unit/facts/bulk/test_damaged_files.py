"""Files that were damaged at random: both intakes say the same of them, and neither ends in a traceback.

300 files by default, 5,000 with `STEELYARD_EXAMPLES=long`.
"""

# pyright: basic

from __future__ import annotations

import io
import json
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from steelyard.facts import ReadOptions

EXAMPLES = 300 if settings.default.max_examples <= 500 else 5_000
NAMES = ("key", "whole", "rate", "flag", "day", "at", "length", "word", "colour", "place")
GRID = [
    list(NAMES),
    ["K1", "3", "0.5", "yes", "2024-05-01", "2024-05-01 09:00", "24h", "a", "red", "上海"],
    ["K2", "-1", "98%", "no", "2024-02-29", "2024-05-01 23:59:59", "PT30M", "b c", "green", "北京"],
    ["K3", "", "", "", "", "", "", "", "", ""],
    ["K4", "10", "1", "true", "1999-12-31", "2013-10-07T02:00", "1:30:00", "é", "it's", "São Paulo"],
]
ROWS = [
    ["id", "key", "whole", "at"],
    ["r1", "K1", "1", "2024-05-01 09:00"],
    ["r2", "K1", "2", ""],
    ["r3", "K9", "3", ""],
]
CELLS = st.sampled_from([
    "", " ", "NA", "-", "?", "null", "0", "-0", "8.0", "1e3", "1,234", "１２", "9223372036854775808", "0.00001",
    "1" * 40, "Yes", "TRUE", "真", "maybe", "2024-02-30", "2024/5/1", "01/02/2024", "20240501", "2024-05-01 24:00",
    "2024年5月1日", "9999-12-31", "1600-01-01", "2024-11-03 01:30", "25:61", "-1h", "1.5h", "=1+1", "a\nb", "a\rb",
    'a"b', "a,b", "\ufeff", "\u200b", "\u202ea", "ẞ", "Ａ", "e\u0301", "K1", "k1", "K1 ", "😀", "\x00", "\x1f",
    "é" * 300, "上海 ", "red ", "Red",
])  # fmt: skip
KINDS_OF_DAMAGE = [
    "cell", "cell", "cell", "head", "drop row", "copy row", "blank row", "drop column", "copy column", "shorter",
    "longer", "no head", "title",
]  # fmt: skip
DAMAGE = st.lists(
    st.tuples(
        st.sampled_from(KINDS_OF_DAMAGE),
        st.integers(0, 20),
        st.integers(0, 20),
        CELLS,
    ),
    max_size=4,
)  # fmt: skip
BYTES = st.lists(
    st.tuples(st.sampled_from(["cut", "flip", "add"]), st.integers(0, 10_000), st.integers(0, 255)), max_size=2
)
KINDS = st.sampled_from(["csv", "csv", "tsv", "jsonl", "jsonl", "parquet", "xlsx"])


def damaged(grid: list[list[str]], damage) -> list[list[str]]:
    rows = [list(row) for row in grid]
    for kind, down, across, cell in damage:
        if not rows or not rows[0]:
            break
        row = rows[down % len(rows)]
        column = across % len(rows[0])
        match kind:
            case "cell":
                row[across % len(row) if row else 0 : across % len(row) + 1 if row else 0] = [cell]
            case "head":
                rows[0][column] = cell
            case "drop row":
                rows.remove(row)
            case "copy row":
                rows.insert(down % len(rows), list(row))
            case "blank row":
                rows.insert(down % len(rows), [""] * len(row))
            case "drop column":
                rows = [[*one[:column], *one[column + 1 :]] for one in rows]
            case "copy column":
                rows = [[*one, *one[column : column + 1]] for one in rows]
            case "shorter":
                del row[column:]
            case "longer":
                row.append(cell)
            case "no head":
                del rows[0]
            case "title":
                rows.insert(0, [cell])
            case _:
                raise AssertionError(kind)
    return rows


def quoted(cell: str, sign: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if any(mark in cell for mark in f'{sign}"\r\n') else cell


def written(grid: list[list[str]], kind: str) -> bytes:
    """The bytes of a file that holds the cells; what its format cannot hold is left as near as it can."""
    width = max((len(row) for row in grid), default=0)
    match kind:
        case "csv" | "tsv":
            sign = "\t" if kind == "tsv" else ","
            return "".join(sign.join(quoted(cell, sign) for cell in row) + "\n" for row in grid).encode()
        case "jsonl":
            heads = grid[0] if grid else []
            rows = (dict(zip(heads, row, strict=False)) for row in grid[1:])
            return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()
        case "parquet":
            heads = [*(grid[0] if grid else []), *(f"more{place}" for place in range(width))][:width]
            columns = [[row[place] if place < len(row) else None for row in grid[1:]] for place in range(width)]
            out = io.BytesIO()
            arrays = [pa.array(column, pa.string()) for column in columns]
            pq.write_table(pa.Table.from_arrays(arrays, names=heads), out)
            return out.getvalue()
        case "xlsx":
            out = io.BytesIO()
            book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False})
            sheet = book.add_worksheet()
            for down, row in enumerate(grid):
                for across, cell in enumerate(row):
                    if cell:
                        sheet.write_string(down, across, cell)
            book.close()
            return out.getvalue()
        case _:
            raise AssertionError(kind)


def broken(data: bytes, damage) -> bytes:
    for kind, at, byte in damage:
        place = at % (len(data) + 1)
        match kind:
            case "cut":
                data = data[:place]
            case "flip":
                data = data[:place] + bytes([byte]) + data[place + 1 :]
            case "add":
                data = data[:place] + bytes([byte]) + data[place:]
            case _:
                raise AssertionError(kind)
    return data


@pytest.mark.slow
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(kind=KINDS, cells=DAMAGE, rows=DAMAGE, bits=st.one_of(st.just([]), st.just([]), BYTES), gbk=st.booleans())
def test_damaged_files_are_judged_alike(agree, shapes, kind, cells, rows, bits, gbk) -> None:
    fields = [shapes.field(name, shapes.types[name], optional=True) for name in NAMES[1:]]
    relation = shapes.relation(
        "rows", shapes.field("key", shapes.types["word"]), shapes.field("whole", shapes.types["whole"]),
        shapes.field("at", shapes.types["at"], optional=True), of_case="key",
    )  # fmt: skip
    rules = shapes.ruleset(shapes.key(), *fields, relations=(relation,))
    data = broken(written(damaged(GRID, cells), kind), bits)
    related = written(damaged(ROWS, rows), "csv")
    note(repr(data[:600]))
    note(repr(related))
    options = ReadOptions(encoding="gb18030") if gbk and kind in {"csv", "jsonl"} else None
    with TemporaryDirectory() as folder:
        cases, rows_file = Path(folder, f"cases.{kind}"), Path(folder, "rows.csv")
        cases.write_bytes(data)
        rows_file.write_bytes(related)

        agree(rules, cases, {"rows": rows_file}, options)
