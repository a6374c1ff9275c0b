"""The parts of a relation's join that an engine can hash: equal keys, and areas that cover the case's place."""

from __future__ import annotations

from dataclasses import dataclass

from steelyard.ir.expressions import And, Apply, Comparator, Compare, Expr, Field, Function, Input
from steelyard.ir.reading import reads_row, varies
from steelyard.ir.ruleset import InputField, Relation
from steelyard.ir.types import Region, Regions
from steelyard.ir.walk import nodes


@dataclass(frozen=True, slots=True)
class JoinKey:
    """An equality that joins: an expression of the row, and one of the case."""

    of_row: Expr
    of_case: Expr


@dataclass(frozen=True, slots=True)
class Covering:
    """`areas covers place`: areas of the row, and the place of the case; both are codes of a scheme."""

    areas: Expr
    place: Expr
    scheme: str


def conjuncts(relation: Relation) -> tuple[Expr, ...]:
    """The conditions that a row must all meet; none where the relation has no `joins`."""
    match relation.joins:
        case None:
            return ()
        case And(items=items):
            return items
        case single:
            return (single,)


def key_fields(relation: Relation) -> tuple[str, ...]:
    """The fields by whose equality, and nothing else, a relation joins; none where it joins otherwise."""
    found: list[str] = [] if relation.of_case is None else [relation.of_case]
    for part in conjuncts(relation):
        key = key_of(part, relation)
        if key is None or not isinstance(key.of_row, Field):
            return ()
        found.append(key.of_row.name)
    return tuple(found)


def case_key(relation: Relation, key: InputField) -> JoinKey:
    """The equality of the field that names the case with the key of the case; for a relation with `of_case`."""
    declared = next(one for one in relation.fields if one.id == relation.of_case)
    return JoinKey(Field(relation.id, declared.id, type=declared.type), Input(key.id, type=key.type))


def key_of(part: Expr, relation: Relation) -> JoinKey | None:
    """A condition as an equality between the row alone and the case alone; None where it is none."""
    if not isinstance(part, Compare) or part.comparator is not Comparator.EQ:
        return None
    for one, other in ((part.left, part.right), (part.right, part.left)):
        if reads_row(one, relation.id) and not _reads_more(one, relation) and not reads_row(other, relation.id):
            return JoinKey(one, other)
    return None


def covering_of(part: Expr, relation: Relation) -> Covering | None:
    """A condition as areas of the row that cover a place of the case; None where it is no such condition."""
    match part:
        case Apply(
            function=Function.COVERS,
            arguments=(Field(relation=relation.id, type=Regions()) as areas, place),
        ) if isinstance(place.type, Region) and not reads_row(place, relation.id):
            return Covering(areas, place, place.type.scheme)
        case _:  # any other condition
            return None


def _reads_more(expr: Expr, relation: Relation) -> bool:
    """Whether an expression reads more than the row's own fields and constants; a define of the row may read more."""
    fields = {one.id for one in relation.fields}
    return any(varies(node) and not (isinstance(node, Field) and node.name in fields) for node in nodes(expr))
