"""The API for single cases: loading, results, mistakes of the caller."""
# ruff: noqa: DTZ001 - a datetime without a zone is local to the ruleset

from __future__ import annotations

import copy
import json
import pickle
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import StrEnum
from pathlib import Path

import pytest

import steelyard
from steelyard import InputError, Policy, PolicyError, UsageError

CHINA = timezone(timedelta(hours=8))
GIVEN = {
    "claim_id": "A1",
    "reported_at": datetime(2024, 3, 4, 9),
    "accepted_at": datetime(2024, 3, 4, 10, 30, tzinfo=CHINA),
    "surveyed_at": "2024-03-05 12:30",
    "decided_at": datetime(2024, 3, 5, 18, 30, tzinfo=UTC),
    "paid_at": datetime(2024, 3, 6, 3, 30),
    "accuracy_rate": 0.9,
}
"""26 hours for the survey and 90 of 98 percent: 90 and 91.84 points."""
MOTOR = {
    "claim_id": "A1",
    "branch": "中心城区",
    "region": "310151",
    "withdrawn": False,
    "reported_at": "2013-10-07 21:26:36",
    "accepted_at": "2013-10-07 22:50:25",
    "surveyed_at": "2013-10-10 03:12:00",
    "decided_at": "2013-10-11 01:42:08",
    "paid_at": "2013-10-11 02:44:14",
    "gps_recorded": True,
    "accuracy_rate": Decimal("0.9031"),
    "rating": None,
    "staff_misconduct": False,
}
STORM = {
    "event_id": "W1",
    "kind": "typhoon",
    "level": "orange",
    "areas": ["310000"],
    "starts": datetime(2013, 10, 7, 20),
    "ends": datetime(2013, 10, 9, 20),
    "headline": "typhoon",
    "source": "bureau",
}
MONTH = {
    "branch": "中心城区",
    "month": "2013-10",
    "claims": 500,
    "complaints_per_thousand": Decimal("4.6"),
    "survey_coverage": 0.45,
    "one_time_resolution": "92%",
}
"""The month of the branch, without which the ruleset rejects a claim."""
SEVERAL = """\
steelyard: 1
ruleset: several
version: 1
timezone: UTC
case:
  key: id
  inputs:
    id: text
    days_open: days
    at: datetime
    amount: {type: decimal(2), range: "[0..100]"}
    kind: {type: text, values: [a, b]}
indicators:
  first: {measure: amount, score: measure, baseline: 100, weight: 1}
  second: {measure: amount, score: measure, baseline: 100, weight: 1}
scores:
  one: {method: weighted_mean, of: [first], clamp: "[0..100]", grades: {A: 50, B: 0}}
  two: {method: weighted_mean, of: [first, second]}
outputs:
  later: {value: at + 1h}
  day: {value: date(at)}
  open_for: {value: days_open}
"""


@pytest.fixture(scope="module")
def efficiency() -> Policy:
    return steelyard.load("claims-efficiency")


@pytest.fixture(scope="module")
def motor() -> Policy:
    return steelyard.load("motor-small-claims", as_of=datetime(2013, 12, 31))


@pytest.fixture(scope="module")
def several() -> Policy:
    return steelyard.load(SEVERAL)


def no_rows(motor: Policy) -> dict[str, list[dict[str, object]]]:
    return {**{name: [] for name in motor.relations}, "branch_month": [MONTH]}


def test_a_result_has_python_types(efficiency) -> None:
    result = efficiency.evaluate(GIVEN)

    assert (result.key, result.status, result.grade) == ("A1", "scored", None)
    assert str(result.score) == "96.37"
    survey = result.indicators["survey"]
    assert (survey.measure, survey.target) == (timedelta(hours=26), timedelta(hours=24))
    assert (str(survey.score), survey.share, str(survey.lost), survey.waived) == ("90.00", 2, "2.000000", None)
    assert str(result.indicators["accuracy"].measure) == "0.9000"
    assert result.denominator == 10
    assert result.reasons == ("S2", "Q1")
    assert list(result.indicators) == ["acceptance", "survey", "decision", "payment", "accuracy"]
    assert repr(result) == "<Result A1: scored 96.37>"


def test_a_ledger_re_adds_to_the_score(efficiency) -> None:
    lines = efficiency.evaluate(GIVEN).ledger

    assert [line.kind for line in lines][:2] == ["opening", "lost"]
    assert lines[-1].kind == "final"
    assert (
        lines[-1].amount == sum(line.amount for line in lines if line.kind not in {"base", "final"}) == Decimal("96.37")
    )


