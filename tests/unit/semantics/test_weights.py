"""Weights, stage by stage."""

from __future__ import annotations

from fractions import Fraction
from math import gcd

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steelyard.diagnostics import InternalError
from steelyard.ir.ruleset import Family, Waived
from steelyard.ir.types import Number
from steelyard.semantics import NOTHING, Circumstances, Situation, SituationError, StageKind, Weighing, resolve
from steelyard.semantics.scope import RulesetScope
from steelyard.semantics.sets import spread
from unit.semantics.build import (
    INTEGER,
    TEXT,
    adjustment,
    field,
    indicator,
    limit,
    lit,
    number,
    parameter,
    parameters,
    percent,
    relation,
    ruleset,
    score,
    weights,
)

MEMBERS = {"a": ("speed", 20), "b": ("speed", 30), "c": ("quality", 15), "d": ("quality", 25), "e": (None, 10)}


def rules(*adjustments, members=None, **changes):
    indicators = tuple(
        indicator(name, group=group, weight=number(weight)) for name, (group, weight) in (members or MEMBERS).items()
    )
    return ruleset(indicators=indicators, weights=weights(*adjustments, **changes))


def resolved(rule, *fired, waived=(), families=(), of=0):
    circumstances = Circumstances(fired, frozenset((unit, None) for unit in waived), families)
    return resolve(rule.scores[of], rule, circumstances)


def published(rule, *fired, **changes):
    found = resolved(rule, *fired, **changes)
    assert isinstance(found, Situation), found.message
    return found.shares, found.denominator


def notes(rule, *fired, **changes):
    return [str(note) for note in resolved(rule, *fired, **changes).notes]


def refused(rule, *fired, **changes):
    found = resolved(rule, *fired, **changes)
    assert isinstance(found, SituationError)
    return str(found.message)


def test_only_the_ratio_of_weights_counts():
    assert published(rules()) == ((4, 6, 3, 5, 2), 20)
    assert published(rules(members={n: (g, 7 * w) for n, (g, w) in MEMBERS.items()})) == ((4, 6, 3, 5, 2), 20)


def test_weights_with_digits_are_exact():
    rule = ruleset(indicators=(indicator("a", weight=number(15, 1)), indicator("b", weight=number(2, 0))))

    assert published(rule) == ((3, 4), 7)


def test_the_stages_are_kept():
    shift = adjustment("s", multiply={"speed": number(8, 1), "quality": number(12, 1)})
    found = resolved(rules(shift), "s", waived=("a",))

    assert found.members == tuple((unit, None) for unit in MEMBERS)
    assert [(stage.kind, stage.adjustment) for stage in found.stages] == [
        (StageKind.BASE, None),
        (StageKind.MULTIPLY, "s"),
        (StageKind.WAIVE, None),
    ]
    assert [stage.amounts for stage in found.stages] == [
        (20, 30, 15, 25, 10),
        (16, 24, 18, 30, 10),
        (None, 24, 18, 30, 10),
    ]
    assert (found.shares, found.denominator) == ((None, 12, 9, 15, 5), 41)
    assert found.by_member == {("b", None): 12, ("c", None): 9, ("d", None): 15, ("e", None): 5}


def test_multiplies_of_all_adjustments_and_of_group_and_member_apply_together():
    one = adjustment("one", multiply={"speed": number(2), "a": number(3)})
    other = adjustment("other", multiply={"a": number(5)})

    assert published(rules(one, other), "one", "other") == ((120, 12, 3, 5, 2), 142)
    assert published(rules(one, other), "other") == ((20, 6, 3, 5, 2), 36)
    assert published(rules(one, other)) == ((4, 6, 3, 5, 2), 20)


def test_an_adjustment_without_multiply_has_no_stage_of_its_own():
    found = resolved(rules(adjustment("s", sets={"a": percent(50)})), "s")

    assert [stage.kind for stage in found.stages] == [StageKind.BASE, StageKind.SET]


def test_parameters_may_move_weights():
    shift = adjustment("s", multiply={"e": parameter("p", Number(1))})
    rule = ruleset(
        indicators=(indicator("e"), indicator("f")), weights=weights(shift), parameters=parameters(p=(Number(1), 15))
    )

    assert published(rule, "s") == ((3, 2), 5)


