"""Every case of every file here and the worked cases of every shipped ruleset: the SQL says what the reference says.

The cases of a file under one version with the same parameters are scored together, as a portfolio would be.
"""

from __future__ import annotations

import pytest

from conformance.harness import every_suite, read_suite, together
from sql_agreement import disagreements

SUITES = every_suite()


@pytest.mark.parametrize("name", SUITES)
def test_sql_agrees(name):
    suite = read_suite(*SUITES[name])

    assert [found for ruleset, cases in together(suite) for found in disagreements(ruleset, cases)] == []
