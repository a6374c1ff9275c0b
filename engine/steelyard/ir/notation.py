"""How the values of a field are written in files, where that is not the grammar of LANGUAGE.md section 12."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from steelyard.ir.folding import Folding


class Unit(StrEnum):
    """What a plain number counts where a duration is read."""

    DAYS = "days"
    HOURS = "hours"
    MINUTES = "minutes"
    SECONDS = "seconds"


class Twice(StrEnum):
    """Which instant a local time means that the clocks showed twice."""

    FIRST = "first"
    SECOND = "second"
    REJECT = "reject"


@dataclass(frozen=True, slots=True)
class Notation:
    """How values are written; each default means: as the grammar has it.

    Attributes:
        missing: the texts that mean missing; None where nothing is said, () where no text means that.
        true: what is read as true, without regard to letter case; empty: what the grammar reads so.
        false: what is read as false.
        formats: the forms of dates and times (calendars/time_format.py), tried before the grammar.
        unit: what a plain number counts where a duration is read.
        point: what stands before the fraction of a number.
        grouping: what stands between groups of three digits; None: nothing.
        normalise: the differences of spelling that are taken away from texts.
        ambiguous: which instant is meant by a local time that the clocks showed twice.
    """

    missing: tuple[str, ...] | None = None
    true: tuple[str, ...] = ()
    false: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    unit: Unit | None = None
    point: str = "."
    grouping: str | None = None
    normalise: tuple[Folding, ...] = ()
    ambiguous: Twice = Twice.REJECT


AS_THE_GRAMMAR = Notation()
"""The notation of a field that declares none."""
