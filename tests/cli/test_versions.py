"""Folders of versions and amendments, from outside: what is right, and everything that can be wrong with them."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

FIRST = """\
steelyard: 1
ruleset: policy
version: 2024.1
title: Policy
effective: "[2024-01-01..2024-12-31]"
timezone: Asia/Shanghai
case:
  key: id
  reference_date: reported
  inputs:
    id: text
    reported: datetime
    paid: {type: datetime, not_before: reported}
indicators:
  payment: {measure: paid - reported, target: 48h, better: lower, score: proportion, weight: 1}
score: {method: weighted_mean, round: 1, clamp: "[0..100]"}
grades: {A: 90, B: 0}
"""
SECOND = """\
steelyard: 1
ruleset: policy
version: 2025.1
title: Policy
effective: "[2025-01-01..)"
timezone: Asia/Shanghai
case:
  key: id
  reference_date: reported
  inputs:
    id: text
    reported: datetime
    paid: {type: datetime, not_before: reported}
    rating: {type: decimal(1), range: "[1..5]"}
relations:
  calls:
    of_case: id
    fields: {id: text, minutes: integer}
indicators:
  payment: {measure: paid - reported, target: 24h, better: lower, score: proportion, weight: 1}
  satisfaction: {measure: rating, target: 4.5, better: higher, score: proportion, weight: 1}
score: {method: weighted_mean, round: 2, clamp: "[0..100]"}
deductions:
  long: {when: sum(calls.minutes) > 60, deduct: 5}
