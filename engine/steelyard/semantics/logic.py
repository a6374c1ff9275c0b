"""Three-valued logic and the nodes that test for missing values (LANGUAGE.md section 5)."""

from __future__ import annotations

from typing import Any

from steelyard.semantics.env import Env, Meaning
from steelyard.semantics.values import Missing, Truth, union


def conjunction(items: tuple[Meaning, ...], may_reject: bool) -> Meaning:
    """Three-valued `and`: false if one is false, else unknown with the reasons of all unknown items, else true."""
    return _junction(items, may_reject, decides=False)


def disjunction(items: tuple[Meaning, ...], may_reject: bool) -> Meaning:
    """Three-valued `or`: true if one is true, else unknown with the reasons of all unknown items, else false."""
    return _junction(items, may_reject, decides=True)


def _junction(items: tuple[Meaning, ...], may_reject: bool, *, decides: bool) -> Meaning:
    """Build `and` or `or`. Items after a decisive one are evaluated only if they may reject the case."""
    otherwise = not decides

    def evaluate(env: Env) -> Truth:
        unknown: list[Missing] | None = None
        for item in items:
            truth = item(env)
            if truth is decides:
                return decides
            if truth is not otherwise:
                unknown = [truth] if unknown is None else [*unknown, truth]
        return union(unknown) if unknown else otherwise

    def evaluate_all(env: Env) -> Truth:
        truths = [item(env) for item in items]
        if decides in truths:
            return decides
        return union(truths) if any(isinstance(truth, Missing) for truth in truths) else not decides

    return evaluate_all if may_reject else evaluate


def choice(condition: Meaning, yes: Meaning, no: Meaning) -> Meaning:
    """Return the value of the branch taken; missing where the condition is unknown."""

    def evaluate(env: Env) -> Any:  # noqa: ANN401 - see Meaning
        truth = condition(env)
        if isinstance(truth, Missing):
            return truth
        return yes(env) if truth else no(env)

    return evaluate


def first_present(items: tuple[Meaning, ...]) -> Meaning:
    """Return the first item that is not missing; else missing with the reasons of all."""

    def evaluate(env: Env) -> Any:  # noqa: ANN401 - see Meaning
        reasons: list[Missing] = []
        for item in items:
            value = item(env)
            if not isinstance(value, Missing):
                return value
            reasons.append(value)
        return union(reasons)

    return evaluate


def absence(operand: Meaning, negated: bool) -> Meaning:
    """Return whether the operand is missing."""
    return lambda env: isinstance(operand(env), Missing) is not negated
