"""How single files write fields, where that is not as the ruleset or their role says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from steelyard.ir.notation import Notation
from steelyard.ir.ruleset import InputField
from steelyard.ir.types import Type

Asked = tuple[str, Type, Notation]
"""A column, and the type and notation that it is read as; two versions may read one column in two ways."""


def asked_of(field: InputField) -> Asked:
    """Return what a field asks of a file."""
    return field.column, field.type, field.written


@dataclass(frozen=True, slots=True, eq=False)
class FileNotations:
    """What an intake file says of the fields of one file. Each stands for itself: they are told apart, not compared.

    Attributes:
        own: the notations of this file, each beside what would be asked without it.
    """

    own: tuple[tuple[Asked, Notation], ...] = ()

    def fields(self, fields: Sequence[InputField]) -> tuple[InputField, ...]:
        """Return the fields as this file writes them."""
        own = dict(self.own)
        return tuple(replace(one, for_run=own[asked_of(one)]) if asked_of(one) in own else one for one in fields)

    @property
    def marked(self) -> frozenset[str]:
        """The columns of which this file says what means missing."""
        return frozenset(name for (name, _, _), notation in self.own if notation.missing is not None)


AS_ALL = FileNotations()
"""Nothing is said of the fields of single files."""
