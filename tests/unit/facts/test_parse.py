"""The one grammar of values: what it takes, what it refuses, what it advises."""

# ruff: noqa: DTZ001 - the cells of workbooks have no zones

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steelyard.calendars import zone
from steelyard.diagnostics import msg
from steelyard.facts.cells import shown
from steelyard.facts.format import Style, format_value
from steelyard.facts.parse import parse
from steelyard.facts.places import well_formed
from steelyard.facts.problem import Problem
from steelyard.facts.quick import reader
from steelyard.ir.types import (
    NUMBER_LIMIT,
    Boolean,
    Date,
    DateTime,
    Days,
    Duration,
    Number,
    Range,
    Region,
    Regions,
    Text,
    default_range,
)

DECLARE = "write the year first; or declare how it is written: "
ORDER = "write the year first; or declare what comes first, the day or the month: "
UNIT = "write the unit: `24h` or `24min`; or declare it: `unit: hours` or `unit: minutes`"
GROUPS = ", or declare the sign between digits: `grouping: ','`"

SHANGHAI = zone("Asia/Shanghai")
H = 3_600_000_000


def read(cell, type_, range_):
    """Parse a cell; the prepared reader must say the same."""
    found = parse(cell, type_, range_, SHANGHAI)
    quick = reader(type_, range_, SHANGHAI)(cell)

    assert (type(quick), quick) == (type(found), found)
    return found


def value(cell, type_, low=None, high=None):
    found = read(cell, type_, None if low is None and high is None else Range(low, high))
    assert not isinstance(found, Problem), (str(found.expected), str(found.hint))
    return found


def problem(cell, type_, low=None, high=None) -> tuple[str, str | None]:
    found = read(cell, type_, None if low is None and high is None else Range(low, high))
    assert isinstance(found, Problem), found
    return str(found.expected), None if found.hint is None else str(found.hint)


@pytest.mark.parametrize(
    ("text", "scale", "units"),
    [
        ("0", 0, 0),
        ("-0", 0, 0),
        ("-12", 0, -12),
        ("007", 0, 7),
        ("1", 2, 100),
        ("0.98", 2, 98),
        ("98%", 2, 98),
        ("98%", 4, 9800),
        ("98.5%", 3, 985),
        ("-0.5%", 3, -5),
        ("0%", 2, 0),
        ("1.50", 2, 150),
        ("1000000000000000", 0, NUMBER_LIMIT),
        ("-1000000000000000", 0, -NUMBER_LIMIT),
        ("0" * 5000 + "1", 0, 1),
    ],
)
def test_numbers_are_read_exactly(text, scale, units) -> None:
    assert value(text, Number(scale)) == units


@pytest.mark.parametrize(
    ("text", "scale", "units"),
    [
        ("98.50", 1, 985),
        ("8.0", 0, 8),
        ("-10.0", 0, -10),
        ("8.", 0, 8),
        ("5.0%", 2, 5),
        ("98.50 %", 3, 985),
        ("+1", 2, 100),
        (".5", 2, 50),
        ("-.5", 2, -50),
        (" 5", 2, 500),
        ("5\n", 2, 500),
        ("５ ", 0, 5),
        ("－９．５", 1, -95),
        ("−3", 0, -3),
        ("９８％", 2, 98),
        ("\N{NO-BREAK SPACE}7\N{IDEOGRAPHIC SPACE}", 0, 7),
    ],
)
def test_usual_spellings_of_numbers(text, scale, units) -> None:
    assert value(text, Number(scale)) == units


@pytest.mark.parametrize(
    ("text", "scale", "hint"),
    [
        ("98.55", 1, None),
        ("100%", 0, "write `1`"),
        ("98%", 1, None),
        ("1e2", 2, None),
        ("1_000", 2, None),
        ("1,000", 2, "write `1000`" + GROUPS),
        ("１，０００．５０", 2, "write `1000.5`" + GROUPS),
        ("1 000", 2, None),
        ("1.01", 1, None),
        ("+-1", 2, None),
        ("1,00", 2, "declare the sign before the fraction: `decimal: ','`"),
        ("٣", 2, None),
        ("--1", 2, None),
        ("%", 2, None),
        ("NaN", 2, None),
        ("Infinity", 2, None),
        ("five", 2, None),
        ("1\0", 2, None),
        ("1" * 5000 + "x", 2, None),
    ],
)
def test_other_spellings_of_numbers_are_refused_with_advice(text, scale, hint) -> None:
    expected, said = problem(text, Number(scale))

    assert expected == (
        "a whole number" if scale == 0 else f"a number with at most {scale} digit{'s' * (scale > 1)} after the point"
    )
    assert said == hint


