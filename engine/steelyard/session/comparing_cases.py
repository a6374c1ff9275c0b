"""Two rulesets on the cases of a portfolio: each is evaluated as `evaluate` does, then the results are compared."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from steelyard.explain.terms import Text
from steelyard.explain.words import Words
from steelyard.semantics import Fixed, Program, prepare
from steelyard.session.listener import Listener
from steelyard.session.run import Scored, score_files
from steelyard.session.shortage import refusal
from steelyard.session.summary import group_ids
from steelyard.trial.comparing.changes import Change
from steelyard.trial.comparing.comparison import (
    Affected,
    Comparison,
    Engine,
    OnCases,
    ScoreShift,
    Shift,
    Spread,
)
from steelyard.trial.comparing.ledgers import Ledger, differing_rules, ledger, line_shifts
from steelyard.trial.comparing.readers import CALENDAR, Readers
from steelyard.trial.comparing.walk import Kind, Sort

if TYPE_CHECKING:
    from steelyard.engines.sql.compared import Compared
    from steelyard.engines.sql.summary import Connection
    from steelyard.facts import Case
    from steelyard.ir.versions import Versions
    from steelyard.report.summary import ScoreLine
    from steelyard.session.sources import FactFiles
    from steelyard.session.wanted import Wanted

MOST = 20
"""So many affected cases, and cases of another status, are shown."""
_CANDIDATES = 20
"""Among so many cases one is looked for in which a points rule takes or gives something else."""


@dataclass(frozen=True)
class _Run:
    """A ruleset, evaluated; `files` are those that it reads."""

    versions: Versions
    files: FactFiles
    scored: Scored
    folder: Path

    def cases(self, keys: Sequence[str], wanted: Wanted) -> dict[str, Case]:
        """Cases by key, of those that were not rejected."""
        if not keys:
            return {}
        if self.scored.portfolio is not None:
            asked = frozenset(keys)
            return {case.key: case for case in self.scored.cases if case.key in asked}
        from steelyard.session.bulk import cases_again

        place = self.folder / "again"
        place.mkdir(exist_ok=True)
        return cases_again(self.versions, self.files, wanted, keys, place)


def on_cases(  # noqa: PLR0917 - both rulesets, and what is asked of them
    old: Versions,
    new: Versions,
    files: FactFiles,
    wanted: Wanted,
    by: Sequence[str],
    found: Comparison,
    folder: Path,
    listener: Listener,
) -> OnCases:
    """Compare two rulesets on cases.

    Args:
        old: bound.
        new: bound.
        files: the facts; what one of the rulesets does not declare is left out for it.
        wanted: by which engine.
        by: names of groups, which both know.
        found: the comparison in words.
        folder: for the files of both runs.
        listener: is told how far it is.

    Raises:
        SteelyardError: see `diff`.
    """
    from steelyard.engines.sql.compared import Compared, Side

    groups = group_ids(new, by)
    group_ids(old, by)
    runs = [
        _evaluated(versions, files, replace(wanted, groups=groups), folder / place, listener)
        for versions, place in ((old, "old-run"), (new, "new-run"))
    ]
    with _session(folder, runs, wanted) as connection:
        from steelyard.engines.counting import key_column

        sides = [Side(name, run.scored.record.columns) for name, run in zip(("old_", "new_"), runs, strict=True)]
        compared = Compared(connection, sides[0], sides[1], [key_column(name) for name in groups])
        common = [one.id for one in new.newest.scores if one.id in {each.id for each in old.newest.scores}]
        tops = {score: compared.affected(score, MOST) for score in common}
        candidates = {
            change.path: _candidates(change, compared, old, new, common)
            for change in found.changes
            if change.sort is Sort.MEANING
        }
        keys = [key for top in tops.values() for key, *_ in top]
        keys += [key for cases in candidates.values() for key in (cases.keys if cases.checked else ())]
        ledgers = _Ledgers.of(runs, list(dict.fromkeys(keys)), common, wanted)
        scores = tuple(_score(score, compared, runs, tops[score], ledgers, by=bool(groups)) for score in common)
        engines = [Engine(run.scored.record.scoring.engine, run.scored.record.scoring.verified) for run in runs]
        words = Words(new.newest)
        return OnCases(
            engines=(engines[0], engines[1]),
            rejected=(runs[0].scored.record.rejected, runs[1].scored.record.rejected),
            statuses=tuple(compared.statuses()),
            restated=tuple(compared.restated(MOST)),
            by=tuple(_group(name, words) for name in groups),
            scores=scores,
            examples={path: cases.example(ledgers, common) for path, cases in candidates.items()},
        )


def _evaluated(versions: Versions, files: FactFiles, wanted: Wanted, folder: Path, listener: Listener) -> _Run:
    folder.mkdir()
    known = files.by_id(versions)
    parameters = {one.id for each in versions.rulesets for one in each.parameters}
    relations = {one.id for each in versions.rulesets for one in each.relations}
    own = replace(
        known,
        relations={name: given for name, given in known.relations.items() if name in relations},
        settings={name: value for name, value in known.settings.items() if name in parameters},
    )
    return _Run(versions, own, score_files(versions, own, wanted, folder, listener), folder)


@contextmanager
def _session(folder: Path, runs: Sequence[_Run], wanted: Wanted) -> Generator[Connection]:
    """DuckDB with a view of each run's results, `old_` and `new_`."""
    from steelyard.engines.sql.portfolio import DuckDBError, connect
    from steelyard.engines.sql.running import interruptible
    from steelyard.facts.bulk import sql

    try:
        with interruptible(), connect(folder, wanted.memory_limit) as connection:
            for name, run in zip(("old_", "new_"), runs, strict=True):
                connection.execute(sql.words("CREATE VIEW", name, "AS FROM", sql.parquet(run.scored.record.scored)))
            yield connection
    except DuckDBError as error:
        raise refusal(error, folder) from None


