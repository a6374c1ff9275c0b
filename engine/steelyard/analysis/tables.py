"""Decision tables: rows that contradict each other, rows that never hit, values that no row covers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from steelyard.analysis.compared_axes import AnyAxis, compared, extents, possible, shown
from steelyard.analysis.gaps import gaps
from steelyard.analysis.occurrence import Occurring, occurring
from steelyard.analysis.precedence import Precedence, precedence
from steelyard.analysis.subject import Subject
from steelyard.diagnostics import Diagnostics, Label, Message, ValueRegion, ValueRegions, msg
from steelyard.ir import coverage
from steelyard.ir.coverage import Box, TestedColumn
from steelyard.ir.ruleset import HitPolicy, Table

MOST_PAIRS = 20
"""How many overlaps of a table are reported one by one."""
MOST_COUNTED = 1020
"""How many are counted at most: each takes a comparison of two rows."""
MOST_SHOWN = 10
"""So many regions of a gap are put in words; programs are given all that were found."""
MOST_NAMED = 5
"""So many rows that hide another one are named."""


def check_tables(subject: Subject, diagnostics: Diagnostics) -> None:
    """Check every table by its hit policy."""
    for table in subject.ruleset.tables:
        asked = _Asked(subject, table, subject.axes(table))
        if table.hit in {HitPolicy.UNIQUE, HitPolicy.ANY}:
            _overlaps(asked, diagnostics)
        _unreachable(subject, table, asked.axes, diagnostics)
        _gaps(asked, diagnostics)


@dataclass(frozen=True)
class _Asked:
    """A table, and what it is asked with."""

    subject: Subject
    table: Table
    axes: tuple[AnyAxis, ...]

    @cached_property
    def occurring(self) -> Occurring:
        """Which of its inputs' values occur together."""
        return occurring(self.subject, self.table, self.axes)

    def possible(self, box: Box) -> Box | None:
        """A region without what cannot occur; None where nothing is left."""
        found = possible(self.axes, box)
        return None if found is None else self.occurring.within(found)


def _overlaps(asked: _Asked, diagnostics: Diagnostics) -> None:
    """Report rows that hit together: under unique any two rows, under any rows with different outputs."""
    table, axes = asked.table, asked.axes
    columns = [axis.sure for axis in axes]
    unique = table.hit is HitPolicy.UNIQUE
    classes = None if unique else [row.outputs for row in table.rows]
    found: list[tuple[int, int, Box]] = []
    for one, other in coverage.overlapping(columns, len(table.rows), classes):
        box = coverage.overlap(columns, one, other)
        box = None if box is None else asked.possible(box)
        if box is not None:
            found.append((one, other, box))
        if len(found) > MOST_COUNTED:
            break
    code = "H101" if unique else "H102"
    for one, other, box in found[:MOST_PAIRS]:
        if compared(axes, box):
            _may_overlap(asked, (one, other, box), diagnostics)
            continue
        first, second = table.rows[one], table.rows[other]
        names = {"one": one + 1, "other": other + 1, "table": table.id}
        diagnostics.add(
            code,
            second.span,
            msg("rows {one} and {other} of `{table}` both hit", **names)
            if unique
            else msg("rows {one} and {other} of `{table}` both hit and say different things", **names),
            help=msg("narrow one of them, or choose another hit policy, e.g. `first`")
            if unique
            else msg("narrow one of them, or give both the same outputs"),
            labels=() if first.span is None else (Label(first.span, msg("row {number}", number=one + 1)),),
            notes=(_where(axes, box), *_doubt(asked, [box])),
            regions=_regions(asked, [box], rows=[(one, other)]),
        )
    if len(found) > MOST_PAIRS:
        rest, counted = found[MOST_PAIRS:], len(found) <= MOST_COUNTED
        headline = (
            msg(
                "… and {more} more {more:pair|pairs} of rows of `{table}` {more:hits|hit} together",
                more=len(rest),
                table=table.id,
            )
            if counted
            else msg(
                "… and more than {more} more {more:pair|pairs} of rows of `{table}` hit together",
                more=len(rest) - 1,
                table=table.id,
            )
        )
        diagnostics.add(
            code,
            table.span,
            headline,
            help=msg("narrow rows, or choose another hit policy, e.g. `first`"),
            regions=_regions(
                asked, [box for *_, box in rest], rows=[(one, other) for one, other, _ in rest], complete=counted
            ),
        )


