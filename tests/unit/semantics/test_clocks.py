"""Clocks: what they show, and the union of pauses."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steelyard.diagnostics import InternalError
from steelyard.ir.ruleset import Clock, MissingRule, OnMissing, PauseGrant, PointsExpression, Window
from steelyard.semantics import Missing, Status, Timing, prepare
from steelyard.semantics.clocks import cut
from steelyard.semantics.clocks import paused as time_paused
from unit.semantics.build import (
    DURATION,
    HOUR,
    INSTANT,
    OPEN_INSTANT,
    TRUE,
    definition,
    evaluation,
    exemption,
    field,
    indicator,
    number,
    outcome,
    plus,
    read,
    relation,
    rows,
    ruleset,
)

START, STOP, UNTIL = (read(name, INSTANT) for name in ("start", "stop", "until"))


def lacking(*reasons):
    return Missing(frozenset(reasons))


def clocked(until=UNTIL, **changes):
    return indicator(
        "survey",
        Clock(START, STOP, until),
        measure_type=DURATION,
        way=PointsExpression(number(50)),
        missing=MissingRule(OnMissing.WAIVE),
        **changes,
    )


def shown(values, until=UNTIL):
    result = evaluation(ruleset(indicators=(clocked(until),)), values).results[0]
    return result.measure, result.timing.still_running


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"start": 10, "stop": 30, "until": 20}, (20, False)),
        ({"start": 10, "stop": 10, "until": 20}, (0, False)),
        ({"start": 10, "stop": 30}, (20, False)),
        ({"start": 10, "until": 25}, (15, True)),
        ({"start": 10, "until": 10}, (0, True)),
        ({"start": 10}, (lacking("stop", "until"), False)),
        ({"until": 10}, (lacking("start"), True)),
        ({"stop": 10}, (lacking("start"), False)),
        ({}, (lacking("start", "stop", "until"), False)),
    ],
)
def test_time_runs_to_the_stop_or_else_to_until(values, expected):
    assert shown(values) == expected


def test_without_until_a_missing_stop_leaves_the_measure_missing():
    assert shown({"start": 10}, None) == (lacking("stop"), False)
    assert shown({"start": 10, "stop": 11}, None) == (1, False)


def test_a_stop_that_until_replaces_is_not_missing():
    rules = ruleset(indicators=(clocked(),))

    assert outcome(rules, {"start": 10, "until": 20}).missing == ()
    assert outcome(rules, {"start": 10}).missing == ("stop", "until")
    assert outcome(rules, {"until": 10}).missing == ("start",)


@pytest.mark.parametrize(
    "values", [{"start": 10, "stop": 9}, {"start": 10, "until": 9}, {"start": 10, "stop": 9, "until": 11}]
)
def test_an_end_before_the_start_rejects_the_case(values):
    found = outcome(ruleset(indicators=(clocked(),)), values)

    assert found.status is Status.REJECTED
    assert (found.rejection.where, found.rejection.value) == ("survey", "1970-01-01T00:00:00.000009Z")
    assert str(found.rejection.expected) == "an end that is not before the start, 1970-01-01T00:00:00.000010Z"


# Pauses


def paused(given_rows, values, ends=OPEN_INSTANT, **changes):
    weather = relation("weather", {"starts": INSTANT, "ends": ends}, window=Window("starts", "ends"))
    rules = ruleset(
        indicators=(clocked(),),
        relations=(replace(weather, **changes),),
        exemptions=(exemption("storm", TRUE, PauseGrant("survey"), for_each="weather"),),
    )
    return evaluation(rules, values, weather=rows(*given_rows))


DAY = {"start": 0, "stop": 24 * HOUR}


def window(low, high=None):
    return {"starts": low * HOUR} | ({} if high is None else {"ends": high * HOUR})


@pytest.mark.parametrize(
    ("windows", "hours"),
    [
        ([], 0),
        ([window(2, 5)], 3),
        ([window(2, 5), window(5, 7)], 5),
        ([window(2, 5), window(4, 7)], 5),
        ([window(4, 7), window(2, 5)], 5),
        ([window(2, 9), window(4, 7)], 7),
        ([window(2, 5), window(2, 5)], 3),
        ([window(-5, 3)], 3),
        ([window(20, 30)], 4),
        ([window(-5, 30)], 24),
        ([window(-5, 0)], 0),
        ([window(24, 30)], 0),
        ([window(5, 5)], 0),
        ([window(7, 5)], 0),
        ([window(20)], 4),
        ([window(30)], 0),
        ([window(1, 2), window(3, 4), window(20)], 6),
    ],
)
def test_pauses_are_subtracted_as_a_union_cut_to_the_clock(windows, hours):
    result = paused(windows, DAY).results[0]

    assert result.timing.paused == hours * HOUR
    assert result.measure == (24 - hours) * HOUR


def test_each_pause_keeps_what_it_was_inside_the_clock():
    first, second = paused([window(-5, 3), window(30, 31)], DAY).results[0].grants

    assert (first.window, first.value, first.counted) == ((0, 3 * HOUR), 3 * HOUR, True)
    assert (second.window, second.value, second.counted) == (None, 0, False)


def test_an_end_that_may_not_be_open_refuses_the_pause():
    result = paused([window(2)], DAY, ends=INSTANT).results[0]

    assert result.measure == 24 * HOUR
    assert result.grants[0].refused == lacking("weather.ends")
    assert result.grants[0].counted is False


def test_a_missing_start_of_a_window_refuses_the_pause():
    found = paused([{"ends": 5 * HOUR}], DAY)

    assert found.results[0].grants[0].refused == lacking("weather.starts")
    assert found.outcome.missing == ("weather.starts",)
    assert paused([{}], DAY).outcome.missing == ("weather.starts",)
    assert paused([{}], DAY, ends=INSTANT).outcome.missing == ("weather.ends", "weather.starts")


def test_a_window_may_be_a_define_of_the_row():
    later = definition("later", plus(field("weather", "starts", INSTANT), number(HOUR)))
    result = paused([window(2, 9)], DAY, defines=(later,), window=Window("starts", "later")).results[0]

    assert result.measure == 23 * HOUR


def test_a_clock_without_time_has_no_pause_either():
    result = paused([window(2, 5)], {"start": 0}).results[0]

    assert result.measure == lacking("stop", "until")
    assert (result.grants[0].window, result.grants[0].counted) == (None, False)


def test_a_pause_needs_a_window_and_a_clock_else_it_is_our_bug():
    storm = exemption("storm", TRUE, PauseGrant("survey"), for_each="weather")
    bare = relation("weather", {"starts": INSTANT, "ends": INSTANT})
    with pytest.raises(InternalError):
        prepare(ruleset(indicators=(clocked(),), relations=(bare,), exemptions=(storm,)))
    rules = ruleset(
        indicators=(indicator("survey"),),
        relations=(replace(bare, window=Window("starts", "ends")),),
        exemptions=(storm,),
    )
    with pytest.raises(InternalError):
        outcome(rules, {"survey": 1}, weather=rows(window(1, 2)))


def test_a_pause_without_a_relation_is_our_bug():
    with pytest.raises(InternalError):
        prepare(ruleset(indicators=(clocked(),), exemptions=(exemption("storm", TRUE, PauseGrant("survey")),)))


# The arithmetic of windows

WINDOWS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)).filter(lambda w: w[0] < w[1]), max_size=8)


@given(WINDOWS)
def test_a_union_counts_each_instant_once(windows):
    assert time_paused(Timing(0, 30), windows) == len(
        {instant for low, high in windows for instant in range(low, high)}
    )


@given(WINDOWS, st.integers(0, 30), st.integers(0, 30))
def test_a_cut_window_is_what_both_share(windows, start, end):
    for low, high in windows:
        shared = [instant for instant in range(low, high) if start <= instant < end]
        expected = (shared[0], shared[-1] + 1) if shared else None

        assert cut((low, high), start, end) == expected
