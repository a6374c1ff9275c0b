"""Converts columns of natural types (timestamps, dates, decimals) to stored integers and back, in each dialect.

A timestamp without a zone is taken as UTC. Snowflake and BigQuery follow their manuals.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import exp

from steelyard.engines.sql.build import E
from steelyard.engines.sql.dialects.common import string
from steelyard.engines.sql.dialects.template import fill


@dataclass(frozen=True, slots=True)
class Natural:
    """The SQL of one dialect for natural types.

    Attributes:
        name: sqlglot's name of the dialect.
        micros, instant: SQL from a timestamp to microseconds since 1970, and back to a timestamp in UTC.
        days, day: SQL from a date to days since 1970, and back.
        matches: SQL whether a whole text matches a pattern, `:p`; `ends` is what the pattern must end with.
        instant_type, decimal_type, text_type, list_type, integer_type: names of the types of table columns.
    """

    name: str
    micros: str
    instant: str
    days: str
    day: str
    matches: str
    begins: str
    ends: str
    instant_type: str
    integer_type: str = "BIGINT"
    text_type: str = "VARCHAR"
    list_type: str = "VARCHAR[]"
    decimal_type: str = "DECIMAL(18, {scale})"

    def to_micros(self, e: E) -> E:
        """Microseconds since 1970, BIGINT."""
        return fill(self.micros, self.name, e=e)

    def to_instant(self, e: E) -> E:
        """The instant, as a time in UTC."""
        return fill(self.instant, self.name, e=e)

    def to_days(self, e: E) -> E:
        """Days since 1970."""
        return fill(self.days, self.name, e=e)

    def to_date(self, e: E) -> E:
        """The date."""
        return fill(self.day, self.name, e=e)

    def is_like(self, e: E, pattern: str) -> E:
        """Whether the whole text matches a regular expression of groups, classes and repetitions."""
        return fill(self.matches, self.name, e=e, p=string(f"{self.begins}({pattern}){self.ends}"))

    def decimal(self, scale: int) -> str:
        """The type of decimals."""
        return self.decimal_type.format(scale=scale)


def natural(name: str) -> Natural:
    """Return the SQL of a dialect, by sqlglot's name of the dialect.

    Raises:
        KeyError: there is no such dialect.
    """
    return _ALL[name]


def kind(text: str, name: str) -> exp.DataType:
    """A type as a dialect writes it."""
    return exp.DataType.build(text, dialect=name)


_EPOCH = "CAST('1970-01-01' AS DATE)"
_ALL = {
    one.name: one
    for one in (
        Natural(
            "duckdb",
            micros="EPOCH_US(:e)",
            instant="MAKE_TIMESTAMP(:e)",
            days=f"DATE_DIFF('DAY', {_EPOCH}, :e)",
            day=f"({_EPOCH} + CAST(:e AS INT))",
            matches="REGEXP_FULL_MATCH(:e, :p)",
            begins="",
            ends="",
            instant_type="TIMESTAMP or TIMESTAMPTZ",
        ),
        Natural(
            "postgres",
            micros="CAST(EXTRACT(EPOCH FROM :e) * 1000000 AS BIGINT)",
            instant="(CAST('1970-01-01' AS TIMESTAMP) + :e * INTERVAL '1 MICROSECOND')",
            days=f"CAST(:e - {_EPOCH} AS BIGINT)",
            day=f"({_EPOCH} + CAST(:e AS INT))",
            matches="(:e ~ :p)",
            begins="^",
            ends="$",
            instant_type="TIMESTAMP or TIMESTAMPTZ",
            text_type="TEXT",
            list_type="TEXT[]",
        ),
        Natural(
            "spark",
            micros="UNIX_MICROS(:e)",
            instant="TIMESTAMP_MICROS(:e)",
            days="CAST(UNIX_DATE(:e) AS BIGINT)",
            day="DATE_FROM_UNIX_DATE(CAST(:e AS INT))",
            matches="(CONCAT(:e, '.') RLIKE :p)",  # `$` also matches before a line break at the end
            begins="^",
            ends="[.]$",
            instant_type="TIMESTAMP",
            text_type="STRING",
            list_type="ARRAY<STRING>",
        ),
        Natural(
            "bigquery",
            micros="UNIX_MICROS(:e)",
            instant="TIMESTAMP_MICROS(:e)",
            days="UNIX_DATE(:e)",
            day="DATE_FROM_UNIX_DATE(:e)",
            matches="REGEXP_CONTAINS(:e, :p)",
            begins="^",
            ends="$",
            instant_type="TIMESTAMP",
            integer_type="INT64",
            text_type="STRING",
            list_type="ARRAY<STRING>",
            decimal_type="NUMERIC or BIGNUMERIC with at most {scale} digits after the point",
        ),
        Natural(
            "snowflake",
            micros="DATE_PART(EPOCH_MICROSECOND, :e)",
            instant="TO_TIMESTAMP_NTZ(:e, 6)",
            days=f"DATEDIFF(DAY, {_EPOCH}, :e)",
            day=f"DATEADD(DAY, :e, {_EPOCH})",
            matches="REGEXP_LIKE(:e, :p)",
            begins="",
            ends="",
            instant_type="TIMESTAMP_NTZ or TIMESTAMP_TZ",
            integer_type="NUMBER(38, 0)",
            list_type="ARRAY",
            decimal_type="NUMBER(18, {scale})",
        ),
    )
}