# Waiving


def test_a_waived_members_weight_goes_to_all():
    assert published(rules(), waived=("a", "e")) == ((None, 6, 3, 5, None), 14)


def test_or_stays_in_its_group_while_the_group_has_members():
    rule = rules(waived=Waived.WITHIN_GROUP)

    assert published(rule, waived=("a",)) == ((None, 10, 3, 5, 2), 20)
    assert published(rule, waived=("a", "e")) == ((None, 10, 3, 5, None), 18)
    assert published(rule, waived=("a", "b")) == ((None, None, 3, 5, 2), 10)
    assert resolved(rule, waived=("a",)).stages[-1].amounts == (None, 50, 15, 25, 10)


def test_without_a_member_there_is_nothing_to_resolve():
    assert resolved(rules(), waived=tuple(MEMBERS)) is NOTHING
    assert resolve(score(), rules(), Circumstances()) is NOTHING


def test_one_member_has_it_all():
    assert published(rules(), waived=("a", "b", "c", "d")) == ((None, None, None, None, 1), 1)


# Sets


def test_a_set_share_stays_and_the_unset_ones_fill_what_is_left():
    rule = rules(adjustment("s", sets={"c": percent(30)}))
    found = resolved(rule, "s")

    assert (found.shares, found.denominator) == ((28, 42, 51, 35, 14), 170)
    assert found.stages[-1].amounts == (
        Fraction(28, 170),
        Fraction(42, 170),
        Fraction(3, 10),
        Fraction(35, 170),
        Fraction(14, 170),
    )


def test_a_multiply_of_a_set_member_is_without_effect():
    rule = rules(adjustment("s", multiply={"c": number(9)}, sets={"c": percent(30)}))

    assert published(rule, "s") == ((28, 42, 51, 35, 14), 170)


def test_a_set_group_shares_by_weight_inside():
    rule = rules(adjustment("s", sets={"quality": percent(60)}))

    assert published(rule, "s") == ((16, 24, 27, 45, 8), 120)


def test_in_a_set_group_its_set_members_stay_and_the_others_fill_its_rest():
    rule = rules(adjustment("s", sets={"quality": percent(60), "c": percent(50), "e": percent(10)}))
    found = resolved(rule, "s")

    assert found.stages[-1].amounts == (
        Fraction(12, 100),
        Fraction(18, 100),
        Fraction(50, 100),
        Fraction(10, 100),
        Fraction(10, 100),
    )


def test_sets_of_a_group_and_of_members_elsewhere_do_not_meet():
    rule = rules(adjustment("s", sets={"quality": percent(60), "a": percent(10)}))

    assert resolved(rule, "s").stages[-1].amounts == (
        Fraction(10, 100),
        Fraction(90, 400),
        Fraction(45, 200),
        Fraction(75, 200),
        Fraction(30, 400),
    )


def test_only_set_ones_are_scaled_to_one_and_that_is_said():
    rule = rules(adjustment("s", sets={"a": percent(20), "b": percent(30)}))

    assert published(rule, "s", waived=("c", "d", "e")) == ((2, 3, None, None, None), 5)
    assert notes(rule, "s", waived=("c", "d", "e")) == ["only set shares are left: they are scaled from 1/2 to 1"]


def test_only_set_ones_that_already_add_up_are_not():
    rule = rules(adjustment("s", sets={"a": percent(20), "b": percent(80)}))

    assert published(rule, "s", waived=("c", "d", "e")) == ((1, 4, None, None, None), 5)
    assert notes(rule, "s", waived=("c", "d", "e")) == []


def test_only_set_ones_in_a_set_group_are_scaled_to_the_groups_share():
    rule = rules(adjustment("s", sets={"quality": percent(60), "c": percent(20)}))

    assert resolved(rule, "s", waived=("d",)).stages[-1].amounts[2] == Fraction(60, 100)
    assert notes(rule, "s", waived=("d",)) == ["only set shares are left in `quality`: they are scaled from 1/5 to 3/5"]
    whole = rules(adjustment("s", sets={"quality": percent(60), "c": percent(60)}))
    assert notes(whole, "s", waived=("d",)) == []


