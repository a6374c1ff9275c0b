"""Every cell of text means the same to both intakes, whatever the type that it is read as."""

# ruff: noqa: E501, RUF005 - pools of cells read best as they are

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

ZONES = ("Asia/Shanghai", "America/New_York", "Europe/Dublin", "Australia/Lord_Howe", "Pacific/Apia", "UTC")

NUMBERS = (
    (
        "0 -0 00 007 1 -1 +1 1.5 -0.5 .5 5. 1,5 1_000 1e2 1E2 0x10 １２ ٣ 12\N{NO-BREAK SPACE} 98% 98.5% 0.985% 9.85% 100%% "
        "% -% 98.55% 98.555% 0.1234 0.12345 1.0000 1.00000 1.10 -0.0001 inf nan NaN Infinity 1/2 ½ −1 --1 1- 1.2.3 "
        "1000000000000000 1000000000000001 -1000000000000000 -1000000000000001 9223372036854775807 9223372036854775808 "
        "-9223372036854775808 -9223372036854775809 99999999999.9999 100000000000.0000 100000000000.0001 "
        "10000000000000% 10000000000000.01% 15d -15d 15D 15days 1d1 d 15dd 1000000000000001d"
    ).split(" ")
    + ["0" * 70 + "5", "9" * 70, "0" * 70 + ".5", " 1", "1 ", "1\t", "1 000"]
    + (
        "8.0 -10.0 8.00 +5 +-5 +.5 -.5 -.0 . + 5.% ８．０ －３ ＋５ −3 －−3 ３４％ 98.50% 98.5000% 98.55000% 100.0% 1.000000 1.0000001 "
        "１，２３４ 1,234.50 15.0 15.0d 15.00 +15d 1.0 0.0 -0.0 310115.0 48201.0 48201.00 1001.0 20240501.0 20240501.5"
    ).split(" ")
    + [
        "98 %",
        "98.50  %",
        "8.0 ",
        "\N{IDEOGRAPHIC SPACE}8\N{NO-BREAK SPACE}",
        "15 days",
        "15 天",
        "15 D",
        "\x1c8\x85",
        "8\n",
        "8\N{ZERO WIDTH SPACE}",
    ]
)
FLAGS = (
    "true false True TRUE t f 1 0 01 yes no Yes y n 是 否 真 on off".split()
    + (
        "YES No NO Y N T F TrUe fALSE 假 ＴＲＵＥ ｙ Ｎ １ yeſ \N{KELVIN SIGN} tru İ yes\N{NO-BREAK SPACE} 0.00 1.5"
    ).split(" ")
    + [" yes", "no ", "  ", "\t", "\N{IDEOGRAPHIC SPACE}", "y n"]
)
DAYS = (
    "2024-05-01 2024/05/01 2024-05/01 2024.05.01 20240501 24-05-01 2024-5-1 2024-02-29 2023-02-29 1900-02-29 2000-02-29 "
    "2100-02-29 0000-01-01 0001-01-01 1899-12-31 1900-01-01 2200-12-31 2201-01-01 9999-12-31 10000-01-01 -2024-05-01 "
    "2024-00-10 2024-13-01 2024-04-31 ２０２４-05-01 01-05-2024 01/05/2024 2024-05-01Z today now infinity -infinity epoch "
    "2024-05-01T 2024-123 2024-W10-1 2024/5/1 2024.5.1 2024-5.1 2024-5/1 2024/5/32 2024/13/1 2023-2-29 2024年5月1日 2024年05月01 "
    "2024年5月1号 2024年5月 5月1日 20100503 20230229 201005030 ２０１００５０３ 2024-5-123 2024-005-1 202405 2024/5/1日 12024/5/1"
).split() + ["2024 年 5 月 1 日", "2024 - 5 - 1", " 2024-5-1", "2024/5/1 ", "2024-05 -01"]
INSTANTS = [
    *(f"2024-05-01{rest}" for rest in (
        "T10:00", " 10:00", "  10:00", "t10:00", "T10", "T10:00:00", "T10:00:00.", "T10:00:00.1", "T10:00:00.123456",
        "T10:00:00.1234567", "T10:00:00,5", "T24:00", "T24:00:00", "T23:59:60", "T23:60", "T25:00", "T10:00Z", "T10:00z",
        "T10:00 Z", "T10:00+08:00", "T10:00+0800", "T10:00+08", "T10:00-05:30", "T10:00+18:00", "T10:00+18:01",
        "T10:00+19:00", "T10:00+00:60", "T10:00-00:00", "T10:00:00.5+08:00", "T10:00:00.000001-1800", "T1:00",
        "T10:00:00+8:00", "T10:00 +08:00", "T10:00 America/New_York", "T10:00 UTC", "T10:00 PM", "T１0:00", "T10:00\n",
    )),
    "2024/05/01 10:00", "2024/05/01T10:00:00Z", "2024-05/01 10:00", "2023-02-29 10:00", "0000-05-01 10:00",
    "0001-01-01 00:00+18:00", "9999-12-31 23:59:59.999999-18:00", "1900-01-01 00:00", "1900-01-01 00:00:00Z",
    "1899-12-31 23:59:59.999999Z", "2200-12-31 23:59:59.999999Z", "2201-01-01 00:00Z", "2201-01-01 00:00",
    "now", "epoch", "infinity", "1714528800",
    *(f"{day}{rest}" for day in ("2024/5/1", "2024-05-01", "2024年5月1日", "20240501") for rest in (
        " 9:05", "  9:05", "T9:05", "t09:05z", " 9:05:07", " 9:5", " 9", " 9:05:7", " 24:00", " 23:60", " 9:05:00 AM", " 9:05 pm", " 9:05PM",
        " 9:05  Pm", " 12:00 AM", " 12:30 PM", " 00:05 AM", " 13:05 PM", " 0:05 PM", " 11:59:59.5 PM", " 9:05 PM Z", " 上午9:05", " 下午 9:05:00",
        " 上午 12:05", " 下午12:05", " 9时05分", "9时5分", " 9 时 5 分 3 秒", "9点", "21时05分09秒", " 9时05", " 下午9时05分", " 上午12时05分",
        " 25时", " 9:05Z", " 9:05 Z", " 9:05 UTC", " 9:05:00+08", " 9:05 +08:00", " 9:05 -0330", " 9:05+8", " 9:05:00.1230000", " 9:05:00.1234567",
        " 9:05:00.0000000Z", " 9:05:00.1234560+08:00", " ９：０５", " 9:05 ", " 9:05\n", " 0:00", " 00:00:00", "T00:00:00.000Z", " 00:00:00.001",
        " 00:00:00.0000000 +00:00", " 12:00:00 AM", " 00:00+08", " 00:00:00 UTC", "0时", "090500", "T090500Z", " - ", "T", " A", "上",
    )),
    "20240501090500", "20240501240000", "20240501090500.0", "202405010905", "1 2024/5/1 9:05", "5/1/2024 9:05", "2024/5/19:05",
]  # fmt: skip
# summers of Shanghai, New York, Dublin, Lord Howe; the day that Apia left out
CLOCKS = [
    f"{day} {time}"
    for day in (
        "1986-05-04 1986-09-14 1940-06-01 1901-01-01 1919-04-13 2024-03-10 2024-11-03 2024-03-31 2024-10-27 2024-04-07 "
        "2024-10-06 2011-12-29 2011-12-30 2011-12-31 1883-11-18 1945-08-14 1971-10-31 2199-03-10 2199-11-03"
    ).split()
    for time in "00:00 00:30 01:00 01:29:59.999999 01:30 01:59:59.999999 02:00 02:15 02:30 02:59:59 03:00 23:30".split()
]
LENGTHS = [
    *"1h 30min 45s 1h30min 1h30min45s 1.5h 0.1s 0.0000001s 0.000001s 1.0000000s 1h1h 30min1h 1s1h h min s -1h -".split(),
    *"PT1H PT30M PT1H30M PT0.5S PT1S1H P1D P1DT1H PT -PT1H PT-1H pt1h 1H 1m 24 24:00 0h -0h 1 1hour 1小时 0.5 ".split(" "),
    *"0.0000000001h 0.0000000025h 0.00000000025h 0.000000000277h 0.00000001min 0.0000001min 0.9765625min".split(),
    *"277777.777777777h 277777h46min40s 277777h46min40.000001s 1000000000s 1000000000.000001s 9999999999999999h".split(),
    "1" + "0" * 30 + "h", "0." + "0" * 40 + "h", "0.5" + "0" * 40 + "h", "0" * 40 + "1h", "1h 30min", "1 h", "１h",
]  # fmt: skip
WORDS = [
    "red",
    "Red",
    "green",
    "it's",
    "'",
    '"',
    "\\",
    "a\0b",
    "\0",
    "a;b",
    " ",
    " red",
    "é",
    "é",
    "𝒳",
    "x" * 300,
    "NULL",
    "\\N",
]
PLACES = (
    "310115 310000 310100 310015 000000 31 3101 429004 429000 001000 3101150 31011５ 48201 48000 00000 00 48 00001 "
    "4820 482 48201;48000 48201; ;48201 310115;310000 310115,310000 310115；310000 上海 上海;北京 上海;;北京 上海、北京"
).split() + [
    "310115; 310000",
    " 上海",
    "上海 ",
    "上海\N{IDEOGRAPHIC SPACE};北京",
    "\x1c;a",
    "a\x1c",
    "\x85",
    "a\xa0",
    "a\0",
    ";",
    "a b;c",
]
POOL = [*NUMBERS, *FLAGS, *DAYS, *INSTANTS, *CLOCKS, *LENGTHS, *WORDS, *PLACES, ""]


def quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"'


def write_csv(path: Path, names: list[str], rows: list[list[str]], quote=quoted) -> Path:
    lines = [",".join(names), *(",".join(map(quote, row)) for row in rows)]
    path.write_text("\n".join(lines) + "\n", "utf-8", newline="")
    return path


def diagonal(names: list[str], pool: list[str]) -> list[list[str]]:
    """A row for each cell and column, empty beside that."""
    rows = [[cell if name == other else "" for other in names] for cell in pool for name in names]
    return [[f"K{number}", *row] for number, row in enumerate(rows)]


@pytest.mark.parametrize("timezone", ZONES)
def test_cells_in_quotes(agree, shapes, tmp_path, timezone) -> None:
    names = list(shapes.types) if timezone == "Asia/Shanghai" else ["at", "day"]
    rules = shapes.ruleset(shapes.key(), *shapes.optional(*names), timezone=timezone)
    path = write_csv(tmp_path / "c.csv", ["key", *names], diagonal(names, POOL))

    portfolio = agree(rules, path)

    assert len(portfolio.cases) > 100
    assert len(portfolio.rejects) > 100


def test_cells_without_quotes(agree, shapes, tmp_path) -> None:
    names = list(shapes.types)
    pool = [cell for cell in POOL if not set(cell) & set('",\r\n')]
    rules = shapes.ruleset(shapes.key(), *shapes.optional())
    path = write_csv(tmp_path / "c.csv", ["key", *names], diagonal(names, pool), quote=str)

    assert agree(rules, path).cases


