from __future__ import annotations

from fractions import Fraction

import pytest

from steelyard.analysis.weights import decimal, percent


def weighted(weights: dict[str, str], section: str = "", groups: str = "groups: {g: G, h: H}\n") -> str:
    one = "  {}: {{measure: a, target: 5, better: higher, score: met, weight: {}, group: {}}}\n"
    body = "".join(one.format(name, weight, "g" if n == 0 else "h") for n, (name, weight) in enumerate(weights.items()))
    return f"{groups}indicators:\n{body}score: {{method: weighted_mean}}\n{section}"


def check(found, weights: dict[str, str], section: str = "") -> list[tuple[str, str]]:
    return [(one.code, str(one.headline)) for one in found(weighted(weights, section), plain=False)]


def test_total_is_insisted_on(found):
    assert [] == check(found, {"x": "60%", "y": "0.4"}, "weights: {total: 100%}\n")
    [one] = found(weighted({"x": "60%", "y": "0.5"}, "weights: {total: 100%}\n"), plain=False)
    assert ("H201", "the weights add up to 110%, not 100%") == (one.code, str(one.headline))
    assert ["`x` 60%, `y` 50% make 110%"] == [str(note) for note in one.notes]
    assert ["`x`: 60%", "`y`: 50%"] == [str(label.text) for label in one.labels]


def test_total_of_points_is_shown_in_points(found):
    assert [("H201", "the weights add up to 99.5, not 100")] == check(
        found, {"x": "60", "y": "39.5"}, "weights: {total: 100}\n"
    )


def test_sum_differs_by_the_least_bit(found):
    assert "H201" == check(found, {"x": "0.6", "y": "0.400000000000001"}, "weights: {total: 100%}\n")[0][0]


def test_without_total_any_sum_will_do(found):
    assert [] == check(found, {"x": "3", "y": "8"})


def test_weights_and_factors_are_above_zero(found):
    assert [("H202", "the weight of `x` is 0")] == check(found, {"x": "0", "y": "1"})
    assert [("H202", "the weight of `x` is -1.5")] == check(found, {"x": "-1.5", "y": "1"})
    section = "weights: {adjustments: {up: {when: b, multiply: {g: 0}}}}\n"
    assert [("H202", "the factor of `g` is 0")] == check(found, {"x": "1", "y": "1"}, section)


@pytest.mark.parametrize(
    ("share", "message"),
    [
        ("101%", "the share set for `x` is 101%"),
        ("30", "the share set for `x` is 3000%"),
        ("-1%", "the share set for `x` is -1%"),
    ],
)
def test_shares_lie_between_nothing_and_all(share: str, message: str, found):
    section = f"weights: {{adjustments: {{up: {{when: b, set: {{x: {share}}}}}}}}}\n"

    assert [("H203", message)] == check(found, {"x": "1", "y": "1"}, section)


@pytest.mark.parametrize("share", ["0%", "100%"])
def test_the_ends_are_allowed_as_limits(share: str, found):
    section = f"weights: {{limits: {{g: {{at_least: {share}}}}}}}\n"

    assert [] == check(found, {"x": "1", "y": "1"}, section)


def test_limits_that_exclude_each_other(found):
    section = "weights: {limits: {g: {at_least: 60%, at_most: 50%}}}\n"

    assert [("H203", "the limits of `g` exclude each other")] == check(found, {"x": "1", "y": "1"}, section)
    assert [] == check(found, {"x": "1", "y": "1"}, "weights: {limits: {g: {at_least: 60%, at_most: 60%}}}\n")


def test_parameters_without_value_are_waited_for(found):
    section = "parameters: {w: {type: decimal(1)}}\nweights: {total: w}\n"

    assert [] == check(found, {"x": "1", "y": "1"}, section)


def test_exact_numbers_as_text():
    assert ["110%", "12.5%", "0%", "-1%"] == [percent(Fraction(n, 1000)) for n in (1100, 125, 0, -10)]
    assert "1/3" == percent(Fraction(1, 3))
    assert ["0.05", "-2", "10", "1/3"] == [decimal(Fraction(*n)) for n in ((1, 20), (-2, 1), (10, 1), (1, 3))]
