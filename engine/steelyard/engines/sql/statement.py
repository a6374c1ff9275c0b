"""A ruleset as one statement: every case with its status and all its result columns (LANGUAGE.md sections 10 and 11).

The strata of `semantics.evaluate`, in its order, each written into the frame of the cases; then one SELECT on top.
Values are as stored (ir/types.py): who writes a file turns them into its types.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlglot import exp

from steelyard.engines.sql import build, exemptions, expressions, indicators, points, relations, scores, tables
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
from steelyard.engines.sql.value import Rejection, Value, constant
from steelyard.ir.expressions import Part, TableCall
from steelyard.ir.ruleset import LEDGER_DIGITS, SCORE_DIGITS, HitPolicy, Method, Ruleset
from steelyard.ir.types import Number, Text, Type
from steelyard.semantics.tables import LISTS

SCORED, UNSCORED, REJECTED = "scored", "unscored", "rejected"
_SHARED = frozenset({Method.WEIGHTED_MEAN, Method.SUM, Method.LOWEST, Method.HIGHEST})
_TEXT, _COUNT = Text(), Number(0)
INLINED = 6
"""With more layers that rows come back to, the engine may keep what it reads twice."""


@dataclass(frozen=True, slots=True)
class ResultColumn:
    """A column of the result.

    Attributes:
        sql: over the last layer of the cases.
        type: of its value, or of each item.
        many: whether it holds a list.
        fields: of a family: what each item holds, by name.
    """

    name: str
    type: Type
    sql: E
    many: bool = False
    fields: tuple[tuple[str, Type], ...] = ()


@dataclass(frozen=True, slots=True)
class RuleRows:
    """Of a rule that fires for rows: a column with the sorted ids of those rows."""

    rule: str
    sql: E


@dataclass(eq=False)
class Statement:
    """A compiled ruleset.

    Attributes:
        columns: the result columns of section 11 (`status` among them), in order; of a rejected case `reasons` holds
            what `reject_at` says.
        reject_at: the rule, table or relation that rejects the case, NULL where none does.
        fired: by rule, in code-point order, whether it fired; never NULL.
        missing: by name, likewise.
        unlisted: situations that are resolved as they occur, each after those that it stands on.
    """

    program: Program
    columns: tuple[ResultColumn, ...] = ()
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
        """A statement that gives the distinct keys of situations that are not listed."""
        key = situations.key()
        depth = self.program.cases.depth_of(key)
        return self.query([(KEY, key)], small, depth).distinct(copy=False)

    def query(
        self,
        selected: Sequence[tuple[str, E]],
        small: Mapping[str, SmallTable] | None = None,
        depth: int | None = None,
    ) -> exp.Select:
        """A statement that selects expressions over a layer of the cases, each with its name.

        Args:
            selected: name and expression.
            small: constant tables to write into the statement; those left out must be there as tables.
            depth: of the layer; None: the last one.
        """
        dialect = self.program.dialect
        cases = self.program.cases
        read = needed(cases, [e for _, e in selected])
        # steps written into one another double at each layer that rows come back to
        few = sum(1 for layer in cases.layers if layer.children) <= INLINED
        emission = Emission(hints=few and dialect.name in {"duckdb", "postgres"}, needed=read)
        last = emission.last(cases) if depth is None else emission.layer(cases, depth)
        query = exp.select(copy=False).from_(build.table(last), copy=False)
        for name, e in selected:
            query = query.select(build.aliased(e, name), copy=False)
        given = self.program.small if small is None else small
        constants = [_constants(name, table, dialect) for name, table in given.items()]
        query.set("with_", exp.With(expressions=[*constants, *emission.ctes]))
        return query


def _constants(name: str, table: SmallTable, dialect: Dialect) -> exp.CTE:
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
) -> Statement:
    """Compile a ruleset, its parameters bound.

    Args:
        ruleset: what to compile.
        dialect: what to write.
        cases: the table of cases: a column per input by its id, and one that tells cases apart.
        sources: by relation its table: a column per field by its id, `_row`, `_id`.
        digest: of the ruleset.
        identity: the column that tells cases apart.
        details: whether the rows that rules fired for are wanted too.
        spare: a table of all rows, cases or not, that costs less to read: what relations meet.
        unique: one_row relations whose table has no two rows with the same keys (`relations.key_fields`).
        suffix: of the names of small tables, where statements of several versions stand side by side.

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
    program = Program(ruleset, dialect, sources, frame, names, suffix, unique)
    return _Compilation(program, digest).statement()


