"""Printing and parsing are inverse; printing adds no bracket that parsing does not need."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steelyard.diagnostics import Diagnostics, Span
from steelyard.language.parser import parse_expression, parse_interval, parse_test
from steelyard.language.printer import print_expression, print_interval, print_test
from steelyard.language.syntax import (
    AllOfTests,
    And,
    AnyValue,
    Arithmetic,
    BareWord,
    Call,
    CompareTest,
    Comparison,
    DateLiteral,
    DaysLiteral,
    DurationLiteral,
    If,
    InInterval,
    InList,
    Interval,
    IntervalTest,
    MissingLiteral,
    Name,
    Negative,
    Not,
    NotTest,
    Number,
    OneOfTests,
    Or,
    Quoted,
    Truth,
)
from steelyard.source.nodes import Text

NOWHERE = Span("", 0, 0, 0, 0)

WORDS = st.sampled_from(["a", "b1", "_c", "rating", "出险地", "h", "of", "d", "is", "orders"])
OPERATORS = st.sampled_from(["=", "!=", "<", "<=", ">", ">="])


def built(kind, *parts, **named):
    return st.builds(kind, *parts, **named, span=st.just(NOWHERE))


def tuples(of, least):
    return st.lists(of, min_size=least, max_size=3).map(tuple)


NUMBERS = st.one_of(
    built(Number, st.integers(0, 10**12), st.integers(0, 6)),
    built(Number, st.integers(0, 10**6), st.integers(2, 6), percent=st.just(value=True)),
)
LITERALS = st.one_of(
    NUMBERS,
    built(Quoted, st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=8)),
    built(Quoted, st.text('"“”a ', max_size=5).filter(lambda t: "”" in t or '"' in t)),
    built(Truth, st.booleans()),
    built(DurationLiteral, st.integers(0, 10**14)),
    built(DaysLiteral, st.integers(0, 10**6), business=st.booleans()),
    built(DateLiteral, st.sampled_from(["2024-05-01", "2024-05-01T10:00", "2024-05-01T10:00:00.5+08:00"])),
    built(MissingLiteral),
)
NAMES = built(Name, st.lists(WORDS, min_size=1, max_size=3).map(tuple))


def intervals(ends):
    return built(Interval, st.none() | ends, st.booleans(), st.none() | ends, st.booleans()).filter(
        lambda i: i.low is not None or i.high is not None
    )


def larger(part):
    return st.one_of(
        built(Negative, part),
        built(Not, part),
        built(Arithmetic, st.sampled_from("+-*/"), part, part),
        built(Comparison, OPERATORS, part, part),
        built(And, tuples(part, 2)),
        built(Or, tuples(part, 2)),
        built(InInterval, part, intervals(part)),
        built(InList, part, tuples(part, 1)),
        built(If, part, part, part),
        built(Call, WORDS, tuples(part, 0)),
        built(Call, st.just("t.out"), tuples(part, 1), part),
    )


EXPRESSIONS = st.deferred(lambda: LITERALS | NAMES | larger(EXPRESSIONS))

SMALL = st.one_of(
    built(CompareTest, OPERATORS, EXPRESSIONS),
    built(CompareTest, st.just("="), LITERALS | built(Negative, LITERALS)),
    built(BareWord, WORDS | st.sampled_from(["small-car", "a-1"])),
    built(IntervalTest, intervals(EXPRESSIONS)),
)
BOTH = SMALL | built(AllOfTests, tuples(SMALL, 2))
TESTS = st.deferred(lambda: BOTH | built(NotTest, TESTS) | built(NotTest, built(OneOfTests, tuples(TESTS, 2))))


def text(value):
    return Text(value, Span("r.yaml", 0, 0, 0, len(value)), origin=((0, 0, 0),))


@given(EXPRESSIONS)
def test_parsing_what_was_printed_gives_the_same_expression(tree):
    printed = print_expression(tree)
    diagnostics = Diagnostics()
    again = parse_expression(text(printed), diagnostics)

    assert [str(d.headline) for d in diagnostics.sorted()] == []
    assert again == tree
    assert print_expression(again) == printed


@given(TESTS | built(OneOfTests, tuples(TESTS, 2)) | built(AnyValue))
def test_parsing_what_was_printed_gives_the_same_test(tree):
    printed = print_test(tree)
    again = parse_test(text(printed), Diagnostics())

    assert again == tree
    assert print_test(again) == printed


@given(intervals(EXPRESSIONS))
def test_parsing_what_was_printed_gives_the_same_interval(tree):
    assert parse_interval(text(print_interval(tree)), Diagnostics()) == tree


@given(EXPRESSIONS)
def test_no_bracket_is_more_than_is_needed(tree):
    printed = print_expression(tree)
    for opening in (i for i, c in enumerate(printed) if c == "("):
        depth = 0
        for closing in range(opening, len(printed)):
            depth += (printed[closing] == "(") - (printed[closing] == ")")
            if not depth:
                break
        else:
            continue
        without = f"{printed[:opening]} {printed[opening + 1 : closing]} {printed[closing + 1 :]}"

        assert '"' in printed or parse_expression(text(without), Diagnostics()) != tree


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("( ( a ) )", "a"),
        ("a+(b+c)", "a + (b + c)"),
        ("(a+b)+c", "a + b + c"),
        ("a-(b*c)", "a - b * c"),
        ("(a-b)*c", "(a - b) * c"),
        ("a/(b*c)", "a / (b * c)"),
        ("-(a+b)", "-(a + b)"),
        ("-(a*b)", "-(a * b)"),
        ("(-a)*b", "-a * b"),
        ("(not a) = b", "(not a) = b"),
        ("not (a = b)", "not a = b"),
        ("not (a and b)", "not (a and b)"),
        ("a between 1 and 2", "a in [1..2]"),
        ("mean(a, 2 where b)", "mean(a where b, 2)"),
        ("(if a then b else c) or d", "(if a then b else c) or d"),
        ("(a or b) or c", "(a or b) or c"),
        ("90min", "1h30min"),
        ("0.5s", "0.5s"),
        ("61s", "1min1s"),
        ("3600.000001s", "1h0.000001s"),
        ("0h", "0s"),
        ("0.50%", "0.50%"),
        ("100%", "100%"),
        ("0.05", "0.05"),
        ('“a"b”', '"a""b"'),
        ("a in ( 1 ，2 )", "a in (1, 2)"),
    ],
)
def test_the_canonical_spelling(written, printed):
    tree = parse_expression(text(written), Diagnostics())

    assert tree is not None
    assert print_expression(tree) == printed


@pytest.mark.parametrize(
    ("written", "printed"),
    [("=5", "5"), ("= a", "= a"), ("=-5", "-5"), (">=-a", ">= -a"), ("a ，b", "a, b"), ("not (a)", "not(a)")],
)
def test_the_canonical_spelling_of_tests(written, printed):
    tree = parse_test(text(written), Diagnostics())

    assert tree is not None
    assert print_test(tree) == printed
