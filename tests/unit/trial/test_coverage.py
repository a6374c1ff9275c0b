"""Coverage is counted as by hand: rules, rows, bands, grades, statuses, missing values, atoms that decide alone."""

# pyright: basic

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import jsonschema
import pytest

import steelyard
from steelyard.facts.case import Case
from steelyard.semantics import prepare, run
from steelyard.session.testing import render
from steelyard.trial.coverage import measuring
from steelyard.trial.coverage.conditions import Junction, Known, Tree, decides
from steelyard.trial.coverage.records import Coverage, Kind
from steelyard.trial.coverage.watching import watched
from unit.trial.policies import home

REFERENCE = ("reference",)
RULESET = """\
steelyard: 1
ruleset: tiny
version: 1
title: {zh: 小, en: Tiny}
timezone: UTC
case:
  key: id
  inputs:
    id: text
    days: {type: integer, range: "[0..99]", optional: true}
    kind: {type: text, values: [hail, flood, fire]}
    urgent: boolean
    big: {type: boolean, optional: true}
    agreed: boolean
    least: {type: integer, range: "[0..100]", optional: true}
    blocked: boolean
relations:
  complaints:
    of_case: id
    id: number
    fields: {id: text, number: text, upheld: boolean, late: {type: boolean, optional: true}}
tables:
  extra:
    label: {zh: 加分, en: Extra}
    hit: first
    inputs: {kind: kind}
    outputs: {points: integer}
    rows:
      - {kind: hail, points: 5}
      - {kind: "hail, flood", points: 3}
    default: {points: 0}
indicators:
  speed:
    label: {zh: 时效, en: Speed}
    measure: days
    score: {bands: [{when: "[0..3]", points: 100}, {when: "(3..10]", points: 60}, {when: "> 10", points: 0}]}
    weight: 1
    missing: waive
  calm:
    label: {zh: 平稳, en: Calm}
    only_if: not blocked
    measure: if urgent then 0 else 1
    score: {bands: [{when: "< 1", points: 50}, {when: ">= 1", points: 100}]}
    weight: 1
exemptions:
  relief:
    label: {zh: 放宽, en: Relief}
    when: urgent and (big or agreed)
    grants: {speed: {at_least: least}}
score: {method: weighted_mean, round: 2, clamp: "[0..100]"}
bonuses:
  kind-extra: {label: {zh: 险种加分, en: Extra for the kind}, when: extra.points > 0, add: extra.points}
deductions:
  complaint:
    label: {zh: 投诉, en: Complaint}
    for_each: complaints
    when: upheld and late
    unknown: ignore
    deduct: 5
grades: {A: 90, B: 50, C: 0}
"""
ONE = """\
- case: one
  given: {days: 2, kind: hail, urgent: true, big: true, agreed: false, least: 70, blocked: false}
  rows: {complaints: [{number: 1, upheld: true, late: true}, {number: 2, upheld: false}]}
  expect: {status: scored}
"""
MORE = """\
- case: two
  given: {kind: fire, urgent: true, big: false, agreed: false, blocked: true}
  expect: {status: unscored}
- case: three
  given: {days: 12, kind: flood, urgent: true, agreed: true, blocked: false}
  expect: {status: scored}
- case: four
  given: {days: 5, kind: storm, urgent: false, big: true, agreed: true, blocked: false}
  expect: {status: rejected}
- case: five
  given: {days: 5, kind: fire, urgent: false, big: true, agreed: true, blocked: false}
  rows: {complaints: [{number: 1, upheld: true, late: false}]}
  expect: {status: scored}
"""

FIRST = {
    "row extra 0",
    "band speed 0",
    "band calm 0",
    "condition_true calm 0",
    "fired relief 0",
    "granted relief 0speed",
    "condition_true relief 0",
    "atom_true relief 0",  # urgent
    "atom_true relief 1",  # big, as not agreed
    "fired kind-extra 0",
    "condition_true kind-extra 0",
    "fired complaint 0",
    "condition_true complaint 0",
    "condition_false complaint 0",
    "atom_true complaint 0",
    "atom_true complaint 1",
    "atom_false complaint 0",  # late is unknown: if it were upheld, this would be unknown
    "grade score 1",
    "status scored 0",
}
"""What the first case tries."""


def _measured(folder: Path, cases: str, ruleset: str = RULESET) -> Coverage:
    found = steelyard.test(home(folder, cases, ruleset), engines=REFERENCE, coverage=True)
    assert found.failures == ()
    assert found.coverage is not None
    return found.coverage


def _tried(found: Coverage | None) -> set[str]:
    assert found is not None
    return {f"{one.key.kind.value} {one.key.of} {one.key.place}{one.key.member}" for one in found.points if one.covered}


