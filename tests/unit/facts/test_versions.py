"""Versions read the same files once, each its own columns of them."""

# pyright: basic, reportArgumentType=false

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from steelyard.calendars.zones import day_number
from steelyard.diagnostics import Diagnostics
from steelyard.facts import Portfolio, ReadOptions, case_from_texts, read_portfolio
from steelyard.facts.case import Case, Reject
from steelyard.facts.versions import needs_of
from steelyard.ir.ruleset import InputField, Label, Range, Relation, Ruleset, Weights
from steelyard.ir.types import Boolean, Date, Number, Text
from steelyard.ir.versions import Versions

NEW_YEAR = day_number(date(2025, 1, 1))


def field(name: str, kind, **more) -> InputField:
    return InputField(id=name, label=Label(name, name), type=kind, **({"column": name} | more))


def relation(name: str, *fields: InputField, **more) -> Relation:
    return Relation(id=name, label=Label(name, name), fields=fields, **more)


def ruleset(version: str, low: int | None, high: int | None, inputs=(), relations=()) -> Ruleset:
    return Ruleset(
        id="r", version=version, title=Label("r", "r"), source=None, timezone="Asia/Shanghai",
        effective=Range(low, high), key="id", reference_date="on",
        inputs=(field("id", Text(), column="编号"), field("on", Date()), *inputs), parameters=(),
        groups=(), relations=relations, defines=(), tables=(), indicators=(), exemptions=(), weights=Weights(),
        scores=(), unscored=(), points=(), outputs=(),
    )  # fmt: skip


CALLS = relation("calls", field("id", Text()), field("n", Number(0), range=Range(0, 99)), of_case="id")
STRICT = replace(CALLS, fields=(field("id", Text()), field("n", Number(0), range=Range(0, 9)), field("ok", Boolean())))
EVENTS = relation(
    "events", field("name", Text()), field("n", Number(0), range=Range(0, 99)), feed="warnings", row_id="name"
)


def versions(*, old=(), new=(), old_relations=(), new_relations=()) -> Versions:
    return Versions(
        (ruleset("1", None, NEW_YEAR - 1, old, old_relations), ruleset("2", NEW_YEAR, None, new, new_relations))
    )


def read(folder: Path, rules: Versions, cases: str, **relations: str) -> tuple[Portfolio | None, Diagnostics]:
    (folder / "cases.csv").write_text(cases, "utf-8")
    files = {}
    for name, text in relations.items():
        files[name] = [folder / f"{name}.csv"]
        files[name][0].write_text(text, "utf-8")
    diagnostics = Diagnostics()
    found = read_portfolio(rules, [folder / "cases.csv"], files, diagnostics, options=ReadOptions())
    return found, diagnostics


def portfolio(folder: Path, rules: Versions, cases: str, **relations: str) -> Portfolio:
    found, diagnostics = read(folder, rules, cases, **relations)
    assert found is not None, diagnostics.sorted()
    return found


def test_each_row_is_read_by_its_version(tmp_path: Path) -> None:
    """The same column may be of another type, and be missing where the version does not know it."""
    rules = versions(old=(field("x", Number(0)),), new=(field("x", Text()), field("y", Boolean(), optional=True)))
    found = portfolio(tmp_path, rules, "编号,on,x,y\nA,2024-12-31,7,?\nB,2025-01-01,seven,yes\nC,2024-12-31,seven,\n")

    assert [{"id": "A", "on": NEW_YEAR - 1, "x": 7}, {"id": "B", "on": NEW_YEAR, "x": "seven", "y": True}] == [
        case.values for case in found.cases
    ]
    assert [("C", "x", 4)] == [(reject.key, reject.where, reject.line) for reject in found.rejects]


def test_columns_that_only_one_version_needs(tmp_path: Path) -> None:
    rules = versions(old=(field("x", Text()),), new=(field("y", Text()), field("z", Text(), optional=True)))

    assert {"cases": {"x": "1", "y": "2"}} == needs_of(rules)
    found, diagnostics = read(tmp_path, rules, "编号,on,x\nA,2024-12-31,7\n")
    [one] = diagnostics.sorted()
    assert (None, "E116") == (found, one.code)
    assert ["`y` is needed by version 2 only"] == [str(note) for note in one.notes]


def test_a_column_that_every_version_needs_is_not_laid_at_one_s_door(tmp_path: Path) -> None:
    rules = versions(old=(field("x", Text()),), new=(field("x", Number(0)),))
    _, diagnostics = read(tmp_path, rules, "编号,on\nA,2024-12-31\n")

    assert () == diagnostics.sorted()[0].notes


