"""What the command line calls, called from Python: explain a case of a portfolio, compile, show, weights."""

from __future__ import annotations

from pathlib import Path

import pytest

import steelyard
from steelyard import CaseRejectedError, LimitError, Policy, PolicyError, UsageError
from steelyard.session.showing import Pass, show, weight_tables

CLAIM = {
    "claim_id": "A1",
    "reported_at": "2024-03-04 09:00",
    "accepted_at": "2024-03-04 10:30",
    "surveyed_at": "2024-03-05 12:30",
    "decided_at": "2024-03-06 02:30",
    "paid_at": "2024-03-06 03:30",
    "accuracy_rate": "98%",
}
BAD = {**CLAIM, "claim_id": "B1", "accuracy_rate": "98"}
TINY = """
steelyard: 1
ruleset: tiny
version: 1
title: Tiny
timezone: UTC
case:
  key: id
  inputs:
    id: {type: text}
    value: {type: integer, range: "[0..100]"}
indicators:
  only:
    measure: value
    better: higher
    score: measure
    baseline: 100
    weight: 1
    missing: MISSING
score:
  method: weighted_mean
"""


@pytest.fixture(scope="module")
def policy() -> Policy:
    return steelyard.load("claims-efficiency")


def test_explains_one_case_of_many(policy: Policy) -> None:
    found = policy.explain_case([CLAIM, BAD, {**CLAIM, "claim_id": "A2"}], key="A2", lang="zh")

    assert (found.status, found.content.key, found.lang) == ("scored", "A2", "zh")
    assert found.data()["status"] == "scored"
    assert found.content.outcome == policy.evaluate({**CLAIM, "claim_id": "A2"}).outcome


def test_explains_a_case_of_a_file(policy: Policy, tmp_path: Path) -> None:
    file = tmp_path / "claims.csv"
    file.write_text(f"{';'.join(CLAIM)}\n{';'.join(CLAIM.values())}\n", "utf-8")

    assert policy.explain_case(file, key="A1", delimiter=";").status == "scored"


def test_a_row_that_was_rejected_has_no_explanation(policy: Policy) -> None:
    with pytest.raises(CaseRejectedError, match="`B1` has no score") as caught:
        policy.explain_case([CLAIM, BAD], key="B1")

    (reject,) = caught.value.rejects
    assert (reject.key, reject.line, reject.where, reject.value) == ("B1", 2, "accuracy_rate", "98")


def test_a_case_that_a_rule_rejects_is_explained() -> None:
    strict = steelyard.load(TINY.replace("MISSING", "reject").replace('range: "', 'optional: true, range: "'))

    assert strict.explain_case([{"id": "A", "value": 1}, {"id": "B", "value": None}], key="B").status == "rejected"


def test_a_case_that_is_not_there(policy: Policy) -> None:
    with pytest.raises(UsageError, match=r"there is no case `A11` among 2; did you mean `A1`\?"):
        policy.explain_case([CLAIM, BAD], key="A11")
    with pytest.raises(UsageError, match="`fr`"):
        policy.explain_case([CLAIM], key="A1", lang="fr")


def test_compiles_to_one_statement_of_each_dialect(policy: Policy) -> None:
    texts = {policy.compile_sql(name) for name in ("duckdb", "spark", "postgres", "snowflake", "bigquery")}

    assert len(texts) == 5
    assert all(text.endswith(";\n") and text.count(";\n") == 1 for text in texts)
    assert "-- " in policy.compile_sql(lang="zh")
    assert policy.compile_sql() != policy.compile_sql(lang="zh")


def test_compiles_to_the_files_of_a_dbt_model(policy: Policy) -> None:
    files = policy.compile_dbt("postgres")

    assert list(files) == ["claims_efficiency.sql", "schema.yml", "README.md"]
    assert "{{ source('claims_efficiency', 'cases') }}" in files["claims_efficiency.sql"]


