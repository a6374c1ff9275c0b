"""Rewrites cells from the notation that their field declares into the grammar of parse.py. Both intakes use it.

Texts are rewritten; what a file has with a type of its own (a date of a workbook, a number of JSON) is not, apart from
marks of what is missing, numbers that stand for true and false, and numbers that count a unit of time.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from functools import cache

from steelyard.calendars.clock_text import Written, read_date, read_datetime
from steelyard.calendars.time_format import example, rewritten
from steelyard.calendars.zones import Ambiguous, Zone
from steelyard.diagnostics import Message, msg
from steelyard.diagnostics.suggestions import listed
from steelyard.facts.cells import Cell, Numeral, plain_cell
from steelyard.facts.problem import Problem
from steelyard.facts.spelling import folded
from steelyard.facts.usual import narrowed, usual
from steelyard.ir.notation import AS_THE_GRAMMAR, Notation, Twice, Unit
from steelyard.ir.types import Boolean, Date, DateTime, Days, Duration, Number, Region, Regions, Text, Type

_SUFFIXES = {Unit.HOURS: "h", Unit.MINUTES: "min", Unit.SECONDS: "s"}
_PLAIN = re.compile(r"(-?)([0-9]+)(?:\.([0-9]+))?")
_BLANKS = re.compile("[ \N{NO-BREAK SPACE}\N{THIN SPACE}\N{NARROW NO-BREAK SPACE}]")
_MIDNIGHT = "T00:00:00"
"""How a workbook's day without a time of day ends, once it is text."""


def in_grammar(cell: Cell, kind: Type, notation: Notation, zone: Zone) -> str | tuple[str, ...] | Problem | None:
    """Return the text of a cell in the grammar of its type.

    Args:
        cell: the cell.
        kind: the declared type.
        notation: how the field is written.
        zone: the time zone of local times.

    Returns:
        The text, which may still be no value of the type; a list; a problem; None where the cell means missing.
    """
    if notation is AS_THE_GRAMMAR or notation == AS_THE_GRAMMAR:
        return plain_cell(cell, kind)
    if isinstance(cell, float) and notation.formats and cell.is_integer():  # `202405010905`
        cell = plain_cell(cell, Text())
    text = plain_cell(cell, kind)
    if text is None or isinstance(text, Problem):
        return text
    if isinstance(text, tuple):
        return tuple(folded(one, notation.normalise) for one in text)
    if notation.normalise:
        apart = text.split(";") if isinstance(kind, Regions) else (text,)
        text = ";".join(folded(one, notation.normalise) for one in apart)
    if not text or _means_missing(text, kind, notation):
        return None
    match kind:
        case Boolean():
            return _flag(text, notation)
        case Number():
            return _number(cell, text, notation)
        case Duration():
            number = _number(cell, text, notation)
            return number if isinstance(number, Problem) else _counted(number, notation.unit)
        case Date():
            return _from_forms(text, notation.formats if isinstance(cell, str) else ())
        case DateTime():
            found = _from_forms(text, notation.formats if isinstance(cell, str) else ())
            return found if isinstance(found, Problem) else _once(found, notation.ambiguous, zone)
        case Days() | Text() | Region() | Regions():
            return text


def written_as(kind: Type, notation: Notation) -> Message | None:
    """Describe how values are written that the field declares in its own notation; None where it declares none."""
    match kind:
        case Date() | DateTime() if notation.formats:
            forms = listed(notation.formats)
            shown = example(notation.formats[0])
            if isinstance(kind, Date):
                return msg("a date written as {forms}, such as `{example}`", forms=forms, example=shown)
            return msg("a date and time written as {forms}, such as `{example}`", forms=forms, example=shown)
        case _:  # the grammar's own words
            return None


def _means_missing(text: str, kind: Type, notation: Notation) -> bool:
    if not notation.missing:
        return False
    marks = _marks(notation, kind)
    plain = text.strip()
    return plain in marks or plain.removesuffix(_MIDNIGHT) in marks or usual(text, kind) in marks


