"""Two rulesets compared: in words, and on cases."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

import steelyard
from steelyard.semantics.outcome import Fixed
from steelyard.session.comparing import render
from steelyard.trial.comparing.alone import alone
from steelyard.trial.comparing.changes import Turn
from steelyard.trial.comparing.comparison import Example
from steelyard.trial.comparing.data import data, diff_schema
from steelyard.trial.comparing.sentences import headline, migration, said, summary
from steelyard.trial.comparing.walk import Kind
from steelyard.trial.comparing.words import compare

OLD = """\
steelyard: 1
ruleset: home
version: 1
title: {zh: 家财险, en: Home}
timezone: UTC
case:
  key: id
  inputs:
    id: text
    branch: {type: text, label: {zh: 分支机构, en: Branch}}
    hours: {type: duration, optional: true, label: {zh: 用时, en: Hours}}
    rating: {type: decimal(1), range: "[1..5]", label: {zh: 评分, en: Rating}}
    kind: {type: text, values: [fire, flood], label: {zh: 险种, en: Kind}}
parameters: {limit: {type: duration, value: 24h, label: {zh: 时限, en: Limit}}}
tables:
  extra:
    label: {zh: 加分, en: Extra}
    hit: unique
    inputs: {kind: kind}
    outputs: {points: integer}
    rows:
      - {kind: fire, points: 1}
      - {kind: flood, points: 2}
indicators:
  payment:
    {label: {zh: 支付时效, en: Time to pay}, measure: hours, target: limit, better: lower, score: met, weight: 15,
     missing: reject}
  quality:
    {label: {zh: 质量, en: Quality}, measure: rating, target: 4.0, better: higher, score: proportion, weight: 85}
score: {method: weighted_mean, round: 2, clamp: "[0..100]"}
deductions:
  low: {label: {zh: 低分, en: Low rating}, when: rating < 2, deduct: 5, reason: C1}
bonuses:
  more: {label: {zh: 加分, en: More}, when: rating = 5, add: extra.points, reason: B1}
grades: {A: 90, B: 0}
"""
CASES = """\
id,branch,hours,rating,kind
a,north,20h,4.0,fire
b,north,30h,4.0,fire
c,south,30h,3.0,flood
d,south,,3.0,flood
"""


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return write(tmp_path, "old.yaml", OLD)


def write(folder: Path, name: str, text: str) -> Path:
    (folder / name).write_text(text, "utf-8")
    return folder / name


def amended(folder: Path, *changes: tuple[str, str]) -> Path:
    text = OLD
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    return write(folder, "new.yaml", text)


def headlines(found: steelyard.Comparison, lang: str = "en") -> list[str]:
    return [headline(one, lang) for one in found.changes]


def test_a_parameter_is_told_by_the_targets_that_it_moves(old: Path, tmp_path: Path) -> None:
    found = steelyard.diff(old, amended(tmp_path, ("value: 24h", "value: 36h")))
    (change,) = found.changes

    assert ["Limit (parameter): value: 24 h → 36 h"] == headlines(found)
    assert ["时限（参数）：值：24 小时 → 36 小时"] == headlines(found, "zh")
    assert [("payment", Turn.LOOSER)] == [(name.id, turn) for name, turn in change.targets]
    assert "1 target looser" == str(summary(found))


def test_a_weight_is_told_with_its_share_in_the_base_situation(old: Path, tmp_path: Path) -> None:
    found = steelyard.diff(old, amended(tmp_path, ("weight: 15", "weight: 20"), ("weight: 85", "weight: 80")))
    first, _ = found.changes

    assert ["Time to pay (indicator): weight: 15 → 20", "Quality (indicator): weight: 85 → 80"] == headlines(found)
    assert ["share in the base situation: 15% → 20%"] == [said(note, "en") for note in first.notes]
    assert "2 weights changed" == str(summary(found))


def test_rows_of_tables_are_found_again_by_their_conditions(old: Path, tmp_path: Path) -> None:
    rows = ("      - {kind: fire, points: 1}\n      - {kind: flood, points: 2}\n", "      - {kind: flood, points: 3}\n")
    found = steelyard.diff(old, amended(tmp_path, rows))

    assert [
        "Extra (decision table): row Kind = fire is gone; it was 1",
        "Extra (decision table): row Kind = flood: 2 → 3",
    ] == [one.replace("kind =", "Kind =") for one in headlines(found)]


def test_conditions_are_told_as_sentences(old: Path, tmp_path: Path) -> None:
    found = steelyard.diff(old, amended(tmp_path, ("rating < 2", "rating <= 2 and kind = 'fire'".replace("'", '"'))))

    assert ["Low rating (points rule): condition: Rating < 2.0 → Rating ≤ 2.0 and Kind = fire"] == headlines(found)
    assert "1 condition changed" == str(summary(found))


def test_rules_come_and_go(old: Path, tmp_path: Path) -> None:
    gone = "  low: {label: {zh: 低分, en: Low rating}, when: rating < 2, deduct: 5, reason: C1}\n"
    here = gone.replace("low:", "lower:")
    found = steelyard.diff(old, amended(tmp_path, (gone, here)))

    assert [Kind.REMOVED, Kind.ADDED] == [one.kind for one in found.changes]
    assert "1 rule removed, 1 rule added" == str(summary(found))


def test_what_follows_from_a_change_is_no_change(old: Path, tmp_path: Path) -> None:
    """A new value of an input changes the type of every comparison with it, and no row of the table."""
    changes = (
        ("values: [fire, flood]", "values: [fire, flood, storm]"),
        ("rating < 2", 'rating < 2 and kind = "fire"'),
    )
    one = write(tmp_path, "one.yaml", OLD.replace(*changes[1]))
    found = steelyard.diff(one, amended(tmp_path, *changes))

    assert [
        "Kind (input): type: one of fire, flood → one of fire, flood, storm",
        "Extra (decision table): kind: type: one of fire, flood → one of fire, flood, storm",
    ] == headlines(found)


def test_of_calendars_the_days_that_differ_are_told(tmp_path: Path) -> None:
    calendar = """
