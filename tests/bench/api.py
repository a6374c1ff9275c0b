"""Single cases through the Python API, intake and all, beside the reference alone and zen-engine."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from tempfile import TemporaryDirectory

from tests.bench import agree, portfolio
from tests.bench.jdm import Jdm
from tests.bench.prepared import Preparer
from tests.bench.processes import work
from tests.bench.report import Measured
from tests.bench.timing import calibrate, interleave

import steelyard
from steelyard import Policy
from steelyard.calendars.zones import zone
from steelyard.facts import Case, format_value
from steelyard.facts.python import value_of
from steelyard.ir.ruleset import InputField
from steelyard.semantics import evaluate, prepare

Given = Mapping[str, object]
Rows = Mapping[str, Sequence[Given]]
Show = Callable[[InputField, object], object]

START = datetime(2024, 3, 4, 9)  # noqa: DTZ001 - local to the ruleset
LOAD = "import steelyard; steelyard.load({name!r}{more})"
LOADED = {"claims-efficiency": "", "motor-small-claims": ", as_of='2024-06-01T00:00'"}


def measure(count: int, rounds: int, seed: int) -> list[Measured]:
    """Check that the API, the reference and zen-engine agree, then time them side by side."""
    ruleset = portfolio.motor()
    cases = portfolio.claims(ruleset, count, seed).cases
    motor = steelyard.load("motor-small-claims", as_of=portfolio.AS_OF)
    efficiency = steelyard.load("claims-efficiency")
    here = zone(ruleset.timezone)
    fields = {relation.id: relation.fields for relation in ruleset.relations}

    def given(case: Case, show: Show) -> tuple[Given, Rows]:
        month = f"{value_of(case.values['reported_at'], ruleset.inputs[4].type, here):%Y-%m}"
        rows = {name: [_shown(fields[name], row.values, show) for row in own] for name, own in case.rows.items()}
        own_month = [
            row for row in rows["branch_month"] if (row["branch"], row["month"]) == (case.values["branch"], month)
        ]
        return _shown(ruleset.inputs, case.values, show), {**rows, "branch_month": own_month}

    def text(field: InputField, value: object) -> object:
        return format_value(value, field.type, here)  # type: ignore[arg-type]

    def typed(field: InputField, value: object) -> object:
        return value_of(value, field.type, here)  # type: ignore[arg-type]

    texts, values = [given(case, text) for case in cases], [given(case, typed) for case in cases]
    preparer, program = Preparer(ruleset), prepare(ruleset)
    claims = [preparer.claim(case) for case in cases]
    jdm = Jdm(claims[0]["branch_month"], preparer.as_of)
    contexts = [jdm.context(claim) for claim in claims]
    expected = {case.key: agree.of_outcome(evaluate(program, case)) for case in cases}
    agree.check("zen", contexts, expected, jdm.scores)
    for form in (texts, values):
        for case, one in zip(cases, form, strict=True):
            if agree.of_outcome(motor.evaluate(*one).outcome) != expected[case.key]:
                raise SystemExit(f"the API differs from the reference about {case.key}")
    simple = [_efficiency(number) for number in range(count)]
    bare = [efficiency.evaluate(one).case for one in simple]
    own = efficiency._reference[efficiency.version].program

    seconds = interleave(
        {
            "loop": calibrate,
            "efficiency": partial(_each, efficiency, [(one, {}) for one in simple]),
            "efficiency, reference": lambda: [evaluate(own, case) for case in bare if case is not None],
            "texts": partial(_each, motor, texts),
            "values": partial(_each, motor, values),
            "reference": lambda: [evaluate(program, case) for case in cases],
            "zen": lambda: [jdm.evaluate(context) for context in contexts],
        },
        rounds,
    )
    micro = {name: 1e6 * taken / count for name, taken in seconds.items()}
    rows = sum(len(own) for _, related in texts for own in related.values()) / count
    return [
        Measured("a million steps of plain Python", seconds["loop"], "s"),
        Measured("claims-efficiency, a case through the API", micro["efficiency"], "us", 200),
        Measured("    : the reference alone", micro["efficiency"] / micro["efficiency, reference"], "x"),
        Measured(f"motor-small-claims, a case with {rows:.1f} rows as texts", micro["texts"], "us", 500),
        Measured("    as Python values", micro["values"], "us", 500),
        Measured("    as texts : the reference alone", micro["texts"] / micro["reference"], "x"),
        Measured("    as texts : zen-engine without intake", micro["texts"] / micro["zen"], "x"),
        *_loads(rounds),
    ]


def _shown(fields: Sequence[InputField], values: Mapping[str, object], show: Show) -> Given:
    return {field.id: show(field, values[field.id]) for field in fields if field.id in values}


def _efficiency(number: int) -> Given:
    """A claim of claims-efficiency whose survey takes a number of hours."""
    hours = {"reported": 0, "accepted": 1, "surveyed": 1 + number % 60, "decided": 61 + number, "paid": 62 + number}
    times = {f"{name}_at": (START + timedelta(hours=after)).isoformat(" ") for name, after in hours.items()}
    return {"claim_id": str(number), **times, "accuracy_rate": "0.9631"}


def _each(policy: Policy, given: Sequence[tuple[Given, Rows]]) -> None:
    for inputs, relations in given:
        policy.evaluate(inputs, relations)


def _loads(rounds: int) -> list[Measured]:
    """Seconds of `load` in a fresh process, the start of the interpreter and all imports included."""
    with TemporaryDirectory() as kept:
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        works = {
            name: work(
                (sys.executable, "-c", LOAD.format(name=name, more=more)), environment | {"PYTHONPYCACHEPREFIX": kept}
            )
            for name, more in LOADED.items()
        }
        seconds = interleave(works, rounds, elapsed=True)
    return [Measured(f"load {name}, a fresh process", taken, "s", 0.5) for name, taken in seconds.items()]
