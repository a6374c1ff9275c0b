"""`steelyard compile`: text that a person can read, that reads back, and that gives what the reference gives."""

from __future__ import annotations

from pathlib import Path

import pytest
from ruamel.yaml import YAML
from sqlglot import exp, parse_one

from natural_tables import disagreements, fill_tables
from servers import duckdb_memory
from steelyard.analysis.check import load
from steelyard.diagnostics import Diagnostics
from steelyard.engines.reference import ReferenceEngine
from steelyard.engines.sql.dialects import NAMES
from steelyard.engines.sql.layout import flattened
from steelyard.engines.sql.readable import readable
from steelyard.engines.sql.tidy import keywords
from steelyard.ir.types import DateTime
from steelyard.resources import rulesets
from steelyard.session.compiling import DIALECTS
from steelyard.session.run import read_facts
from steelyard.session.sources import FactFiles

WEIGHTS = {
    **dict.fromkeys(("mechanisms_weight", "education_weight", "service_weight", "claims_honoured_weight"), "10%"),
    **dict.fromkeys(("complaints_in_time_weight",), "10%"),
    **dict.fromkeys(("suitability_weight", "cases_closed_weight", "complaint_rate_weight"), "15%"),
    **dict.fromkeys(("marketing_weight", "disputes_weight"), "25%"),
    "payment_cycle_weight": "20%",
    "privacy_weight": "5%",
}
SETTINGS = {"as_of": "2024-05-10", "prompt_period": "10d", "yearly_interest": "5%", **WEIGHTS}
WEIGHED = {"us-cms-star-ratings-2026"}
"""Rows bring weights of their own: refused, as below."""
SHIPPED = sorted(path.name for path in rulesets().iterdir() if path.is_dir() and path.name not in WEIGHED)
SAMPLE = rulesets() / "motor-small-claims" / "sample"
AS_OF = "2013-10-16T00:00"

ANONYMOUS = {
    "duckdb": {"EPOCH_US", "LIST_REVERSE_SORT", "LIST_POSITION"},
    "spark": {"TIMESTAMP_MICROS", "ARRAY_COMPACT", "STARTSWITH"},
    "postgres": {"DIV", "CARDINALITY", "ARRAY_CAT"},
    "snowflake": {"BITAND"},
    "bigquery": {"CHAR_LENGTH"},
}
"""Functions that sqlglot passes through as they are: those of the dialect itself, each named by hand."""


def versions_of(name: str):
    """The versions of a shipped ruleset, every parameter given some value."""
    bare = load(name)
    assert bare.versions is not None
    free = {one.id: one.type for version in bare.versions.rulesets for one in version.parameters if one.value is None}
    tail = {one: "T00:00" if isinstance(kind, DateTime) else "" for one, kind in free.items()}
    found = load(name, {one: SETTINGS[one] + tail[one] for one in free}, lint=False)
    assert found.versions is not None, [one.headline for one in found.diagnostics]
    return found.versions


def motor():
    """The sample policy and its cases."""
    versions = load("motor-small-claims", {"as_of": AS_OF}).versions
    assert versions is not None
    relations = {one.id: (str(SAMPLE / f"{one.id}.csv"),) for one in versions.newest.relations if one.derived is None}
    return versions.newest, read_facts(versions, FactFiles((str(SAMPLE / "claims.csv"),), relations))[0].cases


def test_the_dialects_are_those_of_the_compiler():
    assert DIALECTS == NAMES


LARGE = "us-tx-prompt-payment"
"""Its calendar covers three centuries."""


def _marks(name, dialect):
    """One ruleset in every dialect, and every one in that of DuckDB, are quick enough for every run."""
    if name == LARGE and dialect != "duckdb":
        return [pytest.mark.long]
    return [pytest.mark.slow] if dialect != "duckdb" and name != "motor-small-claims" else []


@pytest.mark.parametrize(
    ("name", "dialect"),
    [pytest.param(name, dialect, marks=_marks(name, dialect)) for name in SHIPPED for dialect in NAMES],
)
def test_it_reads_back(name, dialect):
    """To the same text, so that nothing was printed that means something else; and no function is passed through."""
    found = readable(versions_of(name).newest, dialect)
    tree = parse_one(found.text, dialect=dialect)

    assert flattened(tree.sql(dialect, comments=False), dialect) == flattened(found.text, dialect)
    passed = {one.name.upper() for one in tree.find_all(exp.Anonymous)}
    assert passed <= ANONYMOUS[dialect]


