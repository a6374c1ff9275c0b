"""What `steelyard new` writes passes `check`, and the commands that it prints work: in both languages."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.conftest import Done
from steelyard.analysis.check import load
from steelyard.cli.scaffold import files
from steelyard.ir.canonical import policy_digest
from steelyard.session.checking import check

Command = Callable[..., Done]


@pytest.mark.parametrize("name", ["my-policy", "我的-policy", "null", "yes", "NAME", "é_", "x" * 64])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_ruleset_has_no_finding(
    steelyard: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lang: str, name: str
) -> None:
    monkeypatch.chdir(tmp_path)

    assert 0 == steelyard("new", name, "--lang", lang).status
    assert files(name, lang).keys() == {path.name for path in Path(name).iterdir()}
    assert () == check(name)
    done = steelyard("check", name, "--lang", lang)
    assert (0, "") == (done.status, done.err)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_commands_that_are_printed_work(
    steelyard: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lang: str
) -> None:
    monkeypatch.chdir(tmp_path)
    printed = [shlex.split(line) for line in steelyard("new", "新-policy", "--lang", lang).out.splitlines()]

    assert ["check", "test", "evaluate", "explain"] == [words[1] for words in printed]
    for _, *words in printed:
        done = steelyard(*words, "--lang", lang)
        assert (0, True) == (done.status, bool(done.out)), done.err


def test_the_files_are_in_the_language_and_mean_the_same(
    steelyard: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    digests: set[str] = set()
    for lang in ("en", "zh"):
        (tmp_path / lang).mkdir()
        monkeypatch.chdir(tmp_path / lang)
        assert 0 == steelyard("new", "家财险", "--lang", lang).status
        place = Path("家财险", "without-columns.yaml")
        text = Path("家财险", "ruleset.yaml").read_text("utf-8")
        place.write_text(re.sub(r"(,|\n *) ?column: [^\n}]*", "", text), "utf-8")
        ruleset = load(str(place)).ruleset
        place.unlink()
        assert ruleset is not None
        digests.add(policy_digest(ruleset))
    assert 1 == len(digests)

    for file in Path("家财险").iterdir():
        prose = re.sub(r"\{[^{}]*\}|`[^`]*`|steelyard .*", "", file.read_text("utf-8"))
        said = [line.partition("#")[2] or (line if file.suffix == ".md" else "") for line in prose.splitlines()]
        assert [] == [line for line in said if re.search(r"[a-z]{3}.* [a-z]{3}", line)], file
    assert "案件号,报案时间" in Path("家财险", "cases.csv").read_text("utf-8")


def test_a_name_that_no_ruleset_can_have_is_refused(steelyard: Command, tmp_path: Path) -> None:
    done = steelyard("new", tmp_path / "_a")

    assert (2, []) == (done.status, list(tmp_path.iterdir()))
    assert "a name begins with a letter" in done.err
