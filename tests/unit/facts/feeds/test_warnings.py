"""Alerts become rows in the words of the ruleset."""

from __future__ import annotations

import pytest

from unit.facts.feeds.build import (
    COLOURS,
    PUDONG,
    alert,
    area,
    at,
    code,
    good,
    info,
    parameter,
    ref,
    rows,
    skipped,
    us,
    weather,
)  # fmt: skip

CAP_LEVELS = ("Minor", "Moderate", "Severe", "Extreme")
MINHANG = area("闵行", code("GB/T 2260", "310112"))


@pytest.fixture
def read(tmp_path):
    def of(*alerts: str, **more):
        folder = tmp_path / "alerts"
        folder.mkdir()
        for number, one in enumerate(alerts):
            (folder / f"{number}.xml").write_text(one, "utf-8")
        return good(tmp_path, weather(**more), str(folder))

    return of


def brief(portfolio) -> list[tuple]:
    def hours(instant):
        return None if instant is None else (instant - us(0)) / 3_600_000_000

    return [
        (row["event_id"], row["kind"], row["level"], row["areas"], hours(row["starts"]), hours(row.get("ends")))
        for row in rows(portfolio)
    ]


def test_a_row_has_every_column_of_the_feed(read) -> None:
    portfolio = read(alert("A", 0, info(expires=6, headline="暴雨", sender_name="上海市气象台")))

    assert [
        {
            "event_id": "A", "kind": "rainstorm", "level": "orange", "areas": ("310115",), "starts": us(0),
            "ends": us(6), "headline": "暴雨", "source": "上海市气象台",
        }
    ] == rows(portfolio)  # fmt: skip
    assert "A" == portfolio.cases[0].rows["weather"][0].id
    assert () == portfolio.provenance.skipped == portfolio.feed_rejects
    assert ["weather: 1 warning ends when its bulletin expires, because it names no end of the event"] == list(
        map(str, portfolio.warnings)
    )


def vtec(action: str, ends: str, kind: str = "O") -> str:
    return f"/{kind}.{action}.KLOX.EH.W.0005.240501T0000Z-{ends}/"


@pytest.mark.parametrize(
    ("name", "value", "ends"),
    [
        ("eventEndingTime", at(20), 20),
        ("EventEndTime", at(20), 20),
        ("VTEC", vtec("NEW", "240501T2000Z"), 20),
        ("NWSVTEC", f"{vtec('UPG', '240502T0000Z')}\n{vtec('CON', '240501T2000Z')}", 20),
        ("VTEC", f"{vtec('NEW', '240501T2000Z')} /00000.0.ER.000000T0000Z.000000T0000Z.000000T0000Z.OO/", 20),
        ("VTEC", vtec("CON", "000000T0000Z"), 6),  # until further notice
        ("VTEC", vtec("NEW", "240501T2000Z", "T"), 6),  # a test
        ("VTEC", "", 6),
        ("ends", at(20), 6),
    ],
)
def test_the_end_of_an_event_counts_before_the_end_of_its_bulletin(read, name, value, ends) -> None:
    portfolio = read(alert("A", 0, info(onset=1, expires=6, parameters=parameter(name, value))))

    assert [(us(1), us(ends))] == [(row["starts"], row["ends"]) for row in rows(portfolio)]
    assert (ends == 6) == any("bulletin expires" in str(one) for one in portfolio.warnings)


ENDING = parameter("eventEndingTime", at(20))


def test_a_bulletin_that_expires_before_its_event_begins(read) -> None:
    portfolio = read(alert("A", 0, info(onset=13, expires=5, parameters=ENDING)))

    assert [(us(13), us(20))] == [(row["starts"], row["ends"]) for row in rows(portfolio)]


@pytest.mark.parametrize(
    ("onset", "parameters", "reason"),
    [
        (21, ENDING, "warnings whose event ends before they begin"),
        (0, parameter("eventEndingTime", "at night"),
         "alerts whose `eventEndingTime` is no time from 1900 to 2200 with an offset"),
    ],
)  # fmt: skip
def test_an_end_of_an_event_that_cannot_be(read, onset, parameters, reason) -> None:
    assert {reason: 1} == skipped(read(alert("A", 0, info(onset=onset, expires=30, parameters=parameters))))