def test_a_tiny_ruleset_is_counted_as_by_hand(tmp_path: Path) -> None:
    found = _measured(tmp_path, ONE)

    assert Counter(one.key.kind for one in found.points) == {
        Kind.ROW: 2,
        Kind.DEFAULT: 1,
        Kind.BAND: 5,
        Kind.MISSING: 1,
        Kind.FIRED: 3,
        Kind.NOT_FIRED: 3,
        Kind.GRANTED: 1,
        Kind.REFUSED: 1,
        Kind.CONDITION_TRUE: 4,
        Kind.CONDITION_FALSE: 4,
        Kind.ATOM_TRUE: 5,
        Kind.ATOM_FALSE: 5,
        Kind.GRADE: 3,
        Kind.STATUS: 3,
    }
    assert _tried(found) == FIRST
    assert (found.total, found.covered, found.percent) == (41, 19, 46)
    assert (found.under(46), found.under(47)) == (False, True)


def test_each_case_tries_what_it_tries(tmp_path: Path) -> None:
    everything = _measured(tmp_path, ONE + MORE)
    assert (everything.covered, [str(one.text) for one in everything.uncovered]) == (40, ["grade A"])

    names = ["one", "two", "three", "four", "five"]
    each = {name: steelyard.test(tmp_path, engines=REFERENCE, names=[name], coverage=True).coverage for name in names}
    assert _tried(each["two"]) == {
        "missing speed 0",
        "not_fired relief 0",
        "condition_false calm 0",
        "condition_false relief 0",
        "atom_false relief 1",
        "atom_false relief 2",
        "status unscored 0",
    }
    assert _tried(each["three"]) - FIRST == {
        "refused relief 0speed",
        "atom_true relief 2",  # big is unknown: without agreed it would be unknown
        "band speed 2",
        "row extra 1",
        "not_fired complaint 0",
        "grade score 2",
    }
    assert _tried(each["four"]) == {"status rejected 0"}
    assert _tried(each["five"]) - FIRST == {
        "not_fired relief 0",
        "condition_false relief 0",
        "atom_false relief 0",
        "band speed 1",
        "band calm 1",
        "default extra 0",
        "not_fired kind-extra 0",
        "condition_false kind-extra 0",
        "not_fired complaint 0",
        "atom_false complaint 1",
    }


BOTH, EITHER = Junction(True, (0, 1)), Junction(False, (0, 1))
MIXED = Junction(True, (0, Junction(False, (1, 2))))


@pytest.mark.parametrize(
    ("tree", "truths", "deciding"),
    [
        (BOTH, (True, True), [0, 1]),
        (BOTH, (True, False), [1]),
        (BOTH, (False, False), []),
        (BOTH, (False, None), [0]),
        (BOTH, (True, None), [0]),
        (EITHER, (False, False), [0, 1]),
        (EITHER, (True, False), [0]),
        (EITHER, (True, True), []),
        (EITHER, (True, None), [0]),
        (MIXED, (True, True, False), [0, 1]),
        (MIXED, (True, True, True), [0]),
        (MIXED, (True, False, False), [1, 2]),
        (MIXED, (False, False, False), []),
        (MIXED, (False, True, None), [0]),
        (MIXED, (None, None, False), []),
        (0, (False,), [0]),
        (0, (None,), []),
    ],
)
def test_an_atom_decides_where_another_truth_of_it_gives_another_result(
    tree: Tree, truths: tuple[Known, ...], deciding: list[int]
) -> None:
    assert [place for place in range(len(truths)) if decides(tree, truths, place)] == deciding


def test_counting_atoms_that_others_mask_would_be_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measuring, "decides", lambda _, truths, place: truths[place] is not None)

    assert _tried(_measured(tmp_path, ONE)) - FIRST == {"atom_false relief 2"}


def test_a_missing_value_that_rejects_is_told_from_another_rejection(tmp_path: Path) -> None:
    ruleset = RULESET.replace("missing: waive", "missing: reject")
    lacking = MORE.split("- case: three", maxsplit=1)[0].replace("unscored", "rejected")

    assert _tried(_measured(tmp_path, lacking, ruleset)) == {"missing speed 0", "status rejected 0"}
    ranged = ruleset.replace("measure: days", 'measure: days * 2\n    range: "[0..10]"')
    assert _tried(_measured(tmp_path, ONE.replace("days: 2", "days: 9").replace("scored", "rejected"), ranged)) == {
        "status rejected 0"
    }
    scored = RULESET.replace("missing: waive", "missing: {score: 20}")
    found = _tried(_measured(tmp_path, lacking.replace("rejected", "scored"), scored))
    assert {"missing speed 0", "status scored 0"} < found


