"""A ruleset as one statement: every case with its status and all its result columns (LANGUAGE.md sections 10 and 11).

The strata of `semantics.evaluate`, in its order, add columns to the frame of the cases; a final SELECT reads them.
Values are in stored form (ir/types.py); file writers convert them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple, assert_never

from sqlglot import exp

from steelyard.diagnostics import InternalError
from steelyard.engines.sql import (
    build,
    exemptions,
    expressions,
    families,
    indicators,
    literals,
    points,
    rows,
    tables,
)
from steelyard.engines.sql.build import E
from steelyard.engines.sql.dialects import Dialect
from steelyard.engines.sql.exemptions import Fired
from steelyard.engines.sql.findings import Findings
from steelyard.engines.sql.frame import Base, Emission, Frame, Names
from steelyard.engines.sql.indicators import Settled
from steelyard.engines.sql.intervals import Interval
from steelyard.engines.sql.points import Brought, Standing
from steelyard.engines.sql.pruning import needed
from steelyard.engines.sql.rows import Judged, row_id
from steelyard.engines.sql.scope import Program, Scope, SmallTable
from steelyard.engines.sql.scores import Scored
from steelyard.engines.sql.situations import KEY, Situations
from steelyard.engines.sql.value import Rejection, Value, Why, constant
from steelyard.ir.expressions import Part, TableCall
from steelyard.ir.result_columns import Content, Origin, ResultColumn, result_columns
from steelyard.ir.ruleset import LEDGER_DIGITS, Ruleset
from steelyard.ir.types import Number

DECIDED, SCORED, UNSCORED, REJECTED = "decided", "scored", "unscored", "rejected"
_COUNT = Number(0)
INLINED = 6
"""With more layers than this that rows are joined to, the engine may materialize CTEs that it reads twice."""


class Selected(NamedTuple):
    """A column requested from a statement.

    Attributes:
        column: its name and the type of its stored values.
        sql: its value, over the last layer of the cases.
    """

    column: ResultColumn
    sql: E


@dataclass(frozen=True, slots=True)
class RuleRows:
    """For a rule that fires per row, the column with the sorted ids of those rows."""

    rule: str
    sql: E


@dataclass(eq=False)
class Statement:
    """A compiled ruleset.

    Attributes:
        columns: the result columns of section 11 (including `status`), in order; for a rejected case `reasons` contains
            the value of `reject_at`.
        reject_at: the rule, table or relation that rejects the case, NULL where none does.
        fired: for each rule, in code-point order, whether it fired; never NULL.
        missing: for each name, in code-point order, whether it was missing; never NULL.
        unlisted: situations that are resolved as they occur, each after those that it depends on.
    """

    program: Program
    columns: tuple[Selected, ...] = ()
    reject_at: E = field(default_factory=build.null)
    fired: tuple[tuple[str, E], ...] = ()
    missing: tuple[tuple[str, E], ...] = ()
    rows_fired: tuple[RuleRows, ...] = ()
    unlisted: tuple[Situations, ...] = ()

    @property
    def may_reject(self) -> bool:
        """Whether a rule can reject a case."""
        return not isinstance(self.reject_at, exp.Null)

    def keys(self, situations: Situations, small: Mapping[str, SmallTable]) -> exp.Select:
        """Return a statement for the distinct keys of situations that are not listed."""
        key = situations.key()
        depth = self.program.cases.depth_of(key)
        return self.query([(KEY, key)], small, depth).distinct(copy=False)

    def query(
        self,
        selected: Sequence[tuple[str, E]],
        small: Mapping[str, SmallTable] | None = None,
        depth: int | None = None,
    ) -> exp.Select:
        """Return a statement that selects named expressions over a layer of the cases.

        Args:
            selected: name and expression.
            small: constant tables to write into the statement; all others must exist as tables.
            depth: the depth of the layer; None: the last one.
        """
        dialect = self.program.dialect
        cases = self.program.cases
        read = needed(cases, [e for _, e in selected])
        # inlined steps double at each layer that rows are joined to
        few = sum(1 for layer in cases.layers if layer.children) <= INLINED
        emission = Emission(hints=few and dialect.name in {"duckdb", "postgres"}, needed=read)
        last = emission.last(cases) if depth is None else emission.layer(cases, depth)
        query = exp.select(copy=False).from_(build.table(last), copy=False)
        for name, e in selected:
            query = query.select(build.aliased(e, name), copy=False)
        given = self.program.small if small is None else small
        constants = [constant_table(name, table, dialect) for name, table in given.items()]
        query.set("with_", exp.With(expressions=[*constants, *emission.ctes]))
        return query


def constant_table(name: str, table: SmallTable, dialect: Dialect) -> exp.CTE:
    """A small table as a CTE."""
    kinds: list[exp.DataType] = []
    for place in range(len(table.columns)):
        cells = [row[place] for row in table.rows]
        if any(isinstance(cell, str) for cell in cells):
            kinds.append(dialect.text())
        elif any(isinstance(cell, int) and abs(cell) > 2**63 - 1 for cell in cells):
            kinds.append(dialect.wide())
        else:
            kinds.append(dialect.bigint())
    rows = [[_cell(cell, dialect) for cell in row] for row in table.rows]
    return dialect.values(name, list(zip(table.columns, kinds, strict=True)), rows)


def _cell(cell: int | str | None, dialect: Dialect) -> E:
    match cell:
        case None:
            return build.null()
        case str():
            return build.text(cell)
        case int():
            return build.integer(cell) if abs(cell) <= 2**63 - 1 else dialect.wide_literal(cell)


def compile_ruleset(  # noqa: PLR0917 - all of a rule
    ruleset: Ruleset,
    dialect: Dialect,
    cases: str,
    sources: Mapping[str, str],
    digest: str,
    identity: str = "_case",
    *,
    details: bool = False,
    suffix: str = "",
    spare: str | None = None,
    unique: frozenset[str] = frozenset(),
    variables: Mapping[str, str] | None = None,
) -> Statement:
    """Compile a ruleset whose parameters are bound, apart from `variables`.

    Args:
        ruleset: what to compile.
        dialect: the dialect to write.
        cases: the table of cases: a column per input, named by its id, and the identity column.
        sources: the table of each relation: a column per field, named by its id, `_row`, `_id`.
        digest: the digest of the ruleset.
        identity: the column that identifies a case.
        details: whether to compute the rows for which rules fired.
        spare: a table of all case rows, good or bad, that is cheaper to read and used to join relations; None: none.
        unique: one_row relations in whose table no two rows have the same keys (`relations.key_fields`).
        suffix: suffix of the names of small tables, to distinguish the statements of several versions.
        variables: see `Program`.

    Raises:
        TooWideError: an integer may need more than 128 bits.
    """
    names = Names(details=details)
    for name in ("_case", *(one.id for one in ruleset.inputs), cases, *sources.values()):
        names.take(name)

    def reading(table: str) -> Base:
        def base(_: Emission, __: Frame, wanted: Sequence[str]) -> exp.Query:
            columns = [build.aliased(build.column(identity if one == "_case" else one), one) for one in wanted]
            return exp.select(*columns, copy=False).from_(build.table(table), copy=False)

        return base

    frame = Frame(names.take("facts"), reading(cases), names, spare=None if spare is None else reading(spare))
    frame.want("_case")
    frame.want(ruleset.key)
    program = Program(ruleset, dialect, sources, frame, names, expressions.value, suffix, unique, variables or {})
    return _Compilation(program, digest).statement()


class _Compilation:
    """Compiles one ruleset, stratum by stratum."""

    def __init__(self, program: Program, digest: str) -> None:
        self.program = program
        self.digest = digest
        self.ruleset = program.ruleset
        self.findings = Findings(program, program.cases)
        self.fired: dict[str, E] = {}
        self.rows_fired: list[RuleRows] = []
        self.judged: dict[str, Fired] = {}
        self.settled: dict[str, Settled] = {}

    def statement(self) -> Statement:
        program, findings = self.program, self.findings
        findings.reject(rows.membership_rejections(program))
        adjustments = self._conditions()
        self._indicators()
        unscored, stopped = self._unscored()
        reached = build.conj([build.not_(condition) for condition, _ in unscored])
        reached = program.cases.put("reached", reached)
        scored: list[Scored] = []
        for score in self.ruleset.scores:
            own = stopped.get(score.id, [])
            there = build.conj([reached, *(build.not_(condition) for condition, _ in own)])
            there = program.cases.put(f"{score.id}__reached", there) if own else reached
            members = [self.settled[one] for one in score.members]
            one = families.weigh(score, members, adjustments, program, findings, there)
            one.unscored[:0] = own
            scored.append(one)
        self._shares(scored)
        standings = self._points(scored)
        finals = {name: self._final(standing) for name, standing in standings.items()}
        some = program.cases.put("scored", build.disj([one.scored.stands for one in standings.values()]))
        some = some if standings else build.conj([])
        outputs = self._outputs(standings, finals, some)
        return self._assembled(standings, finals, outputs, unscored, some)

    # strata

    def _conditions(self) -> list[tuple[str, E]]:
        """Stratum 2; returns the adjustments."""
        program, findings = self.program, self.findings
        for exemption in self.ruleset.exemptions:
            fired = exemptions.judge(exemption, program, findings)
            self.judged[exemption.id] = fired
            self.fired[exemption.id] = fired.holds
            if fired.judged is not None:
                self._rows(exemption.id, fired.judged, fired.judged.holds)
        adjustments: list[tuple[str, E]] = []
        for adjustment in self.ruleset.weights.adjustments:
            truth = program.value(adjustment.when, program.case_scope)
            findings.take(truth)
            holds = truth.sql if not truth.nullable else build.true(truth.sql)
            holds = program.cases.put(adjustment.id, holds, comment=None)
            self.fired[adjustment.id] = holds
            adjustments.append((adjustment.id, holds))
        return adjustments

    def _indicators(self) -> None:
        """Strata 2 to 4."""
        program, findings = self.program, self.findings
        started: list[tuple[Scope, Findings, Value]] = []
        for indicator in self.ruleset.indicators:
            if indicator.family is None:
                scope, own = program.case_scope, findings
            else:
                scope, own = families.start(indicator, program, findings)
            started.append((scope, own, indicators.only_if(indicator, program, scope, own)))
        for indicator, (scope, own, applies) in zip(self.ruleset.indicators, started, strict=True):
            settled = indicators.settle(indicator, applies, self.judged, program, scope, own)
            self.settled[indicator.id] = settled
            if indicator.family is None:
                indicators.publish(settled, program)
            else:
                findings.give(own)

    def _unscored(self) -> tuple[list[tuple[E, str]], dict[str, list[tuple[E, str]]]]:
        """The conditions that leave a case unscored with their reasons, and by score those that leave one unscored."""
        found: list[tuple[E, str]] = []
        stopped: dict[str, list[tuple[E, str]]] = {}
        for rule in self.ruleset.unscored:
            truth = self.program.value(rule.when, self.program.case_scope)
            self.findings.take(truth)
            holds = truth.sql if not truth.nullable else build.true(truth.sql)
            of = found if rule.on is None else stopped.setdefault(rule.on, [])
            of.append((self.program.cases.put(rule.id, holds), rule.reason))
        return found, stopped

    def _shares(self, scored: Sequence[Scored]) -> None:
        """`survey.share`: the share in the first score that has a value and contains the indicator."""
        a = self.program.arithmetic
        for indicator in self.ruleset.indicators:
            if indicator.family is not None:
                continue
            found: list[tuple[E, Value]] = []
            for one in scored:
                for contribution in one.contributions:
                    if contribution.settled.indicator.id == indicator.id and one.denominator is not None:
                        share = replace(contribution.share, why={})
                        sixth = a.divide(a.times(share, 10**LEDGER_DIGITS), one.denominator)
                        sixth = a.known_within(sixth, Interval(0, 10**LEDGER_DIGITS))
                        there = build.conj((one.stands, build.present(share.sql)))
                        found.append((there, sixth))
            name = f"{indicator.id}.{Part.SHARE.value}"
            null = Value(literals.typed_null(_COUNT, self.program), None)
            made = a.choose(found, null) if found else null
            sql = made.sql
            why: Why = {name: build.missing(sql)}
            bounds = made.interval or constant(0).bounds
            self.program.parts[indicator.id, Part.SHARE] = Value(sql, bounds, made.wide, why)

    def _points(self, scored: Sequence[Scored]) -> dict[str, Standing]:
        rules = self.ruleset.points
        standings: dict[str, Standing] = {}
        for one in scored:
            scale = points.working_scale(one.score, rules)
            base = self.program.arithmetic.times(one.base, 10 ** (scale - one.score.digits))
            standings[one.score.id] = Standing(one, replace(base, why={}), scale)
        lifted: dict[str, list[E]] = {}
        for exemption in self.ruleset.exemptions:
            for rule in exemption.lifts:
                lifted.setdefault(rule, []).append(self.judged[exemption.id].holds)
        lifts = {rule: build.disj(conditions) for rule, conditions in lifted.items()}
        for stage in sorted({rule.stage for rule in rules}):
            for brought in points.run_stage(stage, standings, lifts, self.program, self.findings):
                self._fire(brought)
        return standings

    def _fire(self, brought: Brought) -> None:
        self.fired[brought.rule.id] = brought.fires
        if brought.judged is not None:
            judged, holds = brought.judged
            self._rows(brought.rule.id, judged, holds)

    def _rows(self, rule: str, judged: Judged, holds: E) -> None:
        """The ids of the rows for which a rule fired; engines compute the column only where it is selected."""
        dialect = self.program.dialect
        found = judged.rows.frame.lazily(f"{rule}__rows", lambda: dialect.collect_sorted(row_id(judged.rows), holds))
        self.rows_fired.append(RuleRows(rule, found))

    def _final(self, standing: Standing) -> Value:
        """The final score."""
        score = standing.scored.score
        final = self.program.arithmetic.divide(standing.value, constant(10 ** (standing.scale - score.digits)))
        return replace(final, sql=self.program.cases.put(f"{score.id}__final", final.sql))

    def _outputs(self, standings: Mapping[str, Standing], finals: Mapping[str, Value], some: E) -> dict[str, E]:
        """Stratum 8; returns the value of each output."""
        program = self.program
        final_standings = {
            name: Standing(standing.scored, finals[name], standing.scored.score.digits)
            for name, standing in standings.items()
        }
        scope = replace(program.case_scope, scores=points.scores_so_far(final_standings))
        found: dict[str, E] = {}
        for output in self.ruleset.outputs:
            call = output.value
            if isinstance(call, TableCall) and program.decision_tables[call.table].hit.gives_list:
                arguments = [program.value(one, scope) for one in call.arguments]
                value = tables.listed(call, arguments, program, scope)
            else:
                value = program.value(call, scope)
            self.findings.take(value, some)
            found[output.id] = build.where(some, value.sql)
        return found

    # the result

    def _assembled(
        self,
        standings: Mapping[str, Standing],
        finals: Mapping[str, Value],
        outputs: Mapping[str, E],
        unscored: Sequence[tuple[E, str]],
        some: E,
    ) -> Statement:
        program, ruleset = self.program, self.ruleset
        rejected = build.disj([one.condition for one in self.findings.rejects])
        reject_at = build.case([(one.condition, one.where) for one in self.findings.rejects], build.null())
        whens: list[tuple[E, E]] = [(rejected, build.text(REJECTED))]
        if standings:
            whens.append((build.not_(some), build.text(UNSCORED)))
        status = build.case(whens, build.text(SCORED if standings else DECIDED))
        fired = tuple(sorted(self.fired.items()))
        missing = tuple(sorted(self.findings.named().items()))
        reasons = self._reasons(standings, unscored, some)
        if not build.is_false(rejected):
            reasons = build.case([(rejected, program.dialect.list_of([reject_at]))], reasons)
        named = {
            Content.STATUS: status,
            Content.FIRED: _named(fired, program.dialect),
            Content.REASONS: reasons,
            Content.MISSING: _named(missing, program.dialect),
        }
        results = _Results(program, self.digest, self.settled, standings, finals, outputs, named)
        found = tuple(Selected(column, results.sql(column)) for column in result_columns(ruleset))
        unlisted = tuple(
            one.scored.situations
            for one in standings.values()
            if one.scored.situations is not None and not one.scored.situations.listed
        )
        depths = {one.table: program.cases.depth_of(one.key()) for one in unlisted}
        unlisted = tuple(sorted(unlisted, key=lambda one: depths[one.table]))
        return Statement(program, found, reject_at, fired, missing, tuple(self.rows_fired), unlisted)

    def _reasons(self, standings: Mapping[str, Standing], unscored: Sequence[tuple[E, str]], some: E) -> E:
        """The reason codes of all scores, each once; for an unscored case, the reason why."""
        from steelyard.engines.sql.reasons import ranked

        dialect = self.program.dialect
        if not standings:
            return dialect.empty_list()
        lists = [
            build.case([(one.scored.stands, ranked(one, self.program))], dialect.empty_list())
            for one in standings.values()
        ]
        codes = lists[0]
        for more in lists[1:]:
            codes = dialect.concat(codes, more)
        if len(lists) > 1:
            codes = dialect.distinct_in_order(codes)
        why = list(unscored)
        first = next(iter(standings.values())).scored
        why += [(condition, reason) for condition, reason in first.unscored]
        whens = [(condition, dialect.list_of([build.text(reason)])) for condition, reason in why]
        return build.case([(some, codes), *whens], dialect.empty_list())


@dataclass(frozen=True, slots=True)
class _Results:
    """The value of each result column.

    Attributes:
        finals: the final value of each score.
        outputs: the value of each output.
        named: the values of the columns that every ruleset has, by content.
    """

    program: Program
    digest: str
    settled: Mapping[str, Settled]
    standings: Mapping[str, Standing]
    finals: Mapping[str, Value]
    outputs: Mapping[str, E]
    named: Mapping[Content, E]

    def sql(self, column: ResultColumn) -> E:
        """The value of a column."""
        ruleset, origin = self.program.ruleset, column.origin
        if origin is None:
            raise InternalError(f"`{column.name}` is no column of a ruleset's results")
        match origin.content:
            case Content.KEY:
                return build.column(ruleset.key)
            case Content.RULESET:
                return build.text(ruleset.id)
            case Content.VERSION:
                return build.text(ruleset.version)
            case Content.DIGEST:
                return build.text(self.digest)
            case Content.STATUS | Content.FIRED | Content.REASONS | Content.MISSING:
                return self.named[origin.content]
            case Content.SCORE | Content.GRADE | Content.SHARES:
                return self._of_score(origin.content, origin.score)
            case Content.FAMILY:
                return families.listed(column, self.settled[origin.id], self.standings, self.program)
            case Content.MEASURE:
                return self.settled[origin.id].measure.sql
            case Content.TARGET:
                target = self.settled[origin.id].target
                return self._nothing() if target is None else target.sql
            case Content.INDICATOR_SCORE:
                return self.settled[origin.id].score.sql
            case Content.SHARE | Content.LOST:
                return self._contributed(origin)
            case Content.OUTPUT:
                return self.outputs[origin.id]
            case Content.ROW | Content.INPUT:
                raise InternalError(f"`{column.name}` is no column of every ruleset's results")
            case _:
                assert_never(origin.content)

    def _of_score(self, content: Literal[Content.SCORE, Content.GRADE, Content.SHARES], score: str) -> E:
        """The value of a column of a score; NULL where the score has no value."""
        standing, final = self.standings[score], self.finals[score]
        scored = standing.scored
        match content:
            case Content.SCORE:
                return build.where(scored.stands, final.sql)
            case Content.GRADE:
                return build.where(scored.stands, _grade(standing, final))
            case Content.SHARES:
                shares = (
                    build.null() if scored.denominator is None else build.where(scored.stands, scored.denominator.sql)
                )
                return self._nothing() if isinstance(shares, exp.Null) else shares
            case _:
                assert_never(content)

    def _nothing(self) -> E:
        return literals.typed_null(_COUNT, self.program)

    def _contributed(self, origin: Origin) -> E:
        """The share of an indicator in a score, or the points that it lost; NULL where it has no share."""
        scored, settled = self.standings[origin.score].scored, self.settled[origin.id]
        own = next((one for one in scored.contributions if one.settled.indicator is settled.indicator), None)
        if own is None:
            return self._nothing()
        return build.where(scored.stands, (own.share if origin.content is Content.SHARE else own.lost).sql)


def _grade(standing: Standing, final: Value) -> E:
    """The first grade that covers a score."""
    whens: list[tuple[E, E]] = []
    for grade in standing.scored.score.grades:
        bounds: list[E] = []
        if grade.low is not None:
            bounds.append(build.at_least(final.sql, build.integer(grade.low)))
        if grade.high is not None:
            bounds.append(build.at_most(final.sql, build.integer(grade.high)))
        whens.append((build.conj(bounds), build.text(grade.id)))
    return build.case(whens, build.null())


def _named(conditions: Sequence[tuple[str, E]], dialect: Dialect) -> E:
    """The names whose condition holds."""
    found = [(name, condition) for name, condition in conditions if not build.is_false(condition)]
    if not found:
        return dialect.empty_list()
    listed = dialect.list_of([build.where(condition, build.text(name)) for name, condition in found])
    return build.case([(build.disj([condition for _, condition in found]), listed)], dialect.empty_list())


__all__ = ["Rejection", "RuleRows", "Selected", "Statement", "compile_ruleset"]
