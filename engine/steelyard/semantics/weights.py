"""How the weights of a situation become shares (LANGUAGE.md section 9), in exact fractions, every stage kept.

1. the base weights; 2. all `multiply` together; 3. waived members are removed; 4. `set` fixes shares, members without
one share the rest (sets.py); 5. `limits` (limits.py). The shares add up to 1 and are published as integers n of D in
lowest terms.

A *unit* is an indicator, or all rows of a family. A *block* is a group that has members left, or a unit without a
group.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

from steelyard.diagnostics import InternalError, Message, msg
from steelyard.ir.expressions import Expr
from steelyard.ir.ruleset import Ruleset, Score, Waived
from steelyard.ir.types import Number
from steelyard.semantics.limits import Bound, hold
from steelyard.semantics.meaning import meaning
from steelyard.semantics.scope import RulesetScope
from steelyard.semantics.sets import emptied, fill, spread
from steelyard.semantics.situations import (
    NOTHING,
    Circumstances,
    MemberKey,
    Situation,
    SituationError,
    Stage,
    StageKind,
    UnresolvableError,
)
from steelyard.semantics.values import Missing, fraction


@dataclass(frozen=True, slots=True)
class _Shift:
    """An adjustment with its constants evaluated. The keys are units and groups of the score."""

    id: str
    multiply: Mapping[str, Fraction]
    set: Mapping[str, Fraction]
    exclusive: str | None


class Weighing:
    """The weights of one score with all constants evaluated. `resolve` returns the shares for any circumstances.

    Attributes:
        groups: the group of each unit (None without one), in the order of the score's members.
        base: the weight of each indicator that is not a family.
        shifts: by adjustment id; units and groups outside the score are left out.
        limits: by group.
        within_group: whether the weight of a waived member stays in its group.
    """

    def __init__(self, ruleset: Ruleset, score: Score, scope: RulesetScope) -> None:
        indicators = {indicator.id: indicator for indicator in ruleset.indicators}
        self.groups = {unit: indicators[unit].group for unit in score.members}
        self.base: dict[str, Fraction] = {}
        for unit in score.members:
            weight = indicators[unit].weight
            if indicators[unit].family is None and weight is not None:
                self.base[unit] = constant_number(weight, scope)
        concerned = {*self.groups, *self.groups.values()}

        def numbers(values: Mapping[str, Expr]) -> dict[str, Fraction]:
            return {key: constant_number(value, scope) for key, value in values.items() if key in concerned}

        def bound(expr: Expr | None) -> Fraction | None:
            return None if expr is None else constant_number(expr, scope)

        weights = ruleset.weights
        self.shifts = {
            a.id: _Shift(a.id, numbers(a.multiply), numbers(a.set), a.exclusive) for a in weights.adjustments
        }
        self.limits = {li.group: Bound(li.group, bound(li.at_least), bound(li.at_most)) for li in weights.limits}
        self.within_group = weights.waived is Waived.WITHIN_GROUP

    def resolve(self, circumstances: Circumstances) -> Situation | SituationError:
        """Resolve the weights for these circumstances; `NOTHING` where no member is left."""
        try:
            return _Resolution(self, circumstances).situation()
        except UnresolvableError as unresolvable:
            return unresolvable.error

    def members(self, circumstances: Circumstances) -> dict[MemberKey, Fraction]:
        """Return every member with its base weight, in order."""
        families = dict(circumstances.families)
        weights: dict[MemberKey, Fraction] = {}
        for unit in self.groups:
            if unit in self.base:
                weights[unit, None] = self.base[unit]
            else:
                weights.update({(unit, row): weight for row, weight in families.get(unit, ())})
        return weights


class _Resolution:
    """The resolution of one situation in progress: `weights` holds the members that are left."""

    def __init__(self, weighing: Weighing, circumstances: Circumstances) -> None:
        self.weighing = weighing
        self.waived = circumstances.waived
        self.shifts = [weighing.shifts[adjustment] for adjustment in circumstances.fired]
        self.weights = weighing.members(circumstances)
        self.members = tuple(self.weights)
        self.stages: list[Stage] = []
        self.notes: list[Message] = []

    def situation(self) -> Situation:
        """Run the stages.

        Raises:
            UnresolvableError: set shares or limits cannot be met, no member is left, or exclusive adjustments fired
                together.
        """
        self._refuse_exclusive()
        self._keep(Stage(StageKind.BASE, ()), self.weights)
        self._multiply()
        self._waive()
        fixed = self._fixed()
        blocks = self._blocks()
        shares = fill(self.weights, blocks, fixed, self.notes)
        if fixed:
            self._keep(Stage(StageKind.SET, ()), shares)
        shares = self._limit(shares, blocks, fixed)
        denominator = lcm(*(share.denominator for share in shares.values()))
        published = tuple(int(shares[key] * denominator) if key in shares else None for key in self.members)
        return Situation(self.members, tuple(self.stages), published, denominator, tuple(self.notes))

    def _keep(self, stage: Stage, amounts: Mapping[MemberKey, Fraction]) -> None:
        kept = tuple(amounts.get(key) for key in self.members)
        self.stages.append(Stage(stage.kind, kept, stage.adjustment, stage.factor))

    def _group(self, key: MemberKey) -> str | None:
        return self.weighing.groups[key[0]]

    def _refuse_exclusive(self) -> None:
        """Refuse adjustments that fired together although they share an `exclusive` name; that case is not defined."""
        fired: dict[str, str] = {}
        for shift in self.shifts:
            if shift.exclusive is None:
                continue
            if shift.exclusive in fired:
                both = msg(
                    "`{one}` and `{other}` both apply, but exclude each other as `{name}`",
                    one=fired[shift.exclusive],
                    other=shift.id,
                    name=shift.exclusive,
                )
                raise UnresolvableError(SituationError(both))
            fired[shift.exclusive] = shift.id

    def _multiply(self) -> None:
        for shift in self.shifts:
            if shift.multiply:
                for key in self.weights:
                    group = self._group(key)
                    self.weights[key] *= shift.multiply.get(key[0], 1)
                    self.weights[key] *= 1 if group is None else shift.multiply.get(group, 1)
                self._keep(Stage(StageKind.MULTIPLY, (), shift.id), self.weights)

    def _waive(self) -> None:
        before = self.weights
        self.weights = {key: weight for key, weight in before.items() if key not in self.waived}
        if not self.weights:
            raise UnresolvableError(NOTHING)
        if len(self.weights) == len(before):
            return
        if self.weighing.within_group:
            was, left = self._by_group(before), self._by_group(self.weights)
            for key in self.weights:
                group = self._group(key)
                if group is not None:
                    self.weights[key] *= was[group] / left[group]
        self._keep(Stage(StageKind.WAIVE, ()), self.weights)

    def _by_group(self, weights: Mapping[MemberKey, Fraction]) -> dict[str, Fraction]:
        sums: dict[str, Fraction] = {}
        for key, weight in weights.items():
            group = self._group(key)
            if group is not None:
                sums[group] = sums.get(group, Fraction(0)) + weight
        return sums

    def _blocks(self) -> dict[str, list[MemberKey]]:
        blocks: dict[str, list[MemberKey]] = {}
        for key in self.weights:
            blocks.setdefault(self._group(key) or key[0], []).append(key)
        return blocks

    def _fixed(self) -> dict[str, Fraction]:
        """Return the set shares that apply, by unit or group."""
        present = {name for key in self.weights for name in (key[0], self._group(key))}
        fixed: dict[str, Fraction] = {}
        by: dict[str, str] = {}
        for shift in self.shifts:
            for name, share in shift.set.items():
                if name not in present:
                    self.notes.append(
                        msg(
                            "the share that `{adjustment}` sets for `{name}` is dropped: nothing of it is left",
                            adjustment=shift.id,
                            name=name,
                        )
                    )
                elif name in fixed:
                    twice = msg(
                        "`{one}` and `{other}` both set the share of `{name}`", one=by[name], other=shift.id, name=name
                    )
                    raise UnresolvableError(SituationError(twice))
                else:
                    fixed[name], by[name] = share, shift.id
        return fixed

    def _limit(
        self, shares: dict[MemberKey, Fraction], blocks: Mapping[str, list[MemberKey]], fixed: Mapping[str, Fraction]
    ) -> dict[MemberKey, Fraction]:
        """Stage 5: in each block set members keep their shares, the others are scaled to what the limit leaves them."""
        limits = self._limits(blocks)
        if not limits:
            return shares
        bounds: dict[str, Bound] = {}
        loose: dict[str, list[MemberKey]] = {}
        for name, keys in blocks.items():
            loose[name] = [] if name in fixed else [key for key in keys if key[0] not in fixed]
            total = sum((shares[key] for key in keys), Fraction(0))
            held_by_sets = sum((shares[key] for key in keys if key not in loose[name]), Fraction(0))
            bounds[name] = Bound(name, held_by_sets, None if loose[name] else total, total)
        groups = {group for key in self.members if (group := self._group(key)) is not None}
        held = hold(bounds, limits, emptied=not groups <= blocks.keys())
        self.notes += held.notes
        limited = dict(shares)
        for name, keys in loose.items():
            if held.shares[name] != bounds[name].share:
                rest = held.shares[name] - (bounds[name].at_least or 0)
                limited.update(spread(keys, self.weights, rest))
                self.notes += emptied(keys, rest)
        self._keep(Stage(StageKind.LIMIT, (), factor=held.factor), limited)
        return limited

    def _limits(self, blocks: Mapping[str, list[MemberKey]]) -> dict[str, Bound]:
        """Return the limits of groups that have members left."""
        limits: dict[str, Bound] = {}
        for group, limit in self.weighing.limits.items():
            if group in blocks:
                limits[group] = limit
            else:
                self.notes.append(msg("the limit on `{group}` is dropped: nothing in it is left", group=group))
        return limits


def resolve(score: Score, ruleset: Ruleset, circumstances: Circumstances) -> Situation | SituationError:
    """Resolve one situation of one score. To resolve many, keep one `Weighing`."""
    return Weighing(ruleset, score, RulesetScope(ruleset)).resolve(circumstances)


def constant_number(expr: Expr, scope: RulesetScope) -> Fraction:
    """Return the exact value of a constant.

    Raises:
        InternalError: it is missing or not a number; the compiler should have refused it.
    """
    value = meaning(expr, scope)(scope.nothing)
    if isinstance(value, Missing) or not isinstance(expr.type, Number):
        raise InternalError("a constant of the weights is missing or no number")
    return fraction(value, expr.type.scale)
