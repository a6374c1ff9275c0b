"""How the values of a field are written in files: checks what is declared against the field's type."""

from __future__ import annotations

from dataclasses import replace

from steelyard.calendars.time_format import fault_of
from steelyard.diagnostics import Diagnostics, Message, Span, msg
from steelyard.ir import types
from steelyard.ir.describe import describe
from steelyard.ir.folding import Folding
from steelyard.ir.notation import AS_THE_GRAMMAR, Notation, Twice, Unit
from steelyard.ir.types import Type
from steelyard.model import case as model
from steelyard.source import Text


def notation(
    written: model.Notation, kind: Type, diagnostics: Diagnostics, base: Notation = AS_THE_GRAMMAR
) -> Notation:
    """Return the notation that is declared.

    Args:
        written: as the file has it.
        kind: the type of the field.
        diagnostics: takes findings.
        base: what holds where nothing is declared.
    """
    _check(written, kind, diagnostics)
    found = replace(
        base,
        missing=base.missing if written.missing is None else _distinct(written.missing, diagnostics),
        true=_distinct(written.true, diagnostics) or base.true,
        false=_distinct(written.false, diagnostics) or base.false,
        formats=_distinct(written.format, diagnostics) or base.formats,
        unit=base.unit if written.unit is None else Unit(written.unit),
        point=base.point if written.decimal is None else str(written.decimal),
        grouping=base.grouping if written.grouping is None else str(written.grouping),
        normalise=tuple(sorted(map(Folding, _distinct(written.normalise, diagnostics)))) or base.normalise,
        ambiguous=base.ambiguous if written.ambiguous is None else Twice(written.ambiguous),
    )
    for word in written.false:
        if word.casefold() in {one.casefold() for one in found.true}:
            diagnostics.add("T109", word.span, msg("`{value}` means true and false", value=word))
    if found.point == found.grouping:
        place = written.grouping or written.decimal
        diagnostics.add(
            "T109",
            None if place is None else place.span,
            msg("`{sign}` stands before the fraction and between groups", sign=found.point),
            help=msg('write `decimal: ","` beside `grouping: "."`') if found.point == "." else None,
        )
    return found


def _check(written: model.Notation, kind: Type, diagnostics: Diagnostics) -> None:
    time = isinstance(kind, types.DateTime)
    timely = isinstance(kind, types.Date | types.DateTime)
    number = isinstance(kind, types.Number | types.Duration)
    text = isinstance(kind, types.Text) or (isinstance(kind, types.Region | types.Regions) and kind.scheme == "name")
    for place, fits, message in (
        (_first(written.true), isinstance(kind, types.Boolean), msg("only a boolean is written as words for true")),
        (_first(written.format), timely, msg("only a date or datetime has a written form")),
        (written.unit, isinstance(kind, types.Duration), msg("only a duration counts a unit of time")),
        (written.decimal or written.grouping, number, msg("only a number has signs between its digits")),
        (_first(written.normalise), text, msg("only text and names of regions are normalised")),
        (written.ambiguous, time, msg("only a datetime can be shown twice by the clocks")),
    ):
        if place is not None and not fits:
            _unfit(place.span, message, kind, diagnostics)
    for form in written.format if timely else ():
        fault = fault_of(form, time=time)
        if fault is not None:
            diagnostics.add(
                "T109",
                form.span,
                msg("`{form}` is no written form of {kind}: {fault}", form=form, kind=describe(kind), fault=fault),
                help=msg("write e.g. `{form}`", form='"%d/%m/%Y %H:%M"' if time else '"%d/%m/%Y"'),
            )


def _first(texts: tuple[Text, ...]) -> Text | None:
    return texts[0] if texts else None


def _unfit(place: Span, message: Message, kind: Type, diagnostics: Diagnostics) -> None:
    diagnostics.add("T107", place, msg("{rule}, not {kind}", rule=message, kind=describe(kind)))


def _distinct(texts: tuple[Text, ...], diagnostics: Diagnostics) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for text in texts:
        if not text.strip():
            diagnostics.add("T109", text.span, msg("an empty field is missing, whatever is declared"))
        elif text in found:
            diagnostics.add("T109", text.span, msg("`{value}` is listed twice", value=text))
        else:
            found[str(text)] = None
    return tuple(found)
