"""Exemptions: which grants count."""

from __future__ import annotations

import pytest

from steelyard.diagnostics import InternalError
from steelyard.ir.ruleset import (
    AtLeastGrant,
    Better,
    Effect,
    Family,
    Met,
    MissingRule,
    OnMissing,
    OnUnknown,
    Proportion,
    TargetGrant,
    WaiveGrant,
)
from steelyard.semantics import Missing, prepare
from steelyard.semantics.outcome import Fired
from unit.semantics.build import (
    BOOLEAN,
    INTEGER,
    TEXT,
    compare,
    evaluation,
    exemption,
    field,
    flag,
    indicator,
    lit,
    number,
    outcome,
    own_target,
    plus,
    points,
    read,
    relation,
    rows,
    ruleset,
)

WAIVE = MissingRule(OnMissing.WAIVE)
WEATHER = relation("weather", {"extra": INTEGER, "bad": BOOLEAN})
BAD = field("weather", "bad", BOOLEAN)
EXTRA = field("weather", "extra")


def survey(better=Better.LOWER, target=None, **changes):
    values = {"way": Met(), "better": better, "target": number(24) if target is None else target, "missing": WAIVE}
    return indicator("survey", read("m"), **(values | changes))


def relax(target):
    return TargetGrant("survey", target)


def result(*exemptions, m=30, weather=(), values=None, rule=None):
    rules = ruleset(indicators=(rule or survey(),), relations=(WEATHER,), exemptions=exemptions)
    return evaluation(rules, {"m": m, **(values or {})}, weather=rows(*weather))


def settled(*exemptions, **changes):
    found = result(*exemptions, **changes).results[0]
    return found.target, [granted.value for granted in found.grants], [granted.counted for granted in found.grants]


MORE = exemption("storm", BAD, relax(plus(own_target(), EXTRA)), for_each="weather")


def test_without_an_exemption_the_base_target_counts():
    assert settled() == (24, [], [])


def test_the_largest_relaxation_of_all_activations_wins():
    found = settled(MORE, weather=[{"bad": True, "extra": 5}, {"bad": True, "extra": 9}, {"bad": True, "extra": 9}])

    assert found == (33, [5, 9, 9], [False, True, False])


def test_of_equal_relaxations_the_exemption_written_first_is_named():
    one, other = exemption("b", lit(True, BOOLEAN), relax(number(30))), MORE
    found = settled(one, other, weather=[{"bad": True, "extra": 6}])

    assert found == (30, [6, 6], [True, False])
    assert settled(other, one, weather=[{"bad": True, "extra": 6}]) == (30, [6, 6], [True, False])


def test_stacked_relaxations_add_up():
    found = settled(
        MORE,
        rule=survey(stack=True),
        weather=[{"bad": True, "extra": 5}, {"bad": True, "extra": -3}, {"bad": True, "extra": 9}],
    )

    assert found == (38, [5, 0, 9], [True, False, True])


def test_where_higher_is_better_a_milder_target_is_lower():
    found = settled(MORE, rule=survey(Better.HIGHER), weather=[{"bad": True, "extra": -5}, {"bad": True, "extra": 9}])

    assert found == (19, [5, 0], [True, False])


def test_a_stricter_target_counts_as_no_relaxation_and_is_said():
    found = result(MORE, weather=[{"bad": True, "extra": -5}, {"bad": True, "extra": 0}]).results[0]

    assert [granted.stricter for granted in found.grants] == [True, False]
    assert [granted.target for granted in found.grants] == [19, 24]
    assert [granted.value for granted in found.grants] == [0, 0]
    assert not any(granted.counted for granted in found.grants)
    assert found.target == 24


