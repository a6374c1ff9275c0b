"""Leaves columns out of the steps of a statement as soon as no later step reads them.

Each step hands the columns of the one below to the one above (`it.*`). DuckDB binds all of them in every step, so that
the time to plan a chain of steps would grow with its square. Each column is left out once: the statement grows by its
name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from sqlglot import exp

from steelyard.engines.sql.build import E


def trim(query: exp.Select) -> exp.Select:
    """Write `it.* EXCLUDE (…)` in the steps of a statement, for DuckDB; returns the same statement, changed."""
    steps: dict[str, E] = {one.alias: one.this for one in query.ctes}
    read = _read(query, steps)
    columns: dict[str, list[str] | None] = {}
    for name, step in steps.items():
        columns[name] = _trimmed(step, read[name], columns)
    return query


def _read(query: exp.Select, steps: Mapping[str, E]) -> dict[str, set[str] | None]:
    """By step the names that later ones may read of it; None: all that it has.

    Names are not told apart by the tables that they are read of: a column too many does no harm.
    """
    found: dict[str, set[str] | None] = {name: set() for name in steps}
    _note(_without_steps(query), None, found)
    for name, step in reversed(tuple(steps.items())):
        _note(step.walk(), found[name] if _passes_on(step) else None, found)
    return found


def _without_steps(query: exp.Select) -> Iterator[E]:
    """The nodes of the main part of a statement."""
    steps = query.args.get("with_")
    return query.walk(prune=lambda node: node is steps)


def _note(nodes: Iterable[E], wanted: set[str] | None, found: dict[str, set[str] | None]) -> None:
    """Note what one step reads of those below; of a step whose columns it hands on, also what is wanted of itself."""
    names: set[str] = set()
    handed_on: set[str] = set()
    tables: list[exp.Table] = []
    everything = False
    for node in nodes:
        match node:
            case exp.Identifier():
                names.add(node.name)
            case exp.Table():
                tables.append(node)
            case exp.Star(parent=exp.Column() as column):
                handed_on.add(column.table)
            case exp.Star(parent=exp.Count()):
                pass
            case exp.Star():
                everything = True
            case _:  # every other node names nothing
                pass
    for table in tables:
        before = found.get(table.name)
        if before is not None:
            passed = wanted if table.alias_or_name in handed_on else set[str]()
            found[table.name] = None if everything or passed is None else before | names | passed


def _passes_on(step: E) -> bool:
    """Whether a step may lack columns that nobody reads: the rows of no other kind depend on all columns."""
    return isinstance(step, exp.Select) and step.args.get("distinct") is None


def _trimmed(step: E, read: set[str] | None, columns: Mapping[str, list[str] | None]) -> list[str] | None:
    """Leave out what is handed on and not read; returns the columns of the step, None where they are unknown."""
    if not isinstance(step, exp.Select):
        return None
    sources = {table.alias_or_name: table.name for table in step.find_all(exp.Table)}
    found: list[str] = []
    for one in step.selects:
        if not (isinstance(one, exp.Column) and isinstance(one.this, exp.Star)):
            if isinstance(one, exp.Star):
                return None
            found.append(one.alias_or_name)
            continue
        below = columns.get(sources.get(one.table, ""))
        if below is None:
            return None
        live = below if read is None or not _passes_on(step) else [column for column in below if column in read]
        kept = live or below[:1]  # a star that leaves all out is an error
        if len(kept) < len(below):
            dead = [exp.to_identifier(column, quoted=True) for column in below if column not in kept]
            one.this.set("except_", dead)
        found += kept
    return found
