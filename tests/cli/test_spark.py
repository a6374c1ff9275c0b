"""`evaluate --engine spark`: the files of `--engine sql`, and what is said where Spark cannot run."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from cli.programs import program
from servers import NotInstalledError, spark_standalone
from steelyard.engines.sql.spark import available
from steelyard.resources import rulesets

AS_OF = ("--as-of", "2024-05-10T00:00")
MOTOR = (
    *("motor-small-claims", "--as-of", "2013-10-16T00:00"),
    *(
        word
        for option, file in (
            ("--cases", "claims.csv"),
            ("--relation", "weather=weather.csv"),
            ("--relation", "declarations=declarations.csv"),
            ("--relation", "complaints=complaints.csv"),
        )
        for word in (option, file)
    ),
)
needed = pytest.mark.skipif(available() is not None, reason=f"{available() or ''}")


@needed
@pytest.mark.long
def test_same_files_as_sql_and_nothing_left(steelyard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Two versions, so that the order of the files is put together again."""
    claims = rulesets() / "us-fl-claims" / "sample" / "claims.csv"
    monkeypatch.chdir(tmp_path)
    said = {}
    for engine in ("sql", "spark"):
        done = steelyard(
            *("evaluate", "us-fl-claims", "--cases", claims, "--as-of", "2024-01-31", "--set", "yearly_interest=5%"),
            *("--relation", "orders=none", "--engine", engine, "-o", f"{engine}.csv"),
            *("--rejects", f"{engine}-rejects.csv", "--summary-by", "version", "--provenance", f"{engine}.json"),
        )
        assert 3 == done.status, done.err
        said[engine] = done.out

    assert said["spark"] == said["sql"]
    assert (tmp_path / "spark.csv").read_bytes() == (tmp_path / "sql.csv").read_bytes()
    assert (tmp_path / "spark-rejects.csv").read_bytes() == (tmp_path / "sql-rejects.csv").read_bytes()
    assert '"engine": "spark"' in (tmp_path / "spark.json").read_text("utf-8")
    names = {f"{engine}{end}" for engine in ("sql", "spark") for end in (".csv", "-rejects.csv", ".json")}
    assert {path.name for path in tmp_path.iterdir()} == names


@pytest.mark.slow
@needed
def test_master_that_is_none(steelyard, policy: Path):
    cases = policy / "cases.csv"
    done = steelyard("evaluate", policy, "--cases", cases, *AS_OF, "--engine", "spark", "--master", "nobody")

    assert (2, "") == (done.status, done.out)
    assert "Spark could not go on: " in done.err
    assert "nobody" in done.err


@pytest.mark.long
@needed
def test_standalone_cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A master and two workers give every column of the motor sample as DuckDB does."""
    monkeypatch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
    sample = rulesets() / "motor-small-claims" / "sample"
    try:
        with spark_standalone() as master:
            for engine in (("sql",), ("spark", "--master", master)):
                out = tmp_path / f"{engine[0]}.parquet"
                done = program("evaluate", *MOTOR, "--engine", *engine, "-o", out, cwd=sample)
                assert 3 == done.returncode, done.stderr
    except NotInstalledError as error:
        pytest.skip(str(error))
    sql, spark = (pq.read_table(tmp_path / f"{engine}.parquet") for engine in ("sql", "spark"))

    assert [(one.name, one.type) for one in sql.schema] == [(one.name, one.type) for one in spark.schema]
    assert sql.to_pylist() == spark.to_pylist()


@pytest.mark.parametrize(
    ("hide", "hint"),
    [
        ("steelyard.engines.sql.spark.find_spec", 'pip install "steelyard[spark]"'),
        ("steelyard.engines.sql.spark.shutil.which", "Java 17"),
    ],
)
def test_not_installed(hide: str, hint: str, steelyard, policy: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setattr("steelyard.engines.sql.spark.find_spec", lambda _: True)
    monkeypatch.setattr(hide, lambda _: None)
    done = steelyard("evaluate", policy, "--cases", policy / "cases.csv", *AS_OF, "--engine", "spark")

    assert (2, "") == (done.status, done.out)
    assert hint in done.err


@pytest.mark.parametrize("engine", ["sql", "auto"])
def test_master_is_for_spark(engine: str, steelyard, policy: Path):
    cases = policy / "cases.csv"
    done = steelyard("evaluate", policy, "--cases", cases, *AS_OF, "--engine", engine, "--master", "local[2]")

    assert (2, "") == (done.status, done.out)
    assert "--engine spark" in done.err
