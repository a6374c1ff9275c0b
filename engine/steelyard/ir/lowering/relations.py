"""Relations: their fields (given by the feed, or written), defines and joins."""

from __future__ import annotations

from dataclasses import replace

from steelyard.calendars.zones import DAY_US
from steelyard.diagnostics import Diagnostics, msg
from steelyard.diagnostics.suggestions import closest, listed
from steelyard.ir import types
from steelyard.ir.describe import describe
from steelyard.ir.expressions import Literal
from steelyard.ir.lowering.context import Context
from steelyard.ir.lowering.declared_ranges import declared_rows
from steelyard.ir.lowering.derived import derived
from steelyard.ir.lowering.fields import check_milestones, field
from steelyard.ir.lowering.order import rows_in_order
from steelyard.ir.lowering.people import label, maybe_label, source
from steelyard.ir.lowering.recurring import END, START, recurring
from steelyard.ir.ruleset import InputField, Label, Relation, Window
from steelyard.ir.scope import NameScope, RelationShape
from steelyard.ir.strata import Level
from steelyard.ir.types import Type, default_range
from steelyard.language import syntax
from steelyard.language.parser import parse_literal
from steelyard.model import relations as model
from steelyard.model.scalars import is_true
from steelyard.source import Text

FEEDS: dict[str, str] = {"warnings": "event_id", "declarations": "declaration_id"}
"""The feeds and the field that identifies an event."""
SKIP = "skip"
"""Written in place of a level where alerts of a severity are left out."""


def shape(context: Context, name: str) -> RelationShape:
    """Lower the readable part of a relation: fields and defines."""
    _, written = context.entry(context.file.relations, name)
    found: dict[str, InputField] = {one.id: one for one in _feed_fields(context, written)}
    made = derived(context, name, written)
    if made is not None:
        context.derivations[name], fields = made
        found |= {one.id: one for one in fields}
    context.recurrences[name], fields = recurring(context, written)
    found |= {one.id: one for one in fields}
    for key, one in written.fields.items() if made is None else ():
        lowered = field(key, one, context.zone, context.diagnostics, context.file.source)
        if lowered is None:
            continue
        given = found.get(lowered.id)
        if given is not None and given.type != lowered.type:
            context.diagnostics.add(
                "T107",
                key.span,
                msg("the feed gives `{name}` as {kind}", name=key, kind=describe(given.type)),
                help=msg("leave `{name}` out, or choose another name", name=key),
            )
            continue
        found[lowered.id] = lowered
    check_milestones(found, written.fields, context.diagnostics)
    _order_window(written, found, context.diagnostics)
    for key in written.define:
        if key in found:
            context.diagnostics.add(
                "N103",
                key.span,
                msg("the name `{name}` is taken", name=key),
                help=msg("fields and defines share names"),
            )
    for companion in (*(written.levels or ())[:1], written.regions):
        if companion is not None and written.feed is None:
            context.diagnostics.add(
                "M109",
                companion.span,
                msg("this belongs to a feed"),
                help=msg("write `feed: warnings` or leave it out"),
            )
    one_row = is_true(written.one_row)
    rows = declared_rows(context, written.rows, one_row=one_row)
    return RelationShape(name, found, frozenset(str(key) for key in written.define), one_row, rows)


