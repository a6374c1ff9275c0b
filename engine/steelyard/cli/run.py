"""From options to scored cases, for evaluate, explain and demo. What is wrong has been said when `Stop` comes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from steelyard.cli.status import Status, Stop, status_of
from steelyard.diagnostics import Diagnostics, Severity, msg

if TYPE_CHECKING:
    from steelyard.cli.options import FactOptions
    from steelyard.cli.output import Output
    from steelyard.engines.protocol import Compiled, Engine
    from steelyard.engines.verify import Difference, Verification
    from steelyard.facts import Case, Portfolio, Reject
    from steelyard.ir.versions import Versions
    from steelyard.report.provenance import Scoring
    from steelyard.semantics import Outcome

SHOWN = 5
"""So many rejects and warnings are shown on the screen."""


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


def ready_ruleset(output: Output, name: str, settings: Mapping[str, str]) -> Versions:
    """Load and bind a ruleset, in all its versions."""
    from steelyard.analysis.check import load

    loaded = load(name, settings)
    if loaded.versions is None:
        output.findings([one for one in loaded.diagnostics if one.severity is Severity.ERROR])
        raise Stop(status_of(loaded.diagnostics))
    return loaded.versions


def read_facts(output: Output, versions: Versions, options: FactOptions) -> Portfolio:
    """Read cases and relations."""
    from steelyard.facts import ReadOptions, read_portfolio

    diagnostics = Diagnostics()
    with output.progress(msg("reading")) as ticker:
        portfolio = read_portfolio(
            versions,
            options.cases,
            options.relations,
            diagnostics,
            options=ReadOptions(delimiter=options.delimiter, encoding=options.encoding),
            progress=ticker,
        )
    found = diagnostics.sorted()
    output.findings(found)
    if portfolio is None:
        raise Stop(status_of(found) or Status.USAGE)
    for warning in portfolio.warnings:
        output.warn(warning)
    return portfolio


def score(
    output: Output,
    versions: Versions,
    portfolio: Portfolio,
    *,
    engine: str,
    verify: int,
    settings: Mapping[str, str] | None = None,
) -> Run:
    """Evaluate every case, and check a sample on another engine.

    Args:
        output: of the command.
        versions: bound.
        portfolio: what was read.
        engine: the one asked for.
        verify: so many cases are checked.
        settings: what the parameters were set to, for the record.

    Raises:
        Stop: no such engine, an engine that refuses the ruleset, or two engines that disagree.
    """
    from steelyard.engines.choice import choose
    from steelyard.report.provenance import Scoring
    from steelyard.semantics import Status as CaseStatus

    choice = choose(engine, len(portfolio.cases))
    if choice.engine is None:
        output.error(choice.note or msg("no such engine: `{name}`", name=engine))
        raise Stop(Status.USAGE)
    if choice.note is not None:
        output.say(choice.note)
    compiled = _compiled(output, versions, choice.engine)
    results: list[tuple[Case, Outcome]] = []
    with output.progress(msg("scoring"), len(portfolio.cases)) as ticker:
        for case in portfolio.cases:
            results.append((case, compiled.evaluate(case)))
            ticker(len(results))
    finished = tuple(results)
    scoring = Scoring(choice.engine.name, settings=settings)
    if verify:
        found = _verify(output, versions, choice.engine, choice.checkers, finished, portfolio, verify)
        checked = found.checked if found.checkers else 0
        scoring = replace(scoring, verified=checked, checkers=found.checkers)
    ruled_out = [outcome.rejection for _, outcome in finished if outcome.status is CaseStatus.REJECTED]
    rejects = (*portfolio.rejects, *portfolio.feed_rejects, *(one for one in ruled_out if one is not None))
    return Run(versions, portfolio, finished, rejects, scoring)


def tell_rejects(output: Output, rejects: Sequence[Reject], count: int, allowed: int) -> None:
    """Say how many rows were rejected, and show the first ones."""
    for reject in rejects[:SHOWN]:
        tell_reject(output, reject)
    if count > SHOWN:
        output.warn(msg("and {count} more rejects: `--rejects FILE` keeps them all", count=count - SHOWN))
    if count > allowed:
        output.error(msg("rows rejected: {count}, allowed: {allowed}", count=count, allowed=allowed))


def tell_reject(output: Output, reject: Reject) -> None:
    """Say why a row was rejected: where it stands, what stood there, what was expected."""
    where = msg("{file}:{line}", file=reject.file, line=reject.line) if reject.line is not None else msg("by a rule")
    output.warn(
        msg(
            "rejected `{key}` ({where}): `{column}` is “{value}”, expected {expected}",
            key=reject.key,
            where=where,
            column=reject.where,
            value=reject.value[:80],
            expected=reject.expected,
        )
    )
    if reject.hint is not None:
        output.warn(msg("hint: {hint}", hint=reject.hint))


def _compiled(output: Output, versions: Versions, engine: Engine) -> Compiled:
    from steelyard.engines.versions import compile_versions

    diagnostics = Diagnostics()
    compiled = compile_versions(engine, versions, diagnostics)
    if compiled is None:
        output.findings(diagnostics.sorted())
        output.error(msg("the engine {engine} cannot run this ruleset: `--engine reference` can", engine=engine.name))
        raise Stop(Status.USAGE)
    return compiled


def _verify(  # noqa: PLR0917 - all of a run
    output: Output,
    versions: Versions,
    engine: Engine,
    checkers: tuple[Engine, ...],
    results: tuple[tuple[Case, Outcome], ...],
    portfolio: Portfolio,
    sample: int,
) -> Verification:
    from steelyard.engines.verify import verify

    seed = next((file.digest for file in portfolio.provenance.files if file.role == "cases"), "")
    found = verify(versions, engine, checkers, results, seed=seed, sample=sample)
    if found.differences:
        for difference in found.differences[:SHOWN]:
            _tell_difference(output, difference)
        output.error(msg("{count} cases differ between engines; nothing was written", count=len(found.differences)))
        output.error(msg("this is a fault of this program: please report it with the ruleset and these cases"))
        raise Stop(Status.BUG)
    if found.checkers:
        names = ", ".join(found.checkers)
        output.say(
            msg("1 case checked on {engines}: no difference", engines=names)
            if found.checked == 1
            else msg("{count} cases checked on {engines}: no difference", count=found.checked, engines=names)
        )
    elif results:
        output.say(msg("not checked on another engine: there is none"))
    return found


def _tell_difference(output: Output, difference: Difference) -> None:
    output.error(msg("the engines disagree about the case `{key}`", key=difference.case.key))
    for name, outcome in ((difference.engine, difference.outcome), (difference.checker, difference.other)):
        output.error(msg("{engine}: {outcome}", engine=name, outcome=repr(outcome)))
    output.error(msg("the case: {case}", case=repr(difference.case)))
