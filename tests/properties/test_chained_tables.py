"""Regions of a table that asks for what other tables answer: those found by trying every case, and no others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, product
from typing import Any

from hypothesis import Phase, given, note, settings
from hypothesis import strategies as st

from analysis_texts import CASE, findings
from conformance.harness import load_ruleset
from steelyard.diagnostics import Diagnostic, Diagnostics, ValueRegion
from steelyard.engines.reference import ReferenceEngine
from steelyard.facts.case import Case
from steelyard.semantics.outcome import Status

Value = int | str | None


@dataclass(frozen=True)
class Cell:
    """A cell that compares with constants; None: any value, a missing one too."""

    text: str
    test: Callable[[Any], bool] | None = None

    def holds(self, value: Value) -> bool | None:
        return True if self.test is None else None if value is None else self.test(value)


def numbers(most: int, digit: str = "") -> st.SearchStrategy[Cell]:
    """Cells of whole numbers, or of numbers with one digit after the point."""
    ends = st.integers(0, most).map(lambda n: Fraction(f"{n}.{digit or 0}"))

    def text(n: Fraction) -> str:
        return f"{float(n)}" if digit else f"{int(n)}"

    return st.one_of(
        st.just(Cell("-")),
        ends.map(lambda n: Cell(f"< {text(n)}", lambda v: v < n)),
        ends.map(lambda n: Cell(f">= {text(n)}", lambda v: v >= n)),
        st.tuples(ends, ends).map(lambda n: Cell(f"[{text(min(n))}..{text(max(n))}]", lambda v: min(n) <= v <= max(n))),
    )


def words(*values: str) -> st.SearchStrategy[Cell]:
    one = st.sampled_from(values)
    return st.one_of(
        st.just(Cell("-")),
        one.map(lambda t: Cell(t, lambda v: v == t)),
        one.map(lambda t: Cell(f"not({t})", lambda v: v != t)),
    )


A, M, C = numbers(10), numbers(10), words("red", "green")
ASKED: dict[str, tuple[str, st.SearchStrategy[Cell]]] = {
    "a": ("a", A),
    "c": ("c", C),
    "m": ("m", M),
    "p": ("inner.p", numbers(4)),
    "w": ("inner.w", words("x", "y")),
    "q": ("second.q", words("u", "v")),
    "d": ("{value: a, type: decimal(1)}", numbers(10, "5")),
}
"""What the last table may ask: with it, all that occurs is known exactly."""
COMPUTED: dict[str, tuple[str, st.SearchStrategy[Cell]]] = {
    "twice": ("a * 2", numbers(20)),
    "sum": ("a + inner.p", numbers(14)),
    "least": ("min(a, m)", numbers(10)),
}
Rows = list[tuple[tuple[Cell, ...], tuple[Any, ...]]]


def table(name: str, hit: str, inputs: dict[str, str], outputs: dict[str, str], rows: Rows, default: str) -> str:
    lines = [
        "{"
        + ", ".join(
            [f'{one}: "{cell.text}"' for one, cell in zip(inputs, cells, strict=True)]
            + [f"{one}: {value}" for one, value in zip(outputs, said, strict=True)]
        )
        + "}"
        for cells, said in rows
    ]
    asked = ", ".join(f"{one}: {value if value[0] == '{' else repr(value)}" for one, value in inputs.items())
    said = ", ".join(f"{one}: {kind}" for one, kind in outputs.items())
    return (
        f"  {name}:\n    hit: {hit}\n    inputs: {{{asked}}}\n    outputs: {{{said}}}\n    rows: [{', '.join(lines)}]\n"
        f"{default}"
    )


@dataclass(frozen=True)
class Chain:
    """Two tables, and a last one that asks for what they answer."""

    text: str
    asked: dict[str, str]
    hit: str
    rows: Rows
    exact: bool

    @property
    def last(self) -> str:
        return table("last", self.hit, self.asked, {"o": "integer"}, self.rows, "")


@st.composite
def chains(draw: st.DrawFn) -> Chain:
    def rows(cells: list[st.SearchStrategy[Cell]], said: st.SearchStrategy[tuple[Any, ...]], most: int) -> Rows:
        return draw(st.lists(st.tuples(st.tuples(*cells), said), min_size=1, max_size=most))

    hits = st.sampled_from(["first", "unique", "any", "priority"])
    given_to = draw(st.sampled_from([{"a": A}, {"a": A, "c": C}, {"m": M}, {"m": M, "c": C}]))
    said = st.tuples(st.integers(0, 4), st.sampled_from(["x", "y"]))
    default = "    default: {p: 3, w: y}\n" if draw(st.booleans()) else ""
    kinds = {"p": "{type: integer, values: [4, 3, 2, 1, 0]}", "w": "{type: text, values: [x, y]}"}
    names = {one: one for one in given_to}
    text = table("inner", draw(hits), names, kinds, rows([*given_to.values()], said, 4), default)
    seconds = rows([numbers(4), C], st.tuples(st.sampled_from(["u", "v"])), 3)
    default = "    default: {q: v}\n" if draw(st.booleans()) else ""
    named = {"q": "{type: text, values: [u, v]}"}
    text += table(
        "second",
        draw(hits),
        {"p": draw(st.sampled_from(["inner.p", "inner.p * 2 - 3"])), "c": "c"},
        named,
        seconds,
        default,
    )
    every = ASKED | (COMPUTED if draw(st.booleans()) else {})
    asked = draw(st.lists(st.sampled_from(sorted(every)), min_size=2, max_size=3, unique=True))
    lasts = rows([every[one][1] for one in asked], st.tuples(st.integers(1, 2)), 4)
    hit = draw(st.sampled_from(["unique", "any"]))
    return Chain(text, {one: every[one][0] for one in asked}, hit, lasts, not set(asked) & {*COMPUTED, "q"})


def points(chain: Chain) -> tuple[list[tuple[Value, ...]], bool]:
    """What the last table is asked with, of every case that the tables before it do not reject; whether they do one."""
    shown = "".join(f"  {one}: {{value: '{'a' if one == 'd' else value}'}}\n" for one, value in chain.asked.items())
    ruleset = load_ruleset(f"{CASE}tables:\n{chain.text}outputs:\n{shown}")
    engine = ReferenceEngine().compile(ruleset, Diagnostics())
    assert engine is not None
    found: dict[tuple[Value, ...], None] = {}
    rejected = False
    read = {one for one in "acm" if f"{one}: '{one}'" in chain.text}
    read |= {one for value in chain.asked.values() for one in "acm" if one in value.replace("min", "").split(".")[0]}
    every = {"a": range(11), "c": ("red", "green"), "m": (*range(11), None)}
    for given_ in product(*(every[one] if one in read else every[one][:1] for one in "acm")):
        values = {"k": "k", "b": True, "d": "d", "start": 0} | dict(zip("acm", given_, strict=True))
        outcome = engine.evaluate(Case("k", {name: value for name, value in values.items() if value is not None}))
        if outcome.status is Status.REJECTED:
            rejected = True
        else:
            found[tuple(one.value for one in outcome.outputs)] = None
    return [*found], rejected


def inside(region: ValueRegion, names: list[str], point: tuple[Value, ...]) -> bool:
    by_name = dict(zip(names, point, strict=True))
    for extent in region.extents:
        value = by_name[extent.input]
        if value is None:
            held = extent.missing
        else:
            held = str(value) in extent.values or any(
                (one.low is None or Fraction(one.low) < value or (one.low_included and Fraction(one.low) == value))
                and (
                    one.high is None
                    or value < Fraction(one.high)
                    or (one.high_included and value == Fraction(one.high))
                )
                for one in extent.intervals
            )
            held |= isinstance(value, int) and value in map(Fraction, extent.values)
        if not held:
            return False
    return True


def regions(found: list[Diagnostic], *codes: str) -> list[tuple[ValueRegion, bool]]:
    """The regions of the last table, each with whether the finding is certain that it occurs."""
    return [
        (region, one.regions.certain)
        for one in found
        if one.code in codes and "`last`" in str(one.headline) and one.regions is not None
        for region in one.regions.regions
    ]


@settings(max_examples=25, phases=[Phase.generate])
@given(chains())
def test_what_is_said_of_a_chain_of_tables_is_what_every_case_shows(chain: Chain) -> None:
    found = findings(f"tables:\n{chain.text}{chain.last}outputs: {{seen: last}}\n")
    note(chain.text + chain.last)
    names = [*chain.asked]
    asked, rejected = points(chain)
    answers = {
        point: [
            False if False in truths else None if None in truths else True
            for cells, _ in chain.rows
            for truths in [[cell.holds(value) for cell, value in zip(cells, point, strict=True)]]
        ]
        for point in asked
    }

    def compare(wanted: set[tuple[Value, ...]], said: list[tuple[ValueRegion, bool]]) -> None:
        assert all(any(inside(region, names, point) for region, _ in said) for point in wanted)
        for region, certain in said:
            occurring = {point for point in answers if inside(region, names, point)}
            assert occurring <= wanted
            assert occurring or not certain or (rejected and not chain.exact)
            assert certain or not chain.exact

    compare({point for point, each in answers.items() if set(each) == {False}}, regions(found, "H103"))
    for one, other in combinations(range(len(chain.rows)), 2):
        differ = chain.hit == "unique" or chain.rows[one][1] != chain.rows[other][1]
        both = {point for point, each in answers.items() if differ and each[one] and each[other]}
        said = regions(found, "H101", "H102")
        compare(both, [pair for pair in said if pair[0].rows == (one + 1, other + 1)])
