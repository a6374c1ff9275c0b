"""Conditions taken apart at `and` and `or`, and which of their atoms decide alone (masking MC/DC).

An atom is what stands between `and` and `or`: a comparison, a named value, an aggregate over rows, a negation of one.
Truths are three-valued, None is unknown. An atom decides alone where the condition would have another truth if the atom
had the opposite one, and every other atom the one that it has.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from steelyard.ir.expressions import And, Expr, Literal, Or
from steelyard.ir.ruleset import Ruleset

Known = bool | None
"""True, false or unknown."""


@dataclass(frozen=True, slots=True)
class Junction:
    """An `and`, or an `or`."""

    both: bool
    parts: tuple[Tree, ...]


Tree = int | Junction
"""An atom by its number, or a junction."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition of a ruleset.

    Attributes:
        of: the id of the rule, the indicator or the score.
        member: of a condition under which a member counts in a score: the member.
        when: the condition.
        relation: the relation in each of whose rows it is evaluated; None: once a case.
        atoms: in the order written; one that occurs twice is there twice.
        tree: how they are joined.
    """

    of: str
    member: str
    when: Expr
    relation: str | None
    atoms: tuple[Expr, ...]
    tree: Tree

    @property
    def is_constant(self) -> bool:
        """Whether it is always true, or never."""
        return isinstance(self.when, Literal)

    @property
    def deciding(self) -> tuple[int, ...]:
        """The atoms that can decide beside others; none where there is only one."""
        places = tuple(place for place, atom in enumerate(self.atoms) if not isinstance(atom, Literal))
        return places if len(places) > 1 else ()


def conditions(ruleset: Ruleset) -> Iterator[Condition]:
    """The conditions of the rules, indicators and scores."""
    for exemption in ruleset.exemptions:
        yield condition(exemption.id, exemption.when, exemption.for_each)
    for adjustment in ruleset.weights.adjustments:
        yield condition(adjustment.id, adjustment.when)
    for indicator in ruleset.indicators:
        if indicator.only_if is not None:
            family = indicator.family
            yield condition(indicator.id, indicator.only_if, None if family is None else family.relation)
    for unscored in ruleset.unscored:
        yield condition(unscored.id, unscored.when)
    for score in ruleset.scores:
        for member, when in (score.only_if or {}).items():
            yield condition(score.id, when, member=member)
    for points in ruleset.points:
        yield condition(points.id, points.when, points.for_each)


def condition(of: str, when: Expr, relation: str | None = None, member: str = "") -> Condition:
    """Take a condition apart."""
    atoms: list[Expr] = []

    def take(expr: Expr) -> Tree:
        if isinstance(expr, And | Or):
            return Junction(isinstance(expr, And), tuple(take(item) for item in expr.items))
        atoms.append(expr)
        return len(atoms) - 1

    tree = take(when)
    return Condition(of, member, when, relation, tuple(atoms), tree)


def truth_of(tree: Tree, truths: Sequence[Known]) -> Known:
    """The truth of a condition whose atoms have these truths.

    >>> truth_of(Junction(True, (0, 1)), (None, False))
    False
    """
    if isinstance(tree, int):
        return truths[tree]
    found = [truth_of(part, truths) for part in tree.parts]
    decisive = not tree.both
    if decisive in found:
        return decisive
    return None if None in found else tree.both


def decides(tree: Tree, truths: Sequence[Known], place: int) -> bool:
    """Whether an atom, whose truth is known, alone decides the condition.

    >>> both = Junction(True, (0, 1))
    >>> decides(both, (True, True), 0), decides(both, (True, False), 0), decides(both, (False, None), 0)
    (True, False, True)
    """
    truth = truths[place]
    if truth is None:
        return False
    flipped = (*truths[:place], not truth, *truths[place + 1 :])
    return truth_of(tree, truths) is not truth_of(tree, flipped)
