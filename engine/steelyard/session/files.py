"""Files that appear together, whole or not at all."""

from __future__ import annotations

import glob
import os
import shutil
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

from steelyard.diagnostics import msg
from steelyard.session.errors import UsageError, cannot_write

if TYPE_CHECKING:
    from steelyard.session.sources import FactFiles


class Staging:
    """Outputs of one command, written beside their places and moved there when all of them are complete."""

    def __init__(self) -> None:
        self._moves: list[tuple[Path, Path]] = []
        self._asides: dict[Path, Path] = {}

    def place(self, target: Path) -> Path:
        """Where to write what shall become `target`: the same name in a hidden folder beside it.

        Raises:
            OSError: the folder of the target cannot be written.
        """
        folder = target.absolute().parent
        if folder not in self._asides:
            self._asides[folder] = Path(mkdtemp(prefix=".steelyard-", dir=folder))
        aside = self._asides[folder] / f"{len(self._moves)}" / target.name
        aside.parent.mkdir()
        self._moves.append((aside, target))
        return aside

    @property
    def targets(self) -> str:
        """What is to be written, in words; a full disk does not say which file it refused."""
        return ", ".join(str(target) for _, target in self._moves)

    def commit(self) -> None:
        """Move everything into place; a folder that is there steps aside, and is removed with the rest."""
        for aside, target in self._moves:
            if target.is_dir():
                target.rename(aside.parent / "before")
            aside.replace(target)

    def discard(self) -> None:
        """Remove what was written aside."""
        for aside in self._asides.values():
            shutil.rmtree(aside, ignore_errors=True)


@contextmanager
def staging() -> Generator[Staging]:
    """Let outputs appear when the block ends well, and leave nothing when it does not.

    Raises:
        OutputError: a file cannot be written.
    """
    stage = Staging()
    try:
        yield stage
        stage.commit()
    except BrokenPipeError:  # whoever read standard output has seen enough
        raise
    except OSError as error:
        raise cannot_write(error.filename2 or error.filename or stage.targets, error) from None
    finally:
        stage.discard()


def is_occupied(path: Path, marker: str) -> bool:
    """Whether something is there that must not be replaced: a file, or a folder neither empty nor marked."""
    if path.is_dir():
        return any(path.iterdir()) and not (path / marker).is_file()
    return path.exists() or path.is_symlink()


def spare_inputs(targets: Iterable[str | None], options: FactFiles) -> None:
    """Refuse to write over a file that is read: the facts behind a score must outlive it.

    Raises:
        UsageError: a target is one of the files of cases or relations, or what one of their patterns finds.
    """
    given = (*options.cases, *(file for files in options.relations.values() for file in files or ()))
    for target in targets:
        if target is None or not os.path.exists(target):  # noqa: PTH110 - a name too long is no file
            continue
        for source in given:
            for name in (source, source.partition(":")[2], *glob.glob(source, recursive=True)):  # noqa: PTH207 - as read
                if os.path.exists(name) and os.path.samefile(name, target):  # noqa: PTH110, PTH121 - likewise
                    raise UsageError(msg("`{file}` is read by this command: write to another file", file=target))


def write_whole(path: Path, text: str) -> None:
    """Write one text file.

    Raises:
        OutputError: it cannot be written.
    """
    with staging() as stage:
        stage.place(path).write_text(text, "utf-8", newline="")
