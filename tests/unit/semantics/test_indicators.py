"""Indicators: the order in which a score comes about, and families."""

from __future__ import annotations

from dataclasses import replace

import pytest

from steelyard.diagnostics import InternalError
from steelyard.ir.expressions import Part
from steelyard.ir.ruleset import AtLeastGrant, Better, Bounds, Family, Met, MissingRule, OnMissing, WaiveGrant
from steelyard.ir.types import Number
from steelyard.semantics import Missing, Status
from steelyard.semantics.outcome import IndicatorOutcome
from unit.semantics.build import (
    BOOLEAN,
    INTEGER,
    POINTS,
    TEXT,
    TRUE,
    evaluation,
    exemption,
    field,
    flag,
    indicator,
    number,
    outcome,
    output,
    part,
    read,
    relation,
    rows,
    ruleset,
    start,
    value,
)

WAIVE, REJECT = MissingRule(OnMissing.WAIVE), MissingRule(OnMissing.REJECT)


def lacking(*reasons):
    return Missing(frozenset(reasons))


def found(values, *exemptions, **changes):
    return outcome(ruleset(indicators=(indicator("i", **changes),), exemptions=exemptions), values)


def test_an_indicator_is_scored_to_two_digits():
    assert found({"i": 9876}).indicators == (IndicatorOutcome("i", None, 9876, None, 9876),)
    assert found({"i": 0}).indicators[0].score == 0


def test_only_if_waives_where_it_is_anything_but_true():
    assert found({"i": 1, "f": True}, only_if=flag("f")).indicators[0].waived is None
    no = found({"i": 1, "f": False}, only_if=flag("f"))
    unknown = found({"i": 1}, only_if=flag("f"))

    assert str(no.indicators[0].waived) == "not applicable: its condition does not hold"
    assert (no.indicators[0].score, no.indicators[0].measure, no.missing) == (None, 1, ())
    assert str(unknown.indicators[0].waived) == "unknown whether it applies: `f` is missing"
    assert (unknown.indicators[0].score, unknown.missing) == (None, ("f",))


def test_only_if_comes_before_waivers_and_what_is_missing():
    waiver = exemption("e", TRUE, WaiveGrant("i"))
    rejecting = {"only_if": flag("f"), "missing": REJECT}

    assert "not applicable" in str(found({"f": False}, waiver, **rejecting).indicators[0].waived)
    assert "unknown" in str(found({}, waiver, **rejecting).indicators[0].waived)
    assert "exemption" in str(found({"f": True}, waiver, **rejecting).indicators[0].waived)
    assert found({"f": True}, **rejecting).status is Status.REJECTED


def test_missing_waives_rejects_or_scores_as_the_rule_says():
    waived = found({}, missing=WAIVE)
    rejected = found({}, missing=REJECT, target=read("t"))
    scored = found({}, missing=MissingRule(OnMissing.SCORE, 4050), reason="R")

    assert str(waived.indicators[0].waived) == "waived: `i` is missing"
    assert (waived.status, waived.reason, waived.missing) == (Status.UNSCORED, "nothing_to_score", ("i",))
    assert (rejected.rejection.where, rejected.rejection.value) == ("i", "")
    assert str(rejected.rejection.expected) == "a value; `i, t` is missing"
    assert scored.indicators == (IndicatorOutcome("i", None, None, None, 4050, None, missing_score=True),)
    assert scored.missing == ("i",)
    assert scored.scores[0].reasons == ("R",)


def test_a_missing_target_is_missing_too_and_the_measure_is_kept():
    result = found({"i": 5}, target=read("t"), missing=WAIVE).indicators[0]

    assert (result.measure, result.target, result.score) == (5, None, None)
    assert str(result.waived) == "waived: `t` is missing"