def _may_overlap(asked: _Asked, found: tuple[int, int, Box], diagnostics: Diagnostics) -> None:
    """Report two rows that hit together for some values of what they are compared with."""
    table = asked.table
    one, other, box = found
    span = table.rows[one].span
    diagnostics.add(
        "H133",
        table.rows[other].span,
        msg("rows {one} and {other} of `{table}` may both hit", one=one + 1, other=other + 1, table=table.id),
        help=msg("narrow one of them, or choose another hit policy, e.g. `first`"),
        labels=() if span is None else (Label(span, msg("row {number}", number=one + 1)),),
        notes=(_where(asked.axes, box), *_doubt(asked, [box])),
        regions=_regions(asked, [box], rows=[(one, other)]),
    )


def _unreachable(subject: Subject, table: Table, axes: Sequence[AnyAxis], diagnostics: Diagnostics) -> None:
    """Report rows that no value reaches, or that others shadow: earlier ones (first), or higher ones (priority)."""
    columns = [axis.sure for axis in axes]
    found = precedence(subject, table)
    order = () if found is None else found.order
    shadows = None if found is None else _shadows(axes, found)
    for place, row in enumerate(table.rows):
        if any(not column.rows[place] for column in columns):
            diagnostics.add(
                "L111",
                row.span,
                msg("row {number} of `{table}` can never hit", number=place + 1, table=table.id),
                help=msg("no value that is asked for meets its conditions: correct or remove it"),
            )
        elif shadows is not None and (before := _hiding(shadows, order, place)):
            diagnostics.add(
                "L111",
                row.span,
                _hidden(table, place, before),
                help=_help(table, before),
                labels=tuple(
                    Label(span, msg("row {number}", number=one + 1))
                    for one in before[:MOST_NAMED]
                    if (span := table.rows[one].span) is not None
                ),
                regions=ValueRegions(
                    (ValueRegion(extents(axes, tuple(one.rows[place] for one in columns)), _numbers(place, *before)),)
                ),
            )
    if shadows is not None and shadows.undecided:
        first = order[shadows.undecided[0]]
        diagnostics.add(
            "L111",
            table.rows[first].span,
            msg(
                "{count} {count:row|rows} of `{table}` {count:was|were} not compared with those of higher priority",
                count=len(shadows.undecided),
                table=table.id,
            )
            if table.hit is HitPolicy.PRIORITY
            else msg(
                "from row {number} on, {count} {count:row|rows} of `{table}` {count:was|were} not compared with "
                "those before them",
                number=first + 1,
                count=len(shadows.undecided),
                table=table.id,
            ),
            help=msg("the rows overlap in too many ways: split the table to have all of them compared"),
        )


def _shadows(axes: Sequence[AnyAxis], found: Precedence) -> coverage.Shadows:
    """What hides each row, where the rows decide in this order; rows are numbered by their place in it."""

    def ordered(column: TestedColumn) -> TestedColumn:
        return TestedColumn(column.atoms, tuple(column.rows[place] for place in found.order))

    columns, possible = [ordered(axis.sure) for axis in axes], [ordered(axis.possible) for axis in axes]
    return coverage.shadows(columns, possible, found.before, found.certain)


def _hiding(shadows: coverage.Shadows, order: Sequence[int], place: int) -> tuple[int, ...]:
    """The rows that together hide a row; none where a value reaches it."""
    return tuple(sorted(order[one] for one in shadows.hidden_by(order.index(place))))


def _help(table: Table, before: tuple[int, ...]) -> Message:
    if table.hit is HitPolicy.PRIORITY:
        return msg("narrow what takes precedence, or remove it")
    if len(before) > 1:
        return msg("move it before them, or remove it")
    return msg("move it before that row, or remove it")


