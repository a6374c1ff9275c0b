from __future__ import annotations

from steelyard.analysis.situations import MOST_SITUATIONS, count_combinations, situations
from steelyard.semantics import SituationError

TWO = """
groups: {g: G, h: H}
indicators:
  x: {measure: m, target: 5, better: higher, score: met, weight: 1, group: g, missing: waive}
  y: {measure: a, target: 5, better: higher, score: met, weight: 1, group: h}
score: {method: weighted_mean}
"""


def check(found, section: str, base: str = TWO) -> list[str]:
    return [str(one.headline) for one in found(base + section, plain=False) if one.code.startswith("H2")]


def adjust(*rules: str) -> str:
    return "weights:\n  adjustments:\n" + "".join(f"    r{n}: {{when: b, {rule}}}\n" for n, rule in enumerate(rules, 1))


def test_two_sets_on_one_indicator(found):
    assert ["weights that cannot be resolved: `r1` and `r2` both set the share of `y`"] == check(
        found, adjust("set: {y: 10%}", "set: {y: 20%}")
    )


def test_exclusive_adjustments_never_meet(found):
    assert [] == check(found, adjust("set: {y: 10%}, exclusive: e", "set: {y: 20%}, exclusive: e"))


def test_exclusive_adjustments_meet_others(found):
    rules = ("set: {y: 10%}, exclusive: e", "set: {x: 20%}, exclusive: e", "set: {y: 5%}")

    assert ["weights that cannot be resolved: `r1` and `r3` both set the share of `y`"] == check(found, adjust(*rules))


def test_sets_above_one_together(found):
    [one] = found(TWO + adjust("set: {x: 60%}", "set: {y: 50%}"), plain=False)

    assert "weights that cannot be resolved: the shares that are set add up to 11/10, more than 1" == str(one.headline)
    assert ["it happens with `r1`, `r2`, nothing waived"] == [str(note) for note in one.notes]
    assert one.span is not None


def test_a_set_on_a_waived_indicator_is_dropped_not_refused(found):
    assert [] == check(found, adjust("set: {x: 100%}"))


def test_limits_that_cannot_be_met_with_a_set(found):
    section = adjust("set: {y: 70%}") + "  limits: {h: {at_most: 50%}}\n"
    [one] = found(TWO + section, plain=False)

    assert "H204" == one.code
    assert ["it happens with `r1`, nothing waived", "it happens with `r1` with `x` waived"] == [
        str(n) for n in one.notes
    ]


def test_limits_that_add_up_to_too_much_or_too_little(found):
    assert 1 == len(check(found, "weights: {limits: {g: {at_least: 60%}, h: {at_least: 50%}}}\n"))
    assert 1 == len(check(found, "weights: {limits: {g: {at_most: 40%}, h: {at_most: 50%}}}\n"))
    assert [] == check(found, "weights: {limits: {g: {at_least: 50%}, h: {at_least: 50%}}}\n")


def test_a_group_that_empties_takes_its_limit_along(found):
    """Without `x` nothing is left in g: h may have all, though at most 60% were allowed."""
    assert [] == check(found, "weights: {limits: {h: {at_most: 60%}}}\n")


def test_more_situations_than_named_are_counted(found):
    rules = ["set: {y: 60%}", "set: {x: 60%}", *["multiply: {y: 2}"] * 3]
    [one] = found(TWO + adjust(*rules), plain=False)

    assert 6 == len(one.notes)
    assert "and in 3 more situations" == str(one.notes[-1])


def test_limit_of_combinations(found, ruleset):
    """11 adjustments and one waivable indicator are 4,096; one more is too many."""
    just = TWO + adjust(*["multiply: {y: 2}"] * 11)
    policy = ruleset(just)

    assert MOST_SITUATIONS == count_combinations(policy, policy.scores[0])
    assert MOST_SITUATIONS == len(list(situations(policy, policy.scores[0])))
    assert [] == check(found, "", just)
    assert ["the weights have 8192 situations, too many to check each"] == check(
        found, adjust(*["multiply: {y: 2}"] * 12)
    )


def test_adjustments_of_other_indicators_do_not_count(ruleset):
    scores = TWO.replace(
        "score: {method: weighted_mean}",
        "scores: {one: {of: [x], method: weighted_mean}, two: {of: [y], method: weighted_mean}}",
    )
    policy = ruleset(scores + adjust("multiply: {x: 2}", "multiply: {g: 3}"))

    assert [8, 1] == [count_combinations(policy, score) for score in policy.scores]


def test_every_way_to_leave_counts(ruleset):
    """only_if, missing: waive, a waive grant; not missing: reject."""
    sections = """
indicators:
  x: {measure: a, target: 5, better: higher, score: met, weight: 1, only_if: b}
  y: {measure: m, target: 5, better: higher, score: met, weight: 1, missing: waive}
  z: {measure: a, target: 5, better: higher, score: met, weight: 1}
  v: {measure: m, target: 5, better: higher, score: met, weight: 1, missing: reject}
exemptions:
  e: {when: b, grants: {z: {waive: true}}}
score: {method: weighted_mean}
"""
    policy = ruleset(sections)
    found = list(situations(policy, policy.scores[0]))

    assert 8 == len(found)
    assert not any(isinstance(result, SituationError) for _, result in found)
    assert "no adjustment, nothing waived" == str(found[0][0].words)
    assert "no adjustment, `x`, `y`, `z` waived" == str(found[-1][0].words)


def test_families_count_as_with_and_without_rows(ruleset):
    sections = """
relations:
  steps: {of_case: k, fields: {k: text, name: text, used: integer, w: {type: integer, range: "[1..9]"}}}
indicators:
  f: {for_each: steps, id: name, measure: used, target: 5, better: higher, score: met, weight: w}
  y: {measure: a, target: 5, better: higher, score: met, weight: 1}
score: {method: weighted_mean}
"""
    policy = ruleset(sections)

    assert 2 == len(list(situations(policy, policy.scores[0])))
