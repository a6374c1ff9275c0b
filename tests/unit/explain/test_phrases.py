"""Conditions in words, and their trees with the values used."""

from __future__ import annotations

import pytest

from golden.reports.worked import evaluate
from steelyard.explain.explain import explain
from steelyard.explain.records import Explanation, Node, RuleStory
from steelyard.explain.terms import show

RULESET = """
steelyard: 1
ruleset: probe
version: 1
timezone: Asia/Shanghai
case:
  key: id
  inputs:
    id: text
    a: {type: integer, label: {en: Alpha, zh: 甲}, range: "[-1000..1000]", optional: true}
    b: {type: integer, label: {en: Beta, zh: 乙}, range: "[-1000..1000]", optional: true}
    on: {type: date, label: {en: Day, zh: 日期}, optional: true}
    from: {type: datetime, label: {en: Begin, zh: 起}, optional: true}
    to: {type: datetime, label: {en: Finish, zh: 止}, optional: true}
    place: {type: region(gb2260), label: {en: Place, zh: 地点}, optional: true}
define:
  both: a > 1 and b > 1
relations:
  notes:
    of_case: id
    id: note
    label: {en: Notes, zh: 记录}
    fields:
      note: text
      id: text
      size: {type: integer, label: {en: Size, zh: 大小}, range: "[0..1000]", optional: true}
score: {start: 100, round: 0, clamp: "[0..100]"}
deductions:
  probe:
    when: CONDITION
    deduct: 1
    unknown: ignore
"""
NOTES = [{"note": "n1", "size": "3"}, {"note": "n2", "size": "7"}]


def explained(condition: str, rows: list[dict[str, str]] | None = None, **given: str) -> Explanation:
    text = RULESET.replace("CONDITION", condition)
    found = NOTES if rows is None else rows
    return explain(evaluate(text, {"id": "x", **given}, {"notes": found}))


def rule(condition: str, rows: list[dict[str, str]] | None = None, **given: str) -> RuleStory:
    (found,) = explained(condition, rows, **given).rules
    return found


def lines(node: Node, lang: str = "en", depth: int = 0) -> list[str]:
    mark = {True: "yes", False: "no", None: "?"}[node.truth] if node.condition else show(node.value or "-", lang)
    own = f"{'.' * depth}{'' if node.row is None else node.row + ' '}{show(node.text, lang)} = {mark}"
    return [own, *(line for child in node.children for line in lines(child, lang, depth + 1))]


@pytest.mark.parametrize(
    ("condition", "english", "chinese"),
    [
        ("a + b * 2 - 1 > 0", "Alpha + Beta × 2 − 1 > 0", "甲 + 乙 × 2 − 1 > 0"),
        ("(a + b) * 2 > -(a - b)", "(Alpha + Beta) × 2 > −(Alpha − Beta)", "（甲 + 乙） × 2 > −（甲 − 乙）"),
        ("a > 1 and (b > 1 or a = b)", "Alpha > 1 and (Beta > 1 or Alpha = Beta)", "甲 > 1，且（乙 > 1，或甲 = 乙）"),
        ("max(a, b, 3) >= 3", "(the greatest of Alpha, Beta, 3) ≥ 3", "（甲、乙、3 中最大的） ≥ 3"),
        ("abs(a) != 1", "the absolute value of Alpha ≠ 1", "甲的绝对值 ≠ 1"),
        (
            "coalesce(a, b, 0) < 1",
            "Alpha (the first given of Beta, 0 where it is missing) < 1",
            "甲（缺失时依次取乙、0） < 1",
        ),
        ("month(on) = 10", "the month of Day = 10", "日期的月份 = 10"),
        ('year_month(on) = "2024-05"', "the year and month of Day = 2024-05", "日期的年月 = 2024-05"),
        ("clamp(a, 0, 9) = 9", "(Alpha kept between 0 and 9) = 9", "（甲（限制在 0 至 9 之间）） = 9"),
        ("(if a > 1 then b else 0) > 1", "(if Alpha > 1 then Beta, otherwise 0) > 1", "（若甲 > 1 则乙，否则 0） > 1"),
        ("count(notes) > 1", "number of rows of Notes > 1", "记录的行数 > 1"),
        (
            "count(notes where size > 3) > 1",
            "(number of rows of Notes with Size > 3) > 1",
            "（记录中满足“大小 > 3”的行数） > 1",
        ),
        ("sum(notes.size) > 1", "the sum of Size > 1", "大小的合计 > 1"),
        (
            "max(notes.size where size < 5) > 1",
            "(the greatest of Size where Size < 5) > 1",
            "（满足“大小 < 5”的大小的最大值） > 1",
        ),
        ("any(notes where size > 3)", "Notes: some row has Size > 3", "记录中有一行：大小 > 3"),
        ("all(notes where size > 3)", "Notes: every row has Size > 3", "记录每一行：大小 > 3"),
    ],
)
def test_condition_in_words(condition: str, english: str, chinese: str) -> None:
    (judgement,) = rule(condition, a="1", b="2").judgements

    assert english == show(judgement.tree.text, "en")
    assert chinese == show(judgement.tree.text, "zh")


