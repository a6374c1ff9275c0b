"""Tables with cells that name something: engines give one answer, and regions are those found by trying all values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations, product

import pytest
from hypothesis import Phase, given, note, settings
from hypothesis import strategies as st

from analysis_texts import lowered
from conformance.harness import ENGINES, compiled, load_ruleset
from sql_agreement import disagreements
from steelyard.diagnostics import Diagnostic, ValueRegion
from steelyard.facts.case import Case

NUMBERS, TEXTS = (*range(5), None), ("x", "y", None)
POINTS = list(product(NUMBERS, TEXTS, NUMBERS, TEXTS))
"""All values of n and a, which are asked for, and of m and b, which cells name."""

Point = tuple[int | None, str | None, int | None, str | None]
HEAD = """
steelyard: 1
ruleset: cells
version: 1
timezone: UTC
case:
  key: k
  inputs:
    k: text
    n: {type: integer, range: "[0..4]", optional: true}
    m: {type: integer, range: "[0..4]", optional: true}
    a: {type: text, values: [x, y], optional: true}
    b: {type: text, values: [x, y], optional: true}
score: {start: 0, round: 0}
"""


@dataclass(frozen=True)
class Cell:
    """A cell.

    `test` is of the own value and the other one, `absent` its truth where the own value is missing, and `never` tells
    which own values do not hold whatever the other one is.
    """

    text: str
    test: Callable[[object, object], bool] | None
    names: bool = False
    absent: bool | None = None
    never: Callable[[int], bool] | None = None

    def holds(self, own: object, other: object, *, aware: bool) -> bool | None:
        if self.test is None:
            return True
        if own is None:
            return self.absent if self.absent is not None else False if aware else None
        if self.names and other is None:
            return None if self.never is None or not self.never(own) else False
        return self.test(own, other)


ANY = Cell("-", None, absent=True)
NAMES_MISSING = Cell("missing", lambda v, o: False, absent=True)
OF_N = [
    ANY,
    NAMES_MISSING,
    Cell("not(missing)", lambda v, o: True, absent=False),
    Cell("< 2", lambda v, o: v < 2),
    Cell("[2..4]", lambda v, o: v >= 2),
    Cell("> m", lambda v, o: v > o, names=True),
    Cell("<= m", lambda v, o: v <= o, names=True),
    Cell("m", lambda v, o: v == o, names=True),
    Cell("not(m, 1)", lambda v, o: v not in {o, 1}, names=True, never=lambda v: v == 1),
    Cell("> 0 and < m", lambda v, o: 0 < v < o, names=True, never=lambda v: v == 0),
    Cell("]1..m]", lambda v, o: 1 < v <= o, names=True, never=lambda v: v <= 1),
    Cell("[m..m + 1]", lambda v, o: o <= v <= o + 1, names=True),
]
OF_A = [
    ANY,
    NAMES_MISSING,
    Cell("x", lambda v, o: v == "x"),
    Cell("not(x)", lambda v, o: v != "x"),
    Cell(":= b", lambda v, o: v == o, names=True),
]
WIDE = [
    Cell("> m, missing", lambda v, o: v > o, names=True, absent=True),
    Cell("0, > m", lambda v, o: v > o, names=True),
]
SAID = ["0", "1", "2", ":= m", ":= m * 2 - n", ":= missing"]
HITS = ["unique", "any", "first", "collect sum", "collect min", "collect max", "collect count", "collect", "rule order"]


RANKED = ["priority", "output order"]
RANKED_SAID = ["x", "y", ":= b", ":= a", ':= if n > m then "x" else b', ":= missing"]


def table(hit: str, rows: list[tuple[Cell, Cell, str]], tail: str) -> str:
    lines = "".join(f'      - {{n: "{n.text}", a: "{a.text}", o: \'{said}\'}}\n' for n, a, said in rows)
    seen = "outputs: {number: count(t), total: sum(t)}" if hit in {"collect", "rule order"} else "outputs: {seen: t}"
    kind = "{type: text, ordered: [x, y]}" if hit in RANKED else "integer"
    return (
        f"tables:\n  t:\n    hit: {hit}\n    inputs: {{n: n, a: a}}\n    outputs: {{o: {kind}}}\n"
        f"    rows:\n{lines}{tail}{seen}\n"
    )


ROWS = st.lists(
    st.tuples(st.sampled_from(OF_N + WIDE), st.sampled_from(OF_A), st.sampled_from(SAID)), min_size=1, max_size=4
)
RANKED_ROWS = st.lists(
    st.tuples(st.sampled_from(OF_N), st.sampled_from(OF_A), st.sampled_from(RANKED_SAID)), min_size=1, max_size=5
)
TAILS = [
    "",
    "    default: {o: 1}\n",
    '    default: {o: ":= m"}\n',
    '      - {n: otherwise, a: otherwise, o: ":= m"}\n',
]


ASKED = st.lists(st.sampled_from(POINTS), min_size=30, max_size=60)


@settings(max_examples=30, phases=[Phase.generate])
@given(st.sampled_from(HITS), ROWS, st.sampled_from(TAILS), ASKED)
def test_engines_agree_about_tables_that_compute(hit, rows, tail, points):
    engines_agree(HEAD + table(hit, rows, "" if hit == "collect count" else tail), points)


@settings(max_examples=12, phases=[Phase.generate])
@given(st.sampled_from(RANKED), RANKED_ROWS, st.sampled_from(["", *TAILS[2:]]), ASKED)
def test_engines_agree_about_ranks_that_are_computed(hit, rows, tail, points):
    engines_agree(HEAD + table(hit, rows, tail.replace(":= m", ":= b")), points)


def engines_agree(text: str, points: list[Point]) -> None:
    note(text)
    ruleset = load_ruleset(text)
    cases = [
        Case(str(number), {k: v for k, v in zip(("k", *"namb"), (str(number), *point), strict=True) if v is not None})
        for number, point in enumerate(points)
    ]
    ready = [compiled(engine, ruleset) for engine in ENGINES]
    for case in cases:
        first, *others = [engine.evaluate(case) for engine in ready]

        assert all(other == first for other in others)
    assert disagreements(ruleset, cases) == []


def truths(rows: list[tuple[Cell, Cell, str]], point: Point) -> list[bool | None]:
    n, a, m, b = point
    aware = [any(row[place].text in {"missing", "not(missing)"} for row in rows) for place in (0, 1)]
    found: list[bool | None] = []
    for of_n, of_a, _ in rows:
        both = (of_n.holds(n, m, aware=aware[0]), of_a.holds(a, b, aware=aware[1]))
        found.append(False if False in both else None if None in both else True)
    return found


def inside(region: ValueRegion, point: Point) -> bool:
    """Whether a region, as programs are given it, holds values."""
    given = dict(zip("namb", point, strict=True))
    for extent in region.extents:
        name, _, other = extent.input.partition(" : ")
        own = given[name]
        if other:
            value = {"m": given["m"], "b": given["b"], "m + 1": None if given["m"] is None else given["m"] + 1}[other]
            if own is None or value is None:
                if not extent.missing:
                    return False
            elif ("<" if own < value else ">" if own > value else "=") not in extent.values:
                return False
        elif own is None:
            if not extent.missing:
                return False
        elif str(own) not in extent.values and not any(
            (one.low is None or int(one.low) + (not one.low_included) <= int(own))
            and (one.high is None or int(own) <= int(one.high) - (not one.high_included))
            for one in extent.intervals
        ):
            return False
    return True


def held(found: list[Diagnostic], *codes: str) -> dict[tuple[int, ...], set[Point]]:
    result: dict[tuple[int, ...], set[Point]] = {}
    for one in found:
        for region in one.regions.regions if one.code in codes and one.regions is not None else ():
            points = {point for point in POINTS if inside(region, point)}
            result.setdefault(region.rows, set()).update(points)
    return {rows: points for rows, points in result.items() if points}


@settings(max_examples=60, phases=[Phase.generate])
@given(
    st.sampled_from(["unique", "any", "first", "collect sum"]),
    st.lists(st.tuples(st.sampled_from(OF_N), st.sampled_from(OF_A), st.sampled_from(SAID)), min_size=1, max_size=5),
)
def test_regions_are_those_found_by_trying_all_values(hit, rows):
    text = table(hit, rows, "")
    note(text)
    _, found = lowered(HEAD + text)
    answers = {point: truths(rows, point) for point in POINTS}

    missed = {point for point, each in answers.items() if set(each) == {False}}
    assert ({(): missed} if missed else {}) == held(list(found), "H103")
    if hit in {"unique", "any"}:
        together = {
            (one + 1, other + 1): both
            for one, other in combinations(range(len(rows)), 2)
            if (hit == "unique" or rows[one][2] != rows[other][2])
            and (both := {point for point, each in answers.items() if each[one] and each[other]})
        }
        assert together == held(list(found), "H101", "H102", "H133")
    for one in found:
        if one.code == "L111":
            place = int(str(one.headline).split()[1]) - 1
            assert not any(each[place] and (hit != "first" or True not in each[:place]) for each in answers.values())
    sure = [one for one in found if one.code in {"H101", "H102"}]
    assert all(inside_some for inside_some in (bool(held([one], one.code)) for one in sure))


ORDER = {"y": 0, "x": 1, None: 2}


def value_of(said: str, point: Point) -> str | None:
    n, a, m, b = point
    match said:
        case ":= b":
            return b
        case ":= a":
            return a
        case ":= missing":
            return None
        case ':= if n > m then "x" else b':
            return None if n is None or m is None else "x" if n > m else b
        case constant:
            return constant


@settings(max_examples=60, phases=[Phase.generate])
@given(RANKED_ROWS)
def test_a_row_that_is_said_never_to_decide_never_does(rows):
    """Among constants the contrary too: a row that never decides is found."""
    text = table("priority", rows, "")
    note(text)
    _, found = lowered(HEAD + text)
    hidden = {int(str(one.headline).split()[1]) - 1 for one in found if one.code == "L111"}
    deciding: set[int] = set()
    for point in POINTS:
        ranks = [ORDER[value_of(said, point)] for *_, said in rows]
        each = truths(rows, point)
        lacking = [said[:2] == ":=" and said != ":= missing" and value_of(said, point) is None for *_, said in rows]
        ranks = [0 if lacks else rank for rank, lacks in zip(ranks, lacking, strict=True)]
        if len(each) - each.count(False) > 1:
            each = [None if lacks and truth else truth for truth, lacks in zip(each, lacking, strict=True)]
        hits = [place for place, truth in enumerate(each) if truth]
        if hits:
            best = min(hits, key=lambda place: ranks[place])
            if not any(truth is None and ranks[place] < ranks[best] for place, truth in enumerate(each)):
                deciding.add(best)

    assert not deciding & hidden
    if all(not said.startswith(":=") or said == ":= missing" for *_, said in rows) and not any(
        cell.names for row in rows for cell in row[:2]
    ):
        assert hidden == {*range(len(rows))} - deciding


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("[{n: '> 1', o: := b}, {n: '> 2', o: y}, {n: '> 3', o: x}]", ["row 3 of `t` never decides: row 2 takes"]),
        ("[{n: '> 1', o: := b}, {n: '> 2', o: x}]", []),  # what is computed may be missing
        ("[{n: '> 1', o: := b}, {n: '> 2', o: := b}]", ["row 2 of `t` never decides: row 1 takes"]),  # the same
        ("[{n: '> 1', o: ':= coalesce(b, \"y\")'}, {n: '> 2', o: x}]", ["row 2 of `t` never decides: row 1 takes"]),
        ("[{n: '> 2', o: x}, {n: '> 1', o: ':= coalesce(b, \"y\")'}]", []),  # the first written wins a tie
        (
            "[{n: '> 1', o: ':= if coalesce(m, 0) > 1 then \"y\" else \"y\"'}, {n: '> 2', o: := b}]",
            ["row 2 of `t` never decides: row 1 takes"],
        ),
    ],
)
def test_rows_that_compute_hide_others_where_they_stand_higher_in_every_case(rows, expected):
    text = (
        HEAD + "tables:\n  t:\n    hit: priority\n    inputs: {n: n}\n    outputs: {o: {type: text, ordered: [x, y]}}\n"
    )
    _, found = lowered(f"{text}    rows: {rows}\noutputs: {{seen: t}}\n")

    assert expected == [str(one.headline).removesuffix(" precedence") for one in found if one.code == "L111"]


@pytest.mark.parametrize("cells", [("> m", "<= m"), ("[m..4]", "< m"), ("m", "not(m)")])
def test_cells_that_part_all_values_leave_no_gap(cells):
    rows = "".join(f'      - {{n: "{one}", o: 1}}\n' for one in cells)
    _, found = lowered(
        HEAD + f"tables:\n  t:\n    hit: unique\n    inputs: {{n: n}}\n    outputs: {{o: integer}}\n    rows:\n{rows}"
        "outputs: {seen: t}\n"
    )

    assert [] == [one.code for one in found if one.code.startswith("H")]
