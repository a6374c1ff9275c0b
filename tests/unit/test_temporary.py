"""Temporary folders: removed by their process, or by the next one in the same place when it was killed."""

from __future__ import annotations

import multiprocessing
import subprocess
import sys
from pathlib import Path

import pytest

from steelyard import temporary
from steelyard.temporary import MARK, TemporaryFolder

HOLDER = """
import sys
from pathlib import Path
from steelyard.temporary import TemporaryFolder

folder = TemporaryFolder(Path(sys.argv[1]))
(folder.path / "inner").mkdir()
(folder.path / "inner" / "part.csv").write_text("half")
print(folder.path, flush=True)
sys.stdin.read()
"""


def holder(place: Path) -> tuple[subprocess.Popen[str], Path]:
    """A process that holds a folder until its input ends."""
    words = [sys.executable, "-c", HOLDER, str(place)]
    process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    return process, Path(process.stdout.readline().strip())


def names(place: Path) -> set[str]:
    return {path.name for path in place.iterdir()}


def test_only_folders_of_processes_that_ended_are_removed(tmp_path: Path) -> None:
    killed, abandoned_folder = holder(tmp_path)
    killed.kill()
    killed.communicate()
    assert abandoned_folder.is_dir()
    running, held = holder(tmp_path)
    assert names(tmp_path) == {held.name}

    with TemporaryFolder(tmp_path) as own, TemporaryFolder(tmp_path) as other:
        assert names(tmp_path) == {held.name, own.path.name, other.path.name}
        assert (held / "inner" / "part.csv").read_text() == "half"

    running.communicate("")
    assert names(tmp_path) == set()


def test_what_is_not_ours_stays(tmp_path: Path) -> None:
    (tmp_path / ".steelyard-notes").mkdir()
    (tmp_path / ".steelyard-locked").mkdir()
    (tmp_path / ".steelyard-locked" / MARK).write_text("another program")
    (tmp_path / ".steelyard-file").write_text("")
    elsewhere = tmp_path / "elsewhere"
    with TemporaryFolder(tmp_path) as folder:
        content = (folder.path / MARK).read_bytes()
    elsewhere.mkdir()
    (elsewhere / MARK).write_bytes(content)
    (tmp_path / ".steelyard-link").symlink_to(elsewhere)
    before = names(tmp_path)

    with TemporaryFolder(tmp_path):
        pass

    assert names(tmp_path) == before
    assert names(elsewhere) == {MARK}
    assert (tmp_path / ".steelyard-locked" / MARK).read_text() == "another program"


def test_a_link_inside_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "a.csv").write_text("a")
    with TemporaryFolder(tmp_path) as folder:
        (folder.path / "link").symlink_to(tmp_path / "kept")

    assert names(tmp_path) == {"kept"}
    assert names(tmp_path / "kept") == {"a.csv"}


def test_a_forked_process_leaves_the_folder(tmp_path: Path) -> None:
    with TemporaryFolder(tmp_path) as folder:
        process = multiprocessing.get_context("fork").Process(target=folder.close)
        process.start()
        process.join()
        assert process.exitcode == 0
        assert folder.path.is_dir()

    assert names(tmp_path) == set()


def test_without_locks_nothing_is_taken_for_abandoned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(temporary, "fcntl", None)
    with TemporaryFolder(tmp_path) as folder:
        assert names(folder.path) == set()
        with TemporaryFolder(tmp_path) as other:
            assert names(tmp_path) == {folder.path.name, other.path.name}


def test_a_folder_is_removed_with_its_object(tmp_path: Path) -> None:
    TemporaryFolder(tmp_path)
    assert names(tmp_path) == set()
