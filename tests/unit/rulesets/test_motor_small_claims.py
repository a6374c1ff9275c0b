"""The sample ruleset takes alerts as they are published, and no report of it need show a raw id."""

from __future__ import annotations

from steelyard.analysis.check import load
from steelyard.ir.ruleset import Ruleset


def sample() -> Ruleset:
    found = load("motor-small-claims", {"as_of": "2013-10-16T00:00"}).ruleset
    assert found is not None
    return found


def test_every_severity_of_an_alert_has_a_level_or_is_left_out() -> None:
    weather = next(one for one in sample().relations if one.id == "weather")

    assert {
        "Minor": "blue",
        "Moderate": "yellow",
        "Severe": "orange",
        "Extreme": "red",
        "Unknown": None,
    } == dict(weather.severity)
    assert {"typhoon", "rainstorm", "snow", "gale"} == {kind for _, kind in weather.kinds}


def test_relations_and_tables_are_called_by_words_in_both_languages() -> None:
    ruleset = sample()

    for one in (*ruleset.relations, *ruleset.tables):
        assert one.id not in {one.label.zh, one.label.en}
        assert one.label.zh != one.label.en
