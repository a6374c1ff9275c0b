"""`steelyard test`: try rulesets on their worked cases."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from steelyard.cli.completion import offer_files, offer_rulesets
from steelyard.cli.help import Command
from steelyard.cli.options import language, parse_settings, quiet
from steelyard.cli.output import Output
from steelyard.cli.status import Status, Stop, status_of
from steelyard.diagnostics import msg

if TYPE_CHECKING:
    from steelyard.session.testing import Layout


@click.command("test", cls=Command)
@click.argument("rulesets", nargs=-1, required=True, metavar="RULESET...", shell_complete=offer_rulesets)
@click.option(
    "--cases", metavar="FILE", shell_complete=offer_files, help="File of cases; else cases.yaml beside the ruleset."
)
@click.option(
    "--filter",
    "names",
    multiple=True,
    metavar="TEXT",
    help="Cases whose name holds this, or fits a pattern such as 'storm-*'.",
)
@click.option(
    "--failed", is_flag=True, help="Cases that failed last time, all if none did; kept in the user's cache folder."
)
@click.option("--update", is_flag=True, help="Write what was found into the file of cases, with a remark to confirm.")
@click.option(
    "--engine",
    "engines",
    multiple=True,
    type=click.Choice(["reference", "durable", "sql"]),
    help="Only this engine; else every one that can run the ruleset.",
)
@click.option("--coverage", is_flag=True, help="Say what of the ruleset no case tries.")
@click.option("--mutate", is_flag=True, help="Find small changes of the policy that no case notices.")
@click.option(
    "--fail-under",
    "least",
    type=click.IntRange(0, 100),
    metavar="N",
    help="Exit 1 where the coverage of a ruleset, or with --mutate the share of changes noticed, is under N percent.",
)
@click.option(
    "--set", "settings", multiple=True, metavar="NAME=VALUE", help="Value of a parameter that a case does not set."
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "junit", "html"]),
    default="text",
    show_default=True,
    help="For people, programs, or servers that build; html: the ruleset's text with its coverage.",
)
@quiet
@language
@click.pass_obj
def command(  # noqa: PLR0917 - one an option
    output: Output,
    rulesets: tuple[str, ...],
    cases: str | None,
    names: tuple[str, ...],
    failed: bool,
    update: bool,
    engines: tuple[str, ...],
    coverage: bool,
    mutate: bool,
    least: int | None,
    settings: tuple[str, ...],
    form: Layout,
) -> None:
    """Try rulesets on their worked cases: what shall come out is written in cases.yaml beside the ruleset.

    RULESET is a file (or cases.yaml itself), a folder that holds ruleset.yaml or one file a version, a folder of such
    folders, or the name of a shipped ruleset. Only what a case expects is compared, exactly, on every engine. Exit
    status: 0 where all came out as expected, 1 where one did not (or --fail-under), 2 where a file cannot be read.

    \u0008
    Examples:
      steelyard test motor-small-claims
      steelyard test my-policy --filter 'storm-*' --engine reference
      steelyard test my-policy --failed            what failed last time
      steelyard test my-policy --update            write down what came out instead
      steelyard test my-policy --coverage --fail-under 90
      steelyard test my-policy --mutate --fail-under 90
      steelyard test rulesets --format junit > test.xml
    """
    from steelyard.session.testing import Asked, Trial, Untried, render, total, trials

    measured = coverage or (least is not None and not mutate) or form == "html"
    asked = Asked(
        engines,
        names,
        failed,
        remembered=True,
        update=update,
        lang=output.lang,
        coverage=measured,
        listener=output,
        mutate=mutate,
    )
    found: list[Trial] = []
    untried: list[Untried] = []
    status = Status.YES
    for one in trials(rulesets, cases, asked, parse_settings(settings, None)):
        if isinstance(one, Untried):
            untried.append(one)
            output.findings(one.diagnostics)
            status = max(status, Status.USAGE if one.of_cases else status_of(one.diagnostics))
            continue
        found.append(one)
        under = one.coverage is not None and least is not None and one.coverage.under(least)
        unnoticed = one.mutation is not None and least is not None and one.mutation.percent < least
        status = max(status, Status.NO if one.failures or under or unnoticed else Status.YES)
        if form == "text":
            output.result(render([one], form, output.lang))
        if under:
            output.error(msg("the coverage of {ruleset} is under {least}%", ruleset=one.ruleset, least=least))
        if unnoticed:
            output.error(
                msg("the cases of {ruleset} notice less than {least}% of the changes", ruleset=one.ruleset, least=least)
            )
    if form == "text":
        output.line(total(found, untried))
    else:
        output.result(render(found, form, output.lang, untried))
    if status:
        raise Stop(status)