def test_tree_shows_the_values_used() -> None:
    (judgement,) = rule("both and a < 9", a="5", b="1").judgements

    assert [
        "both and Alpha < 9 = no",
        ".both = no",
        "..Alpha > 1 and Beta > 1 = no",
        "...Alpha > 1 = yes",
        "....Alpha = 5",
        "...Beta > 1 = no",
        "....Beta = 1",
        ".Alpha < 9 = yes",
        "..Alpha = 5",
    ] == lines(judgement.tree)


def test_tree_of_an_aggregate_shows_its_rows() -> None:
    (judgement,) = rule("any(notes where size > 5)").judgements

    assert [
        "Notes: some row has Size > 5 = yes",
        ".n1 Size > 5 = no",
        "..Size = 3",
        ".n2 Size > 5 = yes",
        "..Size = 7",
    ] == lines(judgement.tree)


def test_rows_of_a_tree_are_bounded() -> None:
    many = [{"note": f"n{number:03}", "size": "1"} for number in range(50)]
    (judgement,) = rule("any(notes where size > 5)", many).judgements

    assert 8 == len(judgement.tree.children)


@pytest.mark.parametrize(
    ("condition", "rows", "expected"),
    [
        ("any(notes where size > 5)", [], ["Notes: none belongs to the case"]),
        (
            "any(notes where size > 10)",
            NOTES,
            ["Notes n2: Size is 7, 3 short of > 10", "Notes n1: Size is 3, 7 short of > 10"],
        ),
        ("all(notes where size > 5)", NOTES, ["Notes n1: Size is 3, 2 short of > 5"]),
        ("count(notes) > 2", NOTES, ["number of rows of Notes is 2, exactly 2, but must be above it"]),
        (
            "any(notes where size > 10)",
            [*NOTES, {"note": "n0"}],
            [
                "Notes n2: Size is 7, 3 short of > 10",
                "Notes n1: Size is 3, 7 short of > 10",
                "Notes n0: Size > 10: unknown, because Size of Notes is missing",
            ],
        ),
    ],
)
def test_rows_that_missed_stand_nearest_first(condition: str, rows: list[dict[str, str]], expected: list[str]) -> None:
    assert expected == [show(text, "en") for text in rule(condition, rows).why_not]


def test_rows_beyond_the_nearest_are_counted() -> None:
    many = [{"note": f"n{number:03}", "size": str(number)} for number in range(9)]
    texts = [show(text, "en") for text in rule("any(notes where size > 10)", many).why_not]

    assert "Notes n008: Size is 8, 2 short of > 10" == texts[0]
    assert "and 6 more rows that were further away" == texts[3]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (("2024-05-01T10:00", "2024-05-01T11:00"), "it ended 1 h before 2024-05-01 12:00:00"),
        (
            ("2024-05-01T10:00", "2024-05-01T12:00"),
            "it ended exactly at 2024-05-01 12:00:00, so the two times only touch",
        ),
        (("2024-05-01T15:30", "2024-05-01T16:00"), "it began 30 min after 2024-05-01 15:00:00"),
    ],
)
def test_time_between_windows(given: tuple[str, str], expected: str) -> None:
    parameters = 'parameters:\n  p: {type: datetime, value: "2024-05-01T12:00"}\n'
    text = RULESET.replace("CONDITION", "overlaps(case.from, case.to, p, p + 3h)").replace(
        "define:", parameters + "define:"
    )
    values = {"id": "x", "from": given[0], "to": given[1]}
    (found,) = explain(evaluate(text, values, {"notes": []})).rules

    assert [expected] == [show(why, "en") for why in found.why_not]
