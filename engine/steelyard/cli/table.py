"""`steelyard table`: decision tables as files."""

from __future__ import annotations

import click

from steelyard.cli.completion import offer_files, offer_rulesets
from steelyard.cli.help import Group
from steelyard.cli.options import csv_safe, language
from steelyard.cli.output import Output


@click.group("table", cls=Group)
@language
def command() -> None:
    """Decision tables as files, for those who keep them in a spreadsheet.

    \u0008
    Example:
      steelyard table export my-policy decision_target -o targets.xlsx
    """


@command.command("export")
@click.argument("ruleset", shell_complete=offer_rulesets)
@click.argument("table")
@click.option(
    "-o",
    "--out",
    metavar="FILE",
    shell_complete=offer_files,
    help="FILE.xlsx or FILE.csv; CSV to standard output unless given.",
)
@click.option("--version", "version", metavar="VERSION", help="Of several versions this one; else the newest.")
@csv_safe
@language
@click.pass_obj
def export(  # noqa: PLR0917 - one an option
    output: Output, ruleset: str, table: str, out: str | None, version: str | None, csv_safe: bool
) -> None:
    """Write one decision table as a workbook or as CSV, with its notes.

    The cells keep what is written; in a workbook a second sheet tells the hit policy, the default and the columns.
    A ruleset that names the file in place of its rows (`file: targets.xlsx`) means the same, to the digest; not where
    --csv-safe changed a cell, which is said.

    \u0008
    Examples:
      steelyard table export my-policy decision_target
      steelyard table export my-policy decision_target -o targets.xlsx
    """
    from steelyard.session.tables import export_table

    text = export_table(ruleset, table, out, version=version, lang=output.lang, csv_safe=csv_safe, listener=output)
    if text is not None:
        output.result(text)
