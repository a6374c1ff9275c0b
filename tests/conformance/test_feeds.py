"""From alerts on disk to a score, on every engine: a case gets the level that was in force at its time."""

from __future__ import annotations

import pytest

import steelyard
from conformance.harness import ENGINES, Broken, columns, compiled, load_ruleset
from steelyard.diagnostics import Diagnostics
from steelyard.facts import read_portfolio
from unit.facts.feeds.build import alert, area, at, code, info, ref

RULESET = """
steelyard: 1
ruleset: storms
version: 1
timezone: Asia/Shanghai
case:
  key: id
  inputs:
    id: text
    region: region(gb2260)
    reported: datetime
relations:
  weather:
    feed: warnings
    levels: [blue, yellow, orange, red]
    severity: {Minor: blue, Moderate: yellow, Severe: orange, Extreme: red, Unknown: skip}
    kinds: {Rainstorm Warning: rainstorm}
    joins: covers(weather.areas, region) and weather.starts <= reported and reported < weather.ends
indicators:
  calm:
    measure: 100
    score: measure
    baseline: 100
    weight: 1
deductions:
  blue:   {for_each: weather, when: kind = "rainstorm" and level = "blue", deduct: 1}
  yellow: {for_each: weather, when: kind = "rainstorm" and level = "yellow", deduct: 2}
  orange: {for_each: weather, when: kind = "rainstorm" and level = "orange", deduct: 4}
  red:    {for_each: weather, when: kind = "rainstorm" and level = "red", deduct: 8}
score: {method: weighted_mean, round: 0}
"""
FEED = "    feed: warnings\n"
RAIN = {"event": "Rainstorm Warning", "expires": 48}
SHANGHAI = area("上海", code("GB/T 2260", "310000000000"))
CHAIN = [
    alert("A", 0, info("Minor", **RAIN)),
    alert("B", 6, info("Moderate", areas=SHANGHAI, **RAIN), kind="Update", refs=ref("A", 0)),
    alert("C", 12, info("Extreme", **RAIN), kind="Update", refs=f"{ref('A', 0)} {ref('B', 6)}"),
    alert("drill", 12, info("Extreme", areas=SHANGHAI, **RAIN), status="Exercise"),
    alert("D", 18, info("Severe", **RAIN), kind="Update", refs=ref("C", 12)),
    alert("E", 24, kind="Cancel", refs=ref("D", 18)),
]
TOLD = [
    (-0.01, "310115", 0), (0, "310115", 1), (5.99, "310115", 1), (6, "310115", 2), (11.99, "310115", 2),
    (12, "310115", 8), (18, "310115", 4), (23.99, "310115", 4), (24, "310115", 0), (30, "310115", 0),
    (0, "310112", 0), (6, "310112", 2), (12, "310112", 0), (6, "110101", 0),
]  # fmt: skip


@pytest.mark.parametrize("engine", ENGINES, ids=lambda engine: engine.name)
def test_a_case_gets_the_level_at_its_time(engine, tmp_path) -> None:
    rules = load_ruleset(RULESET)
    folder = tmp_path / "alerts"
    folder.mkdir()
    for number, document in enumerate(reversed(CHAIN)):
        (folder / f"{number}.xml").write_text(document, "utf-8")
    lines = [f"{number},{region},{at(hours)}" for number, (hours, region, _) in enumerate(TOLD)]
    (tmp_path / "cases.csv").write_text("id,region,reported\n" + "\n".join(lines), "utf-8")

    portfolio = read_portfolio(rules, [tmp_path / "cases.csv"], {"weather": [str(folder)]}, Diagnostics())

    assert portfolio is not None
    assert () == portfolio.rejects == portfolio.feed_rejects
    ready = compiled(engine, rules)
    scores = [columns(rules, ready.evaluate(case))["score"] for case in portfolio.cases]
    assert [f"{100 - lost}" for *_, lost in TOLD] == scores
    assert [("alerts of the status Exercise, which warn of nothing", 1)] == [
        (str(one.reason), one.count) for one in portfolio.provenance.skipped
    ]


def test_what_a_ruleset_says_of_alerts_is_part_of_its_meaning() -> None:
    from steelyard.ir.canonical import policy_digest

    relation = load_ruleset(RULESET).relations[0]

    assert (("Rainstorm Warning", "rainstorm"),) == relation.kinds
    assert (("Minor", "blue"), ("Moderate", "yellow"), ("Severe", "orange"), ("Extreme", "red"), ("Unknown", None)) == (
        relation.severity
    )
    changed = RULESET.replace("Severe: orange", "Severe: red")
    assert policy_digest(load_ruleset(RULESET)) != policy_digest(load_ruleset(changed))