def test_what_decides_nothing_and_cannot_be_missing_is_not_asked_for(tmp_path: Path) -> None:
    ruleset = RULESET.replace("when: upheld and late", "when: upheld").replace("optional: true", "optional: false")
    ruleset = ruleset.replace("    unknown: ignore\n", "").replace("    missing: waive\n", "")
    found = _measured(tmp_path, ONE.replace("upheld: false", "upheld: false, late: false"), ruleset)

    kinds = {one.key.kind for one in found.points}
    assert not kinds & {Kind.REFUSED, Kind.GRANTED, Kind.MISSING}
    assert {one.key.of for one in found.points if one.key.kind is Kind.ATOM_TRUE} == {"relief"}
    assert {one.key.of for one in found.points if one.key.kind is Kind.STATUS} == {"scored", "rejected"}


def test_a_row_counts_where_it_gives_the_answer(tmp_path: Path) -> None:
    assert "row extra 1" not in _tried(_measured(tmp_path, ONE))
    assert {"row extra 0", "row extra 1"} < _tried(
        _measured(tmp_path, ONE, RULESET.replace("hit: first", "hit: collect_max"))
    )


def test_versions_without_a_case_are_not_tried(tmp_path: Path) -> None:
    dated = (
        RULESET.replace("timezone: UTC\n", 'timezone: UTC\neffective: "[..2023-12-31]"\n')
        .replace("  key: id\n", "  key: id\n  reference_date: day\n")
        .replace("    id: text\n    days", "    id: text\n    day: date\n    days")
    )
    later = dated.replace("version: 1", "version: 2").replace("[..2023-12-31]", "[2024-01-01..]")
    (tmp_path / "2023.yaml").write_text(dated, "utf-8")
    (tmp_path / "2024.yaml").write_text(later, "utf-8")
    (tmp_path / "cases.yaml").write_text(ONE.replace("{days", "{day: 2024-05-01, days"), "utf-8")
    found = steelyard.test(tmp_path, engines=REFERENCE, coverage=True).coverage

    assert found is not None
    assert (found.total, found.covered) == (82, 19)
    assert {one.key.version for one in found.points if one.covered} == {"2"}


def test_it_is_told_in_both_languages_and_for_programs(tmp_path: Path) -> None:
    trial = steelyard.load(home(tmp_path, ONE, RULESET)).test(engines=REFERENCE, coverage=True)
    shown = render([trial], "text", "en")

    assert ": Relief: its condition is false" in shown
    assert "“agreed” alone decides, being true; “agreed” alone decides, being false" in shown
    assert ": Extra: the answer of row 2\n" in shown
    assert "tiny: coverage 46% (19 of 41)\n" in shown
    chinese = render([trial], "text", "zh")
    assert ": 放宽：条件不成立" in chinese
    assert "tiny：覆盖率 46%（41 项中的 19 项）\n" in chinese
    data = json.loads(render([trial], "json", "zh"))
    jsonschema.validate(data, steelyard.schema("test"))
    told = data["rulesets"][0]["coverage"]
    assert (told["covered"], told["total"], told["percent"], len(told["uncovered"])) == (19, 41, 46, 22)
    assert told["kinds"]["row"] == {"covered": 1, "total": 2}
    assert {"kind": "row", "of": "extra", "name": "加分", "text": "由第 2 行给出答案"}.items() <= next(
        one for one in told["uncovered"] if one["kind"] == "row"
    ).items()
    assert (
        "coverage" not in json.loads(render([steelyard.test(tmp_path, engines=REFERENCE)], "json", "en"))["rulesets"][0]
    )


def test_a_refusal_is_asked_for_only_where_the_indicator_applies(tmp_path: Path) -> None:
    guarded = RULESET.replace("    measure: days\n", "    only_if: not is_missing(least)\n    measure: days\n")
    found = _measured(tmp_path, ONE, guarded)

    assert not {one.key.kind for one in found.points} & {Kind.GRANTED, Kind.REFUSED}


def test_watching_changes_no_result(tmp_path: Path) -> None:
    trial = steelyard.test(home(tmp_path, ONE + MORE, RULESET), engines=REFERENCE)
    ruleset = trial.verdicts[0].version
    watching, plain = watched(ruleset, lambda *_: None), prepare(ruleset)

    cases = [one.case for one in trial.verdicts if isinstance(one.case, Case)]
    assert len(cases) == 4
    assert [run(watching, one).outcome for one in cases] == [run(plain, one).outcome for one in cases]


