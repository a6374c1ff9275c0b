"""Reads a single case from mappings, in the same way as the rows of files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from steelyard.calendars.zones import Zone, zone
from steelyard.diagnostics import Message, msg
from steelyard.diagnostics.suggestions import alternatives, closest, listed
from steelyard.facts.assembly import Assembly, key_field
from steelyard.facts.case import Case, Reject, joined
from steelyard.facts.cells import Cell, shown
from steelyard.facts.effective import Effective
from steelyard.facts.fields import Fault, RowReader
from steelyard.facts.format import format_value
from steelyard.facts.problem import Problem
from steelyard.facts.python import ArgumentError, cells_of
from steelyard.facts.reading import Place
from steelyard.facts.recurring import recurring_rows
from steelyard.facts.relations import Collector, RelationRows
from steelyard.ir.expressions import Stored
from steelyard.ir.ruleset import InputField, Relation, Ruleset
from steelyard.ir.versions import Versions, versions_of

Cells = Mapping[str, Cell]


@dataclass(frozen=True, slots=True)
class Single:
    """The result of reading a single case.

    Attributes:
        ruleset: the version by which the case was read; the newest where none fits the reference date.
        case: the case, or its reject. The reject's `where` is an id, or `relation.field` for rows.
        values: the inputs that could be read.
        skipped: bad rows of feeds, which were left out.
        unmatched: by relation, how many rows have the key of another case; they were left out.
    """

    ruleset: Ruleset
    case: Case | Reject
    values: Mapping[str, Stored]
    skipped: tuple[Reject, ...] = ()
    unmatched: tuple[tuple[str, int], ...] = ()

    @property
    def warnings(self) -> tuple[Message, ...]:
        """Messages about what was left out."""
        bad = (
            msg(
                "a row of a feed was left out: `{column}` is “{value}”, expected {expected}",
                column=reject.where,
                value=reject.value,
                expected=reject.expected,
            )
            for skipped in self.skipped
            for reject in skipped.all
        )
        others = (
            msg(
                "{count} {count:row|rows} of `{relation}` {count:matches|match} no case", count=count, relation=relation
            )
            for relation, count in self.unmatched
        )
        return (*bad, *others)


@dataclass(frozen=True, slots=True)
class _Plan:
    """What reading under one version needs. Columns are named by ids here."""

    inputs: RowReader
    relations: tuple[tuple[Relation, RowReader], ...]
    recurring: tuple[RelationRows, ...]


class CaseReader:
    """Reads cases one by one. What cases share is prepared once. Thread-safe."""

    def __init__(self, rules: Ruleset | Versions) -> None:
        """Prepare.

        Args:
            rules: the ruleset; with several versions each case is read by the version of its reference date.
        """
        versions = versions_of(rules)
        self._zone: Zone = zone(versions.newest.timezone)
        self._key = key_field(versions.newest)
        self._effective = Effective(versions, versions.newest.reference_date)
        self._plans = {
            one.version: _Plan(
                RowReader(_by_id(one.inputs), self._zone),
                tuple(_prepared(relation, self._zone) for relation in one.relations_to_give),
                tuple(rows for relation in one.relations if (rows := recurring_rows(relation, self._zone)) is not None),
            )
            for one in versions.rulesets
        }
        self._inputs = dict.fromkeys(field.id for one in versions.rulesets for field in one.inputs)
        self._derived = {each.id for one in versions.rulesets for each in one.relations if each.derived is not None}
        self._fields: dict[str, dict[str, None]] = {}
        for one in versions.rulesets:
            for relation in one.relations_to_give:
                names = self._fields.setdefault(relation.id, {})
                names.update(dict.fromkeys(field.id for field in relation.fields))

    def read_python(
        self, given: Mapping[str, object], rows: Mapping[str, Iterable[Mapping[str, object]]] | None
    ) -> Single:
        """Read a case from Python values (see `cell_of`).

        Args:
            given: the inputs by id, of any version; an absent one is missing.
            rows: for every relation of any version its rows, as fields by id. A row without the key of the case belongs
                to the case.

        Raises:
            ArgumentError: a name that no version declares, a relation that is not given, a value of a type that
                intake cannot read.
        """
        cells = cells_of(_checked(given, self._inputs, "", msg("a mapping of inputs")))
        if not self._fields and not rows:
            return self.read(cells, {})
        tables = _checked(rows or {}, self._fields, "", msg("a mapping of relations"))
        found: dict[str, list[Cells]] = {}
        for name, fields in self._fields.items():
            if name not in tables:
                raise ArgumentError(name, None, rows_wanted(derived=name in self._derived))
            found[name] = [
                cells_of(_checked(row, fields, f"{name}.", _rows_expected()), f"{name}.")
                for row in _listed(name, tables[name])
            ]
        return self.read(cells, found)

    def read(self, given: Cells, rows: Mapping[str, Sequence[Cells]]) -> Single:
        """Read a case from cells.

        Args:
            given: the inputs by id; other names are ignored.
            rows: the rows of relations by id, as fields by id; an absent relation has no rows.
        """
        version, undated = self._effective.choose(given)
        plan = self._plans[version.version]
        read = plan.inputs.read(given)
        text = shown(given.get(self._key.id))
        readers = (one.inputs for one in self._plans.values())
        if (bad := self._effective.faults(undated, read, given, readers)) is not None:
            return Single(version, bad.reject(text), read.values)
        key = read.values.get(self._key.id)
        if key is None:
            fault = Fault(self._key.id, "", Problem(msg("a value (it is required)")))
            return Single(version, fault.reject(text), read.values)
        text = format_value(key, self._key.type, self._zone)
        collectors: list[Collector] = []
        for relation, reader in plan.relations:
            collector = Collector(relation, self._zone, reader)
            collectors.append(collector)
            for number, row in enumerate(rows.get(relation.id, ()), 1):
                own = relation.of_case
                whole = row if own is None or own in row else {**row, own: given.get(self._key.id)}
                collector.take(whole, Place("", number, number))
            if collector.unassigned:
                bad_rows = (
                    fault.reject(text, line=place.line, relation=relation.id) for fault, place in collector.unassigned
                )
                return Single(version, joined(tuple(bad_rows)), read.values)
        relations = [collector.finish() for collector in collectors]
        counts = ((found.relation.id, found.unmatched_count({key: None})) for found in relations)
        return Single(
            version,
            Assembly([*relations, *plan.recurring]).case(text, key, read.values),
            read.values,
            tuple(reject for found in relations for reject in found.in_feed),
            tuple((name, count) for name, count in counts if count),
        )


def _by_id(fields: Iterable[InputField]) -> tuple[InputField, ...]:
    return tuple(replace(field, column=field.id) for field in fields)


def _prepared(relation: Relation, here: Zone) -> tuple[Relation, RowReader]:
    by_id = replace(relation, fields=_by_id(relation.fields))
    return by_id, RowReader(by_id.fields, here)


def rows_wanted(*, derived: bool) -> Message:
    """What is expected of a relation that is not given."""
    if derived:
        return msg("its row for this case: rows derived from cases need a whole portfolio; `[]` says that it has none")
    return msg("the rows of the relation; `[]` says that it has none")


def _rows_expected() -> Message:
    return msg("rows, each a mapping of fields; `[]` says that there are none")


def _listed(name: str, rows: Any) -> Iterable[Any]:  # noqa: ANN401 - of the caller
    """Check that rows are an iterable of mappings."""
    if isinstance(rows, str | bytes | Mapping) or not isinstance(rows, Iterable):
        raise ArgumentError(name, cast("object", rows), _rows_expected())
    return cast("Iterable[Any]", rows)


def _checked(given: object, known: Mapping[str, object], prefix: str, expected: Message) -> Mapping[str, Any]:
    """Check that all names of a mapping are declared."""
    if not isinstance(given, Mapping):
        raise ArgumentError(prefix.removesuffix("."), given, expected)
    names: Mapping[Any, object] = given  # pyright: ignore[reportUnknownVariableType]
    if not names.keys() <= known.keys():
        for name in names:
            if name not in known:
                raise _unknown(name, known, prefix)
    return names


def _unknown(name: object, known: Mapping[str, object], prefix: str) -> ArgumentError:
    if not isinstance(name, str):
        return ArgumentError(f"{prefix}{name!r}", name, msg("a name, as text"))
    near = closest(name, known)
    return ArgumentError(
        prefix + name,
        name,
        _known(near, listed(alternatives(name, known))),
        None if near is None else msg("did you mean `{near}`?", near=near),
    )


def _known(near: str | None, some: str) -> Message:
    if near is not None:
        return msg("a name that the ruleset declares, perhaps `{near}`", near=near)
    return msg("a name that the ruleset declares, such as {names}", names=some) if some else msg("no name at all")