@pytest.mark.parametrize(("written", "hours"), [("90d", 90 * 24), ("36h", 36)])
def test_a_ruleset_bounds_events_that_name_no_end(written, hours) -> None:
    [relation] = load_ruleset(RULESET.replace(FEED, f"{FEED}    open_at_most: {written}\n")).relations

    assert hours * 3_600_000_000 == relation.open_at_most


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("Minor: blue", "Minor: bleu", "T103 `bleu` is not one of the levels"),
        ("Minor: blue", "Minor: purple", "T103 `purple` is not one of the levels"),
        ("Minor: blue", "Minro: blue", "M106"),
        ("Minor: blue", "Minor: [blue]", "M105"),
        ("    levels: [blue, yellow, orange, red]\n", "", "M109"),
        (FEED, f"{FEED}    open_at_most: soon\n", "T109 `soon` is no length of time"),
        (FEED, f"{FEED}    open_at_most: 0d\n", "T109"),
        (FEED, f"{FEED}    open_at_most: 5bd\n", "T109"),
    ],
)
def test_a_severity_stands_for_a_level_of_the_relation(old, new, said) -> None:
    with pytest.raises(Broken) as caught:
        load_ruleset(RULESET.replace(old, new))

    assert said in str(caught.value)


DECLARED = """
steelyard: 1
ruleset: disasters
version: 1
timezone: America/Chicago
case:
  key: id
  inputs: {id: text, reported: datetime}
relations:
  declared:
    feed: declarations
    regions: fips
    joins: declared.starts <= reported and reported < declared.ends
indicators:
  calm: {measure: 100, score: measure, baseline: 100, weight: 1}
deductions:
  any: {for_each: declared, deduct: 1}
score: {method: weighted_mean, round: 0}
"""
DAYS = (
    "declaration_id,kind,areas,starts,ends\n"
    "D,flood,48,2024-03-09,2024-03-11\n"  # clocks change on the tenth
    "T,flood,48,2024-03-20 06:00,2024-03-21 18:00\n"
    "O,flood,48,2024-03-25,\n"
)
AT = ("09 00:00", "09 23:59", "10 00:00", "10 23:59", "11 00:00", "11 23:59", "12 00:00", "20 06:00", "21 17:59",
      "25 00:00", "26 00:00")  # fmt: skip
"""Days and times of March, and of each rule the events that lasted then."""


@pytest.mark.parametrize(
    ("line", "lost"),
    [
        ("", "1 1 1 1 1 1 0 1 1 1 1"),
        ("    leave_out: [last_day]\n", "1 1 1 1 0 0 0 1 1 1 1"),
        ("    leave_out: [first_day]\n", "0 0 1 1 1 1 0 1 1 0 1"),
        ("    leave_out: [first_day, last_day]\n", "0 0 1 1 0 0 0 1 1 0 1"),
    ],
)
@pytest.mark.parametrize("engine", ["reference", "durable", "sql"])
def test_an_event_in_whole_days_lasts_on_the_days_at_its_ends_unless_these_are_left_out(engine, line, lost, tmp_path):
    (tmp_path / "rules.yaml").write_text(DECLARED.replace("    regions", f"{line}    regions"), "utf-8")
    (tmp_path / "declared.csv").write_text(DAYS, "utf-8")
    cases = [{"id": str(number), "reported": f"2024-03-{time}"} for number, time in enumerate(AT)]

    policy = steelyard.load(tmp_path / "rules.yaml")
    run = policy.score(cases, relations={"declared": tmp_path / "declared.csv"}, engine=engine)

    assert lost.split() == [str(100 - row["score"]) for row in run.results]


def test_days_that_are_left_out_are_part_of_the_policy_and_of_feeds_alone() -> None:
    from steelyard.ir.canonical import policy_digest

    changed = DECLARED.replace("    regions", "    leave_out: [last_day]\n    regions")
    assert policy_digest(load_ruleset(DECLARED)) != policy_digest(load_ruleset(changed))
    for line, said in (("leave_out: [today]", "M106"), ("leave_out: last_day", "M103")):
        with pytest.raises(Broken) as caught:
            load_ruleset(DECLARED.replace("    regions", f"    {line}\n    regions"))
        assert said in str(caught.value)
