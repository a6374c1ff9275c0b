"""Says what the values of a derived row were made of: `0.2500 (30 of 120 cases)`."""

from __future__ import annotations

from collections.abc import Mapping

from steelyard.diagnostics import Message, msg
from steelyard.explain.phrases import phrase
from steelyard.explain.terms import Text
from steelyard.explain.words import Words
from steelyard.facts.case import Row
from steelyard.ir.derivation import Derivation, derivation
from steelyard.ir.expressions import Aggregation, Argument, Divide, Expr
from steelyard.ir.ruleset import Relation
from steelyard.ir.walk import nodes


def made_of(relation: Relation, row: Row, words: Words) -> Mapping[str, Text]:
    """Return for each value of a derived row what it was made of; nothing for a row that was given."""
    if relation.derived is None or not row.sums:
        return {}
    made = derivation(relation.derived)
    return {one.id: found for one in made.values if (found := _made(one.value, made, row, words)) is not None}


def _made(value: Expr, made: Derivation, row: Row, words: Words) -> Text | None:
    match value:
        case Argument():
            return phrase(made.written[value.position], words)
        case Divide(numerator=Argument(position=part), denominator=Argument(position=whole)) if _are_shares(
            made, part, whole
        ):
            relation = words.name(made.written[whole].relation)
            numbers = row.sums[part], row.sums[whole]
            return msg("{part} of {whole} {what}", part=str(numbers[0]), whole=str(numbers[1]), what=relation)
        case _:  # any other value: each of the sums in it
            used = dict.fromkeys(node.position for node in nodes(value) if isinstance(node, Argument))
            return _listed([_one(made, number, row, words) for number in used])


def _are_shares(made: Derivation, part: int, whole: int) -> bool:
    """Whether two sums count rows of one relation, the second all of them."""
    one, other = made.written[part], made.written[whole]
    counts = one.aggregation is other.aggregation is Aggregation.COUNT
    return counts and one.relation == other.relation and other.where is None


def _one(made: Derivation, number: int, row: Row, words: Words) -> Message:
    found, written = row.sums[number], made.written[number]
    value = msg("missing") if found is None else words.value(found, written.type)
    return msg("{what}: {value}", what=phrase(written, words), value=value)


def _listed(parts: list[Message]) -> Text | None:
    if not parts:
        return None
    text = parts[0]
    for part in parts[1:]:
        text = msg("{first}; {second}", first=text, second=part)
    return text
