"""Reports declarations that are never read."""

from __future__ import annotations

from collections.abc import Iterable

from steelyard.analysis.subject import Subject
from steelyard.diagnostics import Diagnostics, Message, Span, msg
from steelyard.ir.contents import expressions
from steelyard.ir.expressions import Aggregate, Apply, Define, Expr, Field, Input, OneRow, Parameter, TableCall
from steelyard.ir.ruleset import Clock, Named
from steelyard.ir.walk import nodes
from steelyard.model.indicators import Way
from steelyard.source import Text


def check_unused(subject: Subject, diagnostics: Diagnostics) -> None:
    """Report names that nothing reads. A name read only by an unused define counts as read."""
    ruleset = subject.ruleset
    read = [node for expr in expressions(ruleset) for node in nodes(expr)]
    inputs = {node.name for node in read if isinstance(node, Input)} | {
        ruleset.key,
        ruleset.reference_date,
        *ruleset.roles.inputs,
    }
    inputs |= {field.not_before for field in ruleset.inputs}
    relations = {node.relation for node in read if isinstance(node, Aggregate | OneRow)}
    relations |= {exemption.for_each for exemption in ruleset.exemptions}
    relations |= {rule.for_each for rule in ruleset.points}
    relations |= {indicator.family.relation for indicator in ruleset.indicators if indicator.family is not None}

    def report(
        kind: Message, declared: Iterable[tuple[str, Span | None]], used: set[str | None], advice: Message
    ) -> None:
        for name, span in declared:
            if name not in used:
                diagnostics.add("L101", span, msg("{kind} `{name}` is never used", kind=kind, name=name), help=advice)

    remove = msg("remove it, or use it in a rule")
    shown = msg("remove it, or use it in a rule; what only readers want is shown under `outputs`")
    report(msg("the input"), _places(ruleset.inputs), set(inputs), shown)
    report(msg("the parameter"), _places(ruleset.parameters), _names(read, Parameter), remove)
    report(msg("the define"), _places(ruleset.defines), _names(read, Define), remove)
    report(
        msg("the table"), _places(ruleset.tables), {node.table for node in read if isinstance(node, TableCall)}, remove
    )
    report(msg("the relation"), _places(ruleset.relations), set(relations), remove)
    calendars = {node.calendar for node in read if isinstance(node, Apply)}
    clocks = [one.measure for one in ruleset.indicators if isinstance(one.measure, Clock)]
    calendars.update(*(clock.calendars() for clock in clocks))
    report(msg("the calendar"), _places(ruleset.calendars), calendars, remove)
    for relation in ruleset.relations:
        fields = {node.name for node in read if isinstance(node, Field | OneRow) and node.relation == relation.id}
        report(msg("the define"), _places(relation.defines), set(fields), remove)
    scoring = tuple((str(name), getattr(name, "span", None)) for name in subject.file.scoring)
    report(msg("the way to score"), scoring, _ways(subject), remove)


def _places(named: Iterable[Named]) -> Iterable[tuple[str, Span | None]]:
    return ((one.id, one.span) for one in named)


def _names(read: Iterable[Expr], kind: type[Parameter | Define]) -> set[str | None]:
    return {node.name for node in read if isinstance(node, kind)}


def _ways(subject: Subject) -> set[str | None]:
    """The names under `scoring` that an indicator, or another name there, refers to."""
    written: list[Text | Way] = [one.score for one in subject.file.indicators.values()]
    written += subject.file.scoring.values()
    return {str(one) for one in written if isinstance(one, Text)}
