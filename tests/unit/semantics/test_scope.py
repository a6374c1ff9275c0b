"""What a scope knows of expressions: whether evaluating them can reject a case."""

from __future__ import annotations

import pytest

from steelyard.ir.expressions import Aggregate, Aggregation, And, TableAggregate, TableCall
from steelyard.ir.ruleset import HitPolicy
from steelyard.semantics.scope import RulesetScope
from unit.semantics.build import (
    BOOLEAN,
    INTEGER,
    compare,
    define,
    definition,
    field,
    flag,
    number,
    one_row,
    plus,
    read,
    relation,
    ruleset,
    table,
)


def scope(hit):
    call = TableCall("t", "out0", (read("a"),), type=INTEGER)
    return RulesetScope(
        ruleset(
            tables=(table("t", hit, 1, 1, []),),
            defines=(
                definition("plain", read("a")),
                definition("d", call),
                definition("dd", plus(define("d"), define("d"))),
            ),
            relations=(
                relation(
                    "r",
                    {"x": INTEGER},
                    defines=(definition("asks", call), definition("asks_on", plus(field("r", "asks"), number(1)))),
                ),
            ),
        )
    )


CALL = TableCall("t", "out0", (read("a"),), type=INTEGER)


@pytest.mark.parametrize(
    "expr",
    [
        CALL,
        plus(number(1), CALL),
        TableAggregate(Aggregation.SUM, CALL, type=INTEGER),
        define("d"),
        define("dd"),
        one_row("r", "asks"),
        field("r", "asks_on"),
        Aggregate(Aggregation.SUM, "r", field("r", "asks"), None, type=INTEGER),
        Aggregate(Aggregation.COUNT, "r", None, compare(CALL, "=", number(1)), type=INTEGER),
        And((flag("f"), compare(define("d"), "=", number(1))), type=BOOLEAN),
    ],
)
def test_tables_of_policy_unique_and_any_may_reject_wherever_they_are_asked(expr):
    assert scope(HitPolicy.UNIQUE).reading.may_reject(expr)
    assert scope(HitPolicy.ANY).reading.may_reject(expr)
    assert not scope(HitPolicy.FIRST).reading.may_reject(expr)


@pytest.mark.parametrize("expr", [define("plain"), field("r", "x"), one_row("r", "x"), plus(read("a"), number(1))])
def test_what_asks_no_table_cannot_reject(expr):
    assert not scope(HitPolicy.UNIQUE).reading.may_reject(expr)


def test_defines_that_share_each_other_are_looked_at_once():
    """Two to the power of fifty paths, fifty defines."""
    defines = [definition("d0", read("a"))]
    defines += [definition(f"d{i}", plus(define(f"d{i - 1}"), define(f"d{i - 1}"))) for i in range(1, 51)]

    assert not RulesetScope(ruleset(defines=tuple(defines))).reading.may_reject(define("d50"))
