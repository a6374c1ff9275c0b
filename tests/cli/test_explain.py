"""`steelyard explain` and `steelyard demo`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.programs import program

AS_OF = ("--as-of", "2024-05-10T00:00")


def test_text(steelyard, policy: Path):
    done = steelyard("explain", policy, "--cases", policy / "cases.csv", *AS_OF, "--case", "C-002")

    assert (0, "") == (done.status, done.err)
    assert "C-002" in done.out
    assert "72.44" in done.out


def test_chinese(steelyard, policy: Path):
    done = steelyard("explain", policy, "--cases", policy / "cases.csv", *AS_OF, "--case", "C-002", "--lang", "zh")

    assert "结案支付时效" in done.out


@pytest.mark.parametrize(
    ("name", "head"), [("c.html", "<!doctype html>"), ("c.md", "#"), ("c.json", "{"), ("c.txt", "")]
)
def test_layout_follows_the_file(name: str, head: str, steelyard, policy: Path, tmp_path: Path):
    file = tmp_path / name
    done = steelyard("explain", policy, "--cases", policy / "cases.csv", *AS_OF, "--case", "C-002", "-o", file)

    assert (0, "", "") == (done.status, done.out, done.err)
    assert file.read_text("utf-8").lower().startswith(head)
    assert "72.44" in file.read_text("utf-8")


def test_format_wins_over_the_file(steelyard, policy: Path):
    words = ("--case", "C-002", "--format", "json")
    done = steelyard("explain", policy, "--cases", policy / "cases.csv", *AS_OF, *words)

    assert isinstance(json.loads(done.out), dict)


def test_unknown_case_gets_the_nearest(steelyard, policy: Path):
    done = steelyard("explain", policy, "--cases", policy / "cases.csv", *AS_OF, "--case", "C-O02")

    assert (2, "") == (done.status, done.out)
    assert "there is no case `C-O02` among 4" in done.err
    assert "did you mean `C-002`?" in done.err


def test_rejected_row_is_explained_by_its_rejection(steelyard, policy: Path):
    cases = policy / "cases.csv"
    cases.write_text(cases.read_text("utf-8") + "C-005,2024-13-01 09:00,,4.0,no\n", "utf-8")
    done = steelyard("explain", policy, "--cases", cases, *AS_OF, "--case", "C-005")

    assert (3, "") == (done.status, done.out)
    assert "rejected `C-005` (cases.csv:6): `reported_at` is “2024-13-01 09:00”" in done.err


def test_case_that_a_rule_rejects_is_explained_as_far_as_it_came(steelyard, policy: Path):
    file = policy / "ruleset.yaml"
    file.write_text(file.read_text("utf-8").replace("missing: waive", "missing: reject"), "utf-8")
    done = steelyard("explain", policy, "--cases", policy / "cases.csv", *AS_OF, "--case", "C-003")

    assert 3 == done.status
    assert "C-003" in done.out


def test_file_that_cannot_be_written(steelyard, policy: Path, tmp_path: Path):
    words = ("--case", "C-002", "-o", tmp_path / "no" / "c.html")
    done = steelyard("explain", policy, "--cases", policy / "cases.csv", *AS_OF, *words)

    assert 2 == done.status
    assert "cannot write" in done.err


def test_demo_in_an_empty_folder(tmp_path: Path):
    """The numbers are those of the policy's README."""
    done = program("demo", cwd=tmp_path)
    row = done.stdout.splitlines()[1].split()

    assert 0 == done.returncode
    assert ["603", "586", "14", "3"] == row[:4]
    assert ["308", "205", "63", "10"] == row[5:9]
    assert ["steelyard-demo"] == [path.name for path in tmp_path.iterdir()]
    assert (tmp_path / "steelyard-demo/report/index.html").is_file()
    record = json.loads((tmp_path / "steelyard-demo/provenance.json").read_text("utf-8"))
    assert {"as_of": "2013-10-16T00:00"} == record["parameters"]
    assert ["weather", "declarations", "complaints", "cases"] == [file["role"] for file in record["files"]]
    assert 587 <= len((tmp_path / "steelyard-demo/scores.csv").read_text("utf-8").splitlines())


@pytest.mark.slow
def test_what_demo_says_can_be_run(tmp_path: Path):
    done = program("demo", "--quiet", cwd=tmp_path)
    commands = [line.split()[1:] for line in done.stdout.splitlines() if line.startswith("    steelyard ")]

    assert ["explain", "show", "evaluate", "new"] == [words[0] for words in commands]
    for words in commands:
        assert 0 == program(*words, cwd=tmp_path).returncode


@pytest.mark.slow
def test_demo_replaces_its_own_folder_only(tmp_path: Path, steelyard, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear", "utf-8")

    assert 2 == steelyard("demo", "--output", "mine").status
    assert ["letter.txt"] == [path.name for path in (tmp_path / "mine").iterdir()]
    assert 0 == steelyard("demo", "--output", "again").status
    (tmp_path / "again" / "scores.csv").write_text("changed", "utf-8")
    assert 0 == steelyard("demo", "--output", "again").status
    assert "changed" != (tmp_path / "again" / "scores.csv").read_text("utf-8")
    assert {"again", "mine"} == {path.name for path in tmp_path.iterdir()}
    assert 2 == steelyard("demo", "--output", "no/where").status
    (tmp_path / "again" / "mine.txt").write_text("kept", "utf-8")
    assert 2 == steelyard("demo", "--output", "again").status
    assert "kept" == (tmp_path / "again" / "mine.txt").read_text("utf-8")


def test_key_cannot_steer_the_terminal_or_forge_a_line(steelyard, policy: Path):
    """An escape sequence, a change of direction and a line break in a key are shown, not obeyed."""
    key = "C-9\x1b[2J\u202e\nScore: 100"
    cases = policy / "cases.csv"
    cases.write_text(cases.read_text("utf-8") + f'"{key}",2024-05-02 09:00,,4.0,no\n"{key}x",?,,4.0,no\n', "utf-8")
    words = ("--cases", cases, *AS_OF)

    shown = steelyard("explain", policy, *words, "--case", key)
    told = steelyard("evaluate", policy, *words)
    nowhere = steelyard("explain", policy, *words, "--case", key + "y")

    assert r"Case C-9\u001b[2J\u202e Score: 100 ·" in shown.out
    assert r"rejected `C-9\u001b[2J\u202e Score: 100x`" in told.err
    for text in (shown.out, told.out, told.err, nowhere.err):
        assert not {"\x1b", "\u202e"} & set(text)
        assert not [line for line in text.splitlines() if line.startswith("Score: 100x")]


def test_what_is_read_is_never_written_over(steelyard, policy: Path):
    cases = policy / "cases.csv"
    before = cases.read_bytes()
    words = ("--cases", f"{policy}/*.csv", *AS_OF, "--case", "C-002", "--format", "md", "-o", cases)
    done = steelyard("explain", policy, *words)

    assert 2 == done.status
    assert "is read by this command" in done.err
    assert before == cases.read_bytes()


def test_an_ending_that_no_layout_has(steelyard, policy: Path, tmp_path: Path):
    words = ("--cases", policy / "cases.csv", *AS_OF, "--case", "C-002", "-o", tmp_path / "c.pdf")

    assert "ends in `.txt`, `.md`" in steelyard("explain", policy, *words).err
    assert not (tmp_path / "c.pdf").exists()
    assert 0 == steelyard("explain", policy, *words, "--format", "text").status
    assert (tmp_path / "c.pdf").exists()