def test_duckdb_gives_what_the_reference_gives():
    ruleset, cases = motor()
    reference = ReferenceEngine().compile(ruleset, Diagnostics())
    assert reference is not None
    said = readable(ruleset, "duckdb")

    with duckdb_memory() as server:
        fill_tables(server, "duckdb", ruleset, cases)
        rows = server.run(said.text)
        kinds = dict(zip([one[0] for one in server.connection.description], server.types(said.text), strict=True))

    assert disagreements(ruleset, said, {case.key: reference.evaluate(case) for case in cases}, rows) == []
    assert kinds["score"] == "DECIMAL(18,2)"
    assert kinds["survey.lost"] == "DECIMAL(18,6)"
    assert kinds["fired"] == "VARCHAR[]"
    assert not {"HUGEINT", "DOUBLE", "FLOAT"} & {*kinds.values()}


CHANGES = (
    ("rating", "9.9", "rating"),
    ("rating", "4.55", "rating"),
    ("region", "'310015'", "region"),
    ("region", "''", "region"),
    ("withdrawn", "NULL", "withdrawn"),
    ("reported_at", "NULL", "reported_at"),
    ("reported_at", "TIMESTAMP '2001-01-01'", "reported_at"),
    ("accepted_at", "reported_at - INTERVAL 1 SECOND", "accepted_at"),
)


def test_rows_that_intake_would_reject_are_rejected():
    ruleset, cases = motor()
    kept = cases[:20]
    keys = [case.key for case in kept if "accepted_at" in case.values]
    changed = list(zip(keys, CHANGES, strict=False))

    with duckdb_memory() as server:
        fill_tables(server, "duckdb", ruleset, kept)
        server.run("ALTER TABLE cases ALTER rating TYPE DECIMAL(18, 2)")
        for key, (column, value, _) in changed:
            server.run(f"UPDATE cases SET {column} = {value} WHERE claim_id = '{key}'")
        rows = server.run(f"SELECT claim_id, status, reject_at, score FROM ({readable(ruleset, 'duckdb').text})")

    assert len(CHANGES) == len(changed)
    expected = {key: ("rejected", where, None) for key, (_, _, where) in changed}
    assert expected == {row[0]: row[1:] for row in rows if row[0] in expected}
    assert all(row[2] is None for row in rows if row[0] not in expected)


def test_a_key_that_stands_twice_and_bad_rows_of_relations():
    ruleset, cases = motor()
    kept = cases[:20]
    twice, complained = kept[0].key, kept[1].key

    with duckdb_memory() as server:
        fill_tables(server, "duckdb", ruleset, kept)
        server.run(f"INSERT INTO cases SELECT * FROM cases WHERE claim_id = '{twice}'")
        server.run(f"INSERT INTO complaints VALUES ('X1', '{complained}', NULL)")
        server.run("INSERT INTO weather VALUES ('W', 'typhoon', 'purple', ['310000'], NULL, NULL, NULL, NULL)")
        query = readable(ruleset, "duckdb").text
        found = server.run(f"SELECT claim_id, reject_at FROM ({query}) WHERE status = 'rejected' ORDER BY ALL")

        assert sorted(found) == sorted([(twice, "claim_id")] * 2 + [(complained, "complaints.upheld")])


def test_what_stands_above_it(steelyard):
    """Who reads it learns what it is, what it was given, and what it needs."""
    done = steelyard("compile", "motor-small-claims", "--as-of", AS_OF)

    assert done.status == 0
    assert done.out.startswith(
        "-- motor-small-claims 2013.4: Small motor claims service score\n-- digest of the policy: "
    )
    for line in (
        "--   as_of = 2013-10-16T00:00:00+08:00  (Cut-off for open claims)",
        "--   accuracy_rate     DECIMAL(18, 4), or NULL  (Accuracy found by the file review)",
        "-- Table weather (Warning):",
        "--   bit 1: severe-weather: Severe weather: less weight on speed, more on quality (MSC-2013 5.1) holds",
        "-- Exemptions and adjustments: which of them hold",
        "exemptions AS NOT MATERIALIZED (",
    ):
        assert line in done.out.splitlines()
    assert "-- survey: Time to survey and assess (MSC-2013 2.2)" in done.out
    assert done.out.endswith(";\n")
    assert max(map(len, done.out.splitlines())) < 200


def test_labels_in_chinese(steelyard):
    done = steelyard("compile", "motor-small-claims", "--as-of", AS_OF, "--lang", "zh")

    assert "-- survey: 查勘定损时效 (MSC-2013 2.2)" in done.out


def test_a_parameter_without_a_value(steelyard, tmp_path):
    done = steelyard("compile", "motor-small-claims", "-o", tmp_path / "a.sql")

    assert done.status == 2
    assert "E130" in done.err
    assert not list(tmp_path.iterdir())


def test_one_of_several_versions(steelyard, tmp_path):
    given = ("compile", "us-fl-claims", "--as-of", "2024-01-31", "--set", "yearly_interest=5%")
    newest, older = steelyard(*given), steelyard(*given, "--version", "2021.7.1", "-o", tmp_path / "a.sql")

    assert "the newest" in newest.err
    assert older.status == 0
    assert (tmp_path / "a.sql").read_text("utf-8").startswith("-- us-fl-claims 2021.7.1: ")
    wrong = steelyard(*given, "--version", "no")
    assert wrong.status == 2
    assert "there is no version `no`: there are 2021.7.1, 2023.3.1" in wrong.err


