"""Runs all passes on a ruleset: find, read, lower, bind, check."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from steelyard.analysis.bands import check_bands
from steelyard.analysis.exemptions import check_exemptions
from steelyard.analysis.idle import check_idle
from steelyard.analysis.kinds import check_kinds
from steelyard.analysis.languages import check_languages
from steelyard.analysis.lateness import check_lateness
from steelyard.analysis.negative import check_negative
from steelyard.analysis.portfolios import check_portfolios
from steelyard.analysis.reach import check_reach
from steelyard.analysis.recurring import check_recurring
from steelyard.analysis.situations import check_situations
from steelyard.analysis.sources import TEXT, SourceFile, source_of_text, sources
from steelyard.analysis.subject import Subject
from steelyard.analysis.tables import check_tables
from steelyard.analysis.unread import check_unread
from steelyard.analysis.unused import check_unused
from steelyard.analysis.versions import Version, fit_together
from steelyard.analysis.weights import check_weights
from steelyard.analysis.words import check_words
from steelyard.diagnostics import Diagnostic, Diagnostics, Severity
from steelyard.ir.bind import bind_versions
from steelyard.ir.expressions import Node as Expression
from steelyard.ir.from_model import lower
from steelyard.ir.positive import check_positive
from steelyard.ir.resolved import knower
from steelyard.ir.ruleset import Proportion, Ruleset, Steps
from steelyard.ir.versions import Versions
from steelyard.model.from_source import from_source
from steelyard.model.ruleset import RulesetFile
from steelyard.source import Node

Check = Callable[[Subject, Diagnostics], None]

CHECKS: tuple[Check, ...] = (
    check_tables,
    check_bands,
    check_weights,
    check_situations,
    check_lateness,
    check_negative,
    check_unread,
    check_kinds,
    check_reach,
    check_words,
    check_exemptions,
    check_idle,
    check_recurring,
    check_unused,
    check_portfolios,
    check_languages,
)
"""The checks in their order; `check_situations` must come after `check_weights`."""


@dataclass(frozen=True, slots=True)
class Part:
    """A file of a ruleset after every pass: the only one, or one of its versions.

    Attributes:
        node, file: the source (laid upon what it amends) and the file as written, as far as they could be read.
        ruleset: its lowered form; None where it has an error.
    """

    path: Path
    node: Node | None
    file: RulesetFile | None
    ruleset: Ruleset | None


@dataclass(frozen=True, slots=True)
class Loaded:
    """A ruleset after every pass.

    Attributes:
        parts: its files, one per version, by name; empty where none was found.
        versions: None where there is an error.
        diagnostics: all findings, in the order of the text.
    """

    parts: tuple[Part, ...]
    versions: Versions | None
    diagnostics: tuple[Diagnostic, ...]

    @property
    def errors(self) -> int:
        """The number of errors."""
        return sum(one.severity is Severity.ERROR for one in self.diagnostics)

    @property
    def ruleset(self) -> Ruleset | None:
        """The newest, or only, version; None where there is an error."""
        return None if self.versions is None else self.versions.newest


def load(
    path_or_name: str,
    settings: Mapping[str, str] | None = None,
    *,
    lint: bool = True,
    later: Collection[str] = (),
) -> Loaded:
    """Read and check a ruleset.

    Args:
        path_or_name: a file, a folder that holds a ruleset or its versions, or the name of a shipped ruleset.
        settings: values of parameters; None leaves parameters as they are, so that one without a value is no error.
        lint: whether to run the checks after lowering.
        later: parameters that have no value afterwards unless `settings` gives one.
    """
    diagnostics = Diagnostics()
    return _load(sources(path_or_name, diagnostics), settings, diagnostics, lint=lint, later=later)


def load_text(text: str, settings: Mapping[str, str] | None = None, *, lint: bool = True, file: str = TEXT) -> Loaded:
    """Read and check a ruleset that is given as text.

    Args:
        text: YAML. Files that it names (`amends`, rows of tables) are looked for in the folder of `file`.
        settings: as for `load`.
        lint: as for `load`.
        file: the name of the text in places.
    """
    diagnostics = Diagnostics()
    return _load(source_of_text(text, diagnostics, file), settings, diagnostics, lint=lint)


def _load(
    found: tuple[SourceFile, ...],
    settings: Mapping[str, str] | None,
    diagnostics: Diagnostics,
    *,
    lint: bool,
    later: Collection[str] = (),
) -> Loaded:
    parts = tuple(_part(source, diagnostics) for source in found)
    lowered = [Version(one.file, one.ruleset) for one in parts if one.file is not None and one.ruleset is not None]
    versions = fit_together(lowered, diagnostics) if lowered and len(lowered) == len(parts) else None
    if versions is not None and settings is not None:
        versions = bind_versions(versions, settings, diagnostics, later)
    if lint:
        bound = {} if versions is None else {one.version: one for one in versions.rulesets}
        for one in lowered:
            analyse(bound.get(one.ruleset.version, one.ruleset), one.file, diagnostics)
    return Loaded(parts, None if diagnostics.errors else versions, diagnostics.sorted())


def _part(source: SourceFile, diagnostics: Diagnostics) -> Part:
    """Read and lower one file; errors in one file do not prevent reading the others."""
    found = Diagnostics()
    file = None if source.node is None else from_source(source.node, found)
    ruleset = None if file is None or found.errors else lower(file, found)
    diagnostics.extend(found.sorted())
    return Part(source.path, source.node, file, None if found.errors else ruleset)


def analyse(ruleset: Ruleset, file: RulesetFile, diagnostics: Diagnostics) -> None:
    """Run every check."""
    subject = Subject(ruleset, file, knower(ruleset))
    for check in CHECKS:
        check(subject, diagnostics)


MEANING: tuple[Check, ...] = (check_tables, check_bands, check_weights, check_situations)
"""The checks that find errors in what a ruleset means, whatever file it was written in."""


def is_sound(ruleset: Ruleset, checks: Collection[Check] = MEANING, *, divisors: bool = True) -> bool:
    """Whether no check finds an error in a ruleset that a program has changed, and that no file holds.

    Args:
        ruleset: the changed one.
        checks: those that can find an error.
        divisors: whether a target, step or weight can have come to 0 or below.
    """
    relative = any(isinstance(one.way, Steps | Proportion) or one.family is not None for one in ruleset.indicators)
    computed = any(isinstance(one.minimum_present, Expression) for one in ruleset.scores)
    if not checks and not (divisors and (relative or computed)):
        return True  # a shortcut: there is nothing to check
    diagnostics = Diagnostics()
    subject = Subject(ruleset, RulesetFile.model_construct(), knower(ruleset))
    check_positive(ruleset, subject.knower, diagnostics)
    for check in MEANING:
        if check in checks:
            check(subject, diagnostics)
    return not diagnostics.errors
