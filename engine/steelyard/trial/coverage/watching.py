"""Prepares a ruleset whose conditions tell what they, and their atoms, saw."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from steelyard.ir.ruleset import Ruleset
from steelyard.semantics import Env, Meaning, Missing, Program, Rejected, Truth, prepare
from steelyard.trial.coverage.conditions import Condition, Known, conditions

Sees = Callable[[Condition, Known, Sequence[Known]], None]
"""Is told, each time that a condition is evaluated, its truth and those of its atoms."""


def watched(ruleset: Ruleset, sees: Sees) -> Program:
    """Prepare a ruleset, with the values of its parameters.

    Only rows that certainly belong to the case are told: in others a condition alone decides nothing.
    """
    program = prepare(ruleset)
    known = {(one.of, one.member): one for one in conditions(ruleset) if not one.is_constant}

    def watch(of: str, when: Meaning, member: str = "") -> Meaning:
        one = known.get((of, member))
        return when if one is None else _watching(one, when, program, sees)

    def members(of: str, only_if: dict[str, Meaning]) -> dict[str, Meaning]:
        return {member: watch(of, when, member) for member, when in only_if.items()}

    return replace(
        program,
        exemptions=tuple(replace(one, when=watch(one.id, one.when)) for one in program.exemptions),
        adjustments=tuple(replace(one, when=watch(one.id, one.when)) for one in program.adjustments),
        unscored=tuple(replace(one, when=watch(one.id, one.when)) for one in program.unscored),
        indicators=tuple(
            one if one.only_if is None else replace(one, only_if=watch(one.rule.id, one.only_if))
            for one in program.indicators
        ),
        scores=tuple(replace(one, only_if=members(one.rule.id, one.only_if)) for one in program.scores),
        stages=tuple(
            (
                stage,
                [replace(one, judged=replace(one.judged, when=watch(one.rule.id, one.judged.when))) for one in rules],
            )
            for stage, rules in program.stages
        ),
    )


def _watching(condition: Condition, when: Meaning, program: Program, sees: Sees) -> Meaning:
    atoms = [program.meaning(atom) for atom in condition.atoms]
    relation = None if condition.relation is None else program.scope.relations[condition.relation]

    def evaluate(env: Env) -> Truth:
        truth: Truth = when(env)
        row = None if relation is None else env.bound[relation]
        if row is None or row.member is True:
            try:
                truths = [_known(atom(env)) for atom in atoms]
            except Rejected:  # an atom that the condition itself did not need
                truths = [None] * len(atoms)
            sees(condition, _known(truth), truths)
        return truth

    return evaluate


def _known(truth: Truth) -> Known:
    return None if isinstance(truth, Missing) else truth
