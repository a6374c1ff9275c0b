"""`steelyard evaluate`: results, rejects, statuses, and outputs that appear together or not at all."""

# pyright: basic

from __future__ import annotations

import csv
import errno
import io
import json
import os
import re
import signal
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from cli.programs import PROGRAM, program
from steelyard.cli.status import Status
from steelyard.engines.reference import ReferenceCompiled

AS_OF = ("--as-of", "2024-05-10T00:00")


def results(text: str) -> dict[str, dict[str, str]]:
    return {row["claim_id"]: row for row in csv.DictReader(io.StringIO(text))}


@pytest.fixture
def cases(policy: Path) -> Path:
    return policy / "cases.csv"


def test_scores_by_hand(steelyard, policy: Path, cases: Path):
    """C-001: 55.5 h, rated 4.8. C-002: 96.75 h is 24.75 h over, 4 steps of 7.2 h begun; 4.1 of 4.5 is 91.11.

    C-003: 48.5 h, not rated, a complaint: 100 - 5. C-004: open, 153 h 55 min at the cut-off, 12 steps: 0.
    """
    done = steelyard("evaluate", policy, "--cases", cases, *AS_OF, "-o", "-")
    found = results(done.out)

    assert 0 == done.status
    assert {"C-001": "100.00", "C-002": "72.44", "C-003": "95.00", "C-004": "0.00"} == {
        key: row["score"] for key, row in found.items()
    }
    assert ("A", "C1", "upheld-complaint") == tuple(found["C-003"][name] for name in ("grade", "reasons", "fired"))
    assert "scored" in done.err


@pytest.mark.parametrize("engine", ["auto", "reference", "durable"])
def test_engines_give_the_same_file(engine: str, steelyard, policy: Path, cases: Path, tmp_path: Path):
    steelyard("evaluate", policy, "--cases", cases, *AS_OF, "-o", tmp_path / "a.csv", "--engine", "reference")
    done = steelyard("evaluate", policy, "--cases", cases, *AS_OF, "-o", tmp_path / "b.csv", "--engine", engine)

    assert 0 == done.status
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()
    assert "4 cases checked on" in done.err


def test_standard_output_holds_what_a_file_holds(steelyard, policy: Path, cases: Path, tmp_path: Path):
    steelyard("evaluate", policy, "--cases", cases, *AS_OF, "-o", tmp_path / "a.csv")
    done = steelyard("evaluate", policy, "--cases", cases, *AS_OF, "-o", "-", "--quiet")

    assert (tmp_path / "a.csv").read_text("utf-8") == done.out
    assert "" == done.err


def test_jsonl_and_parquet(steelyard, policy: Path, cases: Path, tmp_path: Path):
    import pyarrow.parquet as pq

    for name in ("a.jsonl", "a.parquet"):
        assert 0 == steelyard("evaluate", policy, "--cases", cases, *AS_OF, "-o", tmp_path / name).status
    lines = [json.loads(line) for line in (tmp_path / "a.jsonl").read_text("utf-8").splitlines()]

    assert ["100.00", "72.44", "95.00", "0.00"] == [line["score"] for line in lines]
    assert ["100.00", "72.44", "95.00", "0.00"] == [
        str(one) for one in pq.read_table(tmp_path / "a.parquet")["score"].to_pylist()
    ]


def test_summary_is_the_result_where_results_go_elsewhere(steelyard, policy: Path, cases: Path):
    done = steelyard("evaluate", policy, "--cases", cases, *AS_OF, "--summary-by", "complaint,month")
    rows = [line.split() for line in done.out.splitlines()]

    assert ["true", "2024-05", "1", "1", "0", "0", "95.00"] == rows[2][:7]
    assert ["all", "4", "4", "0", "0", "66.86"] == rows[3][:6]


def test_unknown_grouping_is_usage(steelyard, policy: Path, cases: Path):
    done = steelyard("evaluate", policy, "--cases", cases, *AS_OF, "--summary-by", "complain")

    assert (2, "") == (done.status, done.out)
    assert "did you mean `complaint`?" in done.err


# Rejects

