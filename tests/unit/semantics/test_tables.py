"""Decision tables: every hit policy, unknown rows, defaults."""

from __future__ import annotations

from dataclasses import replace

import pytest

from steelyard.ir.expressions import And, Argument, IsMissing, Or, TableCall
from steelyard.ir.ruleset import HitPolicy
from steelyard.semantics import Missing, Status, evaluate, prepare, tables
from unit.semantics.build import (
    BOOLEAN,
    FALSE,
    INTEGER,
    TRUE,
    case,
    compare,
    define,
    definition,
    flag,
    number,
    one_row,
    outcome,
    output,
    read,
    relation,
    rows,
    ruleset,
    table,
    value,
)

IN0, IN1 = Argument(0, type=INTEGER), Argument(1, type=INTEGER)


def lacking(*reasons):
    return Missing(frozenset(reasons))


def at_least(argument, bound):
    return compare(argument, ">=", number(bound))


def ask(hit, rows_, values, inputs=1, *, outputs=1, position=0, **changes):
    rules = ruleset(tables=(table("t", hit, inputs, outputs, rows_, **changes),))
    arguments = tuple(read(name) for name in "ab"[:inputs])
    return value(TableCall("t", f"out{position}", arguments, type=INTEGER), values, rules)


STEPS = [((at_least(IN0, 1),), (10,)), ((at_least(IN0, 2),), (20,)), ((at_least(IN0, 3),), (10,))]
ORDER = {"priorities": ((20, 10),)}


@pytest.mark.parametrize(
    ("hit", "found"),
    [
        (HitPolicy.FIRST, ["t", 10, 10, 10]),
        (HitPolicy.COLLECT_SUM, ["t", 10, 30, 40]),
        (HitPolicy.COLLECT_MIN, ["t", 10, 10, 10]),
        (HitPolicy.COLLECT_MAX, ["t", 10, 20, 20]),
        (HitPolicy.COLLECT_COUNT, ["t", 1, 2, 3]),
        (HitPolicy.PRIORITY, ["t", 10, 20, 20]),
        (HitPolicy.RULE_ORDER, [(), (10,), (10, 20), (10, 20, 10)]),
        (HitPolicy.COLLECT, [(), (10,), (10, 20), (10, 20, 10)]),
        (HitPolicy.OUTPUT_ORDER, [(), (10,), (20, 10), (20, 10, 10)]),
    ],
)
def test_hit_policies(hit, found):
    wanted = [lacking("t") if each == "t" else each for each in found]

    assert [ask(hit, STEPS, {"a": a}, **ORDER) for a in range(4)] == wanted


def test_unique_takes_the_only_hit_and_any_takes_equal_ones():
    split = [((compare(IN0, "=", number(i)),), (10 * i,)) for i in (1, 2)]
    same = [((at_least(IN0, 1),), (10,)), ((at_least(IN0, 2),), (10,))]

    assert ask(HitPolicy.UNIQUE, split, {"a": 2}) == 20
    assert ask(HitPolicy.ANY, same, {"a": 2}) == 10
    assert ask(HitPolicy.ANY, same, {"a": 0}) == lacking("t")


@pytest.mark.parametrize(
    ("hit", "a", "named"), [(HitPolicy.UNIQUE, 3, (1, 2)), (HitPolicy.ANY, 2, (1, 2)), (HitPolicy.ANY, 3, (1, 2))]
)
def test_two_hits_that_exclude_each_other_reject_the_case_naming_both(hit, a, named):
    rules = ruleset(
        tables=(table("t", hit, 1, 1, STEPS),),
        outputs=(output("o", TableCall("t", "out0", (read("a"),), type=INTEGER)),),
    )
    found = outcome(rules, {"a": a})

    assert found.status is Status.REJECTED
    assert found.rejection is not None
    assert (found.rejection.where, found.rejection.value) == ("t", ", ".join(map(str, named)))
    assert str(found.rejection.expected) == "one answer; rows {} and {} of the table disagree".format(*named)


