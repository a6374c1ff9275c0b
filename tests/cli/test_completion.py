"""Completion in bash, zsh and fish: the script that a shell reads, and what it is answered."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from steelyard.cli.main import COMPLETE

SHELLS = ("bash", "zsh", "fish")


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_is_printed(steelyard, monkeypatch, shell):
    monkeypatch.setenv(COMPLETE, f"{shell}_source")

    done = steelyard()

    assert (done.status, done.err) == (0, "")
    assert f"{COMPLETE}={shell}_complete" in done.out


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_is_one_that_the_shell_understands(steelyard, monkeypatch, shell, tmp_path):
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
def test_commands_and_options_are_completed(steelyard, monkeypatch, words, expected):
    monkeypatch.setenv(COMPLETE, "bash_complete")
    monkeypatch.setenv("COMP_WORDS", words)
    monkeypatch.setenv("COMP_CWORD", str(words.count(" ")))

    assert [line.partition(",")[2] for line in steelyard().out.split()] == expected


def test_bash_completes_a_command(steelyard, monkeypatch, tmp_path):
    """As bash calls it when somebody presses the tabulator."""
    monkeypatch.setenv(COMPLETE, "bash_source")
    (tmp_path / "script").write_text(steelyard().out, "utf-8")
    press = "COMP_WORDS=(steelyard expl); COMP_CWORD=1; _steelyard_completion steelyard; echo ${COMPREPLY[@]}"
    path = f"{Path(sys.executable).parent}:/usr/bin:/bin"

    done = subprocess.run(
        ["bash", "-c", f"source {tmp_path}/script; {press}"],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": path},
    )

    assert (done.stdout, done.stderr) == ("explain\n", "")


def test_another_shell_is_refused(steelyard, monkeypatch):
    monkeypatch.setenv(COMPLETE, "tcsh_source")

    done = steelyard()

    assert (done.status, done.out) == (2, "")
    assert "bash_source, zsh_source or fish_source, not 'tcsh_source'" in done.err


def test_the_module_is_the_program():
    done = subprocess.run([sys.executable, "-m", "steelyard", "--version"], capture_output=True, text=True, check=True)

    assert done.stdout.startswith("steelyard ")
