"""Rows of derived relations for portfolios of any size: computed by DuckDB, and for a sample again by the reference."""

# duckdb ships no types that help here
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from steelyard.diagnostics import Message, msg
from steelyard.session.derived_rows import DerivedRows
from steelyard.session.deriving import check_values, to_derive

if TYPE_CHECKING:
    from steelyard.engines.sql.derived import DerivationStatements
    from steelyard.engines.sql.portfolio import Connection
    from steelyard.facts.bulk import Loaded
    from steelyard.facts.bulk.relations import LoadedRelation
    from steelyard.facts.case import Case, Row
    from steelyard.ir.expressions import Stored
    from steelyard.ir.ruleset import Relation, Ruleset
    from steelyard.ir.versions import Versions


@dataclass(frozen=True, slots=True)
class DerivedTable(DerivedRows):
    """A derived relation in DuckDB.

    Attributes:
        sizes: how many cases each group has, in the order of the rows.
    """

    statements: DerivationStatements
    sizes: tuple[int, ...]
    table: str

    def key(self, row: Row) -> tuple[Stored, ...]:
        """The keys of a row."""
        derived = self.relation.derived
        return () if derived is None else tuple(row.values[one.id] for one in derived.by)


def derive_loaded(
    connection: Connection, versions: Versions, loaded: Loaded, given: Mapping[str, object]
) -> tuple[Loaded, tuple[DerivedTable, ...]]:
    """Derive the relations for which nothing is given, each in one statement over the cases of all versions.

    Raises:
        UsageError: a value is beyond what its type holds.
        TooWideError: an integer may need more than 128 bits.
    """
    from steelyard.facts.bulk.relations import create_small
    from steelyard.facts.relations import RelationRows

    found: list[DerivedTable] = []
    by_version: dict[str, list[LoadedRelation]] = {}
    for ruleset in versions.rulesets:
        for relation in to_derive(ruleset, given):
            made = _derived(connection, versions, loaded, ruleset, relation, len(found))
            check_values(relation, made.rows)
            small = create_small(connection, made.table, RelationRows(relation, shared=made.rows), ())
            by_version.setdefault(ruleset.version, []).append(small)
            found.append(made)
    return (loaded.with_derived(by_version) if found else loaded), tuple(found)


def _derived(  # noqa: PLR0917 - all of a relation
    connection: Connection, versions: Versions, loaded: Loaded, ruleset: Ruleset, relation: Relation, number: int
) -> DerivedTable:
    from steelyard.engines.sql.derived import SIZE, DerivationStatements
    from steelyard.engines.sql.dialects import dialect
    from steelyard.engines.sql.live_columns import trim
    from steelyard.facts.case import Row

    duckdb = dialect("duckdb")
    cases = _all_cases(connection, versions, loaded, ruleset, number)
    statements = DerivationStatements(ruleset, relation, duckdb, cases, loaded.relations[ruleset.version])
    result = connection.execute(duckdb.sql(trim(statements.rows()), pretty=False))
    names = [one[0] for one in result.description or ()]
    rows: list[Row] = []
    sizes: list[int] = []
    for place, cells in enumerate(result.fetchall(), 1):
        values = dict(zip(names, cells, strict=True))
        sizes.append(values.pop(SIZE))
        rows.append(Row(str(place), {name: cell for name, cell in values.items() if cell is not None}))
    return DerivedTable(ruleset, relation, tuple(rows), statements, tuple(sizes), f"intake_derived_{number}")


def _all_cases(connection: Connection, versions: Versions, loaded: Loaded, ruleset: Ruleset, number: int) -> str:
    """The view of the cases of all versions, with the inputs of one; what another version does not know is missing."""
    from steelyard.facts.bulk import sql
    from steelyard.facts.bulk.values import stored_type

    if len(versions.rulesets) == 1:
        return loaded.cases[ruleset.version]
    parts: list[str] = []
    for one in versions.rulesets:
        known = {each.id for each in one.inputs}
        columns = {
            each.id: sql.name(each.id) if each.id in known else f"CAST(NULL AS {stored_type(each.type)})"
            for each in ruleset.inputs
        }
        parts.append(sql.select(columns, loaded.cases[one.version]))
    view = f"intake_all_cases_{number}"
    connection.execute(f"CREATE VIEW {view} AS {sql.union(parts)}")
    return view


MOST_CHECKED = 1_000_000
"""The reference counts groups of at most so many cases in all, the smallest first."""


