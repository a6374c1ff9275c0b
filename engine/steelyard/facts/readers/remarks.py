"""What the user must know about a file that was read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from steelyard.diagnostics import Message, msg
from steelyard.diagnostics.suggestions import listed


@dataclass(slots=True)
class Remarks:
    """What was skipped in a file, and what was read although people may not see it. Whole when all rows are read.

    Attributes:
        skipped: the number of rows without any value.
        titles: the first text of each row above the names of the columns.
        sheet: of a workbook, the one that is read.
        other_sheets: of a workbook, those that have values too.
        hidden_sheet: whether the sheet that is read is hidden.
        hidden_rows: the number of hidden rows that were read.
        hidden_columns: hidden columns that were read.
        lost_events: of an event log, the number of events that lie in no trace with a name.
        first_lost: the line of the first of them; 0 where there is none.
        overruled: of an event log, how many attributes differ from the standard ones of the same column.
    """

    skipped: int = 0
    titles: tuple[str, ...] = ()
    sheet: str = ""
    other_sheets: tuple[str, ...] = ()
    hidden_sheet: bool = False
    hidden_rows: int = 0
    hidden_columns: tuple[str, ...] = ()
    lost_events: int = 0
    first_lost: int = 0
    overruled: dict[str, int] = field(default_factory=dict[str, int])

    def messages(self, role: str, file: str, header: int) -> Iterator[Message]:
        """Give the warnings about a file of a role; `header` is the line that names the columns."""
        where = {"role": role, "file": file}
        if self.titles:
            yield msg(
                "{role}: line {line} of `{file}` names the columns; above it stands {titles}, which is skipped",
                line=header,
                titles=listed(self.titles),
                **where,
            )
        if self.skipped:
            yield msg(
                "{role}: {count} {count:row|rows} of `{file}` {count:has no value and is|have no value and are} "
                "skipped",
                count=self.skipped,
                **where,
            )
        if self.other_sheets:
            yield msg(
                "{role}: of `{file}` only the first sheet `{sheet}` is read, not {others}",
                sheet=self.sheet,
                others=listed(self.other_sheets),
                **where,
            )
        if self.hidden_sheet:
            yield msg("{role}: the sheet `{sheet}` of `{file}` is read, but hidden", sheet=self.sheet, **where)
        if self.hidden_columns:
            yield msg(
                "{role}: hidden columns of `{file}` are read like others: {names}",
                names=listed(self.hidden_columns),
                **where,
            )
        if self.hidden_rows:
            yield msg(
                "{role}: {count} hidden {count:row|rows} of `{file}` {count:is|are} read like others",
                count=self.hidden_rows,
                **where,
            )
        if self.lost_events:
            yield msg(
                "{role}: {count} {count:event|events} of `{file}` {count:lies|lie} in no trace with a name, so no "
                "case has {count:it|them}; "
                "the first stands on line {line}",
                count=self.lost_events,
                line=self.first_lost,
                **where,
            )
        for name, count in self.overruled.items():
            yield msg(
                "{role}: in `{file}` {count} {count:attribute|attributes} `{name}` {count:differs|differ} "
                "from the standard attribute of this column, "
                "which counts",
                count=count,
                name=name,
                **where,
            )


def other_sheets(names: Sequence[str]) -> Message:
    """Advise where the sheet that is meant is not the first."""
    return msg(
        "only the first sheet is read, not {names}: move the right one to the front, or name it in a file of "
        "`--intake`",
        names=listed(names),
    )
