"""Puts what was found in files together as lines of an intake file, with remarks for the person who decides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

from steelyard.calendars.zones import Zone, zone
from steelyard.diagnostics import Message, msg
from steelyard.diagnostics.suggestions import listed
from steelyard.facts.absent import CASES
from steelyard.facts.assembly import key_field
from steelyard.facts.cells import Cell, masked, shown
from steelyard.facts.format import format_value
from steelyard.facts.parse import parse
from steelyard.facts.problem import Problem
from steelyard.facts.proposals.layout import Layout, layout_of
from steelyard.facts.proposals.notations import Guess, guesses, marks_of, refused
from steelyard.facts.readers import BadLine, Wanted, open_table
from steelyard.ir.ruleset import InputField, Ruleset
from steelyard.ir.types import Number, Text
from steelyard.ir.versions import Versions
from steelyard.source.csv_rows import customary_delimiter
from steelyard.source.yaml_text import in_yaml, quoted_in_yaml

_ROWS = 10_000
"""How many rows of each file are looked at."""


@dataclass(frozen=True, slots=True)
class Proposed:
    """A line. `text` is YAML, and empty for a remark alone; `depth` is its indentation."""

    depth: int
    text: str
    remark: Message | None = None
    chosen: bool = True
    """Whether the line is in force; otherwise it is offered as a comment."""


@dataclass(slots=True)
class _Seen:
    """What was seen of a field: texts that are read, with their values; refused texts, marks read as text, flags."""

    first: tuple[str, str] | None = None
    read: dict[str, str] = field(default_factory=dict[str, str])
    refused: Counter[str] = field(default_factory=Counter[str])
    marks: Counter[str] = field(default_factory=Counter[str])
    words: dict[str, bool] = field(default_factory=dict[str, bool])


def propose(versions: Versions, files: Mapping[str, Sequence[Path]]) -> list[Proposed]:
    """Look at files, and propose how they are read.

    Args:
        versions: the versions of the ruleset; the newest says what is read.
        files: by role (`cases` or a relation's id) its files, at least one.

    Raises:
        UnreadableError: a file cannot be read in any way.
    """
    newest = versions.newest
    roles = {CASES: newest.inputs} | {one.id: one.fields for one in newest.relations_to_give}
    lines = [Proposed(0, "intake: 1")]
    single: list[Proposed] = []
    for role, paths in files.items():
        fields = roles[role]
        layouts = {path: layout_of(path, fields) for path in paths}
        of_role, of_files = _role(fields, layouts, zone(newest.timezone))
        found = [*(_row_key(newest, layouts) if role == CASES else ()), *of_role]
        nested = role != CASES
        if nested and not any(one.text == "relations:" for one in lines):
            lines.append(Proposed(0, "relations:"))
        empty = not any(one.text and one.chosen for one in found)
        lines.append(Proposed(int(nested), f"{in_yaml(role)}: {{}}" if empty else f"{in_yaml(role)}:"))
        lines += (replace(one, depth=one.depth + nested) for one in found)
        first = layouts[paths[0]]
        for path in paths:
            own = [replace(one, depth=one.depth + 1) for one in of_files[path]]
            if (layouts[path].settings, layouts[path].columns) != (first.settings, first.columns):
                own = [*(replace(one, depth=2) for one in _laid_out(_beside(path, layouts[path], first, fields))), *own]
            if own:
                empty = not any(one.text and one.chosen for one in own)
                name = quoted_in_yaml(path.name)
                single += (Proposed(1, f"{name}: {{}}" if empty else f"{name}:"), *own)
    return lines + ([Proposed(0, "files:"), *single] if single else [])


def _row_key(newest: Ruleset, layouts: Mapping[Path, Layout]) -> Iterator[Proposed]:
    """Propose the number of the row as the key where no file has a column for it; rows of relations know other keys."""
    field, word = key_field(newest), "row_number" if len(layouts) == 1 else "file_and_row"
    fits = isinstance(field.type, Text) or (isinstance(field.type, Number) and word == "row_number")
    if fits and all(field.id in layout.absent for layout in layouts.values()):
        remark = msg("no column is taken for the key, `{column}`; with this the rows are numbered", column=field.column)
        chosen = all(one.of_case is None for one in newest.relations)
        yield Proposed(1, f"key: {word}", remark, chosen=chosen)


def _role(
    fields: Sequence[InputField], layouts: Mapping[Path, Layout], here: Zone
) -> tuple[list[Proposed], dict[Path, list[Proposed]]]:
    """Return what is said of all files of a role, and of each file the fields in which they differ."""
    by_file = {path: _look(path, layout, fields, here) for path, layout in layouts.items()}
    seen = {one.id: _merged([some[one.id] for some in by_file.values()]) for one in fields}
    guessed = _guessed(fields, seen, here)
    own = {path: _guessed(fields, some, here) for path, some in by_file.items()}
    for name, some in guessed.items():
        doubtful = [path.name for path, each in own.items() if len(each[name]) > 1]
        if len(some) == 1 and some[0].sure and doubtful:
            alone = msg("as in the other files; {files} alone could be read otherwise too", files=listed(doubtful))
            guessed[name] = [replace(some[0], remark=alone)]
    parted = [
        one
        for one in fields
        if len(layouts) > 1
        and not _reads_all(one, seen[one.id], guessed[one.id], here)
        and any(each.sure for some in own.values() for each in some[one.id])
    ]
    written = [
        (
            one,
            [
                *_marked(one, seen[one.id]),
                *(() if one in parted else _notation(one, seen[one.id], guessed[one.id], here)),
            ],
        )
        for one in fields
    ]
    of_role = [*_laid_out(next(iter(layouts.values()))), *_fields(written, seen)]
    of_files: dict[Path, list[Proposed]] = {}
    for path, some in by_file.items():
        refused_ = [one for one in parted if _unmarked(one, some[one.id])]
        found = [(one, list(_notation(one, some[one.id], own[path][one.id], here))) for one in refused_]
        of_files[path] = list(_fields(found, some))
    return of_role, of_files


def _merged(seen: Sequence[_Seen]) -> _Seen:
    """Put what was seen of a field in several files together."""
    merged = _Seen(next((one.first for one in seen if one.first is not None), None))
    for one in seen:
        merged.read |= one.read
        merged.refused += one.refused
        merged.marks += one.marks
        merged.words |= one.words
    return merged


def _guessed(fields: Sequence[InputField], seen: Mapping[str, _Seen], here: Zone) -> dict[str, list[Guess]]:
    return _agreed({one.id: guesses(one, _unmarked(one, seen[one.id]), seen[one.id].words, here) for one in fields})


def _reads_all(one: InputField, seen: _Seen, found: Sequence[Guess], here: Zone) -> bool:
    """Return whether all values are read, by the only guess or as they are, and none otherwise than without it."""
    left = _unmarked(one, seen)
    return not left or (len(found) == 1 and found[0].sure and not _refused(one, seen, found[0], left, here))


def _refused(one: InputField, seen: _Seen, guess: Guess, left: Sequence[str], here: Zone) -> list[str]:
    """Return the texts that a notation refuses, or reads otherwise than they are read without it."""
    values = {text: parse(text, one.type, one.range, here, guess.notation) for text in (*left, *seen.read)}
    known = {
        text: format_value(value, one.type, here)
        for text, value in values.items()
        if value is not None and not isinstance(value, Problem)
    }
    return [text for text in values if text not in known or known[text] != seen.read.get(text, known[text])]


def _fields(written: Sequence[tuple[InputField, list[Proposed]]], seen: Mapping[str, _Seen]) -> Iterator[Proposed]:
    """Give the declarations of fields, each with what its first value is read as."""
    said = any(line.text and line.chosen for _, some in written for line in some)
    if said:
        yield Proposed(1, "fields:")
    for one, some in written:
        named = any(line.text and line.chosen for line in some)
        yield Proposed(1 + said, f"{in_yaml(one.id)}:" if named else "", _first(one, seen[one.id]))
        yield from some


def _agreed(found: Mapping[str, list[Guess]]) -> dict[str, list[Guess]]:
    """Choose, where there are several readings, the one that is the only reading of another field of the same files."""
    sure = {some[0].keys: name for name, some in found.items() if len(some) == 1}
    agreed: dict[str, list[Guess]] = {}
    for name, some in found.items():
        like = [one for one in some if one.keys in sure] if len(some) > 1 else []
        as_one = [replace(one, sure=True, remark=msg("as `{field}`", field=sure[one.keys])) for one in like]
        agreed[name] = as_one or some
    return agreed


def _unmarked(one: InputField, seen: _Seen) -> list[str]:
    """Return the refused texts that are no marks of what is missing."""
    marks = marks_of(one, [*seen.refused])
    return [text for text in seen.refused if text.strip() not in marks]


def _beside(path: Path, layout: Layout, first: Layout, fields: Sequence[InputField]) -> Layout:
    """Return the layout of a file in full where the first file, for which its role speaks, has another one."""
    usual = {"header": "1"}
    if path.suffix.lower() in (".csv", ".tsv"):
        usual["delimiter"] = "tab" if customary_delimiter(path) == "\t" else customary_delimiter(path)
    if path.suffix.lower() in (".csv", ".tsv", ".jsonl"):
        usual["encoding"] = "utf-8"
    settings, columns = dict(layout.settings), dict(layout.columns)
    told = {key: value for key, value in usual.items() if key in dict(first.settings)}
    declared = {one.id: one.column for one in fields if one.id in dict(first.columns)}
    return replace(layout, settings=tuple((told | settings).items()), columns=tuple((declared | columns).items()))


def _laid_out(layout: Layout) -> Iterator[Proposed]:
    remarks = dict(layout.remarks)
    settings = dict(layout.settings)
    for key in dict.fromkeys((*settings, *remarks)):
        value = f"{key}: {in_yaml(settings[key])}" if key in settings else ""
        yield Proposed(1, value, remarks.get(key))
    if layout.columns:
        pairs = ", ".join(f"{in_yaml(name)}: {in_yaml(heading)}" for name, heading in layout.columns)
        yield Proposed(1, f"columns: {{{pairs}}}")


def _look(path: Path, layout: Layout, fields: Sequence[InputField], here: Zone) -> dict[str, _Seen]:
    seen = {one.id: _Seen() for one in fields}
    headings = dict(layout.columns)
    columns = {one.id: headings.get(one.id, one.column) for one in fields}
    with open_table(path, layout.options, Wanted(frozenset(columns.values()))) as table:
        for line in islice(table.rows, _ROWS):
            if isinstance(line, BadLine):
                continue
            for one in fields:
                _look_at(one, line.cells.get(columns[one.id]), here, seen[one.id])
    return seen


def _look_at(one: InputField, cell: Cell, here: Zone, seen: _Seen) -> None:
    text = shown(cell)
    value = parse(cell, one.type, one.range, here, one.notation)
    if isinstance(value, Problem):
        seen.refused[text] += 1
        return
    if isinstance(value, bool):
        seen.words[text] = value
    if value is not None and text not in seen.read and isinstance(cell, str):
        seen.read[text] = format_value(value, one.type, here)
    if value is not None and seen.first is None:
        seen.first = text, format_value(value, one.type, here)
    if one.type == Text() and one.notation.missing is None and marks_of(one, [text]):
        seen.marks[text.strip()] += 1


def _marked(one: InputField, seen: _Seen) -> Iterator[Proposed]:
    """Give what seems to mean missing in a field."""
    marks = marks_of(one, [*seen.marks, *seen.refused])
    if marks:
        count = seen.marks.total() + sum(seen.refused[text] for text in seen.refused if text.strip() in marks)
        yield Proposed(
            3, f"missing: [{', '.join(map(quoted_in_yaml, marks))}]", msg("{count} {count:time|times}", count=count)
        )


def _notation(one: InputField, seen: _Seen, found: list[Guess], here: Zone) -> Iterator[Proposed]:
    """Give what could be declared of a field, and what would be rejected even so."""
    left = _unmarked(one, seen)
    for guess in found:
        for key, value in guess.keys:
            remark = guess.remark if guess.sure or not one.personal else None
            yield Proposed(3, f"{key}: {value}", remark, chosen=guess.sure)
        values = [parse(text, one.type, one.range, here, guess.notation) for text in left]
        if guess.sure and seen.first is None:
            read = zip(left, values, strict=True)
            known = ((text, value) for text, value in read if value is not None and not isinstance(value, Problem))
            seen.first = next(((text, format_value(value, one.type, here)) for text, value in known), None)
        left = _refused(one, seen if guess.sure else _Seen(), guess, left, here)
    if left:
        yield Proposed(3, "", refused([masked(text) for text in left] if one.personal else left))


def _first(one: InputField, seen: _Seen) -> Message:
    if seen.first is None:
        return msg("{field}: no value could be read", field=one.id)
    text, value = map(masked, seen.first) if one.personal else seen.first
    return msg("{field}: the first value, `{text}`, is read as `{value}`", field=one.id, text=text, value=value)
