"""No command writes over what it reads, puts two outputs in one place, or replaces a folder that it did not make."""

# pyright: basic

from __future__ import annotations

import os
from pathlib import Path

import pytest

AS_OF = ("--as-of", "2024-05-10T00:00")
TARGETS = """
tables:
  targets:
    hit: unique
    inputs: {rating: rating}
    outputs: {target: decimal(1)}
    file: targets.csv
"""


@pytest.fixture
def tabled(policy: Path) -> Path:
    """A policy with a table in a file of its own."""
    file = policy / "ruleset.yaml"
    text = file.read_text("utf-8").replace("target: 4.5", "target: targets.target")
    file.write_text(text + TARGETS, "utf-8")
    (policy / "targets.csv").write_text("rating,target\n-,4.5\n", "utf-8")
    return policy


def refused(done, said: str) -> None:
    assert 2 == done.status
    assert said in done.err


@pytest.mark.parametrize("name", ["targets.csv", "../base/targets.csv", "linked.csv", "hard.csv"])
def test_the_files_of_a_table_are_not_written_over(name: str, steelyard, tabled: Path):
    target = tabled / "targets.csv"
    (tabled / "linked.csv").symlink_to(target)
    os.link(target, tabled / "hard.csv")
    before = target.read_bytes()
    place = tabled / name.replace("base", tabled.name)

    evaluated = steelyard("evaluate", tabled, "--cases", tabled / "cases.csv", *AS_OF, "-o", place)
    refused(evaluated, "is read by this command")
    refused(steelyard("table", "export", tabled, "targets", "-o", place), "is read by this command")
    assert before == target.read_bytes()


def test_a_ruleset_and_what_it_amends_are_not_written_over(steelyard, policy: Path, tmp_path: Path):
    amendment = tmp_path / "amendment.json"
    base = policy / "ruleset.yaml"
    amendment.write_text(f"steelyard: 1\nruleset: other\nversion: 2\namends: {base}\n", "utf-8")
    kept = base.read_bytes(), amendment.read_bytes()
    cases = ("--cases", policy / "cases.csv", *AS_OF)

    refused(steelyard("evaluate", amendment, *cases, "--provenance", amendment), "is read by this command")
    refused(steelyard("compile", amendment, *AS_OF, "-o", base), "is read by this command")
    refused(steelyard("compile", base, *AS_OF, "-o", base), "is read by this command")
    assert kept == (base.read_bytes(), amendment.read_bytes())


def test_a_folder_that_holds_what_is_read_is_not_replaced(steelyard, policy: Path):
    report = policy / "report"
    words = ("evaluate", policy, "--cases", policy / "cases.csv", *AS_OF, "--report", report)
    assert 0 == steelyard(*words).status
    moved, link = report / "case-0001.html", policy / "link.csv"
    moved.write_bytes((policy / "cases.csv").read_bytes())
    link.symlink_to(moved)

    refused(steelyard("evaluate", policy, "--cases", link, *AS_OF, "--report", report), "is read by this command")
    assert moved.is_file()


def test_a_report_to_which_somebody_added_a_file_is_not_replaced(steelyard, policy: Path):
    report = policy / "report"
    words = ("evaluate", policy, "--cases", policy / "cases.csv", *AS_OF, "--report", report)
    assert 0 == steelyard(*words).status
    assert 0 == steelyard(*words).status
    (report / "notes.txt").write_text("mine", "utf-8")

    refused(steelyard(*words), "holds files that are no report")
    assert "mine" == (report / "notes.txt").read_text("utf-8")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a.csv", "./a.csv"),
        ("a.csv", "in/../a.csv"),
        ("a.csv", "A.CSV"),
        ("a.csv", "same/a.csv"),
        ("é.csv", "e\u0301.csv"),
    ],
)
def test_two_outputs_have_two_places(one: str, other: str, steelyard, policy: Path, monkeypatch):
    monkeypatch.chdir(policy)
    (policy / "in").mkdir()
    (policy / "same").symlink_to(policy)
    words = ("evaluate", policy, "--cases", "cases.csv", *AS_OF)
    before = set(policy.iterdir())

    refused(steelyard(*words, "-o", one, "--rejects", other), "is the place of another output")
    refused(steelyard(*words, "--report", "report", "-o", "report/a.csv"), "no such folder")
    assert before == set(policy.iterdir())


def test_outputs_that_are_there_and_differ_are_replaced(steelyard, policy: Path):
    words = ("-o", policy / "out.csv", "--rejects", policy / "rejects.csv")
    for _ in range(2):
        assert 0 == steelyard("evaluate", policy, "--cases", policy / "cases.csv", *AS_OF, *words).status


def test_a_folder_of_a_dbt_model_is_replaced_only_where_this_command_made_it(steelyard, policy: Path, tmp_path: Path):
    folder = tmp_path / "model"
    words = ("compile", policy, *AS_OF, "--to", "dbt", "-o", folder)
    folder.mkdir()
    (folder / "README.md").write_text("mine", "utf-8")

    refused(steelyard(*words), "holds other files")
    assert "mine" == (folder / "README.md").read_text("utf-8")
    (folder / "README.md").unlink()
    assert 0 == steelyard(*words).status
    assert 0 == steelyard(*words).status


@pytest.mark.parametrize("engine", ["reference", "sql"])
@pytest.mark.parametrize(
    ("lang", "asked", "expected"),
    [
        ("en", (), False),
        ("en", ("--csv-bom",), True),
        ("zh", (), True),
        ("zh", ("--no-csv-bom",), False),
    ],
)
def test_spreadsheets_see_that_csv_is_utf_8(
    steelyard, policy: Path, tmp_path: Path, lang: str, asked: tuple[str, ...], expected: bool, engine: str
):
    names = ("results.csv", "rejects.csv", "summary.csv", "results.jsonl")
    outputs = ("-o", tmp_path / names[0], "--rejects", tmp_path / names[1], "--summary", tmp_path / names[2])
    facts = ("--cases", policy / "cases.csv", "--as-of", "2024-06-01T00:00", "--engine", engine)
    done = steelyard("--lang", lang, "evaluate", policy, *facts, *outputs, *asked)

    assert 0 == done.status, done.err
    for name in names[:3]:
        assert expected == (tmp_path / name).read_bytes().startswith(b"\xef\xbb\xbf")
    assert (lang == "zh" and expected) == ("--no-csv-bom" in done.err)
    if not asked:
        second = steelyard("--lang", lang, "evaluate", policy, *facts, "-o", "-")
        assert not second.out.startswith("\ufeff")
        assert (tmp_path / names[0]).read_text("utf-8-sig") == second.out
        assert "--no-csv-bom" not in second.err


def test_a_byte_order_mark_without_a_file_of_csv_is_refused(steelyard, policy: Path, tmp_path: Path):
    facts = ("--cases", policy / "cases.csv", "--as-of", "2024-06-01T00:00")

    refused(steelyard("evaluate", policy, *facts, "-o", tmp_path / "a.jsonl", "--csv-bom"), "--csv-bom")
    refused(steelyard("evaluate", policy, *facts, "-o", "-", "--csv-bom"), "--csv-bom")
