"""Stratum 1: which rows belong to the case (LANGUAGE.md sections 2, 5 and 12).

Membership is three-valued. A row whose `joins` is true belongs, one whose `joins` is false is dropped,
one whose `joins` is unknown stays as a row that may belong. A one_row relation has at most one row:
two that belong reject the case. Where any row is unknown, its fields are missing with the reasons of the unknown rows.
Where there is no row, its fields are missing with the relation's name as the reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from steelyard.diagnostics import msg
from steelyard.ir.expressions import Expr
from steelyard.ir.ruleset import Relation
from steelyard.ir.types import Range
from steelyard.semantics.bound_row import BoundRow
from steelyard.semantics.bounds import check_rows
from steelyard.semantics.env import Env, Meaning
from steelyard.semantics.values import Missing, Rejected, names, union

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class PreparedRelation:
    """A relation with the meaning of its `joins` (None: every row belongs), and the bounds of its rows a case."""

    id: str
    joins: Meaning | None
    one_row: bool
    bounds: Range | None = None


def prepare_relation(relation: Relation, meaning: Callable[[Expr], Meaning]) -> PreparedRelation:
    """Prepare a relation."""
    joins = None if relation.joins is None else meaning(relation.joins)
    return PreparedRelation(relation.id, joins, relation.one_row, relation.rows)


def join(relations: tuple[PreparedRelation, ...], env: Env) -> None:
    """Find the rows of every relation, in their order.

    Raises:
        Rejected: a one_row relation has two rows, or another number of rows than it declares.
    """
    for index, relation in enumerate(relations):
        rows, joins = env.rows[index], relation.joins
        spare: BoundRow | None = None
        for row in env.case.rows.get(relation.id, ()):
            if spare is None:
                bound = BoundRow(row, row.values, True, {})
            else:  # most rows of a feed do not belong to the case: reuse the object of the last one that did not
                bound, spare.row, spare.values = spare, row, row.values
                spare.defines.clear()
            spare = None
            if joins is not None:
                env.bound[index] = bound
                bound.member = joins(env)
                if bound.member is False:
                    spare = bound
                    continue
            rows.append(bound)
        env.bound[index] = None
        if relation.one_row:
            env.single[index] = single(relation.id, rows)
        if relation.bounds is not None:
            check_rows(relation.id, relation.bounds, rows)


def single(relation: str, rows: list[BoundRow]) -> BoundRow | Missing | None:
    """Return the one row of a one_row relation, the reasons where it is unknown, or None where there is none.

    Raises:
        Rejected: two rows belong to the case.
    """
    certain = [row for row in rows if row.member is True]
    if len(certain) > 1:
        both = names(frozenset(row.row.id for row in certain[:2]))
        raise Rejected(
            relation, both, msg("at most one row of `{relation}` for the case", relation=relation), certain[1].row
        )
    if len(certain) == len(rows):
        return certain[0] if certain else None
    return union([row.member for row in rows])
