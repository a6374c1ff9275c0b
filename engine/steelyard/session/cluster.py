"""Score facts that a Spark cluster holds: `Policy.score` of Spark's frames, and `evaluate --cases spark:PATH`.

The cluster reads, checks, scores and writes. To this machine come counts, the first rejects, and a sample that intake
and the other engines judge again before anything is written.
"""

# pyspark and pyarrow ship no types that help here
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from steelyard.diagnostics import Message, msg
from steelyard.session.cluster_facts import SparkFrame, check_derived, check_sources, sources_of, spark_errors
from steelyard.session.errors import EngineError, OutputError, UsageError
from steelyard.session.listener import Listener, Silent

if TYPE_CHECKING:
    import os

    from steelyard.engines.counting import Count
    from steelyard.engines.sql.cluster import Cluster
    from steelyard.engines.sql.cluster_sources import Source
    from steelyard.facts import Reject
    from steelyard.ir.ruleset import Ruleset
    from steelyard.ir.versions import Versions
    from steelyard.report.book import Book
    from steelyard.report.provenance import Json, Read, Scoring
    from steelyard.report.summary import Summary
    from steelyard.session.rows import Rows

_VIEWS = ("results_", "rejects_")


@dataclass(frozen=True)
class ClusterRun:
    """A portfolio scored on a Spark cluster. Its rows stay there, kept by the executors until `close`.

    Attributes:
        results: a row for each case that was not rejected, in no order: the columns of `Run.results`.
        rejects: a row for each case or row of a feed that could not be scored: key, file, line (the row from 1), where.
            File and line are null where Spark does not tell them, as of tables, where the case has no key, and where a
            rule or the row of a relation is at fault.
        rejected: how many these are.
        verified: how many cases other engines (`checkers`) evaluated again, with the same outcome.
        checkers: those engines; empty where there was none.
        provenance: what the results come from; sources by name, without digests of their contents.
    """

    results: Any
    rejects: Any
    rejected: int
    verified: int
    checkers: tuple[str, ...]
    provenance: Mapping[str, Json]
    first_rejects: tuple[Reject, ...] = field(repr=False)
    _versions: Versions = field(repr=False)
    _cluster: Cluster = field(repr=False)
    _scored: Any = field(repr=False)
    _groups: tuple[str, ...] = field(repr=False)
    _facts: tuple[Read, Scoring] = field(repr=False)

    def summary(self, by: Sequence[str] = (), *, minimum_sample: int | None = None) -> Rows:
        """Sum the run up on the cluster: the rows of `Run.summary`.

        Raises:
            UsageError: cases cannot be grouped by a name, or `groups` of `score` left it out.
            EngineError: Spark cannot go on.
        """
        from steelyard.report.summary_files import summary_columns_of, write_summary
        from steelyard.session.rows import Rows

        summed = self.summed(by, minimum_sample)
        folder = TemporaryDirectory(prefix="steelyard-")
        path = Path(folder.name, "summary.parquet")
        write_summary(path, summed, self._versions)
        return Rows(path, summary_columns_of(summed, self._versions), folder)

    def summed(self, by: Sequence[str] = (), minimum_sample: int | None = None) -> Summary:
        """The summary as `evaluate` shows it. Raises as `summary`."""
        from steelyard.engines.counting import key_column
        from steelyard.engines.sql.cluster_outputs import SummaryConnection
        from steelyard.engines.sql.summary import summarise
        from steelyard.report.summary import MINIMUM_SAMPLE, summary_of_counts
        from steelyard.report.summary_shape import summary_columns
        from steelyard.session.summary import group_ids

        by = group_ids(self._versions, by)
        if absent := [name for name in by if name not in self._groups]:
            names = ", ".join(absent)
            raise UsageError(msg("the run does not keep {names}: name them in `groups` of `score`", names=names))
        with spark_errors():
            rejects = self._cluster.grouped_rejects(self._scored, self._groups)
            connection = SummaryConnection(self._cluster.spark, self._scored, rejects, _VIEWS)
            keys = tuple(map(key_column, by))
            counts = summarise(connection, _VIEWS[0], summary_columns(self._versions), keys, _VIEWS[1])
        least = MINIMUM_SAMPLE if minimum_sample is None else minimum_sample
        return summary_of_counts(self._versions, tuple(by), _with_texts(self._versions, by, counts), least)

    def write(
        self,
        results: str | None = None,
        *,
        rejects: str | None = None,
        columns: Sequence[str] = (),
        headers: str = "id",
        lang: str = "en",
    ) -> None:
        """Write folders of Parquet on the cluster: both whole, or none.

        Args:
            results: a Hadoop path at which nothing is, such as `hdfs://nn/scores`.
            rejects: likewise.
            columns: of the results these, by id or label, in this order; empty: all.
            headers: what columns are called: `id`, or `label` in `lang`.
            lang: `en` or `zh`.

        Raises:
            UsageError: something is there, or both are one place; or there is no such column.
            EngineError: Spark cannot go on; nothing is left.
            OutputError: something appeared at a path meanwhile.
        """
        from steelyard.engines.sql.cluster_outputs import Folders
        from steelyard.engines.sql.cluster_sources import col
        from steelyard.report.writers import REJECT_COLUMNS
        from steelyard.session.columns import Choice

        choice = Choice(tuple(columns), headers, lang)
        told = [one for one in REJECT_COLUMNS if one.name in self.rejects.columns]
        shown = choice.of_results(self._cluster.columns, self._versions)
        tables = (self.results, shown, results), (self.rejects, choice.all_of(told, self._versions), rejects)
        with spark_errors():
            folders = Folders(self._cluster.spark)
            _check_places(folders, results, rejects)
            try:
                folders.write(
                    (frame.select(*(col(one.column.name).alias(one.head) for one in heads)), path)
                    for frame, heads, path in tables
                    if path is not None
                )
            except FileExistsError as error:
                raise OutputError(msg("`{file}`: something is there already", file=str(error))) from None

    def book(self, title: Message, lang: str) -> Book:
        """What a workbook of this run has beside its rows."""
        from steelyard.report.about import book_of

        return book_of(self._versions, *self._facts, title, lang)

    def write_provenance(self, path: str | os.PathLike[str]) -> None:
        """Write `provenance` to a JSON file of this machine.

        Raises:
            OSError: it cannot be written.
        """
        from steelyard.report.provenance import provenance_text

        text = provenance_text(self._versions, *self._facts, indent=2)
        Path(path).write_text(text, "utf-8", newline="\n")

    def close(self) -> None:
        """Let the executors forget the rows; `results` and `rejects` would be computed anew."""
        self.rejects.unpersist()
        self._scored.unpersist()


