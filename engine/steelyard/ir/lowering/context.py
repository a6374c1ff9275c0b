"""What the sections share: the ruleset's names, each lowered when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from steelyard.calendars.zones import UnknownZoneError, Zone, zone
from steelyard.diagnostics import Diagnostics, Label, Span, msg
from steelyard.ir import strata
from steelyard.ir.expressions import (
    Aggregate,
    Define,
    Expr,
    Field,
    IndicatorPart,
    Input,
    Literal,
    OneRow,
    OwnMeasure,
    OwnTarget,
    ScoreValue,
    TableAggregate,
    TableCall,
)
from steelyard.ir.lowering import definitions, fields, relations, tables
from steelyard.ir.lowering.names import declared_names
from steelyard.ir.negation import normalise
from steelyard.ir.ruleset import Definition, InputField, ParameterDeclaration, Relation, Table
from steelyard.ir.scope import RelationShape, Scope
from steelyard.ir.strata import Level
from steelyard.ir.types import Boolean, Type
from steelyard.ir.typing.expression import expression, fitted
from steelyard.ir.typing.names import LIST_POLICIES
from steelyard.ir.walk import children, nodes
from steelyard.language.parser import parse_expression
from steelyard.model.ruleset import RulesetFile
from steelyard.source import Text

T = TypeVar("T")
NO_ZONE = "UTC"


class Context:
    """The names of one ruleset while it is lowered (implements `scope.Lookup`)."""

    def __init__(self, file: RulesetFile, diagnostics: Diagnostics) -> None:
        self.file = file
        self.diagnostics = diagnostics
        self.zone = self._zone()
        self.kinds = declared_names(file, diagnostics)
        self.indicator_measures: dict[str, tuple[Type, Type | None]] = {}
        self._memory: dict[tuple[str, str], object] = {}
        self._open: list[tuple[str, str]] = []

    def _zone(self) -> Zone:
        text = self.file.timezone
        try:
            return zone(str(text) if text is not None else NO_ZONE)
        except UnknownZoneError:
            span = None if text is None else text.span
            self.diagnostics.add(
                "N112", span, msg("unknown time zone `{name}`", name=text), help=msg("write e.g. `Asia/Shanghai`")
            )
            return zone(NO_ZONE)

    # the protocol of scope.Lookup

    def kind(self, name: str) -> str | None:
        """What a name is."""
        return self.kinds.get(name)

    def names(self) -> tuple[str, ...]:
        """All names that an expression may read."""
        return tuple(name for name, kind in self.kinds.items() if kind not in {"rule", "group"})

    def input(self, name: str) -> InputField | None:
        """The input of that name."""
        return self._once("input", name, lambda: self._field(name))

    def parameter(self, name: str) -> ParameterDeclaration | None:
        """The parameter of that name."""
        return self._once("parameter", name, lambda: definitions.parameter(self, name))

    def define(self, name: str, asked_at: Span | None) -> Definition | None:
        """The define of that name."""
        return self._once("define", name, lambda: definitions.definition(self, name), asked_at)

    def relation(self, name: str | None) -> RelationShape | None:
        """What can be read of a relation."""
        if name is None or self.kinds.get(name) != "relation":
            return None
        return self._once("shape", name, lambda: relations.shape(self, name))

    def row_define(self, relation: str, name: str, asked_at: Span | None) -> Definition | None:
        """The define of a relation's row."""
        key = f"{relation}.{name}"
        return self._once("define", key, lambda: definitions.row_definition(self, relation, name), asked_at)

    def table(self, name: str, asked_at: Span | None) -> Table | None:
        """The table of that name."""
        return self._once("table", name, lambda: tables.table(self, name), asked_at)

    def table_arguments(self, name: str, scope: Scope) -> tuple[Expr, ...] | None:
        """The table's own input expressions, typed where its name stands."""
        return tables.arguments(self, name, scope)

    def indicator_types(self, name: str, asked_at: Span) -> tuple[Type, Type | None] | None:
        """The types of an indicator's measure and target; None where the indicator itself is wrong."""
        return self.indicator_measures.get(name)

    # what sections use

    def full_relation(self, name: str) -> Relation | None:
        """The relation with its joins."""
        return self._once("relation", name, lambda: relations.relation(self, name))

    def define_level(self, name: str) -> Level:
        """The stratum of a define of the case."""
        found = self.define(name, None)
        return Level.CASE if found is None else strata.level_of(found.value, self.define_level)[0]

    def shown(self, text: Text, scope: Scope) -> Expr | None:
        """Read an expression whose result is shown: it may be the list of a table's hits."""
        return self.expression(text, scope, lists=True)

    def expression(self, text: Text, scope: Scope, kind: Type | None = None, *, lists: bool = False) -> Expr | None:
        """Read an expression: parse, type, bring to `kind`, normalise, check what it reads."""
        tree = parse_expression(text, self.diagnostics)
        if tree is None:
            return None
        expr = expression(tree, scope) if kind is None else fitted(tree, kind, scope)
        if expr is None:
            return None
        if isinstance(expr.type, Boolean):
            expr = normalise(expr)
        expr = replace(expr, span=text.at(0, len(text)))
        self._check_lists(expr, allowed=lists)
        return expr if self._in_time(expr, scope) else None

    def condition(self, text: Text, scope: Scope) -> Expr | None:
        """Read a condition."""
        return self.expression(text, scope, Boolean())

    def constant(self, text: Text, kind: Type | None, place: str) -> Expr | None:
        """Read an expression of constants and parameters only."""
        scope = Scope(self, Level.CASE, msg(place), bare_row=False)
        expr = self.expression(text, scope, kind)
        if expr is None:
            return None
        if any(not isinstance(node, Literal) and node_reads_case(node) for node in nodes(expr)):
            self.diagnostics.add(
                "N105", text.span, msg("this must be a constant: it may read parameters only"), notes=(msg(place),)
            )
            return None
        return expr

    def _check_lists(self, expr: Expr, *, allowed: bool) -> None:
        if isinstance(expr, TableCall) and not allowed:
            table = self.table(expr.table, None)
            if table is not None and table.hit in LIST_POLICIES:
                self.diagnostics.add(
                    "T115",
                    expr.span,
                    msg("the table `{name}` gives a list", name=expr.table),
                    help=msg("use it inside sum, min, max, mean, count, any or all, or show it as an output"),
                )
        for child in children(expr):
            self._check_lists(child, allowed=isinstance(expr, TableAggregate))

    def _in_time(self, expr: Expr, scope: Scope) -> bool:
        level, culprit = strata.level_of(expr, self.define_level, scope.row if scope.limit == Level.CASE else None)
        if level <= scope.limit:
            return True
        path: list[str] = []
        node = culprit
        while isinstance(node, Define):
            path.append(node.name)
            found = self.define(node.name, None)
            node = None if found is None else strata.level_of(found.value, self.define_level)[1]
        notes = (msg("it reads it through {path}", path=" → ".join(f"`{p}`" for p in path)),) if path else ()
        self.diagnostics.add(
            "N105",
            culprit.span if culprit is not None and culprit.span is not None else expr.span,
            msg("{place} cannot read this: it is settled only later", place=scope.place),
            help=msg(
                "the order is: joins, exemptions and conditions, targets, measures, weights, score, points, outputs"
            ),
            notes=notes,
        )
        return False

    def _field(self, name: str) -> InputField | None:
        for key, written in self.file.case.inputs.items():
            if key == name:
                return fields.field(_text(key), written, self.zone, self.diagnostics)
        return None

    def _once(self, kind: str, name: str, lower: Callable[[], T], asked_at: Span | None = None) -> T | None:
        """Lower a thing once; a thing that asks for itself is a cycle."""
        key = (kind, name)
        if key in self._memory:
            return self._memory[key]  # pyright: ignore[reportReturnType] - stored under the same kind below
        if key in self._open:
            self._cycle(key, asked_at)
            return None
        self._open.append(key)
        try:
            found = lower()
        finally:
            self._open.pop()
        self._memory[key] = found
        return found

    def _cycle(self, key: tuple[str, str], asked_at: Span | None) -> None:
        names = [name for _, name in self._open[self._open.index(key) :]] + [key[1]]
        labels = (Label(asked_at, msg("asked for here")),) if asked_at is not None else ()
        self.diagnostics.add(
            "N106",
            asked_at,
            msg("a cycle: {path}", path=" → ".join(f"`{name}`" for name in names)),
            help=msg("a value cannot depend on itself"),
            labels=labels,
        )


def node_reads_case(node: Expr) -> bool:
    """Whether a node reads anything but constants and parameters."""
    reads = (
        Aggregate | Field | IndicatorPart | Input | OneRow | OwnMeasure | OwnTarget | ScoreValue | Define | TableCall
    )
    return isinstance(node, reads)


def _text(key: str) -> Text:
    assert isinstance(key, Text)  # noqa: S101 - the model keeps the key objects
    return key
