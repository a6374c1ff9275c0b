"""File patterns as given on the command line: the only place that expands them."""

from __future__ import annotations

import glob
from pathlib import Path


def matching_files(file: str | Path) -> list[Path]:
    """The files that a path or pattern stands for, in the order of their names.

    A name that exists is that file, whatever characters it contains; a name without `*`, `?` or `[` is returned as it
    is. Anything else is a pattern, for which the list is empty where nothing matches.
    """
    path = Path(file)
    if path.exists() or not glob.has_magic(str(file)):
        return [path]
    return [Path(name) for name in sorted(glob.glob(str(file), recursive=True))]  # noqa: PTH207 - may be absolute
