"""Memory, disk space or threads that ran out: what did, where, and what helps.

Libraries report it in exceptions of many types. What they have in common is the text of the system's error, which they
all quote; it is looked for where an exception has no error number of its own.
"""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

from steelyard.diagnostics import Message, msg
from steelyard.session.errors import EngineError, MessageError, OutputError
from steelyard.temporary import PREFIX

_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_THREADS = ("can't start new thread", "Failed to launch worker thread")
_MEMORY = ("java.lang.OutOfMemoryError", "SparkOutOfMemoryError", "Cannot allocate memory")
_TEMPORARY = re.compile(rf"([^\"'`\n]*?)[/\\]+{re.escape(PREFIX)}")
"""The folder that holds a temporary one of ours, in a text that names something inside."""


def shortage(error: BaseException, place: object = None) -> MessageError | None:
    """The exception that says in plain words what ran out.

    Args:
        error: as a library or the system raised it.
        place: what was being written, where the error does not say.

    Returns:
        None where the error is of another kind.
    """
    text = " ".join(_texts(error))
    number = error.errno if isinstance(error, OSError) else None
    disk = next((one for one in _DISK if one == number or os.strerror(one) in text), None)
    if disk is not None:
        named = error.filename2 or error.filename if isinstance(error, OSError) else None
        inside = _TEMPORARY.search(text)
        return _full(disk, inside[0] if named is None and inside is not None else named, place)
    if isinstance(error, MemoryError) or number == errno.ENOMEM or any(one in text for one in _MEMORY):
        return EngineError(msg("memory ran out"), hints=(_less(),))
    if any(one in text for one in _THREADS):
        return EngineError(msg("the system allows no further thread, or no memory for it"), hints=(_less(),))
    return None


def cannot_write(error: OSError, place: object) -> MessageError:
    """The exception for a place that the system refuses to write.

    Args:
        error: of the system; the file that it names counts more than `place`.
        place: a path or a message.
    """
    path = error.filename2 or error.filename or place
    return shortage(error, place) or OutputError(_refused(path, error.strerror or type(error).__name__))


@contextmanager
def writing(place: object) -> Generator[None]:
    """Tell in our own exceptions that a place cannot be written.

    Args:
        place: a path or a message; a file that the system names counts more.

    Raises:
        BrokenPipeError: whoever reads it has seen enough.
        OutputError: it cannot be written.
        EngineError: memory ran out for the system.
    """
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise cannot_write(error, place) from None


def refusal(error: Exception, folder: Path) -> MessageError:
    """The exception that says why DuckDB, which spills to a folder, stopped."""
    from steelyard.engines.sql.portfolio import could_not_spill, starved, unfit

    if could_not_spill(error):
        return EngineError(
            msg("DuckDB needs more memory, and no space is left in `{folder}` to spill to", folder=str(folder.parent)),
            hints=(msg("allow it more with `--memory-limit`, free some space, or write to another folder"),),
        )
    if starved(error):
        return EngineError(
            msg("DuckDB needs more memory: allow it more with `--memory-limit`, or take fewer cases at a time")
        )
    if unfit(error):
        return EngineError(
            msg(
                "a result has more digits than Parquet keeps exactly here: declare narrower ranges, "
                "or take `--engine reference` and write CSV or JSON lines"
            )
        )
    return shortage(error, folder) or EngineError(msg("DuckDB could not go on: {reason}", reason=str(error)))


def _full(number: int, path: object, place: object) -> OutputError:
    match number:
        case errno.EFBIG:
            reason = msg("a file would be larger than the system allows")
            hint = msg("raise the limit on the size of files (`ulimit -f`), or write to another file system")
        case errno.EDQUOT:
            reason = msg("your share of the disk is used up")
            hint = _more()
        case _:
            reason = msg("no space is left on the disk")
            hint = _more()
    known = path or place
    return OutputError(_refused(known, reason) if known else reason, hints=(hint,))


def _refused(place: object, reason: Message | str) -> Message:
    """Instead of a file in a temporary folder of ours the folder that holds both is named."""
    if isinstance(place, Message):
        return msg("cannot write to {place}: {reason}", place=place, reason=reason)
    folder = _folder(str(place))
    if folder is None:
        return msg("cannot write `{file}`: {reason}", file=str(place), reason=reason)
    return msg("cannot write to the folder `{folder}`: {reason}", folder=folder, reason=reason)


def _more() -> Message:
    return msg("free some space there, or write to another folder; `TMPDIR` names the folder for temporary files")


def _less() -> Message:
    return msg(
        "take fewer cases at a time, or allow more memory; `--engine sql` spills to disk what exceeds `--memory-limit`"
    )


def _folder(text: str) -> str | None:
    """The folder that holds a temporary one of ours which a text names; None where it names none."""
    found = _TEMPORARY.search(text)
    return None if found is None else found[1] or os.sep


def _texts(error: BaseException) -> Iterator[str]:
    """What an exception and those that it was raised from say."""
    known: BaseException | None = error
    while known is not None:
        yield str(known)
        known = known.__cause__
