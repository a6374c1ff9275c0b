"""`steelyard table`: decision tables as files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from steelyard.cli.options import language
from steelyard.cli.output import Output
from steelyard.cli.status import Status, Stop

if TYPE_CHECKING:
    from steelyard.analysis.check import Loaded, Part
    from steelyard.ir.ruleset import Ruleset
    from steelyard.report.table_sheet import TableSheet


@click.group("table")
def command() -> None:
    """Decision tables as files, for those who keep them in a spreadsheet.

    \u0008
    Example:
      steelyard table export my-policy decision_target -o targets.xlsx
    """


@command.command("export")
@click.argument("ruleset")
@click.argument("table")
@click.option("-o", "--out", metavar="FILE", help="FILE.xlsx or FILE.csv; CSV to standard output unless given.")
@click.option("--version", "version", metavar="VERSION", help="Of several versions this one; else the newest.")
@language
@click.pass_obj
def export(output: Output, ruleset: str, table: str, out: str | None, version: str | None) -> None:
    """Write one decision table as a workbook or as CSV, with its notes.

    The cells keep what is written; in a workbook a second sheet tells the hit policy, the default and the columns.
    A ruleset that names the file in place of its rows (`file: targets.xlsx`) means the same, to the digest.

    \u0008
    Examples:
      steelyard table export my-policy decision_target
      steelyard table export my-policy decision_target -o targets.xlsx
    """
    from steelyard.analysis.check import load
    from steelyard.diagnostics import msg
    from steelyard.report.table_files import table_csv
    from steelyard.report.table_sheet import table_sheet
    from steelyard.session.files import check_outputs

    path = None if out is None else Path(out)
    if path is not None and path.suffix.lower() not in (".xlsx", ".csv"):
        raise click.UsageError(f"-o takes FILE.xlsx or FILE.csv, not '{out}'.")
    check_outputs((out,), ruleset)
    loaded = load(ruleset, lint=False)
    part, meaning = _wanted(output, loaded, version)
    written = None if part.file is None else part.file.tables
    lowered = next((one for one in meaning.tables if one.id == table), None)
    own = None if written is None else next((one for name, one in written.items() if name == table), None)
    if lowered is None or own is None:
        raise _unknown(output, table, [one.id for one in meaning.tables])
    sheet = table_sheet(meaning, lowered, own, output.text)
    if any(row.source is not None for row in own.rows):
        output.warn(msg("the clauses behind single rows (`source`) have no column: they stay behind"))
    if path is None:
        output.result(table_csv(sheet))
    else:
        _write(output, sheet, path)


def _wanted(output: Output, loaded: Loaded, version: str | None) -> tuple[Part, Ruleset]:
    """The version that is meant, as written and as understood."""
    from steelyard.cli.status import status_of
    from steelyard.diagnostics import msg

    if loaded.versions is None or loaded.ruleset is None:
        output.findings([one for one in loaded.diagnostics if one.severity.value == "error"])
        raise Stop(status_of(loaded.diagnostics))
    name = loaded.ruleset.version if version is None else version
    for part in loaded.parts:
        if part.ruleset is not None and part.ruleset.version == name:
            return part, part.ruleset
    names = tuple(one.version for one in loaded.versions.rulesets)
    output.error(msg("there is no version `{version}`: there are {names}", version=name, names=names))
    raise Stop(Status.USAGE)


def _unknown(output: Output, table: str, tables: list[str]) -> Stop:
    from steelyard.diagnostics import msg
    from steelyard.diagnostics.suggestions import closest, listed

    output.error(msg("the ruleset has no table `{table}`", table=table))
    near = closest(table, tables)
    if near is not None:
        output.say(msg("did you mean `{near}`?", near=near))
    elif tables:
        output.say(msg("its tables are {names}", names=listed(tables[:5])))
    return Stop(Status.USAGE)


def _write(output: Output, sheet: TableSheet, path: Path) -> None:
    """Write the file, and read it back before it appears."""
    from steelyard.diagnostics import msg
    from steelyard.diagnostics.suggestions import listed
    from steelyard.report.table_files import changed_cells, write_csv
    from steelyard.session.files import staging

    with staging() as stage:
        aside = stage.place(path)
        if path.suffix.lower() == ".xlsx":
            from steelyard.report.table_xlsx import write_xlsx

            write_xlsx(sheet, aside)
        else:
            write_csv(sheet, aside)
        changed = changed_cells(sheet, aside)
        if changed:
            headline = msg(
                "this kind of file cannot keep all cells of {names}: nothing was written", names=listed(changed)
            )
            output.error(headline)
            raise Stop(Status.NO)
    output.say(
        msg(
            "`{file}` is written; in the ruleset `{key}` may stand for the rows",
            file=str(path),
            key=f"file: {path.name}",
        )
    )
