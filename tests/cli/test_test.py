"""`steelyard test`: statuses, the last line, what failed last time."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.conftest import Done
from unit.trial.policies import CASES, RULESET, home

Command = Callable[..., Done]
BAD = CASES.replace("score: 85,", "score: 12,")


def test_the_status_says_whether_all_came_out(steelyard: Command, tmp_path: Path) -> None:
    home(tmp_path)
    done = steelyard("test", tmp_path, "--engine", "reference")
    assert (done.status, done.err) == (0, "")
    assert re.fullmatch(r".*: 4 passed \(reference\)\n4 passed in \d+\.\d s\n", done.out)

    home(tmp_path, BAD)
    done = steelyard("test", tmp_path, "--engine", "reference")
    assert done.status == 1
    assert re.search(r"\n3 passed, 1 failed in \d+\.\d s\n$", done.out)

    home(tmp_path, "")
    assert steelyard("test", tmp_path, "--engine", "reference").status == 2
    (tmp_path / "cases.yaml").unlink()
    done = steelyard("test", tmp_path)
    assert (done.status, "there is no file" in done.err) == (2, True)
    home(tmp_path, ruleset=RULESET.replace("weight: 1", "weigh: 1"))
    assert steelyard("test", tmp_path).status == 1


def test_what_failed_last_time_is_run_again(
    steelyard: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    home(tmp_path, BAD)
    words = ("test", tmp_path, "--engine", "reference")

    assert "no case failed last time" in steelyard(*words, "--failed").err
    assert "\n0 passed, 1 failed" in steelyard(*words, "--failed").out
    assert "\n1 passed" in steelyard(*words, "--filter", "in-time").out
    assert steelyard(*words, "--failed", "--update").status == 1
    assert "\n1 passed in" in steelyard(*words, "--failed").out
    assert "no case failed last time" in steelyard(*words, "--failed").err
    home(tmp_path, BAD)
    steelyard(*words)
    done = steelyard(*words, "claims-efficiency", "--failed")
    assert ("\n0 passed, 1 failed" in done.out, "claims-efficiency" in done.out) == (True, False)
    home(tmp_path)
    steelyard(*words)
    assert ["cache"] == [one.name for one in tmp_path.iterdir() if one.is_dir()]
    (kept,) = (tmp_path / "cache").rglob("*.json")
    kept.write_text("[", "utf-8")
    assert steelyard(*words, "--failed").status == 0


def test_programs_get_one_document_for_all_rulesets(steelyard: Command, tmp_path: Path) -> None:
    home(tmp_path, BAD)
    for form, begin in (("json", "{"), ("junit", "<?xml")):
        done = steelyard("test", "claims-efficiency", tmp_path, "--engine", "reference", "--format", form)
        assert (done.status, done.out.startswith(begin), done.err) == (1, True, "")
        assert "claims-efficiency" in done.out


def test_a_misspelt_name_is_told(steelyard: Command) -> None:
    done = steelyard(
        "test", "claims-efficiency", "--filter", "survey-26-hour*x", "--engine", "reference", "--lang", "zh"
    )

    assert (done.status, done.out) == (2, "")
    assert "没有名称含" in done.err


def test_coverage_is_told_and_can_be_asked_for(steelyard: Command, tmp_path: Path) -> None:
    words = ("test", home(tmp_path), "--engine", "reference", "--filter", "in-time")

    assert ": coverage" not in steelyard(*words).out
    told = steelyard(*words, "--coverage")
    share = re.search(r": coverage (\d+)% \((\d+) of (\d+)\)\n", told.out)
    assert (told.status, told.err, share is not None) == (0, "", True)
    assert share is not None
    percent = int(share[1])
    assert (percent < 100, percent) == (True, 100 * int(share[2]) // int(share[3]))
    assert steelyard(*words, "--fail-under", percent).status == 0
    failed = steelyard(*words, "--fail-under", percent + 1)
    assert (failed.status, f"is under {percent + 1}%" in failed.err) == (1, True)
    assert steelyard(*words, "--fail-under", 101).status == 2


def test_too_few_changes_noticed_give_status_1(steelyard: Command, tmp_path: Path) -> None:
    home(tmp_path)
    command = ("test", tmp_path, "--engine", "reference", "--mutate")

    done = steelyard(*command)
    assert (done.status, done.err) == (0, "")
    killed, counted = map(int, re.findall(r"killed (\d+) of (\d+) small changes", done.out)[0])
    assert 0 < killed < counted
    assert steelyard(*command, "--fail-under", 100 * killed // counted).status == 0
    assert steelyard(*command, "--fail-under", 100 * killed // counted + 1).status == 1
