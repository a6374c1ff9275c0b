"""Converts the text of a literal to its node, using integers only."""

from __future__ import annotations

import re

from steelyard.diagnostics import Span, msg
from steelyard.language.refusal import Refusal, clip
from steelyard.language.syntax import (
    DateLiteral,
    DaysLiteral,
    DurationLiteral,
    MissingLiteral,
    Number,
    Quoted,
    Truth,
)

Literal = Number | Quoted | Truth | DurationLiteral | DaysLiteral | DateLiteral | MissingLiteral

MAX_DIGITS = 38
"""The most digits of a number, which 128 bits can hold. Values have much lower limits (LANGUAGE.md section 3)."""

UNITS = {"h": 3_600_000_000, "min": 60_000_000, "s": 1_000_000}
"""Microseconds of each unit of a duration, longest first."""

_PART = re.compile(r"([0-9]+)(?:\.([0-9]+))?(h|min|s)")


def literal(kind: str, text: str, span: Span) -> Literal:
    """Make the node of a literal token.

    Args:
        kind: the token's type: NUMBER, DURATION, DAYS, QUOTED, DATE, TRUTH or MISSING.
        text: the token as written.
        span: its place.

    Raises:
        Refusal: the literal has the right form but no exact value.
    """
    match kind:
        case "NUMBER":
            return _number(text, span)
        case "DURATION":
            return _duration(text, span)
        case "DAYS":
            return _days(text, span)
        case "QUOTED":
            inner = text[1:-1]
            return Quoted(inner.replace('""', '"') if text[0] == '"' else inner, span=span)
        case "DATE":
            return DateLiteral(text.removeprefix("@").replace(" ", "T"), span=span)
        case "TRUTH":
            return Truth(text == "true", span=span)
        case _:  # MISSING, the only kind left
            return MissingLiteral(span=span)


def _number(text: str, span: Span) -> Number:
    percent = text.endswith("%")
    whole, _, fraction = text.removesuffix("%").rstrip().partition(".")
    return Number(
        _integer(whole + fraction, text, span), len(fraction) + (2 if percent else 0), percent=percent, span=span
    )


def _duration(text: str, span: Span) -> DurationLiteral:
    total = 0
    last_unit = 0
    order = list(UNITS)
    for position, part in enumerate(_PART.finditer(text)):
        whole, fraction, unit = part[1], part[2] or "", part[3]
        if position and order.index(unit) <= last_unit:
            raise Refusal(
                "Y201",
                span,
                msg("units of the duration `{text}` are out of order", text=clip(text)),
                msg("each unit stands once, the longest first: `1h30min45s`"),
            )
        last_unit = order.index(unit)
        scaled = _integer(whole + fraction, text, span) * UNITS[unit]
        microseconds, rest = divmod(scaled, 10 ** len(fraction))
        if rest:
            raise Refusal(
                "Y204",
                span,
                msg("duration `{text}` is not a whole number of microseconds", text=clip(text)),
                msg("durations are exact to the microsecond: write it with fewer digits or in a smaller unit"),
            )
        total += microseconds
    return DurationLiteral(total, span=span)


def _days(text: str, span: Span) -> DaysLiteral:
    business = text.endswith("bd")
    digits = text.removesuffix("bd" if business else "d")
    if "." in digits:
        raise Refusal(
            "Y201",
            span,
            msg("`{text}` is not a whole number of days", text=clip(text)),
            msg("days count dates and are whole; parts of a day are a duration in hours, such as `36h`"),
        )
    return DaysLiteral(_integer(digits, text, span), business=business, span=span)


def _integer(digits: str, text: str, span: Span) -> int:
    if len(digits) > MAX_DIGITS:
        raise Refusal(
            "Y203",
            span,
            msg("number `{text}` has {count} {count:digit|digits}", text=clip(text), count=len(digits)),
            msg("a number has at most {limit} digits", limit=MAX_DIGITS),
        )
    return int(digits)
