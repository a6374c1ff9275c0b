"""What a run amounts to: the summary on the screen, the folder of pages, the threshold."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from steelyard.cli.output import Output, coloured, is_terminal
from steelyard.cli.status import Status, Stop
from steelyard.diagnostics import Message, msg
from steelyard.diagnostics.plain import one_line

if TYPE_CHECKING:
    from rich.console import Console

    from steelyard.cli.run import Run
    from steelyard.explain import Explanation, Provenance
    from steelyard.facts import Case, Portfolio
    from steelyard.ir.versions import Versions
    from steelyard.report.summary import Summary
    from steelyard.report.summary_formats import Grid
    from steelyard.semantics import Outcome

WIDE = 160
"""Columns of a summary that no terminal shows."""
NARROW = 16
"""A column of a table is this wide before the table is split."""


def summary_of(run: Run, groups: tuple[str, ...] = (), minimum_sample: int | None = None) -> Summary:
    """Sum a run up. Cases that a rule rejected are among the results, rows that intake rejected are not."""
    from steelyard.report.portfolio import summarise
    from steelyard.report.summary import MINIMUM_SAMPLE

    unread = (*run.portfolio.rejects, *run.portfolio.feed_rejects)
    least = MINIMUM_SAMPLE if minimum_sample is None else minimum_sample
    return summarise(run.versions, run.results, unread, groups, least)


def print_summary(output: Output, run: Run) -> None:
    """Sum a run up as a whole, and show it."""
    show_summary(output, summary_of(run), run.versions)


def show_summary(output: Output, summary: Summary, versions: Versions, *, result: bool = True) -> None:
    """Show a summary, however it was counted: as the result, or beside results that go to standard output.

    A summary by group is shown in several tables: quantiles, points lost and rules that fired follow.
    """
    if not result and output.quiet:
        return
    from steelyard.report.summary_formats import detail_grids, summary_grid

    stream = sys.stdout if result else sys.stderr
    screen = _console(stream)
    _print_grid(screen, summary_grid(summary, versions, output.lang))
    for grid in detail_grids(summary, versions, output.lang) if summary.groups else ():
        _print_grid(screen, grid)
    if unranked := summary.unranked:
        output.say(_unranked(unranked, summary.minimum_sample))


def _unranked(count: int, minimum: int) -> Message:
    if count == 1:
        return msg("1 group has fewer than {minimum} scored cases, so no rank", minimum=minimum)
    return msg("{count} groups have fewer than {minimum} scored cases, so no rank", count=count, minimum=minimum)


def _console(stream: TextIO) -> Console:
    from rich.console import Console

    width = None if is_terminal(stream) else WIDE
    return Console(file=stream, width=width, no_color=not coloured(stream), highlight=False, markup=False)


def _print_grid(screen: Console, grid: Grid) -> None:
    """Print a grid in as many tables as its width takes, each beginning with the keys."""
    from rich.table import Table

    if grid.title:
        screen.print(f"\n{grid.title}", style="bold")
    for number, columns in enumerate(_blocks(grid, screen.width)):
        if number:
            screen.print()
        table = Table(box=None, pad_edge=False)
        for place in columns:
            words = place < grid.keys or grid.names[place] == "reasons"
            table.add_column(grid.heads[place], justify="left" if words else "right", overflow="fold")
        for row in grid.rows:
            table.add_row(*(one_line(row[place]) for place in columns))
        screen.print(table)


def _blocks(grid: Grid, width: int) -> list[list[int]]:
    """The columns of each table: the keys, and as many others as fit beside them."""
    from rich.cells import cell_len

    def least(place: int) -> int:
        """What the column needs without breaking a word or a number; a longer one may be broken."""
        words = [*grid.heads[place].split(), *(row[place] for row in grid.rows)]
        return min(max(cell_len(word) for word in words), NARROW) + 2

    keys = list(range(grid.keys))
    room = width - sum(map(least, keys))
    blocks: list[list[int]] = [[]]
    used = 0
    for place in range(grid.keys, len(grid.names)):
        if blocks[-1] and used + least(place) > room:
            blocks.append([])
            used = 0
        blocks[-1].append(place)
        used += least(place)
    return [[*keys, *block] for block in blocks]


def check_groups(output: Output, versions: Versions, groups: tuple[str, ...]) -> None:
    """Refuse names that no case can be grouped by.

    Raises:
        Stop: there is one, which has been said.
    """
    from steelyard.diagnostics.suggestions import closest
    from steelyard.report.portfolio import MONTH, VERSION, unknown_key, unknown_keys

    unknown = unknown_keys(versions, groups)
    for name in unknown:
        output.error(unknown_key(name))
        near = closest(name, [*(field.id for one in versions.rulesets for field in one.inputs), MONTH, VERSION])
        if near is not None:
            output.say(msg("did you mean `{near}`?", near=near))
    if unknown:
        raise Stop(Status.USAGE)


def reaches(output: Output, run: Run, threshold: Fraction) -> bool:
    """Whether the exact mean of the first score of every case is at least the threshold; says why where it is not."""
    from steelyard.semantics.outcome import Fixed
    from steelyard.semantics.values import divide

    firsts = [outcome.scores[0] for _, outcome in run.results if outcome.scores]
    finals = [score.final for score in firsts if score.final is not None]
    if not finals:
        output.error(msg("no case has a score, so none reaches the threshold"))
        return False
    total = sum((Fraction(final.value, 10**final.scale) for final in finals), Fraction(0))
    if total >= threshold * len(finals):
        return True
    digits = max(final.scale for final in finals)
    mean = total / len(finals) * 10**digits
    shown = Fixed(divide(mean.numerator, mean.denominator), digits)
    output.error(msg("the mean score {mean} is under the threshold", mean=shown))
    return False


def provenance_of(digest: str, engine: str, portfolio: Portfolio) -> Provenance:
    """Where explanations come from."""
    from steelyard import __version__
    from steelyard.explain import Provenance

    return Provenance(
        digest=digest,
        engine=engine,
        engine_version=__version__,
        evaluated_on=date.today().isoformat(),  # noqa: DTZ011 - the reader's day
        files=tuple(file.name for file in portfolio.provenance.files),
        empty=portfolio.provenance.empty,
        left_out=tuple(one.warning for one in portfolio.provenance.skipped),
    )


def write_report(output: Output, run: Run, folder: Path, *, most: int | None = None, first: str | None = None) -> None:
    """Write the pages of a run into a folder.

    Args:
        output: of the command.
        run: what was scored.
        folder: the place.
        most: so many cases get a page; the report's own limit where None.
        first: the key of a case to begin with.

    Raises:
        OSError: it cannot be written, or holds something else.
    """
    from steelyard.report.site import PAGE_LIMIT, write_site
    from steelyard.semantics import Status as CaseStatus

    chosen = [pair for pair in run.results if pair[1].status is not CaseStatus.REJECTED]
    chosen.sort(key=lambda pair: pair[0].key != first)
    chosen = chosen[: PAGE_LIMIT if most is None else most]
    with output.progress(msg("writing pages"), len(chosen)) as ticker:
        write_site(folder, run.versions, summary_of(run), _explanations(run, chosen), output.lang, progress=ticker)


def _explanations(run: Run, chosen: list[tuple[Case, Outcome]]) -> Iterator[Explanation]:
    from steelyard.explain import Explainer
    from steelyard.ir.canonical import digest
    from steelyard.semantics import prepare
    from steelyard.semantics import run as evaluate

    programs = {one.version: prepare(one) for one in run.versions.rulesets}
    explainers = {
        name: Explainer(program, provenance_of(digest(program.ruleset), run.engine, run.portfolio))
        for name, program in programs.items()
    }
    for case, _ in chosen:
        version = run.versions.of(case.values)
        if version is not None:  # one for which none is in force was rejected
            yield explainers[version.version].explain(evaluate(programs[version.version], case))
