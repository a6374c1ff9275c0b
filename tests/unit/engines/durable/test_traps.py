"""What durable-rules 2.0.28 does to those who trust it, and that the adapter does not let it.

`raw_*` tests document the library; where they fail after an upgrade, the adapter may become simpler. Every
other test shows that a case which would step into the trap is evaluated right.
"""

from __future__ import annotations

import json
import threading

import pytest

from conformance.harness import load_ruleset
from steelyard.diagnostics import InternalError
from steelyard.engines.durable.network import AskedCondition, Network
from steelyard.facts.case import Case, Row
from steelyard.ir.expressions import (
    And,
    Comparator,
    Compare,
    Divide,
    Expr,
    Field,
    Input,
    IsMissing,
    Literal,
    Multiply,
    Not,
    OneOf,
    Or,
    Rounding,
    Stored,
)
from steelyard.ir.types import Boolean, Number, Text
from steelyard.semantics.bound_row import BoundRow
from steelyard.semantics.env import Env
from steelyard.semantics.meaning import meaning
from steelyard.semantics.scope import RulesetScope
from steelyard.semantics.values import Missing

native = pytest.importorskip("durable.engine").durable_rules_engine
session = pytest.importorskip("steelyard.engines.durable.session")

WHOLE = Number(0)
TRUTH = Boolean()
R = "rows"


SCOPE = RulesetScope(
    load_ruleset(
        """
        steelyard: 1
        ruleset: traps
        version: 1
        case: {key: id, inputs: {id: text}}
        relations:
          rows: {of_case: claim, fields: {claim: text}}
        score: {start: 100, round: 0}
        """
    )
)
"""As much of a ruleset as these expressions need: one relation."""


def number(name: str) -> Expr:
    return Input(name, type=WHOLE)


def field(name: str, type_=WHOLE) -> Expr:
    return Field(R, name, type=type_)


def lit(value: Stored) -> Expr:
    match value:
        case bool():
            return Literal(value, type=TRUTH)
        case int():
            return Literal(value, type=WHOLE)
        case _:
            return Literal(value, type=Text())


def cmp(left: Expr, sign: str, right: Expr | Stored) -> Expr:
    right = lit(right) if isinstance(right, int | str | bool) else right
    return Compare(Comparator(sign), left, right, type=TRUTH)


def compiled(conditions: list[Expr], rows: bool = False) -> tuple[Network, object]:

    def constant(expr):
        value = meaning(expr, SCOPE)(SCOPE.nothing)
        return None if isinstance(value, Missing) else value

    made = Network("traps", lambda e: meaning(e, SCOPE), constant)
    group = made.group([AskedCondition(c, R if rows else None, 0 if rows else None) for c in conditions])
    made.start()
    return made, group


def ask(
    conditions: list[Expr],
    values: dict[str, Stored],
    rows: list[dict[str, Stored]] | None = None,
    again: tuple[Network, object] | None = None,
) -> list:
    """The truths of conditions on a case; per row, where rows are given."""
    network, group = again or compiled(conditions, rows is not None)
    bound = [BoundRow(Row(str(n), row), row, True, {}) for n, row in enumerate(rows or (), 1)]
    env = Env(Case("1", values), values, [], [None], [bound], [None])
    try:
        answers = network.post(group, env, lambda _: bound)
    finally:
        network.clear()
    if rows is None:
        return [answers.truth(n) for n in range(len(conditions))]
    return [[answers.truth(n, row) for row in range(len(bound))] for n in range(len(conditions))]


def raw(rules: dict[str, object], *batches: list[dict]) -> list[tuple[int, list[str]]]:
    """The codes and the rules that fired, per batch, from the library itself."""
    handle = native.create_ruleset("raw", json.dumps({name: {"all": all_} for name, all_ in rules.items()}))
    given = []
    for batch in batches:
        code, state = native.assert_facts(handle, json.dumps(batch))
        fired = []
        started = native.start_action_for_state(handle, state)
        message = started[1] if started else None
        while message:
            fired.append(next(iter(json.loads(message))))
            message = native.complete_and_start_action(handle, state)
        given.append((code, sorted(fired)))
    native.delete_ruleset(handle)
    return given


def one(test: dict) -> list[dict]:
    return [{"m": test}]


# Crashes and hangs


def test_no_facts_are_not_posted():
    """An empty list can kill the process."""
    assert ask([cmp(field("a"), "=", 1)], {}, rows=[]) == [[]]


