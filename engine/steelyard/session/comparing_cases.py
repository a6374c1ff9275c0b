"""Two rulesets on the cases of a portfolio: each is evaluated as `evaluate` does, then the results are compared."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from steelyard.diagnostics import InternalError
from steelyard.explain.terms import Text
from steelyard.explain.words import Words
from steelyard.semantics import Fixed, Outcome, Program, evaluate, prepare
from steelyard.session.listener import Listener
from steelyard.session.run import Scored, score_files
from steelyard.session.shortage import refusal
from steelyard.session.summary import group_ids
from steelyard.trial.comparing.alone import alone
from steelyard.trial.comparing.changes import Change, Pair
from steelyard.trial.comparing.comparison import (
    Affected,
    Comparison,
    Engine,
    Example,
    OnCases,
    ScoreShift,
    Shift,
    Spread,
)
from steelyard.trial.comparing.ledgers import Ledger, ledger, line_shifts
from steelyard.trial.comparing.readers import CALENDAR, Readers

if TYPE_CHECKING:
    from steelyard.engines.sql.compared import Compared
    from steelyard.engines.sql.summary import Connection
    from steelyard.facts import Case
    from steelyard.ir.ruleset import Ruleset
    from steelyard.ir.versions import Versions
    from steelyard.report.summary import ScoreLine
    from steelyard.session.sources import FactFiles
    from steelyard.session.wanted import Wanted

MOST = 20
"""So many affected cases, and cases of another status, are shown."""
_CANDIDATES = 100
"""Among so many cases one is looked for in which a change makes a difference by itself."""


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
        looked_at = [
            (pair, change, _Candidates.of(pair, change, compared, common))
            for pair in found.pairs
            if pair.old is not None and pair.new is not None
            for change in pair.meaning
        ]
        keys = [key for top in tops.values() for key, *_ in top]
        keys += [key for _, _, candidates in looked_at for key in candidates.keys if candidates.changed is not None]
        cases = [run.cases(list(dict.fromkeys(keys)), wanted) for run in runs]
        ledgers = _Ledgers.of(runs, cases, [key for top in tops.values() for key, *_ in top], common)
        scores = tuple(_score(score, compared, runs, tops[score], ledgers, by=bool(groups)) for score in common)
        examples = {
            (pair.new.version, change.path): candidates.example(pair.old, cases[0], old)
            for pair, change, candidates in looked_at
            if pair.old is not None and pair.new is not None
        }
        engines = [Engine(run.scored.record.scoring.engine, run.scored.record.scoring.verified) for run in runs]
        words = Words(new.newest)
        return OnCases(
            engines=(engines[0], engines[1]),
            rejected=(runs[0].scored.record.rejected, runs[1].scored.record.rejected),
            different=compared.different(),
            statuses=tuple(compared.statuses()),
            restated=tuple(compared.restated(MOST)),
            by=tuple(_group(name, words) for name in groups),
            scores=scores,
            examples=examples,
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
    def of(
        cls, runs: Sequence[_Run], cases: Sequence[Mapping[str, Case]], keys: Sequence[str], scores: Sequence[str]
    ) -> _Ledgers:
        """Evaluate cases by the reference."""
        sides: list[dict[tuple[str, str], Ledger]] = []
        for run, own in zip(runs, cases, strict=True):
            programs = {one.version: prepare(one) for one in run.versions.rulesets}
            sides.append(
                {
                    (key, score): ledger(program, own[key], score)
                    for key in dict.fromkeys(keys)
                    for score in scores
                    if (program := _program(programs, run.versions, own[key])) is not None
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
    lines = [_line(run, score) for run in runs]
    (whole,) = (_shift(row, digits) for row in compared.shifts(score, grouped=False))
    groups = [_shift(row, digits) for row in compared.shifts(score, grouped=True)] if by else []
    return ScoreShift(
        id=score,
        name=Words(runs[1].versions.newest).score(score),
        digits=digits,
        old=_spread(lines[0]),
        new=_spread(lines[1]),
        all=whole,
        grades=tuple(dict.fromkeys(grade for line in reversed(lines) for grade, _ in line.grades)),
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


def _line(run: _Run, score: str) -> ScoreLine:
    return next(one for one in run.scored.record.summary().whole.scores if one.id == score)


def _spread(line: ScoreLine) -> Spread:
    from steelyard.engines.counting import QUANTILES

    names = [name for name, _ in QUANTILES]
    return Spread(line.count, line.mean, tuple(zip(names, line.quantiles, strict=True)))


def _shift(row: tuple[tuple[str, ...], int, int, int, int, int, int], digits: int) -> Shift:
    key, count, total, higher, lower, graded, grades = row
    return Shift(key, count, Fraction(total, 10**digits), higher, lower, graded, grades)


def _group(name: str, words: Words) -> Text:
    return words.name(name)


@dataclass(frozen=True, slots=True)
class _Candidates:
    """Cases in which a change may make a difference.

    Attributes:
        keys: those whose score differs most first.
        changed: the old ruleset with this change alone; None where it cannot be made alone.
        more: whether there are more such cases.
    """

    keys: tuple[str, ...]
    changed: Ruleset | None
    more: bool = False

    @classmethod
    def of(cls, pair: Pair, change: Change, compared: Compared, scores: Sequence[str]) -> _Candidates:
        """Look for cases in which what a change concerns differs: in indicators, outputs, and rules that fired."""
        if pair.old is None or pair.new is None:
            return cls((), None)
        changed = alone(pair.old, pair.new, change.difference)
        ids = _concerned(change, pair.old, pair.new) if change.id else set(scores)
        among = [one for one in scores if one in ids] or list(scores[:1])
        if changed is not None:
            found = [compared.examples(ids, among, _CANDIDATES, fired=fired) for fired in (False, True)]
            more = any(len(each) == _CANDIDATES for each in found)
            return cls(tuple(dict.fromkeys((*found[0], *found[1]))), changed, more)
        return cls(tuple(compared.examples(ids, among, 1, both=False)), None)

    def example(self, old: Ruleset, cases: Mapping[str, Case], versions: Versions) -> Example | None:
        """The first case in which it makes a difference."""
        if self.changed is None:
            return Example(self.keys[0], alone=False) if self.keys else None
        before, after = prepare(old), _prepared(self.changed)
        if after is None:
            return Example(self.keys[0], alone=False) if self.keys else None
        for key in self.keys:
            version = versions.of(cases[key].values)
            if version is None or version.version != old.version:
                continue
            outcomes = evaluate(before, cases[key]), _if_possible(after, cases[key])
            if outcomes[1] is None:
                return Example(key, alone=False)
            if outcomes[0] != outcomes[1]:
                return Example(key, True, _only_score(outcomes[0]), _only_score(outcomes[1]))
        return Example(None, True, looked_at=len(self.keys)) if self.more else None


def _prepared(changed: Ruleset) -> Program | None:
    """A ruleset that nobody has written: it may have no meaning, because other changes belong to this one."""
    try:
        return prepare(changed)
    except (InternalError, LookupError):
        return None


def _if_possible(changed: Program, case: Case) -> Outcome | None:
    """The outcome under such a ruleset; None where it has no meaning."""
    try:
        return evaluate(changed, case)
    except (InternalError, LookupError):
        return None


def _only_score(outcome: Outcome) -> Fixed | None:
    return outcome.scores[0].final if len(outcome.scores) == 1 else None


def _concerned(change: Change, old: Ruleset, new: Ruleset) -> set[str]:
    """The ids of indicators, rules, outputs and scores that a change concerns."""
    key = f"{CALENDAR}{change.id}" if change.section == "calendars" else change.id
    ids = {one.id for each in (old, new) for one in Readers(each).rules(key)}
    if change.section in {"groups", "weights"}:
        members = (one for each in (old, new) for one in each.indicators)
        ids |= {one.id for one in members if change.section == "weights" or one.group == change.id}
    return ids
