"""Turns conditions into durable's rules, and cases into its facts.

A *group* holds the conditions that are evaluated together. Conditions on the case share a fact of the case; conditions
on rows of a relation share a fact per row, joined with a fact of the case where a condition reads both. durable fails
with more than 64 true conditions, or about 250 fields, on one fact. So a group is divided into *decks* of as many
conditions as fit, and each deck has its own kind of fact.

The rules for the falsehood of a condition require the field `gap`, which is asserted only where a field of the fact is
missing. Without a gap, every condition that is not true is false.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import cast

from steelyard.engines.durable.conditions import (
    Atom,
    Branch,
    Condition,
    Constant,
    Join,
    compile_condition,
    encode,
    encode_joined,
    lifted,
)
from steelyard.engines.durable.session import Fact, Session
from steelyard.ir.expressions import Comparator, Expr, Literal, Stored
from steelyard.ir.reading import reads_row
from steelyard.ir.walk import nodes
from steelyard.semantics.bound_row import BoundRow
from steelyard.semantics.env import Env, Meaning
from steelyard.semantics.values import Missing

MAX_DECK_RULES = 48
"""Limit of rules per deck: durable fails where more than 64 conditions on one fact are true at once."""
MAX_DECK_FIELDS = 120
"""Limit of fields per deck: durable holds about 250 properties of a fact."""
MAX_SESSION_RULES = 1000
"""Limit of rules per session: durable holds about 4,000 at once; beyond the limit another session is used."""

_SIGNS = {
    Comparator.NE: "$neq",
    Comparator.LT: "$lt",
    Comparator.LE: "$lte",
    Comparator.GT: "$gt",
    Comparator.GE: "$gte",
}

Truth = bool | None
"""None means unknown."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A field of a fact: its name, and the meaning that computes it."""

    name: str
    meaning: Meaning
    joined: bool

    def fill(self, fact: Fact, env: Env) -> bool:
        """Put the value into the fact; False where it is missing."""
        value = self.meaning(env)
        if isinstance(value, Missing):
            return False
        stored = cast("Stored", value)
        fact[self.name] = encode_joined(stored) if self.joined else encode(stored)
        return True


@dataclass(slots=True)
class Deck:
    """Conditions whose values are asserted in the same facts.

    Attributes:
        session: the position of its session.
        kind: the value of the field `k` of its facts.
        relation: the position of the relation whose rows it tests; None for conditions on the case.
        case_slots, row_slots: the fields of the case's fact and of a row's fact.
        rules: the number of its rules.
    """

    session: int
    kind: str
    relation: int | None
    case_slots: dict[tuple[Expr, bool], Slot] = field(default_factory=dict[tuple[Expr, bool], Slot])
    row_slots: dict[tuple[Expr, bool], Slot] = field(default_factory=dict[tuple[Expr, bool], Slot])
    rules: int = 0
    joins: bool = False
    """Whether a rule on its rows also reads a fact of the case."""
    has_missing_literal: bool = False
    """Whether a condition contains the literal `missing`, which is no field; every fact of the deck then has a gap."""
    required: dict[str, int | str] = field(default_factory=dict[str, "int | str"])
    """Field values that make the deck's only condition possible; a row with another value needs no fact."""

    def room(self, condition: Condition) -> bool:
        """Return whether the condition's rules and fields still fit."""
        sides = (*condition.true, *condition.false)
        fields = len(self.case_slots) + len(self.row_slots) + 2 * sum(map(len, sides))
        return self.rules == 0 or (self.rules + len(sides) <= MAX_DECK_RULES and fields <= MAX_DECK_FIELDS)


@dataclass(frozen=True, slots=True)
class ConditionGroup:
    """Conditions that are evaluated together, each numbered in the order added."""

    decks: list[Deck]
    deck_of: list[int]


@dataclass(slots=True)
class Answers:
    """The activations of a group: pairs of condition and row position in what was posted, -1 for the case."""

    group: ConditionGroup
    true: set[tuple[int, int]] = field(default_factory=set[tuple[int, int]])
    false: set[tuple[int, int]] = field(default_factory=set[tuple[int, int]])
    gaps: set[tuple[int, int]] = field(default_factory=set[tuple[int, int]])

    def truth(self, condition: int, row: int = -1) -> Truth:
        """Return True, False, or None where neither the condition nor its negation fired."""
        if (condition, row) in self.true:
            return True
        if (condition, row) in self.false or (self.group.deck_of[condition], row) not in self.gaps:
            return False
        return None


