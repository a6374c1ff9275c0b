"""A whole case: the strata, what stops it, what the outcome says."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steelyard.diagnostics import InternalError
from steelyard.ir.expressions import TableCall
from steelyard.ir.ruleset import (
    Better,
    Bounds,
    Effect,
    Family,
    Grade,
    HitPolicy,
    Label,
    Method,
    MissingRule,
    OnMissing,
    OnUnknown,
    TargetGrant,
)
from steelyard.ir.types import Number
from steelyard.semantics import Status, evaluate, prepare, run
from steelyard.semantics.outcome import Fired, Fixed, Line, LineKind
from unit.semantics.build import (
    BOOLEAN,
    INTEGER,
    TEXT,
    TRUE,
    adjustment,
    case,
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
    one_row,
    outcome,
    output,
    own_target,
    percent,
    plus,
    points,
    read,
    relation,
    rows,
    ruleset,
    score,
    score_value,
    start,
    table,
    unscored,
    weights,
)

WAIVE = MissingRule(OnMissing.WAIVE)
CONFLICT = table("t", HitPolicy.UNIQUE, 1, 1, [((TRUE,), (1,)), ((TRUE,), (2,))])
REJECTING = compare(TableCall("t", "out0", (number(1),), type=INTEGER), "=", number(1))


def test_a_scored_case():
    result = outcome(ruleset(indicators=(indicator("a"), indicator("b"))), {"a": 8000, "b": 9000})

    assert (result.key, result.status, result.reason, result.rejection) == ("K1", Status.SCORED, None, None)
    assert (result.scores[0].id, str(result.scores[0].base), str(result.scores[0].final)) == ("score", "85.00", "85.00")
    assert (result.fired, result.missing, result.outputs) == ((), (), ())


def test_evaluate_is_run():
    rules, one = ruleset(indicators=(indicator("a"),)), case({"a": 5})
    program = prepare(rules)

    assert evaluate(program, one) == run(program, one).outcome


def test_a_program_remembers_nothing_of_a_case():
    program = prepare(
        ruleset(
            indicators=(indicator("a", missing=WAIVE), indicator("b")),
            weights=weights(adjustment("s", flag("f"), {"a": number(2)})),
        )
    )
    cases = [case({"a": 5, "b": 1, "f": True}), case({"b": 1}), case({"a": 5, "b": 1, "f": False})]
    first = [evaluate(program, one) for one in cases]

    assert [evaluate(program, one) for one in reversed(cases)] == first[::-1]
    assert len(program.scores[0].situations) == 3


# Unscored


def test_unscored_rules_give_the_reason_of_the_first_that_holds():
    rules = ruleset(
        indicators=(indicator("a"),),
        unscored=(unscored("x", flag("f"), "X"), unscored("y", flag("g"), "Y"), unscored("z", TRUE, "Z")),
    )

    assert outcome(rules, {"a": 1, "f": True, "g": True}).reason == "X"
    assert outcome(rules, {"a": 1, "f": False, "g": True}).reason == "Y"
    result = outcome(rules, {"a": 1, "g": False})
    assert (result.status, result.reason, result.missing) == (Status.UNSCORED, "Z", ("f",))
    assert [i.score for i in result.indicators] == [1]
    assert (result.scores, result.outputs) == ((), ())


def test_an_unknown_unscored_rule_does_not_hold():
    rules = ruleset(indicators=(indicator("a"),), unscored=(unscored("x", flag("f")),))

    assert outcome(rules, {"a": 1}).status is Status.SCORED
    assert outcome(rules, {"a": 1}).missing == ("f",)


def test_unscored_stops_before_weights_scores_points_and_outputs():
    """Nothing there can reject any more."""
    bad = adjustment("s", TRUE, sets={"a": percent(101)})
    rules = ruleset(
        indicators=(indicator("a"),),
        unscored=(unscored("x", TRUE),),
        weights=weights(bad),
        points=(points("d", Effect.DEDUCT, number(-1)),),
        outputs=(output("o", read("gone")),),
    )
    result = outcome(rules, {"a": 1})

    assert (result.status, result.missing, result.fired) == (Status.UNSCORED, (), (Fired("s"),))


def test_a_rejection_before_or_in_the_stratum_of_unscored_wins():
    rules = ruleset(
        indicators=(indicator("a", missing=MissingRule(OnMissing.REJECT)),), unscored=(unscored("x", TRUE),)
    )
    tabled = ruleset(
        indicators=(indicator("a"),), tables=(CONFLICT,), unscored=(unscored("x", TRUE), unscored("y", REJECTING))
    )

    assert outcome(rules).status is Status.REJECTED
    assert outcome(tabled, {"a": 1}).status is Status.REJECTED


def test_too_few_indicators_leave_a_score_unscored():
    members = tuple(indicator(n, missing=WAIVE) for n in ("a", "b", "c"))
    rules = ruleset(indicators=members, scores=(score("a", "b", "c", minimum_present=2),))

    assert outcome(rules, {"a": 1, "b": 1}).status is Status.SCORED
    assert outcome(rules, {"a": 1}).reason == "too_few_present"
    assert outcome(rules).reason == "nothing_to_score"


def test_a_value_needs_no_indicator_unless_it_says_so():
    lonely = score("a", method=Method.VALUE, value=number(7))
    rules = ruleset(indicators=(indicator("a", missing=WAIVE),), scores=(lonely,))

    assert str(outcome(rules).scores[0].final) == "7.00"
    assert outcome(replace(rules, scores=(replace(lonely, minimum_present=1),))).reason == "too_few_present"


@pytest.mark.parametrize("method", [Method.SUM, Method.LOWEST, Method.HIGHEST])
def test_nothing_to_score_by_any_method(method):
    rules = ruleset(indicators=(indicator("a", missing=WAIVE),), scores=(score("a", method=method),))

    assert outcome(rules).reason == "nothing_to_score"


def test_several_scores_stand_alone():
    rules = ruleset(
        indicators=(indicator("a", missing=WAIVE), indicator("b")),
        scores=(score("a", id="one"), score("b", id="other")),
        outputs=(output("o", score_value("one")), output("p", score_value("other"))),
    )
    result = outcome(rules, {"b": 7000})

    assert (result.status, result.reason) == (Status.SCORED, None)
    assert [(s.id, s.unscored, s.final) for s in result.scores] == [
        ("one", "nothing_to_score", None),
        ("other", None, Fixed(7000, 2)),
    ]
    assert [o.value for o in result.outputs] == [None, 7000]
    assert result.missing == ("a", "one")


def test_where_no_score_is_left_the_first_reason_counts():
    rules = ruleset(
        indicators=(indicator("a", missing=WAIVE),),
        scores=(start(read("v"), id="one"), score("a", id="other")),
        outputs=(output("o", read("gone")),),
    )
    result = outcome(rules)

    assert (result.status, result.reason, result.outputs) == (Status.UNSCORED, "missing_value", ())
    assert [s.unscored for s in result.scores] == ["missing_value", "nothing_to_score"]
    assert result.missing == ("a", "v")


# Rejections


def test_a_situation_that_cannot_be_resolved_rejects_the_case_naming_it():
    over = adjustment("s", flag("f"), sets={"a": percent(60), "b": percent(50)})
    each = indicator("each", number(1), family=Family("m", "code"), missing=WAIVE, only_if=field("m", "on", BOOLEAN))
    rules = ruleset(
        indicators=(indicator("a"), indicator("b"), indicator("c", missing=WAIVE), each),
        weights=weights(over),
        relations=(relation("m", {"code": TEXT, "on": BOOLEAN}),),
    )
    result = outcome(rules, {"a": 1, "b": 1, "f": True}, m=rows({"code": "x", "on": False}))

    assert (result.rejection.where, result.rejection.value) == ("score", "s; c, each/x")
    assert str(result.rejection.expected) == (
        "weights that can be resolved; the shares that are set add up to 11/10, more than 1"
    )
    assert outcome(rules, {"a": 1, "b": 1, "c": 1, "f": False}).status is Status.SCORED


def test_a_score_with_too_few_indicators_asks_for_no_weights():
    over = adjustment("s", TRUE, sets={"a": percent(101)})
    rules = ruleset(
        indicators=(indicator("a"), indicator("b", missing=WAIVE)),
        weights=weights(over),
        scores=(score("a", "b", minimum_present=2),),
    )

    assert outcome(rules, {"a": 1}).reason == "too_few_present"
    assert outcome(rules, {"a": 1, "b": 1}).status is Status.REJECTED


def test_a_table_in_any_stratum_rejects():
    tabled = {"tables": (CONFLICT,)}
    for rules in (
        ruleset(relations=(relation("r", {}, joins=REJECTING),), **tabled),
        ruleset(exemptions=(exemption("e", REJECTING),), **tabled),
        ruleset(indicators=(indicator("a", only_if=REJECTING),), **tabled),
        ruleset(weights=weights(adjustment("s", REJECTING)), **tabled),
        ruleset(unscored=(unscored("u", REJECTING),), **tabled),
        ruleset(points=(points("d", Effect.DEDUCT, number(1), REJECTING),), **tabled),
        ruleset(outputs=(output("o", REJECTING),), **tabled),
    ):
        result = evaluate(prepare(rules), case({"a": 1}, r=rows({})))
        assert result.rejection.where == "t"
        assert (result.indicators, result.scores, result.fired, result.missing, result.outputs) == ((), (), (), (), ())


def test_a_rejected_case_keeps_what_was_reached():
    rules = ruleset(indicators=(indicator("a"),), points=(points("d", Effect.DEDUCT, number(-1)),))
    done = evaluation(rules, {"a": 5000})

    assert done.outcome.status is Status.REJECTED
    assert done.results[0].score == 5000
    assert done.scores[0].base == Fixed(5000, 2)


# What the outcome says


def test_fired_rules_are_sorted_by_code_point_and_named_once():
    rules = ruleset(
        indicators=(indicator("a"),),
        exemptions=(exemption("z"), exemption("理"), exemption("B", flag("f"))),
        weights=weights(adjustment("y", TRUE, {"a": number(2)}), adjustment("x", flag("f"))),
        unscored=(unscored("u", flag("f")),),
        points=(
            points("w", Effect.DEDUCT, number(1)),
            points("v", Effect.DEDUCT, number(1), flag("f"), unknown=OnUnknown.IGNORE),
        ),
    )
    result = outcome(rules, {"a": 1})

    assert [f.rule for f in result.fired] == ["w", "y", "z", "理"]
    assert result.missing == ("f",)


def test_adjustments_move_weights_only_where_they_fire():
    rules = ruleset(
        indicators=(indicator("a"), indicator("b")), weights=weights(adjustment("s", flag("f"), {"a": number(3)}))
    )

    assert [s.share for s in outcome(rules, {"a": 1, "b": 1, "f": True}).scores[0].shares] == [3, 1]
    assert [s.share for s in outcome(rules, {"a": 1, "b": 1}).scores[0].shares] == [1, 1]
    assert outcome(rules, {"a": 1, "b": 1}).missing == ("f",)


def test_everything_that_was_missing_is_named_once_in_order():
    rules = ruleset(
        indicators=(
            indicator("m", missing=WAIVE, target=read("t")),
            indicator("o", only_if=flag("of")),
            indicator("k"),
        ),
        exemptions=(exemption("e", flag("ef")), exemption("g", TRUE, TargetGrant("m", plus(own_target(), read("g"))))),
        weights=weights(adjustment("s", flag("sf"))),
        unscored=(unscored("u", flag("uf")),),
        points=(points("d", Effect.DEDUCT, number(1), flag("df"), unknown=OnUnknown.IGNORE),),
        outputs=(output("out", read("of")), output("out2", read("x"))),
    )

    assert outcome(rules, {"o": 1, "k": 1, "t": 1}).missing == ("df", "ef", "g", "m", "of", "sf", "uf", "x")
    assert outcome(rules, {"o": 1, "k": 1}).missing == ("df", "ef", "m", "of", "sf", "t", "uf", "x")


def test_a_define_that_nothing_reads_is_not_missing():
    assert outcome(ruleset(defines=(definition("d", read("a")),))).missing == ()


def test_outputs_are_values_missing_or_lists():
    listed = table("l", HitPolicy.COLLECT, 1, 1, [((None,), (1,)), ((None,), (2,))])
    rules = ruleset(
        tables=(listed,),
        outputs=(
            output("list", TableCall("l", "out0", (number(1),), type=INTEGER)),
            output("gone", read("x")),
            output("text", lit("理", TEXT)),
            output("final", score_value()),
        ),
    )
    result = outcome(rules)

    assert [(o.id, o.value) for o in result.outputs] == [
        ("list", (1, 2)),
        ("gone", None),
        ("text", "理"),
        ("final", 10000),
    ]


def test_outputs_read_the_final_score_even_through_a_define():
    rules = ruleset(
        defines=(definition("d", score_value(scale=3)),),
        points=(points("p", Effect.DEDUCT, number(4, 3), compare(define("d", Number(3)), "=", number(100_000, 3))),),
        outputs=(output("o", define("d", Number(3))),),
    )

    assert outcome(rules).outputs[0].value == 100_000


def test_a_one_row_relation_reads_like_an_input_everywhere():
    climate = relation("climate", {"rate": INTEGER}, one_row=True)
    rules = ruleset(indicators=(indicator("a", one_row("climate", "rate"), missing=WAIVE),), relations=(climate,))

    assert outcome(rules, {}, climate=rows({"rate": 7})).indicators[0].score == 700
    assert outcome(rules).missing == ("climate",)


# Grades

GRADES = (
    Grade("A", Label("A", "A"), 9000, None),
    Grade("B", Label("B", "B"), 6000, 8999),
    Grade("C", Label("C", "C"), None, 5999),
)


@pytest.mark.parametrize(
    ("points_", "grade"), [(10000, "A"), (9000, "A"), (8999, "B"), (6000, "B"), (5999, "C"), (0, "C")]
)
def test_grades_at_their_bounds(points_, grade):
    rules = ruleset(indicators=(indicator("a"),), scores=(score("a", grades=GRADES),))

    assert outcome(rules, {"a": points_}).scores[0].grade == grade


def test_without_a_grade_that_covers_it_a_score_has_none():
    rules = ruleset(scores=(start(grades=GRADES[1:2]),))

    assert outcome(rules).scores[0].grade is None
    assert outcome(ruleset()).scores[0].grade is None


# Our bugs


def test_what_the_compiler_has_ruled_out_is_our_bug():
    one = indicator("a")
    for broken in (
        ruleset(indicators=(one,), scores=(score("a", method=Method.VALUE),)),
        ruleset(scores=(start(lit("t", TEXT)),)),
        ruleset(indicators=(replace(one, family=Family("r", "c"), weight=None),), relations=(relation("r", {}),)),
    ):
        with pytest.raises(InternalError):
            outcome(broken, {"a": 1})


# Properties


@st.composite
def portfolios(draw):
    names = [f"i{n}" for n in range(draw(st.integers(1, 5)))]
    indicators = tuple(
        indicator(
            n,
            weight=number(draw(st.integers(1, 9))),
            missing=draw(st.sampled_from([WAIVE, MissingRule(OnMissing.SCORE, 4000)])),
            group=draw(st.sampled_from(["g", "h", None])),
            better=draw(st.sampled_from(Better)),
            reason=n.upper(),
        )
        for n in names
    )
    shifts = tuple(
        adjustment(f"s{n}", flag(f"f{n}"), {draw(st.sampled_from(names)): number(draw(st.integers(1, 9)))})
        for n in range(2)
    )
    rules = ruleset(indicators=indicators, weights=weights(*shifts), scores=(score(*names, clamp=Bounds(0, 10000)),))
    values = {n: draw(st.integers(-100, 10100)) for n in names if draw(st.booleans())}
    values |= {f: draw(st.booleans()) for f in ("f0", "f1") if draw(st.booleans())}
    return rules, values


@given(portfolios(), st.randoms(use_true_random=False))
def test_the_order_of_rules_in_a_stratum_decides_nothing(drawn, random):
    rules, values = drawn
    shuffled = replace(
        rules,
        indicators=tuple(random.sample(rules.indicators, len(rules.indicators))),
        weights=weights(*random.sample(rules.weights.adjustments, 2)),
    )
    one, other = outcome(rules, values), outcome(shuffled, values)

    assert one == replace(other, indicators=one.indicators)
    assert sorted(one.indicators) == sorted(other.indicators)


@given(portfolios())
def test_a_score_of_weights_lies_between_its_indicators(drawn):
    rules, values = drawn
    result = outcome(rules, values)
    present = [i.score for i in result.indicators if i.score is not None]

    assert (result.status is Status.SCORED) == bool(present)
    if present:
        assert min(present) <= result.scores[0].final.value <= max(present)


def test_fixed_numbers_show_exactly_their_digits():
    assert [str(Fixed(*pair)) for pair in ((-5, 2), (0, 0), (7, 0), (-7, 1), (12345, 3), (5, 3), (0, 2))] == [
        "-0.05", "0", "7", "-0.7", "12.345", "0.005", "0.00",
    ]  # fmt: skip


def test_outcomes_compare_bit_for_bit():
    one = outcome(ruleset(indicators=(indicator("a"),)), {"a": 5})
    other = replace(one, scores=(replace(one.scores[0], ledger=one.scores[0].ledger[:-1]),))

    assert one == outcome(ruleset(indicators=(indicator("a"),)), {"a": 5})
    assert one != other
    assert one.scores[0].ledger[-1] == Line(LineKind.FINAL, Fixed(5, 2))
