"""What of a run on a cluster is judged again on this machine: a sample of cases, and the first rejects for their words.

The rows of these cases come here, pass intake as a file's rows do, and are evaluated by the reference and the durable
engine; what the cluster says of each must be the same.
"""

# pyspark and pyarrow ship no types that help here
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
# ruff: noqa: ANN401 - frames of Spark

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from steelyard.diagnostics import msg
from steelyard.session.disagreement import NOTHING, REJECTED, STATUS, Disagreement, compared
from steelyard.session.frames import files_of
from steelyard.session.record import FIRST
from steelyard.session.run import read_facts
from steelyard.session.sources import FactFiles
from steelyard.session.verification import Checkers, disagreement, sample_size, single_case_engines, tell_checked

if TYPE_CHECKING:
    from steelyard.engines.protocol import Compiled
    from steelyard.engines.sql.cluster import Cluster
    from steelyard.facts import Portfolio, Reject
    from steelyard.ir.versions import Versions
    from steelyard.session.listener import Listener

MOST = 10_000
"""A relation of which every row concerns every case is fetched up to so many rows."""
_INTAKE = "intake"


@dataclass(frozen=True, slots=True)
class Check:
    """What was found: how many cases which engines agreed on, and why the first rejects are rejects."""

    verified: int
    checkers: tuple[str, ...]
    first_rejects: tuple[Reject, ...]


def checked_here(  # noqa: PLR0917 - all of a run
    versions: Versions,
    cluster: Cluster,
    scored: Any,
    rejects: Any,
    verify: int | None,
    listener: Listener,
) -> Check:
    """Judge a sample again.

    Args:
        versions: one version.
        cluster: holds the sources.
        scored: every row with its results.
        rejects: the rejected ones.
        verify: how many cases, see `sample_size`.
        listener: is told.

    Raises:
        DisagreementError: this machine says otherwise than the cluster.
        EngineError: a check was asked for, and a relation has too many rows to fetch.
    """
    from steelyard.engines.sql.cluster import sample

    large = cluster.more_than(MOST)
    said = None if large is None else msg("`{relation}` has more than {most} rows", relation=large.id, most=MOST)
    size = sample_size(verify, said, listener)
    keys = sample(scored, versions.newest.key, size) if size else []
    first = rejects.orderBy("key", "where", "file", "line").limit(FIRST).collect()
    if not keys and not first:
        return Check(0, (), ())
    if large is not None:
        return Check(0, (), tuple(_unexplained(row) for row in first))
    portfolio = _read(versions, cluster, [*keys, *(row["key"] for row in first if row["key"])])
    checkers = single_case_engines(versions)
    wrong = _differences(versions, _found(cluster, scored, keys), portfolio, keys, checkers)
    if wrong:
        raise disagreement(wrong, versions, "spark")
    names = tuple(name for name, _ in checkers) if keys else ()
    tell_checked(listener, len(keys), names)
    return Check(len(keys), names, tuple(_explained(first, portfolio, checkers[0][1])))


def _read(versions: Versions, cluster: Cluster, keys: Sequence[str]) -> Portfolio:
    """Fetch the rows of some cases, and read them as files are read."""
    newest = versions.newest
    with TemporaryDirectory(prefix="steelyard-") as name:
        folder = Path(name)
        cases = files_of("cases", cluster.rows("cases", keys, FIRST), folder)
        relations = {
            one.id: files_of(one.id, cluster.rows(one.id, keys, MOST), folder) or None
            for one in newest.relations_to_give
        }
        return read_facts(versions, FactFiles(cases, relations))[0]


def _found(cluster: Cluster, scored: Any, keys: Sequence[str]) -> dict[str, dict[str, object]]:
    """What the cluster says of cases that it does not reject, as Arrow gives it."""
    from steelyard.report.arrow import arrow_schema

    results = cluster.results(scored)
    key = cluster.columns[0].name
    rows = results.where(results[f"`{key}`"].isin(list(keys))).toArrow().cast(arrow_schema(cluster.columns))
    return {row[key]: row for row in rows.to_pylist()}


def _differences(
    versions: Versions,
    found: Mapping[str, Mapping[str, object]],
    portfolio: Portfolio,
    keys: Sequence[str],
    checkers: Checkers,
) -> list[Disagreement]:
    from steelyard.facts import Case
    from steelyard.report.results import Results

    results, wanted, seen = Results(versions), set(keys), set[str]()
    wrong: list[Disagreement] = []
    for case in portfolio.cases:
        seen.add(case.key)
        for name, checker in checkers if case.key in wanted else ():
            one = compared(results, results.columns, case, found.get(case.key), name, checker.evaluate(case))
            wrong += [] if one is None else [one]
    for reject in portfolio.rejects:
        seen.add(reject.key)
        if reject.key in wanted and reject.key in found:
            said = str(found[reject.key][STATUS])
            wrong.append(Disagreement(Case(reject.key, {}), _INTAKE, ((STATUS, said, REJECTED),)))
    unread = [key for key in keys if key not in seen]
    return wrong + [Disagreement(Case(key, {}), _INTAKE, (("key", key, NOTHING),)) for key in unread]


def _explained(rows: Sequence[Any], portfolio: Portfolio, reference: Compiled) -> list[Reject]:
    """Rejects in the words of intake, or of the reference where a rule rejects."""
    cases = {case.key: case for case in portfolio.cases}
    read = [*portfolio.rejects, *portfolio.feed_rejects]
    words = {(one.key, one.where): one for one in reversed(read)}
    found: list[Reject] = []
    for row in rows:
        key, where = row["key"], row["where"]
        one = words.get((key, where)) or words.get(("", where))
        if one is not None:  # the file that intake read here is named after the role
            one = _at(one, row["file"] or Path(one.file).stem, row["line"])
        elif key in cases:
            ruled_out = reference.evaluate(cases[key]).rejection  # its place is that of a file made for this check
            one = None if ruled_out is None else _at(ruled_out, row["file"] or "", row["line"])
        found.append(_unexplained(row) if one is None else one.of(key))
    return found


def _at(reject: Reject, file: str, line: int | None) -> Reject:
    """Give the reject another place; so are those of the same row."""
    place = reject.file, reject.line
    others = tuple(
        replace(one, file=file, line=line) if (one.file, one.line) == place else one for one in reject.others
    )
    return replace(reject, file=file, line=line, others=others)


def _unexplained(row: Any) -> Reject:
    from steelyard.facts import Reject

    expected = msg("what the ruleset says of it")
    return Reject(row["key"], row["where"], "", expected, row["line"], file=row["file"] or "")