def test_a_number_outside_its_range_says_the_range() -> None:
    assert value("0", Number(4), 0, 10000) == 0
    assert value("1", Number(4), 0, 10000) == 10000
    assert problem("98", Number(4), 0, 10000) == ("a value from `0.0000` to `1.0000`", "write `98%` or `0.98`")
    assert problem("101", Number(4), 0, 10000) == ("a value from `0.0000` to `1.0000`", None)
    assert problem("-0.0001", Number(4), 0, 10000)[0] == "a value from `0.0000` to `1.0000`"
    assert problem("101%", Number(4), 0, 10000)[1] is None
    assert problem("98", Number(1), 0, 10)[1] is None
    assert problem("100", Number(2), 0, 100)[1] == "write `100%` or `1`"
    assert problem("5", Number(0), 6, None) == ("a value of at least `6`", None)
    assert problem("7", Number(0), None, 6) == ("a value of at most `6`", None)


@pytest.mark.parametrize("text", ["1000000000000001", "-1000000000000001", "9" * 60, "9" * 61, "9" * 100_000])
def test_numbers_have_a_range_without_declaring_one(text) -> None:
    assert problem(text, Number(0))[0] == "a value from `-1000000000000000` to `1000000000000000`"


@pytest.mark.parametrize(
    "text",
    [*"true TRUE True 1 1.0 yes YES Yes y Y t T 是 真 ＴＲＵＥ".split(), " yes", "是 ", "Y\N{IDEOGRAPHIC SPACE}"],
)
def test_spellings_of_true(text) -> None:
    assert value(text, Boolean()) is True


@pytest.mark.parametrize("text", [*"false FALSE False 0 0.0 no NO No n N f F 否 假".split(), "no ", "\tN"])
def test_spellings_of_false(text) -> None:
    assert value(text, Boolean()) is False


@pytest.mark.parametrize("text", ["2", "01", "-0.0", "on", "y e s", "对"])
def test_other_words_are_no_booleans(text) -> None:
    words = "`true`, `false`, `1`, `0`, `yes`, `no`, `y`, `n`, `t`, `f`, `是`, `否`, `真`, `假`"
    assert problem(text, Boolean()) == (f"one of {words}", None)


@pytest.mark.parametrize(
    "type_", [Number(0), Boolean(), Date(), DateTime(), Duration(), Days(), Region("gb2260"), Regions("fips")]
)
@pytest.mark.parametrize("cell", [" ", "\t\n", "\N{IDEOGRAPHIC SPACE}"])
def test_a_field_of_blanks_is_missing_unless_it_is_text(type_, cell) -> None:
    assert value(cell, type_) is None
    assert value(cell, Text()) == value(cell, Region("name")) == cell


@pytest.mark.parametrize(
    "type_", [Number(0), Text(), Boolean(), Date(), DateTime(), Duration(), Days(), Region("name")]
)
@pytest.mark.parametrize("cell", ["", None, ()])
def test_an_empty_field_is_missing(type_, cell) -> None:
    assert value(cell, type_) is None


def test_dates() -> None:
    assert value("1970-01-02", Date()) == value("1970/01/02", Date()) == 1
    assert value("2024-02-29", Date()) == (date(2024, 2, 29) - date(1970, 1, 1)).days
    assert value("1900-01-01", Date()) == (date(1900, 1, 1) - date(1970, 1, 1)).days
    assert value("2200-12-31", Date()) == (date(2200, 12, 31) - date(1970, 1, 1)).days


@pytest.mark.parametrize(
    "text",
    [
        "2024-5-1", "2024/5/1", "2024.5.1", "2024.05.01", "2024年5月1日", "2024年05月01号", "2024 年 5 月 1 日",
        "20240501", "20240501.0", "２０２４／５／１", " 2024-05-01 ", "2024-05-01 00:00:00", "2024-05-01T00:00:00.000",
        "2024-05-01T00:00:00.000Z", "2024-05-01 00:00:00+08", "2024-05-01 00:00:00.0000000 +02:00", "2024/5/1 0:00",
        "2024/5/1 12:00:00 AM", 20240501.0,
    ],
)  # fmt: skip
def test_usual_spellings_of_dates(text) -> None:
    assert value(text, Date()) == value("2024-05-01", Date())


