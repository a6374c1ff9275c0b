"""The contenders as whole commands: time from start to end on the wall, and the most memory they took."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from time import perf_counter
from typing import Final

from tests.bench.large.claims import AS_OF, Data
from tests.bench.processes import STEELYARD

ROOT: Final = Path(__file__).parents[3]
MEMORY: Final = "4GB"
MOTOR: Final = Path(__file__).parent / "motor.yaml"
"""motor-small-claims as motor.sql has it, kept here: what is shipped may change without moving the figures."""
SMALL: Final = Path(__file__).parent / "small.yaml"
"""claims-efficiency, likewise, with the generated columns."""
BY_SQL: Final = (sys.executable, "-m", "tests.bench.large.by_sql", MEMORY)


@dataclass(frozen=True, slots=True)
class Taken:
    """What a command took: seconds on the wall, those of all processors, and mebibytes at its peak."""

    seconds: float
    processor: float
    peak: float


def run(command: Sequence[str]) -> Taken:
    """Run a command to its end; one that fails ends the measurements with what it said."""
    with TemporaryFile() as said:
        since = perf_counter()
        process = subprocess.Popen(command, cwd=ROOT, stdout=said, stderr=said)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = perf_counter() - since
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            raise SystemExit(f"{' '.join(command)}\n{said.read().decode(errors='replace')}")
    return Taken(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def best(commands: Mapping[str, Sequence[str]], rounds: int) -> dict[str, Taken]:
    """The quickest run of each command; they take turns, so that a slow moment of the machine slows all."""
    taken: dict[str, list[Taken]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            taken[name].append(run(command))
    return {name: min(runs, key=lambda one: one.seconds) for name, runs in taken.items()}


def evaluate(
    ruleset: str, cases: Path, relations: Mapping[str, Path], results: Path, *, engine: str = "sql", verify: int = 0
) -> list[str]:
    """The command that scores a portfolio: the one place that knows how the engine is called."""
    command = [STEELYARD, "evaluate", ruleset, "--engine", engine, "--cases", str(cases), "--quiet"]
    command += ["--allow-rejects", str(10**9)]
    if engine == "sql":
        command += ["--memory-limit", MEMORY]
    for name, path in relations.items():
        command += ["--relation", f"{name}={path}"]
    if relations:
        command += ["--as-of", AS_OF]
    rejects = results.with_suffix(".rejects.parquet")
    return [*command, "--verify", str(verify), "-o", str(results), "--rejects", str(rejects)]


def motor(data: Data, results: Path, *, engine: str = "sql", verify: int = 0) -> list[str]:
    """motor-small-claims over generated claims."""
    return evaluate(str(MOTOR), data.claims, data.relations, results, engine=engine, verify=verify)


def by_hand(data: Data, results: Path) -> list[str]:
    """The same by hand: motor.sql in a process of its own."""
    files = (data.claims, *data.relations.values(), results, results.with_suffix(".rejects.parquet"))
    return [*BY_SQL, *map(str, files)]


def small(cases: Path, results: Path) -> list[str]:
    """The small policy, which reads claims alone."""
    return evaluate(str(SMALL), cases, {}, results)


def small_by_hand(cases: Path, results: Path) -> list[str]:
    """The same by hand: small.sql."""
    return [*BY_SQL, *map(str, (cases, results, results.with_suffix(".rejects.parquet")))]
