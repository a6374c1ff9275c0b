"""`steelyard table export`: whole or not at all, and read back as the same ruleset."""

from __future__ import annotations

from pathlib import Path
from zipfile import ZipFile

import pytest

RULESET = """
steelyard: 1
ruleset: r
version: {version}
effective: "{effective}"
timezone: Asia/Shanghai
case:
  key: k
  reference_date: d
  inputs: {{k: text, d: date, a: integer}}
tables:
  targets:
    hit: first
    inputs: {{a: a}}
    outputs: {{target: decimal(2)}}
    rows:
      - {{a: "< 5", target: {target}, note: 低}}
      - {{target: 98%}}
indicators:
  x: {{measure: a, target: targets.target, better: higher, score: met, weight: 1}}
score: {{method: weighted_mean}}
"""


@pytest.fixture
def ruleset(tmp_path: Path) -> Path:
    path = tmp_path / "r.yaml"
    path.write_text(RULESET.format(version=1, effective="[2024-01-01..)", target="1.50"), "utf-8")
    return path


def digest_of(steelyard, path: Path) -> str:
    return steelyard("show", path).out.partition("\n")[0]


def test_without_a_file_the_rows_go_to_standard_output(ruleset: Path, steelyard):
    done = steelyard("table", "export", ruleset, "targets")

    assert (0, "") == (done.status, done.err)
    assert ["a,target,note", "< 5,1.50,低", ",98%,"] == done.out.splitlines()


@pytest.mark.parametrize("kind", [".csv", ".xlsx", ".XLSX"])
def test_what_is_written_stands_for_the_rows(kind: str, ruleset: Path, steelyard):
    if kind != ".csv":
        pytest.importorskip("xlsxwriter")
    before = digest_of(steelyard, ruleset)
    done = steelyard("table", "export", ruleset, "targets", "-o", ruleset.parent / f"t{kind}")
    text = ruleset.read_text("utf-8")
    rows = text[text.index("    rows:") : text.index("indicators:")]
    ruleset.write_text(text.replace(rows, f"    file: t{kind}\n"), "utf-8")

    assert (0, "") == (done.status, done.out)
    assert f"`file: t{kind}`" in done.err
    assert before.startswith("digest of the policy: ")
    assert before == digest_of(steelyard, ruleset)
    assert ["r.yaml", f"t{kind}"] == sorted(path.name for path in ruleset.parent.iterdir())


FORMULA = "=cmd"


def test_formulas_are_marked_where_that_is_asked_for(ruleset: Path, steelyard):
    ruleset.write_text(ruleset.read_text("utf-8").replace("低", FORMULA).replace("1.50", "-1.50"), "utf-8")
    exact = steelyard("table", "export", ruleset, "targets")
    done = steelyard("table", "export", ruleset, "targets", "--csv-safe")
    harmless = steelyard("table", "export", ruleset, "targets", "--csv-safe", "-o", ruleset.parent / "t.csv")

    assert ["a,target,note", f"< 5,-1.50,{FORMULA}", ",98%,"] == exact.out.splitlines()
    assert ["a,target,note", f"< 5,-1.50,'{FORMULA}", ",98%,"] == done.out.splitlines()
    assert (0, "") == (done.status, exact.err)
    assert "cannot stand for the rows" in done.err
    assert 0 == harmless.status
    assert "may stand for the rows" not in harmless.err
    assert f"'{FORMULA}" in (ruleset.parent / "t.csv").read_text("utf-8")


def test_marks_are_for_csv_and_a_workbook_holds_texts(ruleset: Path, steelyard):
    calamine = pytest.importorskip("python_calamine")
    pytest.importorskip("xlsxwriter")
    ruleset.write_text(ruleset.read_text("utf-8").replace("低", FORMULA), "utf-8")
    book = ruleset.parent / "t.xlsx"

    assert 2 == steelyard("table", "export", ruleset, "targets", "-o", book, "--csv-safe").status
    assert not book.exists()
    assert 0 == steelyard("table", "export", ruleset, "targets", "-o", book).status
    rows = calamine.load_workbook(str(book)).get_sheet_by_index(0).to_python()
    assert ["< 5", 1.5, FORMULA] == rows[1]
    with ZipFile(book) as parts:
        assert b"<f>" not in parts.read("xl/worksheets/sheet1.xml")


