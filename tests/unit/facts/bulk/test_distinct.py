"""Cases as the distinct rows of a file, as an intake file says: both intakes find the same ones."""

# pyright: basic

from __future__ import annotations

import json
import random
from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from steelyard.diagnostics import Diagnostics
from steelyard.facts import ReadOptions
from steelyard.facts.intake import read_intake
from steelyard.ir.versions import versions_of

SAID = "intake: 1\ncases: {rows: distinct}\n"


@pytest.fixture
def rules(shapes):
    """Restaurants with their inspections, of which the same file tells."""
    of, said = shapes.field("key", shapes.types["word"]), shapes.field("word", shapes.types["word"], optional=True)
    calls = shapes.relation(
        "calls", of, said, shapes.field("whole", shapes.types["whole"], optional=True), of_case="key"
    )
    fields = (
        shapes.field("day", shapes.types["day"], optional=True, not_before=None),
        *shapes.optional("rate", "counties"),
    )
    return shapes.ruleset(shapes.key(), *fields, relations=[calls])


@pytest.fixture
def read(agree, rules, tmp_path):
    """Read files of cases, the first also as calls where that is said."""

    def read(cases: dict[str, bytes], said: str = SAID, rules=rules, *, calls: bool = False):
        (tmp_path / "intake.yaml").write_text(said, "utf-8")
        for name, data in cases.items():
            (tmp_path / name).write_bytes(data)
        diagnostics = Diagnostics()
        found = read_intake(str(tmp_path / "intake.yaml"), versions_of(rules), {"cases": list(cases)}, diagnostics)
        assert found is not None, [str(one.headline) for one in diagnostics.sorted()]
        paths = [tmp_path / name for name in cases]
        relations = {one.id: paths[0] if calls else None for one in found.versions.newest.relations}
        return agree(found.versions, paths, relations, options=ReadOptions(by_file=found))

    return read


def cases(portfolio) -> list[tuple[str, str, int]]:
    return [(case.key, case.file, case.line) for case in portfolio.cases]


def why(portfolio) -> list[tuple[int, str]]:
    return [(one.line, " / ".join(map(str, (one.reason, *one.other_reasons)))) for one in portfolio.rejects]


def test_rows_that_agree_are_one_case_and_the_file_holds_its_relation_too(read) -> None:
    data = b"key,rate,word\nA,0.5,clean\nA,50%,dirty\nB,,x\nA,0.50,mice\nB,,y\n"

    portfolio = read({"c.csv": data}, calls=True)

    assert cases(portfolio) == [("A", "c.csv", 2), ("B", "c.csv", 4)]
    assert [[row.values["word"] for row in case.rows["calls"]] for case in portfolio.cases] == [
        ["clean", "dirty", "mice"],
        ["x", "y"],
    ]
    assert "5 rows of the files of cases gave 2 cases: 3 repeat an earlier row in every input" in map(
        str, portfolio.warnings
    )


def test_rows_that_differ_are_rejected_naming_two_of_them_and_the_column(read) -> None:
    first = b"key,rate,day\nA,0.5,2024-05-01\nA,0.5,2024/5/1\nB,1,\n"
    second = b"key,rate,day\nA,0.5,2024-05-02\nB,1,\nA,0.7,2024-05-01\n"

    portfolio = read({"a.csv": first, "b.csv": second})

    assert cases(portfolio) == [("B", "a.csv", 4)]
    reason = "`key` is “A”, expected rows of one case that agree, but a.csv:2 and b.csv:2 differ in `day`"
    assert why(portfolio) == [(2, reason), (3, reason), (2, reason), (4, reason)]


def test_without_it_every_row_is_a_case(read) -> None:
    portfolio = read({"c.csv": b"key\nA\nA\nB\n"}, "intake: 1\n")

    assert [case.key for case in portfolio.cases] == ["B"]
    assert len(portfolio.rejects) == 2


def test_a_row_at_fault_agrees_with_no_good_one(read) -> None:
    data = b"key,rate,day\nA,,\nA,x,\nB,x,\nB,y,\nC,1,\nC,1,\n,1,\n,1,\nD,1\nD,1,\n"

    portfolio = read({"c.csv": data})

    assert cases(portfolio) == [("C", "c.csv", 6), ("D", "c.csv", 11)]
    assert [line for line, _ in why(portfolio)] == [2, 3, 4, 5, 8, 9, 10]
    differ = "`key` is “A”, expected rows of one case that agree, but c.csv:2 and c.csv:3 differ in `rate`"
    assert why(portfolio)[0] == (2, differ)
    assert why(portfolio)[1][1].startswith(f"{differ} / `rate` is “x”")
    assert why(portfolio)[2][1].startswith("`rate` is “x”")


