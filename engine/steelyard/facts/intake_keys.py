"""How an intake file makes keys that stand in no column of their own, checked against a ruleset."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from fnmatch import fnmatchcase

from steelyard.diagnostics import Diagnostics, msg
from steelyard.diagnostics.suggestions import listed
from steelyard.facts.absent import CASES
from steelyard.facts.assembly import key_field
from steelyard.facts.readers.keys import SIGNS, JoinedKey, RowKey, folders_needed
from steelyard.ir.ruleset import InputField
from steelyard.ir.types import Number
from steelyard.ir.types import Text as TextType
from steelyard.ir.versions import Versions
from steelyard.model.intake import FileSection, IntakeFile, KeyColumns
from steelyard.source import Text


def made_keys(
    file: IntakeFile,
    versions: Versions,
    files: Mapping[str, Collection[str]],
    paths: Collection[str],
    diagnostics: Diagnostics,
) -> dict[str, JoinedKey | RowKey]:
    """Return, by role, how keys are made.

    Args:
        file: the intake file.
        versions: the ruleset, whose fields know how they are written in this run.
        files: by role, the names of the files of the run.
        paths: the files of cases.
        diagnostics: takes findings.
    """
    found: dict[str, JoinedKey | RowKey] = {}
    if file.cases is not None and file.cases.key is not None:
        field, key = key_field(versions.newest), file.cases.key
        _check_own_column(file, file.cases, field, files.get(CASES, ()), diagnostics)
        if isinstance(key, KeyColumns):
            found[CASES] = _joined_key(key, field, diagnostics)
        else:
            after_name = key == "file_and_row"
            found[CASES] = RowKey(field.column, after_name, folders_needed(paths) if after_name else 0)
            _check_row_key(key, field, len(paths), diagnostics)
            if file.cases.rows == "distinct":
                headline = msg("`{key}` makes every row a case of its own, and `rows` makes one of several", key=key)
                diagnostics.add("T107", file.cases.rows.span, headline)
    for name, section in file.relations.items():
        relation = next((one for each in versions.rulesets for one in each.relations if one.id == name), None)
        if relation is None or section.key is None:
            continue
        field = next((one for one in relation.fields if one.id == relation.of_case), None)
        if field is None:
            headline = msg("no field of `{relation}` names the case of a row: it has no `of_case`", relation=name)
            diagnostics.add("T107", section.key.span, headline)
            continue
        _check_own_column(file, section, field, files.get(str(name), ()), diagnostics)
        found[str(name)] = _joined_key(section.key, field, diagnostics)
    return found


def _check_own_column(
    file: IntakeFile, role: FileSection, field: InputField, names: Collection[str], diagnostics: Diagnostics
) -> None:
    """Report a heading that is said for a key that is made otherwise; `names` are those of the role's files."""
    single = [one for pattern, one in file.files.items() if any(fnmatchcase(name, pattern) for name in names)]
    for name in (name for section in (role, *single) for name in section.columns):
        if name == field.id:
            headline = msg("`columns` gives `{field}` a column of its own, and `key` makes it otherwise", field=name)
            diagnostics.add("T107", name.span, headline)


def _check_row_key(word: Text, field: InputField, count: int, diagnostics: Diagnostics) -> None:
    if not isinstance(field.type, TextType) and (word == "file_and_row" or not isinstance(field.type, Number)):
        headline = msg("`{word}` cannot be the key `{field}`, which is no text", word=word, field=field.id)
        diagnostics.add("T107", word.span, headline)
    elif word == "row_number" and count > 1:
        headline = msg(
            "`row_number` counts the rows of each file, and there are {count} {count:file|files} of cases", count=count
        )
        diagnostics.add("T107", word.span, headline, help=msg("write `file_and_row`, for a key of text"))


def _joined_key(key: KeyColumns, field: InputField, diagnostics: Diagnostics) -> JoinedKey:
    sign = key.join or "-"
    if not isinstance(field.type, TextType):
        headline = msg("a key in several columns is a text, and `{field}` is none", field=field.id)
        diagnostics.add("T107", key.span, headline)
    if key.join is not None and key.join not in SIGNS:
        help_ = msg("such as {signs}", signs=listed(["-", "/", "|", ":"]))
        diagnostics.add("T109", key.join.span, msg("`join` takes one sign, no letter, digit or blank"), help=help_)
    twice = [one for place, one in enumerate(key.columns) if one in key.columns[:place]]
    for one in twice:
        diagnostics.add("T109", one.span, msg("`{part}` stands twice in the key", part=one))
    return JoinedKey(field.column, tuple(map(str, key.columns)), str(sign), field.written)