calendars:
  office: {holidays: none, weekend: [sat, sun], closed: [2024-01-01, 2024-05-01], hours: 09:00-17:00}
"""
    old = write(tmp_path, "old.yaml", OLD + calendar)
    new = write(tmp_path, "new.yaml", OLD + calendar.replace("2024-05-01", "2024-05-02").replace("[sat, sun]", "[sun]"))
    found = steelyard.diff(old, new)

    assert [
        "office (calendar): weekend: sat, sun → sun",
        "office (calendar): days off, where they differ: 2024-05-01 → 2024-05-02",
    ] == headlines(found)
    assert "2 changes of calendars" == str(summary(found))


def test_labels_are_told_apart(old: Path, tmp_path: Path) -> None:
    found = steelyard.diff(old, amended(tmp_path, ("en: Quality", "en: Care")))

    assert found.same
    assert not found.differs
    assert ["质量（指标）：名称：质量 / Quality → 质量 / Care"] == headlines(found, "zh")
    assert "same meaning, 1 label" == str(summary(found))


def test_cases_are_compared_exactly(old: Path, tmp_path: Path) -> None:
    """`b` and `c` meet the longer target, `d` is no longer rejected, and no ratio is a mean of groups."""
    new = amended(tmp_path, ("value: 24h", "value: 36h"), ("missing: reject", "missing: waive"))
    cases = write(tmp_path, "cases.csv", CASES)
    found = steelyard.diff(old, new, cases, by=["branch"], engine="reference", verify=0).cases
    assert found is not None
    (score,) = found.scores

    assert [("rejected", "scored", 1), ("scored", "scored", 3)] == list(found.statuses)
    assert [("d", "rejected", "scored")] == list(found.restated)
    assert ["b", "c"] == [one.key for one in score.affected]
    assert (3, 30, 2, 0, 1) == (score.all.count, score.all.total, score.all.higher, score.all.lower, score.all.grades)
    assert [(("north",), 2, 15), (("south",), 1, 15)] == [(one.key, one.count, one.total) for one in score.groups]
    assert [("A", "A", 1), ("B", "A", 1), ("B", "B", 1), (None, "B", 1)] == sorted(
        score.migration, key=lambda one: (one[0] is None, one)
    )
    assert ["Time to pay"] == [str(line.text) for line in score.affected[0].lines]


def test_engines_say_the_same(old: Path, tmp_path: Path) -> None:
    new = amended(tmp_path, ("value: 24h", "value: 36h"), ("deduct: 5", "deduct: 7"))
    cases = write(tmp_path, "cases.csv", CASES + "e,south,1h,1.5,fire\n")
    one, other = (steelyard.diff(old, new, cases, engine=name, verify=0).cases for name in ("reference", "sql"))
    assert one is not None
    assert other is not None

    assert (one.statuses, one.scores, one.examples) == (other.statuses, other.scores, other.examples)
    assert Example("e", True, Fixed(4188, 2), Fixed(3988, 2)) == one.examples["1", "points.low.amount"]


def test_an_example_is_a_case_that_differs_by_the_change_alone(old: Path, tmp_path: Path) -> None:
    """The row of the table moves the score of no case: only a rating of 5 adds its points."""
    new = amended(tmp_path, ("value: 24h", "value: 36h"), ("kind: fire, points: 1", "kind: fire, points: 4"))
    found = steelyard.diff(old, new, write(tmp_path, "cases.csv", CASES), engine="reference", verify=0)
    assert found.cases is not None

    assert {
        ("1", "parameters.limit.default"): Example("b", True, Fixed(8500, 2), Fixed(10000, 2)),
        ("1", "tables.extra.rows.1"): None,
    } == found.cases.examples
    text = render(found, "text")
    assert "for example case b: 85.00 → 100.00 by this change alone" in text
    assert "no case differs" in text


def test_results_other_than_scores_are_compared(old: Path, tmp_path: Path) -> None:
    """A looser target that is not met either moves no score."""
    new = amended(tmp_path, ("value: 24h", "value: 25h"))
    found = steelyard.diff(old, new, write(tmp_path, "cases.csv", CASES), engine="reference", verify=0)
    assert found.cases is not None

    assert (3, True) == (found.cases.different, found.differs)
    assert "0 of 3 grades change, mean ±0.00, 3 of 3 cases have other results" in str(summary(found))


def test_inputs_are_named_by_their_labels() -> None:
    found = steelyard.diff("us-fl-claims@2021.7.1", "us-fl-claims@2023.3.1")

    assert "不得早于：收到报案日" in render(found, "text", "zh")
    assert "notice_on" not in render(found, "text", "zh")
    assert "Grant" not in render(found, "text", "en")
    assert "the target becomes" in render(found, "text", "en")


@pytest.mark.parametrize(
    ("score", "en", "zh"),
    [
        ("met", "100 where the target is met, else 0", "达标得 100，否则得 0"),
        ("proportion", "in proportion to the target", "按与目标之比给分"),
        (
            "{steps: {each: 10% of target, deduct: 10, begun: counts}}",
            "10 points off for each 10% of the target beyond the target, steps begun count, at least 0",
            "超过目标的部分，每目标的 10%（不足亦计）扣 10 分",
        ),
        ("{steps: {each: 2h, deduct: 5, begun: ignored, floor: 20}}", "5 points off for each whole 2 h beyond", "每满"),
        ('{bands: [{when: "<= 24h", points: 100}, {when: otherwise, points: 40.5}]}', "40.5 points", "40.5 分"),
        (
            "{curve: [[24h, 100], [48h, 0]]}",
            "straight lines between 24 h: 100 points, 48 h: 0 points",
            "24 小时：100 分",
        ),
    ],
)
def test_how_points_are_given_is_said(old: Path, tmp_path: Path, score: str, en: str, zh: str) -> None:
    other = "met" if score != "met" else "proportion"
    before = write(tmp_path, "before.yaml", OLD.replace("score: met", f"score: {other}"))
    found = steelyard.diff(before, write(tmp_path, "after.yaml", OLD.replace("score: met", f"score: {score}")))

    assert en in render(found, "text", "en")
    assert zh in render(found, "text", "zh")


def test_grades_stand_in_the_order_of_the_ruleset(tmp_path: Path) -> None:
    """Not in that of the alphabet, and first as the new ruleset has them."""
    old, new = (
        write(tmp_path, name, OLD.replace("{A: 90, B: 0}", grades))
        for name, grades in (("old.yaml", "{Z: 90, K: 0}"), ("new.yaml", "{M: 95, Z: 90, B: 0}"))
    )
    found = steelyard.diff(old, new, write(tmp_path, "cases.csv", CASES), verify=0).cases
    assert found is not None
    (score,) = found.scores

    assert score.grades == ("M", "Z", "B", "K")
    assert migration(score, "en")[0] == ["old grade / new grade", *score.grades]


def test_changes_are_made_alone(old: Path, tmp_path: Path) -> None:
    """Each change of meaning, made alone, leaves no other."""
    changes = (
        ("value: 24h", "value: 36h"),
        ("points: 2}", "points: 3}"),
        ("      - {kind: fire, points: 1}\n", ""),
        ("weight: 85", "weight: 80"),
        ("rating < 2", "rating < 3"),
        ("add: extra.points", "add: 2"),
        ("A: 90", "A: 80"),
    )
    (pair,) = steelyard.diff(old, amended(tmp_path, *changes)).pairs
    assert pair.old is not None
    assert pair.new is not None

    for change in pair.meaning:
        made = alone(pair.old, pair.new, change.difference)
        assert made is not None
        assert [headline(change, "en")] == [headline(one, "en") for one in compare(pair.old, made).meaning]
    assert len(changes) + 1 == len(pair.meaning)  # a bound of a grade is one of two grades


def test_layouts(old: Path, tmp_path: Path) -> None:
    new = amended(tmp_path, ("value: 24h", "value: 36h"))
    found = steelyard.diff(old, new, write(tmp_path, "cases.csv", CASES), by=["branch"], engine="reference", verify=0)

    assert Draft202012Validator(diff_schema()).is_valid(data(found, "en"))  # pyright: ignore[reportUnknownMemberType]
    assert render(found, "md").startswith("**1 target looser; 1 of 3 grades changes, mean +10.00**\n")
    assert render(found, "text", "zh").splitlines()[-1] == "1 个目标放宽；3 个等级中有 1 个变化，平均分 +10.00"


def test_revisions_of_git(old: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for words in (
        ("init", "-q"),
        ("add", "old.yaml"),
        ("-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "first"),
    ):
        subprocess.run(("git", *words), check=True)
    old.write_text(OLD.replace("value: 24h", "value: 36h"), "utf-8")

    assert ["Limit (parameter): value: 24 h → 36 h"] == headlines(steelyard.diff("git:HEAD:old.yaml", "old.yaml"))
    for wrong in ("git:HEAD", "git:nothing:old.yaml", "git:HEAD:new.yaml", "git:HEAD:../old.yaml"):
        with pytest.raises(steelyard.UsageError):
            steelyard.diff(wrong, "old.yaml")


def test_versions_of_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "home"
    folder.mkdir()
    first = OLD.replace("version: 1", "version: 1\neffective: '[2024-01-01..2024-12-31]'")
    first = first.replace("  key: id", "  key: id\n  reference_date: day").replace(
        "    id: text", "    id: text\n    day: date"
    )
    write(folder, "first.yaml", first)
    second = first.replace("2024", "2025").replace("version: 1", "version: 2").replace("weight: 15", "weight: 16")
    write(folder, "second.yaml", second)
    cases = write(tmp_path, "cases.csv", "id,day,branch,hours,rating,kind\na,2024-05-01,north,20h,4.0,fire\n")
    found = steelyard.diff(f"{folder}@1", f"{folder}@2", cases, engine="reference", verify=0)

    assert ["version: 1 → 2", "in force: [2024-01-01 to 2024-12-31] → [2025-01-01 to 2025-12-31]"] == headlines(found)[
        :2
    ]
    assert found.cases is not None
    assert [("scored", "scored", 1)] == list(found.cases.statuses)
    assert steelyard.diff(folder, folder).same
    with pytest.raises(steelyard.UsageError):
        steelyard.diff(f"{folder}@3", folder)
