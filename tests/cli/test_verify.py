"""A check on another engine: done, left out with a warning, or refused where it was asked for and cannot run."""

from __future__ import annotations

import json

import pytest

from steelyard.diagnostics import msg
from steelyard.engines import durable

AS_OF = ("--as-of", "2024-05-10T00:00")
LEFT_OUT = "warning: not checked on another engine: "
REFUSED = "error: a check of 7 cases on another engine was asked for, and none can run: "


@pytest.fixture
def score(steelyard, policy, tmp_path):
    def call(*words):
        given = ("--cases", policy / "cases.csv", *AS_OF, "-o", tmp_path / "o.csv", "--provenance", tmp_path / "p.json")
        return steelyard("evaluate", policy, *given, *words)

    return call


@pytest.fixture
def without_durable(monkeypatch):
    monkeypatch.setattr(durable, "available", lambda: msg("not built"))


def verified(tmp_path):
    return json.loads((tmp_path / "p.json").read_text("utf-8"))["verified"]


@pytest.mark.parametrize("engine", ["reference", "auto"])
def test_in_memory_a_check_that_was_asked_for_must_run(score, tmp_path, without_durable, engine):
    done = score("--engine", engine, "--verify", 7)

    assert done.status == 2
    assert REFUSED in done.err
    assert list(tmp_path.glob("*.*")) == []


@pytest.mark.parametrize(("engine", "problem"), [("reference", "not built"), ("auto", "there is none")])
def test_in_memory_a_check_that_nobody_asked_for_is_missed_aloud(score, tmp_path, without_durable, engine, problem):
    done = score("--engine", engine, "-q")

    assert done.status == 0
    assert f"{LEFT_OUT}{problem}\n" in done.err
    assert ("the engine durable cannot be used, so reference is: not built" in done.err) == (engine == "auto")
    assert verified(tmp_path) == {"cases": 0, "engines": []}


def test_sql_is_checked_on_the_reference_where_durable_is_missing(score, tmp_path, without_durable):
    assert score("--engine", "sql", "--verify", 7).status == 0
    assert verified(tmp_path) == {"cases": 4, "engines": ["reference"]}


@pytest.mark.parametrize("engine", ["reference", "sql"])
def test_no_check_is_missed_where_none_is_wanted(score, tmp_path, without_durable, engine):
    done = score("--engine", engine, "--verify", 0)

    assert (done.status, "not checked" in done.err) == (0, False)
    assert verified(tmp_path) == {"cases": 0, "engines": []}


@pytest.mark.parametrize("engine", ["reference", "sql"])
def test_200_cases_are_checked_where_nothing_is_asked(score, tmp_path, engine):
    done = score("--engine", engine)

    assert (done.status, "4 cases checked on " in done.err) == (0, True)
    assert verified(tmp_path)["cases"] == 4