def test_only_rows_for_which_the_condition_holds_grant_anything():
    found = result(MORE, weather=[{"bad": False, "extra": 5}, {"extra": 7}, {"bad": True, "extra": 1}])

    assert found.results[0].target == 25
    assert [(j.row.row.id, j.truth) for j in found.exemptions] == [
        ("1", False),
        ("2", Missing(frozenset({"weather.bad"}))),
        ("3", True),
    ]
    assert found.outcome.fired == (Fired("storm", ("3",)),)
    assert found.outcome.missing == ("weather.bad",)


def test_a_grant_whose_expression_is_missing_is_refused():
    found = result(MORE, weather=[{"bad": True}, {"bad": True, "extra": 2}])

    assert found.results[0].grants[0].refused == Missing(frozenset({"weather.extra"}))
    assert found.results[0].target == 26
    assert found.outcome.missing == ("weather.extra",)


def test_where_the_base_target_is_missing_there_is_nothing_to_relax():
    constant = exemption("storm", flag("f"), relax(number(48)))
    found = result(constant, rule=survey(target=read("t")), values={"f": True})

    assert found.results[0].target == Missing(frozenset({"t"}))
    assert found.results[0].grants[0].refused == Missing(frozenset({"t"}))
    assert found.outcome.missing == ("t",)


def test_the_relaxed_target_is_what_the_indicator_is_scored_by():
    assert result(MORE, m=30, weather=[{"bad": True, "extra": 6}]).results[0].score == 10000
    assert result(MORE, m=31, weather=[{"bad": True, "extra": 6}]).results[0].score == 0
    relaxed = result(MORE, m=60, weather=[{"bad": True, "extra": 6}], rule=survey(way=Proportion()))
    assert relaxed.results[0].score == 5000
    assert relaxed.outcome.indicators[0].target == 30


def test_the_highest_floor_counts_after_all_else():
    floors = [
        exemption(name, flag("f"), AtLeastGrant("survey", p))
        for name, p in (("a", number(60)), ("b", number(605, 1)), ("c", number(5)))
    ]
    found = result(*floors, values={"f": True}).results[0]

    assert (found.score, found.at_least) == (6050, 6050)
    assert [granted.counted for granted in found.grants] == [False, True, False]
    assert result(*floors, values={"f": True}, m=3).results[0].score == 10000
    assert result(*floors, values={"f": False}).results[0].score == 0


def test_of_equal_floors_the_first_is_named_and_a_missing_one_is_refused():
    floors = [
        exemption(name, flag("f"), AtLeastGrant("survey", p))
        for name, p in (("a", read("p")), ("b", number(6000, 2)), ("c", number(60)))
    ]
    found = result(*floors, values={"f": True})

    assert found.results[0].score == 6000
    assert [granted.counted for granted in found.results[0].grants] == [False, True, False]
    assert found.results[0].grants[0].refused == Missing(frozenset({"p"}))
    assert found.outcome.missing == ("p",)
    assert result(floors[0], values={"f": True}).results[0].at_least is None


def test_a_floor_above_the_clamp_holds():
    """at_least comes after clamp and rounding."""
    floor = exemption("a", flag("f"), AtLeastGrant("survey", number(120)))

    assert result(floor, values={"f": True}).results[0].score == 12000


def test_a_waiver_wins_over_all_and_names_the_first():
    exemptions = (
        exemption("floor", flag("f"), AtLeastGrant("survey", number(60))),
        exemption("b", flag("f"), WaiveGrant("survey")),
        exemption("a", flag("f"), WaiveGrant("survey"), relax(number(48))),
    )
    found = result(*exemptions, values={"f": True}).results[0]

    assert found.score is None
    assert str(found.waived) == "waived by the exemption `b`"
    assert (found.measure, found.target) == (30, 48)
    assert result(*exemptions, values={"f": False}).results[0].waived is None


