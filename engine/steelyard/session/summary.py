"""What a run amounts to: its summary, the threshold, the folder of pages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Context, Decimal
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from steelyard.diagnostics import Message, msg
from steelyard.session.errors import UsageError
from steelyard.session.listener import Listener, Silent

if TYPE_CHECKING:
    from steelyard.engines.sql.summary import Connection
    from steelyard.explain import Explanation, Provenance
    from steelyard.facts import Case, Portfolio
    from steelyard.ir.ruleset import Ruleset
    from steelyard.ir.versions import Versions
    from steelyard.report.summary import Summary
    from steelyard.semantics import Outcome
    from steelyard.session.run import Run


def summary_of(run: Run, groups: tuple[str, ...] = (), minimum_sample: int | None = None) -> Summary:
    """Sum a run up. Cases that a rule rejected are among the results, rows that intake rejected are not."""
    from steelyard.report.portfolio import summarise
    from steelyard.report.summary import MINIMUM_SAMPLE

    unread = (*run.portfolio.rejects, *run.portfolio.feed_rejects)
    least = MINIMUM_SAMPLE if minimum_sample is None else minimum_sample
    return summarise(run.versions, run.results, unread, groups, least)


def summary_of_view(
    connection: Connection,
    versions: Versions,
    results: str,
    groups: tuple[str, ...] = (),
    *,
    keys: tuple[str, ...] = (),
    rejects: str | None = None,
    minimum_sample: int | None = None,
) -> Summary:
    """Sum results up where they are, by SQL: the same summary as `summary_of` a run with the same results.

    Args:
        connection: that knows the views.
        versions: what the cases were scored under.
        results: name of a view of result columns as Parquet holds them, and of the keys.
        groups: names to group by.
        keys: for each of `groups` the column of both views that holds it, as stored (ir/types.py); an input that
            versions give different scales at the newest one's. `month` and `version` are text.
        rejects: name of a view of rejected rows: the keys, null where they could not be read, and `where`.
        minimum_sample: a group with fewer scored cases gets no rank.

    Raises:
        UncountableError: the columns of these versions do not say what was lost.
    """
    from steelyard.engines.sql.summary import summarise
    from steelyard.report.summary import MINIMUM_SAMPLE, summary_of_counts, with_key_texts
    from steelyard.report.summary_shape import summary_columns

    least = MINIMUM_SAMPLE if minimum_sample is None else minimum_sample
    counts = summarise(connection, results, summary_columns(versions), keys, rejects)
    return summary_of_counts(versions, groups, with_key_texts(versions, groups, counts), least)


def check_groups(versions: Versions, groups: tuple[str, ...]) -> None:
    """Refuse names that no case can be grouped by.

    Raises:
        UsageError: there is one.
    """
    from steelyard.diagnostics.suggestions import closest
    from steelyard.report.portfolio import MONTH, VERSION, unknown_key, unknown_keys

    unknown = unknown_keys(versions, groups)
    if unknown:
        names = [*(field.id for one in versions.rulesets for field in one.inputs), MONTH, VERSION]
        near = (closest(name, names) for name in unknown)
        hints = tuple(msg("did you mean `{near}`?", near=one) for one in near if one is not None)
        raise UsageError(*map(unknown_key, unknown), hints=hints)


def shortfall(summary: Summary, threshold: Fraction) -> Message | None:
    """Why the exact mean of the first score of every case is not at least the threshold; None where it is."""
    first = summary.whole.scores[0]
    if first.total is None or first.mean is None:
        return msg("no case has a score, so none reaches the threshold")
    if Fraction(first.total.value, 10**first.total.scale) >= threshold * first.count:
        return None
    exact = Context(prec=60).divide(Decimal(threshold.numerator), Decimal(threshold.denominator))
    shown = format(exact, "f")
    return msg("the mean score {mean} is under the threshold {threshold}", mean=first.mean, threshold=shown)


def provenance_of(ruleset: Ruleset, engine: str, portfolio: Portfolio) -> Provenance:
    """Where explanations come from."""
    from steelyard import __version__
    from steelyard.explain import Provenance
    from steelyard.facts.digest import digests

    return Provenance(
        digests=digests(ruleset, portfolio.provenance),
        engine=engine,
        engine_version=__version__,
        evaluated_on=date.today().isoformat(),  # noqa: DTZ011 - the reader's day
        files=tuple(file.name for file in portfolio.provenance.files),
        empty=portfolio.provenance.empty,
        left_out=tuple(one.warning for one in portfolio.provenance.skipped),
    )


def write_report(
    run: Run,
    folder: Path,
    lang: str,
    *,
    most: int | None = None,
    first: str | None = None,
    listener: Listener | None = None,
) -> None:
    """Write the pages of a run into a folder.

    Args:
        run: what was scored.
        folder: the place.
        lang: `en` or `zh`.
        most: so many cases get a page; the report's own limit where None.
        first: the key of a case to begin with.
        listener: is told how many pages are written.

    Raises:
        OSError: it cannot be written, or holds something else.
    """
    from steelyard.report.site import PAGE_LIMIT, write_site
    from steelyard.semantics import Status as CaseStatus

    chosen = [pair for pair in run.results if pair[1].status is not CaseStatus.REJECTED]
    chosen.sort(key=lambda pair: pair[0].key != first)
    chosen = chosen[: PAGE_LIMIT if most is None else most]
    with (listener or Silent()).progress(msg("writing pages"), len(chosen)) as tick:
        write_site(folder, run.versions, summary_of(run), _explanations(run, chosen), lang, progress=tick)


def _explanations(run: Run, chosen: list[tuple[Case, Outcome]]) -> Iterator[Explanation]:
    from steelyard.explain import Explainer
    from steelyard.semantics import prepare
    from steelyard.semantics import run as evaluate

    programs = {one.version: prepare(one) for one in run.versions.rulesets}
    explainers = {
        name: Explainer(program.ruleset, provenance_of(program.ruleset, run.engine, run.portfolio))
        for name, program in programs.items()
    }
    for case, _ in chosen:
        version = run.versions.of(case.values)
        if version is not None:  # one for which none is in force was rejected
            yield explainers[version.version].explain(evaluate(programs[version.version], case))
