"""Files of one role that write their fields in ways of their own: both intakes read each as its file is written."""

# pyright: basic

from __future__ import annotations

import json
from datetime import date, timedelta

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from steelyard.diagnostics import Diagnostics
from steelyard.facts import ReadOptions
from steelyard.facts.intake import read_intake
from steelyard.ir.notation import Notation
from steelyard.ir.versions import Versions, versions_of
from workbooks import number, sheet, text, workbook


@pytest.fixture
def read(agree, tmp_path):
    """Read files of cases, and of a relation where some are given, as an intake file says."""

    def read(rules, said: str, cases: dict[str, bytes], calls: dict[str, bytes] | None = None):
        (tmp_path / "intake.yaml").write_text(f"intake: 1\n{said}", "utf-8")
        names = {"cases": [*cases], "calls": [*(calls or {})]}
        for name, data in (cases | (calls or {})).items():
            (tmp_path / name).write_bytes(data)
        diagnostics = Diagnostics()
        found = read_intake(str(tmp_path / "intake.yaml"), versions_of(rules), names, diagnostics)
        assert found is not None, [str(one.headline) for one in diagnostics.sorted()]
        relations = {"calls": [tmp_path / name for name in calls]} if calls is not None else {}
        options = ReadOptions(by_file=found)
        return agree(found.versions, [tmp_path / name for name in cases], relations, options=options)

    return read


def values(portfolio) -> list[dict]:
    return [{name: value for name, value in case.values.items() if name != "key"} for case in portfolio.cases]


def day(text: str) -> int:
    return (date.fromisoformat(text) - date(1970, 1, 1)) // timedelta(days=1)


JANUARY = b"key,day,rate,flag,length,word\na,31/01/2024,1.5,Y,5,NA\nb,1/2/2024,0.25,,1.5,-\n"
FEBRUARY = b"key;day;rate;flag;length;word\nc;02/29/2024;1,5;N;90;NA\nd;2/1/2024;0,25;Y;;-\n"
SAID = """\
cases: {missing: NA}
files:
  jan.csv:
    fields:
      day: {format: "%d/%m/%Y"}
      flag: {"true": Y, "false": N}
      length: {unit: hours}
      word: {missing: "-"}
  feb.csv:
    delimiter: ;
    fields:
      day: {format: "%m/%d/%Y"}
      rate: {decimal: ","}
      flag: {"true": N, "false": Y}
      length: {unit: minutes}
"""
MINUTE = 60_000_000


def test_each_file_is_read_as_it_is_written(read, shapes) -> None:
    rules = shapes.ruleset(shapes.key(), *shapes.optional("day", "rate", "flag", "length", "word"))

    found = read(rules, SAID, {"jan.csv": JANUARY, "feb.csv": FEBRUARY})

    assert [
        {"day": day("2024-01-31"), "rate": 15000, "flag": True, "length": 300 * MINUTE, "word": "NA"},
        {"day": day("2024-02-01"), "rate": 2500, "length": 90 * MINUTE},
        {"day": day("2024-02-29"), "rate": 15000, "flag": True, "length": 90 * MINUTE},
        {"day": day("2024-02-01"), "rate": 2500, "flag": False, "word": "-"},
    ] == values(found)


