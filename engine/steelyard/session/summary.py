"""What a run amounts to: how its summary can be grouped, the threshold, the folder of pages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Context, Decimal
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from steelyard.diagnostics import Message, msg
from steelyard.session.errors import UsageError
from steelyard.session.listener import Listener, Silent

if TYPE_CHECKING:
    from steelyard.explain.records import Explanation, Provenance
    from steelyard.facts import Case, Portfolio
    from steelyard.ir.ruleset import Ruleset
    from steelyard.ir.versions import Versions
    from steelyard.report.provenance import Warned
    from steelyard.report.summary import Summary
    from steelyard.semantics.outcome import Fixed
    from steelyard.session.record import Record
    from steelyard.session.run import Scored


def group_ids(versions: Versions, names: Sequence[str]) -> tuple[str, ...]:
    """Return the ids of what cases are to be grouped by, each once.

    Args:
        versions: the ruleset.
        names: ids, columns or labels of inputs, `month` or `version`.

    Raises:
        UsageError: no case can be grouped by one of them.
    """
    from steelyard.diagnostics.suggestions import closest
    from steelyard.report.grouping import known_groups, unknown_key

    known = known_groups(versions)
    unknown = [name for name in names if name not in known]
    if unknown:
        near = (closest(name, known) for name in unknown)
        hints = tuple(msg("did you mean `{near}`?", near=one) for one in near if one is not None)
        raise UsageError(*map(unknown_key, unknown), hints=hints)
    return tuple(dict.fromkeys(known[name] for name in names))


def shortfall(summary: Summary, threshold: Fraction) -> Message | None:
    """Why the exact mean of the first score of every case is not at least the threshold; None where it is.

    The mean is shown with more digits than the score has where it would be rounded up to the threshold.
    """
    first = summary.whole.scores[0]
    if first.total is None or first.mean is None:
        return msg("no case has a score, so none reaches the threshold")
    mean = Fraction(first.total.value, 10**first.total.scale) / first.count
    if mean >= threshold:
        return None
    exact = Context(prec=60).divide(Decimal(threshold.numerator), Decimal(threshold.denominator))
    shown = shown_beside(mean, threshold, first.mean.scale)
    return msg("the mean score {mean} is under the threshold {threshold}", mean=shown, threshold=format(exact, "f"))


def shown_beside(value: Fraction, limit: Fraction, digits: int) -> Fixed:
    """A value rounded half up to so many digits, or to more, so that it is on the same side of a limit as before."""
    from steelyard.semantics.outcome import Fixed
    from steelyard.semantics.values import divide

    while True:
        shown = Fixed(divide(value.numerator * 10**digits, value.denominator), digits)
        seen = Fraction(shown.value, 10**digits)
        if (seen < limit, seen > limit) == (value < limit, value > limit):
            return shown
        digits += 1


def provenance_of(ruleset: Ruleset, engine: str, portfolio: Portfolio, warned: Sequence[Warned]) -> Provenance:
    """Where explanations come from. `warned`: what the run, or the reading, warned of."""
    from steelyard import __version__
    from steelyard.explain.records import Provenance
    from steelyard.facts.digest import digests

    left_out = tuple(one.warning for one in portfolio.provenance.skipped)
    return Provenance(
        digests=digests(ruleset, portfolio.provenance),
        engine=engine,
        engine_version=__version__,
        evaluated_on=date.today().isoformat(),  # noqa: DTZ011 - the reader's day
        files=tuple(file.name for file in portfolio.provenance.files),
        empty=portfolio.provenance.empty,
        left_out=left_out,
        warnings=tuple(one.words for one in warned if one.words not in left_out),
    )


def names_of_pages() -> str:
    """The pattern of the names of the files of a report."""
    from steelyard.report.site import WRITTEN

    return WRITTEN.pattern


def write_report(
    scored: Scored,
    folder: Path,
    lang: str,
    *,
    by: Sequence[str] = (),
    minimum_sample: int | None = None,
    most: int | None = None,
    first: str | None = None,
    listener: Listener | None = None,
) -> None:
    """Write the pages of a run into a folder.

    Args:
        scored: case by case.
        folder: the place.
        lang: `en` or `zh`.
        by: names that the record keeps: the index has a row for each group.
        minimum_sample: as for a summary.
        most: so many cases get a page; the report's own limit where None.
        first: the key of a case to begin with.
        listener: is told how many pages are written.

    Raises:
        UsageError: an engine for portfolios scored; it keeps no single cases.
        OSError: it cannot be written, or holds something else.
    """
    from steelyard.report.site import PAGE_LIMIT, write_site

    if scored.portfolio is None:
        raise UsageError(msg("a report needs single cases: score with the engine `reference` or `durable`"))
    chosen = sorted(scored.cases, key=lambda case: case.key != first)[: PAGE_LIMIT if most is None else most]
    told = listener or Silent()
    if most is None and len(chosen) < len(scored.cases):
        told.warn(
            msg(
                "the report has pages of the first {count} of {all} {all:case|cases}: `explain` shows any other",
                count=len(chosen),
                all=len(scored.cases),
            )
        )
    explanations = _explanations(scored.record, scored.portfolio, chosen)
    summary = scored.record.summary(by, minimum_sample)
    with told.progress(msg("writing pages"), len(chosen)) as tick:
        write_site(folder, scored.record.versions, summary, explanations, lang, progress=tick)


def _explanations(record: Record, portfolio: Portfolio, chosen: Sequence[Case]) -> Iterator[Explanation]:
    from steelyard.explain.explain import Explainer
    from steelyard.semantics import prepare
    from steelyard.semantics import run as evaluate

    programs = {one.version: prepare(one) for one in record.versions.rulesets}
    scoring = record.scoring
    explainers = {
        name: Explainer(program.ruleset, provenance_of(program.ruleset, scoring.engine, portfolio, scoring.warned))
        for name, program in programs.items()
    }
    for case in chosen:
        version = record.versions.of(case.values)
        if version is not None:  # one for which none is in force was rejected
            yield explainers[version.version].explain(evaluate(programs[version.version], case))
