"""Relations derived from the cases of a run: every engine, every way of giving facts, and what is refused."""

# duckdb ships no types that help here
# pyright: basic

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlglot import exp

import steelyard
from natural_tables import disagreements, fill_tables
from servers import duckdb_memory
from steelyard import DisagreementError, InputError, Policy, PolicyError, Run, UsageError
from steelyard.analysis.check import load_text
from steelyard.cli.main import run as command
from steelyard.diagnostics import Diagnostics
from steelyard.engines.reference import ReferenceEngine
from steelyard.engines.sql.derived import SIZE, DerivationStatements
from steelyard.engines.sql.dialects import NAMES, dialect
from steelyard.engines.sql.dialects.common import Common
from steelyard.engines.sql.live_columns import trim
from steelyard.engines.sql.readable import readable
from steelyard.engines.sql.running import settle
from steelyard.facts.bulk.relations import create_small
from steelyard.facts.case import Case, Row
from steelyard.facts.relations import RelationRows
from steelyard.ir.ruleset import InputField, Ruleset
from steelyard.semantics.derived import derive
from steelyard.semantics.outcome import Outcome

HEAD = """
steelyard: 1
ruleset: derived
version: 1
timezone: Asia/Shanghai
case:
  key: id
  inputs:
    id: text
    branch: {type: text, optional: true}
    on: date
    rating: {type: decimal(1), optional: true, range: "[1..5]"}
    amount: {type: decimal(2), range: "[-1000..1000]"}
define:
  rated: not is_missing(rating)
  reopened: count(complaints) > 0
parameters:
  good: {type: decimal(1), value: "4.0"}
relations:
  complaints:
    of_case: id
    fields: {id: text, upheld: {type: boolean, optional: true}, weight: {type: integer, optional: true}}
  month:
    one_row: true
    derived: {from: cases, by: {branch: branch, month: year_month(on)}}
    joins: month.branch = case.branch and month.month = year_month(on)
    fields:
"""
VALUES = {
    "claims": "count(cases)",
    "coverage": "round(count(cases where rated) / count(cases), 4)",
    "per_thousand": "round(count(complaints) * 1000 / count(cases), 2)",
    "good_ones": "count(cases where rating >= good)",
    "best": "max(cases.rating where rated)",
    "worst": "min(cases.rating where rated and reopened)",
    "mean": "mean(cases.rating, 3 where rated)",
    "total": "sum(cases.amount)",
    "ratio": "round(sum(cases.amount) / sum(cases.amount where amount > 0), 3)",
    "calm": "count(cases where not any(complaints where upheld))",
    "heaviest": "max(complaints.weight where upheld)",
    "weight": "sum(complaints.weight where not is_missing(weight))",
    "mean_weight": "mean(complaints.weight, 2 where upheld)",
    "some": "any(complaints where upheld)",
    "every": "all(complaints where upheld)",
    "some_case": "any(cases where rating > 4.5)",
    "every_case": "all(cases where rating > 1)",
}
TAIL = """
score: {method: sum, clamp: "[-1000..1000]"}
grades: {A: -1000}
indicators:
  a: {measure: amount, score: measure, baseline: 0, clamp: "[-1000..1000]"}
outputs:
"""


def ruleset(values: dict[str, str] = VALUES, head: str = HEAD) -> str:
    fields = "".join(f'      {name}: {{value: "{value}"}}\n' for name, value in values.items())
    outputs = "".join(f"  out_{name}: {{value: month.{name}}}\n" for name in values)
    return f"{head}{fields}{TAIL}{outputs}"


def policy(tmp_path: Path, text: str | None = None) -> Policy:
    path = tmp_path / "ruleset.yaml"
    path.write_text(text or ruleset(), "utf-8")
    return steelyard.load(path)


CASES = [
    {"id": "1", "branch": "浦东", "on": "2024-05-01", "rating": "4.5", "amount": "10"},
    {"id": "2", "branch": "浦东", "on": "2024-05-31", "rating": None, "amount": "1"},
    {"id": "3", "branch": "浦东", "on": "2024-06-01", "rating": "3.5", "amount": "-3"},
    {"id": "4", "branch": None, "on": "2024-05-01", "rating": "2.0", "amount": "4"},
]
COMPLAINTS = [
    {"id": "1", "upheld": "true", "weight": "3"},
    {"id": "1", "upheld": "false", "weight": "9"},
    {"id": "2", "upheld": "true", "weight": "4"},
    {"id": "9", "upheld": "true", "weight": "90"},
]