def test_sets_that_take_it_all_leave_the_others_nothing_and_that_is_said():
    rule = rules(adjustment("s", sets={"a": percent(60), "b": percent(40)}))

    assert published(rule, "s") == ((3, 2, 0, 0, 0), 5)
    assert notes(rule, "s") == [f"nothing is left for `{unit}`: the set shares take it all" for unit in "cde"]
    group = rules(adjustment("s", sets={"quality": percent(60), "c": percent(60)}))
    assert notes(group, "s") == ["nothing is left for `d`: the set shares take it all"]


def test_sets_above_one_are_an_error():
    over = rules(adjustment("s", sets={"a": percent(60), "b": percent(41)}))
    inside = rules(adjustment("s", sets={"quality": percent(60), "c": percent(61)}))
    groups = rules(adjustment("s", sets={"quality": percent(60), "a": percent(41)}))

    assert refused(over, "s") == "the shares that are set add up to 101/100, more than 1"
    assert refused(inside, "s") == "the shares set inside `quality` add up to 61/100, more than the 3/5 set for it"
    assert refused(groups, "s") == "the shares that are set add up to 101/100, more than 1"


def test_sets_of_zero():
    rule = rules(adjustment("s", sets={"a": percent(0)}))
    inside = rules(adjustment("s", sets={"quality": percent(60), "c": percent(0)}))
    nothing = rules(adjustment("s", sets={"quality": percent(0), "c": percent(0)}))

    assert published(rule, "s") == ((0, 6, 3, 5, 2), 16)
    assert refused(rule, "s", waived=("b", "c", "d", "e")) == "every member that is left has its share set to 0"
    assert refused(inside, "s", waived=("d",)) == "every member left in `quality` has its share set to 0"
    assert published(nothing, "s", waived=("d",)) == ((2, 3, 0, None, 1), 6)


def test_two_sets_of_one_name_are_an_error_but_only_if_both_fire():
    rule = rules(adjustment("s", sets={"a": percent(20)}), adjustment("t", sets={"a": percent(20)}))

    assert refused(rule, "s", "t") == "`s` and `t` both set the share of `a`"
    assert isinstance(resolved(rule, "t"), Situation)
    assert isinstance(resolved(rule, "s", "t", waived=("a",)), Situation)


def test_a_set_on_what_is_waived_is_dropped_and_said():
    rule = rules(adjustment("s", sets={"a": percent(20), "speed": percent(50)}))

    assert published(rule, "s", waived=("a", "b")) == ((None, None, 3, 5, 2), 10)
    assert notes(rule, "s", waived=("a", "b")) == [
        f"the share that `s` sets for `{name}` is dropped: nothing of it is left" for name in ("a", "speed")
    ]


# Limits


def test_a_floor_stretches_the_unset_members_of_a_group():
    rule = rules(limits=(limit("quality", 60),))
    found = resolved(rule)

    assert found.stages[-1].kind is StageKind.LIMIT
    assert found.stages[-1].factor == Fraction(2, 3)
    assert found.stages[-1].amounts == (
        Fraction(2, 15),
        Fraction(1, 5),
        Fraction(9, 40),
        Fraction(3, 8),
        Fraction(1, 15),
    )
    assert (found.shares, found.denominator) == ((16, 24, 27, 45, 8), 120)


def test_limits_that_hold_change_nothing():
    rule = rules(limits=(limit("quality", 40, 40), limit("speed", None, 50)))

    assert published(rule) == ((4, 6, 3, 5, 2), 20)
    assert resolved(rule).stages[-1].factor == 1


def test_inside_a_group_set_shares_stay_and_unset_ones_stretch():
    rule = rules(adjustment("s", sets={"c": percent(10)}), limits=(limit("quality", 60),))
    amounts = resolved(rule, "s").stages[-1].amounts

    assert amounts[2] == Fraction(1, 10)
    assert amounts[3] == Fraction(1, 2)
    assert sum(amounts) == 1


def test_sets_are_the_floor_of_their_group():
    rule = rules(adjustment("s", sets={"c": percent(30)}), limits=(limit("speed", 70),))
    amounts = resolved(rule, "s").stages[-1].amounts

    assert amounts[2] == Fraction(3, 10)
    assert amounts[3] == amounts[4] == 0
    assert notes(rule, "s") == [f"nothing is left for `{unit}`: the set shares take it all" for unit in "de"]


