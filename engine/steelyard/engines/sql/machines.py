"""The machine that scores a portfolio: DuckDB in this process, or one that returns stored results to DuckDB."""

# duckdb ships no types that help here
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import duckdb

from steelyard.engines.sql.blocks import Restrict, block_size
from steelyard.engines.sql.dialects import dialect
from steelyard.engines.sql.live_columns import trim
from steelyard.engines.sql.small_tables import filled, situations_that_occur
from steelyard.engines.sql.statement import Selected, Statement, compile_ruleset
from steelyard.facts.bulk import Loaded, sql
from steelyard.facts.bulk.cases import ALL
from steelyard.ir.canonical import policy_digest
from steelyard.ir.join_keys import key_fields
from steelyard.ir.ruleset import Ruleset

INLINE = 4096
"""A small table with more rows than this becomes a table of the session instead of text in the statement."""


class Machine(Protocol):
    """Runs compiled rulesets over the facts in a session of DuckDB."""

    def compiled(self, ruleset: Ruleset, loaded: Loaded, number: int) -> Statement:
        """Compile one version for this machine; `number` is the position of the version.

        Raises:
            TooWideError: an integer may need more than 128 bits.
        """
        ...

    def stored(self, statement: Statement, selected: Sequence[Selected]) -> str:
        """Run or prepare a statement; returns a DuckDB query for its rows in the order of the cases."""
        ...

    def blocks(self, loaded: Loaded) -> Sequence[Restrict] | None:
        """Split the cases into blocks, to which a cursor may restrict what `stored` returned.

        None where the rows are stored already.
        """
        ...


class DuckDBMachine:
    """DuckDB itself."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def compiled(self, ruleset: Ruleset, loaded: Loaded, number: int) -> Statement:
        """One version."""
        cases, sources = loaded.cases[ruleset.version], loaded.relations[ruleset.version]
        return compile_ruleset(
            ruleset,
            dialect("duckdb"),
            cases,
            sources,
            policy_digest(ruleset),
            suffix=f"_{number}",
            spare=cases + ALL,
            unique=unique_relations(self._connection, ruleset, sources),
        )

    def stored(self, statement: Statement, selected: Sequence[Selected]) -> str:
        """Return the statement itself, after creating the tables that it reads in the session."""
        small = dict(statement.program.small)
        for situations in statement.unlisted:
            small.update(situations_that_occur(self._connection, statement, situations, small))
        for name, table in tuple(small.items()):
            if len(table.rows) > INLINE:
                filled(self._connection, name, table)
                del small[name]
        query = trim(statement.query([(column.name, e) for column, e in selected], small))
        return statement.program.dialect.sql(query, pretty=False)

    def blocks(self, loaded: Loaded) -> Sequence[Restrict]:
        """Split them so that every thread has something to do."""
        return loaded.blocks(block_size(loaded.read))


def unique_relations(
    connection: duckdb.DuckDBPyConnection, ruleset: Ruleset, sources: Mapping[str, str]
) -> frozenset[str]:
    """Return the one_row relations in which no two rows have the same key, so that they cannot reject a case."""
    found: set[str] = set()
    for relation in ruleset.relations:
        keys = key_fields(relation) if relation.one_row else ()
        if keys:
            names = sql.listed(map(sql.name, keys))
            twice = sql.select({"n": "count(*)"}, sql.name(sources[relation.id]), "GROUP BY", names, "HAVING n > 1")
            if connection.execute(sql.any_of(f"({twice})")).fetchone() is None:
                found.add(relation.id)
    return frozenset(found)
