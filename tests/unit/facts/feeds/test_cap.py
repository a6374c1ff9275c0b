"""An alert is read as the standard has it, and what breaks it is said."""

from __future__ import annotations

import pytest

from steelyard.calendars.zones import zone
from steelyard.diagnostics import Message
from steelyard.facts.feeds.alerts import Alert, AlertId, Area, Info, MessageType
from steelyard.facts.feeds.cap import read_alert
from steelyard.facts.feeds.xml import Element, read_alerts
from unit.facts.feeds.build import CAP, PUDONG, alert, area, at, code, info, ref, tag, us

HERE = zone("Asia/Shanghai")


@pytest.fixture
def read(tmp_path):
    def of(document: str) -> Alert | Message:
        path = tmp_path / "a.xml"
        path.write_text(document, "utf-8")
        (element,) = read_alerts(path)
        assert isinstance(element, Element)
        return read_alert(element, "a.xml", HERE)

    return of


def test_a_whole_alert(read) -> None:
    areas = area("浦东\n  新区", code("GB/T 2260", " 310115 "), shape="1,2 3,4 1,2") + area("x", code("UGC", "MTZ014"))
    found = read(
        alert("B", 6, info("Extreme", areas, event=" Rain \n storm ", language="zh-CN", effective=6, onset=7, expires=9,
                           headline="雨", sender_name="气象台"), kind="Update", refs=f" {ref('A', 0)}\n{ref('Z', 1)} ")
    )  # fmt: skip

    assert found == Alert(
        AlertId(us(6), "met", "B"),
        "Actual",
        MessageType.UPDATE,
        (AlertId(us(0), "met", "A"), AlertId(us(1), "met", "Z")),
        (
            Info(
                "zh-CN", "Rain storm", "Extreme", us(6), us(7), us(9), "雨", "气象台",
                (Area("浦东 新区", (("GB/T 2260", "310115"),), ("1,2 3,4 1,2",)), Area("x", (("UGC", "MTZ014"),), ())),
            ),
        ),
    )  # fmt: skip
    assert ("a.xml", "a.xml: B") == (found.file, found.place)


def test_what_may_be_left_out_may_be_left_out(read) -> None:
    found = read(alert("A", 0, info("Minor", tag("area", ""))))

    assert isinstance(found, Alert)
    assert Info("en-US", "rainstorm", "Minor", None, None, None, "", "", (Area("", (), ()),)) == found.infos[0]
    assert () == found.references == found.faults


@pytest.mark.parametrize("namespace", [CAP, "urn:oasis:names:tc:emergency:cap:1.1", "http://www.incident.com/cap/1.0"])
def test_three_versions_are_read(namespace, read) -> None:
    assert isinstance(read(alert("A", 0, info(), namespace=namespace)), Alert)


def test_the_oldest_version_has_no_scope_and_writes_codes_in_one(read) -> None:
    old = "http://www.incident.com/cap/1.0"
    codes = "<geocode>fips6 = 006109</geocode><geocode>noise</geocode><geocode>a=</geocode><geocode/>"
    found = read(alert("A", 0, info(areas=area("here", codes)), namespace=old, scope=None))

    assert isinstance(found, Alert)
    assert (("fips6", "006109"),) == found.infos[0].areas[0].codes


