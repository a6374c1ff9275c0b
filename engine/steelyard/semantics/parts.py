"""The results of an indicator that other expressions may read: `survey.score` (LANGUAGE.md section 4).

They are missing where the indicator was waived, except measure and status. A share is rounded half_up to 6 digits;
where several scores contain the indicator, it is the share in the first.
"""

from __future__ import annotations

from typing import assert_never

from steelyard.diagnostics import InternalError
from steelyard.ir.expressions import Part
from steelyard.ir.ruleset import LEDGER_DIGITS
from steelyard.semantics.env import Env, Meaning
from steelyard.semantics.records import Result
from steelyard.semantics.values import Missing, Value, divide, missing


def part(indicator: str, wanted: Part) -> Meaning:
    """Build the meaning of one part of an indicator."""
    nothing = missing(f"{indicator}.{wanted.value}")

    def evaluate(env: Env) -> Value:
        result = env.results.get(indicator)
        if result is None:
            raise InternalError(f"`{indicator}.{wanted.value}` was read before it is settled")
        value = _value(result, wanted, env)
        return nothing if value is None else value

    return evaluate


def _value(result: Result, wanted: Part, env: Env) -> Value | None:
    waived = result.waived is not None
    match wanted:
        case Part.MEASURE:
            return result.measure
        case Part.STATUS:
            return "waived" if waived else "scored"
        case Part.TARGET:
            return None if waived else result.target
        case Part.SCORE:
            return result.score
        case Part.SHARE:
            return _share(result, env)
        case _:
            assert_never(wanted)


def _share(result: Result, env: Env) -> Value | Missing | None:
    for scored in env.bases:
        for contribution in scored.contributions:
            if contribution.result is result and scored.denominator is not None:
                return divide(contribution.share * 10**LEDGER_DIGITS, scored.denominator)
    return None