def test_rejects_say_how_their_own_file_is_written(read, shapes) -> None:
    rules = shapes.ruleset(shapes.key(), shapes.field("day", shapes.types["day"]))
    files = {"jan.csv": b"key,day\na,31/01/2024\nb,01/31/2024\n", "feb.csv": b"key,day\nc,31/01/2024\nd,01/31/2024\n"}
    said = 'files: {jan.csv: {fields: {day: {format: "%d/%m/%Y"}}}, feb.csv: {fields: {day: {format: "%m/%d/%Y"}}}}\n'

    found = read(rules, said, files)

    assert [{"day": day("2024-01-31")}] * 2 == values(found)
    assert [("jan.csv", 3), ("feb.csv", 2)] == [(one.file, one.line) for one in found.rejects]
    assert ["%d/%m/%Y" in str(one.expected) for one in found.rejects] == [True, False]


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet", "xlsx"])
def test_files_of_every_kind(read, shapes, tmp_path, ending) -> None:
    """The other file is as the role says, in the same order of columns."""
    rules = shapes.ruleset(
        shapes.key(), shapes.field("day", shapes.types["day"], optional=True, notation=Notation(formats=("%d/%m/%Y",)))
    )
    rows = [("a", "02/03/2024"), ("b", "13/03/2024"), ("c", "")]
    match ending:
        case "csv":
            data = "\n".join(",".join(row) for row in (("key", "day"), *rows)).encode()
        case "jsonl":
            data = "\n".join(json.dumps({"key": key, "day": day}) for key, day in rows).encode()
        case "parquet":
            pq.write_table(pa.table({"key": [k for k, _ in rows], "day": [d for _, d in rows]}), tmp_path / "x.parquet")
            data = (tmp_path / "x.parquet").read_bytes()
        case _:
            cells = {f"A{line}": text(k) for line, (k, _) in enumerate(rows, 2)}
            cells |= {f"B{line}": text(d) for line, (_, d) in enumerate(rows, 2)}
            data = workbook(S=sheet({"A1": text("key"), "B1": text("day"), **cells}))
    files = {f"a.{ending}": data, "other.csv": b"key,day\nd,02/03/2024\n"}

    found = read(rules, 'files: {"a.*": {fields: {day: {format: "%m/%d/%Y"}}}}\n', files)

    assert [day("2024-02-03"), None, day("2024-03-02")] == [one.get("day") for one in values(found)]
    assert [("b", "13/03/2024")] == [(one.key, one.value) for one in found.rejects]


def test_numbers_of_a_workbook_and_texts_of_parquet_that_are_typed(read, shapes, tmp_path) -> None:
    """What has a type of its own is only changed where it counts a unit, or means missing."""
    rules = shapes.ruleset(shapes.key(), *shapes.optional("rate", "length"))
    pq.write_table(pa.table({"key": ["b"], "rate": [99.0], "length": [2]}), tmp_path / "x.parquet")
    cells = {"A1": text("key"), "B1": text("rate"), "C1": text("length"), "A2": text("a")}
    files = {
        "a.xlsx": workbook(S=sheet(cells | {"B2": number("1.5"), "C2": number("3")})),
        "b.parquet": (tmp_path / "x.parquet").read_bytes(),
    }
    said = 'files: {"*": {fields: {rate: {decimal: ",", missing: "99"}, length: {unit: hours}}}}\n'

    found = read(rules, said, files)

    assert [{"rate": 15000, "length": 180 * MINUTE}, {"length": 120 * MINUTE}] == values(found)


def test_the_reference_date_and_the_key_of_versions(read, shapes) -> None:
    """The version is chosen by the date as the file writes it, and every version reads as the file writes."""
    fields = (
        shapes.key(),
        shapes.field("day", shapes.types["day"], notation=Notation(formats=("%d/%m/%Y",))),
        *shapes.optional("word"),
    )
    new = day("2024-02-01")
    rules = Versions((
        shapes.ruleset(*fields, version="1", days=(None, new - 1), reference="day"),
        shapes.ruleset(*fields, *shapes.optional("rate"), version="2", days=(new, None), reference="day"),
    ))  # fmt: skip
    rows = b"key,day,rate,word\nA,01/02/2024,0.5,x\nb,02/01/2024,0.5,y\nC,13/13/2024,0.5,z\n"
    said = 'files: {us.csv: {fields: {day: {format: "%m/%d/%Y"}, key: {normalise: case}}}}\n'

    found = read(rules, said, {"eu.csv": rows, "us.csv": rows.replace(b"\nA", b"\nD").replace(b"\nb", b"\nB1")})

    assert ["A", "b", "d", "b1"] == [case.key for case in found.cases]
    assert [True, False, False, True] == ["rate" in case.values for case in found.cases]
    assert ["C", "C"] == [one.key for one in found.rejects]


def test_joined_keys_are_normalised_as_their_file_says(read, shapes) -> None:
    rules = shapes.ruleset(shapes.key(), *shapes.optional("word"))
    said = "cases: {key: {columns: [A, B]}}\nfiles: {low.csv: {fields: {key: {normalise: case}}}}\n"
    row = b"A,B,word\nX,Y,one\n"

    assert ["x-y", "X-Y"] == [case.key for case in read(rules, said, {"low.csv": row, "as.csv": row}).cases]


