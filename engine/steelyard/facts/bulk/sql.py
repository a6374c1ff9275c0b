"""Builds SQL text: names, literals, queries. It knows nothing of their purpose."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path


def name(text: str) -> str:
    """Quote a name."""
    return '"' + text.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Quote a text literal."""
    return "'" + text.replace("'", "''") + "'"


def source(path: Path) -> str:
    """Return the literal of one file to read: absolute, so that it is no URL, with `*`, `?` and `[` escaped."""
    return literal("".join(f"[{sign}]" if sign in "*?[" else sign for sign in str(path.absolute())))


def target(path: Path) -> str:
    """Return the literal of a file or folder to write; DuckDB expands no patterns there."""
    return literal(str(path.absolute()))


def parquet(*paths: Path, numbered: bool = False) -> str:
    """Return the FROM clause for Parquet files, one after the other.

    Args:
        paths: the files; names of folders are not read as columns (Hive partitions).
        numbered: whether to add the column `file_row_number`.
    """
    number = ", file_row_number = true" if numbered else ""
    return f"read_parquet([{listed(map(source, paths))}], hive_partitioning = false{number})"


def listed(items: Iterable[str]) -> str:
    """Join texts with commas."""
    return ", ".join(items)


def joined(items: str, separator: str, item: str = "_e") -> str:
    """Return the texts of a list, joined; empty where the list is, NULL where it is.

    array_to_string alone gives NULL for an empty list before DuckDB 1.5.

    Args:
        items: the list; it occurs twice in the result.
        separator: what stands between two items.
        item: the text of an item `_e`.
    """
    texts = items if item == "_e" else f"list_transform({items}, lambda _e : {item})"
    return when(f"len({items}) = 0", "''", f"array_to_string({texts}, {literal(separator)})")


def both(conditions: Iterable[str]) -> str:
    """Return the conjunction of conditions; true where there are none."""
    return " AND ".join(f"({condition})" for condition in conditions) or "true"


def either(conditions: Iterable[str]) -> str:
    """Return the disjunction of conditions; false where there are none."""
    return " OR ".join(f"({condition})" for condition in conditions) or "false"


def when(condition: str, value: str, otherwise: str = "NULL") -> str:
    """Return a value where a condition is true, else NULL or `otherwise`.

    Only CASE guards an evaluation: AND and OR may evaluate both sides.
    """
    return f"CASE WHEN {condition} THEN {value} ELSE {otherwise} END"


def select(columns: Mapping[str, str], source: str, *clauses: str) -> str:
    """Return a query of expressions with names."""
    wanted = listed(f"{value} AS {name(alias)}" for alias, value in columns.items())
    return " ".join(("SELECT", wanted or "1", "FROM", source, *(clause for clause in clauses if clause)))


def words(*parts: str) -> str:
    """Join the parts of a statement."""
    return " ".join(parts)


def any_of(table: str) -> str:
    """Return a query with one row where a table, or a query in parentheses, has any row."""
    return words("SELECT 1 FROM", table, "AS found LIMIT 1")


def union(parts: Iterable[str]) -> str:
    """Return a query for all rows of several queries."""
    return " UNION ALL ".join(parts)


def within(query: str, alias: str) -> str:
    """Return a query as a FROM clause."""
    return f"({query}) AS {alias}"
