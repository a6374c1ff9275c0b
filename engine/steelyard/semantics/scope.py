"""The named things of a ruleset, as the meaning of its expressions looks them up."""

from __future__ import annotations

from collections.abc import Callable

from steelyard.calendars.zones import zone
from steelyard.diagnostics import InternalError
from steelyard.facts.case import Case
from steelyard.ir.expressions import Define, Expr, Field, OneRow, Stored, TableAggregate, TableCall
from steelyard.ir.ruleset import HitPolicy, Ruleset
from steelyard.ir.walk import nodes
from steelyard.semantics.env import Env, Meaning
from steelyard.semantics.functions import LocalDate

Compiler = Callable[[Expr, "Scope"], Meaning]
"""`meaning`, handed in because it needs a scope itself."""


class Scope:
    """The names of one ruleset; the meaning of each define is built when it is first asked for.

    Attributes:
        relations: the position of each relation.
        defines: the position of each define of the case.
        tables: by id.
        local_date: from an instant to the day in the ruleset's zone.
        nothing: what a constant may read.
    """

    def __init__(self, ruleset: Ruleset) -> None:
        self.relations = {relation.id: index for index, relation in enumerate(ruleset.relations)}
        self.defines = {define.id: index for index, define in enumerate(ruleset.defines)}
        self.tables = {table.id: table for table in ruleset.tables}
        self.local_date: LocalDate = zone(ruleset.timezone).local_date
        self.nothing = Env(Case("", {}), {}, [], [], [], [])
        self._parameters = {parameter.id: parameter.value for parameter in ruleset.parameters}
        self._expressions = {define.id: define.value for define in ruleset.defines}
        self._row_expressions = {(r.id, define.id): define.value for r in ruleset.relations for define in r.defines}
        self._meanings: dict[str, Meaning] = {}
        self._row_meanings: dict[tuple[str, str], Meaning] = {}
        self._rejecting: dict[str | tuple[str, str], bool] = {}

    def parameter(self, name: str) -> Stored:
        """The value of a parameter.

        Raises:
            InternalError: it has none; binding the ruleset must have asked for it.
        """
        value = self._parameters[name]
        if value is None:
            raise InternalError(f"the parameter `{name}` has no value")
        return value

    def define(self, name: str, compiler: Compiler) -> Meaning:
        """The meaning of a define of the case."""
        if name not in self._meanings:
            self._meanings[name] = compiler(self._expressions[name], self)
        return self._meanings[name]

    def row_define(self, relation: str, name: str, compiler: Compiler) -> Meaning | None:
        """The meaning of a define of a row; None for a field."""
        key = relation, name
        if key not in self._row_expressions:
            return None
        if key not in self._row_meanings:
            self._row_meanings[key] = compiler(self._row_expressions[key], self)
        return self._row_meanings[key]

    def may_reject(self, expr: Expr) -> bool:
        """Whether evaluating the expression can reject the case: it asks a table of hit policy unique or any."""
        for node in nodes(expr):
            match node:
                case TableCall() | TableAggregate():
                    table = self.tables[node.table if isinstance(node, TableCall) else node.call.table]
                    if table.hit in {HitPolicy.UNIQUE, HitPolicy.ANY}:
                        return True
                case Define():
                    if self._define_may_reject(node.name, self._expressions[node.name]):
                        return True
                case Field() | OneRow():
                    value = self._row_expressions.get((node.relation, node.name))
                    if value is not None and self._define_may_reject((node.relation, node.name), value):
                        return True
                case _:
                    pass
        return False

    def _define_may_reject(self, key: str | tuple[str, str], value: Expr) -> bool:
        """The same of a define, found out once: defines may share much of each other."""
        if key not in self._rejecting:
            self._rejecting[key] = self.may_reject(value)
        return self._rejecting[key]