def shown(run: Run) -> list[dict[str, Any]]:
    return [{name.removeprefix("out_"): cell for name, cell in row.items()} for row in run.results]


def scored(made: Policy, cases: Any, complaints: Any, engine: str = "reference", **more: Any) -> Run:
    return made.score(cases, {"complaints": complaints, **more}, engine=engine)


@pytest.mark.parametrize("engine", ["reference", "sql"])
def test_values_are_those_of_the_group(tmp_path: Path, engine: str) -> None:
    first, second, third, fourth = shown(scored(policy(tmp_path), CASES, COMPLAINTS, engine))

    assert {name: first[name] for name in VALUES} == {name: second[name] for name in VALUES}
    assert (2, Decimal("0.5000"), Decimal("1500.00")) == (first["claims"], first["coverage"], first["per_thousand"])
    assert (Decimal("4.5"), Decimal("4.5"), Decimal("4.500")) == (first["best"], first["worst"], first["mean"])
    assert (Decimal("11.00"), Decimal("1.000")) == (first["total"], first["ratio"])
    assert (0, 4, 16, Decimal("3.50")) == (first["calm"], first["heaviest"], first["weight"], first["mean_weight"])
    assert (True, False, 1) == (first["some"], first["every"], third["claims"])
    assert (None, None) == (third["ratio"], third["heaviest"])
    # an unknown condition of one case: missing, but for `any` and `all` that another case decides
    assert (None, None, None) == (first["good_ones"], first["some_case"], first["every_case"])
    assert (0, False, True) == (third["good_ones"], third["some_case"], third["every_case"])
    assert {None} == {fourth[name] for name in VALUES}


def test_rows_are_written_and_given_instead(tmp_path: Path) -> None:
    made, told = policy(tmp_path), tmp_path / "month.csv"
    (tmp_path / "cases.csv").write_text(text_of(CASES), "utf-8")
    (tmp_path / "complaints.csv").write_text(text_of(COMPLAINTS), "utf-8")
    facts = ["--cases", str(tmp_path / "cases.csv"), "--relation", f"complaints={tmp_path / 'complaints.csv'}"]
    for engine in ("reference", "sql"):
        out = tmp_path / f"{engine}.csv"
        more = ["-o", str(out), "--derived", f"month={told}", "--engine", engine]
        assert 0 == command(["evaluate", str(tmp_path / "ruleset.yaml"), *facts, *more])
    assert (tmp_path / "reference.csv").read_bytes() == (tmp_path / "sql.csv").read_bytes()

    for engine in ("reference", "sql"):
        given_ = scored(made, str(tmp_path / "cases.csv"), str(tmp_path / "complaints.csv"), engine, month=str(told))
        derived = scored(made, str(tmp_path / "cases.csv"), str(tmp_path / "complaints.csv"), engine)

        assert shown(derived) == shown(given_)
        assert [{"relation": "month", "rows": 2}] == list(derived.provenance["derived"])  # pyright: ignore[reportArgumentType]
        assert "derived" not in given_.provenance
        nothing = scored(made, CASES, COMPLAINTS, engine, month=[])
        assert {None} == {row["claims"] for row in shown(nothing)}


def text_of(rows: list[dict[str, Any]]) -> str:
    lines = [",".join(rows[0]), *(",".join("" if cell is None else cell for cell in row.values()) for row in rows)]
    return "".join(f"{line}\n" for line in lines)


def test_the_explanation_says_what_a_value_is_made_of(tmp_path: Path) -> None:
    made = policy(tmp_path)
    found = made.explain_case(CASES, {"complaints": COMPLAINTS}, key="1")

    assert "coverage: 0.5000 (1 of 2 cases)" in found.text()
    assert "per_thousand: 1500.00 (number of rows of complaints: 3; number of cases: 2)" in found.text()
    assert "2 个案件中的 1 个" in made.explain_case(CASES, {"complaints": COMPLAINTS}, key="1", lang="zh").text()