@pytest.mark.parametrize("number", [45413.0, 20240501.5, 20230229.0, 1e15])
def test_a_number_is_a_date_only_with_its_eight_digits(number) -> None:
    assert problem(number, Date())


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("2023-02-29", "there is no such day"),
        ("2023-00-01", "there is no such day"),
        ("2023/2/29", "there is no such day"),
        ("20230229", "there is no such day"),
        ("2024-05-01 00:00:01", "write `2024-05-01`"),
        ("2024-5-123", None),
        ("2024年5月", None),
        ("01/05/2024", ORDER + '`format: "%d/%m/%Y"` or `format: "%m/%d/%Y"`'),
        ("13/05/2024", DECLARE + '`format: "%d/%m/%Y"`'),
        ("33/55/2024", "write the year first, then the month, then the day"),
        ("now", None),
        ("45413", None),
    ],
)
def test_other_spellings_of_dates_are_refused(text, hint) -> None:
    assert problem(text, Date()) == ("a date such as `2024-05-01`", hint)


def test_dates_and_instants_have_a_range_without_declaring_one() -> None:
    assert problem("1899-12-31", Date()) == ("a value from `1900-01-01` to `2200-12-31`", None)
    assert problem("2201-01-01", Date())[0] == "a value from `1900-01-01` to `2200-12-31`"
    assert value("1900-01-01T00:00Z", DateTime()) == -25_567 * 24 * H
    assert "from" in problem("1899-12-31T23:59:59.999999Z", DateTime())[0]
    assert value("2200-12-31T23:59:59.999999Z", DateTime()) == 84_371 * 24 * H - 1
    assert "from" in problem("2201-01-01T00:00Z", DateTime())[0]


def test_datetimes_are_local_where_no_offset_stands() -> None:
    assert value("1970-01-01T08:00", DateTime()) == 0
    assert value("1970-01-01 08:00:00.000001", DateTime()) == 1
    assert value("1970-01-01T00:00Z", DateTime(open=True)) == 0


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("2024/5/1 9:05", "2024-05-01 09:05"),
        ("2024-5-1  9:05:07", "2024-05-01 09:05:07"),
        ("2024.5.1 19:05", "2024-05-01 19:05"),
        ("2024年5月1日 9时05分", "2024-05-01 09:05"),
        ("2024年5月1日9时5分3秒", "2024-05-01 09:05:03"),
        ("2024年12月31日21点", "2024-12-31 21:00"),
        ("2024-05-01 9:05:00 AM", "2024-05-01 09:05"),
        ("2024/5/1 9:05:07 pm", "2024-05-01 21:05:07"),
        ("2024-05-01 12:05 AM", "2024-05-01 00:05"),
        ("2024-05-01 12:05PM", "2024-05-01 12:05"),
        ("2024/5/1 上午 9:05", "2024-05-01 09:05"),
        ("2024/5/1 下午 9:05:07", "2024-05-01 21:05:07"),
        ("2024/5/1 下午 12:05", "2024-05-01 12:05"),
        ("2024年5月1日下午3时05分", "2024-05-01 15:05"),
        ("2024-05-01t10:00z", "2024-05-01 10:00Z"),
        ("2024-05-01 10:00:00 UTC", "2024-05-01 10:00Z"),
        ("2024-05-01 10:00:00+02", "2024-05-01 10:00+02:00"),
        ("2024-05-01 10:00 -03:30", "2024-05-01 10:00-03:30"),
        ("2024-05-01 10:00:00.1234560", "2024-05-01 10:00:00.123456"),
        ("2024-05-01 10:00:00.0000000Z", "2024-05-01 10:00Z"),
        ("20240501 9:05", "2024-05-01 09:05"),
        ("20240501090507", "2024-05-01 09:05:07"),
        ("２０２４／５／１　９：０５ ", "2024-05-01 09:05"),
    ],
)
def test_usual_spellings_of_datetimes(text, plain) -> None:
    assert value(text, DateTime()) == value(plain, DateTime())


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("2024-05-01", "add the time of day: `2024-05-01 09:00`"),
        ("2024-02-30", "there is no such day"),
        ("2024-05-01T24:00:00", "write `00:00` of the next day"),
        ("2024-05-01T10:60", "there is no such time of day"),
        ("2024/5/1 24:00", "write `00:00` of the next day"),
        ("2024/5/1 9:60", "there is no such time of day"),
        ("1991/4/14 2:30", "the clocks of `Asia/Shanghai` skipped this time: write it with an offset"),
        ("2024/5/1 13:05 PM", None),
        ("2024/5/1 上午12:05", "12 o'clock in the morning has two readings: write `00:05` or `12:05`"),
        ("5/1/2024 9:05:00 AM", ORDER + '`format: "%d/%m/%Y %I:%M:%S %p"` or `format: "%m/%d/%Y %I:%M:%S %p"`'),
        ("2024/5/19:05", None),
        ("2023-02-29T10:00", "there is no such day"),
        ("2024-05-01T10:00:00.1234567", "write at most 6 digits of a second"),
        ("1991-04-14 02:30", "the clocks of `Asia/Shanghai` skipped this time: write it with an offset"),
        (
            "1991-09-15 01:30",
            (
                "the clocks of `Asia/Shanghai` showed this time twice: write `1991-09-15T01:30:00+09:00` or "
                "`1991-09-15T01:30:00+08:00`, or declare it of the input: `ambiguous: first` or `ambiguous: second`"
            ),
        ),
        ("01.05.2024 10:00", ORDER + '`format: "%d.%m.%Y %H:%M"` or `format: "%m.%d.%Y %H:%M"`'),
        ("now", None),
    ],
)
def test_other_spellings_of_datetimes_are_refused(text, hint) -> None:
    assert problem(text, DateTime()) == ("a date and time such as `2024-05-01 10:00`", hint)


