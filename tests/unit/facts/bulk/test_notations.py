"""Files in the notation that a field declares: both intakes read them to the same values, and refuse the same cells."""
# ruff: noqa: DTZ001 - the cells have no zones

# pyright: basic

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steelyard.calendars import zone
from steelyard.facts.single import CaseReader
from steelyard.ir.folding import Folding
from steelyard.ir.notation import Notation, Twice, Unit
from workbooks import number, sheet, workbook

NEW_YORK = zone("America/New_York")
HOUR = 3_600_000_000


def at(text: str) -> int:
    return NEW_YORK.parse_datetime(text)


def rules(shapes, relations=(), **declared):
    """A ruleset of optional inputs: by name a kind, and its notation."""
    fields = [
        shapes.field(name, shapes.types[kind], optional=True, notation=notation)
        for name, (kind, notation) in declared.items()
    ]
    return shapes.ruleset(shapes.key(), *fields, relations=relations, timezone="America/New_York")


def csv(tmp_path, *lines: str) -> Path:
    path = tmp_path / "c.csv"
    path.write_text("\n".join(lines) + "\n", "utf-8", newline="")
    return path


def values(portfolio, name: str) -> list:
    return [case.values.get(name) for case in portfolio.cases]


US = Notation(formats=("%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %H:%M"))


@pytest.mark.parametrize("mark", ["", '"'])
def test_dates_month_first(agree, shapes, tmp_path, mark) -> None:
    path = csv(
        tmp_path, f"{mark}key{mark},at", "1,01/05/2024 12:00:00 AM", "2,1/5/2024 13:00", "3,2024-01-05 13:00", "4,",
        "5,13/05/2024 13:00", "6,01/05/2024", "7,１/５/2024 13:00 ",
    )  # fmt: skip

    portfolio = agree(rules(shapes, at=("at", US)), path)

    noon = at("2024-01-05 13:00")
    forms = "`%m/%d/%Y %I:%M:%S %p`, `%m/%d/%Y %H:%M`"
    said = f"a date and time written as {forms}, such as `12/31/2024 11:58:30 PM`"
    assert values(portfolio, "at") == [at("2024-01-05 00:00"), noon, noon, None, noon]
    assert [(one.line, one.value, str(one.expected)) for one in portfolio.rejects] == [
        (6, "13/05/2024 13:00", said),
        (7, "01/05/2024", said),
    ]  # fmt: skip


def test_a_day_with_two_declared_readings_is_refused(agree, shapes, tmp_path) -> None:
    both = Notation(formats=("%d/%m/%Y", "%m/%d/%Y"))
    path = csv(tmp_path, "key,day", "1,31/12/2024", "2,12/31/2024", "3,05/06/2024", "4,06/06/2024")

    portfolio = agree(rules(shapes, day=("day", both)), path)

    assert values(portfolio, "day") == [20088, 20088, 19880]
    assert [(str(one.expected), str(one.hint)) for one in portfolio.rejects] == [
        ("a date that only one of the declared forms fits", "write the year first: `2024-06-05`, `2024-05-06`")
    ]


def test_marks_of_what_is_missing(agree, shapes, tmp_path) -> None:
    marked = Notation(missing=("N/A", "-1"))
    kinds = {name: (name, marked) for name in ("word", "whole", "rate", "at", "flag", "length", "place")}
    names = list(kinds)
    path = csv(
        tmp_path, ",".join(["key", *names]), "1" + ",N/A" * 7, "2" + ", N/A " * 7, "3,-1,-1,-1,,,,-1", "4,n/a,,,,,,",
    )  # fmt: skip

    portfolio = agree(rules(shapes, **kinds), path)

    found = [{name: value for name, value in case.values.items() if name != "key"} for case in portfolio.cases]
    assert found == [{}, {}, {}, {"word": "n/a"}]
    assert not portfolio.rejects


