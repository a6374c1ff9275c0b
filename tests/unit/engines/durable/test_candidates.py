"""Of a joined relation only the rows that may belong to the case are asked about."""

from __future__ import annotations

import pytest

from steelyard.engines.durable.candidates import Index
from steelyard.facts.case import Case, Row
from steelyard.semantics.env import Env
from steelyard.semantics.values import missing


def env(**values) -> Env:
    return Env(Case("1", values), values, [], [], [], [])


def rows(*values) -> tuple[Row, ...]:
    return tuple(Row(str(n), {} if value is None else {"b": value}) for n, value in enumerate(values))


@pytest.fixture
def index() -> Index:
    return Index("b", lambda env: env.values.get("branch", missing("branch")))


def found(index, given, **values) -> list[str]:
    return [row.id for row in index.find(given, env(**values))]


def test_equal_rows_and_rows_without_the_field_in_their_order(index):
    given = rows("x", None, "y", "x", None)

    assert found(index, given, branch="x") == ["0", "1", "3", "4"]
    assert found(index, given, branch="z") == ["1", "4"]


def test_a_case_without_the_value_may_have_any_row(index):
    assert found(index, rows("x", None, "y")) == ["0", "1", "2"]


def test_other_rows_are_indexed_anew(index):
    assert found(index, rows("x", "y"), branch="x") == ["0"]
    assert found(index, rows("y", "x"), branch="x") == ["1"]
    assert found(index, (), branch="x") == []
