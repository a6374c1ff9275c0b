"""A table's file becomes the rows that the ruleset would hold; what is wrong with it is said at its cell."""

from __future__ import annotations

from pathlib import Path

import pytest

from steelyard.analysis.check import Loaded, load
from steelyard.diagnostics import Diagnostics
from steelyard.ir.canonical import policy_digest
from steelyard.model.table_files import with_rows_of_files
from steelyard.source import read_yaml
from workbooks import number, sheet, workbook

HEAD = """
steelyard: 1
ruleset: r
version: 1
timezone: Asia/Shanghai
case:
  key: k
  inputs:
    k: text
    a: {type: integer, range: "[0..10]"}
    line: {type: text, values: [motor, injury]}
tables:
  t:
    hit: unique
    inputs: {line: {value: line, label: {zh: 险种, en: Line}}, a: a}
    outputs: {target: decimal(2), who: {type: text, label: Office}, since: datetime}
"""
TAIL = """
indicators:
  x: {measure: a, target: t.target, better: higher, score: met, weight: 1, missing: waive}
score: {method: weighted_mean}
"""
ROWS = """
    rows:
      - {line: motor, target: 1.50, who: "007", since: 2024-05-01T10:00}
      - {line: injury, a: "[0..3]", target: 2, who: 上海, since: 2024-05-01T00:00, note: low}
      - {line: injury, a: "> 3", target: 98%, who: := missing, since: missing}
"""
CSV = """险种,a,target,Office,since,note
motor,-,1.50,007,2024-05-01T10:00,
injury,[0..3],2,上海,2024-05-01T00:00,low
injury,> 3,98%,:= missing,missing,
"""
GRID = {
    **dict(zip(("A1", "B1", "C1", "D1", "E1", "F1"), "Line a target who since note".split(), strict=True)),
    "A2": "motor",
    "C2": number("1.5"),
    "D2": "007",
    "E2": number("45413.4166666667", "instant"),
    "A3": "injury",
    "B3": "[0..3]",
    "C3": number("2"),
    "D3": "上海",
    "E3": number("45413", "day"),
    "F3": "low",
    "A4": "injury",
    "B4": "> 3",
    "C4": number("0.98"),
    "D4": ":= missing",
    "E4": "missing",
}


def loaded(folder: Path, table: str) -> Loaded:
    path = folder / "r.yaml"
    path.write_text(HEAD + table + TAIL, "utf-8")
    return load(str(path))


def found(folder: Path, table: str) -> list[tuple[str, str]]:
    """Codes and places, files without their folder."""
    return [(each.code, str(each.span).replace(f"{folder}/", "")) for each in loaded(folder, table).diagnostics]


def from_csv(folder: Path, text: str) -> list[tuple[str, str]]:
    (folder / "t.csv").write_text(text, "utf-8")
    return found(folder, "    file: t.csv")


def from_xlsx(folder: Path, **cells: str) -> list[tuple[str, str]]:
    """What is found with some cells of a good workbook changed."""
    (folder / "t.xlsx").write_bytes(workbook(S=sheet({**GRID, **cells})))
    return found(folder, "    file: t.xlsx")


def test_the_same_rows_are_the_same_ruleset(tmp_path) -> None:
    """The digest depends on the rows, not on where they stand or what the file is called."""
    (tmp_path / "t.csv").write_text(CSV, "utf-8")
    (tmp_path / "other.csv").write_bytes(CSV.replace(",", ";").encode("gb18030"))
    (tmp_path / "t.xlsx").write_bytes(workbook(Notes=sheet({"A1": "x"}), 目标=sheet(GRID)))
    written = [
        loaded(tmp_path, table)
        for table in (
            ROWS,
            "    file: t.csv",
            '    file: other.csv\n    delimiter: ";"\n    encoding: gb18030',
            "    file: t.xlsx\n    sheet: 目标",
        )
    ]

    assert [()] * 4 == [each.diagnostics for each in written]
    assert 1 == len({policy_digest(each.ruleset) for each in written if each.ruleset is not None})


