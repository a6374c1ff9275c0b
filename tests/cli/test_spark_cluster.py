"""`evaluate --engine spark` of facts that the cluster holds, and `Policy.score` of Spark's frames."""

# pyright: basic

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cli.programs import program
from servers import NotInstalledError, spark_standalone
from steelyard.engines.sql.spark import available
from steelyard.resources import rulesets
from steelyard.session.run import read_facts, ready_ruleset
from steelyard.session.sources import FactFiles
from typed_parquet import kind, write_typed

AS_OF = "2013-10-16T00:00"
GIVEN = ("weather", "declarations", "complaints")
RELATIONS = (*GIVEN, "branch_month")
KEY, REGION, REPORTED = "案件号", "出险地区划代码", "报案时间"
SUBSTANTIATED = "是否属实"
QUICK = """
spark.ui.enabled false
spark.sql.shuffle.partitions 2
spark.sql.adaptive.enabled false
spark.sql.codegen.wholeStage false
spark.sql.codegen.factoryMode NO_CODEGEN
"""
SUBMITTED = """
import sys
from pyspark.sql import SparkSession
import steelyard

folder = sys.argv[1]
spark = SparkSession.builder.appName("scores").getOrCreate()
policy = steelyard.load("claims-efficiency")
claims = spark.read.parquet(f"{folder}/claims.parquet")
claims.createOrReplaceTempView("claims")
run = policy.score(claims, groups=["version"])
assert spark.conf.get("spark.sql.session.timeZone") == "Asia/Shanghai"
assert [row["viewName"] for row in spark.sql("SHOW VIEWS").collect()] == ["claims"]
assert ("reference", "durable") == run.checkers or ("reference",) == run.checkers
assert run.results.count() + run.rejected == claims.count()
assert [row["level"] for row in run.summary(["version"])] == ["group", "all"]
run.write(f"{folder}/scores", rejects=f"{folder}/rejects")
spark.stop()
"""
needed = pytest.mark.skipif(available() is not None, reason=f"{available() or ''}")


def motor(folder: Path) -> None:
    """The sample of the motor policy as typed Parquet, with a row for each way to be rejected.

    The derived rows are those that a run on one machine wrote.
    """
    sample = rulesets() / "motor-small-claims" / "sample"
    versions = ready_ruleset("motor-small-claims", {"as_of": AS_OF})
    relations = {name: (str(sample / f"{name}.csv"),) for name in GIVEN}
    portfolio = read_facts(versions, FactFiles((str(sample / "claims.csv"),), relations))[0]
    files = write_typed(portfolio, versions.newest, folder)
    words = [word for name in GIVEN for word in ("--relation", f"{name}={sample / name}.csv")]
    words += ("--as-of", AS_OF, "--derived", f"branch_month={files['branch_month']}", "-o", "first.csv")
    derived = program("evaluate", "motor-small-claims", "--cases", str(sample / "claims.csv"), *words, cwd=folder)
    assert 3 == derived.returncode, derived.stderr
    cases = pq.read_table(files["cases"])
    rows = cases.to_pylist()
    twice, again, nameless, undated, lost = (dict(row) for row in rows[:5])
    twice[KEY] = again[KEY] = "DUP"
    nameless[KEY] = None
    undated |= {KEY: "UNDATED", REPORTED: None}
    lost |= {KEY: "LOST", REGION: "xx"}
    replaced(files["cases"], [*rows[:150], twice, again, nameless, undated, lost])
    weather = pq.read_table(files["weather"]).to_pylist()
    replaced(files["weather"], [*weather, {**weather[0], "event_id": "BAD", "level": "purple"}])
    complaints = pq.read_table(files["complaints"]).to_pylist()
    bad = {**complaints[0], "投诉编号": "BAD", KEY: rows[7][KEY], SUBSTANTIATED: None}
    replaced(files["complaints"], [*complaints, bad])


def replaced(path: Path, rows: list[dict[str, Any]]) -> None:
    pq.write_table(pa.Table.from_pylist(rows, schema=pq.read_schema(path)), path)


def by_key(path: Path) -> dict[str, dict[str, Any]]:
    rows = pq.read_table(path).to_pylist()
    return {next(iter(row.values())): row for row in rows}


def named(path: Path) -> list[dict[str, Any]]:
    """Rejects by the ids of their columns, which stand first."""
    ids = ("key", "file", "line", "where")
    return [dict(zip(ids, row.values(), strict=False)) for row in pq.read_table(path).to_pylist()]


def claims(folder: Path) -> None:
    """Cases of the policy without relations: a folder of two files for Spark, and one file."""
    versions = ready_ruleset("claims-efficiency", {})
    start = datetime(2024, 3, 4, 9, tzinfo=UTC)
    rows = [
        {
            "claim_id": f"C{number:03}",
            "reported_at": start,
            "accepted_at": start + timedelta(minutes=30 * number),
            "surveyed_at": start + timedelta(hours=40 + number),
            "decided_at": start + timedelta(hours=100 + 2 * number),
            "paid_at": None if number == 7 else start + timedelta(hours=101 + 3 * number),
            "accuracy_rate": Decimal(10_000 - 37 * number) / 10_000,
        }
        for number in range(60)
    ]
    schema = pa.schema([(one.column, kind(one.type)) for one in versions.newest.inputs])
    table = pa.Table.from_pylist(rows, schema=schema)
    pq.write_table(table, folder / "whole.parquet")
    (folder / "claims.parquet").mkdir()
    for number in (0, 30):
        pq.write_table(table.slice(number, 30), folder / "claims.parquet" / f"{number}.parquet")