def test_words_for_true_and_false(agree, shapes, tmp_path) -> None:
    words = Notation(true=("1", "J"), false=("2", "N"))
    path = csv(tmp_path, "key,flag", "1,1", "2,2", "3,j", "4, N", "5,true", "6,0", "7,yes", "8,1.0")

    portfolio = agree(rules(shapes, flag=("flag", words)), path)

    assert values(portfolio, "flag") == [True, False, True, False, True, True]
    assert [(one.value, str(one.expected)) for one in portfolio.rejects] == [
        ("0", "one of `1`, `J`, `2`, `N`"), ("yes", "one of `1`, `J`, `2`, `N`"),
    ]  # fmt: skip


def test_numbers_with_groups_and_a_comma(agree, shapes, tmp_path) -> None:
    german, french = Notation(point=",", grouping="."), Notation(point=",", grouping=" ")
    path = tmp_path / "c.tsv"
    rows = [
        "key\tgerman\tfrench", "1\t1.234,5\t1 234,5", "2\t1234,5\t1\N{NARROW NO-BREAK SPACE}234,5", "3\t-1.234.567\t,5",
        "4\t1.5\t", "5\t12.34\t", "6\t\t12 34", "7\t98 %\t98,5%",
    ]  # fmt: skip
    path.write_text("\n".join(rows) + "\n", "utf-8")

    portfolio = agree(rules(shapes, german=("rate", german), french=("rate", french)), path)

    assert values(portfolio, "german") == [12345000, 12345000, -12345670000, 9800]
    assert values(portfolio, "french") == [12345000, 12345000, 5000, 9850]
    assert [str(one.expected) for one in portfolio.rejects] == [
        "a number written as `1.234,5`", "a number written as `1.234,5`", "a number written as `1 234,5`",
    ]  # fmt: skip