def test_files_of_a_relation(read, shapes) -> None:
    calls = shapes.relation(
        "calls", shapes.field("of", shapes.types["word"]), shapes.field("at", shapes.types["at"]), of_case="of"
    )
    rules = shapes.ruleset(shapes.key(), relations=[calls])
    files = {
        "eu.csv": b"of,at\na,03/04/2024 09:00\n",
        "us.csv": b"of,at\na,03/04/2024 09:00\nb,13/13/2024 09:00\n",
    }
    said = (
        'files: {eu.csv: {fields: {at: {format: "%d/%m/%Y %H:%M"}}}, '
        'us.csv: {fields: {at: {format: "%m/%d/%Y %H:%M"}}}}\n'
    )

    found = read(rules, said, {"c.csv": b"key\na\nb\n"}, files)

    first, second = (row.values["at"] for row in found.cases[0].rows["calls"])
    assert (first - second) / (24 * 60 * MINUTE) == day("2024-04-03") - day("2024-03-04")
    assert ["calls.at"] == [one.where for one in found.rejects]


def test_marks_are_not_asked_about_where_their_file_says_what_is_missing(read, shapes) -> None:
    rules = shapes.ruleset(shapes.key(), *shapes.optional("word"))
    files = {"a.csv": b"key,word\na,N/A\nb,-\n", "b.csv": b"key,word\nc,N/A\n"}

    found = read(rules, "files: {a.csv: {fields: {word: {missing: []}}}}\n", files)

    [warning] = map(str, found.warnings)
    assert warning.startswith("cases: 1 value of `word` is read as text")


def test_two_readings_of_one_column_may_change_places(read, shapes) -> None:
    """What one field reads in one file, the other field reads in the other: files are not read as one."""
    eu, us = Notation(formats=("%d/%m/%Y",)), Notation(formats=("%m/%d/%Y",))
    rules = shapes.ruleset(
        shapes.key(),
        shapes.field("one", shapes.types["day"], column="day", notation=eu),
        shapes.field("two", shapes.types["day"], column="day", notation=us),
    )
    said = 'files: {b.csv: {fields: {one: {format: "%m/%d/%Y"}, two: {format: "%d/%m/%Y"}}}}\n'
    row = b"key,day\n%s,03/04/2024\n"

    found = read(rules, said, {"a.csv": row % b"a", "b.csv": row % b"b"})

    april, march = day("2024-04-03"), day("2024-03-04")
    assert [{"one": april, "two": march}, {"one": march, "two": april}] == values(found)


@pytest.mark.parametrize(
    ("said", "code", "headline"),
    [
        ("files: {c.csv: {fields: {dai: {missing: x}}}}", "N101", "`cases` has no `dai`"),
        ("files: {calls.csv: {fields: {day: {missing: x}}}}", "N101", "`calls` has no `day`"),
        ('files: {"*": {fields: {dai: {missing: x}}}}', "N101", "none of `cases`, `calls` has `dai`"),
        ("files: {c.csv: {fields: {word: {unit: hours}}}}", "T107", "only a duration counts a unit of time, not text"),
        ('files: {c.csv: {fields: {day: {format: "%d"}}}}', "T109", "is no written form of"),
        ("files: {c.csv: {columns: {said: x}}}", "N101", "`cases` has no `said`"),
    ],
)
def test_what_is_wrong_is_said_at_its_place(shapes, tmp_path, said, code, headline) -> None:
    calls = shapes.relation("calls", shapes.field("said", shapes.types["word"]))
    rules = shapes.ruleset(shapes.key(), *shapes.optional("day", "word"), relations=[calls])
    (tmp_path / "intake.yaml").write_text(f"intake: 1\n{said}\n", "utf-8")
    diagnostics = Diagnostics()
    files = {"cases": ["c.csv"], "calls": ["calls.csv"]}

    assert read_intake(str(tmp_path / "intake.yaml"), versions_of(rules), files, diagnostics) is None

    [one] = diagnostics.sorted()
    assert one.span is not None
    assert (one.code, one.span.line) == (code, 1)
    assert headline in str(one.headline)