def test_cases_that_rules_reject_are_counted_and_those_of_intake_are_not(tmp_path: Path) -> None:
    text = ruleset({"claims": "count(cases)"})
    text += "unscored: {}\n" if False else "deductions: {d: {when: amount > 5, deduct: rating, unknown: ignore}}\n"
    made = policy(tmp_path, text)
    cases = [*CASES, {"id": "5", "branch": "浦东", "on": "2024-05-02", "rating": "9", "amount": "1"}]
    for engine in ("reference", "sql"):
        run = scored(made, cases, [], engine)

        assert 1 == len(run.rejects)
        assert [2, 2, 1, None] == [row["claims"] for row in shown(run)]


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("rating", "N107"),
        ("sum(cases.rating)", "T120"),
        ("count(month)", "N105"),
        ("month.claims", "N106"),
        ("count(cases where month.claims > 1)", "N106"),
        ("count(complaints where upheld and amount > 1)", "N107"),
        ("count(cases) / 2", "T104"),
        ("count(nobody)", "N101"),
    ],
)
def test_what_a_group_has_not_is_refused(tmp_path: Path, value: str, code: str) -> None:
    with pytest.raises(PolicyError) as raised:
        policy(tmp_path, ruleset({"claims": "count(cases)", "other": value}))

    assert code in {one.code for one in raised.value.diagnostics}


def test_one_case_needs_its_row(tmp_path: Path) -> None:
    made = policy(tmp_path, ruleset({"claims": "count(cases)"}))
    case = {"id": "1", "branch": "浦东", "on": "2024-05-01", "amount": "1"}
    with pytest.raises(InputError, match="need a whole portfolio"):
        made.evaluate(case, {"complaints": []})
    result = made.evaluate(case, {"complaints": [], "month": [{"branch": "浦东", "month": "2024-05", "claims": 7}]})

    assert {"out_claims": 7} == result.outputs


@pytest.mark.parametrize("name", NAMES)
def test_statements_for_tables_derive_too(tmp_path: Path, name: str) -> None:
    made = policy(tmp_path)
    text = made.compile_sql(name)

    assert "No table month: month is derived here, from the accepted cases." in text
    files = made.compile_dbt(name)
    assert "source('derived', 'complaints')" in files["derived.sql"]
    assert "source('derived', 'month')" not in files["derived.sql"]
    assert "name: month" not in files["schema.yml"]


def test_a_statement_of_one_version_of_several_refuses(tmp_path: Path) -> None:
    folder = several(tmp_path, ruleset({"claims": "count(cases)"}))
    for compiled in (steelyard.load(folder).compile_sql, steelyard.load(folder).compile_dbt):
        with pytest.raises(PolicyError, match="derived from the cases of every version"):
            compiled()


def natural_rows(text: str, cases: Sequence[Case]) -> tuple[list[str], list[dict[str, Any]]]:
    """What the statement of `compile` says otherwise than the reference, and its rows."""
    loaded = load_text(text).versions
    assert loaded is not None
    said = readable(loaded.newest, "duckdb")
    outcomes = derived_outcomes(loaded.newest, cases)
    with duckdb_memory() as server:
        fill_tables(server, "duckdb", loaded.newest, cases)
        rows = server.run(said.text)
        names = [one[0] for one in server.connection.description]
    return disagreements(loaded.newest, said, outcomes, rows), [dict(zip(names, row, strict=True)) for row in rows]


def derived_outcomes(ruleset: Ruleset, cases: Sequence[Case]) -> dict[str, Outcome]:
    """The outcomes of cases, with the rows that the reference derives from them."""
    reference = ReferenceEngine().compile(ruleset, Diagnostics())
    derived = {one.id: derive(ruleset, one, cases) for one in ruleset.relations if one.derived is not None}
    return {case.key: reference.evaluate(replace(case, rows={**case.rows, **derived})) for case in cases}


def test_in_a_statement_a_value_beyond_its_type_rejects_every_case() -> None:
    text = ruleset({"large": "sum(cases.amount) * 10000000000000", "small": "-sum(cases.amount) * 10000000000000"})
    for amount, where in ((100_000, "month.large"), (-100_000, "month.large"), (0, None)):
        values = {"branch": "b", "on": DAYS[0], "amount": amount}
        cases = [Case(key, {"id": key, **values}, {}) for key in ("1", "2")]
        _, rows = natural_rows(text, [*cases, Case("3", {"id": "3", "on": DAYS[0], "amount": 0}, {})])

        assert [where] * 3 == [row["reject_at"] for row in rows]
        assert [where is None] * 3 == [row["score"] is not None for row in rows]