def test_plain_numbers_that_count_time(agree, shapes, tmp_path) -> None:
    hours, days = Notation(unit=Unit.HOURS, point=","), Notation(unit=Unit.DAYS)
    path = tmp_path / "c.csv"
    path.write_text('key,hours,days\n1,"2,5",2.5\n2,2,-0.25\n3,90min,36h\n4,PT2H,\n5,,x\n', "utf-8")

    portfolio = agree(rules(shapes, hours=("length", hours), days=("length", days)), path)

    assert values(portfolio, "hours") == [HOUR * 5 // 2, 2 * HOUR, HOUR * 3 // 2, 2 * HOUR]
    assert values(portfolio, "days") == [60 * HOUR, -6 * HOUR, 36 * HOUR, None]
    assert [one.value for one in portfolio.rejects] == ["x"]


def test_times_that_the_clock_showed_twice(agree, shapes, tmp_path) -> None:
    path = csv(
        tmp_path, "key,one,two,none", "1,2024-11-03 01:30,2024/11/3 1:30,", "2,2024-11-03 02:30,2024-11-03T01:30Z,",
        "3,,,2024-11-03 01:30",
    )  # fmt: skip
    declared = {
        "one": ("at", Notation(ambiguous=Twice.FIRST)),
        "two": ("at", Notation(ambiguous=Twice.SECOND)),
        "none": ("at", Notation()),
    }

    portfolio = agree(rules(shapes, **declared), path)

    assert values(portfolio, "one") == [at("2024-11-03 01:30-04:00"), at("2024-11-03 02:30")]
    assert values(portfolio, "two") == [at("2024-11-03 01:30-05:00"), at("2024-11-03 01:30Z")]
    assert [one.where for one in portfolio.rejects] == ["none"]


def test_keys_and_joins_are_normalised(agree, shapes, tmp_path) -> None:
    every = Notation(normalise=tuple(Folding))
    own = shapes.field("case", shapes.types["word"], notation=every)
    relation = shapes.relation("calls", own, shapes.field("n", shapes.types["whole"]), of_case="case")
    made = shapes.ruleset(shapes.key(notation=every), relations=[relation])
    path = csv(tmp_path, "key", "Málaga", "Ａ1 ", "b", "B")
    calls = tmp_path / "calls.csv"
    calls.write_text("case,n\nMa\u0301laga,1\n a1,2\nMÁLAGA\u3000,3\n", "utf-8")

    portfolio = agree(made, path, {"calls": calls})

    assert [case.key for case in portfolio.cases] == ["málaga", "a1"]
    assert [[row.values["n"] for row in case.rows["calls"]] for case in portfolio.cases] == [[1, 3], [2]]
    assert [one.key for one in portfolio.rejects] == ["b", "b"]


def test_json_numbers_keep_their_point(agree, shapes, tmp_path) -> None:
    path = tmp_path / "c.jsonl"
    rows = [{"key": "1", "rate": 1.234}, {"key": "2", "rate": "1.234"}, {"key": "3", "rate": 7}, {"key": "4"}]
    path.write_text("\n".join(map(json.dumps, rows)), "utf-8")

    portfolio = agree(rules(shapes, rate=("rate", Notation(point=",", grouping="."))), path)

    assert values(portfolio, "rate") == [12340, 12340000, 70000, None]


def test_typed_columns_of_parquet(agree, shapes, tmp_path) -> None:
    path = tmp_path / "c.parquet"
    columns = {
        "key": ["1", "2"],
        "rate": pa.array([Decimal("1.234"), Decimal("-1.000")], pa.decimal128(10, 3)),
        "length": pa.array([2.5, None], pa.float64()),
        "flag": pa.array([1, 2]),
        "at": pa.array([datetime(2024, 11, 3, 1, 30), datetime(2024, 1, 2, 3, 4)], pa.timestamp("us")),
        "day": ["3.11.2024", "2024-11-04"],
        "places": pa.array([["Ａ", " b"], []], pa.list_(pa.string())),
    }
    pq.write_table(pa.table(columns), path)
    declared = {
        "rate": ("rate", Notation(point=",", grouping=".", missing=("-1",))),
        "length": ("length", Notation(unit=Unit.MINUTES)),
        "flag": ("flag", Notation(true=("1",), false=("2",))),
        "at": ("at", Notation(formats=("%d.%m.%Y %H:%M",), ambiguous=Twice.SECOND)),
        "day": ("day", Notation(formats=("%d.%m.%Y",))),
        "places": ("places", Notation(normalise=(Folding.TRIM, Folding.WIDTH))),
    }

    portfolio = agree(rules(shapes, **declared), path)

    first, second = (dict(case.values) for case in portfolio.cases)
    assert first == {
        "key": "1", "rate": 12340, "length": HOUR // 24, "flag": True, "at": at("2024-11-03 01:30-05:00"), "day": 20030,
        "places": ("A", "b"),
    }  # fmt: skip
    assert second == {"key": "2", "flag": False, "at": at("2024-01-02 03:04"), "day": 20031}


def test_cells_of_a_workbook(agree, shapes, tmp_path) -> None:
    rows = [
        ["key", "rate", "length", "at", "day"],
        ["1", number("1.234"), number("2.5"), number("202401050905"), "05.01.2024"],
        ["2", "1,234", number("-1"), "5.1.2024 9:05", number("45296", 's="1"')],
    ]
    cells = {
        f"{column}{line}": cell for line, row in enumerate(rows, 1) for column, cell in zip("ABCDE", row, strict=True)
    }
    path = tmp_path / "c.xlsx"
    path.write_bytes(workbook(Cases=sheet(cells)))
    declared = {
        "rate": ("rate", Notation(point=",")),
        "length": ("length", Notation(unit=Unit.HOURS, missing=("-1",))),
        "at": ("at", Notation(formats=("%Y%m%d%H%M", "%d.%m.%Y %H:%M"))),
    }

    portfolio = agree(rules(shapes, **declared), path)

    assert values(portfolio, "rate") == [12340, 12340]
    assert values(portfolio, "length") == [HOUR * 5 // 2, None]
    assert values(portfolio, "at") == [at("2024-01-05 09:05")] * 2


def test_values_given_in_python(shapes) -> None:
    declared = {"at": ("at", US), "rate": ("rate", Notation(point=",", grouping="."))}
    reader = CaseReader(rules(shapes, **declared))

    read = reader.read_python({"key": "1", "at": "1/5/2024 13:00", "rate": Decimal("1.234")}, {})

    assert dict(read.case.values) == {"key": "1", "at": at("2024-01-05 13:00"), "rate": 12340}


def test_two_versions_may_read_one_column_in_two_notations(agree, shapes, tmp_path) -> None:
    from steelyard.ir.versions import Versions

    day = shapes.field("day", shapes.types["day"])
    made = [
        shapes.ruleset(
            shapes.key(), day, shapes.field("rate", shapes.types["rate"], notation=Notation(point=point)),
            version=version, days=days, reference="day",
        )
        for version, point, days in (("1", ".", (None, 19722)), ("2", ",", (19723, None)))
    ]  # fmt: skip
    path = tmp_path / "c.csv"
    path.write_text('key,day,rate\n1,2023-12-31,1.5\n2,2024-01-01,"1,5"\n3,2024-01-01,1.5\n', "utf-8")

    portfolio = agree(Versions(tuple(made)), path)

    assert values(portfolio, "rate") == [15000, 15000]
    assert [one.key for one in portfolio.rejects] == ["3"]


NOTATIONS = st.builds(
    Notation,
    missing=st.sampled_from([None, (), ("-",), ("N/A", "0", "-1")]),
    true=st.just(("Y", "1")),
    false=st.just(("n", "2")),
    formats=st.sampled_from([(), ("%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M"), ("%d.%m.%y", "%Y%m%d%H%M")]),
    unit=st.sampled_from([None, *Unit]),
    point=st.sampled_from([".", ","]),
    grouping=st.sampled_from([None, " ", "'"]),
    normalise=st.sets(st.sampled_from(Folding)).map(lambda some: tuple(sorted(some))),
    ambiguous=st.sampled_from(Twice),
)
PIECES = [
    "1", "5", "31", "12", "24", "2024", "/", ".", ",", " ", "'", "9:05", "01:30", "-", "+", "N/A", "0", "-1", "Y",
    "n", "h", "min", "%", "234", "２", "／", "\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}", "E\u0301", ";",
    "03/11/2024 01:30", "1/5/2024 9:05", "2024-11-03 01:30", "202411030130", "3.11.24", "true", "310115", "\x00", "Ａ",
]  # fmt: skip
CELLS = st.lists(st.sampled_from(PIECES), max_size=6).map("".join)


@settings(max_examples=8, deadline=None)
@given(cells=st.lists(CELLS, min_size=20, max_size=60), notation=NOTATIONS)
def test_drawn_cells_in_drawn_notations(agree, shapes, cells, notation) -> None:
    names = list(shapes.types)
    fields = [shapes.field(name, shapes.types[name], optional=True, notation=notation) for name in names]
    made = shapes.ruleset(shapes.key(), *fields, timezone="America/New_York")
    with TemporaryDirectory() as folder:
        path = Path(folder, "c.jsonl")
        rows = [{"key": f"{name}{n}", name: cell} for n, cell in enumerate(cells) for name in names]
        path.write_text("\n".join(json.dumps(row) for row in rows), "utf-8")

        agree(made, path)


def test_values_about_persons_are_not_quoted(agree, shapes, tmp_path) -> None:
    born = shapes.field("born", shapes.types["day"], personal=True)
    seen = shapes.field("seen", shapes.types["day"], optional=True, not_before="born")
    path = csv(tmp_path, "key,born,seen", "1,1/5/1980,", "2,1980-05-01,1979-12-31", "3,Li 4711,1", "4,x,1,Wang")

    rejects = agree(shapes.ruleset(shapes.key(), born, seen), path).rejects

    assert [(one.value, str(one.expected)) for one in rejects] == [
        ("9/9/9999", "a date such as `2024-05-01`"),
        ("1979-12-31", "not before `born`, which is `9999-99-99`"),
        ("xx 9999", "a date such as `2024-05-01`"),
        ("9,x,9,xxxx", "3 fields, but the row has 4"),
    ]
    assert [one.hint for one in rejects[:3]] == [None] * 3


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
def test_marks_of_what_is_missing_in_text_are_counted(agree, shapes, tmp_path, ending) -> None:
    words = ["NA", " N/A", "NA", "-", "无", "North", "", "unknown", "#N/A"]
    rows = [{"key": str(n), "word": word, "place": "?", "needed": "-", "known": "-"} for n, word in enumerate(words)]
    path = tmp_path / f"c.{ending}"
    match ending:
        case "csv":
            lines = (",".join(row.values()) for row in rows)
            path.write_text("\n".join((",".join(rows[0]), *lines)) + "\n", "utf-8")
        case "jsonl":
            path.write_text("\n".join(map(json.dumps, rows)), "utf-8")
        case _:
            pq.write_table(pa.Table.from_pylist(rows), path)
    known = shapes.field("known", shapes.types["word"], optional=True, notation=Notation(missing=()))
    optional = shapes.optional("word", "place")
    made = shapes.ruleset(shapes.key(), *optional, shapes.field("needed", shapes.types["word"]), known)

    warnings = list(map(str, agree(made, path).warnings))

    said = "are read as text, though people write them where a value is missing: declare"
    values = "for it, or `missing: []` if they are values"
    assert warnings == [
        f'cases: 6 values of `word` {said} `missing: ["NA", "#N/A", "-", "N/A", "无"]` {values}',
        f'cases: 9 values of `place` {said} `missing: ["?"]` {values}',
    ]


def test_marks_in_rows_of_relations_are_counted(agree, shapes, tmp_path) -> None:
    said = shapes.field("said", shapes.types["word"], optional=True, notation=Notation(normalise=(Folding.CASE,)))
    relation = shapes.relation("calls", shapes.field("case", shapes.types["word"]), said, of_case="case")
    calls = tmp_path / "calls.csv"
    calls.write_text('case,said\n1,NULL\n1,"x"\n2,Null\n', "utf-8")

    made = shapes.ruleset(shapes.key(), relations=[relation])

    [*_, warning] = agree(made, csv(tmp_path, "key", "1", "2"), {"calls": calls}).warnings

    assert str(warning).startswith("calls: 2 values of `said` are read as text")


def test_texts_of_parquet(agree, shapes, tmp_path) -> None:
    path = tmp_path / "c.parquet"
    good = ("1/5/2024 13:00", "1.234,5", " North")
    texts = [good, ("x", "1,5", None), (None, "1.5", "N/A"), ("2/5/2024 13:00", None, "")]
    rows = [{"key": f"K{n} ", "at": one[0], "rate": one[1], "word": one[2], "whole": n} for n, one in enumerate(texts)]
    pq.write_table(pa.Table.from_pylist(rows), path, row_group_size=3)
    declared = {
        "at": ("at", US),
        "rate": ("rate", Notation(point=",", grouping=".")),
        "word": ("word", Notation(normalise=(Folding.CASE, Folding.TRIM))),
        "whole": ("whole", Notation()),
    }
    made = rules(shapes, **declared)
    key = shapes.key(notation=Notation(normalise=(Folding.TRIM,)))

    portfolio = agree(shapes.ruleset(key, *made.inputs[1:], timezone="America/New_York"), path)

    assert [dict(case.values) for case in portfolio.cases] == [
        {"key": "K0", "at": at("2024-01-05 13:00"), "rate": 12345000, "word": "north", "whole": 0},
        {"key": "K3", "at": at("2024-02-05 13:00"), "whole": 3},
    ]
    assert [(one.key, one.where, one.value) for one in portfolio.rejects] == [
        ("K1 ", "at", "x"),
        ("K2 ", "rate", "1.5"),
    ]


def test_numbers_of_event_logs_keep_their_point(agree, shapes, tmp_path) -> None:
    path = tmp_path / "c.xes"
    path.write_text(
        '<log><trace><string key="concept:name" value="K1"/><float key="rate" value="1.234"/>'
        '<string key="word" value=" N "/></trace></log>', "utf-8",
    )  # fmt: skip
    declared = {
        "rate": ("rate", Notation(point=",", grouping=".")),
        "word": ("word", Notation(normalise=(Folding.TRIM,))),
    }
    made = rules(shapes, **declared)
    key = shapes.key(column="concept:name")

    portfolio = agree(shapes.ruleset(key, *made.inputs[1:], timezone="America/New_York"), path)

    assert [dict(case.values) for case in portfolio.cases] == [{"key": "K1", "rate": 12340, "word": "N"}]
