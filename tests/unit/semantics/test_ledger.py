"""The ledger: a closed sum that rounding does not plug."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steelyard.diagnostics import InternalError
from steelyard.ir.ruleset import Better, Bounds, Effect, Method
from steelyard.ir.types import Number
from steelyard.semantics.ledger import contribute, open_ledger
from steelyard.semantics.outcome import Fixed, LineKind
from steelyard.semantics.records import Contribution, Scored
from unit.semantics.build import evaluation, flag, indicator, number, outcome, points, read, ruleset, score, start

SUMS = {LineKind.BASE, LineKind.FINAL}


def lines(result, position=0):
    return [(line.kind.value, str(line.amount), line.rule) for line in result.scores[position].ledger]


def scored(scores, weights, **changes):
    indicators = tuple(
        indicator(f"i{n}", weight=number(weight), baseline=changes.get("baseline", 10000))
        for n, weight in enumerate(weights)
    )
    changes.pop("baseline", None)
    members = tuple(i.id for i in indicators)
    rules = ruleset(indicators=indicators, scores=(score(*members, **changes),))
    return outcome(rules, {f"i{n}": s for n, s in enumerate(scores)})


def test_a_ledger_runs_from_the_opening_to_the_final_score():
    """The published example: weights as ratios, 97.98."""
    result = scored([10000, 9000, 10000, 10000, 10000, 9778], [10, 20, 30, 20, 20, 10])

    assert lines(result) == [
        ("opening", "100.000000", None),
        ("lost", "0.000000", "i0"),
        ("lost", "-1.818182", "i1"),
        ("lost", "0.000000", "i2"),
        ("lost", "0.000000", "i3"),
        ("lost", "0.000000", "i4"),
        ("lost", "-0.201818", "i5"),
        ("rounding", "0.000000", None),
        ("base", "97.98", None),
        ("final", "97.98", None),
    ]
    assert result.scores[0].denominator == 11
    assert [s.share for s in result.scores[0].shares] == [1, 2, 3, 2, 2, 1]
    assert [str(s.lost) for s in result.scores[0].shares][1] == "1.818182"


def test_rounding_is_a_line():
    result = scored([10000, 10000, 5], [1, 1, 1])

    assert lines(result)[3:6] == [
        ("lost", "-33.316667", "i2"),
        ("rounding", "-0.003333", None),
        ("base", "66.68", None),
    ]


def test_a_gain_is_a_negative_loss():
    result = scored([10000], [1], baseline=8000)

    assert lines(result)[:2] == [("opening", "80.000000", None), ("lost", "20.000000", "i0")]
    assert result.scores[0].shares[0].lost == Fixed(-20_000_000, 6)


def test_the_clamp_of_the_base_is_a_line_before_rounding():
    high = scored([10000, 9000], [1, 2], clamp=Bounds(0, 9000))
    low = scored([100, 100], [1, 2], clamp=Bounds(200, 9000))

    assert lines(high)[3:] == [
        ("clamp", "-3.333333", None),
        ("rounding", "0.000000", None),
        ("base", "90.00", None),
        ("final", "90.00", None),
    ]
    assert lines(low)[3:6] == [("clamp", "1.000000", None), ("rounding", "0.000000", None), ("base", "2.00", None)]
    assert high.scores[0].ledger[3].stage is None


@pytest.mark.parametrize(("points_", "clamped"), [(9000, False), (9001, True), (200, False), (199, True)])
def test_the_clamp_bites_only_beyond_its_bounds(points_, clamped):
    kinds = [line.kind for line in scored([points_], [1], clamp=Bounds(200, 9000)).scores[0].ledger]

    assert (LineKind.CLAMP in kinds) is clamped


def test_the_base_is_clamped_exactly_before_it_is_rounded():
    """89.996 is under 90.00 and rounds to it: nothing to clamp."""
    result = scored([9000] * 249 + [8900], [1] * 250, clamp=Bounds(0, 9000))

    assert LineKind.CLAMP not in [line.kind for line in result.scores[0].ledger]
    assert lines(result)[-3:] == [("rounding", "0.004000", None), ("base", "90.00", None), ("final", "90.00", None)]


def test_without_bounds_nothing_is_clamped():
    assert str(scored([10000], [1], clamp=Bounds(None, None)).scores[0].final) == "100.00"


@pytest.mark.parametrize(
    ("digits", "shown"), [(0, "67"), (1, "66.7"), (2, "66.68"), (6, "66.683333"), (9, "66.683333333")]
)
def test_any_number_of_digits(digits, shown):
    result = scored([10000, 10000, 5], [1, 1, 1], digits=digits, clamp=Bounds(0, 100 * 10**digits))

    assert str(result.scores[0].final) == shown


def test_where_less_is_better_lost_points_are_added():
    result = scored([3000, 1000], [1, 1], better=Better.LOWER, baseline=500)

    assert lines(result)[:3] == [("opening", "5.000000", None), ("lost", "12.500000", "i0"), ("lost", "2.500000", "i1")]
    assert [s.lost for s in result.scores[0].shares] == [Fixed(12_500_000, 6), Fixed(2_500_000, 6)]
    assert str(result.scores[0].base) == "20.00"


# The other methods


def test_a_sum_adds_whole_scores():
    result = scored([3000, 1050], [1, 9], method=Method.SUM, baseline=0)

    assert lines(result)[:4] == [
        ("opening", "0.000000", None),
        ("lost", "30.000000", "i0"),
        ("lost", "10.500000", "i1"),
        ("rounding", "0.000000", None),
    ]
    assert (result.scores[0].denominator, [s.share for s in result.scores[0].shares]) == (1, [1, 1])


@pytest.mark.parametrize(
    ("method", "points_", "shares", "base"),
    [
        (Method.LOWEST, [7000, 3000, 3000], [0, 1, 0], "30.00"),
        (Method.HIGHEST, [3000, 7000, 7000], [0, 1, 0], "70.00"),
        (Method.LOWEST, [0, 0], [1, 0], "0.00"),
    ],
)
def test_the_lowest_or_highest_counts_alone_and_of_equal_ones_the_first(method, points_, shares, base):
    result = scored(points_, [1] * len(points_), method=method).scores[0]

    assert ([s.share for s in result.shares], str(result.base), result.denominator) == (shares, base, 1)
    assert [s.lost.value for s in result.shares if s.share == 0] == [0] * (len(points_) - 1)


@pytest.mark.parametrize("method", [Method.VALUE, Method.START])
def test_a_value_is_the_opening_and_nothing_is_lost(method):
    result = outcome(ruleset(scores=(score(method=method, value=read("v", Number(3))),)), {"v": 80555})

    assert lines(result) == [
        ("opening", "80.555000", None),
        ("rounding", "0.005000", None),
        ("base", "80.56", None),
        ("final", "80.56", None),
    ]
    assert (result.scores[0].denominator, result.scores[0].shares) == (None, ())


def test_a_value_with_many_digits_opens_with_six():
    result = outcome(ruleset(scores=(start(read("v", Number(8))),)), {"v": 8055555555})

    assert lines(result)[:2] == [("opening", "80.555556", None), ("rounding", "0.004444", None)]


def test_a_missing_value_leaves_the_score_unscored():
    result = outcome(ruleset(scores=(start(read("v")),)))

    assert (result.reason, result.missing, result.scores[0].unscored) == ("missing_value", ("v",), "missing_value")


# Properties


def closes(score_outcome):
    """Every line that is no sum adds up to the base, and on to the final score, to the digit."""
    total = Fraction(0)
    for line in score_outcome.ledger:
        amount = Fraction(line.amount.value, 10**line.amount.scale)
        if line.kind in SUMS:
            assert amount == total
        else:
            total += amount
    assert score_outcome.ledger[-1].kind is LineKind.FINAL


@given(
    st.lists(st.tuples(st.integers(0, 10000), st.integers(1, 99), st.integers(0, 10000)), min_size=1, max_size=7),
    st.integers(0, 8),
    st.tuples(
        st.sampled_from(Better), st.sampled_from([Method.WEIGHTED_MEAN, Method.SUM, Method.LOWEST, Method.HIGHEST])
    ),
    st.lists(st.tuples(st.sampled_from(Effect), st.integers(0, 10**5), st.integers(1, 2)), max_size=4),
    st.tuples(st.integers(0, 50), st.integers(50, 100)),
)
def test_every_ledger_closes(drawn, digits, better_and_method, effects, bounds):
    better, method = better_and_method
    indicators = tuple(indicator(f"i{n}", weight=number(w), baseline=b) for n, (_, w, b) in enumerate(drawn))
    clamp = Bounds(bounds[0] * 10**digits, bounds[1] * 10**digits)
    rule = score(*(i.id for i in indicators), digits=digits, better=better, method=method, clamp=clamp)
    gates = {Effect.AT_MOST, Effect.AT_LEAST}
    rules = tuple(
        points(
            f"p{n}",
            effect,
            number(amount // 1000 if effect in gates else amount, 0 if effect in gates else 3),
            stage=stage,
        )
        for n, (effect, amount, stage) in enumerate(effects)
    )
    done = evaluation(
        ruleset(indicators=indicators, scores=(rule,), points=rules), {f"i{n}": s for n, (s, _, _) in enumerate(drawn)}
    )
    result, kept = done.outcome.scores[0], done.scores[0]

    closes(result)
    exact = Fraction(*kept.exact)
    clamped = max(Fraction(bounds[0]), min(Fraction(bounds[1]), exact))
    assert abs(Fraction(result.base.value, 10**digits) - clamped) <= Fraction(1, 2 * 10**digits)
    if method is Method.WEIGHTED_MEAN:
        weights = [w for _, w, _ in drawn]
        assert exact == Fraction(sum(s * w for s, w, _ in drawn), 100 * sum(weights))
        assert sum(s.share for s in result.shares) == result.denominator


# The assertions


def prepared(points_=9000):
    done = evaluation(ruleset(indicators=(indicator("i"),)), {"i": points_})
    return done.ruleset.scores[0], Scored("score", present=done.results)


def test_a_ledger_with_a_plug_is_our_bug():
    rule, kept = prepared()
    contribute(rule, kept, [1], 1)
    kept.contributions = [Contribution(c.result, c.share, c.lost + 10_000) for c in kept.contributions]
    with pytest.raises(InternalError, match="more than rounding"):
        open_ledger(rule, kept)


@pytest.mark.parametrize(("off", "fails"), [(5000, False), (5001, False), (5002, True), (-5001, False), (-5002, True)])
def test_the_rounding_line_may_be_half_a_unit_and_half_a_millionth_a_line(off, fails):
    """One indicator: half a hundredth is 5,000 millionths, two lines bring 1 more."""
    rule, kept = prepared()
    contribute(rule, kept, [1], 1)
    kept.contributions = [Contribution(c.result, c.share, c.lost + off) for c in kept.contributions]
    if fails:
        with pytest.raises(InternalError):
            open_ledger(rule, kept)
    else:
        assert open_ledger(rule, kept)[-1].kind is LineKind.BASE


@pytest.mark.parametrize(("off", "fails"), [(0, False), (2, False), (3, True), (-2, False), (-3, True)])
def test_a_clamp_brings_half_a_millionth_more(off, fails):
    """At six digits: half a millionth for the base, and for the opening, the indicator and the clamp."""
    rule, kept = prepared(9000)
    rule = replace(rule, clamp=Bounds(0, 80_000_000), digits=6)
    contribute(rule, kept, [1], 1)
    kept.contributions = [Contribution(c.result, c.share, c.lost + off) for c in kept.contributions]
    if fails:
        with pytest.raises(InternalError):
            open_ledger(rule, kept)
    else:
        assert open_ledger(rule, kept)[-1].kind is LineKind.BASE


def test_a_ledger_of_what_is_not_there_is_our_bug():
    rule, kept = prepared()
    with pytest.raises(InternalError):
        open_ledger(rule, kept)
    kept.present[0].score = None
    with pytest.raises(InternalError):
        contribute(rule, kept, [1], 1)


def test_waived_members_have_no_line():
    rules = ruleset(indicators=(indicator("a", only_if=flag("f")), indicator("b")))
    result = outcome(rules, {"a": 1, "b": 2, "f": False})

    assert [line[2] for line in lines(result)][:3] == [None, "b", None]
