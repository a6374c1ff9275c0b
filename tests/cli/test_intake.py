"""`steelyard intake`: what it proposes is an intake file, and files are read by it."""

# pyright: basic

from __future__ import annotations

import csv
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steelyard import SteelyardError
from steelyard.diagnostics import Diagnostics
from steelyard.model.from_source import intake_from_source
from steelyard.session.proposing import propose_intake
from steelyard.source import read_yaml
from workbooks import number, sheet, workbook

RULESET = """
steelyard: 1
ruleset: files
version: 1
timezone: America/New_York
case:
  key: id
  inputs:
    id: {type: text, column: Claim No}
    opened: datetime
    closed: {type: datetime, optional: true}
    cost: {type: decimal(2), label: Cost}
    ok: {type: boolean, optional: true}
    took: {type: duration, optional: true}
    born: {type: date, optional: true, personal: true}
    area: {type: text, optional: true}
relations:
  calls:
    of_case: id
    fields: {id: text, said: {type: text, optional: true}}
outputs: {n: {value: count(calls)}}
indicators: {a: {measure: cost, target: 5, better: lower, score: met, weight: 1}}
score: {method: weighted_mean, round: 2}
"""


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    path = tmp_path / "rules.yaml"
    path.write_text(RULESET, "utf-8")
    return path


def test_a_proposal_reads_the_files_that_it_was_made_of(steelyard, rules: Path, tmp_path: Path):
    cases, calls, out = tmp_path / "cases.csv", tmp_path / "calls.csv", tmp_path / "intake.yaml"
    rows = [
        "Claims;;;;;;;", "claim no;opened;closed;COST;ok;took;born;area",
        "A1;07/02/2024 12:00:00 AM;07/27/2024 03:37:23 PM;1.234,50;Yes;90min;5/6/1980;Málaga",
        "A2;07/03/2024 01:00:00 PM;N/A;1,5;no;;7/8/1981;-", ";;;;;;;",
    ]  # fmt: skip
    cases.write_bytes("\n".join(rows).encode("windows-1252"))
    calls.write_text("id,said\nA1,迟到\n", "utf-8")
    proposed = steelyard("intake", rules, cases, f"calls={calls}", "-o", out)
    text = out.read_text("utf-8")
    found = steelyard(
        "evaluate", rules, "--cases", cases, "--relation", f"calls={calls}", "--intake", out, "-o", "-",
        "--engine", "reference",
    )  # fmt: skip

    assert (0, "") == (proposed.status, proposed.out)
    for line in (
        "  encoding: windows-1252", '  delimiter: ";"', "  header: 2", "  columns: {id: claim no, cost: COST}",
        '      format: "%m/%d/%Y %I:%M:%S %p"', '      missing: ["N/A"]', '      decimal: ","', '      missing: ["-"]',
        '      # format: "%d/%m/%Y"', "calls: {}",
    ):  # fmt: skip
        assert line in text, text
    assert "5/6/1980" not in text
    assert 3 == found.status
    assert "rejected `A1` (cases.csv:3): `born` is “9/9/9999”" in found.err


def test_the_sheet_with_the_columns_is_proposed(steelyard, rules: Path, tmp_path: Path):
    names = ["Claim No", "opened", "closed", "Cost", "took"]
    cells = {f"{column}3": name for column, name in zip("ABCDE", names, strict=True)}
    cells |= {"A4": "A1", "B4": "2024-05-01 10:00", "D4": number("5"), "E4": number("2.5")}
    (tmp_path / "c.xlsx").write_bytes(workbook(Cover=sheet({"A1": "Claims"}), Data=sheet(cells)))
    found = steelyard("intake", rules, tmp_path / "c.xlsx")

    assert "  sheet: Data" in found.out
    assert "  header: 3" in found.out
    assert "      # unit: hours  # `2.5` would be PT2H30M" in found.out
    assert "      # unit: minutes  # `2.5` would be PT2M30S" in found.out


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (("J", "N"), ['      "true": "J"', '      "false": "N"']),
        (("2", "1"), ['      "true": "1"', '      "false": "2"']),
        (("ja", "nein"), ['# "true": "ja"', '# "false": "ja"']),
    ],
)
def test_words_for_true_and_false_are_proposed(steelyard, rules: Path, tmp_path: Path, words, found):
    rows = [f"A{n},2024-05-01 10:00,5,{word}" for n, word in enumerate(words * 2)]
    (tmp_path / "c.csv").write_text("\n".join(("Claim No,opened,Cost,ok", *rows)) + "\n", "utf-8")
    done = steelyard("intake", rules, tmp_path / "c.csv")

    assert [line for line in found if line not in done.out] == [], done.out


