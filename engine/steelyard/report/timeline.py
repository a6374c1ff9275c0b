"""The drawing of a case in time, in integers: milestones, clocks against targets, events that touched the case."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from steelyard.calendars.zones import DAY_US, Zone, zone
from steelyard.diagnostics import msg
from steelyard.explain.records import Bar, EventWindow, Explanation
from steelyard.explain.terms import Text, duration_text
from steelyard.report.views import BandView, BarView, Mark, Segment, Tick, TimelineView

WIDTH, LEFT, RIGHT = 980, 200, 830
"""The drawing's width, and the stretch of it that stands for time."""
_LANE, _BAR, _BAND = 15, 30, 22
_CHAR, _WIDE_CHAR = 7, 12
"""Width of a character in labels, roughly: only to keep labels apart."""
_FIRST_WIDE = 0x2E80
_HOUR_US = 3_600_000_000
_STEPS = tuple(hours * _HOUR_US for hours in (1, 2, 3, 6, 12, 24, 48, 120, 240, 480, 960, 2400, 9600))
_MOST_TICKS = 9
_LEAST = 60_000_000


class Says(Protocol):
    """What puts a text into one language."""

    def __call__(self, text: Text) -> str:
        """Say a text."""
        ...


@dataclass(frozen=True, slots=True)
class Axis:
    """From instants to drawing units."""

    start: int
    end: int

    def x(self, at: int) -> int:
        """The place of an instant, kept inside the drawing."""
        inside = min(max(at, self.start), self.end)
        return LEFT + (inside - self.start) * (RIGHT - LEFT) // (self.end - self.start)


