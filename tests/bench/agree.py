"""Nothing is timed that does not come to the same scores."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from steelyard.semantics.outcome import Outcome

Scores = tuple[int | None, str | None, dict[str, int]]
"""Final score in hundredths, grade, each scored indicator's score in hundredths."""


def of_outcome(outcome: Outcome) -> Scores:
    """What an engine of ours says; nothing for a case without a score."""
    (score,) = outcome.scores or (None,)
    if score is None or score.final is None:
        return None, None, {}
    return score.final.value, score.grade, {i.id: i.score for i in outcome.indicators if i.score is not None}


def check(what: str, cases: Sequence[Any], expected: Mapping[str, Scores], scored: Callable[[Any], Scores]) -> None:
    """Compare on every case; stops the run where one differs."""
    for case, (key, scores) in zip(cases, expected.items(), strict=True):
        found = scored(case)
        if found != scores:
            raise SystemExit(f"{what} disagrees with the reference on {key}: {found}, not {scores}")
