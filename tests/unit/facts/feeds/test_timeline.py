"""Alerts fold into what was in force when, whatever the order in which they are read."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from steelyard.diagnostics import msg
from steelyard.facts.feeds.alerts import Alert, AlertId, Area, Info, MessageType
from steelyard.facts.feeds.timeline import Timeline, fold
from unit.facts.feeds.build import us

SEVERITIES = ("Minor", "Moderate", "Severe", "Extreme")


def key(name: str, sent: float, sender: str = "met") -> AlertId:
    return AlertId(us(sent), sender, name)


def info(severity: str, *, onset=None, effective=None, expires=None, areas=("X",), event="rain") -> Info:
    times = {
        name: None if hours is None else us(hours)
        for name, hours in (("effective", effective), ("onset", onset), ("expires", expires))
    }
    return Info("en", event, severity, headline="", sender_name="",
                areas=tuple(Area(name, (), ()) for name in areas), **times)  # fmt: skip


def alert(name: str, sent: float, *infos: Info, kind=MessageType.ALERT, refs=(), status="Actual", **more) -> Alert:
    return Alert(key(name, sent), status, kind, tuple(refs), infos, **more)


def update(name: str, sent: float, *infos: Info, refs, **more) -> Alert:
    return alert(name, sent, *infos, kind=MessageType.UPDATE, refs=refs, **more)


def cancel(name: str, sent: float, *infos: Info, refs) -> Alert:
    return alert(name, sent, *infos, kind=MessageType.CANCEL, refs=refs)


def brief(timeline: Timeline) -> list[tuple]:
    """Event, hours from and to, severity of each interval."""

    def hours(instant: int | None) -> float | None:
        return None if instant is None else (instant - us(0)) / 3_600_000_000

    return [(one.event.identifier, hours(one.starts), hours(one.ends), one.info.severity) for one in timeline.intervals]


def reasons(timeline: Timeline) -> list[tuple[str, str]]:
    return [(str(reason), one.id.identifier) for reason, one in timeline.left_out]


def both_ways(*alerts: Alert) -> Timeline:
    there, back = fold(alerts), fold(reversed(alerts))
    assert brief(there) == brief(back)
    assert sorted(reasons(there)) == sorted(reasons(back))
    return there


A = alert("A", 0, info("Moderate", expires=24))


def test_an_alert_is_in_force_from_when_it_was_sent_until_it_expires() -> None:
    assert [("A", 0, 24, "Moderate")] == brief(fold([A]))


def test_onset_comes_before_effective_before_sent() -> None:
    timeline = fold([
        alert("onset", 10, info("Minor", onset=8, effective=9, expires=20)),
        alert("effective", 10, info("Minor", effective=12, expires=20)),
        alert("sent", 10, info("Minor", expires=20)),
    ])  # fmt: skip

    assert sorted(brief(timeline)) == [
        ("effective", 12, 20, "Minor"), ("onset", 8, 20, "Minor"), ("sent", 10, 20, "Minor"),
    ]  # fmt: skip


def test_without_an_expiry_the_end_is_open() -> None:
    assert [("A", 0, None, "Minor")] == brief(fold([alert("A", 0, info("Minor"))]))


def test_a_chain_goes_up_and_down_and_ends() -> None:
    up = update("B", 6, info("Extreme", expires=30), refs=[A.id])
    down = update("C", 12, info("Minor", expires=40), refs=[A.id, up.id])
    over = cancel("D", 20, refs=[A.id, up.id, down.id])

    timeline = both_ways(A, up, down, over)

    assert [("A", 0, 6, "Moderate"), ("A", 6, 12, "Extreme"), ("A", 12, 20, "Minor")] == brief(timeline)
    assert [] == reasons(timeline) == timeline.unseen


def test_an_update_after_the_expiry_leaves_a_gap() -> None:
    late = update("B", 30, info("Extreme", expires=40), refs=[A.id])

    assert [("A", 0, 24, "Moderate"), ("A", 30, 40, "Extreme")] == brief(both_ways(A, late))


def test_an_update_at_the_expiry_follows_without_a_gap() -> None:
    assert [("A", 0, 24, "Moderate"), ("A", 24, 40, "Extreme")] == brief(
        both_ways(A, update("B", 24, info("Extreme", expires=40), refs=[A.id]))
    )


def test_a_cancel_at_the_start_leaves_nothing_and_one_after_the_end_changes_nothing() -> None:
    coming = alert("A", 0, info("Moderate", onset=5, expires=24))

    assert [] == brief(both_ways(coming, cancel("B", 5, refs=[A.id])))
    assert [("A", 5, 24, "Moderate")] == brief(both_ways(coming, cancel("B", 25, refs=[A.id])))


def test_a_cancel_warns_of_nothing_whatever_it_says() -> None:
    over = cancel("B", 5, info("Minor", effective=8, expires=48), refs=[A.id])

    assert [("A", 0, 5, "Moderate")] == brief(both_ways(A, over))


def test_an_update_changes_nothing_before_it_was_sent() -> None:
    backdated = update("B", 6, info("Extreme", onset=1, effective=2, expires=30), refs=[A.id])

    assert [("A", 0, 6, "Moderate"), ("A", 6, 30, "Extreme")] == brief(both_ways(A, backdated))


def test_an_update_that_is_effective_later_replaces_later() -> None:
    later = update("B", 6, info("Extreme", effective=10, expires=30), refs=[A.id])

    assert [("A", 0, 10, "Moderate"), ("A", 10, 30, "Extreme")] == brief(both_ways(A, later))


def test_an_update_with_a_later_onset_takes_back_what_was_told() -> None:
    """The storm is delayed: the first forecast counts for nothing from the update on."""
    delayed = update("B", 6, info("Extreme", onset=18, expires=30), refs=[A.id])

    assert [("A", 0, 6, "Moderate"), ("A", 18, 30, "Extreme")] == brief(both_ways(A, delayed))


def test_what_is_updated_before_it_takes_over_takes_over_nothing() -> None:
    """B was to replace A at 12; C replaces B at 11, and so A too."""
    b = update("B", 10, info("Extreme", effective=12, expires=30), refs=[A.id])
    c = update("C", 11, info("Minor", expires=30), refs=[b.id])
    d = cancel("D", 11, refs=[b.id])

    assert [("A", 0, 11, "Moderate"), ("A", 11, 30, "Minor")] == brief(both_ways(A, b, c))
    assert [("A", 0, 11, "Moderate")] == brief(both_ways(A, b, d))


def test_an_update_without_a_usable_info_ends_what_it_names() -> None:
    fault = msg("alerts without `{element}`", element="severity")

    assert [("A", 0, 6, "Moderate")] == brief(both_ways(A, update("B", 6, refs=[A.id], faults=(fault,))))


def test_each_info_has_its_own_interval() -> None:
    two = alert("A", 0, info("Minor", areas=["X"], expires=10), info("Severe", areas=["Y"], onset=2, expires=8))
    then = update("B", 5, info("Minor", areas=["X"], effective=6, expires=12), info("Extreme", areas=["Y"], expires=9),
                  refs=[two.id])  # fmt: skip

    assert [("A", 0, 5, "Minor"), ("A", 2, 5, "Severe"), ("A", 5, 9, "Extreme"), ("A", 6, 12, "Minor")] == brief(
        both_ways(two, then)
    )


def test_issuers_that_always_name_the_first_alert_are_understood() -> None:
    b = update("B", 6, info("Severe", expires=30), refs=[A.id])
    c = update("C", 12, info("Extreme", expires=30), refs=[A.id])
    d = cancel("D", 20, refs=[A.id])

    assert [("A", 0, 6, "Moderate"), ("A", 6, 12, "Severe"), ("A", 12, 20, "Extreme")] == brief(both_ways(A, b, c, d))


def test_an_alert_may_be_split_by_area() -> None:
    whole = alert("A", 0, info("Moderate", areas=["X", "Y"], expires=24))
    x = update("B", 6, info("Extreme", areas=["X"], expires=24), refs=[whole.id])
    y = update("C", 7, info("Minor", areas=["Y"], expires=24), refs=[whole.id])
    end_of_x = cancel("D", 10, refs=[whole.id, x.id])

    assert [("A", 0, 6, "Moderate"), ("A", 6, 10, "Extreme"), ("A", 7, 24, "Minor")] == brief(
        both_ways(whole, x, y, end_of_x)
    )


def test_an_update_that_joins_events_goes_on_as_the_earlier_one() -> None:
    other = alert("Z", 1, info("Minor", expires=24))
    joined = update("B", 6, info("Extreme", expires=24), refs=[other.id, A.id])

    assert [("A", 0, 6, "Moderate"), ("A", 6, 24, "Extreme"), ("Z", 1, 6, "Minor")] == brief(
        both_ways(A, other, joined)
    )


def test_events_that_do_not_name_each_other_run_side_by_side() -> None:
    other = alert("Z", 1, info("Minor", expires=24))

    assert [("A", 0, 6, "Moderate"), ("Z", 1, 24, "Minor")] == brief(both_ways(A, other, cancel("B", 6, refs=[A.id])))


def test_an_alert_that_was_not_read_still_names_its_event() -> None:
    b = update("B", 6, info("Severe", expires=30), refs=[A.id])
    c = update("C", 12, info("Minor", expires=30), refs=[A.id])

    timeline = both_ways(b, c)

    assert [("A", 6, 12, "Severe"), ("A", 12, 30, "Minor")] == brief(timeline)
    assert [A.id] == timeline.unseen
    assert [] == reasons(timeline)


def test_a_cancel_reaches_what_came_of_an_alert_that_was_not_read() -> None:
    b = update("B", 6, info("Severe", expires=30), refs=[A.id])

    assert [("A", 6, 10, "Severe")] == brief(both_ways(b, cancel("C", 10, refs=[A.id])))


def test_a_cancel_of_nothing_read_is_left_out() -> None:
    timeline = both_ways(cancel("C", 10, refs=[A.id]))

    assert ([], [("cancels of alerts that were not read", "C")]) == (brief(timeline), reasons(timeline))
    assert [] == timeline.unseen


def test_a_sender_may_be_called_otherwise_in_references() -> None:
    """Seen at a tsunami centre: the reference gives the station, the alert the address of its page."""
    loose = AlertId(A.id.sent, "METRO", "A")

    assert [("A", 0, 6, "Moderate"), ("A", 6, 30, "Severe")] == brief(
        both_ways(A, update("B", 6, info("Severe", expires=30), refs=[loose]))
    )


def test_where_two_could_be_meant_the_reference_means_neither() -> None:
    twin = Alert(key("A", 0, "other"), "Actual", MessageType.ALERT, (), A.infos)
    loose = AlertId(A.id.sent, "METRO", "A")
    b = update("B", 6, info("Severe", expires=30), refs=[loose])

    timeline = both_ways(A, twin, b)

    assert [("A", 0, 24, "Moderate"), ("A", 0, 24, "Moderate"), ("A", 6, 30, "Severe")] == sorted(brief(timeline))
    assert [loose] == timeline.unseen


def test_the_same_alert_twice_counts_once_and_a_different_one_under_its_identity_never() -> None:
    again = alert("A", 0, info("Moderate", expires=24), file="copy.xml")
    other = alert("A", 0, info("Extreme", expires=24), file="other.xml")

    assert [("A", 0, 24, "Moderate")] == brief(both_ways(A, again))
    assert [("alerts that were read before", "A")] == reasons(fold([A, again]))
    assert [] == brief(both_ways(A, again, other))
    assert [("alerts that differ under one identifier", "A")] * 3 == reasons(fold([A, again, other]))


def test_one_identifier_sent_twice_is_two_alerts() -> None:
    assert [("A", 0, 24, "Moderate"), ("A", 1, 24, "Moderate")] == brief(
        both_ways(A, alert("A", 1, info("Moderate", expires=24)))
    )


def test_what_is_no_warning_exempts_nobody_and_cancels_nothing() -> None:
    for status in ("Test", "Exercise", "System", "Draft"):
        drill = alert("T", 1, info("Extreme", expires=24), status=status)
        no_end = alert("U", 2, kind=MessageType.CANCEL, refs=[A.id], status=status)

        timeline = both_ways(A, drill, no_end)

        assert [("A", 0, 24, "Moderate")] == brief(timeline)
        assert [f"alerts of the status {status}, which warn of nothing"] * 2 == [text for text, _ in reasons(timeline)]
    for kind in (MessageType.ACK, MessageType.ERROR):
        timeline = both_ways(A, alert("K", 1, info("Extreme"), kind=kind, refs=[A.id]))

        assert [("A", 0, 24, "Moderate")] == brief(timeline)
        assert [(f"messages of the type {kind.value}, which warn of nothing", "K")] == reasons(timeline)


def test_what_expires_before_it_begins_is_left_out() -> None:
    timeline = both_ways(
        alert("A", 0, info("Minor", onset=5, expires=5)), alert("B", 0, info("Minor", onset=5, expires=5.001))
    )

    assert [("B", 5, 5.001, "Minor")] == brief(timeline)
    assert [("warnings that expire before they begin, and name no end of the event", "A")] == reasons(timeline)


def test_alerts_sent_together_are_taken_as_they_speak_of_each_other() -> None:
    """Seen at a weather office: an update names one that was sent in the same second."""
    first = alert("Z", 0, info("Minor", expires=24))
    second = update("M", 0, info("Severe", expires=24), refs=[first.id])
    third = update("A", 0, info("Extreme", expires=24), refs=[second.id])

    assert [("Z", 0, 24, "Extreme")] == brief(both_ways(third, first, second))


def test_alerts_in_a_circle_or_ahead_of_time_are_left_out() -> None:
    one = update("P", 1, info("Minor"), refs=[key("Q", 1)])
    two = update("Q", 1, info("Minor"), refs=[one.id])
    itself = update("S", 1, info("Minor"), refs=[key("S", 1)])
    early = update("E", 1, info("Minor"), refs=[key("F", 2)])

    timeline = both_ways(A, one, two, itself, early)

    assert [("A", 0, 24, "Moderate")] == brief(timeline)
    assert [
        ("alerts that speak of each other in a circle", "P"),
        ("alerts that speak of each other in a circle", "Q"),
        ("alerts that speak of each other in a circle", "S"),
        ("alerts that speak of one sent after them", "E"),
    ] == sorted(reasons(timeline))


@st.composite
def histories(draw) -> list[Alert]:
    """Alerts that name any alerts sent before, with times at the hour so that they often meet."""
    alerts: list[Alert] = []
    for number in range(draw(st.integers(1, 8))):
        sent = draw(st.integers(0, 12))
        earlier = [one.id for one in alerts if one.id.sent <= us(sent)] + [key("unread", 0)]
        kind = draw(st.sampled_from([MessageType.ALERT, MessageType.UPDATE, MessageType.CANCEL]))
        refs = () if kind is MessageType.ALERT else draw(st.lists(st.sampled_from(earlier), min_size=1, max_size=3))
        hours = st.none() | st.integers(0, 24)
        infos = [
            info(
                draw(st.sampled_from(SEVERITIES)),
                onset=draw(hours), effective=draw(hours), expires=draw(hours),
                areas=draw(st.lists(st.sampled_from("XYZ"), unique=True)),
            )
            for _ in range(draw(st.integers(0, 2)))
        ]  # fmt: skip
        alerts.append(alert(f"N{draw(st.integers(0, 99))}-{number}", sent, *infos, kind=kind, refs=refs))
    return alerts


@given(histories(), st.randoms(use_true_random=False))
def test_the_order_of_reading_changes_nothing(alerts, random) -> None:
    shuffled = [*alerts, *alerts[:2]]
    random.shuffle(shuffled)

    straight, mixed = fold(alerts), fold(shuffled)

    assert brief(straight) == brief(mixed)
    assert straight.unseen == mixed.unseen
    again = [("alerts that were read before", one.id.identifier) for one in alerts[:2]]
    assert sorted([*reasons(straight), *again]) == sorted(reasons(mixed))


@given(histories())
@settings(max_examples=300)
def test_intervals_are_never_empty_and_nothing_outlives_its_expiry_or_its_cancel(alerts) -> None:
    timeline = fold(alerts)

    for one in timeline.intervals:
        assert one.ends is None or one.starts < one.ends
        assert one.info.expires is None or (one.ends is not None and one.ends <= one.info.expires)
        for other in alerts:
            if other.type is MessageType.CANCEL and one.alert.id in other.references:
                assert one.ends is not None
                assert one.ends <= other.id.sent or other not in timeline.folded


@given(histories())
@settings(max_examples=300)
def test_every_alert_is_used_or_said_to_be_left_out(alerts) -> None:
    timeline = fold(alerts)

    used = {one.id for one in timeline.folded}
    assert {one.id for one in alerts} == used | {one.id for _, one in timeline.left_out}


@given(histories())
@settings(max_examples=300)
def test_what_was_in_force_at_a_time_was_told_by_then(alerts) -> None:
    """Leaving out all that was sent later changes nothing up to that time (but for onsets that lie back)."""
    cut = us(6)
    past = [one for one in alerts if one.id.sent <= cut]

    def until(timeline: Timeline) -> set[tuple]:
        return {
            (one.alert.id, one.starts, None if one.ends is None or one.ends > cut else one.ends)
            for one in timeline.intervals
            if one.starts < cut and one.alert.id.sent <= cut
        }

    assert until(fold(past)) == until(fold(alerts))