BAD = "C-005,2024-13-01 09:00,,4.0,no\nC-006,2024-05-01 09:00,,98,no\n"


@pytest.mark.parametrize(("allowed", "status"), [(0, 3), (1, 3), (2, 0)])
def test_rejected_rows_fail_unless_they_are_allowed(
    allowed: int, status: int, steelyard, policy: Path, cases: Path, tmp_path: Path
):
    cases.write_text(cases.read_text("utf-8") + BAD, "utf-8")
    words = ("--allow-rejects", allowed, "-o", tmp_path / "a.csv", "--rejects", tmp_path / "r.csv")
    done = steelyard("evaluate", policy, "--cases", cases, *AS_OF, *words)
    rejects = list(csv.DictReader((tmp_path / "r.csv").open(encoding="utf-8")))

    assert status == done.status
    assert 4 == len(results((tmp_path / "a.csv").read_text("utf-8")))
    assert [("C-005", "reported_at", "6"), ("C-006", "rating", "7")] == [
        (r["key"], r["where"], r["line"]) for r in rejects
    ]
    assert "rejected `C-005` (cases.csv:6)" in done.err


def test_no_rejects_still_make_a_file(steelyard, policy: Path, cases: Path, tmp_path: Path):
    """A file that is not there would mean that nobody looked."""
    steelyard("evaluate", policy, "--cases", cases, *AS_OF, "--rejects", tmp_path / "r.csv")

    assert "key,file,line,where,value,expected,hint,others\n" == (tmp_path / "r.csv").read_text("utf-8")


def test_all_bad_cells_of_a_row_are_told(steelyard, policy: Path, cases: Path, tmp_path: Path):
    words = ("--rejects", tmp_path / "r.jsonl")
    cases.write_text("claim_id,reported_at,settled_at,rating,complaint\nX,bad,2024-05-01,9,perhaps\n", "utf-8")
    by = {
        engine: steelyard("evaluate", policy, "--cases", cases, *AS_OF, "--engine", engine, *words)
        for engine in ("reference", "sql")
    }

    assert by["reference"].err == by["sql"].err
    (row,) = map(json.loads, (tmp_path / "r.jsonl").read_text("utf-8").splitlines())
    told = [line for line in by["sql"].err.splitlines() if "rejected `X`" in line]
    assert 1 + len(row["others"]) == len(told)
    assert {"reported_at", "rating", "complaint"} <= {line.split("`")[3] for line in told}


def test_many_rejects_are_counted_not_shown(steelyard, policy: Path, cases: Path):
    cases.write_text(cases.read_text("utf-8") + "".join(f"X{n},bad,,,no\n" for n in range(20)), "utf-8")
    done = steelyard("evaluate", policy, "--cases", cases, *AS_OF)

    assert 5 == done.err.count("rejected `X")
    assert "and 15 more rejects" in done.err


# The threshold


@pytest.mark.parametrize(
    ("threshold", "status"), [("66.86", 0), ("66.8600", 0), ("66.86000001", 1), ("67", 1), ("-1", 0), ("100", 1)]
)
def test_fail_under_compares_the_exact_mean(threshold: str, status: int, steelyard, policy: Path, cases: Path):
    """The mean is (100 + 72.44 + 95 + 0) / 4 = 66.86."""
    done = steelyard("evaluate", policy, "--cases", cases, *AS_OF, f"--fail-under={threshold}")

    assert status == done.status
    assert ("under the threshold" in done.err) == (status == 1)


def test_fail_under_with_nothing_scored(steelyard, policy: Path, cases: Path):
    cases.write_text(cases.read_text("utf-8").splitlines()[0] + "\n", "utf-8")
    done = steelyard("evaluate", policy, "--cases", cases, *AS_OF, "--fail-under", "0")

    assert 1 == done.status
    assert "no case has a score" in done.err


def test_rejects_count_before_the_threshold(steelyard, policy: Path, cases: Path):
    cases.write_text(cases.read_text("utf-8") + BAD, "utf-8")

    assert 3 == steelyard("evaluate", policy, "--cases", cases, *AS_OF, "--fail-under", "100").status


