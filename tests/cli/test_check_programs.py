"""`steelyard check` for programs: formats with their schemas, what is selected, standard input, folders."""

# pyright: basic

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import xmlschema
from sarif_pydantic import Sarif

from steelyard.analysis.sources import rulesets_in

SPARE = "\ndefine:\n  spare: rating  # 备用 %\n"
WRONG = "\ndefine:\n  wrong: ratin\n"
JUNIT = xmlschema.XMLSchema(Path(__file__).parents[1] / "junit.xsd")


@pytest.fixture
def folders(policy: Path) -> Path:
    """Three rulesets in folders: one clean, one with a warning, one with an error."""
    text = (policy / "ruleset.yaml").read_text("utf-8")
    top = policy.parent / "all rules"
    for name, more in (("clean", ""), ("spare", SPARE), ("in/wrong", WRONG), (".hidden", WRONG)):
        (top / name).mkdir(parents=True)
        (top / name / "ruleset.yaml").write_text(text + more, "utf-8")
    (top / "compose.yaml").write_text("services: {}\n", "utf-8")
    return top


def test_a_folder_stands_for_the_rulesets_below_it(folders: Path, steelyard) -> None:
    names = ["clean", "in/wrong", "spare"]

    assert rulesets_in(str(folders)) == [str(folders / one) for one in names]
    assert rulesets_in(str(folders / "clean")) == [str(folders / "clean")]
    assert rulesets_in("motor-small-claims") == ["motor-small-claims"]
    done = steelyard("check", folders)
    assert done.status == 1
    assert "rulesets checked: 3, errors: 1, warnings: 1" in done.out


def test_a_folder_without_a_ruleset_is_told(tmp_path: Path, steelyard) -> None:
    (tmp_path / "compose.yaml").write_text("services: {}\n", "utf-8")

    assert steelyard("check", tmp_path).status != 0


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_sarif(folders: Path, steelyard, lang: str) -> None:
    done = steelyard("check", folders, "--format", "sarif", "--lang", lang)
    (run,) = Sarif.model_validate_json(done.out).runs

    assert run.results is not None
    assert [(one.rule_id, one.level) for one in run.results] == [("N101", "error"), ("L101", "warning")]
    assert [one.id for one in run.tool.driver.rules or []] == ["L101", "N101"]
    place = json.loads(done.out)["runs"][0]["results"][1]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": (folders / "spare" / "ruleset.yaml").as_uri()}
    lines = (folders / "spare" / "ruleset.yaml").read_text("utf-8").split("\n")
    region = place["region"]
    assert lines[region["startLine"] - 1][region["startColumn"] - 1 : region["endColumn"] - 1] == "spare"


def test_relative_paths_of_sarif(folders: Path, steelyard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folders.parent)
    done = steelyard("check", "all rules/spare", "--format", "sarif")

    place = json.loads(done.out)["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "all%20rules/spare/ruleset.yaml", "uriBaseId": "%SRCROOT%"}


@pytest.mark.parametrize(("strict", "failures"), [((), 1), (("--strict",), 2)])
def test_junit(folders: Path, steelyard, strict: tuple[str, ...], failures: int) -> None:
    done = steelyard("check", folders, "--format", "junit", *strict)
    JUNIT.validate(done.out)

    assert done.out.count("<testcase ") == 3
    assert done.out.count("<failure ") == failures
    assert f'tests="3" failures="{failures}"' in done.out


def test_annotations_of_github(folders: Path, steelyard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folders.parent)
    (line,) = steelyard("check", "all rules/spare", "--format", "github").out.splitlines()

    where, said = line.removeprefix("::warning ").split("::")
    assert where.startswith("file=all rules/spare/ruleset.yaml,title=L101,line=")
    assert said == "the define `spare` is never used%0Ahelp: remove it, or use it in a rule"


def test_code_quality_of_gitlab(folders: Path, steelyard) -> None:
    found = json.loads(steelyard("check", folders, "--format", "gitlab").out)

    assert [(one["check_name"], one["severity"]) for one in found] == [("N101", "major"), ("L101", "minor")]
    assert len({one["fingerprint"] for one in found}) == 2
    assert all(one["location"]["lines"]["begin"] > 1 for one in found)


def test_nothing_found_in_every_format(policy: Path, steelyard) -> None:
    for form in ("json", "sarif", "junit", "github", "gitlab"):
        done = steelyard("check", policy, "--format", form)
        assert done.status == 0
        match form:
            case "junit":
                JUNIT.validate(done.out)
            case "github":
                assert done.out == ""
            case "sarif":
                Sarif.model_validate_json(done.out)
            case _:
                json.loads(done.out)


@pytest.mark.parametrize(
    ("words", "status", "codes"),
    [
        ((), 0, {"L101"}),
        (("--strict",), 1, {"L101"}),
        (("--strict", "--ignore", "L101"), 0, set()),
        (("--strict", "--ignore", "h1, L1"), 0, set()),
        (("--select", "H"), 0, set()),
        (("--select", "H,L101"), 0, {"L101"}),
        (("--ignore", "L9"), 2, set()),
        (("--ignore", "N101"), 2, set()),
    ],
)
def test_what_is_selected(folders: Path, steelyard, words: tuple[str, ...], status: int, codes: set[str]) -> None:
    done = steelyard("check", folders / "spare", "--format", "json", *words)

    assert done.status == status
    assert {one["code"] for one in json.loads(done.out or '{"diagnostics": []}')["diagnostics"]} == codes


def test_errors_are_told_whatever_is_selected(folders: Path, steelyard) -> None:
    done = steelyard("check", folders / "in", "--select", "L101", "--ignore", "N")

    assert done.status == 1
    assert "N101" in done.out


def test_standard_input(folders: Path, steelyard, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (folders / "spare" / "ruleset.yaml").read_bytes()
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(b"\xef\xbb\xbf" + text)))
    done = steelyard("check", "-", "--stdin-filename", "rules/new.yaml")

    assert done.status == 0
    assert "rules/new.yaml:" in done.out
    assert "|   spare: rating" in done.out
    assert steelyard("check", folders, "--stdin-filename", "a.yaml").status == 2
