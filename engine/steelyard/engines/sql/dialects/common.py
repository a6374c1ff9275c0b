# ruff: noqa: D102 - protocol.py says what each method does
"""The operations that most dialects write in the same way; dialects override those that differ."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlglot import ErrorLevel, exp

from steelyard.engines.sql.build import E
from steelyard.engines.sql.dialects.protocol import Check
from steelyard.engines.sql.dialects.template import fill

BIGINT_LIMIT = 2**63
WIDE_LIMIT = 10**38


def name_of(text: str) -> exp.Identifier:
    """A quoted name."""
    return exp.to_identifier(text, quoted=True)


def number(value: int) -> E:
    """An integer; a negative one in parentheses."""
    literal = exp.Literal.number(abs(value))
    return exp.Paren(this=exp.Neg(this=literal)) if value < 0 else literal


def string(value: str) -> E:
    """A text."""
    return exp.Literal.string(value)


def when(condition: E, value: E) -> E:
    """The value where the condition is true, else NULL."""
    return exp.Case(ifs=[exp.If(this=condition.copy(), true=value.copy())])


def as_type(e: E, kind: exp.DataType) -> E:
    """CAST(e AS kind)."""
    return exp.Cast(this=e, to=kind.copy())


def aliased(e: E, name: str) -> E:
    """E AS name."""
    return exp.Alias(this=e, alias=name_of(name))


@dataclass(frozen=True, slots=True)
class Packing:
    """How points and index are packed in one integer, so that sorting the integers in descending order ranks them.

    Attributes:
        width: larger than every index.
        wide: whether the packed integers need the wide type.
    """

    width: int
    wide: bool


def packing(items: Sequence[tuple[E, int]], bound: int | None) -> Packing:
    """Return how to pack points up to a bound; None: any BIGINT."""
    width = max(index for _, index in items) + 1
    limit = ((BIGINT_LIMIT if bound is None else bound) + 1) * width
    if limit > WIDE_LIMIT:
        raise ValueError(f"points up to {bound} with {width} codes need more than 38 digits")
    return Packing(width, limit > BIGINT_LIMIT)


class Common(ABC):
    """The operations shared by the dialects."""

    name: str
    sqlglot: str

    def fill(self, template: str, /, **slots: E | Sequence[E]) -> E:
        """Fill a template of this dialect."""
        return fill(template, self.sqlglot, **slots)

    # statements and sessions

    def sql(self, statement: E, *, pretty: bool = True) -> str:
        return statement.sql(dialect=self.sqlglot, pretty=pretty, unsupported_level=ErrorLevel.RAISE)

    def session_statements(self) -> tuple[str, ...]:
        return ()

    def session_checks(self) -> tuple[Check, ...]:
        return ()

    def values(self, name: str, columns: Sequence[tuple[str, exp.DataType]], rows: Sequence[Sequence[E]]) -> exp.CTE:
        alias = exp.TableAlias(this=name_of("v"), columns=[name_of(column) for column, _ in columns])
        table = exp.Values(expressions=[exp.Tuple(expressions=[*row]) for row in rows], alias=alias)
        return self._constants(name, columns, table if rows else None)

    @staticmethod
    def _constants(name: str, columns: Sequence[tuple[str, exp.DataType]], table: E | None) -> exp.CTE:
        values = [exp.Null() if table is None else exp.Column(this=name_of(column)) for column, _ in columns]
        select = exp.Select(
            expressions=[
                aliased(as_type(value, kind), column) for value, (column, kind) in zip(values, columns, strict=True)
            ]
        )
        select = select.from_(table) if table is not None else select.limit(0)
        return exp.CTE(this=select, alias=exp.TableAlias(this=name_of(name)))

    # types

    def bigint(self) -> exp.DataType:
        return exp.DataType.build("BIGINT", dialect=self.sqlglot)

    def wide(self) -> exp.DataType:
        return exp.DataType.build("DECIMAL(38, 0)", dialect=self.sqlglot)

    def text(self) -> exp.DataType:
        return exp.DataType.build("TEXT")

    def boolean(self) -> exp.DataType:
        return exp.DataType.build("BOOLEAN")

    def text_list(self) -> exp.DataType:
        return exp.DataType.build("ARRAY<TEXT>")

    # integers

    def wide_literal(self, value: int) -> E:
        return as_type(string(str(value)), self.wide())

    def cast_narrow(self, e: E) -> E:
        return as_type(e, self.bigint())

    def cast_wide(self, e: E) -> E:
        return as_type(e, self.wide())

    def remainder(self, a: E, b: E, *, wide: bool = False) -> E:
        del wide  # the operator is exact for both types
        return self.fill("(:a % :b)", a=a, b=b)

    def decimal(self, units: E, scale: int) -> E:
        if scale == 0:
            return self.fill("CAST(:units AS DECIMAL(18, 0))", units=units)
        return self.fill(
            f"CAST(CAST(:units AS DECIMAL(18, 0)) * CAST(:unit AS DECIMAL({scale}, {scale})) AS DECIMAL(18, {scale}))",
            units=units,
            unit=string("0." + "1".rjust(scale, "0")),
        )

    def units_of(self, e: E, scale: int) -> E:
        return self.fill(
            f"CAST(CAST(:e AS DECIMAL(18, {scale})) * CAST(:units AS DECIMAL(19, 0)) AS BIGINT)",
            e=e,
            units=number(10**scale),
        )

    # aggregates

    def filtered(self, aggregate: E, where: E | None) -> E:
        """An aggregate over the rows where a condition is true."""
        return aggregate if where is None else exp.Filter(this=aggregate, expression=exp.Where(this=where.copy()))

    def sum_wide(self, e: E, where: E | None = None) -> E:
        return self.filtered(self.fill("SUM(:e)", e=self.cast_wide(e)), where)

    def least(self, e: E, where: E | None = None) -> E:
        return self.filtered(self.fill("MIN(:e)", e=e), where)

    def greatest(self, e: E, where: E | None = None) -> E:
        return self.filtered(self.fill("MAX(:e)", e=e), where)

    def count_if(self, condition: E) -> E:
        return self.filtered(self.fill("COUNT(*)"), condition)

    def bool_or(self, condition: E) -> E:
        return self.fill("COALESCE(BOOL_OR(:c), FALSE)", c=condition)

    # lists of text

    def only_list(self, e: E) -> E:
        return exp.AnyValue(this=e)

    def no_structs(self) -> E:
        return exp.Array(expressions=[])

    def empty_list(self) -> E:
        return as_type(self.fill("ARRAY[]"), self.text_list())

    def join_list(self, items: E, separator: str) -> E:
        return self.fill("ARRAY_TO_STRING(:items, :separator)", items=items, separator=string(separator))

    # reason codes

    def packed(self, items: Sequence[tuple[E, int]], how: Packing) -> list[E]:
        """Pack points and index in one integer each; the result is at least `how.width` where there are points."""
        kind = self.wide() if how.wide else self.bigint()
        width = number(how.width)
        return [
            self.fill(
                "(:p * :width + :rest)", p=as_type(p.copy(), kind), width=width, rest=number(how.width - 1 - index)
            )
            for p, index in items
        ]

    def reasons(self, items: Sequence[tuple[E, str]], limit: int | None = None, bound: int | None = None) -> E:
        indexes = self.ranked([(points, index) for index, (points, _) in enumerate(items)], bound)
        return self.codes_of(indexes, [code for _, code in items], limit)

    @abstractmethod
    def ranked(self, items: Sequence[tuple[E, int]], bound: int | None = None) -> E: ...

    @abstractmethod
    def codes_of(self, indexes: E, codes: Sequence[str], limit: int | None = None) -> E: ...

    # texts

    def starts_with(self, e: E, prefix: E) -> E:
        return self.fill("STARTS_WITH(:e, :prefix)", e=e, prefix=prefix)

    def ends_with(self, e: E, suffix: E) -> E:
        return self.fill("ENDS_WITH(:e, :suffix)", e=e, suffix=suffix)

    def has_text(self, e: E, part: E) -> E:
        return self.fill("CONTAINS(:e, :part)", e=e, part=part)

    def trimmed(self, e: E, characters: str) -> E:
        return self.fill("TRIM(:e, :characters)", e=e, characters=string(characters))

    def length(self, e: E) -> E:
        return self.fill("LENGTH(:e)", e=e)

    def substring(self, e: E, start: int, length: int) -> E:
        return self.fill("SUBSTRING(:e, :start, :length)", e=e, start=number(start), length=number(length))

    def by_code_point(self, e: E) -> E:
        return e

    # dates

    def year_month(self, day: E) -> E | None:
        del day
        return None

    # structures

    def struct(self, fields: Mapping[str, E]) -> E:
        pairs = [exp.PropertyEQ(this=name_of(name), expression=value.copy()) for name, value in fields.items()]
        return exp.Struct(expressions=pairs)

    def field(self, structure: E, name: str, kind: exp.DataType) -> E:
        del kind  # fields of a structure keep their types
        return exp.Dot(this=exp.Paren(this=structure), expression=name_of(name))


def unnested(template: str, dialect: str, items: E, alias: str) -> exp.Join:
    """The join of a template `SELECT … FROM t CROSS JOIN …`, with its table renamed to the alias."""
    select = fill(template, dialect, items=items)
    join: exp.Join = select.args["joins"][0]
    named = join.this.find(exp.TableAlias)
    if named is None:
        raise TypeError(template)
    named.set("this", name_of(alias))
    return join


def limited(array: E, limit: int) -> E:
    """ARRAY(SELECT …) with a LIMIT."""
    select = array.find(exp.Select)
    if select is None:
        raise TypeError("no query")
    select.limit(limit, copy=False)
    return array
