"""Remembers which worked cases failed when a file was last tried, in the user's folder for caches."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Collection
from pathlib import Path
from typing import cast

from steelyard.temporary import TemporaryFolder


def cache_folder() -> Path:
    """The folder: `steelyard` below `XDG_CACHE_HOME` (on Windows `LOCALAPPDATA`), else below `~/.cache`."""
    place = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    return (Path(place) if place else Path.home() / ".cache") / "steelyard"


def last_failed(cases: Path) -> frozenset[str]:
    """The names of the cases of a file that failed last; none where nothing is known."""
    try:
        found = json.loads(_place(cases).read_text("utf-8"))
    except (OSError, ValueError):
        return frozenset()
    names: object = cast("dict[str, object]", found).get("failed") if isinstance(found, dict) else None
    return frozenset(str(one) for one in cast("list[object]", names)) if isinstance(names, list) else frozenset()


def remember(cases: Path, ran: Collection[str], failed: Collection[str]) -> None:
    """Keep which cases failed; of cases that did not run, what was known before stays.

    Whatever cannot be written is not remembered: a trial does not fail for it.
    """
    place = _place(cases)
    names = sorted((last_failed(cases) - set(ran)) | set(failed))
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryFolder(place.parent) as aside:
            new = aside.path / place.name
            new.write_text(json.dumps({"cases": str(cases.resolve()), "failed": names}, ensure_ascii=False), "utf-8")
            new.replace(place)
    except OSError:
        return


def _place(cases: Path) -> Path:
    name = hashlib.sha256(os.fsencode(cases.resolve())).hexdigest()[:32]
    return cache_folder() / "failed" / f"{name}.json"
