"""The whole file becomes the meaning: sections in the order in which they need one another."""

from __future__ import annotations

from steelyard.diagnostics import Diagnostics, msg
from steelyard.ir.expressions import Define
from steelyard.ir.lowering import exemptions, indicators, points, scores, weights
from steelyard.ir.lowering.context import Context
from steelyard.ir.lowering.fields import check_milestones, declared_range
from steelyard.ir.lowering.people import label, source
from steelyard.ir.ruleset import Definition, Group, Indicator, Property, Range, Ruleset
from steelyard.ir.types import Date, DateTime, Text
from steelyard.ir.walk import nodes
from steelyard.language.parser import parse_interval
from steelyard.model.ruleset import RulesetFile
from steelyard.source import Text as Written


def lower(file: RulesetFile, diagnostics: Diagnostics) -> Ruleset | None:
    """Lower a file. None where anything is wrong; everything that is wrong is reported."""
    before = diagnostics.errors
    context = Context(file, diagnostics)
    inputs = tuple(found for name in file.case.inputs if (found := context.input(str(name))) is not None)
    check_milestones(
        {i.id: i for i in inputs}, {k: w for k, w in file.case.inputs.items() if isinstance(k, Written)}, diagnostics
    )
    parameters = tuple(found for name in file.parameters if (found := context.parameter(str(name))) is not None)
    relations = tuple(found for name in file.relations if (found := context.full_relation(str(name))) is not None)
    defines = tuple(found for name in file.define if (found := context.define(str(name), None)) is not None)
    tables = tuple(found for name in file.tables if (found := context.table(str(name), None)) is not None)
    demands = scores.demands(context)
    measured: dict[str, Indicator] = {}
    for key, written in file.indicators.items():
        demand = demands.get(str(key), scores.Demand(least=False, weighted=False))
        found = indicators.indicator(context, _text(key), written, least=demand.least, weighted=demand.weighted)
        if found is not None:
            measured[found.id] = found
    exempting = tuple(
        found
        for key, written in file.exemptions.items()
        if (found := exemptions.exemption(context, _text(key), written, measured, tuple(map(str, file.deductions))))
        is not None
    )
    weighing = weights.weights(context, file.weights, measured)
    scored = tuple(
        found
        for key, written in scores.written_scores(context)
        if (found := scores.score(context, key, written, measured)) is not None
    )
    by_name = {one.id: one for one in scored}
    unscored = points.unscored_rules(context)
    rules = points.points_rules(context, by_name) if by_name else ()
    outputs = points.outputs(context, by_name) if by_name else ()
    key, reference_date = _case(context, file)
    effective = _effective(context, file)
    if diagnostics.errors > before or key is None:
        return None
    return Ruleset(
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
        relations=relations,
        defines=_ordered(defines),
        tables=tables,
        indicators=tuple(measured.values()),
        exemptions=exempting,
        weights=weighing,
        scores=scored,
        unscored=unscored,
        points=rules,
        outputs=outputs,
        properties=tuple(Property(str(text), text.span) for text in file.properties),
        file=file.span.file,
    )


def _case(context: Context, file: RulesetFile) -> tuple[str | None, str | None]:
    key = context.input(str(file.case.key)) if context.kind(str(file.case.key)) == "input" else None
    if key is None:
        context.diagnostics.add("N101", file.case.key.span, msg("the key `{name}` is not an input", name=file.case.key))
    elif key.optional or not isinstance(key.type, Text):
        context.diagnostics.add("T107", file.case.key.span, msg("the key is a text that is always there"))
    date = file.case.reference_date
    if date is None:
        return (None if key is None else key.id), None
    found = context.input(str(date)) if context.kind(str(date)) == "input" else None
    if found is None:
        context.diagnostics.add("N101", date.span, msg("the reference date `{name}` is not an input", name=date))
    elif found.optional or not isinstance(found.type, Date | DateTime):
        context.diagnostics.add("T107", date.span, msg("the reference date is a date or datetime that is always there"))
    return (None if key is None else key.id), (None if found is None else found.id)


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
    interval = parse_interval(file.effective, Diagnostics())
    found = declared_range(file.effective, Date(), context.zone, context.diagnostics)
    if interval is None or found is None:
        return Range(None, None)
    return Range(None if interval.low is None else found.low, None if interval.high is None else found.high)


def _ordered(defines: tuple[Definition, ...]) -> tuple[Definition, ...]:
    """Defines in an order in which each reads only earlier ones."""
    by_name = {define.id: define for define in defines}
    done: dict[str, Definition] = {}

    def visit(define: Definition) -> None:
        if define.id in done:
            return
        for node in nodes(define.value):
            if isinstance(node, Define) and node.name in by_name:
                visit(by_name[node.name])
        done[define.id] = define

    for define in defines:
        visit(define)
    return tuple(done.values())


def _text(key: str) -> Written:
    assert isinstance(key, Written)  # noqa: S101 - the model keeps the key objects
    return key
