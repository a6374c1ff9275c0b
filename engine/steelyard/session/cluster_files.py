"""`evaluate` of facts that a cluster holds: results and rejects go to it, a summary and the provenance stay here."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from steelyard.diagnostics import msg
from steelyard.session.cluster import score_cluster
from steelyard.session.cluster_facts import check_derived, sources_at, spark_errors
from steelyard.session.errors import UsageError
from steelyard.session.files import staging
from steelyard.session.listener import Listener
from steelyard.session.outputs import Done, Outputs, shown_rejects
from steelyard.source.csv_lines import CsvStyle
from steelyard.temporary import TemporaryFolder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from steelyard.ir.versions import Versions
    from steelyard.session.gates import Gate
    from steelyard.session.sources import FactFiles
    from steelyard.session.wanted import Wanted

_PREFIX = "spark:"


def without_cluster(outputs: Outputs, files: FactFiles, memory_limit: str | None) -> Outputs:
    """The outputs of a run on a cluster that are files of this machine.

    Raises:
        UsageError: results or rejects would be such files, or an option is given that such a run does not have.
    """
    for place in (outputs.results, outputs.rejects):
        if place is not None and not place.startswith(_PREFIX):
            raise UsageError(
                msg("`{file}`: a cluster writes folders of Parquet, `spark:` and a Hadoop path", file=place)
            )
    given = {
        "--report": outputs.report is not None,
        "--derived": bool(outputs.derived),
        "--csv-safe": outputs.csv_safe,
        "--partition-by": bool(outputs.partition_by),
        "--memory-limit": memory_limit is not None,
        "--delimiter": files.delimiter is not None,
        "--intake": files.intake is not None,
        "--missing-column": bool(files.missing_columns),
    }
    if names := ", ".join(name for name, there in given.items() if there):
        raise UsageError(msg("{options}: not with sources of a cluster", options=names))
    return replace(outputs, results=None, rejects=None)


def evaluate_cluster(  # noqa: PLR0917 - those of `outputs.evaluate`
    versions: Versions,
    files: FactFiles,
    wanted: Wanted,
    outputs: Outputs,
    listener: Listener,
    gates: Sequence[Gate] = (),
) -> Done:
    """Score where the facts are, and write the outputs: all of them, or none. Arguments as of `outputs.evaluate`.

    Raises:
        SteelyardError: as `score_cluster`, and where something cannot be written.
    """
    from steelyard.engines.sql.spark import configured
    from steelyard.report.results import Results
    from steelyard.report.summary_files import write_summary
    from steelyard.session.gates import broken

    check_derived(versions, files.relations)
    outputs.choice.of_results(Results(versions, wanted.added).columns, versions)
    results, rejects = (
        None if one is None else one.removeprefix(_PREFIX) for one in (outputs.results, outputs.rejects)
    )
    with TemporaryFolder(None) as folder, spark_errors(), configured(wanted.master, folder.path) as spark:
        run = score_cluster(
            versions,
            files.settings,
            spark,
            sources_at(spark, files),
            groups=wanted.groups,
            added=wanted.added,
            verify=wanted.verify,
            listener=listener,
            free=(results, rejects),
        )
        summary = run.summed(outputs.by, outputs.minimum_sample)
        found = (broken(one, run.summed(one.by, None) if one.by else summary) for one in gates)
        failed = tuple(one for one in found if one is not None)
        with staging() as stage:
            if outputs.summary is not None:
                style, book = CsvStyle(bom=outputs.csv_bom), run.book(msg("summary"), outputs.lang)
                heads = partial(outputs.choice.all_of, versions=versions)
                target = stage.place(Path(outputs.summary))
                write_summary(target, summary, versions, style=style, book=book, heads=heads)
            if outputs.provenance is not None:
                run.write_provenance(stage.place(Path(outputs.provenance)))
            with listener.progress(msg("writing")):
                run.write(results, rejects=rejects, columns=outputs.columns, headers=outputs.headers, lang=outputs.lang)
        return Done(summary, shown_rejects(versions, run.first_rejects), run.rejected, failed)
