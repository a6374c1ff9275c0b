from __future__ import annotations

from fractions import Fraction

import pytest

from steelyard.calendars.zones import zone
from steelyard.diagnostics import InternalError, msg
from steelyard.explain.terms import Name, decimal_text, duration_text, show, value_text
from steelyard.ir import types
from steelyard.ir.ruleset import Label
from steelyard.semantics import Fixed

HERE = zone("Asia/Shanghai")


def test_names_and_nested_messages_follow_the_language() -> None:
    name = Name("rating", Label("客户评分", "Rating"))
    text = msg("{row}: {reason}", row=name, reason=msg("{what} is missing", what=(name, "<b>")))

    assert "Rating: Rating, <b> is missing" == show(text, "en")
    assert "客户评分：缺少客户评分、<b>" == show(text, "zh")
    assert "客户评分" == show(name, "zh")
    assert "plain\0" == show("plain\0", "zh")


def test_number_inside_a_message_is_written_with_its_digits() -> None:
    """A fixed-point number is a tuple inside; it must never be taken for a list."""
    assert "-0.05 points off" == show(msg("{points} points off", points=Fixed(-5, 2)), "en")


@pytest.mark.parametrize(
    ("us", "english", "chinese"),
    [
        (0, "0 s", "0 秒"),
        (1, "0.000001 s", "0.000001 秒"),
        (60_000_000, "1 min", "1 分钟"),
        (61_500_000, "1 min 1.5 s", "1 分 1.5 秒"),
        (3_600_000_000, "1 h", "1 小时"),
        (3_601_000_000, "1 h 1 s", "1 小时 1 秒"),
        (95_040_000_000, "26 h 24 min", "26 小时 24 分"),
        (95_041_000_000, "26 h 24 min 1 s", "26 小时 24 分 1 秒"),
        (-60_000_000, "minus 1 min", "负 1 分钟"),
        (10**15, "277777 h 46 min 40 s", "277777 小时 46 分 40 秒"),
    ],
)
def test_durations_are_written_exactly(us: int, english: str, chinese: str) -> None:
    assert english == show(duration_text(us), "en")
    assert chinese == show(duration_text(us), "zh")


@pytest.mark.parametrize(
    ("value", "kind", "expected"),
    [
        (9351, types.Number(2), "93.51"),
        (7, types.Number(0), "7"),
        (True, types.Boolean(), "yes"),
        (False, types.Boolean(), "no"),
        ("浦东", types.Text(), "浦东"),
        ("310115", types.Region("gb2260"), "310115"),
        (("310000", "320000"), types.Regions("gb2260"), "310000, 320000"),
        (0, types.Date(), "1970-01-01"),
        (0, types.DateTime(), "1970-01-01 08:00:00"),
        (3, types.Days(), "3 days"),
    ],
)
def test_values(value, kind, expected) -> None:
    assert expected == show(value_text(value, kind, HERE), "en")


@pytest.mark.parametrize(("value", "kind"), [("1", types.Number(0)), (1, types.Text()), (1, types.Regions("name"))])
def test_value_of_another_type_is_a_bug(value, kind) -> None:
    with pytest.raises(InternalError):
        value_text(value, kind, HERE)


def test_fractions_are_decimals_only_where_they_end() -> None:
    assert "0.1875" == decimal_text(Fraction(3, 16))
    assert "1/3" == decimal_text(Fraction(1, 3))
    assert "-2.5" == decimal_text(Fraction(-5, 2))
    assert "0.000000000001" == decimal_text(Fraction(1, 10**12))
    assert f"1/{10**13}" == decimal_text(Fraction(1, 10**13))
