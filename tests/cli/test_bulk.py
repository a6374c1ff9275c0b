"""`evaluate --engine sql` as its users meet it."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from steelyard.cli.scaffold import files
from steelyard.engines.sql import machines, portfolio, running
from steelyard.engines.sql.machines import DuckDBMachine
from steelyard.engines.sql.published import published
from steelyard.facts.bulk import loaded
from steelyard.facts.bulk.judge import Judge

Steelyard = Callable[..., Any]

HEAD = "claim_id,reported_at,accepted_at,surveyed_at,decided_at,paid_at,accuracy_rate"
TIMES = "2024-01-01 08:00,2024-01-01 09:00,2024-01-02 08:00,2024-01-03 08:00,2024-01-03 09:30"
POLICY = "claims-efficiency"


def line(key: str, rate: str = "0.95", times: str = TIMES) -> str:
    return f"{key},{times},{rate}"


def write(path: Path, lines: Sequence[str], encoding: str = "utf-8") -> Path:
    path.write_bytes("\n".join((HEAD, *lines, "")).encode(encoding))
    return path


def as_parquet(path: Path, lines: Sequence[str]) -> Path:
    rows = [one.split(",") for one in lines]
    pq.write_table(pa.table(dict(zip(HEAD.split(","), zip(*rows, strict=True), strict=True))), path)
    return path


def many(path: Path, count: int) -> Path:
    """A Parquet file of so many good cases."""
    times = ", ".join(f"'{one}' AS {name}" for name, one in zip(HEAD.split(",")[1:6], TIMES.split(","), strict=True))
    query = f"SELECT 'C' || i AS claim_id, {times}, '0.95' AS accuracy_rate FROM range({count}) AS t(i)"
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet)")
    return path


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def both(steelyard: Steelyard, *words: str | Path, ends: int = 0) -> Any:
    """Run on both engines: results and rejects are the same; how the sql engine ended."""
    found = []
    for engine in ("reference", "sql"):
        outputs = ("-o", f"{engine}.csv", "--rejects", f"{engine}-rejects.csv")
        found.append(steelyard("evaluate", POLICY, *words, "--engine", engine, *outputs))
    assert [one.status for one in found] == [ends, ends], found[1].err
    assert found[1].out == found[0].out
    # only what was checked on which engines may differ
    assert [x for x in found[1].err.splitlines() if "checked on" not in x] == [
        x for x in found[0].err.splitlines() if "checked on" not in x
    ]
    for name in (".csv", "-rejects.csv"):
        assert Path(f"sql{name}").read_bytes() == Path(f"reference{name}").read_bytes()
    return found[1]


def test_several_files_of_several_kinds_with_a_key_twice(here: Path, steelyard: Steelyard) -> None:
    write(here / "a.csv", [line("A1"), line("A2"), line("X")])
    as_parquet(here / "b.parquet", [line("B1"), line("X")])
    write(here / "c.csv", [line("C1", "1.7"), line("C2")])
    both(steelyard, "--cases", "[ac].csv", "--cases", "b.parquet", ends=3)
    assert Path("sql.csv").read_text("utf-8").count("\n") == 5
    assert Path("sql-rejects.csv").read_text("utf-8").count("\nX,") == 2


def test_another_encoding(here: Path, steelyard: Steelyard) -> None:
    write(here / "a.csv", [line("沪一"), line("沪二")], "gb18030")
    both(steelyard, "--cases", "a.csv", "--encoding", "gb18030")
    assert "沪二" in Path("sql.csv").read_text("utf-8")


def test_signs_that_files_must_escape(here: Path, steelyard: Steelyard) -> None:
    keys = ["#1", '"a, ""b"""', "a'b", "a\\b", "a;b", "tab\there", "-", "NULL", "=1+1"]
    write(here / "a.csv", [line(key) for key in keys])
    both(steelyard, "--cases", "a.csv")
    for engine in ("reference", "sql"):
        assert (
            steelyard("evaluate", POLICY, "--cases", "a.csv", "--engine", engine, "-o", f"{engine}.jsonl").status == 0
        )
    assert Path("sql.jsonl").read_bytes() == Path("reference.jsonl").read_bytes()


def test_a_huge_key(here: Path, steelyard: Steelyard) -> None:
    write(here / "a.csv", [line("K" * 100_000), line("k")])
    both(steelyard, "--cases", "a.csv")


def test_no_rows(here: Path, steelyard: Steelyard) -> None:
    write(here / "a.csv", [])
    both(steelyard, "--cases", "a.csv")


