"""Files as spreadsheets, databases and pandas write them: both intakes read them, and to the same values."""
# ruff: noqa: DTZ001 - the cells have no zones

# pyright: basic

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from steelyard.calendars import zone
from steelyard.facts.single import CaseReader
from workbooks import number, sheet, workbook

SHANGHAI = zone("Asia/Shanghai")


def day(year: int, month: int, number: int) -> int:
    return (date(year, month, number) - date(1970, 1, 1)).days


def at(text: str, here=SHANGHAI) -> int:
    return here.parse_datetime(text)


def rules_of(shapes, timezone="Asia/Shanghai", **kinds):
    fields = [shapes.field(name, shapes.types[kind], optional=True) for name, kind in kinds.items()]
    return shapes.ruleset(shapes.key(), *fields, timezone=timezone)


def values(portfolio) -> list[dict]:
    assert not portfolio.rejects
    return [{name: value for name, value in case.values.items() if name != "key"} for case in portfolio.cases]


def csv(tmp_path, *lines: str, **more):
    path = tmp_path / "c.csv"
    path.write_text("\n".join(lines) + "\n", newline="", **{"encoding": "utf-8"} | more)
    return path


def test_flags_of_spreadsheets_of_pandas_and_of_people(agree, shapes, tmp_path) -> None:
    words = ["Yes", "No", "YES", "True", "Y", "", "TRUE", "FALSE", "N", "假"]
    path = csv(tmp_path, "key,flag", *(f"{place},{word}" for place, word in enumerate(words)))

    found = values(agree(rules_of(shapes, flag="flag"), path))

    assert [one.get("flag") for one in found] == [True, False, True, True, True, None, True, False, False, False]


def test_times_of_a_chinese_spreadsheet(agree, shapes, tmp_path) -> None:
    path = csv(tmp_path, "key,报案,支付,率", "K1,2025/8/1 9:05,2025/8/3 10:00,98.5%", encoding="utf-8-sig")

    found = values(agree(rules_of(shapes, 报案="at", 支付="at", 率="rate"), path))

    assert found == [{"报案": at("2025-08-01 09:05"), "支付": at("2025-08-03 10:00"), "率": 9850}]


def test_days_that_databases_write_with_midnight(agree, shapes, tmp_path) -> None:
    path = csv(
        tmp_path, "key,day,filed", "1,2018-08-16 00:00:00,2018-08-17 00:00:00", "2,1998-02-07T00:00:00.000Z,",
        "3,2023-12-10T00:00:00.000,",
    )  # fmt: skip

    found = values(agree(rules_of(shapes, "America/New_York", day="day", filed="day"), path))

    assert found == [
        {"day": day(2018, 8, 16), "filed": day(2018, 8, 17)}, {"day": day(1998, 2, 7)}, {"day": day(2023, 12, 10)},
    ]  # fmt: skip


def test_whole_numbers_with_gaps_as_pandas_writes_them(agree, shapes, tmp_path) -> None:
    path = csv(tmp_path, "key,delay,days,day", "1,8.0,15.0,20240501.0", "2,,,", "3,-10.0,,")

    found = values(agree(rules_of(shapes, delay="whole", days="days", day="day"), path))

    assert found == [{"delay": 8, "days": 15, "day": day(2024, 5, 1)}, {}, {"delay": -10}]


def test_what_has_two_readings_is_refused_with_a_form_that_is_read(agree, shapes, tmp_path) -> None:
    rules = rules_of(shapes, day="day", at="at", whole="whole", flag="flag")
    path = csv(
        tmp_path, "key,day,at,whole,flag", "1,1/5/2024,,,", "2,,1/5/2024 9:05,,", '3,,,"1,234",', "4,,,,2",
        "5,,2024/5/1 上午12:05,,",
    )  # fmt: skip

    rejects = agree(rules, path).rejects

    first = "write the year first; or declare what comes first, the day or the month: "
    assert [(one.key, str(one.hint)) for one in rejects] == [
        ("1", first + '`format: "%d/%m/%Y"` or `format: "%m/%d/%Y"`'),
        ("2", first + '`format: "%d/%m/%Y %H:%M"` or `format: "%m/%d/%Y %H:%M"`'),
        ("3", "write `1234`, or declare the sign between digits: `grouping: ','`"),
        ("4", "None"),
        ("5", "12 o'clock in the morning has two readings: write `00:05` or `12:05`"),
    ]


