"""Deductions, bonuses and gates, stage by stage."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steelyard.diagnostics import InternalError
from steelyard.ir.ruleset import Bounds, Effect, OnUnknown
from steelyard.ir.types import Number
from steelyard.semantics import Missing, Status, prepare
from steelyard.semantics.outcome import Fired, Fixed
from unit.semantics.build import (
    BOOLEAN,
    INTEGER,
    TEXT,
    compare,
    define,
    definition,
    evaluation,
    exemption,
    field,
    flag,
    indicator,
    lit,
    number,
    outcome,
    output,
    plus,
    points,
    read,
    relation,
    rows,
    ruleset,
    score,
    score_value,
    start,
)

DEDUCT, ADD, AT_MOST, AT_LEAST = Effect.DEDUCT, Effect.ADD, Effect.AT_MOST, Effect.AT_LEAST
COMPLAINTS = relation("complaints", {"upheld": BOOLEAN, "n": INTEGER})
UPHELD, N = field("complaints", "upheld", BOOLEAN), field("complaints", "n")


def found(*rules, values=None, score_=None, relations=(COMPLAINTS,), complaints=(), **changes):
    rule = ruleset(points=rules, scores=(score_ or start(),), relations=relations, **changes)
    return outcome(rule, values, complaints=rows(*complaints))


def lines(result, position=0):
    """Kind, amount, rule, row and stage of the lines between base and final."""
    ledger = result.scores[position].ledger
    kinds = [line.kind.value for line in ledger]
    return [
        (line.kind.value, str(line.amount), line.rule, line.row, line.stage)
        for line in ledger[kinds.index("base") + 1 : -1]
    ]


def final(result, position=0):
    return str(result.scores[position].final)


def test_without_points_rules_the_base_is_final():
    assert (final(found()), lines(found())) == ("100.00", [])


def test_a_deduction_and_a_bonus():
    result = found(points("d", DEDUCT, number(5)), points("b", ADD, number(25, 1)))

    assert final(result) == "97.50"
    assert lines(result) == [("deduction", "-5.00", "d", None, 1), ("bonus", "2.50", "b", None, 1)]
    assert result.fired == (Fired("b"), Fired("d"))


def test_a_rule_whose_condition_is_false_does_nothing():
    result = found(points("d", DEDUCT, number(5), flag("f")), values={"f": False})

    assert (final(result), lines(result), result.fired) == ("100.00", [], ())


def test_deductions_come_before_bonuses_whatever_the_order_written():
    result = found(points("b", ADD, number(1)), points("d", DEDUCT, number(5)), points("e", DEDUCT, number(6)))

    assert [line[2] for line in lines(result)] == ["d", "e", "b"]


def test_a_rule_fires_once_for_each_row_for_which_it_holds():
    result = found(
        points("d", DEDUCT, N, UPHELD, for_each="complaints"),
        complaints=({"upheld": True, "n": 2}, {"upheld": False, "n": 3}, {"upheld": True, "n": 4}),
    )

    assert lines(result) == [("deduction", "-2.00", "d", "1", 1), ("deduction", "-4.00", "d", "3", 1)]
    assert result.fired == (Fired("d", ("1", "3")),)


def test_fired_rows_are_sorted_by_code_point():
    many = tuple({"upheld": True, "n": 1} for _ in range(11))
    result = found(points("d", DEDUCT, N, UPHELD, for_each="complaints"), complaints=many)

    assert result.fired[0].rows == ("1", "10", "11", "2", "3", "4", "5", "6", "7", "8", "9")


@pytest.mark.parametrize(("effect", "sign", "kind"), [(DEDUCT, "-", "deduction"), (ADD, "", "bonus")])
def test_a_cap_is_a_line_of_its_own(effect, sign, kind):
    def capped(*amounts):
        rule = points("d", effect, N, UPHELD, for_each="complaints", cap=number(15))
        return found(rule, score_=start(number(50)), complaints=[{"upheld": True, "n": n} for n in amounts])

    back = "5.00" if effect is DEDUCT else "-5.00"
    assert lines(capped(10, 10)) == [
        (kind, f"{sign}10.00", "d", "1", 1),
        (kind, f"{sign}10.00", "d", "2", 1),
        ("cap", back, "d", None, 1),
    ]
    assert [line[0] for line in lines(capped(10, 5))] == [kind, kind]
    assert final(capped(10, 10)) == ("35.00" if effect is DEDUCT else "65.00")
    assert lines(capped()) == []


def test_each_rule_has_a_cap_of_its_own():
    result = found(points("a", DEDUCT, number(9), cap=number(3)), points("b", DEDUCT, number(9), cap=number(45, 1)))

    assert [line[:3] for line in lines(result)] == [
        ("deduction", "-9.00", "a"),
        ("cap", "6.00", "a"),
        ("deduction", "-9.00", "b"),
        ("cap", "4.50", "b"),
    ]


# Amounts


def test_a_negative_amount_or_cap_rejects_the_case():
    for effect in (DEDUCT, ADD):
        result = found(points("d", effect, read("n", Number(1))), values={"n": -1})
        assert (result.rejection.where, result.rejection.value) == ("d", "-0.10")
        assert str(result.rejection.expected) == "an amount of 0 or more"
    capped = found(points("d", DEDUCT, number(1), cap=read("n")), values={"n": -1})
    assert (capped.rejection.where, capped.rejection.value) == ("d", "-1.00")
    assert found(points("d", DEDUCT, number(0))).status is Status.SCORED


def test_a_negative_amount_rejects_only_where_the_rule_fires():
    assert found(points("d", DEDUCT, number(-1), flag("f")), values={"f": False}).status is Status.SCORED


def test_a_gate_may_be_negative():
    result = found(points("g", AT_MOST, number(-5)), score_=start(clamp=Bounds(-1000, None)))

    assert final(result) == "-5.00"


def test_a_missing_amount_leaves_the_score_unscored():
    for rule in (
        points("d", DEDUCT, read("n")),
        points("d", ADD, read("n")),
        points("d", AT_MOST, read("n")),
        points("d", AT_LEAST, read("n")),
        points("d", DEDUCT, number(1), cap=read("n")),
    ):
        result = found(rule)
        assert (result.status, result.reason, result.missing) == (Status.UNSCORED, "missing_amount", ("n",))
        assert result.scores[0].unscored == "missing_amount"
        assert (result.scores[0].ledger, result.scores[0].final, result.scores[0].base) == ((), None, None)
        assert result.fired == (Fired("d"),)


def test_one_missing_amount_among_rows_is_enough():
    rule = points("d", DEDUCT, N, UPHELD, for_each="complaints")
    result = found(rule, complaints=({"upheld": True, "n": 1}, {"upheld": True}))

    assert (result.reason, result.fired) == ("missing_amount", (Fired("d", ("1", "2")),))
    assert found(rule, complaints=({"upheld": True, "n": 1}, {"upheld": False})).status is Status.SCORED


def test_in_a_stage_a_rejection_wins_over_a_missing_amount():
    result = found(points("a", DEDUCT, read("n")), points("b", DEDUCT, number(-1)))

    assert result.rejection.where == "b"


def test_after_a_missing_amount_later_stages_are_not_reached():
    result = found(points("a", DEDUCT, read("n")), points("b", DEDUCT, number(-1), stage=2))

    assert result.reason == "missing_amount"


# Unknown conditions


def unknown(rule, **values):
    return found(points("d", DEDUCT, number(5), flag("f"), unknown=rule), values=values)


def test_an_unknown_condition_ignores_fires_or_rejects_as_the_rule_says():
    ignored, fired, rejected = (unknown(rule) for rule in (OnUnknown.IGNORE, OnUnknown.FIRE, OnUnknown.REJECT))

    assert (final(ignored), ignored.fired, ignored.missing) == ("100.00", (), ("f",))
    assert (final(fired), fired.fired, fired.missing) == ("95.00", (Fired("d"),), ("f",))
    assert (rejected.rejection.where, rejected.rejection.value) == ("d", "")
    assert str(rejected.rejection.expected) == "a condition that is true or false; `f` is missing"
    assert final(unknown(OnUnknown.REJECT, f=False)) == "100.00"
    assert final(unknown(OnUnknown.REJECT, f=True)) == "95.00"


def test_an_unknown_condition_without_a_rule_is_our_bug():
    with pytest.raises(InternalError):
        unknown(None)


def test_a_row_that_may_belong_is_unknown_unless_the_condition_is_false():
    joined = relation("complaints", {"upheld": BOOLEAN, "mine": BOOLEAN}, joins=field("complaints", "mine", BOOLEAN))
    rule = points("d", DEDUCT, number(5), UPHELD, for_each="complaints", unknown=OnUnknown.FIRE)

    def fired(*given_rows):
        return found(rule, relations=(joined,), complaints=given_rows).fired

    assert fired({"upheld": True}) == (Fired("d", ("1",)),)
    assert fired({"upheld": False}) == ()
    assert fired({"mine": False, "upheld": True}) == ()
    assert fired({"mine": True}) == (Fired("d", ("1",)),)


# Gates


@pytest.mark.parametrize(
    ("before", "gates", "after", "line"),
    [
        (80, [("g", AT_MOST, 59)], "59.00", ("gate", "-21.00", "g")),
        (59, [("g", AT_MOST, 59)], "59.00", None),
        (40, [("g", AT_MOST, 59)], "40.00", None),
        (40, [("g", AT_LEAST, 60)], "60.00", ("gate", "20.00", "g")),
        (60, [("g", AT_LEAST, 60)], "60.00", None),
        (80, [("g", AT_MOST, 59), ("h", AT_MOST, 30)], "30.00", ("gate", "-50.00", "h")),
        (80, [("g", AT_MOST, 30), ("h", AT_MOST, 30)], "30.00", ("gate", "-50.00", "g")),
        (20, [("g", AT_LEAST, 60), ("h", AT_LEAST, 70)], "70.00", ("gate", "50.00", "h")),
        (20, [("g", AT_LEAST, 70), ("h", AT_LEAST, 70)], "70.00", ("gate", "50.00", "g")),
        (20, [("g", AT_LEAST, 70), ("h", AT_MOST, 59)], "59.00", ("gate", "39.00", "h")),
        (80, [("g", AT_LEAST, 70), ("h", AT_MOST, 59)], "59.00", ("gate", "-21.00", "h")),
        (20, [("g", AT_LEAST, 50), ("h", AT_MOST, 59)], "50.00", ("gate", "30.00", "g")),
        (59, [("g", AT_LEAST, 70), ("h", AT_MOST, 59)], "59.00", None),
    ],
)
def test_the_gate_that_decides_takes_the_whole_line(before, gates, after, line):
    result = found(
        *(points(name, effect, number(bound)) for name, effect, bound in gates), score_=start(number(before))
    )

    assert final(result) == after
    assert [entry[:3] for entry in lines(result)] == ([] if line is None else [line])


def test_gates_come_after_deductions_and_bonuses():
    result = found(points("g", AT_MOST, number(59)), points("d", DEDUCT, number(50)), points("b", ADD, number(20)))

    assert [line[:3] for line in lines(result)] == [
        ("deduction", "-50.00", "d"),
        ("bonus", "20.00", "b"),
        ("gate", "-11.00", "g"),
    ]


def test_a_gate_of_rows_names_the_row_that_decides():
    gate = points("g", AT_MOST, N, UPHELD, for_each="complaints")
    result = found(gate, complaints=({"upheld": True, "n": 70}, {"upheld": True, "n": 50}, {"upheld": True, "n": 50}))

    assert lines(result) == [("gate", "-50.00", "g", "2", 1)]
    assert result.fired == (Fired("g", ("1", "2", "3")),)


# Clamp and rounding


def test_the_clamp_after_a_stage_is_a_line_where_it_bites():
    low = found(points("d", DEDUCT, number(120)))
    high = found(points("b", ADD, number(1)))
    none = found(points("d", DEDUCT, number(100)))
    open_ended = found(points("d", DEDUCT, number(120)), score_=start(clamp=Bounds(None, None)))

    assert lines(low)[-1] == ("clamp", "20.00", None, None, 1)
    assert lines(high)[-1] == ("clamp", "-1.00", None, None, 1)
    assert (final(low), final(high), final(none), final(open_ended)) == ("0.00", "100.00", "0.00", "-20.00")
    assert len(lines(none)) == len(lines(open_ended)) == 1


def test_the_clamp_is_at_the_scores_own_digits():
    result = found(points("b", ADD, number(1234, 3)), score_=start(number(99), digits=0, clamp=Bounds(0, 100)))

    assert lines(result) == [("bonus", "1.234", "b", None, 1), ("clamp", "-0.234", None, None, 1)]
    assert final(result) == "100"


def test_digits_that_deductions_bring_are_rounded_half_up_at_the_end():
    result = found(points("d", DEDUCT, number(5, 3)), score_=start())
    exact = found(points("d", DEDUCT, number(50, 3)))

    assert lines(result) == [("deduction", "-0.005", "d", None, 1), ("final_rounding", "0.005", None, None, None)]
    assert final(result) == "100.00"
    assert final(found(points("d", DEDUCT, number(6, 3)))) == "99.99"
    assert lines(exact) == [("deduction", "-0.050", "d", None, 1)]


def test_rounding_comes_once_after_the_last_stage():
    rules = (points("d", DEDUCT, number(4, 3)), points("e", DEDUCT, number(4, 3), stage=2))

    assert final(found(*rules)) == "99.99"


def test_lines_have_no_more_digits_than_the_score_and_its_rules():
    result = found(points("d", DEDUCT, number(5)), score_=start(digits=0, clamp=Bounds(0, 100)))

    assert lines(result) == [("deduction", "-5", "d", None, 1)]


def test_the_digits_of_a_cap_count_too():
    result = found(points("d", DEDUCT, number(1), cap=number(5, 3)))

    assert lines(result)[:2] == [("deduction", "-1.000", "d", None, 1), ("cap", "0.995", "d", None, 1)]


# Stages


def test_within_a_stage_every_rule_reads_the_score_as_the_stage_before_left_it():
    half = points("half", DEDUCT, number(10), compare(score_value(), ">=", number(10000, 2)))
    more = points("more", DEDUCT, number(20), compare(score_value(), ">=", number(10000, 2)))
    late = points("late", DEDUCT, number(1), compare(score_value(), "=", number(7000, 2)), stage=2)
    never = points("never", DEDUCT, number(1), compare(score_value(), ">=", number(10000, 2)), stage=2)

    assert [line[2] for line in lines(found(half, more, late, never))] == ["half", "more", "late"]


def test_stages_run_in_their_order_whatever_the_order_written():
    late = points("late", DEDUCT, number(1), compare(score_value(), "=", number(9000, 2)), stage=7)
    early = points("early", DEDUCT, number(10), stage=-1)

    assert [line[2::2] for line in lines(found(late, early))] == [("early", -1), ("late", 7)]


def test_the_clamp_of_a_stage_comes_before_the_next_stage_reads():
    low = points("low", DEDUCT, number(120))
    back = points("back", ADD, number(1), compare(score_value(), "=", number(0, 2)), stage=2)

    assert final(found(low, back)) == "1.00"


def test_a_stage_without_anything_fired_leaves_a_record():
    rules = ruleset(points=(points("d", DEDUCT, number(1), flag("f")),))
    done = evaluation(rules, {"f": False})

    assert done.scores[0].stages == [(1, Fixed(10000, 2), Fixed(10000, 2))]
    assert [(a.rule, a.truth, a.fired) for a in done.points] == [("d", False, False)]


def test_amounts_may_read_the_score_and_defines_of_it_follow_it():
    """A tenth of what is left, twice: 100, 90, 81."""
    tenth = definition("tenth", score_value(scale=2))
    amount = define("tenth", Number(3))
    result = found(
        points("a", DEDUCT, amount),
        points("b", DEDUCT, amount, stage=2),
        defines=(tenth,),
    )

    assert final(result) == "81.00"


def test_rules_of_several_scores_read_each_other_as_the_stage_before_left_them():
    one, other = start(id="one"), start(number(50), id="other")
    rules = ruleset(
        scores=(one, other),
        points=(
            points("a", DEDUCT, number(10), on="one"),
            points("b", ADD, number(7), compare(score_value("one"), "=", number(10000, 2)), on="other"),
            points("c", ADD, number(1), compare(score_value("one"), "=", number(9000, 2)), on="other", stage=2),
            points("d", ADD, number(1), compare(score_value("other"), "=", number(5700, 2)), on="one", stage=2),
        ),
        outputs=(output("o", plus(score_value("one"), score_value("other"))),),
    )
    result = outcome(rules)

    assert (final(result), final(result, 1)) == ("91.00", "58.00")
    assert result.outputs[0].value == 14900


def test_a_rule_on_a_score_that_has_none_is_not_judged():
    lost = score("i", id="lost")
    rules = ruleset(
        indicators=(indicator("i", only_if=flag("f")),),
        scores=(start(id="kept"), lost),
        points=(
            points("a", DEDUCT, number(-1), on="lost"),
            points(
                "b",
                DEDUCT,
                number(1),
                compare(score_value("lost"), ">", number(0, 2)),
                on="kept",
                unknown=OnUnknown.FIRE,
            ),
        ),
    )
    result = outcome(rules, {"i": 1})

    assert result.status is Status.SCORED
    assert (final(result), result.scores[1].unscored) == ("99.00", "nothing_to_score")
    assert result.missing == ("f", "lost")
    assert result.fired == (Fired("b"),)


def test_a_score_that_lacks_an_amount_leaves_the_other_its_own():
    rules = ruleset(
        scores=(start(id="one"), start(id="other")),
        points=(
            points("a", DEDUCT, read("n"), on="one"),
            points("b", DEDUCT, number(1), on="other"),
            points(
                "c",
                DEDUCT,
                number(1),
                compare(score_value("one"), ">", number(0, 2)),
                on="other",
                stage=2,
                unknown=OnUnknown.IGNORE,
            ),
        ),
    )
    result = outcome(rules)

    assert [s.unscored for s in result.scores] == ["missing_amount", None]
    assert (result.status, final(result, 1), result.missing) == (Status.SCORED, "99.00", ("n", "one"))


def test_an_amount_or_a_bound_that_is_no_number_is_our_bug():
    with pytest.raises(InternalError):
        prepare(ruleset(points=(points("d", DEDUCT, lit("t", TEXT)),)))


# Properties


@given(
    st.lists(
        st.tuples(
            st.sampled_from(Effect), st.integers(0, 120), st.one_of(st.none(), st.integers(0, 60)), st.integers(1, 3)
        ),
        max_size=6,
    ),
    st.integers(0, 100),
    st.randoms(use_true_random=False),
)
def test_the_order_of_rules_moves_no_score(drawn, base, random):
    def rules(order):
        return tuple(
            points(
                f"r{i}",
                effect,
                number(amount),
                cap=None if cap is None or effect in {AT_MOST, AT_LEAST} else number(cap),
                stage=stage,
            )
            for i, (effect, amount, cap, stage) in order
        )

    written = list(enumerate(drawn))
    shuffled = random.sample(written, len(written))
    one, other = (found(*rules(order), score_=start(number(base))) for order in (written, shuffled))

    assert one.scores[0].final == other.scores[0].final
    assert one.fired == other.fired


@given(st.lists(st.tuples(st.integers(0, 9), st.booleans()), max_size=6), st.randoms(use_true_random=False))
def test_the_order_of_rows_moves_no_score(drawn, random):
    rule = points("d", DEDUCT, N, UPHELD, for_each="complaints", cap=number(15))
    given_rows = [{"n": n, "upheld": upheld} for n, upheld in drawn]
    shuffled = random.sample(given_rows, len(given_rows))

    assert final(found(rule, complaints=given_rows)) == final(found(rule, complaints=shuffled))


def test_what_is_lifted_is_not_judged():
    rule = points("d", DEDUCT, number(-1))
    done = evaluation(ruleset(points=(rule,), exemptions=(exemption("e", lit(True, BOOLEAN), lifts=("d",)),)))

    assert done.points == []
    assert Missing(frozenset()) not in [a.truth for a in done.points]