@pytest.mark.parametrize(
    ("text", "us"),
    [
        ("24h", 24 * H),
        ("1h30min", 90 * 60_000_000),
        ("1h30min45s", 5_445_000_000),
        ("1.5h", H + H // 2),
        ("-1h", -H),
        ("0s", 0),
        ("0.000001s", 1),
        ("90min", 90 * 60_000_000),
        ("PT26H24M", 26 * H + 24 * 60_000_000),
        ("PT0S", 0),
        ("24 h", 24 * H),
        ("1h 30min", 90 * 60_000_000),
        ("1小时30分钟", 90 * 60_000_000),
        ("１h５分３秒 ", H + 303_000_000),
        ("-PT1H0.5S", -H - 500_000),
    ],
)
def test_durations_are_spelled_as_in_the_language_or_iso(text, us) -> None:
    assert value(text, Duration()) == us


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("24", UNIT),
        ("2H", "write `2h`"),
        ("P1DT2H", "write `PT26H`"),
        ("P1D", None),
        ("PT", None),
        ("h", None),
        ("-", None),
        ("30min1h", None),
        ("1h1h", None),
        ("0.0000001s", None),
        ("PT1h", None),
        ("26:24", None),
        ("PT-1H", None),
    ],
)
def test_other_spellings_of_durations_are_refused(text, hint) -> None:
    assert problem(text, Duration()) == ("a length of time such as `1h30min` or `PT1H30M`", hint)


def test_durations_have_a_range_without_declaring_one() -> None:
    assert value("277777h", Duration()) == 277_777 * H
    assert "from" in problem("277778h", Duration())[0]
    assert "from" in problem("9" * 5000 + "h", Duration())[0]


def test_days() -> None:
    assert value("15d", Days()) == value("15", Days()) == 15
    assert value("-3d", Days()) == -3
    assert [value(text, Days()) for text in ("15.0", "15 days", "15天", "15 D", "+15", "１５ ")] == [15] * 6
    assert problem("1.5d", Days()) == ("a whole number of days such as `15d`", None)
    assert problem("15bd", Days())[1] is None
    assert problem("8", Days(), 0, 7)[0] == "a value from `0` to `7`"


@pytest.mark.parametrize(
    "text", [" x ", "上海市", "NO", "12:30", "2024.10", "null", "a\tb", "a\nb", "😀", "x" * 100_000]
)
def test_text_is_exactly_what_was_written(text) -> None:
    assert value(text, Text()) == text


def test_text_that_no_file_could_hold_again_is_refused() -> None:
    assert problem("a\0b", Text())[0] == "text without NUL characters"
    assert problem("a\0b", Region("name"))[0] == "text without NUL characters"
    assert problem("\ud800", Text())[0] == "text without halves of surrogate pairs"
    assert problem("\udfff", Text())[0] == "text without halves of surrogate pairs"
    assert problem("a;b\0", Regions("name"))[0] == "text without NUL characters"


