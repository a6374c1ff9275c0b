"""The rules of motor-small-claims, written for durable-rules by hand.

As one would write them: a rule for each exemption, adjustment, only_if, deduction and gate, the joins in
their conditions; what durable cannot be asked safely is put into the facts beforehand, as a number: whether an
area covers a place, which month it is, whether a kind is one of several (an `or` beside a join matches rows
that the other tests refuse). The facts are those that steelyard asserts: the claim and every row
of its relations. It answers which rules fired, in which rows, and nothing else: it knows no *unknown* (a
missing milestone is a far future, a missing truth a 0), gives no reasons, and checks nothing it is given.
"""

from __future__ import annotations

import json
from typing import Any

from durable import engine, lang
from durable.lang import c, m, ruleset, when_all
from tests.bench.prepared import HOUR, Plain

FAR = 1 << 62
NAME = "motor-by-hand"

Firing = tuple[str, Any]


def rules(fired: list[Firing]) -> dict[str, Any]:
    """The rules as durable's definition; their actions note what fired in the list."""
    with ruleset(NAME):

        @when_all(
            c.claim << m.k == "claim",
            c.row << (m.k == "weather")
            & (m.here == 1)
            & (m.relief > 0)
            & (m.starts < c.claim.until)
            & (m.ends > c.claim.reported)
            & (m.starts < c.claim.survey_due)
            & (m.ends > c.claim.accepted),
        )
        def storm_relief(found: Any) -> None:
            fired.append(("storm-relief", found.row.n))

        @when_all(
            c.claim << m.k == "claim",
            c.row << (m.k == "weather")
            & (m.here == 1)
            & (m.level == 4)
            & (m.storm == 1)
            & (m.starts < c.claim.until)
            & (m.ends > c.claim.reported),
        )
        def red_pause(found: Any) -> None:
            fired.append(("red-pause", found.row.n))

        @when_all(
            c.claim << m.k == "claim",
            c.row << (m.k == "weather")
            & (m.here == 1)
            & (m.level >= 3)
            & (m.starts < c.claim.until)
            & (m.ends > c.claim.reported),
        )
        def severe_weather(found: Any) -> None:
            fired.append(("severe-weather", found.row.n))

        @when_all(
            c.claim << m.k == "claim",
            c.row << (m.k == "declaration")
            & (m.here == 1)
            & (m.disaster == 1)
            & (m.starts <= c.claim.reported)
            & (m.ends > c.claim.reported),
        )
        def catastrophe(found: Any) -> None:
            fired.append(("catastrophe", found.row.n))

        @when_all(
            c.claim << m.k == "claim",
            c.row << (m.k == "branch_month") & (m.branch == c.claim.branch) & (m.month == c.claim.month),
        )
        def branch_month(found: Any) -> None:
            fired.append(("branch_month", found.row.n))

        @when_all(
            c.claim << m.k == "claim",
            c.row << (m.k == "branch_month")
            & (m.complaints > 1000)
            & (m.branch == c.claim.branch)
            & (m.month == c.claim.month),
        )
        def complaint_surge(found: Any) -> None:
            fired.append(("complaint-surge", found.row.n))

        @when_all(
            c.claim << m.k == "claim",
            c.row << (m.k == "branch_month")
            & (m.coverage >= 3000)
            & (m.branch == c.claim.branch)
            & (m.month == c.claim.month),
        )
        def covered(found: Any) -> None:
            fired.append(("covered", found.row.n))

        @when_all((m.k == "claim") & (m.withdrawn == 1))
        def withdrawn(_: Any) -> None:
            fired.append(("withdrawn-claim", None))

        @when_all((m.k == "complaint") & (m.upheld == 1))
        def upheld(found: Any) -> None:
            fired.append(("upheld-complaint", found.m.n))

        @when_all((m.k == "claim") & (m.surveyed == 1) & (m.gps == 0))
        def without_gps(_: Any) -> None:
            fired.append(("survey-without-gps", None))

        @when_all((m.k == "claim") & (m.misconduct == 1))
        def misconduct(_: Any) -> None:
            fired.append(("misconduct", None))

    return lang._rulesets.pop(NAME).define()[1]


