"""Finds when an event ends, as its issuer says it in the parameters of an alert.

For many issuers `expires` is only when the bulletin is renewed. The National Weather Service of the United States says
when the event itself ends in the parameter `eventEndingTime`, formerly `eventEndTime`, and in its VTEC; so do the
weather services of Norway and the Czech Republic in `eventEndingTime`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_TIMES = ("eventendingtime", "eventendtime")
_VTEC = re.compile(
    r"/[OEX]\.([A-Z]{3})\.[A-Z]{4}\.[A-Z]{2}\.[A-Z]\.[0-9]{4}\.[0-9]{6}T[0-9]{4}Z-"
    r"([0-9]{2})([0-9]{2})([0-9]{2})T([0-9]{2})([0-9]{2})Z/"
)
"""The action, and year, month, day, hour and minute of the end, in UTC. The end is all zeros until further notice."""
_OVER = frozenset(("CAN", "EXP", "UPG"))
"""Actions that end an event: cancelled, expired, upgraded to another event."""


def event_end(parameters: Iterable[tuple[str, str]], sent: str) -> tuple[str, str] | None:
    """Return the name of the parameter that says when the event ends, and that time in ISO 8601; None without one.

    Args:
        parameters: names and values of the parameters of an info block.
        sent: when the alert was sent, which is when an event ends that is over.

    >>> event_end([("VTEC", "/O.NEW.KPAH.SV.W.0040.260316T0203Z-260316T0300Z/")], "2026-03-16T02:00:00Z")
    ('VTEC', '2026-03-16T03:00:00Z')
    """
    said = [(name, value) for name, value in parameters if value]
    for wanted in _TIMES:
        for name, value in said:
            if name.casefold() == wanted:
                return name, value
    for name, value in said:
        codes = _VTEC.findall(value) if name.casefold().endswith("vtec") else []
        ends = [parts for action, *parts in codes if action not in _OVER]
        if codes and not ends:
            return name, sent
        if ends and all(any(map(int, parts)) for parts in ends):
            year, month, day, hour, minute = max(ends)
            return name, f"20{year}-{month}-{day}T{hour}:{minute}:00Z"
    return None
