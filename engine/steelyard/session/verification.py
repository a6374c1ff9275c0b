"""A sample of a scored run is evaluated again on other engines, and compared with what the run recorded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from steelyard.diagnostics import Diagnostics, InternalError, Message, msg
from steelyard.session.disagreement import Disagreement, compared
from steelyard.session.errors import SHOWN, DisagreementError, EngineError

if TYPE_CHECKING:
    from steelyard.engines.protocol import Compiled, Engine
    from steelyard.engines.sql.portfolio import Connection
    from steelyard.facts import Case
    from steelyard.facts.portfolio import Provenance
    from steelyard.ir.result_columns import ResultColumn
    from steelyard.ir.versions import Versions
    from steelyard.semantics import Outcome
    from steelyard.session.listener import Listener

SAMPLE = 200
"""So many cases are checked on other engines where nothing else is asked for."""

Checkers = tuple[tuple[str, "Compiled"], ...]
"""Engines by name, ready for a ruleset."""


def sample_size(verify: int | None, unchecked: Message | None, listener: Listener) -> int:
    """How many cases a run checks on other engines.

    Args:
        verify: the number asked for; None where none was.
        unchecked: why no other engine can run; None where one can.
        listener: is warned where the check is left out.

    Raises:
        EngineError: a check was asked for that cannot run.
    """
    if unchecked is None:
        return SAMPLE if verify is None else verify
    if verify:
        raise EngineError(
            msg(
                "a check of {count} {count:case|cases} on another engine was asked for, and none can run: {problem}",
                count=verify,
                problem=unchecked,
            )
        )
    if verify is None:
        listener.warn(msg("not checked on another engine: {problem}", problem=unchecked))
    return 0


def checkers_of(engines: Iterable[Engine], versions: Versions) -> Checkers:
    """Compile a ruleset for the engines that check.

    Raises:
        InternalError: one of them refuses it, though another engine evaluated it.
    """
    from steelyard.engines.versions import compile_versions

    found: list[tuple[str, Compiled]] = []
    for engine in engines:
        diagnostics = Diagnostics()
        compiled = compile_versions(engine, versions, diagnostics)
        if compiled is None:
            raise InternalError(f"engine {engine.name} refuses a ruleset that was evaluated: {diagnostics.sorted()}")
        found.append((engine.name, compiled))
    return tuple(found)


def single_case_engines(versions: Versions) -> Checkers:
    """The engines that check portfolios: the reference first, then the durable one where it is installed."""
    from steelyard.engines import durable
    from steelyard.engines.reference import ReferenceEngine

    rules = () if durable.available() else (durable.DurableEngine(),)
    return checkers_of((ReferenceEngine(), *rules), versions)


def verify(  # noqa: PLR0917 - all of a run
    connection: Connection,
    scored: Path,
    columns: Sequence[ResultColumn],
    versions: Versions,
    engine: str,
    read: Provenance,
    size: int,
    checkers: Checkers,
    cases_of: Callable[[Sequence[str]], Iterable[Case]],
    listener: Listener,
    said: Mapping[str, Outcome] | None = None,
) -> int:
    """Check a sample of a run; returns how many cases it has.

    Args:
        connection: DuckDB, with a table or view of the cases that a rule rejects (`RULED_OUT`).
        scored: the Parquet file of results.
        columns: of the results, as the file has them.
        versions: what the cases were scored under.
        engine: the name of the engine that scored.
        read: the files that were read; the digest of the first file of cases seeds the sample.
        size: so many cases are checked, more where it takes more to have every status and rule.
        checkers: the other engines.
        cases_of: gives the cases of keys.
        listener: is told which engines agreed.
        said: the outcome of each case by key, where the engine that scored gave one: then they are compared too.

    Raises:
        DisagreementError: an outcome differs.
    """
    from steelyard.engines.sql.recorded import rows_of, sample
    from steelyard.ir.result_columns import added_names
    from steelyard.report.results import Results

    results = Results(versions, added_names(columns))
    key = versions.newest.key
    seed = next((file.digest for file in read.files if file.role == "cases"), "")
    chosen = sample(connection, scored, key, seed, size)
    found = rows_of(connection, scored, key, [place for place in chosen.values() if place is not None])
    outcomes = said or {}
    wrong = tuple(
        difference
        for case in cases_of(list(chosen))
        for name, checker in checkers
        if (
            difference := compared(
                results, columns, case, found.get(case.key), name, checker.evaluate(case), outcomes.get(case.key)
            )
        )
    )
    if wrong:
        raise disagreement(wrong, versions, engine)
    tell_checked(listener, len(chosen), tuple(name for name, _ in checkers))
    return len(chosen)


def disagreement(found: Sequence[Disagreement], versions: Versions, engine: str) -> DisagreementError:
    """The exception for cases about which engines disagree; `engine` is the name of the one that scored."""
    described = (text for one in found[:SHOWN] for text in one.messages(versions, engine))
    return DisagreementError(tuple(found), tuple(described))


def tell_checked(listener: Listener, checked: int, checkers: tuple[str, ...]) -> None:
    """Tell which engines agreed, where there was a case to check."""
    from steelyard.report.provenance import checked_on

    if checked and checkers:
        listener.say(checked_on(checked, checkers))
