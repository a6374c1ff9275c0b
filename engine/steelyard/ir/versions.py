"""The versions of a ruleset, each in force on its own days; a ruleset that stands alone is the only one of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from steelyard.calendars.zones import zone
from steelyard.ir.expressions import Stored
from steelyard.ir.ruleset import InputField, Ruleset
from steelyard.ir.types import DateTime


@dataclass(frozen=True, slots=True)
class Versions:
    """Dated versions, checked to fit together.

    They share key, reference date, time zone, and type and column of those two inputs; no day belongs to two.

    Attributes:
        rulesets: at least one, by their first day.
    """

    rulesets: tuple[Ruleset, ...]

    @property
    def newest(self) -> Ruleset:
        """The last one; what all share can be asked of it."""
        return self.rulesets[-1]

    @property
    def reference_field(self) -> InputField | None:
        """The input whose day decides."""
        shared = self.newest
        return next((field for field in shared.inputs if field.id == shared.reference_date), None)

    def day(self, value: Stored) -> int | None:
        """The day of a reference date: of a datetime it is the local one, in the zone that all share."""
        field = self.reference_field
        if field is None or not isinstance(value, int):
            return None
        return zone(self.newest.timezone).local_date(value) if isinstance(field.type, DateTime) else value

    def at(self, day: int) -> Ruleset | None:
        """The version in force on a day; None before the first, after the last and in a gap."""
        return next((one for one in self.rulesets if one.effective.holds(day)), None)

    def of(self, values: Mapping[str, Stored]) -> Ruleset | None:
        """The version in force on the reference date of a case; without one there is only one version."""
        field = self.reference_field
        if field is None:
            return self.newest
        value = values.get(field.id)
        day = None if value is None else self.day(value)
        return None if day is None else self.at(day)


def versions_of(rules: Ruleset | Versions) -> Versions:
    """Take a ruleset that stands alone for the only version of itself."""
    return rules if isinstance(rules, Versions) else Versions((rules,))
