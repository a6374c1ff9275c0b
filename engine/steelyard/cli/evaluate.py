"""`steelyard evaluate`: score the cases of a file."""

from __future__ import annotations

import re
import shutil
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from steelyard.cli.options import csv_safe, facts, language, parse_facts, quiet
from steelyard.cli.output import Output
from steelyard.cli.status import Status, Stop

if TYPE_CHECKING:
    from collections.abc import Sequence
    from fractions import Fraction

    from steelyard.facts import Case, Reject
    from steelyard.report.summary import Summary
    from steelyard.semantics import Outcome
    from steelyard.session.run import Run

STANDARD = "-"
"""What `-o -` says: CSV to standard output."""


@dataclass(frozen=True, slots=True)
class Targets:
    """Where the outputs of a run go; None: nowhere."""

    results: str | None
    rejects: str | None
    report: str | None
    provenance: str | None = None
    summary: str | None = None
    csv_safe: bool = False


@click.command("evaluate")
@click.argument("ruleset")
@facts
@click.option("--engine", default="auto", show_default=True, help="auto, reference, durable, sql or spark.")
@click.option(
    "-o", "--output", "target", metavar="FILE", help="Results: .csv, .jsonl or .parquet; - for CSV on standard output."
)
@click.option("--rejects", metavar="FILE", help="Rejected rows: .csv, .jsonl or .parquet.")
@click.option("--report", metavar="DIR", help="A folder of pages: an index and a page a case.")
@click.option(
    "--provenance", metavar="FILE", help="Where the results come from, as JSON; a Parquet file holds it as metadata."
)
@click.option(
    "--allow-rejects", default=0, type=click.IntRange(min=0), metavar="N", help="So many rejected rows do not fail."
)
@click.option(
    "--fail-under", metavar="N", help="Fail where the mean of the (first) score is below N, or nothing is scored."
)
@click.option("--summary-by", metavar="NAMES", help="Group the summary by inputs, e.g. branch,month.")
@click.option("--summary", metavar="FILE", help="The summary with every number: .csv, .parquet or .json.")
@click.option(
    "--minimum-sample",
    type=click.IntRange(min=1),
    metavar="N",
    help="A group with fewer scored cases gets no rank; 30 where not given.",
)
@click.option(
    "--verify",
    type=click.IntRange(min=0),
    metavar="N",
    help="Check N cases on the other engine, an error where none can run; 0: none; 200 where not given.",
)
@click.option(
    "--partition-by",
    metavar="NAMES",
    help="With the sql engine: -o names a folder, parted by inputs, month or version, e.g. branch,month.",
)
@click.option(
    "--master", metavar="URL", help="With the spark engine: local[*], as where not given, or spark://HOST:PORT."
)
@click.option("--memory-limit", metavar="SIZE", help="With the sql engine: memory that it may take, e.g. 4GB.")
@csv_safe
@quiet
@language
@click.pass_obj
def command(  # noqa: PLR0917 - one an option
    output: Output,
    ruleset: str,
    cases: tuple[str, ...],
    relation: tuple[str, ...],
    settings: tuple[str, ...],
    as_of: str | None,
    delimiter: str | None,
    encoding: str,
    engine: str,
    target: str | None,
    rejects: str | None,
    report: str | None,
    provenance: str | None,
    allow_rejects: int,
    fail_under: str | None,
    summary_by: str | None,
    summary: str | None,
    minimum_sample: int | None,
    verify: int | None,
    partition_by: str | None,
    master: str | None,
    memory_limit: str | None,
    csv_safe: bool,
) -> None:
    """Score the cases of a file: results to a file, a summary to standard output.

    More than 10,000 cases are scored by the sql engine, which reads and writes files of any size.

    Rows that cannot be scored are rejected one by one, with column, value and what was expected. Before anything is
    written a sample is scored again on the other engine. Outputs appear all together or not at all.

    Exit status: 0; 3 where more rows are rejected than --allow-rejects allows (outputs are written); else 1 where the
    mean score is below --fail-under; 2 wrong usage or unreadable file; 70 where the engines disagree (nothing is
    written).

    \u0008
    Examples:
      steelyard evaluate my-policy --cases cases.csv --as-of 2024-05-10T00:00 -o scores.csv
      steelyard evaluate my-policy --cases 'in/*.parquet' --as-of 2024-05-10T00:00 --report report --fail-under 85
      steelyard evaluate claims-efficiency --cases claims.csv -o - | head
      steelyard evaluate my-policy --cases 'in/*.parquet' --engine sql --partition-by branch,month -o out
    """
    from steelyard.cli.telling import show_summary
    from steelyard.session.choice import takes_bulk
    from steelyard.session.files import check_csv, check_outputs
    from steelyard.session.run import read_facts, ready_ruleset, score
    from steelyard.session.summary import check_groups, summary_of

    targets = Targets(target, rejects, report, provenance, summary, csv_safe)
    parted = _names(partition_by)
    check_targets(targets, parted=bool(parted))
    if csv_safe:
        check_csv((None if parted else target, rejects, summary))
    threshold = None if fail_under is None else _threshold(fail_under)
    check_memory(memory_limit)
    groups = _names(summary_by)
    options = parse_facts(cases, relation, settings, as_of, delimiter, encoding)
    check_outputs((target, rejects, provenance, summary, report), ruleset, options)
    ready = ready_ruleset(ruleset, options.settings)
    check_groups(ready, (*groups, *parted))
    if master is not None and engine != "spark":
        raise click.UsageError("--master is for the spark engine: add --engine spark.")
    if takes_bulk(engine, options.cases, report=report is not None):
        from steelyard.session.bulk import Wanted, evaluate_bulk
        from steelyard.session.scorers import scorer

        wanted = Wanted(
            results=_path(target),
            rejects=_path(rejects),
            summary=_path(summary),
            provenance=_path(provenance),
            partition_by=parted,
            groups=groups,
            minimum_sample=minimum_sample,
            lang=output.lang,
            verify=verify,
            memory_limit=memory_limit,
            csv_safe=csv_safe,
        )
        done = evaluate_bulk(ready, options, wanted, scorer(engine, master, output), output)
        summed, first, rejected = done.summary, done.first_rejects, done.rejected
    else:
        if parted or memory_limit is not None:
            raise click.UsageError("--partition-by and --memory-limit are for the sql engine: add --engine sql.")
        portfolio = read_facts(ready, options, output)
        run = score(ready, portfolio, engine=engine, verify=verify, settings=options.settings, listener=output)
        summed, first, rejected = summary_of(run, groups, minimum_sample), run.rejects, len(run.rejects)
        write(output, run, targets, summed)
    show_summary(output, summed, ready, result=target != STANDARD)
    _judge(output, summed, first, rejected, allow_rejects, threshold)


