"""Gaps, overlaps and unreachable rows as regions: against brute force over every value, and in words."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from analysis_texts import CASE, findings, lowered
from steelyard.analysis import gaps, occurrence
from steelyard.analysis.check import load_text
from steelyard.diagnostics import Diagnostic, ValueRegion
from steelyard.diagnostics.catalogue import translator
from steelyard.diagnostics.renderers.json import check_schema, render_json

Value = int | str | bool | None

GRID: dict[str, tuple[Value, ...]] = {
    "a": tuple(range(11)),
    "m": (*range(11), None),
    "c": ("red", "green"),
    "d": ("x", "y", "any other"),
    "b": (True, False),
}
"""All values of the inputs of `analysis_texts.CASE`, each open text once."""


@dataclass(frozen=True)
class Cell:
    text: str
    test: Callable[[Value], bool] | None

    def holds(self, value: Value) -> bool | None:
        """None: unknown."""
        if self.test is None:
            return True
        return None if value is None else self.test(value)


ANY = Cell("-", None)
NUMBERS = st.one_of(
    st.integers(0, 10).map(lambda n: Cell(f"< {n}", lambda v: v < n)),
    st.integers(0, 10).map(lambda n: Cell(f">= {n}", lambda v: v >= n)),
    st.integers(0, 10).map(lambda n: Cell(f"not({n})", lambda v: v != n)),
    st.tuples(st.integers(0, 10), st.integers(0, 10)).map(lambda n: Cell(f"{n[0]}, {n[1]}", lambda v: v in n)),
    st.tuples(st.integers(0, 5), st.integers(6, 10)).map(
        lambda n: Cell(f"({n[0]}..{n[1]}]", lambda v: n[0] < v <= n[1])
    ),
    st.tuples(st.integers(0, 5), st.integers(6, 10)).map(
        lambda n: Cell(f"< {n[0]}, > {n[1]}", lambda v: v < n[0] or v > n[1])
    ),
)


def texts(*values: str) -> st.SearchStrategy[Cell]:
    one = st.sampled_from(values)
    return one.map(lambda t: Cell(t, lambda v: v == t)) | one.map(lambda t: Cell(f"not({t})", lambda v: v != t))


CELLS = {
    "a": NUMBERS,
    "m": NUMBERS,
    "c": texts("red", "green"),
    "d": texts("x", "y"),
    "b": st.booleans().map(lambda t: Cell(str(t).lower(), lambda v: v is t)),
}


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[str], list[tuple[tuple[Cell, ...], int]]]:
    """Some inputs, and rows of cells with an output."""
    names = draw(st.lists(st.sampled_from(sorted(GRID)), min_size=1, max_size=3, unique=True))
    row = st.tuples(st.tuples(*(st.just(ANY) | CELLS[name] for name in names)), st.integers(1, 2))
    return names, draw(st.lists(row, min_size=1, max_size=6))


OUTPUT = "{o: {type: integer, values: [4, 3, 2, 1]}}"


def text_of(hit: str, names: list[str], rows) -> str:
    cells = ", ".join(
        "{" + ", ".join(f'{n}: "{cell.text}"' for n, cell in zip(names, row, strict=True)) + f", o: {output}}}"
        for row, output in rows
    )
    inputs = ", ".join(f"{name}: {name}" for name in names)
    return (
        f"tables:\n  t:\n    hit: {hit}\n    inputs: {{{inputs}}}\n    outputs: {OUTPUT}\n    rows: [{cells}]\n"
        "outputs: {seen: t}\n"
    )


def holds(region: ValueRegion, names: list[str], point: tuple[Value, ...]) -> bool:
    """Whether a region, as programs are given it, holds a point."""
    by_name = dict(zip(names, point, strict=True))
    for extent in region.extents:
        value = by_name[extent.input]
        if value is None:
            inside = extent.missing
        elif value == "any other":
            inside = extent.other
        else:
            written = str(value).lower() if isinstance(value, bool) else str(value)
            inside = written in extent.values
            for one in extent.intervals:
                low, high = (-1 if one.low is None else int(one.low)), (11 if one.high is None else int(one.high))
                inside |= low + (not one.low_included) <= int(value) <= high - (not one.high_included)
        if not inside:
            return False
    return True


def held(found: list[Diagnostic], code: str, names: list[str], points) -> dict[tuple[int, ...], set]:
    """By the rows named, the points of all regions of a code."""
    result: dict[tuple[int, ...], set] = {}
    for one in found:
        if one.code == code and one.regions is not None:
            assert one.regions.complete
            for region in one.regions.regions:
                inside = {point for point in points if holds(region, names, point)}
                assert inside.isdisjoint(result.get(region.rows, set()))
                result.setdefault(region.rows, set()).update(inside)
    return result


@settings(max_examples=40, deadline=None)
@given(tables(), st.sampled_from(["unique", "any", "first", "priority"]))
def test_regions_are_exactly_the_values_found_by_trying_all(drawn, hit: str):
    names, rows = drawn
    named = {cell.text for row, _ in rows for cell in row}
    values = GRID | {"d": ("any other", *(text for text in "xy" if named & {text, f"not({text})"}))}
    points = list(product(*(values[name] for name in names)))
    found = findings(text_of(hit, names, rows))

    def hits(place: int, point) -> bool | None:
        truths = [cell.holds(value) for cell, value in zip(rows[place][0], point, strict=True)]
        return False if False in truths else None if None in truths else True

    answers = {point: [hits(place, point) for place in range(len(rows))] for point in points}
    missed = {point for point, each in answers.items() if set(each) == {False}}
    assert ({(): missed} if missed else {}) == held(found, "H103", names, points)

    if hit in {"unique", "any"}:
        together = {
            (one + 1, other + 1): both
            for one, other in combinations(range(len(rows)), 2)
            if (hit == "unique" or rows[one][1] != rows[other][1])
            and (both := {point for point, each in answers.items() if each[one] and each[other]})
        }
        assert together == held(found, "H101" if hit == "unique" else "H102", names, points)
    places = sorted(range(len(rows)), key=lambda one: -rows[one][1]) if hit == "priority" else [*range(len(rows))]
    unreached = {
        place + 1
        for place in places
        if not any(
            each[place]
            and (
                hit in {"unique", "any"}
                or not any(
                    each[one] or (each[one] is None and rows[one][1] != rows[place][1])
                    for one in places[: places.index(place)]
                )
            )
            for each in answers.values()
        )
    }
    assert unreached == {int(str(one.headline).split()[1]) for one in found if one.code == "L111"}


def words(inputs: str, rows: str) -> list[str]:
    """What is said of a table's gap: the headline, or where there are several regions the notes."""
    table = f"tables:\n  t:\n    hit: unique\n    inputs: {{{inputs}}}\n    outputs: {{o: integer}}\n    rows: {rows}\n"
    [one] = [one for one in findings(table + "outputs: {seen: t}\n") if one.code == "H103"]
    return [str(note) for note in one.notes] or [str(one.headline).removeprefix("no row of `t` hits ")]


