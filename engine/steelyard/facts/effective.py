"""Whether the version of a ruleset may judge a case: its reference date decides (LANGUAGE.md section 2)."""

from __future__ import annotations

from collections.abc import Mapping

from steelyard.calendars.zones import Zone, day_of
from steelyard.diagnostics import Message, msg
from steelyard.facts.cells import Cell, shown
from steelyard.facts.fields import Fault
from steelyard.facts.problem import Problem
from steelyard.ir.expressions import Stored
from steelyard.ir.ruleset import InputField, Ruleset
from steelyard.ir.types import DateTime


class Effective:
    """The days of one version. `fields` are those that the cells are read by, for their columns."""

    def __init__(self, ruleset: Ruleset, fields: tuple[InputField, ...], zone: Zone) -> None:
        self._ruleset = ruleset
        self._field = next((field for field in fields if field.id == ruleset.reference_date), None)
        self._zone = zone

    def fault(self, values: Mapping[str, Stored], cells: Mapping[str, Cell]) -> Fault | None:
        """Find fault with a reference date outside the version's days; that of a datetime is its local day."""
        field = self._field
        value = None if field is None else values.get(field.id)
        if field is None or value is None or isinstance(value, str | tuple):
            return None
        day = self._zone.local_date(value) if isinstance(field.type, DateTime) else value
        if self._ruleset.effective.holds(day):
            return None
        return Fault(field.column, shown(cells.get(field.column)), Problem(self._expected()))

    def _expected(self) -> Message:
        version = self._ruleset.version
        days = self._ruleset.effective
        low = None if days.low is None else day_of(days.low).isoformat()
        high = None if days.high is None else day_of(days.high).isoformat()
        if high is None:
            return msg(
                "a date from {low} on: version {version} is effective {days}",
                low=low,
                version=version,
                days=f"[{low}..)",
            )
        if low is None:
            return msg(
                "a date up to {high}: version {version} is effective {days}",
                high=high,
                version=version,
                days=f"(..{high}]",
            )
        return msg(
            "a date from {low} to {high}: version {version} is effective {days}",
            low=low,
            high=high,
            version=version,
            days=f"[{low}..{high}]",
        )
