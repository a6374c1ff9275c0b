"""Scores a portfolio on Spark, locally or on a cluster: DuckDB passes checked facts and receives stored results.

Both are Parquet files in a folder that every machine of the cluster must be able to access. DuckDB publishes and orders
the results as in any other run.
"""

# pyspark and duckdb have no usable type hints
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

import os
import shutil
import signal
import threading
import warnings
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from subprocess import Popen, TimeoutExpired
from typing import IO, TYPE_CHECKING, Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from sqlglot import exp

from steelyard.diagnostics import Message, msg
from steelyard.engines.sql import build
from steelyard.engines.sql.blocks import PLACE
from steelyard.engines.sql.build import E
from steelyard.engines.sql.dialects import Dialect, dialect
from steelyard.engines.sql.intervals import NARROW
from steelyard.engines.sql.machines import unique_relations
from steelyard.engines.sql.row_fields import ROW, ROW_ID
from steelyard.engines.sql.running import running
from steelyard.engines.sql.scope import SmallTable
from steelyard.engines.sql.staged import staged
from steelyard.engines.sql.statement import Selected, Statement, compile_ruleset
from steelyard.facts.bulk import Loaded, sql
from steelyard.facts.bulk.values import stored_type
from steelyard.ir.canonical import policy_digest
from steelyard.ir.result_columns import ResultColumn
from steelyard.ir.ruleset import InputField, Ruleset

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

INLINE = 64
"""A small table with more rows than this becomes a table of the session instead of text in the statement."""

_SETTINGS = {
    "spark.app.name": "steelyard",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.catalogImplementation": "in-memory",
    "spark.sql.parquet.compression.codec": "snappy",
    "spark.sql.constraintPropagation.enabled": "false",  # it multiplies the planning time of long statements
}


_SUBMITTED = "PYSPARK_GATEWAY_PORT"
"""Is set in a program that `spark-submit` started."""
_OWN = {PLACE: "BIGINT", ROW: "BIGINT", ROW_ID: "VARCHAR"}
_KINDS = {"BIGINT": "BIGINT", "VARCHAR": "STRING", "BOOLEAN": "BOOLEAN", "VARCHAR[]": "ARRAY<STRING>"}
"""The types of stored values in DuckDB and in Spark."""


