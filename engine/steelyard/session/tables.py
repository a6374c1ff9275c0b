"""Decision tables as files for review: `export_table`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from steelyard.diagnostics import PolicyError, Severity, msg
from steelyard.session.errors import LimitError, UsageError
from steelyard.session.files import check_csv, check_outputs, staging
from steelyard.session.listener import Listener, Silent
from steelyard.session.run import choose_version

if TYPE_CHECKING:
    from steelyard.analysis.check import Loaded, Part
    from steelyard.ir.ruleset import Ruleset
    from steelyard.report.table_sheet import TableSheet

FORMATS = (".xlsx", ".csv")


def export_table(
    ruleset: str | os.PathLike[str],
    table: str,
    path: str | os.PathLike[str] | None = None,
    *,
    version: str | None = None,
    lang: str = "en",
    csv_safe: bool = False,
    listener: Listener | None = None,
) -> str | None:
    """Write one decision table as a workbook or as CSV, its cells as the ruleset has them.

    A ruleset that names the file in place of the table's rows (`file: targets.xlsx`) means the same, to the digest.

    Args:
        ruleset: a file, a folder of versions, or the name of a shipped ruleset.
        table: its id.
        path: a file that ends in `.xlsx` or `.csv`; None: the CSV text is returned.
        version: of several versions this one; None: the newest.
        lang: `en` or `zh`, of the notes in a workbook.
        csv_safe: in CSV an apostrophe stands before texts that a spreadsheet may take for formulas. A file in which
            one does cannot stand for the rows.
        listener: is told what the file lacks, and when it is written; None: nothing is told.

    Returns:
        The text of the CSV where no path is given, else None.

    Raises:
        PolicyError: the ruleset cannot be read or has errors.
        UsageError: no such table or version, another ending, or `csv_safe` for a workbook.
        LimitError: a cell would not come back from the file as it is; no file is written.
        OutputError: the file cannot be written.
    """
    from steelyard.analysis.check import load
    from steelyard.diagnostics.catalogue import translator
    from steelyard.report.table_files import table_csv
    from steelyard.report.table_sheet import table_sheet, without_formulas

    place, name, told = None if path is None else Path(path), os.fspath(ruleset), listener or Silent()
    if place is not None:
        if place.suffix.lower() not in FORMATS:
            raise UsageError(msg("`{file}`: a table is written as .xlsx or .csv", file=str(place)))
        check_outputs((str(place),), name)
    if csv_safe:
        check_csv(("-" if place is None else place,))
    part, meaning = _wanted(load(name, lint=False), version)
    lowered = next((one for one in meaning.tables if one.id == table), None)
    written = {} if part.file is None else {str(id_): one for id_, one in (part.file.tables or {}).items()}
    if lowered is None or table not in written:
        raise _unknown(table, [one.id for one in meaning.tables])
    exact = table_sheet(meaning, lowered, written[table], translator(lang))
    sheet = without_formulas(exact) if csv_safe else exact
    if any(row.source is not None for row in written[table].rows):
        told.warn(msg("the clauses behind single rows (`source`) have no column: they stay behind"))
    if sheet != exact:
        told.warn(msg("an apostrophe stands before texts that may be formulas: the file cannot stand for the rows"))
    if place is None:
        return table_csv(sheet)
    _write(sheet, place)
    if sheet == exact:
        key = f"file: {place.name}"
        told.say(msg("`{file}` is written; in the ruleset `{key}` may stand for the rows", file=str(place), key=key))
    return None


def _wanted(loaded: Loaded, version: str | None) -> tuple[Part, Ruleset]:
    """The version that is meant, as written and as understood."""
    if loaded.versions is None:
        raise PolicyError(tuple(one for one in loaded.diagnostics if one.severity is Severity.ERROR))
    wanted = choose_version(loaded.versions, version)
    part = next(one for one in loaded.parts if one.ruleset is not None and one.ruleset.version == wanted.version)
    return part, wanted


def _unknown(table: str, tables: list[str]) -> UsageError:
    from steelyard.diagnostics.suggestions import closest, listed

    near = closest(table, tables)
    hints = ()
    if near is not None:
        hints = (msg("did you mean `{near}`?", near=near),)
    elif tables:
        hints = (msg("its tables are {names}", names=listed(tables[:5])),)
    return UsageError(msg("the ruleset has no table `{table}`", table=table), hints=hints)


def _write(sheet: TableSheet, path: Path) -> None:
    """Write the file, and read it back before it appears."""
    from steelyard.diagnostics.suggestions import listed
    from steelyard.report.table_files import changed_cells, write_csv

    with staging() as stage:
        aside = stage.place(path)
        if path.suffix.lower() == ".xlsx":
            from steelyard.report.table_xlsx import write_xlsx

            write_xlsx(sheet, aside)
        else:
            write_csv(sheet, aside)
        changed = changed_cells(sheet, aside)
        if changed:
            names = listed(changed)
            raise LimitError(
                msg("this kind of file cannot keep all cells of {names}: nothing was written", names=names)
            )
