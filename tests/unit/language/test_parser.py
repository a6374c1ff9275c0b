"""Texts of expressions become trees, or one diagnostic with the exact place."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from steelyard.diagnostics import Diagnostic, Diagnostics, Span
from steelyard.language.parser import (
    parse_expression,
    parse_interval,
    parse_literal,
    parse_step,
    parse_test,
)
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
    RelativeStep,
    Truth,
)
from steelyard.source.nodes import Text

NOWHERE = Span("", 0, 0, 0, 0)
HOUR = 3_600_000_000


def text(value: str, *, quoted: bool = False) -> Text:
    """A text that stands at the start of a file, on one line."""
    return Text(value, Span("r.yaml", 0, 0, 0, len(value)), quoted=quoted, origin=((0, 0, 0),))


def accept(parse, value):
    """What a text means; it must have no diagnostic."""
    diagnostics = Diagnostics()
    tree = parse(text(value), diagnostics)

    assert [str(d.headline) for d in diagnostics.sorted()] == []
    return tree


def refuse(parse, value, underlined=None, code="Y201") -> Diagnostic:
    """The one diagnostic of a text; it must underline `underlined`."""
    diagnostics = Diagnostics()

    assert parse(text(value), diagnostics) is None
    (found,) = diagnostics.sorted()
    assert found.code == code
    assert found.span is not None
    if underlined is not None:
        assert value[found.span.column : found.span.end_column] == underlined
    return found


def n(units, scale=0):
    return Number(units, scale, span=NOWHERE)


def name(dotted):
    return Name(tuple(dotted.split(".")), span=NOWHERE)


A, B, C, D = (name(letter) for letter in "abcd")


def compare(left, operator, right):
    return Comparison(operator, left, right, span=NOWHERE)


def sum_of(left, operator, right):
    return Arithmetic(operator, left, right, span=NOWHERE)


def interval(low, low_closed, high, high_closed):
    return Interval(low, low_closed, high, high_closed, span=NOWHERE)


def duration(microseconds):
    return DurationLiteral(microseconds, span=NOWHERE)


LITERALS = [
    ("0", n(0)),
    ("4.50", n(450, 2)),
    ("007", n(7)),
    ("98%", Number(98, 2, percent=True, span=NOWHERE)),
    ("0.5%", Number(5, 3, percent=True, span=NOWHERE)),
    ("0.5 %", Number(5, 3, percent=True, span=NOWHERE)),
    ("9" * 38, n(10**38 - 1)),
    ("24h", duration(24 * HOUR)),
    ("30min", duration(HOUR // 2)),
    ("45s", duration(45_000_000)),
    ("0s", duration(0)),
    ("1h30min", duration(HOUR * 3 // 2)),
    ("24h 30min\n 45s", duration(24 * HOUR + HOUR // 2 + 45_000_000)),
    ("1h45s", duration(HOUR + 45_000_000)),
    ("1.5h", duration(HOUR * 3 // 2)),
    ("0.000001s", duration(1)),
    ("1.0000000s", duration(1_000_000)),
    ("15d", DaysLiteral(15, span=NOWHERE)),
    ("15bd", DaysLiteral(15, business=True, span=NOWHERE)),
    ("true", Truth(value=True, span=NOWHERE)),
    ("false", Truth(value=False, span=NOWHERE)),
    ("missing", MissingLiteral(span=NOWHERE)),
    ('"motor"', Quoted("motor", span=NOWHERE)),
    ('""', Quoted("", span=NOWHERE)),
    ('"a ""b"" c"', Quoted('a "b" c', span=NOWHERE)),
    ('""""', Quoted('"', span=NOWHERE)),
    ('“车险 "A"”', Quoted('车险 "A"', span=NOWHERE)),
    ('"， ≥ and"', Quoted("， ≥ and", span=NOWHERE)),
    ("@2024-05-01", DateLiteral("2024-05-01", span=NOWHERE)),
    ("@2024-05-01T10:00", DateLiteral("2024-05-01T10:00", span=NOWHERE)),
    ("@2024-05-01T10:00:00Z", DateLiteral("2024-05-01T10:00:00Z", span=NOWHERE)),
    ("@2024-05-01 10:00:00.123456+08:00", DateLiteral("2024-05-01T10:00:00.123456+08:00", span=NOWHERE)),
]