@dataclass(frozen=True)
class _Ledgers:
    """The ledgers of some cases under both rulesets, by key and score."""

    found: Mapping[tuple[str, str], tuple[Ledger, Ledger]]

    @classmethod
    def of(cls, runs: Sequence[_Run], keys: Sequence[str], scores: Sequence[str], wanted: Wanted) -> _Ledgers:
        """Evaluate cases by the reference."""
        sides: list[dict[tuple[str, str], Ledger]] = []
        for run in runs:
            programs = {one.version: prepare(one) for one in run.versions.rulesets}
            cases = run.cases(keys, wanted)
            sides.append(
                {
                    (key, score): ledger(program, case, score)
                    for key, case in cases.items()
                    for score in scores
                    if (program := _program(programs, run.versions, case)) is not None
                }
            )
        both = dict.fromkeys((*sides[0], *sides[1]))
        return cls({key: (sides[0].get(key, {}), sides[1].get(key, {})) for key in both})

    def of_case(self, key: str, score: str) -> tuple[Ledger, Ledger]:
        """Both ledgers of a case."""
        return self.found.get((key, score), ({}, {}))


def _program(programs: Mapping[str, Program], versions: Versions, case: Case) -> Program | None:
    version = versions.of(case.values)
    return None if version is None else programs[version.version]


def _score(
    score: str,
    compared: Compared,
    runs: Sequence[_Run],
    top: Sequence[tuple[str, int, int, str | None, str | None]],
    ledgers: _Ledgers,
    *,
    by: bool,
) -> ScoreShift:
    digits = compared.digits(score)
    spreads = [_spread(run, score) for run in runs]
    (whole,) = (_shift(row, digits) for row in compared.shifts(score, grouped=False))
    groups = [_shift(row, digits) for row in compared.shifts(score, grouped=True)] if by else []
    return ScoreShift(
        id=score,
        name=Words(runs[1].versions.newest).score(score),
        digits=digits,
        old=spreads[0],
        new=spreads[1],
        all=whole,
        migration=tuple(compared.migration(score)),
        groups=tuple(sorted(groups, key=lambda one: (one.mean is None, one.mean or 0, one.key))),
        affected=tuple(
            Affected(
                key,
                Fixed(before, digits),
                Fixed(after, digits),
                old_grade,
                new_grade,
                line_shifts(*ledgers.of_case(key, score)),
            )
            for key, before, after, old_grade, new_grade in top
        ),
    )


def _spread(run: _Run, score: str) -> Spread:
    from steelyard.engines.counting import QUANTILES

    line: ScoreLine = next(one for one in run.scored.record.summary().whole.scores if one.id == score)
    names = [name for name, _ in QUANTILES]
    return Spread(line.count, line.mean, tuple(zip(names, line.quantiles, strict=True)))


def _shift(row: tuple[tuple[str, ...], int, int, int, int, int, int], digits: int) -> Shift:
    key, count, total, higher, lower, graded, grades = row
    return Shift(key, count, Fraction(total, 10**digits), higher, lower, graded, grades)


def _group(name: str, words: Words) -> Text:
    return words.name(name)


@dataclass(frozen=True, slots=True)
class _Candidates:
    """Cases in which what a change concerns may differ.

    Attributes:
        keys: those whose score differs most first.
        checked: whether the ledger decides; otherwise the first is an example.
        rules: the ids whose lines decide.
    """

    keys: tuple[str, ...]
    checked: bool
    rules: frozenset[str]

    def example(self, ledgers: _Ledgers, scores: Sequence[str]) -> str | None:
        """The first case in which it differs."""
        if not self.checked:
            return self.keys[0] if self.keys else None
        for key in self.keys:
            if any(differing_rules(*ledgers.of_case(key, score)) & self.rules for score in scores):
                return key
        return None


def _candidates(change: Change, compared: Compared, old: Versions, new: Versions, scores: Sequence[str]) -> _Candidates:
    """Cases in which what a change concerns differs: in the columns of indicators and outputs, in what fired.

    What a points rule takes or gives is in no column: of cases in which it fired the ledgers tell.
    """
    from steelyard.ir.ruleset import PointsRule

    side = old.newest if change.kind is Kind.REMOVED else new.newest
    if not change.id:
        return _Candidates(tuple(compared.examples(scores, scores, 1)), False, frozenset())
    key = f"{CALENDAR}{change.id}" if change.section == "calendars" else change.id
    readers = {one.id: one for each in (old.newest, new.newest) for one in Readers(each).rules(key)}
    ids = set(readers)
    if change.section == "groups":
        ids |= {one.id for one in side.indicators if one.group == change.id}
    if change.path == "weights" or change.section == "weights":
        ids |= {one.id for one in side.indicators}
    plain = tuple(compared.examples([*ids], [one for one in scores if one in ids] or scores[:1], 1))
    if plain:
        return _Candidates(plain, False, frozenset())
    points = frozenset(name for name, one in readers.items() if isinstance(one, PointsRule))
    fired = compared.examples(points, scores, _CANDIDATES, fired=True) if points else []
    return _Candidates(tuple(fired), True, points)