def test_in_a_statement_what_intake_rejects_is_not_counted() -> None:
    text = ruleset({"claims": "count(cases)", "large": "sum(cases.amount) * 1000000000"})
    good = [Case(key, {"id": key, "branch": "b", "on": DAYS[0], "amount": 1}, {}) for key in ("1", "2")]
    bad = Case("3", {"id": "3", "branch": "b", "on": DAYS[0], "amount": 1, "rating": 99}, {})
    _, rows = natural_rows(text, [*good, bad, *good[:1]])

    assert [("1", "id", None), ("1", "id", None), ("2", None, 1), ("3", "rating", None)] == sorted(
        ((row["id"], row["reject_at"], row["out_claims"]) for row in rows), key=lambda one: one[0]
    )


def test_a_value_beyond_its_type_stops_the_run(tmp_path: Path) -> None:
    made = policy(tmp_path, ruleset({"large": "sum(cases.amount) * 10000000000000"}))
    for engine in ("reference", "sql"):
        with pytest.raises(UsageError, match="too large"):
            scored(made, CASES, [], engine)


def test_a_row_that_sql_derives_otherwise_ends_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def one_more(self: Common, condition: object) -> object:
        del condition
        return self.fill("(COUNT(*) + 1)")

    monkeypatch.setattr(Common, "count_if", one_more)

    with pytest.raises(DisagreementError):
        scored(policy(tmp_path, ruleset({"claims": "count(cases)"})), CASES, [], "sql")


def several(tmp_path: Path, text: str) -> Path:
    """A folder of two versions of a ruleset, each for its own days."""
    text = text.replace("  key: id", "  key: id\n  reference_date: on")
    folder = tmp_path / "versions"
    folder.mkdir()
    for number, days in enumerate(("(..2024-05-15]", "[2024-05-16..)")):
        one = text.replace("version: 1", f'version: {number}\neffective: "{days}"', 1)
        (folder / f"{number}.yaml").write_text(one, "utf-8")
    return folder


def test_all_versions_are_counted(tmp_path: Path) -> None:
    text = ruleset({"claims": "count(cases)", "heavy": "sum(complaints.weight where upheld)"})
    folder = several(tmp_path, text)
    for engine in ("reference", "sql"):
        found = shown(scored(steelyard.load(folder), CASES, COMPLAINTS, engine))

        assert [("0", 2, 7), ("1", 2, 7)] == [(row["version"], row["claims"], row["heavy"]) for row in found[:2]]
    (folder / "1.yaml").write_text(
        (folder / "1.yaml").read_text("utf-8").replace("weight: {type: integer", "weight: {type: decimal(1)"), "utf-8"
    )
    with pytest.raises(PolicyError, match="counted over all versions"):
        steelyard.load(folder)


def test_deriving_scans_the_cases_once_and_each_relation_once() -> None:
    """However many aggregates there are; reading the cases of a group again for a check scans no relation."""
    loaded = load_text(ruleset()).versions
    assert loaded is not None
    complaints, month = loaded.newest.relations
    with duckdb.connect() as connection:
        settle(connection)
        cases = replace(complaints, fields=loaded.newest.inputs)
        for table, relation, cells in (
            ("facts_of_cases", cases, ("1", "b", DAYS[0], 10, 5)),
            ("complaints", complaints, ("1", True, 3)),
        ):
            create_small(connection, table, RelationRows(relation, shared=(row(relation.fields, cells),)), ())
        made = DerivationStatements(
            loaded.newest, month, dialect("duckdb"), "facts_of_cases", {"complaints": "complaints", "month": "months"}
        )

        def scanned(query: exp.Select) -> list[str]:
            text = dialect("duckdb").sql(query, pretty=False)
            plan = connection.execute(f"EXPLAIN (FORMAT json) {text}").fetchone()
            assert plan is not None
            return sorted(re.findall(r'"Table": *"[^"]*?([^".]+)"', plan[1]))

        assert ["complaints", "facts_of_cases"] == scanned(trim(made.rows()))
        assert ["facts_of_cases"] == scanned(made.members([one.id for one in loaded.newest.inputs]))


