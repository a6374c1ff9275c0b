"""The operators of expressions."""

from __future__ import annotations

from enum import Enum


class Part(Enum):
    """The results of an indicator."""

    MEASURE = "measure"
    TARGET = "target"
    SCORE = "score"
    SHARE = "share"
    STATUS = "status"


class Rounding(Enum):
    """How a quotient is rounded to an integer."""

    HALF_UP = "half_up"
    HALF_EVEN = "half_even"
    UP = "up"
    DOWN = "down"
    CEILING = "ceiling"
    FLOOR = "floor"


class Comparator(Enum):
    """The comparisons."""

    EQ = "="
    NE = "!="
    LT = "<"
    LE = "<="
    GT = ">"
    GE = ">="


class Function(Enum):
    """The strict functions; `functions.FUNCTIONS` holds what each takes and gives.

    clamp(x, low, high): the low end wins where the ends cross; date(datetime) in the ruleset's zone; DATE_OF, written
    date(year, month, day), missing where there is no such day; year_month "2024-05"; starts_with(text, prefix);
    covers(regions or region, region); windows are half-open: overlaps(a, b, c, d) = a < d and c < b; overlap_time(a, b,
    c, d): the common duration, at least 0; days(integer) a number of days, days(days) the integer. add_months(date, n):
    the same day of the month n months later, or the last day of that month where it is shorter; months_between(a, b):
    the largest n for which add_months(a, n) is not after b; end_of_month(date): the last day of its month. Texts are
    counted by code points; trim takes the characters of `BLANKS` from both ends.
    """

    MIN = "min"
    MAX = "max"
    ABS = "abs"
    CLAMP = "clamp"
    DATE = "date"
    DATE_OF = "date_of"
    YEAR = "year"
    MONTH = "month"
    YEAR_MONTH = "year_month"
    ADD_MONTHS = "add_months"
    MONTHS_BETWEEN = "months_between"
    END_OF_MONTH = "end_of_month"
    STARTS_WITH = "starts_with"
    ENDS_WITH = "ends_with"
    CONTAINS = "contains"
    LENGTH = "length"
    TRIM = "trim"
    CONCAT = "concat"
    COVERS = "covers"
    OVERLAPS = "overlaps"
    OVERLAP_TIME = "overlap_time"
    DAYS = "days"
    WORKING_TIME = "working_time"
    ADD_BUSINESS_DAYS = "add_business_days"
    BUSINESS_DAYS_BETWEEN = "business_days_between"


class Aggregation(Enum):
    """The kinds of aggregates."""

    COUNT = "count"
    SUM = "sum"
    MIN = "min"
    MAX = "max"
    MEAN = "mean"
    ANY = "any"
    ALL = "all"