def test_closed_text_suggests_what_was_meant() -> None:
    levels = Text(("blue", "yellow", "orange", "red"), ordered=True)

    assert value("red", levels) == "red"
    assert problem("Red", levels) == ("one of `blue`, `yellow`, `orange`, `red`", "did you mean `red`?")
    assert problem("purple", levels) == ("one of `blue`, `yellow`, `orange`, `red`", None)
    many = Text(tuple(f"value-{n:03}" for n in range(100)))
    assert problem("quite another", many)[0].startswith("one of 100 values, such as `value-")


@pytest.mark.parametrize(
    ("scheme", "text"),
    [("gb2260", "310000"), ("fips", "01"), ("fips", "01001"), ("name", "Åland; islands"), ("name", " x")],
)
def test_places(scheme, text) -> None:
    assert value(text, Region(scheme)) == text


@pytest.mark.parametrize(
    ("scheme", "text", "hint"),
    [
        ("gb2260", "3100", "digits may have been lost: write `310000`"),
        ("gb2260", "31", "digits may have been lost: write `310000`"),
        ("gb2260", "31000", None),
        ("gb2260", "3100000", None),
        ("fips", "1001", "digits may have been lost: write `01001`"),
        ("fips", "1", "digits may have been lost: write `01`"),
        ("fips", "123", None),
        ("fips", "010010", None),
        ("fips", "AL", None),
    ],
)
def test_codes_of_the_wrong_length_are_refused(scheme, text, hint) -> None:
    assert problem(text, Region(scheme))[1] == hint


@pytest.mark.parametrize("text", ["310115 ", "３１０１１５", "310115.0", "\t310115"])
def test_usual_spellings_of_codes(text) -> None:
    assert value(text, Region("gb2260")) == "310115"
    assert value(f"{text.strip()} ", Regions("gb2260") if text != "310115.0" else Region("gb2260"))


def test_lists_of_places() -> None:
    assert value("310000;320000", Regions("gb2260")) == ("310000", "320000")
    assert value("310000", Regions("gb2260")) == ("310000",)
    assert value(("310000", "320000"), Regions("gb2260")) == ("310000", "320000")
    assert value("New York;Ohio", Regions("name")) == ("New York", "Ohio")
    expected = "a list of regions, with `;` between them"
    assert problem("310000; 320000", Regions("gb2260")) == (expected, "write `310000;320000`")
    assert problem("310000,320000", Regions("gb2260")) == (expected, "write `310000;320000`")
    assert problem("310000;", Regions("gb2260")) == (expected, "write `310000`")
    assert problem("310000;3200", Regions("gb2260")) == (expected, None)
    assert problem("New York ;Ohio", Regions("name")) == (expected, "write `New York;Ohio`")
    assert problem(";", Regions("name")) == (expected, None)
    assert problem(("a;b",), Regions("name"))[0] == expected
    assert problem(("a", ""), Regions("name"))[0] == expected


def test_a_list_is_no_single_value() -> None:
    assert problem(("a",), Text()) == ("text", "the field holds a list")


@pytest.mark.parametrize(
    ("double", "scale", "units"),
    [
        (0.98, 2, 98),
        (0.98, 4, 9800),
        (1001.0, 0, 1001),
        (-0.1, 1, -1),
        (0.0, 3, 0),
        (-0.0, 3, 0),
        (123456789.12, 2, 12345678912),
        (1e15, 0, 10**15),
    ],
)
def test_a_double_is_the_decimal_it_is_nearest_to(double, scale, units) -> None:
    assert value(double, Number(scale)) == units


@pytest.mark.parametrize(
    ("double", "scale"),
    [
        (0.1 + 0.2, 1),
        (0.98, 1),
        (0.5, 0),
        (1.5, 0),
        (float("nan"), 2),
        (float("inf"), 2),
        (-float("inf"), 2),
        (2.0**53, 0),
        (1e300, 4),
        (5e-324, 4),
        (1e15 / 7, 2),
    ],
)
def test_a_double_that_is_no_such_decimal_is_refused(double, scale) -> None:
    assert (
        problem(double, Number(scale))[1]
        == "the cell holds a binary fraction: round it, or store it as text or as a decimal"
    )