def test_only_rejects(here: Path, steelyard: Steelyard) -> None:
    write(here / "a.csv", [line("A", "7"), line("B", "x"), line("", "0.9")])
    both(steelyard, "--cases", "a.csv", ends=3)
    both(steelyard, "--cases", "a.csv", "--allow-rejects", "3")


@pytest.mark.parametrize("words", [(), ("--rejects", "r.csv")])
def test_each_reject_is_judged_once(
    here: Path, steelyard: Steelyard, monkeypatch: pytest.MonkeyPatch, words: Sequence[str]
) -> None:
    judged: list[int] = []
    judge = Judge.judge

    def noting(self: Judge, connection: Any, numbers: Sequence[int], *, joined: bool) -> Any:
        judged.extend(() if joined else numbers)
        return judge(self, connection, numbers, joined=joined)

    monkeypatch.setattr(Judge, "judge", noting)
    write(here / "a.csv", [line("A"), line("B", "7"), line("C"), line("D", "x")])
    found = steelyard("evaluate", POLICY, "--cases", "a.csv", "--engine", "sql", "-o", "o.csv", *words)
    assert found.status == 3
    assert judged == [1, 3]


def test_rows_are_not_checked_again_where_all_have_a_result(
    here: Path, steelyard: Steelyard, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object) -> str:
        raise AssertionError("rows are checked again")

    monkeypatch.setattr(loaded, "rejected_rows", never)
    write(here / "a.csv", [line("A"), line("B")])
    words = ("evaluate", POLICY, "--cases", "a.csv", "--engine", "sql", "-o", "o.csv", "--rejects", "r.csv")
    assert steelyard(*words).status == 0


def test_a_row_that_is_lost_is_our_fault(here: Path, steelyard: Steelyard, monkeypatch: pytest.MonkeyPatch) -> None:
    """A case that has no result, and that nothing rejects, ends the run."""
    stored = DuckDBMachine.stored
    monkeypatch.setattr(
        DuckDBMachine, "stored", lambda *words: f"SELECT * FROM ({stored(*words)}) WHERE claim_id <> 'B'"
    )
    write(here / "a.csv", [line("A"), line("B")])
    found = steelyard("evaluate", POLICY, "--cases", "a.csv", "--engine", "sql", "-o", "o.csv")
    assert found.status == 70
    assert names(here) == ["a.csv"]


def test_a_bad_file_is_said_as_ever(here: Path, steelyard: Steelyard) -> None:
    (here / "a.parquet").write_bytes(b"PAR1 this is none PAR1")
    (here / "b.csv").write_text("nothing,of,this\n1,2,3\n", "utf-8")
    for name in ("a.parquet", "b.csv", "none.csv", "no*.csv"):
        found = [
            steelyard("evaluate", POLICY, "--cases", name, "--engine", one, "-o", "o.csv")
            for one in ("reference", "sql")
        ]
        assert found[1] == found[0]
        assert found[1].status == 2
    assert names(here) == ["a.parquet", "b.csv"]


def test_under_the_threshold(here: Path, steelyard: Steelyard) -> None:
    write(here / "a.csv", [line("A")])
    both(steelyard, "--cases", "a.csv", "--fail-under", "99.99", ends=1)
    both(steelyard, "--cases", "a.csv", "--fail-under", "5")


def test_results_to_standard_output(here: Path, steelyard: Steelyard) -> None:
    write(here / "a.csv", [line("A"), line("B")])
    found = [
        steelyard("evaluate", POLICY, "--cases", "a.csv", "--engine", engine, "-o", "-", "--quiet", "--verify", "0")
        for engine in ("reference", "sql")
    ]
    assert found[1] == found[0]
    assert found[1].err == ""
    assert names(here) == ["a.csv"]


def test_many_cases_are_scored_by_sql(here: Path, steelyard: Steelyard) -> None:
    many(here / "a.parquet", 10_001)
    found = steelyard(
        "evaluate", POLICY, "--cases", "a.parquet", "-o", "o.csv", "--provenance", "p.json", "--verify", "3"
    )
    assert found.status == 0
    assert '"engine": "sql"' in (here / "p.json").read_text("utf-8")
    keys = [row.split(",")[0] for row in (here / "o.csv").read_text("utf-8").splitlines()[1:]]
    assert keys == [f"C{number}" for number in range(10_001)]


@pytest.mark.parametrize("limit", ["nonsense", "4", "-1GB", "4GB; SELECT 1"])
def test_no_size_of_memory(here: Path, steelyard: Steelyard, limit: str) -> None:
    write(here / "a.csv", [line("A")])
    found = steelyard("evaluate", POLICY, "--cases", "a.csv", "--engine", "sql", "--memory-limit", limit)
    assert found.status == 2
    assert f"a memory limit is a size such as 4GB, not `{limit}`" in found.err