def test_text_and_keys_of_text_stay_as_they_are_written(agree, shapes, tmp_path) -> None:
    rules = rules_of(shapes, word="word", place="place")
    path = csv(tmp_path, "key,word,place", "１ , Ａ ,上海 ", "1 , ,")

    portfolio = agree(rules, path)

    assert [dict(case.values) for case in portfolio.cases] == [
        {"key": "１ ", "word": " Ａ ", "place": "上海 "},
        {"key": "1 ", "word": " "},
    ]


@pytest.mark.parametrize("mark", ["", '"'])
def test_rows_without_any_value_are_skipped_and_counted(agree, shapes, tmp_path, mark) -> None:
    lines = [
        f"{mark}key{mark},word,whole",
        ",,",
        "a,x,1",
        "  , ,\N{IDEOGRAPHIC SPACE}",
        "   ",
        "",
        ",",
        ",,,,,",
        "b,,2",
        ",,",
    ]
    path = csv(tmp_path, *lines)

    portfolio = agree(rules_of(shapes, word="word", whole="whole"), path)

    assert values(portfolio) == [{"word": "x", "whole": 1}, {"whole": 2}]
    assert "cases: 6 rows of `c.csv` have no value and are skipped" in map(str, portfolio.warnings)


def test_a_row_with_a_value_but_no_key_is_rejected(agree, shapes, tmp_path) -> None:
    path = csv(tmp_path, "key,word", ",x", "a,")

    [reject] = agree(rules_of(shapes, word="word"), path).rejects

    assert (reject.line, str(reject.expected)) == (2, "a value (it is required)")


def test_json_lines(agree, shapes, tmp_path) -> None:
    path = tmp_path / "c.jsonl"
    rows = [
        {"key": "1", "flag": "Y", "whole": 8.0, "day": 20240501, "at": "2024/5/1 9:05"},
        {"key": "2", "flag": 1, "whole": "８", "day": "2024-05-01T00:00:00", "at": 20240501090500},
    ]
    path.write_text("\n".join(map(json.dumps, rows)), "utf-8")

    found = values(agree(rules_of(shapes, flag="flag", whole="whole", day="day", at="at"), path))

    plain = {"flag": True, "whole": 8, "day": day(2024, 5, 1)}
    assert found == [plain | {"at": at("2024-05-01 09:05")}] * 2


def test_typed_columns_of_parquet(agree, shapes, tmp_path) -> None:
    path = tmp_path / "c.parquet"
    columns = {
        "key": ["1"],
        "whole": pa.array([Decimal("8.00")], pa.decimal128(38, 2)),
        "day": [20240501],
        "far": [20240501.0],
        "aware": pa.array([datetime(2024, 5, 1)], pa.timestamp("us", "UTC")),
        "at": [20240501090500],
        "days": pa.array([Decimal("15.0")]),
        "flag": pa.array([Decimal("1.0")]),
    }
    pq.write_table(pa.table(columns), path)
    rules = rules_of(shapes, whole="whole", day="day", far="day", aware="day", at="at", days="days", flag="flag")

    found = values(agree(rules, path))

    first = day(2024, 5, 1)
    assert found == [
        {"whole": 8, "day": first, "far": first, "aware": first, "at": at("2024-05-01 09:05"), "days": 15, "flag": True}
    ]


def test_cells_of_a_workbook(agree, shapes, tmp_path) -> None:
    rows = [
        ["key", "whole", "day", "at", "flag"],
        ["1", "8.0 ", number("20240501"), "2024年5月1日 9时05分", "是 "],
        ["2", "８", "2024/5/1", "2024/5/1 9:05:00 AM", 't="b"><v>1</v>'],
    ]
    cells = {
        f"{column}{line}": cell for line, row in enumerate(rows, 1) for column, cell in zip("ABCDE", row, strict=True)
    }
    path = tmp_path / "c.xlsx"
    path.write_bytes(workbook(Cases=sheet(cells)))

    found = values(agree(rules_of(shapes, whole="whole", day="day", at="at", flag="flag"), path))

    assert found == [{"whole": 8, "day": day(2024, 5, 1), "at": at("2024-05-01 09:05"), "flag": True}] * 2


def test_values_given_in_python(shapes) -> None:
    reader = CaseReader(rules_of(shapes, whole="whole", day="day", at="at", flag="flag"))

    read = reader.read_python(
        {"key": "1", "whole": Decimal("8.0"), "day": datetime(2024, 5, 1), "at": "2024/5/1 9:05", "flag": "Y"}, {}
    )

    expected = {"key": "1", "whole": 8, "day": day(2024, 5, 1), "at": at("2024-05-01 09:05"), "flag": True}
    assert dict(read.case.values) == expected
