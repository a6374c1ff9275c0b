"""Worked cases are read with places, run on every engine, compared exactly, and told in both languages."""

# pyright: basic

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import pytest
import xmlschema

import steelyard
from steelyard.diagnostics import Diagnostics, msg
from steelyard.resources import rulesets
from steelyard.session.testing import LAYOUTS, Trial, Untried, render, total, trials
from steelyard.source import read_yaml
from steelyard.trial.running import ENGINES
from unit.trial.policies import CASES, RULESET, home

REFERENCE = ("reference",)
SCHEMA = str(Path(__file__).parents[2] / "junit.xsd")
BAD = CASES.replace("score: 100.00 ", "score: 99.00 ").replace("has_fired: [upheld]", "not_fired: upheld")


def test_what_comes_out_as_expected_passes_on_every_engine(tmp_path: Path) -> None:
    trial = steelyard.test(home(tmp_path))

    assert (trial.passed, trial.failures, trial.engines, trial.unable) == (4, (), ENGINES, ())


def test_a_policy_tries_the_cases_of_its_folder_with_its_own_parameters(tmp_path: Path) -> None:
    home(tmp_path, CASES.replace('  set: {as_of: "2024-06-01T00:00"}\n', ""))

    assert steelyard.load(tmp_path, as_of="2024-06-01T00:00").test(engines=REFERENCE).passed == 4
    failed = steelyard.load(tmp_path, as_of="2024-06-01T00:00", limit="1h").test(engines=REFERENCE).failures
    assert [one.name for one in failed] == ["in-time", "late"]
    with pytest.raises(steelyard.UsageError, match="not loaded from a file"):
        steelyard.load(RULESET, as_of="2024-06-01T00:00").test()


def test_labels_and_columns_stand_for_ids(tmp_path: Path) -> None:
    text = (
        CASES.replace("given: {reported:", "given: {报案时间:")
        .replace("complaints:", "投诉:")
        .replace("upheld:", "属实:")
    )
    text = text.replace('rows: "属实:T1"', 'rows: "upheld:T1"').replace("属实]", "upheld]")

    assert steelyard.test(home(tmp_path, text), engines=REFERENCE).failures == ()
    twice = CASES.replace("given: {reported:", 'given: {报案时间: "2024-05-01T09:00", reported:', 1)
    with pytest.raises(steelyard.CasesError, match="`reported` is given twice: as `报案时间` and as `reported`"):
        steelyard.test(home(tmp_path, twice), engines=REFERENCE)


def test_only_what_is_stated_is_compared_and_a_difference_has_its_place(tmp_path: Path) -> None:
    trial = steelyard.test(home(tmp_path, BAD), engines=REFERENCE)

    assert [
        (one.name, each.name, each.expected, each.found, each.span.line + 1)
        for one in trial.failures
        for each in one.differences
    ] == [("in-time", "score", "99.00", "100.00", 7), ("late", "not_fired", "upheld", "", 17)]


@pytest.mark.parametrize(
    ("old", "new", "code", "place", "said", "hint"),
    [
        ("    grade: A", "    grad: A", "N101", "8:5", "there is no result `grad`", "did you mean `grade`?"),
        ("grade: A", "grade: E", "E151", "8:12", "one of `A`, `B`", ""),
        ("score: 85", "score: many", "E151", "17:19", "a number with at most 2 digits after the point", ""),
        ("score: 85", "score: 85.125", "E151", "17:19", "a number with at most 2 digits after the point", ""),
        ("[upheld]", "[uphold]", "E151", "17:46", "one of `upheld`", "did you mean `upheld`?"),
        ("score: 85", "score: [85]", "E151", "17:19", "a single value", "write the value without `[]`"),
        ("[S1, C1]", "[S1, C2]", "E151", "17:65", "one of ", "did you mean `C1`?"),
        ('version: ""', "version: 2", "E151", "21:72", "one of `1`", ""),
        ("measure: 24h", "measure: 24", "E151", "9:22", "a length of time such as `1h30min`", ""),
        ("  expect: {status", "  expects: {status", "M101", "21:3", "unknown key `expects`", "did you mean `expect`?"),
        ("line: fire", "lines: fire", "N101", "5:67", "there is no input `lines`", "did you mean `line`?"),
        ("complaints:", "complaintss:", "N101", "16:10", "there is no relation", "did you mean `complaints`?"),
        ("number: T1", "nummer: T1", "N101", "16:24", "there is no field `nummer`", "did you mean `number`?"),
        ("{as_of:", "{asof:", "N101", "4:9", "there is no parameter `asof`", "did you mean `as_of`?"),
        ('"2024-06-01T00:00"', "soon", "T109", "4:16", "", ""),
        ("- case: late", "- case: in-time", "E152", "13:9", "two cases are named `in-time`", "name each case"),
    ],
)
def test_what_is_wrong_with_the_file_has_a_place_and_a_hint(
    tmp_path: Path, old: str, new: str, code: str, place: str, said: str, hint: str
) -> None:
    with pytest.raises(steelyard.CasesError) as raised:
        steelyard.test(home(tmp_path, CASES.replace(old, new, 1)), engines=REFERENCE)

    found = {one.code: one for one in raised.value.diagnostics}
    assert code in found, found
    assert f"{tmp_path}/cases.yaml:{place}" == str(found[code].span)
    assert said in str(found[code].headline)
    assert hint in str(found[code].help or "")


