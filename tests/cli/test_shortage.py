"""Memory or disk that runs out: said in plain words, status 2, and nothing is left half written."""

from __future__ import annotations

import errno
import resource
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from steelyard.session.shortage import shortage

Steelyard = Callable[..., Any]
AS_OF = ("--as-of", "2024-05-10T00:00")


@contextmanager
def largest_file(size: int) -> Generator[None]:
    """Let the system refuse files of more bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("engine", ["reference", "sql"])
@pytest.mark.parametrize(
    "words",
    [
        ("-o", "out.csv"),
        ("-o", "out.jsonl"),
        ("-o", "out.parquet"),
        ("--provenance", "out.json"),
        ("--summary-by", "complaint", "--summary", "out.csv"),
    ],
)
def test_a_file_that_grows_too_large(steelyard: Steelyard, policy: Path, words: tuple[str, ...], engine: str) -> None:
    *options, name = words
    given = ("evaluate", policy, "--cases", policy / "cases.csv", *AS_OF, "--verify", "0", "--engine", engine)
    with largest_file(200):
        done = steelyard(*given, *options, policy / name)

    assert done.status == 2
    assert "a file would be larger than the system allows" in done.err
    assert not (policy / name).exists()
    assert not list(policy.glob(".steelyard-*"))


@pytest.mark.parametrize("command", ["compile", "new"])
def test_other_commands(steelyard: Steelyard, policy: Path, command: str) -> None:
    target = policy / "out"
    words = ("new", target) if command == "new" else ("compile", policy, *AS_OF, "-o", target)
    with largest_file(100):
        done = steelyard(*words)

    assert done.status == 2
    assert "a file would be larger than the system allows" in done.err
    assert not target.exists()


def test_memory_that_runs_out(steelyard: Steelyard, policy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def starve(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr("steelyard.session.run.read_facts", starve)
    done = steelyard("evaluate", policy, "--cases", policy / "cases.csv", *AS_OF, "--engine", "reference")

    assert done.status == 2
    assert "memory ran out" in done.err
    assert "fault of this program" not in done.err


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(errno.ENOSPC, "full", "/a/b.csv"), "cannot write `/a/b.csv`: no space is left on the disk"),
        (
            OSError(errno.EDQUOT, "full", "/a/.steelyard-x/0/written/b.csv"),
            "cannot write to the folder `/a`: your share of the disk is used up",
        ),
        (
            ValueError(r"Could not write file \"/a/.steelyard-x/1.parquet\": No space left on device"),
            "cannot write to the folder `/a`: no space is left on the disk",
        ),
        (ValueError("java.lang.OutOfMemoryError: Java heap space"), "memory ran out"),
        (OSError(errno.ENOMEM, "no memory"), "memory ran out"),
        (RuntimeError("can't start new thread"), "the system allows no further thread, or no memory for it"),
    ],
)
def test_what_ran_out_is_told_from_what_libraries_raise(error: Exception, said: str) -> None:
    short = shortage(error)
    assert short is not None
    assert [str(one) for one in short.messages] == [said]
    assert short.hints


def test_other_errors_are_no_shortage() -> None:
    assert shortage(ValueError("No such column")) is None
    assert shortage(PermissionError(errno.EACCES, "denied", "/a")) is None