@needed
@pytest.mark.long
def test_standalone_cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A master and two workers write what one machine writes: results, rejects, the summary; then `spark-submit`."""
    motor(tmp_path)
    claims(tmp_path)
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf" / "spark-defaults.conf").write_text(QUICK, "utf-8")
    monkeypatch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
    monkeypatch.setenv("SPARK_CONF_DIR", str(tmp_path / "conf"))
    common = ("evaluate", "motor-small-claims", "--as-of", AS_OF, "--summary-by", "branch,month", "--headers", "label")
    common += ("--with", "branch,reported_at,accuracy_rate,rating,region")
    try:
        with spark_standalone() as master:
            sources = [word for name in RELATIONS for word in ("--relation", f"{name}=spark:{tmp_path}/{name}.parquet")]
            there = program(
                *(*common, "--engine", "spark", "--master", master, "--cases", f"spark:{tmp_path}/cases.parquet"),
                *(*sources, "-o", f"spark:{tmp_path}/there", "--rejects", f"spark:{tmp_path}/there-rejects"),
                *("--summary", "there.csv", "--provenance", "there.json"),
                cwd=tmp_path,
            )
            assert 3 == there.returncode, there.stderr
            assert not (tmp_path / "spark-warehouse").exists()
            script = tmp_path / "score.py"
            script.write_text(SUBMITTED, "utf-8")
            submitted = subprocess.run(
                [
                    *(Path(sys.executable).parent / "spark-submit", "--master", master),
                    *("--conf", "spark.sql.session.timeZone=Asia/Shanghai", script, tmp_path),
                ],
                cwd=tmp_path,
                env={**os.environ, "PYSPARK_PYTHON": sys.executable},
                capture_output=True,
                text=True,
                check=False,
            )
            assert 0 == submitted.returncode, submitted.stderr
    except NotInstalledError as error:
        pytest.skip(str(error))
    files = [word for name in RELATIONS for word in ("--relation", f"{name}={name}.parquet")]
    here = program(
        *(*common, "--engine", "sql", "--cases", "cases.parquet", *files, "-o", "here.parquet"),
        *("--rejects", "here-rejects.parquet", "--summary", "here.csv"),
        cwd=tmp_path,
    )
    assert 3 == here.returncode, here.stderr

    assert by_key(tmp_path / "here.parquet") == by_key(tmp_path / "there")
    assert (tmp_path / "here.csv").read_text("utf-8") == (tmp_path / "there.csv").read_text("utf-8")
    assert here.stdout == there.stdout
    assert ["Claim", "Branch", "Reported"] == pq.read_schema(tmp_path / "here.parquet").names[:3]
    rejects = named(tmp_path / "here-rejects.parquet")
    placed = [row["key"] != "" and "." not in row["where"] for row in rejects]
    wanted = [
        (row["key"], row["where"], row["file"] if own else None, row["line"] if own else None)
        for row, own in zip(rejects, placed, strict=True)
    ]
    found = named(tmp_path / "there-rejects")
    assert sorted(wanted, key=str) == sorted(((r["key"], r["where"], r["file"], r["line"]) for r in found), key=str)
    assert {"DUP", "UNDATED", "LOST", ""} <= {key for key, *_ in wanted}
    assert f"`{REGION}` is “xx”, expected" in there.stderr
    assert '"engine": "spark"' in (tmp_path / "there.json").read_text("utf-8")
    assert not list(tmp_path.glob(".steelyard-*"))

    program("evaluate", "claims-efficiency", "--cases", "whole.parquet", "-o", "whole-scores.parquet", cwd=tmp_path)
    assert 59 == len(by_key(tmp_path / "scores"))
    assert by_key(tmp_path / "whole-scores.parquet") == by_key(tmp_path / "scores")
    (reject,) = pq.read_table(tmp_path / "rejects").to_pylist()
    assert {"key": "C007", "file": "0.parquet", "line": 8, "where": "paid_at"} == reject


MIXED = ("--cases", "spark:/nowhere/a", "--cases", "b.csv")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (MIXED, "`b.csv` is a file of this machine"),
        (("--cases", "spark:/nowhere", "-o", "out.csv"), "`out.csv`: a cluster writes folders of Parquet"),
        (
            ("--cases", "table:claims", "--partition-by", "branch", "-o", "spark:out"),
            "--partition-by: not with sources",
        ),
        (("--cases", "table:claims", "--report", "pages"), "--report: not with sources"),
        (("--cases", "table:claims", "--summary", "out.txt"), "files of the summary end in"),
    ],
)
def test_refused_before_spark_starts(words: tuple[str, ...], said: str, steelyard, policy: Path):
    done = steelyard("evaluate", policy, *words, "--as-of", "2024-05-10T00:00", "--engine", "spark")

    assert (2, "") == (done.status, done.out)
    assert said in done.err


def test_derived_rows_must_be_given(steelyard):
    """And they may be those of a run on one machine, whose types the cluster reads."""
    given = [word for name in GIVEN for word in ("--relation", f"{name}=none")]
    words = ("evaluate", "motor-small-claims", "--as-of", AS_OF, "--engine", "spark", "--cases", "table:claims", *given)
    done = steelyard(*words)

    assert (1, "") == (done.status, done.out)
    assert "B101" in done.err
    assert "a cluster does not derive the rows of `branch_month` from the cases" in done.err
    assert "`--relation branch_month=spark:FILE.parquet`" in done.err
    assert "集群不会从案件推导 `branch_month` 的行" in steelyard(*words, "--lang", "zh").err
