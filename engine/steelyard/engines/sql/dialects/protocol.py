"""The operations that the compiler needs from a dialect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from sqlglot import exp

from steelyard.engines.sql.build import E


class Unnested(NamedTuple):
    """A list as rows.

    Attributes:
        join: for the FROM clause: `select.append("joins", join)`; rows with an empty list are dropped.
        value: the item, in a row.
    """

    join: exp.Join
    value: E


class Check(NamedTuple):
    """A condition that must hold in a session before anything is run in it.

    Attributes:
        query: a query with one row.
        expected: the value of its last column, as text.
    """

    query: str
    expected: str


class Dialect(Protocol):
    """A dialect. Operands are wrapped; every result is atomic."""

    @property
    def name(self) -> str:
        """The name on the command line."""
        ...

    @property
    def sqlglot(self) -> str:
        """The name of the dialect in sqlglot."""
        ...

    # statements and sessions

    def sql(self, statement: E, *, pretty: bool = True) -> str:
        """The text of a whole statement.

        Raises:
            sqlglot.errors.UnsupportedError: the dialect cannot express the statement.
        """
        ...

    def session_statements(self) -> tuple[str, ...]:
        """Statements to run first in a session."""
        ...

    def session_checks(self) -> tuple[Check, ...]:
        """Checks to run next; where one fails, the session must not be used."""
        ...

    def values(self, name: str, columns: Sequence[tuple[str, exp.DataType]], rows: Sequence[Sequence[E]]) -> exp.CTE:
        """A small table of constants; its columns have exactly these types, also where there is no row."""
        ...

    # types

    def bigint(self) -> exp.DataType:
        """64-bit integers."""
        ...

    def wide(self) -> exp.DataType:
        """Integers of at least 38 digits."""
        ...

    def text(self) -> exp.DataType:
        """Text."""
        ...

    def boolean(self) -> exp.DataType:
        """Booleans."""
        ...

    def text_list(self) -> exp.DataType:
        """Lists of text."""
        ...

    # integers

    def wide_literal(self, value: int) -> E:
        """A constant of the wide type."""
        ...

    def cast_narrow(self, e: E) -> E:
        """An integer as BIGINT; an error in the engine where it does not fit (Snowflake: no limit)."""
        ...

    def cast_wide(self, e: E) -> E:
        """An integer as the wide type."""
        ...

    def quotient(self, a: E, b: E, *, wide: bool) -> E:
        """A / b, truncated toward zero; NULL where either is.

        In Spark and Snowflake a wide quotient must be below 10^32.
        """
        ...

    def remainder(self, a: E, b: E, *, wide: bool = False) -> E:
        """The remainder of `quotient`, with the sign of a. DuckDB computes wide ones in 64 bits where possible."""
        ...

    def decimal(self, units: E, scale: int) -> E:
        """BIGINT units of 10^-scale, of at most 18 digits, as DECIMAL(18, scale); exact."""
        ...

    def units_of(self, e: E, scale: int) -> E:
        """The inverse of `decimal`."""
        ...

    # aggregates: `where` is a condition; rows where it is false or NULL do not count

    def sum_wide(self, e: E, where: E | None = None) -> E:
        """The sum, of the wide type; NULL over nothing."""
        ...

    def least(self, e: E, where: E | None = None) -> E:
        """The smallest of integers; NULL over nothing."""
        ...

    def greatest(self, e: E, where: E | None = None) -> E:
        """The largest of integers; NULL over nothing."""
        ...

    def count_if(self, condition: E) -> E:
        """The number of rows in which it is true, as BIGINT; never NULL."""
        ...

    def bool_or(self, condition: E) -> E:
        """Whether it is true in a row; FALSE over nothing, never NULL."""
        ...

    # lists of text

    def empty_list(self) -> E:
        """The empty list of texts."""
        ...

    def list_of(self, items: Sequence[E]) -> E:
        """The texts that are not NULL, in this order."""
        ...

    def collect_sorted(self, e: E, where: E | None = None) -> E:
        """Aggregate: the texts that are not NULL, by code point; empty over nothing, never NULL."""
        ...

    def only_list(self, e: E) -> E:
        """Aggregate: the list of the one row that has one; NULL where no row has."""
        ...

    def concat(self, a: E, b: E) -> E:
        """The items of a, then those of b; neither may be NULL."""
        ...

    def distinct_in_order(self, items: E) -> E:
        """Each text once, in the order of first occurrence."""
        ...

    def first_items(self, items: E, limit: int) -> E:
        """At most `limit` items from the start."""
        ...

    def sorted_tails(self, items: E, skip: int) -> E:
        """The texts by code point, each without its first `skip` code points; no item may be NULL."""
        ...

    def join_list(self, items: E, separator: str) -> E:
        """The items joined to one text; empty for an empty list."""
        ...

    def size(self, items: E) -> E:
        """The number of items."""
        ...

    def contains(self, items: E, e: E) -> E:
        """Whether a text is among the items; no item may be NULL.

        NULL where the list or the text is NULL, but for an empty list and a NULL text some engines give FALSE.
        """
        ...

    def unnest(self, items: E, alias: str) -> Unnested:
        """The items as rows of a table `alias`."""
        ...

    # reason codes

    def ranked(self, items: Sequence[tuple[E, int]], bound: int | None = None) -> E:
        """The list of indexes whose points are above 0, most points first, ties by the smaller index.

        Args:
            items: points (BIGINT; NULL counts as none) and index (0 or more, each once).
            bound: an upper bound of the points, which allows computing in 64 bits.
        """
        ...

    def codes_of(self, indexes: E, codes: Sequence[str], limit: int | None = None) -> E:
        """The codes for a list of indexes, each once, at most `limit` of them."""
        ...

    def reasons(self, items: Sequence[tuple[E, str]], limit: int | None = None, bound: int | None = None) -> E:
        """`codes_of(ranked(…))` for pairs of points and code, with the position as index; cheaper in DuckDB."""
        ...

    # texts

    def starts_with(self, e: E, prefix: E) -> E:
        """Whether a text starts with a prefix, by code points and without wildcards."""
        ...

    def ends_with(self, e: E, suffix: E) -> E:
        """Whether a text ends with a suffix, by code points and without wildcards."""
        ...

    def has_text(self, e: E, part: E) -> E:
        """Whether a text contains another, by code points and without wildcards; every text contains the empty one."""
        ...

    def trimmed(self, e: E, characters: str) -> E:
        """The text without any of the characters at its edges."""
        ...

    def length(self, e: E) -> E:
        """The number of code points."""
        ...

    def substring(self, e: E, start: int, length: int) -> E:
        """`length` code points from the one numbered `start`, the first being 1."""
        ...

    def by_code_point(self, e: E) -> E:
        """The text in code-point order, for `<`, ORDER BY, MIN and MAX; not needed for equality."""
        ...

    # dates

    def year_month(self, day: E) -> E | None:
        """The month `2024-05` of a day (BIGINT since 1970, years 1000 to 9999); None where arithmetic is as fast."""
        ...

    # structures

    def struct(self, fields: Mapping[str, E]) -> E:
        """Named values (Postgres: JSONB)."""
        ...

    def field(self, structure: E, name: str, kind: exp.DataType) -> E:
        """A field of a structure, in its type."""
        ...

    def no_structs(self) -> E:
        """The list of `collect_structs` without a row."""
        ...

    def collect_structs(self, fields: Mapping[str, E], order_by: Sequence[E], where: E | None = None) -> E:
        """Aggregate: a list of structures, in order (ascending, no NULLs); empty over nothing, never NULL."""
        ...
