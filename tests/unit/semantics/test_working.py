"""Working days, working time and working clocks: strict, and loud about years that are not covered."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from steelyard.calendars import Settings, calendar, read_hours
from steelyard.calendars.zones import day_number
from steelyard.diagnostics import InternalError, Message
from steelyard.facts.case import Case
from steelyard.ir.expressions import And, Apply, Expr, Function, If, Or
from steelyard.ir.ruleset import (
    Clock,
    MissingRule,
    OnMissing,
    PauseGrant,
    PointsExpression,
    Ruleset,
    Window,
    WorkingCalendar,
)
from steelyard.ir.types import Date
from steelyard.semantics import Missing, Status, prepare
from steelyard.semantics.clocks import passed
from steelyard.semantics.env import Env
from steelyard.semantics.records import Timing
from unit.semantics.build import (
    BOOLEAN,
    DURATION,
    FALSE,
    HOUR,
    INSTANT,
    INTEGER,
    OPEN_INSTANT,
    TRUE,
    compare,
    define,
    definition,
    evaluation,
    exemption,
    indicator,
    label,
    number,
    outcome,
    read,
    relation,
    rows,
    ruleset,
)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def us(text: str) -> int:
    return (datetime.fromisoformat(text + "+08:00") - EPOCH) // timedelta(microseconds=1)


def day(text: str) -> int:
    return day_number(date.fromisoformat(text))


DATE = Date()
HOURS = read_hours("09:00-17:30")
assert not isinstance(HOURS, Message)
OFFICE = Settings("CN", HOURS)


def office(name: str = "office", settings: Settings = OFFICE) -> WorkingCalendar:
    return WorkingCalendar(id=name, label=label(name), settings=settings, digest="")


def asking(function: Function, *arguments: Expr, calendar: str = "office") -> Apply:
    kinds = {Function.WORKING_TIME: DURATION, Function.ADD_BUSINESS_DAYS: DATE}
    return Apply(function, arguments, calendar, type=kinds.get(function, INTEGER))


def in_shanghai(**sections) -> Ruleset:
    return replace(ruleset(**sections), timezone="Asia/Shanghai", calendars=(office(),))


ADD = asking(Function.ADD_BUSINESS_DAYS, read("day", DATE), read("n"))
BETWEEN = asking(Function.BUSINESS_DAYS_BETWEEN, read("day", DATE), read("other", DATE))
TIME = asking(Function.WORKING_TIME, read("start", INSTANT), read("stop", INSTANT))


def value(expr: Expr, **values):
    return prepare(in_shanghai()).meaning(expr)(Env(Case("A", values), values, [], [], [], []))


def test_the_functions_ask_the_calendar() -> None:
    assert value(ADD, day=day("2024-02-09"), n=1) == day("2024-02-18")
    assert value(ADD, day=day("2024-02-10"), n=0) == day("2024-02-18")
    assert value(BETWEEN, day=day("2024-02-09"), other=day("2024-02-18")) == 1
    assert value(TIME, start=us("2024-02-09T17:00"), stop=us("2024-02-18T09:30")) == HOUR
    assert value(TIME, start=us("2024-02-18T09:30"), stop=us("2024-02-09T17:00")) == -HOUR


def test_the_functions_are_strict() -> None:
    assert value(ADD, day=1) == Missing(frozenset({"n"}))
    assert value(BETWEEN) == Missing(frozenset({"day", "other"}))
    assert value(TIME, stop=0) == Missing(frozenset({"start"}))


def test_what_is_missing_needs_no_year() -> None:
    assert value(BETWEEN, day=day("2030-01-01")) == Missing(frozenset({"other"}))


@pytest.mark.parametrize(
    ("expr", "values", "year"),
    [
        (ADD, {"day": day("2026-12-31"), "n": 1}, "2027"),
        (ADD, {"day": day("2004-01-02"), "n": -1}, "2003"),
        (BETWEEN, {"day": day("2024-01-01"), "other": day("2031-01-01")}, "2031"),
        (TIME, {"start": us("2027-01-01T00:00"), "stop": us("2026-12-31T23:59")}, "2027"),
    ],
)
def test_a_year_that_is_not_covered_rejects_the_case(expr, values, year) -> None:
    rules = in_shanghai(indicators=(indicator("i", replace(expr, type=INTEGER)),))
    found = outcome(rules, values)

    assert found.status is Status.REJECTED
    assert found.rejection is not None
    assert (found.rejection.where, found.rejection.value) == ("office", year)
    assert str(found.rejection.expected) == "a year that the calendar `office` covers, 2004 to 2026"


NEXT = compare(asking(Function.ADD_BUSINESS_DAYS, read("day", DATE), number(1)), ">", read("day", DATE))
"""A condition that asks the calendar."""


@pytest.mark.parametrize("condition", [And((FALSE, NEXT), type=BOOLEAN), Or((TRUE, NEXT), type=BOOLEAN)])
def test_a_chain_asks_every_calendar_whatever_its_order(condition) -> None:
    rules = in_shanghai(indicators=(indicator("i", only_if=condition),))

    assert outcome(rules, {"i": 1, "day": day("2026-12-31")}).status is Status.REJECTED
    assert outcome(rules, {"i": 1, "day": day("2026-12-30")}).status is not Status.REJECTED


def test_a_chain_asks_through_defines_too() -> None:
    condition = And((FALSE, define("later", BOOLEAN)), type=BOOLEAN)
    rules = in_shanghai(indicators=(indicator("i", only_if=condition),), defines=(definition("later", NEXT),))

    assert outcome(rules, {"i": 1, "day": day("2026-12-31")}).status is Status.REJECTED


def test_only_the_branch_that_is_taken_asks() -> None:
    chosen = If(FALSE, ADD, read("day", DATE), type=DATE)

    assert value(chosen, day=day("2026-12-31"), n=5) == day("2026-12-31")


def test_a_working_function_without_a_calendar_is_our_bug() -> None:
    with pytest.raises(InternalError):
        value(replace(ADD, calendar=None), day=1, n=1)
    with pytest.raises(InternalError):
        value(Apply(Function.MAX, (number(1), number(2)), "office", type=INTEGER))


# Clocks


def measured(values, *windows):
    """The result of a clock on the office's calendar, with the windows of storms as pauses."""
    survey = indicator(
        "survey",
        Clock(read("start", INSTANT), read("stop", INSTANT), None, "office"),
        measure_type=DURATION,
        way=PointsExpression(number(50)),
        missing=MissingRule(OnMissing.WAIVE),
    )
    weather = relation("weather", {"starts": INSTANT, "ends": OPEN_INSTANT}, window=Window("starts", "ends"))
    storm = exemption("storm", TRUE, PauseGrant("survey"), for_each="weather")
    rules = in_shanghai(indicators=(survey,), relations=(weather,), exemptions=(storm,))
    return evaluation(rules, values, weather=rows(*({"starts": low, "ends": high} for low, high in windows)))


