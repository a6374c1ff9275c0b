"""The named things of a ruleset, as the meaning of its expressions looks them up."""

from __future__ import annotations

from collections.abc import Callable

from steelyard.calendars import calendar, zone
from steelyard.diagnostics import InternalError
from steelyard.facts.case import Case
from steelyard.ir.expressions import Apply, Define, Expr, Field, OneRow, ScoreValue, Stored, TableAggregate, TableCall
from steelyard.ir.ruleset import HitPolicy, Ruleset
from steelyard.ir.walk import nodes
from steelyard.semantics.env import Env, Meaning
from steelyard.semantics.functions import LocalDate

DefineKey = tuple[str | None, str]
"""A define of a relation's row, or (None) of the case."""

Compiler = Callable[[Expr, "Scope"], Meaning]
"""`meaning`, handed in because it needs a scope itself."""


class Scope:
    """The names of one ruleset; the meaning of each define is built when it is first asked for.

    Attributes:
        relations: the position of each relation.
        defines: the position of each define of the case.
        tables: by id.
        calendars: by id.
        local_date: from an instant to the day in the ruleset's zone.
        nothing: what a constant may read.
    """

    def __init__(self, ruleset: Ruleset) -> None:
        self.relations = {relation.id: index for index, relation in enumerate(ruleset.relations)}
        self.defines = {define.id: index for index, define in enumerate(ruleset.defines)}
        self.tables = {table.id: table for table in ruleset.tables}
        self.calendars = {one.id: calendar(one.settings, ruleset.timezone) for one in ruleset.calendars}
        self.local_date: LocalDate = zone(ruleset.timezone).local_date
        self.nothing = Env(Case("", {}), {}, [], [], [], [])
        self._parameters = {parameter.id: parameter.value for parameter in ruleset.parameters}
        self._expressions: dict[DefineKey, Expr] = {(None, define.id): define.value for define in ruleset.defines}
        self._expressions |= {(r.id, define.id): define.value for r in ruleset.relations for define in r.defines}
        self._meanings: dict[DefineKey, Meaning] = {}
        self._rejecting = _Search(self._expressions, self._asks_strictly)
        self._score_reading = _Search(self._expressions, lambda node: isinstance(node, ScoreValue))

    def parameter(self, name: str) -> Stored:
        """The value of a parameter.

        Raises:
            InternalError: it has none; binding the ruleset must have asked for it.
        """
        value = self._parameters[name]
        if value is None:
            raise InternalError(f"the parameter `{name}` has no value")
        return value

    def define(self, relation: str | None, name: str, compiler: Compiler) -> tuple[Meaning, bool] | None:
        """A define of the case (relation None) or of a row: its meaning, and whether its value may be kept.

        A value that depends on a score may not. None for a field, which is no define.
        """
        key = relation, name
        if key not in self._expressions:
            return None
        if key not in self._meanings:
            self._meanings[key] = compiler(self._expressions[key], self)
        return self._meanings[key], not self.reads_score(self._expressions[key])

    def may_reject(self, expr: Expr) -> bool:
        """Whether evaluating the expression can reject the case.

        It can where it asks a table of hit policy unique or any, or a calendar, which may not cover a year.
        """
        return self._rejecting.found_in(expr)

    def reads_score(self, expr: Expr) -> bool:
        """Whether the expression reads a score, which changes from stage to stage."""
        return self._score_reading.found_in(expr)

    def _asks_strictly(self, node: Expr) -> bool:
        match node:
            case TableCall(table=name) | TableAggregate(call=TableCall(table=name)):
                return self.tables[name].hit in {HitPolicy.UNIQUE, HitPolicy.ANY}
            case Apply(calendar=str()):
                return True
            case _:
                return False


class _Search:
    """Looks for a kind of node in expressions, through defines; each define is looked at once."""

    def __init__(self, defines: dict[DefineKey, Expr], wanted: Callable[[Expr], bool]) -> None:
        self._defines = defines
        self._wanted = wanted
        self._found: dict[DefineKey, bool] = {}

    def found_in(self, expr: Expr) -> bool:
        """Whether the expression has such a node."""
        return any(self._wanted(node) or self._behind(node) for node in nodes(expr))

    def _behind(self, node: Expr) -> bool:
        if isinstance(node, Define):
            key = None, node.name
        elif isinstance(node, Field | OneRow):
            key = node.relation, node.name
        else:
            return False
        if key not in self._defines:
            return False
        if key not in self._found:
            self._found[key] = self.found_in(self._defines[key])
        return self._found[key]