@pytest.mark.parametrize("action", ["CAN", "EXP", "UPG"])
def test_an_update_may_say_that_the_event_is_over(read, action) -> None:
    over = info(expires=9, parameters=parameter("VTEC", vtec(action, "240501T2000Z")))
    portfolio = read(
        alert("A", 0, info(expires=6, parameters=parameter("eventEndingTime", at(20)))),
        alert("B", 4, over, kind="Update", refs=ref("A", 0)),
    )

    assert [(us(0), us(4))] == [(row["starts"], row["ends"]) for row in rows(portfolio)]
    assert {} == skipped(portfolio)


def test_what_an_alert_does_not_say_is_missing(read) -> None:
    (row,) = rows(read(alert("A", 0, info())))

    assert "ends" not in row
    assert "headline" not in row
    assert "met" == row["source"]


def test_the_levels_of_a_chain(read) -> None:
    a, b, c = ref("A", 0), ref("B", 6), ref("C", 12)
    portfolio = read(
        alert("A", 0, info("Moderate", expires=48)),
        alert("B", 6, info("Extreme", expires=48), kind="Update", refs=a),
        alert("C", 12, info("Minor", expires=48), kind="Update", refs=f"{a} {b}"),
        alert("D", 20, kind="Cancel", refs=f"{a} {b} {c}"),
    )

    assert brief(portfolio) == [
        ("A", "rainstorm", "yellow", ("310115",), 0, 6),
        ("A", "rainstorm", "red", ("310115",), 6, 12),
        ("A", "rainstorm", "blue", ("310115",), 12, 20),
    ]


def test_stretches_that_differ_in_nothing_are_one(read) -> None:
    a, b = ref("A", 0), ref("B", 6)
    portfolio = read(
        alert("A", 0, info(expires=12, headline="first")),
        alert("B", 6, info(expires=18, headline="second"), kind="Update", refs=a),
        alert("C", 18, info(expires=20), kind="Update", refs=b),
        alert("D", 22, info(expires=24), kind="Update", refs=ref("C", 18)),
        alert("E", 23, info("Extreme", expires=24), kind="Update", refs=ref("D", 22)),
    )

    assert [(0, 20), (22, 23), (23, 24)] == [row[4:] for row in brief(portfolio)]
    assert "first" == rows(portfolio)[0]["headline"]


def test_a_stretch_that_lies_within_another_does_not_shorten_it(read) -> None:
    inner = info(onset=2, expires=4)

    assert [(0, 10)] == [row[4:] for row in brief(read(alert("A", 0, info(expires=10) + inner)))]


def test_an_open_stretch_stays_open(read) -> None:
    assert [(0, None)] == [row[4:] for row in brief(read(alert("A", 0, info() + info(onset=2, expires=4))))]


def test_other_areas_and_other_kinds_are_other_rows(read) -> None:
    portfolio = read(
        alert("A", 0, info(expires=6) + info(areas=MINHANG, expires=6) + info(event="wind", expires=6)
              + info(areas=PUDONG + MINHANG, event="hail", expires=6))
    )  # fmt: skip

    assert {
        ("A", "rainstorm", "orange", ("310115",), 0, 6),
        ("A", "rainstorm", "orange", ("310112",), 0, 6),
        ("A", "wind", "orange", ("310115",), 0, 6),
        ("A", "hail", "orange", ("310112", "310115"), 0, 6),
    } == set(brief(portfolio))


@pytest.mark.parametrize(
    ("severity", "level"), [("Minor", "blue"), ("Moderate", "yellow"), ("Severe", "orange"), ("Extreme", "red")]
)
def test_the_ruleset_says_which_level_a_severity_is(severity, level, read) -> None:
    assert [level] == [row["level"] for row in rows(read(alert("A", 0, info(severity))))]


