"""Reports events of a feed whose kind its `kinds` do not name: no rule that compares with a kind can mean them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from steelyard.diagnostics import Message, msg
from steelyard.facts.case import Row
from steelyard.facts.compared import some_of
from steelyard.facts.near_misses import NAMED, Known, near_values, quote_of
from steelyard.ir.ruleset import Relation


def unnamed_kinds(relation: Relation, rows: Iterable[Row]) -> Iterator[Message]:
    """Count such events, and say which kinds were probably meant.

    Args:
        relation: a feed; without `kinds` it leaves open which kinds there are.
        rows: its good rows, with the kinds that the ruleset gives them.
    """
    issued = dict(relation.kinds)
    named = set(issued.values())
    values = (row.values.get("kind") for row in rows) if named else ()
    counted = Counter(kind for kind in values if isinstance(kind, str) and kind not in named)
    if not counted:
        return
    quote = quote_of(*(field for field in relation.fields if field.id == "kind"))
    kinds = sorted(counted)
    yield msg(
        "{relation}: {count} {count:event has|events have} kinds that `kinds` does not name: {kinds}",
        relation=relation.id,
        count=counted.total(),
        kinds=some_of([quote(one) for one in kinds], len(kinds)),
    )
    known = Known({(one,) for one in named | issued.keys()}, quote)
    strange = [(one,) for one in kinds if one not in issued]
    near = (
        *(
            msg("a table names the kind as rules do: `{kind}`, not `{name}`", kind=issued[one], name=one)
            for one in kinds
            if one in issued
        ),
        *near_values(strange, known),
    )
    yield from (msg("{relation}: {what}", relation=relation.id, what=one) for one in near[:NAMED])
