"""Assembles a case from its values and the rows of its relations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from steelyard.diagnostics.plain import encodable
from steelyard.facts.case import Case, Reject, Row, joined
from steelyard.facts.reading import Place
from steelyard.facts.relations import RelationRows
from steelyard.ir.expressions import Stored
from steelyard.ir.ruleset import InputField, Ruleset


def key_field(ruleset: Ruleset) -> InputField:
    """Return the input that identifies a case."""
    return next(field for field in ruleset.inputs if field.id == ruleset.key)


class Assembly:
    """Gives each case its rows. Rows that all cases share are held once."""

    def __init__(self, relations: Sequence[RelationRows]) -> None:
        self._shared = {rows.relation.id: rows.shared for rows in relations}
        self._own = [rows for rows in relations if rows.relation.of_case is not None]

    def case(self, text: str, key: Stored, values: Mapping[str, Stored], place: Place | None = None) -> Case | Reject:
        """Assemble a case, or return its reject, with all bad cells of its rows.

        Args:
            text: the key as text.
            key: the key as stored.
            values: the stored values of the inputs.
            place: of the row of the case; None where it came from no file.
        """
        file, line = ("", None) if place is None else (encodable(place.file), place.line)
        if not self._own:
            return Case(text, values, self._shared, file, line)
        rows: dict[str, tuple[Row, ...]] = dict(self._shared)
        bad: list[Reject] = []
        for relation in self._own:
            found = relation.of(key)
            if isinstance(found, Reject):
                bad.append(found)
            else:
                rows[relation.relation.id] = found
        if bad:
            return replace(joined(bad).of(text), values=values)
        return Case(text, values, rows, file, line)
