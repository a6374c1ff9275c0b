"""Engines that tests run SQL on: DuckDB, Spark in local mode or as a small cluster, a throw-away Postgres.

Each is a context manager giving a `Server`. Where what it needs is not installed, `NotInstalledError` says what.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

Row = tuple[Any, ...]

_SPARK_SETTINGS = {
    "spark.ui.enabled": "false",
    "spark.sql.shuffle.partitions": "1",
    "spark.default.parallelism": "1",
    "spark.driver.memory": "1g",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.session.timeZone": "UTC",
}


class NotInstalledError(Exception):
    """What is not installed here."""


class Server(Protocol):
    """Something that answers SQL."""

    def run(self, sql: str) -> list[Row]:
        """The rows of a query; none for a statement without a result."""
        ...

    def types(self, sql: str) -> list[str]:
        """The types of a query's columns, as the engine writes them."""
        ...


class _Duckdb:
    def __init__(self, connection: Any) -> None:
        self.connection = connection

    def run(self, sql: str) -> list[Row]:
        return self.connection.execute(sql).fetchall()

    def types(self, sql: str) -> list[str]:
        return [str(column[1]) for column in self.connection.execute(sql).description]


class _Spark:
    def __init__(self, session: Any) -> None:
        self.session = session

    def run(self, sql: str) -> list[Row]:
        return [tuple(row) for row in self.session.sql(sql).collect()]

    def types(self, sql: str) -> list[str]:
        return [field.dataType.simpleString() for field in self.session.sql(sql).schema.fields]


class _Postgres:
    def __init__(self, connection: Any) -> None:
        self.connection = connection

    def run(self, sql: str) -> list[Row]:
        cursor = self.connection.execute(sql)
        return cursor.fetchall() if cursor.description else []

    def types(self, sql: str) -> list[str]:
        return [str(column.type_display) for column in self.connection.execute(sql).description]


@contextlib.contextmanager
def duckdb_memory(threads: int = 1) -> Iterator[_Duckdb]:
    """DuckDB in memory, in UTC."""
    import duckdb

    with contextlib.closing(duckdb.connect(config={"threads": threads})) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        yield _Duckdb(connection)


