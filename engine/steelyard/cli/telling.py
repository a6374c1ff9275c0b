"""What commands show of a run: rejects, summaries, and why they cannot go on."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from steelyard.cli.output import Output
from steelyard.cli.status import Status, status_of
from steelyard.diagnostics import InternalError, Message, PolicyError, SteelyardError, msg
from steelyard.session.errors import (
    CaseRejectedError,
    DisagreementError,
    EngineError,
    IntakeError,
    LimitError,
    MessageError,
)

if TYPE_CHECKING:
    from steelyard.facts import Reject
    from steelyard.ir.versions import Versions
    from steelyard.report.summary import Summary

SHOWN = 5
"""How many rejects are shown."""
CELLS = 10
"""How many reasons are shown of each."""
STATUSES = ((DisagreementError, Status.BUG), (LimitError, Status.NO), (CaseRejectedError, Status.REJECTS))
"""The exit status of an exception of messages; of any other it is USAGE."""


def tell_error(output: Output, error: SteelyardError) -> Status:
    """Show why a command cannot go on; returns its exit status."""
    match error:
        case PolicyError():
            output.findings(error.diagnostics)
            known = Status.USAGE if isinstance(error, IntakeError) else status_of(error.diagnostics)
            return known or Status.USAGE
        case MessageError():
            if isinstance(error, EngineError):
                output.findings(error.diagnostics)
            if isinstance(error, CaseRejectedError):
                for reject in error.rejects:
                    tell_reject(output, reject)
            for message in error.messages:
                output.error(message)
            for hint in error.hints:
                output.say(hint)
            return next((status for kind, status in STATUSES if isinstance(error, kind)), Status.USAGE)
        case _:
            raise InternalError(f"no exit status for {type(error).__name__}")


def tell_rejects(output: Output, rejects: Sequence[Reject], count: int, allowed: int) -> None:
    """Say how many rows were rejected, and show the first ones."""
    for reject in rejects[:SHOWN]:
        tell_reject(output, reject)
    if count > SHOWN:
        output.warn(msg("and {count} more {count:reject|rejects}: `--rejects FILE` keeps all", count=count - SHOWN))
    if count > allowed:
        output.error(msg("rows rejected: {count}, allowed: {allowed}", count=count, allowed=allowed))


def tell_reject(output: Output, reject: Reject) -> None:
    """Say why a row was rejected, cell by cell: where it stands, what stood there, what was expected."""
    for one in reject.all[:CELLS]:
        _tell_cell(output, one)
    if len(reject.all) > CELLS:
        output.warn(
            msg(
                "and {count} more {count:reason|reasons} to reject `{key}`: `--rejects FILE` keeps all",
                count=len(reject.all) - CELLS,
                key=reject.key,
            )
        )


def _tell_cell(output: Output, reject: Reject) -> None:
    if reject.line is not None:
        where = msg("{file}:{line}", file=reject.file, line=reject.line)
    else:
        where = msg("in {file}", file=reject.file) if reject.file else msg("by a rule")
    output.warn(
        msg(
            "rejected `{key}` ({where}): `{column}` is “{value}”, expected {expected}",
            key=reject.key,
            where=where,
            column=reject.where,
            value=reject.value[:80],
            expected=reject.expected,
        )
    )
    if reject.hint is not None:
        output.warn(msg("hint: {hint}", hint=reject.hint))


def show_summary(output: Output, summary: Summary, versions: Versions, *, result: bool = True) -> None:
    """Show a summary, however it was counted: as the result, or beside results that go to standard output.

    A summary by group is shown in several tables: quantiles, points lost and rules that fired follow.
    """
    if not result and output.quiet:
        return
    from steelyard.cli.grids import print_grid, screen_of
    from steelyard.report.summary_formats import detail_grids, nothing_said, summary_grid

    screen = screen_of(sys.stdout if result else sys.stderr)
    print_grid(screen, summary_grid(summary, versions, output.lang))
    for grid in detail_grids(summary, versions, output.lang) if summary.groups else ():
        print_grid(screen, grid)
    if (said := nothing_said(summary, versions, output.lang)) is not None:
        output.say(said)
    if unranked := summary.unranked:
        output.say(_unranked(unranked, summary.minimum_sample))


def _unranked(count: int, minimum: int) -> Message:
    return msg(
        "{count} {count:group has|groups have} fewer than {minimum} scored {minimum:case|cases}, so no rank",
        count=count,
        minimum=minimum,
    )
