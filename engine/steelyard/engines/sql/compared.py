"""Two tables of results of the same cases, compared by DuckDB: counts and exact sums in integers, and single cases.

Each function is one statement over the cases that either table has, found again by their keys.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from steelyard.engines.sql.summary import Connection
from steelyard.facts.bulk import sql
from steelyard.ir.result_columns import Content, ResultColumn
from steelyard.ir.types import Number

REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Side:
    """A table of results.

    Attributes:
        view: its name.
        columns: of the results.
    """

    view: str
    columns: tuple[ResultColumn, ...]

    @property
    def key(self) -> str:
        """The column of the cases' keys."""
        return self.columns[0].name

    def find(self, content: Content, id_: str = "", score: str = "") -> ResultColumn | None:
        """A column by what it holds."""
        for one in self.columns:
            if one.origin is not None and (one.origin.content, one.origin.id, one.origin.score) == (
                content,
                id_,
                score,
            ):
                return one
        return None

    def of(self, id_: str) -> tuple[ResultColumn, ...]:
        """The columns of an indicator or output."""
        inputs = (Content.INPUT, Content.ROW)
        return tuple(
            one
            for one in self.columns
            if one.origin is not None and one.origin.id == id_ and one.origin.content not in inputs
        )


@dataclass(frozen=True)
class Compared:
    """Two tables of results, old and new.

    Attributes:
        keys: the columns of groups, which both tables have.
    """

    connection: Connection
    old: Side
    new: Side
    keys: Sequence[str] = ()

    def statuses(self) -> list[tuple[str, str, int]]:
        """How many cases go from which status to which."""
        pair = [f"coalesce({side}.status, {sql.literal(REJECTED)})" for side in ("o", "n")]
        query = f"SELECT {pair[0]}, {pair[1]}, count(*) FROM {self._all} GROUP BY 1, 2 ORDER BY 1, 2"  # noqa: S608 - names are quoted
        return [(str(old), str(new), int(count)) for old, new, count in self._rows(query)]

    def different(self) -> int:
        """How many cases differ in any result that both tables have, or in their status."""
        identity = (Content.KEY, Content.RULESET, Content.VERSION, Content.DIGEST, Content.INPUT)
        before = {one.name: one for one in self.old.columns}
        shared = (
            one
            for one in self.new.columns
            if one.name in before and one.origin is not None and one.origin.content not in identity
        )
        where = sql.either(_differs(before[one.name], one) for one in shared)
        return int(self._rows(f"SELECT count(*) FROM {self._all} WHERE {where}")[0][0])  # noqa: S608 - names are quoted

    def restated(self, most: int) -> list[tuple[str, str, str]]:
        """The first cases whose status differs: key, old and new status."""
        pair = [f"coalesce({side}.status, {sql.literal(REJECTED)})" for side in ("o", "n")]
        where = f"WHERE {pair[0]} <> {pair[1]} ORDER BY 1 LIMIT {most}"
        query = f"SELECT {self._key} AS k, {pair[0]}, {pair[1]} FROM {self._all} {where}"  # noqa: S608 - names are quoted
        return [(str(key), str(old), str(new)) for key, old, new in self._rows(query)]

    def digits(self, score: str) -> int:
        """The digits of a score, of the table that has more."""
        return max(_scale(side, score) for side in (self.old, self.new))

    def shifts(self, score: str, *, grouped: bool) -> list[tuple[tuple[str, ...], int, int, int, int, int, int]]:
        """By group: its key, scored cases, the sum of differences, higher, lower, graded, grades that differ."""
        names = [f"coalesce(CAST(coalesce(n.{own}, o.{own}) AS VARCHAR), '')" for own in map(sql.name, self.keys)]
        keys = names if grouped else []
        old, new, old_grade, new_grade = self._of(score)
        graded = f"{old_grade} IS NOT NULL AND {new_grade} IS NOT NULL"
        counts = (
            f"count({new} - {old})",
            f"coalesce(sum({new} - {old}), 0)",
            f"count_if({new} > {old})",
            f"count_if({new} < {old})",
            f"count_if({graded})",
            f"count_if({graded} AND {old_grade} <> {new_grade})",
        )
        by = f" GROUP BY {sql.listed(map(str, range(1, len(keys) + 1)))}" if keys else ""
        query = f"SELECT {sql.listed((*keys, *counts))} FROM {self._all}{by}"  # noqa: S608 - names are quoted
        width = len(keys)
        return [(tuple(map(str, row[:width])), *map(int, row[width:])) for row in self._rows(query)]  # pyright: ignore[reportReturnType] - six counts

    def migration(self, score: str) -> list[tuple[str | None, str | None, int]]:
        """How many cases go from which grade to which; None: without one. Cases without any grade are left out."""
        _, _, old, new = self._of(score)
        where = f"WHERE {old} IS NOT NULL OR {new} IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2"
        query = f"SELECT {old}, {new}, count(*) FROM {self._all} {where}"  # noqa: S608 - names are quoted
        return [(old, new, int(count)) for old, new, count in self._rows(query)]

    def affected(self, score: str, most: int) -> list[tuple[str, int, int, str | None, str | None]]:
        """The cases whose score differs most, then by key; those whose grade alone differs last."""
        old, new, old_grade, new_grade = self._of(score)
        where = f"{old} <> {new} OR ({old} = {new} AND {old_grade} IS DISTINCT FROM {new_grade})"
        query = (
            f"SELECT {self._key} AS k, {old}, {new}, {old_grade}, {new_grade} FROM {self._all} "  # noqa: S608 - names are quoted
            f"WHERE {where} ORDER BY abs({new} - {old}) DESC, k LIMIT {most}"
        )
        return [(str(key), int(before), int(after), one, other) for key, before, after, one, other in self._rows(query)]

    def examples(
        self, rules: Iterable[str], scores: Sequence[str], most: int, *, fired: bool = False, both: bool = True
    ) -> list[str]:
        """Cases in which what some rules give differs: the columns of indicators and outputs, or whether one fired.

        Args:
            rules: ids.
            scores: those by whose difference cases are ordered, and that are among `rules`.
            most: so many cases.
            fired: whether instead the cases count in which a rule fired in either table.
            both: only cases that both tables have.
        """
        names = tuple(rules)
        conditions = [] if fired else [one for name in names for one in self._differs(name)]
        conditions += self._fired(names, both=fired)
        moved = [f"abs({new} - {old})" for old, new, _, _ in map(self._of, scores)]
        for score in scores:
            old, new, old_grade, new_grade = self._of(score)
            if score in names and not fired:
                conditions.append(f"{old} IS DISTINCT FROM {new} OR {old_grade} IS DISTINCT FROM {new_grade}")
        if not conditions:
            return []
        where = sql.either(conditions)
        if both:
            where = sql.both([where, "o.status IS NOT NULL", "n.status IS NOT NULL"])
        parts = [f"coalesce({one}, 0)" for one in moved]
        order = f"ORDER BY {' + '.join(parts) or '0'} DESC, k LIMIT {most}"
        query = f"SELECT {self._key} AS k FROM {self._all} WHERE {where} {order}"  # noqa: S608 - names are quoted
        return [str(row[0]) for row in self._rows(query)]

    def _differs(self, name: str) -> Iterable[str]:
        """The conditions under which a column of an indicator or output differs."""
        before = {one.name: one for one in self.old.of(name)}
        for one in self.new.of(name):
            if one.name in before:
                yield _differs(before[one.name], one)

    def _fired(self, names: Sequence[str], *, both: bool) -> list[str]:
        """The conditions under which a rule fired in one table alone; with `both`, in either."""
        found: list[str] = []
        for name in names:
            old, new = (f"coalesce(list_contains({side}.fired, {sql.literal(name)}), false)" for side in ("o", "n"))
            found.append(f"{old} OR {new}" if both else f"{old} <> {new}")
        return found

    @property
    def _key(self) -> str:
        return f"coalesce(n.{sql.name(self.new.key)}, o.{sql.name(self.old.key)})"

    @property
    def _all(self) -> str:
        old, new = sql.name(self.old.view), sql.name(self.new.view)
        same = f"o.{sql.name(self.old.key)} = n.{sql.name(self.new.key)}"
        return f"{old} AS o FULL OUTER JOIN {new} AS n ON {same}"

    def _of(self, score: str) -> tuple[str, str, str, str]:
        """The old and new score in units of the finer one's last digit, and the grades."""
        digits = self.digits(score)
        units: list[str] = []
        grades: list[str] = []
        for letter, side in (("o", self.old), ("n", self.new)):
            column, grade = side.find(Content.SCORE, score=score), side.find(Content.GRADE, score=score)
            own = digits - _scale(side, score)
            value = "NULL" if column is None else f"{letter}.{sql.name(column.name)}"
            units.append(f"CAST(replace(CAST({value} AS VARCHAR), '.', '') || {sql.literal('0' * own)} AS HUGEINT)")
            grades.append("CAST(NULL AS VARCHAR)" if grade is None else f"{letter}.{sql.name(grade.name)}")
        return units[0], units[1], grades[0], grades[1]

    def _rows(self, query: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(query).fetchall()


def _differs(before: ResultColumn, after: ResultColumn) -> str:
    """The condition that a column differs; numbers of different scales are compared as numbers."""
    old, new = f"o.{sql.name(before.name)}", f"n.{sql.name(after.name)}"
    numbers = isinstance(before.type, Number) and isinstance(after.type, Number)
    plain = not (before.many or after.many or before.textual or after.textual)
    if before.fields or after.fields or (before != after and not (numbers and plain)):
        old, new = f"CAST({old} AS VARCHAR)", f"CAST({new} AS VARCHAR)"
    return f"{old} IS DISTINCT FROM {new}"


def _scale(side: Side, score: str) -> int:
    column = side.find(Content.SCORE, score=score)
    return column.type.scale if column is not None and isinstance(column.type, Number) else 0
