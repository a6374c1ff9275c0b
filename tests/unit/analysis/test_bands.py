from __future__ import annotations


def indicator(score: str, measure: str = "measure: a", extra: str = "") -> str:
    body = f"    {measure}\n    weight: 1\n    score: {score}\n{extra}"
    return f"indicators:\n  x:\n{body}score: {{method: weighted_mean}}\n"


def bands(*tests: str) -> str:
    return "{bands: [" + ", ".join(f'{{when: "{test}", points: {n}}}' for n, test in enumerate(tests)) + "]}"


def check(found, *tests: str, **options: str) -> list[tuple[str, str]]:
    return [(one.code, str(one.headline)) for one in found(indicator(bands(*tests), **options), plain=False)]


def test_bands_that_meet_are_clean(found):
    assert [] == check(found, "<= 3", "(3..7]", "> 7")


def test_overlap_gives_the_value(found):
    assert [("H121", "two bands of `x` hold where the measure is 3")] == check(found, "<= 3", "[3..7]", "> 7")


def test_gap_without_missing_is_an_error(found):
    assert [("H122", "no band of `x` holds where the measure is 3")] == check(found, "< 3", "> 3")


def test_gap_with_missing_is_a_warning(found):
    [(code, _)] = check(found, "< 3", "> 3", extra="    missing: reject\n")

    assert "H123" == code


def test_only_values_that_the_measure_can_have_count(found):
    """`a` lies between 0 and 10."""
    assert [] == check(found, "[0..10]")
    assert [("H122", "no band of `x` holds where the measure is 10")] == check(found, "[0..9]")
    assert [] == check(found, "<= 10", "> 11")


def test_a_clock_never_runs_backwards(found):
    clock = "clock: {from: start, to: start}"

    assert [] == check(found, "[0h..24h]", "> 24h", measure=clock)
    assert "H122" == check(found, "(0h..24h]", "> 24h", measure=clock)[0][0]


def test_bands_of_text(found):
    assert [] == check(found, "red", "green", measure="measure: c")
    assert [("H122", "no band of `x` holds where the measure is `green`")] == check(found, "red", measure="measure: c")


def curve(found, points: str, better: str) -> list[str]:
    return [one.code for one in found(indicator(f"{{curve: {points}}}", extra=f"    better: {better}\n"), plain=False)]


def test_curve_goes_with_its_direction(found):
    assert [] == curve(found, "[[1, 100], [2, 100], [3, 0]]", "lower")
    assert [] == curve(found, "[[1, 0], [2, 100]]", "higher")
    assert ["L125"] == curve(found, "[[1, 100], [2, 50], [3, 51]]", "lower")
    assert ["L125"] == curve(found, "[[1, 1], [2, 0]]", "higher")
