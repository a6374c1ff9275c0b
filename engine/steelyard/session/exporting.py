"""Take a case of a portfolio into a file of worked cases."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from steelyard.diagnostics import Diagnostics
from steelyard.session.errors import CasesError, UsageError
from steelyard.session.explaining import case_of
from steelyard.session.listener import Silent
from steelyard.session.run import read_facts

if TYPE_CHECKING:
    from steelyard.ir.versions import Versions
    from steelyard.session.listener import Listener
    from steelyard.session.sources import FactFiles


def export_case(  # noqa: PLR0917 - those of `explain_case` first
    versions: Versions,
    files: FactFiles,
    key: str,
    name: str | None = None,
    settings: Mapping[str, str] | None = None,
    listener: Listener | None = None,
) -> str:
    """Give a case as an item of a file of worked cases: its values, the rows that belong to it, what comes out of it.

    Values that tell of a person (`personal`) are replaced, the same by the same, or left out.

    Args:
        versions: bound.
        files: the facts; all of them are read.
        key: of the case, as written.
        name: of the worked case; None: its key, or `taken` where keys tell of a person.
        settings: the parameters that were given, as written.
        listener: is told how far the reading is and what may surprise; None: nothing is told.

    Raises:
        PolicyError: a file cannot be read.
        CaseRejectedError: the row was rejected when it was read.
        UsageError: there is no such case, or results depend on values that tell of a person.
    """
    from steelyard.facts.assembly import key_field
    from steelyard.trial.exporting import PersonalError, worked_case

    portfolio, _ = read_facts(versions, files, listener or Silent())
    found = case_of(portfolio, key)
    usual = "taken" if key_field(versions.newest).personal else key
    try:
        return worked_case(versions, found, name or usual, settings or {})
    except PersonalError as error:
        raise UsageError(error.message) from None


def add_case(place: Path, text: str) -> None:
    """Write an item behind those of a file of worked cases, which is made where there is none.

    Raises:
        CasesError: the file cannot be read as one, before or after; it is as it was.
        OutputError: it cannot be written.
    """
    from steelyard.session.files import write_whole
    from steelyard.source import read_text, read_yaml
    from steelyard.trial.worked import worked_cases

    diagnostics = Diagnostics()
    before = read_text(place, diagnostics) if place.exists() else ""
    whole = "" if before is None else f"{before.rstrip()}\n\n{text}" if before.strip() else text
    node = None if before is None else read_yaml(whole, str(place), diagnostics, cases=True)
    if node is None or worked_cases(node, diagnostics) is None or diagnostics.errors:
        raise CasesError(diagnostics.sorted())
    write_whole(place, whole)
