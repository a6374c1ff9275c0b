"""All bad cells of a row are told at once, in the order of the declared fields, and by both intakes the same."""

# pyright: basic

from __future__ import annotations

import json
from datetime import date
from itertools import pairwise

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from steelyard.facts.single import CaseReader
from steelyard.ir.versions import Versions


def rules(shapes, **more):
    return shapes.ruleset(
        shapes.key(),
        shapes.field("on", shapes.types["day"]),
        shapes.field("late", shapes.types["day"], not_before="on", optional=True),
        shapes.field("rate", shapes.types["rate"]),
        shapes.field("flag", shapes.types["flag"], optional=True),
        **more,
    )


def reasons(reject) -> list[tuple[str, str]]:
    return [(one.where, one.value) for one in reject.all]


HEAD = "rate,late,key,on,flag"
ROWS = ("x,2024-05-01,K1,2024-05-02,perhaps", ",no,K2,2024-13-01,yes", "1,2024-05-01,K3,2024-05-02,yes", "2,,,1,")
EXPECTED = [
    [("rate", "x"), ("flag", "perhaps"), ("late", "2024-05-01")],
    [("on", "2024-13-01"), ("late", "no"), ("rate", "")],
    [("late", "2024-05-01")],
    [("key", ""), ("on", "1")],
]


@pytest.mark.parametrize("suffix", ["csv", "jsonl", "parquet"])
def test_every_bad_cell_is_told(suffix, agree, shapes, tmp_path) -> None:
    names = HEAD.split(",")
    rows = [dict(zip(names, row.split(","), strict=True)) for row in ROWS]
    path = tmp_path / f"c.{suffix}"
    if suffix == "csv":
        path.write_text("\n".join((HEAD, *ROWS, "")), "utf-8")
    elif suffix == "jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    else:
        pq.write_table(pa.table({name: [row[name] for row in rows] for name in names}), path)

    portfolio = agree(rules(shapes), path)

    assert EXPECTED == [reasons(reject) for reject in portfolio.rejects]
    for reject in portfolio.rejects:
        assert {(reject.key, reject.file, reject.line)} == {(one.key, one.file, one.line) for one in reject.all}
        assert not any(one.others for one in reject.all)


def test_a_key_that_stands_twice_hides_no_cell(agree, shapes, tmp_path) -> None:
    path = tmp_path / "c.csv"
    path.write_text("key,on,rate\nA,2024-05-01,1\nA,never,x\n", "utf-8")

    first, second = agree(rules(shapes), path).rejects

    assert [("key", "A")] == reasons(first)
    assert [("key", "A"), ("on", "never"), ("rate", "x")] == reasons(second)


def test_bad_rows_of_relations_are_told_with_their_places(agree, shapes, tmp_path) -> None:
    cells = (shapes.field("of", shapes.types["word"]), shapes.field("n", shapes.types["whole"]))
    visits, calls = (
        shapes.relation(name, *cells, shapes.field("up", shapes.types["flag"]), of_case="of")
        for name in ("visits", "calls")
    )
    cases, one, two = (tmp_path / name for name in ("c.csv", "visits.csv", "calls.csv"))
    cases.write_text("key,on,rate\nA,2024-05-01,1\nB,2024-05-01,1\n", "utf-8")
    one.write_text("of,n,up\nA,x,perhaps\nB,1,yes\nA,1,no\nA,2,maybe\n", "utf-8")
    two.write_text("of,n,up\nA,,yes\n", "utf-8")

    portfolio = agree(rules(shapes, relations=(visits, calls)), cases, {"visits": one, "calls": two})

    (reject,) = portfolio.rejects
    assert ["B"] == [case.key for case in portfolio.cases]
    assert {"A"} == {each.key for each in reject.all}
    assert [
        ("visits.csv", 2, "visits.n"),
        ("visits.csv", 2, "visits.up"),
        ("visits.csv", 5, "visits.up"),
        ("calls.csv", 2, "calls.n"),
    ] == [(each.file, each.line, each.where) for each in reject.all]
    assert str(reject.other_reasons[1]).startswith("visits.csv:5: `visits.up` is “maybe”, expected one of `true`")


def test_without_a_version_only_faults_under_every_version_are_told(agree, shapes, tmp_path) -> None:
    def version(name, first, last, *more):
        inputs = (shapes.key(), shapes.field("on", shapes.types["day"]), shapes.field("rate", shapes.types["rate"]))
        days = tuple(None if day is None else (day - date(1970, 1, 1)).days for day in (first, last))
        return shapes.ruleset(*inputs, *more, version=name, days=days, reference="on")

    old = version("1", date(2024, 1, 1), date(2024, 12, 31))
    new = version("2", date(2025, 1, 1), None, shapes.field("flag", shapes.types["flag"]))
    path = tmp_path / "c.csv"
    path.write_text("key,on,rate,flag\nA,?,x,?\nB,2023-01-01,x,\nC,2025-01-01,x,\n", "utf-8")

    rejects = agree(Versions((old, new)), path).rejects

    assert [["on", "rate"], ["on", "rate"], ["rate", "flag"]] == [[one.where for one in r.all] for r in rejects]


def test_a_single_case_is_told_all_of_its_faults(shapes) -> None:
    reader = CaseReader(rules(shapes))

    found = [reader.read_python(dict(zip(HEAD.split(","), row.split(","), strict=True)), {}).case for row in ROWS]

    assert EXPECTED == [reasons(reject) for reject in found]


def test_one_bad_cell_is_told_once(agree, shapes, tmp_path) -> None:
    """Also where two inputs read the same column."""
    twin = shapes.field("twin", shapes.types["whole"], column="n")
    path = tmp_path / "c.csv"
    path.write_text("key,n\nA,x\n", "utf-8")

    (reject,) = agree(shapes.ruleset(shapes.key(), shapes.field("n", shapes.types["whole"]), twin), path).rejects

    assert [("n", "x")] == reasons(reject)
    assert not any(one == other for one, other in pairwise(reject.all))