def test_a_policy_tells_what_it_is(motor) -> None:
    assert (motor.id, motor.versions, motor.version) == ("motor-small-claims", ("2013.4",), "2013.4")
    assert len(motor.digest) == 64
    assert motor.parameters["as_of"] == datetime(2013, 12, 31, tzinfo=CHINA)
    assert motor.inputs["reported_at"].required
    assert motor.inputs["region"].column == "出险地区划代码"
    assert set(motor.relations["weather"]) >= {"event_id", "areas", "starts"}
    assert motor.titles["zh"] != motor.title
    assert repr(motor) == "<Policy motor-small-claims 2013.4>"


def test_rows_of_relations_take_part(motor) -> None:
    calm = motor.evaluate(MOTOR, relations=no_rows(motor))
    storm = motor.evaluate(MOTOR, relations={**no_rows(motor), "weather": [STORM]})

    assert "W1" in {row for rows in storm.fired.values() for row in rows}
    assert calm.score is not None
    assert storm.score is not None
    assert storm.score > calm.score


def test_a_row_without_the_key_of_the_case_belongs_to_it(motor) -> None:
    complaint = {"complaint_id": "T1", "upheld": True}
    own = {**no_rows(motor), "complaints": [complaint]}
    named = {**no_rows(motor), "complaints": [{**complaint, "claim_id": "A1"}]}

    assert motor.evaluate(MOTOR, own) == motor.evaluate(MOTOR, named)
    assert motor.evaluate(MOTOR, own) != motor.evaluate(MOTOR, no_rows(motor))


def test_rows_of_other_cases_are_left_out_and_said(motor) -> None:
    other = {"complaint_id": "T1", "upheld": True, "claim_id": "B"}
    result = motor.evaluate(MOTOR, {**no_rows(motor), "complaints": [other]})

    assert result.score == motor.evaluate(MOTOR, no_rows(motor)).score
    assert result.warnings == ("1 row of `complaints` matches no case",)


def test_a_bad_row_of_a_feed_is_left_out_and_said(motor) -> None:
    result = motor.evaluate(MOTOR, {**no_rows(motor), "weather": [{**STORM, "level": "purple"}]})

    assert result.status == "scored"
    (warning,) = result.warnings
    assert "weather.level" in warning


def test_a_bad_row_of_the_case_rejects_it(motor) -> None:
    bad = {"complaint_id": "T1", "upheld": "perhaps"}
    rejection = motor.evaluate(MOTOR, {**no_rows(motor), "complaints": [bad]}).rejection

    assert rejection is not None
    assert (rejection.where, rejection.value, rejection.row) == ("complaints.upheld", "perhaps", 1)


@pytest.mark.parametrize(
    ("changed", "where", "value", "hint"),
    [
        ({"accuracy_rate": None}, "accuracy_rate", "", None),
        ({"accuracy_rate": "98"}, "accuracy_rate", "98", "write `98%` or `0.98`"),
        ({"accuracy_rate": 0.1 + 0.2}, "accuracy_rate", "0.30000000000000004", None),
        ({"accuracy_rate": float("nan")}, "accuracy_rate", "nan", None),
        ({"accuracy_rate": Decimal("NaN")}, "accuracy_rate", "NaN", None),
        ({"accuracy_rate": Decimal("1E+400000")}, "accuracy_rate", "1E+400000", None),
        ({"accuracy_rate": 10**5000}, "accuracy_rate", "9" * 61, None),
        ({"accuracy_rate": [1]}, "accuracy_rate", "", None),
        ({"paid_at": GIVEN["reported_at"]}, "paid_at", "2024-03-04 09:00:00", None),
        ({"paid_at": "2024-03-06"}, "paid_at", "2024-03-06", "add the time of day: `2024-03-06 09:00`"),
        ({"reported_at": datetime(2012, 1, 1)}, "reported_at", "2012-01-01 00:00:00", None),
        ({"claim_id": ""}, "claim_id", "", None),
        ({"claim_id": "\ud800"}, "claim_id", "\\ud800", None),
    ],
)
def test_what_a_file_would_reject_is_rejected(efficiency, changed, where, value, hint) -> None:
    result = efficiency.evaluate({**GIVEN, **changed})

    assert (result.status, result.score, result.scores, result.ledger) == ("rejected", None, {}, ())
    rejection = result.rejection
    assert (rejection.where, rejection.value) == (where, value)
    if hint is not None:
        assert rejection.hint == hint


