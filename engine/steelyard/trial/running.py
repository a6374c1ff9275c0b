"""Evaluates worked cases on every engine that can, and compares what comes out with what shall come out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from steelyard.diagnostics import Diagnostics, Message
from steelyard.facts.case import Case, Reject
from steelyard.facts.problem import Problem
from steelyard.ir.ruleset import Ruleset
from steelyard.ir.versions import Versions
from steelyard.semantics import evaluate, prepare, run
from steelyard.semantics.outcome import Outcome, Status
from steelyard.trial.built import Built, together
from steelyard.trial.names import FIRED, HAS_FIRED, NOT_FIRED, ROWS, STATUS, VERSION, WHERE, Names, names_of
from steelyard.trial.records import Contradiction, Difference, Unable, Verdict
from steelyard.trial.resolved import resolve
from steelyard.trial.results import define_texts, result_texts, written
from steelyard.trial.worked import SEPARATOR, Expectation, WorkedCase

if TYPE_CHECKING:
    from steelyard.engines.sql.portfolio import Connection

REFERENCE, DURABLE, SQL = "reference", "durable", "sql"
ENGINES = (REFERENCE, DURABLE, SQL)
"""By rank: the results of the first that runs are compared with what is expected, those of the others with its own."""

Texts = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Said:
    """What an engine says of a case: its results by name; `outcome` where it gives one."""

    texts: Texts
    outcome: Outcome | None = None


class Runner(Protocol):
    """An engine, ready for one version of a ruleset."""

    def __call__(self, cases: Sequence[Built]) -> Sequence[Said]:
        """Evaluate cases that intake did not reject."""
        ...


@dataclass(slots=True)
class Bench:
    """The engines of one trial.

    Attributes:
        wanted: their names, by rank.
        unable: those that cannot run the ruleset, and why.
    """

    wanted: tuple[str, ...]
    unable: dict[str, Message] = field(default_factory=dict[str, Message])
    _stack: ExitStack = field(default_factory=ExitStack)
    _database: Connection | None = None

    def close(self) -> None:
        """Give back the database."""
        self._stack.close()

    @property
    def able(self) -> tuple[str, ...]:
        """The engines that can."""
        return tuple(name for name in self.wanted if name not in self.unable)

    def runner(self, name: str, ruleset: Ruleset, defines: Collection[str]) -> Runner | None:
        """Make an engine ready; None, and it is noted why, where it cannot."""
        match name:
            case "reference":
                return reference(ruleset, defines)
            case "durable":
                return self._durable(ruleset)
            case _:  # the only other one of `ENGINES`
                return self._sql(ruleset)

    def _durable(self, ruleset: Ruleset) -> Runner | None:
        from steelyard.engines import durable

        problem = durable.available()
        if problem is not None:
            self.unable[DURABLE] = problem
            return None
        compiled = durable.DurableEngine().compile(ruleset, Diagnostics())

        def runner(cases: Sequence[Built]) -> Sequence[Said]:
            outcomes = [compiled.evaluate(one.case) for one in cases if isinstance(one.case, Case)]
            return [Said(result_texts(ruleset, one), one) for one in outcomes]

        return runner

    def _sql(self, ruleset: Ruleset) -> Runner | None:
        from steelyard.engines.sql.arithmetic import TooWideError
        from steelyard.engines.sql.engine import report_too_wide
        from steelyard.engines.sql.memory import InMemory, emptied, memory

        try:
            scorer = InMemory(ruleset)
        except TooWideError as error:
            diagnostics = Diagnostics()
            report_too_wide(error, ruleset, diagnostics)
            self.unable[SQL] = diagnostics.sorted()[0].headline
            return None

        def runner(cases: Sequence[Built]) -> Sequence[Said]:
            if self._database is None:
                self._database = self._stack.enter_context(memory())
            with emptied(self._database) as connection:
                found = scorer.score(connection, [one.case for one in cases if isinstance(one.case, Case)])
            return [Said(_of_sql(ruleset, one.values, one.reject_at, one.rows)) for one in found]

        return runner


def reference(ruleset: Ruleset, defines: Collection[str]) -> Runner:
    """The reference, ready for one version; `defines`: the named values that it shall say too."""
    program = prepare(ruleset)

    def runner(cases: Sequence[Built]) -> Sequence[Said]:
        said: list[Said] = []
        for one in cases:
            if isinstance(one.case, Case) and defines:
                evaluation = run(program, one.case)
                texts = define_texts(evaluation, defines) | result_texts(ruleset, evaluation.outcome)
                said.append(Said(texts, evaluation.outcome))
            elif isinstance(one.case, Case):
                outcome = evaluate(program, one.case)
                said.append(Said(result_texts(ruleset, outcome), outcome))
        return said

    return runner


def _of_sql(
    ruleset: Ruleset, values: Mapping[str, object], reject_at: str | None, rows: Mapping[str, tuple[str, ...]]
) -> Texts:
    """The results that a statement gives; of a rejected case only where it is."""
    if values[STATUS] == Status.REJECTED.value:
        return {STATUS: Status.REJECTED.value, WHERE: reject_at or ""}
    texts = written(ruleset, values)  # pyright: ignore[reportArgumentType] - stored values
    fired = texts[FIRED].split(SEPARATOR)
    listed = (f"{rule}:{','.join(ids)}" for rule, ids in sorted(rows.items()) if ids and rule in fired)
    return {**texts, WHERE: "", ROWS: SEPARATOR.join(listed)}


def run_cases(
    rules: Versions,
    cases: Sequence[WorkedCase],
    diagnostics: Diagnostics,
    *,
    engines: Sequence[str] = ENGINES,
    chosen: Callable[[WorkedCase], bool] = lambda _: True,
    settings: Mapping[str, str] | None = None,
    tick: Callable[[int], None] = lambda _: None,
) -> tuple[tuple[Verdict, ...], tuple[str, ...], tuple[Unable, ...]]:
    """Try a ruleset on worked cases.

    Args:
        rules: the versions; parameters need no value.
        cases: all of a file: rows that nobody gives are derived from them.
        diagnostics: takes what is wrong with the cases; nothing runs then.
        engines: the names of those that shall run.
        chosen: which cases are run.
        settings: the values of parameters that a case does not set.
        tick: is told how many cases are done.

    Returns:
        What came of each case, in their order; the engines that ran; those that could not, and why.
    """
    groups = tuple(together(rules, resolve(rules, cases, diagnostics), diagnostics, settings))
    if diagnostics.errors:
        return (), (), ()
    found: dict[str, Verdict] = {}
    with closing(Bench(tuple(name for name in ENGINES if name in engines))) as bench:
        for group in groups:
            wanted = [one for one in group.cases if chosen(one.worked)]
            for version in group.rules.rulesets:
                own = [one for one in wanted if one.version is version]
                if own:
                    found.update({one.name: one for one in _judged(version, own, bench)})
                    tick(len(found))
    verdicts = tuple(found[case.name] for case in cases if case.name in found)
    unable = tuple(Unable(name, why) for name, why in bench.unable.items())
    return verdicts, bench.able, unable


def _judged(version: Ruleset, cases: Sequence[Built], bench: Bench) -> Iterator[Verdict]:
    """Judge the cases of one version with the same parameters."""
    names = names_of(version)
    defines = {one.name for case in cases for one in case.worked.expect if one.name in names.defines}
    read = [one for one in cases if isinstance(one.case, Case)]
    said: dict[str, dict[str, Said]] = {}
    for name in bench.wanted if read else ():
        runner = bench.runner(name, version, defines)
        if runner is not None:
            said[name] = {str(one.worked.name): each for one, each in zip(read, runner(read), strict=True)}
    for one in cases:
        if isinstance(one.case, Reject):
            outcome = Outcome(one.case.key, Status.REJECTED, rejection=one.case)
            texts = {**result_texts(version, outcome), VERSION: ""}
            every = {name: Said(texts, outcome) for name in bench.able[:1]}
        else:
            every = {name: each[str(one.worked.name)] for name, each in said.items()}
        yield _verdict(one, names, every)


def _verdict(built: Built, names: Names, said: Mapping[str, Said]) -> Verdict:
    if not said:  # no engine can run the ruleset
        skipped = tuple(str(one.name) for one in built.worked.expect)
        return Verdict(built.worked, built.version, built.case, {}, uncompared=skipped)
    (first, chief), *others = said.items()
    differences: list[Difference] = []
    uncompared: list[str] = []
    for expectation in built.worked.expect:
        expected = expected_text(expectation, names)
        found = found_text(expectation.name, expected, chief, names)
        if found is None:
            uncompared.append(str(expectation.name))
        elif found != expected:
            differences.append(Difference(expectation, expected, found, first))
    contradictions = tuple(each for name, other in others for each in _contradicted(first, chief, name, other))
    return Verdict(
        built.worked, built.version, built.case, chief.texts, tuple(differences), contradictions, tuple(uncompared)
    )


def expected_text(expectation: Expectation, names: Names) -> str:
    """What shall come out, as files of results write it."""
    expected = names.canonical(expectation)
    return str(expectation.value) if isinstance(expected, Problem) else expected  # a name or value of another version


def found_text(name: str, expected: str, said: Said, names: Names) -> str | None:
    """What came out under a name; None where the engine does not say."""
    if name in (HAS_FIRED, NOT_FIRED):
        fired = said.texts.get(FIRED, "").split(SEPARATOR)
        wanted = expected.split(SEPARATOR) if expected else []
        return SEPARATOR.join(one for one in wanted if (one in fired) is (name == HAS_FIRED))
    if name in said.texts:
        return said.texts[name]
    told = said.outcome is not None and (name not in names.defines or bool(names.defines & said.texts.keys()))
    return "" if told or said.texts.get(STATUS) == Status.REJECTED.value else None


def _contradicted(first: str, chief: Said, second: str, other: Said) -> Iterator[Contradiction]:
    """What two engines say differently, of all that both say."""
    found = False
    for name, text in other.texts.items():
        said = chief.texts.get(name, "")
        if said != text:
            found = True
            yield Contradiction(name, first, said, second, text)
    if not found and chief.outcome is not None and other.outcome is not None and chief.outcome != other.outcome:
        yield Contradiction("outcome", first, repr(chief.outcome), second, repr(other.outcome))
