"""What would have changed a score: every change that is reported was run again, and a smaller one does not do."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from jsonschema import Draft202012Validator

from golden.reports.worked import SHIPPED, cases, evaluate, evaluated
from steelyard.explain import trials
from steelyard.explain.data import explanation_schema
from steelyard.explain.explain import explain
from steelyard.explain.records import Change, ChangeMethod, Explanation
from steelyard.explain.slots import MOST_ROWS
from steelyard.explain.terms import show
from steelyard.facts import Case
from steelyard.report.formats.render import render
from steelyard.semantics import Evaluation, Program, prepare, run

HEAD = """
steelyard: 1
ruleset: changes
version: 1
timezone: UTC
case:
  key: id
  reference_date: begun
  inputs:
    id: text
    begun: datetime
    taken: datetime
    ended: {type: datetime, optional: true, not_before: taken}
    size: {type: integer, range: "[-1000..1000]", optional: true}
    rate: {type: decimal(2), range: "[0..10]", optional: true}
    kind: {type: text, values: [a, b, c], optional: true}
    ok: {type: boolean, optional: true}
parameters: {as_of: {type: datetime, value: 2024-06-01T00:00}}
"""
GIVEN = {"id": "x", "begun": "2024-05-01 00:00", "taken": "2024-05-02 00:00"}
CLOCK = """
indicators:
  speed:
    clock: {from: taken, to: ended, until: as_of}
    target: 10h
    better: lower
    score: {steps: {each: 1h, deduct: 10, begun: counts}}
    weight: 1
score: {method: weighted_mean, round: 2, clamp: "[0..100]"}
grades: {good: 80, fair: 50, bad: 0}
"""


def found(text: str, **given: str) -> Explanation:
    return explain(evaluate(HEAD + text, {**GIVEN, **given}))


def changes(explanation: Explanation) -> list[tuple[str, str, str, ChangeMethod, str]]:
    return [
        (show(one.cause, "en"), show(change.field, "en"), show(change.after, "en"), change.method, str(change.final))
        for one in explanation.regains
        for change in one.changes
    ]


def test_a_clock_says_how_much_earlier_it_had_to_stop() -> None:
    told = found(CLOCK, ended="2024-05-02 12:30")

    assert [("speed", "ended", "2024-05-02 10:00:00", ChangeMethod.CLOSED_FORM, "100.00")] == changes(told)
    assert ["2 h 30 min"] == [show(one.changes[0].difference or "", "en") for one in told.regains]


def test_a_clock_that_still_runs_says_when_it_had_to_stop() -> None:
    told = found(CLOCK)

    assert [("speed", "ended", "2024-05-02 10:00:00", ChangeMethod.CLOSED_FORM, "100.00")] == changes(told)
    assert "ended 2024-05-02 10:00:00, where nothing is given" in render(told, "en", "text")


def test_the_next_grade_is_the_nearest_better_one() -> None:
    (near,) = found(CLOCK, ended="2024-05-02 14:30").next_grades

    assert ("fair", "50.00", "0.00") != (near.grade.id, str(near.bound), str(near.points))
    assert ("good", "80.00", "30.00") == (near.grade.id, str(near.bound), str(near.points))
    assert () == found(CLOCK, ended="2024-05-02 11:00").next_grades


def test_where_less_is_better_the_next_grade_lies_below() -> None:
    text = """
indicators:
  one: {measure: size, score: measure, baseline: 0, missing: waive}
score: {method: sum, better: lower, round: 2, clamp: "[-1000..1000]"}
grades: {good: 10, fair: 50, bad: 1000}
"""
    told = found(text, size="70")
    (near,) = told.next_grades

    assert ("fair", "50.00", "20.00") == (near.grade.id, str(near.bound), str(near.points))
    assert [("one", "size", "0", ChangeMethod.SEARCH, "0.00")] == changes(told)
    assert "20.00 points less reach fair, which begins at 50.00" in render(told, "en", "text")


def test_a_table_is_searched_even_where_only_a_narrow_interval_helps() -> None:
    text = """
