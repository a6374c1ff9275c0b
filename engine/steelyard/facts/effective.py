"""Chooses the version of a ruleset that applies to a case by its reference date (LANGUAGE.md section 2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from steelyard.calendars.zones import day_of, zone
from steelyard.diagnostics import Message, msg
from steelyard.facts.cells import Cell
from steelyard.facts.fields import Fault, RowReader, Values, field_fault, joined_fault
from steelyard.facts.problem import Problem
from steelyard.facts.quick import reader
from steelyard.ir.ruleset import Ruleset
from steelyard.ir.types import Range
from steelyard.ir.versions import Versions


class Effective:
    """The effective days of the versions.

    Args:
        versions: the versions of the ruleset.
        column: the column that holds the reference date; None for the declared column.
    """

    def __init__(self, versions: Versions, column: str | None = None) -> None:
        self._versions = versions
        field, here = versions.reference_field, zone(versions.newest.timezone)
        self._field = field if field is None or column is None else replace(field, column=column)
        self._read = None if field is None else reader(field.type, field.range, here, field.written)

    def choose(self, cells: Mapping[str, Cell]) -> tuple[Ruleset, Fault | None]:
        """Choose the version for a row.

        Returns:
            The version in force. Where there is none, or the date cannot be read: any version, for reading the key, and
            the fault of the date.
        """
        versions, field = self._versions, self._field
        if field is None or self._read is None:
            return versions.newest, None
        cell = cells.get(field.column)
        value = self._read(cell)
        if value is None:
            return versions.newest, Fault(field.column, "", Problem(msg("a value (it is required)")))
        if isinstance(value, Problem):
            return versions.newest, field_fault(field, cell, value)
        day = versions.day(value)
        found = None if day is None else versions.at(day)
        if day is None or found is not None:
            return found or versions.newest, None
        return versions.newest, field_fault(field, cell, Problem(self._expected(day)))

    @staticmethod
    def faults(
        undated: Fault | None, read: Values, cells: Mapping[str, Cell], readers: Iterable[RowReader]
    ) -> Fault | None:
        """Join the fault of the date, if any, to those of the row.

        Without a version only those faults count that every version finds.

        Args:
            undated: as `choose` returns it.
            read: the row as the chosen version reads it.
            cells: of the row.
            readers: of the other versions; that of the version that read the row makes no difference.
        """
        if undated is None or read.fault is None:
            return undated or read.fault
        others = [() if found.fault is None else found.fault.all for found in (one.read(cells) for one in readers)]
        return joined_fault((undated, *(one for one in read.fault.all if all(one in each for each in others))))

    def _expected(self, day: int) -> Message:
        """Say on which days a version is in force."""
        first, last = self._versions.rulesets[0], self._versions.newest
        before = [one for one in self._versions.rulesets if one.effective.high is not None and one.effective.high < day]
        after = [one for one in self._versions.rulesets if one.effective.low is not None and day < one.effective.low]
        match before, after:
            case [*_, earlier], [later, *_]:
                return msg(
                    "a date up to {high} or from {low} on: between versions {earlier} and {later} none is effective",
                    high=_text(earlier.effective.high),
                    low=_text(later.effective.low),
                    earlier=earlier.version,
                    later=later.version,
                )
            case [], _ if first is not last:
                return msg(
                    "a date from {low} on: the first version, {version}, is effective {days}",
                    low=_text(first.effective.low),
                    version=first.version,
                    days=_days(first.effective),
                )
            case _, [] if first is not last:
                return msg(
                    "a date up to {high}: the last version, {version}, is effective {days}",
                    high=_text(last.effective.high),
                    version=last.version,
                    days=_days(last.effective),
                )
            case _:  # one version, or none before and after
                return _single(last)


def _single(ruleset: Ruleset) -> Message:
    low, high = _text(ruleset.effective.low), _text(ruleset.effective.high)
    version, days = ruleset.version, _days(ruleset.effective)
    if high is None:
        return msg("a date from {low} on: version {version} is effective {days}", low=low, version=version, days=days)
    if low is None:
        return msg("a date up to {high}: version {version} is effective {days}", high=high, version=version, days=days)
    return msg(
        "a date from {low} to {high}: version {version} is effective {days}",
        low=low,
        high=high,
        version=version,
        days=days,
    )


def _days(days: Range) -> str:
    """Write a range of days as a ruleset writes it."""
    low, high = _text(days.low), _text(days.high)
    return f"{'(' if low is None else '['}{low or ''}..{high or ''}{')' if high is None else ']'}"


def _text(day: int | None) -> str | None:
    return None if day is None else day_of(day).isoformat()