@pytest.mark.parametrize(
    "text", ["", "[]\n", "# nothing\n", "- a\n- b\n", "a: b\n", "- case: x\n\tgiven: {}\n", "- case: x\n"]
)
def test_a_file_that_holds_no_cases_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(steelyard.CasesError):
        steelyard.test(home(tmp_path, text), engines=REFERENCE)


def test_a_parameter_without_a_value_is_told_at_the_case(tmp_path: Path) -> None:
    text = CASES.replace('  set: {as_of: "2024-06-01T00:00"}\n', "", 1)

    with pytest.raises(steelyard.CasesError) as raised:
        steelyard.test(home(tmp_path, text), engines=REFERENCE)

    assert [(one.code, str(one.span)) for one in raised.value.diagnostics] == [("E130", f"{tmp_path}/cases.yaml:2:9")]


def test_cases_are_picked_by_parts_of_names_and_patterns(tmp_path: Path) -> None:
    home(tmp_path)

    for names, ran in ((["late"], 1), (["*e*"], 4), (["in-", "ref*"], 2)):
        trial = steelyard.test(tmp_path, names=names, engines=REFERENCE)
        assert (len(trial.verdicts), trial.left_out) == (ran, 4 - ran)
    with pytest.raises(steelyard.UsageError, match=r"did you mean `late`\?"):
        steelyard.test(tmp_path, names=["latte"], engines=REFERENCE)


def test_an_engine_that_does_not_give_a_result_leaves_it_uncompared(tmp_path: Path) -> None:
    trial = steelyard.test(home(tmp_path, BAD), engines=["sql"])

    assert [one.uncompared for one in trial.verdicts] == [("late",), ("late",), (), ()]
    assert [one.name for one in trial.failures] == ["in-time", "late"]
    with pytest.raises(steelyard.EngineError, match="there is no engine `rete`"):
        steelyard.test(tmp_path, engines=["rete"])


def test_an_engine_that_cannot_run_the_ruleset_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wide = RULESET.replace(
        "  due: {value", "  wide: {value: huge * huge * huge * huge * huge * huge * huge}\n  due: {value"
    ).replace("    line: {", "    huge: {type: integer, optional: true}\n    line: {")
    monkeypatch.setattr("steelyard.engines.durable.available", lambda: msg("it is not installed"))
    trial = steelyard.test(home(tmp_path, ruleset=wide))

    assert (trial.passed, trial.engines, [one.engine for one in trial.unable]) == (
        4,
        ("reference",),
        ["durable", "sql"],
    )
    said = render([trial], "text", "en")
    assert "not run on durable: it is not installed\n" in said
    assert "not run on sql: a number of this ruleset may need more than 128 bits" in said
    with pytest.raises(steelyard.EngineError, match="not installed"):
        steelyard.test(tmp_path, engines=["durable"])


