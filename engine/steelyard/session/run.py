"""From files to scored cases, all in memory: load a ruleset, read facts, score, verify a sample."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from steelyard.diagnostics import Diagnostics, Message, PolicyError, Severity, msg
from steelyard.session.errors import SHOWN, DisagreementError, EngineError
from steelyard.session.listener import Listener, Silent

if TYPE_CHECKING:
    from steelyard.engines.protocol import Compiled, Engine
    from steelyard.engines.verify import Difference, Verification
    from steelyard.facts import Case, Portfolio, Reject
    from steelyard.ir.versions import Versions
    from steelyard.report.provenance import Scoring
    from steelyard.report.results import Results
    from steelyard.semantics import Outcome
    from steelyard.session.disagreement import Disagreement
    from steelyard.session.sources import FactFiles

SAMPLE = 200
"""So many cases are checked on other engines where nothing else is asked for."""


@dataclass(frozen=True, slots=True)
class Run:
    """A scored portfolio.

    Attributes:
        versions: of the ruleset; of one that stands alone the only one.
        results: every case that could be read, in the order of the files, with its outcome.
        rejects: rows that are no case, bad rows of feeds, cases that a rule rejected: in this order.
        scoring: by which engine, checked by which others.
    """

    versions: Versions
    portfolio: Portfolio
    results: tuple[tuple[Case, Outcome], ...]
    rejects: tuple[Reject, ...]
    scoring: Scoring

    @property
    def engine(self) -> str:
        """The name of the one that scored."""
        return self.scoring.engine

    def provenance(self, *, indent: int | None = None) -> str:
        """Where the results come from, as JSON."""
        from steelyard.report.provenance import provenance_text

        return provenance_text(self.versions, self.portfolio, self.scoring, indent=indent)


def ready_ruleset(name: str, settings: Mapping[str, str]) -> Versions:
    """Load and bind a ruleset, in all its versions.

    Args:
        name: a file, a folder of versions, or the name of a shipped ruleset.
        settings: values of parameters, as written.

    Raises:
        PolicyError: it has errors; these are its diagnostics.
    """
    from steelyard.analysis.check import load

    loaded = load(name, settings)
    if loaded.versions is None:
        raise PolicyError(tuple(one for one in loaded.diagnostics if one.severity is Severity.ERROR))
    return loaded.versions


def read_facts(versions: Versions, files: FactFiles, listener: Listener | None = None) -> Portfolio:
    """Read cases and relations.

    Raises:
        PolicyError: a file cannot be read.
    """
    from steelyard.facts import ReadOptions, read_portfolio

    told = listener or Silent()
    diagnostics = Diagnostics()
    with told.progress(msg("reading")) as tick:
        portfolio = read_portfolio(
            versions,
            files.cases,
            files.relations,
            diagnostics,
            options=ReadOptions(delimiter=files.delimiter, encoding=files.encoding),
            progress=tick,
        )
    found = diagnostics.sorted()
    if portfolio is None:
        raise PolicyError(found)
    told.findings(found)
    for warning in portfolio.warnings:
        told.warn(warning)
    return portfolio


def score(
    versions: Versions,
    portfolio: Portfolio,
    *,
    engine: str,
    verify: int | None = None,
    settings: Mapping[str, str] | None = None,
    listener: Listener | None = None,
) -> Run:
    """Evaluate every case, and check a sample on another engine.

    Args:
        versions: bound.
        portfolio: what was read.
        engine: `auto`, `reference` or `durable`.
        verify: how many cases are checked on the other engines; 0: none. None: `SAMPLE`, or with a warning none
            where no other engine can run.
        settings: what the parameters were set to, for the record.
        listener: is told how far it is.

    Raises:
        EngineError: no such engine, it refuses the ruleset, or no other engine can do the check that is asked for.
        DisagreementError: two engines give different outcomes.
    """
    from steelyard.engines.choice import choose
    from steelyard.report.provenance import Scoring
    from steelyard.semantics import Status as CaseStatus

    told = listener or Silent()
    choice = choose(engine, len(portfolio.cases))
    if choice.engine is None:
        raise EngineError(choice.note or msg("no such engine: `{name}`", name=engine))
    if choice.note is not None:
        told.warn(choice.note)
    checked = sample_size(verify, choice.unchecked if portfolio.cases else None, told)
    compiled = _compiled(versions, choice.engine)
    results: list[tuple[Case, Outcome]] = []
    with told.progress(msg("scoring"), len(portfolio.cases)) as tick:
        for case in portfolio.cases:
            results.append((case, compiled.evaluate(case)))
            tick(len(results))
    finished = tuple(results)
    scoring = Scoring(choice.engine.name, settings=settings)
    if checked:
        found = _verify(versions, choice.engine, choice.checkers, finished, portfolio, checked)
        tell_checked(told, found.checked, found.checkers)
        scoring = replace(scoring, verified=found.checked if found.checkers else 0, checkers=found.checkers)
    ruled_out = [outcome.rejection for _, outcome in finished if outcome.status is CaseStatus.REJECTED]
    rejects = (*portfolio.rejects, *portfolio.feed_rejects, *(one for one in ruled_out if one is not None))
    return Run(versions, portfolio, finished, rejects, scoring)


def sample_size(verify: int | None, unchecked: Message | None, listener: Listener) -> int:
    """How many cases a run checks on other engines.

    Args:
        verify: the number asked for; None where none was.
        unchecked: why no other engine can run; None where one can.
        listener: is warned where the check is left out.

    Raises:
        EngineError: a check was asked for that cannot run.
    """
    if unchecked is None:
        return SAMPLE if verify is None else verify
    if verify:
        raise EngineError(
            msg(
                "a check of {count} cases on another engine was asked for, and none can run: {problem}",
                count=verify,
                problem=unchecked,
            )
        )
    if verify is None:
        listener.warn(msg("not checked on another engine: {problem}", problem=unchecked))
    return 0


def tell_checked(listener: Listener, checked: int, checkers: tuple[str, ...]) -> None:
    """Tell which engines agreed, where there was a case to check."""
    engines = ", ".join(checkers)
    if not checked or not checkers:
        return
    if checked == 1:
        listener.say(msg("1 case checked on {engines}: no difference", engines=engines))
    else:
        listener.say(msg("{count} cases checked on {engines}: no difference", count=checked, engines=engines))


def _compiled(versions: Versions, engine: Engine) -> Compiled:
    from steelyard.engines.versions import compile_versions

    diagnostics = Diagnostics()
    compiled = compile_versions(engine, versions, diagnostics)
    if compiled is None:
        message = msg("the engine {engine} cannot run this ruleset: `--engine reference` can", engine=engine.name)
        raise EngineError(message, diagnostics=diagnostics.sorted())
    return compiled


def _verify(  # noqa: PLR0917 - all of a run
    versions: Versions,
    engine: Engine,
    checkers: tuple[Engine, ...],
    results: tuple[tuple[Case, Outcome], ...],
    portfolio: Portfolio,
    sample: int,
) -> Verification:
    from steelyard.engines.verify import verify
    from steelyard.report.results import Results

    seed = next((file.digest for file in portfolio.provenance.files if file.role == "cases"), "")
    found = verify(versions, engine, checkers, results, seed=seed, sample=sample)
    if found.differences:
        columns = Results(versions)
        wrong = tuple(_disagreement(columns, one) for one in found.differences)
        described = (text for one in wrong[:SHOWN] for text in one.messages(versions, engine.name))
        raise DisagreementError(wrong, tuple(described))
    return found


def _disagreement(columns: Results, difference: Difference) -> Disagreement:
    """A difference by column; the whole outcomes where it shows in no column."""
    from steelyard.report.arrow import UnfitError, arrow_table
    from steelyard.session.disagreement import Disagreement, compared

    case = difference.case
    try:
        (row,) = arrow_table(columns.columns, [columns.row(case, difference.outcome)]).to_pylist()
        found = compared(columns, case, row, difference.checker, difference.other)
    except UnfitError:
        found = None
    outcomes = (("outcome", repr(difference.outcome), repr(difference.other)),)
    return found or Disagreement(case, difference.checker, outcomes)