def timeline(explanation: Explanation, says: Says) -> TimelineView | None:
    """Draw a case; None where it has no instants."""
    instants = [one.at for one in explanation.milestones]
    for bar in explanation.bars:
        instants += [bar.start, bar.end]
        instants += [at for at in (bar.due, bar.base_due) if at is not None and at <= bar.end + (bar.end - bar.start)]
    if not instants:
        return None
    first, last = min(instants), max(instants)
    margin = max((last - first) // 40, _LEAST)
    axis = Axis(first - margin, last + margin)
    here = zone(explanation.timezone)
    marks, lanes = _marks(explanation, axis, here, says)
    bars_top = 22 + lanes * _LANE
    bars = tuple(_bar(bar, axis, bars_top + number * _BAR, says) for number, bar in enumerate(explanation.bars))
    bands_top = bars_top + len(bars) * _BAR + 10
    touched = [window for window in explanation.windows if _touches(window, axis)]
    bands = tuple(_band(window, axis, bands_top + number * _BAND, says) for number, window in enumerate(touched))
    axis_y = bands_top + len(bands) * _BAND + 6
    return TimelineView(
        width=WIDTH,
        height=axis_y + 24,
        left=LEFT,
        right=RIGHT,
        axis_y=axis_y,
        bars_top=bars_top,
        bars_bottom=axis_y,
        ticks=_ticks(axis, here),
        marks=marks,
        bars=bars,
        bands=bands,
        list=tuple((says(one.name), here.local_text(one.at)) for one in explanation.milestones),
        shown=frozenset(_shown(bars)),
    )


def _shown(bars: tuple[BarView, ...]) -> Iterator[str]:
    """What is drawn of bars, for the legend."""
    for bar in bars:
        yield from (piece.kind for piece in bar.segments)
        if bar.due_x is not None:
            yield "due"
        if bar.base_x is not None:
            yield "base"
        if bar.running:
            yield "running"


def text_width(text: str) -> int:
    """Roughly how wide a label is drawn."""
    return sum(_WIDE_CHAR if ord(sign) >= _FIRST_WIDE else _CHAR for sign in text)


def _marks(explanation: Explanation, axis: Axis, here: Zone, says: Says) -> tuple[tuple[Mark, ...], int]:
    """Milestones with labels in lanes, so that none covers another; and how many lanes there are."""
    free: list[int] = []
    marks: list[Mark] = []
    for one in explanation.milestones:
        x, text = axis.x(one.at), says(one.name)
        width = text_width(text)
        flip = x + 4 + width > WIDTH
        start = x - 4 - width if flip else x + 4
        lane = next((number for number, taken in enumerate(free) if taken <= start), len(free))
        free[lane : lane + 1] = [max(x, start + width) + 8]
        y = 12 + lane * _LANE
        marks.append(
            Mark(x, x - 4 if flip else x + 4, "end" if flip else "start", lane, y, text, here.local_text(one.at))
        )
    return tuple(marks), len(free)


def _bar(bar: Bar, axis: Axis, y: int, says: Says) -> BarView:
    over = bar.spare is not None and bar.spare < 0
    stretches: list[tuple[str, int, int]] = [("used", bar.start, bar.end if bar.due is None else min(bar.due, bar.end))]
    if over and bar.due is not None:
        stretches.append(("over", max(bar.due, bar.start), bar.end))
    stretches += [("off", start, end) for start, end in bar.off]
    stretches += [("pause", start, end) for start, end in bar.pauses]
    note = _note(bar, says)
    return BarView(
        y=y + 8,
        text_y=y + 19,
        mark_top=y + 4,
        mark_bottom=y + 26,
        name=says(bar.name),
        note=note,
        end_x=axis.x(bar.end),
        segments=tuple(_segment(kind, axis.x(start), axis.x(end)) for kind, start, end in stretches),
        due_x=None if bar.due is None or bar.due > axis.end else axis.x(bar.due),
        base_x=_base_x(bar, axis),
        running=bar.still_running,
    )


def _base_x(bar: Bar, axis: Axis) -> int | None:
    """The base target's place, where it is another than the one that was used."""
    if bar.base_due is None or bar.base_due == bar.due or bar.base_due > axis.end:
        return None
    return axis.x(bar.base_due)


def _note(bar: Bar, says: Says) -> str:
    if bar.spare is None:
        return says(duration_text(bar.time))
    gap = duration_text(abs(bar.spare))
    return says(msg("{time} over", time=gap) if bar.spare < 0 else msg("{time} to spare", time=gap))


def _segment(kind: str, start: int, end: int) -> Segment:
    return Segment(kind, start, max(end - start, 2))


def _touches(window: EventWindow, axis: Axis) -> bool:
    return window.start < axis.end and (window.end is None or window.end > axis.start)


def _band(window: EventWindow, axis: Axis, y: int, says: Says) -> BandView:
    start = axis.x(window.start)
    end = axis.x(axis.end if window.end is None else window.end)
    name = says(window.row.relation) if window.row.title is None else says(window.row.title)
    kind = "other" if window.level is None else f"level-{min(window.level * 4 // max(window.levels, 1), 3)}"
    facts = [(fact.name, fact.value) for fact in window.row.facts if fact.value is not None]
    facts = [(label, value) for label, value in facts if says(value) != name]
    title = says(msg("; ")).join(says(msg("{name}: {value}", name=label, value=value)) for label, value in facts)
    return BandView(y, y + 13, start, max(end - start, 2), name, kind, title)


def _ticks(axis: Axis, here: Zone) -> tuple[Tick, ...]:
    """Round local times, at most nine."""
    length = axis.end - axis.start
    step = next((step for step in _STEPS if length // step <= _MOST_TICKS), _STEPS[-1])
    return tuple(Tick(axis.x(at), _tick_text(at, step, here)) for at in _round_times(axis, step, here))


def _round_times(axis: Axis, step: int, here: Zone) -> Iterable[int]:
    offset = here.local_us(axis.start) - axis.start
    local = -(-(axis.start + offset) // step) * step
    while local - offset < axis.end:
        yield local - offset
        local += step


def _tick_text(at: int, step: int, here: Zone) -> str:
    """The day at midnight and for steps of days, else the time of day."""
    local = here.local(at)
    whole_days = step >= DAY_US or (local.hour == 0 and local.minute == 0)
    return f"{local.month:02}-{local.day:02}" if whole_days else f"{local.hour:02}:{local.minute:02}"
