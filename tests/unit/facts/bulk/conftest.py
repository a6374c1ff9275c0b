"""Both intakes over the same files; they must agree on everything that they say."""

# pyright: basic

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest

from databases import database
from steelyard.diagnostics import Diagnostics
from steelyard.facts import Portfolio, ReadOptions, read_portfolio
from steelyard.facts.bulk import Loaded, broken_text, load
from steelyard.ir.ruleset import InputField, Label, Range, Relation, Ruleset, Weights
from steelyard.ir.types import Boolean, Date, DateTime, Days, Duration, Number, Region, Regions, Text, default_range
from steelyard.ir.versions import Versions, versions_of

Agree = Callable[..., Portfolio | None]


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
    try:
        return _check(rules, cases, relations, options, check_text=False)
    except duckdb.Error as error:
        if not broken_text(error):
            raise
    return _check(rules, cases, relations, options, check_text=True)


def _check(rules, cases, relations, options: ReadOptions | None, *, check_text: bool) -> Portfolio | None:
    versions: Versions = versions_of(rules)
    files = [cases] if isinstance(cases, Path) else cases
    given = {name: [path] if isinstance(path, Path) else path for name, path in (relations or {}).items()}
    expected, found = Diagnostics(), Diagnostics()
    portfolio = read_portfolio(versions, files, given, expected, options=options)
    with database(2) as connection:
        loaded = load(connection, versions, files, given, found, options=options, check_text=check_text)

        assert said(expected) == said(found)
        assert (portfolio is None) == (loaded is None)
        if portfolio is not None and loaded is not None:
            _same(portfolio, loaded, connection, versions)
    return portfolio


def _same(portfolio: Portfolio, loaded: Loaded, connection: duckdb.DuckDBPyConnection, versions: Versions) -> None:
    try:
        assert [dict(case.values) for case in portfolio.cases] == stored(connection, loaded)
        in_blocks: list[dict] = []
        for restrict in loaded.blocks(max(2, loaded.read // 3)):
            with connection.cursor() as cursor:
                cursor.execute("SET TimeZone = 'UTC'")
                restrict(cursor)
                in_blocks += stored(cursor, loaded)
        assert [dict(case.values) for case in portfolio.cases] == in_blocks
        assert [dict(case.values) for case in portfolio.cases] == stored(connection, loaded)
        assert list(portfolio.rejects) == list(loaded.rejects())
        assert (len(portfolio.rejects), len(portfolio.cases)) == (loaded.rejected, loaded.read - loaded.rejected)
        assert portfolio.feed_rejects == loaded.feed_rejects
        idle = loaded.idle_warnings()
        assert list(map(str, portfolio.warnings)) == list(map(str, (*loaded.warnings, *idle)))
        assert portfolio.findings == loaded.findings()
        assert portfolio.provenance == loaded.provenance
        some = portfolio.cases[:40]
        assert list(some) == loaded.cases_of([case.key for case in some])
        check_relations(connection, versions, loaded, portfolio)
    finally:
        loaded.close()


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


TYPES = {
    "whole": Number(0),
    "tenths": Number(1),
    "rate": Number(4),
    "flag": Boolean(),
    "day": Date(),
    "at": DateTime(),
    "length": Duration(),
    "days": Days(),
    "word": Text(),
    "colour": Text(("red", "green", "it's")),
    "county": Region("gb2260"),
    "fips": Region("fips"),
    "place": Region("name"),
    "counties": Regions("gb2260"),
    "fipses": Regions("fips"),
    "places": Regions("name"),
}


def field(id_: str, kind, **more) -> InputField:
    settings = {"column": id_, "range": default_range(kind)} | more
    return InputField(id=id_, label=Label(id_, id_), type=kind, **settings)


def key(kind=None, **more) -> InputField:
    return field("key", kind or Text(), **more)


def optional(*names: str) -> tuple[InputField, ...]:
    return tuple(field(name, TYPES[name], optional=True) for name in names or TYPES)


def relation(id_: str, *fields: InputField, **more) -> Relation:
    return Relation(id=id_, label=Label(id_, id_), fields=fields, **more)


def ruleset(*inputs: InputField, relations=(), timezone="Asia/Shanghai", version="1", days=None, reference=None):
    return Ruleset(
        id="r", version=version, title=Label("r", "r"), source=None, timezone=timezone,
        effective=Range(*(days or (None, None))), key="key", reference_date=reference, inputs=inputs, parameters=(),
        groups=(), relations=tuple(relations), defines=(), tables=(), indicators=(), exemptions=(), weights=Weights(),
        scores=(), unscored=(), points=(), outputs=(),
    )  # fmt: skip


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with database(2) as found:
        yield found


@pytest.fixture(scope="session")
def agree() -> Agree:
    return check


@pytest.fixture(scope="session")
def shapes() -> SimpleNamespace:
    """Rulesets of one input a type, to put every cell through every grammar."""
    return SimpleNamespace(types=TYPES, field=field, key=key, optional=optional, relation=relation, ruleset=ruleset)