FORM = "alerts with a reference that is not `sender,identifier,sent`"
STATUS = "alerts whose `status` is none of `Actual`, `Exercise`, `System`, `Test`, `Draft`"


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (alert("A", 0, namespace="urn:cap:1.3"), "alerts of an unknown version: `urn:cap:1.3`"),
        (alert("A", 0, namespace=""), "alerts of an unknown version: ``"),
        (alert(None, 0), "alerts without `identifier`"),
        (alert(" ", 0), "alerts without `identifier`"),
        (alert("A", None), "alerts without `sent`"),
        (alert("A", 0, sender=None), "alerts without `sender`"),
        (alert("A", 0, status=None), "alerts without `status`"),
        (alert("A", 0, kind=""), "alerts without `msgType`"),
        (alert("A", 0, scope=None), "alerts without `scope`"),
        (alert("INVALID, ", 0), "alerts whose `identifier` holds a blank, a comma, `<` or `&`"),
        (alert("A B", 0), "alerts whose `identifier` holds a blank, a comma, `<` or `&`"),
        (alert("A", 0, sender="a&amp;b"), "alerts whose `sender` holds a blank, a comma, `<` or `&`"),
        (alert("A", 0, status="actual"), STATUS),
        (alert("A", 0, kind="Warn"), "alerts whose `msgType` is none of `Alert`, `Update`, `Cancel`, `Ack`, `Error`"),
        (alert("A", 0, more=tag("sent", at(1))), "alerts in which `sent` stands more than once"),
        (alert("A", "2024-05-01T00:00:00"), "alerts whose `sent` is no time from 1900 to 2200 with an offset"),
        (alert("A", "2024-05-01"), "alerts whose `sent` is no time from 1900 to 2200 with an offset"),
        (alert("A", "2024-02-30T00:00:00Z"), "alerts whose `sent` is no time from 1900 to 2200 with an offset"),
        (alert("A", "0001-01-01T00:00:00+08:00"), "alerts whose `sent` is no time from 1900 to 2200 with an offset"),
        (alert("A", "9999-12-31T23:59:59-08:00"), "alerts whose `sent` is no time from 1900 to 2200 with an offset"),
        (alert("A", 0, kind="Update"), "messages of the type Update that name no alert"),
        (alert("A", 0, kind="Cancel", refs=" "), "messages of the type Cancel that name no alert"),
        (alert("A", 1, kind="Cancel", refs="met,B"), FORM),
        (alert("A", 1, kind="Cancel", refs=f"met,,{at(0)}"), FORM),
        (alert("A", 1, kind="Cancel", refs=f"a,b,c,{at(0)}"), FORM),
        (alert("A", 1, kind="Update", refs="met,B,yesterday"), FORM),
    ],
)  # fmt: skip
def test_what_breaks_an_alert(document, reason, read) -> None:
    found = read(document)

    assert isinstance(found, Message)
    assert reason == str(found)


@pytest.mark.parametrize("sent", ["2024-05-01T08:00:00+08:00", "2024-05-01T00:00:00-00:00", "2024-04-30T20:00-0400"])
def test_offsets_are_instants(sent, read) -> None:
    found = read(alert("A", sent))

    assert isinstance(found, Alert)
    assert us(0) == found.id.sent


@pytest.mark.parametrize(
    ("bad", "fault"),
    [
        (info(None), "alerts without `severity`"),
        (info(""), "alerts without `severity`"),
        (info(event=None), "alerts without `event`"),
        (info(expires="soon"), "alerts whose `expires` is no time from 1900 to 2200 with an offset"),
        (info(onset="2024-05-01T00:00:00"), "alerts whose `onset` is no time from 1900 to 2200 with an offset"),
        (info(PUDONG * 2, tag("severity", "Minor")), "alerts in which `severity` stands more than once"),
        (info(areas=tag("area", tag("areaDesc", "a") * 2)), "alerts in which `areaDesc` stands more than once"),
    ],
)
def test_a_bad_info_leaves_the_others_good(bad, fault, read) -> None:
    found = read(alert("A", 0, bad + info("Minor")))

    assert isinstance(found, Alert)
    assert ["Minor"] == [one.severity for one in found.infos]
    assert [fault] == list(map(str, found.faults))


def test_an_alert_must_say_something_but_a_cancel_need_not(read) -> None:
    silent, ended = read(alert("A", 0)), read(alert("B", 1, kind="Cancel", refs=ref("A", 0)))

    assert isinstance(silent, Alert)
    assert isinstance(ended, Alert)
    assert ["alerts without `info`"] == list(map(str, silent.faults))
    assert () == ended.faults


def test_references_of_a_first_alert_mean_nothing(read) -> None:
    found = read(alert("A", 0, info(), refs="whatever it was"))

    assert isinstance(found, Alert)
    assert () == found.references
