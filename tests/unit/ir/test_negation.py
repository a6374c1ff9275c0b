"""Negation normal form changes no truth value, known or unknown."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from passes.fragments import sound
from steelyard.facts.case import Case, Row
from steelyard.ir.expressions import (
    Aggregate,
    Aggregation,
    And,
    Comparator,
    Compare,
    Expr,
    Field,
    If,
    Input,
    IsMissing,
    Literal,
    Not,
    Or,
)
from steelyard.ir.negation import negate, normalise
from steelyard.ir.types import Boolean, Number
from steelyard.ir.walk import nodes
from steelyard.semantics.env import Env
from steelyard.semantics.program import Program, prepare
from steelyard.semantics.relations import join
from steelyard.semantics.values import Missing

B, N = Boolean(), Number(0)
PROGRAM: Program = prepare(
    sound("""
case:
  inputs: {p: {type: boolean, optional: true}, q: {type: boolean, optional: true}, n: {type: integer, optional: true}}
relations:
  rows:
    joins: rows.near
    fields: {near: {type: boolean, optional: true}, r: {type: boolean, optional: true}}
parameters: {as_of: {value: 2024-01-01T00:00:00+08:00}}
""")
)

comparators = st.sampled_from(Comparator)
numbers = st.one_of(
    st.just(Input("n", type=N)),
    st.builds(lambda v: Literal(v, type=N), st.integers(-1, 1)),
    st.just(Literal(None, type=N)),
)
leaves = st.one_of(
    st.sampled_from([Input("p", type=B), Input("q", type=B), Literal(None, type=B)]),
    st.builds(lambda v: Literal(value=v, type=B), st.booleans()),
    st.builds(lambda c, left, right: Compare(c, left, right, type=B), comparators, numbers, numbers),
    st.builds(lambda negated: IsMissing(Input("n", type=N), negated, type=B), st.booleans()),
)


def deeper(inner: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    pairs = st.lists(inner, min_size=2, max_size=3).map(tuple)
    return st.one_of(
        st.builds(lambda items: And(items, type=B), pairs),
        st.builds(lambda items: Or(items, type=B), pairs),
        st.builds(lambda one: Not(one, type=B), inner),
        st.builds(lambda one: Not(one, type=B), inner),
        st.builds(lambda c, yes, no: If(c, yes, no, type=B), inner, inner, inner),
    )


rows_leaves = st.one_of(leaves, st.just(Field("rows", "r", type=B)))
aggregates = st.one_of(
    st.builds(
        lambda kind, where: Aggregate(kind, "rows", None, where, type=B),
        st.sampled_from([Aggregation.ANY, Aggregation.ALL]),
        st.recursive(rows_leaves, deeper, max_leaves=4),
    ),
    st.just(Aggregate(Aggregation.ANY, "rows", None, None, type=B)),
    st.builds(
        lambda c, where: Compare(
            c, Aggregate(Aggregation.COUNT, "rows", None, where, type=N), Literal(1, type=N), type=B
        ),
        comparators,
        rows_leaves,
    ),
)
conditions = st.recursive(st.one_of(leaves, aggregates), deeper, max_leaves=8)
truths = st.none() | st.booleans()


def truth(expr: Expr, case: Case) -> bool | None:
    relations = len(PROGRAM.relations)
    env = Env(case, case.values, [], [None] * relations, [[] for _ in range(relations)], [None] * relations)
    join(PROGRAM.relations, env)
    found = PROGRAM.meaning(expr)(env)
    return None if isinstance(found, Missing) else found


def known(**values: object) -> dict[str, object]:
    return {name: value for name, value in values.items() if value is not None}


@settings(max_examples=400)
@given(conditions, truths, truths, st.none() | st.integers(-1, 1), st.lists(st.tuples(truths, truths), max_size=3))
def test_truth_stays_and_turns(expr, p, q, n, rows) -> None:
    rows = tuple(Row(str(i), known(near=near, r=r)) for i, (near, r) in enumerate(rows))
    case = Case("K", known(p=p, q=q, n=n), {"rows": rows, "weather": (), "calls": ()})
    plain = truth(expr, case)

    assert plain == truth(normalise(expr), case)
    assert (None if plain is None else not plain) == truth(negate(expr), case)


@given(conditions)
def test_not_stands_above_atoms_only(expr: Expr) -> None:
    for node in nodes(normalise(expr)):
        if isinstance(node, Not):
            assert not isinstance(node.operand, And | Or | Not | Compare | IsMissing)
            assert not (isinstance(node.operand, Literal) and node.operand.value is not None)
            assert not isinstance(node.operand, Aggregate)


@given(conditions)
def test_normal_form_is_its_own(expr: Expr) -> None:
    once = normalise(expr)

    assert once == normalise(once)
