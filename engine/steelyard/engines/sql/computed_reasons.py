"""Ranks reason codes of which some are computed: each becomes a text that sorts by points, rule and code.

The text begins with a number that falls as the points grow, and with the rule's position; both always have as many
digits, so that the order of texts is that of the numbers.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from steelyard.engines.sql import build
from steelyard.engines.sql.build import E
from steelyard.engines.sql.points import RowCodes
from steelyard.engines.sql.scope import Program
from steelyard.engines.sql.value import Value, constant


def ranked(items: Sequence[tuple[Value, str | E] | RowCodes], limit: int | None, program: Program) -> E:
    """The codes as a list, each once, at most `limit` of them."""
    dialect = program.dialect
    points = [one.lost if isinstance(one, RowCodes) else one[0] for one in items]
    digits = len(str(max(1, *(one.bounds.high for one in points))))
    places = len(str(len(items)))
    of_case: list[E] = []
    of_rows: list[E] = []
    for place, one in enumerate(items):
        if isinstance(one, RowCodes):
            text = _sortable(one.lost, f"{place:0{places}}", one.code, digits, program)
            where = build.conj((one.holds, _positive(one.lost)))
            of_rows.append(one.frame.aggregate("codes", dialect.collect_sorted(text, where), dialect.empty_list()))
        else:
            lost, code = one
            code = build.text(code) if isinstance(code, str) else code
            text = _sortable(lost, f"{place:0{places}}", code, digits, program)
            of_case.append(build.where(_positive(lost), text))
    listed = dialect.list_of(of_case)
    for one in of_rows:
        listed = dialect.concat(listed, one)
    found = dialect.distinct_in_order(dialect.sorted_tails(listed, digits + 1 + places))
    return found if limit is None else dialect.first_items(found, limit)


def _positive(points: Value) -> E:
    return build.true(build.greater(points.sql, build.integer(0)))


def _sortable(points: Value, place: str, code: E, digits: int, program: Program) -> E:
    """A text of `digits` + 1 digits for points of at most `digits`, the place, the code."""
    falling = program.arithmetic.subtract(constant(2 * 10**digits), points)
    number = exp.Cast(this=build.wrapped(falling.sql), to=program.dialect.text())
    return exp.Concat(expressions=[number, build.text(place), code], safe=False, coalesce=False)