@pytest.mark.parametrize(("written", "tree"), LITERALS)
def test_literals_are_exact_in_expressions_and_in_places_of_literals(written, tree):
    assert accept(parse_expression, written) == tree
    assert accept(parse_literal, written) == tree


EXPRESSIONS = [
    ("not a = b", Not(compare(A, "=", B), span=NOWHERE)),
    ("not not a", Not(Not(A, span=NOWHERE), span=NOWHERE)),
    ("a and b and c", And((A, B, C), span=NOWHERE)),
    ("(a and b) and c", And((And((A, B), span=NOWHERE), C), span=NOWHERE)),
    ("a or b and c", Or((A, And((B, C), span=NOWHERE)), span=NOWHERE)),
    ("(a or b) and c", And((Or((A, B), span=NOWHERE), C), span=NOWHERE)),
    ("not a and b", And((Not(A, span=NOWHERE), B), span=NOWHERE)),
    ("a - b - c", sum_of(sum_of(A, "-", B), "-", C)),
    ("a - (b - c)", sum_of(A, "-", sum_of(B, "-", C))),
    ("a / b * c", sum_of(sum_of(A, "/", B), "*", C)),
    ("a + b * c", sum_of(A, "+", sum_of(B, "*", C))),
    ("a*b+c", sum_of(sum_of(A, "*", B), "+", C)),
    ("-a * b", sum_of(Negative(A, span=NOWHERE), "*", B)),
    ("a - -1", sum_of(A, "-", Negative(n(1), span=NOWHERE))),
    ("--a", Negative(Negative(A, span=NOWHERE), span=NOWHERE)),
    ("-a - b", sum_of(Negative(A, span=NOWHERE), "-", B)),
    ("a + b >= c", compare(sum_of(A, "+", B), ">=", C)),
    ("(a = b) = c", compare(compare(A, "=", B), "=", C)),
    ("a ≥ b", compare(A, ">=", B)),
    ("a ≤ b", compare(A, "<=", B)),
    ("a ≠ b", compare(A, "!=", B)),
    ("a!=b", compare(A, "!=", B)),
    ("a<b", compare(A, "<", B)),
    ("a>-1", compare(A, ">", Negative(n(1), span=NOWHERE))),
    ("（a × b）", sum_of(A, "*", B)),
    ("a between 1 and 2", InInterval(A, interval(n(1), True, n(2), True), span=NOWHERE)),
    ("a between 1 and 2 and b", And((InInterval(A, interval(n(1), True, n(2), True), span=NOWHERE), B), span=NOWHERE)),
    ("a in [1..2)", InInterval(A, interval(n(1), True, n(2), False), span=NOWHERE)),
    ("a in (1..2]", InInterval(A, interval(n(1), False, n(2), True), span=NOWHERE)),
    ("a in (b..)", InInterval(A, interval(B, False, None, False), span=NOWHERE)),
    ("a in [..b + 1]", InInterval(A, interval(None, True, sum_of(B, "+", n(1)), True), span=NOWHERE)),
    ("a in [1.5..2.5]", InInterval(A, interval(n(15, 1), True, n(25, 1), True), span=NOWHERE)),
    ("a in [b..c]", InInterval(A, interval(B, True, C, True), span=NOWHERE)),
    ("a in ((b)..c]", InInterval(A, interval(B, False, C, True), span=NOWHERE)),
    ("a in (1)", InList(A, (n(1),), span=NOWHERE)),
    ('a in ("x"，"y")', InList(A, (Quoted("x", span=NOWHERE), Quoted("y", span=NOWHERE)), span=NOWHERE)),
    ("a in (b, c) or d", Or((InList(A, (B, C), span=NOWHERE), D), span=NOWHERE)),
    ("if a then b else c or d", If(A, B, Or((C, D), span=NOWHERE), span=NOWHERE)),
    ("if a then if b then c else d else a", If(A, If(B, C, D, span=NOWHERE), A, span=NOWHERE)),
    ("if a then b else if c then d else a", If(A, B, If(C, D, A, span=NOWHERE), span=NOWHERE)),
    ("f()", Call("f", (), span=NOWHERE)),
    ("f(a, b or c)", Call("f", (A, Or((B, C), span=NOWHERE)), span=NOWHERE)),
    ("table.output(a)", Call("table.output", (A,), span=NOWHERE)),
    ("count(a where b and c)", Call("count", (A,), And((B, C), span=NOWHERE), span=NOWHERE)),
    ("sum(r.x * r.y)", Call("sum", (sum_of(name("r.x"), "*", name("r.y")),), span=NOWHERE)),
    ("mean(a where b, 2)", Call("mean", (A, n(2)), B, span=NOWHERE)),
    ("mean(a, 2 where b)", Call("mean", (A, n(2)), B, span=NOWHERE)),
    ("出险地.名称", name("出险地.名称")),
    ("  \n a \u3000", A),
    ("orange", name("orange")),
    ("h", name("h")),
    ("_x1", name("_x1")),
    ("@2024-05-01-15d", sum_of(DateLiteral("2024-05-01", span=NOWHERE), "-", DaysLiteral(15, span=NOWHERE))),
    ("1h+1", sum_of(duration(HOUR), "+", n(1))),
    ("1h -1", sum_of(duration(HOUR), "-", n(1))),
]


