"""A working clock in words: which calendar, how long on it, and when the target was used up."""

from __future__ import annotations

import pytest

from conformance.harness import load_ruleset
from steelyard.calendars.zones import zone
from steelyard.explain.events import bars
from steelyard.explain.explain import explain
from steelyard.explain.phrases import phrase
from steelyard.explain.terms import show
from steelyard.explain.words import Words
from steelyard.facts.case import Case, Reject
from steelyard.facts.texts import case_from_texts
from steelyard.semantics import prepare, run

HOUR = 3_600_000_000
RULESET = """
steelyard: 1
ruleset: r
version: 1
timezone: Asia/Shanghai
case:
  key: id
  inputs: {id: text, opened: datetime, closed: datetime, day: {type: date, label: {en: Day}}}
calendars:
  office: {label: {zh: 办公日历, en: Office}, holidays: CN, hours: "09:00-17:30"}
indicators:
  speed:
    clock: {from: opened, to: closed, calendar: office}
    target: 8h
    better: lower
    score: met
    weight: 1
score: {method: weighted_mean, round: 2}
outputs:
  due: {value: day + 15bd}
  back: {value: day - 2bd}
  worked: {value: 'working_time(opened, closed)'}
  counted: {value: 'business_days_between(day, date(closed))'}
"""
RULES = load_ruleset(RULESET)
PROGRAM = prepare(RULES)


def case(opened: str, closed: str) -> Case:
    found = case_from_texts(RULES, {"id": "A", "opened": opened, "closed": closed, "day": "2024-05-06"}, {})
    assert not isinstance(found, Reject)
    return found


def told(opened: str = "2024-05-06 09:00", closed: str = "2024-05-07 10:00"):
    return explain(run(PROGRAM, case(opened, closed)))


def test_the_clock_says_by_which_calendar_it_counts() -> None:
    (speed,) = told().indicators

    assert str(speed.measured_by) == "time from opened to closed, working time only (Office)"


PHRASES = {
    "day + 15bd > day": "15 working days after Day (Office) > Day",
    "day - 2bd < day": "2 working days before Day (Office) < Day",
    "working_time(opened, closed) > 1h": "the working time from opened to closed (Office) > 1 h",
    "business_days_between(day, date(closed)) > 1": "the working days from Day to the date of closed (Office) > 1",
}


@pytest.mark.parametrize("condition", PHRASES)
def test_questions_to_a_calendar_in_words(condition) -> None:
    rules = load_ruleset(f"{RULESET}\ndeductions:\n  late:\n    when: {condition}\n    deduct: 1\n")

    assert str(phrase(rules.points[0].when, Words(rules))) == PHRASES[condition]


def bar(opened: str, closed: str):
    return bars(run(PROGRAM, case(opened, closed)), Words(RULES))[0]


def at(text: str) -> str:
    return f"2024-{text}:00"


