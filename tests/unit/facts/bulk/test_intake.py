"""Files as an intake file says they are written: both intakes read them to the same values."""

# pyright: basic

from __future__ import annotations

import json
from dataclasses import replace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from steelyard.diagnostics import Diagnostics
from steelyard.facts import ReadOptions, read_portfolio
from steelyard.facts.digest import facts_digest
from steelyard.facts.intake import read_intake
from steelyard.ir.notation import Notation
from steelyard.ir.versions import versions_of
from workbooks import number, sheet, text, workbook


@pytest.fixture
def rules(shapes):
    """Cases with a day, a number and a word; calls of the case."""
    calls = shapes.relation(
        "calls", shapes.field("of", shapes.types["word"]), shapes.field("said", shapes.types["word"], optional=True),
        of_case="of",
    )  # fmt: skip
    day = shapes.field("day", shapes.types["day"], optional=True, notation=Notation(formats=("%d/%m/%Y",)))
    fields = (day, *shapes.optional("rate", "word"))
    return shapes.ruleset(shapes.key(), *fields, relations=[calls], timezone="America/New_York")


@pytest.fixture
def read(agree, rules, tmp_path):
    """Read files of a run as an intake file says."""

    def read(text: str, cases: str, data: bytes, calls: bytes | None = None):
        (tmp_path / "intake.yaml").write_text(text, "utf-8")
        (tmp_path / cases).write_bytes(data)
        (tmp_path / "calls.csv").write_bytes(calls or b"of,said\n")
        diagnostics = Diagnostics()
        found = read_intake(
            str(tmp_path / "intake.yaml"), versions_of(rules), {"cases": [cases], "calls": ["calls.csv"]}, diagnostics
        )
        assert found is not None, [str(one.headline) for one in diagnostics.sorted()]
        options = ReadOptions(by_file=found)
        return agree(found.versions, tmp_path / cases, {"calls": tmp_path / "calls.csv"}, options=options)

    return read


def values(portfolio) -> list[dict]:
    return [{name: value for name, value in case.values.items() if name != "key"} for case in portfolio.cases]


def test_each_file_has_its_encoding_and_delimiter(read) -> None:
    text = (
        "intake: 1\ncases: {encoding: gb18030, delimiter: tab}\nrelations: {calls: {encoding: utf-8, delimiter: ;}}\n"
    )

    portfolio = read(text, "c.csv", "key\tword\n1\t华东\n".encode("gb18030"), "of;said\n1;迟到\n".encode())

    assert values(portfolio) == [{"word": "华东"}]
    assert [row.values["said"] for row in portfolio.cases[0].rows["calls"]] == ["迟到"]


def test_what_is_said_of_a_file_counts_before_what_is_said_of_its_role(read) -> None:
    text = 'intake: 1\ncases: {encoding: gb18030, delimiter: ";"}\nfiles: {"c*.csv": {encoding: utf-8}}\n'

    assert values(read(text, "c.csv", "key;word\n1;华东\n".encode())) == [{"word": "华东"}]


@pytest.mark.parametrize("mark", ["", '"'])
def test_headings_header_and_skipped_rows(read, mark) -> None:
    text = "intake: 1\ncases:\n  header: 3\n  skip: 1\n  columns: {key: Claim No, rate: 'Rate, %'}\n"
    lines = (
        "Claims of May,,", "made by hand,,", f'{mark}Claim No{mark},"Rate, %",word' if mark else "Claim No,Rate%,word",
        "no,percent,text", "A1,0.5,x", ",,", "A2,1,y,z",
    )  # fmt: skip
    if not mark:
        text = text.replace("'Rate, %'", "Rate%")

    portfolio = read(text, "c.csv", "\n".join(lines).encode())

    assert values(portfolio) == [{"rate": 5000, "word": "x"}]
    assert [(one.line, one.value) for one in portfolio.rejects] == [(7, "A2,1,y,z")]


