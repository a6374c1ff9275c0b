"""The counts that make up a summary of a portfolio, and the result columns that they are computed from.

A summary is a set of integers, each with a group of cases, a measure, and the score and item that it concerns. Means,
ranks and texts are derived from them in one place.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import NamedTuple

QUANTILES = (("p10", 10), ("p25", 25), ("median", 50), ("p75", 75), ("p90", 90))
"""Names and percentages. The p-percent quantile of n scores is the ceil(p·n/100)-th smallest, always an actual score.
"""


class Measure(StrEnum):
    """What an integer counts. Parentheses say what the fields `of` and `item` of its `Count` hold."""

    STATUS = "status"
    """Cases by status (item: decided, scored, unscored, rejected)."""
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
    MEASURED = "measured"
    """Cases in whose score the indicator counted: it was not waived (of: the score; item: the indicator)."""


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
    `textual`: whether the column holds its numbers as text.
    """

    score: str
    indicator: str
    column: str
    field: str | None = None
    textual: bool = False


@dataclass(frozen=True, slots=True)
class SummaryColumns:
    """The result columns that a summary reads besides `status`, `fired` and `reasons`.

    An indicator that is a family in only one version of a ruleset has two columns; each row fills one of them.
    """

    scores: tuple[ScoreColumn, ...]
    lost: tuple[LostColumn, ...]


def key_column(name: str) -> str:
    """The column of results that holds what cases are grouped by, as text."""
    return f"key:{name}"
