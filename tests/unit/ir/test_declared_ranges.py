"""Declared ranges of what is computed and of the rows a case: what `check` says, what is proved, what is relied on."""

from __future__ import annotations

import pytest

from conformance.harness import ENGINES, compiled, load_ruleset
from steelyard.analysis.check import load_text
from steelyard.diagnostics import Severity
from steelyard.diagnostics.catalogue import translator
from steelyard.facts.case import Reject
from steelyard.facts.texts import case_from_texts
from steelyard.ir.canonical import policy_digest
from steelyard.ir.expressions import Bounded
from steelyard.semantics import prepare, run

TEXT = """\
steelyard: 1
ruleset: r
version: 1
timezone: UTC
case:
  key: id
  inputs:
    id: text
    n: {type: integer, range: "[0..100]", optional: true}
    secret: {type: integer, range: "[0..100]", personal: true}
    kind: {type: text, values: [a, b]}
parameters: {factor: {value: 2, range: "[1..3]"}}
relations:
  parts: {of_case: code, ROWS, fields: {code: text, size: {type: integer, range: "[0..9]"}}}
  extra: {joins: extra.kind = kind, one_row: true, ONE_ROW, fields: {kind: text, level: integer}}
tables:
  fee:
    hit: HIT
    inputs: {kind: kind}
    outputs: {amount: {type: integer, VALUES}}
    rows:
      - {kind: a, amount: CELL}
    default: {amount: DEFAULT}
define:
  x: DEFINE
outputs:
  o: OUTPUT
  other: "if fee = x or count(parts) > 1 or extra.level > 0 then 1 else 2"
"""
GAPS = {
    "ROWS": 'rows: "[0..5]"',
    "ONE_ROW": 'rows: "[0..1]"',
    "HIT": "unique",
    "VALUES": 'range: "[0..200]"',
    "CELL": "5",
    "DEFAULT": "0",
    "DEFINE": "n",
    "OUTPUT": "n",
}


def text(**written: str) -> str:
    found = TEXT
    for name in sorted(GAPS, key=len, reverse=True):
        found = found.replace(name, written.get(name.lower(), GAPS[name]))
    return found


def codes(**written: str) -> list[str]:
    loaded = load_text(text(**written), lint=False)
    return [one.code for one in loaded.diagnostics if one.severity is Severity.ERROR]


def test_the_text_itself_is_sound() -> None:
    assert codes() == []


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ({"define": '{value: n * factor, range: "[0..200]"}'}, []),
        ({"define": '{value: n * factor, range: "[201..300]"}'}, ["H141"]),  # above twice the largest
        ({"define": '{value: n * factor, range: "]200..300]"}'}, ["H141"]),
        ({"define": '{value: n, range: "[-5..0["}'}, ["H141"]),
        ({"define": '{value: n, range: "[-5..0]"}'}, []),
        ({"define": '{value: n, range: "[5..2]"}'}, ["T109"]),
        ({"define": '{value: n, range: "0 to 5"}'}, ["Y201"]),
        ({"define": '{value: n, range: "[0.5..2]"}'}, ["T109"]),
        ({"define": '{value: n, range: "[0h..2h]"}'}, ["T109", "T109"]),
        ({"output": '{value: n > 3, range: "[0..2]"}'}, ["T107"]),
        ({"output": '{value: kind, range: "[0..2]"}'}, ["T107"]),
        ({"output": '{value: fee, range: "[6..9]"}'}, ["H141"]),
        ({"rows": 'rows: "[-5..-1]"'}, ["H141"]),
        ({"rows": 'rows: "[0..2.5]"'}, ["T109"]),
        ({"rows": 'rows: "some"'}, ["Y201"]),
        ({"one_row": 'rows: "[2..3]"'}, ["H141"]),
        ({"cell": "201"}, ["T109"]),
        ({"default": "-1"}, ["T109"]),
        ({"cell": '":= n * 3"'}, []),
        ({"cell": '":= n * 3"', "hit": "collect sum"}, ["B101"]),
        ({"cell": '":= n * 2"', "hit": "collect sum"}, []),  # proved
        ({"default": '":= n * 3"', "hit": "collect max"}, ["B101"]),
        ({"define": "extra.level"}, []),
        ({"values": "values: [5, 0]", "cell": '":= n"'}, ["B101"]),  # which values it has is not known
        ({"values": "values: [0, 1]", "cell": '":= n"'}, ["B101"]),  # numbers, not false and true
        ({"values": "values: [5, 0]", "cell": '":= if n > 1 then 5 else 0"', "hit": "priority"}, []),
        ({"values": "values: [5, 0]", "cell": '":= if n > 1 then 5 else 1"', "hit": "collect sum"}, ["B101"]),
        ({"values": "values: [5, 0]", "default": '":= n"', "hit": "priority"}, []),  # a default has no rank
    ],
)
def test_what_check_says(written: dict[str, str], expected: list[str]) -> None:
    assert codes(**written) == expected


@pytest.mark.parametrize(
    ("declared", "proved"),
    [
        ("[0..300]", True),  # whatever the parameter
        ("[0..299]", False),
        ("[0..200]", False),  # under its present value alone
        ("[..300]", True),
        ("[0..)", True),
        ("]0..)", False),
    ],
)
def test_what_is_proved_is_not_checked(declared: str, proved: bool) -> None:
    ruleset = load_ruleset(text(define=f'{{value: n * factor, range: "{declared}"}}'))
    (define,) = ruleset.defines

    assert isinstance(define.value, Bounded)
    assert define.value.proved is proved
    assert prepare(ruleset).scope.reading.may_reject(define.value) is not proved