@pytest.mark.parametrize(
    ("closed", "spare", "due"),
    [
        ("2024-05-06 16:00", HOUR, "05-06 17:00"),
        ("2024-05-06 17:00", 0, "05-06 17:00"),
        ("2024-05-06 17:30", -HOUR // 2, "05-06 17:00"),
        ("2024-05-07 09:00", -HOUR // 2, "05-06 17:00"),
    ],
)
def test_the_timeline_measures_on_the_calendar(closed, spare, due) -> None:
    found = bar("2024-05-06 09:00", closed)

    assert (found.spare, found.time) == (spare, 8 * HOUR - spare)
    assert zone("Asia/Shanghai").local_text(found.due) == at(due)
    assert found.base_due == found.due


def test_a_target_is_used_up_after_the_holiday() -> None:
    found = bar("2024-09-30 17:00", "2024-10-08 09:00")

    assert zone("Asia/Shanghai").local_text(found.due) == at("10-08 16:30")


def test_a_target_beyond_the_calendar_has_no_place() -> None:
    found = bar("2026-12-31 12:00", "2026-12-31 13:00")

    assert found.due is None
    assert found.spare == 7 * HOUR


def test_the_hours_that_counted_are_said() -> None:
    def hours(opened: str, closed: str) -> list[str]:
        (speed,) = told(opened, closed).indicators
        assert speed.clock is not None
        return [str(text) for text in speed.clock.hours]

    assert hours("2024-05-06 09:00", "2024-05-07 10:00") == ["hours 09:00-17:30 on 2024-05-06, 2024-05-07"]
    assert hours("2024-05-06 17:30", "2024-05-07 09:00") == []
    assert hours("2024-05-06 17:29", "2024-05-07 09:00") == ["hours 09:00-17:30 on 2024-05-06"]
    assert hours("2024-05-06 12:00", "2024-05-10 12:00") == ["hours 09:00-17:30 on 5 days"]
    assert hours("2024-02-09 12:00", "2024-02-18 12:00") == ["hours 09:00-17:30 on 2024-02-09, 2024-02-18"]


def test_each_kind_of_hours_is_said() -> None:
    halves = RULESET.replace('hours: "09:00-17:30"}', 'hours: "09:00-17:30", half_days: {2024-05-07: "09:00-12:00"}}')
    rules = load_ruleset(halves)
    texts = {"id": "A", "opened": "2024-05-06 09:00", "closed": "2024-05-08 10:00", "day": "2024-05-06"}
    found = case_from_texts(rules, texts, {})
    assert not isinstance(found, Reject)
    (speed,) = explain(run(prepare(rules), found)).indicators

    assert speed.clock is not None
    assert [str(text) for text in speed.clock.hours] == [
        "hours 09:00-17:30 on 2024-05-06, 2024-05-08",
        "hours 09:00-12:00 on 2024-05-07",
    ]


def test_the_timeline_shows_what_is_outside_working_hours() -> None:
    def at_local(window: tuple[int, int]) -> tuple[str, ...]:
        return tuple(zone("Asia/Shanghai").local_text(edge) for edge in window)

    found = bar("2024-05-06 08:00", "2024-05-07 18:00")

    assert [at_local(window) for window in found.off] == [
        (at("05-06 08:00"), at("05-06 09:00")),
        (at("05-06 17:30"), at("05-07 09:00")),
        (at("05-07 17:30"), at("05-07 18:00")),
    ]
    assert bar("2024-05-06 09:00", "2024-05-06 10:00").off == ()
    assert bar("2024-01-01 09:00", "2025-01-06 10:00").off == ()  # too many to be drawn


def test_the_calendar_that_was_chosen_is_named_with_what_chose_it() -> None:
    text = RULESET.replace("calendar: office", "calendar: {by: team, of: {a: office}, otherwise: late}")
    text = text.replace("    weight: 1", "    weight: 1\n    missing: waive")
    text = text.replace("day: {", "team: {type: text, optional: true, label: {zh: 班组, en: Team}}, day: {", 1)
    late = '  late: {label: {zh: 夜班, en: Late}, holidays: none, hours: "12:00-24:00"}\n'
    rules = load_ruleset(text.replace("indicators:", f"{late}indicators:"))

    def measured(**team: str) -> tuple[str, str]:
        times = {"opened": "2024-05-06 09:00", "closed": "2024-05-06 13:00"}
        found = case_from_texts(rules, {"id": "A", "day": "2024-05-06", **times, **team}, {})
        assert not isinstance(found, Reject)
        (speed,) = explain(run(prepare(rules), found)).indicators
        return show(speed.measured_by, "en"), show(speed.measured_by, "zh")

    assert measured(team="a") == (
        "time from opened to closed, working time only (Office, chosen by Team: a)",
        "opened 至 closed 历时，只计工作时间（办公日历，按班组“a”选定）",
    )
    assert measured(team="b")[0] == "time from opened to closed, working time only (Late, chosen by Team: b)"
    assert measured() == (
        "time from opened to closed, working time only (no calendar is chosen, since Team is missing)",
        "opened 至 closed 历时，只计工作时间（未选定日历：班组缺失）",
    )
