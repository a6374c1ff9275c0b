"""Reads the rows that a run rejected once more, so that they can be sent to who keeps the data."""

# pyarrow ships no types
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pyarrow.parquet as pq

from steelyard.diagnostics import msg
from steelyard.facts.absent import CASES
from steelyard.facts.cells import shown
from steelyard.facts.patterns import matching_files
from steelyard.facts.portfolio import Provenance
from steelyard.facts.readers import BadLine, Line, UnreadableError, Wanted, open_table
from steelyard.facts.reading import wanted
from steelyard.ir.versions import Versions
from steelyard.report.mending import BadRow, BadRows
from steelyard.session.errors import OutputError


@dataclass(slots=True)
class _Told:
    """What is wrong with a row: sentences, and by column what is wrong with its cell."""

    sentences: dict[str, None] = field(default_factory=dict[str, None])
    marks: dict[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class _Reasons:
    """The reasons of all rejects: by role, file and line; of cases whose relation rows are bad, by key."""

    by_place: dict[tuple[str, str, int], _Told]
    by_key: dict[str, _Told]


def bad_rows(
    rejects: Path, versions: Versions, read: Provenance, sources: Mapping[str, Sequence[str]]
) -> list[BadRows]:
    """Read the rejected rows of the files of a run, with what is wrong with each; one table for each role.

    Args:
        rejects: the Parquet file of the record.
        versions: the ruleset.
        read: which files were read, and how.
        sources: paths and patterns by role, `cases` or the id of a relation.

    Raises:
        OutputError: a file has changed since it was read.
    """
    files = {role: [path for one in given for path in matching_files(one)] for role, given in sources.items()}
    reasons = _reasons(rejects, {role: {path.name for path in paths} for role, paths in files.items()})
    found: list[BadRows] = []
    for role, paths in files.items():
        columns: dict[str, None] = {}
        rows = [row for path in paths for row in _rows(role, path, versions, read, reasons, columns)]
        if rows or role == CASES:
            found.append(BadRows(role, tuple(columns), rows))
    return found


def _reasons(rejects: Path, names: Mapping[str, set[str]]) -> _Reasons:
    found = _Reasons({}, {})
    with pq.ParquetFile(rejects) as file:
        for batch in file.iter_batches(columns=["key", "marks"]):
            for row in batch.to_pylist():
                elsewhere = True
                for mark in row["marks"]:
                    where, place = mark["where"], mark["file"]
                    relation = where.partition(".")[0]
                    role = relation if "." in where and place in names.get(relation, ()) else CASES
                    if mark["line"] is not None and place in names.get(role, ()):
                        told = found.by_place.setdefault((role, place, mark["line"]), _Told())
                        told.sentences.setdefault(mark["text"])
                        told.marks.setdefault(where if role == CASES else where.partition(".")[2], mark["text"])
                        elsewhere = elsewhere and role != CASES
                if elsewhere and row["key"]:
                    said = (f"{mark['file']}:{mark['line']}: {mark['text']}" for mark in row["marks"])
                    found.by_key.setdefault(row["key"], _Told()).sentences.update(dict.fromkeys(said))
    return found


def _rows(  # noqa: PLR0917 - of one file
    role: str, path: Path, versions: Versions, read: Provenance, reasons: _Reasons, columns: dict[str, None]
) -> Iterator[BadRow]:
    """Give the rejected rows of a file; its columns are added to `columns`."""
    last = max((line for at, name, line in reasons.by_place if (at, name) == (role, path.name)), default=0)
    by_key = reasons.by_key if role == CASES else {}
    if not path.is_file() or (role != CASES and not last):
        return
    _check_unchanged(role, path, read)
    options = replace(read.options, traces=role == CASES).of(role, path)
    key = next(one.column for one in versions.newest.inputs if one.id == versions.newest.key)
    try:
        with open_table(path, options, _all_columns(role, path, versions, read)) as table:
            if not table.growing:
                columns.update(dict.fromkeys(name for name in table.columns if name))
            for line in table.rows:
                told = reasons.by_place.get((role, path.name, line.number))
                if told is None and isinstance(line, Line) and by_key:
                    told = by_key.get(shown(line.cells.get(key)))
                if told is not None:
                    yield _bad_row(line, path, told, columns)
                elif line.number >= last and not by_key:
                    return
    except UnreadableError:  # a source of a feed that has no rows of its own
        return


def _bad_row(line: Line | BadLine, path: Path, told: _Told, columns: dict[str, None]) -> BadRow:
    advice = f"{path.name}:{line.number}: {'; '.join(told.sentences)}"
    if isinstance(line, BadLine):
        return BadRow(advice, {}, {})
    columns.update(dict.fromkeys(name for name in line.cells if name))
    return BadRow(advice, line.cells, told.marks)


def _all_columns(role: str, path: Path, versions: Versions, read: Provenance) -> Wanted:
    """All columns of a file whose names stand once."""
    sections = (
        one.inputs if role == CASES else next((each.fields for each in one.relations if each.id == role), ())
        for one in versions.rulesets
    )
    needed = wanted([field for fields in sections for field in fields])
    options = replace(read.options, traces=role == CASES).of(role, path)
    with open_table(path, options, needed) as table:
        names = list(table.columns)
    return Wanted(needed.columns | {name for name in names if name and names.count(name) == 1}, needed.needed)


def _check_unchanged(role: str, path: Path, read: Provenance) -> None:
    """Refuse to read other rows than were rejected.

    Raises:
        OutputError: the file has changed.
    """
    known = {one.digest for one in read.files if (one.role, one.name) == (role, path.name)}
    with path.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() not in known:
            raise OutputError(msg("`{file}` has changed since it was read: score it again", file=str(path)))
