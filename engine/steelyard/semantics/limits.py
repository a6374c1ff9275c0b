"""Limits of groups' shares, solved exactly (LANGUAGE.md section 9, stage 5).

Every block's share becomes clamp(lambda * share, at_least, at_most) with the one lambda for which the shares add up to
1. The sum is a piecewise linear, non-decreasing function of lambda with a breakpoint where a block reaches a bound, so
lambda is found by interpolating between two breakpoints.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from steelyard.diagnostics import Message, msg
from steelyard.semantics.situations import SituationError, UnresolvableError

ONE = Fraction(1)


@dataclass(frozen=True, slots=True)
class Bound:
    """The bounds of a block's share; None where a side has no bound. `share` is the block's share before the limits."""

    name: str
    at_least: Fraction | None
    at_most: Fraction | None
    share: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True)
class Held:
    """The result of applying the limits: shares by block that add up to 1, the lambda, and notes on dropped bounds."""

    shares: Mapping[str, Fraction]
    factor: Fraction
    notes: tuple[Message, ...]


Block = tuple[Fraction, Fraction, Fraction]
"""A share with its lower and upper bound."""


def hold(sets: Mapping[str, Bound], limits: Mapping[str, Bound], *, emptied: bool) -> Held:
    """Bring the shares of blocks within their limits.

    Args:
        sets: every block with the bounds that the shares set in it imply.
        limits: the limits of groups, by block.
        emptied: whether a group lost all its members; an `at_most` that can then no longer be met is dropped.

    Raises:
        UnresolvableError: the limits cannot be met.
    """
    blocks = {name: _narrowed(bound, limits.get(name)) for name, bound in sets.items()}
    if sum(low for _, low, _ in blocks.values()) > 1:
        raise _error(msg("the limits cannot be met: the least shares add up to more than 1"))
    notes: list[Message] = []
    if _highest(blocks) < 1 and emptied:
        for name, limit in limits.items():
            if limit.at_most is not None and sets[name].at_most is None:
                blocks[name] = blocks[name][0], blocks[name][1], ONE
                notes.append(msg("the `at_most` of `{group}` is dropped: a group has nothing left", group=name))
    if _highest(blocks) < 1:
        raise _error(msg("the limits cannot be met: the greatest shares add up to less than 1"))
    factor = solve(list(blocks.values()))
    return Held({name: _clamped(block, factor) for name, block in blocks.items()}, factor, tuple(notes))


def solve(blocks: list[Block]) -> Fraction:
    """Return the lambda for which the clamped shares add up to 1: 1 where it fits, else the least that fits.

    The lower bounds must add up to at most 1, and the largest reachable sum must be at least 1.
    """
    if _total(blocks, ONE) == 1:
        return ONE
    bends = sorted({bound / share for share, *bounds in blocks if share for bound in bounds} | {Fraction(0)})
    after = next(position for position, bend in enumerate(bends) if _total(blocks, bend) >= 1)
    if after == 0:
        return bends[0]
    before, bend = bends[after - 1], bends[after]
    low, high = _total(blocks, before), _total(blocks, bend)
    return before + (1 - low) * (bend - before) / (high - low)


def _narrowed(sets: Bound, limit: Bound | None) -> Block:
    """Return a block's share and bounds: its limit narrowed by the shares set in it."""
    low, high = sets.at_least or Fraction(0), ONE if sets.at_most is None else sets.at_most
    if limit is None:
        return sets.share, low, high
    if limit.at_most is not None:
        if low > limit.at_most:
            raise _error(msg("the shares set in `{group}` are above its `at_most`", group=sets.name))
        high = min(high, limit.at_most)
    if limit.at_least is not None:
        if high < limit.at_least:
            raise _error(msg("the share of `{group}` cannot reach its `at_least`", group=sets.name))
        low = max(low, limit.at_least)
    return sets.share, low, high


def _highest(blocks: Mapping[str, Block]) -> Fraction:
    """Return the sum that the shares approach as lambda grows; a block with share 0 does not grow."""
    return sum((high if share else low for share, low, high in blocks.values()), Fraction(0))


def _clamped(block: Block, factor: Fraction) -> Fraction:
    share, low, high = block
    return max(low, min(high, factor * share))


def _total(blocks: list[Block], factor: Fraction) -> Fraction:
    return sum((_clamped(block, factor) for block in blocks), Fraction(0))


def _error(message: Message) -> UnresolvableError:
    return UnresolvableError(SituationError(message))