def facts(claim: Plain, as_of: int) -> list[Plain]:
    """The claim and all rows as facts; `n` is the position of a row in its relation."""
    accepted = claim.get("accepted_at", FAR)
    levels = claim["levels"]
    return [
        {
            "k": "claim",
            "id": 1,
            "reported": claim["reported_at"],
            "until": claim.get("decided_at", as_of),
            "accepted": accepted,
            "survey_due": accepted + 24 * HOUR if accepted != FAR else -FAR,
            "branch": claim["branch"],
            "month": claim["month"],
            "withdrawn": int(claim["withdrawn"]),
            "surveyed": int("surveyed_at" in claim),
            "gps": int(claim.get("gps_recorded", False)),
            "misconduct": int(claim.get("staff_misconduct", False)),
        },
        *(
            {
                "k": "weather",
                "id": 100 + n,
                "n": n,
                "here": int(not levels.isdisjoint(row["areas"])),
                "storm": row["storm"],
                "level": row["level"],
                "relief": row["relief"],
                "starts": row["starts"],
                "ends": row.get("ends", FAR),
            }
            for n, row in enumerate(claim["weather"])
        ),
        *(
            {
                "k": "declaration",
                "id": 10_000 + n,
                "n": n,
                "here": int(not levels.isdisjoint(row["areas"])),
                "disaster": row["disaster"],
                "starts": row["starts"],
                "ends": row.get("ends", FAR),
            }
            for n, row in enumerate(claim["declarations"])
        ),
        *(
            {"k": "complaint", "id": 20_000 + n, "n": n, "upheld": int(row["upheld"])}
            for n, row in enumerate(claim["complaints"])
        ),
        *(
            {
                "k": "branch_month",
                "id": 30_000 + n,
                "n": n,
                "branch": row["branch"],
                "month": row["month"],
                "complaints": row["complaints_per_thousand"],
                "coverage": row["survey_coverage"],
            }
            for n, row in enumerate(claim["branch_month"])
        ),
    ]


class ByHand:
    """durable driven through its own Python, without the threads of its host: `assert_facts`, then its actions."""

    def __init__(self, as_of: int) -> None:
        self._as_of = as_of
        self._fired: list[Firing] = []
        definition = rules(self._fired)
        self._rules = _Tolerant(NAME, None, definition)

    def match(self, claim: Plain) -> list[Firing]:
        """Which rules fired, each with the number of its row."""
        self._fired.clear()
        state = self._rules.assert_facts(facts(claim, self._as_of))
        self._rules.do_actions(state, _raise)
        self._rules.delete_state("0")
        return list(self._fired)


class _Tolerant(engine.Ruleset):
    """One fact of many that matches nothing is no error here: the others are in, and their rules must run."""

    def _handle_result(self, result: tuple[int, int], message: object) -> int:
        return result[1] if result[0] == 1 else super()._handle_result(result, message)


class Bare:
    """The same rules without durable's Python: JSON in, activations read off one by one, nothing of its own."""

    def __init__(self, as_of: int) -> None:
        self._as_of = as_of
        definition = rules([])
        self._names = {name: rule.pop("run").__name__ for name, rule in definition.items()}
        self._native = engine.durable_rules_engine
        self._handle = self._native.create_ruleset(f"{NAME}-bare", json.dumps(definition))

    def match(self, claim: Plain) -> list[Firing]:
        """Which rules fired, each with the number of its row."""
        native, handle = self._native, self._handle
        fired: list[Firing] = []
        _, state = native.assert_facts(handle, json.dumps(facts(claim, self._as_of)))
        started = native.start_action_for_state(handle, state)
        message = started[1] if started else None
        while message:
            ((rule, matched),) = json.loads(message).items()
            row = matched.get("row") or matched.get("m")
            fired.append((_RULES[self._names[rule]], row.get("n")))
            message = native.complete_and_start_action(handle, state)
        native.delete_state(handle, "0")
        return fired


_RULES = {
    "storm_relief": "storm-relief",
    "red_pause": "red-pause",
    "severe_weather": "severe-weather",
    "catastrophe": "catastrophe",
    "branch_month": "branch_month",
    "complaint_surge": "complaint-surge",
    "covered": "covered",
    "withdrawn": "withdrawn-claim",
    "upheld": "upheld-complaint",
    "without_gps": "survey-without-gps",
    "misconduct": "misconduct",
}


def _raise(error: object, _: object) -> None:
    if error:
        raise RuntimeError(str(error))
