"""Makes a worked case of a case of a portfolio: only the rows that it needs, without what tells of a person."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from steelyard.calendars.zones import zone
from steelyard.diagnostics import Message, msg
from steelyard.facts.assembly import key_field
from steelyard.facts.case import Case, Row
from steelyard.facts.format import format_value
from steelyard.facts.texts import case_from_texts
from steelyard.ir.expressions import Stored
from steelyard.ir.ruleset import InputField, Relation, Ruleset
from steelyard.ir.types import Text
from steelyard.ir.versions import Versions
from steelyard.semantics import prepare, run
from steelyard.semantics.evaluation import Evaluation
from steelyard.source.yaml_text import in_yaml
from steelyard.trial.results import result_texts

_WHOLE = ("status", "reason", "where", "score", "grade", "fired", "reasons")
"""What is expected of each case, as far as it is not empty."""


class PersonalError(Exception):
    """Raised where a value that tells of a person cannot be replaced. `message` says which, for the user."""

    def __init__(self, message: Message) -> None:
        super().__init__(str(message))
        self.message = message


@dataclass(frozen=True, slots=True)
class _Texts:
    """A case as texts, by id."""

    given: Mapping[str, str]
    rows: Mapping[str, Sequence[Mapping[str, str]]]


@dataclass(slots=True)
class _Names:
    """What personal texts are replaced by: the same by the same, so that rows still belong to their case."""

    found: dict[str, str] = field(default_factory=lambda: {})

    def of(self, text: str) -> str:
        return self.found.setdefault(text, f"x{len(self.found) + 1}")


def worked_case(versions: Versions, case: Case, name: str, settings: Mapping[str, str]) -> str:
    """Write a case as an item of a file of worked cases, with what comes out of it.

    Args:
        versions: bound.
        case: of a portfolio.
        name: of the worked case.
        settings: the parameters that were given, as written.

    Raises:
        PersonalError: a value that tells of a person can neither be replaced nor left out, or results depend on it.
    """
    evaluation = run(prepare(versions.of(case.values) or versions.newest), case)
    expected = _results(evaluation)
    texts = _needed(versions, evaluation, expected)
    public = _without_persons(evaluation.ruleset, texts)
    if _outcome(versions, public) != expected:
        raise PersonalError(msg("results depend on values that tell of a person: write the case by hand"))
    return "".join(f"{line}\n" for line in _lines(name, settings, public, expected))


def _results(evaluation: Evaluation) -> dict[str, str]:
    """What a worked case expects, in the order written; but for the key, which may be replaced."""
    found = result_texts(evaluation.ruleset, evaluation.outcome)
    outputs = {one.id for one in evaluation.ruleset.outputs}
    key = key_field(evaluation.ruleset).id
    wanted = (
        one
        for one in found
        if one != key
        and (one in _WHOLE or one in outputs or one.endswith(".score") or one.partition(".")[0] in {"score", "grade"})
    )
    order = sorted(wanted, key=lambda one: _WHOLE.index(one) if one in _WHOLE else len(_WHOLE))
    return {one: found[one] for one in order if found[one]}


def _outcome(versions: Versions, texts: _Texts) -> dict[str, str] | None:
    """What comes out of a case of texts; None where intake rejects it."""
    case = case_from_texts(versions, texts.given, texts.rows)
    if not isinstance(case, Case):
        return None
    return _results(run(prepare(versions.of(case.values) or versions.newest), case))


def _needed(versions: Versions, evaluation: Evaluation, expected: Mapping[str, str]) -> _Texts:
    """The case with the rows that belong to it; with all of a relation where that is not enough."""
    ruleset, case = evaluation.ruleset, evaluation.case
    given = _texts(ruleset, ruleset.inputs, case.values)
    belong = {
        relation.id: [bound.row for bound in found]
        for relation, found in zip(ruleset.relations, evaluation.env.rows, strict=True)
    }
    few = _Texts(given, _rows(ruleset, lambda one: belong[one.id]))
    if _outcome(versions, few) == expected:
        return few
    return _Texts(given, _rows(ruleset, lambda one: case.rows.get(one.id, ())))


def _rows(ruleset: Ruleset, rows: Callable[[Relation], Sequence[Row]]) -> dict[str, list[Mapping[str, str]]]:
    found: dict[str, list[Mapping[str, str]]] = {}
    for relation in ruleset.relations_to_give:
        written = [_texts(ruleset, relation.fields, row.values) for row in rows(relation)]
        if relation.of_case is not None:  # a row without the key is of the case
            own = relation.of_case
            written = [{name: text for name, text in row.items() if name != own} for row in written]
        if written or relation.derived is not None:
            found[relation.id] = [*written]
    return found


def _texts(ruleset: Ruleset, fields: Sequence[InputField], values: Mapping[str, Stored]) -> dict[str, str]:
    here = zone(ruleset.timezone)
    return {one.id: format_value(values[one.id], one.type, here) for one in fields if one.id in values}


# persons


def _without_persons(ruleset: Ruleset, texts: _Texts) -> _Texts:
    names = _Names()
    fields = {one.id: one.fields for one in ruleset.relations}
    return _Texts(
        _public(ruleset.inputs, texts.given, names),
        {name: [_public(fields[name], row, names) for row in rows] for name, rows in texts.rows.items()},
    )


def _public(fields: Sequence[InputField], values: Mapping[str, str], names: _Names) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in fields:
        if one.id not in values:
            continue
        if not one.personal:
            found[one.id] = values[one.id]
        elif one.type == Text():
            found[one.id] = names.of(values[one.id])
        elif not one.can_be_missing:
            raise PersonalError(
                msg("`{name}` tells of a person and can be neither replaced nor left out", name=one.column)
            )
    return found


# YAML


def _lines(name: str, settings: Mapping[str, str], texts: _Texts, expected: Mapping[str, str]) -> Iterator[str]:
    yield "# taken by `steelyard export`: confirm what is expected, then delete this remark"
    yield f"- case: {in_yaml(name)}"
    if settings:
        yield f"  set: {_flow(settings)}"
    yield "  given:"
    yield from (f"    {in_yaml(one)}: {_value(text)}" for one, text in texts.given.items())
    if texts.rows:
        yield "  rows:"
    for relation, rows in texts.rows.items():
        yield f"    {in_yaml(relation)}:{'' if rows else ' []'}"
        yield from (f"      - {_flow(row)}" for row in rows)
    yield "  expect:"
    yield from (f"    {in_yaml(one)}: {_value(text)}" for one, text in expected.items())


def _value(text: str) -> str:
    """A value; files of worked cases are read as texts, so that truth needs no quotes."""
    return text if text in {"true", "false"} else in_yaml(text)


def _flow(values: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"{in_yaml(name)}: {_value(text)}" for name, text in values.items()) + "}"
