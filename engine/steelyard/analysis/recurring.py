"""Reports windows of recurring relations that overlap each other."""

from __future__ import annotations

from itertools import pairwise

from steelyard.analysis.subject import Subject
from steelyard.calendars import zone
from steelyard.diagnostics import Diagnostics, msg


def check_recurring(subject: Subject, diagnostics: Diagnostics) -> None:
    """Report the first two windows of a relation that overlap, and how they count."""
    here = zone(subject.ruleset.timezone)
    for relation in subject.ruleset.relations:
        windows = () if relation.recurring is None else relation.recurring.windows
        found = next(((end, start) for (_, end), (start, _) in pairwise(windows) if start < end), None)
        if found is not None:
            end, start = map(here.local_text, found)
            diagnostics.add(
                "L134",
                relation.span,
                msg(
                    "windows of `{name}` overlap: one lasts until {end}, the next begins at {start}",
                    name=relation.id,
                    end=end,
                    start=start,
                ),
                help=msg("pauses count their common time once; `count` and `for_each` take each window for itself"),
            )