tables:
  extra:
    hit: first
    inputs: {size: size}
    outputs: {points: integer}
    rows:
      - {size: "[137..139)", points: 100}
      - {points: 20}
indicators:
  one: {measure: extra, score: measure, baseline: 100, missing: waive}
score: {method: sum, round: 2}
"""

    assert [("one", "size", "137", ChangeMethod.SEARCH, "100.00")] == changes(found(text, size="-40"))
    assert [("one", "size", "138", ChangeMethod.SEARCH, "100.00")] == changes(found(text, size="900"))


RULES = """
indicators:
  one: {measure: 100, score: measure, baseline: 100}
score: {method: sum, round: 2}
deductions:
  unkind: {when: kind != "b", deduct: 7, unknown: fire}
  bad: {when: not ok, deduct: 5, unknown: fire}
  both: {when: size > 3 and size < 900, deduct: 2, unknown: ignore}
  always: {when: 1 = 1, deduct: 1}
"""


def test_rules_try_every_value_of_what_has_few_and_search_what_has_many() -> None:
    told = found(RULES, kind="a", size="10")

    assert [
        ("unkind", "kind", "b", ChangeMethod.ENUMERATION, "92.00"),
        ("bad", "ok", "yes", ChangeMethod.ENUMERATION, "90.00"),
        ("both", "size", "3", ChangeMethod.SEARCH, "87.00"),
    ] == changes(told)


def test_a_milestone_is_not_moved_where_intake_would_refuse_it() -> None:
    text = CLOCK.replace("from: taken", "from: begun")
    told = found(text, ended="2024-05-02 03:00")
    (regain,) = told.regains

    assert () == regain.changes
    assert "no change of one value of the case was found in the runs allowed" in render(told, "en", "text")


def test_only_where_every_value_was_tried_is_it_said_that_none_regains_the_points() -> None:
    text = "indicators: {one: {measure: 100, score: measure, baseline: 100}}\nscore: {method: sum, round: 2}\n"
    told = found(text + "deductions: {bad: {when: ok or not ok, deduct: 5, unknown: ignore}}\n", ok="true")

    assert () == told.regains[0].changes
    assert "no change of one value of the case regains it" in render(told, "en", "text")


def test_a_short_time_far_away_is_found_beside_the_case_s_other_times() -> None:
    """Fourteen days late: the milestone must lie within eight working hours of the first one."""
    text = CLOCK.replace("clock: {", "clock: {calendar: week, ")
    text += '\ncalendars: {week: {holidays: none, weekend: [sat, sun], hours: "09:00-17:00"}}\n'
    told = found(text, begun="2024-05-02 10:00", taken="2024-05-02 10:00", ended="2024-05-23 12:00")

    assert any(change.method is ChangeMethod.SEARCH for change in told.regains[0].changes)


def test_an_exemption_tells_its_effect_on_the_grade_and_the_nearest_one_what_it_lacked() -> None:
    text = (
        CLOCK
        + """
exemptions:
  helped: {when: size > 3, grants: {speed: {at_least: 90}}}
  far: {when: size > 500 and ok, grants: {speed: {waive: true}}}
  near: {when: size > 11, grants: {speed: {waive: true}}}
