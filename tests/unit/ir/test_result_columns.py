"""The columns of results: order, names, origins, lists."""

from __future__ import annotations

import pytest

from golden.reports.worked import SHIPPED, program
from steelyard.ir.result_columns import Content, Origin, result_columns
from steelyard.ir.ruleset import HitPolicy


@pytest.mark.parametrize("policy", SHIPPED)
def test_each_column_says_where_its_values_come_from(policy: str) -> None:
    """Origins are there, and tell columns apart as names do."""
    settings = (("as_of", "2013-10-16T00:00"),) if policy == "motor-small-claims" else ()
    found = result_columns(program(policy, settings).ruleset)
    columns = [*found, *(field for column in found for field in column.fields)]

    origins = [column.origin for column in columns]
    assert None not in origins
    assert len(set(origins)) == len(columns)
    assert len({column.name for column in found}) == len(found)


def test_names_follow_origins() -> None:
    found = {column.origin: column.name for column in result_columns(program("claims-efficiency", ()).ruleset)}

    assert found[Origin(Content.KEY)] == "claim_id"
    assert found[Origin(Content.SHARES, score="score")] == "shares"
    assert found[Origin(Content.LOST, "acceptance", "score")] == "acceptance.lost"
    assert found[Origin(Content.INDICATOR_SCORE, "acceptance")] == "acceptance.score"


def test_three_hit_policies_give_lists() -> None:
    lists = {policy for policy in HitPolicy if policy.gives_list}

    assert lists == {HitPolicy.RULE_ORDER, HitPolicy.OUTPUT_ORDER, HitPolicy.COLLECT}