class SparkError(Exception):
    """Raised where Spark fails.

    Attributes:
        reason: Spark's message, on one line.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def available() -> Message | None:
    """Return why Spark cannot run here and what to install; None where no obstacle is known."""
    if find_spec("pyspark") is None:
        return msg('Spark is not installed: `pip install "steelyard[spark]"`; it needs Java 17 too')
    if shutil.which("java") is None and not os.environ.get("JAVA_HOME"):
        return msg("Spark needs Java 17 or later: install it, or set JAVA_HOME")
    return None


@dataclass
class Session:
    """A Spark session with the settings that the compiler requires.

    Attributes:
        folder: the folder of stored tables, each in a subfolder.
    """

    spark: SparkSession
    folder: Path
    _kept: list[str] = field(default_factory=list[str])

    def view(self, name: str, path: Path) -> None:
        """Create a view of a Parquet file or folder."""
        self.spark.read.parquet(str(path)).createOrReplaceTempView(name)

    def query(self, statement: Statement, selected: Sequence[tuple[str, E]]) -> DataFrame:
        """Run a statement; the tables that it reads must exist as views.

        Args:
            statement: compiled for Spark.
            selected: pairs of name and expression.
        """
        small = dict(statement.program.small)
        for situations in statement.unlisted:
            keys = self._staged(statement, statement.keys(situations, self._held(small)))
            small |= situations.resolve_texts(row[0] for row in keys.collect())
        return self._staged(statement, statement.query(selected, self._held(small)))

    def _staged(self, statement: Statement, query: exp.Select) -> DataFrame:
        parted = staged(query, statement.program.dialect)
        for step in parted.kept:
            self.view(step.table, self.write(self.spark.sql(step.sql)))
        return self.spark.sql(parted.last)

    def write(self, rows: DataFrame) -> Path:
        """Write rows to a folder of Parquet files; returns its path."""
        place = self.place()
        rows.write.parquet(str(place))
        return place

    def _held(self, small: dict[str, SmallTable]) -> dict[str, SmallTable]:
        """Create views of the larger ones of the small tables, and return the others."""
        for name in [name for name, table in small.items() if len(table.rows) > INLINE]:
            place = self.place()
            pq.write_table(_table(small.pop(name)), place)
            self.view(name, place)
        return small

    def place(self) -> Path:
        """A new path in the folder."""
        self._kept.append(f"kept{len(self._kept)}")
        return self.folder / self._kept[-1]


class SparkMachine:
    """Scores on Spark (see `machines.Machine`)."""

    def __init__(self, session: Session, connection: duckdb.DuckDBPyConnection, loaded: Loaded) -> None:
        self._session = session
        self._connection = connection
        self._loaded = loaded
        self._given: set[str] = set()

    def compiled(self, ruleset: Ruleset, loaded: Loaded, number: int) -> Statement:
        """One version."""
        cases, sources = loaded.cases[ruleset.version], loaded.relations[ruleset.version]
        return compile_ruleset(
            ruleset,
            dialect("spark"),
            cases,
            sources,
            policy_digest(ruleset),
            suffix=f"_{number}",
            unique=unique_relations(self._connection, ruleset, sources),
        )

    def stored(self, statement: Statement, selected: Sequence[Selected]) -> str:
        """Run the statement now, and store its rows in a folder of Parquet files."""
        ruleset, here = statement.program.ruleset, statement.program.dialect
        self._give(self._loaded.cases[ruleset.version], (PLACE,), ruleset.inputs)
        for relation in ruleset.relations:
            self._give(statement.program.sources[relation.id], (ROW, ROW_ID), relation.fields)
        asked = [(_column(place), _cast(e, column, here)) for place, (column, e) in enumerate(selected)]
        rows = self._session.query(statement, [*asked, (PLACE, build.column(PLACE))])
        found = sorted(self._session.write(rows).glob("*.parquet"))
        columns = {column.name: _column(place) for place, (column, _) in enumerate(selected)}
        return sql.select(columns, sql.parquet(*found), f"ORDER BY {PLACE}")

    def blocks(self, loaded: Loaded) -> None:
        """Return None: the rows are stored already."""
        del loaded

    def _give(self, table: str, own: Sequence[str], fields: Sequence[InputField]) -> None:
        """Pass a table to Spark; a table shared by two versions is passed once."""
        if table in self._given:
            return
        self._given.add(table)
        columns = {name: f"CAST({sql.name(name)} AS {_OWN[name]})" for name in own}
        columns |= {one.id: f"CAST({sql.name(one.id)} AS {stored_type(one.type)})" for one in fields}
        place = self._session.place()
        query = sql.select(columns, table)
        running(self._connection, f"COPY ({query}) TO {sql.target(place)} (FORMAT parquet)")
        self._session.view(table, place)


def _column(place: int) -> str:
    """The name of a column in exchanged files; the result's own names can contain any characters."""
    return f"c{place}"


def _cast(e: E, column: ResultColumn, here: Dialect) -> E:
    """Cast a value to its type; Spark's untyped NULLs cannot be written to files."""
    return exp.Cast(this=e, to=exp.DataType.build(_kind(column), dialect=here.sqlglot))


def _kind(column: ResultColumn) -> str:
    if column.fields:
        return f"ARRAY<STRUCT<{', '.join(f'`{one.name}`: {_kind(one)}' for one in column.fields)}>>"
    return f"ARRAY<{_KINDS[stored_type(column.type)]}>" if column.many else _KINDS[stored_type(column.type)]


@contextmanager
def opened(master: str, folder: Path) -> Generator[Session]:
    """Start Spark, and afterwards stop it and remove its files.

    Args:
        master: the master URL, such as `local[*]` or `spark://HOST:PORT`.
        folder: for its files and its log; every machine of a cluster must be able to access it.

    Raises:
        SparkError: it does not start, computes differently than required, or fails to run a statement.
    """
    with failures(), _java(folder, _settings(master, folder)) as spark:
        ready(spark)
        yield Session(spark, folder)


