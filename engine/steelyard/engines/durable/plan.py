"""Decides when each condition is evaluated, and reads durable's answers.

Conditions that read no indicator and no score, and cannot reject the case, are evaluated together as soon as the rows
are known: exemptions, adjustments, only_if, most unscored and points rules. Conditions on indicators or scores follow
in their stratum. A condition that may reject the case (it asks a table of hit policy unique or any) is evaluated alone,
at the same point as in the reference.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from steelyard.diagnostics import InternalError
from steelyard.engines.durable.candidates import Index, make_index
from steelyard.engines.durable.network import Answers, AskedCondition, ConditionGroup, Network
from steelyard.ir.expressions import Expr, Stored
from steelyard.ir.ruleset import Ruleset, Score
from steelyard.semantics.bound_row import BoundRow
from steelyard.semantics.env import Env, Meaning
from steelyard.semantics.program import Program
from steelyard.semantics.values import Missing, Truth, Value, union


@dataclass(frozen=True, slots=True)
class ConditionPlace:
    """Where a condition is in the network: the position of its group, and its number in the group."""

    group: int
    number: int


@dataclass(frozen=True, slots=True)
class Question:
    """A condition of a rule, identified by the kind of rule and its id."""

    key: tuple[str, str]
    expr: Expr
    relation: str | None
    stage: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """All conditions of a ruleset in one network.

    Attributes:
        groups: in the order made; the first holds the conditions that are evaluated early.
        places: the place of every condition.
        meanings: the meaning of every condition, used to name what was missing where it is unknown.
        indexes: of joined relations, by their position.
    """

    program: Program
    network: Network
    groups: tuple[ConditionGroup, ...]
    places: dict[tuple[str, str], ConditionPlace]
    meanings: dict[tuple[str, str], Meaning]
    indexes: dict[int, Index]


def make_plan(program: Program) -> Plan:
    """Divide the conditions into groups and build the network."""
    ruleset, scope = program.ruleset, program.scope

    def constant(expr: Expr) -> Stored | None:
        value: Value = program.meaning(expr)(scope.nothing)
        return None if isinstance(value, Missing) else value

    network = Network(ruleset.id, program.meaning, constant)
    early: list[Question] = []
    later: dict[tuple[str, int], list[Question]] = {}
    alone: list[Question] = []
    for question in _questions(ruleset):
        if scope.reading.may_reject(question.expr):
            alone.append(question)
        elif question.key[0] == "joins":
            later.setdefault(("joins", 0), []).append(question)
        elif scope.reading.reads_results(question.expr):
            later.setdefault((question.key[0], question.stage), []).append(question)
        else:
            early.append(question)
    groups: list[ConditionGroup] = []
    places: dict[tuple[str, str], ConditionPlace] = {}
    for members in (early, *later.values(), *([question] for question in alone)):
        asked = [
            AskedCondition(q.expr, q.relation, None if q.relation is None else scope.relations[q.relation], q in alone)
            for q in members
        ]
        for number, question in enumerate(members):
            places[question.key] = ConditionPlace(len(groups), number)
        groups.append(network.group(asked))
    network.start()
    meanings = {question.key: program.meaning(question.expr) for question in _questions(ruleset)}
    found = ((number, make_index(relation, program)) for number, relation in enumerate(ruleset.relations))
    indexes = {number: index for number, index in found if index is not None}
    return Plan(program, network, tuple(groups), places, meanings, indexes)


def _questions(ruleset: Ruleset) -> list[Question]:
    """List every condition in the order in which the strata reach it."""
    families = {i.id: None if i.family is None else i.family.relation for i in ruleset.indicators}
    return [
        *(Question(("joins", r.id), r.joins, r.id) for r in ruleset.relations if r.joins is not None),
        *(Question(("exemption", e.id), e.when, e.for_each) for e in ruleset.exemptions),
        *(Question(("adjustment", a.id), a.when, None) for a in ruleset.weights.adjustments),
        *(Question(("only_if", i.id), i.only_if, families[i.id]) for i in ruleset.indicators if i.only_if is not None),
        *(Question(("unscored", u.id), u.when, None) for u in ruleset.unscored),
        *(
            Question(("member", key), (s.only_if or {})[member], None)
            for s in ruleset.scores
            for member, key in member_keys(s)
        ),
        *(Question(("points", p.id), p.when, p.for_each, p.stage) for p in ruleset.points),
    ]


def member_keys(score: Score) -> list[tuple[str, str]]:
    """List the members that count under a condition, each with what identifies its condition in the ruleset."""
    return [(member, f"{score.id}.{member}") for member in score.only_if or {}]


@dataclass(slots=True, eq=False)
class Answering:
    """The conditions of one case. A group is posted when one of its conditions is first needed."""

    plan: Plan
    env: Env
    candidates: dict[int, list[BoundRow]] = field(default_factory=dict[int, list[BoundRow]])
    """Used only while relations are joined: the rows that may belong to the case, by the relation's position."""
    answers: dict[int, Answers] = field(default_factory=dict[int, Answers])

    def on_case(self, key: tuple[str, str]) -> Truth:
        """Return the truth of a condition on the case."""
        place, answers = self._ask(key)
        truth = answers.truth(place.number)
        return self._reasons(key) if truth is None else truth

    def on_rows(self, key: tuple[str, str], relation: int, rows: Sequence[BoundRow]) -> list[Truth]:
        """Return the truth of a condition for each of the posted rows, not combined with their membership."""
        place, answers = self._ask(key)
        truths: list[Truth] = []
        for number, row in enumerate(rows):
            truth: Truth | None = answers.truth(place.number, number)
            if truth is None:
                self.env.bound[relation] = row
                truth = self._reasons(key)
                self.env.bound[relation] = None
            truths.append(truth)
        return truths

    def _ask(self, key: tuple[str, str]) -> tuple[ConditionPlace, Answers]:
        place = self.plan.places[key]
        answers = self.answers.get(place.group)
        if answers is None:
            group = self.plan.groups[place.group]
            answers = self.answers[place.group] = self.plan.network.post(group, self.env, self._rows)
        return place, answers

    def _rows(self, relation: int) -> Sequence[BoundRow]:
        return self.candidates[relation] if relation in self.candidates else self.env.rows[relation]

    def _reasons(self, key: tuple[str, str]) -> Missing:
        """Return what was missing: durable decides that the condition is unknown, its meaning gives the names."""
        value: object = self.plan.meanings[key](self.env)
        if not isinstance(value, Missing):
            raise InternalError(f"durable finds `{key[1]}` unknown, the meaning is {value}")
        return value


def both(member: Truth, condition: Truth) -> Truth:
    """Combine a row's membership and a condition on it by the three-valued `and`."""
    if condition is False:
        return False
    unknown = [truth for truth in (member, condition) if isinstance(truth, Missing)]
    return union([*unknown]) if unknown else True