def _feed_fields(context: Context, written: model.Relation) -> tuple[InputField, ...]:
    feed = written.feed
    if feed is None:
        return ()
    meant = str(feed)
    if feed not in FEEDS:
        near = closest(feed, tuple(FEEDS))
        context.diagnostics.add(
            "N101",
            feed.span,
            msg("unknown feed `{name}`", name=feed),
            help=msg("did you mean `{near}`?", near=near) if near else msg("feeds are `warnings` and `declarations`"),
        )
        if near is None:
            return ()
        meant = near  # so that its fields are known to who reads them
    scheme = _scheme(context, written)
    levels = tuple(dict.fromkeys(str(level) for level in written.levels or ()))
    for place, level in enumerate(written.levels or ()):
        if level in (written.levels or ())[:place]:
            context.diagnostics.add("T109", level.span, msg("`{value}` is listed twice", value=level))
    if meant == "warnings" and not levels:
        context.diagnostics.add(
            "M102",
            feed.span,
            msg("a relation of warnings needs its `levels`"),
            help=msg("list them lowest first: `levels: [blue, yellow, orange, red]`"),
        )
    text = types.Text()
    warning: tuple[tuple[str, Type, bool], ...] = (
        ("event_id", text, False),
        ("kind", text, False),
        ("level", types.Text(levels, ordered=bool(levels)), False),
        ("areas", types.Regions(scheme), False),
        ("starts", types.DateTime(), False),
        ("ends", types.DateTime(open=True), True),
        ("headline", text, True),
        ("source", text, True),
    )
    declaration: tuple[tuple[str, Type, bool], ...] = (
        ("declaration_id", text, False),
        ("kind", text, False),
        ("areas", types.Regions(scheme), False),
        ("starts", types.DateTime(), False),
        ("ends", types.DateTime(open=True), True),
        ("authority", text, True),
        ("reference", text, True),
    )
    return tuple(
        InputField(
            id=name,
            label=Label(name, name),
            type=kind,
            column=name,
            range=default_range(kind),
            optional=optional,
            not_before="starts" if name == "ends" else None,
        )
        for name, kind, optional in (warning if meant == "warnings" else declaration)
    )


def _order_window(written: model.Relation, fields: dict[str, InputField], diagnostics: Diagnostics) -> None:
    """Let intake check that no window ends before it starts, as if its end said `not_before`."""
    if written.window is not None:
        names = written.window.from_, written.window.to
    elif written.feed is not None:
        names = "starts", "ends"
    else:
        return
    start, stop = (fields.get(str(name)) for name in names)
    if start is None or stop is None or start == stop:
        return
    if not isinstance(start.type, types.DateTime) or not isinstance(stop.type, types.DateTime):
        return
    if stop.not_before in {None, start.id}:
        fields[stop.id] = replace(stop, not_before=start.id)
        return
    said = next(one.not_before for name, one in written.fields.items() if str(name) == stop.id)
    diagnostics.add(
        "M108",
        None if said is None else said.span,
        msg(
            "`{stop}` ends a window, so it is not before `{start}` and can name no other field",
            stop=stop.id,
            start=start.id,
        ),
        help=msg("write `{line}` at `{name}` instead", line=f"not_before: {stop.not_before}", name=start.id),
    )


def _severity(context: Context, written: model.Relation) -> tuple[tuple[str, str | None], ...]:
    """The level of each severity; None for one that is skipped."""
    levels = tuple(str(level) for level in written.levels or ())
    for level in written.severity.values():
        if level not in (*levels, SKIP):
            near = closest(level, levels)
            context.diagnostics.add(
                "T103",
                level.span,
                msg("`{text}` is not one of the levels", text=level),
                help=msg("did you mean `{near}`?", near=near)
                if near
                else msg("write one of {levels}, or `{skip}`", levels=listed(levels), skip=SKIP),
            )
    return tuple((str(word), None if level == SKIP else str(level)) for word, level in written.severity.items())


def _open_at_most(context: Context, written: model.Relation) -> int | None:
    """Return the longest time of an event without an end; a day has 24 hours here."""
    if written.open_at_most is None:
        return None
    match parse_literal(written.open_at_most, context.diagnostics):
        case syntax.DaysLiteral(days=days, business=False) if days > 0:
            return days * DAY_US
        case syntax.DurationLiteral(microseconds=length) if length > 0:
            return length
        case _:  # no length of time
            headline = msg("`{text}` is no length of time", text=written.open_at_most)
            context.diagnostics.add("T109", written.open_at_most.span, headline, help=msg("write e.g. `90d` or `36h`"))
            return None


def _scheme(context: Context, written: model.Relation) -> str:
    if written.regions is not None:
        return str(written.regions)
    kinds = [found.type for key in context.file.case.inputs if (found := context.input(str(key))) is not None]
    schemes = list(dict.fromkeys(kind.scheme for kind in kinds if isinstance(kind, types.Region | types.Regions)))
    if len(schemes) > 1:
        context.diagnostics.add(
            "M102",
            written.span,
            msg("the feed's areas may be of several schemes"),
            help=msg("write `regions: gb2260`, `fips` or `name`"),
        )
    return schemes[0] if schemes else "name"


