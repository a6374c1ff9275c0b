"""How the weights of a situation become shares (LANGUAGE.md section 9), in exact fractions, every stage kept.

1. the base weights; 2. all `multiply` together; 3. waived members leave; 4. `set` fixes shares, the unset
fill what is left in proportion to their weights; 5. `limits` (see limits.py). The shares add up to 1 and
are published as integers n of D in lowest terms.

A *block* is what stands for itself at the top: a group that has members left, or a member without a
group (all rows of a family together). A *unit* is an indicator, or all rows of a family: what a set can name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from fractions import Fraction
from math import lcm

from steelyard.diagnostics import InternalError, Message, msg
from steelyard.ir.expressions import Expr
from steelyard.ir.ruleset import Ruleset, Score, Waived
from steelyard.ir.types import Number
from steelyard.semantics.limits import Bound, LimitError, hold
from steelyard.semantics.meaning import meaning
from steelyard.semantics.scope import Scope
from steelyard.semantics.values import Missing, fraction

MemberKey = tuple[str, str | None]
"""An indicator and, in a family, the id of the row."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a situation depends on.

    Attributes:
        fired: ids of the adjustments that fired, in the order written.
        waived: members that are waived.
        families: the rows of each family among the members with their weights, by row id. A waived row
            whose weight is missing is left out.
    """

    fired: tuple[str, ...] = ()
    waived: frozenset[MemberKey] = frozenset()
    families: tuple[tuple[str, tuple[tuple[str, Fraction], ...]], ...] = ()


class StageKind(Enum):
    """The stages of a situation, in their order."""

    BASE = "base"
    MULTIPLY = "multiply"
    WAIVE = "waive"
    SET = "set"
    LIMIT = "limit"


@dataclass(frozen=True, slots=True)
class Stage:
    """Weights (base, multiply, waive) or shares (set, limit) after a stage, one per member; None where waived.

    Attributes:
        adjustment: of a multiply: the one that multiplied.
        factor: of limits: the lambda.
    """

    kind: StageKind
    amounts: tuple[Fraction | None, ...]
    adjustment: str | None = None
    factor: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Situation:
    """Resolved weights.

    Attributes:
        members: in the order of the score's members, rows of a family by id; waived ones too.
        stages: base, one multiply per adjustment that has one here, waive where someone is waived, set where
            something is set, limit where a limit holds.
        shares: n of each member, None where waived.
        denominator: D.
        notes: what was dropped or scaled, for a reader.
    """

    members: tuple[MemberKey, ...]
    stages: tuple[Stage, ...]
    shares: tuple[int | None, ...]
    denominator: int
    notes: tuple[Message, ...]
    by_member: Mapping[MemberKey, int] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        shares = {key: n for key, n in zip(self.members, self.shares, strict=True) if n is not None}
        object.__setattr__(self, "by_member", shares)


@dataclass(frozen=True, slots=True)
class SituationError:
    """A situation that cannot be resolved: an error of the ruleset. Nothing left is not one, but `NOTHING`."""

    message: Message


NOTHING = SituationError(msg("nothing to score: every member is waived"))
"""The situation in which no member is left."""


class _Unresolvable(Exception):  # noqa: N818 - becomes a SituationError
    def __init__(self, message: Message) -> None:
        super().__init__(str(message))
        self.message = message


@dataclass(frozen=True, slots=True)
class _Shift:
    """An adjustment with its constants evaluated, only what concerns one score; keys: units and groups."""

    id: str
    multiply: Mapping[str, Fraction]
    set: Mapping[str, Fraction]


class Weighing:
    """The weights of one score, constants evaluated: `resolve` gives the shares of any situation."""

    def __init__(self, ruleset: Ruleset, score: Score, scope: Scope) -> None:
        indicators = {indicator.id: indicator for indicator in ruleset.indicators}
        self._score = score
        self._units = score.members
        self._families = {unit for unit in score.members if indicators[unit].family is not None}
        self._groups = {unit: indicators[unit].group for unit in score.members}
        concerned = {*self._units, *(group for group in self._groups.values() if group is not None)}

        def number(expr: Expr) -> Fraction:
            return constant_number(expr, scope)

        def numbers(values: Mapping[str, Expr]) -> dict[str, Fraction]:
            return {key: number(value) for key, value in values.items() if key in concerned}

        self._base = {
            unit: number(weight)
            for unit in score.members
            if unit not in self._families and (weight := indicators[unit].weight) is not None
        }
        self._shifts = {a.id: _Shift(a.id, numbers(a.multiply), numbers(a.set)) for a in ruleset.weights.adjustments}
        self._limits = {
            limit.group: Bound(
                limit.group,
                None if limit.at_least is None else number(limit.at_least),
                None if limit.at_most is None else number(limit.at_most),
            )
            for limit in ruleset.weights.limits
        }
        self._within_group = ruleset.weights.waived is Waived.WITHIN_GROUP

    def resolve(self, circumstances: Circumstances) -> Situation | SituationError:
        """Resolve a situation; `NOTHING` where no member is left."""
        try:
            return _Resolution(self, circumstances).situation()
        except (_Unresolvable, LimitError) as error:
            return SituationError(error.message)
        except _NothingLeftError:
            return NOTHING

    def members(self, circumstances: Circumstances) -> dict[MemberKey, Fraction]:
        """Every member with its base weight."""
        families = dict(circumstances.families)
        weights: dict[MemberKey, Fraction] = {}
        for unit in self._units:
            if unit in self._families:
                weights.update({(unit, row): weight for row, weight in families.get(unit, ())})
            else:
                weights[unit, None] = self._base[unit]
        return weights

    def group(self, unit: str) -> str | None:
        """The group of a unit."""
        return self._groups[unit]

    def shifts(self, fired: tuple[str, ...]) -> list[_Shift]:
        """The adjustments that fired."""
        return [self._shifts[adjustment] for adjustment in fired]

    @property
    def within_group(self) -> bool:
        """Whether the weight of a waived member stays in its group."""
        return self._within_group

    @property
    def limits(self) -> dict[str, Bound]:
        """The limits by group."""
        return self._limits


class _NothingLeftError(Exception):
    pass


class _Resolution:
    """One situation on its way; weights and shares by member, the members in order."""

    def __init__(self, weighing: Weighing, circumstances: Circumstances) -> None:
        self.weighing = weighing
        self.circumstances = circumstances
        self.shifts = weighing.shifts(circumstances.fired)
        self.weights = weighing.members(circumstances)
        self.members = tuple(self.weights)
        self.stages: list[Stage] = []
        self.notes: list[Message] = []

    def situation(self) -> Situation:
        """Run the stages."""
        self.keep(StageKind.BASE, self.weights)
        self.multiply()
        self.waive()
        fixed = self.fixed()
        shares = self.fill(fixed)
        shares = self.limit(shares, fixed)
        denominator = lcm(*(share.denominator for share in shares.values()))
        published = tuple(int(shares[key] * denominator) if key in shares else None for key in self.members)
        return Situation(self.members, tuple(self.stages), published, denominator, tuple(self.notes))

    def keep(
        self,
        kind: StageKind,
        amounts: Mapping[MemberKey, Fraction],
        by: str | None = None,
        factor: Fraction | None = None,
    ) -> None:
        self.stages.append(Stage(kind, tuple(amounts.get(key) for key in self.members), by, factor))

    def names(self, key: MemberKey) -> tuple[str, str | None]:
        """What an adjustment may call a member: its unit and its group."""
        return key[0], self.weighing.group(key[0])

    # Stages 2 and 3

    def multiply(self) -> None:
        for shift in self.shifts:
            if not shift.multiply:
                continue
            for key in self.weights:
                for name in self.names(key):
                    if name is not None:
                        self.weights[key] *= shift.multiply.get(name, 1)
            self.keep(StageKind.MULTIPLY, self.weights, shift.id)

    def waive(self) -> None:
        before = self.weights
        self.weights = {key: weight for key, weight in before.items() if key not in self.circumstances.waived}
        if not self.weights:
            raise _NothingLeftError
        if len(self.weights) == len(before):
            return
        if self.weighing.within_group:
            was, left = self.by_group(before), self.by_group(self.weights)
            for key in self.weights:
                group = self.weighing.group(key[0])
                if group is not None:
                    self.weights[key] *= was[group] / left[group]
        self.keep(StageKind.WAIVE, self.weights)

    def by_group(self, weights: Mapping[MemberKey, Fraction]) -> dict[str, Fraction]:
        sums: dict[str, Fraction] = {}
        for key, weight in weights.items():
            group = self.weighing.group(key[0])
            if group is not None:
                sums[group] = sums.get(group, Fraction(0)) + weight
        return sums

    # Stage 4

    def fixed(self) -> dict[str, Fraction]:
        """The sets that hold, by unit or group."""
        present = {name for key in self.weights for name in self.names(key)}
        fixed: dict[str, Fraction] = {}
        by: dict[str, str] = {}
        for shift in self.shifts:
            for name, share in shift.set.items():
                if name not in present:
                    self.notes.append(
                        msg(
                            "the share that `{adjustment}` sets for `{name}` is dropped: it is waived",
                            adjustment=shift.id,
                            name=name,
                        )
                    )
                elif name in fixed:
                    raise _Unresolvable(
                        msg(
                            "`{first}` and `{second}` both set the share of `{name}`",
                            first=by[name],
                            second=shift.id,
                            name=name,
                        )
                    )
                else:
                    fixed[name], by[name] = share, shift.id
        return fixed

    def blocks(self) -> dict[str, list[MemberKey]]:
        """The members that are left, by group, else by unit."""
        blocks: dict[str, list[MemberKey]] = {}
        for key in self.weights:
            unit, group = self.names(key)
            blocks.setdefault(unit if group is None else group, []).append(key)
        return blocks

    def fill(self, fixed: dict[str, Fraction]) -> dict[MemberKey, Fraction]:
        """Shares after the sets, adding up to 1."""
        if not fixed:
            return self.spread(list(self.weights), Fraction(1))
        blocks = self.blocks()
        shares: dict[MemberKey, Fraction] = {}
        loose: list[MemberKey] = []
        for name, keys in blocks.items():
            if name in fixed and name not in {key[0] for key in keys}:
                shares.update(self.within(name, keys, fixed, fixed[name]))
                continue
            for unit, rows in _units(keys).items():
                if unit in fixed:
                    shares.update(self.spread(rows, fixed[unit]))
                else:
                    loose += rows
        total = sum(shares.values(), Fraction(0))
        if total > 1:
            raise _Unresolvable(msg("the shares that are set add up to {total}, more than 1", total=total))
        if loose:
            shares.update(self.spread(loose, 1 - total))
            self.say_empty(loose, 1 - total)
        elif total != 1:
            if not total:
                raise _Unresolvable(msg("every member that is left has its share set to 0"))
            shares = {key: share / total for key, share in shares.items()}
            self.notes.append(msg("only set shares are left: they are scaled from {total} to 1", total=total))
        ordered = {key: shares[key] for key in self.weights}
        self.keep(StageKind.SET, ordered)
        return ordered

    def within(
        self, group: str, keys: list[MemberKey], fixed: Mapping[str, Fraction], share: Fraction
    ) -> dict[MemberKey, Fraction]:
        """The shares inside a group whose own share is set."""
        shares: dict[MemberKey, Fraction] = {}
        loose: list[MemberKey] = []
        for unit, rows in _units(keys).items():
            if unit in fixed:
                shares.update(self.spread(rows, fixed[unit]))
            else:
                loose += rows
        total = sum(shares.values(), Fraction(0))
        if total > share:
            raise _Unresolvable(
                msg(
                    "the shares set inside `{group}` add up to {total}, more than the {share} set for it",
                    group=group,
                    total=total,
                    share=share,
                )
            )
        if loose:
            shares.update(self.spread(loose, share - total))
            self.say_empty(loose, share - total)
        elif total != share:
            if not total:
                raise _Unresolvable(msg("every member left in `{group}` has its share set to 0", group=group))
            shares = {key: value * share / total for key, value in shares.items()}
            self.notes.append(
                msg(
                    "only set shares are left in `{group}`: they are scaled from {total} to {share}",
                    group=group,
                    total=total,
                    share=share,
                )
            )
        return shares

    def spread(self, keys: list[MemberKey], share: Fraction) -> dict[MemberKey, Fraction]:
        """A share over members in proportion to their weights."""
        total = sum((self.weights[key] for key in keys), Fraction(0))
        if total <= 0:
            raise InternalError("weights that are not above 0 reached the resolution")
        return {key: share * self.weights[key] / total for key in keys}

    def say_empty(self, keys: list[MemberKey], share: Fraction) -> None:
        if not share:
            for unit in _units(keys):
                self.notes.append(msg("nothing is left for `{name}`: the set shares take it all", name=unit))

    # Stage 5

    def limit(self, shares: dict[MemberKey, Fraction], fixed: Mapping[str, Fraction]) -> dict[MemberKey, Fraction]:
        """Shares after the limits."""
        blocks = self.blocks()
        limits = self.limits(blocks)
        if not limits:
            return shares
        bounds: dict[str, Bound] = {}
        loose: dict[str, list[MemberKey]] = {}
        for name, keys in blocks.items():
            total = sum((shares[key] for key in keys), Fraction(0))
            is_set = name in fixed
            loose[name] = [] if is_set else [key for key in keys if key[0] not in fixed]
            at_least = sum((shares[key] for key in keys if key not in loose[name]), Fraction(0))
            bounds[name] = Bound(name, at_least, None if loose[name] else total, total)
        groups = {group for unit, _ in self.members if (group := self.weighing.group(unit)) is not None}
        held = hold(bounds, limits, emptied=not groups <= blocks.keys())
        self.notes += held.notes
        limited = dict(shares)
        for name, keys in loose.items():
            if keys and held.shares[name] != bounds[name].share:
                rest = held.shares[name] - (bounds[name].at_least or 0)
                limited.update(self.spread(keys, rest))
                self.say_empty(keys, rest)
        self.keep(StageKind.LIMIT, limited, factor=held.factor)
        return limited

    def limits(self, blocks: Mapping[str, list[MemberKey]]) -> dict[str, Bound]:
        """The limits of groups that have members left."""
        held: dict[str, Bound] = {}
        for group, limit in self.weighing.limits.items():
            if group in blocks:
                held[group] = limit
            else:
                self.notes.append(msg("the limit on `{group}` is dropped: nothing in it is left", group=group))
        return held


def resolve(score: Score, ruleset: Ruleset, circumstances: Circumstances) -> Situation | SituationError:
    """Resolve one situation of one score. For many use one `Weighing`."""
    return Weighing(ruleset, score, Scope(ruleset)).resolve(circumstances)


def constant_number(expr: Expr, scope: Scope) -> Fraction:
    """The exact value of a constant.

    Raises:
        InternalError: it is missing or no number; the compiler must have refused it.
    """
    value = meaning(expr, scope)(scope.nothing)
    if isinstance(value, Missing) or not isinstance(expr.type, Number):
        raise InternalError("a constant of the weights is missing or no number")
    return fraction(value, expr.type.scale)


def _units(keys: list[MemberKey]) -> dict[str, list[MemberKey]]:
    units: dict[str, list[MemberKey]] = {}
    for key in keys:
        units.setdefault(key[0], []).append(key)
    return units
