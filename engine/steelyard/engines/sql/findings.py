"""What is found out on the way: what was missing, what rejects the case, both in the order of the reference."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from steelyard.engines.sql import build
from steelyard.engines.sql.build import E
from steelyard.engines.sql.frame import Frame
from steelyard.engines.sql.scope import Program
from steelyard.engines.sql.value import Rejection, Value, Why, guarded, under


@dataclass
class Findings:
    """What is known of a case. `frame` is where the conditions can be read.

    Attributes:
        missing: by name, conditions under which it counts among what was missing.
        rejects: the first that holds names the fault.
    """

    program: Program
    frame: Frame
    missing: dict[str, list[E]] = field(default_factory=lambda: {})
    rejects: list[Rejection] = field(default_factory=lambda: [])

    def note(self, why: Why, condition: E | None = None) -> None:
        """Remember what was missing, where a condition (never NULL) holds."""
        for name, one in (why if condition is None else under(why, condition)).items():
            if not build.is_false(one):
                self.missing.setdefault(name, []).append(one)

    def reject(self, found: Iterable[Rejection], condition: E | None = None) -> None:
        """Remember what rejects the case."""
        more = found if condition is None else guarded(found, condition)
        self.rejects += [one for one in more if not build.is_false(one.condition)]

    def take(self, value: Value | None, condition: E | None = None) -> None:
        """Remember both of a value that is evaluated where a condition holds."""
        if value is not None:
            self.note(value.why, condition)
            self.reject(value.rejects, condition)

    def of_rows(self, frame: Frame) -> Findings:
        """Findings about rows, to be handed over with `give`."""
        return Findings(self.program, frame)

    def give(self, rows: Findings) -> None:
        """Take over what was found in rows: what holds in one of them."""
        dialect, frame = self.program.dialect, rows.frame
        nothing = build.boolean(value=False)
        for name, conditions in rows.missing.items():
            found = frame.aggregate(f"{frame.name}__lacks", dialect.bool_or(build.disj(conditions)), nothing)
            self.note({name: found})
        for one in rows.rejects:
            found = frame.aggregate(f"{frame.name}__rejects", dialect.bool_or(one.condition), nothing)
            self.reject([Rejection(found, one.where)])
