"""Conditions under which a run fails: `mean < 85`, `grade D > 5% by branch`, `rejected > 1%`.

    condition = what comparison number ["%"] ["by" group {"," group}]
    what      = "mean" ["of" score] | "grade" grade {"," grade} ["of" score] | "rejected" | "unscored"
    comparison = "<" | "<=" | ">" | ">="

A mean is compared exactly, before it is rounded. With `%` a number of cases is a share: of a grade among the cases that
have the score, else among all cases and rejected rows. With `by` the run fails where one group does. Where no case has
the score, its mean and the shares of its grades are unknown: a run without groups fails, a group does not.
Scores, grades and groups are named by their id or a label.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from steelyard.diagnostics import Message, msg
from steelyard.session.errors import UsageError
from steelyard.session.summary import group_ids, shown_beside

if TYPE_CHECKING:
    from steelyard.ir.ruleset import Score
    from steelyard.ir.versions import Versions
    from steelyard.report.summary import GroupLine, Summary

SHOWN = 5
"""So many groups are named."""

_COMPARISONS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
_CONDITION = re.compile(
    r"\s*(?P<what>[^<>≤≥]+?)\s*(?P<comparison><=|>=|<|>|≤|≥)\s*(?P<number>-?[0-9]{1,18}(?:\.[0-9]{1,18})?)\s*(?P<share>%?)"
    r"(?:\s*\bby\s+(?P<by>.+?))?\s*"
)
_MEAN = re.compile(r"mean(?:\s+of\s+(?P<score>.+))?")
_GRADE = re.compile(r"grade\s+(?P<grades>.+?)(?:\s+of\s+(?P<score>.+))?")


@dataclass(frozen=True, slots=True)
class Gate:
    """A condition under which a run fails.

    Attributes:
        text: as it was written.
        comparison: `<`, `<=`, `>` or `>=`.
        number: that the mean, the count or the share (0 to 1) is compared with.
        share: whether it is a share.
        by: ids of the groups; empty: all cases together.
        score: whose mean or grades; empty for `rejected` and `unscored`.
        grades: the ids of the grades that are counted together.
        status: `rejected` or `unscored`; empty for a mean or grades.
    """

    text: str
    comparison: str
    number: Fraction
    share: bool
    by: tuple[str, ...]
    score: str = ""
    grades: tuple[str, ...] = ()
    status: str = ""


@dataclass(frozen=True, slots=True)
class _Found:
    """What a group has: a mean as sum and count, or a count of cases among all."""

    value: Fraction
    count: int
    of: int
    digits: int | None = None
    """Of the score, where it is a mean."""


def gates_of(versions: Versions, texts: Iterable[str]) -> tuple[Gate, ...]:
    """Read conditions.

    Args:
        versions: the ruleset, whose scores, grades and inputs are named.
        texts: as written.

    Raises:
        UsageError: one is no condition, or names what the ruleset does not have.
    """
    return tuple(_gate(versions, text) for text in texts)


def _gate(versions: Versions, text: str) -> Gate:
    found = _CONDITION.fullmatch(text)
    if found is None:
        raise _unreadable(text)
    comparison = found["comparison"].replace("≤", "<=").replace("≥", ">=")
    number = Fraction(found["number"]) / (100 if found["share"] else 1)
    by = group_ids(versions, [name.strip() for name in (found["by"] or "").split(",") if name.strip()])
    gate = Gate(" ".join(text.split()), comparison, number, bool(found["share"]), by)
    return _of_what(versions, found["what"], gate)


def _of_what(versions: Versions, what: str, gate: Gate) -> Gate:
    if what in {"rejected", "unscored"}:
        return replace(gate, status=what)
    mean, grade = _MEAN.fullmatch(what), _GRADE.fullmatch(what)
    if mean is not None and not gate.share:
        return replace(gate, score=_score(versions, mean["score"]).id)
    if grade is not None:
        score = _score(versions, grade["score"])
        names = [name.strip() for name in grade["grades"].split(",") if name.strip()]
        return replace(gate, score=score.id, grades=tuple(_grade(versions, score, name) for name in names))
    raise _unreadable(gate.text)


def _unreadable(text: str) -> UsageError:
    forms = ("mean < 85", "grade D > 5%", "rejected > 1%", "unscored >= 10 by branch")
    return UsageError(
        msg("`{text}` is no condition under which a run fails", text=text),
        hints=(msg("conditions are like {forms}", forms=", ".join(f"`{one}`" for one in forms)),),
    )


def _score(versions: Versions, name: str | None) -> Score:
    scores = {one.id: one for version in reversed(versions.rulesets) for one in version.scores}
    if not scores:
        raise UsageError(msg("`{ruleset}` has no score", ruleset=versions.newest.id))
    if name is None:
        return next(iter(versions.newest.scores), None) or next(iter(scores.values()))
    for one in scores.values():
        if name in {one.id, one.label.zh, one.label.en}:
            return one
    raise UsageError(msg("there is no score `{name}`, only {known}", name=name, known=", ".join(scores)))


def _grade(versions: Versions, score: Score, name: str) -> str:
    same = [one for version in versions.rulesets for one in version.scores if one.id == score.id]
    grades = {one.id: one for each in same for one in each.grades}
    for one in grades.values():
        if name in {one.id, one.label.zh, one.label.en}:
            return one.id
    raise UsageError(msg("there is no grade `{name}`, only {known}", name=name, known=", ".join(grades)))


def broken(gate: Gate, summary: Summary) -> Message | None:
    """Why a run fails by a condition; None where it does not.

    Args:
        gate: the condition.
        summary: of the run, grouped as the condition says.
    """
    if not gate.by:
        found = _found(gate, summary.whole)
        if found is None:
            return msg("`{condition}`: no case has a score", condition=gate.text)
        return _failed(gate, _said(gate, found)) if _holds(gate, found) else None
    each = [(group, found) for group in summary.groups if (found := _found(gate, group)) is not None]
    failing = [(group, found) for group, found in each if _holds(gate, found)]
    if not failing:
        return None
    failing.sort(key=lambda one: (one[1].value, one[0].key), reverse=gate.comparison.startswith(">"))
    shown: tuple[object, ...] = tuple(
        f"{' / '.join(group.key)} {_said(gate, found)}" for group, found in failing[:SHOWN]
    )
    if len(failing) > SHOWN:
        shown = (*shown, msg("{count} more {count:group|groups}", count=len(failing) - SHOWN))
    return _failed(gate, shown)


def _failed(gate: Gate, found: object) -> Message:
    return msg("the run fails by `{condition}`: {found}", condition=gate.text, found=found)


def _found(gate: Gate, group: GroupLine) -> _Found | None:
    """What a group has; None where no case of it has the score."""
    if gate.status:
        statuses = {status.value: count for status, count in group.statuses}
        count = statuses.get(gate.status, 0)
        return _Found(Fraction(count, group.cases) if gate.share else Fraction(count), count, group.cases)
    line = next((one for one in group.scores if one.id == gate.score), None)
    if line is None or line.total is None:
        return None
    if not gate.grades:
        total = Fraction(line.total.value, 10**line.total.scale)
        return _Found(total / line.count, line.count, line.count, 0 if line.mean is None else line.mean.scale)
    count = sum(number for grade, number in line.grades if grade in gate.grades)
    return _Found(Fraction(count, line.count) if gate.share else Fraction(count), count, line.count)


def _holds(gate: Gate, found: _Found) -> bool:
    return _COMPARISONS[gate.comparison](found.value, gate.number)


def _said(gate: Gate, found: _Found) -> str:
    if found.digits is not None:
        return str(shown_beside(found.value, gate.number, found.digits))
    if gate.share:
        return f"{shown_beside(found.value * 100, gate.number * 100, 2)}% ({found.count}/{found.of})"
    return f"{found.count}/{found.of}"
