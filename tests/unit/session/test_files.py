"""Outputs appear whole or not at all, and what they replace is lost only when they are there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from steelyard import OutputError
from steelyard.session.files import staging
from steelyard.temporary import TemporaryFolder

REPLACING = """
import os, signal, sys
from pathlib import Path
from steelyard.session.files import staging
from steelyard.temporary import TemporaryFolder

Path.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
with staging() as stage:
    stage.place(Path(sys.argv[1])).mkdir()
"""


def names(place: Path) -> set[str]:
    return {path.name for path in place.iterdir()}


def folder_with(place: Path, text: str) -> Path:
    place.mkdir()
    (place / "page.html").write_text(text)
    return place


def test_a_folder_is_replaced_whatever_its_name(tmp_path: Path) -> None:
    target = folder_with(tmp_path / "replaced", "old")
    with staging() as stage:
        folder_with(stage.place(target), "new")

    assert (target / "page.html").read_text() == "new"
    assert names(tmp_path) == {"replaced"}


def test_a_folder_comes_back_where_its_successor_cannot_be_moved(tmp_path: Path) -> None:
    target = folder_with(tmp_path / "report", "old")
    with pytest.raises(OutputError), staging() as stage:
        stage.place(target)  # nothing is written

    assert (target / "page.html").read_text() == "old"
    assert names(tmp_path) == {"report"}


def test_a_folder_that_appears_meanwhile_is_not_replaced(tmp_path: Path) -> None:
    target = tmp_path / "report"

    def write() -> None:
        with staging() as stage:
            folder_with(stage.place(target), "ours")
            folder_with(target, "theirs")

    with pytest.raises(OutputError):
        write()

    assert (target / "page.html").read_text() == "theirs"
    assert names(tmp_path) == {"report"}


def test_a_folder_whose_replacement_was_killed_comes_back_with_the_next_run(tmp_path: Path) -> None:
    target = folder_with(tmp_path / "report", "old")
    ended = subprocess.run([sys.executable, "-c", REPLACING, str(target)], check=False)
    assert ended.returncode == -9
    assert not target.exists()

    with TemporaryFolder(tmp_path):
        pass

    assert (target / "page.html").read_text() == "old"
    assert names(tmp_path) == {"report"}
