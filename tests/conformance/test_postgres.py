"""A real Postgres gives what the reference gives, of the statements that `steelyard compile` writes."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest

from conformance.harness import read_suite, settled
from natural_tables import disagreements, drop_tables, fill_tables
from servers import NotInstalledError, postgres
from steelyard.analysis.check import load
from steelyard.diagnostics import Diagnostics
from steelyard.engines.reference import ReferenceEngine
from steelyard.engines.sql.dialects import dialect
from steelyard.engines.sql.readable import UnfitError, readable
from steelyard.engines.sql.tidy import keywords
from steelyard.facts.case import Case
from steelyard.facts.texts import case_from_texts
from steelyard.ir.canonical import policy_digest
from steelyard.ir.types import Text
from steelyard.resources import rulesets
from steelyard.session.run import read_facts
from steelyard.session.sources import FactFiles

FILES = sorted(Path(__file__).parent.glob("*.yaml"))
FEW = 12
"""So many adjustments and indicators have at most 4,096 situations."""
AS_OF = "2013-10-16T00:00"


@pytest.fixture(scope="module")
def server():
    """A Postgres of this module's own."""
    try:
        with postgres() as found:
            for statement in dialect("postgres").session_statements():
                found.run(statement)
            found.run("SET statement_timeout = '30s'")
            yield found
    except NotInstalledError as error:
        pytest.skip(str(error))


def compared(server, ruleset, cases):
    """What Postgres and the reference say otherwise of cases with different keys."""
    reference = ReferenceEngine().compile(ruleset, Diagnostics())
    assert reference is not None
    said = readable(ruleset, "postgres")
    try:
        fill_tables(server, "postgres", ruleset, cases)
        rows = server.run(said.text)
    finally:
        drop_tables(server, ruleset)
    return disagreements(ruleset, said, {case.key: reference.evaluate(case) for case in cases}, rows)


def together(suite):
    """The cases of a suite by version and shared rows: what fits in the same tables. Each gets a key of its own."""
    groups = defaultdict(list)
    for number, example in enumerate(suite.examples):
        rules = settled(example)
        case = keyed(example, rules, number)
        ruleset = rules.of(case.values) if isinstance(case, Case) else None
        if ruleset is not None:
            shared = repr([case.rows.get(one.id) for one in ruleset.relations if one.of_case is None])
            groups[policy_digest(ruleset), shared].append((ruleset, case))
    return [(pairs[0][0], [case for _, case in pairs]) for pairs in groups.values()]


def keyed(example, rules, number):
    """The case of an example under another key, its rows too."""
    ruleset = rules.newest
    assert next(one for one in ruleset.inputs if one.id == ruleset.key).type == Text()
    rows = {name: tuple({**row} for row in found) for name, found in example.rows.items()}
    for relation in ruleset.relations:
        for row in rows.get(relation.id, ()):
            row.pop(relation.of_case, None)
    return case_from_texts(rules, {**example.given, ruleset.key: f"case {number}"}, rows)


@pytest.mark.slow
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_conformance(server, path):
    found: list[str] = []
    for ruleset, cases in together(read_suite(path)):
        try:
            found += compared(server, ruleset, cases)
        except UnfitError:
            many = len(ruleset.weights.adjustments) + len(ruleset.indicators) > FEW
            assert many or any(one.family is not None for one in ruleset.indicators)

    assert found == []


@pytest.mark.slow
def test_the_sample_policy(server):
    sample = rulesets() / "motor-small-claims" / "sample"
    versions = load("motor-small-claims", {"as_of": AS_OF}).versions
    assert versions is not None
    relations = {one.id: (str(sample / f"{one.id}.csv"),) for one in versions.newest.relations if one.derived is None}
    found = read_facts(versions, FactFiles((str(sample / "claims.csv"),), relations))[0]

    assert len(found.cases) > 500
    assert compared(server, versions.newest, found.cases) == []


@pytest.mark.slow
def test_no_word_of_postgres_stands_without_quotes(server):
    found = server.run("SELECT word FROM pg_get_keywords() WHERE catcode <> 'U'")

    assert {word for (word,) in found} <= keywords("postgres")