@pytest.mark.parametrize(
    ("only_if", "tried"),
    [
        ("agreed and big", {"condition_false 0", "atom_false 0"}),
        ("urgent or blocked", {"condition_true 0", "atom_true 0"}),
    ],
)
def test_the_condition_of_a_member_of_a_score_is_taken_apart(tmp_path: Path, only_if: str, tried: set[str]) -> None:
    head, _, tail = RULESET.partition("score: {method")
    rules = tail.partition("\n")[2].replace("grades: {A: 90, B: 50, C: 0}\n", "")
    rules = rules.replace("add: extra", "on: total, add: extra").replace("deduct: 5", "deduct: 5\n    on: total")
    score = f"scores:\n  total: {{of: [speed, calm], method: weighted_mean, round: 2, only_if: {{speed: {only_if}}}}}\n"
    found = _measured(tmp_path, ONE, head + score + rules)

    of_member = [one.key for one in found.points if one.key.of == "total" and one.key.member == "speed"]
    assert len(of_member) == 6
    covered = {one.key for one in found.points if one.covered}
    shown = {f"{one.kind.value} {one.place}" for one in of_member if one in covered}
    assert shown == tried


def test_the_page_shows_the_rulesets_own_text(tmp_path: Path) -> None:
    trial = steelyard.test(home(tmp_path, ONE, RULESET.replace("en: Relief", "en: <Relief>")), coverage=True)
    shown, chinese = render([trial], "html", "en"), render([trial], "html", "zh")

    lines = [one for one in shown.split("\n") if one.startswith("<tr")]
    assert len(lines) == len(RULESET.splitlines())
    written = RULESET.splitlines()
    band, when = written.index("  speed:"), written.index("    when: urgent and (big or agreed)")
    assert lines[band].startswith('<tr class="lacking">')
    assert "&lt;Relief&gt;: its condition is false; " in lines[when]
    assert "<Relief>" not in shown
    assert lines[written.index("      - {kind: hail, points: 5}")].startswith('<tr class="tried">')
    assert lines[1].startswith("<tr><td")
    assert "<h2>tiny: coverage 46% (19 of 41)</h2>" in shown.replace(str(tmp_path), "tiny")
    assert "<p>放宽：" in chinese
    (tmp_path / "ruleset.yaml").unlink()
    gone = render([trial], "html", "en")
    assert (gone.count("<tr"), f"<li>{tmp_path}/ruleset.yaml:" in gone) == (0, True)


def test_what_did_not_count_is_not_tried(tmp_path: Path) -> None:
    blocked = ONE.replace("blocked: false", "blocked: true")
    conditional = RULESET.replace("    measure: days\n", "    only_if: not blocked\n    measure: days\n")
    tried = _tried(_measured(tmp_path, blocked.replace("scored", "unscored"), conditional))
    assert "fired relief 0" in tried
    assert not tried & {"granted relief 0speed", "missing speed 0"}

    waived = RULESET.replace("{at_least: least}", "{waive: true}")
    assert "missing speed 0" not in _tried(_measured(tmp_path, ONE, waived))

    lifted = RULESET.replace("grants: {speed: {at_least: least}}", "grants: {deductions: [complaint]}")
    tried = _tried(_measured(tmp_path, ONE, lifted))
    assert not tried & {"fired complaint 0", "not_fired complaint 0"}


def test_a_row_that_another_may_come_before_does_not_count(tmp_path: Path) -> None:
    ruleset = RULESET.replace("inputs: {kind: kind}", "inputs: {kind: kind, big: big}")
    ruleset = ruleset.replace("{kind: hail, points", "{kind: hail, big: true, points")
    ruleset = ruleset.replace('flood", points', 'flood", big: "-", points')
    ruleset = ruleset.replace("extra.points > 0,", "extra.points > 0, unknown: ignore,")
    small, unknown = ONE.replace("big: true", "big: false"), ONE.replace("big: true, ", "")

    assert {"row extra 0", "row extra 1"} & _tried(_measured(tmp_path, ONE, ruleset)) == {"row extra 0"}
    assert {"row extra 0", "row extra 1"} & _tried(_measured(tmp_path, small, ruleset)) == {"row extra 1"}
    assert {"row extra 0", "row extra 1"} & _tried(_measured(tmp_path, unknown, ruleset)) == set()


def test_a_row_of_which_it_is_not_known_whether_it_belongs_does_not_count(tmp_path: Path) -> None:
    ruleset = RULESET.replace(
        "    of_case: id\n    id: number\n", "    joins: complaints.count = days\n    id: number\n"
    )
    ruleset = ruleset.replace("fields: {id: text,", 'fields: {count: {type: integer, range: "[0..99]"},')
    rows = ONE.replace("{number: 1, upheld", "{number: 1, count: 2, upheld").replace(
        "{number: 2,", "{number: 2, count: 3,"
    )
    known = _tried(_measured(tmp_path, rows, ruleset))
    unknown = _tried(_measured(tmp_path, rows.replace("days: 2, ", ""), ruleset))

    assert "condition_true complaint 0" in known
    assert "condition_false complaint 0" not in known
    assert not {one for one in unknown if one.startswith(("condition", "atom")) and "complaint" in one}