def _with_texts(versions: Versions, by: Sequence[str], counts: Iterable[Count]) -> Iterator[Count]:
    """Counts whose keys are texts of stored values, keyed by the values as results write them."""
    from steelyard.calendars.zones import zone
    from steelyard.facts.format import format_value
    from steelyard.ir.types import Boolean, Region, Regions, Text

    types = {field.id: field.type for field in versions.newest.inputs}
    here = zone(versions.newest.timezone)
    for count in counts:
        texts = (
            text
            if not text or isinstance(type_, Text | Region | Regions | Boolean)
            else format_value(int(text), type_, here)
            for text, type_ in ((text, types.get(name, Text())) for name, text in zip(by, count.key, strict=False))
        )
        yield count._replace(key=tuple(texts))


def score_frames(
    versions: Versions,
    settings: Mapping[str, str],
    cases: SparkFrame,
    relations: Mapping[str, object] | None = None,
    *,
    groups: Sequence[str] | None = None,
    with_: Sequence[str] = (),
    verify: int | None = None,
    listener: Listener | None = None,
) -> ClusterRun:
    """Score frames of Spark. See `Policy.score`."""
    from steelyard.report.grouping import group_names
    from steelyard.session.columns import input_ids
    from steelyard.session.scoring import Warn
    from steelyard.session.summary import group_ids

    kept = group_names(versions) if groups is None else group_ids(versions, groups)
    check_derived(versions, relations or {})
    sources = sources_of(cases, relations or {})
    told = Warn() if listener is None else listener
    return score_cluster(
        versions,
        settings,
        cases.sparkSession,
        sources,
        groups=kept,
        added=input_ids(versions, with_),
        verify=verify,
        listener=told,
    )


