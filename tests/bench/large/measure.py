"""Portfolios, measured: the engine, the same by hand, claims one by one; more claims, more rules, more events."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.bench.large import claims, commands, rivals, rules, same
from tests.bench.large.claims import Data
from tests.bench.large.commands import Taken
from tests.bench.report import Measured

MILLION: Final = 1_000_000
COMPARED: Final = 1_000
"""So many claims the reference scores, to compare every column with."""
RULES: Final = (10, 100, 500)


@dataclass(frozen=True, slots=True)
class Plan:
    """What to measure.

    Attributes:
        folder: takes the data, which are kept, and the results.
        count: of the claims in the large portfolio.
        huge: of those in a huge one, 0 for none.
        rounds: runs of each command, of which the best counts; the huge ones run once.
        alone: claims of the sample that is scored one by one.
        cases: under the rulesets of many rules.
        engine: whether the engine takes part; else only what it is measured by.
    """

    folder: Path
    count: int
    huge: int
    rounds: int
    alone: int
    cases: int
    engine: bool


def measure(plan: Plan) -> list[Measured]:
    """Check that all agree, then time whole commands in turn."""
    million = claims.write(plan.folder, MILLION)
    _agree(plan)
    short = _both(plan, million, plan.rounds)
    found = _portfolio(short, MILLION)
    alone = rivals.measure(million, plan.folder, plan.alone, plan.rounds)
    found += _alone(alone, short)
    if plan.engine:
        checked = commands.best({"": commands.motor(million, _results(plan, "verified"), verify=200)}, plan.rounds)[""]
        verified = checked.seconds / short["engine"].seconds
        found.append(Measured("    with the sample verified on the other engines : without", verified, "x"))
    for count, rounds in ((plan.count, plan.rounds), (plan.huge, 1)):
        if count > MILLION:
            many = _both(plan, claims.write(plan.folder, count), rounds)
            found += _portfolio(many, count)
            found += _growth(many, short, count // MILLION)
    found += _crowded(plan, million, short)
    found += _small(plan)
    return found + (_rules(plan) if plan.engine else [])


def _agree(plan: Plan) -> None:
    """The reference's results of a small portfolio, column by column."""
    few = claims.write(plan.folder, COMPARED)
    results = _results(plan, "reference")
    commands.run(commands.motor(few, results, engine="reference"))
    for name, command in _commands(plan, few).items():
        commands.run(command)
        same.check(f"{name}, {COMPARED} claims", results, _results(plan, name))


def _both(plan: Plan, data: Data, rounds: int) -> dict[str, Taken]:
    """The contenders on the same claims; their results are the same, too."""
    taken = commands.best(_commands(plan, data), rounds)
    if plan.engine:
        same.check(f"engine, {data.count} claims", _results(plan, "by hand"), _results(plan, "engine"))
    return taken


def _commands(plan: Plan, data: Data) -> dict[str, list[str]]:
    by_hand = {"by hand": commands.by_hand(data, _results(plan, "by hand"))}
    return by_hand | ({"engine": commands.motor(data, _results(plan, "engine"))} if plan.engine else {})


def _results(plan: Plan, name: str) -> Path:
    return plan.folder / f"results-{name.replace(' ', '-')}.parquet"


def _portfolio(taken: dict[str, Taken], count: int) -> list[Measured]:
    size = f"{count:,} claims"
    found = [
        Measured(f"{size}, by hand in SQL", taken["by hand"].seconds, "s"),
        Measured("    claims a second", count / taken["by hand"].seconds, "/s"),
        Measured("    processor time", taken["by hand"].processor, "s"),
        Measured("    memory at the peak", taken["by hand"].peak, "MiB"),
    ]
    if "engine" not in taken:
        return found
    engine = taken["engine"]
    return [
        Measured(f"{size}, the engine", engine.seconds, "s"),
        Measured("    claims a second", count / engine.seconds, "/s", least=MILLION if count > MILLION else None),
        Measured("    processor time", engine.processor, "s"),
        Measured("    memory at the peak", engine.peak, "MiB"),
        *found,
        Measured(f"{size}, the engine : by hand", engine.seconds / taken["by hand"].seconds, "x", 1.8),
        Measured("    in processor time", engine.processor / taken["by hand"].processor, "x"),
    ]


