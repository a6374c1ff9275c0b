"""Pieces of SQL as text: names, literals, selections. Nothing here knows what they are for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path


def name(text: str) -> str:
    """A name in quotes."""
    return '"' + text.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text."""
    return "'" + text.replace("'", "''") + "'"


def source(path: Path) -> str:
    """The name of one file to read, as a literal: absolute, hence no address; `*`, `?` and `[` stand for themselves."""
    return literal("".join(f"[{sign}]" if sign in "*?[" else sign for sign in str(path.absolute())))


def target(path: Path) -> str:
    """The name of a file or folder to write, as a literal; DuckDB expands no patterns there."""
    return literal(str(path.absolute()))


def parquet(*paths: Path, numbered: bool = False) -> str:
    """The rows of Parquet files, one file after the other.

    Args:
        paths: the files; the names of their folders give no columns (Hive partitions).
        numbered: whether the column `file_row_number` is added.
    """
    number = ", file_row_number = true" if numbered else ""
    return f"read_parquet([{listed(map(source, paths))}], hive_partitioning = false{number})"


def listed(items: Iterable[str]) -> str:
    """Texts with commas in between."""
    return ", ".join(items)


def both(conditions: Iterable[str]) -> str:
    """Everything holds; true where there is nothing."""
    return " AND ".join(f"({condition})" for condition in conditions) or "true"


def either(conditions: Iterable[str]) -> str:
    """Something holds; false where there is nothing."""
    return " OR ".join(f"({condition})" for condition in conditions) or "false"


def when(condition: str, value: str, otherwise: str = "NULL") -> str:
    """A value where a condition is true. A CASE is the only guard: AND and OR evaluate both sides."""
    return f"CASE WHEN {condition} THEN {value} ELSE {otherwise} END"


def select(columns: Mapping[str, str], source: str, *clauses: str) -> str:
    """A selection of expressions by the names that they get."""
    wanted = listed(f"{value} AS {name(alias)}" for alias, value in columns.items())
    return " ".join(("SELECT", wanted or "1", "FROM", source, *(clause for clause in clauses if clause)))


def words(*parts: str) -> str:
    """A statement from its parts."""
    return " ".join(parts)


def any_of(table: str) -> str:
    """A selection of one row where a table, or a selection in brackets, has any."""
    return words("SELECT 1 FROM", table, "AS found LIMIT 1")


def union(parts: Iterable[str]) -> str:
    """All rows of several selections."""
    return " UNION ALL ".join(parts)


def within(query: str, alias: str) -> str:
    """A selection as a source."""
    return f"({query}) AS {alias}"