def test_needs_of_relations() -> None:
    rules = versions(old_relations=(CALLS,), new_relations=(STRICT, EVENTS))

    assert {"cases": {}, "calls": {"ok": "2"}, "events": {"name": "2", "n": "2"}} == needs_of(rules)


def test_what_versions_declare_alike_is_read_once(tmp_path: Path) -> None:
    other = replace(CALLS, one_row=True, label=Label("电话", "calls"))
    rules = versions(old_relations=(CALLS,), new_relations=(other,))
    found = portfolio(tmp_path, rules, "编号,on\nA,2024-12-31\nB,2025-01-01\n", calls="id,n\nA,1\nB,2\nB,3\nZ,4\n")

    assert [["1"], ["2", "3"]] == [[row.id for row in case.rows["calls"]] for case in found.cases]
    assert ["calls", "cases"] == [file.role for file in found.provenance.files]
    assert ["1 row of `calls` matches no case"] == [str(one.headline) for one in found.findings]


def test_a_bad_row_rejects_only_cases_of_the_version_that_refuses_it(tmp_path: Path) -> None:
    rules = versions(old_relations=(CALLS,), new_relations=(STRICT,))
    rows = "id,n,ok\nA,50,no\nB,5,no\nC,50,yes\nZ,50,no\n"
    found = portfolio(tmp_path, rules, "编号,on\nA,2024-12-31\nB,2025-01-01\nC,2025-01-01\n", calls=rows)

    assert ["A", "B"] == [case.key for case in found.cases]
    assert [("C", "calls.n", "50")] == [(one.key, one.where, one.value) for one in found.rejects]
    assert ["calls", "cases"] == [file.role for file in found.provenance.files]
    assert ["1 row of `calls` matches no case"] == [str(one.headline) for one in found.findings]


def test_a_relation_of_one_version_must_be_given_and_stays_with_it(tmp_path: Path) -> None:
    rules = versions(new_relations=(CALLS,))
    cases = "编号,on\nA,2024-12-31\nB,2025-01-01\n"
    found, diagnostics = read(tmp_path, rules, cases)

    assert (None, ["E120"]) == (found, [one.code for one in diagnostics.sorted()])
    good = portfolio(tmp_path, rules, cases, calls="id,n\nA,1\n")
    assert [{}, {"calls": ()}] == [case.rows for case in good.cases]


def test_bad_rows_of_a_feed_are_counted_once(tmp_path: Path) -> None:
    """Two versions that read a feed differently meet the same bad rows; each version's own are counted too."""
    narrow = replace(EVENTS, fields=(EVENTS.fields[0], field("n", Number(0), range=Range(0, 9))))
    rules = versions(old_relations=(EVENTS,), new_relations=(narrow,))
    found = portfolio(tmp_path, rules, "编号,on\nA,2025-01-01\n", events="name,n\ne,x\ne,x\nf,50\ng,5\n")

    assert [(2, "x"), (3, "x"), (4, "50")] == [(one.line, one.value) for one in found.feed_rejects]
    assert ["g"] == [row.id for row in found.cases[0].rows["events"]]


@pytest.mark.parametrize(
    ("on", "where"), [("2025-02-30", "on"), ("", "on"), ("1899-12-31", "on"), ("2025-01-01", "x"), ("2024-12-31", "x")]
)
def test_the_date_comes_before_everything_else(on: str, where: str, tmp_path: Path) -> None:
    """Without it nobody knows which other values are wanted."""
    rules = versions(old=(field("x", Number(0)),), new=(field("x", Number(0)),))
    file, texts = (
        portfolio(tmp_path, rules, f"编号,on,x\nA,{on},?\n").rejects[0],
        case_from_texts(rules, {"id": "A", "on": on, "x": "?"}, {}),
    )

    assert isinstance(texts, Reject)
    assert (("A", where), ("A", where)) == ((file.key, file.where), (texts.key, texts.where))


def test_a_key_that_stands_in_two_versions_stands_twice(tmp_path: Path) -> None:
    found = portfolio(tmp_path, versions(), "编号,on\nA,2024-12-31\nA,2025-01-01\nB,2025-01-01\n")

    assert ["B"] == [case.key for case in found.cases]
    assert [2, 3] == [reject.line for reject in found.rejects]


def test_a_case_from_texts_has_the_inputs_of_its_version() -> None:
    rules = versions(old=(field("x", Text()),), new=(field("y", Text()),))
    old = case_from_texts(rules, {"on": "2024-12-31", "x": "1"}, {})
    new = case_from_texts(rules, {"on": "2025-01-01", "x": "1"}, {})

    assert isinstance(old, Case)
    assert isinstance(new, Reject)
    assert ("x", "a name that the ruleset declares") == (new.where, str(new.expected))
