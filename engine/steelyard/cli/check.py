"""`steelyard check`: find what is wrong with rulesets."""

from __future__ import annotations

import click

from steelyard.cli.completion import offer_rulesets
from steelyard.cli.help import Command
from steelyard.cli.options import language
from steelyard.cli.output import Output
from steelyard.cli.status import Status, Stop


@click.command("check", cls=Command)
@click.argument("rulesets", nargs=-1, required=True, metavar="RULESET...", shell_complete=offer_rulesets)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="For people or programs.",
)
@language
@click.pass_obj
def command(output: Output, rulesets: tuple[str, ...], form: str) -> None:
    """Check rulesets: the file's shape, names, types and units, tables, weights, and what looks like an oversight.

    RULESET is a file, a folder that holds ruleset.yaml or one file a version, or the name of a shipped ruleset.
    Findings go to standard output. Exit status: 0 without errors (warnings do not fail), 1 with errors, 2 where a file
    cannot be read.

    \u0008
    Examples:
      steelyard check motor-small-claims
      steelyard check rulesets/*/ruleset.yaml --format json
      steelyard rule H101                 what a code means
    """
    from steelyard.cli.status import status_of
    from steelyard.diagnostics import Severity, msg
    from steelyard.diagnostics.renderers import read_source, render_json
    from steelyard.session.checking import check

    checked = [check(name) for name in rulesets]
    findings = list(dict.fromkeys(one for each in checked for one in each))
    if form == "json":
        output.result(render_json(findings, sources=read_source, translate=output.text))
    else:
        output.findings(findings, result=True)
        errors = sum(one.severity is Severity.ERROR for one in findings)
        warnings = len(findings) - errors
        if findings:
            output.result("\n")
        output.line(
            msg(
                "rulesets checked: {files}, errors: {errors}, warnings: {warnings}",
                files=len(checked),
                errors=errors,
                warnings=warnings,
            )
        )
    status = max(map(status_of, checked), default=Status.YES)
    if status:
        raise Stop(status)
