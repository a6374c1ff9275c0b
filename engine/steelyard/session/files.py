"""Files that appear together, whole or not at all."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from steelyard.diagnostics import Diagnostics, msg
from steelyard.session.errors import UsageError
from steelyard.session.shortage import cannot_write
from steelyard.session.signals import uninterrupted
from steelyard.temporary import REPLACED, TemporaryFolder, put_back

if TYPE_CHECKING:
    from steelyard.session.sources import FactFiles

_WRITTEN = "written"
"""A folder in a temporary one, for what shall be moved into place."""


class Staging:
    """Outputs of one command, written beside their places and moved there when all of them are complete."""

    def __init__(self) -> None:
        self._moves: list[tuple[Path, Path, bool]] = []
        self._asides: dict[Path, TemporaryFolder] = {}

    def place(self, target: Path) -> Path:
        """Where to write what shall become `target`: the same name in a hidden folder beside it.

        What killed runs left beside it is removed; a folder that one of them was about to replace goes back.

        Raises:
            OSError: the folder of the target cannot be written.
        """
        folder = target.absolute().parent
        if folder not in self._asides:
            self._asides[folder] = TemporaryFolder(folder)
        aside = self._asides[folder].path / f"{len(self._moves)}" / _WRITTEN / target.name
        aside.parent.mkdir(parents=True)
        self._moves.append((aside, target, target.is_dir()))
        return aside

    @property
    def targets(self) -> str:
        """What is to be written, in words; a full disk does not say which file it refused."""
        return ", ".join(str(target) for _, target, _ in self._moves)

    def commit(self) -> None:
        """Move everything into place. Folders that were there when `place` was called are replaced.

        Raises:
            OSError: a file or folder cannot be moved; a folder that it would have replaced is back.
        """
        for aside, target, replaces in self._moves:
            replaced = aside.parent.with_name(REPLACED) / target.name
            if replaces:
                replaced.parent.mkdir()
                target.rename(replaced)
            try:
                aside.replace(target)
            except BaseException:
                if replaces:
                    put_back(replaced, target)
                raise

    def discard(self) -> None:
        """Remove what was written aside."""
        for aside in self._asides.values():
            aside.close()


@contextmanager
def staging() -> Generator[Staging]:
    """Let outputs appear when the block ends well, and leave nothing when it does not.

    Raises:
        OutputError: a file cannot be written.
        EngineError: memory ran out for the system.
    """
    stage = Staging()
    try:
        yield stage
        with uninterrupted():
            stage.commit()
    except BrokenPipeError:  # whoever read standard output has seen enough
        raise
    except OSError as error:
        raise cannot_write(error, stage.targets) from None
    finally:
        stage.discard()


def is_occupied(path: Path, marker: str = "", ours: re.Pattern[str] | None = None) -> bool:
    """Whether something is there that must not be replaced: a file, or a folder that is neither empty nor all ours.

    Args:
        path: where to write a folder.
        marker: the file that every folder of the kind holds.
        ours: matches the names of all files and folders that one of the kind may hold, with `/` between them.
    """
    if not path.is_dir():
        return path.exists() or path.is_symlink()
    names = [one.relative_to(path).as_posix() for one in path.rglob("*")]
    return bool(names) and (ours is None or marker not in names or not all(map(ours.fullmatch, names)))


def check_outputs(outputs: Iterable[str | None], ruleset: str | None = None, facts: FactFiles | None = None) -> None:
    """Refuse outputs that would replace what the command reads, or each other.

    Files that are there are compared as files, so through links and hard links too; others by where their paths
    lead, and without regard to letter case, which not every file system keeps.

    Args:
        outputs: files and folders; None and `-` are none.
        ruleset: a file, a folder of versions, or the name of a shipped ruleset: with what it amends and its tables.
        facts: files of cases and relations.

    Raises:
        UsageError: an output is read, holds what is read, or is (in) the place of another one.
    """
    names = [name for name in outputs if name is not None and name != "-"]
    for place, name in enumerate(names):
        for other in names[place + 1 :]:
            if _is_in(name, other) or _is_in(other, name):
                raise UsageError(msg("`{file}` is the place of another output", file=name))
    there = [name for name in names if os.path.lexists(name)]
    if not there:
        return
    reads: list[str] = []
    if ruleset is not None:
        reads += _files_of_ruleset(ruleset)
    if facts is not None:
        reads += _files_of_facts(facts)
    for name in there:
        if any(_is_in(read, name) for read in reads):
            raise UsageError(msg("`{file}` is read by this command: write to another file", file=name))


def check_place(place: Path, *, folder: bool = False) -> None:
    """Refuse, before any work, a place where a file, or a folder, could not be written.

    Raises:
        UsageError: it is in no folder, or a folder stands where a file is wanted, or the other way round.
    """
    if not place.absolute().parent.is_dir():
        raise UsageError(msg("`{file}`: there is no such folder", file=str(place.parent)))
    if not folder and place.is_dir():
        raise UsageError(msg("`{file}` is a folder", file=str(place)))
    if folder and place.exists() and not place.is_dir():
        raise UsageError(msg("`{file}` is a file", file=str(place)))


def check_csv(outputs: Iterable[str | os.PathLike[str] | None]) -> None:
    """Refuse `--csv-safe` where no output is CSV; `-` is CSV on standard output.

    Raises:
        UsageError: none is.
    """
    names = [os.fspath(name) for name in outputs if name is not None]
    if not any(name == "-" or name.lower().endswith(".csv") for name in names):
        raise UsageError(msg("marking formulas (`--csv-safe`, `csv_safe`) is for CSV, and no output is CSV"))


def _is_in(path: str, place: str) -> bool:
    """Whether a path leads to a place, or into it where that is a folder."""
    try:
        if os.path.samefile(path, place):  # noqa: PTH121 - a name too long is no file
            return True
    except (OSError, ValueError):  # one of them is not there
        if _key(path) == _key(place):
            return True
    else:
        if not os.path.isdir(place):  # noqa: PTH112 - likewise
            return False
    return _key(path).startswith(_key(place).rstrip(os.sep) + os.sep)


def _key(path: str) -> str:
    """Where a path leads, for comparison: without `..` and links, in one letter case and one Unicode form."""
    try:
        real = os.path.realpath(path)
    except (OSError, ValueError):
        real = path
    return unicodedata.normalize("NFC", real).casefold()


def _files_of_ruleset(name: str) -> set[str]:
    from steelyard.analysis.sources import all_files_of, sources

    found: set[str] = set()
    for source in sources(name, Diagnostics()):
        found.add(str(source.path))
        if source.node is not None:
            found |= all_files_of(source.node)
    return found


def _files_of_facts(facts: FactFiles) -> list[str]:
    """The files of cases and relations, before a colon may stand the kind of a feed; and what says how to read them."""
    from steelyard.facts.patterns import matching_files

    given = (*facts.cases, *(file for files in facts.relations.values() for file in files or ()))
    names = [part for file in given for part in (file, file.partition(":")[2]) if part]
    read = [] if facts.intake is None else [facts.intake]
    return [*read, *(str(path) for name in names for path in (name, *matching_files(name)))]


def write_whole(path: Path, text: str) -> None:
    """Write one text file.

    Raises:
        OutputError: it cannot be written.
    """
    with staging() as stage:
        stage.place(path).write_text(text, "utf-8", newline="")