@pytest.mark.parametrize(
    ("inputs", "rows", "expected"),
    [
        ("a: a", '[{a: "< 3", o: 1}, {a: "[5..7)", o: 2}]', ["where `a` is from 3 to 4 or at least 7"]),
        ("a: a", '[{a: ">= 3", o: 1}]', ["where `a` is at most 2"]),
        (
            "a: {value: a, type: decimal(1)}",
            '[{a: "< 3", o: 1}, {a: "(5..7)", o: 2}]',
            ["where `a` is from 3.0 to 5.0 or at least 7.0"],
        ),
        (
            "a: {value: a, type: decimal(1)}",
            '[{a: "<= 3", o: 1}, {a: "[5..7]", o: 2}]',
            ["where `a` is from 3.0 (not included) to 5.0 (not included) or above 7.0"],
        ),
        ("s: start", "[{s: '< 2024-05-01T10:00', o: 1}]", ["where `s` is from 2024-05-01 10:00:00 on"]),
        (
            "s: date(start)",
            "[{s: '[2024-05-01..2024-06-01)', o: 1}]",
            ["where `s` is up to 2024-04-30 or from 2024-06-01 on"],
        ),
        ("d: d", "[{d: 'x, y', o: 1}]", ["where `d` is any other text"]),
        (
            "d: d, b: b",
            "[{d: x, o: 1}, {d: y, b: 'true', o: 1}]",
            ["where `d` is `y` and `b` is false", "where `d` is any other text"],
        ),
        ("c: c, b: b", "[{c: red, b: 'true', o: 1}]", ["where `c` is `red` and `b` is false", "where `c` is `green`"]),
        ("m: m, b: b", "[{m: '< 11', b: 'true', o: 1}]", ["where `b` is false"]),
        ("b: b", "[]", ["no row of `t` hits, whatever is asked"]),
    ],
)
def test_words(inputs: str, rows: str, expected: list[str]):
    """The words for each type: ends that are whole are included, others are those that rows name."""
    assert expected == words(inputs, rows)