def test_a_group_whose_share_is_set_does_not_move():
    rule = rules(adjustment("s", sets={"quality": percent(60)}), limits=(limit("speed", 35),))

    assert resolved(rule, "s").stages[-1].amounts == (
        Fraction(14, 100),
        Fraction(21, 100),
        Fraction(9, 40),
        Fraction(3, 8),
        Fraction(5, 100),
    )


def test_limits_and_sets_that_do_not_fit_are_an_error():
    above = rules(adjustment("s", sets={"quality": percent(60)}), limits=(limit("quality", None, 59),))
    below = rules(adjustment("s", sets={"quality": percent(60)}), limits=(limit("quality", 61),))
    floors = rules(limits=(limit("quality", 60), limit("speed", 41)))

    assert refused(above, "s") == "the shares set in `quality` are above its `at_most`"
    assert refused(below, "s") == "the share of `quality` cannot reach its `at_least`"
    assert refused(floors) == "the limits cannot be met: the least shares add up to more than 1"


def test_a_limit_on_a_group_with_nothing_left_is_dropped_and_said():
    rule = rules(limits=(limit("quality", 60), limit("speed", None, 90)))

    assert published(rule, waived=("c", "d")) == ((2, 3, None, None, 1), 6)
    assert notes(rule, waived=("c", "d")) == ["the limit on `quality` is dropped: nothing in it is left"]
    assert [stage.kind for stage in resolved(rules(limits=(limit("quality", 60),)), waived=("c", "d")).stages] == [
        StageKind.BASE,
        StageKind.WAIVE,
    ]


def test_a_ceiling_that_cannot_be_met_since_a_group_was_emptied_is_dropped_and_said():
    rule = rules(limits=(limit("speed", None, 90),))

    assert published(rule, waived=("c", "d", "e")) == ((2, 3, None, None, None), 5)
    assert notes(rule, waived=("c", "d", "e")) == ["the `at_most` of `speed` is dropped: a group has nothing left"]


def test_a_ceiling_that_cannot_be_met_for_another_reason_is_an_error():
    """`e` has no group: waiving it empties none."""
    rule = rules(limits=(limit("speed", None, 50), limit("quality", None, 45)))

    assert published(rule) == ((4, 6, 3, 5, 2), 20)
    assert refused(rule, waived=("e",)) == "the limits cannot be met: the greatest shares add up to less than 1"


# Several scores


def test_what_concerns_no_member_of_a_score_is_left_out():
    shift = adjustment("s", multiply={"a": number(3), "e": number(2)}, sets={"d": percent(90), "quality": percent(10)})
    rule = rules(shift, limits=(limit("quality", 60),))
    of_speed = score("a", "b", id="fast")
    found = resolve(of_speed, rule, Circumstances(("s",)))

    assert (found.shares, found.denominator) == ((2, 1), 3)
    assert [str(note) for note in found.notes] == ["the limit on `quality` is dropped: nothing in it is left"]


# Families


def families(**changes):
    each = indicator(
        "each", field("m", "used"), family=Family("m", "code"), weight=field("m", "w"), group=changes.pop("group", None)
    )
    return ruleset(
        indicators=(each, indicator("a", weight=number(5))),
        relations=(relation("m", {"code": TEXT, "w": INTEGER}),),
        **changes,
    )


ROWS = (("each", (("x", Fraction(2)), ("y", Fraction(3)))),)


def test_rows_of_a_family_are_members_with_weights_of_their_own():
    found = resolved(families(), families=ROWS)

    assert found.members == (("each", "x"), ("each", "y"), ("a", None))
    assert (found.shares, found.denominator) == ((2, 3, 5), 10)


def test_a_family_is_set_and_multiplied_as_a_whole():
    shift = adjustment("s", multiply={"each": number(2)})
    fixed = adjustment("f", sets={"each": percent(10)})
    rule = families(weights=weights(shift, fixed))

    assert published(rule, "s", families=ROWS) == ((4, 6, 5), 15)
    assert published(rule, "f", families=ROWS) == ((2, 3, 45), 50)
    waived = Circumstances(("f",), frozenset({("each", "x")}), ROWS)
    assert resolve(rule.scores[0], rule, waived).shares == (None, 1, 9)