@dataclass(frozen=True, slots=True)
class AskedCondition:
    """A condition to be evaluated on the case, or on the rows of the relation at this position.

    Attributes:
        whole: whether it is computed beforehand as a whole because evaluating it may reject the case; then no part may
            be evaluated that the reference would not evaluate.
    """

    expr: Expr
    relation: str | None
    position: int | None
    whole: bool = False


class Network:
    """All conditions of a ruleset. `group` adds conditions; after `start`, groups can be posted."""

    def __init__(self, name: str, meaning: Callable[[Expr], Meaning], constant: Constant) -> None:
        """Create an empty network.

        Args:
            name: used in error messages.
            meaning: builds the meaning of an expression.
            constant: evaluates expressions that are the same for every case.
        """
        self._name = name
        self._meaning = meaning
        self._constant = constant
        self._rules: list[dict[str, object]] = [{}]
        self._fires: dict[str, tuple[int, bool]] = {}
        self._kinds = 0
        self._sessions: tuple[Session, ...] = ()

    def group(self, asked: Sequence[AskedCondition]) -> ConditionGroup:
        """Add conditions that are evaluated together, each numbered by its position in `asked`."""
        group = ConditionGroup([], [])
        current: dict[int | None, int] = {}
        for number, question in enumerate(asked):
            condition = self._compile(question)
            place = current.get(question.position)
            if place is None or not group.decks[place].room(condition):
                place = current[question.position] = len(group.decks)
                group.decks.append(self._deck(question.position))
            deck = group.decks[place]
            group.deck_of.append(place)
            alone = deck.rules == 0
            for truth, branches in ((True, condition.true), (False, condition.false)):
                for branch in branches:
                    self._rule(deck, question, branch, number, truth)
            deck.has_missing_literal |= any(
                isinstance(node, Literal) and node.value is None for node in nodes(question.expr)
            )
            deck.required = _required(deck, condition) if alone and not deck.has_missing_literal else {}
        return group

    def start(self) -> None:
        """Create durable's sessions with the rules."""
        self._sessions = tuple(Session(f"{self._name}-{n}", rules) for n, rules in enumerate(self._rules))

    def post(self, group: ConditionGroup, env: Env, rows: Callable[[int], Sequence[BoundRow]]) -> Answers:
        """Assert the facts that a group's conditions read, and collect the activations.

        Args:
            group: a group of this network.
            env: what is settled so far.
            rows: returns the rows to test, for the position of their relation.

        Raises:
            Rejected: computing a value rejects the case.
        """
        answers = Answers(group)
        facts: list[list[Fact]] = [[] for _ in self._sessions]
        owners: list[list[int]] = [[] for _ in self._sessions]
        for place, deck in enumerate(group.decks):
            batch, owner = facts[deck.session], owners[deck.session]
            bound = () if deck.relation is None else rows(deck.relation)
            if deck.relation is not None and not bound:
                continue  # without rows nothing is computed, since that might reject the case
            gap = deck.has_missing_literal
            if deck.joins or deck.relation is None:
                fact: Fact = {"k": deck.kind}
                gap |= not _fill(fact, deck.case_slots, env)
                if gap and deck.relation is None:
                    fact["gap"] = 1
                    answers.gaps.add((place, -1))
                batch.append(fact)
                owner.append(-1)
            if deck.relation is not None:
                posted, gaps = _post_rows(deck, env, bound, gap, batch)
                answers.gaps |= {(place, number) for number in gaps}
                owner += posted
        for session, batch, owner in zip(self._sessions, facts, owners, strict=True):
            for rule, matched in session.post(batch):
                condition, truth = self._fires[rule]
                (answers.true if truth else answers.false).add((condition, owner[matched[-1]]))
        return answers

    def clear(self) -> None:
        """Remove the facts of the case."""
        for session in self._sessions:
            session.clear()

    def _compile(self, question: AskedCondition) -> Condition:
        if question.whole:
            return Condition(lifted(question.expr, truth=True), lifted(question.expr, truth=False))
        return compile_condition(question.expr, question.relation, self._constant)

    def _deck(self, position: int | None) -> Deck:
        if len(self._rules[-1]) > MAX_SESSION_RULES:
            self._rules.append({})
        self._kinds += 1
        return Deck(len(self._rules) - 1, f"d{self._kinds}", position)

    def _rule(self, deck: Deck, question: AskedCondition, branch: Branch, number: int, truth: bool) -> None:
        case: list[object] = []
        row: list[object] = []
        for atom in branch:
            if isinstance(atom, Join):
                self._join(deck, atom, case, row)
            elif question.relation is not None and reads_row(atom.value, question.relation):
                row.append(_pattern(atom, self._slot(deck.row_slots, deck.kind + "r", atom.value)))
            else:
                case.append(_pattern(atom, self._slot(deck.case_slots, deck.kind + "c", atom.value)))
        gap: list[object] = [] if truth else [{"gap": 1}]
        if question.relation is None:
            patterns = [{"r": _all(deck.kind, [*gap, *case])}]
        else:
            patterns = [{"r": _all(deck.kind + "r", [*gap, *row])}]
            if case:
                deck.joins = True
                patterns.insert(0, {"c": _all(deck.kind, case)})
        name = f"{deck.kind}.{deck.rules}"
        deck.rules += 1
        self._rules[deck.session][name] = patterns
        self._fires[name] = (number, truth)

    def _slot(self, slots: dict[tuple[Expr, bool], Slot], kind: str, value: Expr, *, joined: bool = False) -> str:
        known = slots.get((value, joined))
        if known is None:
            known = slots[value, joined] = Slot(f"{kind}{len(slots)}", self._meaning(value), joined)
        return known.name

    def _join(self, deck: Deck, atom: Join, case: list[object], row: list[object]) -> None:
        """Add the tests of a join. Both fields must exist first: in durable a joined `!=` on a missing field fails."""
        ours = self._slot(deck.row_slots, deck.kind + "r", atom.row, joined=True)
        theirs = self._slot(deck.case_slots, deck.kind + "c", atom.case, joined=True)
        case.append({"$ex": {theirs: 1}})
        same = {ours: {"c": theirs}}
        row += ({"$ex": {ours: 1}}, same if atom.equal else {"$neq": same})


