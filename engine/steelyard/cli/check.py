"""`steelyard check`: find what is wrong with rulesets."""

from __future__ import annotations

import sys

import click

from steelyard.cli.completion import offer_rulesets
from steelyard.cli.help import Command
from steelyard.cli.options import language
from steelyard.cli.output import Output, coloured
from steelyard.cli.status import Status, Stop
from steelyard.diagnostics import Diagnostic
from steelyard.session.checking import LAYOUTS, Layout

STANDARD = "-"


@click.command("check", cls=Command)
@click.argument("rulesets", nargs=-1, required=True, metavar="RULESET...", shell_complete=offer_rulesets)
@click.option(
    "--format", "form", type=click.Choice(LAYOUTS), default="text", show_default=True, help="For people or programs."
)
@click.option("--strict", is_flag=True, help="Warnings fail too.")
@click.option("--select", multiple=True, metavar="CODES", help="Only these warnings, e.g. H1,L101; errors always.")
@click.option("--ignore", multiple=True, metavar="CODES", help="Not these warnings, e.g. L101.")
@click.option("--stdin-filename", "named", metavar="FILE", help="With RULESET -: the file whose text is read.")
@language
@click.pass_obj
def command(  # noqa: PLR0917 - one an option
    output: Output,
    rulesets: tuple[str, ...],
    form: Layout,
    strict: bool,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    named: str | None,
) -> None:
    """Check rulesets: the file's shape, names, types and units, tables, weights, and what looks like an oversight.

    RULESET is a file, a folder that holds ruleset.yaml or one file a version, a folder of such folders, the name of a
    shipped ruleset, or - for a text on standard input. Findings go to standard output. A warning is ignored where its
    line ends in `# steelyard: ignore CODE REASON`, or the line before says so.

    Exit status: 0 without errors (warnings fail only with --strict), 1 with errors, 2 where a file cannot be read.

    \u0008
    Examples:
      steelyard check motor-small-claims
      steelyard check rulesets --strict --ignore L101
      steelyard check rulesets --format sarif > findings.sarif
      steelyard check - --stdin-filename policy/ruleset.yaml < ruleset.yaml
      steelyard rule H101                 what a code means
    """
    from steelyard.cli.status import status_of
    from steelyard.diagnostics import Severity, msg
    from steelyard.session.checking import check, check_text, chosen, render, rulesets_below
    from steelyard.session.errors import UsageError

    if named is not None and STANDARD not in rulesets:
        raise UsageError(msg("a file is named for standard input, and no RULESET is `-`"))
    selected, ignored = _codes(select), _codes(ignore)
    texts: dict[str, str] = {}
    checked: dict[str, tuple[Diagnostic, ...]] = {}
    for name in dict.fromkeys(one for each in rulesets for one in rulesets_below(each)):
        if name == STANDARD:
            file = named or "<stdin>"
            texts[file] = sys.stdin.buffer.read().decode("utf-8-sig", errors="surrogateescape")
            found = check_text(texts[file], file)
        else:
            file, found = name, check(name)
        checked[file] = chosen(found, selected, ignored)
    output.result(render(checked, form, output.lang, texts=texts, strict=strict, colour=coloured(sys.stdout)))
    findings = list(dict.fromkeys(one for each in checked.values() for one in each))
    if form == "text":
        errors = sum(one.severity is Severity.ERROR for one in findings)
        if findings:
            output.result("\n")
        output.line(
            msg(
                "rulesets checked: {files}, errors: {errors}, warnings: {warnings}",
                files=len(checked),
                errors=errors,
                warnings=len(findings) - errors,
            )
        )
    status = max(map(status_of, checked.values()), default=Status.YES)
    if strict and findings:
        status = max(status, Status.NO)
    if status:
        raise Stop(status)


def _codes(given: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(one.strip() for text in given for one in text.split(",") if one.strip())