@pytest.mark.parametrize(("written", "tree"), EXPRESSIONS)
def test_expressions_bind_as_the_language_says(written, tree):
    assert accept(parse_expression, written) == tree


WRONG_EXPRESSIONS = [
    ("a < b < c", "<", "comparisons cannot be chained: write `a < b and b < c`"),
    ("a in (1) in (2)", "in", "comparisons cannot be chained: write `a < b and b < c`"),
    ("a between 1 and 2 = b", "=", "comparisons cannot be chained: write `a < b and b < c`"),
    ("a == b", "==", "write `=`"),
    ("a => b", "=>", "write `>=`"),
    ("a =< b", "=<", "write `<=`"),
    ("a <> b", "<>", "write `!=`"),
    ("a && b", "&&", "write `and`"),
    ("a & b", "&", "write `and`"),
    ("a || b", "||", "write `or`"),
    ("a | b", "|", "write `or`"),
    ("!a", "!", "write `not`, or `!=` for unequal"),
    ("a ** 2", "**", "there are no powers: multiply, as in `x * x`"),
    ("a ^ 2", "^", "there are no powers: multiply, as in `x * x`"),
    ("10 % 3", "%", "percent stands directly after a number, as in `98%`; there is no remainder"),
    ("10 % x", "%", "percent stands directly after a number, as in `98%`; there is no remainder"),
    ("10 % (x)", "%", "percent stands directly after a number, as in `98%`; there is no remainder"),
    ("10%3", "10%3", "percent stands directly after a number, as in `98%`; there is no remainder"),
    ("a % b", "%", "percent stands directly after a number, as in `98%`; there is no remainder"),
    ("5‰", "‰", "write per mille as percent: `0.5%` for five per thousand"),
    ("a > 5％", "％", "write `%`"),
    ("９ > a", "９", "write `9`"),
    ("a = 'x'", "'", 'write text in double quotes, as in `"motor"`'),
    ("a = ‘x’", "‘", 'write text in double quotes, as in `"motor"`'),
    ("a ÷ b", "÷", "write `/`"),
    ("f(a、b)", "、", "write `,`"),
    ("a = null", "null", 'write `missing`, in a comparison `is_missing(x)`, or `"null"` if it is a text'),
    ("None", "None", 'write `missing`, in a comparison `is_missing(x)`, or `"None"` if it is a text'),
    ("a = True", "True", 'write `true`, or `"True"` if it is a text'),
    ("FALSE", "FALSE", 'write `false`, or `"FALSE"` if it is a text'),
    ("a AND b", "AND", "write `and` in lower case"),
    ("If a then b else c", "a", "write `if` in lower case"),
    ("24 h", "h", "write `24h`, without a blank"),
    ("24 小时", "小时", "write `24h`, without a blank"),
    ("24小时", "24小时", "write `24h`"),
    ("1.5hours", "1.5hours", "write `1.5h`"),
    ("10% of target", "of", "`10% of target` is the width of a step only: write `10% * target`"),
    ("a is missing", "is", "write `=` to compare, or `is_missing(x)`"),
    ("a in b", "b", "after `in` comes an interval or a list, as in `[60..75)` or `(1, 2)`"),
    ("a in", "in", "after `in` comes an interval or a list, as in `[60..75)` or `(1, 2)`"),
    ("a in [1, 2]", ",", "a list stands in parentheses, as in `x in (1, 2)`; an interval has `..` between its ends"),
    ("a in (1, 2]", "]", "the bracket `(` is closed by the wrong one"),
    ("a in [1]", "]", "an interval has two ends with `..` between, as in `[60..75)`; a list is written `(1, 2)`"),
    ("a in ()", ")", "a value is expected before `)`"),
    ("a in [..]", "[..]", "write at least one end, as in `[0..)`"),
    ("a in ]1..2", "2", "the bracket `]` is not closed"),
    ("a in [1", "1", "an interval has two ends with `..` between, as in `[60..75)`"),
    ("a in [1..2", "2", "the bracket `[` is not closed"),
    ("a not in (1)", "not", "write `not` first, as in `not x in (1, 2)`"),
    ("[1..2]", "[", "intervals stand after `in`, as in `x in [60..75)`"),
    ("1..2", "..", "intervals stand after `in`, as in `x in [60..75)`"),
    ("a between 1", "1", "write `between … and …`"),
    ("a between 1 or 2", "or", "write `between … and …`"),
    ("a = not b", "not", "put `not …` in parentheses here"),
    ("1 + if a then b else c", "if", "put `if … then … else …` in parentheses here"),
    ("if a then b", "b", "write `if … then … else …`, all three parts"),
    ("f(if a then b)", ")", "write `if … then … else …`, all three parts"),
    ("if a else b", "else", "write `if … then … else …`, all three parts"),
    ("(a", "a", "the bracket `(` is not closed"),
    ("f(", "(", "the bracket `(` is not closed"),
    ("f(a,", ",", "a value is missing after `,`"),
    ("a)", ")", "no bracket is open here"),
    ("(a]", "]", "the bracket `(` is closed by the wrong one"),
    ("a +", "+", "a value is missing after `+`"),
    ("* a", "*", "a value is expected before `*`"),
    ("a, b", ",", "commas stand between the arguments of a function or the values of a list"),
    ("a b", "b", 'an operator is missing between `a` and `b`; text needs double quotes, as in `"motor"`'),
    ("f(a)(b)", "(", "an operator such as `+`, `and` or `=` is expected here"),
    ("count(a) where b", "where", "`where` stands inside an aggregate, as in `count(complaints where upheld)`"),
    ("f(where b)", "where", "`where` follows what is aggregated, as in `count(complaints where upheld)`"),
    ("sum(a where b, c where d)", "d", "join the conditions with `and`"),
    ("2024-05-01", "2024-05-01", "write `@2024-05-01`"),
    ("@2024-5-1", "@", "write a date as `@2024-05-01` or `@2024-05-01T10:00:00+08:00`"),
    ("3x", "3x", None),
    ("10ms", "10ms", None),
    ("1h30", "1h30", None),
    ("1_000", "1_000", "digits are not grouped: write `1000`"),
    ("1e5", "1e5", "numbers have no exponent: write all digits"),
    ("5.", "5.", "write digits after the dot, or no dot"),
    ("1.2.3", "1.2.3", None),
    (".5", ".", "no blanks around the dot of `a.b`, a digit before the dot of `0.5`, and two dots in `[1..5]`"),
    ("a.in", "a.in", "`in` is a word of the language: choose another name"),
    ("1h 1h", "1h 1h", "each unit stands once, the longest first: `1h30min45s`"),
    ("30min 1h", "30min 1h", "each unit stands once, the longest first: `1h30min45s`"),
    ("1.5d", "1.5d", "days count dates and are whole; parts of a day are a duration in hours, such as `36h`"),
    ("1d 2h", "2h", "days do not mix with hours: write `26h` for a day and two hours"),
    ('"abc', '"abc', 'close it with `"`; a quote inside the text is written twice'),
    ('a = "x""', '"x""', 'close it with `"`; a quote inside the text is written twice'),
    ("“abc", "“abc", 'close it with `"`; a quote inside the text is written twice'),
    ("a\x00b", "\x00", None),
    ('"\x00"', "\x00", None),
    ("a \ud800", "\ud800", None),
    ("a \u200b+ b", "\u200b", None),
    ("a; b", ";", None),
]