def _labels(context: Context, written: model.Relation) -> tuple[tuple[str, Label], ...]:
    """The labels of levels and kinds; of kinds any where the feed leaves open which there are."""
    known = tuple(dict.fromkeys(map(str, (*(written.levels or ()), *written.kinds.values()))))
    for key in written.labels if written.kinds else ():
        if key not in known:
            near = closest(key, known)
            context.diagnostics.add(
                "T103",
                key.span,
                msg("`{text}` is neither a level nor a kind of the feed", text=key),
                help=msg("did you mean `{near}`?", near=near)
                if near
                else msg("the values are: {values}", values=listed(known[:5])),
            )
    return tuple((str(key), label(one, str(key))) for key, one in written.labels.items())


def relation(context: Context, name: str) -> Relation | None:
    """The whole relation."""
    key, written = context.entry(context.file.relations, name)
    row = context.relation(name)
    if row is None:
        return None
    defines = tuple(
        found for define in written.define if (found := context.row_define(name, str(define), key.span)) is not None
    )
    joins = None if written.recurring is None else Literal(value=True, type=types.Boolean())
    if written.joins is not None:
        scope = NameScope(context, Level.CASE, msg("a join"), row=name, bare_row=False)
        joins = context.condition(written.joins, scope)
    return Relation(
        id=name,
        label=label(written.label, name),
        source=source(written.source, context.file.source),
        notes=maybe_label(written.notes),
        span=key.span,
        feed=None if written.feed is None else str(written.feed),
        levels=tuple(str(level) for level in written.levels or ()),
        severity=_severity(context, written),
        kinds=tuple((str(name), str(kind)) for name, kind in written.kinds.items()),
        labels=_labels(context, written),
        open_at_most=_open_at_most(context, written),
        without_first_day="first_day" in written.leave_out,
        without_last_day="last_day" in written.leave_out,
        fields=tuple(row.fields.values()),
        defines=rows_in_order(name, defines),
        row_id=_row_id(row, written, context.diagnostics),
        of_case=_of_case(context, row, written),
        joins=joins,
        one_row=row.one_row,
        window=_window(row, written, context.diagnostics),
        derived=context.derivations.get(name),
        rows=row.rows,
        recurring=context.recurrences[name],
    )


def _known_field(row: RelationShape, text: Text, diagnostics: Diagnostics) -> InputField | None:
    if text in row.fields:
        return row.fields[text]
    near = closest(text, tuple(row.fields))
    diagnostics.add(
        "N111",
        text.span,
        msg("`{owner}` has no `{part}`", owner=row.id, part=text),
        help=msg("did you mean `{near}`?", near=near)
        if near
        else msg("it has {parts}", parts=listed(tuple(row.fields)[:5])),
    )
    return None


def _row_id(row: RelationShape, written: model.Relation, diagnostics: Diagnostics) -> str | None:
    if written.id is not None:
        found = _known_field(row, written.id, diagnostics)
        return None if found is None else found.id
    return FEEDS.get(str(written.feed)) if written.feed is not None else None


def _of_case(context: Context, row: RelationShape, written: model.Relation) -> str | None:
    if written.of_case is None:
        return None
    found = _known_field(row, written.of_case, context.diagnostics)
    key = context.input(str(context.file.case.key))
    if found is not None and key is not None and type(found.type) is not type(key.type):
        context.diagnostics.add(
            "T102",
            written.of_case.span,
            msg("`{name}` is not of the type of the key `{key}`", name=found.id, key=key.id),
        )
    return None if found is None else found.id


def _window(row: RelationShape, written: model.Relation, diagnostics: Diagnostics) -> Window | None:
    if written.window is None:
        told = written.feed is not None or written.recurring is not None
        return Window(START, END) if told and START in row.fields else None
    ends = [_known_field(row, end, diagnostics) for end in (written.window.from_, written.window.to)]
    for end, text in zip(ends, (written.window.from_, written.window.to), strict=True):
        if end is not None and not isinstance(end.type, types.DateTime):
            diagnostics.add("T107", text.span, msg("a window runs between two datetimes"))
            return None
    start, stop = ends
    return None if start is None or stop is None else Window(start.id, stop.id)
