"""Explains scores: the ledger line by line with a running total, and the exact computation beside it."""

from __future__ import annotations

from fractions import Fraction
from typing import assert_never

from steelyard.diagnostics import InternalError, msg
from steelyard.explain.counterfactual import Without
from steelyard.explain.left_out import left_out
from steelyard.explain.naming import line_name, reasons, result_name
from steelyard.explain.place import EvaluationPlace
from steelyard.explain.records import Clause, LedgerLine, Node, ScoreStory, Summand
from steelyard.explain.terms import Name, Text, decimal_text
from steelyard.explain.tree import worked
from steelyard.explain.weights import weight_story
from steelyard.explain.words import Words
from steelyard.ir.expressions import Expr
from steelyard.ir.ruleset import LEDGER_DIGITS, SCORE_DIGITS, Better, Grade, Method, PointsRule, Score
from steelyard.semantics.evaluation import Evaluation
from steelyard.semantics.outcome import Fixed, Line, LineKind, ScoreOutcome
from steelyard.semantics.records import Scored
from steelyard.semantics.scores import NOTHING_TO_SCORE, TOO_FEW_PRESENT
from steelyard.semantics.values import rescale

SUMS = frozenset({LineKind.BASE, LineKind.FINAL})


def score_stories(evaluation: Evaluation, without: Without, words: Words) -> tuple[ScoreStory, ...]:
    """Explain every score that was evaluated."""
    by_id = {scored.id: scored for scored in evaluation.scores}
    rules = {rule.id: rule for rule in evaluation.ruleset.scores}
    return tuple(
        _story(rules[outcome.id], outcome, by_id[outcome.id], evaluation, without, words)
        for outcome in evaluation.outcome.scores
        if outcome.id in by_id
    )


def _story(  # noqa: PLR0917 - all that a score is explained by
    rule: Score, outcome: ScoreOutcome, scored: Scored, evaluation: Evaluation, without: Without, words: Words
) -> ScoreStory:
    fired = tuple(judged.rule for judged in evaluation.adjustments if judged.truth is True)
    situation = scored.situation
    grades = tuple((Name(grade.id, grade.label), _bounds(rule, grade)) for grade in rule.grades)
    return ScoreStory(
        name=words.score(rule.id),
        final=outcome.final,
        base=outcome.base,
        better=rule.better,
        grade=next((name for name, _ in grades if name.id == outcome.grade), None),
        grades=grades,
        unscored=None if outcome.unscored is None else _unscored(outcome, scored, evaluation, words),
        weights=None
        if situation is None
        else weight_story(situation, evaluation.ruleset, words, fired, left_out=bool(scored.left_out)),
        ledger=_ledger(rule, outcome, evaluation, words),
        summands=_summands(scored, EvaluationPlace(evaluation, words)),
        base_text=() if outcome.base is None else _base_text(rule, scored, outcome.base),
        reasons=reasons(outcome, EvaluationPlace(evaluation, words)),
        working=_working(rule, evaluation, words),
        left_out=left_out(rule, scored, evaluation, without, words),
    )


def _working(rule: Score, evaluation: Evaluation, words: Words) -> tuple[Node, ...]:
    """Take apart the value that the score starts from, how many indicators must count, and which do."""
    parts: list[tuple[Text, Expr]] = []
    if rule.value is not None:
        first = msg("the initial score") if rule.method is Method.SUM else msg("the value of the score")
        parts.append((first, rule.value))
    minimum = rule.minimum_present
    if minimum is not None and not isinstance(minimum, int):
        parts.append((msg("how many indicators must be scored"), minimum))
    parts += [(msg("{name} counts", name=words.name(one)), when) for one, when in (rule.only_if or {}).items()]
    at = EvaluationPlace(evaluation, words)
    return tuple(node for name, expr in parts for node in worked(name, expr, at))


