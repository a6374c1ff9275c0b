"""Converts alerts to rows of a relation of warnings, using the levels, kinds and places of the ruleset."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from steelyard.calendars.zones import Zone
from steelyard.diagnostics import Message, msg
from steelyard.diagnostics.suggestions import listed
from steelyard.facts.cells import Cell
from steelyard.facts.feeds.alerts import Alert, AlertId, Info
from steelyard.facts.feeds.areas import places
from steelyard.facts.feeds.skipped import Skips
from steelyard.facts.feeds.timeline import Interval, Timeline, fold
from steelyard.ir.ruleset import Relation

_NAMED = 5
"""How many kinds are named in a message at most."""


@dataclass(frozen=True, slots=True)
class WarningRow:
    """A row: cells by the feed's fields, and the alert in which the warning began."""

    cells: dict[str, Cell]
    alert: Alert


@dataclass(frozen=True, slots=True)
class Warnings:
    """One row for each period in which an event kept its level, kind and places; and remarks for the user."""

    rows: list[WarningRow]
    remarks: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class _Stretch:
    event: AlertId
    kind: str
    level: str
    places: tuple[str, ...]
    starts: int
    ends: int | None
    expires: bool
    first: Interval


class Vocabulary:
    """Translates the words of alerts to the levels, kinds and places of a ruleset."""

    def __init__(self, relation: Relation, scheme: str) -> None:
        self.scheme = scheme
        self._levels = relation.levels
        self._severity: Mapping[str, str | None] = dict(relation.severity)
        self._kinds: Mapping[str, str] = dict(relation.kinds)

    def level(self, severity: str) -> str | Message:
        """Return the level of a severity, or a message why there is none."""
        if severity in self._severity:
            level = self._severity[severity]
            return msg("alerts of a severity that the ruleset skips: {word}", word=severity) if level is None else level
        if severity in self._levels:
            return severity
        return msg("alerts of a severity without a level: `{word}`", word=severity)

    def knows(self, event: str) -> bool:
        """Return whether the ruleset maps an event to a kind."""
        return event in self._kinds

    def kind(self, event: str) -> str:
        """Return the kind of an event; an event that the ruleset does not map is its own kind."""
        return self._kinds.get(event, event)


def warnings(alerts: Iterable[Alert], words: Vocabulary, zone: Zone, skips: Skips) -> Warnings:
    """Combine alerts and convert them to rows.

    Args:
        alerts: the alerts as read, in any order.
        words: the levels, kinds and places of the ruleset.
        zone: the time zone in which times are written.
        skips: receives what is left out.
    """
    timeline = fold(replace(alert, infos=one_language(alert.infos, words)) for alert in alerts)
    for reason, alert in timeline.left_out:
        skips.add(reason, alert.place)
    for alert in timeline.folded:
        for fault in alert.faults:
            skips.add(fault, alert.place)
    stretches = _merged(_stretches(timeline.intervals, words, skips))
    names = _names((one.event for one in stretches), zone)
    rows = [WarningRow(_cells(one, names[one.event], zone), one.first.alert) for one in stretches]
    return Warnings(rows, tuple(_remarks(timeline, stretches, skips.role)))


def one_language(infos: Sequence[Info], words: Vocabulary) -> tuple[Info, ...]:
    """Leave out translations: info blocks in another language with the same severity, times and places.

    Kept is the language with the most events that the ruleset maps to kinds, else the one written first.
    """
    languages = list(dict.fromkeys(info.language.casefold() for info in infos))
    if len(languages) < 2:
        return tuple(infos)
    spoken = {one: [info for info in infos if info.language.casefold() == one] for one in languages}
    languages.sort(key=lambda one: -sum(words.knows(info.event) for info in spoken[one]))
    kept: list[Info] = []
    said: set[object] = set()
    for language in languages:
        new = [info for info in spoken[language] if _substance(info) not in said]
        said.update(map(_substance, new))
        kept += new
    return tuple(kept)


def _substance(info: Info) -> tuple[object, ...]:
    """Return the parts of an info block that are the same in all its translations."""
    drawn = any(area.codes or area.shapes for area in info.areas)
    areas = tuple((area.codes, area.shapes) if drawn else area.name for area in info.areas)
    return info.severity, info.effective, info.onset, info.expires, info.ends, areas


def _stretches(intervals: Iterable[Interval], words: Vocabulary, skips: Skips) -> Iterator[_Stretch]:
    for one in intervals:
        level = words.level(one.info.severity)
        if isinstance(level, Message):
            skips.add(level, one.alert.place)
            continue
        found = places(one.info.areas, words.scheme)
        for reason, name in found.unusable:
            skips.add(reason, f"{one.alert.file}: {name}")
        if not one.info.areas:
            skips.add(msg("warnings without an area"), one.alert.place)
        if found.places:
            kind = words.kind(one.info.event)
            yield _Stretch(one.event, kind, level, found.places, one.starts, one.ends, one.expires, one)


def _merged(stretches: Iterable[_Stretch]) -> list[_Stretch]:
    """Merge periods that touch or overlap and differ only in time. Sorted by time."""
    done: list[_Stretch] = []
    last: dict[tuple[object, ...], _Stretch] = {}
    for one in sorted(stretches, key=_in_time):
        what = (one.event, one.kind, one.level, one.places)
        before = last.get(what)
        if before is None:
            last[what] = one
        elif before.ends is None or one.starts <= before.ends:
            later = max(before, one, key=lambda each: (each.ends is None, each.ends or 0))
            last[what] = replace(before, ends=later.ends, expires=later.expires)
        else:
            done.append(before)
            last[what] = one
    return sorted([*done, *last.values()], key=_in_time)


def _in_time(one: _Stretch) -> tuple[object, ...]:
    return one.starts, one.event, one.kind, one.level, one.places, one.first.alert.id


def _names(events: Iterable[AlertId], zone: Zone) -> dict[AlertId, str]:
    """Name each event by its identifier; where events share one, by sender, identifier and time sent."""
    distinct = sorted(set(events))
    count = Counter(event.identifier for event in distinct)
    return {
        event: event.identifier
        if count[event.identifier] == 1
        else f"{event.sender},{event.identifier},{zone.text(event.sent)}"
        for event in distinct
    }


def _cells(one: _Stretch, name: str, zone: Zone) -> dict[str, Cell]:
    info = one.first.info
    return {
        "event_id": name,
        "kind": one.kind,
        "level": one.level,
        "areas": one.places,
        "starts": zone.text(one.starts),
        "ends": None if one.ends is None else zone.text(one.ends),
        "headline": info.headline,
        "source": info.sender_name or one.first.alert.id.sender,
    }


def _remarks(timeline: Timeline, stretches: Sequence[_Stretch], role: str) -> Iterator[Message]:
    if timeline.unseen:
        yield msg(
            "{role}: {count} {count:alert|alerts} that others speak of {count:was|were} not read: {names}",
            role=role,
            count=len(timeline.unseen),
            names=listed(one.identifier for one in timeline.unseen[:_NAMED]),
        )
    expired = sum(one.expires for one in stretches)
    if expired:
        yield msg(
            "{role}: {count} {count:warning ends|warnings end} when {count:its|their} bulletin expires, because it "
            "names no end of the event",
            role=role,
            count=expired,
        )