def score_cluster(
    versions: Versions,
    settings: Mapping[str, str],
    spark: Any,  # noqa: ANN401 - a session of Spark
    sources: Mapping[str, Source],
    *,
    groups: Sequence[str] = (),
    added: Sequence[str] = (),
    verify: int | None = None,
    listener: Listener | None = None,
    free: Sequence[str | None] = (),
) -> ClusterRun:
    """Score on the cluster of a Spark session.

    Args:
        versions: bound; one version.
        settings: the parameters that were set, as written.
        spark: the session that the sources belong to; its own settings and views stay as they are.
        sources: by role, `cases` or the id of a relation.
        groups: the names that summaries may group by.
        added: inputs by id that stand among the results.
        verify: how many cases are checked here; see `sample_size`.
        listener: is told how far it is.
        free: Hadoop paths at which nothing may be; None is none.

    Raises:
        UsageError: something is at one of these paths.
        PolicyError: a relation is not given, or a column is missing or of another type.
        EngineError: Spark cannot go on, or the ruleset is not one statement.
        DisagreementError: intake or another engine says otherwise of a case.
    """
    from steelyard.engines.sql.cluster import Cluster
    from steelyard.engines.sql.cluster_outputs import Folders
    from steelyard.facts.portfolio import Provenance
    from steelyard.facts.reading import SourceFile
    from steelyard.report.provenance import Read, Scoring, provenance
    from steelyard.session.cluster_check import checked_here

    told = listener or Silent()
    ruleset = _single(versions)
    check_sources(versions, sources, told)
    with spark_errors(ruleset):
        _check_places(Folders(spark), *free)
        with told.progress(msg("scoring")):
            cluster = Cluster(spark, ruleset, sources, added)
            scored = cluster.scored(groups)
            rejects = cluster.rejects(scored)
            rejected = rejects.count()
        check = checked_here(versions, cluster, scored, rejects, verify, told)
    scoring = Scoring("spark", check.verified, check.checkers, settings)
    used = tuple(SourceFile(role, name, "") for role, one in sources.items() for name in one.names)
    empty = tuple(role for role, one in sources.items() if not one.frames)
    read = Read(Provenance(used, empty), ())
    return ClusterRun(
        results=cluster.results(scored),
        rejects=rejects,
        rejected=rejected,
        verified=check.verified,
        checkers=check.checkers,
        provenance=provenance(versions, read, scoring),
        first_rejects=check.first_rejects,
        _versions=versions,
        _cluster=cluster,
        _scored=scored,
        _groups=tuple(groups),
        _facts=(read, scoring),
    )


def _single(versions: Versions) -> Ruleset:
    if len(versions.rulesets) > 1:
        known = ", ".join(one.version for one in versions.rulesets)
        raise EngineError(
            msg("a cluster scores under one version, and there are {known}: name the file of one", known=known)
        )
    return versions.newest


def _check_places(folders: Any, *paths: str | None) -> None:  # noqa: ANN401 - of engines.sql
    given = [one for one in paths if one is not None]
    for path in given:
        if folders.holds(path):
            raise UsageError(msg("`{file}`: something is there already", file=path))
    if len({one.rstrip("/") for one in given}) < len(given):
        raise UsageError(msg("`{file}` is the place of another output", file=given[0]))