"""
    )
    told = found(text, ended="2024-05-02 13:30", size="10", ok="no")
    (one,) = told.counterfactuals

    assert ("90.00", "good", "60.00", "fair") == (
        str(one.with_it),
        one.grade_with and one.grade_with.id,
        str(one.without_it),
        one.grade_without and one.grade_without.id,
    )
    assert told.near_miss is not None
    assert ("near", ["size is 10, 1 short of > 11"]) == (
        told.near_miss.exemption.id,
        [show(why, "en") for why in told.near_miss.why_not],
    )


def again(evaluation: Evaluation, cause: str, change: Change, by: int = 0) -> tuple[int | None, int]:
    """The score with a change, and what its cause brings then; `by`: units nearer to the value as it is."""
    value = change.after.stored
    if by and isinstance(value, int):
        before = None if change.before is None else change.before.stored
        value += by if not isinstance(before, int) or before > value else -by
    assert not isinstance(value, tuple)
    case, changed = evaluation.case, {change.field.id: value}
    if change.relation is None:
        case = replace(case, values={**case.values, **changed})
    else:
        rows = case.rows[change.relation]
        again = [
            replace(row, values={**row.values, **changed}) if change.row and row.id == change.row.id else row
            for row in rows
        ]
        assert again != [*rows]
        case = replace(case, rows={**case.rows, change.relation: tuple(again)})
    (score,) = run(prepare(evaluation.ruleset), case).outcome.scores
    brought = sum(line.amount.value for line in score.ledger if line.rule == cause)
    return None if score.final is None else score.final.value, brought


WORKED = [(policy, name) for policy in SHIPPED for name in cases(policy) if evaluated(policy, name)]


@pytest.mark.parametrize(("policy", "name"), WORKED)
def test_every_change_gives_the_score_that_is_printed_and_a_smaller_one_does_not_do(policy: str, name: str) -> None:
    evaluation = evaluated(policy, name)
    assert evaluation is not None
    told = explain(evaluation)
    Draft202012Validator(explanation_schema()).validate(json.loads(render(told, "zh", "json")))

    for regain in told.regains:
        for change in regain.changes:
            final, brought = again(evaluation, regain.cause.id, change)
            assert change.final.value == final
            assert (brought >= 0) is (change.still_lost is None)
            if change.method is not ChangeMethod.ENUMERATION:
                assert again(evaluation, regain.cause.id, change, 1)[1] < 0


def test_a_correction_that_took_points_is_regained_too() -> None:
    text = RULES[: RULES.index("deductions:")] + "corrections:\n  around: {when: ok, unknown: ignore, adjust: -3}\n"

    assert [("around", "ok", "no", ChangeMethod.ENUMERATION, "100.00")] == changes(found(text, ok="yes"))


ROWS = """
relations:
  lines:
    of_case: claim
    id: number
    label: {en: Line}
    fields:
      number: text
      claim: text
      amount: {type: decimal(2), range: "[0..1000]", label: {en: Amount}}
      day: date
      sort: {type: text, values: [a, b, c]}
      paid: boolean
define:
  total: sum(lines.amount where paid)
indicators:
  INDICATOR
