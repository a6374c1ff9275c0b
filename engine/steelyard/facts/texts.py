"""A single case from texts: worked cases of a ruleset, and conformance cases, on the same road as files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from steelyard.calendars.zones import zone
from steelyard.diagnostics import msg
from steelyard.diagnostics.plain import encodable
from steelyard.diagnostics.suggestions import closest
from steelyard.facts.assembly import Assembly, key_field
from steelyard.facts.case import Case, Reject
from steelyard.facts.cells import Cell
from steelyard.facts.effective import Effective
from steelyard.facts.fields import read_values
from steelyard.facts.format import format_value
from steelyard.facts.reading import Place
from steelyard.facts.relations import Collector
from steelyard.ir.ruleset import InputField, Ruleset
from steelyard.ir.types import Text
from steelyard.ir.versions import Versions, versions_of

UNNAMED = "1"
"""The key of a case that gives none, where keys are open text."""

Texts = Mapping[str, str | None]
"""Values as written, by id; None and empty text are missing."""


def case_from_texts(rules: Ruleset | Versions, given: Texts, rows: Mapping[str, Sequence[Texts]]) -> Case | Reject:
    """Read one case.

    Args:
        rules: what the case must have: the version in force on its reference date says so.
        given: the inputs by id. The key may be left out where keys are open text.
        rows: the rows of relations by id, their fields by id. A relation that is left out has no rows, and a
            row that leaves out the case's key belongs to the case.

    Returns:
        The case; or a reject whose `where` is an id, `relation.field` for rows. Unknown ids reject too.
    """
    versions = versions_of(rules)
    ruleset, undated = Effective(versions, versions.newest.reference_date).choose(given)
    here = zone(ruleset.timezone)
    key = key_field(ruleset)
    given = {**given} if given.get(key.id) or key.type != Text() else {**given, key.id: UNNAMED}
    text = encodable(given.get(key.id) or "")
    if undated is not None:
        return undated.reject(text)
    unknown = _unknown(text, "", given, (field.id for field in ruleset.inputs)) or _unknown(
        text, "", rows, (relation.id for relation in ruleset.relations)
    )
    if unknown is not None:
        return unknown
    read = read_values(_by_id(ruleset.inputs), given, here)
    if read.fault is not None:
        return read.fault.reject(text)
    found: list[Collector] = []
    for relation in ruleset.relations:
        collector = Collector(replace(relation, fields=_by_id(relation.fields)), here)
        found.append(collector)
        for number, row in enumerate(rows.get(relation.id, ()), 1):
            unknown = _unknown(text, f"{relation.id}.", row, (field.id for field in relation.fields))
            if unknown is not None:
                return unknown
            cells: dict[str, Cell] = {**row}
            if relation.of_case is not None and not row.get(relation.of_case):
                cells[relation.of_case] = text
            collector.take(cells, Place("", number, number))
        if (bad_row := collector.first_bad()) is not None:
            return replace(bad_row, key=text, line=None)
    stored = read.values[key.id]
    relations = [collector.finish() for collector in found]
    strangers = [rows.relation for rows in relations if any(other != stored for other in rows.by_case)]
    if strangers:
        where = f"{strangers[0].id}.{strangers[0].of_case}"
        return Reject(text, where, "", msg("the key of the case, `{key}`", key=text))
    return Assembly(relations).case(format_value(stored, key.type, here), stored, read.values)


def _by_id(fields: Iterable[InputField]) -> tuple[InputField, ...]:
    return tuple(replace(field, column=field.id) for field in fields)


def _unknown(key: str, prefix: str, given: Iterable[str], known: Iterable[str]) -> Reject | None:
    names = list(known)
    for name in given:
        if name not in names:
            near = closest(name, names)
            hint = None if near is None else msg("did you mean `{near}`?", near=near)
            return Reject(
                key, encodable(prefix + name), encodable(name), msg("a name that the ruleset declares"), hint=hint
            )
    return None
