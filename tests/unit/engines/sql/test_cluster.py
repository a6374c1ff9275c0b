"""Sources of a cluster: which columns a statement can read, and the summary in Spark's words."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from steelyard.diagnostics import PolicyError
from steelyard.engines.sql.cluster_outputs import translated
from steelyard.engines.sql.cluster_sources import Source, UnfitColumn, absent_columns, roles, spark_type, unfit_columns
from steelyard.session.cluster import score_cluster, score_frames
from steelyard.session.cluster_facts import check_sources, sources_of
from steelyard.session.errors import EngineError, InputError
from steelyard.session.listener import Silent
from steelyard.session.run import ready_ruleset


@dataclass
class Frame:
    """What is asked of a frame of Spark before any work."""

    dtypes: list[tuple[str, str]]

    @property
    def columns(self) -> list[str]:
        return [name for name, _ in self.dtypes]


GOOD = {
    "claim_id": "string",
    "reported_at": "timestamp",
    "accepted_at": "timestamp",
    "surveyed_at": "timestamp",
    "decided_at": "timestamp",
    "paid_at": "timestamp",
    "accuracy_rate": "decimal(18,4)",
}


def source(**changed: str | None) -> Source:
    columns = [(name, kind) for name, kind in {**GOOD, **changed}.items() if kind is not None]
    return Source("cases", ("claims",), (Frame(columns),))  # type: ignore[arg-type]


def unfit(one: Source) -> list[UnfitColumn]:
    return list(unfit_columns(roles(ready_ruleset("claims-efficiency", {}).newest)["cases"], one))


@pytest.mark.parametrize("kind", ["decimal(18,4)", "decimal(5,4)", "decimal(20,6)", "int", "smallint", "tinyint"])
def test_numbers_that_always_fit_are_read(kind: str):
    assert [] == unfit(source(accuracy_rate=kind))


@pytest.mark.parametrize(
    ("column", "kind", "wanted"),
    [
        ("accuracy_rate", "double", "DECIMAL(18, 4)"),
        ("accuracy_rate", "float", "DECIMAL(18, 4)"),
        ("accuracy_rate", "bigint", "DECIMAL(18, 4)"),  # times 10,000 it may need more than 64 bits
        ("accuracy_rate", "decimal(19,4)", "DECIMAL(18, 4)"),
        ("accuracy_rate", "string", "DECIMAL(18, 4)"),
        ("reported_at", "timestamp_ntz", "TIMESTAMP"),  # local to whom?
        ("reported_at", "date", "TIMESTAMP"),
        ("claim_id", "string collate UTF8_LCASE", "STRING"),
        ("claim_id", "bigint", "STRING"),
        ("claim_id", None, "STRING"),
    ],
)
def test_other_types_are_named_with_what_is_wanted(column: str, kind: str | None, wanted: str):
    (found,) = unfit(source(**{column: kind}))

    assert ("claims", column, kind) == (found.source, found.column, found.found)
    assert found.wanted.startswith(wanted)


def test_optional_columns_may_be_missing():
    fields = roles(ready_ruleset("motor-small-claims", {"as_of": "2013-10-16T00:00"}).newest)["cases"]
    needed = [one for one in fields if not one.can_be_missing]
    frame = Frame([(one.column, spark_type(one.type)) for one in needed])
    one = Source("cases", ("claims",), (frame,))  # type: ignore[arg-type]

    assert [] == list(unfit_columns(fields, one))
    assert [one.column for one in fields if one.can_be_missing] == absent_columns(fields, one)
    assert len(needed) < len(fields)


def test_unfit_columns_and_unknown_relations_are_diagnostics():
    versions = ready_ruleset("claims-efficiency", {})
    with pytest.raises(PolicyError) as caught:
        check_sources(versions, {"cases": source(accuracy_rate="double", claim_id=None)}, Silent())

    assert [(one.code, str(one.headline)) for one in caught.value.diagnostics] == [
        ("E116", "`claims` has no column `claim_id`, expected STRING"),
        ("E119", "`claims`: the column `accuracy_rate` is double, expected DECIMAL(18, 4)"),
    ]
    with pytest.raises(PolicyError) as caught:
        check_sources(versions, {"cases": source(), "storms": Source("storms", (), ())}, Silent())

    assert [one.code for one in caught.value.diagnostics] == ["E121"]


def test_one_version_only():
    versions = ready_ruleset("us-fl-claims", {"as_of": "2024-01-31", "yearly_interest": "5%"})
    with pytest.raises(EngineError, match="under one version"):
        score_cluster(versions, {}, None, {})


def test_relations_are_frames_of_spark_too():
    with pytest.raises(InputError, match="a frame of Spark"):
        sources_of([], {"weather": [{"event_id": "1"}]})  # type: ignore[arg-type]


def test_derived_rows_are_given_to_a_cluster():
    versions = ready_ruleset("motor-small-claims", {"as_of": "2013-10-16T00:00"})
    with pytest.raises(PolicyError) as caught:
        score_frames(versions, {}, Frame([]), {"complaints": []})  # type: ignore[arg-type]

    assert [("B101", "a cluster does not derive the rows of `branch_month` from the cases")] == [
        (one.code, str(one.headline)) for one in caught.value.diagnostics
    ]


def test_summary_in_the_words_of_spark():
    lost = """SELECT list_sum(list_transform("p.q", lambda item: item['lost']))"""
    items = "TRANSFORM(`p.q`, item -> item['lost'])"
    added = "(a, b) -> CAST(COALESCE(a + b, a, b) AS DECIMAL(38, 6))"
    fired = translated("SELECT reasons[1] AS item, unnest(fired) FROM r")

    assert "SELECT reasons[0] AS item, EXPLODE(fired) FROM r" == fired
    assert f"SELECT AGGREGATE({items}, CAST(NULL AS DECIMAL(38, 6)), {added})" == translated(lost)
    assert "WITH d AS (SELECT CAST(1 AS DECIMAL(38, 0)) AS s) SELECT MIN(s) FILTER(WHERE s > 1) FROM d" == translated(
        "WITH d AS MATERIALIZED (SELECT CAST(1 AS HUGEINT) AS s) SELECT min(s) FILTER (WHERE s > 1) FROM d"
    )
