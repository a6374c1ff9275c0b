"""A dbt model: its cut-off as a variable of dbt, and where the project has its tables."""

from __future__ import annotations

import datetime as dt
import re
import types
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from jinja2 import Environment, StrictUndefined
from ruamel.yaml import YAML

import natural_tables
import steelyard
from conformance.harness import every_suite, read_suite, together
from servers import duckdb_memory
from steelyard.engines.sql.dbt import Places, model
from steelyard.engines.sql.readable import readable
from steelyard.session.compiling import DbtTables
from steelyard.session.run import ready_ruleset

MOTOR = "motor-small-claims"
TINY = """
steelyard: 1
ruleset: tiny
version: "1"
title: Tiny
timezone: America/New_York
parameters:
  as_of: {type: datetime, NONE label: Cut-off}
case:
  key: id
  inputs:
    id: text
    due: {type: datetime, optional: true}
indicators:
  pending:
    measure: as_of - coalesce(due, as_of)
    target: 24h
    better: lower
    missing: reject
    score: {steps: {each: 1h, deduct: 10, begun: counts}}
    weight: 1
score:
  method: weighted_mean
"""


class Pytz:
    """What a model uses of pytz, which dbt brings."""

    def __init__(self, name: str) -> None:
        self._zone = ZoneInfo(name)

    def localize(self, local: dt.datetime, *, is_dst: bool | None = False) -> dt.datetime:
        """Give a local time its zone; one that comes twice or never is an error where is_dst is None."""
        both = {local.replace(tzinfo=self._zone, fold=fold).astimezone(dt.UTC) for fold in (0, 1)}
        if is_dst is None and len(both) > 1:
            raise LookupError(str(local))
        return local.replace(tzinfo=self._zone)


def rendered(text: str, variables: Mapping[str, object], *, execute: bool = True) -> str:
    """What dbt makes of a model; tables have their own names."""

    def stop(said: str) -> None:
        raise ValueError(said)

    jinja = Environment(undefined=StrictUndefined, keep_trailing_newline=True, autoescape=False)
    return jinja.from_string(text).render(
        config=lambda **_: "",
        source=lambda _, table: table,
        ref=lambda table: table,
        execute=execute,
        var=lambda name, default=None: variables.get(name, default),
        modules=types.SimpleNamespace(datetime=dt, pytz=types.SimpleNamespace(timezone=Pytz, utc=Pytz("UTC"))),
        exceptions=types.SimpleNamespace(raise_compiler_error=stop),
    )