AGGREGATES = st.sampled_from(
    [
        *(f"{kind}(cases.{name} where {where})" for kind in ("sum", "min", "max") for name in ("rating", "amount")
          for where in ("rated", "rating > 2", "amount < 5 or reopened", "not rated")),
        *(f"{kind}(complaints.weight{where})" for kind in ("sum", "min", "max")
          for where in (" where upheld", " where not is_missing(weight)", " where weight > 2")),
        *(f"mean(cases.rating, {digits} where {where})" for digits in (0, 3) for where in ("rated", "rating > 2")),
        "mean(complaints.weight, 2 where upheld)", "mean(complaints.weight, 0 where not is_missing(weight))",
        *(f"{kind}({of} where {where})" for kind in ("count", "any", "all")
          for of, where in (("cases", "rating > 3"), ("cases", "any(complaints where upheld)"),
                            ("complaints", "upheld"))),
        "round(sum(cases.amount) / sum(cases.rating where rated), 2)",
        "round(count(complaints where upheld) * 1000 / count(cases), 2)",
        "sum(complaints.weight where upheld) * count(cases) - sum(complaints.weight where not upheld)",
        "if count(cases where reopened) > 1 then sum(cases.amount) else -1",
        "coalesce(max(cases.rating where rated), 1)",
    ]
)  # fmt: skip


DAYS = [date(2024, 5, 1).toordinal() - date(1970, 1, 1).toordinal() + more for more in (0, 30, 31)]


@settings(
    max_examples=15,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(
    st.lists(AGGREGATES, min_size=1, max_size=4, unique=True),
    st.lists(
        st.tuples(
            st.sampled_from(["a", "b", "é", None]),
            st.sampled_from(DAYS),
            st.sampled_from([None, 10, 25, 40, 50]),
            st.sampled_from([-350, 0, 499, 100_000]),
        ),
        max_size=9,
    ),
    st.lists(
        st.tuples(st.integers(0, 9), st.sampled_from([None, True, False]), st.sampled_from([None, 1, 3, -2])),
        max_size=9,
    ),
)
def test_engines_derive_the_same(values: list[str], drawn: list[tuple[Any, ...]], rows: list[tuple[Any, ...]]) -> None:
    text = ruleset({f"v{n}": one for n, one in enumerate(values)})
    loaded = load_text(text).versions
    assert loaded is not None
    complaints, month = loaded.newest.relations
    found = [row(loaded.newest.inputs, (str(n), *one)) for n, one in enumerate(drawn)]
    some = [row(complaints.fields, (str(n), *one)) for n, *one in rows]
    cases = [
        Case(
            str(one.values["id"]),
            one.values,
            {"complaints": tuple(r for r in some if r.values["id"] == one.values["id"])},
        )
        for one in found
    ]
    expected = [dict(one.values) for one in derive(loaded.newest, month, cases)]

    with duckdb.connect() as connection:
        settle(connection)
        every = replace(complaints, fields=loaded.newest.inputs)
        create_small(connection, "facts_of_cases", RelationRows(every, shared=tuple(found)), ())
        create_small(connection, "complaints", RelationRows(complaints, shared=tuple(some)), ())
        sources = {"complaints": "complaints", "month": "months"}
        made = DerivationStatements(loaded.newest, month, dialect("duckdb"), "facts_of_cases", sources)
        result = connection.execute(dialect("duckdb").sql(trim(made.rows()), pretty=False))
        names = [one[0] for one in result.description or ()]
        told = [dict(zip(names, cells, strict=True)) for cells in result.fetchall()]
    sizes = [one.pop(SIZE) for one in told]

    assert natural_rows(text, cases)[0] == []
    assert expected == [{name: cell for name, cell in one.items() if cell is not None} for one in told]
    assert sum(sizes) == sum(one.values.get("branch") is not None for one in found)


def row(fields: Sequence[InputField], cells: Sequence[Any]) -> Row:
    """A row of stored values; None is missing."""
    pairs = zip(fields, cells, strict=True)
    return Row("", {field.id: cell for field, cell in pairs if cell is not None})