def test_what_engines_disagree_about_is_a_failure_that_shows_both(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from steelyard.engines.durable import DurableEngine
    from steelyard.engines.reference import ReferenceEngine

    softer = steelyard.load(RULESET.replace("deduct: 10,", "deduct: 9,"), as_of="2024-06-01T00:00")
    monkeypatch.setattr(
        DurableEngine, "compile", lambda _, ruleset, found: ReferenceEngine().compile(softer._versions.newest, found)
    )
    trial = steelyard.test(home(tmp_path), engines=["reference", "durable"])

    (failure,) = trial.failures
    assert (failure.name, failure.differences) == ("late", ())
    assert ("score", "85.00", "86.00") in [
        (one.name, one.first_found, one.second_found) for one in failure.contradictions
    ]
    said = render([trial], "text", "en")
    assert "the engines disagree about `score`: reference says 85.00, durable says 86.00" in said
    assert "disagreement" in render([trial], "junit", "en")
    before = (tmp_path / "cases.yaml").read_text("utf-8")
    steelyard.test(tmp_path, engines=["reference", "durable"], update=True)
    assert before == (tmp_path / "cases.yaml").read_text("utf-8")


@pytest.mark.parametrize(
    ("lang", "parts"),
    [
        (
            "en",
            [
                "Paid in time",
                "result  expected  found   place in the file\n  score   99.00     100.00  7:12",
                "100.00  final score",
                "Upheld complaint\n    ",
                "2 failed (reference)",
            ],
        ),
        ("zh", ["未通过", "按时支付", "应为", "得分明细", "属实投诉", "2 个未通过（reference）"]),
    ],
)
def test_a_failure_is_told_with_what_explains_it(tmp_path: Path, lang: str, parts: list[str]) -> None:
    said = render([steelyard.test(home(tmp_path, BAD), engines=REFERENCE)], "text", lang)

    assert [] == [part for part in parts if part not in said], said


def test_a_value_that_cannot_be_read_is_told_with_its_place(tmp_path: Path) -> None:
    text = CASES.replace('paid: "2024-05-02T09:00"', "paid: soon").replace(
        "number: T2, upheld: false", "number: T2, upheld: so"
    )
    said = render([steelyard.test(home(tmp_path, text), engines=REFERENCE)], "text", "en")

    assert "paid: expected a date and time" in said
    assert f"{tmp_path}/cases.yaml:5:41\n" in said
    assert f"{tmp_path}/cases.yaml:16:64\n" in said


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_kind_of_failure_of_a_shipped_policy_is_explained(tmp_path: Path, lang: str) -> None:
    shipped = rulesets() / "motor-small-claims"
    changed = (shipped / "ruleset.yaml").read_text("utf-8").replace("value: 24h", "value: 26h")
    folder = home(tmp_path, (shipped / "cases.yaml").read_text("utf-8"), changed)
    said = render([steelyard.test(folder, names=["storm", "open", "unscored"], engines=REFERENCE)], "text", lang)

    for part in {"en": ("target relaxed by 12 h to 38 h", "over the target of 26 h"), "zh": ("26 小时",)}[lang]:
        assert part in said, said


def test_json_and_junit_keep_to_their_schemas(tmp_path: Path) -> None:
    tried = [steelyard.test(home(tmp_path, BAD)), steelyard.test("claims-efficiency", engines=REFERENCE)]

    for lang in ("en", "zh"):
        found = json.loads(render(tried, "json", lang))
        jsonschema.validate(found, steelyard.schema("test"))
        assert (found["failed"], found["rulesets"][0]["cases"][0]["differences"][0]["line"]) == (2, 7)
        text = render(tried, "junit", lang)
        xmlschema.XMLSchema(SCHEMA).validate(text)
        root = ET.fromstring(text)
        assert (root.get("tests"), root.get("failures"), len(root.findall(".//failure"))) == ("15", "2", 2)
    assert LAYOUTS == ("text", "json", "junit", "html")


def test_shipped_cases_keep_to_the_schema() -> None:
    validator = jsonschema.Draft202012Validator(steelyard.schema("cases"))
    for file in sorted(rulesets().glob("*/cases.yaml")):
        node = read_yaml(file.read_text("utf-8"), file.name, Diagnostics())
        assert node is not None
        assert [] == [one.message for one in validator.iter_errors(plain(node))]
    assert not validator.is_valid([{"case": "a"}])
    assert not validator.is_valid([{"case": "a", "expect": {"score": 1}, "expects": {}}])


def plain(node: object) -> Any:
    """Nodes as an editor's JSON has them, every scalar as text, nothing as null."""
    if isinstance(node, dict):
        return {str(key): plain(value) for key, value in node.items()}
    if isinstance(node, tuple):
        return [plain(item) for item in node]
    return str(node) or None


def test_several_rulesets_are_tried_and_one_that_is_broken_does_not_stop_the_others(tmp_path: Path) -> None:
    for name, ruleset in (("a", RULESET), ("b", RULESET.replace("weight: 1", "weigh: 1")), ("c", RULESET)):
        (tmp_path / name).mkdir()
        home(tmp_path / name, ruleset=ruleset)
    (tmp_path / "notes").mkdir()

    found = list(trials([str(tmp_path)]))
    assert [type(one).__name__ for one in found] == ["Trial", "Untried", "Trial"]
    untried = [one for one in found if isinstance(one, Untried)]
    tried = [one for one in found if isinstance(one, Trial)]
    told = json.loads(render(tried, "json", "zh", untried))
    jsonschema.validate(told, steelyard.schema("test"))
    assert told["untried"][0]["diagnostics"][0]["code"] == "M101"
    text = render(tried, "junit", "zh", untried)
    xmlschema.XMLSchema(SCHEMA).validate(text)
    assert (ET.fromstring(text).get("failures"), "weigh" in text) == ("1", True)
    assert "not tried: " in str(total(tried, untried))
    names = [str(tmp_path / "a" / name) for name in ("cases.yaml", "ruleset.yaml")]
    assert [one.ruleset for one in trials(names)] == names[1:]
    with pytest.raises(steelyard.UsageError):
        list(trials([str(tmp_path / "a"), str(tmp_path / "c")], cases=str(tmp_path / "a" / "cases.yaml")))


def test_a_large_file_is_tried_in_a_moment(tmp_path: Path) -> None:
    cases = "".join(
        f"- case: c{n}\n  given: {{reported: '2024-05-01T09:00', line: fire}}\n  expect: {{score: 0}}\n"
        for n in range(300)
    )
    began = time.monotonic()

    assert steelyard.load(home(tmp_path, cases), as_of="2024-07-01T00:00").test(engines=REFERENCE).passed == 300
    assert time.monotonic() - began < 10
