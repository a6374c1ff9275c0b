"""The claims as plain dicts of whole numbers: what a hand-written program would have read from its files.

Instants are microseconds, percentages and ratings their stored integers. Both rivals start from this, as
steelyard starts from its cases; reading files is measured on neither side.
"""

from __future__ import annotations

from typing import Any, Final

from steelyard.calendars.zones import zone
from steelyard.facts.case import Case, Row
from steelyard.ir.ruleset import Ruleset
from steelyard.semantics.functions import year_month

Plain = dict[str, Any]

HOUR: Final = 3_600_000_000
LEVELS: Final = {"blue": 1, "yellow": 2, "orange": 3, "red": 4}
RELIEF: Final = {
    ("typhoon", "orange"): 24 * HOUR,
    ("typhoon", "red"): 48 * HOUR,
    ("rainstorm", "orange"): 12 * HOUR,
    ("rainstorm", "red"): 24 * HOUR,
    ("snow", "orange"): 24 * HOUR,
    ("snow", "red"): 48 * HOUR,
}


class Preparer:
    """Turns cases into claims; what is the same for every claim (feeds, branches' months) is turned once."""

    def __init__(self, ruleset: Ruleset) -> None:
        self._local_date = zone(ruleset.timezone).local_date
        self._known: dict[int, list[Plain]] = {}
        self._kept: list[tuple[Row, ...]] = []
        self.as_of: int = next(p.value for p in ruleset.parameters if p.id == "as_of")  # type: ignore[assignment]

    def claim(self, case: Case) -> Plain:
        """The claim, with `weather`, `declarations`, `complaints` and `branch_month` as lists of rows."""
        region = str(case.values["region"])
        return {
            **case.values,
            "key": case.key,
            "month": year_month(self._local_date(int(case.values["reported_at"]))),  # type: ignore[arg-type]
            "levels": {region[:2] + "0000", region[:4] + "00", region},
            **{name: self._rows(name, rows) for name, rows in case.rows.items()},
        }

    def _rows(self, relation: str, rows: tuple[Row, ...]) -> list[Plain]:
        if id(rows) not in self._known:
            self._kept.append(rows)  # so that no other rows get its id
            self._known[id(rows)] = [_row(relation, row) for row in rows]
        return self._known[id(rows)]


def _row(relation: str, row: Row) -> Plain:
    plain: Plain = {"id": row.id, **row.values}
    if relation == "weather":
        plain["relief"] = RELIEF.get((plain["kind"], plain["level"]), 0)
        plain["level"] = LEVELS[plain["level"]]
        plain["storm"] = int(plain["kind"] in {"typhoon", "rainstorm", "snow"})
    if relation == "declarations":
        plain["disaster"] = int(plain["kind"] in {"typhoon", "flood", "snow", "earthquake"})
    return plain