def test_a_lifted_points_rule_does_not_apply_at_all():
    """Not even where its unknown condition would reject the case."""
    rule = points("d", Effect.DEDUCT, number(5), flag("unknown"), unknown=OnUnknown.REJECT)
    lifting = [exemption("a", flag("f"), lifts=("d",)), exemption("b", flag("f"), lifts=("d",))]
    rules = ruleset(points=(rule,), exemptions=tuple(lifting))

    assert outcome(rules, {"f": True}).scores[0].final.value == 10000
    assert evaluation(rules, {"f": True}).lifted == {"d": "a"}
    assert outcome(rules, {"f": False}).rejection.where == "d"
    assert outcome(rules, {}).rejection.where == "d"


def test_a_rule_lifted_in_any_row_is_lifted():
    rule = points("d", Effect.DEDUCT, number(5), lit(True, BOOLEAN))
    rules = ruleset(
        points=(rule,), relations=(WEATHER,), exemptions=(exemption("a", BAD, for_each="weather", lifts=("d",)),)
    )

    assert outcome(rules, {}, weather=rows({"bad": False}, {"bad": True})).scores[0].final.value == 10000
    assert outcome(rules, {}, weather=rows({"bad": False}, {})).scores[0].final.value == 9500
    assert outcome(rules).scores[0].final.value == 9500


# Families

MEASURES = relation("measures", {"code": TEXT, "used": INTEGER, "new": BOOLEAN}, row_id="code")
EACH = indicator(
    "each",
    field("measures", "used"),
    family=Family("measures", "code"),
    way=Met(),
    target=number(24),
    better=Better.LOWER,
)


def family(*exemptions, **changes):
    rules = ruleset(indicators=(EACH,), relations=(MEASURES, WEATHER), exemptions=exemptions)
    given_rows = rows({"code": "b", "used": 30, "new": True}, {"code": "a", "used": 30, "new": False}, id_field="code")
    return evaluation(rules, {"f": True}, measures=given_rows, **changes).results


def test_an_exemption_of_the_case_or_another_relation_grants_to_every_row_of_a_family():
    milder = exemption("m", flag("f"), TargetGrant("each", number(30)))
    storm = exemption("s", BAD, TargetGrant("each", plus(own_target(), EXTRA)), for_each="weather")

    assert [r.score for r in family(milder)] == [10000, 10000]
    assert [r.target for r in family(storm, weather=rows({"bad": True, "extra": 1}, {"bad": True, "extra": 2}))] == [
        26,
        26,
    ]


def test_an_exemption_over_the_familys_own_relation_grants_in_its_own_row():
    new = exemption("new", field("measures", "new", BOOLEAN), WaiveGrant("each"), for_each="measures")
    more = exemption(
        "more", field("measures", "new", BOOLEAN), TargetGrant("each", field("measures", "used")), for_each="measures"
    )

    assert [(r.row_id, r.score) for r in family(new)] == [("a", 0), ("b", None)]
    assert [(r.row_id, r.target) for r in family(more)] == [("a", 24), ("b", 30)]


# What the compiler has ruled out


def test_a_grant_that_makes_no_sense_is_our_bug():
    no_target = indicator("survey", read("m"))
    no_direction = survey(better=None, way=no_target.way)
    for rule in (no_target, no_direction):
        with pytest.raises(InternalError):
            result(exemption("e", lit(True, BOOLEAN), relax(number(1))), rule=rule)
    text = exemption("e", lit(True, BOOLEAN), relax(lit("t", TEXT)))
    with pytest.raises(InternalError):
        result(text)
    with pytest.raises(InternalError):
        prepare(
            ruleset(
                indicators=(survey(),),
                exemptions=(exemption("e", lit(True, BOOLEAN), AtLeastGrant("survey", lit("t", TEXT))),),
            )
        )


def test_a_condition_that_compares_reads_the_row_at_hand():
    storm = exemption("s", compare(EXTRA, ">", read("m")), relax(number(99)), for_each="weather")

    assert result(storm, weather=[{"extra": 30}]).results[0].target == 24
    assert result(storm, weather=[{"extra": 31}]).results[0].target == 99
