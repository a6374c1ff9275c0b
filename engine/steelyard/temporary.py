"""Temporary folders that do not outlive their process: those of a killed one are removed by the next.

A folder of ours holds a file, `MARK`, that its process keeps locked (flock) as long as it runs. The system gives the
lock back when the process ends, however it ends, so a marked folder without a lock is abandoned. This needs no process
numbers, which are reused, and holds between machines where the file system shares locks.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import weakref
from contextlib import suppress
from pathlib import Path
from typing import IO, Self

try:
    import fcntl
except ImportError:  # not on this system: folders have no marks, and abandoned ones stay
    fcntl = None

PREFIX, MARK = ".steelyard-", "lock"
REPLACED = "replaced"
"""What an output replaces stands in `*/replaced/` of a temporary folder until the output is in its place."""
_CONTENT = b"A temporary folder of steelyard. Once no process holds a lock on this file, the next run removes it.\n"


_open_folders: weakref.WeakSet[TemporaryFolder] = weakref.WeakSet()
"""Those of this process, for `remove_all`."""


class TemporaryFolder:
    """A new empty folder (but for its mark), removed with all that it holds on `close` or when nobody refers to it."""

    def __init__(self, place: Path | None = None) -> None:
        """Make it, and first remove what killed processes left in the same place.

        Args:
            place: the folder in which it is made; None: the system's folder for temporary files.

        Raises:
            OSError: the place cannot be written.
        """
        place = Path(tempfile.gettempdir()) if place is None else place
        _remove_abandoned(place)
        self.path = Path(tempfile.mkdtemp(prefix=PREFIX, dir=place))
        try:
            lock = _marked(self.path)
        except BaseException:
            _remove(self.path, None, os.getpid())
            raise
        self.close = weakref.finalize(self, _remove, self.path, lock, os.getpid())
        _open_folders.add(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def remove_all() -> None:
    """Remove every temporary folder of this process, which must end right after: others may still be using them."""
    for folder in list(_open_folders):
        _empty(folder.path)


def put_back(replaced: Path, target: Path) -> None:
    """Rename what was to be replaced back to its place, unless something stands there."""
    with suppress(OSError):
        if not os.path.lexists(target):
            replaced.rename(target)


def _remove_abandoned(place: Path) -> None:
    """Remove the temporary folders in a place whose processes have ended.

    Folders of other users, and folders with the same kind of name but without our mark, stay.
    """
    for path in _named(place):
        with suppress(OSError), (path / MARK).open("r+b") as lock:
            if lock.read() == _CONTENT and _locked(lock):
                for replaced in path.glob(f"*/{REPLACED}/*"):
                    put_back(replaced, place / replaced.name)
                _empty(path)


def _named(place: Path) -> list[Path]:
    """Folders that are named as ours and belong to this user."""
    if fcntl is None:
        return []
    with suppress(OSError), os.scandir(place) as entries:
        return [
            Path(entry.path)
            for entry in entries
            if entry.name.startswith(PREFIX)
            and entry.is_dir(follow_symlinks=False)
            and entry.stat(follow_symlinks=False).st_uid == os.geteuid()
        ]
    return []


def _marked(folder: Path) -> IO[bytes] | None:
    """Mark a folder. The mark gets its name when it is locked, so that it is never seen unlocked.

    Returns:
        The open file, which holds the lock; None where the file system has no locks. The folder has no mark then.
    """
    unnamed = folder / f"{MARK}.new"
    lock = unnamed.open("x+b")
    lock.write(_CONTENT)
    lock.flush()
    if _locked(lock):
        unnamed.rename(folder / MARK)
        return lock
    lock.close()
    unnamed.unlink()
    return None


def _locked(lock: IO[bytes]) -> bool:
    """Lock a file unless it is locked elsewhere; whether this was possible."""
    if fcntl is None:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _remove(folder: Path, lock: IO[bytes] | None, process: int) -> None:
    """Remove a folder and give back its lock; a forked process leaves both to the one that made them."""
    if os.getpid() == process:
        _empty(folder)
        if lock is not None:
            lock.close()


def _empty(folder: Path) -> None:
    """Remove a folder, its mark last: whoever is killed in between leaves it marked."""
    with suppress(OSError):
        for inner in folder.iterdir():
            if inner.name != MARK:
                if inner.is_dir() and not inner.is_symlink():
                    shutil.rmtree(inner, ignore_errors=True)
                else:
                    inner.unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)