def test_too_little_memory(here: Path, steelyard: Steelyard) -> None:
    write(here / "a.csv", [line("A")])
    found = steelyard("evaluate", POLICY, "--cases", "a.csv", "--engine", "sql", "--memory-limit", "0GB", "-o", "o.csv")
    assert found.status == 2
    assert "DuckDB needs more memory" in found.err
    assert names(here) == ["a.csv"]


def test_an_input_is_not_written_over(here: Path, steelyard: Steelyard) -> None:
    before = write(here / "a.csv", [line("A")]).read_bytes()
    found = steelyard("evaluate", POLICY, "--cases", "*.csv", "--engine", "sql", "-o", "a.csv")
    assert (found.status, (here / "a.csv").read_bytes()) == (2, before)


def test_parted_results(here: Path, steelyard: Steelyard) -> None:
    later = TIMES.replace("2024-01", "2024-02")
    write(here / "a.csv", [line("A"), line("B", "0.96"), line("C", "0.95", later), line("bad", "7")])
    words = ("evaluate", POLICY, "--cases", "a.csv", "--engine", "sql", "-o", "out", "--allow-rejects", "1")
    assert steelyard(*words, "--partition-by", "month,version,accuracy_rate").status == 0
    table = pq.ParquetDataset(here / "out", partitioning=None).read()
    assert sorted(table["claim_id"].to_pylist()) == ["A", "B", "C"]
    assert len(table.column_names) == len(set(table.column_names))
    assert sorted(set(table["month"].to_pylist())) == ["2024-01", "2024-02"]
    assert sorted(set(table["accuracy_rate"].to_pylist())) == ["0.9500", "0.9600"]
    assert (here / "out" / "month=2024-02" / "version=1.0" / "accuracy_rate=0.9500").is_dir()
    assert steelyard(*words, "--partition-by", "month").status == 2
    assert "is not empty" in steelyard(*words, "--partition-by", "month").err


