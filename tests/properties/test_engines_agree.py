"""Whatever ruleset and case are drawn, every engine gives the same outcome, bit for bit."""

from __future__ import annotations

from hypothesis import HealthCheck, assume, given, note, settings

from conformance.harness import ENGINES, Broken, compiled, load_ruleset
from properties.strategies import examples
from sql_agreement import disagreements
from steelyard.engines.sql.arithmetic import TooWideError
from steelyard.facts.case import Reject
from steelyard.facts.texts import case_from_texts

# The examples are those of the profile: 100 by default, 20,000 with `STEELYARD_EXAMPLES=long`. A statement takes
# half a second to write and to plan, so that SQL sees a share of them by default.
IN_SQL = {100: 10, 500: 40}.get(settings.default.max_examples, settings.default.max_examples)


@settings(
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)
@given(examples())
def test_engines_agree(example):
    """Status, indicators, scores, ledgers, fired rules with their rows, reasons, what was missing, outputs."""
    text, cases = example
    note(text)
    try:
        ruleset = load_ruleset(text)
    except Broken:
        assume(False)
    ready = [compiled(engine, ruleset) for engine in ENGINES]
    for given_case in cases:
        case = case_from_texts(ruleset, given_case["given"], given_case["rows"])
        if isinstance(case, Reject):
            continue
        note(repr(case))
        first, *others = [engine.evaluate(case) for engine in ready]

        assert all(other == first for other in others)


@settings(
    derandomize=True,
    max_examples=IN_SQL,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)
@given(examples())
def test_sql_agrees(example):
    """The statement says what the reference says of cases that are scored together."""
    text, cases = example
    note(text)
    try:
        ruleset = load_ruleset(text)
    except Broken:
        assume(False)
    built = [case_from_texts(ruleset, one["given"], one["rows"]) for one in cases]
    accepted = [case for case in built if not isinstance(case, Reject)]
    note(repr(accepted))
    try:
        found = disagreements(ruleset, accepted)
    except TooWideError:
        assume(False)

    assert found == []