def _hidden(table: Table, place: int, before: tuple[int, ...]) -> Message:
    names = {"number": place + 1, "table": table.id, "rows": tuple(str(one + 1) for one in before[:MOST_NAMED])}
    if table.hit is HitPolicy.PRIORITY and len(before) > MOST_NAMED:
        more = len(before) - MOST_NAMED
        return msg(
            "row {number} of `{table}` never decides: rows {rows} and {more} more take precedence, together",
            **names,
            more=more,
        )
    if table.hit is HitPolicy.PRIORITY and len(before) > 1:
        return msg("row {number} of `{table}` never decides: rows {rows} take precedence, together", **names)
    if table.hit is HitPolicy.PRIORITY:
        return msg("row {number} of `{table}` never decides: row {rows} takes precedence", **names)
    if len(before) == 1:
        return msg("row {number} of `{table}` never hits: row {rows} hits first", **names)
    if len(before) > MOST_NAMED:
        more = len(before) - MOST_NAMED
        return msg(
            "row {number} of `{table}` never hits: rows {rows} and {more} more hit first, together", **names, more=more
        )
    return msg("row {number} of `{table}` never hits: rows {rows} hit first, together", **names)


def _gaps(asked: _Asked, diagnostics: Diagnostics) -> None:
    """Report all values that no row covers, except under hit policies for which no hit is normal."""
    table, axes = asked.table, asked.axes
    if table.default is not None or table.hit.gives_list or not table.inputs:
        return
    found = gaps([axis.possible for axis in axes], len(table.rows))
    boxes = [box for one in found.boxes if (box := asked.possible(one)) is not None]
    if not boxes and found.complete:
        return
    unsearched = msg("the rows meet in too many ways to examine all values: there may be more")
    if not boxes:
        headline = msg("it is not known whether a row of `{table}` hits for all values", table=table.id)
        notes = [msg("the rows meet in too many ways to examine all values")]
    elif len(boxes) == 1 and found.complete and _whole(axes, boxes[0]):
        headline, notes = msg("no row of `{table}` hits, whatever is asked", table=table.id), []
    elif len(boxes) == 1 and found.complete:
        headline = msg("no row of `{table}` hits where {example}", table=table.id, example=shown(axes, boxes[0]))
        notes = []
    else:
        count = msg("{count}", count=len(boxes)) if found.complete else msg("at least {count}", count=len(boxes))
        headline = msg(
            "no row of `{table}` hits in {count} {count:region|regions} of values", table=table.id, count=count
        )
        notes = [_where(axes, box) for box in boxes[:MOST_SHOWN]]
        if len(boxes) > MOST_SHOWN:
            notes.append(msg("… and {count} more", count=len(boxes) - MOST_SHOWN))
        if not found.complete:
            notes.append(unsearched)
    diagnostics.add(
        "H103",
        table.span,
        headline,
        help=msg("add a row, or write `default:` to say what holds there, if only `missing`"),
        notes=(*notes, *_doubt(asked, boxes)),
        regions=_regions(asked, boxes, complete=found.complete),
    )


def _where(axes: Sequence[AnyAxis], box: Box) -> Message:
    return msg("for all values") if _whole(axes, box) else msg("where {example}", example=shown(axes, box))


def _whole(axes: Sequence[AnyAxis], box: Box) -> bool:
    """Whether a region holds all values."""
    return all(axis.extent(atoms) is None for axis, atoms in zip(axes, box, strict=True))


def _doubt(asked: _Asked, boxes: Sequence[Box]) -> tuple[Message, ...]:
    """A note where it is not certain that the values of regions occur."""
    axes = asked.axes
    doubtful = [box for box in boxes if not asked.occurring.certain(box)]
    names = [
        axis.name
        for place, axis in enumerate(axes)
        if place in asked.occurring.doubtful and any(axis.extent(box[place]) is not None for box in doubtful)
    ]
    if any(compared(axes, box) for box in boxes):
        return (msg("if it can occur: what cells compare with is known for each case only"),)
    if not names:
        return ()
    quoted = tuple(msg("`{name}`", name=name) for name in names)
    return (msg("if it can occur: {names} cannot have every value with any others", names=quoted),)


def _regions(
    asked: _Asked,
    boxes: Sequence[Box],
    rows: Sequence[tuple[int, int]] | None = None,
    *,
    complete: bool = True,
) -> ValueRegions:
    pairs = [()] * len(boxes) if rows is None else rows
    return ValueRegions(
        tuple(ValueRegion(extents(asked.axes, box), _numbers(*both)) for box, both in zip(boxes, pairs, strict=True)),
        complete,
        not _doubt(asked, boxes),
    )


def _numbers(*rows: int) -> tuple[int, ...]:
    """Rows as counted from 1."""
    return tuple(row + 1 for row in rows)