FAMILY = """
steelyard: 1
ruleset: family
version: 1
title: Family
timezone: UTC
case:
  key: id
  inputs:
    id: {type: text}
relations:
  items:
    of_case: id
    id: item
    fields:
      item: {type: text}
      id: {type: text}
      value: {type: integer, range: "[0..100]"}
      worth: {type: integer, range: "[1..9]"}
indicators:
  each:
    for_each: items
    id: item
    measure: value
    better: higher
    score: measure
    baseline: 100
    weight: worth
score:
  method: weighted_mean
"""


def test_what_cannot_be_one_statement_is_refused(steelyard, tmp_path):
    (tmp_path / "family.yaml").write_text(FAMILY, "utf-8")
    done = steelyard("compile", tmp_path / "family.yaml", "-o", tmp_path / "a.sql")

    assert "B101" in done.err, done.err
    assert done.status == 1
    assert not (tmp_path / "a.sql").exists()


# dbt


def test_a_dbt_model(steelyard, tmp_path):
    folder = tmp_path / "models"
    assert steelyard("compile", "motor-small-claims", "--as-of", AS_OF, "--to", "dbt", "-o", folder).status == 0

    assert sorted(one.name for one in folder.iterdir()) == ["README.md", "motor_small_claims.sql", "schema.yml"]
    sql = (folder / "motor_small_claims.sql").read_text("utf-8")
    assert "FROM {{ source('motor_small_claims', 'cases') }} AS t" in sql
    assert "steelyard_source_" not in sql
    schema = YAML(typ="safe").load((folder / "schema.yml").read_text("utf-8"))
    columns = {one["name"]: one for one in schema["models"][0]["columns"]}
    assert (
        columns["survey.score"]["description"]
        == "Time to survey and assess: its score / 查勘定损时效：得分 (MSC-2013 2.2)"
    )
    assert columns["grade"]["data_tests"][0]["accepted_values"]["arguments"]["values"] == ["A", "B", "C", "D"]
    assert "dbt 1.10.5 or later" in (folder / "README.md").read_text("utf-8")


def test_a_dbt_folder_replaces_itself_only(steelyard, tmp_path):
    folder = tmp_path / "models"
    given = ("compile", "claims-efficiency", "--to", "dbt", "-o", folder)
    assert steelyard(*given).status == 0
    assert steelyard(*given).status == 0
    (folder / "mine.sql").write_text("SELECT 1", "utf-8")

    assert steelyard(*given).status == 2
    assert (folder / "mine.sql").exists()
    assert steelyard("compile", "claims-efficiency", "--to", "dbt").status == 2


def test_where_a_dbt_project_has_the_tables(steelyard, tmp_path):
    given = ("compile", "claims-efficiency", "-o", tmp_path / "out")
    done = steelyard(*given, "--to", "dbt", "--ref", "--table", "cases=stg_claims")

    assert done.status == 0, done.err
    assert "{{ ref('stg_claims') }}" in (tmp_path / "out" / "claims_efficiency.sql").read_text("utf-8")
    for wrong in (("--ref",), ("--to", "dbt", "--table", "cases"), ("--to", "dbt", "--table", "cases=a") * 2):
        assert steelyard(*given, *wrong).status == 2
    missing = steelyard("compile", "claims-efficiency", "--to", "dbt", "-o", tmp_path / "models" / "x")
    assert missing.status == 2
    assert f"{tmp_path / 'models'}`: there is no such folder" in missing.err


@pytest.mark.parametrize("target", ["missing/a.sql", "."])
def test_a_place_that_cannot_be_written_is_refused_first(steelyard, tmp_path, target):
    assert steelyard("compile", "claims-efficiency", "-o", tmp_path / target).status == 2


def test_brackets_of_a_label_mean_nothing_to_dbt(tmp_path: Path, policy: Path, steelyard):
    """A text with double braces is no template."""
    text = (policy / "ruleset.yaml").read_text("utf-8")
    (policy / "ruleset.yaml").write_text(text.replace("title: ", "title: {en: 'a {{ b }}', zh: c} #", 1), "utf-8")
    done = steelyard("compile", policy, "--as-of", AS_OF, "--to", "dbt", "-o", tmp_path / "models")

    assert done.status == 0, done.err
    (model,) = (tmp_path / "models").glob("*.sql")
    assert "a {{ '{{' }} b }}" in model.read_text("utf-8")


def test_no_word_of_duckdb_stands_without_quotes():
    with duckdb_memory() as server:
        found = server.run(
            "SELECT keyword_name FROM duckdb_keywords() WHERE keyword_category IN ('reserved', 'column_name')"
        )

    assert {word for (word,) in found} <= keywords("duckdb")
