"""The state shared by all sections: the ruleset's names, each lowered when first needed."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar, cast

from steelyard.calendars.zones import UnknownZoneError, Zone, zone, zone_names
from steelyard.diagnostics import Diagnostics, Message, Span, msg
from steelyard.diagnostics.suggestions import closest
from steelyard.ir import strata
from steelyard.ir.expressions import (
    Argument,
    Define,
    Expr,
    Field,
    OneRow,
    OwnMeasure,
    OwnTarget,
    TableAggregate,
    TableCall,
)
from steelyard.ir.knowledge import Knower, Value
from steelyard.ir.lowering import calendars, demands, fields, formulas, heights
from steelyard.ir.lowering.names import declared_names
from steelyard.ir.negation import normalise
from steelyard.ir.reading import reads_row
from steelyard.ir.ruleset import (
    CASES,
    Definition,
    Derived,
    Indicator,
    InputField,
    ParameterDeclaration,
    Recurring,
    Relation,
    Table,
    WorkingCalendar,
)
from steelyard.ir.scope import NameScope, RelationShape
from steelyard.ir.strata import Level
from steelyard.ir.types import Boolean, Range, Type
from steelyard.ir.typing.expression import expression, fitted
from steelyard.ir.typing.names import closed
from steelyard.ir.walk import children, nodes
from steelyard.language import syntax
from steelyard.language.parser import Trees
from steelyard.model.ruleset import RulesetFile
from steelyard.source import Keys, Text

T = TypeVar("T")
NO_ZONE = "UTC"


@dataclass(frozen=True, slots=True)
class Sections:
    """The functions that lower the declaration of a name; passed in, because they need the context.

    Each returns None after it reported what is wrong with the declaration.

    Attributes:
        shape: lowers the readable part of a relation, without its joins.
        arguments: types a table's own input expressions in the scope where the table's name is used.
        carried_arguments: types there what the cells of a table name.
        bounded: adds to a value the range that is written for it.
        bounded_answer: adds to the call of a table the range of the output that it asks for.
    """

    parameter: Callable[[Context, str], ParameterDeclaration | None]
    definition: Callable[[Context, str], Definition | None]
    row_definition: Callable[[Context, str, str], Definition | None]
    shape: Callable[[Context, str], RelationShape | None]
    relation: Callable[[Context, str], Relation | None]
    table: Callable[[Context, str], Table | None]
    arguments: Callable[[Context, str, NameScope], tuple[Expr, ...] | None]
    carried_arguments: Callable[[Context, str, NameScope], tuple[Expr, ...] | None]
    indicator: Callable[[Context, str], Indicator | None]
    bounded: Callable[[Context, Expr, Text | None, str, str | None], Expr]
    bounded_answer: Callable[[Context, TableCall], Expr]


SHOWN_OF_CYCLE = 6
"""Of a longer cycle the first three names and the last two are shown."""


class Context:
    """The names of one ruleset while it is lowered (implements `scope.Lookup` and `knowledge.Declared`)."""

    def __init__(self, file: RulesetFile, diagnostics: Diagnostics, sections: Sections) -> None:
        self.file = file
        self._sections = sections
        self.diagnostics = diagnostics
        self.zone = self._zone()
        self.trees = Trees()
        self.formulas = formulas.declared_formulas(file, self.trees, diagnostics)
        self.kinds = declared_names(file, self.formulas, diagnostics)
        self.knows = Knower(self)
        self.demands = demands.demands(file)
        self.indicator_measures: dict[str, tuple[Type, Type | None]] = {}
        self.derivations: dict[str, Derived] = {}
        """How derived relations follow from cases, as far as they are lowered."""
        self.recurrences: dict[str, Recurring | None] = {}
        """How the rows of relations recur, as far as they are lowered."""
        self._memory: dict[tuple[str, str], object] = {}
        self._open: list[tuple[str, str]] = []
        self.entry = Keys().entry
        self._levels: dict[tuple[str, str, str | None], Level] = {}
        self._heights: dict[tuple[str, str], int] = {}
        self._arguments: dict[Hashable, tuple[Expr, ...] | None] = {}
        self._added: dict[str | None, list[Definition]] = {}
        self._calls: dict[tuple[str, Hashable], Expr | None] = {}
        self._spent = 0
        self.computed_ranges: dict[tuple[str, str], Range] = {}
        """The ranges of outputs of tables with computed cells, by table and output."""
        self.carried: dict[str, tuple[syntax.Expression, ...]] = {}
        """Of each table the expressions in its cells."""

    def _zone(self) -> Zone:
        text = self.file.timezone
        if text is None:
            return zone(NO_ZONE)
        try:
            return zone(str(text))
        except UnknownZoneError:
            near = closest(text, sorted(zone_names()))
            self.diagnostics.add(
                "N112",
                text.span,
                msg("unknown time zone `{name}`", name=text),
                help=msg("did you mean `{near}`?", near=near) if near else msg("write e.g. `Asia/Shanghai`"),
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
        if self.kind(name) != "input":
            return None
        return self._once("input", name, lambda: self._field(name))

    def parameter(self, name: str) -> ParameterDeclaration | None:
        """The parameter of that name."""
        return self._once("parameter", name, lambda: self._sections.parameter(self, name))

    def define(self, name: str, asked_at: Span | None) -> Definition | None:
        """The define of that name."""
        return self._once("define", name, lambda: self._sections.definition(self, name), asked_at)

    def relation(self, name: str | None) -> RelationShape | None:
        """What can be read of a relation."""
        if name is None or self.kinds.get(name) != "relation":
            return None
        return self._once("shape", name, lambda: self._sections.shape(self, name))

    def row_define(self, relation: str, name: str, asked_at: Span | None) -> Definition | None:
        """The define of a relation's row."""
        key = f"{relation}.{name}"
        return self._once("define", key, lambda: self._sections.row_definition(self, relation, name), asked_at)

    def table(self, name: str, asked_at: Span | None) -> Table | None:
        """The table of that name."""
        return self._once("table", name, lambda: self._sections.table(self, name), asked_at)

    def table_arguments(self, name: str, scope: NameScope) -> tuple[Expr, ...] | None:
        """The table's own input expressions, typed where its name stands; once for each kind of place."""
        row = (scope.row, scope.bare_row, scope.aggregating)
        place = (name, row, scope.target, scope.measure, scope.scores, scope.own_score)
        if place in self._arguments:
            return self._arguments[place]
        key = ("arguments of", name)
        if key in self._open:
            self._cycle(key, None)
            return None
        self._open.append(key)
        try:
            self._arguments[place] = self._sections.arguments(self, name, replace(scope, bound=()))
        finally:
            self._open.pop()
        return self._arguments[place]

    def call_formula(self, node: syntax.Call, scope: NameScope) -> Expr | None:
        """The value of a formula's call; the same call is lowered once."""
        formula = self.formulas.get(node.function)
        tree = None if formula is None else self.trees.of(formula.written.value, self.diagnostics)
        arguments = None if formula is None else formulas.arguments_of(formula, node, scope)
        if formula is None or tree is None or arguments is None:
            return None
        key = (node.function, (arguments, scope.aggregating, scope.types_only))
        if key not in self._calls:
            self._calls[key] = self._call(formula, tree, arguments, node, scope)
        found = self._calls[key]
        return None if found is None else replace(found, span=node.span)

    def _call(
        self,
        formula: formulas.Formula,
        tree: syntax.Expression,
        arguments: tuple[tuple[str, Expr], ...],
        node: syntax.Call,
        scope: NameScope,
    ) -> Expr | None:
        key = ("formula", node.function)
        if key in self._open:
            self._cycle(key, node.span)
            return None
        self._open.append(key)
        outer, self.diagnostics = self.diagnostics, Diagnostics()
        try:
            value = formulas.value_of(formula, tree, arguments, node, scope)
        finally:
            found, self.diagnostics = self.diagnostics, outer
            self._open.pop()
        formulas.report_from_call(formula, node, found, outer)
        if value is not None and not scope.types_only:
            value = self._sections.bounded(self, value, formula.written.range, str(formula.name), None)
        size = None if value is None else formulas.small_enough(value, node.function, node, self._spent, outer)
        if value is None or size is None or not heights.check(self._height(value), value, outer):
            return None
        self._spent += size
        return value if scope.types_only else self._stored_call(formula, value)

    def _stored_call(self, formula: formulas.Formula, value: Expr) -> Expr | None:
        """The define made of a call; the value itself where it is a constant or settled too late for a define."""
        relations = dict.fromkeys(one.relation for one in nodes(value) if isinstance(one, Field))
        row = next((one for one in relations if reads_row(value, one)), None)
        late = self.level(value) > (Level.INDICATORS if row is None else Level.ROWS)
        own = any(isinstance(one, OwnTarget | OwnMeasure | Argument) for one in nodes(value))
        if late or own or not heights.reads_case(value) or value.formula is None:
            return value
        if not self._lists_allowed(value, allowed=False):
            return None
        definition = formulas.definition(formula, value.formula, value)
        self.add_define(row, definition)
        kind = closed(value.type)
        leaf: Define | Field = (
            Define(definition.id, type=kind, formula=value.formula)
            if row is None
            else Field(row, definition.id, type=kind, formula=value.formula)
        )
        self.learn(leaf)
        return leaf

    def check_uncalled(self) -> None:
        """Report formulas that nothing calls; their text is checked where all their parameters have types."""
        for name in self.formulas.keys() - {key[0] for key in self._calls}:
            formula = self.formulas[name]
            unused = msg("{kind} `{name}` is never used", kind=msg("the formula"), name=name)
            self.diagnostics.add("L101", formula.name.span, unused, help=msg("remove it, or use it in a rule"))
            tree = self.trees.of(formula.written.value, self.diagnostics)
            kinds = [kind for _, kind in formula.parameters if kind is not None]
            if tree is not None and len(kinds) == len(formula.parameters):
                arguments = tuple(
                    (str(one), Argument(place, type=kind))
                    for place, ((one, _), kind) in enumerate(zip(formula.parameters, kinds, strict=True))
                )
                scope = NameScope(self, Level.ALL, msg("a formula"), types_only=True)
                expression(tree, replace(scope, bound=arguments))

    def carried_arguments(self, name: str, scope: NameScope) -> tuple[Expr, ...] | None:
        """What the cells of a table name, typed where the table is called."""
        return () if scope.types_only else self._sections.carried_arguments(self, name, scope)

    def bounded_answer(self, call: TableCall) -> Expr:
        """The call of a table, with the range of the output that it asks for."""
        return self._sections.bounded_answer(self, call)

    def indicator(self, name: str, asked_at: Span | None) -> Indicator | None:
        """The indicator of that name."""
        return self._once("indicator", name, lambda: self._sections.indicator(self, name), asked_at)

    def indicator_types(self, name: str, asked_at: Span | None) -> tuple[Type, Type | None] | None:
        """The types of an indicator's measure and target; None where they are wrong."""
        self.indicator(name, asked_at)
        return self.indicator_measures.get(name)

    def is_family(self, name: str) -> bool:
        """Whether an indicator is one of each row."""
        return self.entry(self.file.indicators, name)[1].for_each is not None

    def calendar_names(self) -> tuple[str, ...]:
        """The calendars, the default one first."""
        return tuple(str(name) for name in self.file.calendars)

    def calendar(self, name: str, asked_at: Span | None = None) -> WorkingCalendar | None:
        """The calendar of that name."""
        key, written = self.entry(self.file.calendars, name)
        return self._once(
            "calendar",
            name,
            lambda: calendars.working_calendar(key, written, self, self.zone, self.diagnostics),
            asked_at,
        )

    # the protocol of knowledge.Declared

    def declared_input(self, name: str) -> InputField | None:
        """The input of that name."""
        return self.input(name)

    def declared_parameter(self, name: str) -> ParameterDeclaration | None:
        """The parameter of that name."""
        return self.parameter(name)

    def defined(self, name: str) -> Expr | None:
        """The expression of a define of the case."""
        found = self.define(name, None)
        return None if found is None else found.value

    def row_value(self, relation: str, name: str) -> Value | None:
        """A field of a row, or the expression of a define of it."""
        row = self.relation(relation)
        if row is not None and name in row.fields:
            return row.fields[name]
        added = ("define", f"{relation}.{name}") in self._memory
        found = self.row_define(relation, name, None) if added or (row is not None and row.has(name)) else None
        return None if found is None else found.value

    def joins(self, relation: str) -> Expr | None:
        """The condition of a relation's join."""
        if relation == CASES:
            return None
        found = self.full_relation(relation)
        return None if found is None else found.joins

    def declared_table(self, name: str) -> Table | None:
        """A table."""
        return self.table(name, None)

    def declared_rows(self, relation: str) -> Range | None:
        """The range of the number of rows of a relation that belong to a case."""
        found = self.relation(relation)
        return None if found is None else found.rows

    # what sections use

    def full_relation(self, name: str) -> Relation | None:
        """The relation with its joins."""
        return self._once("relation", name, lambda: self._sections.relation(self, name))

    def expression(self, text: Text, scope: NameScope, kind: Type | None = None, *, lists: bool = False) -> Expr | None:
        """Read an expression: parse, type, bring to `kind`, normalise, check what it reads.

        Args:
            text: the expression.
            scope: its place.
            kind: the type that the place asks for; None for any.
            lists: whether the list of a table's hits may be its value.
        """
        tree = self.trees.of(text, self.diagnostics)
        if tree is None:
            return None
        expr = expression(tree, scope) if kind is None else fitted(tree, kind, scope)
        if expr is None:
            return None
        expr = replace(normalise(expr), span=text.at(0, len(text)))
        good = self._in_time(expr, scope) and self._lists_allowed(expr, allowed=lists)
        return expr if good and heights.check(self._height(expr), expr, self.diagnostics) else None

    def condition(self, text: Text, scope: NameScope) -> Expr | None:
        """Read a condition."""
        return self.expression(text, scope, Boolean())

    def constant(self, text: Text, kind: Type | None, place: Message) -> Expr | None:
        """Read an expression of literals and parameters only, which always has a value."""
        scope = NameScope(self, Level.CASE, place, bare_row=False)
        expr = self.expression(text, scope, kind)
        if expr is None:
            return None
        if heights.reads_case(expr):
            self.diagnostics.add(
                "N105",
                text.span,
                msg("{place} must be a constant", place=place),
                help=msg("it may read parameters, nothing of the case"),
            )
            return None
        if self.knows.missing(expr):
            self.diagnostics.add(
                "T107",
                text.span,
                msg("{place} can be missing", place=place),
                help=msg("divide by a literal, or wrap it in `coalesce(…, 1)`"),
            )
            return None
        return expr

    def learn(self, leaf: Define | Field) -> None:
        """Compute the knowledge about a define now, so that readers need little recursion."""
        value = self.defined(leaf.name) if isinstance(leaf, Define) else self.row_value(leaf.relation, leaf.name)
        if isinstance(value, Expr):
            self._heights[_key(leaf)] = self._height(value)
            self._define_level(leaf, None)
            self.knows.learn(leaf)

    def add_define(self, relation: str | None, definition: Definition) -> None:
        """Add a define that no author wrote: of the case, or of a relation's row."""
        key = definition.id if relation is None else f"{relation}.{definition.id}"
        if ("define", key) not in self._memory:
            self._memory["define", key] = definition
            self._added.setdefault(relation, []).append(definition)

    def defines(self) -> Iterator[str]:
        """The names of the defines of the case, without formulas."""
        return (str(key) for key in self.file.define if not formulas.is_head(key))

    def added_defines(self, relation: str | None = None) -> tuple[Definition, ...]:
        """The defines that no author wrote."""
        return tuple(self._added.get(relation, ()))

    def level(self, expr: Expr) -> Level:
        """The latest stratum that an expression reads."""
        return self._level(expr, None)[0]

    def _height(self, expr: Expr) -> int:
        return heights.height(expr, lambda leaf: self._heights.get(_key(leaf), 0))

    def gives_list(self, expr: Expr) -> bool:
        """Whether an expression is the list of a table's hits."""
        table = self.table(expr.table, None) if isinstance(expr, TableCall) else None
        return table is not None and table.hit.gives_list

    def _lists_allowed(self, expr: Expr, *, allowed: bool) -> bool:
        if isinstance(expr, TableCall) and not allowed and self.gives_list(expr):
            self.diagnostics.add(
                "T115",
                expr.span,
                msg("the table `{name}` gives a list", name=expr.table),
                help=msg("use it inside sum, min, max, mean, count, any or all, or show it as an output"),
            )
            return False
        inside = isinstance(expr, TableAggregate)
        return all(self._lists_allowed(child, allowed=inside) for child in children(expr))

    # strata

    def _define_level(self, leaf: Define | Field | OneRow, join_of: str | None) -> Level:
        value = self.defined(leaf.name) if isinstance(leaf, Define) else self.row_value(leaf.relation, leaf.name)
        if value is None or isinstance(value, InputField):
            return Level.CASE
        key = (*_key(leaf), join_of)
        if key not in self._levels:
            self._levels[key] = self._level(value, join_of)[0]
        return self._levels[key]

    def _level(self, expr: Expr, join_of: str | None) -> tuple[Level, Expr | None]:
        return strata.level_of(expr, lambda leaf: self._define_level(leaf, join_of), join_of)

    def _in_time(self, expr: Expr, scope: NameScope) -> bool:
        join_of = scope.row if scope.limit == Level.CASE else None
        level, culprit = self._level(expr, join_of)
        if level <= scope.limit:
            return True
        path: list[str] = []
        node = culprit
        while isinstance(node, Define | Field | OneRow):
            value = self.defined(node.name) if isinstance(node, Define) else self.row_value(node.relation, node.name)
            if value is None or isinstance(value, InputField):
                break
            called = None if node.formula is None else node.formula.name
            path.append(called or ".".join(part for part in reversed(_key(node)) if part))
            node = self._level(value, join_of)[1]
        self.diagnostics.add(
            "N105",
            culprit.span if culprit is not None and culprit.span is not None else expr.span,
            msg("{place} cannot read this: it is settled only later", place=scope.place),
            help=msg(
                "the order is: joins, exemptions and conditions, targets, measures, weights, score, points, outputs"
            ),
            notes=(msg("it is read through {path}", path=" → ".join(f"`{p}`" for p in path)),) if path else (),
        )
        return False

    def _field(self, name: str) -> InputField | None:
        key, written = self.entry(self.file.case.inputs, name)
        return fields.field(key, written, self.zone, self.diagnostics, self.file.source)

    def _once(self, kind: str, name: str, lower: Callable[[], T], asked_at: Span | None = None) -> T | None:
        """Lower a declaration once; one that needs itself is reported as a cycle."""
        key = (kind, name)
        if key in self._memory:
            return cast("T | None", self._memory[key])
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
        path = [name for place, name in enumerate(names) if place == 0 or name != names[place - 1]]
        self.diagnostics.add(
            "N106",
            asked_at if asked_at is not None else self._declared_at(key[1]),
            msg("a cycle: {path}", path=" → ".join(f"`{name}`" for name in path)),
            help=msg("a value cannot depend on itself"),
        )

    def refuse_cycle(self, cycle: Sequence[tuple[str, str]]) -> None:
        """Report a long cycle of defines and tables (keys as in `order`), and lower none of its members."""
        names = [".".join(part for part in key if part) for key in cycle]
        shown = [f"`{name}`" for name in (*names, names[0])]
        self.diagnostics.add(
            "N106",
            self._declared_at(cycle[0][1] or cycle[0][0]),
            msg(
                "a cycle of {count} {count:definition|definitions}: {path}",
                count=len(cycle),
                path=" → ".join(shown if len(shown) <= SHOWN_OF_CYCLE else (*shown[:3], "…", *shown[-2:])),
            ),
            help=msg("a value cannot depend on itself"),
        )
        for owner, name in cycle:
            kind = "define" if name else "table"
            if not owner:
                self.formulas.pop(name, None)
            self._memory[kind, ".".join(part for part in (owner, name) if part)] = None

    def _declared_at(self, name: str) -> Span | None:
        if name in self.formulas:
            return self.formulas[name].name.span
        for section in (self.file.define, self.file.tables, self.file.relations, self.file.indicators):
            for key in section:
                if key == name:
                    return key.span
        return None


def _key(leaf: Define | Field | OneRow) -> tuple[str, str]:
    """The name of a define: of the case, or of a relation's row."""
    return (leaf.name, "") if isinstance(leaf, Define) else (leaf.name, leaf.relation)