def check_groups(
    connection: Connection, versions: Versions, tables: Sequence[DerivedTable], loaded: Loaded, sampled: Sequence[Case]
) -> int:
    """Derive the groups of some cases again by the reference. Returns how many groups it checked.

    Raises:
        DisagreementError: a row differs.
    """
    from steelyard.session.errors import DisagreementError

    checked = 0
    for one in tables:
        mine = [case for case in sampled if (versions.of(case.values) or versions.newest) == one.ruleset]
        chosen = _chosen(one, mine)
        again = _again(connection, one, loaded, [row for row in chosen.values() if row is not None])
        for key, row in chosen.items():
            found = again.get(key)
            if row is None or found is None or row.values != found.values:
                raise DisagreementError((), (_differing(one.relation, key, row, found),))
        checked += len(chosen)
    return checked


def _chosen(one: DerivedTable, sampled: Sequence[Case]) -> dict[tuple[Stored, ...], Row | None]:
    """The rows of the groups of sampled cases by key; None for a group that has no row."""
    from steelyard.semantics.derived import Deriving

    deriving = Deriving(one.ruleset, one.relation)
    wanted = {key for case in sampled if (key := deriving.key(case)) is not None}
    sized = sorted(zip(one.sizes, one.rows, strict=True), key=lambda pair: pair[0])
    found: dict[tuple[Stored, ...], Row | None] = {}
    cases = 0
    for size, row in sized:
        key = one.key(row)
        if key in wanted:
            wanted.remove(key)
            cases += size
            if cases <= MOST_CHECKED:
                found[key] = row
    return found | dict.fromkeys(wanted)


def _again(
    connection: Connection, one: DerivedTable, loaded: Loaded, rows: Sequence[Row]
) -> dict[tuple[Stored, ...], Row]:
    """Derive groups by the reference, from the values that SQL read."""
    from steelyard.engines.sql.dialects import dialect
    from steelyard.facts.bulk import sql
    from steelyard.facts.bulk.relations import create_small
    from steelyard.facts.case import Case
    from steelyard.facts.relations import RelationRows
    from steelyard.semantics.derived import Deriving

    if not rows:
        return {}
    wanted, members = f"{one.table}_wanted", f"{one.table}_members"
    create_small(connection, wanted, RelationRows(one.relation, shared=tuple(rows)), ())
    columns = [each.id for each in one.ruleset.inputs]
    query = dialect("duckdb").sql(one.statements.members(columns), pretty=False)
    by = () if one.relation.derived is None else one.relation.derived.by
    same = sql.both(f"m._key_{number} = w.{sql.name(each.id)}" for number, each in enumerate(by))
    read = {name: f"m.{sql.name(name)}" for name in columns}
    source = f"({query}) AS m SEMI JOIN {wanted} AS w ON {same}"
    connection.execute(f"CREATE TEMP TABLE {members} AS {sql.select(read, source)}")
    own: dict[str, dict[Stored, list[Row]]] = {}
    for relation in one.ruleset.relations:
        if relation.of_case is not None and relation.id in loaded.relations[one.ruleset.version]:
            table = loaded.relations[one.ruleset.version][relation.id]
            key = sql.name(relation.of_case)
            found = f"{sql.name(table)} AS r SEMI JOIN {members} AS m ON r.{key} = m.{sql.name(one.ruleset.key)}"
            own[relation.id] = _rows_by(connection, relation, found)
    deriving = Deriving(one.ruleset, one.relation)
    result = connection.execute(sql.select({name: sql.name(name) for name in columns}, members))
    while batch := result.fetchmany(4096):
        for cells in batch:
            values = _values(columns, cells)
            key = values[one.ruleset.key]
            deriving.take(Case(str(key), values, {name: tuple(some.get(key, ())) for name, some in own.items()}))
    return {one.key(row): row for row in deriving.rows()}


def _rows_by(connection: Connection, relation: Relation, source: str) -> dict[Stored, list[Row]]:
    """Rows by the key of their case."""
    from steelyard.facts.bulk import sql
    from steelyard.facts.case import Row

    names = [field.id for field in relation.fields]
    found: dict[Stored, list[Row]] = {}
    for cells in connection.execute(sql.select({name: f"r.{sql.name(name)}" for name in names}, source)).fetchall():
        values = _values(names, cells)
        found.setdefault(values[relation.of_case or ""], []).append(Row("", values))
    return found


def _values(names: Sequence[str], cells: Sequence[Any]) -> dict[str, Stored]:
    """Stored values as DuckDB gives them; what is missing is absent."""
    return {
        name: tuple(cell) if isinstance(cell, list) else cell
        for name, cell in zip(names, cells, strict=True)
        if cell is not None
    }


def _differing(relation: Relation, key: tuple[Stored, ...], row: Row | None, found: Row | None) -> Message:
    return msg(
        "the group {key} of `{relation}`: the sql engine derived {one}, the reference {other}",
        key=str(key),
        relation=relation.id,
        one="–" if row is None else str(dict(row.values)),
        other="–" if found is None else str(dict(found.values)),
    )
