"""Whole processes: how long a command takes from nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.report import Measured
from tests.bench.timing import Work, interleave

STEELYARD = str(Path(sys.executable).with_name("steelyard"))
COMMANDS = {
    "python -c pass": (sys.executable, "-c", "pass"),
    "steelyard --help": (STEELYARD, "--help"),
    "steelyard check motor-small-claims": (STEELYARD, "check", "motor-small-claims"),
}
TARGETS = {"steelyard --help": 0.3, "steelyard check motor-small-claims": 1.0}


def measure(rounds: int) -> list[Measured]:
    """Seconds from start to end, and how many bare interpreters that is.

    Python compiles a module when it is first imported and keeps the result: what is measured is every run but the
    first, whatever the environment says about keeping it. The last figure is that first run.
    """
    check = COMMANDS["steelyard check motor-small-claims"]
    with TemporaryDirectory() as kept, TemporaryDirectory() as never:
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        works = {name: work(command, environment | {"PYTHONPYCACHEPREFIX": kept}) for name, command in COMMANDS.items()}
        works["first"] = work(check, environment | {"PYTHONPYCACHEPREFIX": never, "PYTHONDONTWRITEBYTECODE": "1"})
        seconds = interleave(works, rounds, elapsed=True)
    bare, first = seconds["python -c pass"], seconds.pop("first")
    found: list[Measured] = []
    for name, taken in seconds.items():
        found.append(Measured(name, taken, "s", TARGETS.get(name)))
        if name in TARGETS:
            found.append(Measured(f"    {name} : python -c pass", taken / bare, "x"))
    return [*found, Measured("    check, nothing compiled yet", first, "s")]


def work(command: tuple[str, ...], environment: dict[str, str]) -> Work:
    return lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment)
