"""Numbers that the engine for portfolios cannot hold are reported when the ruleset is checked."""

from __future__ import annotations

import pytest

from steelyard.analysis.check import load_text

RULESET = """
steelyard: 1
ruleset: r
version: 1
case:
  key: id
  inputs:
    id: text
    loss: {{type: decimal(2){loss}}}
    rate: {{type: decimal(5){rate}}}
relations:
  parts: {{of_case: id, id: code, fields: {{id: text, code: text, cost: integer}}}}
define:
  burden: {burden}
score: {{value: burden, round: 2}}
"""
RANGE = ', range: "[0..1000]"'


def found(burden: str, loss: str = "", rate: str = "") -> list[tuple[int, str]]:
    loaded = load_text(RULESET.format(loss=loss, rate=rate, burden=burden))
    assert loaded.errors == 0
    return [(one.span.line if one.span else 0, str(one.help)) for one in loaded.diagnostics if one.code == "L126"]


def test_a_product_beyond_128_bits_is_reported_with_the_inputs_to_bound():
    ((line, hint),) = found("loss * rate * rate")

    assert line == 13
    assert "`loss`, `rate`" in hint


def test_an_input_that_has_a_range_is_not_named():
    ((_, hint),) = found("loss * loss * loss * rate", rate=RANGE)

    assert "loss" in hint
    assert "rate" not in hint


@pytest.mark.parametrize("burden", ["loss * rate", "loss + rate - loss", "sum(parts.cost)"])
def test_what_fits_is_not_reported(burden):
    assert found(burden) == []


def test_a_sum_over_rows_of_a_product_is_reported():
    ((_, hint),) = found("sum(parts.cost * parts.cost)")

    assert "`parts.cost`" in hint


def test_numbers_that_square_each_other_are_checked_without_computing_them():
    chain = "loss\n" + "\n".join(f"  a{k}: a{k - 1} * a{k - 1}" for k in range(1, 60))

    assert found(chain.replace("a0", "burden"), loss=RANGE)


def test_a_long_cycle_of_definitions_is_reported_at_its_first_member():
    chain = "a1\n" + "\n".join(f"  a{k}: a{(k + 1) % 300} + 1" for k in range(1, 300))
    loaded = load_text(RULESET.format(loss="", rate="", burden=chain.replace("a0", "burden")))
    cycle = next(one for one in loaded.diagnostics if one.code == "N106")

    assert "300 definitions" in str(cycle.headline)


@pytest.mark.parametrize("count", [2, 3, 10])
def test_a_short_cycle_of_long_definitions_is_reported_too(count: int):
    def nested(k: int) -> str:
        return "min(" * 60 + f"a{(k + 1) % count}" + ", 1)" * 60

    chain = nested(0) + "\n" + "\n".join(f"  a{k}: {nested(k)}" for k in range(1, count))
    loaded = load_text(RULESET.format(loss="", rate="", burden=chain.replace("a0", "burden")))

    assert "N106" in {one.code for one in loaded.diagnostics}