def test_cells_of_json(agree, shapes, tmp_path) -> None:
    names = list(shapes.types)
    odd = [
        *POOL,
        None,
        True,
        False,
        1,
        1.5,
        1e3,
        [],
        ["a"],
        ["310115", "310000"],
        ["a;b"],
        [""],
        ["a", None],
        [1],
        {},
        "\ud800",
    ]
    rules = shapes.ruleset(shapes.key(), *shapes.optional())
    rows = [{"key": f"K{n}", name: cell} for n, (cell, name) in enumerate((c, i) for c in odd for i in names)]
    path = tmp_path / "c.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)) + '\n[]\n{"key": "a", "key": "b"}\n{\n', "utf-8")

    assert agree(rules, path).cases


def test_cells_of_parquet_as_text(agree, shapes, tmp_path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    names = list(shapes.types)
    rows = diagonal(names, POOL)
    columns = {name: [row[place] or None for row in rows] for place, name in enumerate(["key", *names])}
    path = tmp_path / "c.parquet"
    pq.write_table(pa.table(columns), path, row_group_size=1000)

    assert agree(shapes.ruleset(shapes.key(), *shapes.optional()), path).cases


def test_cells_that_must_be_there(agree, shapes, tmp_path) -> None:
    names = ["whole", "word", "day", "at"]
    inputs = [shapes.field(name, shapes.types[name]) for name in names]
    rows = [
        [
            f"K{n}",
            "1" if n & 1 else "",
            "x" if n & 2 else "",
            "2024-05-01" if n & 4 else "",
            "2024-05-01 10:00" if n & 8 else "",
        ]
        for n in range(16)
    ]
    path = write_csv(tmp_path / "c.csv", ["key", *names], rows)

    portfolio = agree(shapes.ruleset(shapes.key(), *inputs), path)

    assert len(portfolio.cases) == 1


PIECES = [
    "2024", "2024/5/1", "2024-05-01", "20240501", "年", "月", "日", "号", "时", "点", "分", "秒", "小时", "分钟", "天", "上午", "下午",
    "0", "1", "5", "12", "09", "00", "9:05", "00:00", ":00", ".000", ".0", "0000000", " ", "  ", "T", "t", "Z", "z", "UTC", "AM", "pm",
    "+", "-", "+08", "-0330", "+08:00", "/", ".", "%", "h", "min", "s", "d", "days", "D", "Y", "yes", "TRUE", "１", "：", "／", "．", "＋",
    "－", "−", "％", "\N{IDEOGRAPHIC SPACE}", "\N{NO-BREAK SPACE}", "\n", "\t", "\x1f", "\x85", "310115", "48201", ";", "；", "é", "\\1",
]  # fmt: skip
CELLS = st.one_of(
    st.sampled_from(POOL),
    st.lists(st.sampled_from(PIECES), max_size=9).map("".join),
    st.lists(st.sampled_from(PIECES), max_size=9).map("".join),
    st.text("0123456789.-+%eE_ ", max_size=24),
    st.text("0123456789-/T :.Z+", max_size=30),
    st.text("0123456789hmins.PTHMS-d", max_size=16),
    st.builds(
        "{:04}{}{:02}{}{:02}{}{:02}:{:02}{}".format,
        st.integers(1895, 2205), st.sampled_from("--/"), st.integers(0, 13), st.sampled_from("--/"), st.integers(0, 32),
        st.sampled_from("T "), st.integers(0, 25), st.integers(0, 61),
        st.sampled_from(["", "Z", ":00", ":30.5", "+08:00", "-0500", ":59.999999Z", "+18:00", "+1801"]),
    ),
    st.integers(-(10**17), 10**17).map(str),
    st.decimals(-(10**12), 10**12, places=4).map(str),
    st.text(max_size=12),
)  # fmt: skip


@settings(max_examples=8, deadline=None)
@given(cells=st.lists(CELLS, min_size=40, max_size=90), timezone=st.sampled_from(ZONES))
def test_drawn_cells(agree, shapes, cells, timezone) -> None:
    names = list(shapes.types)
    texts = [cell.encode("utf-8", "replace").decode() for cell in cells]
    rules = shapes.ruleset(shapes.key(), *shapes.optional(), timezone=timezone)
    with TemporaryDirectory() as folder:
        path = write_csv(Path(folder, "c.csv"), ["key", *names], diagonal(names, texts))

        agree(rules, path)