def test_any_names_the_first_row_that_differs():
    rows_ = [((TRUE,), (1,)), ((TRUE,), (1,)), ((TRUE,), (2,))]
    rules = ruleset(
        tables=(table("t", HitPolicy.ANY, 1, 1, rows_),),
        outputs=(output("o", TableCall("t", "out0", (number(1),), type=INTEGER)),),
    )

    assert outcome(rules).rejection.value == "1, 3"


def test_priority_compares_the_first_output_first_and_then_the_order_written():
    rows_ = [((TRUE,), (2, 1)), ((TRUE,), (1, 2)), ((TRUE,), (1, 1))]
    orders = {"priorities": ((1, 2), (2, 1))}

    assert ask(HitPolicy.PRIORITY, rows_, {"a": 0}, outputs=2, **orders) == 1
    assert ask(HitPolicy.PRIORITY, rows_, {"a": 0}, outputs=2, position=1, **orders) == 2
    assert ask(HitPolicy.OUTPUT_ORDER, rows_, {"a": 0}, outputs=2, position=1, **orders) == (2, 1, 1)


def test_a_missing_output_has_the_last_priority():
    rows_ = [((TRUE,), (None,)), ((TRUE,), (7,)), ((TRUE,), (1,))]

    assert ask(HitPolicy.PRIORITY, rows_, {"a": 0}, priorities=((1, 7),)) == 1
    assert ask(HitPolicy.OUTPUT_ORDER, rows_, {"a": 0}, priorities=((7, 1),)) == (7, 1, lacking("t"))


def test_the_default_counts_where_nothing_hits():
    nothing = [((FALSE,), (1,))]

    assert ask(HitPolicy.UNIQUE, nothing, {"a": 1}, default=(5,)) == 5
    assert ask(HitPolicy.UNIQUE, nothing, {"a": 1}, default=(None,)) == lacking("t")
    assert ask(HitPolicy.COLLECT, nothing, {"a": 1}, default=(5,)) == (5,)
    assert ask(HitPolicy.COLLECT_COUNT, nothing, {"a": 1}, default=(0,)) == 0
    assert ask(HitPolicy.COLLECT_SUM, [((TRUE,), (1,))], {"a": 1}, default=(5,)) == 1


def test_a_missing_output_is_missing_by_the_tables_name():
    assert ask(HitPolicy.FIRST, [((TRUE,), (None,))], {"a": 1}) == lacking("t")
    assert ask(HitPolicy.COLLECT_SUM, [((TRUE,), (None,)), ((TRUE,), (1,))], {"a": 1}) == lacking("t")


def test_every_cell_must_hold_and_a_dash_holds_always():
    rows_ = [((at_least(IN0, 1), at_least(IN1, 1)), (1,)), ((None, None), (2,))]

    assert ask(HitPolicy.FIRST, rows_, {"a": 1, "b": 1}, 2) == 1
    assert ask(HitPolicy.FIRST, rows_, {"a": 1, "b": 0}, 2) == 2
    assert ask(HitPolicy.FIRST, rows_, {"a": 0, "b": 1}, 2) == 2
    assert ask(HitPolicy.FIRST, [((None,), (2,))], {}) == 2


# Unknown cells


def test_an_unknown_row_that_could_change_the_result_makes_it_missing():
    rows_ = [((at_least(IN0, 1), None), (1,)), ((None, at_least(IN1, 1)), (2,))]

    assert ask(HitPolicy.FIRST, rows_, {"b": 1}, 2) == lacking("a")
    assert ask(HitPolicy.FIRST, rows_, {}, 2) == lacking("a", "b")
    assert ask(HitPolicy.COLLECT_SUM, rows_, {"a": 1}, 2) == lacking("b")
    assert ask(HitPolicy.COLLECT, rows_, {"a": 1}, 2) == lacking("b")
    assert ask(HitPolicy.UNIQUE, rows_, {"a": 1}, 2) == lacking("b")


