"""What a claim costs where it is scored alone: zen-engine, durable-rules, a plain loop; on a sample of the same claims.

The sample is the claims of two branches, with the branches' months and the events that name places of their province:
nobody would ask one by one about a thousand events of all the country. Choosing these is not timed, nor is reading.
Times are on the wall, in one thread, which is all that these have; a portfolio's figure is so many times theirs.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Final

from tests.bench import agree, portfolio
from tests.bench.arithmetic import Arithmetic
from tests.bench.by_hand import Bare, Firing
from tests.bench.engines import _hand, _of_found, _shares
from tests.bench.jdm import Jdm
from tests.bench.large.claims import AS_OF, Data, connect, copy_once
from tests.bench.prepared import HOUR, Plain, Preparer
from tests.bench.timing import interleave

from steelyard.analysis.check import load
from steelyard.diagnostics import Diagnostics
from steelyard.facts import read_portfolio
from steelyard.ir.ruleset import Ruleset
from steelyard.semantics import evaluate, prepare

BRANCHES: Final = ("沪01", "沪02")
PROVINCE: Final = "31"
FAR: Final = 1 << 62


def measure(data: Data, folder: Path, count: int, rounds: int) -> dict[str, float]:
    """Microseconds a claim, by rival; all come to the reference's scores, or nothing is measured."""
    ruleset = _motor()
    diagnostics = Diagnostics()
    sample = _sample(data, folder, count)
    given = {"branch_month" if name == "climate" else name: (path,) for name, path in sample.relations.items()}
    read = read_portfolio(ruleset, (sample.claims,), given, diagnostics)
    if read is None or read.rejects:
        raise SystemExit(f"the sample cannot be read: {diagnostics.sorted()}")
    preparer = Preparer(ruleset)
    prepared = {case.key: preparer.claim(case) for case in read.cases}
    program = prepare(ruleset)
    cases = [case for case in read.cases if not _adds_pauses(prepared[case.key], preparer.as_of)]
    claims = [prepared[case.key] for case in cases]
    expected = {case.key: agree.of_outcome(evaluate(program, case)) for case in cases}
    arithmetic = Arithmetic(preparer.as_of, partial(_shares, program))
    bare, jdm = Bare(preparer.as_of), Jdm(claims[0]["branch_month"], preparer.as_of)
    contexts = [jdm.context(claim) for claim in claims]

    def loop(claim: Plain) -> object:
        return arithmetic.score(claim, matched(claim, preparer.as_of))

    agree.check("zen", contexts, expected, jdm.scores)
    agree.check("durable", claims, expected, lambda claim: _of_found(arithmetic.score(claim, bare.match(claim))))
    agree.check("the loop", claims, expected, lambda claim: _of_found(loop(claim)))  # type: ignore[arg-type]
    seconds = interleave(
        {
            "zen": partial(_each, jdm.evaluate, contexts),
            "durable": partial(_hand, bare, arithmetic, claims),
            "loop": partial(_each, loop, claims),
            "reference": partial(_each, partial(evaluate, program), cases),
        },
        rounds,
        elapsed=True,
    )
    return {name: 1e6 * taken / len(claims) for name, taken in seconds.items()}


def matched(claim: Plain, as_of: int) -> list[Firing]:
    """The rules of by_hand.py as plain conditions: which fired, each with the number of its row."""
    levels, reported, accepted = claim["levels"], claim["reported_at"], claim.get("accepted_at")
    until = claim.get("decided_at", as_of)
    fired: list[Firing] = []
    for n, row in enumerate(claim["weather"]):
        starts, ends = row["starts"], row.get("ends", FAR)
        if starts < until and reported < ends and not levels.isdisjoint(row["areas"]):
            if row["relief"] and accepted is not None and starts < accepted + 24 * HOUR and ends > accepted:
                fired.append(("storm-relief", n))
            if row["level"] == 4 and row["storm"]:
                fired.append(("red-pause", n))
            if row["level"] >= 3:
                fired.append(("severe-weather", n))
    for n, row in enumerate(claim["declarations"]):
        here = row["disaster"] and row["starts"] <= reported < row.get("ends", FAR)
        if here and not levels.isdisjoint(row["areas"]):
            fired.append(("catastrophe", n))
    for n, row in enumerate(claim["branch_month"]):
        if row["branch"] == claim["branch"] and row["month"] == claim["month"]:
            fired.append(("branch_month", n))
            if row["complaints_per_thousand"] > 1000:
                fired.append(("complaint-surge", n))
            if row["survey_coverage"] >= 3000:
                fired.append(("covered", n))
    fired += [("upheld-complaint", n) for n, row in enumerate(claim["complaints"]) if row["upheld"]]
    if claim["withdrawn"]:
        fired.append(("withdrawn-claim", None))
    if "surveyed_at" in claim and not claim.get("gps_recorded", False):
        fired.append(("survey-without-gps", None))
    if claim.get("staff_misconduct", False):
        fired.append(("misconduct", None))
    return fired


def _each(work: Callable[[Plain], object], items: list[Plain]) -> None:
    for item in items:
        work(item)


def _adds_pauses(claim: Plain, as_of: int) -> bool:
    """Whether red warnings overlap in a claim: zen's graph adds pauses where they must be united."""
    red = [claim["weather"][n] for name, n in matched(claim, as_of) if name == "red-pause"]
    windows = sorted((row["starts"], row.get("ends", FAR)) for row in red)
    return any(start < end for (_, end), (start, _) in pairwise(windows))


def _motor() -> Ruleset:
    """The shipped ruleset with the cut-off of the generated claims."""
    loaded = load(str(portfolio.FOLDER), {"as_of": AS_OF})
    if loaded.versions is None:
        raise SystemExit(f"motor-small-claims has errors: {loaded.diagnostics}")
    return loaded.versions.newest


def _sample(data: Data, folder: Path, count: int) -> Data:
    """So many claims of the branches, with what may concern them."""
    names = ", ".join(f"'{name}'" for name in BRANCHES)
    here = f"list_bool_or(list_transform(string_split(areas, ';'), lambda area: area LIKE '{PROVINCE}%'))"
    claims = f"SELECT * FROM read_parquet('{data.claims}') WHERE 分支机构 IN ({names}) LIMIT {count}"
    months = f"FROM read_csv('{data.climate}', all_varchar = true) WHERE 分支机构 IN ({names})"
    rows = {
        "claims": claims,
        "weather": f"FROM read_csv('{data.weather}', all_varchar = true) WHERE {here}",
        "declarations": f"FROM read_csv('{data.declarations}', all_varchar = true) WHERE {here}",
        "complaints": f"FROM read_parquet('{data.complaints}') WHERE 案件号 IN (SELECT 案件号 FROM ({claims}))",
        "climate": f"SELECT *, '1' AS 案件数 {months}",
    }
    connection, files = connect(), {}
    for name, query in rows.items():
        ending = "parquet" if name in {"claims", "complaints"} else "csv"
        files[name] = folder / f"sample-{data.count}-{count}-{name}.{ending}"
        copy_once(connection, files[name], query)
    return Data(**files, count=count)