def _bounds(rule: Score, grade: Grade) -> Text:
    """Say which scores a grade covers. Where grades follow each other, the bound towards the next one is enough."""
    low, high = (
        None if end is None else decimal_text(Fraction(end, 10**rule.digits)) for end in (grade.low, grade.high)
    )
    if low is not None and (high is None or rule.better is Better.HIGHER):
        return f"≥ {low}"
    return "" if high is None else f"≤ {high}"


def _unscored(outcome: ScoreOutcome, scored: Scored, evaluation: Evaluation, words: Words) -> Text:
    """Say why a score is missing: by the rule that left this one unscored, where there is one."""
    if outcome.unscored == TOO_FEW_PRESENT and scored.minimum is not None:
        return msg(
            "too few indicators are scored: {count} of {minimum}", count=len(scored.present), minimum=scored.minimum
        )
    if outcome.unscored == NOTHING_TO_SCORE and scored.left_out:
        return msg("there is nothing to score: every indicator is waived or does not count")
    for rule in evaluation.ruleset.unscored:
        if rule.on == outcome.id and rule.reason == outcome.unscored == evaluation.stopped.get(outcome.id):
            return msg("{rule} ({code})", rule=words.name(rule.id), code=rule.reason)
    return reason_text(outcome.unscored or "")


def reason_text(reason: str) -> Text:
    """Say why a score is missing: a sentence for the reasons built into the language, else the reason code itself."""
    match reason:
        case "nothing_to_score":
            return msg("there is nothing to score: every indicator is waived")
        case "too_few_present":
            return msg("too few indicators are scored")
        case "missing_minimum":
            return msg("how many indicators must be scored is missing")
        case "missing_value":
            return msg("the value that the score starts from is missing")
        case "missing_amount":
            return msg("the amount of a points rule that fired is missing")
        case _:  # any other reason is the code of a rule in the ruleset
            return msg("reason {code}", code=reason)


def _ledger(rule: Score, outcome: ScoreOutcome, evaluation: Evaluation, words: Words) -> tuple[LedgerLine, ...]:
    digits = max((line.amount.scale for line in outcome.ledger), default=LEDGER_DIGITS)
    lines: list[LedgerLine] = []
    running = 0
    for line in outcome.ledger:
        is_sum = line.kind in SUMS
        amount = rescale(line.amount.value, line.amount.scale, digits)
        if not is_sum:
            running += amount
        elif running != amount:
            raise InternalError(f"the ledger of `{rule.id}` does not add up to its {line.kind.value}")
        named, clause = _named(line, evaluation, words)
        shown = line.amount if is_sum else Fixed(amount, digits)
        detail = _row_text(line, evaluation, words)
        if line.kind is LineKind.CAP:
            detail = msg("what goes beyond its limit")
        text = _text(line, rule, named, detail)
        total = Fixed(running, digits)
        lines.append(LedgerLine(line.kind, text, named, line.row, clause, shown, total, is_sum, detail))
    return tuple(lines)


def _named(line: Line, evaluation: Evaluation, words: Words) -> tuple[Name | None, Clause | None]:
    if line.rule is None:
        return None, None
    ruleset = evaluation.ruleset
    found = next(one for one in (*ruleset.indicators, *ruleset.points) if one.id == line.rule)
    return line_name(line, EvaluationPlace(evaluation, words)), words.clause(found.source)


