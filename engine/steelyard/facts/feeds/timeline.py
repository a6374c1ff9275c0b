"""Computes which alerts were in force at which time, from alerts and their updates (CAP 1.2, 3.2.1 and 3.2.2).

1. An alert is in force from its onset (else its effective time, else when it was sent) until the event ends as the
   issuer says it, else until the alert expires; without either its end is open.
2. An update replaces the alerts that it names from the later of the time when it was sent and its
   effective time on, and is in force itself from then or from its onset, whichever is later: an update
   never has an effect before it was sent. A cancel ends the alerts that it names when it was sent.
3. Where none of the alerts named is in force any more (many issuers always name the first alert of an
   event), the alerts in force that descend from them are meant: for an update those that share an area
   with it, for a cancel all of them.
4. An event is identified by the earliest alert to which its alerts refer back, whether it was read or not.
5. An alert read twice counts once. Alerts that have the same identity but differ are both left out.

The order in which alerts are read does not change the result. Alerts that are no warnings (tests, exercises,
acknowledgements) and those that break these rules are left out, with the reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from itertools import groupby

from steelyard.diagnostics import Message, msg
from steelyard.facts.feeds.alerts import Alert, AlertId, Info, MessageType


@dataclass(frozen=True, slots=True)
class Interval:
    """The time in which one info block of an alert was in force: `starts` inclusive, `ends` exclusive, None: open.

    `expires` is whether it ended because the alert expired, with nothing said of the event.
    """

    event: AlertId
    starts: int
    ends: int | None
    info: Info
    alert: Alert
    expires: bool


@dataclass(slots=True)
class Timeline:
    """The result of combining alerts.

    Attributes:
        folded: the alerts that were used, in the order sent.
        intervals: sorted by event and start.
        left_out: alerts that were not used, each with the reason.
        unseen: alerts that others refer to but that were not read.
    """

    folded: list[Alert] = field(default_factory=list[Alert])
    intervals: list[Interval] = field(default_factory=list[Interval])
    left_out: list[tuple[Message, Alert]] = field(default_factory=list[tuple[Message, Alert]])
    unseen: list[AlertId] = field(default_factory=list[AlertId])


def fold(alerts: Iterable[Alert]) -> Timeline:
    """Combine alerts into a timeline."""
    found = Timeline()
    folding = _Folding(_distinct(alerts, found), found)
    folding.run()
    folding.finish()
    return found


def _distinct(alerts: Iterable[Alert], found: Timeline) -> list[Alert]:
    """Return the alerts that announce or change events, in the order in which they were sent."""
    by_id: dict[AlertId, list[Alert]] = {}
    for alert in sorted(alerts, key=lambda alert: (alert.id, alert.file, alert.line)):
        by_id.setdefault(alert.id, []).append(alert)
    distinct: list[Alert] = []
    for same in by_id.values():
        if any(other != same[0] for other in same):
            found.left_out.extend((msg("alerts that differ under one identifier"), alert) for alert in same)
            continue
        found.left_out.extend((msg("alerts that were read before"), alert) for alert in same[1:])
        if (reason := _no_warning(same[0])) is not None:
            found.left_out.append((reason, same[0]))
        else:
            distinct.append(same[0])
    return distinct


def _no_warning(alert: Alert) -> Message | None:
    if alert.status != "Actual":
        return msg("alerts of the status {status}, which warn of nothing", status=alert.status)
    if alert.type in (MessageType.ACK, MessageType.ERROR):
        return msg("messages of the type {type}, which warn of nothing", type=alert.type.value)
    if any(reference.sent > alert.id.sent for reference in alert.references):
        return msg("alerts that speak of one sent after them")
    return None


class _Folding:
    """Processes alerts in the order sent, and tracks which are in force and when others ended."""

    def __init__(self, alerts: list[Alert], found: Timeline) -> None:
        self._alerts = alerts
        self._found = found
        self._known = {alert.id for alert in alerts}
        self._loosely: dict[tuple[str, int], set[AlertId]] = {}
        for alert in alerts:
            self._loosely.setdefault((alert.id.identifier, alert.id.sent), set()).add(alert.id)
        self._live: dict[AlertId, Alert] = {}
        self._origins: dict[AlertId, tuple[AlertId, ...]] = {}
        """For each alert the first alerts to which it refers back, earliest first; the first one identifies its event.
        """
        self._came_of: dict[AlertId, dict[AlertId, None]] = {}
        """For each first alert the alerts in force that refer back to it."""
        self._ended: dict[AlertId, int] = {}
        self._replaced: dict[AlertId, list[AlertId]] = {}
        self._unseen: dict[AlertId, None] = {}

    def run(self) -> None:
        """Process all alerts in the order sent. Among alerts sent at the same time, referenced alerts come first."""
        for _, together in groupby(self._alerts, key=lambda alert: alert.id.sent):
            for alert in self._in_order({alert.id: alert for alert in together}):
                self._take(alert)

    def _in_order(self, together: dict[AlertId, Alert]) -> Iterator[Alert]:
        while True:
            graph = {
                one: [other for reference in alert.references if (other := self._resolved(reference)) in together]
                for one, alert in together.items()
            }
            try:
                order = list(TopologicalSorter(graph).static_order())
            except CycleError as error:
                circle: list[AlertId] = error.args[1]
                for one in sorted(set(circle)):
                    self._found.left_out.append((msg("alerts that speak of each other in a circle"), together.pop(one)))
            else:
                yield from (together[one] for one in order)
                return

    def _take(self, alert: Alert) -> None:
        named = list(dict.fromkeys(self._resolved(reference) for reference in alert.references))
        origins = sorted({origin for one in named for origin in self._origins.get(one, (one,))})
        self._origins[alert.id] = tuple(origins) or (alert.id,)
        meant = [one for one in named if one in self._live] or [
            one for origin in origins for one in self._came_of.get(origin, {}) if _share(alert, self._live[one])
        ]
        if alert.type is MessageType.CANCEL and not meant and not any(one in self._known for one in named):
            self._found.left_out.append((msg("cancels of alerts that were not read"), alert))
            return
        self._unseen.update(dict.fromkeys(one for one in named if one not in self._known))
        for one in dict.fromkeys([*named, *meant]):
            self._end(one, _takes_over(alert))
        self._found.folded.append(alert)
        if alert.type is not MessageType.CANCEL:
            self._replaced[alert.id] = meant
            self._live[alert.id] = alert
            for origin in self._origins[alert.id]:
                self._came_of.setdefault(origin, {})[alert.id] = None

    def _end(self, alert: AlertId, end: int) -> None:
        """End an alert, and with it the alerts that it was to replace at a later time."""
        ending = [alert]
        while ending:
            one = ending.pop()
            if self._live.pop(one, None) is not None:
                for origin in self._origins[one]:
                    del self._came_of[origin][one]
            if one not in self._ended or end < self._ended[one]:
                self._ended[one] = end
                ending.extend(self._replaced.get(one, ()))

    def finish(self) -> None:
        """Compute the intervals of all alerts."""
        found = self._found
        found.unseen.extend(self._unseen)
        for alert in found.folded:
            if alert.type is MessageType.CANCEL:
                continue
            for info in alert.infos:
                starts = _starts(alert, info)
                said = info.expires if info.ends is None else info.ends
                if said is not None and said <= starts:
                    if alert.type is MessageType.ALERT or info.ends is None or info.ends > alert.id.sent:
                        found.left_out.append((_end_first(info), alert))
                    continue  # an update may say that the event is over
                ends = min((end for end in (said, self._ended.get(alert.id)) if end is not None), default=None)
                if ends is None or starts < ends:
                    expires = info.ends is None and ends is not None and ends == info.expires
                    found.intervals.append(Interval(self._origins[alert.id][0], starts, ends, info, alert, expires))
        found.intervals.sort(key=lambda one: (one.event, one.starts, one.alert.id))

    def _resolved(self, reference: AlertId) -> AlertId:
        """Find the alert that a reference means; some references write the sender differently than the alert does."""
        if reference in self._known:
            return reference
        near = self._loosely.get((reference.identifier, reference.sent), set())
        return next(iter(near)) if len(near) == 1 else reference


def _end_first(info: Info) -> Message:
    if info.ends is None:
        return msg("warnings that expire before they begin, and name no end of the event")
    return msg("warnings whose event ends before they begin")


def _starts(alert: Alert, info: Info) -> int:
    told = alert.id.sent if info.effective is None else info.effective
    if alert.type is MessageType.ALERT:
        return told if info.onset is None else info.onset
    return max(alert.id.sent, told, told if info.onset is None else info.onset)


def _takes_over(alert: Alert) -> int:
    """Return the time at which an update or a cancel ends the alerts that it replaces."""
    sent = alert.id.sent
    if alert.type is MessageType.CANCEL:
        return sent
    told = (sent if info.effective is None else info.effective for info in alert.infos)
    return max(sent, min(told, default=sent))


def _share(later: Alert, earlier: Alert) -> bool:
    """Return whether two alerts have an area in common; an alert without areas concerns all areas."""
    mine, theirs = _areas(later), _areas(earlier)
    return not mine or not theirs or not mine.isdisjoint(theirs)


def _areas(alert: Alert) -> set[tuple[str, str]]:
    areas = [area for info in alert.infos for area in info.areas]
    return {code for area in areas for code in area.codes} | {("", area.name) for area in areas}
