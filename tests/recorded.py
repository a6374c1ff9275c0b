"""Records of runs that tests make themselves, and summaries of them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from steelyard.facts.case import Case, Reject
from steelyard.facts.portfolio import Provenance
from steelyard.ir.ruleset import Ruleset
from steelyard.ir.versions import Versions, versions_of
from steelyard.report.provenance import Read, Scoring
from steelyard.report.summary import MINIMUM_SAMPLE, Summary
from steelyard.semantics import Outcome
from steelyard.session.record import Record, record_of


def record(
    rules: Ruleset | Versions,
    results: Iterable[tuple[Case, Outcome]],
    folder: Path,
    rejects: Sequence[Reject] = (),
    groups: Sequence[str] = (),
    read: Provenance | None = None,
) -> Record:
    """A run of these cases, read from nowhere unless `read` says from where."""
    facts = Read(read or Provenance((), (), ()), ())
    return record_of(versions_of(rules), list(results), facts, Scoring("reference"), folder, groups, rejects)


def summarise(
    rules: Ruleset | Versions,
    results: Iterable[tuple[Case, Outcome]],
    rejects: Sequence[Reject] = (),
    by: Sequence[str] = (),
    minimum_sample: int = MINIMUM_SAMPLE,
) -> Summary:
    """The summary of a run of these cases."""
    with tempfile.TemporaryDirectory() as folder:
        return record(rules, results, Path(folder), rejects, by).summary(by, minimum_sample)