@pytest.mark.parametrize("text", ["x", "1e2", "1/2", "", "９", "1" * 30])
def test_threshold_that_is_no_number(text: str, steelyard, policy: Path, cases: Path):
    assert 2 == steelyard("evaluate", policy, "--cases", cases, *AS_OF, "--fail-under", text).status


# Wrong usage

USAGE = {
    "no cases": ([], "the option `--cases` is missing"),
    "relation without sign": (["--relation", "weather"], "`--relation` takes `NAME=FILE"),
    "relation of no name": (["--relation", "=x"], "`--relation` takes `NAME=FILE"),
    "none and a file": (["--relation", "w=none", "--relation", "w=x.csv"], "given as none and as a file"),
    "a file and none": (["--relation", "w=x.csv", "--relation", "w=none"], "given as none and as a file"),
    "setting without value": (["--set", "as_of="], "`--set` takes `NAME=VALUE`"),
    "setting twice": (["--set", "a=1", "--set", "a=2"], "the parameter `a` is given twice"),
    "cut-off twice": (["--as-of", "2024-01-01", "--set", "as_of=2024-01-01"], "not both"),
    "delimiter of two signs": (["--delimiter", ";;"], "one character"),
    "marks without CSV": (["-o", "a.parquet", "--rejects", "r.jsonl", "--csv-safe"], "no output is CSV"),
    "results of no kind": (["-o", "a.doc"], "files of results end in .csv, .jsonl, .parquet, .xlsx"),
    "results in no folder": (["-o", "no/a.csv"], "there is no such folder"),
    "rejects over results": (["-o", "a.csv", "--rejects", "./a.csv"], "the place of another output"),
    "negative allowance": (["--allow-rejects", "-1"], "--allow-rejects"),
}


@pytest.mark.parametrize("name", USAGE)
def test_wrong_usage(name: str, steelyard, policy: Path, monkeypatch):
    monkeypatch.chdir(policy)
    words, message = USAGE[name]
    given = [] if name == "no cases" else ["--cases", "cases.csv"]
    done = steelyard("evaluate", ".", *given, *words)

    assert (2, "") == (done.status, done.out)
    assert message in done.err


def test_settings_are_checked(steelyard, policy: Path, cases: Path):
    assert "E130" in steelyard("evaluate", policy, "--cases", cases).err
    for words in (("--as-of", "yesterday"), ("--set", "as_off=2024-05-10"), ("--as-of", "2024-02-30T00:00")):
        done = steelyard("evaluate", policy, "--cases", cases, *words)
        assert (2, "") == (done.status, done.out)


def test_engines_that_are_not_there(steelyard, policy: Path, cases: Path):
    done = steelyard("evaluate", policy, "--cases", cases, *AS_OF, "--engine", "excel")

    assert (2, "") == (done.status, done.out)
    assert "`excel`; there are auto, reference, durable, sql, spark" in done.err


# Case files that cannot be read

