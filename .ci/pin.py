"""Pins every package that runs, tests or builds Steelyard, over all extras, groups and supported Pythons.

Resolves what pyproject.toml declares for every platform at once and writes the versions found, with markers:

- into pyproject.toml, `[tool.uv]`: `constraint-dependencies` (what runs) and `build-constraint-dependencies`;
- into .ci/constraints.txt, both lists as one, for `pip install -c .ci/constraints.txt .`

Run `python .ci/pin.py` after a change of dependencies: pins that still fit stay. `python .ci/pin.py --upgrade` takes
the newest version of everything. It needs uv and the network. Only names and versions are written, no addresses.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any, NamedTuple

TOP = Path(__file__).resolve().parent.parent
PROJECT = TOP / "pyproject.toml"
CONSTRAINTS = TOP / ".ci" / "constraints.txt"

BACK_ENDS = ("editables", "setuptools", "wheel")
"""What builds, beside our own build requirements: source distributions (durable_rules, pyspark), editable installs."""

RUNS, BUILDS = "constraint-dependencies", "build-constraint-dependencies"
HEAD = "# Written by .ci/pin.py: the pins of pyproject.toml, for pip install -c .ci/constraints.txt .\n"


class Pins(NamedTuple):
    """Lines like `name==1.2` or `name==1.2 ; marker`, sorted. A package in both lists has one version."""

    runs: list[str]
    builds: list[str]


def main() -> int:
    """Resolve, then write both files. The exit status is uv's where it fails; then nothing is written."""
    parser = argparse.ArgumentParser(description="Pins every package that runs, tests or builds Steelyard.")
    parser.add_argument("--upgrade", action="store_true", help="take the newest versions, whatever is pinned now")
    upgrade: bool = parser.parse_args().upgrade
    text = PROJECT.read_text(encoding="utf-8")
    keep = "" if upgrade or not CONSTRAINTS.exists() else CONSTRAINTS.read_text(encoding="utf-8")
    try:
        pins = resolve(tomllib.loads(text), keep)
    except subprocess.CalledProcessError as failed:
        return failed.returncode
    PROJECT.write_text(with_pins(text, pins), encoding="utf-8")
    CONSTRAINTS.write_text(as_constraints(pins), encoding="utf-8")
    sys.stdout.write(f"pinned {len(pins.runs)} packages that run and {len(pins.builds)} that build\n")
    return 0


def resolve(project: dict[str, Any], keep: str) -> Pins:
    """Resolve the declared requirements together, so that a package has one version wherever it is used.

    Args:
        project: pyproject.toml as read.
        keep: pins to prefer, a line each; empty for the newest versions.

    Raises:
        CalledProcessError: uv found no solution, or no index; it has said so.
    """
    runs, builds = declared(project), [*project["build-system"]["requires"], *BACK_ENDS]
    python = project["project"]["requires-python"].removeprefix(">=")
    both = "\n".join(compiled([*runs, *builds], python, keep))
    return Pins(compiled(runs, python, both), compiled(builds, python, both))


def declared(project: dict[str, Any]) -> list[str]:
    """Return the requirements of the project, of all its extras and of all its groups."""
    own = project["project"]
    lists = [own["dependencies"], *own["optional-dependencies"].values(), *project["dependency-groups"].values()]
    found = [one for each in lists for one in each if isinstance(one, str)]  # a table includes another group
    return [one for one in found if not re.match(rf"{own['name']}\b", one)]  # an extra may include another


def compiled(requirements: list[str], python: str, keep: str) -> list[str]:
    """Run `uv pip compile` for all platforms and all Pythons from `python` on, in a folder without settings."""
    with tempfile.TemporaryDirectory() as folder:
        pins = Path(folder) / "pins.txt"
        pins.write_text(keep, encoding="utf-8")
        options = ["--universal", "--python-version", python, "--no-annotate", "--no-header", "--quiet"]
        subprocess.run(
            ["uv", "pip", "compile", *options, "--output-file", pins.name, "-"],
            cwd=folder,
            input="\n".join(requirements),
            text=True,
            encoding="utf-8",
            stdout=subprocess.DEVNULL,  # the pins once more
            check=True,
        )
        return sorted(line for line in pins.read_text(encoding="utf-8").splitlines() if "==" in line)


def with_pins(text: str, pins: Pins) -> str:
    """Return the text of pyproject.toml with its two lists of pins replaced."""
    for key, lines in ((RUNS, pins.runs), (BUILDS, pins.builds)):
        listed = "".join(f'  "{line}",\n' for line in lines)
        pattern = re.compile(rf"^{key} = \[\n.*?^\]\n", re.MULTILINE | re.DOTALL)
        text, times = pattern.subn(lambda _, key=key, listed=listed: f"{key} = [\n{listed}]\n", text)
        if times != 1:
            sys.exit(f"pyproject.toml: [tool.uv] needs the list {key} once, its brackets at the ends of lines")
    return text


def as_constraints(pins: Pins) -> str:
    """Return the text of constraints.txt: both lists as one."""
    return HEAD + "".join(f"{line}\n" for line in sorted({*pins.runs, *pins.builds}))


if __name__ == "__main__":
    sys.exit(main())
