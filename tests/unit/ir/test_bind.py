"""Parameters get their values from settings, over those that are written."""

from __future__ import annotations

import pytest

from bound import bind
from passes.fragments import sound
from steelyard.diagnostics import Diagnostics
from steelyard.ir.types import Text

PARAMETERS = """
parameters:
  as_of: {type: datetime, value: 2024-01-01T00:00:00+08:00}
  goal: {type: duration, value: 24h}
  share: {value: 30%}
  place: {type: region(gb2260), value: 310000}
  word: {type: text, values: [a, b], value: a}
  bounded: {type: integer, value: 5, range: "[1..9]"}
  needed: integer
indicators:
  payment: {target: goal, score: {steps: {each: 10% of target, deduct: 1, begun: counts}}}
  second:
    measure: cost
    target: 5
    better: lower
    score: {steps: {each: bounded, deduct: 1, begun: counts}}
    weight: 1
"""


def bound(**settings: str) -> tuple[dict[str, object] | None, list[str]]:
    diagnostics = Diagnostics()
    found = bind(sound(PARAMETERS), settings, diagnostics)
    values = None if found is None else {one.id: one.value for one in found.parameters}
    return values, [each.code for each in diagnostics.sorted()]


def test_settings_replace_what_is_written() -> None:
    values, codes = bound(needed="7", goal="1h30min", share="35%", place="110000", word="b")

    assert [] == codes
    assert values is not None
    assert (7, 5_400_000_000, 35, "110000", "b", 5) == tuple(
        values[name] for name in ("needed", "goal", "share", "place", "word", "bounded")
    )


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({}, "E130"),
        ({"needed": "1.5"}, "T109"),
        ({"needed": "x"}, "T109"),
        ({"needed": "1", "word": "c"}, "T103"),
        ({"needed": "1", "place": "31"}, "T109"),
        ({"needed": "1", "bounded": "10"}, "T109"),
        ({"needed": "1", "neded": "2"}, "N101"),
        ({"needed": "1", "share": "0.123"}, "T109"),
        ({"needed": "1", "as_of": "2300-01-01T00:00:00Z"}, "T109"),
    ],
)
def test_a_wrong_setting_is_reported(settings: dict[str, str], code: str) -> None:
    values, codes = bound(**settings)

    assert values is None
    assert [code] == codes


def test_a_target_set_to_0_is_refused() -> None:
    """What was proved of the values written is proved again of those that are set."""
    assert (None, ["T112"]) == bound(needed="1", goal="0h")


def test_a_step_is_checked_by_the_value_set() -> None:
    assert (None, ["T109"]) == bound(needed="1", bounded="0")


def test_the_nearest_parameter_is_suggested() -> None:
    diagnostics = Diagnostics()
    bind(sound(PARAMETERS), {"neded": "1"}, diagnostics)
    helps = [str(each.help) for each in diagnostics.sorted()]

    assert "did you mean `needed`?" in helps


def test_a_ruleset_without_parameters_says_so() -> None:
    diagnostics = Diagnostics()
    none = "parameters: {}\nindicators: {payment: {clock: {from: reported_at, to: reported_at}}}\n"
    base = sound(none.replace("parameters: {}\n", ""))
    bind(base, {"as_of": "2024-01-01T00:00:00Z", "zzz": "1"}, diagnostics)

    assert "the parameters are: `as_of`" in [str(each.help) for each in diagnostics.sorted()]


def test_a_bare_word_gives_a_parameter_the_type_text() -> None:
    found = sound("parameters: {word: {value: motor}, quoted: {value: '\"motor\"'}}").parameters

    assert [("word", Text(), "motor"), ("quoted", Text(), "motor")] == [
        (one.id, one.type, one.value) for one in found if one.id in {"word", "quoted"}
    ]
