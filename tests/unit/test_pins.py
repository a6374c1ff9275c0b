"""The pins of pyproject.toml and of .ci/constraints.txt: one list, and it covers whatever is declared or installed."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

TOP = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))
RUNS = PROJECT["tool"]["uv"]["constraint-dependencies"]
BUILDS = PROJECT["tool"]["uv"]["build-constraint-dependencies"]


@pytest.fixture(scope="module")
def pin():
    spec = importlib.util.spec_from_file_location("pin", TOP / ".ci" / "pin.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def pinned(lines):
    """The version of each pinned package by name; more than one where markers part them."""
    found = {}
    for one in map(Requirement, lines):
        found.setdefault(canonicalize_name(one.name), []).append(next(iter(one.specifier)).version)
    return found


def test_the_constraints_of_pip_are_those_of_uv(pin):
    written = (TOP / ".ci" / "constraints.txt").read_text(encoding="utf-8")

    assert pin.as_constraints(pin.Pins(RUNS, BUILDS)) == written, "run: python .ci/pin.py"


def test_pins_are_versions_without_addresses():
    for line in (*RUNS, *BUILDS):
        one = Requirement(line)
        assert (one.url, [spec.operator for spec in one.specifier]) == (None, ["=="]), line


def test_whatever_is_declared_is_pinned_within_its_range(pin):
    runs, builds = pinned(RUNS), pinned(BUILDS)
    declared = [(one, runs) for one in pin.declared(PROJECT)]
    declared += [(one, builds) for one in (*PROJECT["build-system"]["requires"], *pin.BACK_ENDS)]

    for text, pins in declared:
        one = Requirement(text)
        versions = pins.get(canonicalize_name(one.name), [])
        assert versions, f"{text} is not pinned: run python .ci/pin.py"
        assert all(one.specifier.contains(version) for version in versions), text


def test_whatever_is_installed_for_us_is_pinned(pin):
    pins, seen = pinned(RUNS), set()
    waiting = [Requirement(one) for one in pin.declared(PROJECT)]
    while waiting:
        one = waiting.pop()
        name = canonicalize_name(one.name)
        extras = one.extras or {""}
        if (name, *sorted(extras)) in seen or (one.marker and not one.marker.evaluate({"extra": ""})):
            continue
        seen.add((name, *sorted(extras)))
        assert name in pins, f"{name} is not pinned: run python .ci/pin.py"
        try:
            needs = map(Requirement, distribution(name).requires or ())
        except PackageNotFoundError:  # of a group that is not installed here
            continue
        waiting += [
            Requirement(f"{need.name}[{','.join(need.extras)}]" if need.extras else need.name)
            for need in needs
            if need.marker is None or any(need.marker.evaluate({"extra": extra}) for extra in extras | {""})
        ]

    assert len(seen) > len(pin.declared(PROJECT))


def test_both_lists_are_replaced_and_nothing_else(pin):
    text = (TOP / "pyproject.toml").read_text(encoding="utf-8")

    replaced = pin.with_pins(text, pin.Pins(["a==1"], ["b==2 ; sys_platform == 'win32'"]))

    read = tomllib.loads(replaced)
    assert read["tool"]["uv"].pop("constraint-dependencies") == ["a==1"]
    assert read["tool"]["uv"].pop("build-constraint-dependencies") == ["b==2 ; sys_platform == 'win32'"]
    rest = tomllib.loads(text)
    del rest["tool"]["uv"]["constraint-dependencies"], rest["tool"]["uv"]["build-constraint-dependencies"]
    assert read == rest
    assert pin.with_pins(replaced, pin.Pins(RUNS, BUILDS)) == text


def test_extras_and_groups_that_include_others_are_looked_through(pin):
    project = {
        "project": {
            "name": "steelyard",
            "dependencies": ["a>=1"],
            "optional-dependencies": {"one": ["b"], "all": ["steelyard[one]"]},
        },
        "dependency-groups": {"dev": ["c"], "more": [{"include-group": "dev"}, "d"]},
    }

    assert pin.declared(project) == ["a>=1", "b", "c", "d"]


@pytest.mark.skipif(shutil.which("uv") is None, reason="needs uv")
def test_nothing_is_written_where_uv_fails(tmp_path):
    (tmp_path / ".ci").mkdir()
    shutil.copy(TOP / ".ci" / "pin.py", tmp_path / ".ci" / "pin.py")
    text = (TOP / "pyproject.toml").read_text(encoding="utf-8").replace('"click>=8.1.7,<9"', '"click>=8.1.7,<8"')
    (tmp_path / "pyproject.toml").write_text(text, encoding="utf-8")

    command = [sys.executable, str(tmp_path / ".ci" / "pin.py")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (done.returncode, "click" in done.stderr) == (1, True)
    assert (tmp_path / "pyproject.toml").read_text(encoding="utf-8") == text
    assert not (tmp_path / ".ci" / "constraints.txt").exists()
