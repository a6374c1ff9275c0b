"""What expressions about the rows of a relation read of the outer frame, and how deep in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from steelyard.engines.sql import definitions
from steelyard.engines.sql.scope import Program, Scope
from steelyard.engines.sql.value import MissingSet
from steelyard.ir.expressions import Argument, Expr, Field, OwnMeasure, OwnTarget, TableAggregate, TableCall
from steelyard.ir.reading import DefineKey, reads_arguments_alone, varies
from steelyard.ir.ruleset import Relation, Table


def reach(asked: Iterable[Expr], relation: Relation, program: Program, outer: Scope) -> tuple[int, bool]:
    """The deepest layer of the outer frame that the expressions read, and whether they read it at all.

    What they read there is compiled by this.
    """
    deepest, reads = 0, False
    for node in _leaves(asked, relation, program):
        if not _of_rows(node, outer):
            found = program.value(node, outer)
            rejects = (e for one in found.rejects for e in (one.condition, one.where))
            sets = (bits for one in found.why if isinstance(one, MissingSet) for bits in one.words.values())
            everything = (found.sql, *found.why.values(), *sets, *rejects)
            deepest, reads = max(deepest, *(outer.frame.depth_of(e) for e in everything)), True
    return deepest, reads


def _leaves(asked: Iterable[Expr], relation: Relation, program: Program) -> Iterator[Expr]:
    """What expressions about rows of a relation read besides those rows, through definitions and cells of tables.

    Each definition and table is looked into once.
    """
    open_, seen = [*asked], set[DefineKey]()
    while open_:
        for node in definitions.outside_aggregates(open_.pop()):
            if isinstance(node, Field) and node.relation == relation.id:
                key = relation.id, node.name
                if key in program.expressions and key not in seen:
                    seen.add(key)
                    open_.append(program.expressions[key])
            elif isinstance(node, TableCall):
                if (None, node.table) not in seen:
                    seen.add((None, node.table))
                    open_ += _reading_cells(program.decision_tables[node.table])
            elif varies(node) and not isinstance(node, TableAggregate):  # the call in it follows
                yield node


def _reading_cells(table: Table) -> list[Expr]:
    """The cells that read more than their arguments."""
    cells = [cell for row in table.rows for cell in row.cells if cell is not None]
    return [cell for cell in cells if not reads_arguments_alone(cell)]


def _of_rows(node: Expr, outer: Scope) -> bool:
    """Whether a leaf belongs to the rows, not to the outer frame: nothing there settles it."""
    match node:
        case Argument():
            return not outer.arguments
        case OwnTarget():
            return outer.target is None
        case OwnMeasure():
            return outer.measure is None
        case _:  # all others are of the outer frame
            return False
