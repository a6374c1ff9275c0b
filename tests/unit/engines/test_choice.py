"""From the word after `--engine` to an engine, and what is said where durable is missing."""

from __future__ import annotations

import subprocess
import sys

import pytest

from steelyard.diagnostics import msg
from steelyard.engines import durable
from steelyard.engines.choice import AUTO_LIMIT, choose


def names(choice) -> tuple[str | None, tuple[str, ...]]:
    return choice.engine and choice.engine.name, tuple(checker.name for checker in choice.checkers)


@pytest.mark.parametrize(
    ("word", "cases", "expected"),
    [
        ("reference", 5, ("reference", ("durable",))),
        ("durable", 10**9, ("durable", ("reference",))),
        ("auto", AUTO_LIMIT, ("durable", ("reference",))),
        ("auto", AUTO_LIMIT + 1, ("reference", ("durable",))),
        ("auto", 0, ("durable", ("reference",))),
    ],
)
def test_choice(word, cases, expected):
    choice = choose(word, cases)

    assert names(choice) == expected
    assert choice.note is None


def test_an_unknown_engine():
    choice = choose("duckdb", 1)

    assert choice.engine is None
    assert str(choice.note) == "there is no engine `duckdb`; there are auto, reference, durable, sql, spark"


@pytest.fixture
def without_durable(monkeypatch):
    monkeypatch.setattr(durable, "available", lambda: msg("not built"))


def test_auto_falls_back_and_says_so(without_durable):
    choice = choose("auto", 1)

    assert names(choice) == ("reference", ())
    assert str(choice.note) == "the engine durable cannot be used, so reference is: not built"


def test_durable_fails_with_what_to_install(without_durable):
    choice = choose("durable", 1)

    assert choice.engine is None
    assert str(choice.note) == "not built"


def test_reference_needs_no_durable(without_durable):
    choice = choose("reference", 1)

    assert names(choice) == ("reference", ())
    assert str(choice.unchecked) == "not built"


def test_a_library_that_was_built_wrong_is_told_from_one_that_is_not_there(monkeypatch):
    def fails(error):
        def call(name):
            raise error

        return call

    monkeypatch.setattr(durable, "import_module", fails(ModuleNotFoundError("No module named 'durable'")))
    assert str(durable.available()).startswith("durable_rules is not installed: with a C compiler")

    monkeypatch.setattr(durable, "import_module", fails(ImportError("undefined symbol: PyEval_CallObject\nmore")))
    problem = str(durable.available())
    assert problem.startswith("durable_rules was built wrong (undefined symbol: PyEval_CallObject): run `CPPFLAGS=")
    assert "--no-cache-dir --force-reinstall durable_rules==2.0.28`" in problem


def test_where_durable_cannot_be_imported_the_package_still_can():
    """A library that was not built must not break the import of what does not use it."""
    script = """
import sys
sys.modules["durable"] = None
from steelyard.engines.choice import choose
from steelyard.engines import durable
print(choose("auto", 1).engine.name)
print(durable.available())
from steelyard.diagnostics import InternalError
try:
    durable.DurableEngine().compile(None, None)
except InternalError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    engine, problem, error = done.stdout.splitlines()

    assert engine == "reference"
    assert "durable_rules==2.0.28" in problem
    assert error == "durable_rules cannot be imported"