def test_a_case_with_hundreds_of_fields_is_split_over_facts():
    """Some 250 properties of a fact are an error (302) or kill the process. Also in one condition."""
    names = [f"f{i}" for i in range(400)]
    conditions = [cmp(number(name), "=", 1) for name in names]
    values = {name: int(n % 3 > 0) for n, name in enumerate(names) if n % 5}
    expected = [values[name] == 1 if name in values else None for name in names]

    assert ask(conditions, values) == expected
    assert ask([Or(tuple(conditions), type=TRUTH)], dict.fromkeys(names, 0)) == [False]
    assert ask([And(tuple(conditions), type=TRUTH)], dict.fromkeys(names, 1)) == [True]
    assert ask([And(tuple(conditions), type=TRUTH)], dict.fromkeys(names[1:], 1)) == [None]


def test_arithmetic_over_another_fact_is_computed_beforehand():
    """`row.a > case.b * 2` on the right-hand side can kill the process."""
    double = Multiply(number("b"), lit(2), type=WHOLE)

    assert ask([cmp(field("a"), ">", double)], {"b": 3}, rows=[{"a": 7}, {"a": 6}, {}]) == [[True, False, None]]


def test_no_null_is_asserted():
    """A null hangs the process; a missing field is left out, a condition on it is unknown."""
    condition = cmp(number("a"), "=", 1)

    assert ask([condition, cmp(number("a"), "!=", 1)], {}) == [None, None]
    assert ask([cmp(number("a"), "=", Literal(None, type=WHOLE))], {"a": 1}) == [None]
    assert ask([OneOf(number("a"), (lit(1), Literal(None, type=WHOLE)), type=TRUTH)], {"a": 1}) == [None]


def test_a_case_in_which_nothing_fires_is_forgotten():
    """Deleting a state in which no action was started kills the process: a beacon fires in every case."""
    pair = compiled([cmp(number("a"), "=", 1)])

    assert [ask([None], {"a": n}, again=pair) for n in range(2, 200)] == [[False]] * 198


# Joins


@pytest.mark.parametrize("sign", ["=", "!=", "<", "<=", ">", ">="])
def test_a_joined_comparison_with_a_missing_field_does_not_lose_the_other_rules(sign):
    """durable fails on the whole fact (error 311), so that every rule on it is lost."""
    joined, other = cmp(field("a"), sign, number("b")), cmp(field("c"), "=", 1)
    rows = [{"a": 1, "c": 1}, {"a": 2, "c": 1}, {"c": 1}]
    known = [n in {"=": (2,), "!=": (1,), "<": (1,), "<=": (1, 2), ">": (), ">=": (2,)}[sign] for n in (1, 2)]

    assert ask([joined, other], {"b": 2}, rows) == [[*known, None], [True, True, True]]
    assert ask([joined, other], {}, rows) == [[None, None, None], [True, True, True]]


def test_raw_a_joined_comparison_with_a_missing_field_fails():
    rules = {"j": [{"c": {"k": 1}}, {"r": {"$and": [{"k": 2}, {"$lt": {"b": {"c": "b"}}}]}}]}

    with pytest.raises(native.error, match="311"):
        raw(rules, [{"k": 1, "id": 1}, {"k": 2, "b": 3, "id": 2}])


def test_a_row_joins_by_its_text():
    """Numeric texts are no numbers: `1`, `01` and `1.0` are three texts, and none is the number 1."""
    rows = [{"t": t} for t in ("1", "01", "1.0", "", "上海", "a\0b", "=1")]
    joined = cmp(field("t", Text()), "=", Input("u", type=Text()))

    for n, row in enumerate(rows):
        assert ask([joined], {"u": row["t"]}, rows) == [[m == n for m in range(len(rows))]]


def test_a_row_joins_by_a_number_beyond_64_bits():
    rows = [{"a": 2**63 + n} for n in (-1, 0, 1)] + [{"a": -(2**70)}]

    assert ask([cmp(field("a"), "=", number("b"))], {"b": 2**63}, rows) == [[False, True, False, False]]


# Truth, falsehood, unknown


def test_neither_a_condition_nor_its_negation_fires_where_it_is_unknown():
    a, b = cmp(number("a"), "=", 1), cmp(number("b"), "=", 1)
    conditions = [And((a, b), type=TRUTH), Or((a, b), type=TRUTH), Not(a, type=TRUTH)]
    of = {1: True, 0: False, None: None}

    for x in (0, 1, None):
        for y in (0, 1, None):
            values = {name: value for name, value in (("a", x), ("b", y)) if value is not None}
            both = False if 0 in (x, y) else None if None in (x, y) else True
            either = True if 1 in (x, y) else None if None in (x, y) else False
            assert ask(conditions, values) == [both, either, None if x is None else not of[x]]


