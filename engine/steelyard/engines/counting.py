"""The counts that make up a summary of a portfolio, and the result columns that they are computed from.

A summary is a set of integers, each with a group of cases, a measure, and the score and item that it concerns. Counting
in memory and counting by SQL give the same integers; means, ranks and texts are derived from them in one place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import NamedTuple

from steelyard.diagnostics import InternalError

QUANTILES = (("p10", 10), ("p25", 25), ("median", 50), ("p75", 75), ("p90", 90))
"""Names and percentages. The p-percent quantile of n scores is the ceil(p·n/100)-th smallest, always an actual score.
"""


class Measure(StrEnum):
    """What an integer counts. Parentheses say what the fields `of` and `item` of its `Count` hold."""

    STATUS = "status"
    """Cases by status (item: scored, unscored, rejected)."""
    UNSCORED = "unscored"
    """Cases without any score (item: the reason)."""
    REASON = "reason"
    """Cases by reason code (item: a code among their reasons)."""
    FIRED = "fired"
    """Cases in which a rule fired at least once (item: the rule)."""
    WHERE = "where"
    """Rejected rows, for the whole run only (item: the column or rule at fault)."""
    SCORE = "score"
    """A statistic of a score (of: the score's id; item: one of `ScoreItem` or QUANTILES), in units of the score's last
    digit.
    """
    GRADE = "grade"
    """Cases by grade (of: the score; item: the grade)."""
    LOST = "lost"
    """Points lost in units of 10^-6, summed over cases that have the score (of: the score; item: an indicator)."""
    LOSING = "losing"
    """Cases that lost points, all rows of a family taken together (of: the score; item: the indicator)."""


class ScoreItem(Enum):
    """Statistics over the cases that have a score: their number, the sum, the smallest score."""

    COUNT = "count"
    TOTAL = "total"
    MINIMUM = "minimum"


class Count(NamedTuple):
    """One integer of a summary. Counts with equal key, measure, `of` and `item` add up.

    The key of the whole run is (); that of a group has one text for each name that cases are grouped by.
    """

    key: tuple[str, ...]
    measure: Measure
    of: str
    item: str
    value: int


@dataclass(frozen=True, slots=True)
class ScoreColumn:
    """The result columns of a score and of its grade.

    Attributes:
        score: the score's id.
        column: numbers with exactly the digits of the score; summaries count in units of its last digit.
        grade: the column of the grade.
        textual: whether the column holds its numbers as text.
    """

    score: str
    column: str
    grade: str
    textual: bool = False


@dataclass(frozen=True, slots=True)
class LostColumn:
    """The result column of the points that an indicator lost in a score; empty where the case has no such score.

    For a family the column is a list, and `field` names the field of its items that holds the points.
    """

    score: str
    indicator: str
    column: str
    field: str | None = None


@dataclass(frozen=True, slots=True)
class SummaryColumns:
    """The result columns that a summary reads besides `status`, `fired` and `reasons`.

    An indicator that is a family in only one version of a ruleset has two columns; each row fills one of them.
    """

    scores: tuple[ScoreColumn, ...]
    lost: tuple[LostColumn, ...]


def counts_of_unread(where: Mapping[str, int], grouping: int) -> list[Count]:
    """Count rows that are no case: they have no keys, and stand in the group whose keys are all empty.

    Args:
        where: by column at fault, how many rows.
        grouping: how many names a summary is grouped by.
    """
    rows = sum(where.values())
    keys = ((), ("",) * grouping) if grouping else ((),)
    found = [Count(key, Measure.STATUS, "", "rejected", rows) for key in keys if rows]
    return found + [Count((), Measure.WHERE, "", column, count) for column, count in where.items()]


def nearest_rank(histogram: Mapping[int, int], percent: int) -> int:
    """Return the ceil(percent·n/100)-th smallest of n values, given how often each value occurs.

    Raises:
        InternalError: there is no value.

    >>> [nearest_rank({3: 1, 5: 2, 9: 1}, percent) for percent in (25, 26, 75, 76)]
    [3, 5, 5, 9]
    """
    total = sum(histogram.values())
    upto = 0
    for value in sorted(histogram):
        upto += histogram[value]
        if upto * 100 >= percent * total:
            return value
    raise InternalError("a quantile of nothing")
