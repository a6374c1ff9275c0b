"""Completion in bash, zsh and fish: the script that a shell reads, and what it is answered."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.conftest import Done
from steelyard.cli.completion import COMPLETE

Command = Callable[..., Done]
SHELLS = ("bash", "zsh", "fish")
PRESS = {
    "bash": """
source SCRIPT
compopt() { :; }
COMP_WORDS=(steelyard TYPED)
COMP_CWORD=PLACE
_steelyard_completion steelyard
printf '%s\\n' "${COMPREPLY[@]}"
""",
    "fish": "source SCRIPT; complete -C 'steelyard TYPED' | string replace -r '\\t.*' ''",
}
"""What a shell does when somebody presses the tabulator behind TYPED."""


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_is_printed(steelyard: Command, monkeypatch: pytest.MonkeyPatch, shell: str) -> None:
    monkeypatch.setenv(COMPLETE, f"{shell}_source")

    done = steelyard()

    assert (done.status, done.err) == (0, "")
    assert f"{COMPLETE}={shell}_complete" in done.out


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_is_one_that_the_shell_understands(
    steelyard: Command, monkeypatch: pytest.MonkeyPatch, shell: str, tmp_path: Path
) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"no {shell} here")
    monkeypatch.setenv(COMPLETE, f"{shell}_source")
    (tmp_path / "script").write_text(steelyard().out, "utf-8")

    done = subprocess.run([shell, "-n", str(tmp_path / "script")], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("words", "expected"),
    [("steelyard ev", ["evaluate"]), ("steelyard evaluate --eng", ["--engine"]), ("steelyard zz", [])],
)
def test_commands_and_options_are_completed(
    steelyard: Command, monkeypatch: pytest.MonkeyPatch, words: str, expected: list[str]
) -> None:
    monkeypatch.setenv(COMPLETE, "bash_complete")
    monkeypatch.setenv("COMP_WORDS", words)
    monkeypatch.setenv("COMP_CWORD", str(words.count(" ")))

    assert [line.partition(",")[2] for line in steelyard().out.split()] == expected


def test_rulesets_and_files_are_offered_and_files_for_options(
    steelyard: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(COMPLETE, "bash_complete")
    found: dict[str, list[str]] = {}
    for words in ("explain cn-i", "check a.yaml m", "evaluate a.yaml --cases m", "explain a.yaml -o m", "rule m"):
        monkeypatch.setenv("COMP_WORDS", f"steelyard {words}")
        monkeypatch.setenv("COMP_CWORD", str(words.count(" ") + 1))
        found[words] = steelyard().out.split()

    assert found == {
        "explain cn-i": ["plain,cn-insurance-law", "plain,cn-insurance-law-five-days", "file,cn-i"],
        "check a.yaml m": ["plain,motor-small-claims", "file,m"],
        "evaluate a.yaml --cases m": ["file,m"],
        "explain a.yaml -o m": ["file,m"],
        "rule m": [],
    }


@pytest.mark.parametrize("command", ["check", "compile", "evaluate", "explain", "show", "test"])
def test_nothing_that_takes_time_is_imported(command: str) -> None:
    code = "import sys; from steelyard.cli.main import run; run([]); print(sorted(sys.modules), file=sys.stderr)"
    asked = {COMPLETE: "zsh_complete", "COMP_WORDS": f"steelyard {command} mo", "COMP_CWORD": "2"}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={**os.environ, **asked}
    )
    heavy = ("pydantic", "lark", "ruamel", "rich", "jinja2", "babel", "pyarrow", "duckdb", "sqlglot", "asyncio")

    assert "motor-small-claims" in done.stdout
    assert [] == [name for name in heavy if f"'{name}'" in done.stderr]


@pytest.mark.parametrize("shell", PRESS)
def test_a_shell_completes(steelyard: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, shell: str) -> None:
    """Files stand beside shipped rulesets."""
    if shutil.which(shell) is None:
        pytest.skip(f"no {shell} here")
    monkeypatch.setenv(COMPLETE, f"{shell}_source")
    script = tmp_path / "script"
    script.write_text(steelyard().out, "utf-8")
    (tmp_path / "mot or.yaml").touch()
    monkeypatch.chdir(tmp_path)
    for words, expected in (("expl", {"explain"}), ("check mo", {"mot or.yaml", "motor-small-claims"})):
        typed = (
            PRESS[shell]
            .replace("SCRIPT", str(script))
            .replace("TYPED", words)
            .replace("PLACE", str(words.count(" ") + 1))
        )
        done = subprocess.run(
            [shell, "-c", typed],
            capture_output=True,
            text=True,
            check=False,
            env={"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin", "HOME": str(tmp_path)},
        )

        assert (set(done.stdout.splitlines()), done.stderr) == (expected, "")


def test_another_shell_is_refused(steelyard: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(COMPLETE, "tcsh_source")

    done = steelyard()

    assert (done.status, done.out) == (2, "")
    assert "`bash_source`, `zsh_source` or `fish_source`, not `tcsh_source`" in done.err


def test_the_module_is_the_program() -> None:
    done = subprocess.run([sys.executable, "-m", "steelyard", "--version"], capture_output=True, text=True, check=True)

    assert done.stdout.startswith("steelyard ")