FILES: dict[str, tuple[bytes, int, str]] = {
    "empty": (b"", 2, "E114"),
    "header only": (b"claim_id,reported_at,paid_at,rating,complaint\n", 0, "no rows"),
    "missing column": (b"claim_id,paid_at,rating,complaint\nA,,,no\n", 2, "E116"),
    "wrong delimiter": (b"claim_id;reported_at;paid_at;rating;complaint\nA;2024-05-01;;;no\n", 2, "--delimiter ';'"),
    "duplicate column": (b"claim_id,claim_id,reported_at,complaint\nA,A,2024-05-01 00:00,no\n", 2, "E115"),
    "wrong encoding": (
        "claim_id,reported_at,complaint\n案,2024-05-01 00:00,no\n".encode("gbk"),
        3,
        "--encoding gb18030",
    ),
    "UTF-16": ("claim_id,reported_at,complaint\n".encode("utf-16"), 2, "E1"),
    "NUL byte": (b"claim_id,reported_at,complaint\nA\0,2024-05-01 00:00,no\n", 3, "rejected"),
    "too short": (b"claim_id,reported_at,complaint\nA,2024-05-01 00:00\n", 3, "rejected"),
    "too long": (b"claim_id,reported_at,complaint\nA,2024-05-01 00:00,no,9\n", 3, "rejected"),
    "duplicate keys": (
        b"claim_id,reported_at,complaint\nA,2024-05-01 00:00,no\nA,2024-05-01 00:00,no\n",
        3,
        "rejected `A`",
    ),
    "bad date": (b"claim_id,reported_at,complaint\nA,2023-02-29 00:00,no\n", 3, "rejected `A`"),
    "out of range": (b"claim_id,reported_at,rating,complaint\nA,2024-05-01 00:00,5.1,no\n", 3, "rejected `A`"),
    "too many digits": (b"claim_id,reported_at,rating,complaint\nA,2024-05-01 00:00,4.55,no\n", 3, "rejected `A`"),
    "milestone before its predecessor": (
        b"claim_id,reported_at,paid_at,complaint\nA,2024-05-02 00:00,2024-05-01 00:00,no\n",
        3,
        "not before",
    ),
    "missing value": (b"claim_id,reported_at,complaint\nA,,no\n", 3, "rejected `A`"),
    "no key": (b"claim_id,reported_at,complaint\n,2024-05-01 00:00,no\n", 3, "rejected"),
    "unclosed quote": (b'claim_id,reported_at,complaint\n"A,2024-05-01 00:00,no\n', 2, "E117"),
    "huge field": (b"claim_id,reported_at,complaint\n" + b"x" * 200_000 + b",2024-05-01 00:00,no\n", 0, ""),
    "no boolean": (b"claim_id,reported_at,complaint\nA,2024-05-01 00:00,TRU\n", 3, "rejected `A`"),
}


@pytest.mark.parametrize("name", FILES)
def test_case_files(name: str, steelyard, policy: Path, tmp_path: Path):
    data, status, message = FILES[name]
    file = tmp_path / "claims.csv"
    file.write_bytes(data)
    done = steelyard("evaluate", policy, "--cases", file, *AS_OF)

    assert status == done.status
    assert message in done.err


@pytest.mark.parametrize("name", ["nothing.csv", "folder", "claims.doc", "*.csv.none"])
def test_case_files_that_are_not_there(name: str, steelyard, policy: Path, tmp_path: Path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "claims.doc").write_text("x", "utf-8")
    done = steelyard("evaluate", policy, "--cases", tmp_path / name, *AS_OF)

    assert (2, "") == (done.status, done.out)
    assert "E11" in done.err


def test_several_files_and_patterns(steelyard, policy: Path, cases: Path, tmp_path: Path):
    (policy / "more.csv").write_text("claim_id,reported_at,complaint\nD,2024-05-09 23:00,no\n", "utf-8")
    done = steelyard("evaluate", policy, "--cases", policy / "*.csv", *AS_OF, "-o", "-")

    assert 5 == len(results(done.out))


def test_gb18030_and_semicolons(steelyard, policy: Path, tmp_path: Path):
    file = tmp_path / "claims.csv"
    file.write_bytes("claim_id;reported_at;complaint\n案件一;2024-05-09 23:00;否\n".encode("gb18030"))
    done = steelyard(
        "evaluate", policy, "--cases", file, *AS_OF, "--delimiter", ";", "--encoding", "gb18030", "-o", "-"
    )

    assert ["案件一"] == list(results(done.out))


INTAKE = """
intake: 1
cases:
  encoding: gb18030
  delimiter: ;
  columns: {claim_id: 案件号}
  fields: {reported_at: {format: "%d/%m/%Y %H:%M"}, complaint: {"true": 有, "false": 无}}
"""