def test_many_values_are_cut_and_counted():
    rows = ", ".join(f'{{a: "{n}", o: 1}}' for n in range(0, 11, 2))
    many = ", ".join(f"v{n}" for n in range(30))

    assert ["where `a` is 1, 3, 5, 7 or 9"] == words("a: a", f"[{rows}]")
    found = load_text(
        "steelyard: 1\nruleset: r\nversion: 1\ntimezone: UTC\n"
        f"case: {{key: k, inputs: {{k: text, v: {{type: text, values: [{many}]}}}}}}\n"
        "tables:\n  t:\n    hit: unique\n    inputs: {v: v}\n    outputs: {o: integer}\n    rows: [{v: v0, o: 1}]\n"
        "outputs: {seen: t}\nscore: {start: 0, round: 0}\n"
    ).diagnostics
    assert "no row of `t` hits where `v` is anything but `v0`" == str(found[0].headline)


def test_more_regions_than_are_shown_are_counted():
    rows = ", ".join(f'{{a: "{n}", m: "{n}", o: 1}}' for n in range(11))
    [one] = [
        one for one in findings(text_of("unique", ["a", "m"], []).replace("[]", f"[{rows}]")) if one.code == "H103"
    ]

    assert "no row of `t` hits in 11 regions of values" == str(one.headline)
    assert "where `a` is 0 and `m` is at least 1" == str(one.notes[0])
    assert "… and 1 more" == str(one.notes[10])
    assert one.regions is not None
    assert 11 == len(one.regions.regions)


def test_what_is_not_examined_is_said(monkeypatch: pytest.MonkeyPatch):
    rows = ", ".join(f'{{a: "{n}", c: red, o: 1}}' for n in range(11))
    text = text_of("unique", ["a", "c"], []).replace("[]", f"[{rows}]")
    monkeypatch.setattr(gaps, "MOST_STEPS", 5)
    [one] = [one for one in findings(text) if one.code == "H103"]
    monkeypatch.setattr(gaps, "MOST_STEPS", 0)
    [none] = [one for one in findings(text) if one.code == "H103"]

    assert str(one.headline).startswith("no row of `t` hits in at least ")
    assert "there may be more" in str(one.notes[-1])
    assert one.regions is not None
    assert not one.regions.complete
    assert "it is not known whether a row of `t` hits for all values" == str(none.headline)


def test_only_the_first_regions_are_kept(monkeypatch: pytest.MonkeyPatch):
    rows = ", ".join(f'{{a: "{n}", m: "{n}", o: 1}}' for n in range(11))
    monkeypatch.setattr(gaps, "MOST_REGIONS", 3)
    [one] = [
        one for one in findings(text_of("unique", ["a", "m"], []).replace("[]", f"[{rows}]")) if one.code == "H103"
    ]

    assert "no row of `t` hits in at least 3 regions of values" == str(one.headline)


BAND = """\
tables:
  band:
    hit: first
    inputs: {a: a}
    outputs: {o: text}
    rows: [{a: "< 3", o: low}, {o: high}]
  t:
    hit: unique
    inputs: {band: band%s}
    outputs: {o: integer}
    rows: %s
outputs: {seen: t}
"""


CHAIN = """\
tables:
  sizes:
    hit: first
    inputs: {a: a}
    outputs: {band: text, size: integer}
    rows: [{a: "< 3", band: low, size: 1}, {band: high, size: 2}]
  deep:
    hit: unique
    inputs: {size: size}
    outputs: {more: {type: text, values: [few, many]}}
    rows: [{size: "< 2", more: few}, {size: ">= 2", more: many}]
  t:
    hit: %s
    inputs: {%s}
    outputs: {o: integer}
    rows: %s
define: {size: sizes.size, band: sizes.band}
outputs: {seen: t}
"""


def test_results_of_another_table_are_all_that_is_asked_for():
    assert [] == findings(BAND % ("", "[{band: low, o: 1}, {band: high, o: 2}]"))
    [one] = findings(BAND % ("", "[{band: low, o: 1}, {band: hihg, o: 2}]"))[:1]
    assert "no row of `t` hits where `band` is `high`" == str(one.headline)
    assert () == one.notes


