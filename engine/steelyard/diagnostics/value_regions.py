"""Regions of values, as data for programs: what a finding about a table or bands speaks of."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Interval:
    """Values between two ends, written as in files; None is an open end."""

    low: str | None
    low_included: bool
    high: str | None
    high_included: bool


@dataclass(frozen=True, slots=True)
class Extent:
    """What a region takes of the values of one input.

    Attributes:
        input: the input of the table; of bands `measure`.
        values: single values, written as in files.
        intervals: values between ends.
        other: whether every text that no row names belongs to it.
        missing: whether a missing value belongs to it.
    """

    input: str
    values: tuple[str, ...]
    intervals: tuple[Interval, ...]
    other: bool
    missing: bool


@dataclass(frozen=True, slots=True)
class ValueRegion:
    """Values for which a finding holds: all combinations of its extents; an input without one may be anything.

    Attributes:
        extents: in the order of the table's inputs.
        rows: the rows that meet there, counted from 1; empty where none does.
    """

    extents: tuple[Extent, ...]
    rows: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ValueRegions:
    """The regions of a finding.

    Attributes:
        regions: together exactly the values that were found.
        complete: whether all values were examined; otherwise there may be more.
        certain: whether all these values can occur; otherwise some inputs are computed, or depend on each other.
    """

    regions: tuple[ValueRegion, ...]
    complete: bool = True
    certain: bool = True