@pytest.mark.parametrize("engine", ["reference", "sql"])
def test_an_intake_file_says_how_files_are_written(engine: str, steelyard, policy: Path, tmp_path: Path):
    file, intake = tmp_path / "claims.csv", tmp_path / "intake.yaml"
    file.write_bytes("案件号;reported_at;complaint\n一;9/5/2024 23:00;无\n二;9/5/2024 23:00;否\n".encode("gb18030"))
    intake.write_text(INTAKE, "utf-8")
    given = ("evaluate", policy, "--cases", file, *AS_OF, "--engine", engine, "-o", "-", "--allow-rejects", "1")
    found = steelyard(*given, "--intake", intake, "--provenance", tmp_path / "p.json")
    intake.write_text(INTAKE.replace("complaint", "complain"), "utf-8")
    wrong = steelyard(*given, "--intake", intake)
    absent = steelyard(*given, "--intake", tmp_path / "no.yaml")
    (tmp_path / "said.csv").write_text(INTAKE, "utf-8")
    over = steelyard(*given, "--intake", tmp_path / "said.csv", "--rejects", tmp_path / "said.csv")

    assert ["一"] == list(results(found.out))
    assert "`complaint` is “否”, expected one of `有`, `无`" in found.err
    assert (2, 2) == (wrong.status, absent.status)
    assert "did you mean `complaint`?" in wrong.err
    assert "is read by this command" in over.err
    assert f"{tmp_path / 'no.yaml'}" in absent.err


# Together or not at all


def test_an_old_file_stays_where_the_new_one_cannot_be_made(steelyard, policy: Path, cases: Path, tmp_path: Path):
    target = tmp_path / "a.csv"
    target.write_text("before", "utf-8")
    done = steelyard("evaluate", policy, "--cases", tmp_path / "no.csv", *AS_OF, "-o", target)

    assert 2 == done.status
    assert "before" == target.read_text("utf-8")


def test_nothing_appears_where_one_output_fails(steelyard, policy: Path, cases: Path, tmp_path: Path, monkeypatch):
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device", "r.csv")

    monkeypatch.setattr("steelyard.session.record.Record.write_rejects", full)
    out = tmp_path / "out"
    out.mkdir()
    words = ("-o", out / "a.csv", "--rejects", out / "r.csv", "--report", out / "report")
    done = steelyard("evaluate", policy, "--cases", cases, *AS_OF, *words)

    assert (2, "") == (done.status, done.out)
    assert "cannot write `r.csv`: no space is left on the disk" in done.err
    assert [] == list(out.iterdir())


def test_a_report_that_is_none_of_ours_is_left_alone(steelyard, policy: Path, cases: Path):
    done = steelyard("evaluate", policy, "--cases", cases, *AS_OF, "--report", policy)

    assert 2 == done.status
    assert cases.exists()


def test_report_is_replaced_by_the_next(steelyard, policy: Path, cases: Path, tmp_path: Path):
    report = tmp_path / "report"
    for _ in range(2):
        assert 0 == steelyard("evaluate", policy, "--cases", cases, *AS_OF, "--report", report).status
        names = {path.name for path in report.iterdir()}
        assert {"index.html", "case-0001.html", "case-0004.html"} <= names
    assert {"policy", "report"} == {path.name for path in tmp_path.iterdir()}


def test_engines_that_differ_leave_no_output(steelyard, policy: Path, cases: Path, tmp_path: Path, monkeypatch):
    good = ReferenceCompiled.evaluate
    monkeypatch.setattr(
        ReferenceCompiled, "evaluate", lambda self, case: replace(good(self, case), missing=("something else",))
    )
    words = ("-o", tmp_path / "a.csv", "--engine", "durable")
    done = steelyard("evaluate", policy, "--cases", cases, *AS_OF, *words)

    assert (70, "") == (done.status, done.out)
    assert "the engines disagree about the case `C-00" in done.err
    assert "something else" in done.err
    assert not (tmp_path / "a.csv").exists()
    assert 0 == steelyard("evaluate", policy, "--cases", cases, *AS_OF, *words, "--verify", "0").status


PHASES = {
    "scoring": "import steelyard.engines.reference as at; at.evaluate = stop",
    "writing": "import steelyard.engines.sql.recorded as at; at.convert = stop",
}
STOPPING = """
import sys, time

def stop(*_, **__):
    print("here", flush=True)
    time.sleep(60)

{phase}
from steelyard.cli.main import main
main()
"""


