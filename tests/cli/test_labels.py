"""Names on the command line: parameters, relations and columns may be called by their labels."""

from __future__ import annotations

from pathlib import Path

RULES = """\
steelyard: 1
ruleset: labels
version: 1
timezone: UTC
parameters:
  goal: {value: 3, label: {en: The goal, zh: 目标值}}
  other: {value: 3, label: {en: Twice, zh: 重名}}
  third: {value: 3, label: {en: Third, zh: 重名}}
case:
  key: id
  inputs:
    id: text
    n: {type: integer, optional: true, column: 数量, label: {en: Count, zh: 件数}}
relations:
  calls:
    of_case: of
    label: {en: Calls, zh: 来电}
    fields: {of: text, m: {type: integer, optional: true, label: {en: Minutes, zh: 分钟}}}
indicators:
  old: {measure: count(calls), target: goal + other + third, better: higher, score: met}
  new: {measure: n, target: 1, better: higher, score: met, missing: waive}
score: {method: sum}
"""


def test_labels_mean_ids(steelyard, tmp_path: Path) -> None:
    (tmp_path / "r.yaml").write_text(RULES, "utf-8")
    (tmp_path / "c.csv").write_text("id\nA\n", "utf-8")
    (tmp_path / "k.csv").write_text("of\nA\nA\n", "utf-8")

    def run(calls: str, goal: str, column: str, out: str):
        return steelyard(
            "evaluate", tmp_path / "r.yaml", "--cases", tmp_path / "c.csv", "--relation", f"{calls}={tmp_path}/k.csv",
            "--set", f"{goal}=-4", "--missing-column", f"{column}=accept", "-o", tmp_path / out,
            "--missing-column", f"{calls}.{'m' if calls == 'calls' else '分钟'}=accept",
        )  # fmt: skip

    by_id, by_label = run("calls", "goal", "n", "ids.csv"), run("来电", "目标值", "件数", "labels.csv")

    assert 0 == by_id.status == by_label.status, by_label.err
    assert (tmp_path / "ids.csv").read_bytes() == (tmp_path / "labels.csv").read_bytes()
    assert ",100.00," in (tmp_path / "labels.csv").read_text("utf-8"), "2 calls meet a target of -4 + 3 + 3"


def test_a_label_of_two_parameters_means_neither(steelyard, tmp_path: Path) -> None:
    (tmp_path / "r.yaml").write_text(RULES, "utf-8")

    (tmp_path / "c.csv").write_text("id,数量\nA,1\n", "utf-8")
    given = ("--cases", tmp_path / "c.csv", "--relation", "calls=none", "--set", "重名=4")

    done = steelyard("evaluate", tmp_path / "r.yaml", *given)

    assert 0 != done.status
    assert "there is no parameter `重名`" in done.out + done.err