def test_a_family_in_a_group_is_one_unit_of_it():
    rule = families(group="g", weights=weights(adjustment("f", sets={"g": percent(50)})))

    assert published(rule, "f", families=ROWS) == ((2, 3, 5), 10)
    assert published(rule, "f") == ((1,), 1)
    assert notes(rule, "f") == ["the share that `f` sets for `g` is dropped: nothing of it is left"]


def test_a_family_without_rows_has_no_members():
    assert published(families()) == ((1,), 1)


# Properties

NAMES = ("a", "b", "c", "d", "e")


@st.composite
def situations(draw):
    members = {n: (draw(st.sampled_from(["g", "h", None])), draw(st.integers(1, 50))) for n in NAMES}
    keys = [*NAMES, *{g for g, _ in members.values() if g is not None}]
    shifts = [
        adjustment(
            name,
            multiply={k: number(draw(st.integers(1, 30)), 1) for k in draw(st.sets(st.sampled_from(keys), max_size=3))},
            sets={k: percent(draw(st.integers(0, 40))) for k in draw(st.sets(st.sampled_from(keys), max_size=2))},
        )
        for name in ("s", "t")
    ]
    bounded = draw(st.sets(st.sampled_from(["g", "h"])))
    limits = [limit(g, draw(st.integers(0, 50)), draw(st.integers(50, 100))) for g in sorted(bounded)]
    rule = rules(*shifts, members=members, limits=limits, waived=draw(st.sampled_from(Waived)))
    fired = tuple(n for n in ("s", "t") if draw(st.booleans()))
    return rule, Circumstances(fired, frozenset((n, None) for n in draw(st.sets(st.sampled_from(NAMES)))))


@given(situations())
def test_shares_add_up_to_one_in_lowest_terms_within_limits(drawn):
    rule, circumstances = drawn
    found = resolve(rule.scores[0], rule, circumstances)
    if isinstance(found, SituationError):
        assert (found is NOTHING) == (len(circumstances.waived) == len(NAMES))
        return
    shares = [n for n in found.shares if n is not None]

    assert sum(shares) == found.denominator
    assert all(n >= 0 for n in shares)
    assert gcd(*shares, found.denominator) == 1
    assert [n is None for n in found.shares] == [key in circumstances.waived for key in found.members]
    by_group: dict[str, Fraction] = {}
    for (unit, _), n in found.by_member.items():
        group = next(i.group for i in rule.indicators if i.id == unit)
        if group is not None:
            by_group[group] = by_group.get(group, Fraction(0)) + Fraction(n, found.denominator)
    dropped = {str(note.values.get("group")) for note in found.notes}
    for bound in rule.weights.limits:
        if bound.group in by_group and bound.group not in dropped:
            assert Fraction(bound.at_least.value, 100) <= by_group[bound.group] <= Fraction(bound.at_most.value, 100)


@given(situations(), st.permutations(NAMES))
def test_the_order_of_members_and_adjustments_moves_no_share(drawn, order):
    rule, circumstances = drawn
    found = resolve(rule.scores[0], rule, circumstances)
    other = resolve(score(*order), rule, Circumstances(tuple(reversed(circumstances.fired)), circumstances.waived))

    assert isinstance(found, SituationError) == isinstance(other, SituationError)
    if isinstance(found, Situation) and isinstance(other, Situation):
        assert found.by_member == other.by_member
        assert found.denominator == other.denominator


@given(st.integers(1, 100), st.integers(1, 100))
def test_raising_a_floor_never_lowers_the_groups_share(low, high):
    low, high = sorted((low, high))
    shares = []
    for at_least in (low, high):
        found = resolved(rules(limits=(limit("quality", at_least),)))
        shares.append(Fraction(found.by_member["c", None] + found.by_member["d", None], found.denominator))

    assert shares[0] <= shares[1]


# What the compiler has ruled out


def test_constants_of_the_weights_are_numbers_and_there():
    for broken in (number(None), lit("t", TEXT)):
        rule = ruleset(indicators=(indicator("a", weight=broken),))
        with pytest.raises(InternalError):
            Weighing(rule, rule.scores[0], RulesetScope(rule))


def test_weights_are_above_zero():
    with pytest.raises(InternalError):
        spread([("a", None)], {("a", None): Fraction(0)}, Fraction(1))
