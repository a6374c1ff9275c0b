"""From worked cases to cases: parameters are bound, texts are read as files are, rows that nobody gives are derived."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from steelyard.calendars.zones import zone
from steelyard.diagnostics import Diagnostic, Diagnostics, msg
from steelyard.facts.assembly import key_field
from steelyard.facts.case import Case, Reject
from steelyard.facts.format import format_value
from steelyard.facts.texts import case_from_texts
from steelyard.ir.bind import COMMAND_LINE, bind_versions
from steelyard.ir.ruleset import Relation, Ruleset
from steelyard.ir.types import Text as AnyText
from steelyard.ir.versions import Versions
from steelyard.semantics.derived import derive
from steelyard.trial.worked import WorkedCase

_UNSET = "E130"
Rows = Mapping[str, Sequence[Mapping[str, str]]]


@dataclass(frozen=True, slots=True)
class Built:
    """A worked case, ready.

    Attributes:
        rules: the versions, with the parameters of the case.
        version: that in force; the newest where the case is rejected.
        given, rows: what the case was read from, with its key and rows that were derived.
        case: what it is made of, or why intake rejects it.
    """

    worked: WorkedCase
    rules: Versions
    version: Ruleset
    given: Mapping[str, str]
    rows: Rows
    case: Case | Reject


@dataclass(frozen=True, slots=True)
class Together:
    """The cases of a file that have the same parameters."""

    rules: Versions
    cases: tuple[Built, ...]


def together(
    rules: Versions, cases: Sequence[WorkedCase], diagnostics: Diagnostics, settings: Mapping[str, str] | None = None
) -> Iterator[Together]:
    """Make cases ready, those with the same parameters together.

    Args:
        rules: parameters need no value.
        cases: all of a file, with ids as names (`resolve`): rows are derived from them.
        diagnostics: take what is wrong with parameters; such cases are left out.
        settings: the values of parameters that a case does not set.
    """
    groups: dict[tuple[tuple[str, str], ...], list[tuple[int, WorkedCase]]] = {}
    for number, worked in enumerate(cases, 1):
        groups.setdefault(tuple(sorted(worked.settings.items())), []).append((number, worked))
    for own, members in groups.items():
        found = Diagnostics()
        bound = bind_versions(rules, {**(settings or {}), **dict(own)}, found)
        diagnostics.extend(tuple(_placed(one, members[0][1]) for one in found.sorted()))
        if bound is not None:
            yield Together(bound, tuple(_built(bound, members)))


def _placed(found: Diagnostic, worked: WorkedCase) -> Diagnostic:
    """What is wrong with a parameter, at its place in the file of cases."""
    if found.code == _UNSET:
        help_ = msg("give it in the case: `set: {{NAME: VALUE}}`")
        return replace(found, span=worked.name.span, help=help_)
    if found.span is None or not found.span.file.startswith(COMMAND_LINE):
        return found
    for name, value in worked.settings.items():
        if found.span.file.startswith(COMMAND_LINE) and found.span.file.endswith(f"={value}"):
            return replace(found, span=name.span if found.code == "N101" else value.span)
    return found


def _built(rules: Versions, members: Sequence[tuple[int, WorkedCase]]) -> Iterator[Built]:
    derived = {one.id for version in rules.rulesets for one in version.relations if one.derived is not None}
    made = [_case(rules, number, worked, dict.fromkeys(derived, ())) for number, worked in members]
    if not derived:
        yield from made
        return
    cases = [one.case for one in made if isinstance(one.case, Case)]
    rows = {
        (version.version, one.id): _derived(version, one, cases)
        for version in rules.rulesets
        for one in version.relations
        if one.derived is not None
    }
    for (number, worked), one in zip(members, made, strict=True):
        own = {name: rows[one.version.version, name] for name in derived if (one.version.version, name) in rows}
        yield _case(rules, number, worked, own)


def _case(rules: Versions, number: int, worked: WorkedCase, derived: Rows) -> Built:
    """Read a case. Where a key is any text, one that gives none has its number in the file."""
    key = key_field(rules.newest)
    given = {str(name): text for name, text in worked.given.items()}
    if key.type == AnyText() and not given.get(key.id):
        given[key.id] = str(number)
    rows = {
        str(name): [{str(field): text for field, text in row.items()} for row in found]
        for name, found in worked.rows.items()
    }
    rows = {**derived, **rows}
    case = case_from_texts(rules, given, rows)
    version = rules.of(case.values) if isinstance(case, Case) else None
    return Built(worked, rules, version or rules.newest, given, rows, case)


def _derived(ruleset: Ruleset, relation: Relation, cases: Sequence[Case]) -> tuple[Mapping[str, str], ...]:
    """The rows of a derived relation, as a file has them."""
    here, types = zone(ruleset.timezone), {one.id: one.type for one in relation.fields}
    return tuple(
        {name: format_value(value, types[name], here) for name, value in row.values.items()}
        for row in derive(ruleset, relation, cases)
    )
