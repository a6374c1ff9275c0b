"""Finds the smallest changes of one value that regain lost points: of an input, or of a field of a row."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

from steelyard.diagnostics import InternalError
from steelyard.explain.counterfactual import Without, grade_name
from steelyard.explain.naming import called, result_name
from steelyard.explain.place import EvaluationPlace
from steelyard.explain.records import Change, Regain
from steelyard.explain.slots import RowSlots, Slot, row_slots
from steelyard.explain.terms import Name
from steelyard.explain.trials import Found, Goal, Marks, Trials
from steelyard.explain.words import Words
from steelyard.facts.case import Case
from steelyard.ir.expressions import Add, Bounded, Define, Expr, Input, Subtract
from steelyard.ir.ruleset import Better, Clock, Indicator, PointsExpression, Ruleset, Score
from steelyard.ir.types import Date, DateTime, Days, Duration, Number
from steelyard.semantics.bound_row import BoundRow
from steelyard.semantics.evaluation import Evaluation
from steelyard.semantics.outcome import Fixed, LineKind, Outcome, Status
from steelyard.semantics.records import Result

_COSTS = frozenset(
    {LineKind.LOST, LineKind.DEDUCTION, LineKind.BONUS, LineKind.CORRECTION, LineKind.CAP, LineKind.GATE}
)
FEWEST_RUNS = 10
"""So many runs, if as many are left, each cause may have to look for changes in rows."""
MOST_CAUSES = 12
"""For how many causes of lost points, largest first, a change is looked for."""


def regains(evaluation: Evaluation, without: Without, words: Words) -> Iterator[Regain]:
    """Find for each cause of lost points, largest first, the smallest change of one value that lets it cost nothing."""
    if evaluation.outcome.status is not Status.SCORED:
        return
    trials = Trials(without.program(frozenset()), evaluation, without.marks)
    rules = {score.id: score for score in evaluation.ruleset.scores}
    for score in evaluation.outcome.scores:
        if score.final is None:
            continue
        costs = sorted(_costs(evaluation.outcome, rules[score.id]).items(), key=lambda one: -abs(one[1].value))
        share = max(FEWEST_RUNS, trials.left_for_rows // max(1, min(len(costs), MOST_CAUSES)))
        at = EvaluationPlace(evaluation, words)
        for cause, _ in costs[:MOST_CAUSES]:  # few runs each, before searches use up what may be run
            list(_computed(cause, rules[score.id], at, trials))
        for cause in costs[:MOST_CAUSES]:
            yield _regain(cause, rules[score.id], at, trials, without.marks, share)


Cause = tuple[str, str | None]
"""What costs points: the id of an indicator or a points rule, and the row of a family."""


def _costs(outcome: Outcome, rule: Score) -> dict[Cause, Fixed]:
    """Return what each cause of lost points cost, signed as in the ledger; no cause that cost nothing."""
    ledger = next((score.ledger for score in outcome.scores if score.id == rule.id), ())
    digits = max((line.amount.scale for line in ledger), default=0)
    moved: dict[Cause, int] = {}
    for line in ledger:
        if line.kind in _COSTS and line.rule is not None:
            cause = line.rule, line.row if line.kind is LineKind.LOST else None
            moved[cause] = moved.get(cause, 0) + line.amount.value * 10 ** (digits - line.amount.scale)
    worse = -1 if rule.better is Better.HIGHER else 1
    return {cause: Fixed(amount, digits) for cause, amount in moved.items() if amount * worse > 0}


def _regain(  # noqa: PLR0917 - the cause, and what it is looked for with
    cause: tuple[Cause, Fixed], rule: Score, at: EvaluationPlace, trials: Trials, marks: Marks, share: int
) -> Regain:
    """Find the changes for one cause; about `share` runs go to changes of rows."""
    (name, row), lost = cause
    evaluation, words = at.evaluation, at.words
    result = _result(cause[0], evaluation)
    exprs = tuple(_reads(name, result, evaluation.ruleset))
    slots = trials.slots(exprs)
    in_rows = row_slots(exprs, marks.reading, at, _own_rows(name, result, evaluation))
    goal = _costs_nothing(cause[0], rule, result)

    def without_row(slot: Slot) -> Goal:
        """The row costs nothing, and the cause less than now."""
        own = slot.row(evaluation.case)

        def goal(outcome: Outcome) -> bool:
            score = next((one for one in outcome.scores if one.id == rule.id), None)
            if score is None or score.final is None or own is None:
                return False
            idle = all((line.rule, line.row) != (name, own.id) for line in score.ledger)
            return idle and _less(_costs(outcome, rule).get((name, row)), lost)

        return goal

    found = list(_computed(cause[0], rule, at, trials))
    settled = {one.slot.field.type for one in found}
    for slot in slots:
        if slot.field.type not in settled:
            searched = trials.search(slot, goal)
            found += () if searched is None else (searched,)
    tried = list(_tried_in_rows(in_rows, result, lambda _: goal, trials, share))
    found += (one for _, one in tried if one is not None)
    if not found and result is None and in_rows.rows > 1:  # of several rows that cost points, what one of them costs
        tried = list(_tried_in_rows(in_rows, result, without_row, trials, share))
        found += (one for _, one in tried if one is not None)
    reported = [_change(one, (name, row), rule, at, trials) for one in found]
    changes = tuple(_smallest(reported, rule.better))
    every = len(tried) == len(in_rows.slots) and in_rows.tried == in_rows.rows and in_rows.closed
    exhausted = trials.left <= 0 or trials.left_for_rows <= 0
    return Regain(
        score=words.score(rule.id),
        cause=_cause_name(name, result, at),
        row=row,
        lost=lost,
        changes=changes,
        reads_values=slots != [] or in_rows.slots != (),
        complete=changes != ()
        or (every and not exhausted and all(trials.tries_all(one) for one in (*slots, *in_rows.slots))),
        rows=in_rows.rows,
        rows_tried=len({(slot.relation, slot.place) for slot, _ in tried}),
    )


def _result(cause: Cause, evaluation: Evaluation) -> Result | None:
    """The result of an indicator; None where the cause is a points rule."""
    return next((one for one in evaluation.results if (one.indicator.id, one.row_id) == cause), None)


def _costs_nothing(cause: Cause, rule: Score, result: Result | None) -> Goal:
    """Whether the cause costs nothing in the score, and an indicator still counts there."""

    def goal(outcome: Outcome) -> bool:
        score = next((one for one in outcome.scores if one.id == rule.id), None)
        final = None if score is None else score.final
        shares = () if score is None else score.shares
        kept = result is None or any((one.id, one.row) == cause for one in shares)
        return kept and final is not None and cause not in _costs(outcome, rule)

    return goal


def _computed(cause: Cause, rule: Score, at: EvaluationPlace, trials: Trials) -> Iterator[Found]:
    """The changes of inputs that are computed, each confirmed by runs."""
    result = _result(cause, at.evaluation)
    if result is None:
        return
    goal = _costs_nothing(cause, rule, result)
    for slot in trials.slots(tuple(_reads(cause[0], result, at.evaluation.ruleset))):
        value = _closed(result, slot.field.id, at.evaluation.case, at.words)
        confirmed = None if value is None else trials.closed(slot, value, goal)
        if confirmed is not None:
            yield confirmed


def _less(cost: Fixed | None, lost: Fixed) -> bool:
    """Whether something costs less than it does."""
    now = Fraction(abs(lost.value), 10**lost.scale)
    return (Fraction(0) if cost is None else Fraction(abs(cost.value), 10**cost.scale)) < now


def _tried_in_rows(
    in_rows: RowSlots, result: Result | None, goal: Callable[[Slot], Goal], trials: Trials, share: int
) -> Iterator[tuple[Slot, Found | None]]:
    """Look for a change of each field of a row, as long as runs are left; give what was tried, with what was found."""
    stop = trials.left_for_rows - share

    def measured(outcome: Outcome) -> int | None:
        own = (one for one in outcome.indicators if result is not None and (one.id, one.row) == result_key)
        value = next((one.measure for one in own), None)
        return value if isinstance(value, int) else None

    result_key = None if result is None else (result.indicator.id, result.row_id)
    target = None if result is None else result.target
    for slot in in_rows.slots:
        if trials.left_for_rows <= max(stop, 0):
            return
        line = trials.line(slot, target, measured, goal(slot)) if isinstance(target, int) else None
        yield slot, line if line is not None else trials.search(slot, goal(slot))


def _own_rows(name: str, result: Result | None, evaluation: Evaluation) -> dict[str, list[BoundRow]]:
    """The rows that alone matter: that of a family's result, those for which a points rule fired."""
    if result is not None:
        family = result.indicator.family
        return {} if family is None or result.row is None else {family.relation: [result.row]}
    rule = next((one for one in evaluation.ruleset.points if one.id == name), None)
    if rule is None or rule.for_each is None:
        return {}
    return {rule.for_each: [one.row for one in evaluation.points if one.rule == name and one.fired and one.row]}