def _judge(  # noqa: PLR0917 - all that decides
    output: Output, summary: Summary, first: Sequence[Reject], rejected: int, allowed: int, threshold: Fraction | None
) -> None:
    """The exit status.

    Raises:
        Stop: too many rejects, or a mean under the threshold.
    """
    from steelyard.cli.telling import tell_rejects
    from steelyard.session.summary import shortfall

    tell_rejects(output, first, rejected, allowed)
    if rejected > allowed:
        raise Stop(Status.REJECTS)
    problem = None if threshold is None else shortfall(summary, threshold)
    if problem is not None:
        output.error(problem)
        raise Stop(Status.NO)


def _names(text: str | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name.strip() for name in (text or "").split(",") if name.strip()))


def _path(name: str | None) -> Path | None:
    return None if name is None else Path(name)


def check_targets(targets: Targets, *, parted: bool = False) -> None:
    """Refuse, before any work, what could not be written after it. `parted`: results go to a folder.

    Raises:
        click.UsageError: a file of unknown kind, in no folder, or given twice.
    """
    from steelyard.report.site import MARKER
    from steelyard.report.summary_files import SUMMARY_SUFFIXES
    from steelyard.report.writers import SUFFIXES
    from steelyard.session.files import is_occupied

    if parted and (targets.results is None or targets.results == STANDARD or Path(targets.results).suffix):
        raise click.UsageError("--partition-by needs a folder: -o FOLDER, without a suffix.")
    if parted and targets.results is not None and is_occupied(Path(targets.results), ""):
        raise click.UsageError(f"'{targets.results}' is not empty: name another folder.")
    given = [one for one in (targets.results, targets.rejects) if one is not None and one != STANDARD]
    for name in given[1:] if parted else given:
        path = Path(name)
        if path.suffix.lower() not in SUFFIXES:
            raise click.UsageError(f"'{name}': results end in {', '.join(SUFFIXES)}.")
        if path.is_dir():
            raise click.UsageError(f"'{name}' is a folder.")
    for option, place, suffixes in (
        ("--summary", targets.summary, SUMMARY_SUFFIXES),
        ("--provenance", targets.provenance, (".json",)),
    ):
        if place is not None and Path(place).suffix.lower() not in suffixes:
            raise click.UsageError(f"'{place}': {option} ends in {', '.join(suffixes)}.")
        if place is not None and Path(place).is_dir():
            raise click.UsageError(f"'{place}' is a folder.")
    for name in (*given, *(one for one in (targets.report, targets.provenance, targets.summary) if one is not None)):
        if not Path(name).absolute().parent.is_dir():
            raise click.UsageError(f"'{name}': there is no such folder.")
    if targets.report is not None and is_occupied(Path(targets.report), MARKER):
        raise click.UsageError(f"'{targets.report}' holds files that are no report: name another folder.")


