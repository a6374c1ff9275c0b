"""Lowers the whole file to its meaning, section by section in the order of their dependencies."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TypeVar

from steelyard.diagnostics import Diagnostics, msg
from steelyard.diagnostics.suggestions import closest
from steelyard.ir.expressions import Define, Field
from steelyard.ir.lowering import points
from steelyard.ir.lowering.context import Context, Sections
from steelyard.ir.lowering.declared_ranges import bounded, bounded_answer
from steelyard.ir.lowering.definitions import definition, parameter, row_definition
from steelyard.ir.lowering.demands import written_scores
from steelyard.ir.lowering.exemptions import exemption
from steelyard.ir.lowering.fields import check_milestones, written_range
from steelyard.ir.lowering.formulas import named
from steelyard.ir.lowering.indicators import indicator
from steelyard.ir.lowering.order import in_order, lowering_order, rows_in_order
from steelyard.ir.lowering.people import label, source
from steelyard.ir.lowering.relations import relation, shape
from steelyard.ir.lowering.result_names import check_result_names
from steelyard.ir.lowering.scores import score
from steelyard.ir.lowering.tables import arguments, carried_arguments, table
from steelyard.ir.lowering.value_labels import value_labels
from steelyard.ir.lowering.weights import weights
from steelyard.ir.personal import with_joined
from steelyard.ir.ruleset import Group, InputField, Property, Relation, Roles, Ruleset
from steelyard.ir.types import Date, DateTime, Range, Region, Text
from steelyard.model.ruleset import RulesetFile
from steelyard.model.weights import Weights
from steelyard.source import Text as Written

T = TypeVar("T")
_SECTIONS = Sections(
    parameter=parameter,
    definition=definition,
    row_definition=row_definition,
    shape=shape,
    relation=relation,
    table=table,
    arguments=arguments,
    carried_arguments=carried_arguments,
    indicator=indicator,
    bounded=bounded,
    bounded_answer=bounded_answer,
)


def lower(file: RulesetFile, diagnostics: Diagnostics) -> Ruleset | None:
    """Lower a file. Reports all errors, and returns None where there are any."""
    before = diagnostics.errors
    if not written_scores(file) and not _only_decides(file, diagnostics):
        return None
    context = Context(file, diagnostics, _SECTIONS)
    inputs = _all(context.input(str(name)) for name in file.case.inputs)
    check_milestones({i.id: i for i in inputs}, file.case.inputs, diagnostics)
    parameters = _all(context.parameter(str(name)) for name in file.parameters)
    calendars = _all(context.calendar(str(name)) for name in file.calendars)
    _lower_in_order(context, file)
    relations = _all(context.full_relation(str(name)) for name in file.relations)
    defines = _all(context.define(name, None) for name in context.defines())
    tables = _all(context.table(str(name), None) for name in file.tables)
    measured = {i.id: i for i in _all(context.indicator(str(name), None) for name in file.indicators)}
    exempting = _all(exemption(context, key, written, measured) for key, written in file.exemptions.items())
    weighing = weights(context, file.weights, measured)
    scored = _all(score(context, key, written, measured) for key, written in written_scores(file))
    by_name = {one.id: one for one in scored}
    unscored = points.unscored_rules(context, by_name)
    rules = points.points_rules(context, by_name) if by_name else ()
    outputs = points.outputs(context, by_name) if by_name or not written_scores(file) else ()
    context.check_uncalled()
    key, reference_date = _case(context, file)
    effective = _effective(context, file)
    if diagnostics.errors > before or key is None:
        return None
    ruleset = with_joined(
        Ruleset(
            id=str(file.ruleset),
            version=str(file.version),
            title=label(file.title, str(file.ruleset)),
            source=source(file.source),
            timezone=context.zone.name,
            effective=effective,
            key=key,
            reference_date=reference_date,
            inputs=inputs,
            parameters=parameters,
            groups=tuple(
                Group(str(name), label(one, str(name)), tuple(i.id for i in measured.values() if i.group == name))
                for name, one in file.groups.items()
            ),
            relations=tuple(_with_added(one, context) for one in relations),
            defines=in_order(
                (*defines, *context.added_defines()), lambda node: node.name if isinstance(node, Define) else None
            ),
            tables=tables,
            indicators=tuple(measured.values()),
            exemptions=exempting,
            weights=weighing,
            scores=scored,
            unscored=unscored,
            points=rules,
            outputs=outputs,
            properties=tuple(Property(str(text), text.span) for text in file.properties),
            calendars=calendars,
            formulas=tuple(named(one) for one in context.formulas.values()),
            file=file.span.file,
            roles=_roles(context, file),
            labels=value_labels(file, diagnostics),
        )
    )
    check_result_names(ruleset, diagnostics)
    return ruleset if diagnostics.errors == before else None


def _only_decides(file: RulesetFile, diagnostics: Diagnostics) -> bool:
    """Whether a ruleset without a score has outputs, and nothing that would make or move a score; reports the rest."""
    before = diagnostics.errors
    if not file.outputs:
        headline = msg("a ruleset needs a score or outputs")
        diagnostics.add("M102", file.span, headline, help=msg("write `score:`, `scores:` or `outputs:`"))
        return False
    for name in (
        "indicators",
        "exemptions",
        "weights",
        "unscored",
        "deductions",
        "bonuses",
        "corrections",
        "gates",
        "grades",
    ):
        section = getattr(file, name)
        if section:
            span = section.span if isinstance(section, Weights) else next(iter(section)).span
            headline = msg("`{section}` without a score", section=name)
            diagnostics.add("M109", span, headline, help=msg("write `score:`, or decide with `outputs` alone"))
    return diagnostics.errors == before


def _with_added(relation: Relation, context: Context) -> Relation:
    """The relation with the defines that were made of inputs of tables."""
    added = context.added_defines(relation.id)
    return replace(relation, defines=rows_in_order(relation.id, (*relation.defines, *added))) if added else relation


def _all(found: Iterable[T | None]) -> tuple[T, ...]:
    """Return the items that were lowered without an error."""
    return tuple(one for one in found if one is not None)


def _lower_in_order(context: Context, file: RulesetFile) -> None:
    """Lower defines and tables, each after what it reads."""
    order = lowering_order(file, context.formulas, context.trees)
    for cycle in order.cycles:
        context.refuse_cycle(cycle)
    for owner, name in order.keys:
        if not name:
            context.table(owner, None)
        elif not owner and context.kind(name) != "define":
            continue  # a formula, lowered with each call
        elif not owner:
            define = context.define(name, None)
            if define is not None:
                context.learn(Define(name, type=define.value.type))
        else:
            define = context.row_define(owner, name, None)
            if define is not None:
                context.learn(Field(owner, name, type=define.value.type))


def _case(context: Context, file: RulesetFile) -> tuple[str | None, str | None]:
    key = _named_input(context, file.case.key, file)
    if key is not None and (key.optional or not isinstance(key.type, Text)):
        context.diagnostics.add(
            "T107",
            file.case.key.span,
            msg("the key is a text that is always there"),
            help=msg("write `{name}: text`", name=key.id),
        )
    date = None if file.case.reference_date is None else _named_input(context, file.case.reference_date, file)
    if date is not None and (date.optional or not isinstance(date.type, Date | DateTime)):
        context.diagnostics.add(
            "T107",
            date.span if file.case.reference_date is None else file.case.reference_date.span,
            msg("the reference date is a date or datetime that is always there"),
        )
    return (None if key is None else key.id), (None if date is None else date.id)


def _roles(context: Context, file: RulesetFile) -> Roles:
    if file.case.roles is None:
        return Roles()
    return Roles(*(_with_role(context, one, file) for one in (file.case.roles.branch, file.case.roles.handler)))


def _with_role(context: Context, name: Written | None, file: RulesetFile) -> str | None:
    found = None if name is None else _named_input(context, name, file)
    if name is not None and found is not None and not isinstance(found.type, Text | Region):
        context.diagnostics.add("T107", name.span, msg("a branch or a handler is a text or a region"))
    return None if found is None else found.id


def _named_input(context: Context, name: Written, file: RulesetFile) -> InputField | None:
    if context.kind(name) == "input":
        return context.input(str(name))
    near = closest(name, file.case.inputs)
    context.diagnostics.add(
        "N101",
        name.span,
        msg("`{name}` is not an input", name=name),
        help=msg("did you mean `{near}`?", near=near) if near else msg("declare it under `inputs`"),
    )
    return None


def _effective(context: Context, file: RulesetFile) -> Range:
    if file.effective is None:
        return Range(None, None)
    if file.case.reference_date is None:
        context.diagnostics.add(
            "M102",
            file.effective.span,
            msg("`effective` needs a reference date"),
            help=msg("write `reference_date:` under `case`"),
        )
    found = written_range(file.effective, Date(), context.zone, context.diagnostics)
    return Range(None, None) if found is None else found
