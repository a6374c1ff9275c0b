"""Reports cells of tables whose word reads as something else than its author may have meant."""

from __future__ import annotations

from collections.abc import Iterator

from steelyard.analysis.subject import Subject
from steelyard.diagnostics import Diagnostics, msg
from steelyard.ir.ruleset import Table
from steelyard.ir.types import Text, Type
from steelyard.language.foreign import means_missing
from steelyard.source import Text as Written


def check_words(subject: Subject, diagnostics: Diagnostics) -> None:
    """Report words for no value, and names of text inputs in columns of any text."""
    named = {one.id for one in (*subject.ruleset.inputs, *subject.ruleset.parameters) if isinstance(one.type, Text)}
    named |= {one.id for one in subject.ruleset.defines if isinstance(one.value.type, Text)}
    for table in subject.ruleset.tables:
        for kind, cell, is_output in _cells(subject, table):
            if not isinstance(kind, Text):
                continue
            if means_missing(str(cell)) and cell not in kind.values:
                quoted = f"'\"{cell}\"'"
                diagnostics.add(
                    "L132",
                    cell.span,
                    msg("`{word}` is a text here, and not that there is no value", word=cell),
                    help=msg("write `:= missing`, or `{text}` if it is a text", text=quoted)
                    if is_output
                    else msg("write `missing`, or `{text}` if it is a text", text=quoted),
                )
            elif str(cell) in named and not kind.values:
                advice = msg(
                    "write `:= {name}` if its value is meant, `{text}` if the text is", name=cell, text=f"'\"{cell}\"'"
                )
                headline = msg("`{name}` is the name of a value; in this cell it is the text `{name}`", name=cell)
                diagnostics.add("L133", cell.span, headline, help=advice)


def _cells(subject: Subject, table: Table) -> Iterator[tuple[Type, Written, bool]]:
    """The cells of the rows that stand in the ruleset: the type of the column, the text, whether it is a result."""
    written = next((one for name, one in subject.file.tables.items() if str(name) == table.id), None)
    inputs, outputs = ({one.id: one.type for one in columns} for columns in (table.inputs, table.outputs))
    for row in () if written is None else written.rows:
        for name, cell in row.cells.items():
            if str(name) in outputs:
                yield outputs[str(name)], cell, True
            elif str(name) in inputs:
                yield inputs[str(name)], cell, False
