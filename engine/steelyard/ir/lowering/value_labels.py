"""What people read in place of texts: the `labels` of fields, parameters and outputs of tables."""

from __future__ import annotations

from collections.abc import Iterator

from steelyard.diagnostics import Diagnostics, msg
from steelyard.diagnostics import Label as Place
from steelyard.diagnostics.suggestions import closest, listed
from steelyard.ir.declared import Label
from steelyard.ir.lowering.people import label
from steelyard.model.case import FieldBase
from steelyard.model.ruleset import RulesetFile
from steelyard.source import Text

SHOWN = 5
"""How many values a hint lists at most."""


def value_labels(file: RulesetFile, diagnostics: Diagnostics) -> tuple[tuple[str, Label], ...]:
    """Return the label of each text that has one. A text means the same wherever it stands, so it has one label."""
    found: dict[str, tuple[Text, Label]] = {}
    for key, one in _written(file):
        first, known = found.setdefault(str(key), (key, one))
        if known != one:
            places = (Place(first.span, msg("the other one")),)
            diagnostics.add("T109", key.span, msg("`{value}` has another label elsewhere", value=key), labels=places)
    return tuple((value, one) for value, (_, one) in found.items())


def labelled_fields(file: RulesetFile) -> Iterator[FieldBase]:
    """Everything that may have `labels`."""
    yield from file.case.inputs.values()
    yield from file.parameters.values()
    for relation in file.relations.values():
        yield from relation.fields.values()
    for table in file.tables.values():
        yield from table.outputs.values()


def check_labels(written: FieldBase, diagnostics: Diagnostics) -> None:
    """Report labels of texts that are not among those listed."""
    values = written.ordered or written.values or ()
    for key in written.labels if values else ():
        if key not in values:
            near = closest(key, values)
            diagnostics.add(
                "T103",
                key.span,
                msg("`{text}` is not one of the values", text=key),
                help=msg("did you mean `{near}`?", near=near)
                if near
                else msg("the values are: {values}", values=listed(values[:SHOWN])),
            )


def _written(file: RulesetFile) -> Iterator[tuple[Text, Label]]:
    for field in labelled_fields(file):
        yield from ((key, label(one, str(key))) for key, one in field.labels.items())
