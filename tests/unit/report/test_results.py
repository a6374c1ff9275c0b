"""One table for several versions: every value is kept, to the digit."""

# pyright: basic

from __future__ import annotations

import csv
import json
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq

from golden.reports.worked import ruleset
from recorded import record
from steelyard.diagnostics import Diagnostics
from steelyard.engines.reference import ReferenceEngine
from steelyard.engines.versions import compile_versions
from steelyard.facts import Case, case_from_texts
from steelyard.ir.canonical import policy_digest
from steelyard.ir.result_columns import ResultColumn as Column
from steelyard.ir.result_columns import result_columns
from steelyard.ir.types import Date, Days, Duration, Number, Text
from steelyard.ir.versions import Versions
from steelyard.report.results import Results, union
from steelyard.semantics import Outcome, Status
from steelyard.session.columns import Choice

OLD = """
steelyard: 1
ruleset: r
version: 1
effective: "(..2024-12-31]"
timezone: Asia/Shanghai
case:
  key: id
  reference_date: on
  inputs: {id: text, on: date, a: decimal(1), b: decimal(1)}
relations:
  parts: {of_case: id, id: code, fields: {id: text, code: text, used: decimal(1)}}
indicators:
  x: {measure: b, target: 4, better: higher, score: met, weight: 1}
  each: {for_each: parts, id: code, measure: used, target: 4, better: higher, score: met, weight: 1}
score: {method: weighted_mean, round: 0}
outputs:
  amount: {value: a * a}
  changed: {value: a}
  gone: {value: 'if b > 1 then "yes" else "no"'}
"""
NEW = """
steelyard: 1
ruleset: r
version: 2
effective: "[2025-01-01..)"
timezone: Asia/Shanghai
case:
  key: id
  reference_date: on
  inputs: {id: text, on: date, a: decimal(1), b: duration}
relations:
  parts: {of_case: id, id: code, fields: {id: text, code: text, used: decimal(3)}}
indicators:
  x: {measure: b, target: 4h, better: higher, score: met, weight: 1}
  each: {for_each: parts, id: code, measure: used, target: 4, better: higher, score: met, weight: 1}
scores:
  main: {of: [x, each], method: weighted_mean, round: 2}
outputs:
  amount: {value: a}
  changed: {value: a > 1}
"""


def run() -> tuple[Versions, list[tuple[Case, Outcome]]]:
    versions = Versions((ruleset(OLD), ruleset(NEW)))
    compiled = compile_versions(ReferenceEngine(), versions, Diagnostics())
    assert compiled is not None
    given = (
        ({"id": "A", "on": "2024-12-31", "a": "1.5", "b": "4.5"}, [{"code": "P", "used": "4.5"}]),
        ({"id": "B", "on": "2025-01-01", "a": "1.5", "b": "3h"}, [{"code": "Q", "used": "0.125"}]),
    )
    cases = [case_from_texts(versions, texts, {"parts": rows}) for texts, rows in given]
    return versions, [(case, compiled.evaluate(case)) for case in cases if isinstance(case, Case)]


def test_each_row_has_its_version_and_digest() -> None:
    versions, results = run()
    rows = [Results(versions).row(*one) for one in results]

    assert ["1", "2"] == [row["version"] for row in rows]
    assert [policy_digest(one) for one in versions.rulesets] == [row["digest"] for row in rows]


def test_one_column_for_both_holds_every_value(tmp_path: Path) -> None:
    versions, results = run()
    path = tmp_path / "out.csv"
    record(versions, results, tmp_path).write_results(path, Choice())
    old, new = csv.DictReader(path.open(encoding="utf-8"))

    assert ("2.25", "1.50") == (old["amount"], new["amount"]), "numbers at the larger scale"
    assert ("1.5", "true") == (old["changed"], new["changed"]), "kinds that differ as text"
    assert ("4.5", "PT3H") == (old["x.measure"], new["x.measure"])
    assert ("yes", "") == (old["gone"], new["gone"])
    assert ("100", "", "", "0.00") == (old["score"], old["score.main"], new["score"], new["score.main"])
    assert ("P=100.00", "Q=0.00") == (old["each"], new["each"])