def _cause_name(name: str, result: Result | None, at: EvaluationPlace) -> Name:
    """What the indicator or the points rule is called in this case."""
    if result is not None:
        return result_name(result, at)
    rule = next((one for one in at.evaluation.ruleset.points if one.id == name), None)
    return at.words.name(name) if rule is None else called(rule, None, at)


def _smallest(found: list[Change], better: Better) -> list[Change]:
    """Of changes of one type of value keep the smallest; of equal ones that with the best score, then the last one."""
    sign = 1 if better is Better.LOWER else -1
    best: dict[object, tuple[tuple[int, int], Change]] = {}
    for one in found:
        size = None if one.difference is None else one.difference.stored
        by_size = one.moment or size is not None
        kind: object = one.after.type if by_size else one.field.id, one.relation
        order = (size if isinstance(size, int) else 0), one.final.value * sign
        if kind not in best or order <= best[kind][0]:
            best[kind] = order, one
    return [one for _, one in best.values()]


def _change(one: Found, cause: Cause, rule: Score, at: EvaluationPlace, trials: Trials) -> Change:
    words, slot = at.words, one.slot
    outcome = trials.outcome(slot, one.value)
    score = None if outcome is None else next(score for score in outcome.scores if score.id == rule.id)
    if outcome is None or score is None or score.final is None:
        raise InternalError(f"a change of {slot.field.id} was not run again")
    case = at.evaluation.case
    before, kind, row = slot.value(case), slot.field.type, slot.row(case)
    name = slot.field.id if slot.relation is None else f"{slot.relation}.{slot.field.id}"
    after, size = words.named(one.value, name, kind), None
    if (
        isinstance(kind, Number | Days | Duration | Date | DateTime)
        and isinstance(one.value, int)
        and isinstance(before, int)
    ):
        size = words.distance(abs(one.value - before), after.type)
    return Change(
        field=words.name(name),
        relation=slot.relation,
        row=None if slot.relation is None or row is None else words.row(slot.relation, row),
        before=None if before is None else words.named(before, name, kind),
        after=after,
        difference=size,
        up=isinstance(one.value, int) and isinstance(before, int) and one.value > before,
        moment=isinstance(kind, Date | DateTime),
        method=one.method,
        final=score.final,
        grade=grade_name(rule, score.grade),
        still_lost=_costs(outcome, rule).get(cause),
    )


