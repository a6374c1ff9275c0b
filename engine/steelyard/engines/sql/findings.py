"""Collects what can be missing in a case and what can reject it, in the order of the reference."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from steelyard.engines.sql import build
from steelyard.engines.sql.build import E
from steelyard.engines.sql.frame import Frame
from steelyard.engines.sql.scope import Program
from steelyard.engines.sql.value import Missed, Rejection, Value, Why, column_of, guarded, resolved, under


@dataclass
class Findings:
    """What was collected for the rows of a frame.

    Attributes:
        frame: the frame in which the conditions can be read.
        missing: by name, or set of names, the conditions under which it is reported as missing.
        rejects: rejections; the first whose condition holds is reported.
    """

    program: Program
    frame: Frame
    missing: dict[Missed, list[E]] = field(default_factory=lambda: {})
    rejects: list[Rejection] = field(default_factory=lambda: [])

    def note(self, why: Why, condition: E | None = None) -> None:
        """Record what is missing where a condition (never NULL) holds."""
        for name, one in (why if condition is None else under(why, condition)).items():
            if not build.is_false(one):
                self.missing.setdefault(name, []).append(one)

    def reject(self, found: Iterable[Rejection], condition: E | None = None) -> None:
        """Record what rejects the case."""
        more = found if condition is None else guarded(found, condition)
        self.rejects += [one for one in more if not build.is_false(one.condition)]

    def take(self, value: Value | None, condition: E | None = None) -> None:
        """Record the reasons and rejections of a value that is evaluated where a condition holds."""
        if value is not None:
            self.note(value.why, condition)
            self.reject(value.rejects, condition)

    def of_rows(self, frame: Frame) -> Findings:
        """Return findings for rows, to be passed on with `give`."""
        return Findings(self.program, frame)

    def give(self, rows: Findings) -> None:
        """Add what was collected for rows: a condition holds for the case where it holds for one of its rows."""
        dialect, frame = self.program.dialect, rows.frame
        nothing = build.boolean(value=False)
        for name, condition in resolved(rows.missing, frame).items():
            self.note({name: frame.aggregate(f"{frame.name}__lacks", dialect.bool_or(condition), nothing)})
        for one in (part for each in rows.rejects for part in each.by_name()):
            found = frame.aggregate(f"{frame.name}__rejects", dialect.bool_or(one.condition), nothing)
            self.reject([replace(one, condition=found)])

    def named(self) -> dict[str, E]:
        """Return, by name, the condition under which it is reported as missing; a long one becomes a column."""
        found = resolved(self.missing, self.frame)
        return {
            name: column_of(condition, "lacks", self.frame)
            for name, condition in found.items()
            if name and isinstance(name, str)
        }
