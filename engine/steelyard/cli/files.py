"""Files that appear whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import mkstemp
from typing import TYPE_CHECKING

from steelyard.cli.status import Status, Stop
from steelyard.diagnostics import msg

if TYPE_CHECKING:
    from steelyard.cli.output import Output


def write_whole(output: Output, path: Path, text: str) -> None:
    """Write a text under another name, then move it into place.

    Raises:
        Stop: it cannot be written, which has been said.
    """
    try:
        handle, name = mkstemp(prefix=f".{path.name}.", dir=path.parent)
        aside = Path(name)
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as stream:
                stream.write(text)
                stream.flush()
                os.fsync(stream.fileno())
            aside.chmod(0o644)
            aside.replace(path)
        except BaseException:
            aside.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise cannot_write(output, path, error) from None


def cannot_write(output: Output, path: Path | str, error: OSError) -> Stop:
    """Say that a file cannot be written."""
    output.error(msg("cannot write `{file}`: {reason}", file=str(path), reason=error.strerror or ""))
    return Stop(Status.USAGE)