def test_a_local_time_that_the_clocks_showed_twice_is_rejected() -> None:
    policy = steelyard.load(SEVERAL.replace("UTC", "America/New_York"))
    given = {"id": "1", "days_open": 1, "amount": 1, "kind": "a"}

    twice = policy.evaluate({**given, "at": datetime(2024, 11, 3, 1, 30, fold=1)})
    skipped = policy.evaluate({**given, "at": datetime(2024, 3, 10, 2, 30)})
    told = policy.evaluate({**given, "at": datetime(2024, 11, 3, 6, 30, tzinfo=UTC)})

    assert "twice" in twice.rejection.hint
    assert "skipped" in skipped.rejection.hint
    assert told.outputs["later"] == datetime(2024, 11, 3, 7, 30, tzinfo=UTC)
    assert told.outputs["later"].utcoffset() == timedelta(hours=-5)


class Kind(StrEnum):
    A = "a"


def test_several_scores_are_read_by_name(several) -> None:
    result = several.evaluate({"id": 7, "days_open": 15, "at": "2024-01-31T23:30Z", "amount": 61.5, "kind": Kind.A})

    assert {name: (str(one.score), one.grade) for name, one in result.scores.items()} == {
        "one": ("61.50", "A"),
        "two": ("61.50", None),
    }
    assert [share.share for share in result.scores["two"].shares] == [1, 1]
    assert dict(result.outputs) == {
        "later": datetime(2024, 2, 1, 0, 30, tzinfo=UTC),
        "day": date(2024, 1, 31),
        "open_for": 15,
    }
    with pytest.raises(UsageError, match="`one`, `two`"):
        _ = result.score


@pytest.mark.parametrize(
    ("inputs", "relations", "name", "words"),
    [
        ({**MOTOR, "brunch": "x"}, {}, "brunch", "perhaps `branch`"),
        ({**MOTOR, 3: "x"}, {}, "3", "a name, as text"),
        ({**MOTOR, "branch": b"x"}, {}, "branch", "a text"),
        ({**MOTOR, "branch": {"x"}}, {}, "branch", "a text"),
        ({**MOTOR, "paid_at": datetime(2024, 1, 1).time()}, {}, "paid_at", "a datetime"),
        (["x"], {}, "", "a mapping of inputs"),
        (MOTOR, {"weather": None}, "weather", "`[]`"),
        (MOTOR, {"weather": STORM}, "weather", "`[]`"),
        (MOTOR, {"weather": ["x"]}, "weather", "each a mapping"),
        (MOTOR, {"weathr": []}, "weathr", "perhaps `weather`"),
        (MOTOR, {"weather": [{**STORM, "levle": "red"}]}, "weather.levle", "perhaps `level`"),
        (MOTOR, {"weather": [{**STORM, "level": object}]}, "weather.level", "a text"),
    ],
)
def test_mistakes_of_the_caller_raise(motor, inputs, relations, name, words) -> None:
    with pytest.raises(InputError) as caught:
        motor.evaluate(inputs, {**no_rows(motor), **relations})

    assert caught.value.name == name
    assert words in str(caught.value)
    assert isinstance(caught.value, steelyard.SteelyardError)


def test_every_relation_must_be_given(motor) -> None:
    with pytest.raises(InputError, match="weather"):
        motor.evaluate(MOTOR)


def test_parameters_are_given_in_three_ways() -> None:
    wanted = timedelta(hours=36)

    for more in ({"survey_target": wanted}, {"parameters": {"survey_target": "36h"}}):
        policy = steelyard.load("motor-small-claims", as_of="2024-06-01T00:00", **more)
        assert policy.parameters["survey_target"] == wanted


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "`as_of` has no value"),
        ({"as_of": "soon"}, "`as_of` is “soon”, expected a datetime"),
        ({"as_of": datetime(2024, 6, 1), "as_off": 1}, "`as_off` is “1”"),
        ({"as_of": datetime(2024, 6, 1), "parameters": {"as_of": "2024-06-01T00:00"}}, "given twice"),
        ({"as_of": b"2024"}, "a timedelta"),
    ],
)
def test_wrong_parameters_raise(given, words) -> None:
    with pytest.raises(UsageError, match=words):
        steelyard.load("motor-small-claims", **given)


@pytest.mark.parametrize("ruleset", ["no-such-ruleset", "steelyard: 1\nruleset: x\n", "a: [\n"])
def test_a_ruleset_with_errors_raises_its_diagnostics(ruleset) -> None:
    with pytest.raises(PolicyError) as caught:
        steelyard.load(ruleset)

    assert caught.value.diagnostics


VERSION = """\
steelyard: 1
ruleset: dated
version: {version}
effective: "{effective}"
timezone: UTC
case: {{key: id, reference_date: on, inputs: {{id: text, on: date, x: {{type: integer, range: "[0..9]"}}}}}}
indicators:
  only: {{measure: x * {version}, score: measure, baseline: 9}}
score: {{method: sum, round: 0}}
"""


