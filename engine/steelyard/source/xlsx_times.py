"""Finds the time that a workbook means by a number of days."""

from __future__ import annotations

import math

_DAY = 86_400_000_000
"""A day in microseconds."""
_SECOND, _MILLISECOND = 1_000_000, 1_000
_NOTHING = 1000
"""A thousandth of a microsecond is nothing: only short durations are stored so finely."""


def microseconds_of(serial: float) -> int | None:
    """Return the microseconds that a number of days stands for; None where they are no whole number.

    Programs compute the number with an error of rounding, or keep 15 digits of it, so a number this near to a whole
    second or millisecond means it. In these years a double has steps of 0.6 microseconds: a microsecond is taken only
    where the number is the one that it gives, in full or to 16 digits, or where no other is near.

    >>> microseconds_of(0.5), microseconds_of(1 / 86_400_000), microseconds_of(1e-12)
    (43200000000, 1000, None)
    """
    days, one = serial.as_integer_ratio()
    for step in (_SECOND, _MILLISECOND, 1):
        near = (2 * days * _DAY + one * step) // (2 * one * step) * step
        exact = near / _DAY  # Python divides integers to the nearest double
        if step > 1 and abs(serial - exact) <= 2 * math.ulp(exact):
            return near
        if serial in (exact, float(f"{exact:.15g}"), float(f"{exact:.16g}")):
            return near
        if abs(days * _DAY - near * one) * _NOTHING < one:
            return near
    return None