@pytest.mark.slow
@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 130), (signal.SIGINT, 130), (signal.SIGKILL, -9)])
def test_a_run_that_is_ended_leaves_no_half_file(
    number: int, status: int, phase: str, policy: Path, cases: Path, tmp_path: Path
):
    """The program is stopped at a certain place and ended there; an older file stays as it was."""
    out = tmp_path / "out"
    out.mkdir()
    (out / "a.csv").write_text("before", "utf-8")
    words = [
        "evaluate",
        policy,
        "--cases",
        cases,
        *AS_OF,
        "--engine",
        "reference",
        "--verify",
        "0",
        "-o",
        out / "a.csv",
    ]
    code = STOPPING.format(phase=PHASES[phase])
    started = subprocess.Popen(
        [PROGRAM[0], "-c", code, *map(str, words)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert started.stdout is not None
    assert "here\n" == started.stdout.readline()
    os.kill(started.pid, number)
    _, err = started.communicate(timeout=60)

    assert status == started.returncode
    assert "Traceback" not in err
    assert ["a.csv"] == [
        path.name for path in out.iterdir() if number != signal.SIGKILL or not path.name.startswith(".")
    ]
    assert "before" == (out / "a.csv").read_text("utf-8")


@pytest.mark.slow
def test_a_program_of_its_own_gives_the_same(policy: Path):
    done = program("evaluate", ".", "--cases", "cases.csv", *AS_OF, "-o", "-", cwd=policy, LC_ALL="C")

    assert 0 == done.returncode
    assert "C-002,policy,2024.1," in done.stdout
    assert not re.search("\x1b", done.stdout + done.stderr)


def test_provenance_in_a_file_and_in_parquet(steelyard, policy: Path, cases: Path, tmp_path: Path):
    import pyarrow.parquet as pq

    record, out = tmp_path / "from.json", tmp_path / "a.parquet"
    done = steelyard("evaluate", policy, "--cases", cases, *AS_OF, "-o", out, "--provenance", record)
    found = json.loads(record.read_text("utf-8"))

    assert 0 == done.status
    assert {"cases": 4, "engines": ["reference"]} == found["verified"]
    assert {"as_of": "2024-05-10T00:00"} == found["parameters"]
    assert ["cases"] == [file["role"] for file in found["files"]]
    assert found == json.loads(pq.ParquetFile(out).metadata.metadata[b"steelyard"])


@pytest.mark.parametrize("engine", ["reference", "sql"])
def test_warnings_stand_in_the_provenance_and_on_pages(
    engine: str, steelyard, policy: Path, cases: Path, tmp_path: Path
):
    record, pages = tmp_path / "from.json", tmp_path / "pages"
    given = ("--cases", cases, *AS_OF, "--missing-column", "paid_at=accept")
    cases.write_text(cases.read_text("utf-8").replace("paid_at", "closed", 1), "utf-8")
    report = () if engine == "sql" else ("--report", pages)
    done = steelyard("evaluate", policy, "--cases", cases, *AS_OF, "--engine", engine, "--provenance", record, *report)
    explained = steelyard("explain", policy, *given, "--case", "C-001", "--format", "json", "-q")
    kept = json.loads(record.read_text("utf-8"))["warnings"]

    assert Status.YES == done.status
    assert ["cases: no column `paid_at`, it is missing in every row"] == [one["words"] for one in kept[:1]]
    assert [f"warning: {one['words']}" for one in kept] == [
        line for line in done.err.splitlines() if line.startswith("warning")
    ]
    assert Status.YES == explained.status
    for page in pages.glob("*.html"):
        assert "warning: cases: no column `paid_at`" in page.read_text("utf-8")


def test_provenance_of_a_run_that_nobody_checked(steelyard, policy: Path, cases: Path, tmp_path: Path):
    record = tmp_path / "from.json"
    steelyard("evaluate", policy, "--cases", cases, *AS_OF, "--provenance", record, "--verify", 0)

    assert {"cases": 0, "engines": []} == json.loads(record.read_text("utf-8"))["verified"]


@pytest.mark.parametrize(
    ("name", "says"), [("from.txt", "end in .json"), ("no/from.json", "no such folder"), ("here.json", "is a folder")]
)
def test_provenance_that_cannot_be_written_is_refused_first(
    name: str, says: str, steelyard, policy: Path, cases: Path, tmp_path: Path
):
    (tmp_path / "here.json").mkdir()
    out = tmp_path / "a.csv"
    done = steelyard("evaluate", policy, "--cases", cases, *AS_OF, "-o", out, "--provenance", tmp_path / name)

    assert 2 == done.status
    assert says in done.err
    assert not out.exists()


def test_report_and_provenance_in_one_place_are_refused(steelyard, policy: Path, cases: Path, tmp_path: Path):
    place = tmp_path / "a.json"
    done = steelyard("evaluate", policy, "--cases", cases, *AS_OF, "--report", place, "--provenance", place)

    assert 2 == done.status
    assert not place.exists()


def test_one_case_is_one_case(steelyard, policy: Path, cases: Path, tmp_path: Path):
    one = tmp_path / "one.csv"
    one.write_text("".join(cases.read_text("utf-8").splitlines(keepends=True)[:2]), "utf-8")
    done = steelyard("evaluate", policy, "--cases", one, *AS_OF)

    assert "1 case checked on" in done.err


@pytest.mark.parametrize("option", ["-o", "--rejects"])
@pytest.mark.parametrize("given", ["cases.csv", "*.csv", "./cases.csv"])
def test_what_is_read_is_never_written_over(option: str, given: str, steelyard, policy: Path, cases: Path, monkeypatch):
    monkeypatch.chdir(cases.parent)
    before = cases.read_bytes()
    done = steelyard("evaluate", policy, "--cases", given, *AS_OF, option, cases)

    assert (2, "") == (done.status, done.out)
    assert "is read by this command" in done.err
    assert before == cases.read_bytes()


@pytest.mark.parametrize("encoding", ["undefined", "a\0b", "rot13", "klingon", ""])
def test_encodings_that_are_none(encoding: str, steelyard, policy: Path, cases: Path):
    done = steelyard("evaluate", policy, "--cases", cases, *AS_OF, "--encoding", encoding)

    assert (2, "") == (done.status, done.out)
    assert "E113" in done.err


@pytest.mark.parametrize("option", ["--cases", "-o", "--rejects", "--report"])
def test_a_name_that_is_too_long_is_no_fault_of_ours(option: str, steelyard, policy: Path, cases: Path):
    done = steelyard("evaluate", policy, "--cases", cases, *AS_OF, option, f"{'x' * 300}.csv")

    assert 2 == done.status
    assert "File name too long" in done.err
    assert 2 == steelyard("evaluate", "x" * 300, "--cases", cases).status


@pytest.mark.slow
def test_a_reader_that_has_seen_enough_is_no_failure(policy: Path, cases: Path):
    """`-o - | head -1`: ended from outside, without a word."""
    line = cases.read_text("utf-8").splitlines()[1]
    more = "".join(line.replace("C-001", f"D-{number}") + "\n" for number in range(2000))
    cases.write_text(cases.read_text("utf-8") + more, "utf-8")
    words = [*PROGRAM, "evaluate", str(policy), "--cases", str(cases), *AS_OF, "-o", "-", "--engine", "reference"]
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(words, stdout=writer, stderr=subprocess.PIPE, check=False)
    os.close(writer)

    assert Status.PIPE == done.returncode
    assert b"annot" not in done.stderr


def test_a_full_disk_names_what_could_not_be_written(steelyard, policy: Path, cases: Path, tmp_path: Path, monkeypatch):
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("steelyard.session.record.Record.write_rejects", full)
    scores = tmp_path / "scores.csv"
    done = steelyard("evaluate", policy, "--cases", cases, *AS_OF, "-o", scores, "--rejects", tmp_path / "rejects.csv")

    assert 2 == done.status
    assert f"cannot write `{scores}, {tmp_path / 'rejects.csv'}`: no space is left on the disk" in done.err
    assert not scores.exists()


@pytest.mark.parametrize("engine", ["reference", "sql"])
def test_formulas_are_marked_in_every_csv(policy: Path, cases: Path, tmp_path: Path, steelyard, engine: str):
    cases.write_text(cases.read_text("utf-8").replace("C-001", "=C-001") + "+C,2024-05-03 14:05,,7.5,no\n", "utf-8")
    files = ("--rejects", tmp_path / "r.csv", "--summary", tmp_path / "s.csv", "--provenance", tmp_path / "p.json")
    words = ("evaluate", policy, "--cases", cases, *AS_OF, "--engine", engine, "--summary-by", "claim_id", *files)
    done = steelyard(*words, "-o", tmp_path / "a.csv", "--csv-safe", "--allow-rejects", "1")
    said = steelyard("evaluate", policy, "--cases", cases, *AS_OF, "--engine", engine, "-o", "-", "--csv-safe")

    assert 0 == done.status
    assert "\n'=C-001," in (tmp_path / "a.csv").read_text("utf-8")
    assert "\n'+C," in (tmp_path / "r.csv").read_text("utf-8")
    assert "\ngroup,'=C-001," in (tmp_path / "s.csv").read_text("utf-8")
    assert '"csv_safe": true' in (tmp_path / "p.json").read_text("utf-8")
    assert (tmp_path / "a.csv").read_text("utf-8") == said.out
    steelyard(*words, "-o", tmp_path / "a.csv", "--allow-rejects", "1")
    assert "\n=C-001," in (tmp_path / "a.csv").read_text("utf-8")
    assert '"csv_safe": false' in (tmp_path / "p.json").read_text("utf-8")


@pytest.mark.parametrize("engine", ["reference", "sql"])
def test_every_engine_writes_partitions_that_say_what_was_checked(
    steelyard, policy: Path, cases: Path, tmp_path: Path, engine: str
):
    import pyarrow.parquet as pq

    words = ("--engine", engine, "--partition-by", "month", "--memory-limit", "1GB", "-o", tmp_path / "out")
    done = steelyard("evaluate", policy, "--cases", cases, *AS_OF, *words)
    (file,) = (tmp_path / "out").rglob("*.parquet")
    found = pq.ParquetFile(file)

    assert 0 == done.status
    assert "month=2024-05" == file.parent.name
    assert 4 == found.metadata.num_rows
    assert 4 == json.loads(found.metadata.metadata[b"steelyard"])["verified"]["cases"]


def test_parquet_of_the_sql_engine_says_what_was_checked(steelyard, policy: Path, cases: Path, tmp_path: Path):
    import pyarrow.parquet as pq

    record, out = tmp_path / "from.json", tmp_path / "a.parquet"
    words = ("--engine", "sql", "-o", out, "--provenance", record, "--verify", "2")
    done = steelyard("evaluate", policy, "--cases", cases, *AS_OF, *words)
    found = json.loads(pq.ParquetFile(out).metadata.metadata[b"steelyard"])

    assert 0 == done.status
    assert found == json.loads(record.read_text("utf-8"))
    assert found["verified"]["cases"] >= 2
    assert "reference" in found["verified"]["engines"]


def test_a_renamed_optional_column_ends_the_run_until_it_is_accepted(steelyard, policy: Path, cases: Path):
    """One warning alone let every case count as unpaid."""
    cases.write_text(cases.read_text("utf-8").replace("paid_at", "Paid At", 1), "utf-8")
    given = ("evaluate", policy, "--cases", cases, *AS_OF)

    asked = steelyard("--lang", "zh", *given)
    accepted = steelyard(*given, "--missing-column", "paid_at=accept")
    misspelt = steelyard(*given, "--missing-column", "payd_at=accept")

    assert Status.USAGE == asked.status
    assert "E124 错误: 没有列 `paid_at`，而列 `Paid At` 没有用到" in asked.err
    assert "--missing-column paid_at=accept" in asked.err
    assert Status.YES == accepted.status
    assert Status.USAGE == misspelt.status
    assert "did you mean `paid_at`?" in misspelt.err
