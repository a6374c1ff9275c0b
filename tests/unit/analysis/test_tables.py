# pyright: basic

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis_texts import CASE, PLAIN, findings, lowered
from steelyard.analysis.tables import MOST_PAIRS


def table(hit: str, rows: str, inputs: str = "a: a", extra: str = "", output: str = "{o: integer}") -> str:
    return f"tables:\n  t:\n    hit: {hit}\n    inputs: {{{inputs}}}\n    outputs: {output}\n    rows: {rows}\n{extra}"


def codes_of(sections: str) -> list[str]:
    return [one.code for one in findings(sections)]


def codes(findings) -> list[str]:
    return [one.code for one in findings]


def test_overlap_under_unique_names_both_rows_and_a_value(found):
    [one] = found(table("unique", '[{a: "<= 5", o: 1}, {a: ">= 5", o: 2}]'))

    assert "H101" == one.code
    assert "rows 1 and 2 of `t` both hit" == str(one.headline)
    assert ["where `a` is 5"] == [str(note) for note in one.notes]
    assert ["row 1"] == [str(label.text) for label in one.labels]
    assert one.span is not None
    assert one.span.line == one.labels[0].span.line


def test_rows_that_touch_do_not_overlap(found):
    assert [] == found(table("unique", '[{a: "< 5", o: 1}, {a: ">= 5", o: 2}]'))


def test_overlap_outside_what_is_asked_is_none(found):
    """`a` is at most 10; both rows hold only above."""
    rows = '[{a: "<= 10", o: 1}, {a: "> 11", o: 2}, {a: "> 12", o: 3}]'
    asked = "outputs:\n  seen: t\n"

    assert ["H101"] == codes(one for one in found(table("unique", rows)) if one.code == "H101")
    assert ["L111", "L111"] == codes(found(table("unique", rows) + asked))


def test_missing_cells_overlap_with_everything(found):
    assert ["H101"] == codes(found(table("unique", '[{o: 1}, {a: "3", o: 2}]')))


def test_two_inputs_overlap_only_where_both_do(found):
    rows = '[{a: "<= 5", c: red, o: 1}, {a: "<= 5", c: green, o: 2}, {a: "> 5", o: 3}]'

    assert [] == found(table("unique", rows, "a: a, c: c"))


def test_any_allows_rows_that_agree(found):
    assert [] == found(table("any", '[{a: "<= 5", o: 1}, {a: ">= 5", o: 1}]'))
    [one] = found(table("any", '[{a: "<= 5", o: 1}, {a: ">= 5", o: 2}]'))
    assert "H102" == one.code


@pytest.mark.parametrize("hit", ["first", "priority", "rule order", "output order", "collect", "collect sum"])
def test_other_hit_policies_allow_overlaps(hit: str, found):
    output = "{o: {type: integer, values: [1, 2]}}" if hit in {"priority", "output order"} else "{o: integer}"

    assert [] == found(table(hit, '[{a: "<= 5", o: 1}, {a: "-", o: 2}]', output=output))


def test_not_every_overlap_of_many_is_told(found):
    rows = ", ".join(f"{{o: {number}}}" for number in range(20))

    told = found(table("unique", f"[{rows}]"))

    assert MOST_PAIRS + 1 == len(told)
    assert "… and 170 more pairs of rows of `t` hit together" == next(
        str(x.headline) for x in told if "…" in str(x.headline)
    )


def test_gap_gives_an_example(found):
    [one] = found(table("unique", '[{a: "< 5", o: 1}, {a: "> 5", o: 2}]'))

    assert ("H103", "no row of `t` hits where `a` is 5") == (one.code, str(one.headline))


@pytest.mark.parametrize("hit", ["rule order", "collect"])
def test_lists_may_be_empty(hit: str, found):
    assert [] == found(table(hit, '[{a: "< 5", o: 1}]'))


def test_a_default_closes_the_gap_even_if_it_is_missing(found):
    rows = '[{a: "< 5", o: 1}]'

    assert ["H103"] == codes(found(table("first", rows)))
    assert [] == found(table("first", rows, extra="    default: {o: missing}\n"))


def test_open_regions_leave_a_gap_that_is_named_so():
    text = CASE.replace("d: text", "d: region(name)") + PLAIN + table("unique", "[{d: 甲, o: 1}]", "d: d")
    _, found = lowered(text)

    assert "no row of `t` hits where `d` is any other region" in [str(one.headline) for one in found]


def test_open_text_leaves_a_gap_that_is_named_so(found):
    [one] = found(table("unique", "[{d: 甲, o: 1}]", "d: d"))

    assert "no row of `t` hits where `d` is any other text" == str(one.headline)


def test_closed_text_and_booleans_can_be_covered(found):
    assert [] == found(
        table("unique", "[{c: red, o: 1}, {c: green, b: 'true', o: 2}, {c: green, b: 'false', o: 3}]", "c: c, b: b")
    )
    [one] = found(table("unique", "[{c: red, o: 1}, {c: green, b: 'true', o: 2}]", "c: c, b: b"))
    assert "no row of `t` hits where `c` is `green` and `b` is false" == str(one.headline)


def test_no_rows_at_all_is_a_gap(found):
    assert ["H103"] == codes(found(table("unique", "[]")))


def test_shadowed_row_under_first(found):
    [one] = found(table("first", '[{a: "<= 5", o: 1}, {a: "> 5", o: 2}, {a: "[2..7]", o: 3}]'))

    assert ("L111", "row 3 of `t` never hits: rows 1, 2 hit first, together") == (one.code, str(one.headline))


def test_row_that_still_has_something_left_is_not_shadowed(found):
    assert [] == found(table("first", '[{a: "<= 5", o: 1}, {a: "> 6", o: 2}, {a: "[2..7]", o: 3}]'))


def test_row_of_two_inputs_is_shadowed_only_by_both_together(found):
    first = '{a: "<= 5", o: 1}, {a: "> 5", c: red, o: 2}'

    assert [] == found(table("first", f"[{first}, {{c: green, o: 3}}]", "a: a, c: c"))
    assert ["L111"] == codes(found(table("first", f"[{first}, {{c: red, o: 3}}, {{o: 4}}]", "a: a, c: c")))


def test_impossible_row(found):
    [one] = found(table("first", '[{a: "> 5", o: 1}, {a: "> 10", o: 2}, {o: 3}]') + "outputs: {seen: t}\n")

    assert "row 2 of `t` can never hit" == str(one.headline)


BOUNDS = st.tuples(st.integers(-1, 11), st.integers(-1, 11)).map(sorted)


@settings(max_examples=150)
@given(st.lists(st.tuples(BOUNDS, st.sampled_from(["red", "green", "-"])), min_size=1, max_size=5))
def test_overlaps_and_gaps_are_those_found_by_trying_every_value(rows):
    """For a in 0..10 and both texts: the definition of overlap and gap, by exhaustion."""

    def hits(row, a: int, c: str) -> bool:
        (low, high), text = row
        return low <= a <= high and text in ("-", c)

    cells = ", ".join(f'{{a: "[{low}..{high}]", c: "{text}", o: {n}}}' for n, ((low, high), text) in enumerate(rows))
    counts = [sum(hits(row, a, c) for row in rows) for a in range(11) for c in ("red", "green")]
    found = codes_of(table("unique", f"[{cells}]", "a: a, c: c") + "outputs: {seen: t}\n")

    assert (max(counts) > 1) == ("H101" in found)
    assert (min(counts) == 0) == ("H103" in found)
    dead = [not any(hits(row, a, c) for a in range(11) for c in ("red", "green")) for row in rows]
    assert sum(dead) == found.count("L111")