def load_versions(folder: Path) -> Policy:
    for version, effective in (("1", "[2024-01-01..2025-01-01)"), ("2", "[2025-01-01..)")):
        (folder / f"{version}.yaml").write_text(VERSION.format(version=version, effective=effective), "utf-8")
    return steelyard.load(folder)


def test_the_reference_date_chooses_the_version(tmp_path) -> None:
    policy = load_versions(tmp_path)

    assert policy.versions == ("1", "2")
    assert [policy.evaluate({"id": "A", "on": on, "x": 1}).version for on in (date(2024, 12, 31), "2025-01-01")] == [
        "1",
        "2",
    ]
    assert [str(policy.evaluate({"id": "A", "on": on, "x": 1}).score) for on in ("2024-12-31", "2025-01-01")] == [
        "1",
        "2",
    ]
    early = policy.evaluate({"id": "A", "on": "2023-12-31", "x": 1}).rejection
    assert (early.where, early.value) == ("on", "2023-12-31")
    assert "from 2024-01-01 on" in early.expected
    assert set(policy.digests) == {"1", "2"}
    assert policy.digest == policy.digests["2"]


def test_results_and_policies_can_be_pickled_and_copied(motor) -> None:
    result = motor.evaluate(MOTOR, {**no_rows(motor), "weather": [STORM]})
    _ = result.scores, result.indicators, result.families, result.outputs

    again = pickle.loads(pickle.dumps(result))

    assert again == result
    assert again.explain("zh").text() == result.explain("zh").text()
    assert pickle.loads(pickle.dumps(motor)).evaluate(MOTOR, no_rows(motor)) == motor.evaluate(MOTOR, no_rows(motor))
    assert copy.deepcopy(result.scores["score"]) == result.scores["score"]


def test_an_explanation_has_four_formats(efficiency) -> None:
    explanation = efficiency.evaluate(GIVEN).explain("zh")

    assert "查勘定损时效" in explanation.text()
    assert explanation.html().startswith("<!DOCTYPE html>") or "<html" in explanation.html()
    assert explanation.markdown() != explanation.text() == str(explanation)
    assert json.loads(json.dumps(explanation.data())) == explanation.data()
    assert explanation._repr_html_().startswith("<iframe srcdoc=")
    assert "<html" not in explanation._repr_html_()
    assert efficiency.evaluate(GIVEN)._repr_html_().startswith("<iframe")


def test_a_rejected_case_is_explained(efficiency) -> None:
    text = efficiency.evaluate({**GIVEN, "accuracy_rate": "98"}).explain().text()

    assert "98" in text
    assert "2024-03-04 10:30:00" in text


def test_an_explanation_is_of_the_own_policy(efficiency, several) -> None:
    with pytest.raises(UsageError, match="another policy"):
        several.explain(efficiency.evaluate(GIVEN))
    with pytest.raises(UsageError, match="`fr`"):
        efficiency.evaluate(GIVEN).explain("fr")


def test_a_result_as_a_dict_is_a_line_of_the_results(efficiency) -> None:
    found = efficiency.evaluate(GIVEN).to_dict()
    rejected = efficiency.evaluate({**GIVEN, "accuracy_rate": "98"}).to_dict()

    assert (found["claim_id"], found["score"], found["survey.measure"]) == ("A1", "96.37", "PT26H")
    assert (rejected["status"], rejected["where"], rejected["hint"]) == (
        "rejected",
        "accuracy_rate",
        "write `98%` or `0.98`",
    )
    assert json.loads(json.dumps([found, rejected])) == [found, rejected]


def test_engines_of_a_case(efficiency) -> None:
    with pytest.raises(steelyard.EngineError, match="`sql`"):
        efficiency.evaluate(GIVEN, engine="sql")


def test_importing_the_package_imports_nothing_else() -> None:
    code = "import sys, steelyard; print([name for name in sys.modules if name.startswith('steelyard.')])"

    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
    assert {"load", "Policy", "Result"} <= set(dir(steelyard))
    with pytest.raises(AttributeError):
        _ = steelyard.no_such_name  # type: ignore[attr-defined]
    assert all(getattr(steelyard, name) for name in steelyard.__all__)


def test_the_text_of_an_error_has_its_hints() -> None:
    with pytest.raises(UsageError) as caught:
        steelyard.export_table("motor-small-claims", "storm_releif")

    assert "the ruleset has no table `storm_releif`; did you mean `storm_relief`?" == str(caught.value)