@pytest.mark.parametrize(("written", "underlined", "advice"), WRONG_EXPRESSIONS)
def test_a_wrong_expression_has_one_diagnostic_with_its_place_and_advice(written, underlined, advice):
    found = refuse(parse_expression, written, underlined)

    if advice is not None:
        assert str(found.help) == advice


@pytest.mark.parametrize("parse", [parse_expression, parse_test, parse_interval, parse_step])
@pytest.mark.parametrize("blank", ["", " ", "\n\t\u3000"])
def test_nothing_is_no_expression(parse, blank):
    assert str(refuse(parse, blank).headline) == "expression is empty"


def test_an_open_bracket_is_shown_where_it_opens():
    found = refuse(parse_expression, "a + f(b, (c)")

    assert [label.span.column for label in found.labels] == [5]


def test_yaml_is_named_where_it_may_have_cut_a_text_without_quotes():
    diagnostics = Diagnostics()
    parse_expression(text("f(a"), diagnostics)
    parse_expression(text("f(a", quoted=True), diagnostics)
    parse_expression(text("a b"), diagnostics)

    assert [len(d.notes) for d in diagnostics.sorted()] == [1, 0, 0]
    assert "comma inside `{}`" in str(diagnostics.sorted()[0].notes[0])


def test_long_words_are_cut_in_headlines():
    assert str(refuse(parse_expression, "a " + "b" * 60).headline) == f"unexpected `{'b' * 40}…`"


