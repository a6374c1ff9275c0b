"""`steelyard export`: take a case of a portfolio into the worked cases."""

from __future__ import annotations

from pathlib import Path

import click

from steelyard.cli.completion import offer_files, offer_rulesets
from steelyard.cli.help import Command
from steelyard.cli.options import facts, language, parse_facts, quiet
from steelyard.cli.output import Output
from steelyard.diagnostics import msg


@click.command("export", cls=Command)
@click.argument("ruleset", shell_complete=offer_rulesets)
@facts
@click.option("--case", "key", required=True, metavar="KEY", help="Key of the case.")
@click.option("--name", metavar="NAME", help="Name of the worked case; its key where not given.")
@click.option(
    "-o",
    "--output",
    "target",
    metavar="FILE",
    shell_complete=offer_files,
    help="File of worked cases to write it into, behind the others; else standard output.",
)
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
    key: str,
    name: str | None,
    target: str | None,
) -> None:
    """Take one case of a portfolio into the worked cases that `steelyard test` tries.

    Its values are written, of each relation only the rows that belong to it, and what comes out of it today: confirm
    that this is right. Fields marked `personal` are replaced, the same text by the same, or left out.

    \u0008
    Examples:
      steelyard export my-policy --cases claims.csv --as-of 2024-05-10T00:00 --case C-002
      steelyard export my-policy --cases claims.csv --case C-002 --name open-claim -o my-policy/cases.yaml
    """
    from steelyard.session.exporting import add_case, export_case
    from steelyard.session.files import check_outputs, check_place
    from steelyard.session.run import ready_ruleset

    options = parse_facts(cases, relation, settings, as_of, delimiter, encoding, missing_column, intake)
    place = None if target in {None, "-"} else Path(str(target))
    if place is not None:
        check_place(place)
        check_outputs((target,), ruleset, options)
    text = export_case(ready_ruleset(ruleset, options.settings), options, key, name, options.settings, output)
    if place is None:
        output.result(text)
        return
    add_case(place, text)
    output.say(msg("confirm what is expected of the case in `{file}`", file=str(place)))
