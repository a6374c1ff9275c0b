"""The lines of an explanation that belong to a failure: of the ledger, of an indicator, of a rule."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from steelyard.diagnostics import Span, msg
from steelyard.diagnostics.catalogue import translator
from steelyard.explain.explain import explain
from steelyard.explain.records import Provenance
from steelyard.facts.case import Case, Reject
from steelyard.report.view import view
from steelyard.report.views import IndicatorView, RuleView, View
from steelyard.semantics import prepare, rejected, run
from steelyard.trial.names import FIRED, HAS_FIRED, NOT_FIRED
from steelyard.trial.records import Difference, Verdict
from steelyard.trial.worked import SEPARATOR

_OF_LEDGER = ("score", "base", "grade", "ledger", "reasons")
_OF_RULES = (FIRED, HAS_FIRED, NOT_FIRED)
_MOST = 8
"""Lines of one rule or value."""


def why(verdict: Verdict, lang: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Explain a failure: paragraphs, each a heading and its lines, in a language."""
    return tuple((title, lines) for title, lines in _paragraphs(verdict, lang) if lines)


def _paragraphs(verdict: Verdict, lang: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    if not verdict.differences:
        return
    told = translator(lang)
    seen = _view(verdict, lang)
    names = [one.name.partition(".")[0] for one in verdict.differences]
    if seen.rejection:
        place = _place(verdict)
        yield seen.headline, (seen.rejection, *(() if place is None else (str(place),)))
    elif seen.status == "unscored":
        yield seen.headline, seen.missing
    if any(name in _OF_LEDGER for name in names):
        for score in seen.scores:
            title = msg("ledger") if len(seen.scores) == 1 else msg("ledger of {score}", score=score.name.text)
            yield (
                told(title),
                tuple(
                    f"{line.amount:>14}  {line.text}" + (f" [{line.clause}]" if line.clause else "")
                    for line in score.ledger
                    if line.is_sum or not _is_nothing(line.amount)
                ),
            )
    for one in seen.indicators:
        if {one.name.id, one.name.text} & {*names} or f"{one.name.id}/{one.row}" in names:
            yield one.name.text + (f" {one.row}" if one.row else ""), tuple(_of_indicator(one))
    disputed = {rule for one in verdict.differences if one.name in _OF_RULES for rule in _disputed(one)}
    for rule in (*seen.fired, *seen.not_fired):
        if disputed & {rule.name.id, rule.name.text}:
            yield rule.name.text, tuple(_of_rule(rule))[:_MOST]
    shown = {one.name for one in seen.indicators}
    for working in seen.workings:
        if working.name not in shown and {working.name.id, working.name.text} & {*names}:
            lines = (f"{n.indent}{n.sign} {n.text}" + (f" = {n.value}" if n.value else "") for n in working.tree)
            yield working.name.text, tuple(lines)[:_MOST]


def _view(verdict: Verdict, lang: str) -> View:
    program = prepare(verdict.version)
    match verdict.case:
        case Case():
            evaluation = run(program, verdict.case)
        case Reject():
            evaluation = rejected(program, Case(verdict.case.key, verdict.case.values), verdict.case)
    return view(explain(evaluation, Provenance()), lang)


def _place(verdict: Verdict) -> Span | None:
    """Where the file says what made the case rejected; None where no value of it alone did."""
    reject = verdict.case
    if not isinstance(reject, Reject):
        return None
    relation, _, field = reject.where.rpartition(".")
    rows = next((found for name, found in verdict.worked.rows.items() if name == relation), ())
    chosen = rows[(reject.line or 0) - 1 :][:1] if relation else (verdict.worked.given,)
    return next((name.span for names in chosen for name in names if name == field), None)


def _is_nothing(amount: str) -> bool:
    return not Decimal(amount.replace("−", "-").replace(",", ""))


def _of_indicator(one: IndicatorView) -> Iterator[str]:
    yield one.measured_by
    yield from one.clock
    if one.waived:
        yield one.waived
    yield from one.how
    for grant in one.grants:
        yield grant.exemption.text
        yield from (f"  {line.text}" for line in grant.lines)


def _of_rule(rule: RuleView) -> Iterator[str]:
    if rule.fired:
        yield from rule.does
        yield from rule.rows
    else:
        yield from rule.why_not


def _disputed(difference: Difference) -> set[str]:
    """The rules about which what is expected and what was found differ."""
    return {*difference.expected.split(SEPARATOR)} ^ {*difference.found.split(SEPARATOR)}