def test_sheet_and_merged_cells_of_a_workbook(read) -> None:
    text = "intake: 1\ncases: {sheet: 明细, header: 2, merged: fill}\n"
    cells = {"A1": "title", "A2": "key", "B2": "word", "A3": "1", "B3": "north", "A4": "2", "A5": "3", "B5": "south"}
    merged = '<mergeCells count="1"><mergeCell ref="B3:B4"/></mergeCells>'
    data = workbook(Cover=sheet({"A1": "key"}), 明细=sheet(cells, merged))

    portfolio = read(text, "c.xlsx", data)

    assert values(portfolio) == [{"word": "north"}, {"word": "north"}, {"word": "south"}]
    assert not any("sheet" in str(one) for one in portfolio.warnings)


def test_notations_of_the_run_stand_before_those_of_the_ruleset(read) -> None:
    text = (
        'intake: 1\ncases:\n  missing: ["-", NA]\n  fields:\n    day: {format: "%m/%d/%Y"}\n    word: {missing: []}\n'
    )

    portfolio = read(text, "c.csv", b"key,day,rate,word\n1,12/31/2024,-,-\n2,NA,0.5,\n3,31/12/2024,1,\n")

    assert values(portfolio) == [{"day": 20088, "word": "-"}, {"rate": 5000}]
    assert [one.where for one in portfolio.rejects] == ["day"]


@pytest.mark.parametrize("name", ["cases.csv", "cases.jsonl", "cases.parquet", "cases.xlsx"])
def test_cells_of_one_file_that_are_empty(read, tmp_path, name) -> None:
    """`#` and 99 are empty in this file; the role's own mark still counts, and the other file keeps its `#`."""
    rows = [("a", "03/04/2024", "99", "x"), ("b", "#", "0.5", " # "), ("c", "NA", "0.25", "x#")]
    names = ("key", "day", "rate", "word")
    match name.partition(".")[2]:
        case "csv":
            data = "\n".join(",".join(row) for row in (names, *rows)).encode()
        case "jsonl":
            data = "\n".join(json.dumps(dict(zip(names, row, strict=True))) for row in rows).encode()
        case "parquet":
            table = pa.table({one: [row[place] for row in rows] for place, one in enumerate(names)})
            pq.write_table(table, tmp_path / name)
            data = (tmp_path / name).read_bytes()
        case _:
            written = {(line, place): cell for line, row in enumerate((names, *rows)) for place, cell in enumerate(row)}
            cells = {f"{'ABCD'[place]}{line + 1}": text(cell) for (line, place), cell in written.items()}
            data = workbook(S=sheet(cells | {"C2": number("99"), "C3": number("0.5")}))
    said = 'intake: 1\ncases: {missing: NA}\nfiles: {"cases.*": {missing: ["#", "99"]}}\n'
    found = read(said, name, data, b"of,said\na,#\n")

    assert [
        {"day": 19816, "word": "x"},
        {"rate": 5000},
        {"rate": 2500, "word": "x#"},
    ] == values(found)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("cases: {sheet: May, header: 1}", ["`sheet` of `cases` has no meaning for `c.csv`: it is said of files that"]),
        ("relations: {calls: {merged: fill}}", ["`merged` of `calls` has no meaning for `calls.csv`"]),
        ('files: {"c*.csv": {sheet: May}}', ["`sheet` of `c*.csv` has no meaning for `c.csv`, `calls.csv`"]),
        ('files: {"*.*": {encoding: utf-8, delimiter: ","}}', []),
    ],
)
def test_what_is_said_in_vain_of_several_files_is_said_once(read, text, said) -> None:
    found = read(f"intake: 1\n{text}\n", "c.csv", b"key,word\n1,x\n")

    assert said == [
        str(one).removeprefix("intake file: ")[: len(each)] for one, each in zip(found.warnings, said, strict=False)
    ]
    assert len(said) == sum("intake file" in str(one) for one in found.warnings)


def test_encodings_and_delimiters_are_of_text(read) -> None:
    data = workbook(S=sheet({"A1": "key", "A2": "1"}))
    text = 'intake: 1\ncases: {encoding: gb18030, delimiter: ";", header: 1}\n'

    found = read(text, "c.xlsx", data)

    assert ["`encoding` of `cases` has", "`delimiter` of `cases` ha"] == [str(one)[13:38] for one in found.warnings][:2]