@given(st.integers(0, 6), st.integers(-(10**14), 10**14))
def test_every_decimal_survives_a_workbook(scale, units) -> None:
    assert value(units / 10**scale, Number(scale)) == units


def test_doubles_where_no_number_is_declared() -> None:
    assert value(1001.0, Text()) == "1001"
    assert value(310000.0, Region("gb2260")) == "310000"
    assert problem(1001.0, Region("fips"))[1] == "digits may have been lost: write `01001`"
    assert problem(1001.5, Text())[0] == "text, but the cell is a number"
    assert value(999999999999999.0, Text()) == "999999999999999"
    assert problem(1e15, Text())[0] == "text, but the cell is a number"
    assert problem(45000.5, DateTime())[0] == "a date, but the cell is a number"
    assert value(1.0, Boolean()) is True
    assert value(0.0, Boolean()) is False
    assert problem(0.5, Boolean())[1] is None
    assert value(3.0, Days()) == 3
    assert problem(24.0, Duration())[1] == UNIT


def test_local_datetimes_of_workbooks() -> None:
    assert value(datetime(1970, 1, 1, 8), DateTime()) == 0
    assert value(datetime(1970, 1, 2), Date()) == 1
    assert value(date(1970, 1, 2), Date()) == 1
    assert "time of day" in str(problem(date(1970, 1, 2), DateTime())[1])
    assert problem(date(1970, 1, 2), Number(0))[0] == "no date, but the cell is one"
    assert problem(datetime(1970, 1, 2, 1), Date())[0] == "a date without a time of day"
    assert problem(datetime(1970, 1, 2), Text())[0] == "no date, but the cell is one"
    assert "skipped" in str(problem(datetime(1991, 4, 14, 2, 30), DateTime())[1])


def test_a_cell_that_could_not_be_read_stays_a_problem() -> None:
    bad = Problem(msg("a single value"))

    assert parse(bad, Text(), None, SHANGHAI) == bad


def test_refused_cells_are_shown_as_they_stand() -> None:
    assert shown(None) == shown(Problem(msg("a single value"))) == ""
    assert shown(("a", "b")) == "a;b"
    assert shown(date(2024, 5, 1)) == "2024-05-01"
    assert shown(1.5) == "1.5"
    assert shown(1001.0) == "1001"
    assert shown(datetime(2024, 5, 1, 10)) == "2024-05-01 10:00:00"


TYPES = st.one_of(
    st.integers(0, 9).map(Number),
    st.sampled_from([Text(), Boolean(), Date(), DateTime(), Duration(), Days(), Region("name"), Region("fips")]),
    st.sampled_from([Region("gb2260"), Regions("name"), Regions("gb2260")]),
)
NAMES = st.text(st.characters(exclude_characters=";\0", exclude_categories=["Cs"]), min_size=1)
CODES = st.integers(100_000, 999_999).map(str).filter(lambda code: well_formed("gb2260", code))
COUNTIES = st.integers(0, 99_999).map("{:05}".format).filter(lambda code: well_formed("fips", code))


@st.composite
def stored(draw):
    type_ = draw(TYPES)
    match type_:
        case Boolean():
            return type_, draw(st.booleans())
        case Text() | Region("name"):
            return type_, draw(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1))
        case Region("fips"):
            return type_, draw(COUNTIES)
        case Region():
            return type_, draw(CODES)
        case Regions("name"):
            trimmed = NAMES.filter(lambda name: name == name.strip())
            return type_, tuple(draw(st.lists(trimmed, min_size=1)))
        case Regions():
            return type_, tuple(draw(st.lists(CODES, min_size=1)))
        case _:
            limits = default_range(type_)
            return type_, draw(st.integers(limits.low, limits.high))


@given(stored())
def test_what_format_writes_parse_reads_back(pair) -> None:
    type_, at_rest = pair
    for here in (SHANGHAI, zone("America/New_York"), zone("Asia/Kathmandu")):
        assert parse(format_value(at_rest, type_, here, Style.DATA), type_, None, here) == at_rest


@given(TYPES, st.text())
def test_nothing_that_is_read_is_out_of_range_and_nothing_raises(type_, text) -> None:
    found = parse(text, type_, None, SHANGHAI)

    if isinstance(found, Problem):
        assert str(found.expected)
        assert found.hint is None or str(found.hint)
    elif found is not None:
        assert parse(format_value(found, type_, SHANGHAI), type_, None, SHANGHAI) == found