def test_files_that_are_as_usual_need_nothing(steelyard, rules: Path, tmp_path: Path):
    (tmp_path / "c.csv").write_text("Claim No,opened,cost\nA1,2024-05-01 10:00,5\n", "utf-8")
    found = steelyard("intake", rules, tmp_path / "c.csv", "--lang", "zh")

    assert found.out.startswith("intake: 1\ncases: {}\n")
    assert "首个值 `A1`" in found.out


@pytest.mark.parametrize(
    ("files", "related", "line"),
    [
        (("a.csv",), False, "  key: row_number  # no column is taken for the key, `Claim No`"),
        (("a.csv", "b.csv"), False, "  key: file_and_row  # "),
        (("a.csv",), True, "  # key: row_number  # "),
    ],
)
def test_the_row_is_proposed_as_the_key_where_no_column_is(
    steelyard, rules: Path, tmp_path: Path, files, related, line
):
    if not related:
        rules.write_text(RULESET.replace("of_case: id", "joins: calls.said = area"), "utf-8")
    for name in files:
        (tmp_path / name).write_text("opened,cost\n2024-05-01 10:00,5\n2024-05-02 10:00,\n", "utf-8")
    out = tmp_path / "intake.yaml"
    steelyard("intake", rules, *(tmp_path / name for name in files), "-o", out)
    found = steelyard(
        "evaluate", rules, "--cases", tmp_path / "*.csv", "--relation", "calls=none", "--intake", out, "-o", "-"
    )

    assert line in out.read_text("utf-8")
    assert related or found.out.splitlines()[1].startswith("1," if len(files) == 1 else "a.csv:1,")
    assert (2 if related else 3) == found.status


def test_files_of_one_role_may_differ(steelyard, rules: Path, tmp_path: Path):
    (tmp_path / "a.csv").write_text("Claim No,opened,cost\nA1,2024-05-01 10:00,5\n", "utf-8")
    (tmp_path / "b.csv").write_text("Claim No;opened;cost\nA2;2024-05-01 10:00;5\n", "utf-8")
    out = tmp_path / "intake.yaml"
    steelyard("intake", rules, tmp_path / "a.csv", tmp_path / "b.csv", "-o", out)
    found = steelyard(
        "evaluate", rules, "--cases", tmp_path / "*.csv", "--relation", "calls=none", "--intake", out, "-o", "-"
    )

    assert (0, 3) == (found.status, len(found.out.splitlines()))


def test_what_is_as_usual_is_said_of_a_file_beside_others_that_are_not(steelyard, rules: Path, tmp_path: Path):
    """The role is said to be as its first file, so the second says its encoding, delimiter and headings."""
    first, second, out = tmp_path / "a.csv", tmp_path / "b.csv", tmp_path / "intake.yaml"
    first.write_bytes("claim no;opened;COST;area\nA1;2024-05-01 10:00;5;华东\n".encode("gb18030"))
    second.write_text("Claim No,opened,cost,area\nA2,2024-05-01 10:00,5,华东\n", "utf-8")
    steelyard("intake", rules, first, second, "-o", out)
    found = steelyard(
        "evaluate", rules, "--cases", first, "--cases", second, "--relation", "calls=none", "--intake", out, "-o", "-",
        "--with", "area",
    )  # fmt: skip

    assert 0 == found.status, (found.err, out.read_text("utf-8"))
    assert ["华东", "华东"] == [row["area"] for row in csv.DictReader(found.out.splitlines())]