def _text(line: Line, rule: Score, named: Name | None, detail: Text | None) -> Text:
    name: Text = named or ""
    match line.kind:
        case LineKind.OPENING:
            return _opening(rule)
        case LineKind.LOST if detail is None:
            return name
        case LineKind.LOST:
            return msg("{name}: {row}", name=name, row=detail)
        case LineKind.ROUNDING:
            return msg("rounding to {digits} digits", digits=rule.digits)
        case LineKind.BASE:
            return msg("base score")
        case LineKind.DEDUCTION | LineKind.BONUS | LineKind.CORRECTION | LineKind.GATE if detail is not None:
            return msg("{name}: {row}", name=name, row=detail)
        case LineKind.DEDUCTION | LineKind.BONUS | LineKind.CORRECTION | LineKind.GATE:
            return name
        case LineKind.CAP:
            return msg("{name}: {row}", name=name, row=detail or "")
        case LineKind.CLAMP:
            return msg("kept within the bounds of the score")
        case LineKind.FINAL_ROUNDING:
            return msg("final rounding to {digits} digits", digits=rule.digits)
        case LineKind.FINAL:
            return msg("final score")
        case _:
            assert_never(line.kind)


def _opening(rule: Score) -> Text:
    match rule.method:
        case Method.SUM if rule.value is not None:
            return msg("opening: the initial score, and nothing lost")
        case Method.WEIGHTED_MEAN | Method.SUM | Method.LOWEST | Method.HIGHEST if rule.better is Better.LOWER:
            return msg("opening: the least that can be had")
        case Method.WEIGHTED_MEAN | Method.SUM | Method.LOWEST | Method.HIGHEST:
            return msg("opening: nothing lost")
        case Method.VALUE | Method.START:
            return msg("opening: the value of the score")
        case _:
            assert_never(rule.method)


def _row_text(line: Line, evaluation: Evaluation, words: Words) -> Text | None:
    if line.row is None:
        return None
    relation = next((_relation(rule) for rule in evaluation.ruleset.points if rule.id == line.rule), None)
    return line.row if relation is None else msg("{relation} {row}", relation=words.name(relation), row=line.row)


def _relation(rule: PointsRule) -> str | None:
    return rule.for_each


def _summands(scored: Scored, at: EvaluationPlace) -> tuple[Summand, ...]:
    return tuple(
        Summand(result_name(result, at), result.row_id, share, Fixed(result.score or 0, SCORE_DIGITS))
        for result, share, _ in scored.contributions
    )


def _base_text(rule: Score, scored: Scored, base: Fixed) -> tuple[Text, ...]:
    """Write the base score as one computation: the sum of numerators over D, then the quotient."""
    if scored.exact is None:
        return ()
    exact = Fraction(*scored.exact)
    denominator = scored.denominator
    if denominator is None:
        return (msg("{value}, rounded: {base}", value=decimal_text(exact), base=base),)
    chosen = [(share, result) for result, share, _ in scored.contributions if share or rule.method is Method.SUM]
    total = Fixed(sum(share * (result.score or 0) for share, result in chosen), SCORE_DIGITS)
    if denominator == 1:
        items = [str(Fixed(result.score or 0, SCORE_DIGITS)) for _, result in chosen]
        summed = str(total)
        if rule.method is Method.SUM and rule.value is not None:
            items.insert(0, decimal_text(exact - Fraction(total.value, 10**SCORE_DIGITS)))
            summed = decimal_text(exact)
        lines: list[Text] = [f"{' + '.join(items)} = {summed}" if len(items) > 1 else summed]
    else:
        products = " + ".join(f"{share} × {Fixed(result.score or 0, SCORE_DIGITS)}" for share, result in chosen)
        lines = [f"({products}) ÷ {denominator}", f"{total} ÷ {denominator}"]
    clamped = _clamped(rule, exact)
    if clamped is not None:
        lines.append(msg("kept within the bounds of the score: {base}", base=base))
    elif exact == Fraction(base.value, 10**base.scale):
        lines.append(f"= {base}")
    else:
        lines.append(msg("= {exact}, rounded: {base}", exact=decimal_text(exact), base=base))
    return tuple(lines)


def _clamped(rule: Score, exact: Fraction) -> int | None:
    unit = 10**rule.digits
    if rule.clamp.low is not None and exact * unit < rule.clamp.low:
        return rule.clamp.low
    if rule.clamp.high is not None and exact * unit > rule.clamp.high:
        return rule.clamp.high
    return None
