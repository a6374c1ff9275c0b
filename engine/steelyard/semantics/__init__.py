"""The reference semantics: the definition of what a ruleset means. Every engine agrees with it, bit for bit.

After ir and facts in the pipeline; before the engines and the explanation. `prepare` builds the meaning of every
expression once, `run` evaluates a case and keeps all intermediate results, `evaluate` returns its outcome.

Properties, each held by a test:

- No value is a float; every quotient is rounded once, where the ruleset says so.
- The meaning of an expression depends on the meanings of its parts and on nothing else.
- A missing operand makes a result missing for the reasons of all missing operands; nothing is guessed.
- An outcome depends on the ruleset and the case alone: not on the clock, the machine, or earlier cases.
- Within a stratum the order of rules decides only which of several equal candidates is named.
- The order of a relation's rows does not change a score.
- The ledger of every score is a closed sum, exact on numerators; its rounding line is bounded (see ledger.py).
- The shares of a score are above or equal to 0 and add up to D.
- A case is rejected, unscored or scored; a rejection in a stratum that is reached wins.
"""

from steelyard.semantics.bound_row import BoundRow
from steelyard.semantics.env import Env, Meaning
from steelyard.semantics.evaluate import evaluate, rejected, run
from steelyard.semantics.evaluation import Evaluation
from steelyard.semantics.outcome import (
    Fired,
    Fixed,
    IndicatorOutcome,
    IndicatorShare,
    Line,
    LineKind,
    Outcome,
    OutputOutcome,
    ScoreOutcome,
    Status,
)
from steelyard.semantics.program import Program, prepare
from steelyard.semantics.records import Applied, Contribution, Granted, Judged, Result, Scored, Scoring, Timing
from steelyard.semantics.situations import (
    NOTHING,
    Circumstances,
    Situation,
    SituationError,
    Stage,
    StageKind,
)
from steelyard.semantics.values import Missing, Rejected, Truth, Value, divide
from steelyard.semantics.weights import Weighing, resolve

__all__ = [
    "NOTHING",
    "Applied",
    "BoundRow",
    "Circumstances",
    "Contribution",
    "Env",
    "Evaluation",
    "Fired",
    "Fixed",
    "Granted",
    "IndicatorOutcome",
    "IndicatorShare",
    "Judged",
    "Line",
    "LineKind",
    "Meaning",
    "Missing",
    "Outcome",
    "OutputOutcome",
    "Program",
    "Rejected",
    "Result",
    "ScoreOutcome",
    "Scored",
    "Scoring",
    "Situation",
    "SituationError",
    "Stage",
    "StageKind",
    "Status",
    "Timing",
    "Truth",
    "Value",
    "Weighing",
    "divide",
    "evaluate",
    "prepare",
    "rejected",
    "resolve",
    "run",
]
