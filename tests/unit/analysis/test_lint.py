"""What looks like an oversight: unused names, lateness, idle rules and exemptions."""

from __future__ import annotations

import pytest


def timed(
    missing: str = "", clock: str = "clock: {from: start, to: stop}", score: str = "met", better: str = "lower"
) -> str:
    body = f"    {clock}\n    target: 24h\n    better: {better}\n    score: {score}\n    weight: 1\n{missing}"
    return f"parameters: {{as_of: {{type: datetime}}}}\nindicators:\n  x:\n{body}score: {{method: weighted_mean}}\n"


def codes(found, sections: str, **options: bool) -> list[str]:
    return [one.code for one in found(sections, **options)]


@pytest.mark.parametrize(
    ("missing", "expected"),
    [("waive", ["L121"]), ("reject", []), ("{score: 0}", []), ("{score: 0.01}", ["L121"]), ("{score: 100}", ["L121"])],
)
def test_a_missing_end_must_not_score_better_than_a_late_one(missing: str, expected: list[str], found):
    assert expected == codes(found, timed(f"    missing: {missing}\n"), plain=False)


def test_until_lets_the_clock_run(found):
    clock = "clock: {from: start, to: stop, until: as_of}"

    assert [] == codes(found, timed(clock=clock), plain=False)


def test_the_start_may_be_missing(found):
    assert [] == codes(found, timed("    missing: waive\n", "clock: {from: stop, to: start}"), plain=False)


def test_the_least_score_counts_not_zero(found):
    steps = "{{steps: {{each: 1h, deduct: 10, begun: counts, floor: {}}}}}"

    assert ["L121"] == codes(found, timed("    missing: {score: 50}\n", score=steps.format(40)), plain=False)
    assert [] == codes(found, timed("    missing: {score: 50}\n", score=steps.format(50)), plain=False)
    bands = '{bands: [{when: "<= 24h", points: 100}, {when: "> 24h", points: 20}]}'
    assert [] == codes(found, timed("    missing: {score: 20}\n", score=bands), plain=False)
    assert ["L121"] == codes(found, timed("    missing: {score: 21}\n", score=bands), plain=False)


def test_differences_of_instants_are_clocks_too(found):
    assert ["L121", "L127"] == codes(found, timed("    missing: waive\n", "measure: stop - start"), plain=False)
    assert ["L127"] == codes(found, timed("    missing: waive\n", "measure: start - stop"), plain=False)
    assert [] == codes(found, timed("    missing: waive\n", "measure: stop - start", better="higher"), plain=False)


UNUSED = """
parameters: {p: {value: 1}}
define: {e: a + 1}
tables:
  t: {hit: first, inputs: {a: a}, outputs: {o: integer}, rows: [{o: 1}]}
relations:
  r: {of_case: k, fields: {k: text, n: integer}, define: {twice: n * 2}}
scoring: {w: met}
"""


def test_unused_names_of_each_kind(found):
    named = [str(one.headline) for one in found(UNUSED, unused=True)]

    assert [
        "the define `e` is never used",
        "the define `twice` is never used",
        "the input `b` is never used",
        "the input `c` is never used",
        "the input `d` is never used",
        "the input `m` is never used",
        "the input `start` is never used",
        "the input `stop` is never used",
        "the parameter `p` is never used",
        "the relation `r` is never used",
        "the table `t` is never used",
        "the way to score `w` is never used",
    ] == sorted(named)


def test_names_that_are_used_are_not_named(found):
    used = UNUSED + (
        "exemptions: {x1: {for_each: r, when: twice > 3, grants: {x: {target: target - p}}}}\n"
        "outputs: {o1: e + t, o2: 'd', o3: c, o4: b and m > 1, o5: stop - start}\n"
    )
    indicator = "indicators:\n  x: {measure: a, target: 5, better: higher, score: w, weight: 1}\n"
    plain = f"{indicator}score: {{method: weighted_mean}}\n"

    assert [] == found(used + plain, plain=False, unused=True)


def exemption(grants: str, better: str = "higher", target: str = "5") -> str:
    return (
        f"exemptions:\n  e: {{when: b, grants: {grants}}}\n"
        f"indicators:\n  x: {{measure: a, target: {target}, better: {better}, score: met, weight: 1}}\n"
        "score: {method: weighted_mean}\n"
    )


@pytest.mark.parametrize(
    ("grants", "better", "expected"),
    [
        ("{x: {target: target - 1}}", "higher", []),
        ("{x: {target: target + 1}}", "higher", ["L122"]),
        ("{x: {target: target + 1}}", "lower", []),
        ("{x: {target: 1 + target}}", "lower", []),
        ("{x: {target: target - 1}}", "lower", ["L122"]),
        ("{x: {target: target}}", "lower", ["L122"]),
        ("{x: {target: target + a}}", "lower", []),
        ("{x: {target: target - a}}", "lower", ["L122"]),
        ("{x: {target: 5}}", "lower", ["L122"]),
        ("{x: {target: 6}}", "lower", []),
        ("{x: {target: 4}}", "higher", []),
        ("{x: {target: target * 2}}", "lower", []),
        ("{x: {at_least: 0}}", "lower", ["L122"]),
        ("{x: {at_least: 0.01}}", "lower", []),
        ("{x: {waive: true}}", "lower", []),
        ("{deductions: [d1]}", "lower", []),
        ("{g: {waive: true}}", "lower", ["L122"]),
    ],
)
def test_exemptions_that_cannot_help(grants: str, better: str, expected: list[str], found):
    beside = "groups: {g: G}\ndeductions: {d1: {when: b, deduct: 1}}\n"

    assert expected == codes(found, beside + exemption(grants, better), plain=False)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("deductions: {d1: {when: b, deduct: 0}}", ["L123"]),
        ("deductions: {d1: {when: b, deduct: 0.01}}", []),
        ("deductions: {d1: {when: b, deduct: a}}", []),
        ("bonuses: {d1: {when: b, add: 0}}", ["L123"]),
        ("deductions: {d1: {when: b, deduct: 1, at_most: 0}}", ["L123"]),
        ("gates: {d1: {when: b, at_most: 0}}", []),
        ("gates: {d1: {when: b, at_most: 1, unknown: fire}}", ["L124"]),
        ("gates: {d1: {when: m > 1, at_most: 1, unknown: fire}}", []),
    ],
)
def test_idle_rules(rule: str, expected: list[str], found):
    assert expected == codes(found, rule + "\n")


def test_steps_of_nothing(found):
    steps = "{{steps: {{each: 1h, deduct: {}, begun: counts}}}}"
    clock = "clock: {from: start, to: stop, until: as_of}"

    assert ["L123"] == codes(found, timed(clock=clock, score=steps.format(0)), plain=False)
    assert [] == codes(found, timed(clock=clock, score=steps.format(1)), plain=False)