def test_nodes_know_their_places():
    tree = accept(parse_expression, "(a + b) * f(c) >= 1")
    assert isinstance(tree, Comparison)
    product = tree.left
    assert isinstance(product, Arithmetic)
    assert isinstance(product.right, Call)
    assert product.right.function_span is not None

    assert (tree.span.column, tree.span.end_column) == (0, 19)
    assert (product.span.column, product.span.end_column) == (0, 14)
    assert (product.left.span.column, product.left.span.end_column) == (0, 7)
    assert (product.right.span.column, product.right.span.end_column) == (10, 14)
    assert (product.right.function_span.column, product.right.function_span.end_column) == (10, 11)


def test_a_place_over_several_lines_starts_and_ends_on_them():
    block = Text("a and\nb", Span("r.yaml", 3, 4, 5, 0), quoted=True, origin=((0, 3, 6), (6, 4, 6)))
    tree = parse_expression(block, Diagnostics())

    assert tree is not None
    assert tree.span == Span("r.yaml", 3, 6, 4, 7)


TESTS = [
    ("-", AnyValue(span=NOWHERE)),
    (">= 90", CompareTest(">=", n(90), span=NOWHERE)),
    ("≠ a", CompareTest("!=", A, span=NOWHERE)),
    ("90", CompareTest("=", n(90), span=NOWHERE)),
    ("-5", CompareTest("=", Negative(n(5), span=NOWHERE), span=NOWHERE)),
    ("= a.b", CompareTest("=", name("a.b"), span=NOWHERE)),
    ("<= a + 24h", CompareTest("<=", sum_of(A, "+", duration(24 * HOUR)), span=NOWHERE)),
    (">= max(a, b-c)", CompareTest(">=", Call("max", (A, sum_of(B, "-", C)), span=NOWHERE), span=NOWHERE)),
    ("true", CompareTest("=", Truth(value=True, span=NOWHERE), span=NOWHERE)),
    ("missing", CompareTest("=", MissingLiteral(span=NOWHERE), span=NOWHERE)),
    ("motor", BareWord("motor", span=NOWHERE)),
    ("车险", BareWord("车险", span=NOWHERE)),
    ("small-car", BareWord("small-car", span=NOWHERE)),
    ("h", BareWord("h", span=NOWHERE)),
    ("[60..75)", IntervalTest(interval(n(60), True, n(75), False), span=NOWHERE)),
    ("(..75)", IntervalTest(interval(None, False, n(75), False), span=NOWHERE)),
    (
        "motor, -1，>= 3",
        OneOfTests(
            (
                BareWord("motor", span=NOWHERE),
                CompareTest("=", Negative(n(1), span=NOWHERE), span=NOWHERE),
                CompareTest(">=", n(3), span=NOWHERE),
            ),
            span=NOWHERE,
        ),
    ),
    (
        "not(a-b, c)",
        NotTest(OneOfTests((BareWord("a-b", span=NOWHERE), BareWord("c", span=NOWHERE)), span=NOWHERE), span=NOWHERE),
    ),
    (
        "> 2 and < 5, ]7..9[",
        OneOfTests(
            (
                AllOfTests((CompareTest(">", n(2), span=NOWHERE), CompareTest("<", n(5), span=NOWHERE)), span=NOWHERE),
                IntervalTest(interval(n(7), False, n(9), False), span=NOWHERE),
            ),
            span=NOWHERE,
        ),
    ),
    ("not (> 1)", NotTest(CompareTest(">", n(1), span=NOWHERE), span=NOWHERE)),
    ("not(not(a))", NotTest(NotTest(BareWord("a", span=NOWHERE), span=NOWHERE), span=NOWHERE)),
]