def _required(deck: Deck, condition: Condition) -> dict[str, int | str]:
    """Return the equalities with constants that a row must meet for a deck's only condition to be true.

    They are known where a single branch makes the condition true, as the condition is then the conjunction of its
    atoms.
    """
    if deck.relation is None or len(condition.true) != 1:
        return {}
    equalities = (a for a in condition.true[0] if isinstance(a, Atom) and a.comparator is Comparator.EQ)
    slots = ((deck.row_slots.get((atom.value, False)), atom.constant) for atom in equalities)
    return {slot.name: constant for slot, constant in slots if slot is not None}


def _post_rows(
    deck: Deck, env: Env, rows: Sequence[BoundRow], gap: bool, batch: list[Fact]
) -> tuple[list[int], list[int]]:
    """Add the facts of rows. Returns the positions of the rows posted, and of those with a gap.

    Args:
        deck: a deck of a relation.
        env: what is settled so far.
        rows: the rows to test.
        gap: whether a field of the case's fact is missing; every row then has a gap.
        batch: receives the facts.
    """
    position = cast("int", deck.relation)
    outer = env.bound[position]
    posted: list[int] = []
    gaps: list[int] = []
    for number, row in enumerate(rows):
        env.bound[position] = row
        fact: Fact = {"k": deck.kind + "r"}
        missing = not _fill(fact, deck.row_slots, env)
        if any(fact.get(name, wanted) != wanted for name, wanted in deck.required.items()):
            continue
        if missing or gap:
            fact["gap"] = 1
            gaps.append(number)
        batch.append(fact)
        posted.append(number)
    env.bound[position] = outer
    return posted, gaps


def _fill(fact: Fact, slots: dict[tuple[Expr, bool], Slot], env: Env) -> bool:
    """Fill every field of a fact; False where a value is missing."""
    filled = [slot.fill(fact, env) for slot in slots.values()]
    return all(filled)


def _pattern(atom: Atom, name: str) -> object:
    test = {name: atom.constant}
    return test if atom.comparator is Comparator.EQ else {_SIGNS[atom.comparator]: test}


def _all(kind: str, tests: list[object]) -> object:
    return {"$and": [{"k": kind}, *tests]} if tests else {"k": kind}