def test_digests_depend_on_bounds_that_are_declared_alone() -> None:
    plain = policy_digest(load_ruleset(text(rows="label: {en: x, zh: x}")))

    assert policy_digest(load_ruleset(text(rows='rows: "[0..)"'))) == plain
    assert policy_digest(load_ruleset(text(rows='rows: "[0..6]"'))) != plain
    assert policy_digest(load_ruleset(text(rows='rows: "[..6]"'))) == policy_digest(
        load_ruleset(text(rows='rows: "[0..6]"'))
    )


def test_rows_bound_counts_and_sums() -> None:
    assert codes(define='{value: count(parts), range: "[6..9]"}') == ["H141"]
    assert codes(define='{value: sum(parts.size), range: "[46..90]"}') == ["H141"]  # 5 rows of up to 9
    assert codes(define='{value: sum(parts.size), range: "[45..90]"}') == []
    assert codes(define='{value: count(parts where size > 1), range: "[..-1]"}') == ["H141"]
    assert codes(define='{value: count(parts), range: "[..1]"}', rows='rows: "[2..5]"') == ["H141"]
    assert codes(define='{value: count(parts where size > 1), range: "[..1]"}', rows='rows: "[2..5]"') == []


def test_a_row_that_every_case_has_is_not_missing() -> None:
    rules = """\
indicators:
  i: {measure: MEASURE, score: measure, baseline: 0, weight: 1}
score: {method: weighted_mean, round: 2}
"""
    for measure, gaps, expected in (
        ("extra.level", {}, ["T113"]),
        ("extra.level", {"one_row": 'rows: "[1..1]"'}, []),
        ("max(parts.size)", {}, ["T113"]),
        ("max(parts.size)", {"rows": 'rows: "[1..5]"'}, []),
        ("max(parts.size where size > 3)", {"rows": 'rows: "[1..5]"'}, ["T113"]),
    ):
        loaded = load_text(text(**gaps) + rules.replace("MEASURE", measure), lint=False)
        assert [one.code for one in loaded.diagnostics if one.severity is Severity.ERROR] == expected, measure


def test_a_derived_relation_reads_nothing_that_may_reject() -> None:
    derived = """\
  group:
    one_row: true
    derived: {from: cases, by: {kind: kind}}
    fields: {v: {value: VALUE}}
    joins: group.kind = case.kind
tables:
"""
    for value, define, expected in (
        ("sum(cases.x where x != missing)", '{value: n, range: "[0..50]"}', ["N105"]),
        ("sum(cases.x where x != missing)", '{value: n, range: "[0..100]"}', []),
        ("count(parts)", "n", ["N105"]),
    ):
        whole = text(define=define).replace("tables:\n", derived.replace("VALUE", value))
        loaded = load_text(whole, lint=False)
        assert [one.code for one in loaded.diagnostics if one.severity is Severity.ERROR] == expected, value


def rejection(whole: str, given: dict[str, str], rows: dict[str, list[dict[str, str]]] | None = None) -> Reject:
    """The rejection of a case, which is the same on every engine."""
    ruleset = load_ruleset(whole)
    case = case_from_texts(ruleset, given, {"parts": [], "extra": [], **(rows or {})})
    assert not isinstance(case, Reject)
    found = [compiled(engine, ruleset).evaluate(case) for engine in ENGINES]
    assert all(one == found[0] for one in found)
    assert found[0] == run(prepare(ruleset), case).outcome
    assert found[0].rejection is not None
    return found[0].rejection


def test_a_reject_says_name_value_and_bound_in_both_languages() -> None:
    whole = text(output='{value: n * 2, range: "[0..50]"}')
    found = rejection(whole, {"id": "1", "n": "30", "secret": "1", "kind": "a"})

    assert str(found.reason) == "`o` is “60”, expected a value from `0` to `50`"
    assert translator("zh")(found.reason) == "`o` 为“60”，应为 `0` 至 `50` 之间的值"

    many = {"parts": [{"code": "1", "size": "1"}] * 6}
    found = rejection(whole, {"id": "1", "n": "1", "secret": "1", "kind": "a"}, many)
    assert str(found.reason) == "`parts` is “6”, expected at most 5 rows a case"
    assert translator("zh")(found.reason) == "`parts` 为“6”，应为每个案件至多 5 行"


def test_a_reject_does_not_quote_what_tells_of_a_person() -> None:
    whole = text(define='{value: secret * 2, range: "[0..50]"}', output="x")
    found = rejection(whole, {"id": "1", "n": "30", "secret": "77", "kind": "a"})

    assert str(found.reason) == "`x` is “999”, expected a value from `0` to `50`"


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("[1..1]", "1 row a case"),
        ("[2..2]", "2 rows a case"),
        ("[2..5]", "from 2 to 5 rows a case"),
        ("]1..)", "at least 2 rows a case"),
    ],
)
def test_how_rows_are_asked_for(rows: str, expected: str) -> None:
    found = rejection(text(rows=f'rows: "{rows}"'), {"id": "1", "n": "30", "secret": "7", "kind": "a"})

    assert str(found.expected) == expected
    assert (found.where, found.value) == ("parts", "0")


@pytest.mark.parametrize("bound", ["", ', range: "[..9000h]"'])
def test_a_measure_with_a_range_is_linted_like_one_without(bound: str) -> None:
    whole = text().replace(
        "    kind: {type: text",
        "    begun: datetime\n    over: {type: datetime, optional: true}\n    kind: {type: text",
    )
    whole += f"""\
indicators:
  i: {{measure: over - begun{bound}, target: 24h, better: lower, score: met, weight: 1, missing: waive}}
score: {{method: weighted_mean, round: 2}}
"""
    found = {one.code for one in load_text(whole).diagnostics}

    assert {"L121", "L127"} <= found
