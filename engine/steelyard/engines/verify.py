"""Verifies a run: evaluates a seeded sample of its cases on other engines and compares the outcomes bit for bit."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from steelyard.diagnostics import Diagnostics, InternalError
from steelyard.engines.protocol import Compiled, Engine
from steelyard.engines.versions import compile_versions
from steelyard.facts.case import Case
from steelyard.ir.ruleset import Ruleset
from steelyard.ir.versions import Versions, versions_of
from steelyard.semantics.outcome import Outcome

DEFAULT_SAMPLE = 200


@dataclass(frozen=True, slots=True)
class Difference:
    """A case for which two engines gave different outcomes, which is a bug of Steelyard.

    Attributes:
        outcome: the outcome by the engine of the run.
        other: the outcome by the checker.
    """

    case: Case
    engine: str
    outcome: Outcome
    checker: str
    other: Outcome


@dataclass(frozen=True, slots=True)
class Verification:
    """The result of verifying a run.

    Attributes:
        checked: how many cases were evaluated again.
        checkers: names of the engines that did; empty where no other engine was available.
    """

    checked: int
    checkers: tuple[str, ...]
    differences: tuple[Difference, ...]


def verify(
    rules: Ruleset | Versions,
    engine: Engine,
    checkers: Sequence[Engine],
    results: Sequence[tuple[Case, Outcome]],
    *,
    seed: str,
    sample: int = DEFAULT_SAMPLE,
) -> Verification:
    """Evaluate a sample again on other engines and compare.

    Args:
        rules: the ruleset's versions, with parameters bound.
        engine: name of the engine that gave the results.
        checkers: the engines to compare with; none may have the same name, as an engine never verifies itself.
        results: the results of the whole run.
        seed: the digest of the case file, so that the same file is always checked on the same cases.
        sample: how many cases to check; more are taken where needed to include every status and every fired rule. 0:
            none.
    """
    if any(checker.name == engine.name for checker in checkers):
        raise InternalError(f"engine {engine.name} cannot verify itself")
    if sample <= 0:
        return Verification(0, (), ())
    chosen = choose_sample(results, seed, sample, versions_of(rules))
    compiled = tuple((checker.name, _compile(checker, rules)) for checker in checkers)
    differences = tuple(
        Difference(case, engine.name, outcome, name, other)
        for case, outcome in chosen
        for name, program in compiled
        if (other := program.evaluate(case)) != outcome
    )
    return Verification(len(chosen) if compiled else 0, tuple(name for name, _ in compiled), differences)


def choose_sample(
    results: Sequence[tuple[Case, Outcome]], seed: str, sample: int, versions: Versions | None = None
) -> tuple[tuple[Case, Outcome], ...]:
    """Choose cases by a digest of seed and key: first every status and fired rule of each version, then others.

    The choice depends only on the seed and the results, not on their order.
    """
    ordered = sorted(results, key=lambda result: _lot(seed, result[0].key))
    chosen: dict[int, tuple[Case, Outcome]] = {}
    seen: set[object] = set()
    for number, (case, outcome) in enumerate(ordered):
        version = None if versions is None else versions.of(case.values)
        name = None if version is None else version.version
        marks = {(name, mark) for mark in _marks(outcome)} - seen
        if marks:
            seen |= marks
            chosen[number] = (case, outcome)
    for number, result in enumerate(ordered):
        if len(chosen) >= sample:
            break
        chosen.setdefault(number, result)
    return tuple(chosen[number] for number in sorted(chosen))


def _lot(seed: str, key: str) -> bytes:
    return hashlib.sha256(f"{seed}\0{key}".encode("utf-8", "surrogatepass")).digest()


def _marks(outcome: Outcome) -> Iterable[object]:
    yield outcome.status
    yield from (("rule", fired.rule) for fired in outcome.fired)


def _compile(checker: Engine, rules: Ruleset | Versions) -> Compiled:
    diagnostics = Diagnostics()
    compiled = compile_versions(checker, rules, diagnostics)
    if compiled is None:
        raise InternalError(f"engine {checker.name} refuses a ruleset that was evaluated: {diagnostics.sorted()}")
    return compiled
