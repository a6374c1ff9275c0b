"""Stage 4 of the weights: members with a set share keep it, the others fill the rest (LANGUAGE.md section 9).

A set names a unit (an indicator, or all rows of a family) or a group. In a group whose share is set, its set units
keep their shares and its other units fill the rest of the group. Where only set units are left, they are scaled to 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from steelyard.diagnostics import InternalError, Message, msg
from steelyard.semantics.situations import MemberKey, SituationError, UnresolvableError

Amounts = dict[MemberKey, Fraction]

_NONE = Fraction(0)


def fill(
    weights: Mapping[MemberKey, Fraction],
    blocks: Mapping[str, list[MemberKey]],
    fixed: Mapping[str, Fraction],
    notes: list[Message],
) -> Amounts:
    """Distribute a share of 1 among the members.

    Args:
        weights: the weights of the members that are left.
        blocks: those members by group, or by unit where they have no group.
        fixed: the shares that are set, by unit or group.
        notes: receives what was scaled or left with nothing.

    Raises:
        UnresolvableError: the set shares contradict each other.
    """
    shares: Amounts = {}
    loose: list[MemberKey] = []
    for name, keys in blocks.items():
        if name in fixed and name not in units(keys):
            shares.update(_within(name, keys, weights, fixed, notes))
        else:
            loose += _set_units(keys, weights, fixed, shares)
    total = sum(shares.values(), _NONE)
    if total > 1:
        raise _error(msg("the shares that are set add up to {total}, more than 1", total=total))
    if loose:
        shares.update(spread(loose, weights, 1 - total))
        notes += emptied(loose, 1 - total)
    elif not total:
        raise _error(msg("every member that is left has its share set to 0"))
    elif total != 1:
        shares = {key: share / total for key, share in shares.items()}
        notes.append(msg("only set shares are left: they are scaled from {total} to 1", total=total))
    return {key: shares[key] for key in weights}


def spread(keys: list[MemberKey], weights: Mapping[MemberKey, Fraction], share: Fraction) -> Amounts:
    """Distribute a share over members in proportion to their weights."""
    total = sum((weights[key] for key in keys), _NONE)
    if total <= 0:
        raise InternalError("weights that are not above 0 reached the resolution")
    return {key: share * weights[key] / total for key in keys}


def emptied(keys: list[MemberKey], share: Fraction) -> list[Message]:
    """Note which units without a set share get nothing because no share is left."""
    return (
        [] if share else [msg("nothing is left for `{name}`: the set shares take it all", name=u) for u in units(keys)]
    )


def units(keys: list[MemberKey]) -> dict[str, list[MemberKey]]:
    """Group members by what a set can name: the indicator, or the family with all its rows."""
    by_unit: dict[str, list[MemberKey]] = {}
    for key in keys:
        by_unit.setdefault(key[0], []).append(key)
    return by_unit


def _set_units(
    keys: list[MemberKey], weights: Mapping[MemberKey, Fraction], fixed: Mapping[str, Fraction], shares: Amounts
) -> list[MemberKey]:
    """Assign the set shares to their units. Returns the members of all other units."""
    loose: list[MemberKey] = []
    for unit, rows in units(keys).items():
        if unit in fixed:
            shares.update(spread(rows, weights, fixed[unit]))
        else:
            loose += rows
    return loose


def _within(
    group: str,
    keys: list[MemberKey],
    weights: Mapping[MemberKey, Fraction],
    fixed: Mapping[str, Fraction],
    notes: list[Message],
) -> Amounts:
    """Distribute the share inside a group whose own share is set."""
    shares: Amounts = {}
    share = fixed[group]
    loose = _set_units(keys, weights, fixed, shares)
    total = sum(shares.values(), _NONE)
    if total > share:
        raise _error(
            msg(
                "the shares set inside `{group}` add up to {total}, more than the {share} set for it",
                group=group,
                total=total,
                share=share,
            )
        )
    if loose:
        shares.update(spread(loose, weights, share - total))
        notes += emptied(loose, share - total)
    elif not total and share:
        raise _error(msg("every member left in `{group}` has its share set to 0", group=group))
    elif total != share:
        shares = {key: value * share / total for key, value in shares.items()}
        notes.append(
            msg(
                "only set shares are left in `{group}`: they are scaled from {total} to {share}",
                group=group,
                total=total,
                share=share,
            )
        )
    return shares


def _error(message: Message) -> UnresolvableError:
    return UnresolvableError(SituationError(message))