class _Compilation:
    """One walk through the strata."""

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
        findings.reject(relations.membership_rejections(program))
        adjustments = self._conditions()
        self._indicators()
        unscored = self._unscored()
        reached = build.conj([build.not_(condition) for condition, _ in unscored])
        reached = program.cases.put("reached", reached)
        scored = [
            scores.weigh(score, self.settled, adjustments, program, findings, reached) for score in self.ruleset.scores
        ]
        self._shares(scored)
        standings = self._points(scored)
        finals = {name: self._final(standing) for name, standing in standings.items()}
        some = program.cases.put("scored", build.disj([one.scored.stands for one in standings.values()]))
        outputs = self._outputs(standings, finals, some)
        return self._assembled(standings, finals, outputs, unscored, some)

    # strata

    def _conditions(self) -> list[tuple[str, E]]:
        """Stratum 2; gives the adjustments."""
        program, findings = self.program, self.findings
        for exemption in self.ruleset.exemptions:
            fired = exemptions.judge(exemption, program, findings)
            self.judged[exemption.id] = fired
            self.fired[exemption.id] = fired.holds
            if fired.judged is not None:
                self._rows(exemption.id, fired.judged, fired.judged.holds)
        adjustments: list[tuple[str, E]] = []
        for adjustment in self.ruleset.weights.adjustments:
            truth = expressions.value(adjustment.when, program, program.case_scope)
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
                from steelyard.engines.sql import families

                scope, own = families.start(indicator, program, findings)
            started.append((scope, own, indicators.only_if(indicator, program, scope, own)))
        for indicator, (scope, own, applies) in zip(self.ruleset.indicators, started, strict=True):
            settled = indicators.settle(indicator, applies, self.judged, program, scope, own)
            self.settled[indicator.id] = settled
            if indicator.family is None:
                indicators.publish(settled, program)
            else:
                findings.give(own)

    def _unscored(self) -> list[tuple[E, str]]:
        """The rules that leave a case unscored, each where it is the first."""
        found: list[tuple[E, str]] = []
        for rule in self.ruleset.unscored:
            truth = expressions.value(rule.when, self.program, self.program.case_scope)
            self.findings.take(truth)
            holds = truth.sql if not truth.nullable else build.true(truth.sql)
            found.append((self.program.cases.put(rule.id, holds), rule.reason))
        return found

    def _shares(self, scored: Sequence[Scored]) -> None:
        """`survey.share`: of the first score that stands and has the indicator."""
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
            null = Value(expressions.typed_null(_COUNT, self.program), None)
            made = a.choose(found, null) if found else null
            sql = made.sql
            why = {name: build.missing(sql)}
            lies = made.interval or constant(0).lies
            self.program.parts[indicator.id, Part.SHARE] = Value(sql, lies, made.wide, why)

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
        """The ids of the rows a rule fired for; the column costs nothing unless it is selected."""
        dialect = self.program.dialect
        found = judged.rows.frame.lazily(f"{rule}__rows", lambda: dialect.collect_sorted(row_id(judged.rows), holds))
        self.rows_fired.append(RuleRows(rule, found))

    def _final(self, standing: Standing) -> Value:
        """The final score."""
        score = standing.scored.score
        final = self.program.arithmetic.divide(standing.value, constant(10 ** (standing.scale - score.digits)))
        return replace(final, sql=self.program.cases.put(f"{score.id}__final", final.sql))

    def _outputs(
        self, standings: Mapping[str, Standing], finals: Mapping[str, Value], some: E
    ) -> list[tuple[str, Type, E, bool]]:
        """Stratum 8."""
        program = self.program
        final_standings = {
            name: Standing(standing.scored, finals[name], standing.scored.score.digits)
            for name, standing in standings.items()
        }
        scope = replace(program.case_scope, scores=points.scores_so_far(final_standings))
        found: list[tuple[str, Type, E, bool]] = []
        for output in self.ruleset.outputs:
            call = output.value
            many = isinstance(call, TableCall) and program.decision_tables[call.table].hit in LISTS
            if many and isinstance(call, TableCall):
                arguments = [expressions.value(one, program, scope) for one in call.arguments]
                value = tables.listed(call, arguments, program, scope)
            else:
                value = expressions.value(call, program, scope)
            self.findings.take(value, some)
            found.append((output.id, call.type, build.where(some, value.sql), many))
        return found

    # the result

    def _assembled(
        self,
        standings: Mapping[str, Standing],
        finals: Mapping[str, Value],
        outputs: Sequence[tuple[str, Type, E, bool]],
        unscored: Sequence[tuple[E, str]],
        some: E,
    ) -> Statement:
        program, ruleset = self.program, self.ruleset
        rejected = build.disj([one.condition for one in self.findings.rejects])
        reject_at = build.case([(one.condition, build.text(one.where)) for one in self.findings.rejects], build.null())
        status = build.case(
            [(rejected, build.text(REJECTED)), (build.not_(some), build.text(UNSCORED))], build.text(SCORED)
        )
        found = [ResultColumn(ruleset.key, _TEXT, build.column(ruleset.key))]
        found += [
            ResultColumn(name, _TEXT, e)
            for name, e in (
                ("ruleset", build.text(ruleset.id)),
                ("version", build.text(ruleset.version)),
                ("digest", build.text(self.digest)),
                ("status", status),
            )
        ]
        for score in ruleset.scores:
            standing, final = standings[score.id], finals[score.id]
            own = build.where(standing.scored.stands, final.sql)
            found.append(ResultColumn(self._of("score", score.id), Number(score.digits), own))
            grade = _grade(standing, final)
            found.append(ResultColumn(self._of("grade", score.id), _TEXT, build.where(standing.scored.stands, grade)))
        for score in ruleset.scores:
            one = standings[score.id].scored
            shares = build.null() if one.denominator is None else build.where(one.stands, one.denominator.sql)
            if isinstance(shares, exp.Null):
                shares = expressions.typed_null(_COUNT, program)
            found.append(ResultColumn(self._of("shares", score.id), _COUNT, shares))
        for indicator in ruleset.indicators:
            found += self._indicator_columns(indicator.id, standings)
        found += [ResultColumn(name, kind, sql, many) for name, kind, sql, many in outputs]
        fired = tuple(sorted(self.fired.items()))
        missing = tuple(sorted((name, build.disj(all_)) for name, all_ in self.findings.missing.items() if name))
        found.append(ResultColumn("fired", _TEXT, _named(fired, program.dialect), many=True))
        reasons = self._reasons(standings, unscored, some)
        if not build.is_false(rejected):
            reasons = build.case([(rejected, program.dialect.list_of([reject_at]))], reasons)
        found.append(ResultColumn("reasons", _TEXT, reasons, many=True))
        found.append(ResultColumn("missing", _TEXT, _named(missing, program.dialect), many=True))
        unlisted = tuple(
            one.scored.situations
            for one in standings.values()
            if one.scored.situations is not None and not one.scored.situations.listed
        )
        depths = {one.table: program.cases.depth_of(one.key()) for one in unlisted}
        unlisted = tuple(sorted(unlisted, key=lambda one: depths[one.table]))
        return Statement(program, tuple(found), reject_at, fired, missing, tuple(self.rows_fired), unlisted)

    def _indicator_columns(self, name: str, standings: Mapping[str, Standing]) -> list[ResultColumn]:
        settled = self.settled[name]
        indicator, program = settled.indicator, self.program
        measure, target = (
            indicator.measure_type,
            indicator.measure_type if indicator.target is None else indicator.target.type,
        )
        if indicator.family is not None:
            from steelyard.engines.sql import families

            return [families.column(settled, standings, self._of, program)]
        nothing = expressions.typed_null(_COUNT, program)
        found = [
            ResultColumn(f"{name}.measure", measure, settled.measure.sql),
            ResultColumn(f"{name}.target", target, nothing if settled.target is None else settled.target.sql),
            ResultColumn(f"{name}.score", Number(SCORE_DIGITS), settled.score.sql),
        ]
        for score in ruleset_scores(self.ruleset, name):
            one = standings[score].scored
            own = next((c for c in one.contributions if c.settled is settled), None)
            share = nothing if own is None else build.where(one.stands, own.share.sql)
            lost = nothing if own is None else build.where(one.stands, own.lost.sql)
            found.append(ResultColumn(f"{name}.{self._of('share', score)}", _COUNT, share))
            found.append(ResultColumn(f"{name}.{self._of('lost', score)}", Number(LEDGER_DIGITS), lost))
        return found

    def _reasons(self, standings: Mapping[str, Standing], unscored: Sequence[tuple[E, str]], some: E) -> E:
        """Reason codes of every score, each once; of an unscored case why it is."""
        from steelyard.engines.sql.reasons import ranked

        dialect = self.program.dialect
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

    def _of(self, name: str, score: str) -> str:
        """`score`, or `score.NAME` where scores have names."""
        return name if _single(self.ruleset) else f"{name}.{score}"


def ruleset_scores(ruleset: Ruleset, indicator: str) -> list[str]:
    """The scores whose share and lost an indicator shows; with a single score that one, always."""
    if _single(ruleset):
        return [score.id for score in ruleset.scores]
    return [score.id for score in ruleset.scores if indicator in score.members and score.method in _SHARED]


def _single(ruleset: Ruleset) -> bool:
    return len(ruleset.scores) == 1 and ruleset.scores[0].id == "score"


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


__all__ = ["HitPolicy", "Rejection", "ResultColumn", "RuleRows", "Statement", "compile_ruleset"]
