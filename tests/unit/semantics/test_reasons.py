"""Reason codes."""

from __future__ import annotations

from steelyard.ir.ruleset import Band, Bands, Better, Bounds, Effect, Family, Method
from steelyard.ir.types import Number
from unit.semantics.build import (
    INTEGER,
    TEXT,
    TRUE,
    compare,
    field,
    flag,
    indicator,
    number,
    outcome,
    own_measure,
    points,
    relation,
    rows,
    ruleset,
    score,
    start,
)


def reasons(scores, *rules, weights=None, codes=None, baseline=10000, values=None, **changes):
    """Indicators i0, i1, ... with the codes R0, R1, ... unless given."""
    indicators = tuple(
        indicator(
            f"i{n}",
            weight=number((weights or [1] * len(scores))[n]),
            reason=(codes or [f"R{m}" for m in range(9)])[n],
            baseline=baseline,
        )
        for n in range(len(scores))
    )
    rule = ruleset(indicators=indicators, scores=(score(*(i.id for i in indicators), **changes),), points=rules)
    return outcome(rule, {f"i{n}": s for n, s in enumerate(scores)} | (values or {})).scores[0].reasons


def test_the_most_points_lost_come_first():
    assert reasons([9000, 7000, 8000]) == ("R1", "R2", "R0")
    assert reasons([9000, 7000, 8000], weights=[10, 1, 1]) == ("R0", "R1", "R2")


def test_only_what_lost_points_is_a_reason():
    assert reasons([10000, 9999]) == ("R1",)
    assert reasons([10000]) == ()
    assert reasons([9000, 10000], baseline=9500) == ("R0",)


def test_ties_keep_the_order_written():
    assert reasons([9000, 9000, 8000, 9000]) == ("R2", "R0", "R1", "R3")


def test_points_count_as_they_are_published():
    """A share so small that six digits show nothing lost."""
    assert reasons([10000, 9999], weights=[10**6, 1]) == ()
    assert reasons([10000, 9999], weights=[10**4, 1]) == ("R1",)


def test_an_indicator_without_a_code_gives_none_and_a_code_is_listed_once():
    assert reasons([9000, 7000, 8000], codes=[None, "X", "X"]) == ("X",)
    assert reasons([9000, 7000, 8000], codes=["X", "Y", "X"]) == ("Y", "X")


def test_the_score_limits_how_many():
    assert reasons([9000, 7000, 8000], reasons=2) == ("R1", "R2")
    assert reasons([9000, 7000, 8000], reasons=1) == ("R1",)


def test_deductions_rank_among_indicators_and_after_them_in_ties():
    rule = points("d", Effect.DEDUCT, number(10), reason="D")

    assert reasons([8000], rule) == ("R0", "D")
    assert reasons([9000], rule) == ("R0", "D")
    assert reasons([9001], rule) == ("D", "R0")


def test_a_rule_counts_with_its_total_after_the_cap():
    each = relation("r", {"n": INTEGER})

    def ranked(cap, bounds=None):
        rules = (
            points("d", Effect.DEDUCT, field("r", "n"), TRUE, for_each="r", cap=cap, reason="D"),
            points("e", Effect.DEDUCT, number(9), reason="E"),
        )
        rule = ruleset(points=rules, relations=(each,), scores=(start(clamp=bounds or Bounds(0, 10000)),))
        return outcome(rule, {}, r=rows({"n": 5}, {"n": 5})).scores[0].reasons

    assert ranked(None) == ("D", "E")
    assert ranked(number(9)) == ("D", "E")
    assert ranked(number(8)) == ("E", "D")
    assert ranked(number(0)) == ("E",)


def test_a_bonus_is_no_reason_and_does_not_hide_one():
    rules = (points("b", Effect.ADD, number(5), reason="B"), points("d", Effect.DEDUCT, number(1), reason="D"))

    assert reasons([9000], *rules) == ("R0", "D")


def test_a_gate_counts_with_what_it_took_where_it_lowers_the_score():
    assert reasons([9000], points("g", Effect.AT_MOST, number(59), reason="G")) == ("G", "R0")
    assert reasons([9000], points("g", Effect.AT_MOST, number(85), reason="G")) == ("R0", "G")
    assert reasons([9000], points("g", Effect.AT_MOST, number(90), reason="G")) == ("R0",)
    assert reasons([9000], points("g", Effect.AT_LEAST, number(95), reason="G")) == ("R0",)


def test_digits_beyond_six_still_rank():
    small = (
        points("d", Effect.DEDUCT, number(1, 7), reason="D"),
        points("e", Effect.DEDUCT, number(2, 7), reason="E"),
    )

    assert reasons([9000], *small) == ("R0", "E", "D")
    assert reasons([9000], points("d", Effect.DEDUCT, number(105_000_000, 7), reason="D")) == ("D", "R0")
    assert reasons([9000], points("d", Effect.DEDUCT, number(99_999_999, 7), reason="D")) == ("R0", "D")


def test_a_bands_code_comes_before_the_indicators():
    way = Bands(
        (
            Band(compare(own_measure(Number(2)), "<", number(50, 2)), 0, "BAND"),
            Band(compare(own_measure(Number(2)), ">=", number(50, 2)), 5000, None),
        )
    )
    rule = ruleset(indicators=(indicator("i", way=way, reason="OWN"),))

    assert outcome(rule, {"i": 49}).scores[0].reasons == ("BAND",)
    assert outcome(rule, {"i": 50}).scores[0].reasons == ("OWN",)


def test_rows_of_a_family_tie_in_their_order_and_share_a_code():
    each = indicator("each", field("m", "s", Number(2)), family=Family("m", "code"), reason="F")
    rule = ruleset(indicators=(each, indicator("a", reason="A")), relations=(relation("m", {"code": TEXT}),))
    given_rows = rows({"code": "x", "s": 9000}, {"code": "y", "s": 5000})

    assert outcome(rule, {"a": 8000}, m=given_rows).scores[0].reasons == ("F", "A")


def test_where_less_is_better_what_raises_the_score_is_a_reason():
    rules = (
        points("b", Effect.ADD, number(5), reason="B"),
        points("d", Effect.DEDUCT, number(1), reason="D"),
        points("g", Effect.AT_LEAST, number(60), reason="G"),
    )

    assert reasons([3000, 1000], *rules, baseline=0, better=Better.LOWER) == ("G", "R0", "R1", "B")


def test_only_the_lowest_is_a_reason():
    assert reasons([7000, 3000], method=Method.LOWEST) == ("R1",)


def test_a_rule_that_did_not_fire_is_no_reason():
    assert reasons([9000], points("d", Effect.DEDUCT, number(1), flag("f"), reason="D"), values={"f": False}) == ("R0",)
