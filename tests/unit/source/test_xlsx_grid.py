"""A sheet becomes cells with references; what a double does not hold exactly is refused."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steelyard.diagnostics import Diagnostic, Diagnostics, Span
from steelyard.source import Text
from steelyard.source.grid import CellKind, Grid, GridOptions
from steelyard.source.xlsx_grid import read_xlsx_grid
from steelyard.source.xlsx_rows import number_meant
from steelyard.source.xlsx_sheet import place_of, reference
from steelyard.source.xlsx_times import microseconds_of
from workbooks import number, sheet, text, workbook

HERE = Span("r.yaml", 3, 10, 3, 15)
EPOCH = datetime.fromisoformat("1899-12-30")


def read(data: bytes, wanted: str | None = None) -> tuple[Grid | None, tuple[Diagnostic, ...]]:
    diagnostics = Diagnostics()
    options = GridOptions(HERE, sheet=None if wanted is None else Text(wanted, HERE))
    return read_xlsx_grid(data, "t.xlsx", options, diagnostics), diagnostics.sorted()


def encrypted(data: bytes) -> bytes:
    """The same archive, each part marked as needing a password."""
    marked = bytearray(data)
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = marked.find(mark)
        while at >= 0:
            marked[at + flags] |= 1
            at = marked.find(mark, at + 1)
    return bytes(marked)


def one(inside: str) -> tuple[str, CellKind]:
    """What the cell A2 gives."""
    grid, found = read(workbook(S=sheet({"A1": "h", "A2": inside})))
    assert () == found
    assert grid is not None
    cell = grid.rows[1][0]
    assert cell is not None
    return str(cell.text), cell.kind


@pytest.mark.parametrize(
    ("stored", "taken"),
    [
        ("0.1", "0.1"),
        ("48", "48"),
        ("48.0", "48"),
        ("-0", "0"),
        ("-2.50", "-2.5"),
        ("1E-7", "0.0000001"),
        ("4.4000000000000004", "4.4"),
        ("1.1E-2", "0.011"),
        ("999999999999999", "999999999999999"),
    ],
)
def test_number_is_the_decimal_that_its_double_is_nearest_to(stored, taken) -> None:
    assert (taken, CellKind.NUMBER) == one(number(stored))


@pytest.mark.parametrize("stored", ["0.30000000000000004", "0.3333333333333333", "1000000000000000", "1E300"])
def test_number_that_is_no_one_decimal_is_refused_at_its_cell(stored) -> None:
    grid, found = read(workbook(S=sheet({"A1": "h", "B7": number(stored)})))

    assert grid is None
    assert [("E143", "t.xlsx!B7")] == [(each.code, str(each.span)) for each in found]


@given(st.integers(-(10**15) + 1, 10**15 - 1), st.integers(0, 15))
def test_every_decimal_of_15_digits_survives(units, scale) -> None:
    """What is seen in a spreadsheet, at most 15 digits, is what is taken."""
    value = Decimal(units).scaleb(-scale)
    taken, _ = one(number(repr(float(value))))

    assert value == Decimal(taken)


def test_dates_times_and_truths() -> None:
    assert ("2024-05-01", CellKind.DAY) == one(number("45413", "day"))
    assert ("2024-05-01", CellKind.DAY) == one(number("45413", "instant"))
    assert ("2024-05-01T10:00:01", CellKind.INSTANT) == one(number("45413.41667824074", "instant"))
    assert ("2024-05-01T10:00:00", CellKind.INSTANT) == one(number("45413.4166666667", "instant"))
    assert ("1900-02-28T12:00:00", CellKind.INSTANT) == one(number("59.5", "instant"))
    assert ("36h", CellKind.TEXT) == one(number("1.5", "duration"))
    assert ("1h30min5s", CellKind.TEXT) == one(number(repr(5405 / 86400), "duration"))
    assert ("0h", CellKind.TEXT) == one(number("0", "duration"))
    assert ("true", CellKind.TEXT) == one('t="b"><v>1</v>')
    assert ("false", CellKind.TEXT) == one('t="b"><v>0</v>')


@given(st.integers(18_000 * 86_400, 109_000 * 86_400))
def test_every_second_survives(seconds) -> None:
    at = EPOCH + timedelta(seconds=seconds)
    serial = seconds / 86_400
    taken, _ = one(number(repr(serial), "instant"))

    assert at == datetime.fromisoformat(taken)


@given(st.integers(18_000 * 86_400, 109_000 * 86_400))
def test_every_second_survives_sixteen_digits(seconds) -> None:
    """As XlsxWriter stores it: it adds the day and the part of the day, and writes 16 digits."""
    day, rest = divmod(seconds, 86_400)
    taken, _ = one(number(f"{day + rest / 86_400:.16G}", "instant"))

    assert EPOCH + timedelta(seconds=seconds) == datetime.fromisoformat(taken)


@pytest.mark.parametrize(
    ("serial", "style"),
    [("45413.42345678902", "instant"), ("0.00000578703", "duration"), ("0.25", "clock")],
)
def test_time_between_microseconds_and_time_of_day_are_refused(serial, style) -> None:
    _, found = read(workbook(S=sheet({"A1": "h", "A2": number(serial, style)})))

    assert ["E143"] == [each.code for each in found]


@pytest.mark.parametrize(
    ("serial", "style", "taken"),
    [
        ("45413.42344494213", "instant", "2024-05-01T10:09:45.643000"),
        ("45413.4234449421", "instant", "2024-05-01T10:09:45.643000"),
        ("45413.42344494214", "instant", "2024-05-01T10:09:45.643000"),
        ("45413.416670", "instant", "2024-05-01T10:00:00.288000"),
        ("45413.99999999", "instant", "2024-05-01T23:59:59.999136"),
        ("1.00001", "duration", "24h0.864s"),
        ("0.0000115740740741", "duration", "1s"),
        ("0.000000005787037", "duration", "0.0005s"),
        ("0", "duration", "0h"),
    ],
)
def test_fractions_of_a_second_are_read_to_the_microsecond(serial, style, taken) -> None:
    assert taken == one(number(serial, style))[0]


@given(st.integers(18_000 * 86_400_000, 109_000 * 86_400_000), st.integers(-2, 2))
def test_every_millisecond_survives_an_error_of_rounding(milliseconds, steps) -> None:
    serial = milliseconds / 86_400_000
    taken, _ = one(number(repr(serial + steps * math.ulp(serial)), "instant"))

    assert EPOCH + timedelta(milliseconds=milliseconds) == datetime.fromisoformat(taken)


@given(st.integers(43_000 * 86_400_000_000, 47_000 * 86_400_000_000))
def test_microseconds_are_as_the_cell_stores_them_but_beside_a_whole_millisecond(microseconds) -> None:
    taken = microseconds_of(microseconds / 86_400_000_000)

    assert taken is not None
    assert microseconds == taken or (taken % 1000 == 0 and abs(microseconds - taken) <= 4)


def test_days_may_be_counted_from_1904() -> None:
    cells = {"A1": "h", "A2": number("43951.41667824074", "instant"), "B2": number("43951", "day")}
    grid, found = read(workbook('date1904="1"', S=sheet(cells)))

    assert () == found
    assert grid is not None
    assert ["2024-05-01T10:00:01", "2024-05-01"] == [str(cell.text) for cell in grid.rows[1] if cell]


def test_workbook_that_unpacks_to_too_much_is_refused(monkeypatch) -> None:
    data = workbook(S=sheet({"A1": "h" * 10_000}))
    monkeypatch.setattr("steelyard.source.xlsx_grid.UNPACKED_LIMIT", 10_000)

    assert ["E118"] == [each.code for each in read(data)[1]]


def test_sheet_of_too_many_cells_is_refused_and_one_of_just_enough_taken(monkeypatch) -> None:
    monkeypatch.setattr("steelyard.source.xlsx_grid.CELLS_LIMIT", 10)

    assert () == read(workbook(S=sheet({"A1": "h", "B5": "x"})))[1]
    assert ["E103"] == [each.code for each in read(workbook(S=sheet({"A1": "h", "A11": "x"})))[1]]


def test_formula_with_its_result_is_taken() -> None:
    assert ("0.3", CellKind.NUMBER) == one("><f>0.1*3</f><v>0.3</v>")
    assert ("motor", CellKind.TEXT) == one('t="str"><f>B1</f><v>motor</v>')


@pytest.mark.parametrize("inside", ['t="e"><f>NA()</f><v>#N/A</v>', "><f>1/3</f>", "><f>1/3</f><v></v>"])
def test_cell_that_only_looks_empty_is_refused(inside) -> None:
    """It would be a condition that matches everything."""
    grid, found = read(workbook(S=sheet({"A1": "h", "A2": "x", "B2": inside})))

    assert grid is None
    assert [("E141", "t.xlsx!B2")] == [(each.code, str(each.span)) for each in found]


def test_merged_cells_are_refused() -> None:
    merged = '<mergeCells count="2"><mergeCell ref="A2:A3"/><mergeCell ref="B2:B2"/></mergeCells>'
    grid, found = read(workbook(S=sheet({"A1": "h", "A2": "x"}, merged)))

    assert grid is None
    assert [("E142", "t.xlsx!A2")] == [(each.code, str(each.span)) for each in found]


def test_text_is_as_written() -> None:
    for written in (" x ", "01001", "=1+1", '"missing"', "车险，人伤", "a\nb", "'"):
        assert (written, CellKind.TEXT) == one(text(written))


def test_empty_rows_and_cells_are_left_out() -> None:
    grid, _ = read(workbook(S=sheet({"B2": "h", "B5": "x", "C5": "  "})))

    assert grid is not None
    assert [[None, "h", None], [None, "x", None]] == [[c and str(c.text) for c in row] for row in grid.rows]
    assert [1, 4] == [row[1].text.span.line for row in grid.rows if row[1]]


def test_sheet_is_the_first_or_the_one_named() -> None:
    data = workbook(First=sheet({"A1": "a"}), 目标=sheet({"A1": "b"}))
    first, _ = read(data)
    second, _ = read(data, "目标")

    assert first is not None
    assert second is not None
    assert [("a", "t.xlsx!A1"), ("b", "t.xlsx!目标!A1")] == [
        (str(cell.text), str(cell.text.span)) for grid in (first, second) for cell in grid.rows[0] if cell
    ]


def test_unknown_sheet_is_answered_with_the_nearest() -> None:
    _, found = read(workbook(Targets=sheet({"A1": "a"})), "Tragets")

    assert [("E144", "did you mean `Targets`?")] == [(each.code, str(each.help)) for each in found]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "E118"),
        (b"a,b\n1,2\n", "E118"),
        (workbook(S=sheet({"A1": "h"}))[:-40], "E118"),
        (workbook(S="<worksheet"), "E118"),
        (workbook(S='<!DOCTYPE x [<!ENTITY a "b">]>' + sheet({"A1": "h"})), "E118"),
        (workbook(S=sheet({})), "E114"),
        (workbook(), "E114"),
        (encrypted(workbook(S=sheet({"A1": "h"}))), "E118"),
        (workbook(S=sheet({"A1": "h", "XFD1048576": "x"})), "E103"),
    ],
)
def test_unusable_workbook_is_said_at_the_place_that_names_it(data, code) -> None:
    grid, found = read(data)

    assert grid is None
    assert [(code, HERE)] == [(each.code, each.span) for each in found]


@given(st.integers(0, 1_048_575), st.integers(0, 16_383))
def test_reference_names_one_cell(row, column) -> None:
    assert (row, column) == place_of(reference(row, column))


@pytest.mark.parametrize("name", ["", "7", "B", "b7", "B7:C9", "ABCD1"])
def test_what_names_no_cell(name) -> None:
    assert place_of(name) is None


@given(st.integers(-(10**14), 10**14), st.integers(0, 6))
def test_a_decimal_stored_with_16_digits_is_the_decimal(units, scale) -> None:
    value = units / 10**scale

    assert number_meant(float(f"{value:.16g}")) == value