TWO_DAYS = {"start": us("2024-05-06T09:00"), "stop": us("2024-05-07T17:30")}


def test_a_clock_counts_working_time() -> None:
    result = measured(TWO_DAYS).results[0]

    assert result.measure == 17 * HOUR
    assert result.timing.calendar is calendar(OFFICE, "Asia/Shanghai")


def test_a_clock_without_its_end_has_no_time() -> None:
    assert measured({"start": us("2031-01-01T00:00")}).results[0].measure == Missing(frozenset({"stop"}))


def test_pauses_count_in_working_time_and_once() -> None:
    result = measured(
        TWO_DAYS,
        (us("2024-05-06T16:30"), us("2024-05-07T10:00")),
        (us("2024-05-07T09:30"), us("2024-05-07T11:00")),
        (us("2024-05-06T20:00"), us("2024-05-06T22:00")),
    ).results[0]

    assert result.timing.paused == 3 * HOUR
    assert result.measure == 14 * HOUR
    assert [granted.value for granted in result.grants] == [2 * HOUR, HOUR * 3 // 2, 0]


@pytest.mark.parametrize(
    ("start", "stop", "year"),
    [
        ("2026-12-31T09:00", "2027-01-01T00:00", "2027"),
        ("2003-12-31T23:59", "2004-01-05T00:00", "2003"),
    ],
)
def test_a_clock_outside_its_calendar_rejects_the_case(start, stop, year) -> None:
    found = measured({"start": us(start), "stop": us(stop)}).outcome

    assert found.rejection is not None
    assert (found.rejection.where, found.rejection.value) == ("survey", year)
    assert "`office` covers, 2004 to 2026" in str(found.rejection.expected)


def test_an_end_before_the_start_is_said_before_a_year() -> None:
    found = measured({"start": us("2027-01-01T00:00"), "stop": us("2026-12-31T00:00")}).outcome

    assert found.rejection is not None
    assert "not before the start" in str(found.rejection.expected)


def test_a_window_beyond_a_clock_that_was_read_is_our_bug() -> None:
    timing = Timing(0, 1, calendar=calendar(OFFICE, "Asia/Shanghai"))

    with pytest.raises(InternalError):
        passed(timing, us("2026-12-31T00:00"), us("2027-01-01T00:00"))