def test_fields_are_proposed_by_file_where_the_files_differ(steelyard, rules: Path, tmp_path: Path):
    """No notation of all files reads both: 1.500 would be read otherwise by that of b.csv."""
    a, b, c = ("a.csv", "b.csv", "c.csv")
    (tmp_path / a).write_text("Claim No,opened,cost,ok\nA1,31/01/2024 10:00,1.5,yes\nA2,01/02/2024 09:00,1.50,no\n")
    (tmp_path / b).write_text('Claim No,opened,cost,ok\nB1,02/29/2024 10:00,"1,5",ja\nB2,03/02/2024 10:00,"2,5",no\n')
    (tmp_path / c).write_text("Claim No,opened,cost,ok\nC1,01/02/2024 10:00,2,yes\n")
    out = tmp_path / "intake.yaml"
    paths = [tmp_path / name for name in (a, b, c)]
    steelyard("intake", rules, *paths, "-o", out)
    text = out.read_text("utf-8")
    files = [one for path in paths for one in ("--cases", path)]
    kept = steelyard("evaluate", rules, *files, "--relation", "calls=none", "--intake", out, "--with", "opened,cost,ok")
    chosen = '"c.csv": {fields: {opened: {format: "%d/%m/%Y %H:%M"}}}'
    out.write_text(text.replace('"c.csv": {}', chosen), "utf-8")
    found = steelyard(
        "evaluate", rules, *files, "--relation", "calls=none", "--intake", out, "--with", "opened,cost,ok", "-o", "-"
    )

    assert (3, 0) == (kept.status, found.status), text
    assert "`C1`" in kept.err
    rows = list(csv.DictReader(found.out.splitlines()))
    assert ["2024-01-31T10:00:00-05:00,1.50,true", "2024-02-01T09:00:00-05:00,1.50,false",
            "2024-02-29T10:00:00-05:00,1.50,true",
            "2024-03-02T10:00:00-05:00,2.50,false", "2024-02-01T10:00:00-05:00,2.00,true"] == [
        ",".join(row[name] for name in ("opened", "cost", "ok")) for row in rows
    ]  # fmt: skip


def test_a_file_that_fits_two_notations_is_read_as_the_others_and_named(steelyard, rules: Path, tmp_path: Path):
    (tmp_path / "a.csv").write_text("Claim No,opened,cost\nA1,31/01/2024 10:00,1\n")
    (tmp_path / "b.csv").write_text("Claim No,opened,cost\nB1,01/02/2024 10:00,1\n")
    found = steelyard("intake", rules, tmp_path / "a.csv", tmp_path / "b.csv")

    assert '"%d/%m/%Y %H:%M"  # as in the other files; `b.csv` alone could be read otherwise too' in found.out
    assert "files:" not in found.out


def test_a_file_that_is_not_there_is_named_and_ends_the_command(steelyard, rules: Path, tmp_path: Path):
    (tmp_path / "there.csv").write_text("claim\n1\n", "utf-8")
    for word, named in (("gone.csv", "gone.csv"), ("*.gone", "*.gone")):
        done = steelyard("intake", rules, tmp_path / "there.csv", tmp_path / word)

        assert (2, "") == (done.status, done.out)
        assert "E110" in done.err
        assert named in done.err


@pytest.mark.parametrize("words", [("no.csv",), ("nothing=c.csv",), ("x*.csv",), ()])
def test_what_cannot_be_looked_at(steelyard, rules: Path, words: tuple[str, ...]):
    assert 2 == steelyard("intake", rules, *words).status


PIECES = [
    "A1", "2024-05-01 10:00", "5", "1/2/2024", "N/A", "-", '"x"', '"', "\n", "\n", ",", ",", ";", "\t", "é", "迟到",
    "\0", "1.234,5", "J", "N", "90", "%", "31-Dec-99", "Claim No", "opened", "Cost", "ok", "took", "\r", "'", "{",
    "# x", ": ",
]  # fmt: skip


@settings(max_examples=30, deadline=None)
@given(
    st.sampled_from(["Claim No,opened,Cost,ok,took,born,area\n", "Claim No;opened;Cost;ok\n", ""]),
    st.lists(st.sampled_from(PIECES), max_size=80).map("".join),
    st.sampled_from(["utf-8", "gb18030", "utf-16", "latin-1"]),
)
def test_of_any_file_an_intake_file_is_proposed_or_it_is_said_why_not(head: str, body: str, encoding: str) -> None:
    with TemporaryDirectory() as folder:
        Path(folder, "rules.yaml").write_text(RULESET, "utf-8")
        Path(folder, "c.csv").write_bytes((head + body).encode(encoding, "replace"))
        try:
            text = propose_intake(f"{folder}/rules.yaml", [f"{folder}/c.csv"], {})
        except SteelyardError:
            return
    diagnostics = Diagnostics()
    node = read_yaml(text, "intake.yaml", diagnostics)

    assert node is not None, text
    assert intake_from_source(node, diagnostics) is not None, text
    assert () == diagnostics.sorted()