@pytest.mark.parametrize("severity", CAP_LEVELS)
def test_levels_in_the_words_of_cap_need_no_map(severity, read) -> None:
    assert [severity] == [
        row["level"] for row in rows(read(alert("A", 0, info(severity)), levels=CAP_LEVELS, severity=()))
    ]


def test_a_map_comes_before_the_levels(read) -> None:
    portfolio = read(
        alert("A", 0, info("Severe")), alert("B", 0, info("Minor")), levels=CAP_LEVELS, severity=(("Severe", "Minor"),)
    )

    assert [("A", "Minor"), ("B", "Minor")] == [(row["event_id"], row["level"]) for row in rows(portfolio)]


def test_a_severity_without_a_level_is_said_and_not_guessed(read) -> None:
    portfolio = read(
        alert("A", 0, info("Severe")), alert("B", 0, info("Unknown")), alert("C", 0, info("severe")), levels=COLOURS,
        severity=(("Unknown", None),),
    )  # fmt: skip

    assert [] == rows(portfolio)
    assert {
        "alerts of a severity without a level: `Severe`": 1,
        "alerts of a severity without a level: `severe`": 1,
        "alerts of a severity that the ruleset skips: Unknown": 1,
    } == skipped(portfolio)
    assert "weather: 1 left out: alerts of a severity without a level: `Severe`: `alerts/0.xml: A`" in [
        str(warning) for warning in portfolio.warnings
    ]


def test_an_update_without_a_level_still_ends_what_it_names(read) -> None:
    portfolio = read(alert("A", 0, info(expires=24)), alert("B", 6, info("Unknown"), kind="Update", refs=ref("A", 0)))

    assert [(0, 6)] == [row[4:] for row in brief(portfolio)]


def test_the_ruleset_names_kinds_and_other_events_keep_their_name(read) -> None:
    portfolio = read(
        alert("A", 0, info(event="Tornado Warning")),
        alert("B", 1, info(event="Hail")),
        kinds=(("Tornado Warning", "tornado"),),
    )

    assert ["tornado", "Hail"] == [row["kind"] for row in rows(portfolio)]
    assert ["weather: 1 event has kinds that `kinds` does not name: `Hail`"] == list(map(str, portfolio.warnings))


def test_translations_are_left_out(read) -> None:
    """The French twin has the same codes, times and severity; the watch stands in French only."""
    english = info(event="snowfall", language="en-CA", expires=6)
    french = info(event="neige", language="fr-CA", expires=6)
    only = info("Minor", event="veille", language="fr-CA", expires=6)

    assert ["snowfall", "veille"] == [row["kind"] for row in rows(read(alert("A", 0, english + french + only)))]


def test_the_language_that_the_ruleset_speaks_is_kept(read) -> None:
    chinese = info(event="暴雨", language="zh-CN") + info(event="大风", language="zh-CN")
    english = info(event="rainstorm", language="en-US") + info(event="gale", language="en-US")
    kinds = (("rainstorm", "rain"), ("gale", "wind"))

    portfolio = read(alert("A", 0, chinese + english), kinds=kinds)

    assert {"rain", "wind"} == {row["kind"] for row in rows(portfolio)}


def test_two_events_in_one_language_are_no_translations(read) -> None:
    assert {"rain", "wind"} == {
        row["kind"] for row in rows(read(alert("A", 0, info(event="rain") + info(event="wind"))))
    }


def test_translations_without_codes_are_told_by_their_names(read) -> None:
    quebec = info(areas=area("Quebec"), language="en-CA", event="snow") + info(
        areas=area("Québec"), language="fr-CA", event="neige"
    )

    portfolio = read(alert("A", 0, quebec), scheme="name")

    assert {("Quebec",), ("Québec",)} == {row["areas"] for row in rows(portfolio)}


def test_translations_with_a_shape_are_told_by_it(read) -> None:
    shape = "1,2 3,4 5,6 1,2"
    quebec = info(areas=area("Quebec", shape=shape), language="en-CA", event="snow") + info(
        areas=area("Québec", shape=shape), language="FR-CA", event="neige"
    )

    assert [("Quebec",)] == [row["areas"] for row in rows(read(alert("A", 0, quebec), scheme="name"))]