def test_the_digest_follows_the_content(tmp_path) -> None:
    digests = set[str]()
    for text in (CSV, CSV.replace("1.50", "1.51"), CSV.replace("> 3", "[4..10]")):
        (tmp_path / "t.csv").write_text(text, "utf-8")
        whole = loaded(tmp_path, "    file: t.csv").ruleset
        assert whole is not None
        digests.add(policy_digest(whole))

    assert 3 == len(digests)


def test_columns_may_stand_in_any_order_and_notes_in_two_languages(tmp_path) -> None:
    text = (
        "note.en,since,Office,target,a,line,note.zh\n"
        "good,missing,:= missing,1,-,motor,好\n,missing,:= missing,1,-,injury,\n"
    )

    assert [] == from_csv(tmp_path, text)


def test_an_empty_cell_of_a_condition_matches_everything_and_a_header_alone_is_a_table(tmp_path) -> None:
    assert [("H103", "r.yaml:13:3")] == from_csv(tmp_path, CSV.partition("\n")[0])


@pytest.mark.parametrize(
    ("before", "after", "code", "place"),
    [
        ("1.50", "1.505", "T109", "t.csv:2:9"),
        ("1.50", "1.5x", "T109", "t.csv:2:9"),
        ("[0..3]", "[0..", "Y201", "t.csv:3:10"),
        ("[0..3]", "> red", "N101", "t.csv:3:10"),
        ("motor", "moter", "T103", "t.csv:2:1"),
        ("2,上海", ",上海", "H106", "t.csv:3:1"),
        ("> 3", ">= 3", "H101", "t.csv:4:1"),
        ("target", "taregt", "H105", "t.csv:1:6"),
        ("note", "remarks", "H105", "t.csv:1:26"),
        ("note", "", "H105", "t.csv:3:37"),
        ("险种", "a", "E115", "t.csv:1:3"),
        ("Office", "target", "E115", "t.csv:1:13"),
        (",low", ",lo,w", "E145", "t.csv:3:1"),
        ("上海", "上\x07海", "Y111", "t.csv:3:17"),
    ],
)
def test_what_is_wrong_in_csv_is_said_at_its_line_and_column(tmp_path, before, after, code, place) -> None:
    assert (code, place) == from_csv(tmp_path, CSV.replace(before, after, 1))[0]


@pytest.mark.parametrize(
    ("cells", "code", "place"),
    [
        ({"C2": number("1.505")}, "T109", "t.xlsx!C2"),
        ({"C2": number("0.30000000000000004")}, "E143", "t.xlsx!C2"),
        ({"C2": number("45413", "day")}, "T109", "t.xlsx!C2"),
        ({"D2": number("7.5")}, "E143", "t.xlsx!D2"),
        ({"D2": number("45413", "day")}, "E143", "t.xlsx!D2"),
        ({"E2": number("45413")}, "T109", "t.xlsx!E2"),
        ({"C3": ""}, "H106", "t.xlsx!A3"),
        ({"B3": 't="e"><v>#N/A</v>'}, "E141", "t.xlsx!B3"),
        ({"D1": "whom"}, "H105", "t.xlsx!D1"),
        ({"D1": "line"}, "E115", "t.xlsx!D1"),
        ({"F1": ""}, "H105", "t.xlsx!F3"),
        ({"G9": "stray"}, "H105", "t.xlsx!G9"),
        ({"A4": "injry"}, "T103", "t.xlsx!A4"),
        ({"B4": ">= 3"}, "H101", "t.xlsx!A4"),
    ],
)
def test_what_is_wrong_in_a_workbook_is_said_at_its_cell(tmp_path, cells, code, place) -> None:
    assert (code, place) == from_xlsx(tmp_path, **cells)[0]


def test_a_whole_number_in_a_column_of_text_is_its_digits(tmp_path) -> None:
    assert [] == from_xlsx(tmp_path, D2=number("7"))


def test_a_missing_column_is_said_at_the_header(tmp_path) -> None:
    assert [("E116", "t.csv:1:1")] == from_csv(tmp_path, "line,target,who\nmotor,1,x\n")