@contextlib.contextmanager
def spark_session(master: str = "local[1]", settings: dict[str, str] | None = None) -> Iterator[_Spark]:
    """A Spark session: one shuffle partition, no pages, nothing left in the current folder.

    The machine's Java holds one session at a time, so that two of these must not overlap in one process.
    """
    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise NotInstalledError("pyspark is not installed") from error
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        raise NotInstalledError("there is no Java")
    folder = _java_folder()
    builder = SparkSession.builder.master(master).appName("steelyard-tests")
    local = {
        "spark.sql.warehouse.dir": f"{folder}/warehouse",
        "spark.driver.extraJavaOptions": f"-Djava.io.tmpdir={folder} -XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    }
    for key, value in {**_SPARK_SETTINGS, **local, **(settings or {})}.items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    try:
        yield _Spark(session)
    finally:
        session.stop()


@functools.cache
def _java_folder() -> str:
    """Where this process's Java leaves its files; removed when the process ends, after Java."""
    folder = tempfile.mkdtemp(prefix="spark-")
    atexit.register(_end_java, folder)
    return folder


def _end_java(folder: str) -> None:
    from pyspark import SparkContext

    java = getattr(SparkContext._gateway, "proc", None)
    if java is not None:
        java.stdin.close()  # pyspark's Java ends with its input
        with contextlib.suppress(subprocess.TimeoutExpired):
            java.wait(timeout=20)
    shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def spark_standalone(workers: int = 2) -> Iterator[str]:
    """A standalone master with workers on the loopback interface; gives its `spark://` address.

    Started from the jars of the pyspark package with `spark-class`; each worker has one core and 1 GB. Give the
    address to `spark_session`.
    """
    try:
        import pyspark
    except ImportError as error:
        raise NotInstalledError("pyspark is not installed") from error
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        raise NotInstalledError("there is no Java")
    home = Path(pyspark.__file__).parent
    port, page = _free_port(), _free_port()
    address = f"spark://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory(prefix="spark-cluster-") as folder, contextlib.ExitStack() as stack:
        environment = {
            **os.environ,
            "SPARK_HOME": str(home),
            "SPARK_LOCAL_IP": "127.0.0.1",
            "SPARK_DAEMON_MEMORY": "256m",
            "SPARK_DAEMON_JAVA_OPTS": f"-Djava.io.tmpdir={folder}",
            "SPARK_LOCAL_DIRS": folder,
            "PYSPARK_PYTHON": sys.executable,
        }
        start = str(home / "bin" / "spark-class")
        master = [start, "org.apache.spark.deploy.master.Master"]
        master += ["--host", "127.0.0.1", "--port", str(port), "--webui-port", str(page)]
        stack.enter_context(_process(master, environment, Path(folder) / "master.log"))
        for number in range(workers):
            worker = [start, "org.apache.spark.deploy.worker.Worker", "--host", "127.0.0.1", "--webui-port", "0"]
            worker += ["--cores", "1", "--memory", "1g", "--work-dir", f"{folder}/worker{number}", address]
            stack.enter_context(_process(worker, environment, Path(folder) / f"worker{number}.log"))
        _until(lambda: _registered(Path(folder) / "master.log") >= workers, "the workers did not register")
        yield address


def _registered(log: Path) -> int:
    return log.read_text(encoding="utf-8", errors="replace").count("Registering worker")


@contextlib.contextmanager
def postgres() -> Iterator[_Postgres]:
    """A Postgres server (15 or later) of its own in a temporary folder, reached by a socket in it.

    UTF8, and its own order of text is the English one, as on many machines: not by code point.
    """
    try:
        import psycopg
    except ImportError as error:
        raise NotInstalledError("psycopg is not installed") from error
    programs = _postgres_programs()
    with tempfile.TemporaryDirectory(prefix="pg-") as folder, contextlib.ExitStack() as stack:
        data, log = Path(folder) / "data", Path(folder) / "log"
        as_user = _unprivileged(Path(folder))
        make = [*as_user, str(programs / "initdb"), "-D", str(data), "-U", "steelyard", "-A", "trust", "-N"]
        make += ["-E", "UTF8", "--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en-US"]
        subprocess.run(make, check=True, capture_output=True, cwd=folder)
        server = [*as_user, str(programs / "postgres"), "-D", str(data), "-k", folder, "-F"]
        server += ["-c", "listen_addresses=", "-c", "shared_buffers=16MB", "-c", "max_connections=5"]
        stack.enter_context(_process(server, dict(os.environ), log, signal.SIGINT))
        socket_file = Path(folder) / ".s.PGSQL.5432"
        _until(socket_file.exists, "Postgres did not start")
        where = f"host={folder} user=steelyard dbname=postgres"
        connection = stack.enter_context(_connected(psycopg, where))
        connection.execute("SET TIME ZONE 'UTC'")
        yield _Postgres(connection)


@contextlib.contextmanager
def _connected(psycopg: Any, where: str) -> Iterator[Any]:
    found: list[Any] = []

    def connect() -> bool:
        try:
            found.append(psycopg.connect(where, autocommit=True))
        except psycopg.OperationalError:
            return False
        return True

    _until(connect, "Postgres does not answer")
    with contextlib.closing(found[0]) as connection:
        yield connection


def _postgres_programs() -> Path:
    """The folder of the newest server installed; 15 is the first that can order a whole database by a language."""
    places = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb") if int(path.parts[4]) >= 15]
    if not places:
        raise NotInstalledError("there is no Postgres server from 15 on")
    return max(places, key=lambda path: int(path.parts[4]))


def _unprivileged(folder: Path) -> Sequence[str]:
    """What to put before a command so that it does not run as root, who may not start Postgres; gives it the folder."""
    if os.geteuid() != 0:
        return ()
    import pwd

    for user in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(user)
            break
    else:
        raise NotInstalledError("Postgres does not run as root, and there is no other user")
    os.chown(folder, entry.pw_uid, entry.pw_gid)
    if shutil.which("setpriv") is None:
        raise NotInstalledError("Postgres does not run as root, and there is no setpriv")
    return ("setpriv", f"--reuid={entry.pw_uid}", f"--regid={entry.pw_gid}", "--clear-groups")


@contextlib.contextmanager
def _process(
    command: Sequence[str], environment: dict[str, str], log: Path, stop: signal.Signals = signal.SIGTERM
) -> Iterator[None]:
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, stdout=output, stderr=subprocess.STDOUT, env=environment, cwd=log.parent, start_new_session=True
        )
    try:
        yield
    finally:
        process.send_signal(stop)
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _until(ready: Any, complaint: str, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > deadline:
            raise TimeoutError(complaint)
        time.sleep(0.1)