def test_an_existing_file_is_replaced_as_a_whole(ruleset: Path, steelyard):
    target = ruleset.parent / "t.csv"
    target.write_text("x" * 1000)

    assert 0 == steelyard("table", "export", ruleset, "targets", "-o", target).status
    assert target.read_text("utf-8-sig").startswith("a,target,note\n")


def test_of_several_versions_the_newest_or_the_one_named(ruleset: Path, steelyard):
    ruleset.write_text(RULESET.format(version=1, effective="[2023-01-01..2023-12-31]", target="1"), "utf-8")
    newer = ruleset.with_name("s.yaml")
    newer.write_text(RULESET.format(version=2, effective="[2024-01-01..)", target="2"), "utf-8")

    assert "< 5,2,低" in steelyard("table", "export", ruleset.parent, "targets").out
    assert "< 5,1,低" in steelyard("table", "export", ruleset.parent, "targets", "--version", "1").out
    assert 2 == steelyard("table", "export", ruleset.parent, "targets", "--version", "3").status


def test_unknown_table_is_answered_with_the_nearest(ruleset: Path, steelyard):
    done = steelyard("table", "export", ruleset, "target")

    assert (2, "") == (done.status, done.out)
    assert "did you mean `targets`" in done.err


@pytest.mark.parametrize("name", ["t.ods", "t", "t.json"])
def test_other_kinds_of_file_are_wrong_usage(name: str, ruleset: Path, steelyard):
    done = steelyard("table", "export", ruleset, "targets", "-o", ruleset.parent / name)

    assert 2 == done.status
    assert not (ruleset.parent / name).exists()


def test_a_folder_that_is_not_there_is_wrong_usage(ruleset: Path, steelyard):
    assert 2 == steelyard("table", "export", ruleset, "targets", "-o", ruleset.parent / "none" / "t.csv").status


def test_a_ruleset_with_errors_is_not_exported(ruleset: Path, steelyard):
    ruleset.write_text(ruleset.read_text("utf-8").replace("98%", "98x"), "utf-8")
    done = steelyard("table", "export", ruleset, "targets", "-o", ruleset.parent / "t.csv")

    assert 1 == done.status
    assert "T109" in done.err
    assert not (ruleset.parent / "t.csv").exists()


def test_a_cell_that_the_file_cannot_keep_leaves_no_file(ruleset: Path, steelyard):
    pytest.importorskip("xlsxwriter")
    ruleset.write_text(ruleset.read_text("utf-8").replace("低", "低" * 32_768), "utf-8")
    done = steelyard("table", "export", ruleset, "targets", "-o", ruleset.parent / "t.xlsx")

    assert 1 == done.status
    assert "note" in done.err
    assert ["r.yaml"] == [path.name for path in ruleset.parent.iterdir()]


def test_what_has_no_column_is_said(ruleset: Path, steelyard):
    text = ruleset.read_text("utf-8").replace("{target: 98%}", "{target: 98%, source: {clause: Art. 3}}")
    ruleset.write_text(text, "utf-8")
    done = steelyard("table", "export", ruleset, "targets")

    assert 0 == done.status
    assert "warning: the clauses" in done.err


def test_findings_in_a_workbook_name_the_cell(ruleset: Path, steelyard):
    from workbooks import sheet, workbook

    (ruleset.parent / "targets.xlsx").write_bytes(workbook(S=sheet({"A1": "a", "B1": "target", "B7": "12x"})))
    text = ruleset.read_text("utf-8")
    rows = text[text.index("    rows:") : text.index("indicators:")]
    ruleset.write_text(text.replace(rows, "    file: targets.xlsx\n"), "utf-8")
    done = steelyard("check", ruleset)

    assert 1 == done.status
    assert "targets.xlsx!B7: T109 error: `12x` is not a number\n  help: " in done.out
    assert '"cell": "B7"' in steelyard("check", ruleset, "--format", "json").out