def test_an_unknown_row_that_changes_nothing_is_passed_over():
    rows_ = [((at_least(IN0, 1), None), (1,)), ((None, at_least(IN1, 1)), (2,))]

    assert ask(HitPolicy.FIRST, rows_, {"a": 1}, 2) == 1
    assert ask(HitPolicy.ANY, [((at_least(IN0, 1),), (1,)), ((None,), (1,))], {}) == 1
    assert ask(HitPolicy.PRIORITY, rows_, {"a": 1}, 2, priorities=((1, 2),)) == 1
    assert ask(HitPolicy.PRIORITY, rows_, {"b": 1}, 2, priorities=((1, 2),)) == lacking("a")
    assert ask(HitPolicy.COLLECT_MAX, rows_, {"b": 1}, 2) == 2
    assert ask(HitPolicy.COLLECT_MIN, rows_, {"b": 1}, 2) == lacking("a")


def test_a_false_cell_settles_a_row_whatever_else_is_unknown():
    rows_ = [((at_least(IN0, 1), at_least(IN1, 1)), (1,)), ((None, None), (2,))]

    assert ask(HitPolicy.FIRST, rows_, {"b": 0}, 2) == 2
    assert ask(HitPolicy.FIRST, rows_, {"a": 0}, 2) == 2


def test_unknown_rows_that_bring_nothing_do_not_count():
    rows_ = [((None,), (0,)), ((at_least(IN0, 1),), (0,)), ((at_least(IN0, 2),), (0,))]

    assert ask(HitPolicy.COLLECT_SUM, rows_, {}) == 0
    assert ask(HitPolicy.COLLECT_COUNT, rows_, {}) == lacking("a")


def test_unknown_rows_that_cancel_each_other_are_missing_all_the_same():
    rows_ = [((None,), (0,)), ((at_least(IN0, 1),), (1,)), ((at_least(IN0, 2),), (-1,))]

    assert ask(HitPolicy.COLLECT_SUM, rows_, {}) == lacking("a")


def test_two_unknown_rows_of_equal_outputs_under_any_without_a_hit():
    rows_ = [((at_least(IN0, 1),), (5,)), ((at_least(IN0, 2),), (5,))]

    assert ask(HitPolicy.ANY, rows_, {}) == lacking("a")
    assert ask(HitPolicy.ANY, rows_, {}, default=(5,)) == 5


def test_unknown_rows_that_only_conflict_with_each_other_make_it_missing():
    """Each alone gives the default's value, but under unique both together would reject."""
    rows_ = [((at_least(IN0, 1),), (5,)), ((at_least(IN0, 2),), (5,))]

    assert ask(HitPolicy.UNIQUE, rows_, {}, default=(5,)) == lacking("a")


def test_a_conflict_that_is_certain_rejects_whatever_is_unknown():
    rows_ = [((TRUE, None), (1,)), ((TRUE, None), (2,)), ((None, at_least(IN1, 1)), (3,))]
    rules = ruleset(
        tables=(table("t", HitPolicy.UNIQUE, 2, 1, rows_),),
        outputs=(output("o", TableCall("t", "out0", (number(1), read("b")), type=INTEGER)),),
    )

    assert outcome(rules).status is Status.REJECTED


def test_a_cell_may_ask_for_what_is_missing():
    rows_ = [((IsMissing(IN0, type=BOOLEAN),), (1,)), ((None,), (2,))]

    assert ask(HitPolicy.FIRST, rows_, {}) == 1
    assert ask(HitPolicy.FIRST, rows_, {"a": 0}) == 2


def test_a_table_asks_another_with_arguments_of_its_own():
    inner = table("inner", HitPolicy.FIRST, 1, 1, [((at_least(IN0, 5),), (1,)), ((None,), (0,))])
    outer = table("outer", HitPolicy.FIRST, 2, 1, [((at_least(IN0, 1), at_least(IN1, 2)), (7,)), ((None, None), (8,))])
    rules = ruleset(tables=(inner, outer))
    call = TableCall("inner", "out0", (read("a"),), type=INTEGER)
    asked = TableCall("outer", "out0", (call, read("b")), type=INTEGER)

    assert value(asked, {"a": 5, "b": 2}, rules) == 7
    assert value(asked, {"a": 4, "b": 2}, rules) == 8


# Evaluating all, where something may reject


def conflict_under(junction, first):
    rules = ruleset(tables=(table("t", HitPolicy.UNIQUE, 1, 1, [((TRUE,), (1,)), ((TRUE,), (2,))]),))
    call = TableCall("t", "out0", (number(1),), type=INTEGER)
    items = (first, compare(call, "=", number(1)))
    return outcome(replace(rules, outputs=(output("o", junction(items, type=BOOLEAN)),))).status


