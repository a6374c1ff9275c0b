"""Texts that rules compare with and that never occur: both intakes report the same ones."""

# pyright: basic

from __future__ import annotations

import pytest

from steelyard.analysis.check import load
from steelyard.diagnostics import Severity

RULES = """
steelyard: 1
ruleset: r
version: 1
timezone: UTC
case:
  key: key
  inputs:
    key: text
    cause: {{type: text, optional: true}}
    area: {{type: region(gb2260), optional: true}}
    line: {{type: text, values: [motor, injury], optional: true}}
parameters:
  meant: {{type: text, value: typhoon}}
relations:
  calls: {{of_case: of, fields: {{of: text, kind: text}}, define: {{what: kind, n: 1}}}}
  areas:
    feed: declarations
    joins: covers(areas.areas, area)
tables:
  wait:
    hit: first
    inputs: {{cause: cause}}
    outputs: {{days: integer}}
    rows: [{{cause: storm, days: 1}}, {{cause: hail, days: 2}}, {{cause: '-', days: 3}}]
define:
  why: coalesce(cause, "none")
outputs:
  found:
    value: {value}
indicators:
  one: {{measure: 1, target: 1, better: lower, score: met, weight: 1}}
score: {{method: weighted_mean, round: 2}}
"""


@pytest.fixture
def told(agree, tmp_path):
    def told_(value: str, causes="storm,hail,Typhoon,flood", calls="visit", line="motor"):
        def write(name, text):
            (tmp_path / name).write_text(text, "utf-8")
            return tmp_path / name

        rules = load(str(write("r.yaml", RULES.format(value=value))))
        assert [] == [str(one.headline) for one in rules.diagnostics if one.severity is Severity.ERROR]
        rows = "".join(f"{n},{cause},310115,{line}\n" for n, cause in enumerate(causes.split(",")))
        given = {
            "calls": write("k.csv", "of,kind\n" + "".join(f"0,{one}\n" for one in calls.split(","))),
            "areas": None,
        }
        found = agree(rules.versions, write("c.csv", f"key,cause,area,line\n{rows}"), given).findings
        assert all(one.span is not None and one.span.file.endswith("r.yaml") for one in found)
        return [(str(one.headline), *map(str, one.notes)) for one in found if one.code == "E127"]

    return told_


def never(name: str, values: str, *notes: str, count: int = 1) -> list[tuple[str, ...]]:
    some, occur = ("value", "occurs") if count == 1 else ("values", "occur")
    return [(f"{count} {some} that rules compare `{name}` with never {occur}: {values}", *notes)]


CASE = "`typhoon` differs only in letter case from `Typhoon`"
EDIT = "`flod` differs in one character from `flood`"
OCCURRED = "the values that did occur: `Typhoon`, `flood`, `hail`, `storm`"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ('cause = "typhoon"', never("cause", "`typhoon`", CASE, OCCURRED)),
        ('cause != "tornado"', never("cause", "`tornado`", OCCURRED)),
        ("cause = meant", never("cause", "`typhoon`", CASE, OCCURRED)),
        ('cause in ("snow", "quake")', never("cause", "`snow`, `quake`", OCCURRED, count=2)),
        ('cause in ("storm", "quake")', []),
        ('cause in ("storm", "flod")', never("cause", "`flod`", EDIT, OCCURRED)),
        ('cause in ("storm", "flood")', []),
        ('line = "injury"', []),
        ('count(calls where kind = "call") > 0', never("calls.kind", "`call`", "the values that did occur: `visit`")),
        ('area = "310101"', never("area", "`310101`", "the values that did occur: `310115`")),
        ("wait(cause)", []),
        ('starts_with(cause, "x")', []),
        ('coalesce(cause, "none") = "tornado"', never("cause", "`tornado`", OCCURRED)),
        ('coalesce(cause, "none") = "none"', []),
        ('coalesce(cause, line) = "tornado"', []),
        ('why in ("snow", "quake")', never("cause", "`snow`, `quake`", OCCURRED, count=2)),
        ('wait(why) = 1 and why != "storm"', []),
        ('if why = "tornado" then true else false', never("cause", "`tornado`", OCCURRED)),
        ('any(calls where what = "call")', never("calls.kind", "`call`", "the values that did occur: `visit`")),
        ('all(calls where kind != "call")', never("calls.kind", "`call`", "the values that did occur: `visit`")),
        ('sum(calls.n where kind in ("a")) > 0', never("calls.kind", "`a`", "the values that did occur: `visit`")),
    ],
)  # fmt: skip
def test_what_never_occurs(told, value, expected) -> None:
    assert expected == told(value)


def test_columns_of_tables(told) -> None:
    occurred = "the values that did occur: `flood`, `snow`"

    assert never("cause", "`storm`, `hail`", occurred, count=2) == told("wait(cause)", causes="snow,flood")
    assert [] == told("wait(cause)", causes="hail,flood")
    assert [] == told("wait(trim(cause))", causes="snow")


def test_where_there_is_no_value_nothing_is_said(told) -> None:
    assert [] == told('cause = "storm"', causes=",")


def test_long_lists_are_cut(told) -> None:
    found = told('cause = "x"', causes="a,b,c,d,e,f,g")

    assert never("cause", "`x`", "the values that did occur: `a`, `b`, `c`, `d`, `e`, … and 2 more") == found
