"""What no value reaches: targets outside the measure's range, points outside the clamp, grades outside the scores."""

# pyright: basic

from __future__ import annotations

import pytest

from steelyard.analysis.check import load_text

RULES = """
steelyard: 1
ruleset: r
version: 1
timezone: UTC
case:
  key: id
  inputs:
    id: text
    rate: {{type: decimal(4), range: "[0..1]"}}
    rating: {{type: integer, range: "[1..5]", optional: true}}
    took: duration
    amount: decimal(2)
indicators:
  one:
    {indicator}
    weight: 1
  other: {{measure: took, target: 3h, better: lower, score: met, weight: 1}}
score: {{method: weighted_mean, round: 2}}
{sections}
"""
MET = "measure: rate\n    target: 98%\n    better: higher\n    score: met"
BANDS = """measure: rate
    score: {{bands: [{{when: "< 50%", points: {low}}}, {{when: ">= 50%", points: {high}}}]}}
    baseline: 100"""


def told(
    indicator: str = MET, sections: str = "", codes=("L131", "L129", "L130", "H111")
) -> list[tuple[str, str, str]]:
    found = load_text(RULES.format(indicator=indicator, sections=sections)).diagnostics
    assert not {one.code[0] for one in found} & set("YMNT"), [str(one.headline) for one in found]
    return [(one.code, str(one.headline), str(one.help)) for one in found if one.code in codes]


@pytest.mark.parametrize(
    ("measure", "target", "better", "expected"),
    [
        ("rate", "98", "higher", ("no case can meet", "did you mean `98%`?")),
        ("rate", "98", "lower", ("every case meets", "did you mean `98%`?")),
        ("rate", "1.5", "higher", ("no case can meet", "correct the target, or the `range` of what is measured")),
        ("rate * 100", "98", "higher", None),
        ("rate", "98%", "higher", None),
        ("rate", "1", "higher", None),
        ("rate", "0", "lower", None),
        ("rating", "6", "higher", ("no case can meet", "correct the target, or the `range` of what is measured")),
        ("rating", "0.5", "lower", ("no case can meet", "correct the target, or the `range` of what is measured")),
        ("rating", "5", "higher", None),
        ("amount", "98", "higher", None),
        ("took", "98h", "lower", None),
        ("coalesce(rating, 0)", "0.5", "lower", None),
    ],
)
def test_targets(measure: str, target: str, better: str, expected: tuple[str, str] | None) -> None:
    missing = "\n    missing: waive" if measure == "rating" else ""
    found = told(f"measure: {measure}\n    target: {target}\n    better: {better}\n    score: met{missing}")

    assert (expected is None) == (not found)
    for code, headline, help_ in found:
        assert "L131" == code
        assert expected is not None
        assert headline.startswith(expected[0])
        assert expected[1] == help_


@pytest.mark.parametrize(
    ("low", "high", "clamp", "expected"),
    [
        (0, 100, "", []),
        (-12, 100, "", ['write `clamp: "[-12..100]"` at `one`']),
        (-12.5, 120, "", ['write `clamp: "[-12.5..120]"` at `one`'] * 2),
        (-12, 120, 'clamp: "[-20..120]"', []),
        (-12, 120, "clamp: none", []),
        (0, 120, 'clamp: "[0..]"', []),
        (0, 100, 'clamp: "[10..90]"', ['write `clamp: "[0..100]"` at `one`'] * 2),
    ],
)
def test_points_of_bands(low: float, high: float, clamp: str, expected: list[str]) -> None:
    found = told(f"{BANDS.format(low=low, high=high)}\n    {clamp}")

    assert [("L129", help_) for help_ in expected] == [(code, help_) for code, _, help_ in found]


def test_points_of_a_curve() -> None:
    found = told("measure: rate\n    score: {curve: [[0, 0], [1, 150]]}\n    baseline: 100")

    assert ["`one` never scores 150: its clamp makes 100 of it"] == [headline for _, headline, _ in found]


@pytest.mark.parametrize(
    ("sections", "expected"),
    [
        ("grades: {A: 90, B: 60, C: 0}", []),
        ("grades: {S: 110, A: 90, B: 0}", ["no score gets the grade `S`: none is above 100.00"]),
        ("grades: {S: 110, A: 90, B: 0}\nbonuses: {more: {when: rate = 1, add: 20}}", []),
        ("grades: {A: 90, B: 0, C: {when: '< 0'}}", ["no score gets the grade `C`: none is below 0.00"]),
        ("grades: {A: 90, B: 0, C: {when: '< 0'}}\ndeductions: {less: {when: rate = 1, deduct: 20}}", []),
        ("grades: {A: 90, B: 0, C: {when: '< 0'}}\ngates: {cap: {when: rate = 1, at_most: 20}}", []),
    ],
)
def test_grades(sections: str, expected: list[str]) -> None:
    assert expected == [headline for _, headline, _ in told(sections=sections)]


