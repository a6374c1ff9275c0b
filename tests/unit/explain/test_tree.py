"""Trees of values: every number that a report shows leads down to what was given."""

from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator

from golden.reports.worked import evaluate, ruleset
from steelyard.diagnostics import Span
from steelyard.explain.data import explanation_schema
from steelyard.explain.explain import explain
from steelyard.explain.records import Node
from steelyard.explain.terms import show
from steelyard.report.formats.render import render

HEAD = """
steelyard: 1
ruleset: trees
version: 1
timezone: UTC
case:
  key: id
  inputs:
    id: text
    size: {type: integer, range: "[-100..100]", optional: true}
    kind: {type: text, values: [a, b, c], optional: true}
relations:
  lines:
    of_case: claim
    id: line
    fields: {claim: text, line: text, units: {type: integer, range: "[0..9]"}}
    define: {double: units * 2}
indicators:
  fixed: {measure: 1, score: measure, baseline: 0}
score: {method: sum, round: 2}
"""
TABLE = """
tables:
  extra:
    hit: HIT
    inputs: {size: size, kind: kind}
    outputs: {points: integer}
    rows:
      - {size: "[0..10)", kind: not(a), points: 5}
      - {size: "[0..20)", points: 4}
      - {kind: b, points: 3, note: of old}
      - {size: "<= -50", points: 2}
    DEFAULT
"""


def table(hit: str = "first", default: str = "default: {points: 0}") -> str:
    return HEAD + TABLE.replace("HIT", hit).replace("DEFAULT", default)


def tree(text: str, rows: dict[str, list[dict[str, str]]] | None = None, lang: str = "en", **given: str) -> list[str]:
    """The trees of the outputs, a line a node."""
    found = explain(evaluate(text, {"id": "x", **given}, rows))
    return [line for output in found.outputs for node in output.working for line in lines(node, lang)]


def lines(node: Node, lang: str, depth: int = 0) -> list[str]:
    sign = {True: "✓ ", False: "✗ ", None: "? " if node.condition else ""}[node.truth]
    value = "" if node.value is None else f" = {show(node.value, lang)}"
    formula = "" if node.formula is None else f" ← {show(node.formula, lang)}"
    below = [line for child in node.children for line in lines(child, lang, depth + 1)]
    return [f"{'  ' * depth}{sign}{show(node.text, lang)}{value}{formula}", *below]


ASK = "outputs:\n  out: {value: extra}\n"


def test_a_table_names_the_row_that_hit_the_values_asked_and_the_nearest_other_row() -> None:
    assert [
        "value = 5 ← row 1 of the table extra",
        "  size = 3",
        "  kind = c",
        "  ✓ size in [0 to 10)",
        "  ✓ kind ≠ a",
        "  ✓ row 2 hits as well",
        "  ✗ the nearest other row, 4, does not: size is 3, 53 too much for ≤ -50",
    ] == tree(table() + ASK, size="3", kind="c")


def test_without_a_hit_the_default_is_named_and_the_nearest_row_is_the_one_with_the_least_distance() -> None:
    assert [
        "value = 0 ← the default of the table extra: no row hits",
        "  size = -41",
        "  kind = c",
        "  ✗ the nearest other row, 4, does not: size is -41, 9 too much for ≤ -50",
    ] == [line for line in tree(table() + ASK, size="-41", kind="c") if "of old" not in line]


def test_without_a_default_there_is_no_answer() -> None:
    assert "value ← no answer of the table extra: no row hits" == tree(table(default="") + ASK, size="50", kind="a")[0]


def test_a_row_that_may_hit_says_what_is_missing() -> None:
    found = tree(table() + ASK, kind="b")

    assert "value" == found[0].split(" ← ")[0]
    assert [
        "  ? row 1 may hit: size in [0 to 10): unknown, because size is missing",
        "  ? row 2 may hit: size in [0 to 20): unknown, because size is missing",
        "  ? row 4 may hit: size ≤ -50: unknown, because size is missing",
    ] == [line for line in found if "may hit" in line]


@pytest.mark.parametrize(
    ("hit", "answer"),
    [
        ("collect sum", "value = 12 ← rows 1, 2, 3 “of old” of the table extra"),
        ("collect max", "value = 5 ← rows 1, 2, 3 “of old” of the table extra"),
        ("collect count", "value = 3 ← rows 1, 2, 3 “of old” of the table extra"),
        ("collect", "value = 3 hits ← rows 1, 2, 3 “of old” of the table extra"),
        ("first", "value = 5 ← row 1 of the table extra"),
    ],
)
def test_every_row_that_counts_is_named(hit: str, answer: str) -> None:
    default = "" if hit == "collect count" else "default: {points: 0}"

    assert answer == tree(table(hit, default) + ASK, size="3", kind="b")[0]


def test_under_priority_the_row_that_stands_highest_decides() -> None:
    text = (
        HEAD
        + """
tables:
  extra:
    hit: priority
    inputs: {size: size}
    outputs: {word: {type: text, values: [high, low]}}
    rows:
      - {size: "> 1", word: low}
      - {size: "> 2", word: high}
"""
    )

    assert [
        "value = high ← row 2 of the table extra",
        "  size = 3",
        "  ✓ size > 2",
        "  ✓ row 1 hits as well: word is low there, high takes precedence",
    ] == tree(text + ASK, size="3")


COMPUTED = """
tables:
  extra:
    hit: priority
    inputs: {size: size}
    outputs: {word: {type: text, values: [high, low], label: {en: Word, zh: 词}}}
    rows:
      - {size: "> 1", word: ':= if kind = "a" then "high" else "low"'}
      - {size: "> 2", word: low}
"""


