"""Ctrl-C and SIGTERM end every command within two seconds, in every phase, and leave nothing half done.

Each program is stopped at one place, where it either sleeps, as Python code does that hears a signal at once, or plans
a statement in DuckDB, which hears none.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from steelyard.session.signals import Interruption, uninterrupted

DEEP = 18
"""So many macros, each of which calls the one before twice: DuckDB plans a call of the last one for minutes."""

PREPARING = f"""
import time

def deep(connection):
    connection.execute("CREATE TEMP MACRO f0(x) AS x + 1")
    for n in range({DEEP}):
        connection.execute(f"CREATE TEMP MACRO f{{n + 1}}(x) AS f{{n}}(x) + f{{n}}(x)")
    print("here", flush=True)
    return "SELECT f{DEEP}(a) FROM range(3) AS t(a)"

def stop(*_, **__):
    print("here", flush=True)
    time.sleep(60)

def plan(*_, **__):
    import duckdb

    connection = duckdb.connect()
    connection.execute("EXPLAIN " + deep(connection))
"""

RUN = "\nfrom steelyard.cli.main import main\nmain()\n"

EVALUATE = ("evaluate", "policy", "--cases", "policy/cases.csv", "--as-of", "2024-06-01T00:00")
OUTPUTS = ("-o", "out/a.csv", "--report", "out/report")
SQL = (*EVALUATE, "--engine", "sql", "-o", "out/a.csv")

IN_A_THREAD = """
import steelyard.engines.sql.portfolio as at
own = at.running
at.running = lambda connection, *_: own(connection, deep(connection))
"""

IN_BLOCKS = """
import steelyard.engines.sql.portfolio, steelyard.engines.sql.blocks as at
at._Scoring._copy = lambda self, cursor, query, path: cursor.execute(deep(cursor))
steelyard.engines.sql.portfolio.keeps_order = lambda *_: False
"""

CHEAP = {
    "check": (("check", "policy"), "import steelyard.analysis.check as at; at.load = stop"),
    "reading": ((*EVALUATE, *OUTPUTS), "import steelyard.facts as at; at.read_portfolio = stop"),
    "verifying": ((*EVALUATE, *OUTPUTS), "import steelyard.engines.reference as at; at.evaluate = stop"),
    "writing": ((*EVALUATE, *OUTPUTS), "import steelyard.report.site as at; at.write_site = stop"),
    "compiling": (SQL, "import steelyard.engines.sql.machines as at; at.compile_ruleset = stop"),
    "planning here": (SQL, "import steelyard.engines.sql.portfolio as at; at.keeps_order = plan"),
    "planning in a thread": (SQL, IN_A_THREAD),
    "planning in blocks": (SQL, IN_BLOCKS),
}
LONG = {
    "explain": (("explain", *EVALUATE[1:], "--case", "C-001"), "import steelyard.semantics as at; at.run = stop"),
    "compile": (
        ("compile", "policy", "--as-of", "2024-06-01T00:00", "-o", "out/a.sql"),
        "import steelyard.engines.sql.readable as at; at.readable = stop",
    ),
    "demo": (("demo", "-o", "out/demo"), "import steelyard.session.record as at; at.Record.write_results = stop"),
    "loading": (SQL, "import steelyard.facts.bulk as at; at.load = plan"),
    "summing up": (SQL, "import steelyard.engines.sql.summary as at; at.summarise = plan"),
    "converting": (SQL, "import steelyard.engines.sql.recorded as at; at.convert = plan"),
}


@pytest.mark.slow
@pytest.mark.parametrize("phase", [*CHEAP, *(pytest.param(name, marks=pytest.mark.long) for name in LONG)])
def test_two_signals_end_a_command_in_every_phase(phase: str, policy: Path, tmp_path: Path):
    words, stopping = {**CHEAP, **LONG}[phase]
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "a.csv").write_text("before", "utf-8")
    (tmp_path / "temporary").mkdir()
    before = sorted(tmp_path.rglob("*"))

    status, err, seconds = ended(PREPARING + stopping + RUN, words, tmp_path, (signal.SIGINT, signal.SIGTERM))

    assert 130 == status, err
    assert err.endswith("interrupted: nothing was written\n")
    assert err.count("interrupted") == 1
    assert "Traceback" not in err
    assert seconds < allowed()
    assert before == sorted(tmp_path.rglob("*"))
    assert "before" == (tmp_path / "out" / "a.csv").read_text("utf-8")


def allowed() -> float:
    """The seconds within which a command ends: two, and more where the machine has more to do than it can."""
    return 2 * max(1, os.getloadavg()[0] / (os.cpu_count() or 1))


def ended(
    code: str, words: Sequence[str], folder: Path, signals: Sequence[int], lang: str = "en"
) -> tuple[int, str, float]:
    """Start a program, send it signals when it is at its place: its exit status, standard error, and seconds since."""
    environment = {**os.environ, "STEELYARD_LANG": lang, "TMPDIR": str(folder / "temporary"), "PYTHONUTF8": "1"}
    program = subprocess.Popen(
        [sys.executable, "-c", code, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        cwd=folder,
        env=environment,
    )
    assert program.stdout is not None
    place, since = program.stdout.readline(), time.monotonic()
    for number in signals:
        program.send_signal(number)
    _, err = program.communicate(timeout=120)
    assert "here\n" == place, err
    return program.returncode, err, time.monotonic() - since


def test_the_language_of_the_command_is_spoken(policy: Path, tmp_path: Path):
    (tmp_path / "temporary").mkdir()
    words = ("check", "policy", "--lang", "zh")
    stopping = "import steelyard.analysis.check as at; at.load = plan"

    status, err, _ = ended(PREPARING + stopping + RUN, words, tmp_path, (signal.SIGTERM,))

    assert (130, "已中断：没有写入任何内容\n") == (status, err)


@pytest.mark.slow
def test_outputs_that_are_there_are_told_of(policy: Path, tmp_path: Path):
    for name in ("out", "temporary"):
        (tmp_path / name).mkdir()
    stopping = "import steelyard.cli.telling as at; at.show_summary = stop"

    status, err, _ = ended(PREPARING + stopping + RUN, (*EVALUATE, "-o", "out/a.csv"), tmp_path, (signal.SIGINT,))

    assert 130 == status, err
    assert err.endswith("interrupted, after the outputs were written\n")
    assert (tmp_path / "out" / "a.csv").exists()


def test_outputs_are_moved_into_place_without_a_break():
    done: list[str] = []

    def moved() -> None:
        with uninterrupted():
            signal.raise_signal(signal.SIGTERM)
            signal.raise_signal(signal.SIGINT)
            done.append("moved")

    handlers = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    interruption = Interruption()
    try:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, interruption)
        with pytest.raises(KeyboardInterrupt):
            moved()
        signal.raise_signal(signal.SIGINT)  # the second one is ignored
    finally:
        for number, handler in zip((signal.SIGINT, signal.SIGTERM), handlers, strict=True):
            signal.signal(number, handler)

    assert ["moved"] == done
    assert interruption.written