def test_a_score_for_what_is_missing_passes_by_way_and_clamp_but_not_the_floor():
    rule = MissingRule(OnMissing.SCORE, 20000)
    floor = exemption("e", TRUE, AtLeastGrant("i", number(60)))

    assert found({}, missing=rule).indicators[0].score == 20000
    assert found({}, floor, missing=MissingRule(OnMissing.SCORE, 1000)).indicators[0].score == 6000
    assert found({}, floor, missing=rule).indicators[0].score == 20000
    assert found({}, floor, missing=WAIVE).indicators[0].score is None


def test_rounding_and_clamping_in_either_order_is_the_same():
    thousandths = read("i", Number(3))

    assert [found({"i": i}, measure=thousandths).indicators[0].score for i in (-6, -4, 4, 5, 99994, 99995, 100004)] == [
        0, 0, 0, 1, 9999, 10000, 10000,
    ]  # fmt: skip
    assert found({"i": -6}, measure=thousandths, clamp=Bounds(-1, None)).indicators[0].score == -1


def test_what_is_missing_without_a_rule_is_our_bug():
    with pytest.raises(InternalError):
        found({})


# What others may read


def parts(values, **changes):
    kinds = {Part.MEASURE: POINTS, Part.TARGET: POINTS, Part.SCORE: POINTS, Part.STATUS: TEXT, Part.SHARE: Number(6)}
    rules = ruleset(
        indicators=(
            indicator("i", target=read("t", POINTS), way=Met(), missing=WAIVE, weight=number(1), **changes),
            indicator("other", number(50), weight=number(2)),
            indicator("untargeted", number(50), weight=number(3)),
        ),
        outputs=tuple(output(p.value, part("i", p, kind)) for p, kind in kinds.items()),
    )
    result = outcome(rules, values)
    return {o.id: o.value for o in result.outputs}, result.missing, rules


def test_the_parts_of_an_indicator():
    assert parts({"i": 5, "t": 7})[0] == {"measure": 5, "target": 7, "score": 0, "status": "scored", "share": 166667}


def test_of_a_waived_indicator_only_measure_and_status_are_there():
    values, missing, _ = parts({"i": 5, "t": 7, "f": False}, only_if=flag("f"))

    assert values == {"measure": 5, "target": None, "score": None, "status": "waived", "share": None}
    assert missing == ("i.score", "i.share", "i.target")


def test_a_missing_measure_is_missing_for_its_own_reasons():
    values, missing, rules = parts({"t": 7})

    assert values == {"measure": None, "target": None, "score": None, "status": "waived", "share": None}
    assert missing == ("i", "i.score", "i.share", "i.target")
    assert value(part("untargeted", Part.TARGET), {}, rules) == lacking("untargeted.target")


def test_reading_an_indicator_that_is_not_settled_is_our_bug():
    with pytest.raises(InternalError):
        value(part("i", Part.SCORE))


def test_a_share_is_there_only_in_a_score_with_shares():
    rules = ruleset(indicators=(indicator("i"),), scores=(start(),))

    assert value(part("i", Part.SHARE, Number(6)), {"i": 1}, rules) == lacking("i.share")


# Families

MEASURES = relation("measures", {"code": TEXT, "used": INTEGER, "on": BOOLEAN, "mine": BOOLEAN}, row_id="code")
USED = field("measures", "used")


def family(*given_rows, joins=None, **changes):
    each = indicator("each", USED, family=Family("measures", "code"), missing=WAIVE, **changes)
    rules = ruleset(indicators=(each,), relations=(replace(MEASURES, joins=joins),))
    return outcome(rules, {}, measures=rows(*given_rows))


def test_a_family_is_one_indicator_of_each_row_in_code_point_order():
    result = family({"code": "b", "used": 10}, {"code": "理", "used": 20}, {"code": "B", "used": 30}, {"code": "a"})

    assert [(i.row, i.score) for i in result.indicators] == [("B", 3000), ("a", None), ("b", 1000), ("理", 2000)]
    assert result.missing == ("measures.used",)
    assert [(s.row, s.share) for s in result.scores[0].shares] == [("B", 1), ("b", 1), ("理", 1)]