@pytest.mark.parametrize(
    ("kind", "answer", "also"),
    [
        (
            "a",
            "value = high ← row 1 of the table extra",
            ["row 2 hits as well: Word is low there, high takes precedence"],
        ),
        ("b", "value = low ← row 1 of the table extra", ["row 2 hits as well and says the same"]),
        (
            "",
            "value ← no answer of the table extra: it is not known which row takes precedence",
            ["row 1 hits, but Word is missing there, so that it may take precedence", "row 2 hits as well"],
        ),
    ],
)
def test_a_computed_output_takes_the_place_of_its_value(kind: str, answer: str, also: list[str]) -> None:
    found = tree(HEAD + COMPUTED + ASK, size="3", kind=kind)

    assert answer == found[0]
    assert also == [line.removeprefix("  ✓ ") for line in found if " hits" in line]


def test_a_row_of_a_workbook_is_named_by_its_cell() -> None:
    from dataclasses import replace

    from steelyard.facts.texts import case_from_texts
    from steelyard.semantics import prepare, run

    rules = ruleset(table() + ASK)
    (one,) = rules.tables
    moved = tuple(
        replace(row, span=Span("rates.xlsx", 6 + place, 0, 6 + place, 0, f"A{7 + place}"))
        for place, row in enumerate(one.rows)
    )
    program = prepare(replace(rules, tables=(replace(one, rows=moved),)))
    case = case_from_texts(rules, {"id": "x", "size": "3", "kind": "c"}, {})
    (output,) = explain(run(program, case)).outputs  # type: ignore[arg-type]

    assert "row 1 (rates.xlsx!A7) of the table extra" == show(output.working[0].formula or "", "en")


def test_a_define_shows_the_branch_taken_and_each_value_is_taken_apart_once() -> None:
    body = """
define:
  base: size * 2
  rate: if kind = "a" then base + 1 else if size > 5 then base else extra
outputs:
  out: {value: rate + base + rate}
"""

    assert [
        "value = 42 ← rate + base + rate",
        "  rate = 14 ← if kind = a then base + 1, otherwise if size > 5 then base, otherwise extra",
        "    ✗ kind = a",
        "      kind = b",
        "    ✓ size > 5",
        "      size = 7",
        "    base = 14 ← size × 2",
        "      size = 7",
        "  base = 14",
    ] == tree(table() + body, size="7", kind="b")


def test_rows_and_their_defines_lead_down_to_the_fields() -> None:
    rows = {"lines": [{"claim": "x", "line": "l1", "units": "4"}, {"claim": "x", "line": "l2", "units": "5"}]}

    assert [
        "value = 18 ← the sum of double",
        "  double = 8 ← units × 2",
        "    units = 4",
        "  double = 10 ← units × 2",
        "    units = 5",
    ] == tree(HEAD + "outputs:\n  out: {value: sum(lines.double)}\n", rows)


def test_what_was_given_has_no_tree() -> None:
    assert [] == tree(HEAD + "outputs:\n  out: {value: size}\n  other: {value: 3}\n", size="1")


def test_measure_target_score_amount_and_limit_have_trees_and_the_data_keep_their_schema() -> None:
    text = table().replace(
        "indicators:\n  fixed: {measure: 1, score: measure, baseline: 0}\nscore: {method: sum, round: 2}\n",
        """
define: {twice: size * 2}
indicators:
  fixed: {measure: extra, target: twice, better: higher, score: met, missing: waive}
score: {method: sum, start: twice, round: 2}
deductions:
  each: {for_each: lines, when: units > 0, deduct: double, at_most: twice}
""",
    )
    rows = {"lines": [{"claim": "x", "line": "l1", "units": "4"}, {"claim": "x", "line": "l2", "units": "5"}]}
    found = json.loads(render(explain(evaluate(text, {"id": "x", "size": "3", "kind": "c"}, rows)), "zh", "json"))
    Draft202012Validator(explanation_schema()).validate(found)

    assert ["实测值", "目标"] == [one["text"] for one in found["indicators"][0]["working"]]
    assert {"id": "extra", "hit": "first", "default": False, "rows": [{"number": 1, "cell": None, "note": None}]} == {
        key: found["indicators"][0]["working"][0]["table"][key] for key in ("id", "hit", "default", "rows")
    }
    assert [{"type": "integer", "value": "6"}] == [one["value"] for one in found["scores"][0]["working"]]
    (rule,) = found["rules"]
    assert [["8", "6"], ["10", "6"]] == [[one["value"]["value"] for one in j["working"]] for j in rule["judgements"]]


def test_a_table_of_many_rows_is_looked_at_in_moderate_time() -> None:
    many = "\n".join(
        f"      - {{size: '[{n % 200 - 100}..{n % 200 - 99})', kind: b, points: {n % 9}}}" for n in range(300)
    )
    text = (
        HEAD
        + f"""
tables:
  extra:
    hit: first
    inputs: {{size: size, kind: kind}}
    outputs: {{points: integer}}
    rows:
{many}
    default: {{points: 0}}
"""
    )
    found = tree(text + ASK, size="3", kind="c")

    assert "  ✗ the nearest other row, 104, does not: kind is c, not b" == found[-1]


def test_a_joined_relation_without_any_row_is_said_to_be_missing() -> None:
    text = HEAD.replace(
        "indicators:",
        """  rates:
    one_row: true
    fields: {kind: text, rate: {type: integer, range: "[0..9]"}}
    joins: rates.kind = case.kind
indicators:""",
    )
    found = explain(evaluate(text + "outputs:\n  out: {value: rates.rate}\n", {"id": "x", "kind": "a"}, {"rates": []}))

    assert ["a row of rates"] == [show(one, "en") for one in found.missing]
