"""Finds what the names in worked cases mean, and reports names and values that a ruleset cannot have."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

from steelyard.diagnostics import Diagnostics, Label, Message, msg
from steelyard.diagnostics.suggestions import MOST_ERRORS, alternatives, closest, listed
from steelyard.facts.problem import Problem
from steelyard.ir.named_ids import ids_by_name, relation_ids
from steelyard.ir.ruleset import InputField
from steelyard.ir.versions import Versions
from steelyard.source import Text
from steelyard.trial.names import Names, names_of
from steelyard.trial.worked import Expectation, WorkedCase, text_of

V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class _Known:
    """What names may stand in cases; each with the id that it means.

    Attributes:
        fields: of each relation, by its id.
        names: the results that can be expected, by version.
        results: their names, for suggestions.
    """

    inputs: Mapping[str, str]
    relations: Mapping[str, str]
    fields: Mapping[str, Mapping[str, str]]
    names: tuple[Names, ...]
    results: tuple[str, ...]


def resolve(rules: Versions, cases: Sequence[WorkedCase], diagnostics: Diagnostics) -> tuple[WorkedCase, ...]:
    """Put ids in the place of labels and columns, and report whatever no version of the ruleset has.

    Args:
        rules: the versions.
        cases: as they are written.
        diagnostics: take names that are not known, and expectations that no result can have; such are left out.
    """
    given = {one.id for version in rules.rulesets for one in version.relations_to_give}
    names = tuple(names_of(version) for version in rules.rulesets)
    known = _Known(
        inputs=_ids(one for version in rules.rulesets for one in version.inputs),
        relations={name: own for name, own in relation_ids(rules).items() if own in given},
        fields={
            name: _ids(
                field
                for version in rules.rulesets
                for one in version.relations_to_give
                if one.id == name
                for field in one.fields
            )
            for name in given
        },
        names=names,
        results=tuple(dict.fromkeys(name for one in names for name in one.known)),
    )
    return tuple(_resolved(worked, known, diagnostics) for worked in cases)


def _ids(fields: Iterable[InputField]) -> dict[str, str]:
    return ids_by_name((one.id, (one.column, one.label.zh, one.label.en)) for one in fields)


def _resolved(worked: WorkedCase, known: _Known, diagnostics: Diagnostics) -> WorkedCase:
    rows: dict[Text, tuple[Mapping[Text, str], ...]] = {}
    for relation, found in _named(worked.rows, known.relations, _no_relation, diagnostics).items():
        unknown = partial(_no_field, relation)
        rows[relation] = tuple(_named(row, known.fields[relation], unknown, diagnostics) for row in found)
    for expectation in worked.expect:
        _check(expectation, known, diagnostics)
    given = _named(worked.given, known.inputs, _no_input, diagnostics)
    return replace(worked, given=given, rows=rows)


def _no_input(name: str) -> Message:
    return msg("there is no input `{name}`", name=name)


def _no_relation(name: str) -> Message:
    return msg("there is no relation `{name}`", name=name)


def _no_field(relation: str, name: str) -> Message:
    return msg("there is no field `{name}` in `{relation}`", name=name, relation=relation)


def _named(
    values: Mapping[Text, V], ids: Mapping[str, str], unknown: Callable[[str], Message], diagnostics: Diagnostics
) -> dict[Text, V]:
    """Values by id; names keep their places."""
    found: dict[Text, V] = {}
    written: dict[str, Text] = {}
    for name, value in values.items():
        own = ids.get(name)
        if own is None:
            _report(name, ids, unknown(name), diagnostics)
            continue
        first = written.setdefault(own, name)
        if first is not name:
            headline = msg(
                "`{name}` is given twice: as `{first}` and as `{second}`", name=own, first=first, second=name
            )
            diagnostics.add("Y102", name.span, headline, labels=(Label(first.span, msg("the other one")),))
        found[Text(own, name.span)] = value
    return found


def _check(expectation: Expectation, known: _Known, diagnostics: Diagnostics) -> None:
    """Report an expectation that no version can meet."""
    name = expectation.name
    found = [one.canonical(expectation) for one in known.names if one.find(name) is not None]
    if not found:
        _report(name, known.results, msg("there is no result `{name}`", name=name), diagnostics)
        return
    problems = [one for one in found if isinstance(one, Problem)]
    if len(problems) == len(found):
        value, expected = text_of(expectation.value), problems[0].expected
        headline = msg("`{name}` cannot be `{value}`: it is {expected}", name=name, value=value, expected=expected)
        diagnostics.add("E151", expectation.span, headline, help=problems[0].hint)


def _report(name: Text, known: Iterable[str], unknown: Message, diagnostics: Diagnostics) -> None:
    """Report a name that is not known, with the nearest that is."""
    help_: Message | None = None
    if diagnostics.errors < MOST_ERRORS:
        near, some = closest(name, known), alternatives(name, known)
        if near is not None:
            help_ = msg("did you mean `{near}`?", near=near)
        elif some:
            help_ = msg("among the names are {names}", names=listed(some))
    diagnostics.add("N101", name.span, unknown, help=help_)
