"""Notes the optional columns that a file does not have, and finds whether they are there under another name."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path

from steelyard.calendars.zones import zone
from steelyard.diagnostics import Diagnostics, Message, Span, msg
from steelyard.diagnostics.suggestions import closest, listed
from steelyard.facts.cells import Cell
from steelyard.facts.column_names import likeness
from steelyard.facts.parse import parse
from steelyard.facts.problem import Problem
from steelyard.facts.readers import Line, ReadOptions, Wanted, open_table
from steelyard.facts.readers.keys import parts_of
from steelyard.ir.ruleset import InputField
from steelyard.ir.types import Range
from steelyard.ir.versions import Versions
from steelyard.source.yaml_text import in_yaml

CASES = "cases"
"""The role of case files."""

_NAMED = 10
"""How many columns of a file are named at most."""
_TRIED = 1000
"""How many rows are looked at to see whether the values of a column can be read."""
_EXAMINED = 10_000
"""How many rows of a file with one header are looked at for two columns that no row fills both."""


@dataclass(frozen=True, slots=True)
class Header:
    """The columns of an open file.

    Attributes:
        role: `cases` or the relation's id.
        path: the file.
        columns: their names.
        place: of the names.
        needed: columns that every row must fill.
        growing: whether each row names its own columns, so that rows may name one column in several ways.
    """

    role: str
    path: Path
    columns: Collection[str]
    place: Span
    needed: frozenset[str]
    growing: bool


def columns_of(versions: Versions) -> dict[str, frozenset[str]]:
    """Return, by role, the columns that any version reads."""
    found: dict[str, set[str]] = {}
    for one in versions.rulesets:
        found.setdefault(CASES, set()).update(field.column for field in one.inputs)
        for relation in one.relations_to_give:
            found.setdefault(relation.id, set()).update(field.column for field in relation.fields)
    return {role: frozenset(columns) for role, columns in found.items()}


def absent_columns(
    header: Header,
    fields: Sequence[InputField],
    others: Collection[str],
    options: ReadOptions,
    diagnostics: Diagnostics,
) -> Iterator[Message]:
    """Give warnings about optional columns that are not there. Report E124 where one is there under another name.

    Args:
        header: the columns of the file.
        fields: the fields that are read from it.
        others: columns that other versions read.
        options: how the file is read; its `missing_columns` are neither reported nor looked for.
        diagnostics: receives the errors.
    """
    known = {field.column for field in fields} | set(others) | set(parts_of(options.key))
    spare = [name for name in header.columns if name and name not in known]
    judged: set[str] = set()
    said = False
    for field in fields:
        there = field.column in header.columns
        if field.column in judged or not (field.can_be_missing or (there and header.growing)):
            continue
        judged.add(field.column)
        if _accepted(header.role, field, options):
            continue
        readable = partial(_readable, header, field, options)
        found = likeness(field, spare, readable)
        if there:
            if found is None or not (found.sure or readable(found.column)):
                continue
            if not _apart(header, field.column, found.column, options):
                continue
            if found.sure and header.growing:
                _report(header, field, found.column, diagnostics, some=True)
            else:
                yield _some_rows(header.role, field.column, found.column)
        elif found is not None and found.sure:
            _report(header, field, found.column, diagnostics, some=False)
        else:
            said = True
            yield _warning(header.role, field.column, None if found is None else found.column)
    if said and spare:
        yield _unread(header.role, spare)


def unknown_names(versions: Versions, names: Collection[str]) -> Iterator[tuple[str, str | None]]:
    """Give those of `missing_columns` that no version declares as optional, each with the nearest that one does."""
    known: dict[str, None] = {}
    for one in versions.rulesets:
        known.update(dict.fromkeys(name for field in one.inputs if field.can_be_missing for name in _names("", field)))
        for relation in one.relations_to_give:
            fields = (field for field in relation.fields if field.can_be_missing)
            known.update(dict.fromkeys(name for field in fields for name in _names(f"{relation.id}.", field)))
    for name in names:
        if name not in known:
            yield name, closest(name, known)


def _names(prefix: str, field: InputField) -> tuple[str, ...]:
    names = dict.fromkeys((field.id, field.column, field.label.zh, field.label.en))
    return tuple(f"{prefix}{name}" for name in names)


def _accepted(role: str, field: InputField, options: ReadOptions) -> bool:
    return not options.missing_columns.isdisjoint(_names("" if role == CASES else f"{role}.", field))


def _readable(header: Header, field: InputField, options: ReadOptions, column: str) -> bool:
    """Whether a column has values in the first rows, and all of them can be read as the field's type."""
    some = False
    with open_table(header.path, options, Wanted(frozenset((column,)), header.needed)) as table:
        for line in islice(table.rows, _TRIED):
            if isinstance(line, Line):
                value = parse(line.cells.get(column), field.type, Range(None, None), zone("UTC"), field.written)
                if isinstance(value, Problem):
                    return False
                some = some or value is not None
    return some


def _apart(header: Header, first: str, second: str, options: ReadOptions) -> bool:
    """Whether some rows have a value in the second column, and none of them in both, which then may be one column."""
    some = False
    with open_table(header.path, options, Wanted(frozenset((first, second)), header.needed)) as table:
        for line in table.rows if header.growing else islice(table.rows, _EXAMINED):
            if isinstance(line, Line) and _filled(line.cells.get(second)):
                if _filled(line.cells.get(first)):
                    return False
                some = True
    return some


def _filled(cell: Cell) -> bool:
    return cell is not None and cell != () and not (isinstance(cell, str) and not cell.strip())


def _report(header: Header, field: InputField, near: str, diagnostics: Diagnostics, *, some: bool) -> None:
    name = field.id if header.role == CASES else f"{header.role}.{field.id}"
    words: Mapping[str, str] = {"column": field.column, "near": near}
    headline = (
        msg("some rows have no `{column}` but a `{near}`, which nobody reads", **words)
        if some
        else msg("there is no column `{column}`, but nobody reads `{near}`", **words)
    )
    diagnostics.add(
        "E124",
        header.place,
        headline,
        help=msg("did you mean `{near}`?", near=near),
        notes=(
            msg("rename it in the file, or write `{line}` in the ruleset", line=f"column: {in_yaml(near)}"),
            msg("if `{column}` is really not there: `{option}`", column=field.column, option=_option(name)),
        ),
    )


def _option(name: str) -> str:
    text = f"{name}=accept"
    return f"--missing-column '{text}'" if " " in text else f"--missing-column {text}"


def _some_rows(role: str, column: str, near: str) -> Message:
    return msg(
        "{role}: no row has both `{column}` and `{near}`, which nobody reads; did you mean `{near}`?",
        role=role,
        column=column,
        near=near,
    )


def _warning(role: str, column: str, near: str | None) -> Message:
    if near is None:
        return msg("{role}: no column `{column}`, it is missing in every row", role=role, column=column)
    return msg(
        "{role}: no column `{column}`, it is missing in every row; did you mean `{near}`?",
        role=role,
        column=column,
        near=near,
    )


def _unread(role: str, spare: Sequence[str]) -> Message:
    names, more = listed(spare[:_NAMED]), len(spare) - _NAMED
    if more > 0:
        return msg("{role}: nobody reads the columns {names} and {more} more", role=role, names=names, more=more)
    return msg("{role}: nobody reads the columns {names}", role=role, names=names)