score: {method: weighted_mean, round: 2}
"""
LINES = [
    {"number": "x", "amount": "10", "day": "2024-05-01", "sort": "a", "paid": "yes"},
    {"number": "y", "amount": "90", "day": "2024-05-09", "sort": "b", "paid": "yes"},
    {"number": "z", "amount": "500", "day": "2024-05-03", "sort": "c", "paid": "no"},
]


def in_rows(measure: str, target: str, lines: list[dict[str, str]] | None = None, rules: str = "") -> Evaluation:
    indicator = f"one: {{measure: '{measure}', target: '{target}', better: lower, score: met, weight: 1, MISSING}}"
    indicator = (
        indicator.replace("MISSING", "missing: waive") if "(lines." in measure else indicator.replace(", MISSING", "")
    )
    return evaluate(HEAD + ROWS.replace("INDICATOR", indicator) + rules, GIVEN, {"lines": lines or LINES})


def row_changes(evaluation: Evaluation) -> list[tuple[str | None, str, str, str]]:
    told = explain(evaluation)
    for regain in told.regains:
        for change in regain.changes:
            assert change.final.value == again(evaluation, regain.cause.id, change)[0]
    return [
        (change.row and change.row.id, change.field.id, show(change.after, "en"), change.method.value)
        for regain in told.regains
        for change in regain.changes
    ]


@pytest.mark.parametrize(
    ("measure", "target", "expected"),
    [
        ("total", "60", [("y", "paid", "no", "enumeration"), ("y", "amount", "50.00", "search")]),
        ("max(lines.amount)", "400", [("z", "amount", "400.00", "search")]),
        ("mean(lines.amount, 0)", "150", [("z", "amount", "351.49", "search")]),
        ('count(lines where sort = "b")', "0", [("y", "sort", "a", "enumeration")]),
        (
            "max(lines.day where paid)",
            "@2024-05-04",
            [("y", "paid", "no", "enumeration"), ("y", "day", "2024-05-04", "search")],
        ),
    ],
)
def test_a_change_of_one_field_of_one_row_is_looked_for(
    measure: str, target: str, expected: list[tuple[str, str, str, str]]
) -> None:
    assert expected == row_changes(in_rows(measure, target))


def test_changes_of_rows_are_told_in_both_languages() -> None:
    told = explain(in_rows("max(lines.amount)", "400"))

    assert "Line z, Amount 100.00 less, 400.00: nothing is lost here" in render(told, "en", "text")
    assert "Line z 的 Amount 低 100.00，即 400.00：此项不失分" in render(told, "zh", "text")
    (regain,) = json.loads(render(told, "en", "json"))["regains"]
    (change,) = regain["changes"]
    assert ("lines", "z", "amount", 3, 3) == (
        change["relation"],
        change["row"],
        change["input"],
        regain["rows"],
        regain["rows_tried"],
    )


def test_what_tells_rows_apart_or_says_whose_they_are_is_not_changed() -> None:
    evaluation = in_rows('count(lines where number = "x" or claim = "w")', "0")

    assert [] == row_changes(evaluation)
    assert "it depends on no value of the case or of its rows" in render(explain(evaluation), "en", "text")


BAD = "deductions: {bad: {for_each: lines, when: WHEN, deduct: DEDUCT, unknown: ignore, CAP}}\n"


def bad(when: str, deduct: str = "5", cap: str = "") -> Evaluation:
    rule = BAD.replace("WHEN", when).replace("DEDUCT", deduct).replace(", CAP", cap)
    return in_rows("total", "9999", rules=rule)


def test_of_several_rows_that_cost_points_the_change_that_regains_the_most_is_told() -> None:
    told = explain(bad("paid", "'round(amount / 10, 2)'"))
    ((change,),) = (one.changes for one in told.regains)

    assert [("y", "paid", "no", "enumeration")] == row_changes(bad("paid", "'round(amount / 10, 2)'"))
    assert "-1.000000" == str(change.still_lost)
    assert "takes points off: Amount ÷ 10" in render(told, "en", "text")
    assert "Line y, paid no instead of yes: 1.000000 is still lost here, and the score is 99.00" in render(
        told, "en", "text"
    )
    assert "Line y 的 paid 为否而非是：此项仍失 1.000000 分，得分为 99.00" in render(told, "zh", "text")


def test_where_a_limit_leaves_nothing_to_regain_that_is_said() -> None:
    flags = bad("paid", cap=", at_most: 5")
    numbers = bad("amount > 50 or paid", cap=", at_most: 5")

    assert [] == row_changes(flags) == row_changes(numbers)
    assert "no change of one value of the case regains it" in render(explain(flags), "en", "text")
    assert "no change of one value of the case was found" in render(explain(numbers), "en", "text")


def test_of_many_rows_few_are_tried_in_a_bounded_number_of_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [{**LINES[0], "number": str(one), "amount": str(one)} for one in range(600)]
    evaluation = in_rows("count(lines where amount > 5 and paid)", "3", lines)
    runs: list[Case] = []

    def counted(program: Program, case: Case) -> Evaluation:
        runs.append(case)
        return run(program, case)

    monkeypatch.setattr(trials, "run", counted)
    told = explain(evaluation)

    assert 0 < len(runs) <= 90
    assert f"in the runs allowed; {MOST_ROWS + 1} of 600 rows tried" in render(told, "en", "text")


def test_what_can_be_computed_is_found_though_searches_use_up_the_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """The larger cause cannot be mended by any size; looking for one takes all runs."""
    monkeypatch.setattr(trials, "MOST_RUNS", 0)
    hard = "  hard: {measure: abs(size) + 7, target: 3, better: lower, score: met, weight: 9, missing: waive}\n"
    told = found(CLOCK.replace("score: {method", hard + "score: {method"), ended="2024-05-02 12:30", size="5")

    assert [("speed", "ended", "2024-05-02 10:00:00", ChangeMethod.CLOSED_FORM, "10.00")] == changes(told)
