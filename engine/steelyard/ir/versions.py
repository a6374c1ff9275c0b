"""The versions of a ruleset, each in force on its own days; a single ruleset is its only version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from steelyard.calendars.zones import Zone, zone
from steelyard.ir.expressions import Stored
from steelyard.ir.ruleset import InputField, Ruleset
from steelyard.ir.types import DateTime


@dataclass(frozen=True, slots=True)
class Versions:
    """Dated versions that were checked for consistency.

    They share key, reference date, time zone, and type and column of those two inputs; no day belongs to two.

    Attributes:
        rulesets: at least one, by their first day.
    """

    rulesets: tuple[Ruleset, ...]
    reference_field: InputField | None = field(init=False, compare=False, repr=False)
    """The input whose day decides which version applies; None where there is only one."""
    _zone: Zone = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Look up once what every case asks for."""
        shared = self.newest
        found = next((one for one in shared.inputs if one.id == shared.reference_date), None)
        object.__setattr__(self, "reference_field", found)
        object.__setattr__(self, "_zone", zone(shared.timezone))

    @property
    def newest(self) -> Ruleset:
        """The last version; the properties that all versions share can be read from it."""
        return self.rulesets[-1]

    def day(self, value: Stored) -> int | None:
        """Return the day of a reference date; for a datetime the local day in the common time zone."""
        reference = self.reference_field
        if reference is None or not isinstance(value, int):
            return None
        return self._zone.local_date(value) if isinstance(reference.type, DateTime) else value

    def at(self, day: int) -> Ruleset | None:
        """The version in force on a day; None before the first, after the last and in a gap."""
        return next((one for one in self.rulesets if one.effective.holds(day)), None)

    def of(self, values: Mapping[str, Stored]) -> Ruleset | None:
        """Return the version in force on the reference date of a case; the only version where there is no such date."""
        reference = self.reference_field
        if reference is None:
            return self.newest
        value = values.get(reference.id)
        day = None if value is None else self.day(value)
        return None if day is None else self.at(day)


def versions_of(rules: Ruleset | Versions) -> Versions:
    """Return versions unchanged, and a single ruleset as its only version."""
    return rules if isinstance(rules, Versions) else Versions((rules,))
