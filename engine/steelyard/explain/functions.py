"""Describes the application of each function in words."""

from __future__ import annotations

from typing import assert_never

from steelyard.diagnostics import InternalError, msg
from steelyard.explain.terms import Text
from steelyard.explain.words import Words
from steelyard.ir.expressions import Apply, Expr, Function, Literal
from steelyard.ir.types import Days


def applied(expr: Apply, parts: tuple[Text, ...], words: Words) -> Text:  # noqa: C901 - a case for each function
    """Describe a function's application; `parts` are the descriptions of its arguments."""
    first = parts[0]
    match expr.function:
        case Function.MIN:
            return msg("the least of {items}", items=parts)
        case Function.MAX:
            return msg("the greatest of {items}", items=parts)
        case Function.ABS:
            return msg("the absolute value of {what}", what=first)
        case Function.CLAMP:
            return msg("{what} kept between {low} and {high}", what=first, low=parts[1], high=parts[2])
        case Function.DATE:
            return msg("the date of {what}", what=first)
        case Function.DATE_OF:
            return msg("the date of year {year}, month {month}, day {day}", year=first, month=parts[1], day=parts[2])
        case Function.YEAR:
            return msg("the year of {what}", what=first)
        case Function.MONTH:
            return msg("the month of {what}", what=first)
        case Function.YEAR_MONTH:
            return msg("the year and month of {what}", what=first)
        case Function.ADD_MONTHS:
            return _later(expr.arguments[1], parts)
        case Function.MONTHS_BETWEEN:
            return msg("the whole months from {start} to {end}", start=first, end=parts[1])
        case Function.END_OF_MONTH:
            return msg("the last day of the month of {what}", what=first)
        case Function.ENDS_WITH:
            return msg("{what} ends with {suffix}", what=first, suffix=parts[1])
        case Function.CONTAINS:
            return msg("{what} contains {part}", what=first, part=parts[1])
        case Function.LENGTH:
            return msg("the number of characters of {what}", what=first)
        case Function.TRIM:
            return msg("{what} without blanks at its edges", what=first)
        case Function.CONCAT:
            return msg("{items}, one after another", items=parts)
        case Function.STARTS_WITH:
            return msg("{what} starts with {prefix}", what=first, prefix=parts[1])
        case Function.COVERS:
            return msg("{areas} covers {place}", areas=first, place=parts[1])
        case Function.OVERLAPS | Function.OVERLAP_TIME:
            return _windows(expr.function is Function.OVERLAPS, parts)
        case Function.DAYS if isinstance(expr.type, Days):
            return msg("{count} {count:day|days}", count=first)
        case Function.DAYS:
            return msg("the number of days in {what}", what=first)
        case Function.WORKING_TIME:
            calendar = _calendar(expr, words)
            return msg(
                "the working time from {start} to {end} ({calendar})", start=first, end=parts[1], calendar=calendar
            )
        case Function.BUSINESS_DAYS_BETWEEN:
            calendar = _calendar(expr, words)
            return msg(
                "the working days from {start} to {end} ({calendar})", start=first, end=parts[1], calendar=calendar
            )
        case Function.ADD_BUSINESS_DAYS:
            return _shifted(expr.arguments[1], parts, _calendar(expr, words))
        case _:
            assert_never(expr.function)


def _windows(asked: bool, parts: tuple[Text, ...]) -> Text:
    start, end, other_start, other_end = parts
    window = {"start": start, "end": end, "other_start": other_start, "other_end": other_end}
    if asked:
        return msg("{start} to {end} overlaps {other_start} to {other_end}", **window)
    return msg("the time common to {start} to {end} and {other_start} to {other_end}", **window)


def _shifted(count: Expr, parts: tuple[Text, ...], calendar: Text) -> Text:
    day, shown = parts
    match count:
        case Literal(value=int() as days) if days < 0:
            return msg(
                "{count} working {count:day|days} before {day} ({calendar})", count=-days, day=day, calendar=calendar
            )
        case _:  # a number of days that is no literal, so its sign is unknown
            return msg(
                "{count} working {count:day|days} after {day} ({calendar})", count=shown, day=day, calendar=calendar
            )


def _later(count: Expr, parts: tuple[Text, ...]) -> Text:
    day, shown = parts
    match count:
        case Literal(value=int() as months) if months < 0:
            return msg("{count} {count:month|months} before {day}", count=-months, day=day)
        case _:  # a number of months that is no literal, so its sign is unknown
            return msg("{count} {count:month|months} after {day}", count=shown, day=day)


def _calendar(expr: Apply, words: Words) -> Text:
    if expr.calendar is None:
        raise InternalError(f"{expr.function.value}() without a calendar")
    return words.calendar(expr.calendar)
