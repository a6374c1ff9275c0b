"""Whole processes: how long a command takes from nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.bench.report import Measured
from tests.bench.timing import interleave

STEELYARD = str(Path(sys.executable).with_name("steelyard"))
COMMANDS = {
    "python -c pass": (sys.executable, "-c", "pass"),
    "steelyard --help": (STEELYARD, "--help"),
    "steelyard check motor-small-claims": (STEELYARD, "check", "motor-small-claims"),
}
TARGETS = {"steelyard --help": 0.3, "steelyard check motor-small-claims": 1.0}


def measure(rounds: int) -> list[Measured]:
    """Seconds from start to end, and how many bare interpreters that is."""
    seconds = interleave({name: lambda c=command: _run(c) for name, command in COMMANDS.items()}, rounds, elapsed=True)
    bare = seconds["python -c pass"]
    found: list[Measured] = []
    for name, taken in seconds.items():
        found.append(Measured(name, taken, "s", TARGETS.get(name)))
        if name in TARGETS:
            found.append(Measured(f"{name} : python -c pass", taken / bare, "x"))
    return found


def _run(command: tuple[str, ...]) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
