"""How the files of one run are written, as a file of its own says (`--intake`)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path

from steelyard.diagnostics import Diagnostics, Message, msg
from steelyard.diagnostics.suggestions import closest, listed
from steelyard.facts.absent import CASES
from steelyard.facts.intake_keys import made_keys
from steelyard.facts.intake_kinds import kinds_warnings, report_kinds
from steelyard.facts.readers import ReadOptions
from steelyard.facts.readers.keys import JoinedKey, RowKey
from steelyard.facts.readers.notations import AS_ALL, Asked, FileNotations, asked_of
from steelyard.ir.lowering.notations import notation
from steelyard.ir.notation import Notation
from steelyard.ir.ruleset import InputField, Relation, Ruleset
from steelyard.ir.types import Text as TextType
from steelyard.ir.versions import Versions
from steelyard.model.from_source import intake_from_source
from steelyard.model.intake import FileSection, IntakeFile
from steelyard.source import Text, load_file


@dataclass(frozen=True, slots=True)
class Intake:
    """What an intake file says, checked against a ruleset.

    Attributes:
        versions: the versions, whose fields know how they are written in this run.
        file: the file as written.
        columns: by role, the column as declared for each input and field.
        warnings: what is said in vain.
        keys: by role, how keys are made that stand in no column of their own; parts as written.
    """

    versions: Versions
    file: IntakeFile
    columns: Mapping[str, Mapping[str, str]]
    warnings: tuple[Message, ...]
    keys: Mapping[str, JoinedKey | RowKey]

    @property
    def digest(self) -> str:
        """The SHA-256, in hexadecimal, of what the file says."""
        content = self.file.model_dump(mode="json", exclude_defaults=True)
        content["files"] = list(content.get("files", {}).items())  # the later of two counts
        text = json.dumps(content, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode("ascii")).hexdigest()

    @property
    def distinct(self) -> bool:
        """Whether rows of case files that agree in every input are one case."""
        return self.file.cases is not None and self.file.cases.rows == "distinct"

    def options(self, role: str, path: Path, options: ReadOptions) -> ReadOptions:
        """Return how a file of a role is read.

        Args:
            role: `cases` or a relation's id.
            path: the file.
            options: of files of which nothing is said.
        """
        own = self.file.cases if role == CASES else self.file.relations.get(Text(role, self.file.span))
        named = [one for pattern, one in self.file.files.items() if fnmatchcase(path.name, pattern)]
        notations = _own_notations(_fields_of(self.versions, role), named, Diagnostics())
        columns = self.columns.get(role, {})
        for section in ([] if own is None else [own]) + named:
            options = _with(section, options, columns)
        empty = next((one.missing for one in reversed(named) if one.missing), ())
        key = self.keys.get(role)
        if isinstance(key, JoinedKey):
            headings = dict(options.renamed)
            parts = (headings.get(columns.get(one, one), columns.get(one, one)) for one in key.parts)
            own = {name: one for (name, kind, _), one in notations.own if kind == TextType()}
            key = replace(key, parts=tuple(parts), notation=own.get(key.column, key.notation))
        return replace(options, key=key, empty=frozenset(map(str, empty)), notations=notations)


def read_intake(
    path: str, versions: Versions, paths: Mapping[str, Collection[str]], diagnostics: Diagnostics
) -> Intake | None:
    """Read an intake file.

    Args:
        path: the file.
        versions: the versions of the ruleset.
        paths: by role, the files of the run.
        diagnostics: takes findings.

    Returns:
        What it says; None where it has errors.
    """
    before = diagnostics.errors
    files = {role: [Path(one).name for one in some] for role, some in paths.items()}
    node = load_file(Path(path), diagnostics)
    file = None if node is None else intake_from_source(node, diagnostics)
    if file is None:
        return None
    sections = {CASES: file.cases} if file.cases is not None else {}
    sections |= {str(name): section for name, section in file.relations.items()}
    columns = _columns(versions)
    _check_names(file, columns, files, diagnostics)
    warnings = [one for role, section in sections.items() for one in kinds_warnings(role, section, files.get(role, ()))]
    every = tuple(dict.fromkeys(name for some in files.values() for name in some))
    for pattern, section in file.files.items():
        found = [name for name in every if fnmatchcase(name, pattern)]
        if pattern in every:
            report_kinds(pattern, section, diagnostics)
        elif found:
            warnings += kinds_warnings(pattern, section, found)
        else:
            headline = msg("no file of the run is called `{pattern}`", pattern=pattern)
            _check_name(pattern, every, headline, diagnostics)
    for section in (*sections.values(), *file.files.values()):
        _check_file(section, diagnostics)
    bound = Versions(tuple(_bound(one, sections, diagnostics) for one in versions.rulesets))
    _check_single(file, bound, files, diagnostics)
    keys = made_keys(file, bound, files, paths.get(CASES, ()), diagnostics)
    if diagnostics.errors > before:
        return None
    return Intake(bound, file, columns, tuple(warnings), keys)


def _columns(versions: Versions) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for one in versions.rulesets:
        for role, fields in (
            (CASES, one.inputs),
            *((relation.id, relation.fields) for relation in one.relations_to_give),
        ):
            found.setdefault(role, {}).update((field.id, field.column) for field in fields)
    return found


def _check_names(
    file: IntakeFile,
    columns: Mapping[str, Mapping[str, str]],
    files: Mapping[str, Collection[str]],
    diagnostics: Diagnostics,
) -> None:
    relations = [role for role in columns if role != CASES]
    for name in file.relations:
        _check_name(name, relations, msg("the ruleset has no relation `{relation}`", relation=name), diagnostics)
    roles = [(CASES, file.cases), *((str(name), section) for name, section in file.relations.items())]
    for role, section in roles:
        for name in () if section is None else (*section.fields, *section.columns):
            headline = msg("`{owner}` has no `{part}`", owner=role, part=name)
            _check_name(name, tuple(columns.get(role, {name: ""})), headline, diagnostics)
    for pattern, section in file.files.items():
        owners = [role for role in columns if _matches(pattern, files.get(role, ()))] or list(columns)
        every = dict.fromkeys(name for role in owners for name in columns[role])
        for name in (*section.fields, *section.columns):
            headline = msg("none of {owners} has `{part}`", owners=listed(owners), part=name)
            if len(owners) == 1:
                headline = msg("`{owner}` has no `{part}`", owner=owners[0], part=name)
            _check_name(name, tuple(every), headline, diagnostics)


def _matches(pattern: str, names: Collection[str]) -> bool:
    return any(fnmatchcase(name, pattern) for name in names)


def _check_single(
    file: IntakeFile, versions: Versions, files: Mapping[str, Collection[str]], diagnostics: Diagnostics
) -> None:
    """Check the notations of single files against the fields of the roles that they have."""
    relations = [one for each in versions.rulesets for one in each.relations]
    for pattern, section in file.files.items():
        for role in (role for role, names in files.items() if _matches(pattern, names)):
            if any(one.id == role and one.feed is not None for one in relations):
                _refuse_feed(section, diagnostics)
            _own_notations(_fields_of(versions, role), [section], diagnostics)


def _check_name(name: Text, known: Sequence[str], headline: Message, diagnostics: Diagnostics) -> None:
    if name not in known:
        near = closest(name, known)
        help_ = None if near is None else msg("did you mean `{near}`?", near=near)
        diagnostics.add("N101", name.span, headline, help=help_)


def _check_file(section: FileSection, diagnostics: Diagnostics) -> None:
    if section.delimiter is not None and len(_sign(section.delimiter)) != 1:
        diagnostics.add("T109", section.delimiter.span, msg("`delimiter` takes one character, or `tab`"))
    if section.encoding is not None:
        try:
            "".encode(section.encoding)
        except (LookupError, ValueError):  # unknown, no encoding of text, or not a valid name
            diagnostics.add(
                "T109", section.encoding.span, msg("unknown encoding `{encoding}`", encoding=section.encoding)
            )
    if section.header == "0":
        diagnostics.add("T109", section.header.span, msg("lines are counted from 1"))


def _sign(text: str) -> str:
    return "\t" if text in ("tab", "\\t") else text


def _with(section: FileSection, options: ReadOptions, columns: Mapping[str, str]) -> ReadOptions:
    renamed = dict(options.renamed) | {
        columns[name]: str(heading) for name, heading in section.columns.items() if name in columns
    }
    return replace(
        options,
        encoding=options.encoding if section.encoding is None else str(section.encoding),
        delimiter=options.delimiter if section.delimiter is None else _sign(section.delimiter),
        sheet=options.sheet if section.sheet is None else str(section.sheet),
        header=options.header if section.header is None else int(section.header),
        skip=options.skip if section.skip is None else int(section.skip),
        fill_merged=options.fill_merged if section.merged is None else section.merged == "fill",
        renamed=tuple(renamed.items()),
    )


def _bound(ruleset: Ruleset, sections: Mapping[str, FileSection], diagnostics: Diagnostics) -> Ruleset:
    relations = tuple(_bound_relation(one, sections.get(one.id), diagnostics) for one in ruleset.relations)
    return replace(ruleset, inputs=_fields(ruleset.inputs, sections.get(CASES), diagnostics), relations=relations)


def _bound_relation(relation: Relation, section: FileSection | None, diagnostics: Diagnostics) -> Relation:
    if relation.feed is not None and section is not None:
        _refuse_feed(section, diagnostics)
    return replace(relation, fields=_fields(relation.fields, section, diagnostics))


def _fields(
    fields: tuple[InputField, ...], section: FileSection | None, diagnostics: Diagnostics
) -> tuple[InputField, ...]:
    if section is None:
        return fields
    marks = tuple(dict.fromkeys(map(str, section.missing)))
    found: list[InputField] = []
    for one in fields:
        own = one.notation
        if marks and own.missing is None:
            own = replace(own, missing=marks)
        written = next((each for name, each in section.fields.items() if name == one.id), None)
        if written is not None:
            own = notation(written, one.type, diagnostics, own)
        found.append(one if own == one.notation else replace(one, for_run=own))
    return tuple(found)


def _refuse_feed(section: FileSection, diagnostics: Diagnostics) -> None:
    place = next(iter((*section.fields, *section.missing)), None)
    if place is not None:
        diagnostics.add("T107", place.span, msg("the fields of a feed are written as the feed has them"))


def _fields_of(versions: Versions, role: str) -> list[InputField]:
    if role == CASES:
        return [one for each in versions.rulesets for one in each.inputs]
    return [one for each in versions.rulesets for of in each.relations if of.id == role for one in of.fields]


def _own_notations(
    fields: Sequence[InputField], sections: Sequence[FileSection], diagnostics: Diagnostics
) -> FileNotations:
    """Return how a file writes fields of which its own sections say something, the later of them counting first."""
    own: dict[Asked, Notation] = {}
    for field in fields:
        found = field.written
        for section in sections:
            written = next((each for name, each in section.fields.items() if name == field.id), None)
            if written is not None:
                found = notation(written, field.type, diagnostics, found)
        if found != field.written:
            own[asked_of(field)] = found
    return FileNotations(tuple(own.items())) if own else AS_ALL