def test_a_bad_row_of_a_relation_rejects_a_case_once(read) -> None:
    portfolio = read({"c.csv": b"key,whole\nA,1\nA,x\nA,2\n"}, calls=True)

    assert [(one.key, one.where) for one in portfolio.rejects] == [("A", "calls.whole")]


def test_lists_are_compared(read) -> None:
    rows = [
        {"key": key, "counties": some}
        for key, some in [("A", ["310115"]), ("A", ["310115"]), ("B", []), ("B", ["310115"])]
    ]

    portfolio = read({"c.jsonl": "\n".join(map(json.dumps, rows)).encode()})

    assert cases(portfolio) == [("A", "c.jsonl", 1)]
    assert len(portfolio.rejects) == 2


def test_a_key_of_several_columns_may_have_many_rows(read) -> None:
    said = "intake: 1\ncases: {rows: distinct, key: {columns: [town, no]}}\n"

    portfolio = read({"c.csv": b"town,no,rate\nX,1,1\nX,2,1\nX,1,1\n"}, said)

    assert [case.key for case in portfolio.cases] == ["X-1", "X-2"]


def test_rows_of_two_versions_differ(read, shapes) -> None:
    from steelyard.ir.versions import Versions

    def version(number: str, days, *names: str):
        day = shapes.field("day", shapes.types["day"])
        return shapes.ruleset(
            shapes.key(), day, *shapes.optional(*names), version=number, days=days, reference="day"
        )  # fmt: skip

    both = Versions((version("1", (None, 19999), "rate"), version("2", (20001, None), "word")))
    rows = [
        "A,2024-10-01,1,x", "A,2024-10-01,1,y",  # 1, which does not read the word
        "B,2024-10-05,1,x", "B,2024-10-05,2,x",  # 2, which does not read the rate
        "C,2024-10-01,1,x", "C,2024-10-05,1,x",
        "D,2024-10-04,1,x", "D,2024-10-04,1,x",  # none
        "E,2024-10-04,1,x", "E,2024-10-05,1,x",
    ]  # fmt: skip

    portfolio = read({"c.csv": "\n".join(["key,day,rate,word", *rows]).encode()}, rules=both)

    assert [case.key for case in portfolio.cases] == ["A", "B"]
    assert [one.key for one in portfolio.rejects] == ["C", "C", "D", "D", "E", "E"]


@pytest.mark.parametrize("seed", range(6))
def test_random_rows(read, seed) -> None:
    rng = random.Random(seed)
    rates, days = ["1", "1", "1.0", "x", ""], ["", "", "2024-05-01", "20240501", "z"]
    rows = [f"{rng.choice('AABC ')},{rng.choice(rates)},{rng.choice(days)}" for _ in range(rng.randrange(1, 14))]

    portfolio = read({"c.csv": "\n".join(["key,rate,day", *rows]).encode()})

    keys = [case.key for case in portfolio.cases]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("typed", [False, True])
def test_rows_of_parquet_beside_those_of_text(read, tmp_path, typed) -> None:
    days = [date(2024, 5, 1), date(2024, 5, 1), None, date(2024, 5, 2)]
    table = pa.table({"key": ["A", "A", "B", "C"], "day": days if typed else [day and str(day) for day in days]})
    pq.write_table(table, tmp_path / "made.parquet")

    portfolio = read({
        "a.parquet": (tmp_path / "made.parquet").read_bytes(), "b.csv": b"key,day\nA,2024/5/1\nB,\nC,2024-05-01\nD,\n",
    })  # fmt: skip

    assert cases(portfolio) == [("A", "a.parquet", 1), ("B", "a.parquet", 3), ("D", "b.csv", 5)]
    assert [(one.file, one.line) for one in portfolio.rejects] == [("a.parquet", 4), ("b.csv", 4)]


def test_a_number_of_the_row_is_no_key_of_many_rows(rules, tmp_path) -> None:
    (tmp_path / "intake.yaml").write_text("intake: 1\ncases: {key: row_number, rows: distinct}\n", "utf-8")
    diagnostics = Diagnostics()

    assert read_intake(str(tmp_path / "intake.yaml"), versions_of(rules), {"cases": ["c.csv"]}, diagnostics) is None
    assert [(one.code, str(one.headline)) for one in diagnostics.sorted()] == [
        ("T107", "`row_number` makes every row a case of its own, and `rows` makes one of several")
    ]
