"""Reads a single case from texts: worked cases of a ruleset and conformance cases, in the same way as files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from steelyard.diagnostics import msg
from steelyard.diagnostics.plain import encodable
from steelyard.diagnostics.suggestions import closest
from steelyard.facts.assembly import key_field
from steelyard.facts.case import Case, Reject
from steelyard.facts.effective import Effective
from steelyard.facts.fields import quoted
from steelyard.facts.single import CaseReader, rows_wanted
from steelyard.ir.ruleset import Relation, Ruleset
from steelyard.ir.types import Text
from steelyard.ir.versions import Versions, versions_of

UNNAMED = "1"
"""The key of a case that has none, where keys are arbitrary text."""

Texts = Mapping[str, str | None]
"""Values as written, by id; None and empty text mean missing."""


def case_from_texts(rules: Ruleset | Versions, given: Texts, rows: Mapping[str, Sequence[Texts]]) -> Case | Reject:
    """Read one case.

    Args:
        rules: the ruleset; the case is read by the version in force on its reference date.
        given: the inputs by id. The key may be absent where keys are arbitrary text.
        rows: the rows of relations by id, as fields by id. An absent relation has no rows, but that of a
            derived one must be given. A row without the case's key belongs to the case.

    Returns:
        The case; or a reject whose `where` is an id, or `relation.field` for a row, whose number is then its `line`.
        Unknown ids reject too.
    """
    versions = versions_of(rules)
    ruleset, undated = Effective(versions, versions.newest.reference_date).choose(given)
    key = key_field(ruleset)
    given = {**given} if given.get(key.id) or key.type != Text() else {**given, key.id: UNNAMED}
    text = encodable(given.get(key.id) or "")
    if undated is not None:
        return undated.reject(text)
    declared = {relation.id: relation for relation in ruleset.relations_to_give}
    unknown = _unknown(text, "", given, (field.id for field in ruleset.inputs)) or _unknown(text, "", rows, declared)
    for name, own in rows.items() if unknown is None else ():
        fields = [field.id for field in declared[name].fields]
        unknown = next((bad for row in own if (bad := _unknown(text, f"{name}.", row, fields))), unknown)
    if unknown is not None:
        return unknown
    lacking = next((one.id for one in declared.values() if one.derived is not None and one.id not in rows), None)
    if lacking is not None:
        return Reject(text, lacking, "", rows_wanted(derived=True))
    single = CaseReader(versions).read(given, {name: _with_key(declared[name], own) for name, own in rows.items()})
    if single.skipped:
        return replace(single.skipped[0], key=text)
    if single.unmatched:
        relation = declared[single.unmatched[0][0]]
        return Reject(
            text, f"{relation.id}.{relation.of_case}", "", msg("the key of the case, `{key}`", key=quoted(key, text))
        )
    return single.case


def _with_key(relation: Relation, rows: Sequence[Texts]) -> list[Texts]:
    """Remove an empty key from rows; it stands for the key of the case."""
    own = relation.of_case
    return [row if own is None or row.get(own) else {n: v for n, v in row.items() if n != own} for row in rows]


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
