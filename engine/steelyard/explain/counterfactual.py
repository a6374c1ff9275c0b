"""Computes the score with and without each exemption, by running the ruleset again with the exemption removed."""

from __future__ import annotations

from dataclasses import replace

from steelyard.explain.records import Counterfactual
from steelyard.explain.words import Words
from steelyard.facts.case import Case
from steelyard.ir.ruleset import Ruleset
from steelyard.semantics.evaluate import run
from steelyard.semantics.evaluation import Evaluation
from steelyard.semantics.outcome import Fixed, Outcome
from steelyard.semantics.program import Program, prepare


class Without:
    """Evaluates cases under a ruleset with some exemptions removed. Each such ruleset is prepared once and kept."""

    def __init__(self, ruleset: Ruleset) -> None:
        self._ruleset = ruleset
        self._prepared: dict[frozenset[str], Program] = {}

    def outcome(self, case: Case, exemptions: frozenset[str]) -> Outcome:
        """Return the outcome of a case without the exemptions of these ids."""
        if exemptions not in self._prepared:
            kept = tuple(one for one in self._ruleset.exemptions if one.id not in exemptions)
            self._prepared[exemptions] = prepare(replace(self._ruleset, exemptions=kept))
        return run(self._prepared[exemptions], case).outcome


def counterfactuals(evaluation: Evaluation, without: Without, words: Words) -> tuple[Counterfactual, ...]:
    """Compare every score with and without each exemption that fired, then without all of them together.

    An exemption that did not fire changes nothing and is left out. The comparison without all of them is added only
    where at least two fired; its exemption is None.
    """
    fired = [
        exemption.id
        for exemption in evaluation.ruleset.exemptions
        if any(judged.rule == exemption.id and judged.truth is True for judged in evaluation.exemptions)
    ]
    sets: list[tuple[str | None, frozenset[str]]] = [(one, frozenset({one})) for one in fired]
    if len(fired) > 1:
        sets.append((None, frozenset(fired)))
    found: list[Counterfactual] = []
    for name, removed in sets:
        other = _finals(without.outcome(evaluation.case, removed))
        for scored in evaluation.scores:
            label = None if name is None else words.name(name)
            found.append(Counterfactual(label, words.score(scored.id), scored.final, other.get(scored.id)))
    return tuple(found)


def _finals(outcome: Outcome) -> dict[str, Fixed | None]:
    return {score.id: score.final for score in outcome.scores}
