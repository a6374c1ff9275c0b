"""`steelyard evaluate`: score the cases of a file."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from steelyard.cli.completion import offer_files, offer_rulesets
from steelyard.cli.help import Command
from steelyard.cli.options import csv_bom, csv_safe, facts, language, parse_derived, parse_facts, quiet
from steelyard.cli.output import Output
from steelyard.cli.status import Status, Stop
from steelyard.diagnostics import msg
from steelyard.session.errors import UsageError

if TYPE_CHECKING:
    from fractions import Fraction

    from steelyard.session.outputs import Done


@click.command("evaluate", cls=Command)
@click.argument("ruleset", shell_complete=offer_rulesets)
@facts
@click.option("--engine", default="auto", show_default=True, help="auto, reference, durable, sql or spark.")
@click.option(
    "-o",
    "--output",
    "target",
    metavar="FILE",
    shell_complete=offer_files,
    help="Results: .csv, .jsonl, .parquet or .xlsx; - for CSV on standard output.",
)
@click.option(
    "--rejects", metavar="FILE", shell_complete=offer_files, help="Rejected rows: .csv, .jsonl, .parquet or .xlsx."
)
@click.option(
    "--report", metavar="DIR", shell_complete=offer_files, help="A folder of pages: an index and a page a case."
)
@click.option(
    "--derived",
    metavar="[NAME=]FILE",
    multiple=True,
    shell_complete=offer_files,
    help="Rows that were derived from the cases, of the relation NAME: .csv, .jsonl, .parquet or .xlsx.",
)
@click.option(
    "--provenance",
    metavar="FILE",
    shell_complete=offer_files,
    help="Where the results come from, as JSON; a Parquet file holds it as metadata.",
)
@click.option(
    "--allow-rejects", default=0, type=click.IntRange(min=0), metavar="N", help="So many rejected rows do not fail."
)
@click.option(
    "--fail-under", metavar="N", help="Fail where the mean of the (first) score is below N, or nothing is scored."
)
@click.option(
    "--fail-if",
    multiple=True,
    metavar="CONDITION",
    help="Fail where it holds, e.g. 'mean < 85', 'grade D > 5% by branch', 'rejected > 1%', 'unscored > 10'.",
)
@click.option("--summary-by", metavar="NAMES", help="Group the summary by inputs, e.g. branch,month.")
@click.option(
    "--summary",
    metavar="FILE",
    shell_complete=offer_files,
    help="The summary with every number: .csv, .parquet, .json or .xlsx.",
)
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
    help="-o names a folder of Parquet files, parted by inputs, month or version, e.g. branch,month.",
)
@click.option("--with", "added", metavar="NAMES", help="Inputs that stand among the results, e.g. branch,handler.")
@click.option("--columns", metavar="NAMES", help="Columns of the results, by id or label, e.g. case_id,score,grade.")
@click.option(
    "--headers",
    type=click.Choice(["id", "label"]),
    default="id",
    show_default=True,
    help="What columns are called: ids for programs, or labels in the language of --lang.",
)
@click.option(
    "--master", metavar="URL", help="With the spark engine: local[*], as where not given, or spark://HOST:PORT."
)
@click.option("--memory-limit", metavar="SIZE", help="Memory that DuckDB may take, e.g. 4GB.")
@csv_safe
@csv_bom
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
    missing_column: tuple[str, ...],
    intake: str | None,
    engine: str,
    target: str | None,
    rejects: str | None,
    report: str | None,
    derived: tuple[str, ...],
    provenance: str | None,
    allow_rejects: int,
    fail_under: str | None,
    fail_if: tuple[str, ...],
    summary_by: str | None,
    summary: str | None,
    minimum_sample: int | None,
    verify: int | None,
    partition_by: str | None,
    added: str | None,
    columns: str | None,
    headers: str,
    master: str | None,
    memory_limit: str | None,
    csv_safe: bool,
    csv_bom: bool | None,
) -> None:
    """Score the cases of a file: results to a file, a summary to standard output.

    More than 10,000 cases are scored by the sql engine, which reads and writes files of any size.

    Rows that cannot be scored are rejected one by one, with column, value and what was expected. Before anything is
    written a sample is scored again on the other engine. Outputs appear all together or not at all.

    Exit status: 0; 3 where more rows are rejected than --allow-rejects allows (outputs are written); else 1 where the
    mean score is below --fail-under or a --fail-if holds (likewise); 2 wrong usage or unreadable file; 70 where the
    engines disagree (nothing is written).

    \u0008
    Examples:
      steelyard evaluate my-policy --cases cases.csv --as-of 2024-05-10T00:00 -o scores.csv
      steelyard evaluate my-policy --cases 'in/*.parquet' --as-of 2024-05-10T00:00 --report report --fail-under 85
      steelyard evaluate my-policy --cases claims.csv --fail-if 'grade D > 5% by branch' --fail-if 'rejected > 1%'
      steelyard evaluate claims-efficiency --cases claims.csv -o - | head
      steelyard evaluate my-policy --cases 'in/*.parquet' --engine sql --partition-by branch,month -o out
      steelyard evaluate my-policy --engine spark --cases spark:hdfs://nn/claims -o spark:hdfs://nn/scores
    """
    from steelyard.cli.telling import show_summary
    from steelyard.session.cluster_facts import on_cluster
    from steelyard.session.cluster_files import evaluate_cluster, without_cluster
    from steelyard.session.columns import input_ids
    from steelyard.session.files import check_outputs
    from steelyard.session.gates import gates_of
    from steelyard.session.outputs import STANDARD, Outputs, check_memory, evaluate
    from steelyard.session.run import ready_ruleset
    from steelyard.session.summary import group_ids
    from steelyard.session.wanted import Wanted

    outputs = Outputs(
        results=target,
        rejects=rejects,
        summary=summary,
        provenance=provenance,
        report=report,
        derived=parse_derived(derived),
        partition_by=_names(partition_by),
        by=_names(summary_by),
        minimum_sample=minimum_sample,
        lang=output.lang,
        csv_safe=csv_safe,
        csv_bom=bool(csv_bom),
        columns=_names(columns),
        headers=headers,
    )
    if csv_bom is None and output.lang == "zh" and outputs.has_csv:
        outputs = replace(outputs, csv_bom=True)
        output.say(msg("CSV files begin with a byte order mark, for spreadsheets: `--no-csv-bom` leaves it out"))
    options = parse_facts(cases, relation, settings, as_of, delimiter, encoding, missing_column, intake)
    clustered = engine == "spark" and on_cluster(options)
    here = without_cluster(outputs, options, memory_limit) if clustered else outputs
    here.check()
    threshold = None if fail_under is None else _threshold(fail_under)
    check_memory(memory_limit)
    if master is not None and engine != "spark":
        raise UsageError(msg("`--master` is for the spark engine: add `--engine spark`"))
    check_outputs(here.places, ruleset, None if clustered else options)
    ready = ready_ruleset(ruleset, options.settings)
    if threshold is not None and not any(one.scores for one in ready.rulesets):
        raise UsageError(msg("`{ruleset}` has no score: leave `--fail-under` out", ruleset=ready.newest.id))
    gates = gates_of(ready, fail_if)
    outputs = replace(outputs, by=group_ids(ready, outputs.by), partition_by=group_ids(ready, outputs.partition_by))
    wanted = Wanted(
        engine=engine,
        pages=report is not None,
        master=master,
        groups=tuple(dict.fromkeys((*outputs.by, *outputs.partition_by, *(name for one in gates for name in one.by)))),
        added=input_ids(ready, _names(added)),
        rejects=rejects is not None,
        lang=output.lang,
        verify=verify,
        memory_limit=memory_limit,
        most=outputs.most,
    )
    done = (evaluate_cluster if clustered else evaluate)(ready, options, wanted, outputs, output, gates)
    show_summary(output, done.summary, ready, result=target != STANDARD)
    _judge(output, done, allow_rejects, threshold)


def _judge(output: Output, done: Done, allowed: int, threshold: Fraction | None) -> None:
    """The exit status.

    Raises:
        Stop: too many rejects, a mean under the threshold, or a condition that holds.
    """
    from steelyard.cli.telling import tell_rejects
    from steelyard.session.summary import shortfall

    tell_rejects(output, done.first, done.rejected, allowed)
    if done.rejected > allowed:
        raise Stop(Status.REJECTS)
    problem = None if threshold is None else shortfall(done.summary, threshold)
    problems = (*done.broken, *(() if problem is None else (problem,)))
    for one in problems:
        output.error(one)
    if problems:
        raise Stop(Status.NO)


def _names(text: str | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name.strip() for name in (text or "").split(",") if name.strip()))


def _threshold(text: str) -> Fraction:
    from fractions import Fraction

    if not re.fullmatch(r"-?[0-9]{1,18}(\.[0-9]{1,18})?", text):
        raise UsageError(msg("`--fail-under` takes a number, not `{text}`", text=text))
    return Fraction(text)