def test_a_condition_that_is_decided_still_asks_tables_that_may_reject():
    """So that it does not matter in which order an engine takes them."""
    assert conflict_under(And, FALSE) is Status.REJECTED
    assert conflict_under(Or, TRUE) is Status.REJECTED
    assert conflict_under(And, flag("unknown")) is Status.REJECTED


def test_a_condition_with_a_table_that_does_not_reject_is_three_valued_all_the_same():
    rules = ruleset(tables=(table("t", HitPolicy.UNIQUE, 1, 1, [((at_least(IN0, 1),), (1,))]),))
    holds = compare(TableCall("t", "out0", (read("a"),), type=INTEGER), "=", number(1))

    assert value(And((flag("f"), holds), type=BOOLEAN), {"a": 1}, rules) == lacking("f")
    assert value(And((flag("f"), holds), type=BOOLEAN), {"a": 0}, rules) == lacking("f", "t")
    assert value(And((TRUE, holds), type=BOOLEAN), {"a": 1}, rules) is True
    assert value(Or((FALSE, holds), type=BOOLEAN), {"a": 1}, rules) is True
    assert value(And((FALSE, holds), type=BOOLEAN), {}, rules) is False
    assert value(Or((TRUE, holds), type=BOOLEAN), {}, rules) is True
    assert value(Or((flag("f"), holds), type=BOOLEAN), {}, rules) == lacking("f", "a")


# Answers that are remembered


def test_a_table_that_reads_more_than_its_arguments_is_asked_anew():
    cells = (
        compare(IN0, "=", read("b")),
        flag("f"),
        compare(define("d"), "=", number(1)),
        compare(one_row("r", "x"), "=", number(1)),
    )
    rules = ruleset(
        tables=tuple(
            table(f"t{n}", HitPolicy.FIRST, 1, 1, [((cell,), (7,)), ((None,), (8,))]) for n, cell in enumerate(cells)
        ),
        defines=(definition("d", read("b")),),
        relations=(relation("r", {"x": INTEGER}, one_row=True),),
        outputs=tuple(
            output(f"o{n}", TableCall(f"t{n}", "out0", (read("a"),), type=INTEGER)) for n in range(len(cells))
        ),
    )
    program = prepare(rules)

    def answers(values, x):
        return [o.value for o in evaluate(program, case(values, r=rows({"x": x}))).outputs]

    assert answers({"a": 1, "b": 1, "f": True}, 1) == [7, 7, 7, 7]
    assert answers({"a": 1, "b": 2, "f": False}, 2) == [8, 8, 8, 8]
    assert answers({"a": 1, "b": 1, "f": True}, 1) == [7, 7, 7, 7]


def test_more_questions_than_are_remembered_are_answered_all_the_same(monkeypatch):
    monkeypatch.setattr(tables, "REMEMBERED", 2)
    rules = ruleset(
        tables=(table("t", HitPolicy.FIRST, 1, 1, [((at_least(IN0, 3),), (1,)), ((None,), (0,))]),),
        outputs=(output("o", TableCall("t", "out0", (read("a"),), type=INTEGER)),),
    )
    program = prepare(rules)

    assert [evaluate(program, case({"a": a})).outputs[0].value for a in (1, 2, 3, 4, 3, 2, 1)] == [0, 0, 1, 1, 1, 0, 0]


def test_what_is_missing_is_remembered_apart_from_what_is_there():
    calls = [TableCall("t", "out0", (argument,), type=INTEGER) for argument in (number(None), read("a"))]
    rules = ruleset(
        tables=(table("t", HitPolicy.FIRST, 1, 1, [((IsMissing(IN0, type=BOOLEAN),), (1,)), ((None,), (0,))]),),
        outputs=tuple(output(f"o{n}", call) for n, call in enumerate(calls)),
    )
    program = prepare(rules)

    assert [[o.value for o in evaluate(program, case(v)).outputs] for v in ({}, {"a": 1}, {})] == [
        [1, 1],
        [1, 0],
        [1, 1],
    ]
