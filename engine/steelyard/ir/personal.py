"""What tells of persons beside the fields that say so themselves (LANGUAGE.md section 12)."""

from __future__ import annotations

from dataclasses import replace

from steelyard.ir.contents import expressions
from steelyard.ir.expressions import Bounded, Expr, Field, Input, OneRow
from steelyard.ir.indicators import Clock
from steelyard.ir.join_keys import case_key, conjuncts, key_of
from steelyard.ir.reading import Reading
from steelyard.ir.ruleset import Indicator, InputField, Relation, Ruleset
from steelyard.ir.walk import nodes

_Named = tuple[str | None, str]
"""An input (None) or field, by its relation."""


def with_joined(ruleset: Ruleset) -> Ruleset:
    """Mark the inputs and fields as personal by whose equality with a personal one rows belong to cases."""
    personal = _declared(ruleset)
    if not personal:
        return ruleset
    pairs = [pair for relation in ruleset.relations for pair in _equal(ruleset, relation)]
    while more := {one for pair in pairs if personal & {*pair} for one in pair} - personal:
        personal |= more

    def marked(owner: str | None, fields: tuple[InputField, ...]) -> tuple[InputField, ...]:
        return tuple(replace(one, personal=one.personal or (owner, one.id) in personal) for one in fields)

    relations = tuple(replace(one, fields=marked(one.id, one.fields)) for one in ruleset.relations)
    return replace(ruleset, inputs=marked(None, ruleset.inputs), relations=relations)


def quoting(ruleset: Ruleset) -> frozenset[str]:
    """The relations and rules whose rejections would quote what tells of a person."""
    personal = _declared(ruleset)
    if not personal:
        return frozenset()
    reading = Reading(ruleset)
    ids = {one.id: one.row_id for one in ruleset.relations}

    def reads(*exprs: Expr | None) -> bool:
        return any(_named(node) in personal for node in reading.followed(one for one in exprs if one is not None))

    def of_indicator(one: Indicator) -> bool:
        clock, family = one.measure, one.family
        times = (clock.start, clock.stop, clock.until) if isinstance(clock, Clock) else ()
        return reads(*times, one.weight) or (family is not None and (family.relation, family.row_id) in personal)

    rules = {one.id for one in ruleset.points if reads(one.amount)}
    everything = (node for expr in expressions(ruleset) for node in nodes(expr))
    rules |= {one.where for one in everything if isinstance(one, Bounded) and reads(one)}
    rules |= {one.id for one in ruleset.indicators if of_indicator(one)}
    return frozenset(rules | {relation for relation, own in ids.items() if (relation, own) in personal})


def _declared(ruleset: Ruleset) -> set[_Named]:
    owners = ((None, ruleset.inputs), *((one.id, one.fields) for one in ruleset.relations))
    return {(owner, one.id) for owner, fields in owners for one in fields if one.personal}


def _equal(ruleset: Ruleset, relation: Relation) -> list[tuple[_Named, _Named]]:
    """What of a row and of a case is equal where the row belongs to the case."""
    keys = [key_of(part, relation) for part in conjuncts(relation)]
    if relation.of_case is not None:
        keys.append(case_key(relation, next(one for one in ruleset.inputs if one.id == ruleset.key)))
    pairs = ((_named(key.of_row), _named(key.of_case)) for key in keys if key is not None)
    return [(one, other) for one, other in pairs if one is not None and other is not None]


def _named(node: Expr) -> _Named | None:
    match node:
        case Input(name=name):
            return None, name
        case Field(relation=relation, name=name) | OneRow(relation=relation, name=name):
            return relation, name
        case _:  # anything else holds no field by itself
            return None
