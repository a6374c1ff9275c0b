"""Comments for the SQL: which rule a column comes from, what a step does, what the tables must contain."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlglot import exp

from steelyard.calendars.zones import day_of, zone
from steelyard.engines.sql.dialects import Dialect
from steelyard.engines.sql.layout import Notes
from steelyard.engines.sql.received import described
from steelyard.engines.sql.situations import Situations, share_column
from steelyard.engines.sql.statement import Statement
from steelyard.facts.format import Style, format_units, format_value
from steelyard.ir.canonical import parameters_digest
from steelyard.ir.ruleset import InputField, Label, Named, Ruleset
from steelyard.ir.types import Number

_FACTS = "facts"
_STRATA = ("exemptions", "targets", "scores", "weights", "points", "outputs")
_HEADS = {
    "exemptions": "Exemptions and adjustments: which of them hold",
    "targets": "Indicators: what was measured, and the target after exemptions",
    "scores": "Indicators: the score of each, in hundredths",
    "weights": "Weights: the situation of the case, and the shares that it gives",
    "points": "Points: lost per indicator, base score, deductions, bonuses, corrections, gates",
    "outputs": "The final score, grades and outputs",
}
_TARGETS = ("target", "measure", "paused", "start", "end", "base", "applies", "floor", "low", "high", "elapsed")
_POINTS = ("lost", "base", "fires", "amount", "present", "stands", "lacks", "chosen")
_STEPS = (
    ("_read", "{table} as stored integers; reject_at names the column at fault of a row that intake would reject"),
    ("_rows", "{table}: the good rows"),
    ("_kept", "{table}: the good rows"),
    ("_accepted", "{table}: the rows that intake accepts, from which other relations are derived"),
    ("_judged", "{table}: the same; where a derived value is beyond its type, every row is rejected"),
    ("_cases", "{table}: the group of each case, and what the case adds to it"),
    ("_groups", "{table}: summed up for each group"),
    ("_areas", "{table}: the places that each row names"),
    ("_places", "{table}: the places of cases"),
    ("_levels", "{table}: each place of a case, and the wider places that it lies in"),
    ("_covering", "{table}: which rows cover which place"),
    ("_pairs", "{table}: each row with each case that it belongs to"),
    ("_sums", "{table}: summed up for each case"),
    ("_later", "{table}: the rows again, beside what is known of the case by now"),
    ("_windows", "{table}: the times that do not count"),
)


@dataclass(frozen=True, slots=True)
class _Rule:
    """Something with an id, and the stratum of the columns named after it; None where that varies."""

    named: Named
    stratum: str | None


class Commentary:
    """The comments of one statement. Labels and clauses are in `lang`, the rest in English."""

    def __init__(self, ruleset: Ruleset, statement: Statement, dialect: Dialect, lang: str) -> None:
        self._ruleset = ruleset
        self._statement = statement
        self._dialect = dialect
        self._lang = lang
        self._rules = dict(_rules(ruleset))

    # names

    def renamed(self, query: exp.Query, used: set[str]) -> Mapping[str, str]:
        """Name the layers of the cases after their strata. No name is that of a table that is read."""
        columns = {cte.alias: _columns(cte) for cte in _ctes(query)}
        layers = [name for name in columns if re.fullmatch(rf"{_FACTS}_\d+", name)]
        strata: list[str] = []
        for name in layers:
            found = [place for column in columns[name] if (place := self._stratum(column)) is not None]
            before = _STRATA.index(strata[-1]) if strata else 0
            strata.append(_STRATA[max(before, min(found, default=before))])
        taken = {*columns, *used}
        found_names: dict[str, str] = {}
        for place, (layer, stratum) in enumerate(zip(layers, strata, strict=True)):
            number = strata[: place + 1].count(stratum)
            wanted = stratum if strata.count(stratum) == 1 else f"{stratum}_{number}"
            found_names[layer] = wanted if wanted not in taken else f"{wanted}_of_case"
        for name in columns:
            if name in used:
                found_names[name] = f"{name}_by_key"
        return found_names

    def _stratum(self, column: str) -> int | None:
        """The position of a column's stratum; None where its name does not show it."""
        owner, _, part = column.partition("__")
        if column.startswith("situations_"):
            return _STRATA.index("weights")
        if owner not in self._rules:
            return None
        rule = self._rules[owner]
        if rule.stratum is not None:
            return _STRATA.index(rule.stratum)
        if part.startswith(_TARGETS):
            return _STRATA.index("targets")
        return _STRATA.index("points" if part.endswith(_POINTS) else "scores")

    # comments

    def notes(self, query: exp.Query) -> Notes:
        """Return the comments above steps and beside columns, by their final names."""
        heads: dict[str, list[str]] = {}
        columns: dict[tuple[str, str], str] = {}
        for cte in _ctes(query):
            name = cte.alias
            heads[name] = self._head_of(name)
            for column in _columns(cte):
                note = self._note(column)
                if note is not None:
                    columns[name, column] = note
        heads["results"] = ["The result columns as stored: numbers as whole units, durations in microseconds"]
        heads[""] = ["The result columns with their types, and the rows that were rejected before"]
        for place, (column, _) in enumerate(self._statement.columns):
            note = self._note(column.name.replace(".", "__", 1)) if place else None
            columns.pop(("results", column.name), None)
            if note is not None:
                columns["", column.name] = note
        return Notes(heads, columns)

    def _note(self, column: str) -> str | None:
        owner = re.sub(r"_\d+$", "", column.partition("__")[0])
        rule = self._rules.get(column.partition("__")[0]) or self._rules.get(owner)
        return None if rule is None or rule.named.id in self._plain() else self._said(rule.named)

    def _plain(self) -> set[str]:
        """Return the columns that need no comment, because a score or group has the same name."""
        return {"score"}

    def _said(self, named: Named) -> str:
        """`id: label (clause)`."""
        label = self._label(named.label)
        clause = None if named.source is None or named.source.clause is None else self._label(named.source.clause)
        said = named.id if label == named.id else f"{named.id}: {label}"
        return said if clause is None else f"{said} ({clause})"

    def _label(self, label: Label) -> str:
        return " ".join(label.in_language(self._lang).split())

    def _head_of(self, name: str) -> list[str]:
        if name in self._statement.program.small:
            return list(self._small(name))
        stratum = re.sub(r"_\d+$", "", name.removesuffix("_of_case"))
        if stratum in _HEADS:
            return [_HEADS[stratum]]
        if name == _FACTS:
            return ["The cases that are scored"]
        bare = re.sub(r"_\d+$", "", name)
        for suffix, words in _STEPS:
            if bare.endswith(suffix):
                return [words.format(table=re.sub(r"_pairs|_later|_windows", "", bare.removesuffix(suffix)))]
        named = next((one for one in self._ruleset.relations if one.id == bare), None)
        return [] if named is None else [self._said(named)]

    def _small(self, name: str) -> Iterator[str]:
        """Describe a small table of constants; for situations, the meaning of each bit."""
        situations = self._statement.program.cached.get(("situations", name))
        if not isinstance(situations, Situations):
            comment = self._statement.program.small[name].comment
            if comment is not None:
                yield comment
            return
        yield "Every situation of weights: key_ is a sum of bits, d_ the shares in all, and each n the shares of one."
        for place, (rule, _) in enumerate(situations.fired):
            yield f"  bit {2**place}: {self._of(rule)} holds"
        for place, (rule, _) in enumerate(situations.waived, len(situations.fired)):
            yield f"  bit {2**place}: {self._of(rule)} is waived"
        for place, member in enumerate(situations.members):
            yield f"  {share_column(place)}: {self._of(member)}"

    def _of(self, rule: str) -> str:
        return self._said(self._rules[rule].named) if rule in self._rules else rule

    # the head

    def head(self, stamp: str, cases: str, tables: Mapping[str, str]) -> Iterator[str]:
        """Return the comment at the head of the statement; a relation without a table is derived in it."""
        ruleset = self._ruleset
        yield f"{ruleset.id} {ruleset.version}: {self._label(ruleset.title)}"
        yield f"digest of the policy: {stamp}"
        yield f"digest of the parameters: {parameters_digest(ruleset)}"
        low, high = (None if day is None else day_of(day).isoformat() for day in _ends(ruleset))
        if ruleset.reference_date is not None and (low or high):
            days = " ".join(part for part in (low and f"from {low}", high and f"to {high}") if part)
            yield f"in force for cases whose {ruleset.reference_date} is {days} (days in {ruleset.timezone})"
        yield f"dialect {self._dialect.name}; written by steelyard compile, not by hand"
        yield from self._session()
        if ruleset.parameters:
            yield ""
            yield "Parameters:"
            for one in ruleset.parameters:
                if one.value is None:
                    yield f"  {one.id}: given when this runs  ({self._label(one.label)})"
                    continue
                value = format_value(one.value, one.type, zone(ruleset.timezone), Style.DATA)
                yield f"  {one.id} = {value}  ({self._label(one.label)})"
        yield ""
        yield from self._table(cases, "one row a case", ruleset.inputs)
        for relation in ruleset.relations_to_give:
            yield ""
            if relation.id not in tables:
                yield f"No table {relation.id}: {self._label(relation.label)} is derived here, from the accepted cases."
                continue
            yield from self._table(tables[relation.id], self._label(relation.label), relation.fields)
            if relation.feed is not None:
                yield f"  Rows of {tables[relation.id]} that intake would reject are left out."
        yield ""
        yield from textwrap.wrap(
            "Inside, numbers are whole units of their last digit, dates days since 1970-01-01, instants and durations "
            "microseconds (instants since 1970-01-01 00:00 UTC). A row that intake or a rule rejects "
            "has status 'rejected' and in reject_at the column, rule or relation at fault.",
            110,
        )
        yield from self._unpublished()
        yield ""

    def _session(self) -> Iterator[str]:
        for statement in self._dialect.session_statements():
            yield f"run first: {statement}"

    def _unpublished(self) -> Iterator[str]:
        """Describe lists that are left in their stored form because the dialect cannot convert them concisely."""
        if self._dialect.name == "duckdb":
            return
        for column, _ in self._statement.columns:
            if column.fields:
                kinds = [
                    f"{one.name} in units of {_unit(one.type)}" for one in column.fields if isinstance(one.type, Number)
                ]
                yield f"Items of {column.name} are as stored: {', '.join(kinds)}."

    def _table(self, table: str, said: str, fields: Sequence[InputField]) -> Iterator[str]:
        yield f"Table {table} ({said}):"
        width = max(len(one.id) for one in fields)
        for one in fields:
            there = "" if not one.can_be_missing or one.id == self._ruleset.key else ", or NULL"
            yield f"  {one.id.ljust(width)}  {described(one.type, self._dialect)}{there}  ({self._label(one.label)})"


def _unit(kind: Number) -> str:
    return format_units(1, kind.scale)


def _ends(ruleset: Ruleset) -> tuple[int | None, int | None]:
    return ruleset.effective.low, ruleset.effective.high


def _rules(ruleset: Ruleset) -> Iterator[tuple[str, _Rule]]:
    """Return rules by the first part of their columns' names; an indicator wins over a relation of the same name."""
    for relation in ruleset.relations:
        yield relation.id, _Rule(relation, None)
    for group, stratum in (
        (ruleset.exemptions, "exemptions"),
        (ruleset.weights.adjustments, "exemptions"),
        (ruleset.unscored, "scores"),
        (ruleset.points, "points"),
        (ruleset.outputs, "outputs"),
        (ruleset.scores, "points"),
    ):
        for named in group:
            yield named.id, _Rule(named, stratum)
    for indicator in ruleset.indicators:
        yield indicator.id, _Rule(indicator, None)


def _ctes(query: exp.Query) -> list[exp.CTE]:
    return list(query.args["with_"].expressions)


def _columns(cte: exp.CTE) -> list[str]:
    select = cte.this
    return [one.alias_or_name for one in select.selects] if isinstance(select, exp.Select) else []