grades: {A: 90, C: 0}
"""
CASES = """\
id,reported,paid,rating
A,2023-12-31 23:59,2024-01-01 10:00,
B,2024-12-31 23:59:59,2025-01-02 00:00,
C,2025-01-01 00:00,2025-01-02 00:00,4.5
D,2024-12-31T16:00Z,2025-01-03 00:00,4.5
E,2025-02-30 00:00,2025-01-03 00:00,4.5
"""
CALLS = "id,minutes\nC,61\nB,61\nZ,1\n"
BRANCH = "steelyard: 1\nruleset: branch\nversion: 7\namends: policy/2025.yaml\n"


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    folder = tmp_path / "policy"
    folder.mkdir()
    (folder / "2024.yaml").write_text(FIRST, "utf-8")
    (folder / "2025.yaml").write_text(SECOND, "utf-8")
    (folder / "cases.yaml").write_text("- case: x\n", "utf-8")
    (folder / "notes.yml").write_text("just: notes\n", "utf-8")
    (folder / ".hidden.yaml").write_text("steelyard: [", "utf-8")
    (tmp_path / "cases.csv").write_text(CASES, "utf-8")
    (tmp_path / "calls.csv").write_text(CALLS, "utf-8")
    return folder


@pytest.fixture
def facts(tmp_path: Path) -> tuple[object, ...]:
    return ("--cases", tmp_path / "cases.csv", "--relation", f"calls={tmp_path / 'calls.csv'}")


def codes(steelyard, target: Path) -> list[str]:
    return [one["code"] for one in json.loads(steelyard("check", target, "--format", "json").out)["diagnostics"]]


def test_a_folder_of_versions_is_clean(steelyard, policy: Path):
    assert [] == codes(steelyard, policy)


def test_each_case_is_scored_under_its_version(steelyard, policy: Path, facts):
    done = steelyard("evaluate", policy, *facts, "-o", "-")
    rows = {row["id"]: row for row in csv.DictReader(io.StringIO(done.out))}

    assert 3 == done.status
    assert {"B": "2024.1", "C": "2025.1", "D": "2025.1"} == {key: row["version"] for key, row in rows.items()}
    assert 2 == len({row["digest"] for row in rows.values()})
    # B: 24 h and a second against 48 h; C: 24 of 24 h less 5 points for long calls; D: half of 48 h
    assert {"B": ("100.00", "A"), "C": ("95.00", "A"), "D": ("75.00", "C")} == {
        key: (row["score"], row["grade"]) for key, row in rows.items()
    }
    assert ["", "100.00", "100.00"] == [row["satisfaction.score"] for row in rows.values()]
    assert "rejected `A`" in done.err
    assert "from 2024-01-01 on: the first version, 2024.1" in done.err
    assert "a date and time such as" in done.err
    assert "1 row of `calls` matches no case" in done.err, "B has no calls in its version, but it is a case"


def test_columns_are_those_of_the_newest_with_older_ones_beside_their_neighbours(steelyard, policy: Path, facts):
    (policy / "2024.yaml").write_text(FIRST + "outputs: {late: {value: paid > reported + 48h}}\n", "utf-8")
    head = steelyard("evaluate", policy, *facts, "-o", "-").out.splitlines()[0].split(",")

    assert ["id", "ruleset", "version", "digest", "status", "score", "grade", "shares"] == head[:8]
    assert [f"payment.{part}" for part in ("measure", "target", "score", "share", "lost")] + ["late"] == head[8:14]
    assert ["fired", "reasons", "missing"] == head[-3:]


def test_parquet_holds_both_versions(steelyard, policy: Path, facts, tmp_path: Path):
    steelyard("evaluate", policy, *facts, "-o", tmp_path / "out.parquet")
    rows = pq.read_table(tmp_path / "out.parquet").to_pylist()

    assert ["100.00", "95.00", "75.00"] == [str(row["score"]) for row in rows]
    assert [None, 100, 100] == [row["satisfaction.score"] for row in rows]


def test_summary_and_threshold_take_all_versions(steelyard, policy: Path, facts):
    done = steelyard(
        "evaluate", policy, *facts, "--summary-by", "version,month", "--allow-rejects", 2, "--fail-under", 91
    )
    lines = [line.split() for line in done.out.splitlines()]

    assert ["–", "–", "1", "0", "0", "1", "–"] == lines[1][:7], "a case without a date"
    assert ["–", "2023-12", "1", "0", "0", "1", "–"] == lines[2][:7], "a case before the first version"
    assert ["2024.1", "2024-12", "1", "1", "0", "0", "100.00"] == lines[3][:7]
    assert ["2025.1", "2025-01", "2", "2", "0", "0", "85.00"] == lines[4][:7]
    assert ["all", "5", "3", "0", "2", "90.00"] == lines[5][:6]
    assert 1 == done.status
    assert "the mean score 90.00 is under the threshold 91" in done.err


def test_report_has_every_version(steelyard, policy: Path, facts, tmp_path: Path):
    steelyard("evaluate", policy, *facts, "--report", tmp_path / "report")

    assert "2024.1, 2025.1" in (tmp_path / "report" / "index.html").read_text("utf-8")
    assert 3 == len(list((tmp_path / "report").glob("case-*.html")))


def test_a_case_is_explained_under_its_version(steelyard, policy: Path, facts):
    old, new = (steelyard("explain", policy, *facts, "--case", key).out for key in "BC")

    assert "policy 2024.1" in old
    assert "satisfaction" not in old
    assert "policy 2025.1" in new
    assert 3 == steelyard("explain", policy, *facts, "--case", "A").status


def test_show_prints_every_version(steelyard, policy: Path):
    assert 2 == steelyard("show", policy).out.count("digest of the policy: ")
    assert ["# 2024.yaml", "# 2025.yaml"] == [
        line for line in steelyard("show", policy, "--after", "model").out.splitlines() if line.startswith("#")
    ]
    weights = steelyard("show", policy, "--weights").out
    assert weights.index("version 2024.1") < weights.index("version 2025.1")


def test_a_setting_is_for_the_versions_that_have_the_parameter(steelyard, policy: Path, facts):
    (policy / "2025.yaml").write_text(
        SECOND.replace("target: 24h", "target: limit") + 'parameters: {limit: {type: duration, range: "[1h..48h]"}}\n',
        "utf-8",
    )

    assert "E130" in steelyard("evaluate", policy, *facts).err
    assert "`limti`" in steelyard("evaluate", policy, *facts, "--set", "limti=24h").err
    assert "did you mean `limit`?" in steelyard("evaluate", policy, *facts, "--set", "limti=24h").err
    assert 3 == steelyard("evaluate", policy, *facts, "--set", "limit=24h").status


def test_a_column_of_one_version_only(steelyard, policy: Path, facts, tmp_path: Path):
    (tmp_path / "cases.csv").write_text("id,reported,paid\nB,2024-12-31 00:00,2025-01-01 00:00\n", "utf-8")
    done = steelyard("evaluate", policy, *facts)

    assert (2, "") == (done.status, done.out)
    assert "columns are missing: `rating`" in done.err
    assert "`rating` is needed by version 2025.1 only" in done.err


def test_a_bad_row_of_a_relation_harms_only_versions_that_refuse_it(steelyard, policy: Path, facts, tmp_path: Path):
    relation = "relations: {calls: {of_case: id, fields: {id: text, minutes: text}}}\n"
    more = "outputs: {called: {value: count(calls)}}\n"
    (policy / "2024.yaml").write_text(FIRST + relation + more, "utf-8")
    (tmp_path / "calls.csv").write_text("id,minutes\nB,often\nC,often\n", "utf-8")
    done = steelyard("evaluate", policy, *facts, "-o", "-")

    assert ["B", "D"] == [row["id"] for row in csv.DictReader(io.StringIO(done.out))]
    assert "rejected `C`" in done.err
    assert "`calls.minutes` is “often”" in done.err


# What can be wrong with versions

BAD = {
    "other name": (("ruleset: policy", "ruleset: polcy"), "M131", ["2025.yaml:2", "2024.yaml:2"]),
    "other zone": (("Asia/Shanghai", "Asia/Urumqi"), "M131", ["2025.yaml:6", "2024.yaml:6"]),
    "no zone": (("timezone: Asia/Shanghai\n", ""), "M131", ["2025.yaml:3", "2024.yaml:6"]),
    "other key": (("key: id", "key: number"), "M131", ["2025.yaml:8", "2024.yaml:8"]),
    "other date": (("reference_date: reported", "reference_date: paid"), "M131", ["2025.yaml:9", "2024.yaml:9"]),
    "other type": (("reported: datetime", "reported: date"), "M131", ["2025.yaml:12", "2024.yaml:12"]),
    "other column": (
        ("reported: datetime", "reported: {type: datetime, column: 报案}"), "M131", ["2025.yaml:12", "2024.yaml:12"],
    ),
    "key of other values": (("id: text", "id: {type: text, values: [B, C]}"), "M131", ["2025.yaml:11", "2024.yaml:11"]),
    "same version": (("version: 2025.1", "version: 2024.1"), "M134", ["2025.yaml:3", "2024.yaml:3"]),
    "one common day": (("[2025-01-01..)", "[2024-12-31..)"), "M132", ["2025.yaml:5", "2024.yaml:5"]),
    "no days": (('effective: "[2025-01-01..)"\n', ""), "M132", ["2024.yaml:5", "2025.yaml:3"]),
    "inside another": (("[2025-01-01..)", "[2024-06-01..2024-06-30]"), "M132", ["2025.yaml:5", "2024.yaml:5"]),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_versions_that_do_not_fit_together(name: str, steelyard, policy: Path):
    """An error that shows both places; nothing is scored."""
    (old, new), code, places = BAD[name]
    assert old in SECOND
    text = SECOND.replace(old, new)
    if name == "other key":
        text = text.replace("    id: text\n", "    id: text\n    number: text\n")
    if name == "other type":
        text = text.replace("paid - reported", "3h").replace(", not_before: reported", "")
    (policy / "2025.yaml").write_text(text, "utf-8")
    done = steelyard("check", policy)
    said = [line for line in done.out.splitlines() if code in line]

    assert 1 == done.status
    assert len(said) >= 1
    assert f"{places[0]}:" in said[0]
    assert places[1] in done.out.partition(said[0])[2]
    assert {code} == {one for one in codes(steelyard, policy) if one[0] != "L"}


def test_a_gap_is_a_warning_and_its_cases_are_rejected(steelyard, policy: Path, facts):
    (policy / "2025.yaml").write_text(SECOND.replace("[2025-01-01..)", "(2025-01-01..)"), "utf-8")
    done = steelyard("check", policy)
    scored = steelyard("evaluate", policy, *facts)

    assert 0 == done.status
    assert "M133 warning: no version is in force on 2025-01-01:" in done.out
    assert "up to 2024-12-31 or from 2025-01-02 on: between versions 2024.1 and 2025.1" in scored.err


def test_one_broken_version_leaves_no_ruleset(steelyard, policy: Path, facts):
    (policy / "2024.yaml").write_text(FIRST.replace("paid - reported", "paid - reportd"), "utf-8")

    assert ["N101"] == codes(steelyard, policy)
    assert 1 == steelyard("evaluate", policy, *facts).status


def test_a_version_that_is_no_yaml_is_not_passed_over(steelyard, policy: Path):
    (policy / "2023.yaml").write_text("steelyard: [1\n", "utf-8")

    assert 1 == steelyard("check", policy).status


def test_a_folder_without_a_ruleset(steelyard, tmp_path: Path):
    (tmp_path / "notes.yaml").write_text("a: b\n", "utf-8")
    done = steelyard("check", tmp_path)

    assert 2 == done.status
    assert "holds no `ruleset.yaml`" in done.out


# Amendments


def branch(policy: Path, text: str) -> Path:
    path = policy.parent / "branch.yaml"
    path.write_text(BRANCH + text, "utf-8")
    return path


def test_an_amendment_is_shown_resolved_with_places(steelyard, policy: Path):
    path = branch(policy, "indicators: {payment: {target: 12h}}\nremove: [deductions, relations]\n")
    lines = steelyard("show", path).out.splitlines()

    assert 'ruleset: "branch"  # branch.yaml:2' in lines
    assert 'version: "7"  # branch.yaml:3' in lines
    assert '    target: "12h"  # branch.yaml:5' in lines
    assert '    better: "lower"  # 2025.yaml:20' in lines
    assert not any(line.startswith(("title", "amends", "remove", "deductions")) for line in lines)
    assert steelyard("show", path, "--after", "lower").out.startswith("digest of the policy: ")


def test_an_amendment_is_scored_as_itself(steelyard, policy: Path, facts):
    path = branch(policy, "indicators: {payment: {target: 12h}}\nremove: [deductions, relations]\n")
    done = steelyard("evaluate", path, *facts[:2], "-o", "-")
    rows = list(csv.DictReader(io.StringIO(done.out)))

    # C: 12 of 24 h is 50, with 100 for satisfaction 75; D: 25
    assert [("C", "branch", "7", "75.00"), ("D", "branch", "7", "62.50")] == [
        (row["id"], row["ruleset"], row["version"], row["score"]) for row in rows
    ]


def test_an_amendment_of_an_amendment(steelyard, policy: Path):
    branch(policy, "indicators: {payment: {target: 12h}}\n")
    team = policy.parent / "team.yaml"
    team.write_text("steelyard: 1\nruleset: team\nversion: 1\namends: branch.yaml\nscore: {round: 3}\n", "utf-8")
    lines = steelyard("show", team).out.splitlines()

    assert '  round: "3"  # team.yaml:5' in lines
    assert '    target: "12h"  # branch.yaml:5' in lines
    assert '  method: "weighted_mean"  # 2025.yaml:22' in lines


def test_a_version_may_amend_the_one_before(steelyard, policy: Path):
    (policy / "2025.yaml").write_text(
        "steelyard: 1\nruleset: policy\nversion: 2025.1\namends: 2024.yaml\n"
        'effective: "[2025-01-01..)"\nindicators: {payment: {target: 24h}}\n',
        "utf-8",
    )

    assert [] == codes(steelyard, policy)
    assert 2 == steelyard("show", policy, "--after", "lower").out.count("digest of the policy: ")


def test_an_amendment_of_another_name_in_the_folder_is_a_ruleset_of_its_own(steelyard, policy: Path):
    five = policy / "branch.yaml"
    five.write_text("steelyard: 1\nruleset: branch\nversion: 1\namends: 2025.yaml\n", "utf-8")

    assert 2 == steelyard("show", policy, "--after", "lower").out.count("digest of the policy: ")
    assert 0 == steelyard("check", five).status


def test_a_shipped_ruleset_and_a_folder_can_be_amended(steelyard, policy: Path):
    (policy / "2025.yaml").unlink()
    folder = policy.parent / "a.yaml"
    folder.write_text("steelyard: 1\nruleset: a\nversion: 1\namends: policy\n", "utf-8")
    shipped = policy.parent / "b.yaml"
    shipped.write_text("steelyard: 1\nruleset: b\nversion: 1\namends: claims-efficiency\n", "utf-8")

    assert [] == codes(steelyard, folder)
    assert [] == codes(steelyard, shipped)


def test_a_finding_in_the_base_is_shown_there(steelyard, policy: Path):
    path = branch(policy, "remove: [case.inputs.rating]\n")
    done = steelyard("check", path)

    assert "2025.yaml:21:" in done.out
    assert "N101" in done.out


BAD_AMENDMENTS = {
    "no such base": ("amends: policy/2026.yaml\n", "N131"),
    "no such shipped one": ("amends: claims-eficiency\n", "N131"),
    "a name with NUL": ('amends: "a\\0b"\n', "Y111"),
    "nothing": ("amends:\n", "M103"),
    "a list": ("amends: [policy]\n", "M103"),
    "itself": ("amends: bad.yaml\n", "N132"),
    "itself by way of another": ("amends: loop.yaml\n", "N132"),
    "several versions": ("amends: policy\n", "N133"),
    "a folder of nothing": ("amends: empty\n", "E101"),
    "no ruleset": ("amends: list.yaml\n", "N131"),
    "broken": ("amends: broken.yaml\n", "Y101"),
    "a removal without a base": ("remove: [grades]\n", "M109"),
    "a removal of nothing": ("amends: policy/2025.yaml\nremove: [grads]\n", "N134"),
    "a removal that is no list": ("amends: policy/2025.yaml\nremove: grades\n", "M103"),
    "an unknown key": ("amends: policy/2025.yaml\nindicatrs: {}\n", "M101"),
    "what needs another": ("amends: policy/2025.yaml\nremove: [score]\n", "M102"),
}


@pytest.mark.parametrize("name", BAD_AMENDMENTS)
def test_amendments_that_cannot_be(name: str, steelyard, policy: Path):
    text, code = BAD_AMENDMENTS[name]
    home = policy.parent
    (home / "empty").mkdir()
    (home / "list.yaml").write_text("- a\n", "utf-8")
    (home / "broken.yaml").write_text('a: "b\n', "utf-8")
    (home / "loop.yaml").write_text("steelyard: 1\nruleset: l\nversion: 1\namends: bad.yaml\n", "utf-8")
    bad = home / "bad.yaml"
    bad.write_text(f"steelyard: 1\nruleset: bad\nversion: 1\n{text}", "utf-8")

    assert [code] == codes(steelyard, bad)


def test_a_cycle_is_shown_as_a_way(steelyard, policy: Path):
    for one, other in (("a", "b"), ("b", "c"), ("c", "a")):
        (policy.parent / f"{one}.yaml").write_text(
            f"steelyard: 1\nruleset: {one}\nversion: 1\namends: {other}.yaml\n", "utf-8"
        )

    assert "a.yaml → b.yaml → c.yaml → a.yaml" in steelyard("check", policy.parent / "a.yaml").out


def test_an_amendment_says_its_own_name(steelyard, policy: Path):
    path = policy.parent / "x.yaml"
    path.write_text("amends: policy/2025.yaml\n", "utf-8")
    done = steelyard("check", path)

    assert ["missing key `steelyard`", "missing key `ruleset`", "missing key `version`"] == [
        line.partition("error: ")[2] for line in done.out.splitlines() if "M102 error" in line
    ]


def test_the_schema_of_amendments(steelyard):
    assert {"amends", "remove"} <= set(json.loads(steelyard("schema", "--amendment").out)["properties"])
    assert "amends" not in json.loads(steelyard("schema").out)["properties"]
