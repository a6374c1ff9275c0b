"""The engines beside their rivals, on the same claims."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from tests.bench import agree, portfolio
from tests.bench.arithmetic import Arithmetic, Found, Shares, Situation
from tests.bench.by_hand import Bare, ByHand
from tests.bench.jdm import Jdm
from tests.bench.prepared import Plain, Preparer
from tests.bench.report import Measured
from tests.bench.timing import calibrate, interleave

from steelyard.diagnostics import Diagnostics
from steelyard.engines.durable import DurableEngine
from steelyard.engines.durable.engine import DurableCompiled
from steelyard.engines.durable.network import Answers, ConditionGroup
from steelyard.facts.case import Case
from steelyard.ir.ruleset import Ruleset
from steelyard.semantics import Circumstances, Program, SituationError, evaluate, prepare
from steelyard.semantics.bound_row import BoundRow
from steelyard.semantics.env import Env
from steelyard.semantics.outcome import Outcome

Rows = Callable[[int], Sequence[BoundRow]]


def measure(count: int, rounds: int, seed: int) -> list[Measured]:
    """Check that all agree, then time them side by side."""
    ruleset = portfolio.motor()
    cases = portfolio.claims(ruleset, count, seed).cases
    program = prepare(ruleset)
    durable = _durable(ruleset)
    preparer = Preparer(ruleset)
    claims = [preparer.claim(case) for case in cases]
    arithmetic = Arithmetic(preparer.as_of, partial(_shares, program))
    lang, bare, jdm = ByHand(preparer.as_of), Bare(preparer.as_of), Jdm(claims[0]["branch_month"], preparer.as_of)
    contexts = [jdm.context(claim) for claim in claims]

    expected = {case.key: agree.of_outcome(evaluate(program, case)) for case in cases}
    agree.check("durable", cases, expected, lambda case: agree.of_outcome(durable.evaluate(case)))
    for hand in (lang, bare):
        agree.check("by hand", claims, expected, lambda claim: _of_found(arithmetic.score(claim, hand.match(claim))))  # noqa: B023
    agree.check("zen", contexts, expected, jdm.scores)
    firings = [bare.match(claim) for claim in claims]
    replayed = Replay(durable, cases)
    agree.check("durable, replayed", cases, expected, lambda case: agree.of_outcome(replayed.evaluate(case)))

    seconds = interleave(
        {
            "loop": calibrate,
            "reference": partial(_each_case, partial(evaluate, program), cases),
            "durable": partial(_each_case, durable.evaluate, cases),
            "rest": partial(_each_case, replayed.evaluate, cases),
            "lang": partial(_hand, lang, arithmetic, claims),
            "bare": partial(_hand, bare, arithmetic, claims),
            "bare rules": lambda: [bare.match(claim) for claim in claims],
            "arithmetic": lambda: [arithmetic.score(c, f) for c, f in zip(claims, firings, strict=True)],
            "zen": lambda: [jdm.evaluate(context) for context in contexts],
        },
        rounds,
    )
    micro = {name: 1e6 * taken / count for name, taken in seconds.items()}
    thousand = 1000 * seconds["reference"] / count
    matching, rest = micro["durable"] - micro["rest"], micro["rest"]
    rules = micro["bare rules"]
    return [
        Measured("a million steps of plain Python", seconds["loop"], "s"),
        Measured("reference, a case", micro["reference"], "us", 150),
        Measured("1000 cases by the reference : a million steps", thousand / seconds["loop"], "x"),
        Measured("durable, a case", micro["durable"], "us"),
        Measured("    of it matching", matching, "us"),
        Measured("    of it the rest: combination, arithmetic, ledger", rest, "us"),
        Measured("rules by hand, bare calls, a case", rules, "us"),
        Measured("durable : rules by hand and the same rest", micro["durable"] / (rules + rest), "x", 1.5),
        Measured("    matching : rules by hand", matching / rules, "x"),
        Measured("    durable : by hand, scores only, bare calls", micro["durable"] / micro["bare"], "x"),
        Measured("    durable : by hand, scores only, durable.lang", micro["durable"] / micro["lang"], "x"),
        Measured("by hand, scores only, bare calls, a case", micro["bare"], "us"),
        Measured("by hand, scores only, durable.lang, a case", micro["lang"], "us"),
        Measured("    of it arithmetic", micro["arithmetic"], "us"),
        Measured("durable : reference", micro["durable"] / micro["reference"], "x"),
        Measured("zen, a case", micro["zen"], "us"),
        Measured("reference : zen", micro["reference"] / micro["zen"], "x"),
        Measured("durable : zen", micro["durable"] / micro["zen"], "x"),
    ]


class Replay:
    """The durable engine with durable's answers written down beforehand: what it costs beside matching."""

    def __init__(self, durable: DurableCompiled, cases: Sequence[Case]) -> None:
        self._engine = durable
        self._network = durable._plan.network
        self._asked = self._network.post
        self._answers: dict[str, list[Answers]] = {}
        for case in cases:
            noted = self._answers[case.key] = []
            self._network.post = partial(self._note, noted)  # type: ignore[method-assign]
            durable.evaluate(case)
        del self._network.post

    def _note(self, noted: list[Answers], group: ConditionGroup, env: Env, rows: Rows) -> Answers:
        noted.append(self._asked(group, env, rows))
        return noted[-1]

    def evaluate(self, case: Case) -> Outcome:
        """The outcome of a case, durable left out."""
        answers = iter(self._answers[case.key])
        self._network.post = lambda group, env, rows: next(answers)  # type: ignore[method-assign]
        outcome = self._engine.evaluate(case)
        del self._network.post
        return outcome


def _durable(ruleset: Ruleset) -> DurableCompiled:
    compiled = DurableEngine().compile(ruleset, Diagnostics())
    if compiled is None:
        raise SystemExit("the durable engine refuses the ruleset")
    return compiled


def _each_case(evaluate_one: object, cases: list[Case]) -> None:
    for case in cases:
        evaluate_one(case)  # type: ignore[operator]


def _hand(hand: ByHand | Bare, arithmetic: Arithmetic, claims: list[Plain]) -> None:
    for claim in claims:
        arithmetic.score(claim, hand.match(claim))


def _of_found(found: Found) -> agree.Scores:
    if found.score is None:
        return None, None, {}
    return found.score, found.grade, found.scores


def _shares(program: Program, situation: Situation) -> Shares:
    """The table of situations, for the hand-written rival: resolved by steelyard, once each."""
    severe, surge, present = situation
    (prepared,) = program.scores
    fired = (*(("severe-weather",) if severe else ()), *(("complaint-surge",) if surge else ()))
    waived = frozenset((member, None) for member in frozenset(prepared.rule.members) - present)
    if prepared.weighing is None:
        raise SystemExit("the score has no weights")
    found = prepared.weighing.resolve(Circumstances(fired, waived, ()))
    if isinstance(found, SituationError):
        raise SystemExit(str(found.message))
    return {name: share for (name, _), share in found.by_member.items()}