@contextmanager
def configured(master: str | None, folder: Path) -> Generator[SparkSession]:
    """Start Spark as this machine has it configured (`SPARK_CONF_DIR`, `spark-submit`), and end it.

    Args:
        master: None: that of `spark-submit`, else `local[*]`.
        folder: for its log.

    Raises:
        SparkError: as `opened`.
    """
    chosen = master or (None if _SUBMITTED in os.environ else "local[*]")
    settings = {"spark.app.name": "steelyard", "spark.ui.showConsoleProgress": "false"}
    with _no_warehouse(), failures(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", module="pyspark")  # about versions of pandas, which is not used
        with _java(folder, settings | _addresses(chosen)) as spark:
            yield spark


@contextmanager
def _no_warehouse() -> Generator[None]:
    """Remove the folder that Spark makes in the current one, as long as nothing is in it."""
    folder = Path("spark-warehouse").absolute()
    was_there = folder.exists()
    try:
        yield
    finally:
        if not was_there:
            with suppress(OSError):
                folder.rmdir()


@contextmanager
def failures() -> Generator[None]:
    """Raise what Spark raises as SparkError."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        yield
    except (PySparkException, Py4JError) as error:
        raise SparkError(next(iter(str(error).splitlines()), type(error).__name__)) from error


def ready(spark: SparkSession) -> None:
    """Set a session as the compiler expects it, and make sure that it is.

    Raises:
        SparkError: it is not.
    """
    here = dialect("spark")
    for statement in here.session_statements():
        spark.sql(statement)
    for check in here.session_checks():
        found = spark.sql(check.query).collect()[0][-1]
        if found != check.expected:
            raise SparkError(f"{check.query}: {found}, not {check.expected}")


@contextmanager
def _java(folder: Path, settings: Mapping[str, str]) -> Generator[SparkSession]:
    """Open a session in a new Java process that logs to a file, or in the one that is already running."""
    from pyspark import SparkConf, SparkContext
    from pyspark.java_gateway import launch_gateway
    from pyspark.sql import SparkSession

    own = SparkContext._gateway is None and _SUBMITTED not in os.environ  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]
    conf = SparkConf(loadDefaults=False)
    for key, value in settings.items():
        conf.set(key, value)
    log = folder / "spark.log"
    with log.open("wb") as stream:
        gateway: Any = launch_gateway(conf, {"stdout": stream, "stderr": stream}) if own else None
        try:
            with _interrupts():
                context = SparkContext(conf=conf, gateway=gateway)
            spark = SparkSession(context)
            try:
                yield spark
            finally:
                spark.stop()
        except KeyboardInterrupt:
            if own:
                gateway.proc.kill()  # it may be busy for long
            raise
        finally:
            if own:
                _end(gateway)


def _settings(master: str, folder: Path) -> dict[str, str]:
    place = folder / "java"
    place.mkdir()
    return {
        **_SETTINGS,
        **_addresses(master),
        "spark.local.dir": str(place),
        "spark.sql.warehouse.dir": str(place / "warehouse"),
        "spark.driver.extraJavaOptions": f'-Djava.io.tmpdir="{place}"',
    }


def _addresses(master: str | None) -> dict[str, str]:
    """Where Spark runs; what runs in this machine listens to nobody else."""
    found = {} if master is None else {"spark.master": master}
    if master is not None and master.startswith("local"):
        found |= {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
    return found


def _end(gateway: Any) -> None:  # noqa: ANN401 - py4j has no types
    """Stop the Java process that was started; a later session can start another."""
    from pyspark import SparkContext

    process: Popen[bytes] = gateway.proc
    with suppress(Exception):
        gateway.shutdown()
    stdin: IO[bytes] | None = process.stdin
    if stdin is not None:
        with suppress(OSError):
            stdin.close()  # the Java process ends when its standard input is closed
    try:
        process.wait(timeout=20)
    except TimeoutExpired:
        process.kill()
        process.wait()
    SparkContext._gateway = None  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]
    SparkContext._jvm = None  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]


@contextmanager
def _interrupts() -> Generator[None]:
    """Restore the handler of Ctrl-C, which pyspark replaces."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGINT)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _table(small: SmallTable) -> Any:  # noqa: ANN401 - pyarrow has no types
    """Convert a small table to Arrow; integers are 64-bit where they fit."""
    arrays: list[Any] = []
    for place in range(len(small.columns)):
        cells = [row[place] for row in small.rows]
        if any(isinstance(cell, str) for cell in cells):
            kind: Any = pa.string()
        elif any(isinstance(cell, int) and abs(cell) > NARROW for cell in cells):
            kind = pa.decimal128(38)
        else:
            kind = pa.int64()
        arrays.append(pa.array(cells, type=kind))
    return pa.Table.from_arrays(arrays, names=list(small.columns))


__all__ = ["Session", "SparkError", "SparkMachine", "available", "configured", "failures", "opened", "ready"]