def test_every_condition_of_a_family_is_of_its_row():
    on = field("measures", "on", BOOLEAN)
    result = family(
        {"code": "a", "used": 1, "on": True},
        {"code": "b", "used": 2, "on": False},
        {"code": "c", "used": 3},
        only_if=on,
    )

    assert [i.score for i in result.indicators] == [100, None, None]
    assert [str(i.waived) for i in result.indicators[1:]] == [
        "not applicable: its condition does not hold",
        "unknown whether it applies: `measures.on` is missing",
    ]


def test_targets_of_a_family_are_of_its_row():
    result = family({"code": "a", "used": 1}, {"code": "b", "used": 2}, target=USED, way=Met(), better=Better.LOWER)

    assert [(i.target, i.score) for i in result.indicators] == [(1, 10000), (2, 10000)]


def test_a_row_that_may_belong_is_waived():
    result = family(
        {"code": "a", "used": 1},
        {"code": "b", "used": 2, "mine": True},
        {"code": "c", "mine": False},
        joins=field("measures", "mine", BOOLEAN),
    )

    assert [(i.row, i.score) for i in result.indicators] == [("a", None), ("b", 200)]
    assert str(result.indicators[0].waived) == "unknown whether it applies: `measures.mine` is missing"


def test_a_family_without_rows_has_no_results():
    result = family()

    assert (result.indicators, result.reason) == ((), "nothing_to_score")


def test_an_id_twice_or_nowhere_rejects_the_case():
    twice = family({"code": "a", "used": 1}, {"code": "a", "used": 2})
    nowhere = family({"used": 1})

    assert (twice.rejection.where, twice.rejection.value) == ("each", "a")
    assert str(twice.rejection.expected) == "each id in `code` once in a case"
    assert (nowhere.rejection.where, nowhere.rejection.value) == ("each", "")
    assert str(nowhere.rejection.expected) == "an id in `code` of every row"


def test_after_a_family_no_row_is_at_hand():
    each = indicator("each", USED, family=Family("measures", "code"), weight=USED)
    done = evaluation(ruleset(indicators=(each,), relations=(MEASURES,)), {}, measures=rows({"code": "a", "used": 1}))

    assert done.env.bound == [None]
    assert (done.env.own_measure, done.env.own_target) == (None, None)


# Weights of rows


def weighted(*given_rows, scale=0, **changes):
    weight = field("measures", "w", Number(scale))
    each = indicator("each", USED, family=Family("measures", "code"), weight=weight, missing=WAIVE, **changes)
    rules = ruleset(
        indicators=(each,), relations=(relation("measures", {"code": TEXT, "used": INTEGER, "w": INTEGER}),)
    )
    return outcome(rules, {}, measures=rows(*given_rows))


def test_rows_weigh_what_their_expression_says():
    result = weighted({"code": "a", "used": 10, "w": 25}, {"code": "b", "used": 20, "w": 50}, scale=1)

    assert [s.share for s in result.scores[0].shares] == [1, 2]
    assert result.scores[0].final.value == 1667


@pytest.mark.parametrize(("row", "shown"), [({}, ""), ({"w": 0}, "0"), ({"w": -15}, "-15")])
def test_a_row_without_a_weight_above_zero_rejects_the_case(row, shown):
    result = weighted({"code": "a", "used": 10, "w": 1}, {"code": "b", "used": 20} | row)

    assert (result.rejection.where, result.rejection.value) == ("each", shown)
    assert str(result.rejection.expected) == "a weight above 0 for the row `b`"


def test_a_waived_row_needs_no_weight():
    result = weighted({"code": "a", "used": 10, "w": 1}, {"code": "b"}, {"code": "c", "w": 0})

    assert [(s.row, s.share) for s in result.scores[0].shares] == [("a", 1)]
    assert result.missing == ("measures.used", "measures.w")
