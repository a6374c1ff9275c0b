"""What `steelyard new` writes passes `check`, and the commands that it prints work: in both languages."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.conftest import Done
from steelyard.cli.scaffold import FILES
from steelyard.session.checking import check

Command = Callable[..., Done]


@pytest.mark.parametrize("name", ["my-policy", "我的-policy", "null", "yes", "NAME", "é_", "x" * 64])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_ruleset_has_no_finding(
    steelyard: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lang: str, name: str
) -> None:
    monkeypatch.chdir(tmp_path)

    assert 0 == steelyard("new", name, "--lang", lang).status
    assert FILES.keys() == {path.name for path in Path(name).iterdir()}
    assert () == check(name)
    done = steelyard("check", name, "--lang", lang)
    assert (0, "") == (done.status, done.err)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_commands_that_are_printed_work(
    steelyard: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lang: str
) -> None:
    monkeypatch.chdir(tmp_path)
    printed = [shlex.split(line) for line in steelyard("new", "新-policy", "--lang", lang).out.splitlines()]

    assert ["check", "evaluate", "explain"] == [words[1] for words in printed]
    for _, *words in printed:
        done = steelyard(*words, "--lang", lang)
        assert (0, True) == (done.status, bool(done.out)), done.err


def test_a_name_that_no_ruleset_can_have_is_refused(steelyard: Command, tmp_path: Path) -> None:
    done = steelyard("new", tmp_path / "_a")

    assert (2, []) == (done.status, list(tmp_path.iterdir()))
    assert "a name begins with a letter" in done.err
