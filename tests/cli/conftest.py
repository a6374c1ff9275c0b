"""Running commands: inside this process where that is enough, as a program where it is not."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from steelyard.cli.main import run
from steelyard.cli.scaffold import files


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    status: int
    out: str
    err: str


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """English, whatever the machine speaks."""
    monkeypatch.setenv("STEELYARD_LANG", "en")
    monkeypatch.delenv("STEELYARD_DEBUG", raising=False)


@pytest.fixture
def steelyard(capfd: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    """Run a command in this process; it never leaves a traceback."""

    def call(*words: str | Path) -> Done:
        capfd.readouterr()
        status = run([str(word) for word in words])
        sys.stdout.flush()
        sys.stderr.flush()
        out, err = capfd.readouterr()
        assert "Traceback" not in out + err
        return Done(int(status), out, err)

    return call


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    """A small policy with four cases, in a folder of its own."""
    folder = tmp_path / "policy"
    folder.mkdir()
    for name, text in files("policy", "en").items():
        (folder / name).write_text(text, "utf-8")
    return folder
