"""From files to the record of a scored run: load a ruleset, read facts, score, check a sample."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from steelyard.diagnostics import Diagnostics, PolicyError, Severity, msg
from steelyard.session.derived_rows import DerivedRows
from steelyard.session.deriving import notes_of, with_derived
from steelyard.session.errors import EngineError, UsageError
from steelyard.session.listener import Listener, Noting, Silent

if TYPE_CHECKING:
    from steelyard.engines.protocol import Compiled, Engine
    from steelyard.facts import Case, Portfolio
    from steelyard.ir.ruleset import Ruleset
    from steelyard.ir.versions import Versions
    from steelyard.semantics import Outcome
    from steelyard.session.record import Record
    from steelyard.session.sources import FactFiles
    from steelyard.session.wanted import Wanted


@dataclass(frozen=True, slots=True)
class Scored:
    """A scored portfolio.

    Attributes:
        record: its results and rejects.
        portfolio: what was read; None where it was scored by SQL, which keeps no single cases.
        cases: those that were not rejected, in the order of the files; empty where it was scored by SQL.
    """

    record: Record
    portfolio: Portfolio | None = None
    cases: tuple[Case, ...] = ()


def ready_ruleset(name: str, settings: Mapping[str, str], later: Collection[str] = ()) -> Versions:
    """Load and bind a ruleset, in all its versions.

    Args:
        name: a file, a folder of versions, or the name of a shipped ruleset.
        settings: values of parameters, as written.
        later: parameters that have no value afterwards unless `settings` gives one.

    Raises:
        PolicyError: it has errors; these are its diagnostics.
    """
    from steelyard.analysis.check import load

    loaded = load(name, settings, later=later)
    if loaded.versions is None:
        raise PolicyError(tuple(one for one in loaded.diagnostics if one.severity is Severity.ERROR))
    return loaded.versions


def choose_version(versions: Versions, version: str | None) -> Ruleset:
    """Give one version of a ruleset; None: the newest.

    Raises:
        UsageError: there is no such version.
    """
    if version is None:
        return versions.newest
    for one in versions.rulesets:
        if one.version == version:
            return one
    names = tuple(one.version for one in versions.rulesets)
    raise UsageError(msg("there is no version `{version}`: there are {names}", version=version, names=names))


def read_facts(
    versions: Versions, files: FactFiles, listener: Listener | None = None
) -> tuple[Portfolio, tuple[DerivedRows, ...]]:
    """Read cases and relations; returns also the rows of relations that are derived from the cases.

    Raises:
        PolicyError: a file cannot be read.
    """
    from steelyard.facts import read_portfolio

    told = listener or Silent()
    diagnostics = Diagnostics()
    files = files.by_id(versions)
    written, options = files.ready(versions)
    with told.progress(msg("reading")) as tick:
        portfolio = read_portfolio(
            written,
            files.cases,
            files.relations,
            diagnostics,
            options=options,
            progress=tick,
        )
    found = diagnostics.sorted()
    if portfolio is None:
        raise PolicyError(found)
    told.findings((*found, *portfolio.findings))
    for warning in portfolio.warnings:
        told.warn(warning)
    return with_derived(versions, portfolio, files.relations)


def score_files(versions: Versions, files: FactFiles, wanted: Wanted, folder: Path, listener: Listener) -> Scored:
    """Score the cases of files, and check a sample on another engine.

    Args:
        versions: bound.
        files: the facts.
        wanted: by which engine, and what the record keeps.
        folder: takes the files of the record.
        listener: is told how far it is.

    Raises:
        PolicyError: a file cannot be read.
        UsageError: what is wanted of the engine it cannot give.
        EngineError: no such engine, it refuses the ruleset, or no other engine can do the check that is asked for.
        DisagreementError: two engines give different outcomes.
    """
    if wanted.master is not None and wanted.engine != "spark":
        raise UsageError(msg("`master` is for the spark engine"))
    from steelyard.facts.absent import CASES

    files = files.by_id(versions)
    noting = Noting(listener)
    if wanted.takes_bulk(files.cases):
        from steelyard.session.bulk import score_bulk
        from steelyard.session.scorers import scorer

        engine = scorer(wanted.engine, wanted.master, noting)
        scored = Scored(score_bulk(versions, files, wanted, engine, folder, noting))
    else:
        portfolio, derived = read_facts(versions, files, noting)
        scored = _score(versions, portfolio, derived, files.settings, wanted, folder, noting)
    _tell_unmatched(versions, files, scored.record, noting)
    _tell_negative(versions, scored.record, noting)
    scoring = replace(scored.record.scoring, warned=noting.warned, lang=wanted.lang)
    sources = {CASES: files.cases, **{name: given or () for name, given in files.relations.items()}}
    return replace(scored, record=replace(scored.record, scoring=scoring, sources=sources))


def _tell_unmatched(versions: Versions, files: FactFiles, record: Record, listener: Listener) -> None:
    """Warn of cases without a row of a one_row relation that intake could not count, unless it is said to be empty."""
    from steelyard.facts.near_misses import joined_wholly, report_scored

    relations = [one for ruleset in versions.rulesets for one in ruleset.relations]
    asked = (one for one in relations if files.relations.get(one.id) is not None)
    counted = dict.fromkeys(one.id for one in asked if one.one_row and not joined_wholly(one))
    if counted:
        diagnostics = Diagnostics()
        report_scored(record.naming_as_missing(tuple(counted)), diagnostics)
        listener.findings(diagnostics.sorted())


def _tell_negative(versions: Versions, record: Record, listener: Listener) -> None:
    """Warn of measures of time that were negative, of which `check` warns that they can be (L127)."""
    from steelyard.analysis.negative import can_be_negative
    from steelyard.facts.assembly import key_field
    from steelyard.facts.near_misses import quote_of

    quote = quote_of(key_field(versions.newest))
    names = dict.fromkeys((one.version, each.id) for one in versions.rulesets for each in can_be_negative(one))
    for name, (count, key) in record.negative(tuple(names)).items():
        listener.warn(
            msg(
                "`{name}` was negative in {count} {count:case|cases}, such as `{key}`: the end lies before the start, "
                "and every target is met; `steelyard rule L127` says what to do",
                name=name,
                count=count,
                key=quote(key),
            )
        )


def _score(  # noqa: PLR0917 - all of a run
    versions: Versions,
    portfolio: Portfolio,
    derived: tuple[DerivedRows, ...],
    settings: Mapping[str, str],
    wanted: Wanted,
    folder: Path,
    listener: Listener,
) -> Scored:
    """Score case by case."""
    from steelyard.engines.choice import choose
    from steelyard.facts.open_rows import long_open
    from steelyard.report.provenance import Read, Scoring
    from steelyard.session.record import record_of
    from steelyard.session.verification import checkers_of, sample_size

    choice = choose(wanted.engine, len(portfolio.cases))
    if choice.engine is None:
        raise EngineError(choice.note or msg("no such engine: `{name}`", name=wanted.engine))
    if choice.note is not None:
        listener.warn(choice.note)
    checked = sample_size(wanted.verify, choice.unchecked if portfolio.cases else None, listener)
    compiled = _compiled(versions, choice.engine)
    wanted.check_count(len(portfolio.cases))
    results: list[tuple[Case, Outcome]] = []
    with listener.progress(msg("scoring"), len(portfolio.cases)) as tick:
        for case in portfolio.cases:
            results.append((case, compiled.evaluate(case)))
            tick(len(results))
    for warning in long_open(versions, ((case, [one.rule for one in outcome.fired]) for case, outcome in results)):
        listener.warn(warning)
    record = record_of(
        versions,
        results,
        Read(portfolio.provenance, portfolio.feed_rejects),
        Scoring(choice.engine.name, settings=settings, derived=notes_of(versions, derived)),
        folder,
        wanted.groups,
        (*portfolio.rejects, *portfolio.feed_rejects),
        wanted.lang,
        wanted.added,
    )
    record = replace(record, derived=derived)
    if checked and choice.checkers and results:
        record = record.verified(checked, checkers_of(choice.checkers, versions), results, listener)
    return Scored(record, portfolio, tuple(case for case, outcome in results if outcome.rejection is None))


def _compiled(versions: Versions, engine: Engine) -> Compiled:
    from steelyard.engines.versions import compile_versions

    diagnostics = Diagnostics()
    compiled = compile_versions(engine, versions, diagnostics)
    if compiled is None:
        message = msg("the engine {engine} cannot run this ruleset: `--engine reference` can", engine=engine.name)
        raise EngineError(message, diagnostics=diagnostics.sorted())
    return compiled