def motor(lang: str = "en") -> Mapping[str, str]:
    return model(ready_ruleset(MOTOR, {}, ("as_of",)).newest, "duckdb", lang)


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"as_of": "2024-01-10T00:00Z"},
        {"as_of": "2024-01-10T08:00:00.000000+08:00"},
        {"as_of": dt.datetime(2024, 1, 10, tzinfo=dt.UTC)},  # as YAML reads it
    ],
)
def test_a_cut_off_of_dbt_is_that_of_the_ruleset(given: Mapping[str, object]) -> None:
    """Which is 2024-01-10T00:00Z; its statement is compared with the reference elsewhere."""
    ((ruleset, cases),) = together(read_suite(*every_suite()["grants"]))
    unset = (replace(one, value=None) if one.id == "as_of" else one for one in ruleset.parameters)
    files = model(replace(ruleset, parameters=tuple(unset)), "duckdb")
    statement, own = rendered(files["grants.sql"], given), readable(ruleset, "duckdb").text
    statuses: list[object] = []
    for case in cases[::3]:
        with duckdb_memory() as server:
            natural_tables.fill_tables(server, "duckdb", ruleset, [case])
            rows = server.run(statement)
            assert rows == server.run(own)
        statuses += [row[4] for row in rows]

    assert "scored" in statuses


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (None, "as_of needs a value: --vars"),
        ("1850-01-01T00:00", "as_of is out of its range"),
        ("9999-01-01T00:00", "as_of is out of its range"),
        ("24h", "as_of needs a value"),
        ("", "as_of needs a value"),
        (dt.date(2013, 12, 1), "as_of needs a value"),
        ("on the first of June", "isoformat"),
    ],
)
def test_a_cut_off_that_dbt_cannot_take_stops_it(given: object, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        rendered(motor()["motor_small_claims.sql"], {"as_of": given})


def test_a_project_is_parsed_without_the_cut_off() -> None:
    """Its value is asked for when a model is built; until then nothing is written for it."""
    text = motor()["motor_small_claims.sql"].split("-- motor-small-claims")[0]

    assert rendered(text, {}, execute=False).strip() == ""


def test_a_local_time_that_comes_twice_or_never_stops_dbt() -> None:
    policy = steelyard.load(TINY.replace("NONE ", ""), as_of="2024-03-01T00:00")
    text = policy.compile_dbt(variable=True)["tiny.sql"]

    assert "1710054000000000" in rendered(text, {"as_of": "2024-03-10T03:00"})
    for given in ("2024-03-10T02:30", "2024-11-03T01:30"):
        with pytest.raises(LookupError):
            rendered(text, {"as_of": given})


def test_a_cut_off_of_days_and_the_one_of_the_ruleset() -> None:
    days = (
        TINY.replace("datetime", "date").replace("24h", "1d").replace("1h", "1d").replace("NONE", "value: 2024-02-29,")
    )
    files = steelyard.load(days).compile_dbt(variable=True)

    assert "CAST(19782 AS BIGINT)" in rendered(files["tiny.sql"], {"as_of": "2024-02-29"})
    assert "var('as_of', '2024-02-29')" in files["tiny.sql"]
    assert "without it the ruleset's own value holds" in files["README.md"]


def test_the_digests_are_those_of_the_policy() -> None:
    policy = steelyard.load(MOTOR, as_of="2013-12-01T00:00")
    heads = [text.partition("WITH")[0] for text in (policy.compile_sql(), motor()["motor_small_claims.sql"])]

    assert ["digest of the policy: " in head for head in heads] == [True, True]
    assert len({head.split("digest of the policy: ")[1][:64] for head in heads}) == 1


# where the tables are


def schema(files: Mapping[str, str]) -> Any:
    return YAML(typ="safe").load(files["schema.yml"])


def test_two_rulesets_share_no_name_of_a_project() -> None:
    names: list[str] = []
    for one, as_of in (("claims-efficiency", None), (MOTOR, "2013-12-01T00:00")):
        files = steelyard.load(one, as_of=as_of).compile_dbt()
        names += [source["name"] for source in schema(files)["sources"]]
        names += re.findall(r'^ +name: "(.*)"$', files["schema.yml"], re.MULTILINE)

    assert "motor_small_claims_score_in_range" in names
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("tables", "written", "declared"),
    [
        (DbtTables(), "{{ source('claims_efficiency', 'cases') }}", ["claims_efficiency"]),
        (DbtTables(source="raw"), "{{ source('raw', 'cases') }}", ["raw"]),
        (DbtTables(source="raw", declared=True), "{{ source('raw', 'cases') }}", []),
        (DbtTables(ref=True), "{{ ref('cases') }}", []),
        (DbtTables(ref=True, names={"cases": "stg_claims"}), "{{ ref('stg_claims') }}", []),
        (DbtTables(names={"cases": "claims"}), "{{ source('claims_efficiency', 'claims') }}", ["claims_efficiency"]),
    ],
)
def test_where_a_project_has_the_tables(tables: DbtTables, written: str, declared: list[str]) -> None:
    files = steelyard.load("claims-efficiency").compile_dbt(tables=tables)

    assert f"FROM {written} AS t" in files["claims_efficiency.sql"]
    sources = schema(files).get("sources", [])
    assert [one["name"] for one in sources] == declared
    for one in sources:
        assert [table["name"] for table in one["tables"]] == [written.split("'")[3]]
    assert f"`{written.split(chr(39))[-2]}`" in files["README.md"]


@pytest.mark.parametrize(
    ("tables", "said"),
    [
        (DbtTables(source="a b"), "`a b` is no name for dbt"),
        (DbtTables(source="a') }} {{ env_var('x"), "is no name for dbt"),
        (DbtTables(names={"cases": "a.b"}), "`a.b` is no name for dbt"),
        (DbtTables(names={"claims": "a"}), "no table `claims`, only cases"),
        (DbtTables(source="a", ref=True), "give one of the two"),
        (DbtTables(declared=True), "name the source"),
    ],
)
def test_tables_that_no_project_has(tables: DbtTables, said: str) -> None:
    with pytest.raises(steelyard.UsageError, match=said):
        steelyard.load("claims-efficiency").compile_dbt(tables=tables)


def test_names_that_are_the_models_unless_given() -> None:
    ruleset = ready_ruleset("claims-efficiency", {}).newest

    assert model(ruleset, "duckdb") == model(ruleset, "duckdb", places=Places(source="claims_efficiency"))