def _alone(micro: dict[str, float], short: dict[str, Taken]) -> list[Measured]:
    """One claim after the other, in one thread, against a claim of the million with the start of the process in it."""
    name = "engine" if "engine" in short else "by hand"
    each = short[name].seconds
    names = {"zen": "zen-engine", "durable": "durable-rules alone", "loop": "a plain loop", "reference": "reference"}
    found: list[Measured] = []
    for rival, label in names.items():
        found.append(Measured(f"{label}, a claim", micro[rival], "us"))
        ratio = micro[rival] / each
        found.append(Measured(f"    {label} : {name}", ratio, "x", least=50 if rival == "zen" else None))
    return found


def _growth(many: dict[str, Taken], short: dict[str, Taken], times: int) -> list[Measured]:
    """Claims so many times as many: the time, each a share of what proportion would make it."""
    return [
        Measured(
            f"    {name}, {times} times the claims: time : {times} times",
            taken.seconds / short[name].seconds / times,
            "x",
        )
        for name, taken in many.items()
    ]


def _crowded(plan: Plan, million: Data, short: dict[str, Taken]) -> list[Measured]:
    taken = _both(plan, claims.write_crowded(plan.folder, million), plan.rounds)
    found: list[Measured] = []
    for name, one in taken.items():
        found.append(Measured(f"1,000,000 claims, 10,000 events of overlapping areas, {name}", one.seconds, "s"))
        found.append(Measured("    : 1,000 events", one.seconds / short[name].seconds, "x"))
        found.append(Measured("    memory at the peak", one.peak, "MiB"))
    if plan.engine:
        found.append(Measured("    the engine : by hand", taken["engine"].seconds / taken["by hand"].seconds, "x", 1.3))
    return found


def _small(plan: Plan) -> list[Measured]:
    """Two million claims, less those that are not complete, under a small policy without relations."""
    cases = claims.write_complete(claims.write(plan.folder, 2 * MILLION))
    runs = {"by hand": commands.small_by_hand(cases, _results(plan, "by hand"))}
    if plan.engine:
        runs["engine"] = commands.small(cases, _results(plan, "engine"))
    taken = commands.best(runs, plan.rounds)
    found = [Measured("2,000,000 claims, a small policy, by hand in SQL", taken["by hand"].seconds, "s")]
    if plan.engine:
        same.check("engine, a small policy", _results(plan, "by hand"), _results(plan, "engine"))
        ratio = taken["engine"].seconds / taken["by hand"].seconds
        found += [
            Measured("    the engine", taken["engine"].seconds, "s"),
            Measured("    the engine : by hand", ratio, "x", 1.8),
            Measured("    in processor time", taken["engine"].processor / taken["by hand"].processor, "x"),
        ]
    return found


def _rules(plan: Plan) -> list[Measured]:
    """The same cases under more and more rules. Time over rules, against that of the ruleset before."""
    written = {count: rules.write(plan.folder, count, plan.cases) for count in RULES}
    runs = {
        str(count): commands.evaluate(str(ruleset), cases, {}, _results(plan, f"rules-{count}"))
        for count, (ruleset, cases) in written.items()
    }
    taken = commands.best(runs, plan.rounds)
    found: list[Measured] = []
    for count, fewer in zip(RULES, (None, *RULES), strict=False):
        one = taken[str(count)]
        found.append(Measured(f"{plan.cases:,} cases, {count} rules, the engine", one.seconds, "s"))
        if fewer is not None:
            times = count // fewer
            growth = one.seconds / taken[str(fewer)].seconds
            found.append(Measured(f"    {times} times the rules: time", growth, "x", times))
    return found
