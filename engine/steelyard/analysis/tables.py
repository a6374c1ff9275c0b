"""Decision tables: rows that contradict each other, rows that never hit, values that no row covers."""

from __future__ import annotations

from steelyard.analysis.subject import Subject
from steelyard.diagnostics import Diagnostics, Label, Message, msg
from steelyard.ir import coverage
from steelyard.ir.coverage import TestedColumn
from steelyard.ir.expressions import Stored
from steelyard.ir.ruleset import HitPolicy, Table

MOST_PAIRS = 20
"""How many overlaps of a table are reported at most."""
MOST_COUNTED = 1020
"""How many are counted at most: each takes a comparison of two rows."""


def check_tables(subject: Subject, diagnostics: Diagnostics) -> None:
    """Check every table by its hit policy."""
    for table in subject.ruleset.tables:
        columns = subject.columns(table)
        if table.hit in {HitPolicy.UNIQUE, HitPolicy.ANY}:
            _overlaps(subject, table, columns, diagnostics)
        _unreachable(table, columns, diagnostics)
        _gaps(subject, table, columns, diagnostics)


def _overlaps(subject: Subject, table: Table, columns: tuple[TestedColumn, ...], diagnostics: Diagnostics) -> None:
    """Report rows that hit together: under unique any two rows, under any rows with different outputs."""
    found = 0
    classes = [row.outputs for row in table.rows] if table.hit is HitPolicy.ANY else None
    for one, other in coverage.overlapping(columns, len(table.rows), classes):
        first, second = table.rows[one], table.rows[other]
        values = coverage.overlap(columns, one, other)
        if values is None:
            continue
        found += 1
        if found > MOST_COUNTED:
            break
        if found > MOST_PAIRS:
            continue
        example = _example(subject, table, values)
        if table.hit is HitPolicy.UNIQUE:
            code = "H101"
            headline = msg("rows {one} and {other} of `{table}` both hit", one=one + 1, other=other + 1, table=table.id)
            advice = msg("narrow one of them, or choose another hit policy, e.g. `first`")
        else:
            code = "H102"
            headline = msg(
                "rows {one} and {other} of `{table}` both hit and say different things",
                one=one + 1,
                other=other + 1,
                table=table.id,
            )
            advice = msg("narrow one of them, or give both the same outputs")
        labels = () if first.span is None else (Label(first.span, msg("row {number}", number=one + 1)),)
        diagnostics.add(
            code,
            second.span,
            headline,
            help=advice,
            labels=labels,
            notes=(msg("e.g. where {example}", example=example),),
        )
    if found > MOST_PAIRS:
        code = "H101" if table.hit is HitPolicy.UNIQUE else "H102"
        more, counted = found - MOST_PAIRS, found <= MOST_COUNTED
        headline = (
            msg("… and {more} more pairs of rows of `{table}` hit together", more=more, table=table.id)
            if counted
            else msg(
                "… and more than {more} more pairs of rows of `{table}` hit together", more=more - 1, table=table.id
            )
        )
        diagnostics.add(code, table.span, headline, help=msg("narrow rows, or choose another hit policy, e.g. `first`"))


def _unreachable(table: Table, columns: tuple[TestedColumn, ...], diagnostics: Diagnostics) -> None:
    """Report rows that no value reaches, or that earlier rows shadow under hit policy first."""
    shadows = coverage.shadows(columns) if table.hit is HitPolicy.FIRST else None
    for place, row in enumerate(table.rows):
        if any(not column.rows[place] for column in columns):
            diagnostics.add(
                "L111",
                row.span,
                msg("row {number} of `{table}` can never hit", number=place + 1, table=table.id),
                help=msg("no value that is asked for meets its conditions: correct or remove it"),
            )
        elif shadows is not None and shadows.hides(place):
            diagnostics.add(
                "L111",
                row.span,
                msg("row {number} of `{table}` never hits: earlier rows hit first", number=place + 1, table=table.id),
                help=msg("move it before them, or remove it"),
            )
    if shadows is not None and shadows.undecided:
        first = shadows.undecided[0]
        diagnostics.add(
            "L111",
            table.rows[first].span,
            msg(
                "from row {number} on, {count} rows of `{table}` were not compared with those before them",
                number=first + 1,
                count=len(shadows.undecided),
                table=table.id,
            ),
            help=msg("the rows overlap in too many ways: split the table to have all of them compared"),
        )


def _gaps(subject: Subject, table: Table, columns: tuple[TestedColumn, ...], diagnostics: Diagnostics) -> None:
    """Report an example that no row covers, except under hit policies for which no hit is normal."""
    if table.default is not None or table.hit.gives_list or not table.inputs:
        return
    values = coverage.gap(columns)
    if isinstance(values, tuple):
        diagnostics.add(
            "H103",
            table.span,
            msg("no row of `{table}` hits where {example}", table=table.id, example=_example(subject, table, values)),
            help=msg(
                "a count of no rows is missing: write e.g. `{line}`", line=f"default: {{{table.outputs[0].id}: 0}}"
            )
            if table.hit is HitPolicy.COLLECT_COUNT
            else msg("add a row, or write `default:` to say what holds there, if only `missing`"),
        )


def _example(subject: Subject, table: Table, values: tuple[Stored, ...]) -> tuple[Message, ...]:
    return tuple(
        msg("`{name}` is {value}", name=one.id, value=subject.shown(value, one.type))
        for one, value in zip(table.inputs, values, strict=True)
    )
