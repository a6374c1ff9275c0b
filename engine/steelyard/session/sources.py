"""Where the facts of a run are read from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from steelyard.diagnostics import msg
from steelyard.session.errors import UsageError

if TYPE_CHECKING:
    from steelyard.facts import ReadOptions
    from steelyard.ir.versions import Versions


@dataclass(frozen=True, slots=True)
class FactFiles:
    """Files of cases and relations, and how they are read.

    Attributes:
        cases: paths and patterns.
        relations: the files of each relation; None says that it has no rows.
        settings: the parameters that were set, as written.
        delimiter: between CSV columns; None: a comma, a tab in `.tsv`.
        encoding: of CSV and JSON lines.
        missing_columns: optional inputs, and fields as `relation.field`, whose column is known not to be there.
    """

    cases: tuple[str, ...]
    relations: Mapping[str, tuple[str, ...] | None] = field(default_factory=dict[str, "tuple[str, ...] | None"])
    settings: Mapping[str, str] = field(default_factory=dict[str, str])
    delimiter: str | None = None
    encoding: str = "utf-8"
    missing_columns: tuple[str, ...] = ()

    def options(self, versions: Versions) -> ReadOptions:
        """Return how the files are read.

        Raises:
            UsageError: `missing_columns` names no optional column of the ruleset.
        """
        from steelyard.facts import ReadOptions
        from steelyard.facts.absent import unknown_names

        for name, near in unknown_names(versions, self.missing_columns):
            raise UsageError(
                msg("the ruleset has no optional column `{name}`", name=name),
                hints=() if near is None else (msg("did you mean `{near}`?", near=near),),
            )
        return ReadOptions(
            delimiter=self.delimiter, encoding=self.encoding, missing_columns=frozenset(self.missing_columns)
        )
