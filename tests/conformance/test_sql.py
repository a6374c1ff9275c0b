"""Every case of every file here: the SQL says what the reference says.

The cases of a file under one version with the same parameters are scored together, as a portfolio would be.
"""

from __future__ import annotations

import pytest

import natural_tables
from conformance.harness import own_suites, read_suite, together
from servers import duckdb_memory
from sql_agreement import disagreements
from steelyard.diagnostics import Diagnostics
from steelyard.engines.reference import ReferenceEngine
from steelyard.engines.sql.readable import readable

SUITES = own_suites()


@pytest.mark.parametrize("name", SUITES)
def test_sql_agrees(name):
    suite = read_suite(*SUITES[name])

    assert [found for ruleset, cases in together(suite) for found in disagreements(ruleset, cases)] == []


def test_a_statement_derives_rows_as_the_reference_does():
    """That of `compile`, from the cases of the file."""
    for ruleset, cases in together(read_suite(*SUITES["derived"])):
        reference, said = ReferenceEngine().compile(ruleset, Diagnostics()), readable(ruleset, "duckdb")
        with duckdb_memory() as server:
            natural_tables.fill_tables(server, "duckdb", ruleset, cases)
            rows = server.run(said.text)

        outcomes = {case.key: reference.evaluate(case) for case in cases}
        assert len(outcomes) > 5
        assert natural_tables.disagreements(ruleset, said, outcomes, rows) == []