def test_an_engine_that_is_wrong_is_told_and_leaves_nothing(
    here: Path, steelyard: Steelyard, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wrong(value: str, own: Any, target: Any, zone: Any) -> str:
        right = published(value, own, target, zone)
        return f"{right} + 1" if target.name == "score" else right

    monkeypatch.setattr(portfolio, "published", wrong)
    write(here / "a.csv", [line("A"), line("B")])
    found = steelyard("evaluate", POLICY, "--cases", "a.csv", "--engine", "sql", "-o", "o.csv", "--rejects", "r.csv")
    assert found.status == 70
    assert "the engines disagree about the case `A`" in found.err
    assert "`score`: sql says 100.39, reference says 99.39" in found.err
    assert "claim_id = A; reported_at = 2024-01-01T08:00:00+08:00" in found.err
    assert "2 cases differ between engines; nothing was written" in found.err
    assert "please report it" in found.err
    assert found.out == ""
    assert names(here) == ["a.csv"]


def test_a_rejection_that_the_reference_does_not_know(
    here: Path, steelyard: Steelyard, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = DuckDBMachine.stored

    def wrong(self: DuckDBMachine, statement: Any, selected: Any) -> str:
        rows = stored(self, statement, selected)
        column, value = ("where", "payment") if selected[0].column.name == "k" else ("status", "rejected")
        return f"SELECT * REPLACE ('{value}' AS \"{column}\") FROM ({rows})"

    monkeypatch.setattr(DuckDBMachine, "stored", wrong)
    monkeypatch.setattr("steelyard.engines.sql.statement.Statement.may_reject", True)
    write(here / "a.csv", [line("A")])
    for verify in ("200", "0"):
        found = steelyard("evaluate", POLICY, "--cases", "a.csv", "--engine", "sql", "-o", "o.csv", "--verify", verify)
        assert found.status == 70
        assert "`status`: sql says rejected, reference says scored" in found.err
        assert names(here) == ["a.csv"]


PROGRAM = "import sys; from steelyard.cli.main import main; main(sys.argv[1:])"


def started(*words: str | Path) -> subprocess.Popen[str]:
    program = [sys.executable, "-c", PROGRAM, *map(str, words)]
    return subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def scoring(folder: Path, program: subprocess.Popen[str]) -> Iterator[None]:
    """Wait until results are written to a hidden folder."""
    until = time.monotonic() + 120
    while not list(folder.glob(".steelyard-*/scored.parquet")):
        assert program.poll() is None
        assert time.monotonic() < until
        time.sleep(0.05)
    yield


@pytest.fixture(scope="module")
def long_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return many(tmp_path_factory.mktemp("long") / "a.parquet", 2_000_000)


@pytest.mark.slow
@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_nothing_half_done_is_left(here: Path, long_file: Path, sign: signal.Signals, steelyard: Steelyard) -> None:
    shutil.copy(long_file, here / "a.parquet")
    (here / "o.csv").write_text("before", "utf-8")
    words = ("evaluate", POLICY, "--cases", "a.parquet", "--engine", "sql", "-o", "o.csv", "--verify", "0")
    program = started(*words)
    for _ in scoring(here, program):
        asked = time.monotonic()
        program.send_signal(sign)
        out, err = program.communicate(timeout=30)
        assert time.monotonic() - asked < 10
    assert (here / "o.csv").read_text("utf-8") == "before"
    assert out == ""
    if sign is signal.SIGKILL:
        assert len(names(here)) == 3  # one is the folder of the killed run
        many(here / "a.parquet", 10)
        assert steelyard(*words).status == 0
        assert names(here) == ["a.parquet", "o.csv"]
        return
    assert (program.returncode, err) == (130, "interrupted: nothing was written\n")
    assert names(here) == ["a.parquet", "o.csv"]


def test_ctrl_c_while_duckdb_runs_here(monkeypatch: pytest.MonkeyPatch) -> None:
    for error in (duckdb.InterruptException("INTERRUPT Error: Interrupted!"), RuntimeError("Query interrupted")):
        with pytest.raises(KeyboardInterrupt), running.interruptible():
            raise error
    with pytest.raises(RuntimeError, match="other"), running.interruptible():
        raise RuntimeError("other")


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_results_have_the_order_of_the_file(steelyard: Steelyard, here: Path, monkeypatch, threads: int) -> None:
    """Many row groups, and a join with the weights that hold: DuckDB would write blocks as they are finished."""
    (here / "ruleset.yaml").write_text(files("base", "en")["ruleset.yaml"], "utf-8")
    keys = [f"C{n * 7919 % 8009:04}" for n in range(8000)]
    times = {"reported_at": ["2024-05-01 09:00"] * 8000, "paid_at": ["2024-05-01 15:00"] * 8000}
    ratings = {"rating": [None if n % 3 else "4.5" for n in range(8000)], "complaint": ["no"] * 8000}
    pq.write_table(pa.table({"claim_id": keys, **times, **ratings}), "cases.parquet", row_group_size=400)
    own = portfolio.connect
    monkeypatch.setattr(portfolio, "connect", lambda folder, limit=None: own(folder, limit, threads))

    result = steelyard(
        *("evaluate", "ruleset.yaml", "--cases", "cases.parquet", "--as-of", "2024-06-01T00:00", "-o", "o.parquet"),
        *("--engine", "sql", "--verify", "1"),
    )

    assert (0, "") == (result.status, "" if result.status == 0 else result.stderr)
    assert keys == pq.read_table("o.parquet").column("claim_id").to_pylist()


@pytest.mark.parametrize(("count", "sizes"), [(40, [1]), (600, [64, 300, 900])])
def test_results_in_blocks_are_those_in_one(
    steelyard: Steelyard, here: Path, monkeypatch: pytest.MonkeyPatch, count: int, sizes: list[int]
) -> None:
    """Blocks end inside files and at their ends; bad rows, a key that occurs twice, cases of two files."""
    (here / "ruleset.yaml").write_text(files("base", "en")["ruleset.yaml"], "utf-8")
    head = "claim_id,reported_at,paid_at,rating,complaint"
    rows = [f"A{n},2024-05-01 09:00,2024-05-01 15:00,{'bad' if n % 9 == 4 else '4.5'},no" for n in range(count // 2)]
    (here / "a.csv").write_text("\n".join((head, *rows, rows[1], "")), "utf-8")
    cells = [row.replace("A", "B").replace("bad", "3").split(",") for row in rows]
    pq.write_table(pa.table(dict(zip(head.split(","), zip(*cells, strict=True), strict=True))), here / "b.parquet")

    def results(name: str) -> bytes:
        ran = steelyard(
            *("evaluate", "ruleset.yaml", "--cases", "a.csv", "--cases", "b.parquet", "--as-of", "2024-06-01T00:00"),
            *("--engine", "sql", "--verify", "5", "--allow-rejects", "9999", "-o", name, "--rejects", "r.csv"),
        )
        assert ran.status == 0, ran.stderr
        return pq.read_table(name).to_pandas().to_csv().encode() + (here / "r.csv").read_bytes()

    whole = results("whole.parquet")
    for size in sizes:
        monkeypatch.setattr(machines, "block_size", lambda rows, size=size: size)
        assert whole == results(f"blocks of {size}.parquet")


COUNTED = """
steelyard: 1
ruleset: counted
version: 1.0
title: {en: Counted}
effective: "[2013-01-01..)"
timezone: Asia/Shanghai
case:
  key: claim_id
  reference_date: reported_at
  inputs:
    claim_id: text
    branch: text
    reported_at: datetime
    paid_at: {type: datetime, not_before: reported_at}
relations:
  complaints:
    of_case: claim_id
    id: id
    fields: {id: text, claim_id: text, kind: text}
indicators:
  payment: {measure: paid_at - reported_at, target: 2h, better: lower, score: proportion, weight: 1}
deductions:
  complaint: {for_each: complaints, when: kind = "1", deduct: 5, at_most: 15}
score: {method: weighted_mean, round: 2, clamp: "[0..100]"}
"""
"""A policy that joins the cases with rows of their own, which DuckDB spills where memory is scarce."""


@pytest.fixture(scope="module")
def joined_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Cases whose keys are in no order, in two files of each kind with many row groups, and twice as many rows."""
    folder = tmp_path_factory.mktemp("joined")
    count = 60_000
    (folder / "counted.yaml").write_text(COUNTED, "utf-8")
    columns = """'2024-05-' || lpad((1 + i % 28)::VARCHAR, 2, '0') || ' 09:00' AS reported_at,
        '2024-06-01 15:00' AS paid_at, 'B' || i % 5 AS branch"""
    with duckdb.connect() as connection:
        for name, low, high in (("a", 0, count // 3), ("b", count // 3, count)):
            cases = f"SELECT 'C' || (i * 7919) % {count} AS claim_id, {columns} FROM range({low}, {high}) AS t(i)"
            connection.execute(f"COPY ({cases}) TO '{folder / name}.parquet' (ROW_GROUP_SIZE 2048)")
            connection.execute(f"COPY ({cases}) TO '{folder / name}.csv' (HEADER)")
            connection.execute(f"COPY ({cases}) TO '{folder / name}.jsonl' (FORMAT json)")
        rows = f"SELECT 'X' || i AS id, 'C' || (i * 31) % {count} AS claim_id, (i % 3)::VARCHAR AS kind"
        connection.execute(f"COPY ({rows} FROM range({2 * count}) AS t(i)) TO '{folder}/complaints.parquet'")
    return folder


@pytest.mark.parametrize(
    ("kind", "threads", "outputs"),
    [
        ("parquet", 1, ["o.csv", "o.parquet"]),
        ("parquet", 4, ["o.csv", "o.jsonl", "o.parquet", "parts"]),
        pytest.param("csv", 4, ["o.csv", "parts"], marks=pytest.mark.slow),
        pytest.param("jsonl", 4, ["o.jsonl", "o.parquet"], marks=pytest.mark.slow),
    ],
)
def test_every_output_has_the_order_of_the_files(
    joined_files: Path,
    here: Path,
    steelyard: Steelyard,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    threads: int,
    outputs: list[str],
) -> None:
    own = portfolio.connect
    monkeypatch.setattr(portfolio, "connect", lambda folder, limit=None: own(folder, "100MB", threads))
    monkeypatch.setattr(machines, "block_size", lambda rows: 9000)
    cases = [word for name in "ab" for word in ("--cases", joined_files / f"{name}.{kind}")]
    facts = (*cases, "--relation", f"complaints={joined_files}/complaints.parquet", "--engine", "sql", "--verify", "2")

    expected = [key for name in "ab" for key in pq.read_table(joined_files / f"{name}.parquet")["claim_id"].to_pylist()]
    for name in outputs:
        parted = ("--partition-by", "branch") if name == "parts" else ()
        ran = steelyard("evaluate", joined_files / "counted.yaml", *facts, "-o", name, *parted)
        assert ran.status == 0, ran.err
        if name != "parts":
            assert expected == keys_of(Path(name))
            continue
        place = {key: number for number, key in enumerate(expected)}
        for part in Path(name).iterdir():
            (file,) = part.iterdir()
            places = [place[key] for key in keys_of(file)]
            assert places == sorted(places)
            assert len(expected) // 5 == len(places)


def keys_of(results: Path) -> list[str]:
    match results.suffix:
        case ".csv":
            return [row.split(",")[0] for row in results.read_text("utf-8").splitlines()[1:]]
        case ".jsonl":
            return [json.loads(row)["claim_id"] for row in results.read_text("utf-8").splitlines()]
        case _:
            return pq.ParquetFile(results).read(columns=["claim_id"])["claim_id"].to_pylist()
