"""Reads the cells of a file; its name decides the format."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from steelyard.diagnostics import Diagnostics, msg
from steelyard.diagnostics.suggestions import listed
from steelyard.source.csv_grid import read_csv_grid
from steelyard.source.disguise import disguise
from steelyard.source.files import read_bytes
from steelyard.source.grid import Grid, GridOptions

KINDS = (".csv", ".tsv", ".xlsx")
"""The suffixes of files of rows."""


def read_grid(path: Path, options: GridOptions, diagnostics: Diagnostics) -> Grid | None:
    """Read a file of rows; its name alone decides the format. None after an error, which is reported."""
    kind = path.suffix.lower()
    if kind not in KINDS:
        headline = msg("files of the kind of `{name}` are not read as tables", name=path.name)
        diagnostics.add(
            "E111", options.place, headline, help=msg("a table's file ends in {kinds}", kinds=listed(KINDS))
        )
        return None
    data = read_bytes(path, diagnostics, options.place)
    if data is None:
        return None
    if (found := disguise(path.name, BytesIO(data))) is not None:
        diagnostics.add("E118", options.place, found[0], help=found[1])
        return None
    if kind == ".xlsx":
        from steelyard.source.xlsx_grid import read_xlsx_grid  # a large library is imported only for files that need it

        return read_xlsx_grid(data, str(path), options, diagnostics)
    return read_csv_grid(data, str(path), options, diagnostics)
