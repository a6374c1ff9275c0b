"""The folded form of keys in SQL (facts/spelling.py), for more keys than Python can look at.

Nearly all keys hold only characters for which SQL gives the same form as Python. The others are folded by Python, each
distinct one once.
"""
# duckdb ships no types that help here
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from steelyard.diagnostics import Message
from steelyard.facts.bulk import sql
from steelyard.facts.bulk.rows import ROW
from steelyard.facts.bulk.sources import FILE, Source
from steelyard.facts.near_misses import EXAMINED, NAMED, Quote, Standing, alike, spelt_otherwise
from steelyard.facts.spelling import folded
from steelyard.ir.folding import BLANKS

_WIDE = "\u3000" + "".join(map(chr, range(0xFF01, 0xFF5F)))
_USUAL = " " + "".join(map(chr, range(0x21, 0x7F)))
_BLANKS = "".join(filter(str.isascii, BLANKS))
_EAST = (
    r"\x{3000}\x{3041}-\x{3096}\x{30a1}-\x{30fa}\x{3400}-\x{4dbf}\x{4e00}-\x{9fff}\x{ac00}-\x{d7a3}\x{ff01}-\x{ff5e}"
)
_SIMPLE = rf"[\x00-\x7f{_EAST}]*"
"""The texts of which SQL makes the folded form."""
ODD = "intake_odd_keys"
"""The table of the other keys: `key`, and their folded form `f`."""
_BATCH = 100_000


def folded_key(key: str) -> str:
    """Return the SQL for the folded form of a key; NULL where only Python can tell it."""
    usual = f"translate({key}, {sql.literal(_WIDE)}, {sql.literal(_USUAL)})"
    east = sql.when(f"regexp_full_match({key}, {sql.literal(_SIMPLE)})", _lower(usual))
    # nearly every key takes the first branch; trim is ten times as slow
    clean = f"strlen({key}) = length({key}) AND ascii({key}) > 32 AND ascii(right({key}, 1)) > 32"
    return sql.when(clean, f"lower({key})", sql.when(f"strlen({key}) = length({key})", _lower(key), east))


def _lower(text: str) -> str:
    return f"lower(trim({text}, {sql.literal(_BLANKS)}))"


def fold_odd(connection: duckdb.DuckDBPyConnection, candidates: str) -> bool:
    """Create the table `ODD` of the keys among some candidates that only Python can fold; whether there are any."""
    connection.execute(f"CREATE TABLE {ODD} (key VARCHAR, f VARCHAR)")
    some = False
    keys = connection.cursor().execute(sql.select({"key": "key"}, candidates, "WHERE f IS NULL GROUP BY key"))
    while batch := [row[0] for row in keys.fetchmany(_BATCH)]:
        some = True
        connection.execute(f"INSERT INTO {ODD} SELECT unnest(?), unnest(?)", [batch, [folded(key) for key in batch]])
    return some


def keys_alike(
    connection: duckdb.DuckDBPyConnection, candidates: str, sources: Sequence[Source]
) -> tuple[int, list[tuple[Standing, Standing]]]:
    """Find keys of cases that are spellings of one text.

    Args:
        connection: the database.
        candidates: the table of rows among which they all are: `key`, its folded form `f`, `_case` and `_line`.
        sources: the files of cases.

    Returns:
        How many there are beside the first of each text; the first and each other spelling of some texts.
    """
    groups = sql.select(
        {"f": "f", "n": "count(DISTINCT key)", "first": f"min({ROW})"}, candidates, "GROUP BY f HAVING n > 1"
    )
    (count,) = connection.execute(sql.select({"n": "sum(n - 1)"}, f"({groups})")).fetchone() or (None,)
    if count is None:
        return 0, []
    columns = {"key": "key", "r": f"min({ROW})", "l": f"arg_min(_line, {ROW})", "first": "any_value(first)"}
    some = f"{candidates} JOIN ({groups} ORDER BY first LIMIT {NAMED}) AS g USING (f)"
    found = connection.execute(sql.select(columns, some, "GROUP BY f, key ORDER BY first, r")).fetchall()
    return int(count), alike(Standing(key, sources[row // FILE].path.name, line) for key, row, line, _ in found)


def keys_spelt_otherwise(
    connection: duckdb.DuckDBPyConnection, keys: str, unmatched: str, quote: Quote
) -> list[Message]:
    """Return for keys of rows that match no case those of cases that differ only in spelling, in words.

    Args:
        connection: the database.
        keys: the view of the keys of cases.
        unmatched: query for the keys of the rows.
        quote: how keys are quoted.
    """
    distinct = sql.select({"key": "key"}, f"({unmatched})", f"GROUP BY key ORDER BY key LIMIT {EXAMINED}")
    some = [row[0] for row in connection.execute(distinct).fetchall()]
    forms = [folded(key) for key in some]
    form = f"coalesce({folded_key('k.key')}, o.f)"
    every = sql.within(
        sql.select({"key": "k.key", "f": form}, f"{keys} AS k LEFT JOIN {ODD} AS o ON k.key = o.key"), "e"
    )
    query = sql.select({"f": "f", "key": "min(key)"}, every, "WHERE f IN (SELECT unnest(?)) GROUP BY f")
    return spelt_otherwise(some, dict(connection.execute(query, [forms]).fetchall()), quote)
