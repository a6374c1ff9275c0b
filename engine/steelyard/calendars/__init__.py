"""Time zones, working days and hours. Works on text and integers, and knows no rulesets and no cases.

`clock_text` reads dates and datetimes, `zones` turns local time into instants, `offsets` tabulates a zone.
`holiday_data` gives the working days of countries from pinned packages, `day_table` counts them, `hours` reads working
hours, and `working` combines these to business days and working time. `recurrence_rule` reads rules of RFC 5545 and
`recurrence` gives the times at which they recur.

Invariants: zones come from the pinned tzdata package, never from the machine, and working days from pinned
packages too, so a result does not depend on where it was computed. A year that is not covered gives
`Uncovered`, never a guess. Nothing is a float.
"""

from steelyard.calendars.day_table import Uncovered
from steelyard.calendars.hours import Hours, hours_text, read_hours
from steelyard.calendars.working import Calendar, CalendarError, Settings, calendar, merged
from steelyard.calendars.zones import Ambiguous, Nonexistent, UnknownZoneError, Zone, zone, zone_names

__all__ = [
    "Ambiguous",
    "Calendar",
    "CalendarError",
    "Hours",
    "Nonexistent",
    "Settings",
    "Uncovered",
    "UnknownZoneError",
    "Zone",
    "calendar",
    "hours_text",
    "merged",
    "read_hours",
    "zone",
    "zone_names",
]