def test_a_floor_that_an_exemption_grants_may_bring_a_grade_within_reach() -> None:
    grades = "grades: {S: 95, A: 80, B: 0}"
    bands = BANDS.format(low=0, high=90)
    granted = f"{grades}\nexemptions: {{kind: {{when: rate = 1, grants: {{one: {{at_least: 100}}}}}}}}"
    alone = bands + "\n    group: all\n"

    assert [] == told(bands, grades), "the other indicator can have 100"
    assert [] == told(alone, f"groups: {{all: All}}\n{granted}")


@pytest.mark.parametrize(
    ("measures", "expected"),
    [
        (("integer, range: '[0..30]'", "integer, range: '[0..70]'"), []),
        (("integer, range: '[0..30]'", "integer, range: '[-1..70]'"), ["scores from -1 to -1 have no grade"]),
        (("integer, range: '[0..30]'", "integer"), ["scores below 0 have no grade"]),
        (("integer, range: '[0..30]'", "integer, range: '[0..40]'"), ["no score gets the grade `A`: none is above 70"]),
    ],
)
def test_grades_of_a_sum(measures: tuple[str, str], expected: list[str]) -> None:
    first, second = measures
    found = load_text(f"""
steelyard: 1
ruleset: r
version: 1
timezone: UTC
case:
  key: id
  inputs: {{id: text, a: {{type: {first}}}, b: {{type: {second}}}}}
indicators:
  x: {{measure: a, score: measure, baseline: 30}}
  y: {{measure: b, score: measure, baseline: 70}}
score: {{method: sum, round: 0}}
grades: {{A: 90, B: 0}}
""").diagnostics

    assert expected == [str(one.headline) for one in found]


LISTS = """
tables:
  t:
    hit: collect
    inputs: {a: a}
    outputs: {o: integer}
    rows: [{a: "> 3", o: 30}, {a: "> 5", o: 20}, {a: "> 7", o: -5}]
  n:
    hit: collect count
    inputs: {a: a}
    outputs: {o: integer}
    rows: [{a: "> 3", o: 1}, {a: "> 5", o: 1}]
  s:
    hit: collect sum
    inputs: {a: a}
    outputs: {o: integer}
    rows: [{a: "> 3", o: 30}, {a: "> 5", o: 20}]
    default: {o: 1}
"""


@pytest.mark.parametrize(
    ("value", "low", "high"),
    [
        ("sum(t)", -5, 50),
        ("count(t)", 0, 3),
        ("max(t)", -5, 30),
        ("mean(t, 0)", -5, 30),
        ("n", 0, 2),
        ("s", 0, 50),
        ("sum(t) + s * 2 + n", -5, 152),
    ],
)
def test_scores_of_sums_of_tables_are_bounded(found, value: str, low: int, high: int):
    """Grades that begin and end beyond what the value can be leave no hole, and no score gets the outer ones."""

    def codes(least: int, most: int) -> list[str]:
        grades = f"grades: {{low: '[{least}..{low})', mid: '[{low}..{high}]', high: '({high}..{most}]'}}\n"
        sections = f"{LISTS}score: {{value: '{value}', round: 0}}\n{grades}"
        return [one.code for one in found(sections, plain=False) if one.code in {"L130", "H111"}]

    assert ["L130", "L130"] == codes(low - 9, high + 9)


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("20", []),
        ("-5", ["scores from -5 to -1 have no grade"]),
        ("5", ["no score gets the grade `A`: none is above 85"]),
    ],
)
def test_grades_of_a_sum_that_starts_with_points(start: str, expected: list[str]) -> None:
    found = load_text(f"""
steelyard: 1
ruleset: r
version: 1
timezone: UTC
case:
  key: id
  inputs: {{id: text, a: {{type: integer, range: "[0..80]"}}}}
indicators:
  x: {{measure: a, score: measure, baseline: 30}}
score: {{method: sum, round: 0, start: {start}}}
grades: {{A: 90, B: 0}}
""").diagnostics

    assert expected == [str(one.headline) for one in found]