def test_a_label_of_two_columns_names_neither(tmp_path) -> None:
    (tmp_path / "t.csv").write_text("x,target\n1,2\n", "utf-8")
    table = (
        "    file: t.csv\n  u:\n    hit: first\n    inputs: {a: {value: a, label: x}, line: {value: line, label: x}}\n"
        "    outputs: {target: integer}\n    file: t.csv\n"
    )

    assert ("H105", "t.csv:1:1") in found(tmp_path, table)


@pytest.mark.parametrize(
    ("table", "code", "place"),
    [
        ("    file: none.csv", "E101", "r.yaml:17:11"),
        ("    file: ../none/t.xlsx", "E101", "r.yaml:17:11"),
        ("    file: /etc/t.csv", "E101", "r.yaml:17:11"),
        ("    file: 'C:\\t.csv'", "E101", "r.yaml:17:11"),
        ("    file: t.ods", "E111", "r.yaml:17:11"),
        ("    file: t", "E111", "r.yaml:17:11"),
        ("    file: .", "E111", "r.yaml:17:11"),
        ("    file: empty.csv", "E114", "r.yaml:17:11"),
        ("    file: empty.xlsx", "E118", "r.yaml:17:11"),
        ("    file: folder.csv", "E101", "r.yaml:17:11"),
        ("    file: empty.csv\n    sheet: S", "E113", "r.yaml:18:5"),
        ("    file: empty.xlsx\n    delimiter: ;", "E113", "r.yaml:18:5"),
        ("    file: empty.csv\n    rows: []", "M108", "r.yaml:18:5"),
        ("    rows: []\n    sheet: S", "M109", "r.yaml:18:5"),
        ("    file: []", "M103", "r.yaml:17:5"),
        ("    file:", "M104", "r.yaml:17:5"),
        ("    files: t.csv", "M101", "r.yaml:17:5"),
        ("", "M102", "r.yaml:14:5"),
        ("    file: t.csv\n    encoding: []", "M103", "r.yaml:18:5"),
    ],
)
def test_what_is_wrong_with_naming_a_file(tmp_path, table, code, place) -> None:
    for name in ("empty.csv", "empty.xlsx", "t.ods", "t"):
        (tmp_path / name).touch()
    (tmp_path / "t.csv").write_text(CSV, "utf-8")
    (tmp_path / "folder.csv").mkdir()

    assert (code, place) in found(tmp_path, table)


def test_an_amendment_names_a_file_beside_itself(tmp_path) -> None:
    (tmp_path / "branch").mkdir()
    (tmp_path / "base.yaml").write_text(HEAD + ROWS + TAIL, "utf-8")
    (tmp_path / "branch" / "own.csv").write_text(CSV.replace("1.50", "9"), "utf-8")
    over = tmp_path / "branch" / "r.yaml"
    over.write_text(
        "steelyard: 1\nruleset: b\nversion: 1\namends: ../base.yaml\nremove: [tables.t.rows]\n"
        "tables:\n  t:\n    file: own.csv\n",
        "utf-8",
    )
    whole = load(str(over)).ruleset

    assert whole is not None
    assert 900 == whole.tables[0].rows[0].outputs[0]


@pytest.mark.parametrize("text", ["- a", "tables: []", "tables: {t: x}", "tables: {t: {file: x.csv}}", "x: y"])
def test_what_has_not_the_shape_of_a_ruleset_is_left_to_the_next_pass(text) -> None:
    diagnostics = Diagnostics()
    node = read_yaml(text, "r.yaml", diagnostics)

    assert node == with_rows_of_files(node, diagnostics)
    assert () == diagnostics.sorted()


def test_cells_keep_their_places_as_rows_of_the_ruleset_do(tmp_path) -> None:
    (tmp_path / "t.csv").write_text(CSV, "utf-8")
    whole = loaded(tmp_path, "    file: t.csv").ruleset

    assert whole is not None
    assert [2, 3, 4] == [row.span.line + 1 for row in whole.tables[0].rows if row.span is not None]
