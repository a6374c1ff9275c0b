"""Does the SQL statement say what the reference says? Every result column, fired rule with its rows, reject."""

from __future__ import annotations

from collections.abc import Sequence

from sql_memory import Found, InMemory
from steelyard.diagnostics import Diagnostics
from steelyard.engines.reference import ReferenceEngine
from steelyard.facts.case import Case
from steelyard.ir.canonical import policy_digest
from steelyard.ir.ruleset import Ruleset
from steelyard.report.columns import columns
from steelyard.semantics.outcome import Outcome, Status


def disagreements(ruleset: Ruleset, cases: Sequence[Case], scorer: InMemory | None = None) -> list[str]:
    """What differs, in words; empty where the two agree."""
    reference = ReferenceEngine().compile(ruleset, Diagnostics())
    found = (scorer or InMemory(ruleset)).score_cases(cases)
    stamp = policy_digest(ruleset)
    return [
        f"{case.key}: {difference}"
        for case, said in zip(cases, found, strict=True)
        for difference in compared(ruleset, reference.evaluate(case), said, stamp)
    ]


def compared(ruleset: Ruleset, outcome: Outcome, said: Found, stamp: str) -> list[str]:
    """What differs in one case."""
    if outcome.status is Status.REJECTED or said.rejected:
        where = outcome.rejection.where if outcome.rejection is not None else None
        return [] if where == said.reject_at and said.rejected else [f"rejected: {where} {said.reject_at}"]
    expected = columns(ruleset, outcome, stamp)
    found = [f"{name}: {value} {said.values[name]}" for name, value in expected.items() if value != said.values[name]]
    fired = {one.rule: one.rows for one in outcome.fired if one.rows}
    names = {one.rule for one in outcome.fired}
    rows = {rule: ids for rule, ids in said.rows.items() if ids and rule in names}
    return found if rows == fired else [*found, f"rows: {fired} {rows}"]