@pytest.mark.parametrize(("written", "tree"), TESTS)
def test_conditions_on_a_value(written, tree):
    assert accept(parse_test, written) == tree


DIFFERENCE = "cells hold constants: give the table an input of its own, such as `d: x - {}`, with cells such as `> 0`"
NO_VALUE = "write `missing`, or `'\"null\"'` if it is a text"
FLAG = "write `missing` alone, for no value"
WRONG_TESTS = [
    ("a b", "b", 'an operator is missing between `a` and `b`; text needs double quotes, as in `"motor"`'),
    ("a.b", "a.b", DIFFERENCE.format("a.b")),
    ("f(1)", "f", DIFFERENCE.format("f")),
    ("a or b", "or", "write `a, b` for either"),
    ("> 1 < 2", "<", "separate alternatives by a comma; for both at once write `> 2 and < 5`"),
    ("not a", "a", "write `not` with parentheses, as in `not(1, 2)`"),
    ("not", "not", "write `not` with parentheses, as in `not(1, 2)`"),
    ("in (1, 2)", "in", "write the values alone, as in `1, 2` or `[60..75)`"),
    ("-, a", ",", "`-` is any value where it stands alone; before a comma it lacks a number"),
    ("a,", ",", "a value is missing after `,`"),
    (">=", ">=", "a value is missing after `>=`"),
    ("null", "null", NO_VALUE),
    ("is_missing(x)", "is_missing", FLAG),
    ("(1)", ")", "an interval has two ends with `..` between, as in `[60..75)`; a list is written `(1, 2)`"),
]


