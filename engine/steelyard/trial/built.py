"""From worked cases to cases: parameters are bound, texts are read as files are, rows that nobody gives are derived."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from steelyard.calendars.zones import zone
from steelyard.diagnostics import Diagnostic, Diagnostics, Message, msg
from steelyard.diagnostics.suggestions import MOST_ERRORS, alternatives, closest, listed
from steelyard.facts.assembly import key_field
from steelyard.facts.case import Case, Reject
from steelyard.facts.format import format_value
from steelyard.facts.problem import Problem
from steelyard.facts.texts import case_from_texts
from steelyard.ir.bind import COMMAND_LINE, bind_versions
from steelyard.ir.ruleset import Relation, Ruleset
from steelyard.ir.types import Text as AnyText
from steelyard.ir.versions import Versions
from steelyard.semantics.derived import derive
from steelyard.source import Text
from steelyard.trial.names import names_of
from steelyard.trial.worked import WorkedCase, text_of

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


def check_names(rules: Versions, cases: Sequence[WorkedCase], diagnostics: Diagnostics) -> None:
    """Report names that no version of the ruleset declares, and expectations that no result can have."""
    inputs = dict.fromkeys(one.id for version in rules.rulesets for one in version.inputs)
    fields: dict[str, dict[str, None]] = {}
    for version in rules.rulesets:
        for relation in version.relations_to_give:
            known = fields.setdefault(relation.id, {})
            known.update(dict.fromkeys(one.id for one in relation.fields))
    names = [names_of(version) for version in rules.rulesets]
    results = dict.fromkeys(name for one in names for name in one.known)
    for worked in cases:
        for name in worked.given:
            _check(name, inputs, msg("there is no input `{name}`", name=name), diagnostics)
        for relation, rows in worked.rows.items():
            _check(relation, fields, msg("there is no relation `{name}`", name=relation), diagnostics)
            known = fields.get(relation, {})
            for name in (name for row in rows if known for name in row):
                unknown = msg("there is no field `{name}` in `{relation}`", name=name, relation=relation)
                _check(name, known, unknown, diagnostics)
        for expectation in worked.expect:
            found = [one.canonical(expectation) for one in names if one.find(expectation.name) is not None]
            if not found:
                unknown = msg("there is no result `{name}`", name=expectation.name)
                _report(expectation.name, results, unknown, diagnostics)
            elif all(isinstance(one, Problem) for one in found):
                problem = next(one for one in found if isinstance(one, Problem))
                diagnostics.add(
                    "E151",
                    expectation.span,
                    msg(
                        "`{name}` cannot be `{value}`: it is {expected}",
                        name=expectation.name,
                        value=text_of(expectation.value),
                        expected=problem.expected,
                    ),
                    help=problem.hint,
                )


def _check(name: Text, known: Mapping[str, object], unknown: Message, diagnostics: Diagnostics) -> None:
    if name not in known:
        _report(name, known, unknown, diagnostics)


def _report(name: Text, known: Mapping[str, object], unknown: Message, diagnostics: Diagnostics) -> None:
    """Report a name that is not known, with the nearest that is."""
    near = None if diagnostics.errors >= MOST_ERRORS else closest(name, known)
    help_ = (
        msg("did you mean `{near}`?", near=near)
        if near is not None
        else msg("among the names are {names}", names=listed(alternatives(name, known)))
        if known and diagnostics.errors < MOST_ERRORS
        else None
    )
    diagnostics.add("N101", name.span, unknown, help=help_)


def together(
    rules: Versions, cases: Sequence[WorkedCase], diagnostics: Diagnostics, settings: Mapping[str, str] | None = None
) -> Iterator[Together]:
    """Make cases ready, those with the same parameters together.

    Args:
        rules: parameters need no value.
        cases: all of a file: rows are derived from them.
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
        if found.span.file == f"{COMMAND_LINE} {name}={value}":
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
