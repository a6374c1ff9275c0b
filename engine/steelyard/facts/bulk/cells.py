"""What a column of a file holds, as SQL: the kinds that readers know, and the text that each stands for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from steelyard.calendars.zones import DAY_US, SECOND_US
from steelyard.facts.bulk import sql

_FIRST_US, _LAST_US = -719_162 * DAY_US, 2_932_897 * DAY_US - 1
"""The years 1 to 9999."""


class Kind(Enum):
    """What the cells of a column are."""

    TEXT = "text"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    DECIMAL = "decimal"
    DOUBLE = "double"
    DATE = "date"
    LOCAL = "local"
    """The wall clock, in microseconds since its own 1970."""
    INSTANT = "instant"
    """Microseconds since 1970 UTC."""
    TEXTS = "texts"
    NOTHING = "nothing"
    STORED = "stored"
    """The value itself, read before; NULL where it was none."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column to read.

    Attributes:
        cell: the expression of its cells.
        kind: what they are.
        width: digits of a decimal.
        scale: digits of a decimal after the point.
        microseconds: of LOCAL and INSTANT; NULL where they are no whole number.
        emptiness: of STORED: whether the cell was empty.
    """

    cell: str
    kind: Kind
    width: int = 0
    scale: int = 0
    microseconds: str = ""
    emptiness: str = ""

    @property
    def empty(self) -> str:
        """Whether a cell is empty, which is missing."""
        match self.kind:
            case Kind.TEXT:
                return f"({self.cell} IS NULL OR {self.cell} = '')"
            case Kind.TEXTS:
                return f"({self.cell} IS NULL OR len({self.cell}) = 0)"
            case Kind.NOTHING:
                return "true"
            case Kind.STORED:
                return self.emptiness
            case _:
                return f"{self.cell} IS NULL"

    @property
    def text(self) -> str | None:
        """The text of a cell, as the readers give it; None where they give none."""
        cell = self.cell
        match self.kind:
            case Kind.TEXT:
                return cell
            case Kind.INTEGER:
                return f"CAST({cell} AS VARCHAR)"
            case Kind.BOOLEAN:
                return f"CASE WHEN {cell} THEN 'true' WHEN NOT {cell} THEN 'false' END"
            case Kind.DECIMAL if self.width == self.scale:  # `.5`, where everyone else writes `0.5`
                return rf"regexp_replace(CAST({cell} AS VARCHAR), '^(-?)\.', '\10.')"
            case Kind.DECIMAL:
                return f"CAST({cell} AS VARCHAR)"
            case Kind.DATE:
                inside = f"{cell} BETWEEN DATE '0001-01-01' AND DATE '9999-12-31'"
                return sql.when(inside, f"CAST({cell} AS VARCHAR)")
            case Kind.INSTANT:
                return self._instant
            case Kind.DOUBLE:
                whole = f"CASE WHEN floor({cell}) = {cell} THEN CAST(CAST({cell} AS BIGINT) AS VARCHAR) END"
                return sql.when(f"{cell} BETWEEN -999999999999999 AND 999999999999999", whole)
            case Kind.LOCAL | Kind.TEXTS | Kind.NOTHING | Kind.STORED:
                return None

    @property
    def _instant(self) -> str:
        us = self.microseconds
        written = [f"strftime(make_timestamp({us}), '%Y-%m-%dT%H:%M:%S{fraction}Z')" for fraction in ("", ".%f")]
        return sql.when(f"{us} BETWEEN {_FIRST_US} AND {_LAST_US}", sql.when(f"{us} % {SECOND_US} = 0", *written))