@pytest.mark.parametrize(("written", "underlined", "advice"), WRONG_TESTS)
def test_a_wrong_condition_on_a_value_is_refused(written, underlined, advice):
    assert str(refuse(parse_test, written, underlined).help) == advice


INTERVALS = [
    ("[0..1]", interval(n(0), True, n(1), True)),
    ("[-5..-1)", interval(Negative(n(5), span=NOWHERE), True, Negative(n(1), span=NOWHERE), False)),
    ("]0..1[", interval(n(0), False, n(1), False)),
    ("[2024-01-01..)", interval(DateLiteral("2024-01-01", span=NOWHERE), True, None, False)),
    ("(..@2024-01-01T08:00]", interval(None, False, DateLiteral("2024-01-01T08:00", span=NOWHERE), True)),
    ("[0h..1h30min]", interval(duration(0), True, duration(HOUR * 3 // 2), True)),
    ("（0..100 %]", interval(n(0), False, Number(100, 2, percent=True, span=NOWHERE), True)),
    ("（0..100%]", interval(n(0), False, Number(100, 2, percent=True, span=NOWHERE), True)),
]


@pytest.mark.parametrize(("written", "tree"), INTERVALS)
def test_intervals_stand_alone_and_take_bare_dates(written, tree):
    assert accept(parse_interval, written) == tree


@pytest.mark.parametrize(
    ("written", "underlined", "advice"),
    [
        ("0..1", "0", "an interval begins with `[` or `(`, as in `[0..1]`"),
        ("[0, 1]", ",", "a list stands in parentheses, as in `x in (1, 2)`; an interval has `..` between its ends"),
        ("[0..1", "1", "the bracket `[` is not closed"),
        ("[..)", "[..)", "write at least one end, as in `[0..)`"),
        ("[0..1] + 1", "+", None),
    ],
)
def test_a_wrong_interval_is_refused(written, underlined, advice):
    found = refuse(parse_interval, written, underlined)

    if advice:
        assert str(found.help) == advice


@pytest.mark.parametrize(
    ("written", "tree"),
    [
        ("-5", Negative(n(5), span=NOWHERE)),
        ("- 1h", Negative(duration(HOUR), span=NOWHERE)),
        ("-15d", Negative(DaysLiteral(15, span=NOWHERE), span=NOWHERE)),
        ("2024-05-01", DateLiteral("2024-05-01", span=NOWHERE)),
        ("2024-05-01 10:00:00+08:00", DateLiteral("2024-05-01T10:00:00+08:00", span=NOWHERE)),
        ("motor", None),
        ("", None),
        ("-true", None),
        ("--5", None),
        ("5 5", None),
        ("a.b", None),
        ("it's", None),
        ("3x", None),
        ("1.5d", None),
        ("null", None),
        ("x" * 10_001, None),
    ],
)
def test_a_literal_may_be_negative_and_all_else_is_left_to_the_caller(written, tree):
    assert accept(parse_literal, written) == tree


@pytest.mark.parametrize("parse", [parse_expression, parse_literal])
@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("9" * 39, "Y203"),
        ("0." + "3" * 38, "Y203"),
        ("9" * 39 + "h", "Y203"),
        ("9" * 39 + "d", "Y203"),
        ("9" * 9_999, "Y203"),
        ("0.0000001s", "Y204"),
        ("0.33333333333h", "Y204"),
    ],
)
def test_a_literal_without_an_exact_value_is_refused(parse, written, code):
    refuse(parse, written, written, code)


def test_the_width_of_a_step_is_relative_or_an_expression():
    ten = Number(10, 2, percent=True, span=NOWHERE)

    assert accept(parse_step, "10% of target") == RelativeStep(ten, span=NOWHERE)
    assert accept(parse_step, " 2.5%  of\ntarget ") == RelativeStep(
        Number(25, 3, percent=True, span=NOWHERE), span=NOWHERE
    )
    assert accept(parse_step, "1h") == duration(HOUR)
    assert accept(parse_step, "10%") == ten
    refuse(parse_step, "10% of goal", "of")
    refuse(parse_step, "9" * 39 + "% of target", "9" * 39 + "%", "Y203")


def test_the_place_of_a_relative_step():
    assert accept(parse_step, "10 % of target") == accept(parse_step, "10% of target")
    step = accept(parse_step, " 10% of target ")

    assert isinstance(step, RelativeStep)
    assert (step.span.column, step.span.end_column) == (1, 14)
    assert (step.percent.span.column, step.percent.span.end_column) == (1, 4)


DEEP = [
    "(" * 4_999 + "1" + ")" * 4_999,
    "[(" * 5_000,
    "(" * 10_000 + "1" + ")" * 10_000,
    "not " * 2_000 + "a",
    "-" * 9_999 + "1",
    "- " * 4_999 + "1",
    "if a then b else " * 580 + "c",
    "f(" * 101 + "a" + ")" * 101,
    "+".join("1" * 5_000),
    "*".join("1" * 5_000),
    "+".join("1" * 10_000),
    "a" * 10_001,
]


@pytest.mark.parametrize("written", DEEP)
def test_what_is_too_large_is_refused_without_recursion(written):
    diagnostics = Diagnostics()

    assert parse_expression(text(written), diagnostics) is None
    assert {d.code for d in diagnostics.sorted()} <= {"Y201", "Y202"}
    assert diagnostics.errors == 1


def test_the_limits_themselves_are_allowed():
    accept(parse_expression, "(" * 100 + "1" + ")" * 100)
    refuse(parse_expression, "(" * 101 + "1" + ")" * 101, "(", "Y202")
    accept(parse_expression, "not " * 99 + "a")
    refuse(parse_expression, "not " * 100 + "a", "a", "Y202")
    accept(parse_expression, " + ".join("1" * 200))
    refuse(parse_expression, "+".join("1" * 201), None, "Y202")
    accept(parse_expression, "a" * 10_000)
    refuse(parse_expression, "a" * 10_001, None, "Y202")


def test_brackets_that_are_closed_do_not_add_up():
    accept(parse_expression, " + ".join(["f(a)"] * 150))


def test_chains_inside_each_other_stay_within_the_height():
    nested = "1"
    for _ in range(10):
        nested = "(" + "+".join([nested, *("1" * 50)]) + ")"

    refuse(parse_expression, nested, None, "Y202")


@pytest.mark.parametrize("word", ["and", "or"])
def test_a_thousand_conditions_in_a_row_are_flat(word):
    tree = accept(parse_expression, f" {word} ".join(["ab"] * 1_000))

    assert isinstance(tree, And | Or)
    assert len(tree.items) == 1_000


PIECES = [
    *"abc+-*/(),[]=<>!%. \n'\"“”≥，（）@&|^",
    *("..", "<=", ">=", "!=", "==", " and ", " or ", " not ", " in ", " between ", " if ", " then ", " else "),
    *(" where ", " missing ", " true ", "1", "2.5", "98%", "1h", "30min", "15d", "15bd", "@2024-05-01", "2024-05-01"),
    *('"x"', "f(", " is ", " of ", "车险", "\x00", "‰", "null"),
]


def print_step(step):
    return print_expression(step.percent if isinstance(step, RelativeStep) else step)


@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join))
@example("1h" * 40 + "x")
def test_any_text_gives_a_tree_or_one_diagnostic(written):
    for parse, show in (
        (parse_expression, print_expression),
        (parse_test, print_test),
        (parse_interval, print_interval),
        (parse_step, print_step),
    ):
        diagnostics = Diagnostics()
        tree = parse(text(written), diagnostics)

        assert diagnostics.errors == (tree is None)
        for found in diagnostics.sorted():
            assert str(found.headline)
            assert found.span is not None
            assert 0 <= found.span.column <= found.span.end_column <= len(written)
        if tree is not None:
            assert parse(text(show(tree)), Diagnostics()) == tree
    parse_literal(text(written), Diagnostics())
