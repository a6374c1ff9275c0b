"""The one scanner of CSV: tables of rulesets and facts see the same fields, each with its place."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from steelyard.diagnostics import Diagnostics, Span
from steelyard.facts.cells import shown
from steelyard.facts.readers import Line, ReadOptions, UnreadableError, Wanted, open_table
from steelyard.source import csv_rows as scanner
from steelyard.source.csv_grid import read_csv_grid
from steelyard.source.csv_rows import BadQuote, Place, csv_rows
from steelyard.source.files import BYTE_ORDER_MARK
from steelyard.source.grid import GridOptions
from steelyard.source.nodes import Text

HERE = Span("r.yaml", 0, 0, 0, 0)


def scan(text: str, delimiter: str = ",") -> list[tuple[int, list[str] | BadQuote, list[Place]]]:
    return [(line, fields, list(ends)) for line, fields, ends in csv_rows(io.StringIO(text, newline=""), delimiter)]


def test_a_row_has_its_line_and_a_field_in_quotes_its_place() -> None:
    found = scan('a,b\r\n\r"x ""y""\r\nz", p ,"q"\n""\n')

    assert found == [
        (0, ["a", "b"], []),
        (2, ['x "y"\r\nz', " p ", "q"], [(3, 2), (3, 6), (3, 10)]),
        (4, [""], [(4, 2)]),
    ]


@pytest.mark.parametrize("delimiter", ["]", "^", "-", "\\", ".", "|", "，", " ", "\x1f"])
def test_any_character_separates(delimiter: str) -> None:
    text = f'a{delimiter}"b{delimiter}"{delimiter}\n'

    assert scan(text, delimiter) == [(0, ["a", f"b{delimiter}", ""], [(0, 1), (0, 6), (0, 7)])]


@pytest.mark.parametrize(
    ("text", "place", "alone"),
    [
        ('a,b"c"\nd', (0, 2), True),
        ('"a","b"c\nd', (0, 4), True),
        ('"a\nb",c"\nd', (1, 3), False),
        ('a,"b\nc\n', (0, 2), False),
        ('"a\nb",x,"c""\n', (1, 5), False),
    ],
)
def test_a_fault_has_the_place_of_its_field(text: str, place: Place, alone: bool) -> None:
    _, fault, _ = scan(text)[0]

    assert fault == BadQuote(place, alone)
    assert (not alone) or scan(text)[1][:2] == (1, ["d"])


def test_a_quote_that_is_never_closed_does_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanner, "LONGEST", 100)
    read = iter(['"a\n', *["b\n"] * 1000])

    assert next(csv_rows(read, ","))[1] == BadQuote((0, 0), alone=False)
    assert len(list(read)) > 900


TEXT = st.text(st.sampled_from('aé"",,\n\n\r '), max_size=30)


@given(TEXT)
@example('x,"y\rz"\r')
def test_tables_and_facts_have_the_same_fields(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.getbasetemp() / "same.csv"
    path.write_bytes(f"h,i\n{text}".encode())
    grid = read_csv_grid(path.read_bytes(), "same.csv", GridOptions(HERE), Diagnostics())
    try:
        with open_table(path, ReadOptions(), Wanted()) as table:
            rows = list(table.rows)
    except UnreadableError:
        assert grid is None
        return
    if grid is None:
        assert not all(isinstance(row, Line) for row in rows)
    else:
        cells = [[None if cell is None else str(cell.text) for cell in row] for row in grid.rows[1:]]
        texts = [map(shown, row.cells.values()) for row in rows if isinstance(row, Line)]
        facts = [[one if one.strip() else None for one in row] for row in texts]
        assert cells == [row for row in facts if any(row)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "gb18030"])
def test_a_byte_order_mark_is_skipped_in_any_encoding(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(f"{BYTE_ORDER_MARK}a\n上\n".encode(encoding))
    grid = read_csv_grid(path.read_bytes(), "x.csv", GridOptions(HERE, encoding=Text(encoding, HERE)), Diagnostics())

    assert grid is not None
    assert [[str(cell.text) for cell in row if cell] for row in grid.rows] == [["a"], ["上"]]
    with open_table(path, ReadOptions(encoding=encoding), Wanted()) as table:
        assert list(table.rows) == [Line(2, {"a": "上"})]