def test_values_that_hang_together_are_followed_through_tables():
    """`band` is high from 3 on, so that nothing is left of the region but 3."""
    [one] = findings(BAND % (", n: a", "[{band: low, o: 1}, {band: high, n: '> 3', o: 2}]"))

    assert "no row of `t` hits where `band` is `high` and `n` is 3" == str(one.headline)
    assert () == one.notes
    assert one.regions is not None
    assert one.regions.certain


@pytest.mark.parametrize(
    ("inputs", "rows"),
    [
        ("band: band, n: a", "[{band: low, o: 1}, {band: high, n: '>= 3', o: 2}]"),
        ("band: band, size: size", "[{band: low, size: 1, o: 1}, {band: high, size: 2, o: 2}]"),
        ("n: a, twice: a * 2", "[{n: '< 5', twice: '< 10', o: 1}, {n: '>= 5', twice: '>= 10', o: 2}]"),
        ("n: a, sum: a + size", "[{n: '< 5', sum: '< 7', o: 1}, {n: '>= 5', sum: '>= 7', o: 2}]"),
        ("n: a, more: deep", "[{n: '< 3', more: few, o: 1}, {n: '>= 3', more: many, o: 2}]"),
        ("n: {value: a, type: decimal(1)}", "[{n: '<= 3', o: 1}, {n: '>= 4', o: 2}]"),
        ("n: a, sum: a + size", "[{n: '< 3', sum: '<= 3', o: 1}, {n: '>= 3', sum: '>= 5', o: 2}]"),
    ],
)
@pytest.mark.parametrize("hit", ["unique", "any"])
def test_what_ranges_exclude_is_not_said(inputs: str, rows: str, hit: str):
    assert [] == findings(CHAIN % (hit, inputs, rows))


def test_what_is_declared_not_to_be_before_is_not():
    rows = "[{s: '< 2024-05-01T10:00', e: '< 2024-05-01T10:00', o: 1}, {e: '>= 2024-05-01T10:00', o: 2}]"
    text = text_of("unique", [], []).replace("inputs: {}", "inputs: {s: start, e: stop}").replace("[]", rows)
    before = CASE.replace("stop: {type: datetime, optional: true}", "stop: {type: datetime, not_before: start}")
    score = "score: {start: 0, round: 0}\n"

    assert [] == [one.code for one in lowered(before + text + score)[1] if one.code != "L101"]
    [gap] = findings(text)
    assert "no row of `t` hits where `s` is from 2024-05-01 10:00:00 on and `e` is before 2024-05-01 10:00:00" == str(
        gap.headline
    )


@pytest.mark.parametrize(
    ("inputs", "rows", "expected"),
    [
        (
            "n: a, sum: a + size",
            "[{n: '< 5', sum: '< 6', o: 1}, {n: '>= 5', o: 2}]",
            [
                "no row of `t` hits where `n` is at most 4 and `sum` is 6",
                "if it can occur: `n`, `sum` cannot have every value with any others",
            ],
        ),
        (
            "n: a, product: a * m",
            "[{n: '< 5', product: '< 40', o: 1}, {n: '>= 4', product: '< 50', o: 2}, {n: '> 4', o: 2}]",
            [
                "rows 1 and 2 of `t` both hit and say different things",
                "where `n` is 4 and `product` is at most 39",
                "if it can occur: `n`, `product` cannot have every value with any others",
            ],
        ),
    ],
)
def test_what_ranges_do_not_decide_is_in_doubt(inputs: str, rows: str, expected: list[str]):
    [one] = findings(CHAIN % ("any", inputs, rows))
    zh = translator("zh")

    assert expected == [str(one.headline), *map(str, one.notes)]
    assert one.regions is not None
    assert not one.regions.certain
    assert zh(one.notes[-1]).startswith("如果会出现：")


