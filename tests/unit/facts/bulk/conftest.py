"""Both intakes over the same files; they must agree on everything that they say."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from steelyard.diagnostics import Diagnostics
from steelyard.facts import Portfolio, ReadOptions, read_portfolio
from steelyard.facts.bulk import Loaded, load
from steelyard.ir.versions import Versions, versions_of

Agree = Callable[..., Portfolio | None]


def connect() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(config={"threads": 2})
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def stored(connection, loaded: Loaded) -> list[dict]:
    """The values of the cases, in the order of the files; missing ones are absent."""
    found: dict[int, dict] = {}
    for view in loaded.cases.values():
        rows = connection.execute(f"SELECT * FROM {view}")
        names = [column[0] for column in rows.description]
        for number, *values in rows.fetchall():
            assert number not in found
            found[number] = _present(names[1:], values)
    return [found[number] for number in sorted(found)]


def related(connection, loaded: Loaded, version: str, relation: str) -> list[tuple[str, dict]]:
    """The ids and values of a relation's rows, in their order."""
    rows = connection.execute(f"SELECT * FROM {loaded.relations[version][relation]} ORDER BY _row")
    names = [column[0] for column in rows.description]
    return [(id_, _present(names[2:], values)) for _, id_, *values in rows.fetchall()]


def _present(names, values) -> dict:
    plain = (tuple(value) if isinstance(value, list) else value for value in values)
    return {name: value for name, value in zip(names, plain, strict=True) if value is not None}


def said(diagnostics: Diagnostics) -> list[tuple]:
    return [(d.code, str(d.headline), str(d.help), tuple(map(str, d.notes)), d.span) for d in diagnostics.sorted()]


def check(rules, cases, relations=None, options: ReadOptions | None = None) -> Portfolio | None:
    """Read the files in both ways, compare everything, and give what was read."""
    versions: Versions = versions_of(rules)
    files = [cases] if isinstance(cases, Path) else cases
    given = {name: [path] if isinstance(path, Path) else path for name, path in (relations or {}).items()}
    expected, found = Diagnostics(), Diagnostics()
    portfolio = read_portfolio(versions, files, given, expected, options=options)
    connection = connect()
    loaded = load(connection, versions, files, given, found, options=options)

    assert said(expected) == said(found)
    assert (portfolio is None) == (loaded is None)
    if portfolio is None or loaded is None:
        return None
    try:
        assert [dict(case.values) for case in portfolio.cases] == stored(connection, loaded)
        assert list(portfolio.rejects) == list(loaded.rejects())
        assert (len(portfolio.rejects), len(portfolio.cases)) == (loaded.rejected, loaded.read - loaded.rejected)
        assert portfolio.feed_rejects == loaded.feed_rejects
        assert list(map(str, portfolio.warnings)) == list(map(str, loaded.warnings))
        assert portfolio.provenance == loaded.provenance
        some = portfolio.cases[:40]
        assert list(some) == loaded.cases_of([case.key for case in some])
        check_relations(connection, versions, loaded, portfolio)
    finally:
        loaded.close()
    return portfolio


def check_relations(connection, versions: Versions, loaded: Loaded, portfolio: Portfolio) -> None:
    """The tables of relations hold the rows that the cases have."""
    for ruleset in versions.rulesets:
        mine = [case for case in portfolio.cases if versions.of(case.values) is ruleset]
        for relation in ruleset.relations:
            table = related(connection, loaded, ruleset.version, relation.id)
            for case in mine:
                key, of_case = case.values[ruleset.key], relation.of_case
                own = [row for row in table if of_case is None or row[1][of_case] == key]
                assert [(row.id, dict(row.values)) for row in case.rows[relation.id]] == own


@pytest.fixture
def agree() -> Agree:
    return check