@cache
def _marks(notation: Notation, kind: Type) -> frozenset[str | None]:
    """Return the marks in every form in which a cell is compared with them."""
    marks = {folded(mark, notation.normalise).strip() for mark in notation.missing or ()}
    return frozenset(marks | {usual(mark, kind) or mark for mark in marks})


def _flag(text: str, notation: Notation) -> str | Problem:
    if not notation.true:
        return text
    word = usual(text, Boolean())
    for meant, words in (("true", notation.true), ("false", notation.false)):
        if word in _folded_words(words):
            return meant
    if word in ("true", "false"):
        return word
    return Problem(msg("one of {values}", values=listed((*notation.true, *notation.false))))


@cache
def _folded_words(words: Sequence[str]) -> frozenset[str | None]:
    return frozenset(usual(word, Boolean()) for word in words)


def _number(cell: Cell, text: str, notation: Notation) -> str | Problem:
    """Rewrite a text with the declared signs; a number that the file has as a number stays as it is."""
    point, grouping = notation.point, notation.grouping
    if (point == "." and grouping is None) or not isinstance(cell, str) or isinstance(cell, Numeral):
        return text
    plain = _BLANKS.sub(" ", narrowed(text))
    if not re.match(rf"[-+]?[0-9{point}]", plain):  # `PT1H`
        return text
    digits = "[0-9]+" if grouping is None else f"(?:[0-9]{{1,3}}(?:{re.escape(grouping)}[0-9]{{3}})+|[0-9]+)"
    found = re.fullmatch(rf"([-+]?(?:{digits})?)(?:{re.escape(point)}([0-9]*))?( *[^-+.,' 0-9].*)?", plain)
    if found is None:
        shown = "1" + (grouping or "") + f"234{point}5"
        return Problem(msg("a number written as `{example}`", example=shown))
    whole = found[1].replace(grouping or " ", "")
    return whole + ("" if found[2] is None else f".{found[2]}") + (found[3] or "")


def _counted(text: str, unit: Unit | None) -> str:
    """Add the unit to a plain number."""
    if unit is None:
        return text
    found = _PLAIN.fullmatch(usual(text, Number(0)) or text)
    if found is None:
        return text
    if unit is not Unit.DAYS:
        return f"{found[0]}{_SUFFIXES[unit]}"
    fraction = found[3] or ""
    hours = str(int(found[2] + fraction) * 24).rjust(len(fraction) + 1, "0")
    whole = hours[: len(hours) - len(fraction)]
    return f"{found[1]}{whole}{'.' if fraction else ''}{hours[len(whole) :]}h"


def _from_forms(text: str, forms: Sequence[str]) -> str | Problem:
    """Write a date, or a date and time, year first; a text that matches no form stays for the grammar."""
    if not forms:
        return text
    plain = narrowed(text)
    matched = dict.fromkeys(found for form in forms if (found := rewritten(plain, form)) is not None)
    readings = list(matched)
    if len(readings) > 1:
        readings = [one for one in matched if isinstance(read_date(one[:10]), date)] or readings
    if len(readings) > 1:
        return Problem(
            msg("a date that only one of the declared forms fits"),
            msg("write the year first: {readings}", readings=listed(readings)),
        )
    return readings[0] if readings else text


def _once(text: str, meant: Twice, zone: Zone) -> str:
    """Add the offset to a local time that the clocks showed twice."""
    if meant is Twice.REJECT:
        return text
    for spelling in (text, usual(text, DateTime()) or text):
        written = read_datetime(spelling)
        if isinstance(written, Written):
            if written.offset is None and isinstance(instants := zone.to_instant(written.wall), Ambiguous):
                return zone.text(instants.first if meant is Twice.FIRST else instants.second)
            return text
    return text
