"""Outputs appear whole or not at all, and what they replace is lost only when they are there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from steelyard import OutputError
from steelyard.session.errors import UsageError
from steelyard.session.files import check_outputs, is_occupied, staging
from steelyard.session.sources import FactFiles
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


@pytest.mark.parametrize("given", ["*.csv", "fema:*.csv", "[ab].csv", "**/a.csv"])
def test_a_file_that_a_pattern_reads_is_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("a.csv", "b.csv", "c.jsonl"):
        Path(name).touch()
    facts = FactFiles((), {"weather": (given,)}, {}, None, "utf-8")

    with pytest.raises(UsageError, match="is read by this command"):
        check_outputs(("a.csv",), facts=facts)
    check_outputs(("c.jsonl",), facts=facts)


def test_a_name_of_a_file_is_no_pattern_when_outputs_are_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("q*.csv", "q-other.csv"):
        Path(name).touch()
    facts = FactFiles(("q*.csv",), {}, {}, None, "utf-8")

    check_outputs(("q-other.csv",), facts=facts)
    with pytest.raises(UsageError):
        check_outputs(("q*.csv",), facts=facts)


OURS = re.compile(r"mark|page-\d+\.html|sub(/a\.csv)?")


@pytest.mark.parametrize(
    ("files", "occupied"),
    [
        ((), False),
        (("mark",), False),
        (("mark", "page-1.html", "sub/a.csv"), False),
        (("page-1.html",), True),
        (("mark", "page-1.html", "notes.txt"), True),
        (("mark", "sub/notes.txt"), True),
        (("mark", "sub/sub/a.csv"), True),
        (("mark", ".hidden"), True),
        (("mark", "page-1.html\n"), True),
    ],
)
def test_a_folder_is_ours_where_it_holds_nothing_else(tmp_path: Path, files: tuple[str, ...], occupied: bool) -> None:
    place = tmp_path / "place"
    place.mkdir()
    for name in files:
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).touch()

    assert occupied == is_occupied(place, "mark", OURS)
    assert bool(files) == is_occupied(place)


def test_a_file_or_a_link_to_nowhere_is_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "link").symlink_to("nowhere")

    assert is_occupied(tmp_path / "file", "mark", OURS)
    assert is_occupied(tmp_path / "link", "mark", OURS)
    assert not is_occupied(tmp_path / "new", "mark", OURS)