def test_the_word_missing_is_unknown_in_every_place():
    a, unknown = cmp(field("a"), "=", 1), Literal(None, type=TRUTH)
    rows = [{"a": 1}, {"a": 2}, {}]

    assert ask([And((a, unknown), type=TRUTH)], {}, rows) == [[None, False, None]]
    assert ask([Or((a, unknown), type=TRUTH)], {}, rows) == [[True, None, None]]
    assert ask([unknown], {}, rows) == [[None, None, None]]
    assert ask([unknown], {}) == [None]


def test_or_fires_once_for_us_though_several_branches_are_true():
    a, b = cmp(number("a"), "=", 1), cmp(number("b"), "=", 1)

    assert ask([Or((a, b, a), type=TRUTH)], {"a": 1, "b": 1}) == [True]


def test_raw_or_fires_once_per_true_branch():
    rules = {"or": one({"$and": [{"k": 1}, {"$or": [{"x": 1}, {"y": 1}]}]})}

    assert raw(rules, [{"k": 1, "x": 1, "y": 1, "id": 1}]) == [(0, ["or", "or"])]


def test_a_condition_with_thousands_of_branches_is_computed_beforehand():
    pairs = tuple(Or((cmp(number(f"a{n}"), "=", 1), cmp(number(f"b{n}"), "=", 1)), type=TRUTH) for n in range(14))
    values = {f"{side}{n}": 1 for side in "ab" for n in range(14)}

    assert ask([And(pairs, type=TRUTH)], values) == [True]
    assert ask([And(pairs, type=TRUTH)], values | {"a3": 0, "b3": 0}) == [False]
    assert ask([Not(And(pairs, type=TRUTH), type=TRUTH)], values | {"a3": 0, "b3": 0}) == [True]
    del values["a3"]
    assert ask([And(pairs, type=TRUTH)], values | {"b3": 0}) == [None]


def test_a_missing_field_is_asked_for_by_what_is_computed_beforehand():
    """`$nex` fires on the session's own facts too."""
    gone = IsMissing(number("a"), type=TRUTH)

    assert ask([gone], {}) == [True]
    assert ask([gone, Not(gone, type=TRUTH)], {"a": 0}) == [False, True]


def test_raw_nex_fires_on_the_session_itself():
    assert raw({"nex": one({"$nex": {"x": 1}})}, [{"k": 1, "id": 1}]) == [(0, ["nex", "nex"])]


# Types


def test_text_is_never_compared_with_a_number():
    """durable takes `"1"` for 1, and true for 1."""
    assert ask([cmp(Input("t", type=Text()), "=", text) for text in ("1", "01", "true")], {"t": "1"}) == [
        True,
        False,
        False,
    ]
    assert ask([cmp(Input("b", type=TRUTH), "=", True)], {"b": True}) == [True]
    assert ask([Input("b", type=TRUTH), Not(Input("b", type=TRUTH), type=TRUTH)], {"b": False}) == [False, True]


def test_raw_text_and_truth_pass_for_numbers():
    """Of `=` it depends on the other rules whether `"1"` passes."""
    rules = {"n": one({"$gt": {"x": 0}}), "t": one({"$lt": {"x": 2}})}

    assert raw(rules, [{"x": "1", "id": 1}], [{"x": True, "id": 2}]) == [(0, ["n", "t"]), (0, ["n", "t"])]


@pytest.mark.parametrize("text", ["", "a\0b", 'a"b', "a'b", "\\", "\n", "暴雨", "😀", "\ud800", "x" * 100_000])
def test_any_text_is_matched_exactly(text):
    """A fact has at most 64 KiB: long texts go by their digest."""
    t = Input("t", type=Text())

    assert ask([cmp(t, "=", text), cmp(t, "!=", text)], {"t": text}) == [True, False]
    assert ask([cmp(t, "=", text), cmp(t, "!=", text)], {"t": text + "x"}) == [False, True]


@pytest.mark.parametrize("bound", [0, -1, 2**53 + 1, 2**62 - 1, 2**62, 2**62 + 1, 2**63 - 1, 2**63, 2**70, -(2**70)])
def test_integers_are_compared_exactly_whatever_their_size(bound):
    """durable saturates at 64 bits, and reads 2^64 and beyond as garbage."""
    signs = ("=", "!=", "<", "<=", ">", ">=")
    for value in (bound - 1, bound, bound + 1, 2**64, -(2**64), 2**80):
        expected = [value == bound, value != bound, value < bound, value <= bound, value > bound, value >= bound]
        assert ask([cmp(number("a"), sign, bound) for sign in signs], {"a": value}) == expected


