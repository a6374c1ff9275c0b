"""Derived relations as steps of a statement over tables, between the cases that intake accepts and those to be judged.

A value beyond its type rejects every case, with the field at fault, where a run over files stops. The steps for that
are written only where ranges do not prove that it cannot happen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlglot import exp

from steelyard.engines.sql import build
from steelyard.engines.sql.derived import DerivationStatements
from steelyard.engines.sql.received import REJECT_AT, Received, cte, good_rows
from steelyard.engines.sql.row_fields import ROW, ROW_ID
from steelyard.engines.sql.scope import Program
from steelyard.ir.ruleset import Relation

_ACCEPTED, _JUDGED = "cases_accepted", "cases_judged"


def with_derived(facts: Received, relations: Sequence[Relation], program: Program, *, places: bool) -> Received:
    """Add the steps for the rows of derived relations.

    Args:
        facts: the tables that are read.
        relations: what is to be derived.
        program: the statement that reads the rows.
        places: whether it reads the position of a row, or its id.

    Raises:
        TooWideError: an integer may need more than 128 bits.
    """
    ruleset, names = program.ruleset, program.names
    made = [
        DerivationStatements(ruleset, one, program.dialect, facts.cases, facts.relations, names) for one in relations
    ]
    found: list[exp.CTE] = []
    faults: list[exp.Expr] = []
    for relation, statements in zip(relations, made, strict=True):
        query, kept = statements.table(places=places), facts.relations[relation.id]
        found += query.args.pop("with_").expressions
        if not statements.may_fail:
            found.append(cte(kept, query))
            continue
        read = names.take(f"{relation.id}_read")
        extra = (ROW, ROW_ID) if places else ()
        found += [cte(read, query), good_rows(kept, read, relation.fields, extra)]
        first = exp.select(exp.Min(this=build.column(REJECT_AT)), copy=False)
        faults.append(exp.Subquery(this=first.from_(build.table(read), copy=False)))
    if not faults:
        return replace(facts, ctes=(*facts.ctes, *found))
    return _judged(facts, found, build.coalesce(build.column(REJECT_AT), *faults), program)


def _judged(facts: Received, derived: Sequence[exp.CTE], fault: exp.Expr, program: Program) -> Received:
    """Let derived rows be made of the accepted cases, and a fault of theirs reject all of these."""
    accepted, judged = program.names.take(_ACCEPTED), program.names.take(_JUDGED)
    *before, kept = facts.ctes
    kept.set("alias", exp.TableAlias(this=build.name(accepted)))
    for table in (table for one in derived for table in one.find_all(exp.Table) if table.name == facts.cases):
        table.set("this", build.name(accepted))
    read = next(one for one in before if one.alias == facts.read)
    columns = [build.column(one) for one in read.this.named_selects if one != REJECT_AT]
    query = exp.select(*columns, build.aliased(fault, REJECT_AT), copy=False).from_(build.table(facts.read), copy=False)
    good = good_rows(facts.cases, judged, program.ruleset.inputs)
    return replace(facts, ctes=(*before, kept, *derived, cte(judged, query), good), read=judged)