def test_of_too_many_combinations_it_is_not_known_what_occurs(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(occurrence, "MOST_COMBINATIONS", 2)
    [one] = findings(BAND % (", n: a", "[{band: low, o: 1}, {band: high, n: '> 3', o: 2}]"))

    assert "no row of `t` hits where `band` is `high` and `n` is at most 3" == str(one.headline)
    assert "if it can occur: `band`, `n` cannot have every value with any others" == str(one.notes[0])


@pytest.mark.parametrize(
    ("value", "doubt"), [("a + 1", True), ("a", False), ("if b then a else 3", True), ("coalesce(m, 0)", True)]
)
def test_computed_values_may_not_occur(value: str, doubt: bool):
    [one] = findings(f"define:\n  n: {value}\n" + text_of("unique", ["n"], []).replace("[]", "[{n: '< 4', o: 1}]"))

    assert doubt == any("if it can occur" in str(note) for note in one.notes)


def test_dates_in_order_may_not_occur_in_every_order():
    text = """
tables:
  t:
    hit: unique
    inputs: {s: start, e: stop}
    outputs: {o: integer}
    rows: [{s: "< 2024-05-01T10:00", e: "< 2024-05-01T10:00", o: 1}]
outputs: {seen: t}
"""
    assert not any("if it can" in str(note) for one in findings(text) for note in one.notes)


def test_a_row_is_hidden_by_the_rows_named():
    """One row that hides it alone is named alone; several are named together."""
    rows = '[{a: "< 3", o: 1}, {a: "> 1", o: 2}, {a: "> 5", o: 3}, {o: 4}]'
    found = [one for one in findings(text_of("first", ["a"], []).replace("[]", rows)) if one.code == "L111"]

    assert [
        "row 3 of `t` never hits: row 2 hits first",
        "row 4 of `t` never hits: rows 1, 2 hit first, together",
    ] == [str(one.headline) for one in found]
    assert [(3, 2), (4, 1, 2)] == [one.regions.regions[0].rows for one in found if one.regions]


def test_under_priority_rows_that_stand_higher_hide_a_row_wherever_they_are_written():
    rows = "[{a: '> 5', o: 1}, {a: '> 1', o: 2}, {a: '< 3', o: 2}, {o: 1}]"
    found = [one for one in findings(text_of("priority", ["a"], []).replace("[]", rows)) if one.code == "L111"]

    assert [
        "row 1 of `t` never decides: row 2 takes precedence",
        "row 4 of `t` never decides: rows 2, 3 take precedence, together",
    ] == [str(one.headline) for one in found]
    assert [(1, 2), (4, 2, 3)] == [one.regions.regions[0].rows for one in found if one.regions]


def test_a_row_for_a_missing_value_is_reached_where_the_others_would_say_the_same():
    rows = '[{m: "< 3", o: 1}, {m: ">= 3", o: %s}, {o: 1}]'
    other = findings(text_of("first", ["m"], []).replace("[]", rows % 2))

    assert [] == findings(text_of("first", ["m"], []).replace("[]", rows % 1))
    assert ["L111"] == [one.code for one in other]


def test_programs_are_given_the_regions_in_the_published_form():
    text = text_of("unique", ["a", "d"], []).replace("[]", '[{a: "< 3", o: 1}, {a: "2", d: x, o: 2}]')
    document = json.loads(render_json(findings(text), sources=lambda _: None))
    gap, overlap = document["diagnostics"]

    Draft202012Validator(check_schema()).validate(document)
    assert gap["regions"] == [
        {
            "rows": [],
            "inputs": {
                "a": {
                    "values": [],
                    "intervals": [{"low": "3", "low_included": True, "high": None, "high_included": False}],
                    "other": False,
                    "missing": False,
                }
            },
        }
    ]
    assert [[1, 2]] == [one["rows"] for one in overlap["regions"]]
    assert ["x"] == overlap["regions"][0]["inputs"]["d"]["values"]
    assert gap["regions_complete"]
    assert gap["regions_certain"]


def test_chinese():
    text = text_of("unique", ["a", "c"], []).replace("[]", '[{a: "[3..4]", c: red, o: 1}]')
    [one] = findings(text)
    translate = translator("zh")

    assert "决策表 `t` 在 2 个取值区域内没有命中的行" == translate(one.headline)
    assert ["`a` 为不高于 2 或不低于 5 时", "`a` 为自 3 至 4 且 `c` 为 `green` 时"] == [translate(n) for n in one.notes]


@pytest.mark.parametrize("body", ["if b then d{j} else d{j}", "coalesce(d{j}, d{j})"])
def test_names_that_are_read_twice_are_followed_once(body: str):
    """Sixty names, each of which reads the one before it twice."""
    defines = "".join(f"  d{i}: {body.format(j=i - 1)}\n" for i in range(1, 60))
    [one] = findings(
        f"define:\n  d0: c\n{defines}"
        + text_of("unique", [], []).replace("{}", "{z: d59, n: c}").replace("[]", "[{z: red, o: 1}]")
    )

    assert str(one.headline).startswith("no row of `t` hits where `z` is ")
    assert "if it can occur" in str(one.notes[0])
