"""`steelyard show --weights`: every reachable situation, the common ones first."""

from __future__ import annotations


def rows(steelyard, *arguments: str) -> list[str]:
    return steelyard("show", *arguments, "--weights").out.splitlines()


def test_the_number_of_situations_stands_above_them(steelyard):
    """Three lines of business or none of two, three regimes, three climates, with and without a rating."""
    found = rows(steelyard, "dynamic-weights")

    assert found[0] == "situations: 54, those of the fewest causes first"
    assert len(found) == 2 + 54


def test_situations_of_few_causes_come_first(steelyard):
    names = [line.split("  ")[0] for line in rows(steelyard, "dynamic-weights")[2:]]

    causes = [name.count("`") // 2 for name in names]
    assert causes == sorted(causes)
    assert names[0] == "no adjustment, nothing waived"
    assert names[-1] == "`injury-line`, `catastrophe-regime`, `complaints-high` with `satisfaction` waived"


def test_exclusive_adjustments_share_no_situation(steelyard):
    for line in rows(steelyard, "dynamic-weights"):
        assert ("flood-season" in line) + ("catastrophe-regime" in line) < 2
        assert ("property-line" in line) + ("injury-line" in line) < 2
        assert ("complaints-raised" in line) + ("complaints-high" in line) < 2


def test_the_situation_of_the_readme_is_among_them(steelyard):
    line = "`injury-line`, `catastrophe-regime`, `complaints-high`, nothing waived"
    found = {row.split("  ")[0]: row.split()[-5:] for row in rows(steelyard, "dynamic-weights")}

    assert found[line] == ["35", "28", "54", "63", "180"]


def test_said_in_chinese(steelyard):
    assert rows(steelyard, "dynamic-weights", "--lang", "zh")[0] == "共 54 种情形，成因少者在前"


def test_weights_that_must_be_given_are_asked_for(steelyard):
    done = steelyard("show", "cn-service-evaluation-2015", "--weights")

    assert done.status == 2
    assert "give them with `--set`" in done.err