def test_headings_of_json_lines_and_parquet(read, tmp_path) -> None:
    text = "intake: 1\ncases: {columns: {word: Area}}\n"
    rows = [{"key": "1", "Area": "north"}, {"key": "2"}]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "made.parquet")

    for name, data in (
        ("c.jsonl", "\n".join(map(json.dumps, rows)).encode()),
        ("c.parquet", (tmp_path / "made.parquet").read_bytes()),
    ):
        assert values(read(text, name, data)) == [{"word": "north"}, {}]


def test_what_it_says_is_part_of_the_digest_of_the_facts_and_how_it_is_said_is_not(read, rules) -> None:
    same = "intake: 1\ncases: {encoding: utf-8}  # as ever\n", "intake: 1\ncases:\n  encoding: utf-8\n"
    other = "intake: 1\ncases: {encoding: utf-8, missing: x}\n"
    found = [read(text, "c.csv", b"key,word\n1,y\n").provenance for text in (*same, other)]

    first, second, third = (facts_digest(rules, one) for one in found)
    plain = facts_digest(rules, replace(found[0], options=ReadOptions()))

    assert first == second
    assert len({first, third, plain}) == 3


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("cases: {encoding: utf-9}", "T109", "unknown encoding `utf-9`"),
        ('cases: {delimiter: ",,"}', "T109", "`delimiter` takes one character, or `tab`"),
        ("cases: {header: 0}", "T109", "lines are counted from 1"),
        ("cases: {fields: {dai: {missing: x}}}", "N101", "`cases` has no `dai`"),
        ("cases: {columns: {dai: x}}", "N101", "`cases` has no `dai`"),
        ("cases: {fields: {word: {unit: hours}}}", "T107", "only a duration counts a unit of time, not text"),
        ('cases: {fields: {day: {format: "%d"}}}', "T109", "is no written form of"),
        ("relations: {cals: {encoding: utf-8}}", "N101", "the ruleset has no relation `cals`"),
        ("files: {c.csv: {sheet: May}}", "E113", "`sheet` has no meaning for `c.csv`"),
        ("files: {c.csv: {merged: fill}}", "E113", "`merged` has no meaning for `c.csv`"),
        ('files: {"d.csv": {encoding: utf-8}}', "N101", "no file of the run is called `d.csv`"),
        ("cases: {encodng: utf-8}", "M101", "unknown key `encodng`"),
        ("cases: {merged: yes}", "M106", "`cases.merged` cannot be `yes`"),
    ],
)
def test_what_is_wrong_is_said_at_its_place(rules, tmp_path, text, code, said) -> None:
    (tmp_path / "intake.yaml").write_text(f"intake: 1\n{text}\n", "utf-8")
    diagnostics = Diagnostics()

    assert read_intake(str(tmp_path / "intake.yaml"), versions_of(rules), {"cases": ["c.csv"]}, diagnostics) is None

    [one] = diagnostics.sorted()
    assert one.span is not None
    assert (one.code, one.span.line) == (code, 1)
    assert said in str(one.headline)


@pytest.mark.parametrize("text", ["- a\n", "intake: 2\n", "intake: 1\ncases: x\n"])
def test_what_is_no_intake_file(rules, tmp_path, text) -> None:
    (tmp_path / "intake.yaml").write_text(text, "utf-8")
    diagnostics = Diagnostics()

    assert read_intake(str(tmp_path / "intake.yaml"), versions_of(rules), {}, diagnostics) is None
    assert diagnostics.errors == 1


def test_a_heading_that_is_not_in_the_file_is_missed(rules, tmp_path) -> None:
    (tmp_path / "intake.yaml").write_text("intake: 1\ncases: {columns: {word: Area}}\n", "utf-8")
    (tmp_path / "c.csv").write_text("key,Region\n1,north\n", "utf-8")
    diagnostics = Diagnostics()
    said = read_intake(str(tmp_path / "intake.yaml"), versions_of(rules), {"cases": ["c.csv"]}, diagnostics)
    assert said is not None

    options = ReadOptions(by_file=said)
    assert read_portfolio(said.versions, [tmp_path / "c.csv"], {"calls": None}, diagnostics, options=options) is None

    assert [str(one.headline) for one in diagnostics.sorted()] == [
        "columns that the intake file names are missing: `Area`"
    ]
