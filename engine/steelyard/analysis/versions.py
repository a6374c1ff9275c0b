"""Checks that the versions in a folder are consistent: shared settings, and ranges of days without overlaps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from steelyard.calendars.zones import day_of
from steelyard.diagnostics import Diagnostics, Label, Message, Span, msg
from steelyard.ir.derivation import derived_relations
from steelyard.ir.describe import describe
from steelyard.ir.expressions import Aggregate, Input
from steelyard.ir.reading import Reading
from steelyard.ir.ruleset import CASES, InputField, Ruleset
from steelyard.ir.types import Type
from steelyard.ir.versions import Versions
from steelyard.model.ruleset import RulesetFile


@dataclass(frozen=True, slots=True)
class Version:
    """A version as written and as lowered."""

    file: RulesetFile
    ruleset: Ruleset

    @property
    def low(self) -> int:
        """Its first day; below every day where the range is open."""
        low = self.ruleset.effective.low
        return -(10**9) if low is None else low

    @property
    def high(self) -> int:
        """Its last day, likewise."""
        high = self.ruleset.effective.high
        return 10**9 if high is None else high

    @property
    def days(self) -> Span:
        """The place where its days are written, or should be."""
        return self.file.version.span if self.file.effective is None else self.file.effective.span


def fit_together(found: Sequence[Version], diagnostics: Diagnostics) -> Versions | None:
    """Check the versions of a ruleset against each other.

    Args:
        found: at least one, each without errors of its own.
        diagnostics: receives inconsistencies, with both places.

    Returns:
        The versions by their first day; None where there is an error.
    """
    before = diagnostics.errors
    ordered = sorted(found, key=lambda one: (one.low, one.high))
    for other in ordered[1:]:
        _check_shared(ordered[0], other, diagnostics)
    for number, other in enumerate(ordered):
        for one in ordered[:number]:
            _check_named_apart(one, other, diagnostics)
            _check_days_apart(one, other, diagnostics)
    if diagnostics.errors == before:
        for one, other in pairwise(ordered):
            _check_gap(one, other, diagnostics)
    return None if diagnostics.errors > before else Versions(tuple(one.ruleset for one in ordered))


def _check_shared(one: Version, other: Version, diagnostics: Diagnostics) -> None:
    for shared in _shared(one, other):
        if shared.first != shared.second:
            diagnostics.add(
                "M131",
                shared.placed,
                msg(
                    "the versions differ in {what}: {first}, then {second}",
                    what=shared.what,
                    first=_shown(shared.first),
                    second=_shown(shared.second),
                ),
                help=msg("write it alike in every version, or put another ruleset into a folder of its own"),
                labels=(Label(shared.place, msg("here it is {first}", first=_shown(shared.first))),),
            )


@dataclass(frozen=True, slots=True)
class _Shared:
    """A setting that two versions must share: its value and place in each."""

    what: Message
    first: str | Type
    second: str | Type
    place: Span
    placed: Span


def _shown(value: str | Type) -> Message:
    return msg("`{text}`", text=value) if isinstance(value, str) else describe(value)


def _shared(one: Version, other: Version) -> Iterator[_Shared]:
    a, b = one.file, other.file
    yield _Shared(msg("the name of the ruleset"), one.ruleset.id, other.ruleset.id, a.ruleset.span, b.ruleset.span)
    yield _Shared(
        msg("the time zone"),
        one.ruleset.timezone,
        other.ruleset.timezone,
        a.version.span if a.timezone is None else a.timezone.span,
        b.version.span if b.timezone is None else b.timezone.span,
    )
    yield _Shared(msg("the key"), one.ruleset.key, other.ruleset.key, a.case.key.span, b.case.key.span)
    yield _Shared(
        msg("the reference date"),
        one.ruleset.reference_date or "",
        other.ruleset.reference_date or "",
        a.case.key.span if a.case.reference_date is None else a.case.reference_date.span,
        b.case.key.span if b.case.reference_date is None else b.case.reference_date.span,
    )
    for name in dict.fromkeys((one.ruleset.key, one.ruleset.reference_date)):
        first, second = _input(one, name), _input(other, name)
        if name is None or first is None or second is None:
            continue
        spans = _place(one, name), _place(other, name)
        yield _Shared(msg("the type of `{input}`", input=name), first.type, second.type, *spans)
        yield _Shared(msg("the column of `{input}`", input=name), first.column, second.column, *spans)
    yield from _counted(one, other)
    yield from _counted(other, one)


def _counted(one: Version, other: Version) -> Iterator[_Shared]:
    """What a version reads of cases of the other, where it derives a relation from the cases of both."""
    reading = Reading(one.ruleset)
    for relation, derived in derived_relations(one.ruleset):
        read = set(reading.followed(each.value for each in (*derived.by, *derived.values)))
        for name in sorted({node.name for node in read if isinstance(node, Input)}):
            first, second = _input(one, name), _input(other, name)
            if first is not None and second is not None:
                spans = _place(one, name), _place(other, name)
                yield _Shared(msg("the type of `{input}`", input=name), first.type, second.type, *spans)
        for name in sorted({node.relation for node in read if isinstance(node, Aggregate)} - {CASES}):
            place = relation.span or one.file.version.span
            yield _Shared(
                msg("the rows of `{relation}`, which are counted over all versions", relation=name),
                _fields(one, name),
                _fields(other, name),
                place,
                place,
            )


def _fields(version: Version, name: str) -> str:
    found = next((each for each in version.ruleset.relations if each.id == name), None)
    if found is None:
        return "–"
    return ", ".join(f"{one.id}: {describe(one.type)}{' (optional)' if one.optional else ''}" for one in found.fields)


def _input(version: Version, name: str | None) -> InputField | None:
    return next((field for field in version.ruleset.inputs if field.id == name), None)


def _place(version: Version, name: str) -> Span:
    return next(key.span for key in version.file.case.inputs if key == name)


def _check_named_apart(one: Version, other: Version, diagnostics: Diagnostics) -> None:
    if one.ruleset.version == other.ruleset.version:
        diagnostics.add(
            "M134",
            other.file.version.span,
            msg("two versions are called `{version}`", version=other.ruleset.version),
            help=msg("give each a version of its own: results carry it"),
            labels=(Label(one.file.version.span, msg("the other one")),),
        )


def _check_days_apart(one: Version, other: Version, diagnostics: Diagnostics) -> None:
    first, last = max(one.low, other.low), min(one.high, other.high)
    if first > last:
        return
    open_ended = one.file.effective is None or other.file.effective is None
    diagnostics.add(
        "M132",
        other.days,
        msg(
            "the versions `{first}` and `{second}` are both in force on {days}",
            first=one.ruleset.version,
            second=other.ruleset.version,
            days=_days(first, last),
        ),
        help=msg("a version without `effective` is in force on every day: write its days")
        if open_ended
        else msg("let one end before the other begins"),
        labels=(Label(one.days, msg("the days of `{version}`", version=one.ruleset.version)),),
    )


def _check_gap(one: Version, other: Version, diagnostics: Diagnostics) -> None:
    first, last = one.high + 1, other.low - 1
    if first > last:
        return
    diagnostics.add(
        "M133",
        other.days,
        msg(
            "no version is in force on {days}: cases of these days are rejected",
            days=_days(first, last),
        ),
        help=msg("let `{version}` begin on `{day}`", version=other.ruleset.version, day=day_of(first).isoformat()),
        labels=(Label(one.days, msg("the days of `{version}`", version=one.ruleset.version)),),
    )


def _days(first: int, last: int) -> Message:
    """Days for a reader."""
    low = None if first <= -(10**9) else day_of(first).isoformat()
    high = None if last >= 10**9 else day_of(last).isoformat()
    match low, high:
        case None, None:
            return msg("every day")
        case None, _:
            return msg("every day up to {day}", day=high)
        case _, None:
            return msg("every day from {day} on", day=low)
        case _ if low == high:
            return msg("{day}", day=low)
        case _:  # both days exist and differ
            return msg("{first} to {last}", first=low, last=high)
