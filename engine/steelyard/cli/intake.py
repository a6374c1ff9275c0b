"""`steelyard intake`: proposes a file that says how files are written."""

from __future__ import annotations

from pathlib import Path

import click

from steelyard.cli.completion import offer_files, offer_rulesets
from steelyard.cli.help import Command
from steelyard.cli.options import language
from steelyard.cli.output import Output
from steelyard.session.sources import FactFiles


@click.command("intake", cls=Command)
@click.argument("ruleset", shell_complete=offer_rulesets)
@click.argument("files", nargs=-1, required=True, metavar="FILE…", shell_complete=offer_files)
@click.option(
    "-o", "--out", metavar="FILE", help="The proposal; standard output unless given.", shell_complete=offer_files
)
@language
@click.pass_obj
def command(output: Output, ruleset: str, files: tuple[str, ...], out: str | None) -> None:
    """Look at files, and propose how they are read: a YAML file for --intake, which nobody uses until you do.

    A FILE holds cases, NAME=FILE rows of a relation. Comments show what would be read and what would be refused, and
    lines to choose from.

    \u0008
    Examples:
      steelyard intake my-policy claims.csv
      steelyard intake my-policy claims.csv complaints=complaints.xlsx -o intake.yaml
      steelyard evaluate my-policy --cases claims.csv --intake intake.yaml
    """
    from steelyard.session.files import check_outputs, write_whole
    from steelyard.session.proposing import propose_intake

    cases: list[str] = []
    relations: dict[str, list[str]] = {}
    for file in files:
        name, sign, path = file.partition("=")
        if sign and not Path(file).exists():
            relations.setdefault(name, []).append(path)
        else:
            cases.append(file)
    check_outputs((out,), ruleset, FactFiles(tuple(cases), {name: tuple(some) for name, some in relations.items()}))
    text = propose_intake(ruleset, cases, relations, output.lang)
    if out is None or out == "-":
        output.result(text)
        return
    write_whole(Path(out), text)