def test_what_cannot_be_placed_is_said(read) -> None:
    portfolio = read(
        alert("A", 0, info(areas=area("a map", shape="1,2 3,4 5,6 1,2"))),
        alert("B", 0, info(areas=PUDONG + area("a name"))),
        alert("C", 0, info(areas="")),
    )

    assert [("B", ("310115",))] == [(row["event_id"], row["areas"]) for row in rows(portfolio)]
    assert {
        "areas drawn on a map, without a code (gb2260)": 1,
        "areas without a code (gb2260)": 1,
        "warnings without an area": 1,
    } == skipped(portfolio)


def test_events_that_share_an_identifier_are_told_apart(read) -> None:
    portfolio = read(
        alert("A", 0, info()), alert("A", 0, info(), sender="other"), alert("A", 1, info()), alert("B", 1, info())
    )

    assert {
        "met,A,2024-05-01T00:00:00+00:00", "other,A,2024-05-01T00:00:00+00:00", "met,A,2024-05-01T01:00:00+00:00", "B",
    } == {row["event_id"] for row in rows(portfolio)}  # fmt: skip


def test_faults_of_infos_and_unread_alerts_are_said(read) -> None:
    portfolio = read(
        alert("A", 0, info() + info(None)), alert("B", 5, info(), kind="Update", refs=ref("Z", 0)), alert("C", 9)
    )

    assert {"alerts without `severity`": 1, "alerts without `info`": 1} == skipped(portfolio)
    assert "weather: 1 alert that others speak of was not read: `Z`" in list(map(str, portfolio.warnings))


def test_an_update_with_bad_infos_only_ends_what_it_names(read) -> None:
    portfolio = read(alert("A", 0, info(expires=24)), alert("B", 6, info(None), kind="Update", refs=ref("A", 0)))

    assert [(0, 6)] == [row[4:] for row in brief(portfolio)]
    assert {"alerts without `severity`": 1} == skipped(portfolio)


def test_drills_exempt_nobody_and_are_counted(read) -> None:
    portfolio = read(
        alert("A", 0, info()),
        alert("B", 1, info(), status="Test"),
        alert("C", 2, info("Extreme"), status="Exercise"),
        alert("D", 3, kind="Cancel", refs=ref("A", 0), status="Exercise"),
        alert("A", 0, info()),
    )

    assert [("A", 0, None)] == [(row[0], *row[4:]) for row in brief(portfolio)]
    assert {
        "alerts of the status Test, which warn of nothing": 1,
        "alerts of the status Exercise, which warn of nothing": 2,
        "alerts that were read before": 1,
    } == skipped(portfolio)
    examples = {str(one.reason): one.examples for one in portfolio.provenance.skipped}
    assert ("alerts/2.xml: C", "alerts/3.xml: D") == examples["alerts of the status Exercise, which warn of nothing"]


def test_at_most_five_unread_alerts_are_named(read) -> None:
    six = [alert(f"U{n}", 9, info(), kind="Update", refs=ref(f"Z{n}", n)) for n in range(6)]

    assert ["weather: 6 alerts that others speak of were not read: `Z0`, `Z1`, `Z2`, `Z3`, `Z4`"] == [
        str(warning) for warning in read(*six).warnings
    ]


def test_times_out_of_the_range_of_the_ruleset_reject_the_row(read) -> None:
    portfolio = read(
        alert("A", 0, info(onset="2200-12-31T23:59:59Z")), alert("B", 0, info(onset="1900-01-01T00:00:00Z"))
    )

    assert {"A", "B"} == {row["event_id"] for row in rows(portfolio)}


def test_rows_stand_in_the_order_of_time(read) -> None:
    portfolio = read(alert("B", 3, info()), alert("C", 1, info()), alert("A", 3, info(onset=2)))

    assert ["C", "A", "B"] == [row["event_id"] for row in rows(portfolio)]
