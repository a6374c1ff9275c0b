"""A `case _` never swallows what it does not know: over a union every member has its case.

Where a match is over an open type (text, JSON, pairs of types), or looks for one form among many, `case _` says in a
comment on its line what else there is.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import steelyard

ROOT = Path(steelyard.__file__).parent
WILD = re.compile(r"\s*case _( as \w+)?:\s*(?P<comment>#.*)?$")
REFUSES = ("assert_never(", "raise ")
# packages that do not say it everywhere yet; the list may only become shorter
UNSAID = ("report", "cli", "session")


def silent(source: str) -> list[int]:
    """The lines with a `case _` that neither refuses nor says what it stands for."""
    lines = source.splitlines()
    found: list[int] = []
    for number, line in enumerate(lines):
        wild = WILD.match(line)
        if wild and wild["comment"] is None and not lines[number + 1].strip().startswith(REFUSES):
            found.append(number + 1)
    return found


@pytest.mark.parametrize("package", sorted(path.name for path in ROOT.iterdir() if path.is_dir()))
def test_no_case_swallows(package):
    paths = [path for path in (ROOT / package).rglob("*.py") if not _unsaid(path.relative_to(ROOT).as_posix())]

    assert [f"{path.relative_to(ROOT)}:{line}" for path in paths for line in silent(path.read_text("utf-8"))] == []


def _unsaid(path: str) -> bool:
    return any(path.startswith(f"{package}/") for package in UNSAID)


def test_guard_sees_a_case_that_swallows():
    assert silent("match x:\n    case 1:\n        pass\n    case _:\n        pass") == [4]
    assert silent("match x:\n    case _:  # any other number\n        pass") == []
    assert silent("match x:\n    case _:\n        assert_never(x)") == []
    assert silent("match x:\n    case _ as other:\n        raise InternalError(other)") == []