def _reads(name: str, result: Result | None, ruleset: Ruleset) -> Iterator[Expr]:
    """The expressions that decide what an indicator or a points rule costs."""
    if result is None:
        for rule in ruleset.points:
            if rule.id == name:
                yield from (rule.when, rule.amount)
        return
    indicator = result.indicator
    match indicator.measure:
        case Clock() as clock:
            yield from clock.expressions()
        case measure:
            yield measure
    if indicator.target is not None:
        yield indicator.target
    if isinstance(indicator.way, PointsExpression):
        yield indicator.way.value


def _closed(result: Result, name: str, case: Case, words: Words) -> int | None:
    """Compute the value of an input at which the target is just met, where the measure is a sum of inputs."""
    measured, target, value = result.measure, result.target, case.values.get(name)
    if not isinstance(measured, int) or not isinstance(target, int):
        return None
    if value is None and result.timing is not None and result.timing.still_running:
        value = result.timing.end
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    factor = _factor(result.indicator, name, words)
    return None if factor is None else value + factor * (target - measured)


def _factor(indicator: Indicator, name: str, words: Words) -> int | None:
    """By how much the measure grows where the input grows by one unit; None where it is not a plain sum."""
    match indicator.measure:
        case Clock(calendar=None, start=start, stop=stop):
            low, high = _coefficient(start, name, words), _coefficient(stop, name, words)
            factor = None if low is None or high is None else high - low
        case Clock():
            return None
        case measure:
            factor = _coefficient(measure, name, words)
    return factor if factor in {1, -1} else None


def _coefficient(written: Expr, name: str, words: Words) -> int | None:
    match written:
        case Input(name=read):
            return int(read == name)
        case Bounded(operand=operand):
            return _coefficient(operand, name, words)
        case Define(name=read):
            return _coefficient(words.definitions[read].value, name, words)
        case Add(left=left, right=right) | Subtract(left=left, right=right):
            first, second = _coefficient(left, name, words), _coefficient(right, name, words)
            if first is None or second is None:
                return None
            return first + second if isinstance(written, Add) else first - second
        case _:  # every other expression is no sum of inputs
            return None
