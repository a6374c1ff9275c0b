"""The SQL of every expression: one `match`, compositional, with the meaning of `semantics.meaning`.

Strict operators need a guard only where SQL is not strict itself: a false comparison in an AND, IN, LEAST.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import assert_never

from sqlglot import exp

from steelyard.diagnostics import InternalError
from steelyard.engines.sql import build, definitions, functions, literals, logic, rows, tables
from steelyard.engines.sql.arithmetic import TooWideError
from steelyard.engines.sql.build import E
from steelyard.engines.sql.dialects.common import as_type
from steelyard.engines.sql.frame import Frame
from steelyard.engines.sql.intervals import Interval, hull, point
from steelyard.engines.sql.scope import Program, Scope, interval_of
from steelyard.engines.sql.value import REPEATED, Rejection, Value, Why, column_of, constant, shortened, union
from steelyard.ir.expressions import (
    Add,
    Aggregate,
    And,
    Apply,
    Argument,
    Bounded,
    Coalesce,
    Comparator,
    Compare,
    Define,
    Divide,
    Expr,
    Field,
    If,
    IndicatorPart,
    Input,
    IsMissing,
    Literal,
    Multiply,
    Negate,
    Not,
    OneOf,
    OneRow,
    OpenEnd,
    Or,
    OwnMeasure,
    OwnTarget,
    Parameter,
    Rank,
    Scale,
    ScoreValue,
    Subtract,
    TableAggregate,
    TableCall,
    Within,
)
from steelyard.ir.types import OPEN, Number, Range

_COMPARE = {
    Comparator.EQ: build.equal,
    Comparator.NE: build.unequal,
    Comparator.LT: build.less,
    Comparator.LE: build.at_most,
    Comparator.GT: build.greater,
    Comparator.GE: build.at_least,
}


def value(expr: Expr, program: Program, scope: Scope) -> Value:
    """Compile an expression.

    Raises:
        TooWideError: an integer may need more than 128 bits; with the place of the innermost expression that has one.
    """
    try:
        return shortened(_value(expr, program, scope), "value", scope.frame)
    except TooWideError as error:
        error.span = error.span or expr.span
        raise


def _value(expr: Expr, program: Program, scope: Scope) -> Value:  # noqa: C901 - a case for each node
    a = program.arithmetic

    def of(operand: Expr) -> Value:
        return value(operand, program, scope)

    match expr:
        case Literal():
            return literals.literal(expr.value, expr.type, program)
        case Parameter():
            return _parameter(expr, program)
        case Input():
            return _input(expr, program, scope)
        case Define():
            return _define(expr, program, scope)
        case Field():
            return _field(expr, program, scope)
        case OneRow():
            return rows.one_row(expr, program)
        case IndicatorPart():
            return _settled(program.parts.get((expr.indicator, expr.part)), f"{expr.indicator}.{expr.part.value}")
        case OwnTarget():
            return _settled(scope.target, "target")
        case OwnMeasure():
            return _settled(scope.measure, "measure")
        case ScoreValue():
            return _score(expr, program, scope)
        case Argument():
            return scope.arguments[expr.position]
        case TableCall():
            return tables.output(expr, [of(argument) for argument in expr.arguments], program, scope)
        case Negate():
            return a.negate(of(expr.operand))
        case Add():
            return a.add(of(expr.left), of(expr.right))
        case Subtract():
            return a.subtract(of(expr.left), of(expr.right))
        case Multiply():
            return a.multiply(of(expr.left), of(expr.right))
        case Scale():
            return a.times(of(expr.operand), 10**expr.digits)
        case Divide():
            return _divide(expr, program, scope)
        case Bounded():
            operand = of(expr.operand)
            interval = declared_interval(expr.range, operand)
            if expr.proved:
                return a.known_within(operand, interval)
            return bounded(operand, interval, expr.where, program, scope)
        case Compare():
            return _compare(expr, program, scope)
        case Rank():
            return _rank(of(expr.operand), expr.levels, program)
        case OpenEnd():
            return _open_end(expr, program, scope)
        case Within():
            return _within(expr, program, scope)
        case OneOf():
            return _one_of(of(expr.operand), [of(item) for item in expr.items])
        case And():
            return _settle(logic.conjunction([of(item) for item in expr.items], scope.frame), scope)
        case Or():
            return _settle(logic.disjunction([of(item) for item in expr.items], scope.frame), scope)
        case Not():
            return logic.negation(of(expr.operand))
        case If():
            condition = _settle(of(expr.condition), scope)
            return logic.choice(condition, of(expr.yes), of(expr.no), a)
        case Coalesce():
            return logic.first_present([of(item) for item in expr.items], a, scope.frame)
        case IsMissing():
            return logic.absence(of(expr.operand), negated=expr.negated)
        case Apply():
            return functions.apply(expr, [of(argument) for argument in expr.arguments], program, scope)
        case Aggregate():
            return rows.aggregate(expr, program, scope)
        case TableAggregate():
            arguments = [of(argument) for argument in expr.call.arguments]
            return tables.aggregate(expr, arguments, program, scope)
        case _:
            assert_never(expr)


def guard(sql: E, operands: Sequence[Value]) -> Value:
    """Make a truth NULL where an operand is missing, for SQL that is not strict itself."""
    absent = [build.missing(operand.sql) for operand in operands if operand.nullable]
    if absent and (len(operands) > 1):
        sql = build.case([(build.disj(absent), build.null())], sql)
    return logic.strictly(sql, operands)


def _settled(found: Value | None, name: str) -> Value:
    if found is None:
        raise InternalError(f"`{name}` was read before it is settled")
    return found


def _settle(truth: Value, scope: Scope) -> Value:
    """Put a large truth that can be unknown into a column, because its reasons repeat it."""
    return replace(truth, sql=column_of(truth.sql, "truth", scope.frame)) if truth.why else truth


def _parameter(expr: Parameter, program: Program) -> Value:
    found = next(one for one in program.ruleset.parameters if one.id == expr.name)
    if found.value is not None:
        return literals.literal(found.value, found.type, program)
    if (written := program.variables.get(expr.name)) is None:
        raise InternalError(f"the parameter `{expr.name}` has no value")
    return Value(as_type(exp.Var(this=written), program.dialect.bigint()), interval_of(found))


def _input(expr: Input, program: Program, scope: Scope) -> Value:
    declared = program.inputs[expr.name]
    program.cases.want(expr.name)
    sql = build.column(expr.name)
    scope.frame.inherit(sql)
    why: Why = {expr.name: build.missing(sql)} if declared.can_be_missing else {}
    return Value(sql, interval_of(declared), why=why)


def _define(expr: Define, program: Program, scope: Scope) -> Value:
    if program.reading.reads_score(expr):
        return _of_score(expr.name, program, replace(scope, rows={}))
    if expr.name not in program.defines:
        for name in definitions.of_case(expr.name, program):
            definition = program.expressions[None, name]
            if name not in program.defines and not program.reading.reads_score(definition):
                found = value(definition, program, program.case_scope)
                program.defines[name] = _named(found, name, program.cases)
    return program.defines[expr.name]


def _of_score(name: str, program: Program, scope: Scope) -> Value:
    """Compile a definition that reads scores, once for each set of current scores."""
    standing = tuple((score, found.sql.sql(), scale) for score, (found, scale) in scope.scores.items())
    key = "define", name, id(scope.frame), standing
    for one in definitions.of_case(name, program):
        own = "define", one, id(scope.frame), standing
        definition = program.expressions[None, one]
        if own not in program.cached and program.reading.reads_score(definition):
            program.cached[own] = _named(value(definition, program, scope), one, scope.frame)
    found = program.cached[key]
    if not isinstance(found, Value):
        raise TypeError(key)
    return found


def _named(found: Value, hint: str, frame: Frame) -> Value:
    """The value of a definition: a column, unless it is short enough to be repeated."""
    hint = hint.replace(".", "__")
    found = replace(found, sql=_kept(found.sql, hint, frame))
    return shortened(found, hint, frame, repeated=True)


def _kept(sql: E, hint: str, frame: Frame) -> E:
    """Put an expression of more than a few nodes into a column."""
    return column_of(sql, hint, frame, REPEATED // 2)


def _field(expr: Field, program: Program, scope: Scope) -> Value:
    at_hand = scope.rows.get(expr.relation)
    if at_hand is None:
        raise InternalError(f"`{expr.relation}.{expr.name}` was read where no row is at hand")
    definition = program.expressions.get((expr.relation, expr.name))
    if definition is None:
        return at_hand.fetch(expr.name)
    if program.reading.reads_score(definition):
        return value(definition, program, scope)
    if expr.name not in at_hand.defines:
        for name in definitions.of_row(expr.relation, expr.name, program):
            definition = program.expressions[expr.relation, name]
            if name not in at_hand.defines and not program.reading.reads_score(definition):
                found = value(definition, program, scope)
                at_hand.defines[name] = _named(found, f"{expr.relation}__{name}", at_hand.frame)
    return at_hand.defines[expr.name]


def _score(expr: ScoreValue, program: Program, scope: Scope) -> Value:
    """The current score, at the requested scale."""
    found = scope.scores.get(expr.name)
    if found is None or not isinstance(expr.type, Number):
        raise InternalError(f"the score `{expr.name}` was read before it stands")
    standing, scale = found
    if expr.type.scale >= scale:
        return program.arithmetic.times(standing, 10 ** (expr.type.scale - scale))
    return program.arithmetic.divide(
        standing, constant(10 ** (scale - expr.type.scale))
    )  # exact: the compiler chose the scales accordingly


def _divide(expr: Divide, program: Program, scope: Scope) -> Value:
    a = program.arithmetic
    numerator = a.times(value(expr.numerator, program, scope), 10**expr.up)
    denominator = a.times(value(expr.denominator, program, scope), 10**expr.down)
    if numerator.known is None:
        numerator = replace(numerator, sql=_kept(numerator.sql, "part", scope.frame))
    if denominator.known is None:
        denominator = replace(denominator, sql=_kept(denominator.sql, "part", scope.frame))
    found = a.divide(numerator, denominator, expr.rounding)
    if denominator.known is None and denominator.bounds.low <= 0 <= denominator.bounds.high:
        operands_there = [build.present(one.sql) for one in (numerator, denominator) if one.nullable]
        zero = build.conj((*operands_there, build.equal(denominator.sql, build.integer(0))))
        return replace(found, why=union((found.why, {"division by zero": zero})))
    if denominator.known == 0:
        return replace(found, why=union((found.why, {"division by zero": build.present(numerator.sql)})))
    return found


def declared_interval(declared: Range, operand: Value) -> Interval:
    """The interval of a declared range; an open end is that of the value."""
    low = operand.bounds.low if declared.low is None else declared.low
    return Interval(low, operand.bounds.high if declared.high is None else declared.high)


def bounded(operand: Value, interval: Interval, where: str, program: Program, scope: Scope) -> Value:
    """A value for which the case is rejected where it is outside an interval; then it is the nearest end.

    So nothing that is computed from it overflows.
    """
    operand = replace(operand, sql=column_of(operand.sql, "unbounded", scope.frame))
    held = program.arithmetic.held(operand, interval)
    beyond = (
        [build.less(operand.sql, program.arithmetic.literal(interval.low).sql)]
        if operand.bounds.low < interval.low
        else []
    )
    if operand.bounds.high > interval.high:
        beyond.append(build.greater(operand.sql, program.arithmetic.literal(interval.high).sql))
    outside = build.disj(build.true(one) if operand.nullable else one for one in beyond)
    return replace(held, rejects=(*operand.rejects, Rejection.at(where, outside))) if beyond else held


def _compare(expr: Compare, program: Program, scope: Scope) -> Value:
    match expr.left, expr.right:
        case Rank(operand=operand, levels=levels), Rank(operand=Literal(value=str() as level)):
            return _level(value(operand, program, scope), levels, expr.comparator, levels.index(level))
        case Rank(operand=operand, levels=levels), Literal(value=int() as rank):
            return _level(value(operand, program, scope), levels, expr.comparator, rank)
        case _:  # neither side is a rank against a constant
            left, right = value(expr.left, program, scope), value(expr.right, program, scope)
            return logic.strictly(_COMPARE[expr.comparator](left.sql, right.sql), (left, right))


def _level(operand: Value, levels: tuple[str, ...], comparator: Comparator, rank: int) -> Value:
    """Compare an ordered text with a level: it must be one of the levels for which the comparison holds."""
    import operator

    holds = {
        Comparator.EQ: operator.eq,
        Comparator.NE: operator.ne,
        Comparator.LT: operator.lt,
        Comparator.LE: operator.le,
        Comparator.GT: operator.gt,
        Comparator.GE: operator.ge,
    }[comparator]
    found = [build.text(level) for place, level in enumerate(levels) if holds(place, rank)]
    if not found:  # NULL stays NULL
        return logic.strictly(build.unequal(operand.sql, operand.sql), (operand,))
    return logic.strictly(build.within(operand.sql, found), (operand,))


def _rank(operand: Value, levels: tuple[str, ...], program: Program) -> Value:
    from sqlglot import exp

    if isinstance(operand.sql, exp.Literal):
        return constant(levels.index(operand.sql.name))
    whens = [(build.equal(operand.sql, build.text(level)), constant(place)) for place, level in enumerate(levels)]
    nothing = Value(build.null(), point(0))
    cases = build.case([(c, v.sql) for c, v in whens], nothing.sql)
    return Value(
        program.dialect.cast_narrow(cases),
        Interval(0, max(0, len(levels) - 1)),
        why=operand.why,
        rejects=operand.rejects,
    )


def _open_end(expr: OpenEnd, program: Program, scope: Scope) -> Value:
    """OPEN where the operand is missing; missing where the one_row relation has no row."""
    operand = value(expr.operand, program, scope)
    opened = constant(OPEN)
    interval = None if operand.interval is None else hull(operand.interval, point(OPEN))
    if not operand.nullable:
        return operand
    if isinstance(expr.operand, OneRow):
        there, why = rows.presence(expr.operand.relation, program)
        sql = build.case([(there, build.coalesce(operand.sql, opened.sql))], build.null())
        return Value(sql, interval, why=why, rejects=operand.rejects)
    return Value(build.coalesce(operand.sql, opened.sql), interval, rejects=operand.rejects)


def _within(expr: Within, program: Program, scope: Scope) -> Value:
    operand = value(expr.operand, program, scope)
    operands: list[Value] = [operand]
    tests: list[E] = []
    if expr.low is not None:
        low = value(expr.low, program, scope)
        operands.append(low)
        tests.append((build.at_least if expr.low_closed else build.greater)(operand.sql, low.sql))
    if expr.high is not None:
        high = value(expr.high, program, scope)
        operands.append(high)
        tests.append((build.at_most if expr.high_closed else build.less)(operand.sql, high.sql))
    if not tests:
        tests.append(build.equal(operand.sql, operand.sql))
    sql = build.conj(tests)
    return guard(sql, operands) if any(one.nullable for one in operands[1:]) else logic.strictly(sql, operands)


def _one_of(operand: Value, items: list[Value]) -> Value:
    sql = build.within(operand.sql, [item.sql for item in items])
    everything = (operand, *items)
    return guard(sql, everything) if any(i.nullable for i in items) else logic.strictly(sql, everything)
