"""Checks every situation of the weights (adjustments that fire, members that are waived): each must give shares.

`check` treats every combination as reachable, except of adjustments that share an `exclusive` name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, product

from steelyard.analysis.subject import Subject
from steelyard.analysis.weights import constants_known
from steelyard.diagnostics import Diagnostics, Message, Span, msg
from steelyard.ir.ruleset import Adjustment, Indicator, Method, OnMissing, Ruleset, Score, WaiveGrant
from steelyard.semantics.scope import RulesetScope
from steelyard.semantics.weights import NOTHING, Circumstances, Situation, SituationError, Weighing

MOST_SITUATIONS = 4096
"""Beyond this many combinations the check warns, and situations are resolved as they occur."""
SHOWN = 5
"""How many situations are named for one cause at most."""
ANY_ROW = "*"
"""Stands for any rows of a family."""


@dataclass(frozen=True, slots=True)
class Combination:
    """The circumstances of a situation: the adjustments that fire, the indicators that are waived."""

    fired: tuple[Adjustment, ...]
    waived: tuple[Indicator, ...]

    @property
    def words(self) -> Message:
        """The situation for a reader."""
        names = tuple(msg("`{name}`", name=one.id) for one in self.fired)
        gone = tuple(msg("`{name}`", name=one.id) for one in self.waived)
        match bool(names), bool(gone):
            case True, True:
                return msg("{adjustments} with {waived} waived", adjustments=names, waived=gone)
            case True, False:
                return msg("{adjustments}, nothing waived", adjustments=names)
            case False, True:
                return msg("no adjustment, {waived} waived", waived=gone)
            case False, False:
                return msg("no adjustment, nothing waived")


def check_situations(subject: Subject, diagnostics: Diagnostics) -> None:
    """Resolve every situation of every weighted score; skipped where the constants themselves are wrong."""
    ruleset = subject.ruleset
    if diagnostics.errors or not constants_known(ruleset):
        return
    for score in ruleset.scores:
        if score.method is not Method.WEIGHTED_MEAN:
            continue
        count = count_combinations(ruleset, score)
        if count > MOST_SITUATIONS:
            diagnostics.add(
                "H205",
                score.span,
                msg("the weights have {count} {count:situation|situations}, too many to check each", count=count),
                help=msg("let adjustments that cannot fire together share an `exclusive` name"),
                notes=(msg("a case whose situation cannot be resolved will be rejected, naming it"),),
            )
            continue
        _report(ruleset, score, diagnostics)


def situations(ruleset: Ruleset, score: Score) -> Iterator[tuple[Combination, Situation | SituationError]]:
    """Every combination with its shares, the ordinary one first."""
    weighing = Weighing(ruleset, score, RulesetScope(ruleset))
    families = tuple(one.id for one in _members(ruleset, score) if one.family is not None)
    for combination in _combinations(ruleset, score):
        gone = {one.id for one in combination.waived}
        rows = tuple((family, () if family in gone else ((ANY_ROW, Fraction(1)),)) for family in families)
        circumstances = Circumstances(
            tuple(one.id for one in combination.fired),
            frozenset((name, None) for name in gone if name not in families),
            rows,
        )
        yield combination, weighing.resolve(circumstances)


def count_combinations(ruleset: Ruleset, score: Score) -> int:
    """How many combinations there are, without making them."""
    count = 2 ** len(waivable(ruleset, score))
    for choices in _choices(ruleset, score):
        count *= len(choices)
    return count


def waivable(ruleset: Ruleset, score: Score) -> tuple[Indicator, ...]:
    """Return the members that a case may waive, including families, which may have no rows."""
    granted = {grant.indicator for e in ruleset.exemptions for grant in e.grants if isinstance(grant, WaiveGrant)}
    return tuple(
        one
        for one in _members(ruleset, score)
        if one.family is not None
        or one.only_if is not None
        or one.id in (score.only_if or {})
        or one.id in granted
        or (one.missing is not None and one.missing.action is OnMissing.WAIVE)
    )


def _members(ruleset: Ruleset, score: Score) -> list[Indicator]:
    by_id = {indicator.id: indicator for indicator in ruleset.indicators}
    return [by_id[member] for member in score.members]


def _choices(ruleset: Ruleset, score: Score) -> list[tuple[Adjustment | None, ...]]:
    """Return the alternatives within each set of exclusive adjustments; those outside the score are left out."""
    members = _members(ruleset, score)
    concerned = {one.id for one in members} | {one.group for one in members}
    choices: dict[str, list[Adjustment | None]] = {}
    for adjustment in ruleset.weights.adjustments:
        if concerned & {*adjustment.multiply, *adjustment.set}:
            name = f"={adjustment.exclusive}" if adjustment.exclusive is not None else adjustment.id
            choices.setdefault(name, [None]).append(adjustment)
    return [tuple(one) for one in choices.values()]


def _combinations(ruleset: Ruleset, score: Score) -> Iterator[Combination]:
    order = {adjustment.id: place for place, adjustment in enumerate(ruleset.weights.adjustments)}
    may_go = waivable(ruleset, score)
    waived = [gone for size in range(len(may_go) + 1) for gone in combinations(may_go, size)]
    chosen = [
        tuple(sorted((one for one in choice if one is not None), key=lambda one: order[one.id]))
        for choice in product(*_choices(ruleset, score))
    ]
    for fired in sorted(chosen, key=len):
        yield from (Combination(fired, gone) for gone in waived)


def _report(ruleset: Ruleset, score: Score, diagnostics: Diagnostics) -> None:
    """Report one finding per cause, naming its simplest situations."""
    causes: dict[str, tuple[Message, list[Combination]]] = {}
    for combination, result in situations(ruleset, score):
        if isinstance(result, SituationError) and result is not NOTHING:
            causes.setdefault(str(result.message), (result.message, []))[1].append(combination)
    for cause, found in causes.values():
        found.sort(key=lambda one: len(one.fired) + len(one.waived))
        notes = tuple(msg("it happens with {situation}", situation=one.words) for one in found[:SHOWN])
        if len(found) > SHOWN:
            notes += (msg("and in {count} more {count:situation|situations}", count=len(found) - SHOWN),)
        diagnostics.add(
            "H204",
            _place(ruleset, score, found[0]),
            msg("weights that cannot be resolved: {cause}", cause=cause),
            help=msg(
                "change the shares or limits, or let adjustments that cannot fire together share an `exclusive` name"
            ),
            notes=notes,
        )


def _place(ruleset: Ruleset, score: Score, simplest: Combination) -> Span | None:
    if simplest.fired:
        return simplest.fired[-1].span
    limits = ruleset.weights.limits
    return limits[0].span if limits else score.span
