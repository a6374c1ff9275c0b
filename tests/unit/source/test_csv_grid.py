"""CSV becomes cells, each with the line and column that it stands on."""

from __future__ import annotations

import pytest

from steelyard.diagnostics import Diagnostic, Diagnostics, Span
from steelyard.source import Text
from steelyard.source.csv_grid import read_csv_grid
from steelyard.source.grid import Grid, GridOptions

HERE = Span("r.yaml", 3, 10, 3, 15)


def word(text: str) -> Text:
    return Text(text, Span("r.yaml", 5, 0, 5, 1))


def read(data: bytes | str, name: str = "t.csv", **options: str) -> tuple[Grid | None, tuple[Diagnostic, ...]]:
    diagnostics = Diagnostics()
    raw = data if isinstance(data, bytes) else data.encode()
    given = GridOptions(HERE, **{key: word(value) for key, value in options.items()})
    return read_csv_grid(raw, name, given, diagnostics), diagnostics.sorted()


def cells(data: bytes | str, name: str = "t.csv", **options: str) -> list[list[str | None]]:
    grid, found = read(data, name, **options)
    assert () == found
    assert grid is not None
    return [[None if cell is None else str(cell.text) for cell in row] for row in grid.rows]


@pytest.mark.parametrize(
    ("data", "rows"),
    [
        ("a,b\n1,2\n", [["a", "b"], ["1", "2"]]),
        ("a,b\r\n1,2", [["a", "b"], ["1", "2"]]),
        ("a,b\r1,2\r", [["a", "b"], ["1", "2"]]),
        ("a,b\n\n,\n1,\n", [["a", "b"], ["1", None]]),
        ("a,b\n,2", [["a", "b"], [None, "2"]]),
        ("\n\na\n1", [["a"], ["1"]]),
        ('a\n"x, ""y""\nz"', [["a"], ['x, "y"\nz']]),
        ('a,b\n"1",""\n', [["a", "b"], ["1", None]]),
        ("a,b\n 1 ,  \n", [["a", "b"], [" 1 ", None]]),
        ("线,目标\n车险,48h\n", [["线", "目标"], ["车险", "48h"]]),
    ],
)
def test_rows(data, rows) -> None:
    """Empty lines and lines of delimiters are no rows; a cell of blanks is empty; other text is as written."""
    assert rows == cells(data)


def test_mark_is_skipped() -> None:
    assert [["a"], ["1"]] == cells("a\n1".encode("utf-8-sig"))


def test_dialect_is_what_is_said() -> None:
    assert [["a", "b"]] == cells("a\tb", "t.tsv")
    assert [["a", "b"]] == cells("a\tb", delimiter="tab")
    assert [["a,b", "c"]] == cells("a,b;c", delimiter=";")
    assert [["a", "b"]] == cells("a|b", delimiter="|")
    assert [["车险"]] == cells("车险".encode("gb18030"), encoding="gb18030")


def test_places_are_of_the_field_and_what_is_inside_it() -> None:
    grid, _ = read('a,b\n1,">= 2"\n')
    assert grid is not None
    cell = grid.rows[1][1]

    assert cell is not None
    assert Span("t.csv", 1, 2, 1, 8) == cell.text.span
    assert Span("t.csv", 1, 6, 1, 7) == cell.text.at(3, 4)


@pytest.mark.parametrize("inside", ['"a""b"', '"a\nb"'])
def test_what_is_not_verbatim_has_the_place_of_the_whole_field(inside) -> None:
    grid, _ = read(f"h\n{inside}\n")
    assert grid is not None
    cell = grid.rows[1][0]

    assert cell is not None
    assert cell.text.span == cell.text.at(1, 2)


@pytest.mark.parametrize(
    ("data", "options", "code", "place"),
    [
        ("", {}, "E114", HERE),
        ("\n,,\n", {}, "E114", HERE),
        ("a,b\n1,2,3\n", {}, "E145", Span("t.csv", 1, 0, 1, 1)),
        ("a,b\n1\n", {}, "E145", Span("t.csv", 1, 0, 1, 1)),
        ('a\n"b', {}, "E117", Span("t.csv", 1, 0, 1, 1)),
        ('a\nx"y"\n', {}, "E117", Span("t.csv", 1, 0, 1, 1)),
        ('a\n"x"y\n', {}, "E117", Span("t.csv", 1, 0, 1, 1)),
        ("a\nx\0y\n", {}, "Y111", Span("t.csv", 1, 0, 1, 3)),
        ("线".encode("gb18030"), {}, "E112", HERE),
        ("a", {"encoding": "klingon"}, "E113", word("x").span),
        ("a", {"encoding": "hex"}, "E113", word("x").span),
        ("a", {"delimiter": "::"}, "E113", word("x").span),
        ("a", {"delimiter": '"'}, "E113", word("x").span),
    ],
)
def test_what_is_wrong_is_said_with_its_place(data, options, code, place) -> None:
    grid, found = read(data, **options)

    assert grid is None
    assert [(code, place)] == [(each.code, each.span) for each in found]
