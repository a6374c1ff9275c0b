"""Summarises results of any size with DuckDB: computes the integers of `engines.counting` in SQL.

Each statement reads only the columns that it needs, and returns a few rows. Sums are DECIMAL(38) or HUGEINT, which
raise on overflow; quantiles come from running counts over the distinct scores, never from interpolation.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from steelyard.engines.counting import QUANTILES, Count, LostColumn, Measure, ScoreColumn, ScoreItem, SummaryColumns


class Answer(Protocol):
    """The result of a statement."""

    def fetchall(self) -> list[Any]:
        """Its rows."""
        ...


class Connection(Protocol):
    """A session of DuckDB, or something that runs the same statements."""

    def execute(self, query: str, /) -> Answer:
        """Run a statement."""
        ...


_STATUSES = ("decided", "scored", "unscored", "rejected")


class _Source:
    """The view of results and its grouping keys."""

    def __init__(self, view: str, keys: Sequence[str]) -> None:
        self._view = view
        self._stored = {f"r{place}": _quote(key) for place, key in enumerate(keys)}
        self.keys = [f"k{place}" for place in range(len(keys))]

    def cases(self, columns: Iterable[str], where: str = "true") -> str:
        """A query for the stored keys and some columns of each case."""
        stored = (f"{key} AS {name}" for name, key in self._stored.items())
        return _select([*stored, *columns], f"{_quote(self._view)} WHERE {where}")

    def grouped(self, inner: str, columns: Sequence[str], *, by: Sequence[str] = ()) -> str:
        """A query with one row per group (and per value of `by`); the keys are converted to text.

        Groups with a null key and with an empty text as key are the same group, but give two rows.
        """
        texts = (
            f"coalesce(CAST({own} AS VARCHAR), '') AS {key}" for own, key in zip(self._stored, self.keys, strict=True)
        )
        names = [*self._stored, *by]
        return _select([*texts, *by, *columns], f"({inner})") + (f" GROUP BY {', '.join(names)}" if names else "")


def summarise(
    connection: Connection,
    results: str,
    columns: SummaryColumns,
    keys: Sequence[str] = (),
    rejects: str | None = None,
) -> list[Count]:
    """Count results by group, and as a whole.

    Args:
        connection: the connection that has the views.
        results: name of a table or view of the cases that were not rejected: the columns of results as Parquet holds
            them, and the keys.
        columns: the columns to read.
        keys: columns of `results` to group by, as stored (ir/types.py): text, booleans, integers. Null and the empty
            text are one. A key of the counts is the text of the stored value.
        rejects: name of a table or view of rejected rows: the keys, null where they could not be read, and `where`.

    Raises:
        duckdb.Error: a column does not exist, or a sum has more than 38 digits.
    """
    source = _Source(results, keys)
    scores = {column.score: _score(column) for column in columns.scores}
    lost = _lost(columns.lost)
    found = [
        *_totals(connection, source, scores, lost),
        *_items(connection, source, Measure.UNSCORED, "reasons[1]", "status = 'unscored'"),
        *_items(connection, source, Measure.FIRED, "unnest(fired)"),
        *_items(connection, source, Measure.REASON, "unnest(reasons)"),
    ]
    for column in columns.scores:
        grade = _quote(column.grade)
        found += _items(connection, source, Measure.GRADE, grade, f"{grade} IS NOT NULL", of=column.score)
    if rejects is not None:
        found += _rejects(connection, _Source(rejects, keys))
    found += _whole(found) if keys else ()
    for score, value in scores.items():
        found += _distribution(connection, source, score, value)
    return found


def _totals(
    connection: Connection,
    source: _Source,
    scores: dict[str, str],
    lost: dict[tuple[str, str], str],
) -> list[Count]:
    """Count cases by status, and sum scores and points lost, in one statement."""
    numbers = {score: f"s{place}" for place, score in enumerate(scores)}
    points = {pair: f"l{place}" for place, pair in enumerate(lost)}
    inner = source.cases(
        [
            "status",
            *(f"{value} AS {numbers[score]}" for score, value in scores.items()),
            *(f"{value} AS {points[pair]}" for pair, value in lost.items()),
        ]
    )
    measures: list[tuple[Measure, str, str]] = []
    aggregates: list[str] = []
    for status in _STATUSES:
        measures.append((Measure.STATUS, "", status))
        aggregates.append(f"count_if(status = '{status}')")
    for score, own in numbers.items():
        measures += [(Measure.SCORE, score, item.value) for item in (ScoreItem.COUNT, ScoreItem.TOTAL)]
        aggregates += [f"count({own})", _units(f"sum({own})")]
    for (score, indicator), own in points.items():
        measures += [(measure, score, indicator) for measure in (Measure.LOST, Measure.LOSING, Measure.MEASURED)]
        aggregates += [_units(f"sum({own})"), f"count_if({own} > 0)", f"count({own})"]
    found: list[Count] = []
    for row in _rows(connection, source.grouped(inner, aggregates)):
        key, values = _key(row, source), row[len(source.keys) :]
        found += [Count(key, *what, int(value or 0)) for what, value in zip(measures, values, strict=True)]
    return found


def _items(
    connection: Connection, source: _Source, measure: Measure, item: str, where: str = "true", *, of: str = ""
) -> list[Count]:
    """Count the cases that have each item."""
    statement = source.grouped(source.cases([f"{item} AS item"], where), ["count(*)"], by=["item"])
    return [
        Count(_key(row, source), measure, of, _text(name), int(count))
        for row in _rows(connection, statement)
        for name, count in (row[-2:],)
    ]


def _rejects(connection: Connection, source: _Source) -> list[Count]:
    """Count rejected rows by group, and the columns or rules at fault for the whole run."""
    groups: dict[tuple[str, ...], int] = {}
    places: dict[str, int] = {}
    for key, _, _, where, count in _items(connection, source, Measure.WHERE, _quote("where")):
        groups[key] = groups.get(key, 0) + count
        places[where] = places.get(where, 0) + count
    found = [Count(key, Measure.STATUS, "", "rejected", count) for key, count in groups.items()]
    return found + [Count((), Measure.WHERE, "", where, count) for where, count in places.items()]


def _distribution(connection: Connection, source: _Source, score: str, value: str) -> list[Count]:
    """Compute the least score and the quantiles of each group and of the whole run."""
    keys = source.keys
    cases = source.cases([f"{value} AS s"], f"{value} IS NOT NULL")
    distinct = source.grouped(cases, ["count(*) AS n"], by=["s"])
    nowhere = [f"NULL AS {key}" for key in keys]
    both = _select(["1 AS whole", *nowhere, "s", "sum(n) AS n"], "distinct_scores GROUP BY s")
    if keys:
        both = f"{_select(['0 AS whole', *keys, 's', 'n'], 'distinct_scores')} UNION ALL {both}"
    group = ", ".join(["whole", *keys])
    counted = _select(
        [
            group,
            "s",
            f"sum(n) OVER (PARTITION BY {group} ORDER BY s) AS upto",
            f"sum(n) OVER (PARTITION BY {group}) AS total",
        ],
        "levels",
    )
    ranks = (f"min(s) FILTER (WHERE upto * 100 >= {percent} * total)" for _, percent in QUANTILES)
    values = [_units(one) for one in ("min(s)", *ranks)]
    statement = (
        f"WITH distinct_scores AS MATERIALIZED ({distinct}), levels AS ({both}), counted AS ({counted}) "
        f"{_select([group, *values], f'counted GROUP BY {group}')}"
    )
    items = (ScoreItem.MINIMUM.value, *(name for name, _ in QUANTILES))
    found: list[Count] = []
    for whole, *row in _rows(connection, statement):
        key = () if whole else _key(row, source)
        found += [
            Count(key, Measure.SCORE, score, item, int(units))
            for item, units in zip(items, row[len(keys) :], strict=True)
        ]
    return found


def _whole(counts: Iterable[Count]) -> list[Count]:
    """Add up the counts of all groups; not applicable to quantiles."""
    sums: dict[tuple[Measure, str, str], int] = {}
    for key, measure, of, item, value in counts:
        if key:
            sums[measure, of, item] = sums.get((measure, of, item), 0) + value
    return [Count((), *what, value) for what, value in sums.items()]


def _score(column: ScoreColumn) -> str:
    """A score as stored, or as an integer where it is stored as text."""
    name = _quote(column.column)
    return _units(name) if column.textual else name


def _lost(columns: Sequence[LostColumn]) -> dict[tuple[str, str], str]:
    """The points lost by each indicator in each score; those of a family's rows are added up."""
    parts: dict[tuple[str, str], list[str]] = {}
    for column in columns:
        own, name = parts.setdefault((column.score, column.indicator), []), _quote(column.column)
        if column.field is None:
            own.append(_units(name) if column.textual else name)
        else:
            item = f"item[{_literal(column.field)}]"
            own.append(f"list_sum(list_transform({name}, lambda item: {_units(item) if column.textual else item}))")
    return {pair: f"coalesce({', '.join(own)})" for pair, own in parts.items()}


def _units(number: str) -> str:
    """Convert a decimal to its stored integer, through text, because a DECIMAL product can exceed 38 digits."""
    return f"CAST(replace(CAST({number} AS VARCHAR), '.', '') AS HUGEINT)"


def _key(row: Sequence[object], source: _Source) -> tuple[str, ...]:
    return tuple(_text(one) for one in row[: len(source.keys)])


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _rows(connection: Connection, statement: str) -> list[tuple[Any, ...]]:
    return connection.execute(statement).fetchall()


def _select(columns: Sequence[str], rest: str) -> str:
    return f"SELECT {', '.join(columns)} FROM {rest}"  # noqa: S608 - names are quoted, numbers are our own


def _quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


__all__ = ["summarise"]