def test_compiles_the_version_that_is_named() -> None:
    florida = steelyard.load("us-fl-claims", as_of="2024-01-31", yearly_interest="5%")

    assert florida.compile_sql(version="2021.7.1").startswith("-- us-fl-claims 2021.7.1: ")
    assert florida.compile_sql().startswith(f"-- us-fl-claims {florida.version}: ")
    with pytest.raises(UsageError, match="no version `no`"):
        florida.compile_dbt(version="no")


def test_mistakes_in_compiling(policy: Policy) -> None:
    with pytest.raises(UsageError, match="there is no dialect `oracle`; there are duckdb, spark"):
        policy.compile_sql("oracle")
    with pytest.raises(UsageError, match="there is no dialect"):
        policy.compile_dbt("oracle")
    with pytest.raises(UsageError, match="`fr`"):
        policy.compile_sql(lang="fr")


def test_a_number_too_wide_for_sql_is_a_diagnostic() -> None:
    factors = " * ".join(["value"] * 9)
    text = (
        TINY.replace("MISSING", "waive").replace("measure: value", f"measure: {factors}").replace("..100]", "..99999]")
    )
    wide = steelyard.load(text)

    for compiled in (wide.compile_sql, wide.compile_dbt):
        with pytest.raises(PolicyError) as caught:
            compiled()
        assert [one.code for one in caught.value.diagnostics] == ["B201"]


@pytest.mark.parametrize("after", ["source", "model", "lower", None])
def test_shows_a_broken_ruleset_as_far_as_it_goes(after: Pass | None, tmp_path: Path) -> None:
    file = tmp_path / "tiny.yaml"
    file.write_text(TINY.replace("MISSING", "waive").replace("measure: value", "measure: valeu"), "utf-8")

    if after in {"source", "model"}:
        assert "valeu" in show(file, after=after)
    else:
        with pytest.raises(PolicyError):
            show(file, after=after)


def test_shows_versions_one_after_another() -> None:
    shown = show("us-fl-claims", {"as_of": "2024-01-31", "yearly_interest": "5%"}, after="lower")

    assert shown.count("digest of the policy: ") == 2


def test_weights_are_typed() -> None:
    (table,) = weight_tables("motor-small-claims")

    assert table.situations is not None
    first = table.situations[0]
    assert (str(first.words), first.denominator, first.problem) == ("no adjustment, nothing waived", 20, None)
    assert tuple(first.shares) == table.members
    assert sum(first.shares.values()) == 20
    waived = next(one for one in table.situations if str(one.words) == "no adjustment, `satisfaction` waived")
    assert set(table.members) - set(waived.shares) == {"satisfaction"}


def test_weights_where_nothing_is_left(tmp_path: Path) -> None:
    file = tmp_path / "tiny.yaml"
    file.write_text(TINY.replace("MISSING", "waive").replace('range: "', 'optional: true, range: "'), "utf-8")

    (table,) = weight_tables(file)
    assert table.situations is not None
    whole, nothing = table.situations
    assert (whole.shares, whole.denominator) == ({"only": 1}, 1)
    assert (nothing.shares, nothing.denominator, str(nothing.problem)) == (
        {},
        None,
        "nothing to score: every member is waived",
    )


def test_too_many_situations(tmp_path: Path) -> None:
    """13 indicators that can be waived: 8192 situations."""
    head, body = TINY.replace('range: "', 'optional: true, range: "').split("indicators:\n")
    indicator, score = body.split("score:\n  method")
    indicators = "".join(indicator.replace("only", f"n{n}").replace("MISSING", "waive") for n in range(13))
    file = tmp_path / "many.yaml"
    file.write_text(f"{head}indicators:\n{indicators}score:\n  method{score}", "utf-8")

    with pytest.raises(LimitError, match="8192 situations"):
        weight_tables(file)


def test_weights_of_parameters_without_a_value() -> None:
    with pytest.raises(UsageError, match="have no value"):
        weight_tables("cn-service-evaluation-2015")
