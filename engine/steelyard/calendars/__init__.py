"""Time zones, and later working days and hours. Above facts: knows text and integers, no cases.

Invariant: zones come from the pinned tzdata package, never from the machine, so a result does not
depend on where it was computed.
"""

from steelyard.calendars.zones import Ambiguous, Nonexistent, UnknownZoneError, Zone, zone, zone_names

__all__ = ["Ambiguous", "Nonexistent", "UnknownZoneError", "Zone", "zone", "zone_names"]
