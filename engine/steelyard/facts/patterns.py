"""Expands file patterns of the command line. No other module expands them."""

from __future__ import annotations

import glob
from pathlib import Path


def matching_files(file: str | Path) -> list[Path]:
    """Return the files that a path or pattern stands for, sorted by name.

    A name that exists stands for that file, whatever characters it contains. A name without `*`, `?` or `[` is returned
    unchanged. Anything else is a pattern; the list is empty where no file matches.
    """
    path = Path(file)
    if path.exists() or not glob.has_magic(str(file)):
        return [path]
    return [Path(name) for name in sorted(glob.glob(str(file), recursive=True))]  # noqa: PTH207 - may be absolute
