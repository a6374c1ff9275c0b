"""Rulesets as they were: `git:REVISION:PATH`, and one version of several, `NAME@VERSION`."""

from __future__ import annotations

import shutil
import subprocess
import tarfile
from io import BytesIO
from pathlib import Path, PurePosixPath

from steelyard.diagnostics import msg
from steelyard.session.errors import UsageError

GIT = "git:"
_READ = (".yaml", ".yml", ".csv", ".tsv", ".xlsx")
"""The endings of files that a ruleset can consist of."""


def split_version(name: str) -> tuple[str, str | None]:
    """Take `NAME@VERSION` apart; a path that there is wins."""
    before, sign, version = name.rpartition("@")
    if not sign or not before or not version or Path(name).exists():
        return name, None
    return before, version


def taken_out(name: str, folder: Path) -> str:
    """Write the files of a revision into a folder, and give the path there of what is named.

    Args:
        name: `git:REVISION:PATH`; the path is of the working directory, else of the root of the repository.
        folder: empty.

    Raises:
        UsageError: it has another form, or there is no git, repository, revision or path.
    """
    revision, sign, path = name.removeprefix(GIT).partition(":")
    if not (sign and revision and path):
        raise UsageError(msg("`{name}` is not of the form `git:REVISION:PATH`", name=name))
    root = Path(_git(name, "rev-parse", "--show-toplevel").decode().strip())
    prefix = _git(name, "rev-parse", "--show-prefix").decode().strip()
    commit = (
        _git(name, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}").decode().strip()
    )
    listed = _git(name, "-C", str(root), "ls-tree", "-r", "-z", "--name-only", commit).decode(
        "utf-8", "surrogateescape"
    )
    files = [one for one in listed.split("\0") if one.lower().endswith(_READ)]
    found = _found(path, prefix, files)
    if found is None:
        raise UsageError(msg("the revision `{revision}` has no ruleset `{path}`", revision=revision, path=path))
    archive = _git(name, "-C", str(root), "archive", "--format=tar", commit, "--", *_literal(files))
    with tarfile.open(fileobj=BytesIO(archive)) as packed:
        packed.extractall(folder, filter="data")
    return str(folder / found)


def _found(path: str, prefix: str, files: list[str]) -> str | None:
    """The path in the repository of what is named."""
    for start in (prefix, ""):
        wanted = _plain(PurePosixPath(start) / path)
        if wanted is not None and any(one == wanted or one.startswith(f"{wanted}/") for one in files):
            return wanted
    return None


def _plain(path: PurePosixPath) -> str | None:
    """A path without `.` and `..`; None where it leaves the repository."""
    parts: list[str] = []
    for one in path.parts:
        if one == "..":
            if not parts:
                return None
            parts.pop()
        elif one != "/":
            parts.append(one)
    return "/".join(parts)


def _literal(files: list[str]) -> list[str]:
    return [f":(literal){one}" for one in files]


def _git(name: str, *arguments: str) -> bytes:
    program = shutil.which("git")
    if program is None:
        raise UsageError(msg("`{name}`: git is not installed", name=name))
    done = subprocess.run([program, *arguments], capture_output=True, check=False)  # noqa: S603 - arguments are checked
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().partition("\n")[0]
        if not said:
            raise UsageError(msg("`{name}`: there is no such revision", name=name))
        raise UsageError(msg("`{name}`: git says “{said}”", name=name, said=said))
    return done.stdout
