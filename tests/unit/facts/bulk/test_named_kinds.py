"""Events of kinds that `kinds` does not name: both intakes count them and keep them."""

# pyright: basic

from __future__ import annotations

import pytest

from unit.facts.feeds.build import weather

NAMED = (("Storm Warning", "storm"), ("Heat Warning", "heat"))
SIX = "`a`, `b`, `c`, `d`, `e`, … and 1 more"


@pytest.mark.parametrize(
    ("kinds", "named", "expected"),
    [
        ("storm,heat", NAMED, []),
        ("fog", (), []),
        (
            "Storm,heat,Heat Warning,Storm Warnin,fog",
            NAMED,
            [
                "4 events have kinds that `kinds` does not name: `Heat Warning`, `Storm`, `Storm Warnin`, `fog`",
                "a table names the kind as rules do: `heat`, not `Heat Warning`",
                "`Storm` differs only in letter case from `storm`",
            ],
        ),
        ("a,b,c,d,e,f,a", NAMED, [f"7 events have kinds that `kinds` does not name: {SIX}"]),
    ],
)
def test_kinds_that_are_not_named(agree, shapes, tmp_path, kinds, named, expected) -> None:
    lines = "".join(f"E{n},{kind},red,310115,2024-05-01,2024-05-02,,\n" for n, kind in enumerate(kinds.split(",")))
    (tmp_path / "w.csv").write_text(f"event_id,kind,level,areas,starts,ends,headline,source\n{lines}", "utf-8")
    (tmp_path / "c.csv").write_text("key,region\nA,310115\n", "utf-8")
    place = shapes.field("region", shapes.types["county"])
    rules = shapes.ruleset(shapes.key(), place, relations=[weather(kinds=named)])

    found = agree(rules, tmp_path / "c.csv", {"weather": tmp_path / "w.csv"})
    assert [f"weather: {one}" for one in expected] == [str(one) for one in found.warnings]
    assert kinds.split(",") == [row.values["kind"] for row in found.cases[0].rows["weather"]]
