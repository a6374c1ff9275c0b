"""Where the facts of a run are read from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from steelyard.diagnostics import Diagnostics, msg
from steelyard.ir.named_ids import parameter_ids, relation_ids
from steelyard.session.deriving import without_derived
from steelyard.session.errors import IntakeError, UsageError

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
        intake: path of a file that says how files are written; None: nothing is said beyond this and the ruleset.
    """

    cases: tuple[str, ...]
    relations: Mapping[str, tuple[str, ...] | None] = field(default_factory=dict[str, "tuple[str, ...] | None"])
    settings: Mapping[str, str] = field(default_factory=dict[str, str])
    delimiter: str | None = None
    encoding: str = "utf-8"
    missing_columns: tuple[str, ...] = ()
    intake: str | None = None

    def by_id(self, versions: Versions) -> FactFiles:
        """Return these files with relations, and parameters, named by their ids where labels name them."""
        relations, parameters = relation_ids(versions), parameter_ids(versions)

        def column(name: str) -> str:
            relation, point, field = name.partition(".")
            return f"{relations[relation]}.{field}" if point and relation in relations else name

        return replace(
            self,
            relations={relations.get(name, name): files for name, files in self.relations.items()},
            settings={parameters.get(name, name): value for name, value in self.settings.items()},
            missing_columns=tuple(map(column, self.missing_columns)),
        )

    def ready(self, versions: Versions) -> tuple[Versions, ReadOptions]:
        """Return how the files are read, and the versions, whose fields know how they are written in this run.

        The versions have no derived relations but those that are given.

        Raises:
            UsageError: `missing_columns` names no optional column of the ruleset.
            IntakeError: the intake file has errors.
        """
        from steelyard.facts import ReadOptions
        from steelyard.facts.absent import unknown_names

        for name, near in unknown_names(versions, self.missing_columns):
            raise UsageError(
                msg("the ruleset has no optional column `{name}`", name=name),
                hints=() if near is None else (msg("did you mean `{near}`?", near=near),),
            )
        versions = without_derived(versions, self.relations)
        options = ReadOptions(
            delimiter=self.delimiter, encoding=self.encoding, missing_columns=frozenset(self.missing_columns)
        )
        if self.intake is None:
            return versions, options
        from steelyard.analysis.unread import report_unread
        from steelyard.facts.intake import read_intake

        diagnostics = Diagnostics()
        said = read_intake(self.intake, versions, self._paths(), diagnostics)
        for one in () if said is None else said.versions.rulesets:
            report_unread(one, diagnostics)
        if said is None or diagnostics.errors:
            raise IntakeError(diagnostics.sorted())
        return said.versions, replace(options, by_file=said)

    def _paths(self) -> dict[str, list[str]]:
        """Return the files by their role."""
        from steelyard.facts.absent import CASES
        from steelyard.facts.patterns import matching_files

        given = {CASES: self.cases} | {role: files or () for role, files in self.relations.items()}
        return {role: [str(path) for one in files for path in matching_files(one)] for role, files in given.items()}
