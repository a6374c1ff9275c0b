"""A range holds every value that an expression takes."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steelyard.facts.case import Case
from steelyard.ir.expressions import (
    Add,
    Aggregate,
    Aggregation,
    Apply,
    Bounded,
    Coalesce,
    Divide,
    Expr,
    Function,
    If,
    Input,
    Literal,
    Multiply,
    Negate,
    OwnMeasure,
    OwnTarget,
    Parameter,
    Rounding,
    Scale,
    Subtract,
)
from steelyard.ir.ranges import UNBOUNDED, Bounds, hull, range_of
from steelyard.ir.types import Boolean, Duration, Number, Range, Text
from steelyard.semantics.env import Env
from steelyard.semantics.meaning import meaning
from steelyard.semantics.values import Missing

N, B = Number(0), Boolean()
RANGES = {"a": Range(-3, 5), "b": Range(1, 4), "c": Range(-7, -2)}
ROWS = {"counted": Range(2, 4)}
KNOWN = Bounds(
    lambda leaf: RANGES.get(getattr(leaf, "name", "")),
    lambda relation: ROWS.get(relation, UNBOUNDED),
    Range(2, 9),
    Range(0, None),
)


class NoScope:
    """The scope of expressions that read nothing but inputs."""

    nothing = Env(Case("", {}), {}, [], [], [], [])
    local_date = None


leaves = st.one_of(
    st.sampled_from([Input(name, type=N) for name in RANGES]),
    st.builds(lambda v: Literal(v, type=N), st.integers(-4, 4)),
    st.just(Literal(None, type=N)),
)


def deeper(inner: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    functions = st.sampled_from([Function.MIN, Function.MAX])
    return st.one_of(
        st.builds(lambda x: Negate(x, type=N), inner),
        st.builds(lambda x, y: Add(x, y, type=N), inner, inner),
        st.builds(lambda x, y: Subtract(x, y, type=N), inner, inner),
        st.builds(lambda x, y: Multiply(x, y, type=N), inner, inner),
        st.builds(lambda x: Scale(x, 1, type=Number(1)), inner),
        st.builds(
            lambda x, y, up, down, how: Divide(x, y, up, down, how, type=N),
            inner,
            inner,
            st.integers(0, 2),
            st.integers(0, 1),
            st.sampled_from(Rounding),
        ),
        st.builds(lambda f, x, y: Apply(f, (x, y), type=N), functions, inner, inner),
        st.builds(lambda x: Apply(Function.ABS, (x,), type=N), inner),
        st.builds(lambda x, y, z: Apply(Function.CLAMP, (x, y, z), type=N), inner, inner, inner),
        st.builds(lambda c, x, y: If(Literal(value=c, type=B), x, y, type=N), st.booleans(), inner, inner),
        st.builds(lambda x, y: Coalesce((x, y), type=N), inner, inner),
    )


@settings(max_examples=400)
@given(st.recursive(leaves, deeper, max_leaves=6), st.integers(-3, 5), st.integers(1, 4), st.integers(-7, -2))
def test_every_value_lies_inside(expr: Expr, a: int, b: int, c: int) -> None:
    env = Env(Case("", {}), {"a": a, "b": b, "c": c}, [], [], [], [])
    value = meaning(expr, NoScope())(env)

    assert isinstance(value, Missing) or range_of(expr, KNOWN).holds(value)


@pytest.mark.parametrize(
    ("expr", "expected"),
    [
        (OwnTarget(type=N), Range(2, 9)),
        (OwnMeasure(type=N), Range(0, None)),
        (Literal(value=True, type=B), UNBOUNDED),
        (Literal("x", type=Text()), UNBOUNDED),
        (Input("unknown", type=N), Range(-(10**15), 10**15)),
        (Parameter("unknown", type=Text()), UNBOUNDED),
        (Apply(Function.ABS, (Input("c", type=N),), type=N), Range(2, 7)),
        (Apply(Function.ABS, (Input("b", type=N),), type=N), Range(1, 4)),
        (Apply(Function.OVERLAP_TIME, (), type=Duration()), Range(0, None)),
        (Apply(Function.DAYS, (Input("a", type=N),), type=N), UNBOUNDED),
        (Aggregate(Aggregation.COUNT, "r", None, None, type=N), Range(0, None)),
        (Aggregate(Aggregation.SUM, "r", Input("b", type=N), None, type=N), Range(0, None)),
        (Aggregate(Aggregation.SUM, "r", Input("c", type=N), None, type=N), Range(None, 0)),
        (Aggregate(Aggregation.SUM, "r", Input("a", type=N), None, type=N), UNBOUNDED),
        (Aggregate(Aggregation.COUNT, "counted", None, None, type=N), Range(2, 4)),
        (Aggregate(Aggregation.COUNT, "counted", None, Literal(value=True, type=B), type=N), Range(0, 4)),
        (Aggregate(Aggregation.SUM, "counted", Input("b", type=N), None, type=N), Range(2, 16)),
        (Aggregate(Aggregation.SUM, "counted", Input("c", type=N), None, type=N), Range(-28, -4)),
        (Aggregate(Aggregation.SUM, "counted", Input("a", type=N), None, type=N), Range(-12, 20)),
        (Bounded(Input("a", type=N), Range(0, None), "x", type=N), Range(0, 5)),
        (Bounded(Input("a", type=N), Range(-9, 3), "x", type=N), Range(-3, 3)),
        (Bounded(Input("a", type=N), Range(7, 8), "x", type=N), Range(7, 8)),
        (Aggregate(Aggregation.MAX, "r", Input("a", type=N), None, type=N), Range(-3, 5)),
        (Aggregate(Aggregation.MEAN, "r", Input("a", type=N), None, type=N), Range(-3, 5)),
        (Aggregate(Aggregation.MEAN, "r", Input("a", type=N), None, type=Number(2)), Range(-300, 500)),
        (Aggregate(Aggregation.MEAN, "r", Input("a", type=Number(1)), None, type=N), Range(-1, 1)),
        (Multiply(OwnMeasure(type=N), Input("b", type=N), type=N), Range(0, None)),
        (Multiply(OwnMeasure(type=N), Input("a", type=N), type=N), UNBOUNDED),
        (Negate(OwnMeasure(type=N), type=N), Range(None, 0)),
        (Divide(OwnMeasure(type=N), Input("b", type=N), 0, 0, Rounding.DOWN, type=N), Range(0, None)),
        (
            Divide(Input("b", type=N), Add(OwnMeasure(type=N), Literal(1, type=N), type=N), 0, 0, Rounding.UP, type=N),
            Range(0, 4),
        ),
        (Divide(Input("b", type=N), Input("a", type=N), 0, 0, Rounding.UP, type=N), UNBOUNDED),
    ],
)
def test_ranges(expr: Expr, expected: Range) -> None:
    assert expected == range_of(expr, KNOWN)


def test_hull() -> None:
    assert Range(-1, 9) == hull((Range(-1, 2), Range(3, 9)))
    assert Range(None, 9) == hull((Range(None, 2), Range(3, 9)))
    assert UNBOUNDED == hull(())