def test_parquet_and_json_hold_the_same(tmp_path: Path) -> None:
    versions, results = run()
    found = record(versions, results, tmp_path)
    for name in ("out.parquet", "out.jsonl"):
        found.write_results(tmp_path / name, Choice())
    old, new = pq.read_table(tmp_path / "out.parquet").to_pylist()
    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text("utf-8").splitlines()]

    assert [Decimal("2.25"), Decimal("1.50")] == [old["amount"], new["amount"]]
    assert ["4.5", "PT3H"] == [old["x.measure"], new["x.measure"]]
    assert [["P", Decimal("4.500")], ["Q", Decimal("0.125")]] == [
        [row["each"][0]["row"], row["each"][0]["measure"]] for row in (old, new)
    ]
    assert ["4.500", "0.125"] == [line["each"][0]["measure"] for line in lines]
    assert [None, 0] == [None if one["each"][0].get("share.main") is None else 0 for one in (old, new)]


def test_columns_of_one_version_are_its_own() -> None:
    alone = ruleset(OLD)

    assert result_columns(alone) == Results(alone).columns == Results(Versions((alone,))).columns


def test_order_of_the_union() -> None:
    def table(names: str) -> tuple[Column, ...]:
        return tuple(Column(name, Text()) for name in names)

    def order(newer: str, older: str) -> str:
        return "".join(column.name for column in union(table(newer), table(older)))

    assert ["abc", "abc", "axbc", "xyabc", "abcxy", "baxc"] == [
        order("abc", "abc"), order("abc", ""), order("abc", "axc"), order("abc", "xya"), order("abc", "cxy"),
        order("bac", "abaxc"),
    ]  # fmt: skip
    assert "xy" == order("", "xy")


def test_type_of_a_common_column() -> None:
    def common(one: Column, other: Column) -> Column:
        [found] = union((one,), (other,))
        return found

    assert Column("c", Number(3)) == common(Column("c", Number(0)), Column("c", Number(3)))
    assert Column("c", Number(3)) == common(Column("c", Number(3)), Column("c", Number(0)))
    assert Column("c", Text()) == common(Column("c", Duration()), Column("c", Days()))
    assert Column("c", Text()) == common(Column("c", Date(), many=True), Column("c", Date()))
    assert Column("c", Text(), many=True) == common(Column("c", Date(), many=True), Column("c", Number(1), many=True))
    family = Column("c", Text(), many=True, fields=(Column("row", Text()), Column("m", Number(1))))
    other = Column("c", Text(), many=True, fields=(Column("row", Text()), Column("m", Number(2)), Column("n", Date())))
    assert other == common(family, other)
    assert Column("c", Text()) == common(family, Column("c", Text(), many=True))


def test_a_case_that_no_version_is_for_is_rejected() -> None:
    """Intake rejects it before; an engine asked all the same does not guess."""
    versions = Versions((ruleset(OLD.replace("(..2024-12-31]", "[2024-12-31..2024-12-31]")), ruleset(NEW)))
    compiled = compile_versions(ReferenceEngine(), versions, Diagnostics())
    assert compiled is not None
    outcome = compiled.evaluate(Case("A", {"id": "A", "on": 0}))

    assert (Status.REJECTED, "on") == (outcome.status, outcome.rejection.where)  # type: ignore[union-attr]


def test_an_engine_that_refuses_one_version_refuses_all() -> None:
    class Half:
        name = "half"

        def compile(self, ruleset, diagnostics):
            return None if ruleset.version == "2" else ReferenceEngine().compile(ruleset, diagnostics)

    versions = Versions((ruleset(OLD), ruleset(NEW)))

    assert None is compile_versions(Half(), versions, Diagnostics())
    assert None is not compile_versions(Half(), versions.rulesets[0], Diagnostics())
