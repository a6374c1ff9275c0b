"""The kinds of columns that readers distinguish, and for each kind the SQL of the text that a cell stands for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from steelyard.calendars.zones import DAY_US, SECOND_US
from steelyard.facts.bulk import sql

_FIRST_US, _LAST_US = -719_162 * DAY_US, 2_932_897 * DAY_US - 1
"""The years 1 to 9999."""


class Kind(Enum):
    """The content of a column's cells."""

    TEXT = "text"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    DECIMAL = "decimal"
    DOUBLE = "double"
    DATE = "date"
    LOCAL = "local"
    """A local time, in microseconds since 1970-01-01 00:00 local time."""
    INSTANT = "instant"
    """An instant, in microseconds since 1970 UTC."""
    TEXTS = "texts"
    NOTHING = "nothing"
    STORED = "stored"
    """A stored value that was read before (storing.py); NULL where it could not be read."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column to read.

    Attributes:
        cell: SQL expression of its cells.
        kind: the content of the cells.
        width: for a decimal, its number of digits.
        scale: for a decimal, its number of fractional digits.
        microseconds: for LOCAL and INSTANT, SQL expression of the microseconds; NULL where they are no whole number.
        emptiness: for STORED, SQL condition that the cell was empty.
    """

    cell: str
    kind: Kind
    width: int = 0
    scale: int = 0
    microseconds: str = ""
    emptiness: str = ""

    @property
    def empty(self) -> str:
        """SQL condition that a cell is empty, which means missing."""
        match self.kind:
            case Kind.TEXT:
                return f"({self.cell} IS NULL OR {self.cell} = '')"
            case Kind.TEXTS:
                return f"({self.cell} IS NULL OR len({self.cell}) = 0)"
            case Kind.NOTHING:
                return "true"
            case Kind.STORED:
                return self.emptiness
            case Kind.INTEGER | Kind.BOOLEAN | Kind.DECIMAL | Kind.DOUBLE | Kind.DATE | Kind.LOCAL | Kind.INSTANT:
                return f"{self.cell} IS NULL"

    @property
    def text(self) -> str | None:
        """SQL expression of a cell's text as the Python readers give it; None where they do not give text."""
        cell = self.cell
        match self.kind:
            case Kind.TEXT:
                return cell
            case Kind.INTEGER:
                return f"CAST({cell} AS VARCHAR)"
            case Kind.BOOLEAN:
                return f"CASE WHEN {cell} THEN 'true' WHEN NOT {cell} THEN 'false' END"
            case Kind.DECIMAL if self.width == self.scale:  # DuckDB writes `.5` for `0.5`
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
