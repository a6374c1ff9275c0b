"""Relations and versions: the same rows, the same cases rejected for them, the same warnings."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from steelyard.calendars.zones import day_number
from steelyard.diagnostics import Diagnostics
from steelyard.facts.bulk import load
from steelyard.ir.types import Boolean, Date, DateTime, Days, Duration, Number, Range, Region, Text
from steelyard.ir.versions import Versions, versions_of

CASES = "key,region\nA,310115\nB,310101\nC,110000\nbad,x\nD,310115\nD,310115\n"


@pytest.fixture
def write(tmp_path):
    def write_(name, text):
        path = tmp_path / name
        path.write_text(text, "utf-8")
        return path

    return write_


def complaints(shapes, **more):
    fields = (
        shapes.field("id", Text()),
        shapes.field("of", Text(), column="case"),
        shapes.field("upheld", Boolean()),
        shapes.field("days", Days(), optional=True),
    )
    return shapes.relation("complaints", *fields, **({"of_case": "of", "row_id": "id"} | more))


def rules_with(shapes, *relations, **more):
    return shapes.ruleset(shapes.key(), shapes.field("region", Region("gb2260")), relations=relations, **more)


ROWS = {
    "good": "id,case,upheld,days\n1,A,yes,3\n2,A,no,\n1,B,是,4d\n",
    "a bad row": "id,case,upheld,days\n1,A,yes,3\n2,A,maybe,\n3,A,,\n1,B,yes,\n",
    "an id twice": "id,case,upheld,days\n1,A,yes,3\n1,A,no,\n1,B,yes,\n1,B,no,x\n",
    "no such case": "id,case,upheld,days\n1,X,yes,3\n2,Y,no,\n3,Y,maybe,\n4,bad,yes,\n5,D,yes,\n6,D,x,\n",
    "of any case": "id,case,upheld,days\n1,,yes,3\n2,A,no,\n3,,x,\n",
    "ragged": "id,case,upheld,days\n1,A,yes\n2,A,no,\n",
    "ragged and quoted": 'id,case,upheld,days\n1,A,"yes"\n2,A,no,\n',
    "no rows": "id,case,upheld,days\n",
    "no column": "id,case,upheld\n1,A,yes\n",
    "no needed column": "id,upheld\n1,yes\n",
}


@pytest.mark.parametrize("name", ROWS)
@pytest.mark.parametrize("row_id", ["id", None])
def test_rows_of_cases(agree, shapes, write, name, row_id) -> None:
    rules = rules_with(shapes, complaints(shapes, row_id=row_id))

    agree(rules, write("c.csv", CASES), {"complaints": write("r.csv", ROWS[name])})


@pytest.mark.parametrize("name", ROWS)
def test_rows_that_all_cases_share(agree, shapes, write, name) -> None:
    rules = rules_with(shapes, complaints(shapes, of_case=None))

    agree(rules, write("c.csv", CASES), {"complaints": write("r.csv", ROWS[name])})


def test_rows_of_several_files(agree, shapes, write, tmp_path) -> None:
    last = tmp_path / "3.parquet"
    pq.write_table(pa.table({"id": ["9", "9"], "case": ["C", "B"], "upheld": [True, None]}), last)
    files = [write("1.csv", ROWS["good"]), write("2.csv", ROWS["a bad row"]), last]
    for row_id in ("id", None):
        rules = rules_with(shapes, complaints(shapes, row_id=row_id))

        agree(rules, write("c.csv", CASES), {"complaints": files})


@pytest.mark.parametrize(
    ("kind", "cells"),
    [
        (Number(0), "7 -7 0"),
        (Number(2), "7.00 -0.05 1234.5"),
        (Boolean(), "yes no"),
        (Date(), "2024-05-01 1999/12/31"),
        (Days(), "15d -3"),
        (DateTime(), "2024-05-01T10:00 2024-05-01T10:00Z"),
        (Duration(), "1h 90s"),
    ],
)
def test_ids_are_written_alike(agree, shapes, write, kind, cells) -> None:
    rows = shapes.relation("r", shapes.field("id", kind), shapes.field("of", Text()), of_case="of", row_id="id")
    text = "id,of\n" + "".join(f"{cell},{key}\n" for cell in cells.split() for key in "AAB"[:2])
    good = "id,of\n" + "".join(f"{cell},A\n" for cell in cells.split())
    for one in (text, good):
        agree(rules_with(shapes, rows), write("c.csv", CASES), {"r": write("r.csv", one)})


def test_ids_that_are_left_out(agree, shapes, write) -> None:
    fields = shapes.field("id", Text(), optional=True), shapes.field("of", Text())
    rows = shapes.relation("r", *fields, of_case="of", row_id="id")

    agree(rules_with(shapes, rows), write("c.csv", CASES), {"r": write("r.csv", "id,of\n,A\n3,A\n,A\n,B\nx,B\n")})


def test_a_case_that_a_row_may_leave_out(agree, shapes, write) -> None:
    rows = shapes.relation("r", shapes.field("x", Text()), shapes.field("of", Text(), optional=True), of_case="of")

    assert agree(rules_with(shapes, rows), write("c.csv", CASES), {"r": write("r.csv", "x,of\na,A\nb,\n")}) is None


def test_two_relations_at_fault(agree, shapes, write) -> None:
    first, second = complaints(shapes), replace(complaints(shapes), id="other")
    given = {"other": write("1.csv", ROWS["a bad row"]), "complaints": write("2.csv", ROWS["an id twice"])}

    agree(rules_with(shapes, first, second), write("c.csv", CASES), given)


def test_relations_not_given_or_empty(agree, shapes, write) -> None:
    rules = rules_with(shapes, complaints(shapes), replace(complaints(shapes, of_case=None), id="joined"))
    cases = write("c.csv", CASES)

    assert agree(rules, cases, {"complaints": None}) is None
    assert agree(rules, cases, {"complaints": None, "joined": None, "join": None}) is None
    assert agree(rules, cases, {"complaints": None, "joined": None}).cases
    assert agree(rules, cases, {"complaints": ["cap:none"], "joined": None}) is None


@pytest.mark.parametrize(
    "rows", ["E,blue,310000", "E,blue,320000;330000", "E,pink,310000", "E,,310000", "E,blue,x", ""]
)
def test_feeds(agree, shapes, write, rows) -> None:
    fields = (
        shapes.field("event_id", Text()),
        shapes.field("level", Text(("blue", "red"), ordered=True), optional=True),
        shapes.field("areas", shapes.types["counties"]),
    )
    feed = shapes.relation("weather", *fields, feed="warnings", row_id="event_id")
    path = write("w.csv", f"event_id,level,areas\nF,red,110000\n{rows}\n")

    agree(rules_with(shapes, feed), write("c.csv", CASES), {"weather": path})


def dated(shapes, *, low=None, high=None, version="1", relations=(), **more):
    inputs = shapes.key(**more), shapes.field("on", Date()), shapes.field("n", Number(0), column=f"n{version}")
    days = (None if low is None else day_number(low), None if high is None else day_number(high))
    return shapes.ruleset(*inputs, version=version, days=days, reference="on", relations=relations)


def test_versions(agree, shapes, write) -> None:
    from datetime import date

    mine = shapes.relation("r", shapes.field("of", Text()), shapes.field("x", Number(0)), of_case="of")
    theirs = replace(mine, fields=(mine.fields[0], replace(mine.fields[1], type=Number(2))))
    old = dated(shapes, low=date(2023, 1, 1), high=date(2023, 12, 31), relations=[mine])
    new = dated(shapes, low=date(2024, 7, 1), version="2", relations=[theirs, replace(mine, id="other")])
    cases = write(
        "c.csv",
        "key,on,n1,n2\nA,2023-05-01,1,x\nB,2024-08-01,x,2\nC,2023-05-01,x,1\nD,2022-01-01,1,1\nE,2024-01-01,1,1\n"
        "F,,1,1\nG,x,1,1\nH,2023-05-01,1,1\nH,2024-08-01,1,1\n,2023-05-01,1,1\nI,2023-05-02,1,\nJ,2024-08-02,,1\n",
    )
    rows = write("r.csv", "of,x\nA,1\nI,1.5\nJ,1.5\nB,1\nX,1\n")

    portfolio = agree(Versions((old, new)), cases, {"r": rows, "other": write("o.csv", "of,x\nB,1\n")})

    assert [case.key for case in portfolio.cases] == ["A", "B", "J"]


def test_versions_with_keys_of_other_ranges(agree, shapes, write) -> None:
    from datetime import date

    old = dated(shapes, high=date(2023, 12, 31), kind=Number(0), range=Range(0, 10))
    new = dated(shapes, low=date(2024, 1, 1), version="2", kind=Number(0), range=Range(0, 100))
    days = "2023-05-01 2024-05-01 x".split()
    text = "key,on,n1,n2\n" + "".join(f"{key},{day},1,1\n" for key in ("5", "50", "500", "x", "7") for day in days)

    agree(Versions((old, new)), write("c.csv", text + "9,2023-05-01,1,1\n90,2023-05-01,1,1\n90,2024-05-01,1,1\n"))


@pytest.mark.parametrize("timezone", ["Asia/Shanghai", "America/New_York", "America/Havana", "Pacific/Apia"])
def test_the_day_of_an_instant_decides(agree, shapes, write, timezone) -> None:
    from datetime import date

    def one(low, high, version):
        inputs = shapes.key(), shapes.field("on", DateTime())
        days = low and day_number(low), high and day_number(high)
        return shapes.ruleset(*inputs, version=version, days=days, reference="on", timezone=timezone)

    halves = (
        one(None, date(2024, 11, 2), "1"),
        one(date(2024, 11, 3), date(2024, 11, 3), "2"),
        one(date(2024, 11, 5), None, "3"),
    )
    hours = [
        f"2024-11-{day:02}T{hour:02}:{minute}Z"
        for day in range(2, 7)
        for hour in range(24)
        for minute in ("00", "59:59.999999")
    ]
    text = "key,on\n" + "".join(f"K{n},{hour}\n" for n, hour in enumerate(hours))

    portfolio = agree(Versions(halves), write("c.csv", text))

    assert 24 * 2 - 2 <= len(portfolio.rejects) <= 25 * 2


def test_tables_of_relations(connection, shapes, write) -> None:
    """What the engine is promised: `_row` in order, `_id`, every field; none of a relation that is declared empty."""
    rules = versions_of(rules_with(shapes, complaints(shapes), replace(complaints(shapes), id="none")))
    given = {"complaints": [write("r.csv", ROWS["good"])], "none": None}

    loaded = load(connection, rules, [write("c.csv", CASES)], given, Diagnostics())

    tables = loaded.relations["1"]
    rows = connection.execute(f"SELECT _id, id, of, upheld, days FROM {tables['complaints']} ORDER BY _row").fetchall()
    assert rows == [("1", "1", "A", True, 3), ("2", "2", "A", False, None), ("1", "1", "B", True, 4)]
    shape = [row[:2] for row in connection.execute(f"DESCRIBE {tables['none']}").fetchall()]
    assert shape == [
        ("_row", "BIGINT"), ("_id", "VARCHAR"), ("id", "VARCHAR"), ("of", "VARCHAR"), ("upheld", "BOOLEAN"),
        ("days", "BIGINT"),
    ]  # fmt: skip
    assert connection.execute(f"SELECT count(*) FROM {tables['none']}").fetchone() == (0,)
