"""A decision table as a sheet for review: what is written into which cell. Formats write it, and read it back."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal

from steelyard.diagnostics import Message, msg
from steelyard.ir import ruleset as ir
from steelyard.ir.describe import describe
from steelyard.ir.types import Number, Type
from steelyard.model import tables as model
from steelyard.model.section import Label
from steelyard.source import Text
from steelyard.source.csv_lines import without_formula

Translate = Callable[[Message], str]

_PLAIN = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.([0-9]+))?")
_LARGEST = 10**15


@dataclass(frozen=True, slots=True)
class SheetCell:
    """A cell: its text, and how many digits a number shows after the point; None: the cell is text."""

    text: str
    digits: int | None = None


@dataclass(frozen=True, slots=True)
class TableSheet:
    """A table, ready to be written.

    Attributes:
        name: of the table.
        header: the headings that reading back knows.
        rows: as long as the header; None is an empty cell.
        about: what the ruleset says of the table as a whole, for a sheet of its own.
        about_word: what stands behind the table's name in the name of that sheet.
    """

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[SheetCell | None, ...], ...]
    about: tuple[tuple[str, ...], ...]
    about_word: str = "about"


def table_sheet(ruleset: ir.Ruleset, table: ir.Table, written: model.Table, translate: Translate) -> TableSheet:
    """Lay a table out.

    Args:
        ruleset: the ruleset, for its name and version.
        table: its meaning, for the types of its columns.
        written: the table as written: cells keep their spelling.
        translate: the reader's language, for the headings of what is told about the table.
    """
    kinds: dict[str, Type] = {column.id: column.type for column in (*table.inputs, *table.outputs)}
    inputs = {column.id for column in table.inputs}
    notes = _note_columns(written)
    rows: list[tuple[SheetCell | None, ...]] = []
    for row in written.rows:
        cells = {str(key): cell for key, cell in row.cells.items()}
        own = (_cell(cells.get(name), kind, exact=name in inputs) for name, kind in kinds.items())
        rows.append((*own, *(_remark(row.note, column) for column in notes)))
    about = tuple(_about(ruleset, table, written, translate))
    return TableSheet(table.id, (*kinds, *notes), tuple(rows), about, translate(msg("about")))


def _cell(written: Text | None, kind: Type, *, exact: bool) -> SheetCell | None:
    """A cell as reading it back needs it. `exact`: the spelling of a number is a part of a condition."""
    if written is None:
        return None
    text = str(written)
    if written.quoted and (not text.strip() or text == "missing"):
        return SheetCell(f'"{text}"')
    digits = _digits(text) if isinstance(kind, Number) else None
    if digits is not None and exact and text != stored_number(text):
        digits = None
    return SheetCell(text, digits)


def _digits(text: str) -> int | None:
    """How many digits a number has after the point; None where a double would not keep it, or it is none."""
    match = _PLAIN.fullmatch(text)
    if match is None or len(text) > 17 or abs(Decimal(text)) >= _LARGEST:
        return None
    return len(match[1] or "") if Decimal(stored_number(text)) == Decimal(text) else None


def stored_number(text: str) -> str:
    """What a workbook gives back for a number: the digits that its double is sure of."""
    return format(Decimal(f"{float(text):.15g}") + 0, "f")


def _note_columns(written: model.Table) -> tuple[str, ...]:
    """The columns for remarks: one where no remark says different things in two languages."""
    notes = [row.note for row in written.rows if row.note is not None]
    if not notes:
        return ()
    return ("note",) if all(note.zh == note.en for note in notes) else ("note.zh", "note.en")


def _remark(note: Label | None, column: str) -> SheetCell | None:
    if note is None:
        return None
    text = note.zh if column == "note.zh" else note.en
    return None if text is None or not text.strip() else SheetCell(str(text))


def _about(ruleset: ir.Ruleset, table: ir.Table, written: model.Table, translate: Translate) -> list[tuple[str, ...]]:
    zh, en = _both(written.label)
    notes_zh, notes_en = _both(written.notes)
    default = ", ".join(f"{name}: {value}" for name, value in (written.default or {}).items())
    lines: list[tuple[Message, tuple[str, ...]]] = [
        (msg("ruleset"), (ruleset.id, ruleset.version)),
        (msg("table"), (table.id,)),
        (msg("label (zh)"), (zh,)),
        (msg("label (en)"), (en,)),
        (msg("notes (zh)"), (notes_zh,)),
        (msg("notes (en)"), (notes_en,)),
        (msg("hit policy"), (written.hit_policy,)),
        (msg("default"), (default,)),
    ]
    heads = (msg("column"), msg("role"), msg("type"), msg("reads"), msg("label (zh)"), msg("label (en)"))
    about = [(translate(head), *values) for head, values in lines if any(values)]
    about += [(), tuple(translate(head) for head in heads)]
    for column, one in zip(table.inputs, written.inputs.values(), strict=True):
        kind = translate(describe(column.type)) if one.type is None else str(one.type)
        about.append((column.id, translate(msg("condition")), kind, str(one.value), *_both(one.label)))
    for output, field in zip(table.outputs, written.outputs.values(), strict=True):
        about.append((output.id, translate(msg("result")), str(field.type), "", *_both(field.label)))
    return about


def without_formulas(sheet: TableSheet) -> TableSheet:
    """The sheet with an apostrophe before each text that a spreadsheet may take for a formula; numbers stay."""
    rows = tuple(
        tuple(
            cell if cell is None or cell.digits is not None else SheetCell(without_formula(cell.text)) for cell in row
        )
        for row in sheet.rows
    )
    return replace(sheet, header=tuple(map(without_formula, sheet.header)), rows=rows)


def _both(label: Label | None) -> tuple[str, str]:
    return ("", "") if label is None else (str(label.zh or ""), str(label.en or ""))
