"""The versions of a ruleset, each in force on its own days; a ruleset that stands alone is the only one of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from steelyard.calendars.zones import Zone, zone
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
    reference_field: InputField | None = field(init=False, compare=False, repr=False)
    """The input whose day decides."""
    _zone: Zone = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Look up once what every case asks for."""
        shared = self.newest
        found = next((one for one in shared.inputs if one.id == shared.reference_date), None)
        object.__setattr__(self, "reference_field", found)
        object.__setattr__(self, "_zone", zone(shared.timezone))

    @property
    def newest(self) -> Ruleset:
        """The last one; what all share can be asked of it."""
        return self.rulesets[-1]

    def day(self, value: Stored) -> int | None:
        """The day of a reference date: of a datetime it is the local one, in the zone that all share."""
        reference = self.reference_field
        if reference is None or not isinstance(value, int):
            return None
        return self._zone.local_date(value) if isinstance(reference.type, DateTime) else value

    def at(self, day: int) -> Ruleset | None:
        """The version in force on a day; None before the first, after the last and in a gap."""
        return next((one for one in self.rulesets if one.effective.holds(day)), None)

    def of(self, values: Mapping[str, Stored]) -> Ruleset | None:
        """The version in force on the reference date of a case; without one there is only one version."""
        reference = self.reference_field
        if reference is None:
            return self.newest
        value = values.get(reference.id)
        day = None if value is None else self.day(value)
        return None if day is None else self.at(day)


def versions_of(rules: Ruleset | Versions) -> Versions:
    """Take a ruleset that stands alone for the only version of itself."""
    return rules if isinstance(rules, Versions) else Versions((rules,))
