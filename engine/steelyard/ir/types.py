"""The types of values and how each is stored.

| type | stored as |
|---|---|
| Number(scale) | int, units of 10^-scale (an integer has scale 0) |
| Text, Region | str |
| Regions | tuple of str |
| Boolean | bool |
| Date | int, days since 1970-01-01 |
| DateTime | int, microseconds since 1970-01-01T00:00Z |
| Duration | int, microseconds |
| Days | int |
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Number:
    """An integer times 10^-scale. `percent`: readers see it as a percentage; not compared, and in no digest."""

    scale: int
    percent: bool = field(default=False, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Text:
    """Text. `values` closes it (empty: open); where ordered, the values stand lowest first."""

    values: tuple[str, ...] = ()
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Boolean:
    """True or false; unknown is a missing boolean."""


@dataclass(frozen=True, slots=True)
class Date:
    """A calendar day."""


@dataclass(frozen=True, slots=True)
class DateTime:
    """An instant. Where `open`, a missing one has not ended yet (LANGUAGE.md section 5)."""

    open: bool = False


@dataclass(frozen=True, slots=True)
class Duration:
    """Elapsed time."""


@dataclass(frozen=True, slots=True)
class Days:
    """A count of calendar days."""


@dataclass(frozen=True, slots=True)
class Region:
    """A place in a scheme: gb2260, fips or name."""

    scheme: str


@dataclass(frozen=True, slots=True)
class Regions:
    """Several places of one scheme."""

    scheme: str


Type = Number | Text | Boolean | Date | DateTime | Duration | Days | Region | Regions

OPEN = 1 << 62
"""The value of a missing open end in comparisons: later than every instant, equal to itself."""

NUMBER_LIMIT = 10**15
"""The default range of numbers and durations, in stored units, both signs (LANGUAGE.md section 3)."""


FIRST_DAY, LAST_DAY = -25_567, 84_370
"""1900-01-01 and 2200-12-31: the default range of dates, in days since 1970."""
DAYS_OF_YEARS = (-719_162, 2_932_896)
"""The first day of year 1 and the last of year 9999, in days since 1970."""
FIRST_INSTANT, LAST_INSTANT = FIRST_DAY * 86_400_000_000, (LAST_DAY + 1) * 86_400_000_000 - 1
"""The default range of instants, in microseconds since 1970."""


@dataclass(frozen=True, slots=True)
class Range:
    """An inclusive range of stored units; None is unbounded."""

    low: int | None
    high: int | None

    def holds(self, value: int) -> bool:
        """Whether the value lies inside."""
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)


def difference(kind: Type) -> Type:
    """The type of the difference of two values: of dates it is days, of instants a duration, of numbers a number."""
    match kind:
        case Date():
            return Days()
        case DateTime():
            return Duration()
        case Number() | Duration() | Days() | Text() | Boolean() | Region() | Regions():
            return kind


def default_range(kind: Type) -> Range | None:
    """The range that values of a type have where none is declared; None for what has no order."""
    match kind:
        case Number() | Duration() | Days():
            return Range(-NUMBER_LIMIT, NUMBER_LIMIT)
        case Date():
            return Range(FIRST_DAY, LAST_DAY)
        case DateTime():
            return Range(FIRST_INSTANT, LAST_INSTANT)
        case Text() | Boolean() | Region() | Regions():
            return None