def write(output: Output, run: Run, targets: Targets, summary: Summary) -> None:
    """Write the outputs of a run.

    Raises:
        OutputError: one of them cannot be written; none is there then.
    """
    from steelyard.report.summary_files import write_summary
    from steelyard.report.writers import UnfitError, write_rejects, write_results
    from steelyard.semantics import Status as CaseStatus
    from steelyard.session.errors import OutputError
    from steelyard.session.files import staging
    from steelyard.session.summary import write_report

    safe = targets.csv_safe
    run = replace(run, scoring=replace(run.scoring, csv_safe=safe))
    kept = [pair for pair in run.results if pair[1].status is not CaseStatus.REJECTED]
    try:
        with staging() as stage:
            if targets.results == STANDARD:
                _to_standard_output(run, kept, csv_safe=safe)
            elif targets.results is not None:
                place = stage.place(Path(targets.results))
                write_results(place, run.versions, kept, run.provenance(), csv_safe=safe)
            if targets.rejects is not None:
                write_rejects(stage.place(Path(targets.rejects)), run.rejects, output.lang, csv_safe=safe)
            if targets.summary is not None:
                write_summary(stage.place(Path(targets.summary)), summary, run.versions, csv_safe=safe)
            if targets.report is not None:
                write_report(run, stage.place(Path(targets.report)), output.lang, listener=output)
            if targets.provenance is not None:
                stage.place(Path(targets.provenance)).write_text(run.provenance(indent=2), "utf-8", newline="\n")
    except UnfitError as error:
        raise OutputError(error.message) from None


def _to_standard_output(run: Run, kept: list[tuple[Case, Outcome]], *, csv_safe: bool) -> None:
    """Write CSV to standard output, by way of a file so that it is the same to the byte."""
    from steelyard.report.writers import write_results
    from steelyard.temporary import TemporaryFolder

    with TemporaryFolder() as folder:
        path = folder.path / "results.csv"
        write_results(path, run.versions, kept, csv_safe=csv_safe)
        with path.open(encoding="utf-8", newline="") as stream:
            shutil.copyfileobj(stream, sys.stdout)


def check_memory(limit: str | None) -> None:
    """Refuse what is no size of memory.

    Raises:
        click.UsageError: it is none.
    """
    if limit is not None and not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})? ?([KMGT]i?B)", limit, re.IGNORECASE):
        raise click.UsageError(f"--memory-limit takes a size such as 4GB, not '{limit}'.")


def _threshold(text: str) -> Fraction:
    from fractions import Fraction

    if not re.fullmatch(r"-?[0-9]{1,18}(\.[0-9]{1,18})?", text):
        raise click.UsageError(f"--fail-under takes a number, not '{text}'.")
    return Fraction(text)