def test_fractions_never_reach_the_engine():
    third = Divide(number("a"), lit(3), 2, 0, Rounding.HALF_UP, type=Number(2))

    assert ask([Compare(Comparator.EQ, third, Literal(33, type=Number(2)), type=TRUTH)], {"a": 1}) == [True]


# Facts


def test_a_fact_that_no_rule_matches_is_no_error():
    assert ask([cmp(number("a"), "=", 1)], {"a": 2}) == [False]
    assert ask([cmp(field("a"), "=", 1)], {}, rows=[{"a": 2}, {"a": 1}]) == [[False, True]]


def test_raw_a_fact_that_no_rule_matches_has_a_code_of_its_own():
    assert raw({"a": one({"x": 1})}, [{"x": 2, "id": 1}, {"x": 1, "id": 2}]) == [(1, ["a"])]


def test_equal_rows_are_each_matched():
    assert ask([cmp(field("a"), "=", 1)], {}, rows=[{"a": 1}] * 20) == [[True] * 20]


def test_raw_an_equal_fact_is_already_observed():
    assert [code for code, _ in raw({"a": one({"x": 1})}, [{"x": 1}], [{"x": 1}])] == [0, 2]


def test_many_distinct_facts_are_never_taken_for_observed():
    """Without ids the 32-bit hash of contents collides after some 100,000 facts of a session."""
    pair = compiled([cmp(field("a"), ">=", 0)], rows=True)
    rows = [{"a": n} for n in range(3000)]

    for _ in range(5):
        assert ask([cmp(field("a"), ">=", 0)], {}, rows, again=pair) == [[True] * 3000]


def test_two_thousand_cases_use_one_session():
    """Without deleting its state the 1,025th session fails."""
    pair = compiled([cmp(number("a"), ">", 1000)])

    assert [ask([None], {"a": n}, again=pair) for n in range(2000)] == [[n > 1000] for n in range(2000)]


def test_more_than_64_conditions_true_at_once_are_split_over_facts():
    """durable fails with error 303."""
    conditions = [cmp(number("a"), ">", n) for n in range(300)]

    assert ask(conditions, {"a": 1000}) == [True] * 300
    assert ask(conditions, {"a": 150}) == [n < 150 for n in range(300)]
    assert ask([cmp(field("a"), ">", n) for n in range(100)], {}, [{"a": 99}]) == [[n < 99] for n in range(100)]


def test_raw_more_than_64_conditions_true_at_once_fail():
    rules = {f"r{n}": one({"$and": [{"k": 1}, {"$gt": {"x": n}}]}) for n in range(65)}

    with pytest.raises(native.error, match="303"):
        raw(rules, [{"k": 1, "x": 1000, "id": 1}])


def test_more_rules_than_durable_holds_are_split_over_sets():
    """It refuses some 5,000 rules with error 106."""
    conditions = [cmp(number(f"a{n}"), "=", 1) for n in range(3000)]
    values = {f"a{n}": n % 2 for n in range(3000)}

    assert ask(conditions, values) == [bool(n % 2) for n in range(3000)]


# The library's own loop


def test_a_failure_of_the_library_is_our_bug_and_not_silence():
    """Its own loop hides what an action raises in the session's state."""
    joined = [{"c": {"k": 1}}, {"r": {"$and": [{"k": 2}, {"$lt": {"b": {"c": "b"}}}]}}]
    wall = session.Session("s", {"j": joined})

    for _ in range(3):
        with pytest.raises(InternalError, match="311"):
            wall.post([{"k": 1}, {"k": 2, "b": 3}])
        wall.clear()

        assert wall.post([{"k": 1, "b": 4}, {"k": 2, "b": 3}]) == [("j", (0, 1))]
        wall.clear()


def test_rules_that_the_library_refuses_are_our_bug():
    with pytest.raises(InternalError, match="refuses"):
        session.Session("s", {f"r{n}": [{"r": {"$and": [{"k": f"c{n // 40}"}, {f"f{n}": 1}]}}] for n in range(6000)})


def test_no_thread_is_started():
    before = threading.active_count()
    ask([cmp(number("a"), "=", 1)], {"a": 1})

    assert threading.active_count() == before


def test_a_rejection_while_values_are_computed_leaves_no_facts_behind():
    pair = compiled([cmp(number("a"), "=", 1)])
    network, group = pair

    class Broken(dict):
        def get(self, *_):
            raise KeyError

    with pytest.raises(KeyError):
        network.post(group, Env(Case("1", {}), Broken(), [], [], [], []), lambda _: [])
    network.clear()

    assert ask([None], {"a": 1}, again=pair) == [True]
