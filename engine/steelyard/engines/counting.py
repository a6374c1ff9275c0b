"""What is counted of a portfolio, and by which columns of its results: the plain data behind a summary.

A summary is a set of integers, each belonging to a group of cases, a measure, and what the measure is of. Whoever
counts, in memory or by SQL, gives the same integers; means, ranks and texts are made of them afterwards, once for all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import NamedTuple

from steelyard.diagnostics import InternalError

QUANTILES = (("p10", 10), ("p25", 25), ("median", 50), ("p75", 75), ("p90", 90))
"""Names and percentages. The p-quantile of n scores is the ceil(p·n)-th smallest: a score that a case has."""


class Measure(StrEnum):
    """What an integer counts; in brackets what `of` and `item` name.

    SCORE has the items of `ScoreItem` and those of QUANTILES, in units of the score.
    """

    STATUS = "status"
    """Cases (item: scored, unscored, rejected)."""
    UNSCORED = "unscored"
    """Cases without any score (item: the reason)."""
    REASON = "reason"
    """Cases (item: a reason code among their reasons)."""
    FIRED = "fired"
    """Cases (item: a rule that fired, once or more)."""
    WHERE = "where"
    """Rejected rows of the whole run (item: the column or rule)."""
    SCORE = "score"
    """Of a score (of: its id)."""
    GRADE = "grade"
    """Cases (of: a score; item: the grade)."""
    LOST = "lost"
    """Points lost in units of 10^-6, summed over cases that have the score (of: the score; item: an indicator)."""
    LOSING = "losing"
    """Cases that lost points, their rows of a family taken together (of: the score; item: an indicator)."""


class ScoreItem(Enum):
    """Of the cases that have a score: how many, their sum, the least."""

    COUNT = "count"
    TOTAL = "total"
    MINIMUM = "minimum"


class Count(NamedTuple):
    """An integer of a summary; several of the same thing add up.

    The whole run has the key (); a group has one text for each name that it is grouped by.
    """

    key: tuple[str, ...]
    measure: Measure
    of: str
    item: str
    value: int


@dataclass(frozen=True, slots=True)
class ScoreColumn:
    """A column that holds a score, and the one with its grade.

    Attributes:
        column: numbers with exactly the digits of the score, which is counted in units of the last one.
        textual: whether the numbers stand there as text.
    """

    score: str
    column: str
    grade: str
    textual: bool = False


@dataclass(frozen=True, slots=True)
class LostColumn:
    """A column that holds the points an indicator lost in a score; of a family, a field of each item of a list.

    It is empty where the case does not have the score.
    """

    score: str
    indicator: str
    column: str
    field: str | None = None


@dataclass(frozen=True, slots=True)
class SummaryColumns:
    """The columns of results that a summary reads beside `status`, `fired` and `reasons`.

    An indicator that is a family in one version of a ruleset alone has two columns, of which a row fills one.
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
    """The ceil(percent·n/100)-th smallest of n values, given how often each occurs.

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
